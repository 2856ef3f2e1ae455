"""One reaction of a FluxMap in full: density, intervals, best sample, fit and prior, and the trace."""

import html
import math

import numpy as np

from kinetools.flux.density import flux_density
from kinetools.maps.text import text_width

from .chart_style import axis, layout
from .flux_map_data import DIFFERENCE
from .flux_map_words import COLOURS, level_text, short
from .trajectory_explorer_parts import empty_figure, rounded

HEIGHT, SHORT = 354, 244  # pixels below the legend, with and without a trace
NARROW = 306  # pixels of the densities in the narrowest place
TOOLBAR, ENTRY = (
    36,
    (45, 20),
)  # pixels of Plotly's buttons, and of an entry of the legend beside its text
CHAINS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#222222")
PER_CHAIN = 400  # points of a trace
LETTERS = 18  # of an id below a chart
ROW = 0.13  # of the height of a density, between the rows below it
MARKS = {  # symbol and size
    "median": ("circle", 9),
    "mean": ("line-ns-open", 11),
    "best sample": ("diamond-open", 9),
    "fit": ("x", 8),
}
CHANGE, PRIOR, SAMPLE = "#444", "#888", "#222"
MARGIN = {"l": 44, "r": 10, "b": 40}


def detail_figure(explorer) -> dict:
    """Densities of the chosen reaction, what else is known of its flux, and the chains' traces."""
    reaction, show = explorer.reaction, explorer.show
    if reaction is None:
        return empty_figure("", 60)
    change = show == DIFFERENCE and explorer.data.values(show, reaction) is not None
    names = [DIFFERENCE] if change else explorer.data.names
    values = {name: explorer.data.values(name, reaction) for name in names}
    values = {name: v for name, v in values.items() if v is not None}
    # What is shown lies on top of the other.
    order = sorted(values, key=lambda name: name == show)
    traces = [_density(explorer, name, values[name], names.index(name)) for name in order]
    lines = []
    for name in values:
        lines.append(_row(explorer, name, len(lines) + 1))
        if fit := _fit_row(explorer, name, len(lines) + 1):
            lines.append(fit)
    rows, traces = len(lines), [*traces, *(trace for line in lines for trace in line)]
    traces += _key({trace["name"] for trace in traces})
    chains = not change and show in values
    if chains:
        traces += _prior(explorer, show, reaction)
    low, high = _ends(traces)
    shapes = [_upright(0.0, "#888", "dot")] if low < 0 < high else []
    if chains:
        traces += _chains(explorer, values[show])
        if explorer.sample is not None:
            shapes += [_upright(float(values[show][explorer.sample]), SAMPLE, "solid")]
            shapes += [_now(explorer)]
    what = "difference of net flux" if change else "net flux"
    top = TOOLBAR + _legend_height(traces)
    return {"data": traces, "layout": _layout(what, reaction, low, high, rows, shapes, chains, top)}


def colour_of(explorer, name) -> str:
    return CHANGE if name == DIFFERENCE else COLOURS[explorer.data.names.index(name)]


def label_of(explorer, name) -> str:
    if name == DIFFERENCE:
        first, second = explorer.data.names
        return f"{_short(second)} − {_short(first)}"
    return _short(name)


def _short(name) -> str:
    return html.escape(short(name))


def _density(explorer, name, sample, k) -> dict:
    colour, label = colour_of(explorer, name), label_of(explorer, name)
    found = flux_density(sample)
    if found is None:
        x, y = [float(sample[0])] * 2, [0.0, 1.0]
    else:
        x, y = rounded(found[0]).tolist(), rounded(found[1] / found[1].max()).tolist()
        x, y = [x[0], *x, x[-1]], [0.0, *y, 0.0]
    strong = name in (explorer.show, DIFFERENCE)
    return {
        "type": "scatter",
        "mode": "lines",
        "name": label,
        "x": x,
        "y": y,
        "line": {"color": colour, "width": 2 if strong else 1.2},
        "fill": "tozeroy",
        "fillcolor": clear(colour, 0.25 if strong else 0.1),
        "hoverinfo": "skip",
        "legendrank": 1000 + k,
    }


def _row(explorer, name, k) -> list[dict]:
    """Interval, median, mean and best sample, below the density."""
    colour = colour_of(explorer, name)
    if name == DIFFERENCE:
        row = explorer.shown.loc[explorer.reaction]
        known = {"median": row["difference"]}
    else:
        table = explorer.data.summary(name, explorer.level, explorer.interval_kind)
        row = table.loc[explorer.reaction]
        known = {"median": row["median"], "mean": row["mean"], "best sample": row["best"]}
    label, y = label_of(explorer, name), -ROW * k
    words = f"{level_text(explorer.level)} interval"
    low, high = float(row["lower"]), float(row["upper"])
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": words,
            "x": [low, high],
            "y": [y, y],
            "line": {"color": colour, "width": 4},
            "opacity": 0.55,
            "hovertemplate": f"{label}: {words} {low:.4g} … {high:.4g}<extra></extra>",
            "showlegend": False,
        }
    ]
    for what, value in known.items():
        if value == value:
            hover = f"{label}: {what} %{{x:.4~g}}<extra></extra>"
            traces.append(_mark(what, value, y, colour) | {"hovertemplate": hover})
    return traces


def _mark(what, x, y, colour) -> dict:
    symbol, size = MARKS[what]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": what,
        "x": [None if x is None else float(x)],
        "y": [y],
        "marker": {
            "symbol": symbol,
            "size": size,
            "color": colour,
            "line": {"width": 1 if what == "median" else 2, "color": colour},
        },
        "showlegend": False,
    }


def _key(shown) -> list[dict]:
    """Entries of the legend, which stand for the marks of all posteriors."""
    ranked = enumerate(what for what in MARKS if what in shown)
    entry = {"showlegend": True, "hoverinfo": "skip"}
    return [
        _mark(what, None, None, "#444") | entry | {"legendrank": 1100 + k} for k, what in ranked
    ]


def _fit_row(explorer, name, k) -> list[dict] | None:
    """A fit and its confidence interval, or None where there is none of this reaction."""
    fitted = None if name == DIFFERENCE else explorer.data.fitted(name, explorer.level)
    if fitted is None or explorer.reaction not in fitted.index:
        return None
    row, colour = fitted.loc[explorer.reaction], colour_of(explorer, name)
    value, low, high = (float(row[c]) for c in ("net_flux", "lower", "upper"))
    ends = {"array": [high - value], "arrayminus": [value - low], "symmetric": False}
    words = f"{level_text(explorer.level)} confidence interval {low:.4g} … {high:.4g}"
    return [
        _mark("fit", value, -ROW * k, colour)
        | {
            "error_x": {"type": "data", "thickness": 1.5, "width": 5, "color": colour, **ends},
            "hovertemplate": f"{label_of(explorer, name)}: fit %{{x:.4~g}}, {words}<extra></extra>",
        }
    ]


def _prior(explorer, show, reaction) -> list[dict]:
    prior = explorer.data.draws[show].prior(reaction)
    found = None if prior is None or not len(prior) else flux_density(prior)
    if found is None:
        return []
    # As high as it is against the posterior, or a quarter at least to be seen.
    own = flux_density(explorer.data.values(show, reaction))
    height = max(0.25, min(1.0, found[1].max() / own[1].max())) if own is not None else 0.5
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": "prior",
            "x": rounded(found[0]).tolist(),
            "y": rounded(height * found[1] / found[1].max()).tolist(),
            "line": {"color": PRIOR, "width": 1.3, "dash": "dash"},
            "hoverinfo": "skip",
            "legendrank": 1300,
        }
    ]


def _ends(traces) -> tuple[float, float]:
    """Ends of the axis: those of the densities and marks, not of the prior.

    Confidence intervals of fits may be much wider: of them as much is shown as of the rest.
    """
    known = [v for trace in traces if trace["name"] != "prior" for v in trace["x"]]
    known = [v for v in known if v is not None]
    low, high = min(known), max(known)
    span = high - low
    for trace in traces:
        if bar := trace.get("error_x"):
            (value,), (more,), (less,) = trace["x"], bar["array"], bar["arrayminus"]
            low = min(low, max(value - less, low - span))
            high = max(high, min(value + more, high + span))
    margin = 0.04 * (high - low) or 0.05 * abs(high) or 1.0
    return low - margin, high + margin


def _chains(explorer, sample) -> list[dict]:
    """The flux over the draws of every chain, thinned."""
    draws = explorer.data.draws[explorer.show]
    chains, n = draws.values.shape[:2]
    kept = np.unique(np.linspace(0, n - 1, min(n, PER_CHAIN)).astype(int))
    by_chain = sample.reshape(chains, n)[:, kept]
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": f"chain {k + 1}",
            "x": (kept + 1).tolist(),
            "y": rounded(row).tolist(),
            "xaxis": "x2",
            "yaxis": "y2",
            "line": {"color": CHAINS[k % len(CHAINS)], "width": 0.8},
            "opacity": 0.75,
            "hovertemplate": f"chain {k + 1}, draw %{{x}}: %{{y:.4~g}}<extra></extra>",
            "showlegend": False,
        }
        for k, row in enumerate(by_chain)
    ]


def _upright(x, colour, dash) -> dict:
    line = {"color": colour, "width": 1.2, "dash": dash}
    return {"type": "line", "x0": x, "x1": x, "yref": "y domain", "y0": 0, "y1": 1, "line": line}


def _now(explorer) -> dict:
    """The single sample in the trace."""
    draw = explorer.data.draws[explorer.show].place(explorer.sample)[1] + 1
    place = {"xref": "x2", "x0": draw, "x1": draw, "yref": "y2 domain"}
    return _upright(draw, SAMPLE, "solid") | place


def _legend_height(traces) -> int:
    """Of the legend in the narrowest place, where Plotly gives all entries the width of the longest."""
    names = [trace["name"] for trace in traces if trace.get("showlegend", True)]
    beside, high = ENTRY
    in_a_row = max(1, int(NARROW // (beside + max(text_width(name, 11) for name in names))))
    return high * math.ceil(len(names) / in_a_row)


def _layout(what, reaction, low, high, rows, shapes, chains, top) -> dict:
    bottom = 0.42 if chains else 0.0
    parts = {
        "xaxis": axis(f"{what} of {html.escape(short(reaction, LETTERS))} (mmol/gDW/h)")
        | {"range": [low, high], "anchor": "y"},
        "yaxis": axis("") | {"range": [-ROW * (rows + 0.7), 1.06], "domain": [bottom, 1.0]},
        # Its rows fit into the margin, below the buttons: where Plotly makes room for it, it covers the
        # densities after a resize.
        "legend": {"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "font": {"size": 11}},
    }
    parts["xaxis"]["title"]["font"] = {"size": 12}
    parts["yaxis"] |= {"showticklabels": False, "showgrid": False, "zeroline": True}
    parts["yaxis"] |= {"zerolinecolor": "#888", "fixedrange": True}
    if chains:
        parts["xaxis2"] = axis("draw", anchor="y2", showgrid=False)
        parts["yaxis2"] = axis("", domain=[0.0, 0.24], anchor="x2", nticks=4)
    height = top + (HEIGHT if chains else SHORT)
    return layout(height, margin=MARGIN | {"t": top}, shapes=shapes, **parts)


def clear(colour: str, opacity: float) -> str:
    if len(colour) == 4:
        colour = "#" + "".join(2 * c for c in colour[1:])
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {opacity})"
