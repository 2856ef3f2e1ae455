"""The static picture of a TrainingMonitor: all charts in one Plotly figure."""

import html
import textwrap

from .chart_style import FONT
from .training_monitor_chart import HEIGHT, LEGEND, MARGIN, colour
from .training_monitor_distribution import distribution_panel
from .training_monitor_panels import (
    accuracy_panel,
    divergence_panel,
    losses_panel,
    metric_panel,
)
from .training_monitor_run import label
from .training_monitor_words import progress, warnings

COLUMNS = ([0, 0.365], [0.635, 1])  # leave room for axes and the texts of lines between them
LINE = 18  # pixels
WIDE = 120  # characters


def training_figure(monitor):
    """A plain Plotly figure with the runs' states, alarms and charts."""
    import plotly.graph_objects as go

    return go.Figure(in_one(*content(monitor)))


def content(monitor) -> tuple[list[dict], list[str]]:
    """The charts of a monitor, and the lines of text above them."""
    runs = monitor.watched
    comparison, epoch = monitor.comparison(), monitor.chosen_epoch
    sets = distribution_panel(
        comparison,
        monitor.shown_parameter(comparison),
        runs.index(monitor.chosen),
        epoch is not None and epoch == monitor.chosen.best,
        runs,
    )
    panels = [
        metric_panel(runs, "incidence"),
        divergence_panel(runs),
        losses_panel(runs),
        accuracy_panel(runs),
        metric_panel(runs, monitor.metric),
        sets,
    ]
    lines = [line for k, one in enumerate(runs) for line in _lines(one, k)]
    return panels, lines


def _lines(watched, k) -> list[str]:
    head = f"<b>{html.escape(label(watched))}</b>: {html.escape(progress(watched))}"
    alarms = [
        f'<span style="color: #a33d00">{"⚠ " if i == 0 else ""}{html.escape(line)}</span>'
        for sentence in warnings(watched)
        for i, line in enumerate(textwrap.wrap(sentence, WIDE))
    ]
    return [f'<span style="color: {colour(k)}">■</span> {head}', *alarms]


def in_one(panels, lines) -> dict:
    """One figure of several: two columns, with lines of text above.

    The panels name the axes x and y only, and texts refer to their domains.
    """
    rows = (len(panels) + 1) // 2
    top = LINE * len(lines) + 12
    height = rows * HEIGHT + top
    inner = height - top - MARGIN["t"] - MARGIN["b"]
    data, annotations = [], [_text(lines, top)]
    layout = {
        "height": height,
        "font": {"family": FONT, "size": 12, "color": "#222"},
        "paper_bgcolor": "white",
        "plot_bgcolor": "white",
        "hovermode": "closest",
        "margin": MARGIN | {"t": top + MARGIN["t"]},
    }
    for k, panel in enumerate(panels):
        own, column = str(k + 1) if k else "", COLUMNS[k % 2]
        upper = inner - (k // 2) * HEIGHT
        row = [(upper - (HEIGHT - MARGIN["t"] - MARGIN["b"])) / inner, upper / inner]
        row[0] = max(0.0, row[0])
        place = {"xaxis": f"x{own}", "yaxis": f"y{own}"}
        data += [trace | place | {"legend": f"legend{own}"} for trace in panel["data"]]
        given = panel["layout"]
        layout[f"xaxis{own}"] = given["xaxis"] | {"domain": column, "anchor": f"y{own}"}
        layout[f"yaxis{own}"] = given["yaxis"] | {"domain": row, "anchor": f"x{own}"}
        layout[f"legend{own}"] = LEGEND | {"x": column[0], "y": row[1]}
        annotations += [
            text | {"xref": f"x{own} domain", "yref": f"y{own} domain"}
            for text in given.get("annotations", ())
        ]
    return {"data": data, "layout": layout | {"annotations": annotations}}


def _text(lines, top) -> dict:
    return {
        "text": "<br>".join(lines),
        "align": "left",
        "showarrow": False,
        **{"xref": "paper", "x": 0, "xanchor": "left", "xshift": -MARGIN["l"] + 12},
        **{"yref": "paper", "y": 1, "yanchor": "top", "yshift": MARGIN["t"] + top - 6},
    }
