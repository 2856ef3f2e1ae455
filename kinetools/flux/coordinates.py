"""Coordinates and facets of a flux polytope, from the hull of its net fluxes."""

import numpy as np
from scipy.linalg import null_space

from .facets import net_facets
from .net_fluxes import NetHull, NetProgram


def one_way(hull: NetHull, exchanging, largest: float):
    """Of fluxes without exchange, those always backward and those of either sign; (reaction,) bool."""
    low, high = hull.range.T
    tolerance = 1e-9 * largest
    signed = ~exchanging & (low < -tolerance) & (high > tolerance)
    backward = ~exchanging & ~signed & (low + high < 0)
    return backward, signed


def interior_point(program: NetProgram, hull: NetHull) -> np.ndarray:
    """Net fluxes (reaction,) in the middle of the hull, steady to rounding."""
    net = hull.range.mean(axis=1)
    if len(hull.vertices):
        net[hull.varies] = hull.vertices.mean(axis=0)[hull.varies]
    # Vertices are steady to the tolerance of the linear programs only. What bounds fix stays as it is.
    movable = program.upper > program.lower
    matrix = program.matrix
    net[movable] -= np.linalg.lstsq(matrix[:, movable], matrix @ net, rcond=None)[0]
    return net


def coordinate_system(program: NetProgram, hull: NetHull, exchanging, largest: float):
    """Origin (2 reaction,) and orthonormal basis (2 reaction, dimension) of [forward; reverse].

    First come directions along which net fluxes change and forward + reverse of exchanging reactions does
    not, then one for each exchanging reaction along which forward and reverse grow together.
    """
    reactions = len(exchanging)
    backward, _ = one_way(hull, exchanging, largest)
    net = interior_point(program, hull)
    reverse = np.where(backward, -net, 0.0)
    middle = (np.maximum(0, -net) + np.minimum(largest, largest - net)) / 2
    reverse[exchanging] = middle[exchanging]
    origin = np.concatenate([net + reverse, reverse])

    # A change of the net flux of an exchanging reaction is shared by forward and reverse.
    length = np.where(exchanging, np.sqrt(0.5), 1.0)
    varies = hull.varies
    along = np.zeros((reactions, 0))
    if varies.any():
        directions = null_space(program.matrix[:, varies] / length[varies])
        along = np.zeros((reactions, directions.shape[1]))
        along[varies] = directions / length[varies, None]
    forward_share = np.where(exchanging, 0.5, np.where(backward, 0.0, 1.0))
    both = np.zeros((reactions, exchanging.sum()))
    both[np.flatnonzero(exchanging), np.arange(exchanging.sum())] = np.sqrt(0.5)
    basis = np.block(
        [
            [forward_share[:, None] * along, both],
            [-(1 - forward_share)[:, None] * along, both],
        ]
    )
    return origin, basis


def inequalities(program: NetProgram, hull: NetHull, exchanging, largest: float, origin, basis):
    """A (facet, dimension) with rows of length 1, b (facet,), and what each row says, in words.

    Only bounds that no others imply; the fluxes of an exchanging reaction are limited by 0 and `largest`.
    """
    reactions = len(exchanging)
    net_basis = basis[:reactions] - basis[reactions:]
    net_origin = origin[:reactions] - origin[reactions:]
    rows, limits, names = [], [], []

    def add(row, limit, *name):
        size = np.linalg.norm(row)
        rows.append(row / size)
        limits.append(limit / size)
        names.append(name)

    for j, sense, bound in net_facets(program, hull, exchanging, largest):
        kind = "net <=" if sense > 0 else "net >="
        add(sense * net_basis[j], sense * (bound - net_origin[j]), j, kind, bound)
    tolerance = 1e-9 * largest
    for j in np.flatnonzero(exchanging):
        forward, reverse = basis[j], basis[reactions + j]
        f0, r0 = origin[j], origin[reactions + j]
        low, high = hull.range[j]
        # reverse >= 0 cannot be reached where the net flux is never positive, and so on; where it is
        # always zero, forward and reverse are the same
        if high > tolerance or low >= -tolerance:
            add(-reverse, r0, j, "reverse >=", 0.0)
            add(forward, largest - f0, j, "forward <=", largest)
        if low < -tolerance:
            add(-forward, f0, j, "forward >=", 0.0)
            add(reverse, largest - r0, j, "reverse <=", largest)
    if not rows:
        return np.zeros((0, basis.shape[1])), np.zeros(0), ()
    return np.array(rows), np.array(limits), tuple(names)
