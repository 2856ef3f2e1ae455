"""Where the secondary metabolites and the label of a reaction go: beside its line."""

from ..errors import InputError
from .geometry import COMPASS, dot, rotate
from .text import NODE_SIZE, REACTION_SIZE, place_text, text_beside_line

RADIUS = 95
FIRST_ANGLE = {1: 56, 2: 50, 3: 44}
STEP = {2: 34, 3: 28}
NODE_GAP = 16


def normal_towards(tangent: complex, side: str) -> complex:
    """The normal of a line that points to a side of the screen ("left", "above", ...)."""
    if side not in COMPASS:
        raise InputError(f"{side!r} is not a side; use left, right, above or below.")
    normal = tangent * 1j
    return normal if dot(normal, COMPASS[side]) >= 0 else -normal


def fan(marker: complex, outward: complex, normal: complex, count: int) -> list[complex]:
    """Positions of `count` metabolites around `marker`, on the side of the line given by `normal`.

    outward: direction along the line from the reaction's middle to the marker. The first
    metabolite lies closest to the line, so that names on neighbouring ones do not meet.
    """
    turn = 1 if dot(rotate(outward, 90), normal) > 0 else -1
    first = FIRST_ANGLE.get(count, 20)
    step = STEP.get(count, 80 / count)
    return [marker + RADIUS * rotate(outward, turn * (first + step * k)) for k in range(count)]


def label_side(offset: complex) -> str:
    """The side of a secondary node where its name is farthest from the line it hangs on."""
    if abs(offset.real) >= 0.05 * abs(offset):
        return "right" if offset.real > 0 else "left"
    return "below" if offset.imag > 0 else "above"


def name_position(text: str, node: complex, side: str, primary: bool = False) -> complex:
    """Start of the baseline of a metabolite's name beside its node."""
    gap = (26 if side in ("left", "right") else 28) if primary else NODE_GAP
    return place_text(text, NODE_SIZE, node, side, gap)


def spread(secondary, markers, middle, tangent, options):
    """(metabolite, position, side of its name) of all secondary metabolites of a reaction.

    secondary: {metabolite: coefficient}; markers: ends of the straight middle piece, the one of
    the substrates under -1, of the products under 1; options: the reaction's entry of the layout.
    """
    if "comb" in options:
        yield from _comb(secondary, middle, tangent, *options["comb"])
        return
    default = options.get("cofactors") or ("left" if abs(tangent.imag) > 0.7 else "below")
    place = options.get("place", {})
    groups = {}
    for metabolite, coefficient in secondary.items():
        wanted = place.get(metabolite, default)
        if isinstance(wanted, str):
            groups.setdefault((1 if coefficient > 0 else -1, wanted), []).append(metabolite)
        else:
            point = middle + complex(*wanted[:2])
            yield metabolite, point, wanted[2] if len(wanted) > 2 else label_side(point - middle)
    for (sign, side), members in groups.items():
        points = fan(markers[sign], sign * tangent, normal_towards(tangent, side), len(members))
        for metabolite, point in zip(members, points, strict=True):
            yield metabolite, point, label_side(point - markers[sign])


def _comb(secondary, middle, tangent, distance, spacing):
    for sign in (-1, 1):
        members = [m for m, c in secondary.items() if c * sign > 0]
        members.sort(key=lambda m: -abs(secondary[m]))
        for i, metabolite in enumerate(members, start=1):
            across = (i - len(members) / 2) * spacing * tangent * 1j
            offset = sign * distance * tangent
            yield metabolite, middle + offset + across, label_side(offset)


def reaction_label(reaction_id, wanted, middle, tangent):
    """Start of the baseline of a reaction's label: beside its line, or moved by `wanted` [dx, dy]."""
    if isinstance(wanted, list):
        return middle + complex(*wanted)
    side = wanted or ("right" if abs(tangent.imag) > 0.7 else "above")
    # Room for the value that is printed behind the name.
    room = f"{reaction_id} -0.00" if side == "left" else f"{reaction_id} 0.00"
    return text_beside_line(room, REACTION_SIZE, middle, normal_towards(tangent, side), 22)
