"""A static SVG of an Escher map, drawn as Escher draws it, with data and a legend."""

import math
from html import escape

from ..errors import InputError
from .escher import map_metabolites, map_reactions
from .geometry import unit
from .legend import HEIGHT, draw_legend
from .numbers import format_value
from .scale import METABOLITE_SIZES, Scale, is_missing
from .text import NODE_SIZE, REACTION_SIZE, STOICHIOMETRY_SIZE, TITLE_SIZE, text_width
from .uncertainty import draw_halo, draw_uncertainty_legend

PRIMARY_RADIUS, SECONDARY_RADIUS, MARKER_RADIUS = 20, 10, 5
LINE_COLOR, LINE_WIDTH, ARROW = "#334e75", 10, (20, 13)
LABELS = ("bigg_id", "name", None)


def draw_svg(
    escher_map,
    reaction_data=None,
    metabolite_data=None,
    reaction_scale=None,
    metabolite_scale=None,
    reaction_label="bigg_id",
    title=None,
    unit_label="",
    metabolite_unit_label="",
    width=1000,
    reaction_uncertainty=None,
    reaction_direction=None,
    subtitles=(),
) -> str:
    """The map as a self-contained SVG; the same input always gives the same text.

    escher_map: from `load_map`. reaction_data, metabolite_data: {id: value} or a pandas Series;
    ids that the map lacks are ignored, missing, None and NaN values are drawn in grey.
    reaction_scale, metabolite_scale: a `Scale`, otherwise one that fits the magnitudes; a negative
    value is a flux against the direction in which the reaction is written. reaction_label:
    "bigg_id", "name" or None. unit_label, metabolite_unit_label: what the legends write above the
    colours, for example "Flux (mmol/gDW/h)". width: of the picture in pixels.
    reaction_uncertainty: an `Uncertainty`, drawn as halos or opacity. reaction_direction: {id: number}
    whose signs, instead of those of the data, say where arrowheads point. subtitles: sentences below
    the title. Raises InputError for values that are infinite or no numbers.
    """
    if reaction_label not in LABELS:
        raise InputError(
            f"reaction_label cannot be {reaction_label!r}; use 'bigg_id', 'name' or None."
        )
    fluxes = _numbers(reaction_data, "reaction_data")
    levels = _numbers(metabolite_data, "metabolite_data")
    directions = _numbers(reaction_direction, "reaction_direction")
    body = escher_map[1]
    shown = map_reactions(escher_map)
    if fluxes is not None and reaction_scale is None:
        reaction_scale = Scale.for_values([fluxes.get(r) for r in shown])
    if levels is not None and metabolite_scale is None:
        metabolite_scale = Scale.for_values(levels.values(), sizes=METABOLITE_SIZES)

    canvas = body["canvas"]
    x, y, w, h = (canvas[k] for k in ("x", "y", "width", "height"))
    lines = [line for text in subtitles for line in wrapped(text, w - 120)]
    top = y - (90 if title else 0) - 46 * len(lines) - (24 if lines else 0)
    uncertain = reaction_uncertainty if fluxes is not None else None
    legends = [fluxes is not None, uncertain is not None, levels is not None]
    bottom = y + h + HEIGHT * sum(legends)
    total = bottom - top
    heading = title or escher_map[0]["map_name"]
    rows = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(width)}" '
        f'height="{_n(width * total / w)}" viewBox="{_n(x)} {_n(top)} {_n(w)} {_n(total)}" '
        f'style="max-width:100%;height:auto" role="img" font-family="sans-serif" '
        f'font-weight="bold" font-style="italic"><title>{escape(heading)}</title>',
        f'<rect x="{_n(x)}" y="{_n(top)}" width="{_n(w)}" height="{_n(total)}" fill="#fff"/>',
    ]
    if title:
        rows.append(
            f'<text x="{_n(x + w / 2)}" y="{_n(top + 66)}" font-size="56" font-style="normal" '
            f'text-anchor="middle">{escape(title)}</text>'
        )
    start = top + (90 if title else 0) + 40
    rows += [
        f'<text x="{_n(x + 60)}" y="{_n(start + 46 * k)}" font-size="34" font-style="normal" '
        f'font-weight="normal">{escape(line)}</text>'
        for k, line in enumerate(lines)
    ]
    nodes = body["nodes"]
    amounts = {} if uncertain is None else uncertain.amounts()
    halos, drawn = [], []
    for reaction in body["reactions"].values():
        id = reaction["bigg_id"]
        value = None if fluxes is None else fluxes.get(id)
        direction = value if directions is None else directions.get(id)
        style = _Style(fluxes is not None, value, reaction_scale, direction)
        if uncertain is not None and uncertain.style == "opacity":
            style.opacity = amounts.get(id, 1.0)
        path, elements = _reaction(reaction, nodes, style, reaction_label)
        drawn += elements
        if uncertain is not None and uncertain.style == "halo" and amounts.get(id):
            halos.append(draw_halo(path, style.color, style.width, amounts[id]))
    rows += [*halos, *drawn]
    rows += _nodes(nodes, levels, metabolite_scale)
    for text in body["text_labels"].values():
        rows.append(
            f'<text x="{_n(text["x"])}" y="{_n(text["y"])}" font-size="{TITLE_SIZE}">'
            f"{escape(text['text'])}</text>"
        )
    if fluxes is not None:
        missing = sum(is_missing(fluxes.get(r)) for r in shown)
        rows += draw_legend(reaction_scale, unit_label, missing, x + 60, y + h)
    if uncertain is not None:
        rows += draw_uncertainty_legend(uncertain, x + 60, y + h + HEIGHT)
    if levels is not None:
        missing = sum(is_missing(levels.get(m)) for m in map_metabolites(escher_map))
        below = bottom - HEIGHT
        rows += draw_legend(
            metabolite_scale, metabolite_unit_label, missing, x + 60, below, "metabolite"
        )
    return "\n".join([*rows, "</svg>\n"])


class _Style:
    """How one reaction is drawn: line, arrowheads, and the direction of its flux."""

    def __init__(self, has_data, value, scale, direction):
        self.has_data, self.opacity = has_data, 1.0
        self.value = None if is_missing(value) else value
        self.direction = None if is_missing(direction) else direction
        self.color = scale.color(value) if has_data else LINE_COLOR
        self.width = scale.size(value) if has_data else LINE_WIDTH
        self.arrow = (2 * self.width, self.width) if has_data else ARROW

    def filled(self, coefficient) -> bool:
        """Whether the arrowhead at a metabolite shows the direction of the flux."""
        if not self.has_data or self.value == 0 or self.direction == 0:
            return True
        return (coefficient < 0) == (self.direction is not None and self.direction < 0)


def _reaction(reaction, nodes, style, label):
    """The path of all its lines, and the elements that draw it."""
    coefficients = {m["bigg_id"]: m["coefficient"] for m in reaction["metabolites"]}
    number = f" {format_value(style.value)}" if style.has_data else ""
    rows = [
        f'<g class="reaction" fill="none" stroke-width="{_n(style.width)}" stroke="{style.color}" '
        f'stroke-linecap="round"><title>{escape(reaction["bigg_id"] + number)}: '
        f"{escape(reaction['name'])}</title>"
    ]
    lines, heads, counts = [], [], []
    open_end = find_open_end(reaction, nodes)
    for segment in reaction["segments"].values():
        ends = [nodes[segment[k]] for k in ("from_node_id", "to_node_id")]
        points = [complex(node["x"], node["y"]) for node in ends]
        curve = [segment.get("b1"), segment.get("b2")]
        curved = None not in curve
        inner = [complex(b["x"], b["y"]) for b in curve] if curved else points[::-1]
        tips = list(points)
        for i, node in enumerate(ends):
            if segment[("from_node_id", "to_node_id")[i]] == open_end:
                heads.append(_arrowhead(points[i], unit(inner[i] - points[i]), style, 1))
            if node["node_type"] != "metabolite" or points[i] == inner[i]:
                continue
            coefficient = coefficients.get(node["bigg_id"], 0)
            along = unit(inner[i] - points[i])
            radius = PRIMARY_RADIUS if node["node_is_primary"] else SECONDARY_RADIUS
            if reaction["reversibility"] or coefficient > 0:
                tips[i] = points[i] + along * (radius + style.arrow[1] + 10)
                heads.append(_arrowhead(tips[i], along, style, coefficient))
            else:
                tips[i] = points[i] + along * (radius + 10)
            if abs(coefficient) != 1:
                # Escher takes the other end's radius for the first end: always a marker's.
                away = radius if i else SECONDARY_RADIUS
                counts.append(_count(points[i], along, away, coefficient))
        path = f"M{_p(tips[0])} "
        path += f"C{_p(inner[0])} {_p(inner[1])} {_p(tips[1])}" if curved else f"L{_p(tips[1])}"
        lines.append(path)
    shapes = [f'<path d="{" ".join(lines)}"/>', *heads, *counts]
    if style.opacity < 1:
        shapes = [f'<g opacity="{style.opacity:.3f}">', *shapes, "</g>"]
    rows += shapes
    if label:
        rows.append(
            f'<text x="{_n(reaction["label_x"])}" y="{_n(reaction["label_y"])}" '
            f'font-size="{REACTION_SIZE}" fill="#202078" stroke="none">'
            f"{escape(reaction[label] + number)}</text>"
        )
    return " ".join(lines), [*rows, "</g>"]


def find_open_end(reaction, nodes):
    """The key of the node where a reaction without products leaves the map, or None."""
    if any(m["coefficient"] > 0 for m in reaction["metabolites"]):
        return None
    ends = [s[k] for s in reaction["segments"].values() for k in ("from_node_id", "to_node_id")]
    loose = [k for k in ends if nodes[k]["node_type"] != "metabolite" and ends.count(k) == 1]
    return loose[0] if len(loose) == 1 else None


def wrapped(text, width, size=34):
    """A sentence in lines that are at most so wide, in map units."""
    line = ""
    for word in str(text).split():
        if line and text_width(f"{line} {word}", size) > width:
            yield line
            line = word
        else:
            line = f"{line} {word}".strip()
    if line:
        yield line


def _arrowhead(tip, along, style, coefficient):
    width, height = style.arrow
    side = along * 1j * width / 2
    corners = " ".join(_p(p) for p in (tip + side, tip - along * height, tip - side))
    filled = style.filled(coefficient)
    fill = style.color if filled else "#fff"
    # Escher outlines arrowheads only when they are coloured by data.
    line = ' stroke-width="1"' if style.has_data else ' stroke="none"'
    return f'<polygon points="{corners}" fill="{fill}"{line}/>'


def _count(point, along, radius, coefficient):
    # Escher writes the coefficient 1.5 arrow distances off, turned away from the line by 0.5 rad.
    # Its colour there is the line's, which is hard to read in light colours.
    place = point + along * complex(math.cos(0.5), math.sin(0.5)) * 1.5 * (radius + 10) + 7j
    return (
        f'<text x="{_n(place.real)}" y="{_n(place.imag)}" font-size="{STOICHIOMETRY_SIZE}" '
        f'font-weight="normal" font-style="normal" text-anchor="middle" fill="{LINE_COLOR}" '
        f'stroke="none">{abs(coefficient):.12g}</text>'
    )


def _nodes(nodes, levels, scale):
    markers, rows = [], []
    for node in nodes.values():
        place = f'cx="{_n(node["x"])}" cy="{_n(node["y"])}"'
        if node["node_type"] != "metabolite":
            markers.append(f'<circle {place} r="{MARKER_RADIUS}"/>')
            continue
        radius = PRIMARY_RADIUS if node["node_is_primary"] else SECONDARY_RADIUS
        fill, number = "#e0865b", ""
        if levels is not None:
            value = levels.get(node["bigg_id"])
            fill, radius = scale.color(value), scale.size(value)
            number = f" {format_value(value)}"
        rows.append(
            f"<g><title>{escape(node['bigg_id'] + number)}: {escape(node['name'])}</title>"
            f'<circle {place} r="{_n(radius)}" fill="{fill}" stroke="#a24510" stroke-width="2"/>'
            f'<text x="{_n(node["label_x"])}" y="{_n(node["label_y"])}" '
            f'font-size="{NODE_SIZE}">{escape(node["bigg_id"])}</text></g>'
        )
    group = '<g fill="#fff" fill-opacity="0.2" stroke="#323232" stroke-width="2">'
    return [group, *markers, "</g>", *rows]


def _numbers(data, name):
    """Data as {id: number or None}; None if there are no data."""
    if data is None:
        return None
    numbers = {}
    for key, value in dict(data).items():
        try:
            number = None if value is None else float(value)
        except (TypeError, ValueError):
            number = math.inf
        if number is not None and math.isinf(number):
            raise InputError(
                f"{name}: the value of {key} is {value!r}; give a finite number or None."
            )
        numbers[str(key)] = number
    return numbers


def _n(value) -> str:
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")


def _p(point: complex) -> str:
    return f"{_n(point.real)},{_n(point.imag)}"
