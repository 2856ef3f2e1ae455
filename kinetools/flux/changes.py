"""What has changed most between two posteriors: surely, and by much."""

from ..data import number, real_numbers
from ..errors import InputError

PROBABLE = 0.95


def most_changed(comparison, probability: float = PROBABLE):
    """The fluxes that have changed with at least a probability, the largest difference first.

    comparison: DataFrame of `compare_posteriors`, whose threshold says what counts as a change.
    Returns its rows with a column `probability`, that of a change in the direction that is the more
    probable one. Raises InputError for another table and a probability outside of 0 … 1.
    """
    comparison = checked_comparison(comparison)
    probability = checked_probability(probability)
    table = comparison.assign(probability=comparison[["increase", "decrease"]].max(axis=1))
    table = table[table["probability"] >= probability]
    order = table["difference"].abs().sort_values(ascending=False, kind="stable").index
    table = table.loc[order]
    table.attrs = dict(comparison.attrs)
    return table


def checked_comparison(comparison):
    """A table of `compare_posteriors`; InputError for another one."""
    needed = ("difference", "increase", "decrease")
    if lacking := [c for c in needed if c not in getattr(comparison, "columns", ())]:
        raise InputError(
            f"comparison: lacks the column {lacking[0]!r}; give what compare_posteriors returns."
        )
    values = {c: real_numbers(comparison[c], f"comparison: the column {c!r}") for c in needed}
    return comparison.assign(**values)


def checked_probability(value) -> float:
    """A probability as a float; InputError for anything outside of 0 … 1."""
    value = number(value, "probability")
    if not 0 <= value <= 1:
        raise InputError(f"probability={value:g}: give one between 0 and 1, 0.95 say.")
    return value
