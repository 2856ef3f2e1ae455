"""Densities of the same fluxes in several posteriors, one row a reaction, as a static picture (SVG).

In the manner of Backman et al. 2023, PLoS Comput. Biol. 19:e1011111, Fig. 5, with the priors added.
"""

from html import escape

from ..maps.svg import wrapped
from ..maps.text import text_width
from .interval_picture import _ticks
from .map_layers import UNIT

ROWS, WIDTH, LEFT, RIGHT, SIZE = 40, 900, 120, 190, 13  # rows at most; pixels
HIGH, BAR = 30, 7  # pixels of a density, and of an interval below it
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
DASHES = ("6 3", "2 3", "8 3 2 3", "4 2", "1 2", "10 4")
FIGURES = {"ratio": "widths", "data_ratio": "÷ priors", "overlap": "overlap"}
SINGLE = {"narrowing": "of prior"}


def draw_ridges(
    ridges, title="", subtitles=(), *, order=None, reactions=(), axis="prior", priors=True
) -> str:
    """Densities, medians and intervals of every posterior, priors as dashed outlines, and ratios.

    ridges: Ridges; subtitles: sentences below the title; order: one of `ridges.orders` (default: the
    first); reactions: ids of the rows (default: all); axis: one of AXES; at most 40 rows are drawn. Every
    curve is scaled to its own height: what compares are widths.
    """
    ids = ridges.ordered(order or ridges.orders[0], reactions)
    shown, left_out = ids[:ROWS], ids[ROWS:]
    lines = [line for text in (*subtitles, ridges.note) for line in wrapped(text, WIDTH - 24, SIZE)]
    if left_out:
        lines.append(f"The first {len(shown)} are shown; {len(left_out)} more are in the table.")
    row = HIGH + BAR * len(ridges.names) + 10
    top = 34 + 18 * len(lines) + 34
    height = top + row * len(shown) + (46 if axis == "shared" else 30)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" style="max-width:100%;height:auto" role="img" '
        f'font-family="sans-serif" font-size="{SIZE}"><title>{escape(title)}</title>'
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>'
        f'<text x="12" y="24" font-size="16" font-weight="bold">{escape(title)}</text>'
    ]
    parts += [
        f'<text x="12" y="{46 + 18 * k}">{escape(line)}</text>' for k, line in enumerate(lines)
    ]
    parts += _key(ridges.names, top - 26, priors)
    figures = figures_of(ridges)
    parts += _heads(figures, top - 6)
    spans = ridges.spans(shown, axis)
    if axis == "shared":
        parts += _axis(*spans[shown[0]], top, row * len(shown))
    else:
        parts.append(_title(top + row * len(shown) + 17, ", each row on its own axis"))
    for k, reaction in enumerate(shown):
        place = top + row * k + HIGH
        parts += _row(ridges, reaction, place, *spans[reaction], priors, axis != "shared")
        parts += _numbers(ridges, reaction, figures, place)
    return "\n".join([*parts, "</svg>\n"])


def figures_of(ridges) -> dict:
    """{column: its heading} of the figures beside the rows."""
    known = SINGLE if ridges.pair is None else FIGURES
    return {key: words for key, words in known.items() if key in ridges.orders}


def figure_text(key: str, value: float) -> str:
    """A figure as it stands beside a row."""
    return "–" if value != value else f"{'' if key == 'overlap' else '×'}{value:.2f}"


def _at(value, low, high):
    return LEFT + (value - low) / (high - low) * (WIDTH - LEFT - RIGHT)


def _row(ridges, reaction, base, low, high, priors, own_axis):
    """base: the y of the densities' feet."""
    yield f'<path d="M{LEFT} {base}H{WIDTH - RIGHT}" stroke="#bbb"/>'
    if low < 0 < high:
        zero = _at(0.0, low, high)
        bottom = base + BAR * len(ridges.names) + 3
        yield f'<path d="M{zero:.1f} {base - HIGH}V{bottom}" stroke="#888" stroke-dasharray="2 2"/>'
    for ridge in ridges.curves(reaction, low, high, priors):
        points = " ".join(
            f"{_at(x, low, high):.1f},{base - (HIGH - 4) * y:.1f}" for x, y in zip(ridge.x, ridge.y)
        )
        colour = COLOURS[ridge.posterior % len(COLOURS)]
        if ridge.prior:
            dash = DASHES[ridge.posterior % len(DASHES)]
            look = f'fill="none" stroke-dasharray="{dash}" stroke-width="1.2"'
        else:
            look = f'fill="{colour}" fill-opacity="0.3" stroke-width="1.6"'
        yield f'<polyline points="{points}" stroke="{colour}" {look}/>'
    for k, name in enumerate(ridges.names):
        numbers, y = ridges.tables[name].loc[reaction], base + 5 + BAR * k
        colour, ends = (
            COLOURS[k % len(COLOURS)],
            [_at(numbers[c], low, high) for c in ("lower", "upper")],
        )
        yield (
            f'<path d="M{ends[0]:.1f} {y}H{ends[1]:.1f}" stroke="{colour}" stroke-width="3" '
            f'stroke-opacity="0.6"/>{_mark(k, _at(numbers["median"], low, high), y, colour)}'
        )
    yield (
        f'<text x="{LEFT - 10}" y="{base - 8}" text-anchor="end">{escape(_short(str(reaction)))}</text>'
    )
    if own_axis:
        words = f"{low:.3g} to {high:.3g}".replace("-", "−")
        yield (
            f'<text x="{LEFT - 10}" y="{base + 6}" text-anchor="end" font-size="10" fill="#666">{words}'
            "</text>"
        )


def _mark(k, x, y, colour) -> str:
    """The mark of a median, another one for every posterior."""
    kind = k % 4
    if kind == 0:
        return f'<circle cx="{x:.1f}" cy="{y}" r="3.6" fill="{colour}" stroke="#fff"/>'
    if kind == 2:
        place = f'x="{x - 3.2:.1f}" y="{y - 3.2}" width="6.4" height="6.4"'
        return f'<rect {place} fill="{colour}" stroke="#fff"/>'
    if kind == 1:
        d = f"M{x:.1f} {y - 4.4}l4.4 4.4l-4.4 4.4l-4.4 -4.4z"
    else:
        d = f"M{x:.1f} {y - 4.4}l4 7.4h-8z"
    return f'<path d="{d}" fill="{colour}" stroke="#fff"/>'


def _key(names, y, priors):
    x = 12.0
    for k, name in enumerate(names):
        colour = COLOURS[k % len(COLOURS)]
        words = f"{name}{', dashed: its prior' if priors else ''}"
        yield (
            f'<path d="M{x} {y}h24" stroke="{colour}" stroke-width="3" stroke-opacity="0.6"/>'
            f'{_mark(k, x + 12, y, colour)}<text x="{x + 30:.0f}" y="{y + 4.5}">{escape(words)}</text>'
        )
        x += 52 + text_width(words, SIZE)


def _heads(figures, y):
    for k, words in enumerate(figures.values()):
        x = WIDTH - RIGHT + 62 + 56 * k
        yield f'<text x="{x}" y="{y}" text-anchor="end" font-size="11" fill="#444">{words}</text>'


def _numbers(ridges, reaction, figures, base):
    table = ridges.tables[ridges.names[-1]] if ridges.pair is None else ridges.pair
    for k, key in enumerate(figures):
        words, x = figure_text(key, table.loc[reaction, key]), WIDTH - RIGHT + 62 + 56 * k
        yield f'<text x="{x}" y="{base - 4}" text-anchor="end">{words}</text>'


def _axis(low, high, top, size):
    for value in _ticks(low, high):
        x = _at(value, low, high)
        yield f'<path d="M{x:.1f} {top}V{top + size}" stroke="#e4e4e4"/>'
        yield f'<text x="{x:.1f}" y="{top + size + 17}" text-anchor="middle">{value:g}</text>'
    yield _title(top + size + 37)


def _title(y, further=""):
    middle = (LEFT + WIDTH - RIGHT) / 2
    return f'<text x="{middle}" y="{y}" text-anchor="middle">net flux ({UNIT}){further}</text>'


def _short(id):
    while text_width(id, SIZE) > LEFT - 16:
        id = id[:-2] + "…" if id.endswith("…") else id[:-1] + "…"
    return id
