"""Trajectories along principal components, in a plane or in space, as a Plotly figure."""

import html

import numpy as np

from kinetools.kinetics.rules import CLASSES

from .axes import grouped
from .chart_style import axis, layout
from .colours import CLASS_COLOURS
from .trajectory_explorer_parts import component_text, empty_figure, rounded
from .trajectory_explorer_words import (
    CLASS_SYMBOLS,
    VERDICT_COLOURS,
    VERDICT_MARKS,
    VERDICT_SYMBOLS,
    class_name,
    trajectory_text,
    verdict_word,
)

HEIGHT = 470  # pixels
LETTERS = "xyz"
CHOSEN = "#111111"


def plane_figure(explorer, rows=None, axes=None) -> dict:
    """{"data": [...], "layout": {...}}; rows: trajectories to draw (default: those of the sample); axes:
    components (default: the explorer's).

    Each trace says in `meta` what it is: "paths" are trajectories one after the other with a gap after
    each, "markers" are what moves along those of the trace number `paths`, "start" and "end" stand still;
    `rows` names the trajectory of each path or mark.
    """
    if explorer.pca is None:
        return empty_figure(explorer.problem, HEIGHT)
    rows = explorer.data.drawn if rows is None else np.asarray(rows)
    data = explorer.data
    scores, steady = data.scores(explorer.pca, rows)
    axes = explorer.axes if axes is None else axes
    columns = [a - 1 for a in axes]
    scores, steady = rounded(scores[..., columns]), rounded(steady[columns])
    kind = "scatter3d" if len(columns) == 3 else "scatter"
    traces, movers = [], []
    groups = _groups(explorer, rows)
    for name, _, colour, symbol, members in groups:
        look = {"color": colour, "symbol": symbol, "size": 3 if kind == "scatter3d" else 5}
        movers.append((len(traces), name, colour, symbol, rows[members]))
        traces.append(_paths(kind, data, scores[members], rows[members], name, colour))
        ends = _last(scores[members])
        traces.append(_marks(kind, "end", ends, rows[members], name, look | {"opacity": 0.6}))
        entry = look | {"size": 2 * look["size"]}
        traces.append(_entry(kind, *_legend(name, groups), entry))
    traces.append(
        _marks(kind, "start", scores[:, 0], rows, "start", _ring("#555", kind), showlegend=True)
    )
    own, _ = data.scores(explorer.pca, [explorer.row])
    own = rounded(own[..., columns])
    path = _paths(kind, data, own, [explorer.row], "chosen", CHOSEN)
    path |= {"opacity": 1, "line": {"color": CHOSEN, "width": 5 if len(columns) == 3 else 2.5}}
    traces.append(path | {"name": "chosen", "showlegend": True})
    movers.append((len(traces) - 1, "chosen", CHOSEN, "circle", np.array([explorer.row])))
    for number, name, colour, symbol, of in movers:
        big = (4, 7) if kind == "scatter3d" else (8, 13)
        look = {"color": colour, "symbol": symbol, "size": big[name == "chosen"]}
        look["line"] = {"color": "white", "width": 1}
        starts = np.full((len(of), len(columns)), np.nan)
        trace = _marks(kind, "markers", starts, of, name, look)
        traces.append(trace | {"meta": trace["meta"] | {"paths": number}})
    star = {"color": "black", "symbol": "cross", "size": 6 if kind == "scatter3d" else 13}
    star["line"] = {"color": "white", "width": 1.5}
    trace = _marks(kind, "steady", steady[None], [], "steady state", star, showlegend=True)
    traces.append(trace | {"text": ["steady state"]})
    return {"data": traces, "layout": _layout(explorer, axes)}


def filled(figure: dict, minutes, index: int) -> dict:
    """The figure with its markers at a time, and a trace for each trajectory, as pages without our script
    can show it."""
    data, length, traces = figure["data"], len(minutes) + 1, []
    for trace in data:
        kind, letters = trace.get("meta", {}).get("kind"), [k for k in LETTERS if k in trace]
        plain = {name: value for name, value in trace.items() if name != "meta"}
        if kind == "paths":
            for k, label in enumerate(trace["meta"]["labels"]):
                own = {x: trace[x][k * length : (k + 1) * length - 1] for x in letters}
                first = {"showlegend": trace["showlegend"] and k == 0}
                traces.append(plain | own | first | {"hovertemplate": f"{label}<extra></extra>"})
        elif kind == "markers":
            path = data[trace["meta"]["paths"]]
            traces.append(plain | {x: path[x][index::length] for x in letters})
        else:
            traces.append(plain)
    return figure | {"data": traces}


def _groups(explorer, rows) -> list:
    """(name, number of all, colour, symbol, positions in rows) of what is coloured alike."""
    data, result = explorer.data, []
    if explorer.colour == "class":
        own = data.labels[rows // len(data.trials)]
        every = np.repeat(data.labels, len(data.trials))
        for name in [*CLASSES, *sorted({*every} - {*CLASSES})]:
            if (every == name).any():
                look = CLASS_COLOURS.get(name, "#000000"), CLASS_SYMBOLS.get(name, "circle")
                members = np.flatnonzero(own == name)
                result.append((class_name(name), int((every == name).sum()), *look, members))
        return result
    for k, (name, n) in enumerate(data.counts().items()):
        if n:
            members = np.flatnonzero(data.verdicts[rows] == k)
            text = f"{VERDICT_MARKS[name]} {verdict_word(data, name)}"
            result.append((text, n, VERDICT_COLOURS[name], VERDICT_SYMBOLS[name], members))
    return sorted(result, key=lambda group: -len(group[-1]))  # the few lie on top


def _legend(name, groups) -> tuple[str, str]:
    n = next(group[1] for group in groups if group[0] == name)
    return name, f"{name[2:]}: {grouped(n)}" if name[1:2] == " " else f"{name}: {grouped(n)}"


def _paths(kind, data, scores, rows, name, colour) -> dict:
    gap = np.full((len(scores), 1, scores.shape[-1]), np.nan)
    places = np.concatenate([scores, gap], axis=1).reshape(-1, scores.shape[-1])
    return {
        "type": kind,
        "mode": "lines",
        "name": name,
        "legendgroup": name,
        "showlegend": False,
        **_coordinates(places),
        "line": {"color": colour, "width": 3 if kind == "scatter3d" else 1.2},
        "opacity": 0.45,
        "hoverinfo": "text",
        "connectgaps": False,
        "meta": {
            "kind": "paths",
            "rows": [int(row) for row in rows],
            "labels": [html.escape(trajectory_text(data, int(row))) for row in rows],
        },
    }


def _marks(kind, what, places, rows, name, marker, showlegend=False) -> dict:
    return {
        "type": kind,
        "mode": "markers",
        "name": name,
        "legendgroup": name,
        "showlegend": showlegend,
        **_coordinates(places),
        "marker": marker,
        "hoverinfo": "text" if what == "steady" else "skip",
        "meta": {"kind": what, "rows": [int(row) for row in rows]},
    }


def _entry(kind, group, text, marker) -> dict:
    """An entry of the legend that stands for lines and marks."""
    nowhere = {letter: [None] for letter in LETTERS[: 3 if kind == "scatter3d" else 2]}
    return {
        "type": kind,
        "mode": "lines+markers",
        "name": text,
        "legendgroup": group,
        "showlegend": True,
        **nowhere,
        "line": {"color": marker["color"], "width": 1.5},
        "marker": marker,
        "hoverinfo": "skip",
    }


def _ring(colour, kind) -> dict:
    look = (3, 0.35) if kind == "scatter3d" else (5, 0.7)
    return {"color": colour, "symbol": "circle-open", "size": look[0], "opacity": look[1]}


def _coordinates(places) -> dict:
    plain = np.where(np.isfinite(places), places, None)
    return {letter: plain[:, k].tolist() for k, letter in enumerate(LETTERS[: places.shape[1]])}


def _last(scores) -> np.ndarray:
    """The last known place of each trajectory (row, axis)."""
    known = np.isfinite(scores).all(axis=-1)
    last = np.where(known.any(axis=1), known.shape[1] - 1 - known[:, ::-1].argmax(axis=1), 0)
    return scores[np.arange(len(scores)), last]


def _layout(explorer, axes) -> dict:
    legend = {"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom"}
    common = {
        # Zoom and turning stay while the axes stay the same.
        "uirevision": f"{axes}",
        "legend": legend,
    }
    if len(axes) == 2:
        return layout(
            HEIGHT,
            margin={"l": 62, "r": 14, "t": 62, "b": 48},
            dragmode="zoom",
            xaxis=axis(component_text(explorer, axes[0])),
            yaxis=axis(component_text(explorer, axes[1])),
            **common,
        )
    look = {"backgroundcolor": "white", "gridcolor": "#ddd", "zerolinecolor": "#bbb"}
    scene = {f"{x}axis": {"title": {"text": f"PC{a}"}, **look} for x, a in zip(LETTERS, axes)}
    scene["camera"] = {
        "eye": {"x": 1.4, "y": 1.4, "z": 1.0},
        "center": {"x": 0, "y": 0, "z": -0.12},
    }
    return layout(
        HEIGHT,
        margin={"l": 0, "r": 0, "t": 62, "b": 0},
        scene=scene | {"aspectmode": "cube", "dragmode": "orbit"},
        **common,
    )
