"""The trajectories behind a TrajectoryExplorer: how each ended, which are drawn, one of them in full."""

import warnings

import numpy as np

from kinetools.errors import InputError
from kinetools.kinetics.trajectory_rates import trajectory_rates
from kinetools.kinetics.verdicts import VERDICTS, verdicts

MOST = 300  # trajectories that are drawn
AT_LEAST = 20  # of each verdict, if there are so many
SEED = 0  # of the sample that is drawn, so that everybody sees the same trajectories


class Trajectories:
    """A dataset of `perturb` or `simulate`, its trajectories numbered in rows: set by set, trial by trial.

    numbers, trials: set numbers and trial numbers; verdicts: (row,) integers into `VERDICTS`; distances:
    (row,); labels: class of each set, or None; minutes: (time,).
    """

    def __init__(self, model, state, sets, dataset):
        self.model, self.state, self.sets = model, state, sets
        self.dataset = dataset = _checked(dataset)
        trajectory_rates(model, state, sets, dataset.isel(set=slice(0, 1), time=slice(0, 1)))
        self.numbers = [int(n) for n in dataset["set"].values]
        self.has_trials = "trial" in dataset.sizes
        self.trials = [int(n) for n in dataset["trial"].values] if self.has_trials else [0]
        self.minutes = 60 * dataset["time"].values
        self.metabolites = [str(m) for m in dataset["metabolite"].values]
        reference = dataset["reference"].transpose(..., "metabolite").values
        self.reference = reference.reshape(-1, len(self.metabolites))[0]
        ends = verdicts(dataset)
        self.verdicts = np.array([VERDICTS.index(v) for v in self._by_row(ends["verdict"])])
        self.distances = self._by_row(ends["distance"])
        steps = dataset.attrs.get("perturbation") in ("enzyme", "boundary")
        self.lasting = steps or "boundary" in dataset
        self.labels = dataset["label"].values.astype(str) if "label" in dataset else None
        if self.labels is None and "label" in sets:
            self.labels = sets["label"].sel(set=self.numbers).values.astype(str)
        self.drawn = drawn_rows(self.verdicts)
        self._scores, self._one = None, (None, None, None)

    def __len__(self) -> int:
        return len(self.verdicts)

    def counts(self) -> dict[str, int]:
        """Number of trajectories of each verdict."""
        return {name: int((self.verdicts == k).sum()) for k, name in enumerate(VERDICTS)}

    def row(self, number: int, trial: int) -> int:
        """Row of a trial of a set."""
        return self.numbers.index(number) * len(self.trials) + self.trials.index(trial)

    def place(self, row: int) -> tuple[int, int]:
        """Set number and trial number of a row."""
        return self.numbers[row // len(self.trials)], self.trials[row % len(self.trials)]

    def target(self, row: int) -> tuple[str, float] | None:
        """What was perturbed in a row, and its factor; None where all metabolites were."""
        if "target" not in self.dataset.coords:
            return None
        k, trial = divmod(row, len(self.trials))
        return (
            str(self.dataset["target"].values[trial]),
            float(self.dataset["factor"].values[k, trial]) if "factor" in self.dataset else np.nan,
        )

    def default_row(self) -> int:
        """The first drawn trajectory that escaped, or the first one."""
        escaped = self.drawn[self.verdicts[self.drawn] == VERDICTS.index("escaped")]
        return int(escaped[0] if len(escaped) else self.drawn[0])

    def concentrations(self, rows) -> np.ndarray:
        """Concentrations (row, time, metabolite) in µmol/L; read set by set."""
        rows = np.asarray(rows)
        result = np.empty((len(rows), len(self.minutes), len(self.metabolites)))
        which, trials = np.divmod(rows, len(self.trials))
        for k in np.unique(which):
            block = self.dataset["concentration"].isel(set=int(k))
            if self.has_trials:
                block = block.isel(trial=trials[which == k])
            block = block.transpose(..., "time", "metabolite").values
            result[which == k] = block.reshape(-1, *result.shape[1:])
        return result

    def scores(self, pca, rows) -> tuple[np.ndarray, np.ndarray]:
        """Scores of rows (row, time, component), and of the steady state (component,)."""
        if self._scores is None:
            self._scores = _projected(self, pca, self.drawn)
        known = {int(row): k for k, row in enumerate(self.drawn)}
        drawn, steady, _ = self._scores
        if all(int(row) in known for row in rows):
            return drawn[[known[int(row)] for row in rows]], steady
        return _projected(self, pca, rows)[:2]

    def n_left_out(self, pca) -> int:
        """Moments of the drawn trajectories that have concentrations, but no place in the plane."""
        self.scores(pca, self.drawn)
        return self._scores[2]

    def ratio(self, row: int):
        """Concentrations over those of the steady state, a DataFrame (minute, metabolite)."""
        return self._both(row)[0]

    def rates(self, row: int):
        """Reaction rates in mmol/gDW/h, a DataFrame (minute, reaction)."""
        return self._both(row)[1]

    def outside(self, row: int) -> dict[str, float]:
        """Boundary concentrations over those of the steady state."""
        result = {m.id: 1.0 for m in self.model.metabolites if m.boundary}
        if "boundary" in self.dataset:
            given = self.dataset["boundary"].isel(set=row // len(self.trials)).to_series()
            result |= {str(m): v / float(self.state.concentrations[m]) for m, v in given.items()}
        if self.dataset.attrs.get("perturbation") == "boundary":
            result |= dict([self.target(row)])
        return result

    def _both(self, row):
        import pandas as pd

        if self._one[0] != row:
            k, trial = divmod(row, len(self.trials))
            place = {"set": [k]} | ({"trial": [trial]} if self.has_trials else {})
            one = self.dataset.isel(place)
            values = trajectory_rates(self.model, self.state, self.sets, one)
            minutes = pd.Index(self.minutes, name="minute")
            rates = pd.DataFrame(
                values.values.reshape(len(minutes), -1), minutes, list(self.model.reaction_ids)
            )
            ratio = pd.DataFrame(
                self.concentrations([row])[0] / self.reference, minutes, self.metabolites
            )
            self._one = row, ratio, rates
        return self._one[1:]

    def _by_row(self, array) -> np.ndarray:
        order = ("set", "trial") if self.has_trials else ("set",)
        return array.transpose(*order).values.ravel()


def _checked(dataset):
    """Trajectories with a dimension of sets (and of trials, if they have any), or InputError."""
    import xarray

    if not isinstance(dataset, xarray.Dataset) or not {"concentration", "reference"} <= {*dataset}:
        raise InputError(
            "trajectories must be a dataset with concentration and reference; make one with perturb or "
            "simulate."
        )
    for name in ("trial", "set"):
        if name in dataset.coords and name not in dataset.sizes:
            dataset = dataset.expand_dims(name)
    if "time" not in dataset.sizes or not dataset.sizes["time"]:
        raise InputError(
            "the trajectories keep no times, so there is nothing to draw; perturb with hours=None."
        )
    if not dataset.sizes.get("set") or not dataset.sizes.get("trial", 1):
        raise InputError("the dataset holds no trajectory; perturb some sets.")
    return dataset


def _projected(trajectories, pca, rows):
    """Scores of rows and of the steady state; number of moments with concentrations but no score."""
    import xarray

    values = trajectories.concentrations(rows)
    steady = np.broadcast_to(trajectories.reference, (1, *values.shape[1:]))
    given = xarray.Dataset(
        {
            "concentration": (("row", "time", "metabolite"), np.concatenate([values, steady])),
            "reference": ("metabolite", trajectories.reference),
        },
        {"metabolite": trajectories.metabolites},
    )
    with warnings.catch_warnings(action="ignore", category=UserWarning):  # said on the page
        score = pca.transform(given, progress=False)["score"].values
    lost = np.isfinite(values).all(axis=-1) & ~np.isfinite(score[:-1]).all(axis=-1)
    return score[:-1], score[-1, 0], int(lost.sum())


def drawn_rows(codes) -> np.ndarray:
    """Rows of a fixed sample, a few of each verdict at least."""
    if len(codes) <= MOST:
        return np.arange(len(codes))
    rng = np.random.default_rng(SEED)
    order = rng.permutation(len(codes))
    first = [order[codes[order] == k][:AT_LEAST] for k in range(len(VERDICTS))]
    kept = np.concatenate(first)
    rest = order[~np.isin(order, kept)]
    return np.sort(np.concatenate([kept, rest[: MOST - len(kept)]]))
