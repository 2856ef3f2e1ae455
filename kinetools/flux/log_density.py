"""The log-likelihood and its gradient for some points of a flux space at once, in compiled code."""

from typing import NamedTuple

import numpy as np
from numba import njit

from .compiled import ANY_ORDER, INNER
from .exchange import ExchangeRoom, exchange_room
from .tape import LANES, Tape, replay, workspace

N_LANES = len(LANES)


class Labelling(NamedTuple):
    """One labelling experiment: tapes, their slots, and which flux is which input."""

    tapes: tuple[Tape, Tape]
    inputs: np.ndarray
    outputs: np.ndarray
    seeds: np.ndarray
    gradients: np.ndarray
    columns: np.ndarray  # of the rows of `LogDensity.matrix`


class LogDensity(NamedTuple):
    """ln L(x) = constant − ½ Σ((measured − simulated)·precision)² − ½ Σ(targets − rows·x)², and a prior."""

    origin: np.ndarray  # (flux,): fluxes that decide the labelling are origin + matrix @ x
    matrix: np.ndarray  # (flux, dimension)
    transposed: np.ndarray
    experiments: tuple[Labelling, ...]
    measured: np.ndarray  # (value,) of all experiments behind each other
    precision: np.ndarray  # (value,) 1/σ
    rows: np.ndarray  # (measured flux, dimension), in units of σ
    targets: np.ndarray
    constant: float
    room: ExchangeRoom  # what the prior density of x is proportional to


def log_density(space, likelihood) -> LogDensity:
    """The compiled form of a likelihood on the coordinates of a flux space."""
    n = len(likelihood.network.reactions)
    columns = np.unique(np.concatenate([s.flux_columns for s in likelihood.simulators]))
    experiments = tuple(
        Labelling(*s.kernel, np.searchsorted(columns, s.flux_columns))
        for s in likelihood.simulators
    )
    origin, basis = split_coordinates(space)
    rows = space.basis[likelihood.flux_rows] - space.basis[likelihood.flux_rows + n]
    start = space.origin[likelihood.flux_rows] - space.origin[likelihood.flux_rows + n]
    return LogDensity(
        np.ascontiguousarray(origin[columns]),
        np.ascontiguousarray(basis[columns]),
        np.ascontiguousarray(basis[columns].T),
        experiments,
        likelihood.measured,
        1 / likelihood.sigma,
        np.ascontiguousarray(rows / likelihood.flux_sigma[:, None]),
        (likelihood.flux_values - start) / likelihood.flux_sigma,
        likelihood.constant,
        exchange_room(space),
    )


def split_coordinates(space):
    """Origin and basis whose positive parts are forward and reverse fluxes, also of signed reactions."""
    n = len(space.signed)
    origin, basis = space.origin.copy(), space.basis.copy()
    backward = n + np.flatnonzero(space.signed)
    origin[backward], basis[backward] = -origin[backward - n], -basis[backward - n]
    return origin, basis


def scratch(density: LogDensity) -> tuple[np.ndarray, ...]:
    """Work spaces for `fill_log_density` in one thread, one of each experiment."""
    return tuple(workspace(LANES, e.tapes[1]) for e in density.experiments)


@njit(**INNER, fastmath=ANY_ORDER)
def fill_log_density(density, spaces, x, value, gradient):
    """Fill ln L (point,) and its gradient (point, dimension) at points x (point, dimension).

    A multiple of `N_LANES` points: matrices are read once for all, tapes are replayed for eight at once.
    """
    n_points, dimension = x.shape
    fluxes = np.dot(x, density.transposed)
    for p in range(n_points):
        for i in range(len(density.origin)):
            # Below zero by rounding, or because the reaction runs the other way.
            fluxes[p, i] = max(fluxes[p, i] + density.origin[i], 0.0)
        value[p] = density.constant
    by_flux = np.zeros(fluxes.shape)
    for first in range(0, n_points, N_LANES):
        _simulate(density, spaces, first, fluxes, value, by_flux)
    for p in range(n_points):
        for i in range(len(density.origin)):
            if fluxes[p, i] == 0.0:
                by_flux[p, i] = 0.0
    np.dot(by_flux, density.matrix, gradient)
    for p in range(n_points):
        for k in range(len(density.targets)):
            residual = density.targets[k]
            for j in range(dimension):
                residual -= density.rows[k, j] * x[p, j]
            value[p] -= 0.5 * residual * residual
            for j in range(dimension):
                gradient[p, j] += residual * density.rows[k, j]


@njit(**INNER, fastmath=ANY_ORDER)
def _simulate(density, spaces, first, fluxes, value, by_flux):
    """Add what the labelling says of the eight points from `first` on, and its derivative by fluxes."""
    start = 0
    for e in range(len(density.experiments)):
        experiment, w = density.experiments[e], spaces[e]
        for k in range(len(experiment.inputs)):
            for lane in range(N_LANES):
                w[experiment.inputs[k] * N_LANES + lane] = fluxes[
                    first + lane, experiment.columns[k]
                ]
        replay(LANES, experiment.tapes[0], w)
        for k in range(len(experiment.outputs)):
            weight = density.precision[start + k]
            for lane in range(N_LANES):
                simulated = w[experiment.outputs[k] * N_LANES + lane]
                residual = (density.measured[start + k] - simulated) * weight
                value[first + lane] -= 0.5 * residual * residual
                w[experiment.seeds[k] * N_LANES + lane] = residual * weight
        start += len(experiment.outputs)
        replay(LANES, experiment.tapes[1], w)
        for k in range(len(experiment.gradients)):
            for lane in range(N_LANES):
                slope = w[experiment.gradients[k] * N_LANES + lane]
                by_flux[first + lane, experiment.columns[k]] += slope
