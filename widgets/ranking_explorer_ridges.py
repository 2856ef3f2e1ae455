"""The slowest eigenvalue in bins of one Michaelis constant, as ridges one above the other."""

import html
from itertools import pairwise

import numpy as np

from .axes import eigenvalue_axis, number
from .chart_style import axis, layout
from .ranking_explorer_style import empty_panel, top_text
from .spectrum_plot import SLOW_SHADE, UNSTABLE_SHADE

TITLE = "Spectra by bin"
HEIGHT = 470  # pixels
MARGIN = {"l": 122, "r": 62, "t": 84, "b": 50}
STEPS, FEW_STEPS, FEW = (
    60,
    32,
    1000,
)  # points of a ridge at most; fewer where it stands for few sets
OVERLAP = 1.7  # height of the highest ridge, in rows
LINE, FILLING = "#0072B2", "rgba(198, 222, 238, 0.85)"


def ridges_panel(binned, threshold: float | None, told: str = "") -> dict:
    """Distributions of λ_max, small Km at the bottom; the rule's threshold as a line.

    binned: of `binned_spectra`, or a sentence that says why there is none; threshold: in 1/h; told: where
    the sets are from.
    """
    if isinstance(binned, str):
        return empty_panel(TITLE, binned, HEIGHT)
    parameter = html.escape(binned.attrs["parameter"])
    places, density, scale = _densities(binned)
    n_bins = len(density)
    traces = [_ridge(places, density[b], b, binned) for b in range(n_bins)[::-1]]
    low, high = scale.position([scale.low, scale.high])
    ticks = scale.spread_ticks(0.12)
    shares = [
        {
            "text": f"{100 * float(share):.0f}\u202f%",
            "font": {"size": 11},
            "showarrow": False,
            **{"xref": "x domain", "x": 1, "xanchor": "left", "xshift": 6},
            **{"yref": "y", "y": b + 0.12, "yanchor": "middle"},
        }
        for b, share in enumerate(binned["share_relevant"].values)
        if np.isfinite(share)
    ]
    if shares:
        y = {"y": n_bins - 0.1}
        shares += [shares[-1] | {"text": "relevant"} | y]
        shares += [shares[-1] | {"text": "Km (µmol/L)", "x": 0, "xanchor": "right", "xshift": -6}]
    key = [f"λ_max in bins of {parameter}, {told}", _key(threshold)]
    return {
        "data": [*traces, _medians(binned, scale)],
        "layout": layout(
            HEIGHT,
            margin=MARGIN,
            showlegend=False,
            annotations=[*top_text(TITLE, key, MARGIN["l"], MARGIN["t"]), *shares],
            shapes=_regions(threshold, scale),
            xaxis=axis("Re λ_max (1/h)", range=[float(low), float(high)], showgrid=False)
            | {"tickvals": [float(scale.position(v)) for v, _ in ticks], "tickangle": 0}
            | {"ticktext": [text for _, text in ticks]},
            yaxis=axis("", range=[-0.15, n_bins - 1 + OVERLAP + 0.15], automargin=False)
            | {"tickvals": list(range(n_bins)), "tickfont": {"size": 11}}
            | {"ticktext": _ranges(np.exp(binned["ln_km_edge"].values))},
        ),
    }


def _ranges(edges) -> list[str]:
    """Bins in words; the outer ones are open."""
    inner = [number(v, 2) for v in edges[1:-1]]
    if not inner:
        return ["all"]
    return [f"&lt; {inner[0]}", *(f"{a} – {b}" for a, b in pairwise(inner)), f"&gt; {inner[-1]}"]


def _densities(binned):
    """Places (point,) on the axis, heights (bin, point) of the ridges in rows, and the axis.

    Bins of λ_max are joined where they are narrower on the axis than a ridge needs, never across zero.
    """
    counts = binned["histogram"].values
    edges = binned["eigenvalue_edge"].values
    middles = binned["eigenvalue_bin"].values
    scale = eigenvalue_axis(np.repeat(middles, counts.sum(axis=0)))
    at = scale.position(edges)
    narrow = (at[-1] - at[0]) / (FEW_STEPS if counts.sum() < FEW * len(counts) else STEPS)
    kept = [0]
    for i in range(1, len(at)):
        if at[i] - at[kept[-1]] >= narrow or edges[i] == 0 or i == len(at) - 1:
            kept.append(i)
    joined = np.add.reduceat(counts, kept[:-1], axis=1)
    widths = np.diff(at[kept])
    total = np.maximum(counts.sum(axis=1, keepdims=True), 1)
    density = joined / total / widths
    density *= OVERLAP / (density.max() or 1.0)
    places = (at[kept][1:] + at[kept][:-1]) / 2
    ends = np.zeros((len(density), 1))
    places = np.concatenate([at[:1], places, at[-1:]])
    return places, np.hstack([ends, density, ends]), scale


def _ridge(places, heights, b, binned) -> dict:
    y = b + heights
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [float(f"{x:.5g}") for x in [*places, places[0]]],
        "y": [float(f"{v:.4f}") for v in [*y, b]],
        "fill": "toself",
        "fillcolor": FILLING,
        "line": {"color": LINE, "width": 1.3},
        "hoverinfo": "skip",
    }


def _medians(binned, scale) -> dict:
    """A dot a bin at its median, which tells its numbers."""
    middle = binned["eigenvalue_quantile"].sel(quantile=0.5).values
    known = np.flatnonzero(np.isfinite(middle))
    edges = np.exp(binned["ln_km_edge"].values)
    texts = [
        f"Km {number(edges[b], 3)} to {number(edges[b + 1], 3)} µmol/L, {int(binned['n_sets'][b])} sets"
        f"<br>{100 * float(binned['share_stable'][b]):.0f}\u202f% stable, "
        f"{100 * float(binned['share_relevant'][b]):.0f}\u202f% relevant"
        f"<br>median λ_max {number(float(middle[b]), 3)} /h"
        for b in known
    ]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [float(scale.position(middle[b])) for b in known],
        "y": [int(b) for b in known],
        "marker": {"color": "#222", "size": 7, "symbol": "circle"},
        "customdata": texts,
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _key(threshold) -> str:
    if threshold is None or threshold >= 0:
        return "shaded: unstable; dots: medians"
    return f"shaded: too slow (right of {number(threshold)}) and unstable (of 0); dots: medians"


def _regions(threshold, scale) -> list[dict]:
    """Shades of what is too slow and of what is unstable, and a line at the threshold."""

    def upright(kind, start, end, **look):
        start, end = (float(scale.position(v)) for v in (start, end))
        place = {"x0": start, "x1": end, "y0": 0, "y1": 1, "yref": "y domain"}
        return {"type": kind, **place, **look}

    below = {"layer": "below", "line": {"width": 0}}
    shapes = [upright("rect", 0, scale.high, fillcolor=UNSTABLE_SHADE, **below)]
    if threshold is not None and scale.low < threshold < 0:
        shapes.append(upright("rect", threshold, 0, fillcolor=SLOW_SHADE, **below))
        dashed = {"width": 1.5, "color": "#222", "dash": "dash"}
        shapes.append(upright("line", threshold, threshold, line=dashed))
    return shapes
