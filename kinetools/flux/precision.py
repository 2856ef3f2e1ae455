"""How precisely several posteriors know the same fluxes, each beside its prior."""

from collections.abc import Mapping
from functools import cached_property
from itertools import combinations

import numpy as np

from ..data import number
from ..errors import InputError
from ..names import by_name, checked_ids
from .density import overlap_coefficient
from .diagnostics import constant
from .flux_draws import FluxDraws
from .flux_summary import COLUMNS as SUMMARY
from .intervals import INTERVAL_NAMES, credible_intervals
from .posterior import FLUX_UNITS
from .precision_summary import pair_sentence, posterior_summary, widths_summary

R_HAT = 1.1  # the published limit
COLUMNS = {
    **{name: SUMMARY[name] for name in ("median", "mean", "sd", "lower", "upper")},
    "width": "width of the credible interval, mmol/gDW/h",
    "cv": "coefficient of variation, standard deviation over the size of the mean: of no meaning for a "
    "mean near 0, where it grows beyond all bounds however well the flux is known; compare widths there",
    "prior_sd": "standard deviation of the prior, what bounds and steady state alone leave open",
    "prior_width": "width of the prior's credible interval, mmol/gDW/h",
    "narrowing": "width over the prior's width: what the labelling data have left of it",
    "r_hat": "rank-normalised split R-hat; none for predicted mutants, which are no chains",
}
PAIR_COLUMNS = {
    "ratio": "width in the second posterior over that in the first: below 1, the second is narrower",
    "prior_ratio": "the same of the priors: what the networks and their bounds alone account for",
    "data_ratio": "the same of the narrowings: what remains for the labelling data; ratio = prior_ratio × "
    "data_ratio",
    "overlap": "overlap coefficient of the two densities: 1 for the same, 0 for nothing in common",
    "difference": "median in the second − median in the first, mmol/gDW/h",
}


def compare_precision(
    posteriors, level=0.95, interval="hdi", reactions=None, *, r_hat=R_HAT, flux="net"
):
    """Spread of the fluxes that several posteriors share, each beside that of its prior.

    posteriors: mapping of names to InferenceData of `sample_fluxes`, whose networks may differ; reactions
    are matched by id. level, interval: of the credible interval, "hdi" or "eti"; reactions: ids to look at
    (default: all that every posterior has). Fluxes that do not vary in one of the posteriors, or have an
    R-hat above `r_hat` there, are left out. flux: "net" or "exchange".
    Returns a DataFrame by (reaction, posterior), with NaN for the prior of a posterior without;
    attrs["columns"] explains it, attrs["summary"] has figures over all reactions by posterior, and
    attrs["left_out"] says which reactions are not in it, by reason. See `precision_pairs` for overlaps and
    ratios of widths.
    Raises InputError for what is no posterior, unknown ids, and where no flux remains.
    Source: Backman et al. 2023, PLoS Comput. Biol. 19:e1011111, Fig. 5 (coefficients of variation, R-hat
    at most 1.1).
    """
    return PosteriorPrecision(posteriors, reactions, r_hat, flux).table(level, interval)


def precision_pairs(
    posteriors, level=0.95, interval="hdi", reactions=None, *, r_hat=R_HAT, flux="net"
):
    """Ratios of widths and overlaps of every two of the posteriors: arguments as for `compare_precision`.

    Returns a DataFrame by (first, second, reaction); attrs["columns"] explains it, attrs["summary"] is a
    list with the figures of every pair over all reactions: how many are narrower in the second, in total
    and after division by the prior's width, and attrs["sentences"] has them in words.
    """
    return PosteriorPrecision(posteriors, reactions, r_hat, flux).pairs(level, interval)


class PosteriorPrecision:
    """Several posteriors by name, with what comparing them costs kept from call to call.

    draws: {name: FluxDraws}; reactions: ids that all share, that vary and have converged in all of them;
    left_out: {reason: ids}.
    """

    def __init__(self, posteriors, reactions=None, r_hat: float = R_HAT, flux: str = "net"):
        self.draws = _draws(posteriors, flux)
        self.names, self.flux = tuple(self.draws), flux
        self.r_hat = number(r_hat, "r_hat", positive=True)
        self._r_hats, self._overlaps = {}, {}
        self.reactions, self.left_out = self._shared(reactions)
        if not self.reactions:
            reasons = "; ".join(f"{len(ids)} {why}" for why, ids in self.left_out.items())
            raise InputError(
                f"no flux is left to compare ({reasons}); give posteriors of the same reactions, sampled "
                "for longer, or a larger r_hat=."
            )

    def _shared(self, reactions):
        """Reactions to compare, and {reason: ids} of those that are left out."""
        draws = list(self.draws.values())
        if reactions is None:
            asked = draws[0].reactions
            every = dict.fromkeys(r for d in draws for r in d.reactions)
            kept = [r for r in asked if all(r in d for d in draws)]
            left_out = {"not in every posterior": [r for r in every if r not in set(kept)]}
        else:
            kept = checked_ids(reactions, "reactions")
            if not kept:
                raise InputError(
                    "reactions=[]: name some, or leave it out for all that are shared."
                )
            for reaction in kept:
                for one in draws:
                    one.index(reaction)  # raises InputError for one that it lacks
            left_out = {}
        for name, one in self.draws.items():
            vary = _varying(one, kept)
            left_out[f"fixed in {name}"] = [r for r, v in zip(kept, vary) if not v]
            kept = [r for r, v in zip(kept, vary) if v]
            nothing = np.full(len(kept), np.nan)  # predictions are no chains
            r_hats = nothing if one.predicted else one.r_hat[[one.index(r) for r in kept]]
            self._r_hats[name] = found = dict(zip(kept, r_hats))
            apart = [r for r in kept if not (one.predicted or found[r] <= self.r_hat)]
            left_out[f"not converged in {name}"] = apart
            kept = [r for r in kept if r not in set(apart)]
        return tuple(kept), {why: ids for why, ids in left_out.items() if ids}

    @cached_property
    def priors(self) -> dict:
        """{name: (reaction, sample) in rising order, or None without}, of `reactions`."""
        found = {}
        for name, one in self.draws.items():
            values = [one.prior(r) for r in self.reactions]
            known = all(v is not None and len(v) > 1 for v in values)
            known = known and len({len(v) for v in values}) == 1
            found[name] = np.sort(values, axis=1) if known else None
        return found

    def rows(self, name: str) -> np.ndarray:
        """Positions of `reactions` in the draws of a posterior."""
        return np.array([self.draws[name].index(r) for r in self.reactions])

    def by_posterior(self, level=0.95, interval="hdi") -> dict:
        """{name: DataFrame by reaction} of the columns of `compare_precision`."""
        import pandas as pd

        tables = {}
        for name, one in self.draws.items():
            rows, prior = self.rows(name), self.priors[name]
            lower, upper = credible_intervals(one.sorted[rows], level, interval)
            mean, sd = one.mean[rows], one.sd[rows]
            nothing = np.full(len(rows), np.nan)
            if prior is None:
                prior_sd = prior_width = nothing
            else:
                ends = credible_intervals(prior, level, interval)
                prior_sd, prior_width = prior.std(axis=1), ends[1] - ends[0]
            with np.errstate(divide="ignore", invalid="ignore"):
                columns = {
                    "median": one.median[rows],
                    "mean": mean,
                    "sd": sd,
                    "lower": lower,
                    "upper": upper,
                    "width": upper - lower,
                    "cv": np.where(mean == 0, np.nan, sd / np.abs(mean)),
                    "prior_sd": prior_sd,
                    "prior_width": prior_width,
                    "narrowing": np.where(prior_width > 0, (upper - lower) / prior_width, np.nan),
                    "r_hat": [self._r_hats[name][r] for r in self.reactions],
                }
            tables[name] = pd.DataFrame(columns, index=pd.Index(self.reactions, name="reaction"))
        return tables

    def table(self, level=0.95, interval="hdi"):
        """See `compare_precision`."""
        import pandas as pd

        tables = self.by_posterior(level, interval)
        joined = pd.concat(tables, names=["posterior", "reaction"]).swaplevel()
        order = pd.MultiIndex.from_product([self.reactions, self.names], names=joined.index.names)
        joined = joined.reindex(order)
        joined.attrs = self._attrs(level, interval, COLUMNS) | {
            "summary": {name: posterior_summary(one) for name, one in tables.items()}
        }
        return joined

    def pairs(self, level=0.95, interval="hdi"):
        """See `precision_pairs`."""
        import pandas as pd

        tables, found = self.by_posterior(level, interval), {}
        for pair in combinations(self.names, 2):
            a, b = (tables[name] for name in pair)
            found[pair] = pd.DataFrame(
                {
                    "ratio": _over(b["width"], a["width"]),
                    "prior_ratio": _over(b["prior_width"], a["prior_width"]),
                    "data_ratio": _over(b["narrowing"], a["narrowing"]),
                    "overlap": self.overlaps(*pair),
                    "difference": b["median"] - a["median"],
                }
            )
        if not found:
            raise InputError(
                f"there is only {self.names[0]!r}; give two posteriors or more to compare."
            )
        joined = pd.concat(found, names=["first", "second", "reaction"])
        figures = [
            {"first": first, "second": second}
            | widths_summary(one, tables[first]["cv"], tables[second]["cv"])
            for (first, second), one in found.items()
        ]
        joined.attrs = self._attrs(level, interval, PAIR_COLUMNS) | {
            "summary": figures,
            "sentences": [pair_sentence(one, level, INTERVAL_NAMES[interval]) for one in figures],
        }
        return joined

    def overlaps(self, first: str, second: str) -> np.ndarray:
        """Overlap coefficients (reaction,) of two posteriors; kept."""
        if (first, second) not in self._overlaps:
            a, b = (self.draws[name].by_reaction[self.rows(name)] for name in (first, second))
            self._overlaps[first, second] = np.array(
                [overlap_coefficient(*pair) for pair in zip(a, b)]
            )
        return self._overlaps[first, second]

    def _attrs(self, level, interval, columns) -> dict:
        return {
            "level": float(level),
            "interval": INTERVAL_NAMES[interval],
            "flux": self.flux,
            "units": FLUX_UNITS,
            "columns": columns,
            "r_hat": self.r_hat,
            "left_out": self.left_out,
        }


def _draws(posteriors, flux) -> dict:
    one = hasattr(posteriors, "posterior") or hasattr(posteriors, "data_vars")
    if not isinstance(posteriors, Mapping) or one or not posteriors:
        raise InputError(
            'posteriors: give them by name, {"core": idata, "genome": other}, say; found a '
            f"{type(posteriors).__name__}."
        )
    return {
        name: FluxDraws(idata, flux, where=f"the posterior {name!r}")
        for name, idata in by_name(posteriors, "posteriors").items()
    }


def _values(draws, reactions) -> np.ndarray:
    """(chain, draw, reaction) of some reactions."""
    return draws.values[:, :, [draws.index(r) for r in reactions]]


def _varying(draws, reactions) -> np.ndarray:
    """Which fluxes the draws move, and the flux space lets move where that is known."""
    if not reactions:
        return np.zeros(0, bool)
    moved = ~constant(_values(draws, reactions))
    if draws.varies is None:
        return moved
    return moved & draws.varies[[draws.index(r) for r in reactions]]


def _over(a, b):
    """a / b, NaN where b is 0."""
    return a / b.where(b > 0)
