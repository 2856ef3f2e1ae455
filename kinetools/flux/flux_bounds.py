"""Bounds of net fluxes from a network, its measurements and the user; what to say if they conflict."""

from collections.abc import Mapping
from itertools import combinations

import numpy as np

from ..data import number
from ..errors import InputError
from .flux_model import checked_network
from .measurements import checked_measurements
from .net_fluxes import NetProgram

MOST_PROGRAMS = 400  # linear programs spent on finding the smallest conflicting group
LISTED = 6  # reactions in a sentence


def net_bounds(network, measurements, bounds, measured: str):
    """Bounds that hold: lower and upper (reaction,), the largest flux, and the given ones by reaction id.

    Bounds of the measurements take the place of the network's, the user's take the place of both.
    measured: "bounds", or "likelihood" to leave out those of reactions with a measured flux.
    """
    if measured not in ("bounds", "likelihood"):
        raise InputError(
            f'measured must be "bounds" (those of measured fluxes hold, too) or "likelihood" (these fluxes '
            f"are left to the likelihood), found {measured!r}."
        )
    given, largest = {}, float(checked_network(network).max_flux)
    if checked_measurements(measurements) is not None:
        given |= measurements.bounds_for(network)
        own = measurements.max_flux_for(network)
        largest = largest if own is None else float(own)
        if measured == "likelihood":
            for reaction in measurements.flux_measurements or {}:
                given.pop(reaction, None)
    given |= checked_bounds(bounds, network)
    lower, upper = network.lower_bound.copy(), network.upper_bound.copy()
    for reaction, (low, high) in given.items():
        j = network.index(reaction)
        lower[j], upper[j] = low, high
        if low > largest or high < -largest:
            raise InputError(
                f"{place(network, measurements)}: {text(reaction, (low, high))} lies beyond the largest "
                f"flux of {largest:g}; correct the bounds or raise max_flux."
            )
    return np.clip(lower, -largest, None), np.clip(upper, None, largest), largest, given


def checked_bounds(bounds, network) -> dict[str, tuple[float, float]]:
    """Bounds that a user gave, as reaction id -> (lower, upper)."""
    if bounds is None:
        return {}
    if not isinstance(bounds, Mapping):
        raise InputError(
            f"bounds must map reaction ids to (lower, upper) of the net flux, found {bounds!r}."
        )
    result = {}
    for reaction, pair in bounds.items():
        network.index(reaction)
        try:
            low, high = pair
        except (TypeError, ValueError):
            raise InputError(
                f"bounds of {reaction}: expected (lower, upper), found {pair!r}; give two numbers."
            ) from None
        low = number(low, f"bounds of {reaction}: lower")
        high = number(high, f"bounds of {reaction}: upper")
        if low > high:
            raise InputError(
                f"bounds of {reaction}: the lower one, {low:g}, is above the upper one, {high:g}; "
                "exchange them."
            )
        result[reaction] = (low, high)
    return result


def check_feasible(program: NetProgram, network, measurements, given) -> None:
    """InputError naming the smallest conflicting group of bounds if there is no steady state."""
    if program.feasible():
        return
    lower, upper = network.lower_bound, network.upper_bound
    largest = np.maximum(np.abs(program.lower), np.abs(program.upper)).max()
    lower, upper = np.clip(lower, -largest, None), np.clip(upper, None, largest)

    def conflict(group) -> bool:
        low, high = lower.copy(), upper.copy()
        for reaction in group:
            j = network.index(reaction)
            low[j], high[j] = program.lower[j], program.upper[j]
        return not program.feasible(low, high)

    where = place(network, measurements)
    if not conflict(()):
        group = smallest_group(tuple(given), conflict)
        listed = " and ".join(text(r, given[r]) for r in group)
        advice = "it" if len(group) == 1 else "one of them"
        raise InputError(
            f"{where}: no steady state has {listed}, with every flux at most {largest:g}; correct or "
            f"widen {advice}."
        )

    def own_conflict(group) -> bool:
        low, high = np.full(len(lower), -largest), np.full(len(lower), largest)
        chosen = [network.index(reaction) for reaction in group]
        low[chosen], high[chosen] = program.lower[chosen], program.upper[chosen]
        return not program.feasible(low, high)

    group = irreducible(network.reactions, own_conflict)
    listed = " and ".join(
        text(r, (program.lower[network.index(r)], program.upper[network.index(r)]))
        for r in group[:LISTED]
    )
    if len(group) > LISTED:
        listed += f" and {len(group) - LISTED} others"
    raise InputError(
        f"{where}: no steady state has {listed}; correct or widen one of these bounds."
    )


def smallest_group(candidates, conflict) -> tuple[str, ...]:
    """The smallest subset that conflicts; beyond a number of trials, one that loses it with any member."""
    spent = 0
    for size in range(1, len(candidates) + 1):
        for group in combinations(candidates, size):
            spent += 1
            if spent > MOST_PROGRAMS:
                return irreducible(candidates, conflict)
            if conflict(group):
                return group
    return tuple(candidates)


def irreducible(candidates, conflict) -> tuple[str, ...]:
    """A conflicting subset of which every member is needed, by leaving out one after the other."""
    kept = list(candidates)
    step = max(1, len(kept) // 4)
    while step:
        start = 0
        while start < len(kept):
            fewer = kept[:start] + kept[start + step :]
            if fewer and conflict(fewer):
                kept = fewer
            else:
                start += step
        step //= 2
    return tuple(kept)


def place(network, measurements) -> str:
    """Which network and measurements a sentence is about."""
    where = f"flux model {network.id!r}"
    return where if measurements is None else f"{where} with measurements {measurements.id!r}"


def text(reaction: str, bounds) -> str:
    """A reaction's bounds in words."""
    low, high = bounds
    return f"{reaction} = {low:g}" if low == high else f"{reaction} from {low:g} to {high:g}"
