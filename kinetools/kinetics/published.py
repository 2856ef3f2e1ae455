"""Parameter populations in the HDF5 layout published with SKiMpy and REKINDLE.

One HDF5 file holds `num_parameters_sets`, `parameter_names` and one vector `parameter_set_<i>` a set (Km,
Vmax, Keq, Hill coefficients, boundary concentrations, volumes); a CSV file beside it holds the largest
real part of each set's spectrum. Concentrations are in µmol/L and times in h, as here.
"""

from pathlib import Path

import numpy as np

from ..data import one_line
from ..errors import InputError
from ..store import replacing, write_text
from .labels import attach_labels
from .model import KineticModel
from .parameter_sets import (
    CHUNK,
    build,
    check_belongs,
    check_vmax,
    km_array,
    linearise,
    provenance,
)
from .rules import LabelRule
from .steady_state import SteadyState

VOLUMES = ("volume_c", "cell_volume_c", "volume_e", "cell_volume_e")


def read_published_parameters(
    model: KineticModel,
    state: SteadyState,
    path,
    eigenvalues=None,
    *,
    rule: LabelRule | None = None,
):
    """Read a published parameter population as a dataset of parameter sets.

    path: HDF5 file; eigenvalues: its CSV of largest real parts (1/h, last column, one row a set), which
    then gives `eigenvalue_max`, `time_constant` and, by `rule`, `label` (rules that need other
    quantities: use `label_parameters`). Raises InputError for a truncated or foreign file, for sets
    that lack a parameter, and for equilibrium constants or Vmax that contradict the steady state.
    """
    path = Path(path)
    names, values = _read_hdf5(path)
    column = {n: i for i, n in enumerate(names)}
    _require(column, model.parameter_names, path, model)
    _require(column, [f"vmax_forward_{r}" for r in model.reaction_ids], path, model)
    try:
        km = km_array(model, values[:, [column[n] for n in model.parameter_names]])
        vmax = values[:, [column[f"vmax_forward_{r}"] for r in model.reaction_ids]]
        history = [provenance("read_published_parameters", {"file": path.name})]
        sets = build(model, state, km, vmax, history)
        linearisation = linearise(model, state)
        for start in range(0, len(km), CHUNK):
            check_vmax(linearisation, sets, km[start : start + CHUNK], start)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    _check_constants(model, state, values, column, path)
    if eigenvalues is None:
        return sets
    return attach_labels(sets, _read_eigenvalues(Path(eigenvalues), len(km)), rule or LabelRule())


def write_published_parameters(model: KineticModel, state: SteadyState, sets, path) -> Path:
    """Write parameter sets in the published HDF5 layout, and their eigenvalues, if known, as CSV.

    The CSV is `maximal_eigenvalues_<name of the file>.csv` in the same folder. Both appear whole or not
    at all. Returns the path of the HDF5 file.
    """
    import h5py
    import pandas as pd

    check_belongs(model, state, sets)
    path = Path(path)
    names, constants = _published_names(model, state)
    km_column = {n: i for i, n in enumerate(model.parameter_names)}
    vmax_column = {f"vmax_forward_{r}": i for i, r in enumerate(model.reaction_ids)}
    row = np.array([constants.get(n, np.nan) for n in names])
    km_at = [i for i, n in enumerate(names) if n in km_column]
    vmax_at = [i for i, n in enumerate(names) if n in vmax_column]
    km_from = [km_column[names[i]] for i in km_at]
    vmax_from = [vmax_column[names[i]] for i in vmax_at]
    n_sets = sets.sizes["set"]
    with replacing(path) as temporary:
        with h5py.File(temporary, "w") as file:
            file["num_parameters_sets"] = n_sets
            file.create_dataset("parameter_names", data=names, dtype=h5py.string_dtype())
            file.create_dataset(
                "index", data=[str(s) for s in sets["set"].values], dtype=h5py.string_dtype()
            )
            for start in range(0, n_sets, CHUNK):
                piece = sets.isel(set=slice(start, start + CHUNK))
                km = km_array(model, piece["km"], start)
                vmax = piece["vmax"].sel(reaction=list(model.reaction_ids)).values
                for i in range(len(km)):
                    row[km_at], row[vmax_at] = km[i, km_from], vmax[i, vmax_from]
                    file[f"parameter_set_{start + i}"] = row
        if "eigenvalue_max" in sets:  # first, so that the HDF5 file never appears without it
            table = pd.DataFrame({"0": sets["eigenvalue_max"].values})
            write_text(path.with_name(f"maximal_eigenvalues_{path.stem}.csv"), table.to_csv())
    return path


def _read_hdf5(path: Path):
    """Names and values (set, parameter) of a published file."""
    import h5py

    if not path.is_file():
        raise InputError(f"{path}: no such file; check the path.")
    advice = "it is truncated or of another format; copy or make it again"
    try:
        with h5py.File(path, "r") as file:
            for key in ("num_parameters_sets", "parameter_names"):
                if key not in file:
                    raise InputError(f"{path}: has no entry {key!r}; {advice}.")
            names = [
                n.decode() if isinstance(n, bytes) else str(n) for n in file["parameter_names"]
            ]
            n_sets = int(np.asarray(file["num_parameters_sets"]))
            values = np.empty((n_sets, len(names)))
            for i in range(n_sets):
                key = f"parameter_set_{i}"
                if key not in file:
                    raise InputError(
                        f"{path}: announces {n_sets} sets but lacks {key!r}; {advice}."
                    )
                if file[key].shape != (len(names),):
                    raise InputError(
                        f"{path}: {key!r} has {file[key].size} values for {len(names)} parameter "
                        f"names; {advice}."
                    )
                values[i] = file[key]
    except InputError:
        raise
    except Exception as error:  # HDF5 reports damage in many types
        raise InputError(f"{path}: cannot be read as HDF5, {advice}.") from error
    return names, values


def _read_eigenvalues(path: Path, n_sets: int) -> np.ndarray:
    import pandas as pd

    if not path.is_file():
        raise InputError(f"{path}: no such file; check the path.")
    try:
        column = pd.read_csv(path, float_precision="round_trip").iloc[:, -1].to_numpy(dtype=float)
    except (ValueError, IndexError, OSError) as error:
        raise InputError(
            f"{path}: cannot be read as a CSV table whose last column is numbers ({one_line(error)})."
        ) from error
    if len(column) != n_sets:
        raise InputError(
            f"{path}: has {len(column)} eigenvalues for {n_sets} parameter sets; give the CSV file "
            "that belongs to the HDF5 file."
        )
    if not np.isfinite(column).all():
        row = int(np.flatnonzero(~np.isfinite(column))[0])
        raise InputError(f"{path}, row {row + 1}: {column[row]} is not a finite eigenvalue in 1/h.")
    return column


def _require(column, wanted, path, model):
    missing = [n for n in wanted if n not in column]
    if missing:
        raise InputError(
            f"{path}: lacks the parameter {missing[0]!r} of model {model.id!r}"
            + (f" (and {len(missing) - 1} more)" if len(missing) > 1 else "")
            + "; is it a population of another model?"
        )


def _check_constants(model, state, values, column, path):
    """Equilibrium constants and boundary concentrations must be those of the steady state."""
    names, constants = _published_names(model, state)
    for name in names:
        if name in constants and name in column and name not in VOLUMES:
            given = values[:, column[name]]
            wrong = ~np.isclose(given, constants[name], rtol=1e-6, atol=0)
            if wrong.any():
                i = int(np.flatnonzero(wrong)[0])
                raise InputError(
                    f"{path}: set {i}: {name} is {given[i]:.6g}, but steady state {state.id!r} has "
                    f"{constants[name]:.6g}; load the steady state of these sets."
                )


def _published_names(model, state):
    """All parameter names in published order, and the values of those that no sampling changes."""
    k_equilibrium = state.k_equilibrium(model)
    boundary = {m.id for m in model.metabolites if m.boundary}
    names, constants, seen = [], {}, set()
    for reaction in model.reactions:
        names.append(f"vmax_forward_{reaction.id}")
        if reaction.law.reversible:
            names.append(f"k_equilibrium_{reaction.id}")
            constants[names[-1]] = float(k_equilibrium[reaction.id])
        if reaction.law.has_hill_coefficient:
            names.append(f"hill_coefficient_{reaction.id}")
            constants[names[-1]] = 1.0
        names += [p.name for p in reaction.parameters]
        for metabolite in reaction.stoichiometry():
            if metabolite in boundary and metabolite not in seen:
                seen.add(metabolite)
                names.append(metabolite)
                constants[metabolite] = float(state.concentrations[metabolite])
    names += VOLUMES
    constants |= dict.fromkeys(VOLUMES, 1.0)
    return names, constants
