"""What a generator has to beat: populations that need no network.

All start from ORACLE's prior, under which every saturation σ = S/(S + Km) is uniform, hence
z = ln Km − ln S = ln((1 − σ)/σ) a standard logistic variable. Rejection from it is exact; the logistic
tilt moves each parameter by itself towards relevance; the shrunk prior shows that a high incidence can
be had for nothing.
"""

import time
from dataclasses import dataclass, field

import numpy as np

from ..errors import InputError
from ..kinetics.labels import label_parameters
from ..kinetics.parameter_sets import CHUNK, check_belongs, linearise, parameter_sets
from ..kinetics.rules import LabelRule
from .metrics import Reference, population_metrics

STEEPEST = 0.9  # of a tilt; at 1 its density cannot be normalised any more
PENALTY = 100.0  # on squared slopes of the regression: they are expected to be about 0.1
STREAM = (0, 0xBA5E)  # beginning of the spawn keys of the random numbers used here
MOST_CANDIDATES = 1_000_000  # drawn at most for one population, about half a minute


@dataclass(frozen=True)
class Prior:
    """ORACLE's prior without Km ranges."""

    model: object
    state: object
    name: str = "prior"

    def km(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """n draws, (n, all parameters of the model) in µmol/L."""
        return _km(self.model, self.state, _logistic(self.model, n, rng))


@dataclass(frozen=True)
class ShrunkPrior:
    """The prior with ln Km − ln S scaled by a factor."""

    model: object
    state: object
    scale: float = 0.4

    @property
    def name(self) -> str:
        return f"shrunk prior ×{self.scale:g}"

    def km(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """n draws, (n, all parameters of the model) in µmol/L."""
        return _km(self.model, self.state, self.scale * _logistic(self.model, n, rng))


@dataclass(frozen=True)
class LogisticTilt:
    """The prior's density times exp(factor·a·z), with slopes a from a logistic regression.

    The product of a uniform saturation and exp(a·z) = ((1 − σ)/σ)^a is Beta(1 − a, 1 + a): the tilt is
    exact and its parameters stay independent. |factor·a| is limited to 0.9.
    """

    model: object
    state: object
    slopes: np.ndarray
    factor: float = 1.0

    @classmethod
    def fit(cls, model, state, sets, label="relevant", factor=1.0) -> "LogisticTilt":
        """Slopes from labelled sets, as few as there are; both classes must occur."""
        return cls(model, state, tilt_slopes(model, state, sets, label), factor)

    @property
    def name(self) -> str:
        return f"logistic tilt ×{self.factor:g}"

    def km(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """n draws, (n, all parameters of the model) in µmol/L."""
        a = np.clip(self.factor * self.slopes, -STEEPEST, STEEPEST)
        return _km(self.model, self.state, _log_gamma(1 + a, n, rng) - _log_gamma(1 - a, n, rng))


@dataclass
class Rejection:
    """Draws of the prior that the rule puts in the class: exact, and slow where few are."""

    model: object
    state: object
    rule: LabelRule
    label: str = "relevant"
    workers: int | None = None
    name: str = "rejection"
    drawn: int = field(default=0, init=False)
    accepted: int = field(default=0, init=False)

    @property
    def acceptance(self) -> float:
        """Share of the draws so far that were kept."""
        return self.accepted / self.drawn if self.drawn else np.nan

    def km(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """n draws, (n, all parameters of the model) in µmol/L; fewer where they are too rare.

        Raises InputError where none is found.
        """
        prior, kept, tried, found = Prior(self.model, self.state), [], 0, 0
        while found < n and (tried < MOST_CANDIDATES or not found):
            candidates = prior.km(CHUNK, rng)
            sets = verified(self.model, self.state, candidates, self.rule, self.workers)
            kept.append(candidates[sets["label"].values == self.label])
            tried, found = tried + CHUNK, found + len(kept[-1])
            if not found and tried >= MOST_CANDIDATES:
                raise InputError(
                    f"none of {tried} samples of the prior is {self.label!r}; use a milder rule."
                )
        self.drawn, self.accepted = self.drawn + tried, self.accepted + found
        return np.concatenate(kept)[:n] if kept else np.empty((0, len(self.model.parameters)))


def tilt_slopes(model, state, sets, label="relevant") -> np.ndarray:
    """Slopes of the log-odds of a class by z = ln Km − ln S, (all parameters of the model,).

    L2-penalised logistic regression on labelled sets; parameters that occur in no rate law get 0.
    Raises InputError where the sets belong to another model or hold only one class.
    """
    from sklearn.linear_model import LogisticRegression

    check_belongs(model, state, sets)
    if "label" not in sets:
        raise InputError("the dataset has no labels; label it with label_parameters first.")
    relevant = sets["label"].values == label
    if relevant.all() or not relevant.any():
        raise InputError(
            f"a logistic tilt needs sets that are {label!r} and sets that are not, but "
            f"{'all' if len(relevant) and relevant.all() else 'none'} of these are; give more sets."
        )
    live = np.array([p.live for p in model.parameters])
    km = sets["km"].transpose("set", "parameter").sel(parameter=list(model.parameter_names)).values
    z = (np.log(km) - np.log(linearise(model, state).reference_concentrations))[:, live]
    slopes = np.zeros(len(live))
    slopes[live] = LogisticRegression(C=1 / PENALTY, max_iter=500).fit(z, relevant).coef_[0]
    return slopes


def verified(model, state, km, rule, workers=None):
    """The labelled parameter-set dataset of Michaelis constants (set, parameter) in µmol/L."""
    sets = parameter_sets(model, state, km)
    return label_parameters(model, state, sets, rule, workers=workers, progress=False)


def metrics_of(reference: Reference, sets, *, test="quick", seed=0) -> dict[str, float]:
    """`population_metrics` of a labelled parameter-set dataset."""
    km = sets["km"].transpose("set", "parameter").sel(parameter=list(reference.parameters)).values
    relevant = sets["label"].values == reference.label
    ln_km, slowest = np.log(km), sets["eigenvalue_max"].values
    return population_metrics(reference, ln_km, slowest, relevant, test=test, seed=seed)


def baseline_table(
    model,
    state,
    sets,
    label: str = "relevant",
    rule: LabelRule | None = None,
    n_sets: int = 10_000,
    seed: int = 0,
    workers: int | None = None,
    *,
    test: str | None = "quick",
    advance=lambda n: None,
):
    """Metrics and speed of all baselines, a `pandas.DataFrame` with one row each (index `name`).

    sets: labelled sets, the reference and what the tilt is fitted on; rule: theirs unless given;
    n_sets: of each population; test: two-sample test; advance: called with 1 after each row. Columns:
    those of `population_metrics`, `seconds_per_candidate` (drawing, Vmax and spectrum, measured) and
    `verified_per_second`. Rejection's population is relevant throughout; its speed counts the
    candidates that it threw away.
    """
    import pandas as pd

    reference = Reference.of(sets, label)
    rule = reference.rule if rule is None else rule
    slopes = tilt_slopes(model, state, sets, label)
    populations = [
        Rejection(model, state, rule, label, workers),
        Prior(model, state),
        *(LogisticTilt(model, state, slopes, factor) for factor in (1.0, 2.0, 4.0)),
        ShrunkPrior(model, state),
    ]
    verified(model, state, Prior(model, state).km(8, np.random.default_rng(0)), rule)  # compiles
    rows = {}
    for i, population in enumerate(populations):
        # Not the streams of sample_parameters: the reference's own sets must not come out again.
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(*STREAM, i)))
        started = time.perf_counter()
        km = population.km(n_sets, rng)
        drawn_in = time.perf_counter() - started
        labelled = verified(model, state, km, rule, workers)
        seconds = time.perf_counter() - started
        row = metrics_of(reference, labelled, test=test, seed=seed)
        share = row["incidence"]
        if isinstance(population, Rejection):  # has computed the spectra itself
            seconds_per_candidate, share = drawn_in / population.drawn, population.acceptance
        else:
            seconds_per_candidate = seconds / n_sets
        row["seconds_per_candidate"] = seconds_per_candidate
        row["verified_per_second"] = share / seconds_per_candidate
        rows[population.name] = row
        advance(1)
        if isinstance(population, Rejection):
            rng = np.random.default_rng(
                np.random.SeedSequence(seed, spawn_key=(*STREAM, len(populations)))
            )
            again = verified(model, state, population.km(len(reference.ln_km), rng), rule, workers)
            floor = metrics_of(Reference.of(again, label), labelled, test=test, seed=seed)
    rows["noise floor"] = floor  # two independent samples of the exact distribution
    advance(1)
    table = pd.DataFrame.from_dict(rows, orient="index")
    return table.rename_axis("name")


def _logistic(model, n, rng):
    """z of n draws of the prior, (n, parameter); the same limits as ORACLE's sampling."""
    uniform = np.clip(rng.random((n, len(model.parameters))), 2.0**-53, 1 - 2.0**-53)
    return np.log1p(-uniform) - np.log(uniform)


def _log_gamma(shape, n, rng):
    """Logarithms of n gamma variables of each shape, also where the variable itself is below 1e-308."""
    size = (n, len(shape))
    return np.log(rng.standard_gamma(shape + 1, size)) - rng.standard_exponential(size) / shape


def _km(model, state, z):
    return np.exp(z) * linearise(model, state).reference_concentrations
