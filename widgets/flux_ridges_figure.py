"""The chart of a FluxRidges: densities, priors, intervals and medians, row by row."""

import html

import numpy as np

from kinetools.flux.posterior import FLUX_UNITS
from kinetools.flux.ridge_picture import COLOURS, figure_text, figures_of

from .chart_style import axis, layout
from .flux_map_detail import clear
from .flux_map_words import flux_text, interval_text, level_text
from .trajectory_explorer_parts import rounded

HIGH, BELOW, BAR = (
    0.62,
    0.1,
    0.11,
)  # in rows: of a density, of the first interval, between intervals
PIXELS = 44  # of a row with one posterior; each further one adds BAR of it
LETTERS = 14  # of an id
COLUMN = 52  # pixels of a figure beside the rows
SYMBOLS = ("circle", "diamond", "square", "triangle-up")
DASHES = ("dash", "dot", "dashdot", "longdash")
CHOSEN = "#fff1c2"
FLUX = f"net flux ({FLUX_UNITS})"


def ridges_figure(explorer) -> dict:
    """Rows from the top. Medians have meta, reaction ids, to tell which reaction a point is."""
    ids, ridges = explorer.shown, explorer.ridges
    spans, shared = ridges.spans(ids, explorer.axis), explorer.axis == "shared"
    place = {r: len(ids) - 1 - k for k, r in enumerate(ids)}

    def x(values, reaction):
        low, high = spans[reaction]
        values = np.asarray(values, float)
        return rounded(values if shared else (values - low) / (high - low)).tolist()

    traces = _curves(explorer, ids, spans, place, x)
    for k, name in enumerate(ridges.names):
        traces += _intervals(explorer, k, name, ids, place, x)
    figures = figures_of(ridges)
    ends = spans[ids[0]] if shared and ids else (0.0, 1.0)
    pad = 0.0 if shared else 0.01
    below = BELOW + BAR * len(ridges.names)
    rows = max(1, len(ids))
    return {
        "data": traces,
        "layout": layout(
            round(PIXELS * (1 + BAR * (len(ridges.names) - 1)) * rows) + 110,
            margin={"l": 108, "r": 14 + COLUMN * len(figures), "t": 60, "b": 50 if shared else 34},
            xaxis=_x_axis(ends, pad, shared),
            yaxis=axis("", range=[-below - 0.1, rows - 0.2], automargin=False, showgrid=False)
            | {"tickvals": [place[r] + 0.2 for r in ids], "fixedrange": True}
            | {"ticktext": [_label(r, spans[r], shared) for r in ids], "showline": False},
            legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "yref": "paper"},
            shapes=[*_chosen(explorer, place), *_zeros(ids, spans, place, x, below)],
            annotations=_figures(ridges, figures, ids, place, rows),
        ),
    }


def _x_axis(ends, pad, shared):
    look = axis(FLUX if shared else f"{FLUX}, each row on its own axis", fixedrange=not shared)
    look["title"]["font"] = {"size": 12}
    look["range"] = [ends[0] - pad, ends[1] + pad]
    return (
        look if shared else look | {"showticklabels": False, "showgrid": False, "showline": False}
    )


def _label(reaction, span, shared) -> str:
    name = str(reaction)
    name = html.escape(name if len(name) <= LETTERS else name[: LETTERS - 1] + "…")
    if shared:
        return name
    ends = f"{span[0]:.3g} to {span[1]:.3g}".replace("-", "−")
    return f'{name}<br><span style="font-size: 9px; color: #666">{ends}</span>'


def _curves(explorer, ids, spans, place, x) -> list[dict]:
    """A trace for the densities of each posterior, and one for those of its prior."""
    ridges, found = explorer.ridges, {}
    for reaction in ids:
        for ridge in ridges.curves(reaction, *spans[reaction], explorer.priors):
            xs, ys = found.setdefault((ridge.prior, ridge.posterior), ([], []))
            xs += [*x(ridge.x, reaction), None]
            ys += [*np.round(place[reaction] + HIGH * ridge.y, 3).tolist(), None]
    traces = []
    for (prior, k), (xs, ys) in sorted(
        found.items(), key=lambda item: (not item[0][0], item[0][1])
    ):
        colour, name = COLOURS[k % len(COLOURS)], html.escape(ridges.names[k])
        look = {"fill": "toself", "fillcolor": clear(colour, 0.3)}
        line = {"color": colour, "width": 1.6}
        if prior:
            look, name = {}, f"prior of {name}"
            line = {"color": colour, "width": 1.2, "dash": DASHES[k % len(DASHES)]}
        traces.append(
            {"type": "scatter", "mode": "lines", "name": name, "x": xs, "y": ys, "line": line}
            | {"hoverinfo": "skip"}
            | look
        )
    return traces


def _intervals(explorer, k, name, ids, place, x) -> list[dict]:
    """Bars below the densities of a posterior, and its medians."""
    table, colour = explorer.ridges.tables[name], COLOURS[k % len(COLOURS)]
    heights = [place[r] - BELOW - BAR * k for r in ids]
    bars = {"x": [], "y": []}
    for reaction, y in zip(ids, heights):
        bars["x"] += [*x(table.loc[reaction, ["lower", "upper"]], reaction), None]
        bars["y"] += [y, y, None]
    medians = [x(table.loc[r, "median"], r) for r in ids]
    common = {"type": "scatter", "showlegend": False}
    return [
        common
        | {
            "mode": "lines",
            "line": {"color": colour, "width": 4},
            "opacity": 0.6,
            "hoverinfo": "skip",
        }
        | bars,
        common
        | {
            "mode": "markers",
            "x": medians,
            "y": heights,
            "marker": {"color": colour, "size": 9, "symbol": SYMBOLS[k % len(SYMBOLS)]}
            | {"line": {"color": "white", "width": 1}},
            "meta": ids,
            "customdata": [_words(explorer, name, r) for r in ids],
            "hovertemplate": "%{customdata}<extra></extra>",
        },
    ]


def _words(explorer, name, reaction) -> str:
    row = explorer.ridges.tables[name].loc[reaction]
    interval = interval_text(row["lower"], row["upper"])
    lines = [
        f"<b>{html.escape(reaction)}</b>, {html.escape(name)}",
        f"median {flux_text(row['median'])} {FLUX_UNITS}",
        f"{level_text(explorer.level)} interval {interval} {FLUX_UNITS}",
        f"its width {flux_text(row['width'], 3)} {FLUX_UNITS}",
        f"coefficient of variation {row['cv']:.3g}",
    ]
    if row["narrowing"] == row["narrowing"]:
        lines[3] += f", {row['narrowing']:.0%} of the prior's"
    if row["r_hat"] == row["r_hat"]:
        lines[4] += f", R-hat {row['r_hat']:.3f}"
    return "<br>".join(lines)


def _chosen(explorer, place) -> list[dict]:
    """A pale ground for chosen rows."""
    return [
        {"type": "rect", "xref": "paper", "x0": 0, "x1": 1, "yref": "y", "layer": "below"}
        | {"y0": place[r] - 0.36, "y1": place[r] + 0.64, "fillcolor": CHOSEN, "line": {"width": 0}}
        for r in explorer.selection
        if r in place
    ]


def _zeros(ids, spans, place, x, below) -> list[dict]:
    """A foot for every row, and a dotted line where the flux is nothing."""
    foot = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "yref": "y", "layer": "below"}
    shapes = [
        foot | {"y0": place[r], "y1": place[r], "line": {"color": "#ccc", "width": 1}} for r in ids
    ]
    for r in ids:
        if spans[r][0] < 0 < spans[r][1]:
            at = x(0.0, r)
            shapes.append(
                {"type": "line", "x0": at, "x1": at, "yref": "y", "layer": "below"}
                | {"y0": place[r] - below, "y1": place[r] + HIGH}
                | {"line": {"color": "#888", "width": 1, "dash": "dot"}}
            )
    return shapes


def _figures(ridges, figures, ids, place, rows) -> list[dict]:
    """Figures beside the rows, and their headings."""
    table = ridges.tables[ridges.names[-1]] if ridges.pair is None else ridges.pair
    common = {"xref": "paper", "x": 1, "xanchor": "right", "showarrow": False}
    texts = []
    for k, (key, heading) in enumerate(figures.items()):
        at = common | {"xshift": COLUMN * (k + 1)}
        head = {"y": rows - 0.2, "yref": "y", "yanchor": "bottom", "text": heading}
        texts.append(at | head | {"font": {"size": 11, "color": "#444"}})
        for reaction in ids:
            words = figure_text(key, table.loc[reaction, key])
            texts.append(at | {"y": place[reaction] + 0.2, "yref": "y", "text": words})
    return texts
