"""Scale: from a value to a colour and a line width, shared by the static and the live map."""

import math
from bisect import bisect_right
from dataclasses import dataclass

from ..errors import InputError

# Light to dark, so that large fluxes stand out on white: part of viridis, reversed.
SEQUENTIAL = ("#84d44b", "#2eb37c", "#21858e", "#3b528b", "#440154")
# Blue - yellow - red; the middle is yellow because grey means that there is no value.
DIVERGING = ("#08519c", "#5aa5cf", "#e6d67e", "#ee8a5b", "#a50f15")
KINDS = ("sequential", "diverging")
REACTION_SIZES = (6.0, 22.0)
METABOLITE_SIZES = (6.0, 15.0)  # no larger, else circles reach their names


@dataclass(frozen=True)
class Stop:
    """A value and the colour (#rrggbb) and size (map units) it is drawn with."""

    value: float
    color: str
    size: float


@dataclass(frozen=True)
class Scale:
    """Colours and sizes between stops, interpolated and cut off as Escher (d3) does it.

    stops: in rising order of their values. kind: "sequential" for magnitudes (the sign is shown
    by arrowheads, so a value and its negative look alike) or "diverging" for signed values.
    """

    stops: tuple[Stop, ...]
    kind: str = "sequential"
    no_data_color: str = "#dcdcdc"
    no_data_size: float = 8.0

    @classmethod
    def for_values(cls, values, kind="sequential", maximum=None, sizes=REACTION_SIZES) -> "Scale":
        """A scale that ends at the largest magnitude of `values`, or at `maximum`.

        values: numbers; None and NaN are skipped. Stops are spaced quadratically, which leaves
        small values distinguishable beside large ones. sizes: (smallest, largest) in map units.
        """
        if kind not in KINDS:
            raise InputError(f"There is no {kind!r} scale; use one of {', '.join(KINDS)}.")
        if maximum is None:
            numbers = [abs(float(v)) for v in values if v is not None and not math.isnan(v)]
            maximum = max(numbers, default=0.0) or 1.0
        if not 0 < maximum < math.inf:
            raise InputError(
                f"A scale cannot end at {maximum}; give finite values, or a maximum above zero."
            )
        small, large = sizes
        steps = [i / 4 for i in range(-4, 5)]
        if kind == "sequential":
            colors = [SEQUENTIAL[round(4 * abs(s))] for s in steps]
        else:
            colors = [_between(DIVERGING, (s + 1) / 2) for s in steps]
        stops = (
            Stop(math.copysign(maximum * s * s, s), color, small + (large - small) * abs(s))
            for s, color in zip(steps, colors, strict=True)
        )
        return cls(tuple(stops), kind)

    @classmethod
    def from_escher(cls, entries, kind="sequential") -> "Scale":
        """The scale of an Escher `reaction_scale` list whose entries all have type "value"."""
        stops = sorted(
            (Stop(e["value"], e["color"], e["size"]) for e in entries), key=lambda stop: stop.value
        )
        return cls(tuple(stops), kind)

    def to_escher(self) -> list[dict]:
        """The scale as Escher's `reaction_scale` or `metabolite_scale` option."""
        return [
            {"type": "value", "value": s.value, "color": s.color, "size": s.size}
            for s in self.stops
        ]

    @property
    def maximum(self) -> float:
        """The value at which the scale ends."""
        return self.stops[-1].value

    def color(self, value) -> str:
        """Colour of a value; grey for None and NaN."""
        return self._at(value)[0]

    def size(self, value) -> float:
        """Line width, or radius of a node, of a value."""
        return self._at(value)[1]

    def _at(self, value):
        if is_missing(value):
            return self.no_data_color, self.no_data_size
        stops = self.stops
        if value <= stops[0].value:
            return stops[0].color, stops[0].size
        if value >= stops[-1].value:
            return stops[-1].color, stops[-1].size
        i = bisect_right([s.value for s in stops], value)
        a, b = stops[i - 1], stops[i]
        t = (value - a.value) / (b.value - a.value)
        return _mix(a.color, b.color, t), a.size + t * (b.size - a.size)


def is_missing(value) -> bool:
    """Whether there is no value: None or NaN."""
    return value is None or math.isnan(value)


def _mix(a: str, b: str, t: float) -> str:
    pairs = ((int(a[i : i + 2], 16), int(b[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{int(x + t * (y - x) + 0.5):02x}" for x, y in pairs)


def _between(colors, t: float) -> str:
    place = t * (len(colors) - 1)
    i = min(int(place), len(colors) - 2)
    return _mix(colors[i], colors[i + 1], place - i)
