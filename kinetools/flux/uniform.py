"""Random draws from a flux space: coordinate hit-and-run in rounded coordinates, compiled."""

import numpy as np
from numba import njit

from ..data import whole_number
from .compiled import ANY_ORDER, INNER
from .exchange import LEAST_ROOM, ExchangeRoom, exchange_room

STEPS_PER_DIMENSION = 16  # between two draws that are kept
BURN_IN = 32  # draws left out at the start of each chain
PARALLEL = 1e-12  # a facet that a coordinate comes no nearer to, to rounding
FARTHEST = 1e300  # where no facet is in the way


def sample_uniform(space, draws: int, *, chains: int = 1, thinning: int | None = None, seed=None):
    """Points x (chain, draw, dimension), uniform in a flux space.

    thinning: steps of coordinate hit-and-run from draw to draw (default: 16 for each dimension); seed: int
    or `numpy.random.Generator`. Chains start at the centre; what they draw first is left out.
    Source: Haraldsdóttir et al. 2017, Bioinformatics 33:1741 (coordinate hit-and-run with rounding).
    """
    return _draw(space, _no_room, draws, chains, thinning, seed)


def sample_prior(space, draws: int, *, chains: int = 1, thinning: int | None = None, seed=None):
    """Points x (chain, draw, dimension) from the prior, where all forward and reverse fluxes are uniform.

    The same as `sample_uniform`, but where the space leaves exchange fluxes out: points are as frequent as
    the room for those is large, so that `draw_exchange` completes the draws.
    """
    return _draw(space, exchange_room, draws, chains, thinning, seed)


def prior_coordinates(space, prior):
    """The same space and draws in coordinates in which the prior's mean is 0 and its covariance I.

    prior: (draw, dimension), more draws than dimensions.
    """
    center, axes = prior.mean(axis=0), np.linalg.cholesky(np.atleast_2d(np.cov(prior.T)))
    return space.transformed(center, axes), np.linalg.solve(axes, (prior - center).T).T


def _no_room(space):
    none = np.zeros((0, space.dimension))
    return ExchangeRoom(np.zeros(0), none, np.ascontiguousarray(none.T))


def _draw(space, room_in, draws, chains, thinning, seed):
    draws, chains = whole_number(draws, "draws", 1), whole_number(chains, "chains", 1)
    if thinning is None:
        thinning = STEPS_PER_DIMENSION * space.dimension
    thinning = whole_number(thinning, "thinning", 1)
    round_space = space.rounded()
    columns, room = np.ascontiguousarray(round_space.A.T), room_in(round_space)
    result = np.empty((chains, draws, space.dimension))
    for chain, rng in enumerate(np.random.default_rng(seed).spawn(chains)):
        x = np.zeros(space.dimension)
        walk(columns, round_space.b, room, x, BURN_IN, thinning, rng)
        result[chain] = walk(columns, round_space.b, room, x, draws, thinning, rng)
    change, start = relative_coordinates(space, round_space)
    return result @ change.T + start


def relative_coordinates(space, other):
    """change (dimension, dimension) and start (dimension,) with x = change @ y + start.

    x: coordinates in `space`; y: in `other`, the same space in other coordinates.
    """
    inverse = np.linalg.pinv(space.basis)
    return inverse @ other.basis, inverse @ (other.origin - space.origin)


# No branches, and sums and products in any order, so that many facets are looked at at once.
@njit(**INNER, error_model="numpy", fastmath=ANY_ORDER | {"nnan"})
def _span(column, slack):
    """How far a coordinate may fall and rise, where facets (facet,) are `slack` away."""
    low, high = -FARTHEST, FARTHEST
    for i in range(len(slack)):
        a = column[i]
        reach = slack[i] / (a if abs(a) > PARALLEL else 1.0)
        above = reach if a > PARALLEL else FARTHEST
        below = reach if a < -PARALLEL else -FARTHEST
        high = above if above < high else high
        low = below if below > low else low
    return low, high


@njit(**INNER, error_model="numpy", fastmath=ANY_ORDER | {"nnan"})
def _room_ratio(net, step, column, moved):
    """Fill where net fluxes (reaction,) get by a step; returns the room there over the room here."""
    ratio = 1.0
    for i in range(len(net)):
        moved[i] = net[i] + step * column[i]
        left, after = 1.0 - abs(net[i]), 1.0 - abs(moved[i])
        left = left if left > LEAST_ROOM else LEAST_ROOM
        after = after if after > LEAST_ROOM else LEAST_ROOM
        ratio *= after / left
    return ratio


@njit(**INNER)
def walk(columns, b, room, x, draws, thinning, rng):
    """Coordinate hit-and-run in A x <= b from x, which moves along; columns: A transposed, contiguous.

    room: ExchangeRoom that the density is proportional to. Returns the point after every `thinning`
    steps, (draw, dimension).
    """
    dimension, facets = columns.shape
    kept = np.empty((draws, dimension))
    slack = np.empty(facets)
    n_unseen = len(room.origin)
    net, moved = np.empty(n_unseen), np.empty(n_unseen)
    for draw in range(draws):
        slack[:] = b  # anew for every draw, before rounding adds up
        net[:] = room.origin
        for j in range(dimension):
            for i in range(facets):
                slack[i] -= columns[j, i] * x[j]
            for i in range(n_unseen):
                net[i] += room.transposed[j, i] * x[j]
        for _ in range(thinning):
            j = min(int(rng.random() * dimension), dimension - 1)
            low, high = _span(columns[j], slack)
            step = low + (high - low) * rng.random()
            if not low < high:
                continue
            ratio = _room_ratio(net, step, room.transposed[j], moved)
            if ratio < 1.0 and rng.random() >= ratio:
                continue
            x[j] += step
            net[:] = moved
            for i in range(facets):
                slack[i] -= step * columns[j, i]
        kept[draw] = x
    return kept
