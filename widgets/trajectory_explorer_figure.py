"""The static picture of a TrajectoryExplorer: its charts in one Plotly figure."""

import html

from .chart_style import FONT
from .trajectory_explorer_components import loadings_figure, scree_figure
from .trajectory_explorer_courses import courses_figure
from .trajectory_explorer_parts import few
from .trajectory_explorer_plane import filled, plane_figure
from .trajectory_explorer_words import counts_text, time_text, trajectory_text

HEIGHT = 900  # pixels
MOST = 60  # trajectories of a figure that is saved with a notebook
PLANE, COURSES = {"x": [0.0, 0.6], "y": [0.49, 0.95]}, {"x": [0.0, 1.0], "y": [0.0, 0.36]}
SCREE, LOADINGS = {"x": [0.73, 1.0], "y": [0.81, 0.95]}, {"x": [0.73, 1.0], "y": [0.49, 0.68]}


def trajectory_figure(explorer):
    """A plain Plotly figure with the plane, the components, and the chosen trajectory."""
    import plotly.graph_objects as go

    data = explorer.data
    rows = few(data, MOST)
    plane = filled(plane_figure(explorer, rows), data.minutes, explorer.time_index)
    parts = [
        (plane, PLANE, ""),
        (scree_figure(explorer), SCREE, "2"),
        (loadings_figure(explorer), LOADINGS, "3"),
        (courses_figure(explorer), COURSES, "4"),
    ]
    traces, layout = [], _frame(explorer, len(rows))
    for part, domain, own in parts:
        _put(part, domain, own, traces, layout)
    return go.Figure({"data": traces, "layout": layout})


def picture_lines(explorer, n_drawn: int) -> list[str]:
    """What the picture shows, in words."""
    data = explorer.data
    lines = [counts_text(data)]
    if n_drawn < len(data):
        lines[0] += f"; {n_drawn} of them are drawn"
    now = time_text(data.minutes[explorer.time_index])
    lines.append(f"{trajectory_text(data, explorer.row)}; marks and line: {now}")
    return lines


def _put(part, domain, own, traces, layout):
    """A chart as one part of the figure."""
    given = part["layout"]
    space = any(trace["type"].endswith("3d") for trace in part["data"])
    place = {"scene": "scene"} if space else {"xaxis": f"x{own}", "yaxis": f"y{own}"}
    traces += [{**trace, **place, "legend": f"legend{own}"} for trace in part["data"]]
    if space:
        layout["scene"] = given["scene"] | {"domain": domain}
    else:
        layout[f"xaxis{own}"] = given["xaxis"] | {"domain": domain["x"], "anchor": f"y{own}"}
        layout[f"yaxis{own}"] = given["yaxis"] | {"domain": domain["y"], "anchor": f"x{own}"}
    if "legend" in given:
        legend = {"x": domain["x"][0], "y": domain["y"][1], "font": {"size": 11}}
        layout[f"legend{own}"] = given["legend"] | legend
    for text in given.get("annotations", ()):
        at = {"x": text["x"] * (domain["x"][1] - domain["x"][0]) + domain["x"][0]}
        at["y"] = text["y"] * (domain["y"][1] - domain["y"][0]) + domain["y"][0]
        layout["annotations"].append(text | at)
    for shape in given.get("shapes", ()):
        over = {
            f"{a}ref": f"{a}{own} domain" if shape.get(f"{a}ref") == "paper" else f"{a}{own}"
            for a in "xy"
        }
        layout["shapes"].append(shape | over)
    for name in ("barmode", "bargap"):
        if name in given:
            layout[name] = given[name]


def _frame(explorer, n_drawn) -> dict:
    text = "<br>".join(html.escape(line) for line in picture_lines(explorer, n_drawn))
    return {
        "height": HEIGHT,
        "font": {"family": FONT, "size": 12, "color": "#222"},
        "paper_bgcolor": "white",
        "plot_bgcolor": "white",
        "hovermode": "closest",
        "margin": {"l": 64, "r": 16, "t": 50, "b": 50},
        "annotations": [
            {
                "text": text,
                "align": "left",
                "showarrow": False,
                "font": {"size": 13},
                **{"xref": "paper", "x": 0, "xanchor": "left", "xshift": -50},
                **{"yref": "paper", "y": 1, "yanchor": "bottom", "yshift": 0},
            }
        ],
        "shapes": [],
    }
