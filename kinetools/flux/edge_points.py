"""Edge points: extreme flux vectors that give artificial-centring samplers their directions."""

import numpy as np
from scipy.linalg import null_space
from scipy.optimize import linprog

from .net_fluxes import unique_points

FLAT = 1e-7  # over the largest singular value: directions along which points do not differ


def edge_points(space) -> np.ndarray:
    """Edge points of a flux space, (point, dimension), without repeats.

    One with the smallest and one with the largest net flux of every reaction that varies, with no
    exchange flux at all; and for every reaction with an exchange flux, one with the forward flux as large
    as possible and then the reverse flux as small as possible, and one the other way round. Should these
    not span the space, the extremes along the missing directions follow.
    Source: the published algorithm 1 (BayFlux) and the text on cyclic fluxes before it.
    """
    reactions = len(space.reactions)
    nets = space.net_vertices
    usual = nets.mean(axis=0) if len(nets) else space.origin[:reactions] - space.origin[reactions:]
    points = [np.concatenate(both_ways(net)) for net in nets]
    for j in np.flatnonzero(space.exchanging):
        for sense in (1, -1):
            # with forward at its largest, reverse is smallest where the net flux is largest
            net = nets[np.argmax(sense * nets[:, j])] if space.varies[j] else usual
            forward, reverse = both_ways(net)
            room = space.max_flux - max(forward[j], reverse[j])
            forward[j] += room
            reverse[j] += room
            points.append(np.concatenate([forward, reverse]))
    points = unique_points(np.array(points), space.max_flux)
    return spanning(space, space.from_fluxes(points[:, :reactions], points[:, reactions:]))


def both_ways(net):
    """Forward and reverse fluxes of net fluxes without any exchange."""
    return np.maximum(net, 0), np.maximum(-net, 0)


def spanning(space, points) -> np.ndarray:
    """Points (point, dimension), with more extreme ones added until differences span the space."""
    spread = points - points.mean(axis=0)
    size = np.linalg.norm(spread, 2) if len(points) > 1 else 0.0
    missing = null_space(spread, rcond=FLAT) if size else np.eye(space.dimension)
    for direction in missing.T:
        ends = [
            linprog(
                -sense * direction,
                A_ub=space.A,
                b_ub=space.b,
                bounds=(None, None),
                method="highs",
            ).x
            for sense in (-1, 1)
        ]
        points = np.vstack([points, *ends])
    return points
