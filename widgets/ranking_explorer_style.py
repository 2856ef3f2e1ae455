"""What the charts of a RankingExplorer have in common.

All axes are linear, with ends and ticks of their own, so that a static picture can be drawn from a chart
without knowing how Plotly chooses them.
"""

import textwrap

import numpy as np

from .axes import Axis
from .chart_style import axis, layout
from .training_monitor_chart import LEGEND, heading

__all__ = ["HEIGHT", "LEGEND", "MARGIN", "empty_panel", "heading", "km_axis", "top_text"]

HEIGHT = 330  # pixels
MARGIN = {"l": 66, "r": 20, "t": 58, "b": 50}
LETTERS = 46  # of a sentence in an empty chart


def empty_panel(title: str, sentence: str, height: int = HEIGHT) -> dict:
    """A chart without data: what it would show, and why there is none."""
    middle = {
        "text": "<br>".join(textwrap.wrap(sentence, LETTERS)),
        "showarrow": False,
        "font": {"size": 13, "color": "#555"},
        **{"xref": "x domain", "x": 0.5, "yref": "y domain", "y": 0.5},
    }
    bare = {"range": [0, 1], "tickvals": [], "ticktext": [], "showgrid": False, "zeroline": False}
    frame = bare | {"linecolor": "#ccc", "showline": True, "mirror": True}
    return {
        # Axes without a trace are not drawn, and then there is nothing that texts could refer to.
        "data": [{"type": "scatter", "x": [None], "y": [None], "showlegend": False}],
        "layout": layout(
            height,
            margin=MARGIN | {"l": 20},
            annotations=[heading(title), middle],
            xaxis=frame,
            yaxis=frame,
        ),
    }


def km_axis(title: str, low: float, high: float, apart: float = 0.11) -> dict:
    """An axis of log10 Km between two of its values, with ticks as Km in µmol/L."""
    ticks = Axis("log", 10.0**low, 10.0**high).spread_ticks(apart)
    return axis(
        title,
        range=[low, high],
        tickvals=[float(np.log10(value)) for value, _ in ticks],
        ticktext=[text for _, text in ticks],
    )


def top_text(title: str, lines, left: float, top: float) -> list[dict]:
    """A title and lines below it at the left edge of a chart with these margins, in pixels."""
    text = "<br>".join(
        [f"<b>{title}</b>", *(f'<span style="font-size: 11px">{x}</span>' for x in lines)]
    )
    return [
        {
            "text": text,
            "align": "left",
            "font": {"size": 13},
            "showarrow": False,
            **{"xref": "paper", "x": 0, "xanchor": "left", "xshift": 8 - left},
            **{"yref": "paper", "y": 1, "yanchor": "top", "yshift": top - 6},
        }
    ]
