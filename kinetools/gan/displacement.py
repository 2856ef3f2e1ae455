"""Where sets are best left, and what moving each parameter away from there costs.

In a class, every parameter has a distribution of its own. The monotone way from the prior's distribution
to it (optimal transport in one dimension) is the anchor that displacements are counted from: a sample
that needs no change but this one should have no other.

A class also hangs on a few parameters, and the cheapest way into it would be to push these alone, until
their distributions are no longer the reference's. Now and then the divergence of every parameter is
looked at, and the price of moving it goes up where the divergence is too large, and down again where
it is not.
"""

import numpy as np

from ..analysis.divergence import divergence_of_counts, equal_width_counts
from .features import LOGISTIC_DEVIATION
from .metrics import BINS, OUTER

KNOTS = 33  # quantiles at which distributions are compared
MANY = 1000  # sets of the class that are believed half; fewer say less about its distributions
TOLERATED = 0.022  # nat
RATE = 0.15  # largest change of a price's logarithm at a look
DEAREST = 30.0


class Anchor:
    """The way of every feature from the prior's distribution to that of a class."""

    def __init__(self, reference):
        """reference: features of sets of the class (set, feature)."""
        reference = np.asarray(reference, float)
        levels = (np.arange(KNOTS) + 0.5) / KNOTS
        self._knots = np.log(levels / (1 - levels)) / LOGISTIC_DEVIATION
        trust = len(reference) / (len(reference) + MANY)
        self._ways = trust * (np.quantile(reference, levels, axis=0) - self._knots[:, None])

    def __call__(self, prior) -> np.ndarray:
        """Ways (set, feature) of samples of the prior (set, feature)."""
        above = np.clip(np.searchsorted(self._knots, prior), 1, KNOTS - 1)
        below = above - 1
        part = (prior - self._knots[below]) / (self._knots[above] - self._knots[below])
        part = np.clip(part, 0.0, 1.0)
        feature = np.arange(prior.shape[1])
        return (1 - part) * self._ways[below, feature] + part * self._ways[above, feature]


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
