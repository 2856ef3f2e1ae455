"""The legend of a map: colours and widths of values, and the grey of missing ones."""

from html import escape

from .numbers import format_value

HEIGHT = 170
BAR = 900
SLICES = 90


def draw_legend(scale, unit_label: str, missing: int, x: float, y: float) -> list[str]:
    """SVG elements: a wedge coloured by value, its ticks and unit, a swatch for missing values.

    (x, y): the top left corner in map units; HEIGHT is what the legend takes below it.
    """
    signed = scale.kind == "diverging"
    low = -scale.maximum if signed else 0.0
    middle = y + 70
    rows = [
        '<g class="legend" font-style="normal" font-weight="normal" font-size="34">',
        f'<text x="{x:.1f}" y="{y + 32:.1f}">{escape(unit_label or "value")}</text>',
    ]
    step = BAR / SLICES
    for i in range(SLICES):
        value = _value(scale, low, (i + 0.5) / SLICES)
        size = scale.size(value)
        rows.append(
            f'<rect x="{x + i * step:.1f}" y="{middle - size / 2:.1f}" width="{step + 0.5:.1f}" '
            f'height="{size:.1f}" fill="{scale.color(value)}"/>'
        )
    for t in (0, 0.25, 0.5, 0.75, 1):
        place = x + t * BAR
        anchor = "start" if t == 0 else "middle"
        rows.append(
            f'<path d="M{place:.1f},{middle + 14:.1f}v12" stroke="#000" stroke-width="2"/>'
            f'<text x="{place:.1f}" y="{middle + 60:.1f}" text-anchor="{anchor}">'
            f"{_tick(_value(scale, low, t))}</text>"
        )
    rows.append(
        f'<rect x="{x + BAR + 140:.1f}" y="{middle - scale.no_data_size / 2:.1f}" width="90" '
        f'height="{scale.no_data_size:.1f}" fill="{scale.no_data_color}"/>'
        f'<text x="{x + BAR + 250:.1f}" y="{middle + 12:.1f}">no data (nd): '
        f"{missing} reaction{'' if missing == 1 else 's'}</text></g>"
    )
    return rows


def _value(scale, low, t):
    """The value at fraction `t` of the bar, which follows the quadratic spacing of the stops."""
    if low < 0:
        s = 2 * t - 1
        return scale.maximum * s * abs(s)
    return scale.maximum * t * t


def _tick(value):
    return "0" if value == 0 else format_value(value)
