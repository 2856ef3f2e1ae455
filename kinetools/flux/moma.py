"""MOMA: the steady state nearest to given fluxes, within bounds."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csc_array, csr_array
from scipy.sparse.linalg import splu

from .prediction import FAILED, OPTIMAL, Prediction

ITERATIONS = 500
STEADY = 1e-10  # over the largest flux: production less consumption of any metabolite that is left
ACCEPTED = 1e-7  # the same, of what still counts as an answer where rounding allows no better
DAMPING = 1e-3  # of Newton's method, times the imbalance that is left
LEAST_DAMPING = 1e-13


@dataclass(frozen=True)
class Nearest:
    """A projection: fluxes (reaction,), prices (metabolite,), largest imbalance, whether that will do."""

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
    Source: Segrè et al. 2002, PNAS 99:15112 (MOMA); Hager & Zhang 2016, SIAM J. Optim. 26:1773 (the dual).
    """

    def __init__(self, stoichiometry):
        matrix = np.asarray(stoichiometry, float)
        length = np.linalg.norm(matrix, axis=1)
        self._length = np.where(length > 0, length, 1.0)
        scaled = csr_array(matrix / self._length[:, None])
        order = _elimination_order(scaled)
        self._length = self._length[order]
        self._matrix = csr_array(scaled[order])
        self._transposed = csr_array(self._matrix.T)
        self._pattern, self._shares = _products(self._matrix)
        self._order = order

    def __call__(self, wanted, lower, upper, prices=None) -> Nearest:
        """The nearest steady state; prices: of a similar problem, to start from.

        wanted, lower, upper: (reaction,), mmol/gDW/h. `found` is False where there is no steady state.
        """
        size = max(1.0, float(np.abs(wanted).max()))
        p = np.zeros(len(self._order)) if prices is None else prices[self._order]
        best = np.inf, p, wanted
        for step in range(ITERATIONS + 1):
            free_fluxes = wanted + self._transposed @ p
            fluxes = np.clip(free_fluxes, lower, upper)
            imbalance = self._matrix @ fluxes
            left = float(np.abs(imbalance * self._length).max(initial=0.0)) / size
            if left < best[0]:
                best = left, p, fluxes
            if left <= STEADY or step == ITERATIONS:
                break
            free = (free_fluxes > lower) & (free_fluxes < upper)
            direction = self._direction(free, imbalance, size)
            change = self._transposed @ direction
            length = _longest_rise(free_fluxes, change, lower, upper)
            if not np.isfinite(length) or length <= 0:
                break
            p = p + length * direction
        left, p, fluxes = best
        if left > ACCEPTED and prices is not None:
            return self(wanted, lower, upper)  # once more, from the start
        prices = np.empty_like(p)
        prices[self._order] = p
        return Nearest(fluxes, prices, left, step, left <= ACCEPTED)

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

    @property
    def _diagonal(self):
        if not hasattr(self, "_places"):
            columns = np.repeat(np.arange(self._pattern.shape[1]), np.diff(self._pattern.indptr))
            self._places = np.flatnonzero(self._pattern.indices == columns)
        return self._places


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


def _elimination_order(matrix):
    """An order of the metabolites in which factors of S Sᵀ stay sparse."""
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


class Moma:
    """Predictions by MOMA: the steady state that is nearest to the wild type's fluxes."""

    name = "MOMA"
    chunk = 25  # samples of which each begins where the last one ended

    def __init__(self, network, lower, upper):
        self.lower, self.upper = lower, upper
        self.project = SteadyProjection(network.stoichiometry)

    def start(self, wild_type):
        """What every chunk of samples starts from: prices at fluxes in the middle of them."""
        return self.project(wild_type, self.lower, self.upper).prices

    def session(self, start):
        """predict(wild_type, lower, upper), each (reaction,), which goes on from problem to problem."""
        prices = start

        def predict(wild_type, lower, upper) -> Prediction:
            nonlocal prices
            nearest = self.project(wild_type, lower, upper, prices)
            if not nearest.found:
                return Prediction(FAILED, nearest.fluxes, residual=nearest.residual)
            prices = nearest.prices
            distance = float(np.linalg.norm(nearest.fluxes - wild_type))
            return Prediction(OPTIMAL, nearest.fluxes, distance, 0.0, nearest.residual)

        return predict
