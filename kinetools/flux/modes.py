"""Modes of a posterior, told apart by planes, so that a ladder of temperatures can treat them evenly.

A narrow mode may hold half of the posterior and next to nothing of what is a little hotter, so that hardly
any walker finds it on the way down. Weights for the modes at each temperature in between keep it as
populated there as it is in the posterior; at β = 1 and β = 0 there are none. They follow from the mean of
ln L within each mode at every temperature, while no chain is allowed to leave its mode.

Source: Tawn, Roberts & Rosenthal 2020, Stat. Comput. 30:27 (tempering that preserves weights).
"""

import numpy as np

from .reflective_hmc import Modes

MOST_MODES = 4
FEWEST = 1.5  # points of a mode for each dimension
CLEARLY = 10.0  # by which more modes must improve the information criterion


def one_mode(temperatures: int, dimension: int) -> Modes:
    """No planes and no weights."""
    return Modes(np.zeros((1, dimension)), np.zeros(1), np.zeros((temperatures, 1)))


def find_modes(x, temperatures: int, most: int = MOST_MODES) -> Modes:
    """At most so many modes of points x (point, dimension), told apart by planes; no weights yet."""
    from sklearn.mixture import GaussianMixture

    dimension = x.shape[1]
    scaled = (x - x.mean(axis=0)) / (x.std(axis=0) + 1e-12)
    best, labels = np.inf, np.zeros(len(x), int)
    for count in range(1, min(most, MOST_MODES) + 1):
        mixture = GaussianMixture(count, reg_covar=1e-4, n_init=2, random_state=0).fit(scaled)
        criterion = mixture.bic(scaled)
        if criterion < best - CLEARLY:
            best, labels = criterion, mixture.predict(scaled)
    groups = [x[labels == g] for g in np.unique(labels)]
    groups = [g for g in groups if len(g) >= FEWEST * dimension]
    if len(groups) < 2:
        return one_mode(temperatures, dimension)
    means = np.array([g.mean(axis=0) for g in groups])
    within = sum(len(g) * np.atleast_2d(np.cov(g.T)) for g in groups) / sum(map(len, groups))
    within += 1e-6 * np.trace(within) / dimension * np.eye(dimension)
    normals = np.linalg.solve(within, means.T).T
    offsets = -0.5 * (normals * means).sum(axis=1)
    found = np.unique(
        np.argmax(x @ normals.T + offsets, axis=1)
    )  # planes may leave one without points
    if len(found) < 2:
        return one_mode(temperatures, dimension)
    normals = np.ascontiguousarray(normals[found])
    return Modes(normals, offsets[found], np.zeros((temperatures, len(found))))


def preserving_weights(curves) -> np.ndarray:
    """Weights (temperature, mode) that give every mode the share everywhere that it has at β = 1.

    curves: (temperature, mode), ln of the integral of L^β over a mode, from β = 1, where it is 0, down to
    β = 0. What modes hold at β = 1 need not be known; one that holds next to nothing there does no harm.
    """
    weights = curves.mean(axis=1, keepdims=True) - curves
    weights[-1] = 0.0
    return weights
