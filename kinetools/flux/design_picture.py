"""Tracer experiments against their cost, or in order where none is known, as a static picture (SVG)."""

import math
from html import escape

import numpy as np

from ..data import real_numbers
from ..errors import InputError
from ..maps.text import text_width

WIDTH, SIZE, ROWS = 900, 13, 30  # pixels, font, candidates in a list at most
LEFT, RIGHT, HEIGHT = 70, 250, 380
BLUE, GREY = "#0072B2", "#9a9a9a"
SCALES = {
    "score": "expected width over today's",
    "a_criterion": "expected deviation of all fluxes, mmol/gDW/h",
    "information": "information about all fluxes, bits",
}
QUANTITY = {"width": "score", "A": "a_criterion", "D": "information"}


def draw_design(table, title: str = "", subtitles=(), cost_name: str = "cost") -> str:
    """A table of `rank_tracers` as SVG: what each candidate would leave open, against its cost.

    Candidates that no other beats at the same or a lower cost are joined by a line and named; without costs
    the best 30 are listed. What is drawn is the quantity that the table is ranked by.
    cost_name: what the costs are, with their unit.
    """
    check_design(table)
    quantity = QUANTITY[table.attrs.get("criterion", "width")]
    lines = [line for text in subtitles for line in _wrapped(text)]
    top = 34 + 18 * len(lines) + 10
    if len(table) and table["cost"].notna().all():
        height, marks = top + HEIGHT + 60, _scatter(table, quantity, top, cost_name)
    else:
        shown = table.iloc[:ROWS]
        left_out = len(table) - len(shown)
        if left_out:
            lines.append(f"The best {len(shown)} are shown; {left_out} more are in the table.")
            top += 18
        height, marks = top + 20 * len(shown) + 50, _list(shown, quantity, top)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" style="max-width:100%;height:auto" role="img" '
        f'font-family="sans-serif" font-size="{SIZE}"><title>{escape(title)}</title>'
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>'
        f'<text x="12" y="24" font-size="16" font-weight="bold">{escape(title)}</text>'
    )
    words = [
        f'<text x="12" y="{46 + 18 * k}">{escape(line)}</text>' for k, line in enumerate(lines)
    ]
    return "\n".join([head, *words, *marks, "</svg>\n"])


def check_design(table) -> None:
    """InputError for what is no table of `rank_tracers`, or holds something that cannot be drawn."""
    lacking = [c for c in (*SCALES, "cost", "pareto") if c not in getattr(table, "columns", ())]
    wrong = f"lacks the column {lacking[0]!r}" if lacking else "" if len(table) else "is empty"
    for column in () if wrong else (*SCALES, "cost"):
        values = real_numbers(table[column], f"table: the column {column!r}")
        if not (np.isfinite(values).all() or (column == "cost" and not np.isinf(values).any())):
            wrong = f"holds a number in the column {column!r} that is not finite"
    if not wrong and (criterion := table.attrs.get("criterion", "width")) not in tuple(QUANTITY):
        wrong = f"is ranked by {criterion!r}, which is none of {', '.join(QUANTITY)}"
    if wrong:
        raise InputError(f"table: {wrong}; give a table of rank_tracers.")


def _scatter(table, quantity, top, cost_name):
    cost, value = table["cost"].to_numpy(float), table[quantity].to_numpy(float)
    x_of, x_ticks = _scale(cost, LEFT, WIDTH - RIGHT)
    y_of, y_ticks = _scale(value, top + HEIGHT, top, zero=quantity != "score")
    for tick in y_ticks:
        yield f'<path d="M{LEFT} {y_of(tick):.1f}H{WIDTH - RIGHT}" stroke="#e4e4e4"/>'
        yield f'<text x="{LEFT - 8}" y="{y_of(tick) + 4.5:.1f}" text-anchor="end">{tick:g}</text>'
    for tick in x_ticks:
        yield f'<path d="M{x_of(tick):.1f} {top}V{top + HEIGHT}" stroke="#e4e4e4"/>'
        yield f'<text x="{x_of(tick):.1f}" y="{top + HEIGHT + 18}" text-anchor="middle">{tick:g}</text>'
    middle = (LEFT + WIDTH - RIGHT) / 2
    words = escape(cost_name)
    yield f'<text x="{middle}" y="{top + HEIGHT + 42}" text-anchor="middle">{words}</text>'
    yield (
        f'<text transform="translate(18 {top + HEIGHT / 2}) rotate(-90)" text-anchor="middle">'
        f"{escape(SCALES[quantity])}</text>"
    )
    front = np.flatnonzero(table["pareto"].to_numpy(bool))
    front = front[np.lexsort((value[front], cost[front]))]
    path = " ".join(f"{x_of(cost[k]):.1f} {y_of(value[k]):.1f}" for k in front)
    yield f'<polyline points="{path}" fill="none" stroke="{BLUE}" stroke-opacity="0.5"/>'
    below = -math.inf
    order = sorted(range(len(table)), key=lambda k: (k in front, y_of(value[k])))
    for k in order:
        x, y, name = x_of(cost[k]), y_of(value[k]), str(table.index[k])
        on = k in front
        words = f"{name}: {value[k]:.3g} at {cost[k]:g}"
        yield (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{5 if on else 3.5}" fill="{BLUE if on else GREY}" '
            f'fill-opacity="0.85"><title>{escape(words)}</title></circle>'
        )
        if on:  # names stand at the right, each below the one before, with a line to its point
            below = max(y, below + 17)
            at = WIDTH - RIGHT + 16
            yield (
                f'<path d="M{x + 6:.1f} {y:.1f}L{at - 4} {below:.1f}" stroke="{BLUE}" '
                f'stroke-opacity="0.25"/><text x="{at}" y="{below + 4.5:.1f}">'
                f"{escape(_short(name, RIGHT - 24))}</text>"
            )


def _list(shown, quantity, top):
    left, right = 330, WIDTH - 80
    value = shown[quantity].to_numpy(float)
    most = max(1.0 if quantity == "score" else 0.0, float(value.max(initial=0.0))) or 1.0
    for k, name in enumerate(shown.index):
        y = top + 20 * k
        wide = (right - left) * value[k] / most
        colour = BLUE if shown["pareto"].iloc[k] else GREY
        yield (
            f'<text x="{left - 10}" y="{y + 14}" text-anchor="end">{escape(_short(str(name), left - 24))}'
            f'</text><rect x="{left}" y="{y + 3}" width="{wide:.1f}" height="14" fill="{colour}" '
            f'fill-opacity="0.6"/><text x="{left + wide + 6:.1f}" y="{y + 14}">{value[k]:.3g}</text>'
        )
    bottom = top + 20 * len(shown)
    if quantity == "score" and len(shown):
        yield f'<path d="M{right} {top}V{bottom}" stroke="#888" stroke-dasharray="3 3"/>'
        yield f'<text x="{right}" y="{bottom + 18}" text-anchor="middle">1: as today</text>'
    yield f'<text x="{left}" y="{bottom + 36}">{escape(SCALES[quantity])}</text>'


def _scale(values, start, end, zero=True):
    """Position of a value in pixels, and ticks."""
    low, high = float(values.min()), float(values.max())
    low = min(0.0, low) if zero else low
    span = (high - low) or abs(high) or 1.0
    low, high = (low if zero else low - 0.05 * span), high + 0.05 * span
    raw = (high - low) / 6
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(k * power for k in (1, 2, 5, 10) if k * power >= raw * 0.999)
    ticks = [k * step for k in range(math.ceil(low / step), math.floor(high / step) + 1)]
    return (lambda v: start + (v - low) / (high - low) * (end - start)), ticks


def _short(text, room):
    while text_width(text, SIZE) > room:
        text = text[:-2] + "…" if text.endswith("…") else text[:-1] + "…"
    return text


def _wrapped(text):
    from ..maps.svg import wrapped

    return wrapped(text, WIDTH - 24, SIZE)
