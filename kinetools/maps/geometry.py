"""Points and curves of a map as complex numbers: x is the real part, y (downwards) the imaginary."""

import cmath
import math

COMPASS = {"right": 1 + 0j, "left": -1 + 0j, "below": 1j, "above": -1j}


def unit(vector: complex) -> complex:
    """`vector` scaled to length 1."""
    return vector / abs(vector)


def dot(a: complex, b: complex) -> float:
    """Scalar product."""
    return a.real * b.real + a.imag * b.imag


def control_point(point: complex, marker: complex, tangent: complex) -> complex:
    """Where the tangents of a smooth curve from `point` into `marker` along `tangent` meet.

    Shallow curves become circular arcs, steep ones a rounded right angle; both agree at 45°.
    """
    chord = marker - point
    length = abs(chord)
    cosine = dot(chord, tangent) / length
    if cosine <= 0.1:
        return marker - tangent * 0.1 * length
    return marker - tangent * length * min(0.5 / cosine, cosine)


def bezier_controls(start: complex, control: complex, end: complex) -> tuple[complex, complex]:
    """Control points b1, b2 of a cubic that leaves `start` to and enters `end` from `control`.

    They lie beyond those of a quadratic curve because Escher moves the ends of a segment away from
    a metabolite, towards b1 or b2, to make room for the arrowhead.
    """
    return start + 0.8 * (control - start), end + 0.7 * (control - end)


def bezier_point(p0: complex, p1: complex, p2: complex, p3: complex, t: float) -> complex:
    """The point at parameter `t` (0 to 1) of a cubic."""
    s = 1 - t
    return s * s * s * p0 + 3 * s * s * t * p1 + 3 * s * t * t * p2 + t * t * t * p3


def rotate(vector: complex, degrees: float) -> complex:
    """`vector` turned clockwise as seen on the screen."""
    return vector * cmath.exp(1j * math.radians(degrees))


def arc_middle(start: complex, end: complex, radius: float) -> complex:
    """Middle of the shorter arc from `start` to `end`; clockwise on the screen if radius > 0."""
    half = abs(end - start) / 2
    height = abs(radius) - math.sqrt(max(radius * radius - half * half, 0.0))
    normal = unit(end - start) * -1j
    return (start + end) / 2 + normal * math.copysign(height, radius)
