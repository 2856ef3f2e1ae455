"""The mixed-integer program of ROOM: which fluxes have to change significantly, and how many at least."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, vstack

from .linear_program import highs, linear_program

TOLERANCE = 1e-9  # of integers and constraints; a trickle of y times a bound is a flux
MIP_OPTIONS = {
    "output_flag": False,
    "parallel": "off",
    "mip_feasibility_tolerance": TOLERANCE,
    "primal_feasibility_tolerance": TOLERANCE,
    "dual_feasibility_tolerance": TOLERANCE,
    "mip_abs_gap": 1 - 1e-6,  # whole numbers: nothing lies between
    "mip_rel_gap": 0.0,
}


@dataclass(frozen=True)
class FewestChanges:
    """changed: (reaction,) bool; fluxes: (reaction,); count: of changes; gap: how many fewer may do."""

    changed: np.ndarray
    fluxes: np.ndarray
    count: int
    gap: float


def fewest_changes(stoichiometry, bands, ranges, guess, time_limit) -> FewestChanges | None:
    """Solve ROOM by branch and bound, from steady fluxes `guess`; None if nothing better came of it.

    stoichiometry: sparse (metabolite, reaction); bands: the unchanged fluxes and the bounds; ranges:
    (lower, upper) of each flux in the mutant, at most the bounds; time_limit: seconds.
    """
    from highspy import HighsModelStatus, HighsSolution

    low, high = np.maximum(ranges[0], bands.lower), np.minimum(ranges[1], bands.upper)
    always = (high < bands.band_lower) | (low > bands.band_upper)
    rises, falls = high > bands.band_upper, low < bands.band_lower
    open_ = np.flatnonzero((rises | falls) & ~always)
    program = _program(stoichiometry, bands, low, high, rises, falls, open_)
    solver = highs(program, MIP_OPTIONS | {"time_limit": float(time_limit)})
    begin = HighsSolution()
    begin.col_value = [*guess, *bands.outside(guess, TOLERANCE)[open_].astype(float)]
    solver.setSolution(begin)
    solver.run()
    value = np.array(solver.getSolution().col_value)
    info = solver.getInfo()
    if len(value) != stoichiometry.shape[1] + len(open_) or not np.isfinite(
        info.objective_function_value
    ):
        return None
    changed = always.copy()
    changed[open_] = value[stoichiometry.shape[1] :] > 0.5
    count = int(changed.sum())
    if solver.getModelStatus() == HighsModelStatus.kOptimal:
        gap = 0.0
    else:
        bound = max(0.0, np.ceil(info.mip_dual_bound - 1e-6)) if info.mip_dual_bound > 0 else 0.0
        gap = max(0.0, count - int(always.sum()) - bound)
    return FewestChanges(changed, value[: stoichiometry.shape[1]], count, float(gap))


def _program(stoichiometry, bands, low, high, rises, falls, open_):
    """min Σ y with S v = 0, v − (high − band) y ≤ band above, v − (low − band) y ≥ band below."""
    from highspy import HighsVarType

    metabolites, reactions = stoichiometry.shape
    above, below = (np.flatnonzero(which[open_]) for which in (rises, falls))
    k = open_[above], open_[below]
    rows = [
        _band_rows(k[0], above, bands.band_upper[k[0]] - high[k[0]], reactions, len(open_)),
        _band_rows(k[1], below, bands.band_lower[k[1]] - low[k[1]], reactions, len(open_)),
    ]
    balance = coo_array(stoichiometry)
    balance = coo_array(
        (balance.data, (balance.row, balance.col)), (metabolites, reactions + len(open_))
    )
    none, infinite = np.zeros(metabolites), np.inf
    program = linear_program(
        vstack([balance, *rows]),
        np.concatenate([low, np.zeros(len(open_))]),
        np.concatenate([high, np.ones(len(open_))]),
        np.concatenate([np.zeros(reactions), np.ones(len(open_))]),
        np.concatenate([none, np.full(len(above), -infinite), bands.band_lower[k[1]]]),
        np.concatenate([none, bands.band_upper[k[0]], np.full(len(below), infinite)]),
    )
    kinds = [HighsVarType.kContinuous] * reactions + [HighsVarType.kInteger] * len(open_)
    program.integrality_ = kinds
    return program


def _band_rows(reaction, y, room, reactions, changes):
    """v + room · y, one row for each."""
    each = np.arange(len(reaction))
    return coo_array(
        (
            np.concatenate([np.ones(len(each)), room]),
            (np.tile(each, 2), np.concatenate([reaction, reactions + y])),
        ),
        (len(each), reactions + changes),
    )
