"""Bounds of a knock-out mutant, and what to say of a mutant that cannot live within them."""

import numpy as np

from ..errors import InputError
from .flux_bounds import (
    LISTED,
    check_feasible,
    irreducible,
    net_bounds,
    place,
    smallest_group,
    text,
)
from .net_fluxes import NetProgram

BEYOND = 1e-6  # over the largest flux: of a wild type that is outside the network's bounds


def mutant_bounds(network, measurements, bounds, closed, wild_type):
    """Lower and upper bounds (reaction,) of a mutant without the reactions `closed`, mmol/gDW/h.

    measurements, bounds: as for FluxSpace.of; wild_type: (sample, reaction). Where nothing is given of a
    flux, what the wild type does the mutant may do, beyond the network's bounds too (uptake was measured
    to be 11.7, and the medium of the model says 10).
    Raises InputError naming the fewest knock-outs that leave no steady state and the bounds that need
    them, or the conflict where there is none without a knock-out.
    """
    lower, upper, largest, given = net_bounds(network, measurements, bounds, "bounds")
    if odd := [r for r in closed if r in given and not given[r][0] <= 0 <= given[r][1]]:
        raise InputError(
            f"{place(network, measurements)}: {text(odd[0], given[odd[0]])} is given, but {odd[0]} is "
            "knocked out; leave it out of one of them."
        )
    free = ~np.isin(network.reactions, list(given))
    low, high = wild_type.min(axis=0), wild_type.max(axis=0)
    lower = np.where(free & (low < lower - BEYOND * largest), low, lower)
    upper = np.where(free & (high > upper + BEYOND * largest), high, upper)
    program = NetProgram(network.stoichiometry, lower, upper)
    check_feasible(program, network, measurements, given)

    def without(reactions, low, high):
        low, high = low.copy(), high.copy()
        out = [network.index(r) for r in reactions]
        low[out] = high[out] = 0.0
        return low, high

    mutant = without(closed, lower, upper)
    if program.feasible(*mutant):
        return mutant

    def kills(group):
        return not program.feasible(*without(group, lower, upper))

    def needed(group):
        low = np.where(free, lower, network.lower_bound.clip(-largest))
        high = np.where(free, upper, network.upper_bound.clip(max=largest))
        for reaction in group:
            j = network.index(reaction)
            low[j], high[j] = given[reaction]
        return not program.feasible(*without(closed, low, high))

    lethal = smallest_group(tuple(closed), kills)
    listed = " and ".join(lethal[:LISTED])
    listed += f" and {len(lethal) - LISTED} others" if len(lethal) > LISTED else ""
    others = tuple(r for r in given if r not in closed)
    advice = "the network's bounds need it"
    if not needed(()):
        group = irreducible(others, needed)
        held = " and ".join(text(r, given[r]) for r in group[:LISTED])
        held += f" and {len(group) - LISTED} others" if len(group) > LISTED else ""
        advice = f"it is needed for {held}"
    raise InputError(
        f"{place(network, measurements)}: the knock-out of {listed} leaves no steady state, because "
        f"{advice}; widen bounds, or knock out something else."
    )
