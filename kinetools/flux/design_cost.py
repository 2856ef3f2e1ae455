"""What labelling experiments cost, by the user's prices, and which are worth it."""

from collections.abc import Mapping

import numpy as np

from ..data import number
from ..errors import InputError
from ..names import by_name
from .tracer import Tracer, parse_labelling, write_labelling


def tracer_costs(candidates, prices, grams=1.0) -> dict[str, float]:
    """Cost of the substrate for each candidate: name → amount, in the currency of the prices.

    candidates: as for `rank_tracers`; prices: of a gram by labelling, {"100000": 90.0, "000000": 0.1}, or
    by metabolite and labelling where several are labelled; grams: of the substrate in one experiment (or by
    metabolite). Fractions of a mixture are taken as shares of its mass, though labelled molecules are a few
    percent heavier. Raises InputError naming a labelling without a price.
    """
    result = {}
    for name, tracers in parallel(candidates).items():
        result[name] = sum(
            _amount(grams, metabolite) * fraction * _price(prices, metabolite, labelling, name)
            for tracer in tracers
            for metabolite, mixture in tracer.mixtures.items()
            for fraction, labelling in mixture
            if fraction > 0
        )
    return result


def parallel(candidates) -> dict[str, tuple[Tracer, ...]]:
    """Candidates as name → tracers of parallel experiments, checked."""
    if not isinstance(candidates, Mapping) or not candidates:
        raise InputError(
            'candidates must map names to tracers, {"[1-13C]": {"glc_D_e": [(1.0, "100000")]}}, say, or to '
            f"lists of tracers for parallel experiments; found {type(candidates).__name__}"
            f"{' without entries' * isinstance(candidates, Mapping)}."
        )
    result = {}
    for name, given in by_name(candidates, "candidates").items():
        several = given if isinstance(given, (list, tuple)) else [given]
        if not several:
            raise InputError(f"candidate {name!r}: an empty list; give at least one tracer.")
        try:
            result[name] = tuple(Tracer.of(one) for one in several)
        except InputError as error:
            raise InputError(f"candidate {name!r}: {error}") from None
    return result


def checked_costs(costs, names) -> dict[str, float]:
    """Costs of all candidates, {} for None; InputError for missing, unknown and negative ones."""
    if costs is None:
        return {}
    if not isinstance(costs, Mapping):
        raise InputError(
            "costs must map every candidate to a number; kt.tracer_costs makes them from prices."
        )
    costs = by_name(costs, "costs")
    wrong = [n for n in names if n not in costs] or [n for n in costs if n not in names]
    if wrong:
        raise InputError(
            f"costs and candidates differ: {wrong[0]!r} is in only one of them; give one number for each "
            "candidate."
        )
    result = {name: number(costs[name], f"cost of {name!r}") for name in names}
    negative = [name for name, cost in result.items() if cost < 0]
    if negative:
        raise InputError(f"the cost of {negative[0]!r} is below 0; correct it.")
    return result


def pareto_front(cost, score) -> np.ndarray:
    """Which (candidate,) are not worse in both cost and score than any other, and worse in one."""
    cost, score = np.asarray(cost, float), np.asarray(score, float)
    no_worse = (cost[None] <= cost[:, None]) & (score[None] <= score[:, None])
    better = (cost[None] < cost[:, None]) | (score[None] < score[:, None])
    return ~(no_worse & better).any(axis=1)


def _amount(grams, metabolite) -> float:
    given = grams.get(metabolite) if isinstance(grams, Mapping) else grams
    return number(given, f"grams of {metabolite}", positive=True)


def _price(prices, metabolite, labelling, candidate) -> float:
    if not isinstance(prices, Mapping):
        raise InputError('prices must map labellings to the price of a gram: {"100000": 90.0}.')
    known = prices.get(metabolite, prices)
    known = known if isinstance(known, Mapping) else {}
    for given, price in known.items():
        if isinstance(price, Mapping):
            continue  # of another metabolite
        if parse_labelling(given, "prices") == labelling:
            cost = number(price, f"price of {given}")
            if cost < 0:
                raise InputError(f"the price of {given} is below 0; correct it.")
            return cost
    raise InputError(
        f"candidate {candidate!r}: no price for {metabolite} {write_labelling(labelling)}; add it to "
        "prices (0 if it costs nothing)."
    )
