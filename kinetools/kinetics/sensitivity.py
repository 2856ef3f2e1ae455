"""How the slowest eigenvalue answers to each Michaelis constant, analytically.

With right and left eigenvectors x and y of an eigenvalue λ of the Jacobian J, ∂λ/∂p = yᴴ(∂J/∂p)x / (yᴴx).
The Jacobian in log coordinates is affine in the saturation terms u = ∂ln D/∂ln s (see `jacobian`), so only
∂u/∂ln s is new: the curvature of ln D, taken from the rate laws' own code by complex steps, exact to
rounding (Squire & Trapp 1998).
"""

import numpy as np

from ..run import chunks, worker_count
from ..streaming import InMemory, fill
from .jacobian import BLOCK, Linearisation
from .model import KineticModel
from .parameter_sets import CHUNK
from .spectra import count, km_chunk, prepare
from .steady_state import SteadyState


def eigenvalue_sensitivities(
    model: KineticModel,
    state: SteadyState,
    sets,
    *,
    workers: int | None = None,
    client=None,
    progress=True,
):
    """∂ Re λ_max / ∂ ln Km of every parameter set at the steady state.

    sets: as for `eigenvalues`. Returns an `xarray.DataArray` (set, parameter) in 1/h: the change of the
    slowest eigenvalue for a relative change of a Michaelis constant, Vmax following so that the fluxes
    stay. Where two eigenvalues share the largest real part it is that of one of them.
    """
    import xarray

    linearisation, sets = prepare(model, state, sets)
    n_sets = count(sets)
    pieces = chunks(n_sets, CHUNK)
    shape = (n_sets, len(model.parameters))
    target = InMemory({"sensitivity": (("set", "parameter"), shape, float, {})})
    fill(
        target,
        pieces,
        sensitivity_chunk,
        lambda i: (linearisation, km_chunk(linearisation, sets, *pieces[i])),
        lambda start, stop, part: {"sensitivity": part[1]},
        description="sensitivities",
        progress=progress,
        workers=worker_count(workers),
        client=client,
    )
    numbers = sets["set"].values if isinstance(sets, xarray.Dataset) else np.arange(n_sets)
    return xarray.DataArray(
        target.arrays["sensitivity"],
        {"set": numbers, "parameter": list(model.parameter_names)},
        ("set", "parameter"),
        attrs={"long_name": "sensitivity of the slowest eigenvalue to ln Km", "units": "1/h"},
    )


def sensitivity_chunk(linearisation: Linearisation, km) -> tuple[np.ndarray, np.ndarray]:
    """Re λ_max (set,) and its derivatives by ln Km (set, parameter), both 1/h, of one chunk."""
    slowest = np.empty(len(km))
    result = np.empty((len(km), linearisation.n_parameters))
    for start in range(0, len(km), BLOCK):
        block = slice(start, start + BLOCK)
        value = linearisation.spectra(km[block])[:, 0]
        weights = eigenvalue_weights(linearisation, km[block], value)
        slowest[block] = value.real
        result[block] = linearisation.term_gradient(km[block], weights).T
    return slowest, result


def eigenvalue_weights(linearisation, km, value) -> np.ndarray:
    """∂ Re λ/∂u of every saturation term, (parameter, set), for one eigenvalue (set,) of each set."""
    jacobians = linearisation.jacobians(km)
    outer = np.empty_like(jacobians)
    real = value.imag == 0
    # Real eigenvalues have real vectors, which take a quarter of the work.
    for rows, values in ((real, value.real), (~real, value)):
        if rows.any():
            outer[rows] = _outer(jacobians[rows], values[rows])
    flat = outer.reshape(len(km), -1).T
    return linearisation.map_transposed @ np.ascontiguousarray(flat)


def _outer(jacobians, value) -> np.ndarray:
    """∂ Re λ/∂J (set, n, n) of one eigenvalue of each matrix."""
    right = _null_vectors(jacobians, value)
    left = _null_vectors(jacobians.transpose(0, 2, 1), value).conj()
    scale = np.einsum("si,si->s", left.conj(), right)
    return (left.conj()[:, :, None] * (right / scale[:, None])[:, None, :]).real


def _null_vectors(matrices, value) -> np.ndarray:
    """Right eigenvectors (set, n) that belong to known eigenvalues, by inverse iteration."""
    size = matrices.shape[1]
    # A shift off the eigenvalue by its own rounding keeps the factors finite.
    scale = np.abs(matrices).max(axis=(1, 2)) * np.finfo(float).eps + np.abs(value) * 1e-12
    shifted = matrices - (value + scale)[:, None, None] * np.eye(size)
    vectors = np.ones((len(matrices), size, 1), value.dtype)
    for _ in range(2):
        vectors = np.linalg.solve(shifted, vectors)
        vectors /= np.abs(vectors).max(axis=1, keepdims=True)
    return vectors[:, :, 0]
