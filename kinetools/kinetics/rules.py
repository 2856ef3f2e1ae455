"""Label rules: tables of (quantity, comparison, value) that say which parameter sets are relevant."""

import difflib
import json
import operator
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..data import number, one_line
from ..errors import InputError
from ..store import write_text

CLASSES = ("relevant", "too slow", "unstable", "excluded")
COMPARISONS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
SPECTRAL_QUANTITIES = ("eigenvalue_max", "eigenvalue_min", "time_constant")
SPEED_QUANTITIES = ("eigenvalue_max", "time_constant")


@dataclass(frozen=True)
class Condition:
    """One row of a rule: a quantity of a set, a comparison (<, <=, >, >=), a value.

    Quantities are `eigenvalue_max`, `eigenvalue_min` (1/h), `time_constant` (min), a Michaelis constant
    by its name (µmol/L), `vmax_<reaction>` (µmol/L/h), or any variable of the dataset over sets.
    """

    quantity: str
    comparison: str
    value: float

    def __post_init__(self):
        where = f"condition {[self.quantity, self.comparison, self.value]!r}"
        if not isinstance(self.quantity, str) or not self.quantity:
            raise InputError(f"{where}: the quantity must be a name.")
        if not isinstance(self.comparison, str) or self.comparison not in COMPARISONS:
            raise InputError(f"{where}: the comparison must be one of {', '.join(COMPARISONS)}.")
        object.__setattr__(self, "value", number(self.value, f"{where}: value"))

    def holds(self, sets) -> np.ndarray:
        """Whether the condition holds, (set,) bool; it does not where the quantity is undefined."""
        with np.errstate(invalid="ignore"):
            return COMPARISONS[self.comparison](quantity(sets, self.quantity), self.value)


@dataclass(frozen=True, init=False)
class LabelRule:
    """What makes a parameter set relevant: stability and every condition of a table.

    slowest: Re λ_max must be below this (1/h; −9 is a slowest time constant of 6.7 min, a third
    of E. coli's doubling time); fastest: Re λ_min must be above this (1/h; −3.6e9 is 1 µs);
    longest_time_constant: τ must be below this (min); conditions: further (quantity, comparison,
    value) rows; function: a callable dataset → (set,) bool, for use in Python only (it cannot be saved).

    Classes: "unstable" (Re λ_max ≥ 0); "relevant"; "too slow" (stable, but a condition on Re λ_max or τ
    fails); "excluded" (stable and fast enough, but another condition fails).
    """

    conditions: tuple[Condition, ...]
    function: Callable | None = None

    def __init__(
        self,
        slowest: float | None = -9.0,
        fastest: float | None = None,
        longest_time_constant: float | None = None,
        conditions=(),
        function: Callable | None = None,
    ):
        rows = []
        if slowest is not None:
            rows.append(Condition("eigenvalue_max", "<", slowest))
        if fastest is not None:
            rows.append(Condition("eigenvalue_min", ">", fastest))
        if longest_time_constant is not None:
            rows.append(Condition("time_constant", "<", longest_time_constant))
        rows += [c if isinstance(c, Condition) else _condition(c) for c in conditions]
        if function is not None and not callable(function):
            raise InputError(f"the rule's function must be callable, found {function!r}.")
        object.__setattr__(self, "conditions", tuple(rows))
        object.__setattr__(self, "function", function)

    def check(self, sets) -> None:
        """Raise InputError for a quantity that sets with labelled spectra would lack."""
        for condition in self.conditions:
            if condition.quantity not in SPECTRAL_QUANTITIES:
                quantity(sets.isel(set=slice(0, 0)), condition.quantity)

    def classify(self, sets) -> np.ndarray:
        """Class of every set, (set,) strings; needs `eigenvalue_max` and the rule's quantities."""
        stable = quantity(sets, "eigenvalue_max") < 0
        fast = np.ones_like(stable)
        other = np.ones_like(stable)
        for condition in self.conditions:
            if condition.quantity in SPEED_QUANTITIES:
                fast &= condition.holds(sets)
            else:
                other &= condition.holds(sets)
        if self.function is not None:
            answer = np.asarray(self.function(sets))
            if answer.shape != stable.shape or answer.dtype != bool:
                raise InputError(
                    "the rule's function must return one bool a set, found "
                    f"{answer.dtype} of shape {answer.shape}."
                )
            other &= answer
        return np.select(
            [~stable, ~fast, ~other],
            [CLASSES[2], CLASSES[1], CLASSES[3]],
            CLASSES[0],
        )

    def to_records(self) -> list[list]:
        """The rule as rows [quantity, comparison, value], ready for JSON and notebook parameters."""
        if self.function is not None:
            raise InputError(
                "a rule with a Python function cannot be saved; express it as conditions "
                "(quantity, comparison, value)."
            )
        return [[c.quantity, c.comparison, c.value] for c in self.conditions]

    @classmethod
    def from_records(cls, records) -> "LabelRule":
        """The rule of such rows (JSON text is accepted too)."""
        if isinstance(records, str):
            try:
                records = json.loads(records)
            except (ValueError, RecursionError):
                raise InputError(
                    f"the rule {records!r} is not JSON; write rows like "
                    '[["eigenvalue_max", "<", -9]].'
                ) from None
        if not isinstance(records, (list, tuple)):
            raise InputError(
                f"a rule is a list of [quantity, comparison, value], found {records!r}."
            )
        return cls(slowest=None, conditions=records)

    def to_table(self):
        """The rule as a `pandas.DataFrame` with columns quantity, comparison, value."""
        import pandas as pd

        return pd.DataFrame(self.to_records(), columns=["quantity", "comparison", "value"])

    def save(self, path) -> Path:
        """Write the rule as a CSV table."""
        return write_text(path, self.to_table().to_csv(index=False))

    @classmethod
    def load(cls, path) -> "LabelRule":
        """Read a rule from a CSV table with columns quantity, comparison, value."""
        import pandas as pd

        try:
            # As text, so that one bad value does not turn its whole column into text.
            table = pd.read_csv(path, dtype=str, keep_default_na=False)
        except FileNotFoundError:
            raise InputError(f"{path}: no such file; check the path.") from None
        except (ValueError, OSError) as error:
            raise InputError(
                f"{path}: cannot be read as a CSV table ({one_line(error)})."
            ) from error
        wanted = ["quantity", "comparison", "value"]
        if list(table.columns) != wanted:
            raise InputError(f"{path}: a rule needs the columns {', '.join(wanted)}.")
        rows = []
        for i, row in enumerate(table.itertuples(index=False, name=None)):
            try:
                rows.append(_condition((*row[:2], _float(row[2]))))
            except InputError as error:
                raise InputError(f"{path}, row {i + 1}: {error}") from None
        return cls(slowest=None, conditions=rows)

    def __str__(self):
        rows = [f"{c.quantity} {c.comparison} {c.value:g}" for c in self.conditions]
        if self.function is not None:
            rows.append(f"{getattr(self.function, '__name__', 'function')}(sets)")
        return " and ".join(["stable", *rows])


def checked_rule(rule) -> LabelRule:
    """The rule, the default one for None; InputError for anything else."""
    if rule is None:
        return LabelRule()
    if not isinstance(rule, LabelRule):
        raise InputError(f"rule must be a LabelRule, found {type(rule).__name__}; make one.")
    return rule


def quantity(sets, name: str) -> np.ndarray:
    """A quantity of every set as a float array (set,): a variable, a Km, or `vmax_<reaction>`."""
    if name in sets.data_vars and sets[name].dims == ("set",) and sets[name].dtype.kind in "fiu":
        return sets[name].values.astype(float)
    if "km" in sets and name in sets.indexes["parameter"]:
        return sets["km"].sel(parameter=name).values
    if "vmax" in sets and name.startswith("vmax_") and name[5:] in sets.indexes["reaction"]:
        return sets["vmax"].sel(reaction=name[5:]).values
    known = [n for n, v in sets.data_vars.items() if v.dims == ("set",) and v.dtype.kind in "fiu"]
    spectral = ["eigenvalue_max", "eigenvalue_min", "time_constant"]
    if name in spectral:
        raise InputError(f"the sets have no {name!r} yet; label them with label_parameters first.")
    choices = dict.fromkeys([*spectral, *known, *map(str, sets.indexes.get("parameter", ()))])
    near = difflib.get_close_matches(name, choices, 1)
    hint = f"did you mean {near[0]!r}?" if near else "use one of these."
    raise InputError(
        f"the sets have no quantity {name!r} ({', '.join(dict.fromkeys([*spectral, *known]))}, a "
        f"Michaelis constant's name, or vmax_<reaction>); {hint}"
    )


def _float(text):
    try:
        return float(text)
    except ValueError:
        return text


def _condition(row) -> Condition:
    if not isinstance(row, (list, tuple)) or len(row) != 3:
        raise InputError(f"a condition is [quantity, comparison, value], found {row!r}.")
    return Condition(*row)
