"""What the parts of a TrajectoryExplorer have in common."""

import html
import textwrap

import ipywidgets as w
import numpy as np

from .chart_style import layout

DIGITS = 5  # of numbers in charts


def component_text(explorer, number: int) -> str:
    """A component with its share of the variance."""
    share = explorer.pca.explained_variance_ratio[number - 1]
    return f"PC{number} ({100 * share:.1f}\u202f%)"


def empty_figure(sentence: str, height: int) -> dict:
    """A chart that holds a sentence only."""
    lines = "<br>".join(textwrap.wrap(html.escape(sentence), 52))
    text = {
        "text": lines,
        "showarrow": False,
        "font": {"size": 13, "color": "#555"},
        **{"xref": "paper", "x": 0.5, "yref": "paper", "y": 0.5},
    }
    bare = {"visible": False, "range": [0, 1]}
    look = layout(height, xaxis=bare, yaxis=bare, annotations=[text])
    return {"data": [{"type": "scatter", "x": [None], "y": [None]}], "layout": look}


def few(data, most: int) -> np.ndarray:
    """Some of the drawn rows, evenly spread, for a picture that must stay small."""
    drawn = data.drawn
    return drawn[np.unique(np.linspace(0, len(drawn) - 1, min(most, len(drawn))).astype(int))]


def rounded(values) -> np.ndarray:
    """Values to a few digits, as charts need them."""
    values = np.asarray(values, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.floor(np.log10(np.abs(values)))
    scale = 10.0 ** (DIGITS - 1 - np.where(np.isfinite(size), size, 0))
    return np.round(values * scale) / scale


def picker(description: str, description_width: str, width: str):
    """A dropdown that shrinks where there is little room."""
    return w.Dropdown(
        description=description,
        options=[],
        layout=w.Layout(width="auto", flex=f"0 1 {width}", min_width="130px", margin="2px 8px"),
        style={"description_width": description_width},
    )
