"""Where the secondary metabolites of a reaction go: on a fan beside its line."""

from .geometry import COMPASS, dot, rotate
from .text import NODE_SIZE, place_text

RADIUS = 95
FIRST_ANGLE = {1: 56, 2: 50, 3: 44}
STEP = {2: 34, 3: 28}
NODE_GAP = 16


def normal_towards(tangent: complex, side: str) -> complex:
    """The normal of a line that points to a side of the screen ("left", "above", ...)."""
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
