"""Credible intervals of many quantities at once."""

import numpy as np

from ..data import number
from ..errors import InputError

INTERVALS = ("hdi", "eti")
INTERVAL_NAMES = {"hdi": "highest-density", "eti": "equal-tailed"}


def credible_intervals(ordered, level: float = 0.95, interval: str = "hdi"):
    """(lower, upper), each (quantity,), of draws (quantity, sample) in rising order.

    interval: "hdi", the narrowest that holds this share of the draws (for a flux that is held by a bound
    it begins at the bound), or "eti", which leaves as many draws below as above.
    Raises InputError for a level that is not between 0 and 1.
    """
    level = checked_level(level)
    if interval not in INTERVALS:
        raise InputError(f"interval={interval!r}: choose one of {', '.join(map(repr, INTERVALS))}.")
    n = ordered.shape[1]
    if interval == "eti":
        return tuple(_quantile(ordered, q) for q in ((1 - level) / 2, (1 + level) / 2))
    inside = min(int(np.floor(level * n)), n - 1)
    width = ordered[:, inside:] - ordered[:, : n - inside]
    start = np.argmin(width, axis=1)
    rows = np.arange(len(ordered))
    return ordered[rows, start], ordered[rows, start + inside]


def _quantile(ordered, q):
    """Linear interpolation between the draws, as NumPy's."""
    place = q * (ordered.shape[1] - 1)
    below = int(place)
    above = min(below + 1, ordered.shape[1] - 1)
    return ordered[:, below] + (place - below) * (ordered[:, above] - ordered[:, below])


def checked_level(level) -> float:
    """A probability between 0 and 1, or an InputError."""
    level = number(level, "level", positive=True)
    if level >= 1:
        raise InputError(f"level={level:g}: give a probability between 0 and 1, 0.95 say.")
    return level
