"""What moving each parameter costs.

A class hangs on a few parameters, and the cheapest way into it would be to push these alone, until their
distributions are no longer the reference's. Now and then the divergence of every parameter is looked at:
the price of moving it goes up where the divergence is too large, and down again where it is not.
"""

import numpy as np

from ..analysis.divergence import divergence_of_counts, equal_width_counts
from .metrics import BINS, OUTER

TOLERATED = 0.022  # nat
RATE = 0.15  # largest change of a price's logarithm at a look
DEAREST = 30.0


class Prices:
    """Relative prices of displacements, one a feature, renewed by what a population looks like."""

    def __init__(self, reference):
        """reference: features of sets of the class (set, feature)."""
        reference = np.asarray(reference, float)
        low, high = np.quantile(reference, OUTER, axis=0)
        self._edges = np.linspace(low, high, BINS + 1, axis=1)
        self._counts = equal_width_counts(reference, self._edges)

    def renewed(self, prices, features) -> np.ndarray:
        """Prices (feature,) after a look at generated features (set, feature)."""
        counts = equal_width_counts(np.asarray(features, float), self._edges)
        excess = divergence_of_counts(self._counts, counts) / TOLERATED - 1.0
        return np.clip(prices * np.exp(RATE * np.clip(excess, -1.0, 1.0)), 1.0, DEAREST)
