"""Fluxes and their intervals as a static picture (SVG), for networks without a map."""

import math
from html import escape

from ..maps.text import text_width
from .map_layers import UNIT

ROWS, ROW, WIDTH = 40, 20, 900  # rows at most; pixels
LABELS, RIGHT, SIZE = 230, 60, 13


def draw_intervals(table, column: str = "median", title: str = "", subtitles=()) -> str:
    """The largest fluxes, one a row: a dot and its interval.

    table: of `flux_summary` or `compare_posteriors`; column: what the dots are ("median", "mean",
    "difference"); at most 40 reactions, by the size of that column; subtitles: sentences below the title.
    """
    known = table[[column, "lower", "upper"]].dropna()
    shown = known.loc[known[column].abs().sort_values(ascending=False, kind="stable").index[:ROWS]]
    lines = [line for text in subtitles for line in _wrapped(text)]
    left_out = len(known) - len(shown)
    if left_out:
        lines.append(f"The {len(shown)} largest are shown; {left_out} more are in the table.")
    if not len(known):
        lines.append("There is nothing to show.")
    top = 34 + 18 * len(lines) + 8
    height = top + ROW * len(shown) + 46
    rows = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" style="max-width:100%;height:auto" role="img" '
        f'font-family="sans-serif" font-size="{SIZE}"><title>{escape(title)}</title>'
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>'
        f'<text x="12" y="24" font-size="16" font-weight="bold">{escape(title)}</text>'
    ]
    rows += [
        f'<text x="12" y="{46 + 18 * k}">{escape(line)}</text>' for k, line in enumerate(lines)
    ]
    if len(shown):
        rows += _chart(shown, column, top)
    return "\n".join([*rows, "</svg>\n"])


def _chart(shown, column, top):
    low = min(0.0, float(shown["lower"].min()))
    high = max(0.0, float(shown["upper"].max()))
    span = (high - low) or 1.0

    def x(value):
        return LABELS + (value - low) / span * (WIDTH - LABELS - RIGHT)

    bottom = top + ROW * len(shown)
    for value in _ticks(low, high):
        colour = "#888" if value == 0 else "#e4e4e4"
        yield f'<path d="M{x(value):.1f} {top}V{bottom}" stroke="{colour}"/>'
        yield f'<text x="{x(value):.1f}" y="{bottom + 17}" text-anchor="middle">{value:g}</text>'
    middle = (LABELS + WIDTH - RIGHT) / 2
    yield f'<text x="{middle}" y="{bottom + 38}" text-anchor="middle">{UNIT}</text>'
    for k, (id, row) in enumerate(shown.iterrows()):
        y = top + ROW * (k + 0.5)
        yield (
            f'<text x="{LABELS - 10}" y="{y + 4.5:.1f}" text-anchor="end">{escape(_short(str(id)))}</text>'
            f'<path d="M{x(row["lower"]):.1f} {y:.1f}H{x(row["upper"]):.1f}" stroke="#0072B2" '
            f'stroke-width="4" stroke-opacity="0.45"/>'
            f'<circle cx="{x(row[column]):.1f}" cy="{y:.1f}" r="4" fill="#0072B2"/>'
        )


def _ticks(low, high):
    raw = (high - low or 1.0) / 6
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(k * power for k in (1, 2, 5, 10) if k * power >= raw * 0.999)
    return [k * step for k in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _short(id):
    while text_width(id, SIZE) > LABELS - 14:
        id = id[:-2] + "…" if id.endswith("…") else id[:-1] + "…"
    return id


def _wrapped(text):
    from ..maps.svg import wrapped

    return wrapped(text, WIDTH - 24, SIZE)
