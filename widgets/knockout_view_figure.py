"""The scatter of a KnockoutView: predicted against measured net fluxes with both intervals."""

import html

import numpy as np

from .chart_style import axis, layout
from .flux_map_words import interval_text, level_text
from .knockout_view_labels import Labels
from .trajectory_explorer_parts import rounded

SAME, APART = "#0072B2", "#D55E00"  # intervals that overlap, and those that do not
HEIGHT = 460
NAMED = 6  # labels, at the largest differences
SAME_PLACE = 0.002  # of what is one dot; widths of the chart


def agreement_figure(explorer) -> dict:
    """Dots with error bars, the line of agreement, and rings around what is chosen.

    Traces of dots have meta, their reaction ids, to tell which reaction a point is.
    """
    table = explorer.table
    parts = ((True, SAME, "intervals overlap"), (False, APART, "intervals do not overlap"))
    traces = [
        _dots(table[table["overlap"] == overlap], colour, words, explorer.level)
        for overlap, colour, words in parts
    ]
    chosen, ends = table.loc[[r for r in explorer.selection if r in table.index]], _ends(table)
    labels = Labels(ends)
    places = list(zip(chosen.index, chosen["measured"], chosen["predicted"]))
    for _, x, y in places:
        labels.ring(x, y)
    traces.append(
        {
            "type": "scatter",
            "mode": "markers+text",
            "name": "chosen",
            "x": rounded(chosen["measured"]).tolist(),
            "y": rounded(chosen["predicted"]).tolist(),
            "text": [html.escape(str(r)) for r in chosen.index],
            "textposition": [labels.chosen(*place) for place in places],
            "marker": {"symbol": "circle-open", "size": 16, "color": "#222", "line": {"width": 2}},
            "hoverinfo": "skip",
            "showlegend": False,
        }
    )
    line = {"type": "line", "line": {"color": "#888", "width": 1.2, "dash": "dash"}}
    line |= {"x0": ends[0], "y0": ends[0], "x1": ends[1], "y1": ends[1], "layer": "below"}
    look = layout(
        HEIGHT,
        margin={"l": 60, "r": 14, "t": 40, "b": 46},
        xaxis=axis("measured net flux (mmol/gDW/h)", range=ends),
        yaxis=axis("predicted net flux (mmol/gDW/h)", range=ends),
        shapes=[line],
        annotations=_names(table, explorer.selection, ends, labels),
        legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom"},
    )
    return {"data": traces, "layout": look}


def _dots(table, colour, words, level) -> dict:
    text = level_text(level)
    hover = [
        f"<b>{html.escape(str(r))}</b><br>predicted {row.predicted:.4g}, {text} "
        f"{interval_text(row.predicted_lower, row.predicted_upper)}<br>measured {row.measured:.4g}, {text} "
        f"{interval_text(row.measured_lower, row.measured_upper)}"
        for r, row in table.iterrows()
    ]
    bars = {
        f"error_{side}": {
            "type": "data",
            "symmetric": False,
            "array": rounded(table[f"{name}_upper"] - table[name]).clip(0).tolist(),
            "arrayminus": rounded(table[name] - table[f"{name}_lower"]).clip(0).tolist(),
            "thickness": 1,
            "width": 0,
            "color": colour,
        }
        for side, name in (("x", "measured"), ("y", "predicted"))
    }
    return {
        "type": "scatter",
        "mode": "markers",
        "name": f"{words} ({len(table)})",
        "x": rounded(table["measured"]).tolist(),
        "y": rounded(table["predicted"]).tolist(),
        "marker": {"color": colour, "size": 7, "opacity": 0.85},
        "meta": [str(r) for r in table.index],
        "text": hover,
        "hovertemplate": "%{text}<extra></extra>",
        **bars,
    }


def _names(table, selection, ends, labels) -> list[dict]:
    """Ids of the largest differences: one label for dots in one place, none that covers another."""
    span, together = ends[1] - ends[0], []
    for reaction, place in table[["measured", "predicted"]][: 3 * NAMED].iterrows():
        if reaction in selection:
            continue
        same = (ids for other, ids in together if (abs(other - place) < SAME_PLACE * span).all())
        if (ids := next(same, None)) is not None:
            ids.append(str(reaction))
        else:
            together.append((place, [str(reaction)]))
    found = []
    for (x, y), ids in together:
        text = _listed(ids)
        side = labels.side(text, x, y) if len(found) < NAMED else None
        if side is not None:
            found.append(_label(text, float(x), float(y), *side.split()))
    return found


def _label(text, x, y, high, wide) -> dict:
    """high, wide: "top" or "bottom", and "left" or "right" of its dot."""
    return {
        "x": x,
        "y": y,
        "text": html.escape(text),
        "showarrow": False,
        "xanchor": "left" if wide == "right" else "right",
        "xshift": 7 if wide == "right" else -7,
        "yshift": -9 if high == "bottom" else 9,
        "bgcolor": "rgba(255,255,255,0.7)",
        "font": {"size": 11, "color": "#444"},
    }


def _listed(ids) -> str:
    return ids[0] if len(ids) == 1 else f"{ids[0]}, {ids[1]}" + " …" * (len(ids) > 2)


def _ends(table) -> list[float]:
    columns = [c for c in table.columns if c.startswith(("predicted", "measured"))]
    low, high = float(np.min(table[columns])), float(np.max(table[columns]))
    margin = 0.04 * (high - low) or 1.0
    return [low - margin, high + margin]
