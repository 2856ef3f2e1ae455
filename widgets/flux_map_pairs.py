"""Pairs of reactions of a FluxMap: which fluxes go together, and how closely."""

import html

import numpy as np

from kinetools.flux.density import flux_density

from .chart_style import axis, layout
from .flux_map_data import DIFFERENCE
from .flux_map_detail import clear, colour_of, label_of
from .flux_map_words import short
from .trajectory_explorer_parts import empty_figure, rounded

MOST = 4  # reactions
POINTS = 600  # of a posterior in one part
GAP = 0.03  # of the chart's width, between parts
LETTERS = 16  # of ids beside the parts
SIZES = {2: 340, 3: 460, 4: 580}  # height in pixels


def pair_figure(explorer) -> dict:
    """A grid: densities on the diagonal, draws below it, correlations above it.

    Traces of draws have meta {"name": posterior, "samples": [...]}, to tell which draw a point is.
    """
    reactions = explorer.selection[-MOST:]
    names = [n for n in explorer.data.names if _has_all(explorer, n, reactions)]
    if explorer.show != DIFFERENCE:
        names = sorted(names, key=lambda n: n == explorer.show)  # what is shown lies on top
    if len(reactions) < 2:
        return empty_figure("Choose two to four reactions to see how their fluxes go together.", 80)
    if not names:
        return empty_figure("No posterior has all of the chosen reactions.", 80)
    n = len(reactions)
    traces, parts, texts = [], {}, []
    for row in range(n):
        for column in range(n):
            number = row * n + column + 1
            if column <= row:
                parts |= _axes(reactions, row, column, number)
            else:
                texts.append(_correlations(explorer, names, reactions, row, column))
            for name in names:
                if column == row:
                    traces += _diagonal(explorer, name, reactions[row], number)
                elif column < row:
                    traces += _points(explorer, name, reactions[column], reactions[row], number)
    notes = []
    if len(explorer.selection) > MOST:
        notes.append(f"the last {MOST} of the {len(explorer.selection)} that are chosen")
    if lacking := [name for name in explorer.data.names if name not in names]:
        notes.append(f"{html.escape(short(lacking[0]))} does not have all of these reactions")
    if notes:
        place = {"xref": "paper", "yref": "paper", "x": 1, "y": 1, "xanchor": "right"}
        note = {"showarrow": False, "font": {"size": 11, "color": "#555"}, "align": "right"}
        note |= place | {"yanchor": "bottom", "yshift": 4, "text": "<br>".join(notes)}
        texts.append(note)
    seen = set()
    for trace in traces:
        # Plotly's legend has one entry a posterior.
        trace["showlegend"] = trace["mode"] == "markers" and trace["name"] not in seen
        seen |= {trace["name"]} if trace["showlegend"] else set()
    legend = {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "itemsizing": "constant"}
    look = layout(
        SIZES[n],
        margin={"l": 60, "r": 10, "t": 40, "b": 46},
        annotations=texts,
        legend=legend,
        showlegend=len(names) > 1,
        **parts,
    )
    return {"data": traces, "layout": look}


def _has_all(explorer, name, reactions) -> bool:
    return all(r in explorer.data.draws[name] for r in reactions)


def _domain(k, n) -> list[float]:
    size = (1 - GAP * (n - 1)) / n
    return [k * (size + GAP), min(1.0, k * (size + GAP) + size)]


def _axes(reactions, row, column, number) -> dict:
    n = len(reactions)
    own = "" if number == 1 else number
    titles = [html.escape(short(r, LETTERS)) for r in reactions]
    x = axis(titles[column] if row == n - 1 else "", nticks=5)
    y = axis(titles[row] if column == 0 and row else "", nticks=5)
    for one in (x, y):
        one["title"]["font"] = {"size": 12}
    # Parts of one column have one horizontal axis, parts of one row one vertical axis.
    x |= {"domain": _domain(column, n), "anchor": f"y{own}", "showticklabels": row == n - 1}
    y |= {"domain": _domain(n - 1 - row, n), "anchor": f"x{own}"}
    y |= {"showticklabels": column == 0 and row > 0}
    if row > column or (row == column and row < n - 1):
        below = n * (n - 1) + column + 1
        if below != number:
            x |= {"matches": f"x{'' if below == 1 else below}"}
    if column == row:
        y |= {"showticklabels": False, "showgrid": False, "rangemode": "tozero"}
    elif 0 < column < row:
        y |= {"matches": f"y{row * n + 1}"}
    return {f"xaxis{own}": x, f"yaxis{own}": y}


def _place(number) -> dict:
    own = "" if number == 1 else number
    return {"xaxis": f"x{own}", "yaxis": f"y{own}"}


def _diagonal(explorer, name, reaction, number) -> list[dict]:
    found = flux_density(explorer.data.values(name, reaction))
    if found is None:
        return []
    colour = colour_of(explorer, name)
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": label_of(explorer, name),
            "x": rounded(found[0]).tolist(),
            "y": rounded(found[1]).tolist(),
            "line": {"color": colour, "width": 1.5},
            "fill": "tozeroy",
            "fillcolor": clear(colour, 0.2),
            "hoverinfo": "skip",
            **_place(number),
        }
    ]


def _points(explorer, name, a, b, number) -> list[dict]:
    x, y = explorer.data.values(name, a), explorer.data.values(name, b)
    kept = np.unique(np.linspace(0, len(x) - 1, min(POINTS, len(x))).astype(int))
    colour, label = colour_of(explorer, name), label_of(explorer, name)
    traces = [
        {
            "type": "scatter",
            "mode": "markers",
            "name": label,
            "x": rounded(x[kept]).tolist(),
            "y": rounded(y[kept]).tolist(),
            "marker": {"size": 4, "color": colour, "opacity": 0.45},
            "hovertemplate": f"{label}: {html.escape(a)} %{{x:.4~g}}, {html.escape(b)} %{{y:.4~g}}"
            "<extra></extra>",
            "meta": {"name": name, "samples": kept.tolist()},
            **_place(number),
        }
    ]
    if explorer.sample is not None and name == explorer.show:
        traces.append(
            {
                "type": "scatter",
                "mode": "markers+text",
                "name": "single sample",
                "x": [float(x[explorer.sample])],
                "y": [float(y[explorer.sample])],
                "marker": {"size": 11, "color": "white", "line": {"color": "#222", "width": 2.5}},
                "hovertemplate": "this sample: %{x:.4~g}, %{y:.4~g}<extra></extra>",
                **_place(number),
            }
        )
    return traces


def _correlations(explorer, names, reactions, row, column) -> dict:
    lines = []
    for name in names:
        a = explorer.data.values(name, reactions[row])
        b = explorer.data.values(name, reactions[column])
        known = a.std() > 1e-9 and b.std() > 1e-9
        text = f"ρ = {np.corrcoef(a, b)[0, 1]:.2f}".replace("-", "−") if known else "ρ: –"
        lines.append(f'<span style="color: {colour_of(explorer, name)}">{text}</span>')
    n = len(reactions)
    middle = (sum(_domain(k, n)) / 2 for k in (column, n - 1 - row))
    place = dict(zip(("x", "y"), middle)) | {"xref": "paper", "yref": "paper"}
    return {"text": "<br>".join(lines), "showarrow": False, "font": {"size": 14}, **place}
