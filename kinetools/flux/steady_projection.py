"""The steady state nearest to given fluxes, within bounds: a projection, solved by its prices."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csc_array, csr_array
from scipy.sparse.linalg import splu

from .net_fluxes import proportional

ITERATIONS = 500
STEADY = 1e-10  # over the largest flux: production less consumption of any metabolite that is left
ACCEPTED = 1e-7  # the same, of what still counts as an answer where rounding allows no better
DAMPING = 1e-8  # of Newton's method, times the imbalance that is left; more takes more steps
ROUNDING = 1e-9  # over the coefficients: a metabolite that a group neither makes nor uses
LEAST_DAMPING = 1e-12


@dataclass(frozen=True)
class Nearest:
    """A projection: fluxes (reaction,), prices to start from, largest imbalance, whether that will do."""

    fluxes: np.ndarray
    prices: np.ndarray
    residual: float
    steps: int
    found: bool


class SteadyProjection:
    """min ½‖v − w‖² with S v = 0 and lower ≤ v ≤ upper, for many w and bounds.

    stoichiometry: (metabolite, reaction). For prices p of metabolites the best v is w + Sᵀp, cut at the
    bounds; Newton's method finds the prices at which it is steady, from those of the last problem. What it
    returns lies within the bounds and is optimal for its prices to the last digit, whatever the accuracy of
    the steady state, so that the imbalance |S v| is all there is of a residual.
    Source: Hager & Zhang 2016, SIAM J. Optim. 26:1773 (the dual, and Newton's method for it).
    """

    def __init__(self, stoichiometry):
        matrix = np.asarray(stoichiometry, float)
        self._stoichiometry, self._groups = csr_array(matrix), _proportional_groups(matrix)
        matrix = matrix @ self._groups.toarray()
        matrix = matrix[np.abs(matrix).max(axis=1, initial=0) > ROUNDING]
        length = np.linalg.norm(matrix, axis=1)
        self._length = np.where(length > 0, length, 1.0)
        scaled = csr_array(matrix / self._length[:, None])
        order = _elimination_order(scaled)
        self._length = self._length[order]
        self._matrix = csr_array(scaled[order])
        self._transposed = csr_array(self._matrix.T)
        self._pattern, self._shares = _products(self._matrix)
        columns = np.repeat(np.arange(len(order)), np.diff(self._pattern.indptr))
        self._diagonal = np.flatnonzero(self._pattern.indices == columns)

    def __call__(self, wanted, lower, upper, prices=None, steady=STEADY) -> Nearest:
        """The nearest steady state; `found` is False where there is none.

        wanted, lower, upper: (reaction,), mmol/gDW/h; prices: of a similar problem, to start from; steady:
        imbalance over the largest flux at which to stop.
        """
        size = max(1.0, float(np.abs(wanted).max()))
        ends = self._group_bounds(lower, upper, size)
        if ends is None:
            return Nearest(np.clip(wanted, lower, upper), None, np.inf, 0, False)
        middle = self._groups.T @ wanted
        nearest = self._solve(middle, *ends, prices, steady, size)
        if not nearest.found and prices is not None:
            nearest = self._solve(middle, *ends, None, steady, size)
        fluxes = np.clip(self._groups @ nearest.fluxes, lower, upper)
        left = float(np.abs(self._stoichiometry @ fluxes).max(initial=0.0)) / size
        return replace(nearest, fluxes=fluxes, residual=left, found=left <= ACCEPTED)

    def _solve(self, wanted, lower, upper, prices, steady, size) -> Nearest:
        """The same for groups of proportional fluxes."""
        p = np.zeros(len(self._length)) if prices is None else prices
        best = np.inf, p, np.clip(wanted, lower, upper)
        for step in range(ITERATIONS + 1):
            free_fluxes = wanted + self._transposed @ p
            fluxes = np.clip(free_fluxes, lower, upper)
            imbalance = self._matrix @ fluxes
            left = float(np.abs(imbalance * self._length).max(initial=0.0)) / size
            if left < best[0]:
                best = left, p, fluxes
            if left <= steady or step == ITERATIONS:
                break
            free = (free_fluxes > lower) & (free_fluxes < upper)
            direction = self._direction(free, imbalance, size)
            change = self._transposed @ direction
            length = _longest_rise(free_fluxes, change, lower, upper)
            if not np.isfinite(length) or length <= 0:
                break
            p = p + length * direction
        left, p, fluxes = best
        return Nearest(fluxes, p, left, step, left <= ACCEPTED)

    def _group_bounds(self, lower, upper, size):
        """Bounds of the groups: where those of all members hold; None if nowhere."""
        groups = self._groups
        outside = np.setdiff1d(np.arange(len(lower)), groups.indices)
        least = ACCEPTED * size
        if (lower[outside] > least).any() or (upper[outside] < -least).any():
            return None
        ends = np.stack([lower[groups.indices], upper[groups.indices]]) / groups.data
        low = np.maximum.reduceat(ends.min(axis=0), groups.indptr[:-1])
        high = np.minimum.reduceat(ends.max(axis=0), groups.indptr[:-1])
        if (low - high > least).any():
            return None
        middle = (low + high) / 2  # where rounding has crossed them
        return np.where(low > high, middle, low), np.where(low > high, middle, high)

    def _direction(self, free, imbalance, size):
        """Newton's direction, damped where the fluxes that can still move leave prices undecided."""
        damping = max(LEAST_DAMPING, DAMPING * min(1.0, np.abs(imbalance).max() / size))
        hessian = self._pattern.copy()
        hessian.data = self._shares @ free.astype(float)
        hessian.data[self._diagonal] += damping
        factors = splu(
            hessian,
            permc_spec="NATURAL",
            diag_pivot_thresh=0.0,
            options={"SymmetricMode": True, "Equil": False},
        )
        return -factors.solve(imbalance)


def _longest_rise(fluxes, change, lower, upper) -> float:
    """Step along which the dual objective rises to its maximum; inf where it rises without end.

    Its slope, −change · (fluxes cut at the bounds), falls in straight pieces between the steps at which a
    flux meets a bound.
    """

    def slope(step):
        return -float(change @ np.clip(fluxes + step * change, lower, upper))

    moving = np.abs(change) > 1e-14 * max(1e-300, np.abs(change).max())
    ends = np.concatenate([(b[moving] - fluxes[moving]) / change[moving] for b in (lower, upper)])
    ends = np.sort(ends[(ends > 0) & np.isfinite(ends)])
    low, high = -1, len(ends)  # slope > 0 at ends[low], ≤ 0 at ends[high]
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if slope(ends[middle]) > 0 else (low, middle)
    if high == len(ends):
        return np.inf
    start, stop = (ends[low] if low >= 0 else 0.0), ends[high]
    first, last = slope(start), slope(stop)
    return start + (stop - start) * (first / (first - last) if first > last else 1.0)


def _proportional_groups(matrix):
    """Fluxes that are proportional in every steady state, one column of length 1 a group.

    Of a chain of reactions the bounds of one decide: taking it as one flux takes most of the corners, and
    of Newton's steps. Reactions that cannot carry a steady flux are in no group.
    """
    found = proportional(matrix, np.arange(matrix.shape[1]))
    columns = np.repeat(np.arange(len(found)), [len(group) for group in found])
    members = [member for group in found for member in group]
    rows, factors = (np.array(x) for x in zip(*members)) if members else (np.zeros(0, int),) * 2
    groups = csc_array((factors.astype(float), (rows, columns)), (matrix.shape[1], len(found)))
    groups.data /= np.repeat(np.sqrt(groups.power(2).sum(axis=0)), np.diff(groups.indptr))
    return groups


def _elimination_order(matrix):
    """An order of the metabolites in which factors of S Sᵀ stay sparse."""
    if not matrix.shape[0]:
        return np.zeros(0, int)
    gram = csc_array(matrix @ matrix.T)
    gram.setdiag(gram.diagonal() + 1.0)
    return splu(gram, permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True}).perm_c.argsort()


def _products(matrix):
    """Pattern of S D Sᵀ, and the matrix that gives its values from the diagonal of D."""
    metabolites, reactions = matrix.shape
    columns = csc_array(matrix)
    rows, cols, values, reaction = [], [], [], []
    for j in range(reactions):
        where = slice(columns.indptr[j], columns.indptr[j + 1])
        i, s = columns.indices[where], columns.data[where]
        rows.append(np.repeat(i, len(i)))
        cols.append(np.tile(i, len(i)))
        values.append(np.outer(s, s).ravel())
        reaction.append(np.full(len(i) ** 2, j))
    every = np.arange(metabolites)  # the diagonal is there even if nothing else is
    place = np.concatenate([*cols, every]) * metabolites + np.concatenate([*rows, every])
    known, position = np.unique(place, return_inverse=True)
    n = len(position) - metabolites
    shares = csr_array(
        (np.concatenate(values), (position[:n], np.concatenate(reaction))), (len(known), reactions)
    )
    starts = np.searchsorted(known // metabolites, np.arange(metabolites + 1))
    pattern = csc_array(
        (np.zeros(len(known)), known % metabolites, starts), (metabolites, metabolites)
    )
    return pattern, shares
