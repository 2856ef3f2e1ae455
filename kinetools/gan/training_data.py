"""What a GAN is trained on: labelled parameter sets as features and class numbers, some held out."""

from dataclasses import dataclass

import numpy as np

from ..errors import InputError
from ..kinetics.labels import label_rule
from ..kinetics.model import KineticModel, load_kinetic_model
from ..kinetics.parameter_sets import check_belongs, check_positive, linearised
from ..kinetics.rules import CLASSES, LabelRule
from ..kinetics.steady_state import SteadyState, load_steady_state
from .features import LogRange, LogRatio, live_parameters

SPLIT_SEED = 0  # the same held-out sets for all seeds, so that repeats are judged alike


@dataclass(frozen=True)
class TrainingData:
    """Features (set, parameter) float32 and class numbers (set,) of the sets to train on."""

    features: LogRange | LogRatio
    values: np.ndarray
    codes: np.ndarray
    classes: dict[str, list[str]]
    target: str
    model: KineticModel
    state: SteadyState
    rule: LabelRule
    reference: object  # dataset of held-out sets of the target class
    held_out: object  # dataset of all held-out sets
    start: object = None  # generator to start from
    target_eigenvalues: np.ndarray | None = None  # λ_max of the target's training sets, 1/h


def training_data(
    sets,
    model,
    state,
    *,
    features: str,
    parameters,
    classes,
    target,
    held_out,
    rule=None,
    start=None,
) -> TrainingData:
    """Split labelled sets and turn them into features.

    features: "log range" (fitted to the training part) or "log ratio"; parameters: names to train on
    (None: all for the log range, those that occur in their rate laws for the log ratio); classes:
    name → labels, None for the target label against the rest; held_out: share of sets kept back;
    rule: what the labels mean (None: the rule that the sets were labelled with); start: a generator
    whose features, parameters and classes are kept (its concentrations follow the state).
    Raises InputError for sets without labels, with one class only, or too few of them.
    """
    import xarray as xr

    if not isinstance(sets, xr.Dataset):
        raise InputError(
            f"expected a dataset of labelled parameter sets, found {type(sets).__name__}; make one with "
            "sample_parameters and label_parameters, or open a file with open_parameter_sets."
        )
    if "label" not in sets:
        raise InputError(
            "the parameter sets have no labels; label them with label_parameters first."
        )
    model, state = origin(sets, model, state)
    if start is not None:
        start = _starting_point(start, model, state, features)
        parameters, classes = start.features.parameters, classes or start.classes
    classes = _classes(classes, target)
    if start is not None and len(classes) != len(start.classes):
        raise InputError(
            f"the generator to start from knows {len(start.classes)} classes, the training "
            f"{len(classes)}; use the same."
        )
    labels = sets["label"].values
    codes = np.full(len(labels), -1)
    for code, members in enumerate(classes.values()):
        codes[np.isin(labels, members)] = code
    for code, name in enumerate(classes):
        if not (codes == code).any():
            raise InputError(
                f"no parameter set belongs to class {name!r} ({', '.join(classes[name])}), but a "
                "conditional GAN needs sets of every class; sample more, or change the label rule."
            )
    order = np.random.Generator(np.random.PCG64(SPLIT_SEED)).permutation(np.flatnonzero(codes >= 0))
    n_held = round(held_out * len(order))
    kept_back, train = np.sort(order[:n_held]), np.sort(order[n_held:])
    reference = kept_back[np.isin(labels[kept_back], classes[target])]
    if len(reference) < 2:
        raise InputError(
            f"only {len(reference)} held-out sets are {target!r}, too few to judge a generator by; "
            "give more sets or a larger held_out."
        )
    names = _parameter_names(sets, parameters, features)
    km = sets["km"].transpose("set", "parameter")
    columns = sets.indexes["parameter"].get_indexer(list(names))
    km = km.values[train][:, columns]
    check_positive(km, names, sets["set"].values[train])
    if start is not None:
        transform = start.features
    elif features == LogRange.kind:
        transform = LogRange.fit(names, km)
    else:
        transform = LogRatio.of(model, state, names)
    return TrainingData(
        transform,
        transform.forward(km).astype(np.float32),
        codes[train].astype(np.int32),
        classes,
        target,
        model,
        state,
        label_rule(sets) if rule is None else rule,
        sets.isel(set=reference),
        sets.isel(set=kept_back),
        start,
        sets["eigenvalue_max"].values[train[np.isin(labels[train], classes[target])]],
    )


def _starting_point(start, model, state, features):
    """A generator to start from, around this state."""
    from .generator import Generator

    if not isinstance(start, Generator):
        raise InputError(
            f"start_from must be a Generator, found {type(start).__name__}; load one with "
            "load_generator."
        )
    if start.model.hash != model.hash:
        raise InputError(
            f"the generator to start from belongs to model {start.model.id!r} ({start.model.hash}), "
            f"the sets to {model.id!r} ({model.hash}); use a generator of the same model."
        )
    if start.features.kind != features:
        raise InputError(
            f"the generator to start from has features of kind {start.features.kind!r}, but this "
            f"preset works with {features!r}; use the preset that it was trained with."
        )
    return start.recentred(state) if features == LogRatio.kind else start


def origin(sets, model=None, state=None) -> tuple[KineticModel, SteadyState]:
    """The model and the steady state that sets were made with.

    Where they are not given they are those that this process has used for these sets, or bundled ones.
    """
    known = linearised(sets)
    if model is None:
        model = known.model if known else _bundled(load_kinetic_model, sets, "model")
    if state is None:
        state = known.state if known else _bundled(load_steady_state, sets, "state")
    if not isinstance(model, KineticModel) or not isinstance(state, SteadyState):
        raise InputError(
            f"expected a KineticModel and a SteadyState, found {type(model).__name__} and "
            f"{type(state).__name__}; load them with load_kinetic_model and load_steady_state."
        )
    check_belongs(model, state, sets)
    return model, state


def _bundled(load, sets, kind: str):
    words = {"model": "kinetic model", "state": "steady state"}
    try:
        found = load(str(sets.attrs.get(kind)))
    except InputError:
        found = None
    if found is None or found.hash != sets.attrs.get(f"{kind}_hash"):
        raise InputError(
            f"the {words[kind]} {sets.attrs.get(kind)!r} of the parameter sets is none of the bundled "
            f"ones; give {kind}=."
        )
    return found


def _classes(classes, target) -> dict[str, list[str]]:
    if target not in CLASSES and classes is None:
        raise InputError(f"target must be one of {', '.join(CLASSES)}, found {target!r}.")
    if classes is None:
        return {target: [target], "other": [c for c in CLASSES if c != target]}
    if not isinstance(classes, dict):
        try:
            classes = {str(name): [str(name)] for name in classes}
        except TypeError:
            raise InputError(
                f"classes must be a mapping name → labels or a list of labels, found {classes!r}."
            ) from None
    result = {str(k): [v] if isinstance(v, str) else list(v) for k, v in classes.items()}
    used = [label for members in result.values() for label in members]
    for label in used:
        if label not in CLASSES:
            raise InputError(f"classes: unknown label {label!r}; use {', '.join(CLASSES)}.")
        if used.count(label) > 1:
            raise InputError(f"classes: label {label!r} belongs to two classes; keep one.")
    if len(result) < 2 or target not in result:
        raise InputError(
            f"classes: at least two are needed, among them the target {target!r}; found "
            f"{', '.join(result) or 'none'}."
        )
    if result[target] != [target]:
        raise InputError(
            f"classes: the target class {target!r} must stand for the label of that name alone."
        )
    return result


def _parameter_names(sets, parameters, features) -> tuple[str, ...]:
    known = [str(p) for p in sets["parameter"].values]
    if parameters is None:
        return tuple(known) if features == LogRange.kind else live_parameters(sets)
    names = [str(p) for p in parameters]
    unknown = [n for n in names if n not in set(known)]
    if unknown or not names or len(set(names)) < len(names):
        raise InputError(
            f"parameters: {unknown[0]!r} is not a Michaelis constant of the sets; correct it."
            if unknown
            else "parameters: give the names of some Michaelis constants, each once."
        )
    return tuple(names)


def describe(data: TrainingData) -> dict:
    """What the data are, for a run's parameters (JSON-able)."""
    return {
        "model": data.model.id,
        "model_hash": data.model.hash,
        "state": data.state.id,
        "state_hash": data.state.hash,
        "classes": data.classes,
        "target": data.target,
        "rule": data.rule.to_records() if data.rule.function is None else str(data.rule),
        "features": data.features.kind,
        "n_parameters": len(data.features.parameters),
        "n_train": len(data.values),
        "n_held_out": int(data.held_out.sizes["set"]),
        "n_reference": int(data.reference.sizes["set"]),
        "start_from": data.start.fingerprint if data.start is not None else None,
    }
