"""Axes on which thresholds and heavy tails can both be read, with ticks as plain Unicode text."""

from dataclasses import dataclass

import numpy as np

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
TAIL_SHARE = 0.4  # of a linear-logarithmic axis, for values above the linear zone


def number(value: float, digits: int = 4) -> str:
    """A number as Unicode text: −9, 0.25, 1500, 10⁴, −3.6×10⁹."""
    if value is None or np.isnan(value):
        return "–"
    text = f"{value:.{digits}g}"
    if "e" not in text and (value == 0 or 1e-3 <= abs(value) < 1e4):
        return text.replace("-", "−")
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    mantissa = mantissa.rstrip("0").rstrip(".")
    power = "10" + str(int(exponent)).translate(SUPERSCRIPTS)
    if mantissa in ("1", "-1"):
        return mantissa.replace("1", "").replace("-", "−") + power
    return f"{mantissa.replace('-', '−')}×{power}"


def grouped(count: int) -> str:
    """A count with its thousands apart: 80 000."""
    return f"{count:,}".replace(",", "\u202f")


@dataclass(frozen=True)
class Axis:
    """An axis from `low` to `high`; `kind` is "linear", "log" or "linlog".

    A linlog axis is linear from −`below` to `above` and logarithmic beyond, above with a continuous
    slope, below compressed by `squeeze`; so eigenvalues around a threshold and tails over many decades
    can both be read.
    """

    kind: str
    low: float
    high: float
    below: float = 0.0
    above: float = 0.0
    squeeze: float = 1.0

    def position(self, values) -> np.ndarray:
        """Where values lie, in the axis' own units (increasing with the value)."""
        values = np.asarray(values, float)
        if self.kind == "linear":
            return values
        if self.kind == "log":
            return np.log10(values)
        a, b, s = self.below, self.above, self.squeeze
        with np.errstate(divide="ignore", invalid="ignore"):
            upper = b * (1 + np.log(np.maximum(values, b) / b))
            lower = -a * (1 + s * np.log(np.maximum(-values, a) / a))
        return np.where(values > b, upper, np.where(values < -a, lower, values))

    def value(self, positions) -> np.ndarray:
        """The inverse of `position`."""
        positions = np.asarray(positions, float)
        if self.kind == "linear":
            return positions
        if self.kind == "log":
            return 10.0**positions
        a, b, s = self.below, self.above, self.squeeze
        upper = b * np.exp(np.maximum(positions, b) / b - 1)
        lower = -a * np.exp((np.maximum(-positions, a) / a - 1) / s)
        return np.where(positions > b, upper, np.where(positions < -a, lower, positions))

    def edges(self, n: int) -> np.ndarray:
        """Edges of `n` bins of equal width on the axis."""
        edges = self.value(np.linspace(self.position(self.low), self.position(self.high), n + 1))
        edges[[0, -1]] = self.low, self.high
        return edges

    def spread_ticks(self, apart: float) -> list[tuple[float, str]]:
        """Ticks from low to high that lie at least a share of the axis apart."""
        start, end = self.position([self.low, self.high])
        shown = {}
        for value, text in self.ticks():
            place = (self.position(value) - start) / (end - start)
            if all(abs(place - other) >= apart for other, _, _ in shown.values()):
                shown[value] = place, value, text
        return [(value, text) for _, value, text in sorted(shown.values())]

    def ticks(self) -> list[tuple[float, str]]:
        """(value, text) of the ticks, the important ones first (labels that collide are left out)."""
        if self.kind == "log":
            values = decades(self.low, self.high)
            if len(values) < 5:
                values += [k * v for v in decades(self.low / 10, self.high) for k in (2, 5)]
        elif self.kind == "linear":
            values = nice_steps(self.low, self.high)
        else:
            values = [0.0, *nice_steps(max(self.low, -self.below), self.above)]
            values += decades(2 * self.above, self.high)
            values += [-v for v in decades(1.2 * self.below, -self.low)]
        seen = dict.fromkeys(float(v) for v in values if self.low <= v <= self.high)
        return [(v, number(v)) for v in seen]


def eigenvalue_axis(values) -> Axis:
    """An axis for real parts of eigenvalues with both signs: linear around the stable ones."""
    values = np.asarray(values, float)
    values = values[np.isfinite(values)]
    stable, largest = -values[values < 0], 1.1 * max(float(values.max(initial=0.0)), 5.0)
    lowest = 1.05 * max(float(stable.max(initial=0.0)), 12.0)
    below = max(2 * float(np.median(stable)), 12.0) if len(stable) else 12.0
    squeeze = 1.0
    if lowest < 3 * below:
        below = lowest
    else:
        squeeze = min(1.0, TAIL_SHARE / (1 - TAIL_SHARE) / np.log(lowest / below))
    return Axis("linlog", -lowest, largest, below, _tail_from(below, largest), squeeze)


def _tail_from(below: float, largest: float) -> float:
    """Where the linear zone must end for the tail above it to get its share of the axis."""
    trial = largest * np.logspace(-9, np.log10(1 / np.e), 400)
    share = TAIL_SHARE / (1 - TAIL_SHARE)
    enough = trial * np.log(largest / trial) >= share * (below + trial)
    return float(trial[np.argmax(enough)]) if enough.any() else largest


def log_axis(values) -> Axis:
    """A logarithmic axis that holds all positive values."""
    values = np.asarray(values, float)
    values = values[np.isfinite(values) & (values > 0)]
    low, high = (values.min(), values.max()) if len(values) else (1.0, 100.0)
    return Axis("log", float(low / 1.1), float(high * 1.1))


def linear_axis(values) -> Axis:
    """A linear axis that holds all values."""
    values = np.asarray(values, float)
    values = values[np.isfinite(values)]
    low, high = (values.min(), values.max()) if len(values) else (0.0, 1.0)
    margin = 0.05 * (high - low) or 0.05 * abs(high) or 1.0
    return Axis("linear", float(low - margin), float(high + margin))


def nice_steps(low: float, high: float, about: int = 5) -> list[float]:
    """Round numbers between two values."""
    raw = (high - low) / about
    power = 10.0 ** np.floor(np.log10(raw))
    step = next(k * power for k in (1, 2, 5, 10) if k * power >= raw * 0.999)
    return [k * step for k in range(int(np.ceil(low / step)), int(np.floor(high / step)) + 1)]


def decades(low: float, high: float) -> list[float]:
    """Powers of ten between two values."""
    if high <= 0:
        return []
    first = int(np.ceil(np.log10(max(low, 1e-300))))
    return [10.0**k for k in range(first, int(np.floor(np.log10(high))) + 1)]
