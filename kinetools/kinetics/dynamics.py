"""Trajectories of parameterised models: stiff integration of many of them at once."""

import json
from collections.abc import Mapping

import numpy as np

from ..data import number, whole_number
from ..errors import InputError
from ..run import chunks, worker_count
from ..store import file_to_write
from ..streaming import InMemory, StreamingDataset, fill
from .kinetic_system import KineticSystem
from .model import KineticModel
from .parameter_sets import (
    add_history,
    check_belongs,
    check_vmax,
    fingerprint,
    km_array,
    linearise,
    provenance,
    vmax_array,
)
from .spectra import count
from .steady_state import SteadyState
from .trajectories import KNOWN, attach, frame, layout, open_trajectories, system_of

HOURS = (0.0, 0.01, 0.35)
METHODS = ("rodas", "lsoda")
MAX_STEPS = 50_000
ABSOLUTE = 1e-4  # absolute tolerance over the relative one and the reference concentration
CHUNK = 16  # sets integrated and written at a time; part of what a seed means
DRIFT = 1e-9  # relative; conserved totals of an initial state that differ by more are meant to


def simulate(
    model: KineticModel,
    state: SteadyState,
    sets,
    initial=None,
    hours=HOURS,
    rtol: float = 1e-6,
    *,
    free_totals: bool = False,
    method: str = "rodas",
    max_steps: int = MAX_STEPS,
    path=None,
    workers: int | None = None,
    client=None,
    progress=True,
):
    """Concentrations over time of every parameter set, from one initial state or one for each.

    sets: dataset of parameter sets (with vmax, which need not be those of the steady state); initial:
    µmol/L by metabolite id, a mapping or Series for all sets, or a DataFrame or DataArray
    (set, metabolite) (default: the steady state); metabolites that are not given start at the steady state,
    boundary ones stay where they start; hours: ascending times from 0 on; rtol: relative tolerance, at
    concentrations far above a ten-thousandth of the steady state's; free_totals: allow an initial state
    with other conserved totals; method: "rodas" (fast) or "lsoda" (SciPy's, to check); max_steps: after
    which a trajectory is given up as unresolved; path: stream to this NetCDF-4 file, resumable.
    Returns an `xarray.Dataset` with concentration(set, time, metabolite) in µmol/L, status(set):
    "finished", "unresolved" or "failed" (NaN from where it stopped), and steps(set); if `initial` changes
    boundary metabolites, also boundary(set, boundary_metabolite) in µmol/L.
    Raises InputError for unknown or negative concentrations, changed totals, and unsuitable sets or times.
    """
    sets, system = checked_sets(model, state, sets)
    hours = checked_hours(hours)
    options = checked_options(rtol, method, max_steps)
    starts = _initial(system, sets, initial)
    if not free_totals:
        _check_totals(system, starts)
    recorded = {"hours": hours.tolist(), **options, "free_totals": bool(free_totals)}
    recorded["initial"] = "steady state" if initial is None else _digest(starts)
    return run(
        system,
        sets,
        recorded,
        hours,
        None,
        function=simulate_chunk,
        arguments=lambda start, stop: (
            system,
            *numbers(sets, model, start, stop),
            starts[start:stop] if len(starts) > 1 else starts,
            hours,
            options,
        ),
        name="simulate",
        path=path,
        workers=workers,
        client=client,
        progress=progress,
        more=_changed_boundary(system, starts, count(sets)),
    )


def run(
    system,
    sets,
    recorded,
    hours,
    n_trials,
    *,
    function,
    arguments,
    name,
    path,
    workers,
    client,
    progress,
    more=None,
    norm=None,
):
    """Compute trajectories chunk by chunk, into memory or a file.

    function: chunk of sets → arrays by name; arguments: (start, stop) → the function's arguments; more:
    dataset of what else is known at the start; norm: of the distances at the end, if there are any.
    """
    n_sets = count(sets)
    shape = (n_sets,) if n_trials is None else (n_sets, n_trials)
    pieces = chunks(n_sets, CHUNK)
    given = fingerprint(sets)
    history = add_history(sets, provenance(name, recorded))
    small = frame(system, sets, hours, history, n_trials)
    small.attrs["parameter_sets"] = given
    if more is not None:
        small = small.merge(more).assign_attrs(more.attrs)
    large = layout(shape, hours, system.n_dynamic, norm)
    if path is None:
        target = InMemory(large)
    elif file_to_write(path).exists():
        return _finished(path, history, given)
    else:
        job = {"format": "trajectories", "parameter sets": given, "chunk size": CHUNK} | {
            "model": system.model.hash,
            "steady state": system.state.hash,
            "settings": recorded,
        }
        target = StreamingDataset(path, small, large, job)
    fill(
        target,
        pieces,
        function,
        lambda i: arguments(*pieces[i]),
        lambda start, stop, part: part,
        description="integrating",
        progress=progress,
        workers=worker_count(workers),
        client=client,
    )
    if path is None:
        return attach(small, large, target.arrays)
    return open_trajectories(target.finish())


def simulate_chunk(system: KineticSystem, km, vmax, starts, hours, options) -> dict:
    """Trajectories of one chunk (a function, so that it can travel to a cluster)."""
    constants = system.constants(km, vmax, starts)
    starts = np.broadcast_to(starts, (len(km), starts.shape[1]))
    x, status, steps = integrate(system, constants, np.arange(len(km)), starts, hours, options)
    return {"concentration": x[..., : system.n_dynamic], "status": status, "steps": steps}


def integrate(system, constants, which, starts, hours, options):
    """Concentrations (row, time, metabolite) from starts (row, metabolite) with the constants of set
    which[row]; status and steps (row,)."""
    if options["method"] == "lsoda":
        from .lsoda import integrate_many
    else:
        from .rodas import integrate_many
    rtol = options["rtol"]
    starts = np.ascontiguousarray(starts)
    return integrate_many(
        system.equations,
        np.ascontiguousarray(constants),
        np.asarray(which, np.int64),
        starts,
        np.ascontiguousarray(system.totals(starts)),
        hours,
        (rtol, ABSOLUTE * rtol),
        options["max_steps"],
    )


def checked_sets(model, state, sets):
    """Sets with a set dimension, and the equations that they parameterise, or InputError."""
    import xarray

    linearise(model, state)  # checks that the state fits the model
    if not isinstance(sets, xarray.Dataset) or "km" not in sets:
        found = "a dataset without km" if isinstance(sets, xarray.Dataset) else type(sets).__name__
        raise InputError(
            f"sets must be a dataset of parameter sets, found {found}; make one with "
            "parameter_sets(model, state, km)."
        )
    if "set" not in sets.dims:
        sets = sets.expand_dims("set")
    if not count(sets):
        raise InputError("there are no parameter sets to integrate; give at least one.")
    check_belongs(model, state, sets)
    if "vmax" not in sets:
        raise InputError(
            "the parameter sets have no vmax; make them with parameter_sets(model, state, sets.km)."
        )
    nothing = sets.isel(set=slice(0, 0))
    km_array(model, nothing)
    vmax_array(model, nothing)
    for name in KNOWN:
        if name in sets and sets[name].dims != ("set",):
            raise InputError(
                f"{name} has the dimensions {sets[name].dims}, but one value a set is needed; make it "
                "again with label_parameters, or drop it."
            )
    return sets, system_of(model, state)


def numbers(sets, model, start: int, stop: int, linearisation=None):
    """Michaelis constants and maximal rates of a chunk, checked.

    linearisation: around the steady state that the rates must have; None: they may have any.
    """
    part = sets.isel(set=slice(start, stop))
    km = km_array(model, part, first_set=start)
    vmax = vmax_array(model, part)
    if not (np.isfinite(vmax) & (vmax >= 0)).all():
        row, column = np.argwhere(~(np.isfinite(vmax) & (vmax >= 0)))[0]
        raise InputError(
            f"set {sets['set'].values[start + row]}: vmax of {model.reaction_ids[column]!r} is "
            f"{vmax[row, column]:g}, but a maximal rate must be a finite number of at least 0; correct "
            "or remove the set."
        )
    if linearisation is not None:
        check_vmax(linearisation, sets, km, start)
    return km, vmax


def checked_hours(hours) -> np.ndarray:
    """Ascending times in h from 0 on."""
    try:
        times = np.array(hours, dtype=float, ndmin=1)
    except (TypeError, ValueError):
        raise InputError(f"hours must be a list of times in h, found {hours!r}.") from None
    if times.ndim != 1 or not len(times) or not np.isfinite(times).all() or times[0] < 0:
        raise InputError("hours must be one or more finite times of at least 0 h.")
    if (np.diff(times) <= 0).any():
        raise InputError("hours must ascend, each time once; sort them.")
    return times


def checked_options(rtol, method, max_steps) -> dict:
    """Settings of the integration, as they are recorded."""
    rtol = number(rtol, "rtol", positive=True)
    if not 1e-12 <= rtol <= 1e-2:
        raise InputError(f"rtol must lie between 1e-12 and 1e-2, found {rtol:g}.")
    if method not in METHODS:
        raise InputError(f"method must be one of {', '.join(METHODS)}, found {method!r}.")
    return {"rtol": rtol, "method": method, "max_steps": whole_number(max_steps, "max_steps", 1)}


def _initial(system, sets, initial) -> np.ndarray:
    """Starting concentrations (set or 1, metabolite) in µmol/L."""
    import pandas as pd
    import xarray

    starts = system.reference[None].copy()
    if initial is None:
        return starts
    if isinstance(initial, xarray.DataArray):
        if "metabolite" not in initial.dims or set(initial.dims) - {"set", "metabolite"}:
            raise InputError(
                f"initial has the dimensions {initial.dims}, but (set, metabolite) is needed; rename "
                "or select."
            )
        table = initial if "set" in initial.dims else initial.expand_dims("set")
        table = table.transpose("set", "metabolite")
        given = pd.DataFrame(table.values, columns=table["metabolite"].values)
    elif isinstance(initial, pd.DataFrame):
        given = initial
    elif isinstance(initial, (Mapping, pd.Series)):
        given = pd.DataFrame([dict(initial)])
    else:
        raise InputError(
            "initial must be a mapping of metabolite id → µmol/L, or a table (set, metabolite), found "
            f"{type(initial).__name__}."
        )
    if len(given) not in (1, sets.sizes["set"]):
        raise InputError(
            f"initial has {len(given)} rows, but there are {sets.sizes['set']} sets; give one row for "
            "each, or a single one."
        )
    position = {m: i for i, m in enumerate(system.metabolites)}
    starts = np.repeat(starts, len(given), axis=0)
    for metabolite in given.columns:
        if metabolite not in position:
            raise InputError(
                f"initial: {metabolite!r} is not a metabolite of model {system.model.id!r}; correct "
                "the id."
            )
        try:
            starts[:, position[metabolite]] = given[metabolite].to_numpy(dtype=float)
        except (TypeError, ValueError):
            raise InputError(f"initial: {metabolite!r} must be a number in µmol/L.") from None
    good = np.isfinite(starts) & (starts > 0)
    if not good.all():
        row, column = np.argwhere(~good)[0]
        raise InputError(
            f"initial, row {row}: {system.metabolites[column]!r} is {starts[row, column]:g}, but a "
            "concentration must be a positive finite number in µmol/L; correct it."
        )
    return starts


def _check_totals(system, starts):
    """Conserved sums as at the steady state, unless the caller says otherwise."""
    moieties = system.model.network.moieties
    dynamic = starts[:, : system.n_dynamic]
    expected = moieties.totals @ system.reference[: system.n_dynamic]
    found = dynamic @ moieties.totals.T
    size = dynamic @ np.abs(moieties.totals).T
    wrong = np.abs(found - expected) > DRIFT * size
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        names = " + ".join(moieties.as_dicts()[column])
        raise InputError(
            f"initial, row {row}: the conserved total {names} is {found[row, column]:.6g} µmol/L, but "
            f"{expected[column]:.6g} at the steady state; change its other members too, or allow it with "
            "free_totals=True."
        )


def _changed_boundary(system, starts, n_sets: int):
    """Dataset of the boundary concentrations that are not those of the steady state."""
    import xarray

    outside = slice(system.n_dynamic, None)
    changed = (starts[:, outside] != system.reference[outside]).any(axis=0)
    if not changed.any():
        return None
    values = np.broadcast_to(starts[:, outside][:, changed], (n_sets, int(changed.sum())))
    names = [m for m, one in zip(system.metabolites[outside], changed, strict=True) if one]
    attrs = {"long_name": "boundary concentration, where it is not the steady state's"}
    return xarray.Dataset(
        {"boundary": (("set", "boundary_metabolite"), values, attrs | {"units": "umol/L"})},
        {"boundary_metabolite": ("boundary_metabolite", names, {"long_name": "metabolite id"})},
    )


def _digest(starts) -> str:
    import hashlib

    return hashlib.blake2b(np.ascontiguousarray(starts).tobytes(), digest_size=8).hexdigest()


def _finished(path, history, given):
    """The finished file of the very same call, or an error: nothing is overwritten."""
    existing = open_trajectories(path)
    last = json.loads(existing.attrs.get("history", "[]"))[-1:]
    if last != history[-1:] or existing.attrs.get("parameter_sets") != given:
        existing.close()
        raise InputError(
            f"{path}: exists already and was made in another way; choose another path or delete it."
        )
    return existing
