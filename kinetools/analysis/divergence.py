"""Kullback–Leibler divergences between samples, by histograms with common bins.

D(P‖Q) = Σ p ln(p/q) in nat (Kullback & Leibler 1951; Choudhury et al. 2022, Methods).

Bins for two samples lie at quantiles of both together, n^(1/3) of them for the smaller sample's n, but
5 to 50: every bin is filled whatever the tails, the bins do not depend on which value belongs to which
sample, and few of them suffice, since a shift of a logistic variable is seen with a loss of 1/bins² (the
score of such a shift is linear in the rank).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..run import map_chunks

PSEUDO_COUNT = 0.5
FEWEST_BINS, MOST_BINS = 5, 50
# Blocks of variables and of permutations with random numbers of their own; part of what a seed means.
VARIABLES, PERMUTATIONS = 32, 20


def equal_width_counts(values, edges) -> np.ndarray:
    """Counts (variable, bins + 2) in bins of equal width and the two open ones beside them.

    values: (n, variable); edges: (variable, bins + 1) of the closed bins.
    """
    n_bins = edges.shape[1] - 1
    width = (edges[:, -1] - edges[:, 0]) / n_bins
    position = (values - edges[:, 0]) / np.where(width > 0, width, 1.0)
    position += 1.0
    np.clip(position, 0, n_bins + 1, out=position)
    # Casting cuts off decimals, which is the floor here.
    return _counts(position.astype(np.int32).T, n_bins + 2)


def divergence_of_counts(p, q, pseudo_count=PSEUDO_COUNT) -> np.ndarray:
    """D(P‖Q) in nat of histograms (…, bin) with the same bins; the pseudo-count is added to each bin."""
    p, q = (
        (counts + pseudo_count) / (counts + pseudo_count).sum(axis=-1, keepdims=True)
        for counts in (p, q)
    )
    return (p * np.log(p / q)).sum(axis=-1)


def bias_and_interval(divergence, replicates, level: float):
    """Upward bias of divergences (variable,) of histograms, and an interval of the true ones.

    replicates: (replicate, variable), bootstrapped. Returns bias, low, high, each (variable,) in nat.

    Histograms of n values in b bins overstate a divergence by about (b − 1)/n, and a bootstrap
    replicate overstates it once more. So the replicates' quantiles are lowered by twice the bias that
    they show, and cut off at zero. In simulations, such intervals of 95 % held the true value in 92 to
    100 % of cases (100 to 20 000 values a sample, shifts by 0 to 2 of a logistic variable of scale 1),
    and the plain quantiles in none where the samples do not differ.
    """
    bias = replicates.mean(axis=0) - divergence
    ends = np.quantile(replicates, [(1 - level) / 2, (1 + level) / 2], axis=0) - 2 * bias
    return bias, *np.maximum(ends, 0.0)


def kl_divergence(p, q) -> np.ndarray:
    """D(P‖Q) in nat of every variable, (variable,), between two samples (n, variable).

    n may differ between the samples; values must be finite. Bins: see `TwoSamples`.
    """
    return TwoSamples.of(p, q).divergence


@dataclass(frozen=True, eq=False)
class TwoSamples:
    """Samples of P and of Q, each of several variables, in bins that both share.

    bins: (variable, n_p + n_q) uint8, the number of each value's bin, those of P first. Bins at
    quantiles of both samples together; the pseudo-counts are 0.5 a bin on average, spread as both
    samples together are, so that bins which ties leave empty do not count.
    """

    bins: np.ndarray
    n_p: int
    n_q: int
    n_bins: int

    @classmethod
    def of(cls, p, q) -> "TwoSamples":
        """From finite values (n, variable) of either sample."""
        n_p, n_q = len(p), len(q)
        n_bins = int(np.clip(round(min(n_p, n_q) ** (1 / 3)), FEWEST_BINS, MOST_BINS))
        variables = np.concatenate([np.asarray(p, float), np.asarray(q, float)]).T
        bins = np.empty(variables.shape, np.uint8)
        for variable, values in enumerate(np.ascontiguousarray(variables)):
            edges = np.quantile(values, np.arange(1, n_bins) / n_bins)
            bins[variable] = np.searchsorted(edges, values, side="right")
        return cls(bins, n_p, n_q, n_bins)

    @cached_property
    def counts(self) -> tuple[np.ndarray, np.ndarray]:
        """Histograms of P and of Q, each (variable, bin)."""
        return tuple(
            _counts(part.astype(np.int32), self.n_bins)
            for part in np.split(self.bins, [self.n_p], axis=1)
        )

    @cached_property
    def divergence(self) -> np.ndarray:
        """D(P‖Q) in nat of every variable, (variable,)."""
        return divergence_of_counts(*self.counts, self._pseudo_counts)

    @cached_property
    def _pseudo_counts(self):
        both = sum(self.counts)
        # Not quite zero in empty bins, where 0·ln(0/0) would be no number.
        return np.maximum(
            PSEUDO_COUNT * self.n_bins / both.sum(axis=1, keepdims=True) * both, 1e-290
        )

    def bootstrap(self, n_replicates: int, seed: int) -> np.ndarray:
        """D(P‖Q) of samples drawn anew from the histograms, (replicate, variable)."""
        result = np.empty((n_replicates, len(self.bins)))
        for number, start in enumerate(range(0, len(self.bins), VARIABLES)):
            block = slice(start, start + VARIABLES)
            generator = _generator(seed, 0, number)
            drawn = (
                generator.multinomial(n, counts[block] / n, (n_replicates, len(counts[block])))
                for n, counts in zip((self.n_p, self.n_q), self.counts)
            )
            result[:, block] = divergence_of_counts(*drawn, self._pseudo_counts[block])
        return result

    def permuted(self, n_permutations: int, seed: int) -> np.ndarray:
        """D(P‖Q) after the values were dealt to P and Q anew, (permutation, variable).

        A deal is the same for all variables, so that a maximum over them heeds their correlations.
        """
        # In an order of the sets' own, so that nothing depends on the order in which they were given.
        rows = np.ascontiguousarray(self.bins.T)
        order = np.argsort(rows.view(f"V{rows.shape[1]}")[:, 0], kind="stable")
        bins = np.ascontiguousarray(self.bins[:, order])
        n_dealt = min(self.n_p, self.n_q)
        starts = range(0, n_permutations, PERMUTATIONS)
        deals = (
            (bins, self.n_bins, n_dealt, min(PERMUTATIONS, n_permutations - start), seed, number)
            for number, start in enumerate(starts)
        )
        result = np.empty((n_permutations, len(self.bins)))
        for number, dealt in map_chunks(_deal, deals):
            rest = sum(self.counts) - dealt
            p, q = (dealt, rest) if self.n_p <= self.n_q else (rest, dealt)
            start = starts[number]
            result[start : start + len(dealt)] = divergence_of_counts(p, q, self._pseudo_counts)
        return result


def _deal(bins, n_bins, n_dealt, n_deals, seed, number):
    """Histograms (deal, variable, bin) of random subsets."""
    from .permutation_counts import subset_counts

    generator = _generator(seed, 1, number)
    subsets = np.stack([generator.permutation(bins.shape[1])[:n_dealt] for _ in range(n_deals)])
    subsets.sort(axis=1)  # for the cache
    return subset_counts(bins, subsets, n_bins)


def _generator(seed, *key):
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))


def _counts(bins, n_bins) -> np.ndarray:
    """Histograms (variable, bin) of integers (variable, n)."""
    shifted = bins + np.arange(len(bins), dtype=np.int32)[:, None] * n_bins
    counts = np.bincount(shifted.ravel("K"), minlength=len(bins) * n_bins)
    return counts.reshape(len(bins), n_bins)
