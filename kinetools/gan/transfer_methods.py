"""The populations that a transfer study compares, each made with a few labelled sets of the target.

"published" follows Choudhury et al. 2022 (Methods, "Transfer Learning on multiple physiologies"): the
source's generator, a new discriminator, few epochs in small batches, the best checkpoint by incidence.
"residual" re-centres the source's generator and follows the relevance signal of the target's own model.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..errors import InputError
from .baselines import LogisticTilt, Prior, Rejection, verified
from .features import LogRange
from .generator import Generator
from .published import DEFAULTS as PUBLISHED
from .published import PublishedTrainer
from .residual import DEFAULTS as RESIDUAL
from .residual import ResidualTrainer
from .training_data import TrainingData

# Choudhury et al. 2022: batch size by the number of labelled sets.
SIZES, BATCHES = (10, 50, 100, 500, 1000), (2, 5, 10, 20, 50)
MANY_SETS, FAST, SLOW = 500, 1e-3, 2e-4  # learning rate from so many sets on, and below
CHECKPOINT_EVERY = 10  # epochs
ACCURACY_EPOCHS = 200  # at the end, over which the discriminator's accuracy is averaged
# Few steps from a generator that is nearly right: small ones, and a short average.
RESIDUAL_TUNING = {"batch_size": 256, "learning_rate": 5e-4, "averaging": 0.9}
N_MATCHED = 1000  # samples of the prior whose λ_max, where relevant, show what to match


@dataclass(frozen=True)
class Target:
    """A steady state to transfer to, and what its sets are asked for."""

    model: object
    state: object
    rule: object
    label: str

    def incidence(self, km) -> float:
        """Share of sets with these Michaelis constants (set, parameter) that have the label."""
        sets = verified(self.model, self.state, km, self.rule)
        return float(np.mean(sets["label"].values == self.label))

    def eigenvalues(self, n_sets: int, seed: int) -> np.ndarray:
        """λ_max in 1/h of those of so many samples of the prior that have the label."""
        km = Prior(self.model, self.state).km(n_sets, np.random.default_rng(seed))
        sets = verified(self.model, self.state, km, self.rule)
        return sets["eigenvalue_max"].values[sets["label"].values == self.label]


@dataclass(frozen=True)
class Population:
    """Something to draw sets from: draw(n, rng) → Km in µmol/L (set, all parameters), or None.

    best: highest incidence of its checkpoints; evaluations: parameter sets of the target whose
    spectrum was needed to make it; accuracy: the discriminator's at the end.
    """

    draw: Callable | None
    evaluations: int = 0
    best: float = np.nan
    accuracy: float = np.nan


def published_settings(n_sets: int) -> dict:
    """Batch size and learning rate of the published fine-tuning with so many labelled sets.

    Batches of 2, 5, 10, 20 and 50 for 10, 50, 100, 500 and 1000 sets, between them linear in the
    logarithms of both, 2 below and a twentieth of the sets above; learning rate 1e-3 from 500 sets on
    and 2e-4 below.
    """
    if n_sets > SIZES[-1]:
        batch = min(n_sets / 20, PUBLISHED["batch_size"])
    else:
        batch = np.exp(np.interp(np.log(n_sets), np.log(SIZES), np.log(BATCHES)))
    return {
        "batch_size": max(2, round(float(batch))),
        "learning_rate": FAST if n_sets >= MANY_SETS else SLOW,
    }


def train_published(
    target: Target, sets, start: Generator | None, *, epochs: int, n_generated: int, seed: int
) -> Population:
    """Train on a few labelled sets, from a source's generator or (None) from random weights."""
    km = sets["km"].transpose("set", "parameter")
    if start is None:
        names = target.model.parameter_names
        features = LogRange.fit(names, km.sel(parameter=list(names)).values)
        classes = {target.label: [target.label], "other": []}
        codes = (sets["label"].values != target.label).astype(np.int32)
    else:
        features, classes = start.features, start.classes
        codes = _codes(sets["label"].values, classes)
    values = features.forward(km.sel(parameter=list(features.parameters)).values)
    data = _data(target, features, values[codes >= 0], codes[codes >= 0], classes, start)
    settings = PUBLISHED | published_settings(len(values)) | {"seed": seed}
    if len(data.values) < settings["batch_size"]:
        raise InputError(
            f"only {len(data.values)} of the {len(values)} sets belong to the source generator's "
            "classes, too few for one batch; use larger sizes."
        )
    trainer = PublishedTrainer(data, settings)
    generator = _generator(trainer.generator, data)
    best, weights, checkpoints, accuracies = -1.0, None, 0, []
    for epoch in range(1, epochs + 1):
        trainer.run(epoch - 1, 0, trainer.steps_per_epoch)
        accuracies.append(trainer.epoch_losses()["discriminator_accuracy"])
        if epoch % CHECKPOINT_EVERY and epoch < epochs:
            continue
        checkpoints += 1
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(epoch,)))
        try:
            share = target.incidence(generator.km(target.label, n_generated, rng))
        except InputError:  # weights that are no numbers any more give no sets
            continue
        if share > best:
            best, weights = share, trainer.generator_weights()
    evaluations = len(values) + checkpoints * n_generated
    accuracy = float(np.mean(accuracies[-ACCURACY_EPOCHS:]))
    if weights is None:
        return Population(None, evaluations, np.nan, accuracy)
    trainer.generator.set_weights(weights)
    return Population(of_class(generator, target), evaluations, best, accuracy)


def train_residual(target: Target, start: Generator, *, steps: int, seed: int) -> Population:
    """Fine-tune a re-centred generator on the spectra of the target's own model: no labelled sets."""
    start = start.recentred(target.state)
    width = start.network.get_weights()[0].shape[1]
    settings = RESIDUAL | RESIDUAL_TUNING | {"width": width, "epochs": 1, "seed": seed}
    settings["steps_per_epoch"] = steps
    nothing = np.empty((0, len(start.features.parameters)))
    wanted = target.eigenvalues(N_MATCHED, seed)
    if not len(wanted):  # too rare to know their distribution
        settings["matching"], wanted = 0.0, np.zeros(1)
    data = _data(target, start.features, nothing, np.empty(0), start.classes, start, wanted)
    trainer = ResidualTrainer(data, settings)
    try:
        trainer.run(0, 0, steps)
    finally:
        trainer.close()
    trainer.generator.set_weights(trainer.generator_weights())
    generator = _generator(trainer.generator, data)
    evaluations = N_MATCHED + steps * settings["batch_size"]
    return Population(of_class(generator, target), evaluations)


def tilt(target: Target, sets, factor: float) -> Population:
    """The logistic tilt by the same labelled sets; they tell nothing where they are of one class."""
    members = sets["label"].values == target.label
    if members.all() or not members.any():
        return Population(Prior(target.model, target.state).km, len(members))
    fitted = LogisticTilt.fit(target.model, target.state, sets, target.label, factor)
    return Population(fitted.km, len(members))


def rejection(target: Target, n_sets: int, rng) -> Population:
    """So many draws of the prior that have the label, and how many it took."""
    sampler = Rejection(target.model, target.state, target.rule, target.label)
    km = sampler.km(n_sets, rng)
    return Population(lambda n, _: km[:n], sampler.drawn)


def of_class(generator: Generator, target: Target) -> Callable:
    """Draws of a generator's class."""
    return lambda n, rng: generator.km(target.label, n, rng)


def _codes(labels, classes) -> np.ndarray:
    """Class numbers (set,) int32; −1 for labels of no class."""
    codes = np.full(len(labels), -1, np.int32)
    for code, members in enumerate(classes.values()):
        codes[np.isin(labels, members)] = code
    return codes


def _data(target, features, values, codes, classes, start, eigenvalues=None) -> TrainingData:
    """What a trainer needs; nothing is held out, since judging has sets of its own."""
    return TrainingData(
        features=features,
        values=np.asarray(values, np.float32),
        codes=np.asarray(codes, np.int32),
        classes=classes,
        target=target.label,
        model=target.model,
        state=target.state,
        rule=target.rule,
        target_eigenvalues=eigenvalues,
        reference=None,
        held_out=None,
        start=start,
    )


def _generator(network, data) -> Generator:
    return Generator(network, data.features, data.classes, data.model, data.state, data.rule)
