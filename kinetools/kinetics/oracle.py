"""ORACLE sampling: saturations → Michaelis constants → maximal rates around a steady state.

Each Km comes from a saturation σ = S/(S + Km) drawn uniformly, Km = S(1 − σ)/σ at the reference
concentration S, and each Vmax from the reference flux (Miskovic & Hatzimanikatis 2010; Choudhury et al.
2022, Methods).
"""

from collections.abc import Mapping

import numpy as np

from ..data import number, whole_number
from ..errors import InputError
from ..run import chunks, worker_count
from ..store import file_to_write
from ..streaming import InMemory, StreamingDataset, fill
from .model import KineticModel
from .parameter_sets import (
    CHUNK,
    build,
    finished_file,
    frame,
    layout,
    linearise,
    open_parameter_sets,
    provenance,
)
from .steady_state import SteadyState


def sample_parameters(
    model: KineticModel,
    state: SteadyState,
    n_sets: int,
    seed: int = 0,
    *,
    bounds=None,
    path=None,
    workers: int | None = None,
    client=None,
    progress=True,
):
    """Sample parameter sets around a steady state.

    n_sets: how many; seed: whole number, the same seed gives the same sets for any number of
    workers, and the first sets of a larger sample; bounds: Km ranges known from elsewhere, a mapping
    parameter name → (low, high) in µmol/L (None leaves a side open); path: stream to this NetCDF-4
    file, resumable after an interruption; workers, client, progress: see `kinetools.run`.
    Returns an `xarray.Dataset` with km(set, parameter) in µmol/L and vmax(set, reaction) in µmol/L/h.
    """
    linearisation = linearise(model, state)
    n_sets, seed = whole_number(n_sets, "n_sets", 1), whole_number(seed, "seed", 0)
    workers = worker_count(workers)
    ranges = km_ranges(model, bounds)
    recorded = {"n_sets": n_sets, "seed": seed, "bounds": _plain(bounds)}
    history = [provenance("sample_parameters", recorded)]
    pieces = chunks(n_sets, CHUNK)
    job = {
        "format": "parameter sets",
        "model": model.hash,
        "steady state": state.hash,
        "chunk size": CHUNK,
        **recorded,
    }
    large = layout(model, n_sets)
    if path is None:
        target = InMemory(large)
    elif file_to_write(path).exists():
        return finished_file(path, history, model, state)
    else:
        target = StreamingDataset(path, frame(model, state, n_sets, history), large, job)
    fill(
        target,
        pieces,
        sample_chunk,
        lambda i: (linearisation, seed, ranges, i, pieces[i][1] - pieces[i][0]),
        lambda start, stop, part: dict(zip(("km", "vmax"), part, strict=True)),
        description="sampling",
        progress=progress,
        workers=workers,
        client=client,
    )
    if path is None:
        return build(model, state, target.arrays["km"], target.arrays["vmax"], history)
    return open_parameter_sets(target.finish())


def sample_chunk(linearisation, seed, ranges, chunk: int, n_sets: int):
    """One chunk's (km, vmax); its random numbers depend on the seed and the chunk's number only.

    ranges: lowest and highest Km of each parameter (2, parameter), µmol/L.
    """
    concentrations = linearisation.reference_concentrations
    high, low = concentrations / (concentrations + ranges)  # saturations; a high Km is a low one
    sequence = np.random.SeedSequence(seed, spawn_key=(chunk,))
    uniform = np.random.Generator(np.random.PCG64(sequence)).random((n_sets, len(low)))
    saturation = np.clip(low + (high - low) * uniform, 2.0**-53, 1 - 2.0**-53)
    # The detour over saturations rounds; bounds hold to the last digit.
    km = np.clip(concentrations * (1 - saturation) / saturation, *ranges)
    return km, linearisation.vmax(km)


def km_ranges(model, bounds) -> np.ndarray:
    """Lowest and highest value of each Michaelis constant, (2, parameter) in µmol/L; (0, ∞) if open."""
    names = {n: i for i, n in enumerate(model.parameter_names)}
    ranges = np.repeat([[0.0], [np.inf]], len(names), axis=1)
    if bounds is not None and not isinstance(bounds, Mapping):
        raise InputError(
            "bounds must be a mapping of parameter name → (low, high) in µmol/L, found "
            f"{type(bounds).__name__}."
        )
    for name, pair in (bounds or {}).items():
        if name not in names:
            raise InputError(
                f"bounds: {name!r} is not a Michaelis constant of model {model.id!r}; "
                "model.parameter_names lists them."
            )
        try:
            km_low, km_high = pair
        except (TypeError, ValueError):
            raise InputError(
                f"bounds: {name!r} needs a pair (low, high) in µmol/L, found {pair!r}."
            ) from None
        i = names[name]
        for side, word, value in ((0, "lower", km_low), (1, "upper", km_high)):
            if value is not None:
                where = f"bounds: {word} bound of {name}"
                ranges[side, i] = number(value, where, positive=True)
        if ranges[0, i] > ranges[1, i]:
            raise InputError(
                f"bounds: {name!r} has a lower bound above its upper bound; swap them."
            )
    return ranges


def _plain(bounds):
    return {k: [None if b is None else float(b) for b in v] for k, v in dict(bounds or {}).items()}
