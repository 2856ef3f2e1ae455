"""Two posteriors of fluxes side by side: how much a flux has changed, and how probable the change is."""

from functools import cached_property

import numpy as np

from ..data import number
from ..errors import InputError
from .flux_draws import FluxDraws
from .intervals import INTERVAL_NAMES, credible_intervals
from .posterior import FLUX_UNITS

SAME, NOTHING = 1e-6, 1e-9  # over the size of a flux, and mmol/gDW/h
COLUMNS = {
    "first": "median of the first posterior, mmol/gDW/h",
    "second": "median of the second posterior, mmol/gDW/h",
    "difference": "median of second − first, mmol/gDW/h",
    "lower": "lower end of the credible interval of second − first, mmol/gDW/h",
    "upper": "upper end of the credible interval of second − first, mmol/gDW/h",
    "increase": "probability that second − first is above the threshold",
    "decrease": "probability that second − first is below the negative threshold",
    "direction": "sign of the first median (of the second, where that is 0): with a negative one, a "
    "decrease is more flux in the direction in which the reaction runs",
}


def compare_posteriors(
    first,
    second,
    level: float = 0.95,
    interval: str = "hdi",
    threshold: float = 0.0,
    flux: str = "net",
):
    """Differences of fluxes between two independent posteriors: strains, or models of one strain.

    first, second: InferenceData of `sample_fluxes`; their networks may have different reactions, which are
    matched by id; level, interval: of the interval of the difference ("hdi" or "eti"); threshold: size of
    a difference in mmol/gDW/h that counts as a change; flux: "net" or "exchange".
    Returns a DataFrame by reaction (see `attrs["columns"]`), where probabilities are over all pairs of a
    draw of the first and a draw of the second; `attrs["missing"]` lists the reactions that the first or
    the second lacks, whose rows have no difference.
    Raises InputError for what is no posterior, a level that is no probability, and a negative threshold.
    """
    pair = PosteriorPair(_draws(first, flux, "the first"), _draws(second, flux, "the second"))
    return pair.table(level, interval, threshold)


class PosteriorPair:
    """Two sets of draws, with what comparing them costs kept from call to call."""

    def __init__(self, first: FluxDraws, second: FluxDraws):
        self.first, self.second = first, second
        self.shared = tuple(r for r in first.reactions if r in second)
        self.missing = {
            "first": [r for r in second.reactions if r not in first],
            "second": [r for r in first.reactions if r not in second],
        }
        self._probabilities = {}

    @property
    def reactions(self) -> tuple[str, ...]:
        """All of the first, and then those that only the second has."""
        return (*self.first.reactions, *self.missing["first"])

    @cached_property
    def _rows(self):
        """Positions of the shared reactions in both."""
        return tuple(
            np.array([d.index(r) for r in self.shared], int) for d in (self.first, self.second)
        )

    @cached_property
    def differences(self) -> np.ndarray:
        """Second − first, (shared reaction, pair): pairs of draws that are drawn at random, once.

        What is no more than rounding is 0.
        """
        rng = np.random.default_rng(0)
        n = max(len(self.first), len(self.second))
        a, b = (rng.permutation(np.resize(np.arange(len(d)), n)) for d in (self.first, self.second))
        rows_a, rows_b = self._rows
        first = self.first.by_reaction[rows_a[:, None], a]
        second = self.second.by_reaction[rows_b[:, None], b]
        difference = second - first
        size = np.maximum(np.abs(first), np.abs(second)).max(axis=1, initial=0.0, keepdims=True)
        return np.where(np.abs(difference) <= rounding(size), 0.0, difference)

    @cached_property
    def sorted(self) -> np.ndarray:
        """(shared reaction, pair) in rising order."""
        return np.sort(self.differences, axis=1)

    def difference(self, reaction: str) -> np.ndarray | None:
        """(pair,) of one reaction; None for one that only one of them has."""
        return self.differences[self.shared.index(reaction)] if reaction in self.shared else None

    def probabilities(self, threshold: float = 0.0):
        """(increase, decrease), each (shared reaction,), over all pairs of draws."""
        threshold = number(threshold, "threshold")
        if threshold < 0:
            raise InputError(
                f"threshold={threshold:g}: give 0 or the size of a change that counts."
            )
        if threshold not in self._probabilities:
            rows_a, rows_b = self._rows
            pairs = zip(self.first.sorted[rows_a], self.second.sorted[rows_b])
            found = np.array([_shares(a, b, threshold) for a, b in pairs])
            self._probabilities = {threshold: found.reshape(-1, 2).T}
        return self._probabilities[threshold]

    def table(self, level: float = 0.95, interval: str = "hdi", threshold: float = 0.0):
        """See `compare_posteriors`."""
        import pandas as pd

        n = self.differences.shape[1]
        ordered = self.sorted
        lower, upper = credible_intervals(ordered, level, interval)
        increase, decrease = self.probabilities(threshold)
        shared = pd.DataFrame(
            {
                "difference": (ordered[:, (n - 1) // 2] + ordered[:, n // 2]) / 2,
                "lower": lower,
                "upper": upper,
                "increase": increase,
                "decrease": decrease,
            },
            index=list(self.shared),
        )
        table = pd.DataFrame(index=pd.Index(self.reactions, name="reaction"))
        for name, draws in (("first", self.first), ("second", self.second)):
            table[name] = pd.Series(draws.median, draws.reactions).reindex(self.reactions)
        table = table.join(shared)
        sign = np.sign(table["first"]).replace(0, np.nan)
        table["direction"] = sign.fillna(np.sign(table["second"]))
        table.attrs = {
            "level": float(level),
            "interval": INTERVAL_NAMES[interval],
            "threshold": float(threshold),
            "flux": self.first.flux,
            "units": FLUX_UNITS,
            "columns": COLUMNS,
            "missing": self.missing,
        }
        return table


def rounding(size):
    """How far fluxes of a size may be apart by rounding only (of single precision, say), mmol/gDW/h."""
    return np.maximum(NOTHING, SAME * np.asarray(size))


def _draws(posterior, flux, where) -> FluxDraws:
    return posterior if isinstance(posterior, FluxDraws) else FluxDraws(posterior, flux, where)


def _shares(a, b, threshold):
    """Shares of the pairs of two sorted arrays with b above a and below it, by more than a threshold."""
    size = max(abs(a[0]), abs(a[-1]), abs(b[0]), abs(b[-1]))
    apart, pairs = max(threshold, rounding(size)), len(a) * len(b)
    above = np.searchsorted(a, b - apart, "left").sum()
    below = len(a) * len(b) - np.searchsorted(a, b + apart, "right").sum()
    return above / pairs, below / pairs
