"""Histograms of many random subsets at once, the hot loop of a permutation test."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def subset_counts(bins, subsets, n_bins):
    """Histograms of subsets of the sets.

    bins: (variable, set) uint8, the bin of every value; subsets: (subset, member) positions of sets.
    Returns (subset, variable, bin).
    """
    counts = np.zeros((subsets.shape[0], bins.shape[0], n_bins), np.int32)
    for k in range(subsets.shape[0]):
        for variable in range(bins.shape[0]):
            row = bins[variable]
            histogram = counts[k, variable]
            for i in subsets[k]:
                histogram[row[i]] += 1
    return counts
