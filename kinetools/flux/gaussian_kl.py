"""Kullback–Leibler divergence between distributions of many fluxes at once, from draws."""

import numpy as np
from scipy.spatial import cKDTree

from ..errors import InputError


def gaussian_kl(p, q, resolution: float) -> float:
    """D(P‖Q) in nats between normal distributions with the means and covariances of draws (sample, flux).

    Fluxes of a steady state depend on each other, and some are fixed, so that either covariance is
    singular: both get `resolution`² on the diagonal, as if each flux were seen with that error. Directions
    in which both are known to better than that add next to nothing, and one draw alone is a distribution.
    Raises InputError for a resolution that is lost in the rounding of these covariances.
    """
    n = p.shape[1]
    means = p.mean(axis=0), q.mean(axis=0)
    noise = resolution**2 * np.eye(n)
    covariances = [(x - m).T @ (x - m) / len(x) + noise for x, m in zip((p, q), means)]
    try:
        factors = [np.linalg.cholesky(c) for c in covariances]
    except np.linalg.LinAlgError:
        raise InputError(
            f"resolution={resolution:g}: is too small beside fluxes that vary by "
            f"{max(x.std(axis=0).max() for x in (p, q)):.3g} mmol/gDW/h; give a larger one."
        ) from None
    spread = np.linalg.solve(factors[1], factors[0])
    apart = np.linalg.solve(factors[1], means[1] - means[0])
    logs = [np.log(np.diag(f)).sum() for f in factors]
    return float(0.5 * ((spread**2).sum() + apart @ apart - n) + logs[1] - logs[0])


def neighbour_kl(p, q, resolution: float, share: float, seed: int, neighbours: int = 5):
    """D(P‖Q) in nats from distances to the k-th neighbours, and the number of dimensions it was taken in.

    Draws (sample, flux) are seen with an error of `resolution`, and along the principal axes of both
    together that hold `share` of the variance. Slow to see large divergences: what is far apart needs more
    draws than there can be.
    Source: Wang, Kulkarni & Verdú 2009, IEEE Trans. Inf. Theory 55:2392, eq. (5).
    """
    rng = np.random.default_rng(seed)
    p, q = (x + resolution * rng.standard_normal(x.shape) for x in (p, q))
    middle = (p.mean(axis=0) + q.mean(axis=0)) / 2
    covariance = sum((x - middle).T @ (x - middle) / len(x) for x in (p, q)) / 2
    size, axes = np.linalg.eigh(covariance)
    size, axes = size[::-1], axes[:, ::-1]
    d = int(np.searchsorted(np.cumsum(size), share * size.sum())) + 1
    axes = axes[:, :d]
    p, q = (p - middle) @ axes, (q - middle) @ axes
    k = min(neighbours, len(p) - 1, len(q))
    own = cKDTree(p).query(p, k + 1)[0][:, -1]
    other = cKDTree(q).query(p, [k])[0][:, 0]
    kl = d * np.log(other / own).mean() + np.log(len(q) / (len(p) - 1))
    return float(kl), d
