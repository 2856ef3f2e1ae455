"""What runs of tempered chains add up: acceptance, exchanges, and ln L by temperature and mode."""

from dataclasses import dataclass

import numpy as np

from .reflective_hmc import Record


@dataclass
class Sums:
    """Sums over sweeps and chains, by temperature (and mode)."""

    accepted: np.ndarray
    exchanged: np.ndarray
    offered: np.ndarray
    visits: np.ndarray
    values: np.ndarray
    squares: np.ndarray
    sweeps: np.ndarray

    @classmethod
    def empty(cls, k, modes):
        ladder = np.zeros(k), np.zeros(k - 1), np.zeros(k - 1)
        return cls(*ladder, *np.zeros((3, k, modes)), np.zeros(()))

    def add(self, records, n_sweeps):
        for record in records:
            for name in ("accepted", "exchanged", "offered", "visits", "values", "squares"):
                setattr(self, name, getattr(self, name) + getattr(record, name))
            self.sweeps = self.sweeps + n_sweeps

    def moments(self, weights):
        """Mean and variance of ln L at each temperature (temperature,), the weights of modes undone."""
        undone = np.exp(weights.min(axis=1, keepdims=True) - weights)
        total = (self.visits * undone).sum(axis=1)
        mean = (self.values * undone).sum(axis=1) / total
        return mean, (self.squares * undone).sum(axis=1) / total - mean**2

    def rejections(self):
        return 1 - self.exchanged / np.maximum(1, self.offered)


def new_record(draws, dimension, shape) -> Record:
    """An empty record of a run that keeps so many draws; shape: (temperature, mode)."""
    k = shape[0]
    return Record(
        np.empty((draws, dimension)),
        np.empty(draws),
        np.empty(draws, np.int64),
        np.empty(draws, np.int64),
        np.zeros(k),
        np.zeros(k - 1),
        np.zeros(k - 1, np.int64),
        np.zeros(k),
        np.zeros(shape),
        np.zeros(shape),
        np.zeros(shape),
    )
