"""Distributions of single Michaelis constants: generated sets of a checkpoint beside held-out ones."""

import html
from dataclasses import dataclass

import numpy as np

from kinetools.errors import InputError

from .axes import grouped, number
from .chart_style import axis, layout
from .training_monitor_chart import HEIGHT, LEGEND, MARGIN, colour, empty_panel, heading
from .training_monitor_panels import waiting

BINS = 30
SPAN = 1e-3  # quantiles between which the axis extends
TITLE = "Generated and held-out sets"


@dataclass(frozen=True)
class Comparison:
    """Generated sets (set, parameter) of an epoch against held-out ones, both as ln of Km in µmol/L.

    divergences: (parameter,) in nat; chance: the largest of them for as many sets drawn from the
    held-out ones themselves.
    """

    epoch: int
    parameters: tuple[str, ...]
    generated: np.ndarray
    reference: np.ndarray
    divergences: np.ndarray
    chance: float
    metabolites: dict

    def ranked(self) -> list[tuple[str, float]]:
        """(parameter, divergence), the largest first."""
        order = np.argsort(-np.nan_to_num(self.divergences), kind="stable")
        return [(self.parameters[k], float(self.divergences[k])) for k in order]


class Comparisons:
    """Reads what comparing needs: the reference of a run once, each checkpoint when asked for."""

    def __init__(self):
        self._references, self._last = {}, (None, None)

    def of(self, watched, epoch: int) -> Comparison | None:
        """The comparison of a run's checkpoint; None where its files are not there (yet)."""
        key = watched.path, epoch, self._age(watched, epoch)
        if self._last[0] != key:
            try:
                self._last = key, self._compare(watched, epoch)
            except InputError:  # a damaged file: the other charts need not know
                self._last = key, None
        return self._last[1]

    def _age(self, watched, epoch):
        # A training that went back to an earlier epoch writes the file again.
        file = watched.run.path / "generated" / f"epoch-{epoch:06d}.nc"
        return file.stat().st_mtime_ns if file.is_file() else None

    def _compare(self, watched, epoch):
        from kinetools.gan.metrics import parameter_divergences

        if self._age(watched, epoch) is None:
            return None
        reference, metabolites = self._reference(watched)
        if reference is None:
            return None
        with watched.run.generated(epoch) as sets:
            names = list(reference.parameters)
            ln_km = np.log(sets["km"].transpose("set", "parameter").sel(parameter=names).values)
        rows = np.random.default_rng(0).integers(len(reference.ln_km), size=len(ln_km))
        return Comparison(
            epoch,
            reference.parameters,
            ln_km,
            reference.ln_km,
            parameter_divergences(reference, ln_km),
            float(parameter_divergences(reference, reference.ln_km[rows]).max()),
            metabolites,
        )

    def _reference(self, watched):
        from kinetools.gan.metrics import Reference

        if watched.path not in self._references:
            if not (watched.path / "reference.nc").is_file():
                return None, {}
            with watched.run.reference() as sets:
                sets = sets.load()
                target = watched.run.parameters.get("target", "relevant")
                of = sets["parameter_metabolite"] if "parameter_metabolite" in sets.coords else None
                names = dict(zip(sets["parameter"].values, of.values)) if of is not None else {}
                self._references[watched.path] = Reference.of(sets, target), names
        return self._references[watched.path]


def distribution_panel(comparison, parameter, k: int, best: bool, runs) -> dict:
    """Histograms of a parameter: share of the sets in bins that are equal in ln Km."""
    if comparison is None:
        if runs[k].checkpoints:
            return empty_panel(TITLE, "This checkpoint has no generated sets<br>that can be read")
        return empty_panel(TITLE, waiting(runs[k : k + 1]))
    place = comparison.parameters.index(parameter)
    reference, generated = (x[:, place] for x in (comparison.reference, comparison.generated))
    low = min(np.quantile(reference, SPAN), np.quantile(generated, SPAN))
    high = max(np.quantile(reference, 1 - SPAN), np.quantile(generated, 1 - SPAN))
    low, high = (low - 0.5, high + 0.5) if high - low < 1e-6 else (low, high)
    edges = np.linspace(low, high, BINS + 1)
    # Short texts: where the legend needs a second line it covers the title.
    epoch = f"epoch {comparison.epoch}{'★' if best else ''} ({grouped(len(generated))})"
    traces = [
        _steps(edges, reference, f"held out ({grouped(len(reference))})", "#777", "tozeroy"),
        _steps(edges, generated, epoch, colour(k), None),
    ]
    start, end = low / np.log(10), high / np.log(10)
    ticks = [10.0**n for n in range(int(np.ceil(start)), int(np.floor(end)) + 1)]
    if len(ticks) > 7:
        ticks = ticks[:: int(np.ceil(len(ticks) / 7))]
    elif len(ticks) < 2:
        ticks = [m * 10.0**n for n in range(int(start) - 2, int(end) + 2) for m in (1, 2, 5)]
    metabolite = html.escape(comparison.metabolites.get(parameter, ""))
    km = f"Km for {metabolite}" if metabolite else "Km"
    kl = comparison.divergences[place]
    return {
        "data": traces,
        "layout": layout(
            HEIGHT,
            margin=MARGIN | {"r": 20, "b": 52},
            annotations=[heading(f"{html.escape(parameter)}: KL {number(kl, 2)}")],
            legend=LEGEND,
            xaxis=axis(
                f"{km} (µmol/L), equal steps of ln Km",
                type="log",
                range=[start, end],
                tickvals=ticks,
                ticktext=[number(v) for v in ticks],
            ),
            yaxis=axis("share of sets", rangemode="tozero", tickformat=".0%"),
            uirevision=parameter,
        ),
    }


def _steps(edges, values, name, line_colour, fill) -> dict:
    """A histogram as one stepped line; sets beyond the ends are in the outermost bins."""
    counts, _ = np.histogram(np.clip(values, edges[0], edges[-1]), edges)
    shares = counts / len(values)
    trace = {
        "type": "scatter",
        "mode": "lines",
        "x": [float(f"{x:.6g}") for x in np.exp(edges)],
        "y": [float(f"{y:.4g}") for y in [*shares, shares[-1]]],
        "line": {"shape": "hv", "color": line_colour, "width": 1.2 if fill else 2.2},
        "name": name,
        "hovertemplate": f"{name}<br>from %{{x:.3~g}} µmol/L: %{{y:.1%}}<extra></extra>",
        "showlegend": True,
    }
    return trace | {"fill": fill, "fillcolor": "rgba(120, 120, 120, 0.3)"} if fill else trace
