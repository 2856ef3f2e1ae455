"""What a FluxMap shows: one posterior or two, their tables, fits and names, computed once."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from kinetools.errors import InputError
from kinetools.flux.comparison import PosteriorPair
from kinetools.flux.flux_draws import FluxDraws
from kinetools.flux.flux_summary import summary_table
from kinetools.flux.map_layers import comparison_layers, sample_layers, summary_layers
from kinetools.flux.subsystems import (
    BORDER,
    NONE,
    changed_subsystems,
    subsystem_table,
    subsystems,
)

DIFFERENCE = "difference"
KEPT = 16  # tables of other settings


class FluxMapData:
    """Posteriors by name. names: of the one or two; shows: what can be shown, the difference included."""

    def __init__(self, idata, other, names, fit, network):
        one, two = FluxDraws(idata, where="idata"), None
        if other is not None:
            two = FluxDraws(other, where="other")
        self.names = _names(names, one, two)
        self.draws = dict(zip(self.names, (one, two)))
        self.pair = None if two is None else PosteriorPair(one, two)
        self.shows = (*self.names, *([] if two is None else [DIFFERENCE]))
        self.reactions = one.reactions if two is None else self.pair.reactions
        self.fits = _fits(fit, self.names)
        self.reaction_names, self.equations, self.genes, self.subsystems = _facts(
            network, one.reactions
        )
        self._kept = {}

    def summary(self, name: str, level: float, interval: str):
        """`flux_summary` of a posterior, kept."""
        return self._keep(
            (name, level, interval), lambda: summary_table(self.draws[name], level, interval)
        )

    def comparison(self, level: float, interval: str, threshold: float):
        """`compare_posteriors` of the two, kept."""
        key = (DIFFERENCE, level, interval, threshold)
        return self._keep(key, lambda: self.pair.table(level, interval, threshold))

    def fitted(self, name: str, level: float):
        """Table of a fit's net fluxes and confidence intervals, or None; kept."""
        fit = self.fits.get(name)
        if fit is None:
            return None
        return self._keep(("fit", name, level), lambda: fit.intervals(level))

    def values(self, show: str, reaction: str) -> np.ndarray | None:
        """Draws of a flux, or of its difference; None where the posterior lacks the reaction."""
        if show == DIFFERENCE:
            return self.pair.difference(reaction)
        return self.draws[show].samples(reaction) if reaction in self.draws[show] else None

    def subsystem_table(self, explorer):
        """How the subsystems fare in what is shown; empty where nothing is known of them. Kept."""
        show, level, interval = explorer.show, explorer.level, explorer.interval_kind
        named = {r: self.subsystems.get(r, NONE) for r in self.reactions} if self.subsystems else {}
        if not named:
            return pd.DataFrame()
        if show == DIFFERENCE:
            key = ("subsystems", show, explorer.threshold, explorer.probability, level, interval)
            return self._keep(
                key, lambda: changed_subsystems(explorer.shown, named, explorer.probability)
            )
        key, predicted = ("subsystems", show, level, interval), self.draws[show].predicted
        return self._keep(key, lambda: subsystem_table(explorer.shown, named, predicted))

    def layers(self, explorer):
        """What the map shows of an explorer: kinetools' `FluxLayers`, scaled to what is on the map."""
        show, statistic = explorer.show, explorer.statistic
        shown = list(explorer.on_map or self.reactions)
        if show == DIFFERENCE:
            return comparison_layers(explorer.shown.loc[shown], self.names)
        largest = self._largest(statistic, shown)
        if explorer.sample is not None:
            draws = self.draws[show]
            fluxes = pd.Series(draws.by_reaction[:, explorer.sample], draws.reactions)
            # The scale of the summary, so that going through samples changes fluxes only.
            return sample_layers(fluxes.reindex(shown), explorer.sample + 1, largest)
        tables = [self.summary(n, explorer.level, explorer.interval_kind) for n in self.names]
        widest = max(float((t["upper"] - t["lower"]).reindex(shown).max()) for t in tables)
        return summary_layers(
            explorer.shown.reindex(shown),
            statistic,
            explorer.uncertainty,
            explorer.style,
            maximum=largest,
            widest=widest,
        )

    def _largest(self, statistic: str, shown) -> float:
        """Largest size of the medians or means of some reactions in all posteriors."""
        sizes = (
            pd.Series(np.abs(getattr(d, statistic)), d.reactions).reindex(shown).max()
            for d in self.draws.values()
        )
        return float(np.nanmax([0.0, *sizes]))

    def _keep(self, key, make):
        if key not in self._kept:
            while len(self._kept) >= KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[key] = make()
        return self._kept[key]


def _names(names, one, two) -> tuple[str, ...]:
    wanted = 1 if two is None else 2
    if names is None:
        known = [str(d.attrs.get("measurements_id") or "") for d in (one, two)[:wanted]]
        if all(known) and len(set(known)) == wanted:
            return tuple(known)
        return ("posterior",) if two is None else ("first", "second")
    try:
        names = [names] if isinstance(names, str) else list(names)
    except TypeError:
        names = [names]
    good = len(names) >= wanted and all(isinstance(n, str) and n.strip() for n in names)
    if not good or len(set(names[:wanted])) < wanted:
        raise InputError(
            f"names={names!r}: give each of the {wanted} posterior(s) a name of its own."
        )
    if DIFFERENCE in names[:wanted]:
        raise InputError(
            f"names={names!r}: {DIFFERENCE!r} is what is shown of two; choose another."
        )
    return tuple(names[:wanted])


def _fits(fit, names) -> dict:
    """{name of a posterior: fit}."""
    if fit is None:
        return {}
    if isinstance(fit, Mapping):
        if odd := [name for name in fit if name not in names]:
            raise InputError(
                f"fit: there is no posterior {odd[0]!r}; the names are {', '.join(names)}."
            )
        given = dict(fit)
    else:
        given = dict(zip(names, fit if isinstance(fit, (list, tuple)) else [fit]))
    for name, one in given.items():
        if one is not None and not (hasattr(one, "intervals") and hasattr(one, "net_flux")):
            raise InputError(
                f"fit of {name}: expected what fit_fluxes returns, found a {type(one).__name__}."
            )
    return {name: one for name, one in given.items() if one is not None}


def _facts(network, reactions):
    """By reaction of a FluxModel or cobra.Model: names, equations, genes, subsystems; empty without."""
    if network is None:
        return {}, {}, {}, {}
    named = subsystems(network)  # raises InputError for what is no network
    if missing := [r for r in reactions if r not in named]:
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        raise InputError(
            f"network: lacks {', '.join(missing[:3])}{more} of the posterior's reactions; give the "
            "network that was sampled."
        )
    known = getattr(network, "cobra_model", network).reactions
    return (
        {r.id: r.name for r in known if r.name},
        {r.id: r.build_reaction_string() for r in known},
        {r.id: genes for r in known if (genes := _genes(r))},
        named if set(named.values()) - {BORDER, NONE} else {},
    )


def _genes(reaction) -> str:
    """Ids of a reaction's genes, and their names where they have others."""
    genes = sorted(reaction.genes, key=lambda gene: gene.id)
    return " ".join(dict.fromkeys(word for g in genes for word in (g.id, g.name) if word))
