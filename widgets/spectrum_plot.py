"""The spectrum of one parameter set in the complex plane."""

import numpy as np

from .axes import number
from .chart_style import axis, layout, note
from .colours import CLASS_COLOURS
from .plotly_chart import PlotlyChart

LINEAR = 1.0  # 1/h; the axes are linear below about this size and logarithmic above
DECADES = [0.0, *(sign * 10.0**k for sign in (1, -1) for k in range(1, 16))]
UNSTABLE_SHADE, SLOW_SHADE = "rgba(213, 94, 0, 0.16)", "rgba(230, 159, 0, 0.18)"


def squashed(values) -> np.ndarray:
    """Positions on an axis that is linear near zero and logarithmic on both sides."""
    values = np.asarray(values, float)
    return np.sign(values) * np.log10(1 + np.abs(values) / LINEAR)


class SpectrumPlot:
    """A chart of eigenvalues; `show` and `clear` change it, `widget` is what is displayed."""

    def __init__(self, height: int):
        self.height = height
        self.widget = PlotlyChart()

    def clear(self, sentence: str) -> None:
        """Show no spectrum, but a sentence that says how to get one."""
        middle = {
            "text": sentence,
            "xref": "paper",
            "yref": "paper",
            "x": 0.5,
            "y": 0.5,
            "showarrow": False,
            "font": {"size": 14, "color": "#555"},
        }
        hidden = {"visible": False}
        self.widget.figure = {
            "data": [],
            "layout": layout(self.height, annotations=[middle], xaxis=hidden, yaxis=hidden),
        }

    def show(self, eigenvalues, title: str, threshold: float | None = None) -> None:
        """Show eigenvalues (n,) in 1/h; threshold: where the region of the too slow begins, in 1/h."""
        x, y = squashed(eigenvalues.real), squashed(eigenvalues.imag)
        margin = 0.04 * (x.max() - x.min()) + 0.2
        low, high = min(x.min(), -2) - margin, max(x.max(), 1.2) + margin
        top = max(np.abs(y).max(), 1) * 1.12
        points = {
            "type": "scatter",
            "mode": "markers",
            "x": x.tolist(),
            "y": y.tolist(),
            "text": [complex_text(value) for value in eigenvalues],
            "hovertemplate": "%{text}<extra></extra>",
            "marker": {
                "size": 9,
                "color": _colours(eigenvalues.real, threshold),
                "line": {"width": 1, "color": "white"},
            },
        }
        self.widget.figure = {
            "data": [points],
            "layout": layout(
                self.height,
                title={"text": title, "font": {"size": 14}, "x": 0.02, "xanchor": "left"},
                margin={"l": 62, "r": 16, "t": 64, "b": 74},
                annotations=[note(_legend(threshold))],
                showlegend=False,
                dragmode="zoom",
                xaxis=axis("Re λ (1/h)", **_ticks(low, high)),
                yaxis=axis("Im λ (1/h)", **_ticks(-top, top)),
                shapes=_regions(threshold, high),
            ),
        }


def _colours(real, threshold) -> list[str]:
    """Eigenvalues in the colour of the class that they alone would give a set."""
    slow = real >= (0 if threshold is None else threshold)
    names = np.select([real >= 0, slow], ["unstable", "too slow"], "relevant")
    return [CLASS_COLOURS[name] for name in names]


def complex_text(value: complex) -> str:
    """λ = −9.1 ± 3 i per hour."""
    if value.imag == 0:
        return f"λ = {number(value.real)} /h"
    sign = "+" if value.imag > 0 else "−"
    return f"λ = {number(value.real)} {sign} {number(abs(value.imag))} i /h"


def _legend(threshold) -> str:
    if threshold is None or threshold >= 0:
        return "one point an eigenvalue; shaded: unstable"
    return (
        f"one point an eigenvalue; shaded: too slow (right of {number(threshold)}), unstable (of 0)"
    )


def _regions(threshold, high) -> list[dict]:
    """Shades of what is too slow and of what is unstable, and a line at the threshold."""

    def upright(kind, start, end, **look):
        place = {"x0": float(start), "x1": float(end), "y0": 0, "y1": 1, "yref": "paper"}
        return {"type": kind, "layer": "below", **place, **look}

    none = {"width": 0}
    shapes = [upright("rect", 0, high, fillcolor=UNSTABLE_SHADE, line=none)]
    if threshold is not None and threshold < 0:
        edge = squashed(threshold)
        shapes.append(upright("rect", edge, 0, fillcolor=SLOW_SHADE, line=none))
        dashed = {"width": 1.5, "color": "#222", "dash": "dash"}
        shapes.append(upright("line", edge, edge, line=dashed))
    return shapes


def _ticks(low, high) -> dict:
    # Every decade where they are few, else every second one: labels must not collide.
    step = 1 if high - low < 8 else 2
    shown = [v for v in DECADES if v == 0 or round(np.log10(abs(v))) % step == 0]
    return {
        "range": [float(low), float(high)],
        "tickvals": squashed(shown).tolist(),
        "ticktext": [number(v) for v in shown],
        "zeroline": True,
        "zerolinecolor": "#888",
    }
