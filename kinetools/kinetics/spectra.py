"""Spectra of parameter sets."""

import numpy as np

from ..run import chunks, map_chunks, reporting
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
    import xarray

    linearisation = linearise(model, state)
    if not isinstance(sets, xarray.Dataset):
        sets = km_array(model, sets)
    pieces = chunks(count(model, sets), CHUNK)
    result = np.empty((pieces[-1][1] if pieces else 0, linearisation.size), complex)
    arguments = ((linearisation, km) for _, _, km in km_chunks(linearisation, sets, pieces))
    with reporting(len(result), "spectra", "sets", progress) as advance:
        for k, values in map_chunks(spectra_chunk, arguments, workers=workers, client=client):
            start, stop = pieces[k]
            result[start:stop] = values
            advance(stop - start)
    return result


def spectra_chunk(linearisation, km):
    """Spectra of one chunk (a function, so that it can travel to a cluster)."""
    return linearisation.spectra(km)


def count(model, sets) -> int:
    """Number of parameter sets in a dataset, or in a checked array."""
    import xarray

    return sets.sizes.get("set", 1) if isinstance(sets, xarray.Dataset) else len(sets)


def km_chunks(linearisation, sets, pieces):
    """Yield (start, stop, km) with each chunk checked; lazily opened files are read chunk by chunk."""
    import xarray

    model = linearisation.model
    if isinstance(sets, xarray.Dataset):
        check_belongs(model, linearisation.state, sets)
        if "set" not in sets.dims:
            sets = sets.expand_dims("set")
        for start, stop in pieces:
            km = km_array(model, sets.isel(set=slice(start, stop)), start)
            if "vmax" in sets:
                check_vmax(linearisation, sets, km, start)
            yield start, stop, km
    else:
        for start, stop in pieces:
            yield start, stop, sets[start:stop]
