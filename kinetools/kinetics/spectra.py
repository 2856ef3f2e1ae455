"""Spectra of parameter sets."""

import numpy as np

from ..run import chunks, worker_count
from ..streaming import InMemory, fill
from .model import KineticModel
from .parameter_sets import CHUNK, check_belongs, check_vmax, km_array, linearise
from .steady_state import SteadyState


def eigenvalues(
    model: KineticModel,
    state: SteadyState,
    sets,
    *,
    workers: int | None = None,
    client=None,
    progress=True,
) -> np.ndarray:
    """Eigenvalues of the Jacobian of every parameter set at the steady state.

    sets: a dataset of parameter sets, or a km array (set, parameter) in µmol/L in the order of
    `model.parameter_names`. Returns a complex array (set, n) in 1/h, n independent metabolites
    (44 for the bundled model), the slowest (largest real part) first.
    """
    linearisation, sets = prepare(model, state, sets)
    pieces = chunks(count(sets), CHUNK)
    shape = (count(sets), linearisation.size)
    target = InMemory({"eigenvalue": (("set", "mode"), shape, complex, {})})
    fill(
        target,
        pieces,
        spectra_chunk,
        lambda i: (linearisation, km_chunk(linearisation, sets, *pieces[i])),
        lambda start, stop, values: {"eigenvalue": values},
        description="spectra",
        progress=progress,
        workers=worker_count(workers),
        client=client,
    )
    return target.arrays["eigenvalue"]


def spectra_chunk(linearisation, km):
    """Spectra of one chunk (a function, so that it can travel to a cluster)."""
    return linearisation.spectra(km)


def prepare(model, state, sets):
    """The linearisation, and the sets as a dataset over sets that belongs to it or a checked array."""
    import xarray

    linearisation = linearise(model, state)
    if not isinstance(sets, xarray.Dataset):
        return linearisation, km_array(model, sets)
    check_belongs(model, state, sets)
    return linearisation, sets if "set" in sets.dims else sets.expand_dims("set")


def count(sets) -> int:
    """Number of parameter sets in a dataset, or in a checked array."""
    import xarray

    return sets.sizes["set"] if isinstance(sets, xarray.Dataset) else len(sets)


def km_chunk(linearisation, sets, start: int, stop: int) -> np.ndarray:
    """Some sets' Michaelis constants (set, parameter); a dataset's are read now and checked."""
    import xarray

    if not isinstance(sets, xarray.Dataset):
        return sets[start:stop]
    km = km_array(linearisation.model, sets.isel(set=slice(start, stop)), start)
    if "vmax" in sets:
        check_vmax(linearisation, sets, km, start)
    return km
