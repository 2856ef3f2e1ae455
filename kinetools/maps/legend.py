"""Legends of a map: colours and sizes of values, and the grey of missing ones."""

from html import escape

from .numbers import format_value

HEIGHT = 180
BAR = 900
SLICES = 90


def draw_legend(scale, unit_label, missing, x, y, what="reaction") -> list[str]:
    """SVG elements: the colours and sizes of values with ticks and unit, and of missing values.

    what: "reaction" draws a wedge as thick as the lines are, "metabolite" circles as large as the
    nodes are. missing: how many of them have no value. (x, y): the top left corner in map units;
    HEIGHT is what a legend takes below it.
    """
    low = -scale.maximum if scale.kind == "diverging" else 0.0
    middle = y + 80
    step = BAR / SLICES
    values = [(t, _value(scale, low, t)) for t in (0, 0.25, 0.5, 0.75, 1)]
    rows = [
        '<g class="legend" font-style="normal" font-weight="normal" font-size="34">',
        f'<text x="{x:.1f}" y="{y + 36:.1f}">{escape(unit_label or "value")}</text>',
    ]
    for i in range(SLICES):
        value = _value(scale, low, (i + 0.5) / SLICES)
        size = scale.size(value) if what == "reaction" else 6
        rows.append(
            f'<rect x="{x + i * step:.1f}" y="{middle - size / 2:.1f}" width="{step + 0.5:.1f}" '
            f'height="{size:.1f}" fill="{scale.color(value)}"/>'
        )
    if what == "metabolite":
        rows += [_circle(x + t * BAR, middle, scale.size(v), scale.color(v)) for t, v in values]
    for t, value in values:
        place = x + t * BAR
        rows.append(
            f'<path d="M{place:.1f},{middle + 14:.1f}v12" stroke="#000" stroke-width="2"/>'
            f'<text x="{place:.1f}" y="{middle + 60:.1f}" text-anchor="middle">{_tick(value)}</text>'
        )
    place, size = x + BAR + 140, scale.no_data_size
    if what == "metabolite":
        rows.append(_circle(place + 45, middle, size, scale.no_data_color))
    else:
        rows.append(
            f'<rect x="{place:.1f}" y="{middle - size / 2:.1f}" width="90" height="{size:.1f}" '
            f'fill="{scale.no_data_color}"/>'
        )
    rows.append(
        f'<text x="{place + 110:.1f}" y="{middle + 12:.1f}">no data (nd): {missing} {what}'
        f"{'' if missing == 1 else 's'}</text></g>"
    )
    return rows


def _circle(x, y, radius, color):
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{color}" stroke="#a24510" '
        'stroke-width="2"/>'
    )


def _value(scale, low, t):
    """The value at fraction `t` of the bar, which follows the quadratic spacing of the stops."""
    if low < 0:
        s = 2 * t - 1
        return scale.maximum * s * abs(s)
    return scale.maximum * t * t


def _tick(value):
    return "0" if value == 0 else format_value(value)
