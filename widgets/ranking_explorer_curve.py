"""Shares of stable and relevant sets over the number of parameters constrained."""

import html

from .axes import grouped, number
from .chart_style import axis, layout
from .ranking_explorer_experiment import MOST
from .ranking_explorer_style import HEIGHT, LEGEND, MARGIN, empty_panel, heading

TITLE = "Constraining the first k parameters"
LOOKS = {
    # share: colour, band, dash, symbol
    "relevant": ("#0072B2", "rgba(0, 114, 178, 0.16)", "solid", "circle"),
    "stable": ("#009E73", "rgba(0, 158, 115, 0.16)", "dash", "square"),
}
SHARES = [0, 0.2, 0.4, 0.6, 0.8, 1]


def curve_text(experiment, shares, trouble: str = "") -> str:
    """What came of the experiment, in words (HTML); trouble: why nothing did."""
    if not shares:
        return html.escape(trouble)
    k = shares["k"]
    parts = []
    for name, (colour, *_) in LOOKS.items():
        low, high = 100 * shares[f"{name}_low"], 100 * shares[f"{name}_high"]
        parts.append(
            f'<span style="border-bottom: 3px solid {colour}"><b>'
            f"{percent(shares[f'share_{name}'])}</b> {name}</span> ({low:.0f} to {high:.0f}\u202f%)"
        )
    first = "The first parameter" if k == 1 else f"Each of the first {k} parameters"
    return (
        f"{first} is set beyond its outer {number(shares['percentile'])}\u202f%, on the side that "
        f"favours relevance. Of {grouped(shares['n'])} {experiment.kind} sets: {', '.join(parts)}."
    )


def percent(share: float) -> str:
    """A share as 63 %."""
    return f"{100 * share:.0f}\u202f%"


def curve_panel(experiment, k: int, percentile: float) -> dict:
    """The whole curve, as far as it is known, with intervals, and a line at k."""
    if experiment.impossible:
        return empty_panel(TITLE, experiment.impossible)
    rows = experiment.curve(percentile)
    bands = [_band(rows, name) for name in LOOKS]
    line = {"color": "#222", "width": 1, "dash": "dot"}
    at_k = {"type": "line", "x0": k, "x1": k, "y0": 0, "y1": 1, "yref": "y domain", "line": line}
    return {
        "data": [*bands, *(_line(rows, name, k) for name in LOOKS)],
        "layout": layout(
            HEIGHT,
            margin=MARGIN,
            annotations=[heading(TITLE)],
            shapes=[at_k],
            legend=LEGEND,
            xaxis=axis(
                f"k, parameters constrained (outer {number(percentile)}\u202f%)",
                range=[-0.5, MOST + 0.5],
                tickvals=list(range(0, MOST + 1, 2)),
                ticktext=[str(n) for n in range(0, MOST + 1, 2)],
            ),
            yaxis=axis(
                f"share of {grouped(experiment.n_sets)} {experiment.kind} sets",
                range=[-0.02, 1.02],
                tickvals=SHARES,
                ticktext=[percent(v) for v in SHARES],
            ),
        ),
    }


def _band(rows, name) -> dict:
    there = [row["k"] for row in rows]
    low, high = ([row[f"{name}_{end}"] for row in rows] for end in ("low", "high"))
    colour = LOOKS[name][1]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [*there, *there[::-1]],
        "y": [*low, *high[::-1]],
        "fill": "toself",
        "fillcolor": colour,
        "line": {"width": 0, "color": colour},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _line(rows, name, k) -> dict:
    colour, _, dash, symbol = LOOKS[name]
    sizes = [12 if row["k"] == k else 6 for row in rows]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": [row["k"] for row in rows],
        "y": [row[f"share_{name}"] for row in rows],
        "line": {"color": colour, "width": 2, "dash": dash},
        "marker": {"color": colour, "symbol": symbol, "size": sizes},
        "customdata": [[row[f"{name}_low"], row[f"{name}_high"]] for row in rows],
        "hovertemplate": f"k = %{{x}}: %{{y:.0%}} {name} "
        "(%{customdata[0]:.0%} to %{customdata[1]:.0%})<extra></extra>",
        "showlegend": True,
    }
