"""The dataset of parameter sets: how it is laid out, made from arrays, checked, saved and opened."""

import json

import numpy as np

from ..data import real_numbers
from ..errors import InputError
from ..run import chunks
from ..store import open_dataset, save_dataset
from .jacobian import Linearisation
from .model import KineticModel
from .steady_state import SteadyState

KIND = "parameter sets"
CHUNK = 2048  # sets computed and written at a time; part of what a seed means

_linearisations: dict[tuple[str, str], Linearisation] = {}


def linearise(model: KineticModel, state: SteadyState) -> Linearisation:
    """The model linearised around the state, kept for the next call."""
    if not isinstance(model, KineticModel) or not isinstance(state, SteadyState):
        raise InputError(
            f"expected a KineticModel and a SteadyState, found {type(model).__name__} and "
            f"{type(state).__name__}; load them with load_kinetic_model and load_steady_state."
        )
    key = model.hash, state.hash
    if key not in _linearisations:
        if len(_linearisations) >= 8:
            _linearisations.pop(next(iter(_linearisations)))
        _linearisations[key] = Linearisation(model, state)
    return _linearisations[key]


def linearised(sets) -> Linearisation | None:
    """The linearisation that this process has made for the model and state of a dataset, if any."""
    return _linearisations.get((sets.attrs.get("model_hash"), sets.attrs.get("state_hash")))


def parameter_sets(model: KineticModel, state: SteadyState, km):
    """The parameter-set dataset for Michaelis constants of one's own; Vmax is computed.

    km: µmol/L, array (set, parameter) in the order of `model.parameter_names`, or a DataFrame or
    DataArray with parameter names in any order. Returns an `xarray.Dataset` with `km` and `vmax`.
    Raises InputError for missing or extra parameters and for values that are not positive and finite.
    """
    linearisation = linearise(model, state)
    km = km_array(model, km)
    vmax = np.concatenate(
        [linearisation.vmax(km[i : i + CHUNK]) for i in range(0, len(km), CHUNK)]
        or [np.empty((0, len(model.reactions)))]
    )
    return build(model, state, km, vmax, [provenance("parameter_sets", {})])


def build(model, state, km, vmax, history):
    """The dataset from complete arrays."""
    dataset = frame(model, state, len(km), history)
    for name, values in (("km", km), ("vmax", vmax)):
        dims, _, _, attrs = layout(model, len(km))[name]
        dataset[name] = (dims, values, attrs)
    return dataset


def frame(model, state, n_sets: int, history):
    """The dataset without its large arrays: coordinates and attributes."""
    import xarray

    live = np.array([p.live for p in model.parameters])
    return xarray.Dataset(
        coords={
            "set": ("set", np.arange(n_sets), {"long_name": "parameter set", "units": "1"}),
            "parameter": ("parameter", list(model.parameter_names), {"long_name": "Km name"}),
            "reaction": ("reaction", list(model.reaction_ids), {"long_name": "reaction id"}),
            "parameter_reaction": (
                "parameter",
                [p.reaction for p in model.parameters],
                {"long_name": "reaction of the parameter"},
            ),
            "parameter_metabolite": (
                "parameter",
                [p.metabolite for p in model.parameters],
                {"long_name": "metabolite of the parameter"},
            ),
            "parameter_live": (
                "parameter",
                live,
                {"long_name": "parameter occurs in its rate law"},
            ),
        },
        attrs={
            "format": f"kinetools {KIND}",
            "model": model.id,
            "model_hash": model.hash,
            "state": state.id,
            "state_hash": state.hash,
            "history": json.dumps(history),
        },
    )


def layout(model, n_sets: int) -> dict:
    """name → (dims, shape, dtype, attrs) of the large variables."""
    return {
        "km": (
            ("set", "parameter"),
            (n_sets, len(model.parameters)),
            np.dtype("float64"),
            {"long_name": "Michaelis constant", "units": "umol/L"},
        ),
        "vmax": (
            ("set", "reaction"),
            (n_sets, len(model.reactions)),
            np.dtype("float64"),
            {"long_name": "maximal forward rate", "units": "umol/L/h"},
        ),
    }


def provenance(function: str, parameters: dict) -> dict:
    """How a step was made: function, parameters, versions."""
    import scipy

    from .. import __version__

    return {
        "function": function,
        "parameters": parameters,
        "versions": {"kinetools": __version__, "numpy": np.__version__, "scipy": scipy.__version__},
    }


def history_of(dataset) -> list:
    """The steps that made a dataset, from its attribute."""
    history = dataset.attrs.get("history", "[]")
    try:
        steps = json.loads(history)
    except (TypeError, ValueError, RecursionError):
        steps = None
    if not isinstance(steps, list):
        raise InputError(
            f"the dataset's attribute history is no list in JSON but {str(history)[:30]!r}; remove it."
        )
    return steps


def add_history(dataset, entry: dict) -> list:
    """History of a dataset with one more step."""
    return [*history_of(dataset), entry]


def km_array(model: KineticModel, km, first_set: int = 0) -> np.ndarray:
    """Michaelis constants as a checked float array (set, parameter) in the model's order."""
    import pandas as pd
    import xarray

    names = list(model.parameter_names)
    if isinstance(km, xarray.Dataset):
        if "km" not in km:
            raise InputError(
                "the dataset has no variable 'km'; give one made by sample_parameters."
            )
        km = km["km"]
    if isinstance(km, xarray.DataArray):
        if "parameter" not in km.dims or set(km.dims) - {"set", "parameter"}:
            raise InputError(
                f"km has the dimensions {km.dims}, but (set, parameter) is needed; rename or select."
            )
        order = ("set", "parameter") if "set" in km.dims else ("parameter",)
        values = km.transpose(*order).values
        given = [str(p) for p in km["parameter"].values]
    elif isinstance(km, (pd.DataFrame, pd.Series)):
        given = [str(c) for c in (km.columns if isinstance(km, pd.DataFrame) else km.index)]
        values = km.to_numpy()
    else:
        values, given = km, names
    try:
        values = np.array(values, dtype=float, ndmin=2)
    except (TypeError, ValueError):
        raise InputError("km must be an array of numbers (set, parameter) in µmol/L.") from None
    if given is not names:
        values = values[:, _column_order(names, given, model.id)]
    if values.ndim != 2 or values.shape[1] != len(names):
        raise InputError(
            f"km has shape {values.shape}, but model {model.id!r} needs (set, {len(names)}): one "
            "column a Michaelis constant in the order of model.parameter_names."
        )
    check_positive(values, names, np.arange(first_set, first_set + len(values)))
    return values


def check_positive(km, names, numbers) -> None:
    """Raise InputError unless Michaelis constants (set, parameter) are positive finite numbers.

    names: of the parameters; numbers: of the sets, for the message.
    """
    good = np.isfinite(km) & (km > 0)
    if not good.all():
        row, column = np.argwhere(~good)[0]
        raise InputError(
            f"set {numbers[row]}: {names[column]} is {km[row, column]:g}, but a Michaelis constant "
            "must be a positive finite number in µmol/L; correct or remove the set."
        )


def _column_order(names, given, model):
    if len(set(given)) < len(given):
        twice = next(n for n in given if given.count(n) > 1)
        raise InputError(f"parameter {twice!r} is given twice; keep one column.")
    position = {n: i for i, n in enumerate(given)}
    missing = [n for n in names if n not in position]
    if missing:
        raise InputError(
            f"parameter {missing[0]!r} of model {model!r} is missing"
            + (f" (and {len(missing) - 1} more)" if len(missing) > 1 else "")
            + "; every Michaelis constant of the model needs a column."
        )
    extra = [n for n in given if n not in set(names)]
    if extra:
        raise InputError(
            f"parameter {extra[0]!r} does not belong to model {model!r}; remove its column or "
            "correct its name."
        )
    return [position[n] for n in names]


def check_belongs(model: KineticModel, state: SteadyState, sets) -> None:
    """Raise InputError if a dataset was made for another model, or for another state's Vmax.

    Vmax of datasets made elsewhere must reproduce the state's fluxes (relative tolerance 1e-6),
    since a Jacobian of anything else would not be one of a steady state.
    """
    if sets.attrs.get("model_hash", model.hash) != model.hash:
        raise InputError(
            f"the parameter sets were made with model {sets.attrs.get('model')!r} "
            f"({sets.attrs['model_hash']}), not with this {model.id!r} ({model.hash}); load that model."
        )
    if sets.attrs.get("state_hash", state.hash) != state.hash:
        raise InputError(
            f"the parameter sets were made around steady state {sets.attrs.get('state')!r}, not "
            f"around {state.id!r}; load that state, or make sets for this one with "
            "parameter_sets(model, state, sets.km)."
        )


def vmax_array(model: KineticModel, sets) -> np.ndarray:
    """Maximal rates (set, reaction) of a dataset in the model's order, not checked to be possible."""
    reactions, given = list(model.reaction_ids), sets["vmax"]
    if set(given.dims) != {"set", "reaction"} or "reaction" not in given.indexes:
        raise InputError(
            f"vmax has the dimensions {given.dims}, but (set, reaction) with reaction ids is needed; "
            "make the sets with parameter_sets(model, state, km)."
        )
    known = [str(r) for r in given["reaction"].values]
    missing = sorted(set(reactions) - set(known))
    if missing:
        raise InputError(f"vmax of reaction {missing[0]!r} is missing; add it.")
    if len(set(known)) < len(known):
        twice = next(r for r in known if known.count(r) > 1)
        raise InputError(f"vmax of reaction {twice!r} is given twice; keep one column.")
    values = given.sel(reaction=reactions).transpose("set", "reaction").values
    return real_numbers(values, "vmax")


def check_vmax(linearisation: Linearisation, sets, km, start: int) -> None:
    """Raise InputError where a chunk's Vmax does not reproduce the fluxes of the steady state."""
    reactions = linearisation.model.reaction_ids
    given = vmax_array(linearisation.model, sets.isel(set=slice(start, start + len(km))))
    expected = linearisation.vmax(km)
    wrong = ~np.isclose(given, expected, rtol=1e-6, atol=0)
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise InputError(
            f"set {start + row}: vmax of {reactions[column]!r} is {given[row, column]:.6g}, but "
            f"{expected[row, column]:.6g} µmol/L/h gives the flux of steady state "
            f"{linearisation.state.id!r}; make the sets with parameter_sets(model, state, km)."
        )


def fingerprint(sets, without=()) -> str:
    """What a dataset holds as a short text; datasets with other numbers or names have another one."""
    import hashlib

    digest = hashlib.blake2b(digest_size=8)
    for name in sorted(map(str, set(sets.variables) - set(without))):
        variable = sets[name].variable
        digest.update(repr((name, variable.dims, variable.shape)).encode())
        for start, stop in chunks(variable.shape[0] if variable.ndim else 1, CHUNK):
            values = np.asarray(variable[start:stop] if variable.ndim else variable)
            if values.dtype.kind not in "biufc":
                values = np.array("\n".join(map(str, values.ravel())).encode())
            digest.update(np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()


def save_parameter_sets(sets, path):
    """Write parameter sets (with labels, rule and edits, if any) atomically as NetCDF-4."""
    return save_dataset(sets, path)


def open_parameter_sets(path):
    """Open parameter sets written by kinetools; large arrays are read when they are used.

    Raises InputError for a missing, truncated or foreign file.
    """
    return open_dataset(path, KIND)


def finished_file(path, history, model, state):
    """The finished file of the very same call, or an error: nothing is overwritten."""
    existing = open_parameter_sets(path)
    same = json.loads(existing.attrs["history"])[0] == history[0] and (
        existing.attrs["model_hash"],
        existing.attrs["state_hash"],
    ) == (model.hash, state.hash)
    if not same:
        existing.close()
        raise InputError(
            f"{path}: exists already and was made in another way; choose another path or delete it."
        )
    return existing
