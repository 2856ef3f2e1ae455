"""The density of draws of one flux, and how far two of them overlap."""

import numpy as np
from scipy.ndimage import gaussian_filter1d


def flux_density(values, points: int = 400, bins: int = 1024):
    """Kernel density estimate of draws (sample,): (x, density), or None where they do not vary.

    Gaussian, with Silverman's bandwidth, and reflected at the smallest and largest draw, so that a flux
    that piles up at its bound is not smeared beyond it.
    """
    values = np.asarray(values, float)
    low, high = values.min(), values.max()
    if high - low <= 1e-9 * max(1.0, abs(low), abs(high)):
        return None
    quarter, three = np.quantile(values, [0.25, 0.75])
    spread = min(s for s in (values.std(), (three - quarter) / 1.349) if s > 0)
    width = 0.9 * spread * len(values) ** -0.2 / (high - low) * bins
    counts, edges = np.histogram(values, bins=bins, range=(low, high), density=True)
    smooth = gaussian_filter1d(counts, max(width, 1.0), mode="reflect", truncate=4.0)
    middles = (edges[1:] + edges[:-1]) / 2
    x = np.linspace(low, high, points)
    return x, np.interp(x, middles, smooth)


def overlap_coefficient(first, second) -> float:
    """Overlap ∫ min(p, q) of the densities of two sets of draws (sample,): 1 if they are the same, 0 if
    they have nothing in common. Of draws that do not vary, 1 where both are at one place, 0 otherwise.

    Source: Inman & Bradley 1989, Commun. Stat. Theory Methods 18:3851.
    """
    curves = [flux_density(values) for values in (first, second)]
    if None in curves:
        both = np.concatenate([np.ravel(first), np.ravel(second)])
        return float(flux_density(both) is None)
    # Both are nothing beyond their outermost draws, where they drop to it at once.
    ends = [
        end for x, _ in curves for end in (np.nextafter(x[0], -np.inf), np.nextafter(x[-1], np.inf))
    ]
    x = np.unique(np.concatenate([*(x for x, _ in curves), ends]))
    lower = np.minimum(*(np.interp(x, *curve, left=0.0, right=0.0) for curve in curves))
    return float(min(1.0, np.trapezoid(lower, x)))
