"""Predicted against measured fluxes as a static picture (SVG)."""

from html import escape

from ..maps.svg import wrapped
from .interval_picture import _ticks
from .map_layers import UNIT

WIDTH, PLOT, LEFT, BOTTOM = 900, 520, 78, 52  # pixels; PLOT: side of the square
SAME, APART = "#0072B2", "#D55E00"  # intervals that overlap, and those that do not
NAMED = 10  # reactions with the largest differences


def draw_agreement(distance, title: str = "", subtitles=()) -> str:
    """A dot and two intervals a reaction around the line on which prediction and measurement agree.

    distance: of `posterior_distance`; the ten largest differences are named; subtitles: sentences below
    the title.
    """
    table = distance.table
    lines = [line for text in subtitles for line in wrapped(text, WIDTH - 24, 13)]
    top = 34 + 18 * len(lines) + 8
    height = top + PLOT + BOTTOM
    bars = ["measured_lower", "measured_upper", "predicted_lower", "predicted_upper"]
    columns = table[[*bars, "measured", "predicted"]]
    low, high = float(columns.min().min()), float(columns.max().max())
    span = (high - low) or 1.0
    low, span = low - 0.04 * span, 1.08 * span

    def x(value):
        return LEFT + (value - low) / span * PLOT

    def y(value):
        return top + PLOT - (value - low) / span * PLOT

    rows = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" style="max-width:100%;height:auto" role="img" '
        f'font-family="sans-serif" font-size="13"><title>{escape(title)}</title>'
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>'
        f'<text x="12" y="24" font-size="16" font-weight="bold">{escape(title)}</text>'
    ]
    rows += [
        f'<text x="12" y="{46 + 18 * k}">{escape(line)}</text>' for k, line in enumerate(lines)
    ]
    rows += _axes(x, y, low, low + span, top)
    for _, row in table.iloc[::-1].iterrows():
        colour = SAME if row["overlap"] else APART
        rows.append(
            f'<g stroke="{colour}" fill="{colour}"><path stroke-opacity="0.45" stroke-width="2" '
            f'd="M{x(row.measured_lower):.1f} {y(row.predicted):.1f}H{x(row.measured_upper):.1f}'
            f'M{x(row.measured):.1f} {y(row.predicted_lower):.1f}V{y(row.predicted_upper):.1f}"/>'
            f'<circle cx="{x(row.measured):.1f}" cy="{y(row.predicted):.1f}" r="3.5" stroke="none"/></g>'
        )
    rows += _names(table, x, y, top)
    return "\n".join([*rows, "</svg>\n"])


def _axes(x, y, low, high, top):
    bottom = top + PLOT
    for value in _ticks(low, high):
        rule = "#888" if value == 0 else "#e4e4e4"
        yield f'<path d="M{x(value):.1f} {top}V{bottom}M{LEFT} {y(value):.1f}h{PLOT}" stroke="{rule}"/>'
        yield f'<text x="{x(value):.1f}" y="{bottom + 17}" text-anchor="middle">{value:g}</text>'
        yield f'<text x="{LEFT - 6}" y="{y(value) + 4:.1f}" text-anchor="end">{value:g}</text>'
    ends = f"M{x(low):.1f} {y(low):.1f}L{x(high):.1f} {y(high):.1f}"
    yield f'<path d="{ends}" stroke="#444" stroke-dasharray="5 4"/>'
    middle = LEFT + PLOT / 2
    yield f'<text x="{middle}" y="{bottom + 40}" text-anchor="middle">measured, {UNIT}</text>'
    turned = f'transform="rotate(-90 20 {top + PLOT / 2})"'
    yield f'<text x="20" y="{top + PLOT / 2}" text-anchor="middle" {turned}>predicted, {UNIT}</text>'


def _names(table, x, y, top):
    """A list beside the square, by size of the difference, with lines to the dots."""
    beside = LEFT + PLOT + 34
    yield f'<text x="{beside}" y="{top + 12}" font-weight="bold">largest differences</text>'
    for k, (reaction, row) in enumerate(table.iloc[:NAMED].iterrows()):
        colour, level = (SAME if row["overlap"] else APART), top + 36 + 22 * k
        yield (
            f'<text x="{beside}" y="{level}" fill="{colour}">{escape(str(reaction))}: '
            f"{row.predicted:.3g} for {row.measured:.3g}</text>"
        )
        yield (
            f'<path d="M{beside - 4} {level - 4}L{x(row.measured):.1f} {y(row.predicted):.1f}" '
            f'stroke="{colour}" stroke-opacity="0.25" fill="none"/>'
        )
    note = top + 36 + 22 * min(NAMED, len(table)) + 16
    for k, (colour, words) in enumerate(
        ((SAME, "intervals overlap"), (APART, "intervals do not overlap"))
    ):
        level = note + 20 * k
        yield f'<circle cx="{beside + 5}" cy="{level - 4}" r="4" fill="{colour}"/>'
        yield f'<text x="{beside + 16}" y="{level}">{words}</text>'
