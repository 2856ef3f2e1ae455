"""Linear programs over net fluxes: ranges, implied equalities, extreme flux vectors, conflicts."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import null_space

from ..errors import InputError
from .linear_program import highs, linear_program

OPTIONS = {
    "output_flag": False,
    "solver": "simplex",
    "primal_feasibility_tolerance": 1e-10,
    "dual_feasibility_tolerance": 1e-10,
}
WIDTH = 1e-8  # a net flux whose range is narrower than this times the largest flux is fixed
PARALLEL = 1e-8  # sine of the angle below which two fluxes are proportional in every steady state


class NetProgram:
    """Steady states within bounds: S n = 0, lower <= n <= upper; linear programs, solved by HiGHS.

    stoichiometry: (metabolite, reaction); lower, upper: (reaction,), mmol/gDW/h. Each program starts
    where the last one ended, so that hundreds of them take little longer than a few.
    """

    def __init__(self, stoichiometry, lower, upper):
        self.matrix = np.array(stoichiometry, float)
        self.lower, self.upper = np.array(lower, float), np.array(upper, float)
        program = linear_program(self.matrix, self.lower, self.upper)
        self._solver = highs(program, OPTIONS)
        self._columns = np.arange(program.num_col_, dtype=np.int32)

    def extreme(self, reaction: int, sense: int, lower=None, upper=None):
        """A steady state with the largest (sense 1) or smallest (sense -1) flux of a reaction.

        lower, upper: other bounds than the program's. Returns net fluxes (reaction,), or None if there is
        no steady state. Raises InputError if HiGHS finds no answer.
        """
        from highspy import HighsModelStatus as Status

        lower = self.lower if lower is None else lower
        upper = self.upper if upper is None else upper
        if np.any(lower > upper):
            return None
        solver = self._solver
        solver.changeColsBounds(len(lower), self._columns, lower, upper)
        solver.changeColCost(reaction, float(-sense))
        for _ in range(2):
            solver.run()
            status = solver.getModelStatus()
            if status in (Status.kOptimal, Status.kInfeasible):
                break
            solver.clearSolver()  # once more, from the start
        solver.changeColCost(reaction, 0.0)
        if status == Status.kInfeasible:
            return None
        if status != Status.kOptimal:
            raise InputError(
                f"the linear program for the range of reaction number {reaction + 1} cannot be solved "
                f"({solver.modelStatusToString(status)}); check the network for coefficients of very "
                "different size."
            )
        return np.array(solver.getSolution().col_value)

    def feasible(self, lower=None, upper=None) -> bool:
        """Is there any steady state within the bounds?"""
        return self.extreme(0, 0, lower, upper) is not None


@dataclass(frozen=True, eq=False)
class NetHull:
    """The smallest flat that holds every steady state within bounds, and its extremes.

    range: (reaction, 2) smallest and largest net flux; varies: (reaction,) bool; vertices: (point,
    reaction), steady states with the smallest and the largest flux of every reaction that varies,
    without repeats; groups: of those that vary, what changes in proportion, as (reaction, factor) with
    the factor relative to the first of the group.
    """

    range: np.ndarray
    varies: np.ndarray
    vertices: np.ndarray
    groups: tuple[tuple[tuple[int, float], ...], ...]


def net_hull(program: NetProgram, scale: float) -> NetHull:
    """Ranges and implied equalities of a feasible program; `scale` is the largest flux.

    Proportional fluxes are decided together by the largest of them: growth within a narrow range makes
    the demand for a cofactor vary by less than any tolerance, and yet it varies.
    """
    lower, upper = program.lower, program.upper
    free = upper > lower
    groups = proportional(program.matrix[:, free], np.flatnonzero(free))
    found = np.column_stack([lower, upper])
    for i in set(np.flatnonzero(free)) - {member for group in groups for member, _ in group}:
        found[i] = program.extreme(i, 0)[i]
    varies = np.zeros(len(lower), bool)
    vertices = []
    for group in groups:
        first = group[0][0]
        low, high = program.extreme(first, -1), program.extreme(first, 1)
        wide = high[first] - low[first] > WIDTH * scale
        for member, _ in group:
            ends = sorted((low[member], high[member]))
            found[member] = ends if wide else np.full(2, np.mean(ends))
            varies[member] = wide
        if wide:
            vertices += [low, high]
    vertices = np.array(vertices) if vertices else np.zeros((0, len(lower)))
    return NetHull(
        range=np.clip(found, lower[:, None], upper[:, None]),
        varies=varies,
        vertices=unique_points(vertices, scale),
        groups=tuple(proportional(program.matrix[:, varies], np.flatnonzero(varies))),
    )


def proportional(matrix, ids) -> list[tuple[tuple[int, float], ...]]:
    """Columns of a stoichiometry that are proportional in its null space, largest first in each group.

    Columns that are zero in the null space are in no group.
    """
    rows = null_space(matrix)
    size = np.linalg.norm(rows, axis=1) if rows.size else np.zeros(len(ids))
    groups, directions = [], np.zeros((0, rows.shape[1]))
    for j in np.argsort(-size, kind="stable"):
        if size[j] < 1e-12:
            break
        direction = rows[j] / size[j]
        along = directions @ direction
        apart = np.linalg.norm(direction - along[:, None] * directions, axis=1)
        close = np.flatnonzero(apart < PARALLEL)
        if len(close):
            leader = groups[close[0]][0][0]
            factor = np.sign(along[close[0]]) * size[j] / size[ids == leader][0]
            groups[close[0]].append((int(ids[j]), float(factor)))
        else:
            groups.append([(int(ids[j]), 1.0)])
            directions = np.vstack([directions, direction])
    return [tuple(group) for group in groups]


def unique_points(points, scale: float) -> np.ndarray:
    """Points without repeats, in order of first appearance."""
    if not len(points):
        return points
    rounded = np.round(points / scale, 7) + 0.0
    _, first = np.unique(rounded, axis=0, return_index=True)
    return points[np.sort(first)]
