"""Where candidates of `rank_tracers` stand: which no other beats, and their places in the ranking."""

import numpy as np

from kinetools.data import real_numbers
from kinetools.errors import InputError
from kinetools.flux.design import CRITERIA
from kinetools.flux.design_cost import pareto_front
from kinetools.flux.design_picture import QUANTITY

LESS_IS_BETTER = dict(CRITERIA.values())  # by quantity
CRITERION = {quantity: criterion for criterion, quantity in QUANTITY.items()}


def check_experiments(table) -> None:
    """InputError for a table without costs that does not say how many experiments each candidate takes."""
    if known_costs(table):
        return
    column, wrong = "experiments", ""
    if column not in table:
        wrong = f"lacks the column {column!r}"
    elif not np.isfinite(real_numbers(table[column], f"table: the column {column!r}")).all():
        wrong = f"holds a number in the column {column!r} that is not finite"
    if wrong:
        raise InputError(f"table: {wrong}; give a table of rank_tracers.")


def ranked_by(table) -> str:
    """The quantity that a table is ranked by."""
    return QUANTITY[table.attrs.get("criterion", "width")]


def known_costs(table) -> bool:
    """Has every candidate a cost?"""
    return bool(table["cost"].notna().all())


def front(table, quantity: str):
    """Which (candidate,) no other beats in a quantity at the same or a lower cost.

    Without costs: with as many experiments or fewer.
    """
    sign = 1 if LESS_IS_BETTER[quantity] else -1
    effort = table["cost" if known_costs(table) else "experiments"]
    return pareto_front(effort, sign * table[quantity])


def places(table) -> list[int]:
    """Place of each candidate in the ranking, 1 being the best, in whatever order the table holds them."""
    quantity = ranked_by(table)
    order = table[quantity].rank(method="first", ascending=LESS_IS_BETTER[quantity])
    return [int(place) for place in order]


def ranked_anew(table, quantity: str):
    """The table as `rank_tracers` would have ranked it by another quantity."""
    made = table.assign(pareto=front(table, quantity))
    made = made.sort_values(quantity, ascending=LESS_IS_BETTER[quantity], kind="stable")
    made.attrs = table.attrs | {"criterion": CRITERION[quantity]}
    return made
