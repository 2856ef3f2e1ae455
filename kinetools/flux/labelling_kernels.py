"""Replaying a labelling tape for many flux vectors: eight side by side, the rest one by one."""

import numpy as np
from numba import njit

from .compiled import ENTRY, INNER
from .tape import LANES, ONE_LANE, replay, workspace


@njit(**INNER)
def _run_lanes(lanes, tapes, w, inputs, outputs, seeds, gradients, fluxes, values, weights, by, at):
    """Simulate flux vectors at … at + len(lanes), and differentiate where `by` has rows."""
    n = len(lanes)
    for k in range(len(inputs)):
        for lane in range(n):
            w[inputs[k] * n + lane] = fluxes[at + lane, k]
    replay(lanes, tapes[0], w)
    for k in range(len(outputs)):
        for lane in range(n):
            values[at + lane, k] = w[outputs[k] * n + lane]
    if len(by) == 0:
        return
    for k in range(len(seeds)):
        for lane in range(n):
            w[seeds[k] * n + lane] = weights[at + lane, k]
    replay(lanes, tapes[1], w)
    for k in range(len(gradients)):
        for lane in range(n):
            by[at + lane, k] = w[gradients[k] * n + lane]


@njit(**ENTRY)
def run(tapes, spaces, inputs, outputs, seeds, gradients, fluxes, values, weights, by):
    """Values (vector, value) of fluxes (vector, input); with rows in `by` (vector, input) also the
    gradients of Σ weights·values (vector, value). spaces: work spaces of eight lanes and of one."""
    n = len(fluxes)
    at = 0
    while at + len(LANES) <= n:
        _run_lanes(
            LANES,
            tapes,
            spaces[0],
            inputs,
            outputs,
            seeds,
            gradients,
            fluxes,
            values,
            weights,
            by,
            at,
        )
        at += len(LANES)
    while at < n:
        _run_lanes(
            ONE_LANE,
            tapes,
            spaces[1],
            inputs,
            outputs,
            seeds,
            gradients,
            fluxes,
            values,
            weights,
            by,
            at,
        )
        at += 1


def spaces(tapes):
    """Work spaces for `run`: of eight lanes and of one."""
    # The adjoint tape ends with all slots and constants of both.
    return workspace(LANES, tapes[1]), workspace(ONE_LANE, tapes[1])


def no_rows(width: int) -> np.ndarray:
    """What stands for gradients that are not wanted."""
    return np.empty((0, width))
