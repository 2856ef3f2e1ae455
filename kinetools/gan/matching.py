"""Matching the distribution of λ_max of generated sets to that of the reference, rank by rank.

In one dimension the optimal transport between two populations pairs equal ranks. So each set of a batch
is drawn towards the reference's quantile of its own rank: sets just inside the threshold, where a margin
alone would pile them up, are spread out, and those driven too deep come back.
"""

import numpy as np

GRID = 1000  # quantiles kept of the reference


class RankMatching:
    """Slopes by λ_max that move a batch's distribution towards the reference's."""

    def __init__(self, eigenvalue_max, *, weight: float, share: float, upward: float, scale: float):
        """eigenvalue_max: of reference sets, (set,) 1/h; weight: against the violation; share: of the
        sets among the reference, drawn at random, that are moved in a step (the gradients of
        the others need not be computed);
        upward: relative weight of moves towards the threshold; scale: 1/h beyond which forces are equal.
        """
        self._levels = np.linspace(0, 1, GRID + 1)
        self._quantiles = np.quantile(np.asarray(eigenvalue_max, float), self._levels)
        self._weight, self._share, self._upward, self._scale = weight, share, upward, scale

    def __call__(self, eigenvalue_max, rng: np.random.Generator) -> np.ndarray:
        """Slopes (set,) by λ_max; sets above every reference set are moved in every step."""
        n = len(eigenvalue_max)
        if n == 0 or self._weight == 0:
            return np.zeros(n)
        order = np.argsort(eigenvalue_max, kind="stable")
        wanted = np.empty(n)
        wanted[order] = np.interp((np.arange(n) + 0.5) / n, self._levels, self._quantiles)
        distance = (eigenvalue_max - wanted) / self._scale
        force = self._weight * np.clip(distance, -1, 1) / self._scale
        # Unstable sets are orders of magnitude away; their own violation knows the way better.
        force /= np.sqrt(1 + np.maximum(np.abs(distance) - 1, 0) ** 2)
        force = np.where(distance < 0, self._upward, 1.0) * force
        drawn = rng.random(n) < self._share
        always = eigenvalue_max > self._quantiles[-1]
        return np.where(always, force, np.where(drawn, force / self._share, 0.0))
