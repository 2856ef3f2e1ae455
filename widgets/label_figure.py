"""The static picture of a LabelExplorer: distributions with their thresholds, and the counts."""

import html

import numpy as np

from kinetools.kinetics.rules import CLASSES

from .axes import grouped, number
from .colours import CLASS_COLOURS, CLASS_MARKS
from .quantities import rule_text
from .threshold_plot import BINS, panels

SHOWN = "eigenvalue_max", "time_constant"


def label_figure(explorer):
    """A plain Plotly figure with one histogram a quantity, the rule's thresholds, and a table of counts."""
    import plotly.graph_objects as go

    relabelling, codes = explorer.relabelling, explorer.codes
    shown = [panel for panel in panels(relabelling) if panel["quantity"] in SHOWN]
    figure = go.Figure()
    # A wide and a narrow histogram above a table.
    domains = [[0, 0.58], [0.68, 1]] if len(shown) == 2 else [[0, 1]]
    for i, panel in enumerate(shown):
        name, axis = panel["quantity"], panel["axis"]
        edges = axis.edges(BINS)
        counts = relabelling.histogram(name, codes)
        places = axis.position(edges)
        suffix = "" if i == 0 else str(i + 1)
        for k, label in enumerate(CLASSES):
            if not counts[k].any() and label != CLASSES[0]:
                continue
            figure.add_bar(
                x=(places[1:] + places[:-1]) / 2,
                y=counts[k],
                width=np.diff(places),
                name=f"{CLASS_MARKS[label]} {label}",
                marker={"color": CLASS_COLOURS[label], "line": {"width": 0}},
                customdata=np.column_stack([edges[:-1], edges[1:]]),
                hovertemplate="%{y} sets from %{customdata[0]:.4~g} to %{customdata[1]:.4~g}",
                showlegend=i == 0,
                legendgroup=label,
                xaxis=f"x{suffix}",
                yaxis=f"y{suffix}",
            )
        ticks = axis.spread_ticks(0.07 if i == 0 else 0.12)
        figure.layout[f"xaxis{suffix}"] = {
            "domain": domains[i],
            "anchor": f"y{suffix}",
            "title": {"text": f"{panel['axis_title']} ({panel['unit']})"},
            "tickangle": 0,
            "tickvals": axis.position([value for value, _ in ticks]),
            "ticktext": [text for _, text in ticks],
            "range": [float(places[0]), float(places[-1])],
            "zeroline": False,
        }
        figure.layout[f"yaxis{suffix}"] = {
            "domain": [0.47, 1],
            "anchor": f"x{suffix}",
            "title": {"text": "sets"},
        }
        for condition in explorer.rule.conditions:
            if condition.quantity == name:
                _add_threshold(figure, suffix, float(axis.position(condition.value)), condition)
    figure.add_table(
        domain={"x": [0, 1], "y": [0, 0.28]},
        header={"values": ["class", "sets", "share", "labelled by hand"], "align": "left"},
        cells={"values": _columns(explorer), "align": "left", "height": 24},
    )
    return figure.update_layout(
        template="plotly_white",
        barmode="stack",
        bargap=0,
        height=600,
        margin={"l": 60, "r": 20, "t": 70, "b": 20},
        title={"text": f"relevant = {html.escape(rule_text(explorer.rule))}", "font": {"size": 14}},
        legend={"orientation": "h", "x": 0, "y": 1.01, "yanchor": "bottom"},
    )


def _add_threshold(figure, suffix, place, condition):
    low, high = figure.layout[f"xaxis{suffix}"].range
    figure.add_shape(
        type="line",
        xref=f"x{suffix}",
        yref=f"y{suffix} domain",
        x0=place,
        x1=place,
        y0=0,
        y1=1,
        line={"color": "#222", "width": 2},
    )
    if low <= place <= high:
        figure.add_annotation(
            xref=f"x{suffix}",
            yref=f"y{suffix} domain",
            x=place,
            y=1,
            yanchor="bottom",
            text=number(condition.value),
            showarrow=False,
        )


def _columns(explorer) -> list[list]:
    total = max(1, len(explorer.codes))
    edited = explorer.relabelling.positions(explorer.edited_sets())
    by_hand = explorer.relabelling.counts(explorer.codes[edited])
    counts = [explorer.counts[name] for name in CLASSES]
    return [
        [f"{CLASS_MARKS[name]} {name}" for name in CLASSES],
        [grouped(count) for count in counts],
        [f"{100 * count / total:.1f}\u202f%" for count in counts],
        [str(count) for count in by_hand],
    ]
