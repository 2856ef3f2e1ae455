"""What all charts of a training have in common: size, colours, curves, lines with their texts."""

import numpy as np

from .axes import decades, number
from .chart_style import axis, layout
from .training_monitor_thinning import thinned

HEIGHT = 290  # pixels
MARGIN = {"l": 62, "r": 128, "t": 58, "b": 46}
# Okabe and Ito's colours, which the colour-blind can tell apart; yellow is too pale for lines.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#222222")
GREY = "#666"
LONG = 42  # letters of a title
LABEL_HEIGHT, LEADER = 14, 16  # pixels: of a line's text, from the line's end to it


def colour(k: int) -> str:
    """Colour of the k-th run."""
    return COLOURS[k % len(COLOURS)]


def curve(values, line_colour, name, dash="solid", hover="%{y:.4~g}") -> dict:
    """A line over the epochs; values: pandas Series by epoch."""
    x, y = thinned(values.index.to_numpy(), values.to_numpy(float))
    return {
        "type": "scatter",
        "mode": "lines" if len(x) > 1 else "markers",
        "name": name,
        "x": x.tolist(),
        "y": [float(f"{value:.6g}") for value in y],
        "line": {"color": line_colour, "width": 1.6, "dash": dash},
        "hovertemplate": f"{name}<br>epoch %{{x}}: {hover}<extra></extra>",
        "showlegend": False,
    }


def legend_entry(name, line_colour, dash, symbol=None, size=7) -> dict:
    """An entry of the legend that stands for several curves."""
    mode = "+".join(["lines"] * (dash is not None) + ["markers"] * (symbol is not None))
    return {
        "type": "scatter",
        "mode": mode,
        "name": name,
        "x": [None],
        "y": [None],
        "line": {"color": line_colour, "width": 1.6, "dash": dash or "solid"},
        "marker": {"color": line_colour, "symbol": symbol or "circle", "size": size},
        "hoverinfo": "skip",
        "showlegend": True,
    }


def panel(
    title, y_title, traces, runs, empty, lines=(), y_range=None, log=False, tickformat="", note=""
) -> dict:
    """A chart over the epochs: curves, horizontal lines with their texts at the right, a title.

    lines: (text, value); y_range: fixed ends; empty: the sentence shown while there is no curve.
    """
    drawn = [trace for trace in traces if trace["x"] and trace["x"][0] is not None]
    if not drawn:
        return empty_panel(title, empty)
    last = max(*(trace["x"][-1] for trace in drawn), *map(_next_checkpoint, runs))
    if log:
        lines = [(text, value) for text, value in lines if value > 0]
    low, high = y_range or _range(drawn, [value for _, value in lines], log)
    look = {"range": [low, high]}
    if log:
        ticks = decades(10**low, 10**high)
        if len(ticks) < 3:
            ticks += [k * v for v in decades(10 ** (low - 1), 10**high) for k in (2, 5)]
        look |= {"type": "log", "tickvals": ticks, "ticktext": [number(v) for v in ticks]}
    if tickformat:
        look["tickformat"] = tickformat
    levels = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [0, last],
            "y": [value, value],
            "line": {"color": "#999", "width": 1, "dash": "dash"},
            "name": text,
            "hovertemplate": f"{text}<extra></extra>",
            "showlegend": False,
        }
        for text, value in lines
    ]
    annotations = [heading(title), *_line_texts(lines, low, high, log)]
    if note:
        annotations.append(_corner(note))
    margin = MARGIN if lines else MARGIN | {"r": 20}
    whole = {"dtick": 1} if last < 6 else {}  # no ticks between two epochs
    return {
        "data": levels + traces,
        "layout": layout(
            HEIGHT,
            margin=margin,
            annotations=annotations,
            legend=LEGEND,
            xaxis=axis("epoch", range=[0, last * 1.02], tickformat="d", **whole),
            yaxis=axis(y_title, **look),
            uirevision=f"{title}",
        ),
    }


def _next_checkpoint(watched) -> int:
    # Charts of checkpoints stay as they are, and are not sent, from one checkpoint to the next.
    every = watched.run.parameters.get("checkpoint_every", 1)
    return max(every, -(-watched.run.epoch // every) * every)


LEGEND = {
    "orientation": "h",
    "x": 0,
    "y": 1.0,
    "yanchor": "bottom",
    "font": {"size": 11},
    "bgcolor": "rgba(0,0,0,0)",
}


def empty_panel(title: str, sentence: str) -> dict:
    """A chart without data: what it would show, and when."""
    middle = {
        "text": sentence,
        "showarrow": False,
        "font": {"size": 13, "color": "#555"},
        **{"xref": "x domain", "x": 0.5, "yref": "y domain", "y": 0.5},
    }
    bare = {"showticklabels": False, "showgrid": False, "zeroline": False, "range": [0, 1]}
    return {
        # Axes without a trace are not drawn, and then there is nothing that texts could refer to.
        "data": [{"type": "scatter", "x": [None], "y": [None], "showlegend": False}],
        "layout": layout(
            HEIGHT,
            margin=MARGIN | {"r": 20},
            annotations=[heading(title), middle],
            xaxis=bare | {"linecolor": "#ccc", "showline": True, "mirror": True},
            yaxis=bare | {"linecolor": "#ccc", "showline": True, "mirror": True},
        ),
    }


def heading(title: str) -> dict:
    """The title of a chart, above its legend; a long one in smaller letters."""
    return {
        "text": f"<b>{title}</b>",
        "font": {"size": 13 if len(title) < LONG else 11},
        "showarrow": False,
        **{"xref": "x domain", "x": 0, "xanchor": "left"},
        **{"yref": "y domain", "y": 1, "yanchor": "bottom", "yshift": 30},
    }


def _corner(text: str) -> dict:
    return {
        "text": text,
        "font": {"size": 10, "color": "#555"},
        "showarrow": False,
        **{"xref": "x domain", "x": 1, "xanchor": "right"},
        **{"yref": "y domain", "y": 0, "yanchor": "bottom"},
    }


def _range(traces, values, log):
    """Ends of the y axis (logarithms on a logarithmic one) that show all curves and lines."""
    shown = np.concatenate(
        [[y for y in trace["y"] if y is not None] for trace in traces] + [values]
    )
    shown = shown[np.isfinite(shown)].astype(float)
    if log:
        shown = np.log10(shown[shown > 0]) if (shown > 0).any() else np.array([-3.0, 0.0])
    margin = 0.06 * (shown.max() - shown.min()) or 0.1 * abs(shown.max()) or 0.5
    return float(shown.min() - margin), float(shown.max() + margin)


def _line_texts(lines, low, high, log) -> list[dict]:
    """The texts of horizontal lines, in the right margin, moved apart where they would collide.

    A thin stroke leads from each line to its text.
    """
    if not lines:
        return []
    height = HEIGHT - MARGIN["t"] - MARGIN["b"]
    values = np.array([value for _, value in lines], float)
    values = np.log10(values) if log else values
    places = (values - low) / (high - low) * height
    moved = spread(places, LABEL_HEIGHT, height) - places
    return [
        {
            "text": text,
            "font": {"size": 11, "color": "#444"},
            **{"showarrow": True, "arrowhead": 0, "arrowwidth": 0.8, "arrowcolor": "#999"},
            **{"xref": "x domain", "x": 1, "xanchor": "left", "ax": LEADER},
            **{"yref": "y domain", "y": float(place / height), "yanchor": "middle"},
            "ay": float(-up),
        }
        for (text, _), place, up in zip(lines, places, moved)
    ]


def spread(places, apart: float, end: float) -> np.ndarray:
    """Places between 0 and end, moved as little as needed to lie `apart`, in their order."""
    order = np.argsort(places, kind="stable")
    result = np.array(places, float)[order]
    apart = min(apart, end / max(1, len(result) - 1))
    for _ in range(200):
        gaps = apart - np.diff(result)
        if not (gaps > 1e-6).any():
            break
        for i in np.flatnonzero(gaps > 0):
            gap = apart - (result[i + 1] - result[i])
            if gap > 0:
                result[i] -= gap / 2
                result[i + 1] += gap / 2
        result = np.clip(result, 0, end)
    back = np.empty(len(result))
    back[order] = result
    return back
