"""The static picture of a LabelExplorer as SVG, for pages that do not draw Plotly's figures (GitHub)."""

import html

import numpy as np

from kinetools.kinetics.rules import CLASSES

from .axes import number
from .colours import CLASS_COLOURS, CLASS_MARKS
from .quantities import rule_text
from .threshold_plot import BINS, panels

WIDTH, HEIGHT, TOP, BOTTOM = 900, 300, 92, 254
SPANS = {"eigenvalue_max": (50, 540), "time_constant": (620, 886)}


def label_picture(explorer) -> str:
    """The counts, and the distributions with the rule's thresholds, as one SVG element."""
    parts = [_counts(explorer), _text(14, 56, f"relevant = {rule_text(explorer.rule)}", "start")]
    for panel in panels(explorer.relabelling):
        if panel["quantity"] in SPANS:
            parts += _panel(explorer, panel, *SPANS[panel["quantity"]])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}" font-family="Helvetica, Arial, sans-serif" font-size="12" fill="#222">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>{"".join(parts)}</svg>'
    )


def _counts(explorer) -> str:
    total, parts = max(1, len(explorer.codes)), []
    for k, name in enumerate(CLASSES):
        count = explorer.counts[name]
        x = 14 + k * WIDTH / len(CLASSES)
        mark = f'<tspan fill="{CLASS_COLOURS[name]}">{CLASS_MARKS[name]}</tspan>'
        parts.append(
            f'<text x="{x:g}" y="28" font-size="14">{mark} {name} '
            f'<tspan font-weight="bold">{count}</tspan> ({100 * count / total:.1f}\u202f%)</text>'
        )
    return "".join(parts)


def _panel(explorer, panel, left, right):
    axis = panel["axis"]
    start, end = axis.position([axis.low, axis.high])

    def x(value):
        return left + (axis.position(value) - start) / (end - start) * (right - left)

    counts = explorer.relabelling.histogram(panel["quantity"], explorer.codes)
    most = max(1, counts.sum(axis=0).max())
    tops = BOTTOM - np.cumsum(counts, axis=0) / most * (BOTTOM - TOP)
    lows = np.vstack([np.full(BINS, float(BOTTOM)), tops[:-1]])
    edges = np.linspace(left, right, BINS + 1)
    for k, name in enumerate(CLASSES):
        path = "".join(
            f"M{edges[i]:.1f} {lows[k, i]:.1f}V{tops[k, i]:.1f}H{edges[i + 1]:.1f}V{lows[k, i]:.1f}Z"
            for i in np.flatnonzero(counts[k])
        )
        yield f'<path d="{path}" fill="{CLASS_COLOURS[name]}"/>'
    yield f'<path d="M{left} {BOTTOM}H{right}" stroke="#888"/>'
    for value, text in axis.spread_ticks(0.07 if right - left > 300 else 0.12):
        yield _text(x(value), BOTTOM + 16, text)
    title = f"{panel['axis_title']} ({panel['unit']})"
    yield _text((left + right) / 2, BOTTOM + 36, title)
    yield _text(left - 6, TOP + 4, str(most), "end") + _text(left - 6, BOTTOM + 4, "0", "end")
    for condition in explorer.rule.conditions:
        if condition.quantity == panel["quantity"] and axis.low <= condition.value <= axis.high:
            place = x(condition.value)
            yield f'<path d="M{place:.1f} {TOP - 6}V{BOTTOM}" stroke="#222" stroke-width="2"/>'
            yield _text(place, TOP - 10, number(condition.value))


def _text(x, y, text, anchor="middle") -> str:
    return f'<text x="{x:.1f}" y="{y:g}" text-anchor="{anchor}">{html.escape(text)}</text>'
