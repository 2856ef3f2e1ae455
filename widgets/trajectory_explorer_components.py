"""What principal components are made of: their shares of the variance, and their loadings."""

import numpy as np

from .chart_style import axis, layout
from .trajectory_explorer_parts import empty_figure, rounded

HEIGHTS = (200, 350)  # of the shares and of the loadings, in pixels
MOST = 8  # components whose shares are shown
METABOLITES = 12
# For the components on the axes, in their order; told apart by hatching, too.
LOOKS = (("#0072B2", ""), ("#E69F00", "/"), ("#009E73", "x"))


def scree_figure(explorer) -> dict:
    """Bars of the explained variance, and the sum up to each component."""
    if explorer.pca is None:
        return empty_figure("", HEIGHTS[0])
    shares = 100 * explorer.pca.explained_variance_ratio[:MOST]
    numbers = list(range(1, len(shares) + 1))
    on_axes = {number: LOOKS[k] for k, number in enumerate(explorer.axes)}
    looks = [on_axes.get(number, ("#c4c4c4", "")) for number in numbers]
    total = np.cumsum(shares)
    traces = [
        {
            "type": "bar",
            "x": numbers,
            "y": rounded(shares).tolist(),
            "marker": _bars(looks),
            "text": [f"{share:.0f}" if share >= 0.5 else "" for share in shares],
            "textposition": "outside",
            "cliponaxis": False,
            "hovertemplate": "PC%{x}: %{y:.2f} %<extra></extra>",
            "name": "each",
            "showlegend": False,
        },
        {
            "type": "scatter",
            "mode": "lines+markers",
            "x": numbers,
            "y": rounded(total).tolist(),
            "line": {"color": "#555", "width": 1},
            "marker": {"color": "#555", "size": 5},
            "hovertemplate": "PC1 to PC%{x}: %{y:.2f} %<extra></extra>",
            "name": "together",
            "showlegend": False,
        },
    ]
    return {
        "data": traces,
        "layout": layout(
            HEIGHTS[0],
            margin={"l": 50, "r": 10, "t": 30, "b": 40},
            annotations=[_heading("Variance explained: each, and together")],
            xaxis=axis("principal component", tickvals=numbers, fixedrange=True),
            yaxis=axis(
                "% of the variance", range=[0, 108], tickvals=[0, 25, 50, 75, 100], fixedrange=True
            ),
            bargap=0.25,
        ),
    }


def loadings_figure(explorer) -> dict:
    """Bars of the loadings of the components on the axes, by metabolite."""
    if explorer.pca is None:
        return empty_figure("", HEIGHTS[1])
    table = explorer.pca.loadings[explorer.axes]
    largest = table.abs().max(axis=1).sort_values(ascending=False).index[:METABOLITES]
    names = [str(name) for name in largest][::-1]
    traces = []
    for k, number in enumerate(explorer.axes):
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "x": rounded(table.loc[names, number]).tolist(),
                "y": names,
                "name": f"PC{number}",
                "marker": _bars([LOOKS[k]] * len(names)),
                "hovertemplate": f"%{{y}}: %{{x:.3f}} on PC{number}<extra></extra>",
                "showlegend": True,
            }
        )
    return {
        "data": traces,
        "layout": layout(
            HEIGHTS[1],
            margin={"l": 70, "r": 10, "t": 50, "b": 40},
            annotations=[_heading(f"Largest loadings, {len(names)} metabolites", 30)],
            legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom"}
            | {"traceorder": "normal"},
            xaxis=axis("loading", zeroline=True, zerolinecolor="#888", fixedrange=True),
            yaxis=axis("", tickvals=names, tickfont={"size": 11}, fixedrange=True),
            barmode="group",
            bargap=0.3,
        ),
    }


def _bars(looks) -> dict:
    return {
        "color": [colour for colour, _ in looks],
        "pattern": {
            "shape": [shape for _, shape in looks],
            "fillmode": "overlay",
            "fgcolor": "white",
            "size": 5,
        },
        "line": {"width": 0},
    }


def _heading(text: str, up: int = 8) -> dict:
    return {
        "text": f"<b>{text}</b>",
        "font": {"size": 13},
        "showarrow": False,
        **{"xref": "paper", "x": 0, "xanchor": "left", "xshift": -40},
        **{"yref": "paper", "y": 1, "yanchor": "bottom", "yshift": up},
    }
