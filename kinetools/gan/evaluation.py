"""The judgement of a generator, beside what needs no generator."""

import time

import numpy as np

from ..data import number, whole_number
from ..errors import InputError
from ..kinetics.labels import label_parameters
from ..kinetics.parameter_sets import check_belongs
from ..run import reporting, worker_count
from .baselines import baseline_table, metrics_of
from .metrics import EXPLANATIONS, Reference

FEWEST = 100  # relevant sets of a reference
POPULATIONS = (100_000, 1_000_000)
SPEED = {
    "seconds_per_candidate": "making one set, with its Vmax, and computing its spectrum, in s (measured)",
    "verified_per_second": "sets of the class that come out after verification, per second (measured; "
    "without training)",
    **{
        f"break_even_share_{n}": "share of relevant sets among the prior's samples below which this row is "
        f"faster than rejection at making {n:,} verified sets, training time included where known"
        for n in POPULATIONS
    },
}


def evaluate_generator(
    generator,
    model,
    state,
    reference,
    n_sets: int = 10_000,
    *,
    label: str = "relevant",
    seed: int = 0,
    strong: bool = True,
    baselines: bool = True,
    training_seconds: float | None = None,
    workers: int | None = None,
    progress=True,
):
    """How good and how fast a generator is, beside rejection, prior, tilts and the noise floor.

    generator: anything with `generate(n, label=, seed=, progress=)` that returns parameter sets;
    reference: labelled sets around the state that the generator was not trained on, at least 100 of
    them of the class `label`; n_sets: of each population; strong: the strong two-sample test (up to a
    minute a row) or the quick one; baselines: False leaves them out, and with them the break-even;
    training_seconds: what training took, for the break-even.
    Returns a `pandas.DataFrame`, the generator in its first row; `attrs["columns"]` explains the columns.
    Raises InputError for a generator of another model or state, and a reference that cannot serve.
    """
    import pandas as pd

    n_sets, seed = whole_number(n_sets, "n_sets", 1), whole_number(seed, "seed", 0)
    workers = worker_count(workers)
    if training_seconds is not None:
        training_seconds = number(training_seconds, "training_seconds")
        if training_seconds < 0:
            raise InputError(
                f"training_seconds: expected 0 or more, found {training_seconds:g}; correct it."
            )
    _check_generator(generator, model, state)
    check_belongs(model, state, reference)
    n_relevant = int((reference["label"].values == label).sum()) if "label" in reference else None
    if n_relevant is not None and n_relevant < FEWEST:
        raise InputError(
            f"the reference has {n_relevant} sets of class {label!r}, but at least {FEWEST} are needed; "
            "sample and label more."
        )
    target = Reference.of(reference, label)
    test = "strong" if strong else "quick"
    with reporting(8 if baselines else 1, "evaluating", "populations", progress) as advance:
        # Once before the clock starts: the first call compiles.
        _generate(generator, model, state, 16, label, seed, target.rule, workers)
        started = time.perf_counter()
        labelled = _generate(generator, model, state, n_sets, label, seed, target.rule, workers)
        seconds = time.perf_counter() - started
        row = metrics_of(target, labelled, test=test, seed=seed)
        row["seconds_per_candidate"] = seconds / n_sets
        row["verified_per_second"] = row["incidence"] * n_sets / seconds
        advance(1)
        table = pd.DataFrame([row], index=pd.Index(["generator"], name="name"))
        if baselines:
            others = baseline_table(
                model,
                state,
                reference,
                label,
                target.rule,
                n_sets,
                seed,
                workers,
                test=test,
                advance=advance,
            )
            table = pd.concat([table, others])
            for n in POPULATIONS:
                table[f"break_even_share_{n}"] = _break_even(table, training_seconds or 0.0, n)
    table.attrs = {
        "columns": {k: v for k, v in (EXPLANATIONS | SPEED).items() if k in table},
        "rows": "generator: the one judged; rejection: prior samples of the class, exact (its speed counts "
        "those thrown away); logistic tilt: each parameter shifted by itself; noise floor: reference "
        "sets against other reference sets, the best that can be had",
        "label": label,
        "rule": str(target.rule),
        "reference_sets": len(target.ln_km),
        "two_sample_test": test,
        "training_seconds": training_seconds,
        "seed": seed,
    }
    return table


def _break_even(table, training_seconds, n) -> np.ndarray:
    """Share p at which t(candidate)/p = t/incidence + training/n: seconds a verified set, on both sides."""
    candidate = table.loc["rejection", "seconds_per_candidate"]
    with np.errstate(divide="ignore"):
        seconds = 1.0 / table["verified_per_second"].to_numpy()
    seconds[table.index.get_loc("generator")] += training_seconds / n
    return np.minimum(candidate / seconds, 1.0)


def _generate(generator, model, state, n, label, seed, rule, workers):
    """Generated sets, labelled by the reference's rule."""
    sets = generator.generate(n, label=label, seed=seed, progress=False)
    check_belongs(model, state, sets)
    return label_parameters(model, state, sets, rule, workers=workers, progress=False)


def _check_generator(generator, model, state):
    if not callable(getattr(generator, "generate", None)):
        raise InputError(
            f"expected a generator, found {type(generator).__name__}; load one with load_generator."
        )
    own = getattr(generator, "model", None)
    given = getattr(own, "hash", own)
    if given is not None and given not in (model.hash, model.id):
        raise InputError(
            f"the generator belongs to another model, {getattr(own, 'id', own)!r} ({given}) instead of "
            f"{model.id!r} ({model.hash}); give its own model, or another generator."
        )
    around = getattr(generator, "state", None)
    if hasattr(around, "hash") and around.hash != state.hash:
        raise InputError(
            f"the generator was trained around steady state {around.id!r}, not around {state.id!r}; give "
            "that state and sets around it, or move it with generator.recentred(state)."
        )
