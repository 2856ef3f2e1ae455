"""Run directories as trainings write them, made up in milliseconds."""

import json

import numpy as np

import kinetools as kt
from kinetools.gan.run_directory import RunWriter, checkpoint_file, generated_file

BASELINES = {  # incidence, stable, kl_max, kl_mean, spread, correlation error, AUC
    "rejection": (1.0, 1.0, 0.0075, 0.0035, 1.0, 0.014, 0.5),
    "prior": (0.59, 0.94, 0.045, 0.004, 1.0, 0.014, 0.57),
    "logistic tilt ×1": (0.82, 0.98, 0.17, 0.006, 0.99, 0.014, 0.7),
    "logistic tilt ×2": (0.91, 0.99, 0.65, 0.016, 0.97, 0.015, 0.86),
    "logistic tilt ×4": (0.96, 1.0, 2.9, 0.053, 0.95, 0.016, 1.0),
    "shrunk prior ×0.4": (0.973, 1.0, 1.9, 1.7, 0.4, 0.014, 1.0),
    "noise floor": (1.0, 1.0, 0.008, 0.0036, 1.0, 0.014, 0.5),
}
METRICS = (
    "incidence",
    "share_stable",
    "kl_max",
    "kl_mean",
    "spread_ratio",
    "correlation_error",
    "auc",
)


class MadeUpRun:
    """A run directory that grows as one tells it to."""

    def __init__(self, path, seed=1, epochs=200, checkpoint_every=10, **parameters):
        self.path, self.every, self.epochs = path, checkpoint_every, epochs
        for folder in ("checkpoints", "generated"):
            (path / folder).mkdir(parents=True)
        content = {"preset": "published", "seed": seed, "epochs": epochs, "target": "relevant"}
        content |= {"checkpoint_every": checkpoint_every, "select": "incidence"} | parameters
        (path / "parameters.json").write_text(json.dumps(content))
        self.writer, self._rng = RunWriter(path), np.random.default_rng(seed)
        self._sets = None

    def with_baselines(self):
        """Add the table of baselines."""
        rows = [{"name": name} | dict(zip(METRICS, values)) for name, values in BASELINES.items()]
        (self.path / "baselines.json").write_text(json.dumps(rows))
        return self

    def with_reference(self, sets):
        """Add held-out sets, and keep generated ones with every checkpoint from now on."""
        relevant = sets.isel(set=np.flatnonzero(sets["label"].values == "relevant"))
        kt.save_parameter_sets(relevant, self.path / "reference.nc")
        self._sets = relevant.isel(set=slice(0, 60)).load()
        return self

    def start(self, epoch=0):
        """Begin, or go on at an epoch."""
        self.writer.begin("resumed" if epoch else "started", epoch, self.epochs)
        return self

    def train(self, first, last, seconds=2.0):
        """Epochs first…last, with their checkpoints."""
        noise = self._rng.normal(size=(last - first + 1, 8))
        for epoch, e in zip(range(first, last + 1), noise):
            done = epoch / self.epochs
            self.writer.event(
                "epoch",
                epoch,
                seconds=seconds * epoch,
                generator_loss=0.9 - 0.2 * done + 0.03 * e[0],
                discriminator_loss=0.6 + 0.08 * done + 0.02 * e[1],
                discriminator_accuracy=0.5 + 0.3 * np.exp(-8 * done) + 0.02 * e[2],
            )
            if epoch % self.every == 0:
                self.checkpoint(epoch, e[3:])
        return self

    def checkpoint(self, epoch, e=(0, 0, 0, 0, 0), **metrics):
        """One checkpoint with its metrics."""
        done = epoch / self.epochs
        checkpoint_file(self.path, epoch).write_bytes(b"")
        self.writer.event("checkpoint", epoch)
        if self._sets is not None:
            shift = np.exp(0.2 * (1 - done) + 0.4 * (1 - done) * np.arange(259) / 259)
            made = self._sets.assign(km=self._sets["km"] * shift)
            kt.save_parameter_sets(made, generated_file(self.path, epoch))
        kl = 1.6 * np.exp(-3 * done + 0.1 * e[0]) + 0.02
        known = {
            "n": 300,
            "incidence": float(np.clip(0.75 * (1 - np.exp(-4 * done)) + 0.04 * e[1], 0, 1)),
            "share_stable": float(np.clip(0.97 - 0.3 * np.exp(-6 * done), 0, 1)),
            "kl_max": kl,
            "kl_mean": kl / 12,
            "spread_ratio": 1 + np.exp(-4 * done) + 0.02 * e[2],
            "correlation_error": 0.06 + 0.05 * np.exp(-3 * done),
            "auc": 0.6 + 0.38 * np.exp(-3 * done),
        }
        known |= {f"eigenvalue_q{q}": -40 + 0.4 * q + 3 * e[3] for q in (5, 25, 50, 75, 95)}
        self.writer.event("metrics", epoch, **(known | metrics))
        return self

    def event(self, kind, epoch, **content):
        """Any other event."""
        self.writer.event(kind, epoch, **content)
        return self
