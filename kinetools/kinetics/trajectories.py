"""The dataset of trajectories: how it is laid out, saved and opened."""

import json

import numpy as np

from ..store import flag_attrs, open_dataset, save_dataset
from .kinetic_system import KineticSystem

KIND = "trajectories"
# Finished: integrated to the last time. Unresolved: stopped by the limit of steps. Failed: a step became
# vanishingly short or a number infinite.
STATUS = ("finished", "unresolved", "failed")
# Distances of a state from the steady state, and what they are called.
NORMS = {
    "overall": "distance from the steady state at the end, ‖x − x_ref‖ / ‖x_ref‖",
    "relative": "distance from the steady state at the end, ‖(x − x_ref) / x_ref‖",
}
KNOWN = ("label", "eigenvalue_max", "time_constant")  # of sets, if they are labelled

_systems: dict[tuple[str, str], KineticSystem] = {}


def system_of(model, state) -> KineticSystem:
    """The differential equations of a model around a state, kept for the next call."""
    key = model.hash, state.hash
    if key not in _systems:
        if len(_systems) >= 8:
            _systems.pop(next(iter(_systems)))
        _systems[key] = KineticSystem(model, state)
    return _systems[key]


def frame(system: KineticSystem, sets, hours, history, n_trials: int | None = None):
    """The dataset without its large arrays: coordinates, the steady state, what is known of the sets."""
    import xarray

    metabolites = system.metabolites[: system.n_dynamic]
    known = [n for n in KNOWN if n in sets]
    coords = {
        "set": ("set", sets["set"].values, {"long_name": "parameter set", "units": "1"}),
        "time": ("time", np.asarray(hours, float), {"long_name": "time", "units": "h"}),
        "metabolite": ("metabolite", list(metabolites), {"long_name": "metabolite id"}),
    }
    if n_trials is not None:
        coords["trial"] = ("trial", np.arange(n_trials), {"long_name": "trial", "units": "1"})
    return xarray.Dataset(
        {
            "reference": (
                "metabolite",
                system.reference[: system.n_dynamic],
                {"long_name": "concentration at the steady state", "units": "umol/L"},
            ),
            **{n: ("set", sets[n].values, sets[n].attrs) for n in known},
        },
        coords,
        {
            "format": f"kinetools {KIND}",
            "model": system.model.id,
            "model_hash": system.model.hash,
            "state": system.state.id,
            "state_hash": system.state.hash,
            "history": json.dumps(history),
        },
    )


def layout(shape: tuple, hours, n_metabolites: int, norm: str | None = None) -> dict:
    """name → (dims, shape, dtype, attrs) of the large variables.

    shape: numbers of sets and, if there are any, of trials; norm: of the distances, if there are any.
    """
    rows = ("set", "trial")[: len(shape)]
    classes = {"long_name": "how the integration ended", "classes": json.dumps(STATUS)}
    result = {
        "concentration": (
            (*rows, "time", "metabolite"),
            (*shape, len(hours), n_metabolites),
            np.dtype("float64"),
            {"long_name": "concentration", "units": "umol/L"},
        ),
        "status": (rows, shape, np.dtype("int8"), flag_attrs(classes)),
        "steps": (
            rows,
            shape,
            np.dtype("int32"),
            {"long_name": "steps of the integration", "units": "1"},
        ),
    }
    if norm is not None:
        result["distance"] = (
            rows,
            shape,
            np.dtype("float64"),
            {"long_name": NORMS[norm], "units": "1"},
        )
        result["returned"] = (
            rows,
            shape,
            np.dtype("int8"),
            {"long_name": "whether the steady state was reached again", "units": "1"},
        )
        result["draws"] = (
            rows,
            shape,
            np.dtype("int32"),
            {"long_name": "draws until all metabolites were where they may be", "units": "1"},
        )
        result["factor"] = (
            rows,
            shape,
            np.dtype("float64"),
            {"long_name": "factor of the target (1 where there is none)", "units": "1"},
        )
    return result


def attach(dataset, large: dict, arrays: dict):
    """The dataset with its large arrays; large: see `layout`."""
    for name, (dims, _, _, attrs) in large.items():
        values = arrays[name]
        if name == "status":
            values = np.array(STATUS)[values]
            attrs = {k: v for k, v in attrs.items() if not k.startswith("flag_")}
        dataset[name] = (dims, values, attrs)
    return _with_truth(dataset)


def _with_truth(dataset):
    """`returned` as truth values; on disk it is 0 or 1."""
    if "returned" not in dataset:
        return dataset
    returned = dataset["returned"]
    return dataset.assign(returned=returned.astype(bool).assign_attrs(returned.attrs))


def save_trajectories(trajectories, path):
    """Write trajectories atomically as NetCDF-4."""
    return save_dataset(trajectories, path)


def open_trajectories(path):
    """Open trajectories written by kinetools; large arrays are read when they are used.

    Raises InputError for a missing, truncated or foreign file.
    """
    return _with_truth(open_dataset(path, KIND))
