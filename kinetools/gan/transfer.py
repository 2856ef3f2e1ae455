"""What transfer learning buys: generators of one steady state fine-tuned to others, beside what costs less.

As published (Choudhury et al. 2022, Fig. 4): 300 epochs from a source's generator with 10 to 1000
labelled sets of the target, against training from random weights. Beside it, judged by the same fresh
sets: the source's generator as it is, re-centred, the logistic tilts, and rejection.
"""

import hashlib
import time
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

import numpy as np

from ..data import whole_number
from ..errors import InputError
from ..kinetics.labels import label_parameters
from ..kinetics.model import KineticModel
from ..kinetics.oracle import sample_parameters
from ..kinetics.parameter_sets import linearise
from ..kinetics.rules import CLASSES, LabelRule
from ..kinetics.steady_state import SteadyState
from ..run import reporting
from .baselines import Prior, metrics_of, verified
from .generator import Generator, load_generator
from .metrics import Reference
from .transfer_methods import (
    SIZES,
    Population,
    Target,
    of_class,
    rejection,
    tilt,
    train_published,
    train_residual,
)
from .transfer_runs import NO_SOURCE, TILTS, Run, StudyDirectory, planned

KINDS = {"log range": "published", "log ratio": "residual"}  # features → preset
KEPT = ("incidence", "share_stable", "kl_max", "kl_mean", "spread_ratio", "auc")
PER_REFERENCE = 5  # sampled sets behind the reference, for each one judged
FEWEST = 20  # sets that a two-sample test needs


def transfer_study(
    model: KineticModel,
    states: Mapping,
    sources: Mapping,
    run_dir,
    *,
    sizes=SIZES,
    repeats: int = 5,
    scratch: bool = True,
    epochs: int = 300,
    scratch_epochs: int | None = None,
    residual_steps: int = 40,
    n_checkpoint: int = 1000,
    n_judged: int = 2000,
    label: str = "relevant",
    seed: int = 1,
    pairs=None,
    progress=True,
):
    """Fine-tune generators to other steady states with few labelled sets, and judge the results.

    states: name → SteadyState; sources: name → generator around that state, as a Generator or a
    run_dir of train_gan, or a list of two, one of each preset; sizes: numbers of labelled sets of the
    target; repeats: of every training, each with labelled sets of its own (smaller sizes are the first
    sets of larger ones); scratch: also train from random weights, for `scratch_epochs` (default:
    `epochs`); residual_steps: of 256 sets each, in which a residual generator follows the target's
    model, after a look at 1000 samples; n_checkpoint: sets labelled every 10 epochs to choose the best
    checkpoint; n_judged: fresh sets for the metrics of every run; pairs: (source, target) names
    (default: all ordered pairs).

    Every finished run is one small file in run_dir. Interrupt it as you like: the same call goes on,
    and calls with more sizes, repeats or pairs add to what is there. The same seed gives the same
    rows, but for the seconds. Returns `transfer_table(run_dir)`.
    Raises InputError for generators of another model, of unknown classes or of another state.
    """
    states = _states(model, states)
    generators = {name: _generators(model, states, name, g) for name, g in _named(sources).items()}
    sizes, repeats = _sizes(sizes), whole_number(repeats, "repeats", 1)
    pairs = _pairs(generators, states, pairs)
    epochs = whole_number(epochs, "epochs", 1)
    settings = {
        "seed": whole_number(seed, "seed", 0),
        "label": label,
        "epochs": epochs,
        "scratch_epochs": whole_number(scratch_epochs or epochs, "scratch_epochs", 1),
        "residual_steps": whole_number(residual_steps, "residual_steps", 1),
        "n_checkpoint": whole_number(n_checkpoint, "n_checkpoint", 1),
        "n_judged": whole_number(n_judged, "n_judged", FEWEST),
    }
    rule = _rule(generators, label)
    kinds = {name: tuple(by_kind) for name, by_kind in generators.items()}
    plan = planned(kinds, pairs, sizes, repeats, bool(scratch))
    directory = StudyDirectory(run_dir)
    directory.claim(
        settings | {"model": model.hash, "rule": str(rule)},
        {
            "target": {t: states[t].hash for t in dict.fromkeys(t for _, t in pairs)},
            "source": {s: next(iter(g.values())).state.hash for s, g in generators.items()},
            "generator": {
                f"{s} ({kind})": g.fingerprint
                for s, by_kind in generators.items()
                for kind, g in by_kind.items()
            },
        },
        plan,
    )
    targets = {t: _Targeted(model, states[t], rule, settings, max(sizes)) for _, t in pairs}
    already = sum(map(directory.done, plan))
    with reporting(len(plan), "transfer", "runs", progress, already) as advance:
        for run in plan:
            if not directory.done(run):
                sources_of = generators.get(run.source, {})
                directory.write(run, _result(run, targets[run.target], sources_of, settings))
                advance(1)
    return directory.table()


def transfer_table(run_dir):
    """What has finished of a transfer study, a `pandas.DataFrame` with one row a run.

    `attrs["columns"]` and `attrs["methods"]` explain it, `attrs["missing"]` names the runs of the
    latest call that have not finished. Raises InputError for a folder that holds no study.
    """
    return StudyDirectory(run_dir).table()


class _Targeted:
    """A steady state to transfer to, with its labelled sets: those to train on, those to judge by."""

    def __init__(self, model, state, rule, settings, most: int):
        self.target = Target(model, state, rule, settings["label"])
        self._settings, self._most, self._labelled = settings, most, {}

    def seed(self, *words) -> int:
        """A seed of its own for every purpose; the same whatever else is studied."""
        return derived_seed(self._settings["seed"], self.target.state.hash, *words)

    @cached_property
    def reference(self) -> Reference:
        """Relevant sets that nothing is trained on."""
        n = PER_REFERENCE * self._settings["n_judged"]
        return Reference.of(self._sampled(n, "reference"), self.target.label)

    def labelled(self, n_sets: int, repeat: int):
        """Labelled sets to train on: the first of those of the repeat."""
        if repeat not in self._labelled:
            self._labelled = {repeat: self._sampled(self._most, "labelled", repeat)}
        return self._labelled[repeat].isel(set=slice(0, n_sets))

    def _sampled(self, n, *words):
        target = self.target
        sets = sample_parameters(
            target.model, target.state, n, seed=self.seed(*words), progress=False
        )
        return label_parameters(target.model, target.state, sets, target.rule, progress=False)


def _result(run: Run, targeted: _Targeted, generators: dict, settings: dict) -> dict:
    """The row of a run but for its names."""
    target = targeted.target
    reference = targeted.reference
    sets = targeted.labelled(run.n_sets, run.repeat) if run.n_sets else None
    prints = [g.fingerprint for g in generators.values() if run.source != NO_SOURCE]
    key = run.method, sorted(prints), run.n_sets, run.repeat
    started = time.perf_counter()
    made = _population(run, target, sets, generators, settings, targeted.seed("train", *key))
    seconds = time.perf_counter() - started
    metrics = dict.fromkeys(KEPT, np.nan)
    if made.draw is not None:
        rng = np.random.default_rng(targeted.seed("judge", *key))
        judged = verified(
            target.model, target.state, made.draw(settings["n_judged"], rng), target.rule
        )
        metrics = {k: v for k, v in metrics_of(reference, judged).items() if k in KEPT}
    return {
        "incidence_best_of_checkpoints": made.best,
        **metrics,
        "evaluations": made.evaluations,
        "discriminator_accuracy": made.accuracy,
        "seconds": round(seconds, 3),
    }


def _population(run, target, sets, generators, settings, seed) -> Population:
    """What a run's method makes."""
    published, residual = generators.get("published"), generators.get("residual")
    match run.method:
        case "prior":
            return Population(Prior(target.model, target.state).km)
        case "rejection":
            return rejection(target, settings["n_judged"], np.random.default_rng(seed))
        case "source as it is":
            return Population(of_class(published, target))
        case "residual source as it is":
            return Population(of_class(residual, target))
        case "re-centred source":
            return Population(of_class(residual.recentred(target.state), target))
        case "residual fine-tuned":
            return train_residual(target, residual, steps=settings["residual_steps"], seed=seed)
        case "fine-tuned" | "from scratch":
            tuned = run.method == "fine-tuned"
            return train_published(
                target,
                sets,
                published if tuned else None,
                epochs=settings["epochs" if tuned else "scratch_epochs"],
                n_generated=settings["n_checkpoint"],
                seed=seed,
            )
    return tilt(target, sets, TILTS[run.method])


def derived_seed(seed: int, *words) -> int:
    """Another seed for every purpose named by words, below 2⁶³."""
    digest = hashlib.blake2b(repr(words).encode(), digest_size=8).digest()
    sequence = np.random.SeedSequence(seed, spawn_key=(int.from_bytes(digest, "little"),))
    return int(sequence.generate_state(1, np.uint64)[0] >> 1)


def _states(model, states) -> dict:
    if not isinstance(model, KineticModel):
        raise InputError(
            f"expected a KineticModel, found {type(model).__name__}; load one with "
            "load_kinetic_model."
        )
    if not isinstance(states, Mapping) or not states:
        raise InputError(
            "states must be a mapping of names to steady states, "
            '{"physiology 2": load_steady_state("ecoli", physiology=2)}, say.'
        )
    for name, state in states.items():
        if not isinstance(name, str) or not name or name == NO_SOURCE:
            raise InputError(f"states: a name must be a text, found {name!r}.")
        if not isinstance(state, SteadyState):
            raise InputError(
                f"states: {name!r} must be a SteadyState, found {type(state).__name__}; load one with "
                "load_steady_state."
            )
        linearise(model, state)  # checks that the state fits the model
    return dict(states)


def _named(sources) -> dict:
    if not isinstance(sources, Mapping) or not sources:
        raise InputError(
            "sources must be a mapping of names to generators or run directories of train_gan, "
            '{"physiology 1": "results/gan/p1"}, say.'
        )
    for name in sources:
        if not isinstance(name, str) or not name or name == NO_SOURCE:
            raise InputError(f"sources: a name must be a text, found {name!r}.")
    return dict(sources)


def _generators(model, states, name, given) -> dict[str, Generator]:
    """Generators of a source by preset."""
    result = {}
    for one in given if isinstance(given, (list, tuple)) else [given]:
        if not isinstance(one, (Generator, str, Path)):
            raise InputError(
                f"sources: {name!r} must be a Generator or a run directory, found "
                f"{type(one).__name__}."
            )
        generator = one if isinstance(one, Generator) else load_generator(one)
        kind = KINDS[generator.features.kind]
        if kind in result:
            raise InputError(f"sources: {name!r} has two generators of preset {kind!r}; keep one.")
        if generator.model.hash != model.hash:
            raise InputError(
                f"sources: the generator of {name!r} belongs to model {generator.model.id!r} "
                f"({generator.model.hash}), not to {model.id!r} ({model.hash}); load that model."
            )
        result[kind] = generator
    if not result:
        raise InputError(f"sources: {name!r} has no generator; give one or leave the source out.")
    for generator in result.values():
        around = states[name] if name in states else next(iter(result.values())).state
        if generator.state.hash != around.hash:
            raise InputError(
                f"sources: the generator of {name!r} was trained around {generator.state.id!r}, not "
                f"around {around.id!r}; give it the name of its own state."
            )
    return dict(sorted(result.items()))


def _rule(generators, label) -> LabelRule:
    """The rule that all sources were trained with."""
    if label not in CLASSES:
        raise InputError(f"label must be one of {', '.join(CLASSES)}, found {label!r}.")
    rules = {}
    for name, by_kind in generators.items():
        for generator in by_kind.values():
            if generator.rule is None:
                raise InputError(
                    f"sources: the generator of {name!r} was trained on a rule that cannot be saved; "
                    "train one with a rule of conditions."
                )
            if generator.classes.get(label) != [label]:
                raise InputError(
                    f"sources: the generator of {name!r} has no class {label!r} of just these sets; it "
                    f"knows {', '.join(map(repr, generator.classes))}."
                )
            rules[str(generator.rule)] = generator.rule
    if len(rules) > 1:
        raise InputError(
            f"the sources were trained with different rules ({'; '.join(rules)}); compare generators "
            "of one rule."
        )
    return next(iter(rules.values()))


def _sizes(sizes) -> list[int]:
    try:
        numbers = [whole_number(n, "sizes: a number of labelled sets", 2) for n in sizes]
    except TypeError:
        raise InputError(f"sizes must be a list of numbers of sets, found {sizes!r}.") from None
    if not numbers or len(set(numbers)) < len(numbers):
        raise InputError(f"sizes must be one number or more, each once, found {list(sizes)!r}.")
    return sorted(numbers)


def _pairs(sources, states, pairs) -> list[tuple[str, str]]:
    """(source, target) names; all ordered pairs unless given."""
    if pairs is None:
        pairs = [(s, t) for s in sources for t in states if s != t]
        if not pairs:
            raise InputError(
                "states: there is none but the source's own; give others to transfer to."
            )
        return pairs
    result = []
    if not isinstance(pairs, (list, tuple)):
        raise InputError(f"pairs must be a list of (source, target), found {pairs!r}.")
    for pair in pairs:
        if not isinstance(pair, (list, tuple)) or len(pair) != 2:
            raise InputError(f"pairs: expected (source, target), found {pair!r}.")
        source, target = pair
        if source not in sources or target not in states:
            kind, name, known = (
                ("source", source, sources) if source not in sources else ("target", target, states)
            )
            raise InputError(f"pairs: {name!r} is no {kind}; there are {', '.join(known)}.")
        if source == target:
            raise InputError(f"pairs: {source!r} is both source and target; give two states.")
        result.append((source, target))
    if not result or len(set(result)) < len(result):
        raise InputError("pairs: give one (source, target) or more, each once.")
    return result
