"""ROOM: the steady state in which as few fluxes as possible have changed significantly."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csc_array, hstack

from .linear_program import highs, linear_program
from .net_fluxes import OPTIONS, NetProgram
from .prediction import FAILED, INFEASIBLE, OPTIMAL, TIME_LIMIT, Prediction
from .room_milp import fewest_changes
from .steady_projection import SteadyProjection

NARROW = 1e-6  # over the largest flux: room beyond a band that is too small to be a change
FLAT = 1e-8  # imbalance over the largest flux, where optimal steady states may be a sliver
UNDECIDED = 1e-8  # of a reduced cost (they are about 1): either side costs the same


@dataclass(frozen=True, eq=False)
class Bands:
    """Around each wild-type flux, the band in which a flux counts as unchanged.

    lower, upper: (reaction,), bounds of the mutant's fluxes; band_lower, band_upper: (reaction,), of the
    bands, w ∓ (δ |w| + ε); inner_lower, inner_upper: the bands cut at the bounds.
    """

    lower: np.ndarray
    upper: np.ndarray
    band_lower: np.ndarray
    band_upper: np.ndarray

    @classmethod
    def around(cls, wild_type, lower, upper, delta, epsilon, largest) -> "Bands":
        """Bands of a wild type, widened to bounds that lie so near that nothing is between."""
        half = delta * np.abs(wild_type) + epsilon
        low, high = wild_type - half, wild_type + half
        low = np.where(np.abs(low - lower) <= NARROW * largest, lower, low)
        high = np.where(np.abs(upper - high) <= NARROW * largest, upper, high)
        return cls(lower, upper, low, high)

    @property
    def inner_lower(self):
        return np.clip(self.band_lower, self.lower, self.upper)

    @property
    def inner_upper(self):
        return np.clip(self.band_upper, self.lower, self.upper)

    def costs(self):
        """What one unit of flux above and below the band costs, (reaction,) each: y is 1 at the bound."""
        above, below = self.upper - self.band_upper, self.band_lower - self.lower
        return tuple(
            np.divide(1.0, room, out=np.zeros_like(room), where=room > 0) for room in (above, below)
        )

    def changes(self, fluxes):
        """y (reaction,) of the linear relaxation: 0 within the band, 1 at the bound."""
        above, below = self.costs()
        over = np.maximum(fluxes - self.band_upper, 0) * above
        return over + np.maximum(self.band_lower - fluxes, 0) * below

    def with_unchanged(self, unchanged):
        """Bounds (lower, upper) that leave these fluxes, (reaction,) bool, within their bands."""
        return (
            np.where(unchanged, self.inner_lower, self.lower),
            np.where(unchanged, self.inner_upper, self.upper),
        )

    def outside(self, fluxes, tolerance=0.0):
        """(reaction,) bool: significantly changed."""
        return (fluxes > self.band_upper + tolerance) | (fluxes < self.band_lower - tolerance)


class Room:
    """Predictions by ROOM, or by its linear relaxation.

    Many steady states may change equally few fluxes. Of those that leave the same fluxes unchanged
    (relaxed: of all that are optimal) the one nearest to the wild type is taken, so that a prediction does
    not hang on where the solver came from.
    Source: Shlomi et al. 2005, PNAS 102:7695.
    """

    def __init__(self, network, lower, upper, delta, epsilon, relaxed, time_limit):
        self.name = "relaxed ROOM" if relaxed else "ROOM"
        self.chunk = 25 if relaxed else 2
        self.lower, self.upper, self.delta, self.epsilon = lower, upper, delta, epsilon
        self.relaxed, self.time_limit = relaxed, time_limit
        self.largest = float(np.maximum(np.abs(lower), np.abs(upper)).max())
        self.stoichiometry = csc_array(network.stoichiometry)
        self.project = SteadyProjection(network.stoichiometry)
        self.range = None if relaxed else _ranges(network, lower, upper)

    def start(self, wild_type):
        """What every chunk of samples starts from: a basis for fluxes in the middle of them."""
        program = _RelaxedProgram(self.stoichiometry)
        program.solve(self._bands(wild_type, self.lower, self.upper), self.largest)
        return program.basis

    def session(self, start):
        """predict(wild_type, lower, upper), each (reaction,), which goes on from problem to problem."""
        program = _RelaxedProgram(self.stoichiometry, start)

        def predict(wild_type, lower, upper) -> Prediction:
            bands = self._bands(wild_type, lower, upper)
            found, fluxes, face = program.solve(bands, self.largest)
            if found != OPTIMAL:
                return Prediction(found)
            answer = None
            if not self.relaxed:
                answer = fewest_changes(
                    self.stoichiometry, bands, self.range, fluxes, self.time_limit
                )
                if answer is None:
                    return Prediction(FAILED)
                fluxes, face = answer.fluxes, bands.with_unchanged(~answer.changed)
            # Prices of another face lead astray: this takes fewest steps from none at all.
            nearest = self.project(wild_type, *face, steady=FLAT)
            if nearest.found:  # else the answer of the program stands
                fluxes = nearest.fluxes
            imbalance = float(np.abs(self.stoichiometry @ fluxes).max())
            residual = imbalance / max(1.0, float(np.abs(wild_type).max()))
            if answer is None:
                return Prediction(OPTIMAL, fluxes, bands.changes(fluxes).sum(), 0.0, residual)
            status = OPTIMAL if answer.gap == 0 else TIME_LIMIT
            return Prediction(status, fluxes, float(answer.count), answer.gap, residual)

        return predict

    def _bands(self, wild_type, lower, upper):
        return Bands.around(wild_type, lower, upper, self.delta, self.epsilon, self.largest)


class _RelaxedProgram:
    """min Σ y as a linear program in the flux within the band, the excess and the shortfall."""

    def __init__(self, stoichiometry, basis=None):
        columns = hstack([stoichiometry, stoichiometry, -stoichiometry])
        self._solver = highs(linear_program(columns, 0.0, 0.0), OPTIONS)
        if basis is not None:
            self._solver.setBasis(basis)
        self._columns = np.arange(columns.shape[1], dtype=np.int32)

    @property
    def basis(self):
        return self._solver.getBasis()

    def solve(self, bands: Bands, largest: float):
        """Status, fluxes (reaction,), and the (lower, upper) of all optimal steady states."""
        from highspy import HighsModelStatus as Status

        low, high = bands.inner_lower, bands.inner_upper
        above, below = (cost * largest for cost in bands.costs())
        none = np.zeros(len(low))
        lower = np.concatenate([low, none, none])
        upper = np.concatenate([high, bands.upper - high, low - bands.lower])
        solver, n = self._solver, len(self._columns)
        solver.changeColsBounds(n, self._columns, lower, np.maximum(lower, upper))
        solver.changeColsCost(n, self._columns, np.concatenate([none, above, below]))
        for _ in range(2):
            solver.run()
            status = solver.getModelStatus()
            if status in (Status.kOptimal, Status.kInfeasible):
                break
            solver.clearSolver()  # once more, from the start
        if status != Status.kOptimal:
            return (INFEASIBLE if status == Status.kInfeasible else FAILED), None, None
        solution = solver.getSolution()
        inside, over, under = np.array(solution.col_value).reshape(3, -1)
        price = np.array(solution.col_dual).reshape(3, -1)[0]
        return OPTIMAL, inside + over - under, _optimal_face(bands, price, above, below)


def _optimal_face(bands: Bands, price, above, below):
    """Bounds (lower, upper) that hold exactly the optimal steady states, from reduced costs.

    For its price each flux must be where price · v + y(v) is least: an end of the range, an end of the
    band, or all of a piece between them.
    """
    low, high = bands.inner_lower, bands.inner_upper
    down, up = price > UNDECIDED, price < -UNDECIDED
    least = np.where(up, high, low)
    most = np.where(down, low, high)
    can_fall, can_rise = low > bands.lower, bands.upper > high
    least = np.where(down & can_fall & (price >= below - UNDECIDED), bands.lower, least)
    most = np.where(down & can_fall & (price > below + UNDECIDED), bands.lower, most)
    most = np.where(up & can_rise & (-price >= above - UNDECIDED), bands.upper, most)
    least = np.where(up & can_rise & (-price > above + UNDECIDED), bands.upper, least)
    return least, most


def _ranges(network, lower, upper):
    """Smallest and largest flux of every reaction in the mutant, (reaction,) each."""
    program = NetProgram(network.stoichiometry, lower, upper)
    low, high = lower.copy(), upper.copy()
    for j in np.flatnonzero(upper > lower):
        ends = [program.extreme(j, sense) for sense in (-1, 1)]
        if ends[0] is not None and ends[1] is not None:
            low[j], high[j] = ends[0][j], ends[1][j]
    return low, high
