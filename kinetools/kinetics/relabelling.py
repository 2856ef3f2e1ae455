"""Labels of many sets by one rule after another, fast enough to follow a dragged threshold."""

import numpy as np

from ..errors import InputError
from .labels import codes
from .rules import CLASSES, LabelRule, quantity


class Relabelling:
    """Parameter sets whose labels are asked for again and again, by other rules and edits.

    Quantities are read once and kept (one float array a quantity that a rule names), so that a rule for
    80 000 sets takes milliseconds, also when the dataset lies on disk. sets: labelled dataset (only
    `eigenvalue_max` is needed). Raises InputError where it is missing.
    """

    def __init__(self, sets):
        import xarray

        if "eigenvalue_max" not in getattr(sets, "data_vars", ()):
            raise InputError(
                "the parameter sets are not labelled (no eigenvalue_max); use label_parameters first."
            )
        self.sets = sets
        self.numbers = np.asarray(sets["set"].values).astype(int)
        self._order = np.argsort(self.numbers, kind="stable")
        self._known = xarray.Dataset()
        self._masks = {}
        self._bins = {}
        self.values("eigenvalue_max")

    def values(self, name: str) -> np.ndarray:
        """A quantity of every set, (set,) float; read once."""
        if name not in self._known:
            self._known[name] = ("set", quantity(self.sets, name))
        return self._known[name].values

    def positions(self, numbers) -> np.ndarray:
        """Positions of sets that are named by their number in the `set` coordinate."""
        numbers = np.asarray(list(numbers), dtype=int)
        places = np.searchsorted(self.numbers, numbers, sorter=self._order)
        places = (
            self._order[np.minimum(places, len(self.numbers) - 1)] if len(self._order) else places
        )
        wrong = self.numbers[places] != numbers if len(self._order) else np.ones(len(numbers), bool)
        if wrong.any():
            raise InputError(
                f"the dataset has no set {int(numbers[wrong][0])}; its numbers are in sets['set']."
            )
        return places

    def codes(self, rule: LabelRule, edits=()) -> np.ndarray:
        """Class of every set after edits, (set,) integers into `CLASSES`; as relabel and edit_labels."""
        for condition in rule.conditions:
            self.values(condition.quantity)
        result = codes(self._in_memory(rule).classify(self._known)).astype(np.int8)
        for edit in edits:
            result[self.positions(edit["sets"])] = CLASSES.index(edit["label"])
        return result

    def counts(self, class_codes) -> np.ndarray:
        """Number of sets of each class, in the order of `CLASSES`."""
        return np.bincount(class_codes, minlength=len(CLASSES))

    def bin(self, name: str, edges) -> None:
        """Sort the sets into bins of a quantity; values outside count in the outermost bins."""
        values, n_bins = self.values(name), len(edges) - 1
        index = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, n_bins - 1)
        # Sets where the quantity is undefined go into a bin of their own, which is not returned.
        index[np.isnan(values)] = n_bins
        self._bins[name] = index * len(CLASSES), n_bins

    def histogram(self, name: str, class_codes) -> np.ndarray:
        """Number of sets a class and bin, (class, bin), of a quantity that was sorted by `bin`."""
        index, n_bins = self._bins[name]
        flat = np.bincount(index + class_codes, minlength=(n_bins + 1) * len(CLASSES))
        return flat.reshape(-1, len(CLASSES))[:n_bins].T

    def _in_memory(self, rule: LabelRule) -> LabelRule:
        """The rule for the quantities kept here; a Python function sees the whole dataset, once."""
        if rule.function is None:
            return rule
        if rule.function not in self._masks:
            checked = LabelRule(slowest=None, function=rule.function)
            self._masks[rule.function] = checked.classify(self.sets) != CLASSES[3]
        mask = self._masks[rule.function]
        return LabelRule(slowest=None, conditions=rule.conditions, function=lambda _: mask)
