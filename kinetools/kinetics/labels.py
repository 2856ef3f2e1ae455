"""Labelling parameter sets by their dynamics, and correcting labels by hand."""

import json

import numpy as np

from ..errors import InputError
from ..run import chunks, worker_count
from ..store import file_to_write, flag_attrs
from ..streaming import InMemory, StreamingDataset, fill
from .jacobian import Linearisation
from .model import KineticModel
from .parameter_sets import (
    CHUNK,
    add_history,
    check_belongs,
    check_vmax,
    fingerprint,
    km_array,
    layout,
    linearise,
    open_parameter_sets,
    provenance,
)
from .rules import CLASSES, LabelRule, checked_rule
from .spectra import count, km_chunk
from .steady_state import SteadyState

VARIABLES = {
    "eigenvalue_max": ("largest real part of the eigenvalues", "1/h", "float64"),
    "eigenvalue_min": ("smallest real part of the eigenvalues", "1/h", "float64"),
    "time_constant": ("slowest time constant of a stable set", "min", "float64"),
    "label": ("class of the dynamics", "1", "int8"),
}


def label_parameters(
    model: KineticModel,
    state: SteadyState,
    sets,
    rule: LabelRule | None = None,
    *,
    path=None,
    workers: int | None = None,
    client=None,
    progress=True,
):
    """Label parameter sets by their spectra.

    rule: what counts as relevant (default: stable and Re λ_max < −9 /h); path: stream the labelled
    sets to this NetCDF-4 file, resumable after an interruption. Returns the same dataset with
    eigenvalue_max(set) and eigenvalue_min(set) in 1/h, time_constant(set) in min (60/|Re λ_max|, NaN
    where unstable) and label(set): "relevant", "too slow", "unstable" or "excluded" (`LabelRule`).
    """
    import xarray

    rule = checked_rule(rule)
    workers = worker_count(workers)
    linearisation = linearise(model, state)
    if not isinstance(sets, xarray.Dataset):
        raise InputError(
            f"sets must be a dataset of parameter sets, found {type(sets).__name__}; make one with "
            "parameter_sets(model, state, km)."
        )
    if "set" not in sets.dims:
        sets = sets.expand_dims("set")
    n_sets = count(sets)
    check_belongs(model, state, sets)
    rule.check(sets)
    # Names and dimensions, before a file is begun; the numbers are checked chunk by chunk.
    km_array(model, sets.isel(set=slice(0, 0)))
    if "vmax" in sets:
        check_vmax(linearisation, sets, np.empty((0, len(model.parameters))), 0)
    written = rule.to_records() if rule.function is None or path is not None else str(rule)
    history = add_history(sets, provenance("label_parameters", {"rule": written}))
    pieces = chunks(n_sets, CHUNK)
    copied = {}
    if path is None:
        target = InMemory(label_layout(n_sets))
    else:
        given = fingerprint(sets, without=VARIABLES)
        if file_to_write(path).exists():
            return _same_as_before(path, history, given)
        copied = {n: v for n, v in layout(model, n_sets).items() if n in sets}
        small = sets.drop_vars([n for n in sets.data_vars if n in (*VARIABLES, *copied)])
        small.attrs = _attrs_with(sets, rule, history) | {"labelled_sets": given}
        job = {
            "format": "labels",
            "rule": written,
            "parameter sets": given,
            "history": history,
            "chunk size": CHUNK,
        }
        target = StreamingDataset(path, small, copied | label_layout(n_sets), job)

    def keep(start, stop, part):
        piece = sets.isel(set=slice(start, stop))
        known = piece.assign({name: ("set", values) for name, values in part.items()})
        large = {name: piece[name].transpose("set", ...).values for name in copied}
        return part | large | {"label": codes(rule.classify(known))}

    fill(
        target,
        pieces,
        label_chunk,
        lambda i: (linearisation, km_chunk(linearisation, sets, *pieces[i])),
        keep,
        description="labelling",
        progress=progress,
        workers=workers,
        client=client,
    )
    if path is None:
        return attach(sets, target.arrays, rule, history)
    return open_parameter_sets(target.finish())


def label_chunk(linearisation: Linearisation, km) -> dict:
    """Spectral quantities of one chunk (a function, so that it can travel to a cluster)."""
    return spectral_quantities(linearisation.spectra(km))


def attach_labels(sets, eigenvalue_max, rule: LabelRule):
    """The dataset labelled by largest real parts (set,) in 1/h that are known from elsewhere."""
    known = {
        "eigenvalue_max": np.asarray(eigenvalue_max, float),
        "time_constant": time_constants(eigenvalue_max),
    }
    labelled = sets.assign({n: ("set", v, _attrs(n)) for n, v in known.items()})
    return relabel(labelled, rule)


def time_constants(eigenvalue_max) -> np.ndarray:
    """Slowest time constants 60/|Re λ_max| in min of largest real parts in 1/h; NaN where unstable."""
    eigenvalue_max = np.asarray(eigenvalue_max, float)
    stable = np.where(eigenvalue_max < 0, eigenvalue_max, np.nan)
    return 60.0 / np.abs(stable)


def spectral_quantities(values) -> dict[str, np.ndarray]:
    """eigenvalue_max, eigenvalue_min (1/h) and time_constant (min) of spectra (set, n)."""
    largest = values.real.max(axis=1)
    return {
        "eigenvalue_max": largest,
        "eigenvalue_min": values.real.min(axis=1),
        "time_constant": time_constants(largest),
    }


def attach(sets, columns, rule, history):
    """The dataset with its label variables."""
    words = columns | {"label": np.array(CLASSES)[columns["label"]]}
    result = sets.assign({name: ("set", words[name], _attrs(name)) for name in VARIABLES})
    result.attrs = _attrs_with(sets, rule, history)
    return result


def codes(labels) -> np.ndarray:
    """Class names as the integers that stand for them on disk."""
    return np.select([np.asarray(labels) == c for c in CLASSES], range(len(CLASSES)), -1)


def relabel(sets, rule: LabelRule):
    """The dataset with labels by another rule; the spectra are not computed again. Edits are dropped."""
    history = add_history(sets, provenance("relabel", {"rule": str(rule)}))
    result = sets.assign(label=("set", rule.classify(sets), _attrs("label")))
    result.attrs = _attrs_with(sets, rule, history)
    return result


def edit_labels(sets, edits):
    """Labels corrected by hand, on top of those that the rule gives.

    edits: list of {"sets": [numbers in the `set` coordinate], "label": class}, applied in order; it is
    kept in the dataset's attribute `label_edits` (JSON) and can be given as a notebook parameter.
    Raises InputError for an unknown set or class.
    """
    if "label" not in sets:
        raise InputError("the dataset has no labels; label it with label_parameters first.")
    if not isinstance(edits, (list, tuple)):
        raise InputError(f"edits must be a list, found {edits!r}.")
    labels = sets["label"].values.copy()
    position = {int(s): i for i, s in enumerate(sets["set"].values)}
    recorded = []
    for k, edit in enumerate(edits):
        if not isinstance(edit, dict) or set(edit) != {"sets", "label"}:
            raise InputError(
                f'edit {k + 1}: expected {{"sets": [...], "label": "..."}}, found {edit!r}.'
            )
        if edit["label"] not in CLASSES:
            raise InputError(
                f"edit {k + 1}: unknown class {edit['label']!r}; use one of {', '.join(CLASSES)}."
            )
        if not isinstance(edit["sets"], (list, tuple, np.ndarray)):
            raise InputError(f'edit {k + 1}: "sets" must be a list, found {edit["sets"]!r}.')
        for number in edit["sets"]:
            if not isinstance(number, (int, np.integer)) or number not in position:
                raise InputError(f"edit {k + 1}: the dataset has no set {number!r}; remove it.")
            labels[position[number]] = edit["label"]
        recorded.append({"sets": [int(s) for s in edit["sets"]], "label": edit["label"]})
    before = json.loads(sets.attrs.get("label_edits", "[]"))
    return sets.assign(label=("set", labels, sets["label"].attrs)).assign_attrs(
        label_edits=json.dumps(before + recorded)
    )


def label_rule(sets) -> LabelRule:
    """The rule that a dataset was labelled with."""
    if "label_rule" not in sets.attrs:
        raise InputError("the dataset has no label rule; label it with label_parameters first.")
    return LabelRule.from_records(sets.attrs["label_rule"])


def class_counts(sets):
    """Counts and shares of the classes, a `pandas.DataFrame` with one row a class."""
    import pandas as pd

    if "label" not in sets:
        raise InputError("the dataset has no labels; label it with label_parameters first.")
    counts = pd.Series(sets["label"].values).value_counts().reindex(list(CLASSES), fill_value=0)
    return pd.DataFrame({"sets": counts, "share": counts / max(1, counts.sum())})


def _attrs(name) -> dict:
    long_name, units, _ = VARIABLES[name]
    attrs = {"long_name": long_name, "units": units}
    if name == "label":
        attrs["classes"] = json.dumps(CLASSES)
    return attrs


def label_layout(n_sets) -> dict:
    """name → (dims, shape, dtype, attrs) of the label variables as they are on disk."""
    result = {
        name: (("set",), (n_sets,), np.dtype(dtype), _attrs(name))
        for name, (_, _, dtype) in VARIABLES.items()
    }
    dims, shape, dtype, attrs = result["label"]
    result["label"] = (dims, shape, dtype, flag_attrs(attrs))
    return result


def _attrs_with(sets, rule, history) -> dict:
    """Attributes of a dataset labelled anew: nothing of an earlier rule or of edits stays."""
    old = ("label_edits", "label_rule", "label_rule_text", "labelled_sets")
    kept = {k: v for k, v in sets.attrs.items() if k not in old}
    return kept | {"history": json.dumps(history), **rule_attrs(rule)}


def rule_attrs(rule) -> dict:
    """A rule as attributes of the sets that it labelled."""
    if rule.function is not None:
        return {"label_rule_text": str(rule)}
    return {"label_rule": json.dumps(rule.to_records()), "label_rule_text": str(rule)}


def _same_as_before(path, history, given):
    """The finished file of the very same call, or an error: nothing is overwritten."""
    existing = open_parameter_sets(path)
    same = json.loads(existing.attrs.get("history", "[]")) == history
    if not same or existing.attrs.get("labelled_sets") != given:
        existing.close()
        raise InputError(
            f"{path}: exists already and was made in another way; choose another path or delete it."
        )
    return existing
