"""Facets of the flux polytope: bounds on net fluxes that do not follow from the other bounds."""

from typing import NamedTuple

import numpy as np

from .net_fluxes import NetHull, NetProgram

REACHED = 1e-8  # over the largest flux: how near to a bound a flux must come to reach it


class NetFacet(NamedTuple):
    """The net flux of a reaction is at most (sense 1) or at least (sense -1) `bound`."""

    reaction: int
    sense: int
    bound: float


def net_facets(program: NetProgram, hull: NetHull, exchanging, largest: float) -> list[NetFacet]:
    """The bounds on net fluxes that no other bound implies.

    exchanging: (reaction,) bool, reactions with a forward and a reverse flux of at most `largest` each,
    which limits their net flux already.
    """
    lower, upper = program.lower.copy(), program.upper.copy()
    varies = hull.varies
    lower[varies] = np.where(exchanging, -largest, -np.inf)[varies]
    upper[varies] = np.where(exchanging, largest, np.inf)[varies]
    candidates = []
    inside = hull.vertices.mean(axis=0) if len(hull.vertices) else None
    for group in hull.groups:
        for direction in (-1, 1):
            facet = tightest(group, direction, inside, program, exchanging, largest)
            if facet is None:
                continue
            reached = hull.range[facet.reaction, (facet.sense + 1) // 2]
            if abs(reached - facet.bound) <= REACHED * largest:
                (upper if facet.sense > 0 else lower)[facet.reaction] = facet.bound
                candidates.append(facet)
    found = []
    for facet in candidates:
        j, sense, bound = facet
        limits = upper if sense > 0 else lower
        without = limits[j]
        limits[j] = bound + sense * largest
        beyond = program.extreme(j, sense, lower, upper)[j]
        if sense * (beyond - bound) > REACHED * largest:
            limits[j] = without
            found.append(facet)
        else:  # from here on, others are judged without it
            limits[j] = sense * (largest if exchanging[j] else np.inf)
    return found


def tightest(group, direction, inside, program, exchanging, largest) -> NetFacet | None:
    """The bound that limits proportional fluxes first; None if it is that on an exchanging flux.

    direction: +1 or -1, in which the first flux of the group moves; inside: net fluxes in the hull.
    """
    limits = []
    for member, factor in group:
        sense = direction * (1 if factor > 0 else -1)
        bound = (program.upper if sense > 0 else program.lower)[member]
        own = bool(exchanging[member] and abs(bound) >= largest)
        # how far the group's first flux can move; a bound that is there anyway wins a tie
        room = (bound - inside[member]) / (direction * factor)
        limits.append((room, not own, NetFacet(member, sense, float(bound))))
    least = min(room for room, _, _ in limits)
    tied = [x for x in limits if x[0] - least <= REACHED * largest]
    _, is_facet, facet = min(tied, key=lambda x: x[1])
    return facet if is_facet else None
