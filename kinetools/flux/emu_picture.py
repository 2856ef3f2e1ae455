"""An EMU network as a static picture (SVG): bands of one size each, arrows to what is made."""

from html import escape

from ..maps.text import text_width
from .emu_explanation import EmuExplanation, emu_name
from .emu_geometry import BETWEEN, BOX, JOIN, LABEL, SIZE, SMALL, EmuGeometry
from .emu_words import KINDS, arrow_tooltip, sentences

MARGIN, NAMES, LEAST = 14, 84, 480  # around; for the names of bands; width of a picture
ROW = 18  # of text
HEAD = (4.5, 8)  # half the width and the length of an arrowhead
LINE, JOINED, TEXT, FAINT = "#555", "#7b3294", "#222", "#5a5a5a"
GROUNDS = ("#f1f4f7", "#ffffff")
BOXES = {  # fill, line, its width and dashes
    "fragment": ("#d9eef9", "#0072b2", 3, ""),
    "emu": ("#ffffff", "#444", 1.3, ""),
    "same": ("#ffffff", "#888", 1.3, "4 3"),
    "tracer": ("#fde3cf", "#b84c00", 2.4, ""),
    "unlabelled": ("#e8e8e8", "#666", 1.3, "1.5 2.5"),
}


def draw_emus(explanation: EmuExplanation) -> str:
    """SVG of the drawn part of an EMU network, on a white page of its own."""
    place = EmuGeometry(explanation)
    title = f"{emu_name(explanation.emu)} in {explanation.network}"
    lines = sentences(explanation)
    widest = max([text_width(title, 15), *(text_width(line, 12) for line in lines)])
    width = 2 * MARGIN + max(LEAST, NAMES + place.width, 0.85 * widest)
    top = MARGIN + 22 + ROW * len(lines) + BETWEEN
    key, key_height = _key(place, top + place.height + BETWEEN + ROW, width)
    height = top + place.height + BETWEEN + key_height + MARGIN
    rows = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" role="img" font-family="sans-serif" '
        f'font-size="{SIZE}" fill="{TEXT}"><title>{escape(str(explanation))}</title>',
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>',
        f'<text x="{MARGIN}" y="{MARGIN + 12}" font-size="15" font-weight="bold">'
        f"{escape(title)}</text>",
    ]
    for k, line in enumerate(lines):
        y = MARGIN + 14 + ROW * (k + 1)
        rows.append(f'<text x="{MARGIN}" y="{y}" font-size="12">{escape(line)}</text>')
    rows += _bands(place, top, width)
    left = MARGIN + NAMES + max(0.0, (width - 2 * MARGIN - NAMES - place.width) / 2)
    rows.append(f'<g transform="translate({left:.1f} {top:.1f})">')
    rows += [*_arrows(place), *_stubs(place), *_things(place), "</g>", *key, "</svg>\n"]
    return "\n".join(rows)


def _bands(place, top, width):
    for k, (size, first, last) in enumerate(place.graph.bands):
        start = top + place.tops[first] - BETWEEN / 2
        end = top + place.tops[last] + place.heights[last] + BETWEEN / 2
        end = max(end, start + BOX)
        words = f"{size} carbon{'s' * (size > 1)}"
        yield (
            f'<rect x="0" y="{start:.1f}" width="{width:.0f}" height="{end - start:.1f}" '
            f'fill="{GROUNDS[k % 2]}"/>'
            f'<text x="{MARGIN}" y="{start + 20:.1f}" fill="{FAINT}" font-size="12" '
            f'font-weight="bold">{words}</text>'
        )


def _arrows(place):
    for line in place.lines:
        edge = place.graph.edges[line.edge]
        colour, width = (JOINED, 1.8) if edge.joined else (LINE, 1.3)
        points, heads = list(line.points), []
        (x0, y0), (x1, y1) = points[0], points[-1]
        if "first" in edge.heads:
            heads.append(_head(x0, y0, 1, colour))
            points[0] = x0, y0 + HEAD[1] - 1
        if "last" in edge.heads:
            up = 1 if edge.beside else -1
            heads.append(_head(x1, y1, up, colour))
            points[-1] = x1, y1 + up * (HEAD[1] - 1)
        yield (
            f'<g><title>{escape(arrow_tooltip(edge))}</title><path d="{_path(points)}" fill="none" '
            f'stroke="{colour}" stroke-width="{width}"/>{"".join(heads)}</g>'
        )


def _stubs(place):
    """Dotted lines to what is not drawn."""
    for emu in place.graph.hidden:
        box, stub = ("emu", emu), ("more", emu)
        top = place.middle(box) + place.height_of(box) / 2
        bottom = place.middle(stub) - LABEL / 2 + 2
        points = [(place.x[box], top), (place.x[stub], bottom)]
        yield f'<path d="{_path(points)}" fill="none" stroke="{LINE}" stroke-dasharray="1.5 3"/>'


def _path(points) -> str:
    """A line that runs upright at every point."""
    (x, y), *rest = points
    text = f"M{x:.1f} {y:.1f}"
    for at, down in rest:
        if abs(at - x) < 0.05:
            text += f"V{down:.1f}"
        else:
            half = (y + down) / 2
            text += f"C{x:.1f} {half:.1f} {at:.1f} {half:.1f} {at:.1f} {down:.1f}"
        x, y = at, down
    return text


def _head(x, y, up, colour) -> str:
    """An arrowhead with its tip at (x, y); up: 1 if it points upwards, -1 if downwards."""
    half, length = HEAD
    return f'<path d="M{x:.1f} {y:.1f}l{-half} {up * length}h{2 * half}z" fill="{colour}"/>'


def _ground(place, thing) -> str:
    """The colour of the band that a thing is in."""
    layer = place.layer[thing]
    return next(GROUNDS[k % 2] for k, band in enumerate(place.graph.bands) if layer <= band[2])


def _things(place):
    tooltips = {e.chain[1]: arrow_tooltip(e) for e in place.graph.edges}
    for thing, x in place.x.items():
        y = place.middle(thing)
        if thing[0] == "emu":
            yield _box(place, thing[1], x, y)
        elif thing[0] == "join":
            yield _join(x, y)
        elif thing in place.labels:
            title = tooltips.get(thing, "more than is drawn: see the table, or give a larger depth")
            width = 0.9 * place.widths[thing]  # of the text, which is estimated generously
            ground = (
                f'<rect x="{x - width / 2:.1f}" y="{y - 7:.1f}" width="{width:.1f}" height="14" '
                f'fill="{_ground(place, thing)}"/>'
            )
            text = _text(place.labels[thing], x, y + 4, SMALL, TEXT)
            yield f"<g><title>{escape(title)}</title>{ground}{text}</g>"


def _box(place, emu, x, y) -> str:
    kind, note = place.words.kind(emu), place.notes[emu]
    width, height = place.widths["emu", emu], place.height_of(("emu", emu))
    name = _text(emu_name(emu), x, y + (-1 if note else 4.5), SIZE, TEXT, kind == "fragment")
    below = _text(note, x, y + 13, SMALL, FAINT) if note else ""
    return (
        f"<g><title>{escape(place.words.tooltip(emu))}</title>"
        f"{_frame(kind, x - width / 2, y - height / 2, width, height)}{name}{below}</g>"
    )


def _frame(kind, x, y, width, height) -> str:
    fill, line, thick, dashes = BOXES[kind]
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    corner = 2 if kind in ("tracer", "unlabelled") else 9
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="{corner}" '
        f'fill="{fill}" stroke="{line}" stroke-width="{thick}"{dashed}/>'
    )


def _join(x, y) -> str:
    r, arm = JOIN / 2 - 1, JOIN / 2 - 5
    return (
        f"<g><title>joined: the mass distributions of the parts are convolved</title>"
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r}" fill="#ffffff" stroke="{JOINED}" '
        f'stroke-width="2"/><path d="M{x - arm:.1f} {y - arm:.1f}l{2 * arm} {2 * arm}m0 {-2 * arm}'
        f'l{-2 * arm} {2 * arm}" stroke="{JOINED}" stroke-width="2"/></g>'
    )


def _text(text, x, y, size, colour, bold=False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}"{weight} '
        f'text-anchor="middle">{escape(text)}</text>'
    )


def _key(place, y, width) -> tuple[list[str], float]:
    """What boxes and signs mean, of those that are in the picture; and how high that is."""
    shown = {place.words.kind(t[1]) for t in place.x if t[0] == "emu"}
    entries = [(kind, words) for kind, words in KINDS.items() if kind in shown]
    if any(t[0] == "join" for t in place.x):
        entries.append(("join", "joined (convolution)"))
    rows, x, start = [], float(MARGIN), y
    for kind, words in entries:
        room = 30 + text_width(words, SMALL) * 0.9 + 18
        if x > MARGIN and x + room > width:
            x, y = float(MARGIN), y + ROW + 2
        rows.append(_join(x + 12, y - 4) if kind == "join" else _frame(kind, x, y - 11, 24, 14))
        rows.append(f'<text x="{x + 30:.1f}" y="{y}" font-size="{SMALL}">{escape(words)}</text>')
        x += room
    return rows, y - start + ROW
