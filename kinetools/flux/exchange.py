"""Exchange fluxes that no labelling depends on: left out of a flux space, and put back into its draws.

A reversible reaction whose forward and reverse fluxes influence no measured fragment keeps its prior: for a
given net flux, its exchange flux is uniform from 0 to what the largest flux leaves. Integrating it out
leaves the density of net fluxes with one factor (largest - |net|) for each such reaction, which is
exactly the room that its exchange flux had.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from .compiled import INNER

LEAST_ROOM = 1e-12  # over the largest flux: at a bound, to rounding


class ExchangeRoom(NamedTuple):
    """What is left to each unseen exchange flux: 1 - |origin + matrix @ x|, over the largest flux."""

    origin: np.ndarray  # (reaction,)
    matrix: np.ndarray  # (reaction, dimension)
    transposed: np.ndarray


def labelling_exchange(network, simulators) -> tuple[str, ...]:
    """Ids of the reversible reactions whose exchange flux can influence simulated labelling.

    simulators: LabellingSimulators of all experiments. One direction is enough, and it does not matter
    whether the net flux varies. For `FluxSpace.of(network, …, exchange=…)`.
    """
    columns = np.concatenate([s.flux_columns for s in simulators]) % len(network.reactions)
    return tuple(network.reactions[j] for j in np.unique(columns) if network.reversible[j])


def unseen_exchange(space) -> np.ndarray:
    """Reactions (reaction,) that have an exchange flux in the network, but none in a flux space."""
    closed = (space.lower == 0) & (space.upper == 0)
    return space.network.reversible & ~closed & ~space.exchanging


def exchange_room(space) -> ExchangeRoom:
    """The room of all unseen exchange fluxes that depends on where in the space one is."""
    n = len(space.reactions)
    chosen = np.flatnonzero(unseen_exchange(space) & space.varies)
    origin = (space.origin[chosen] - space.origin[chosen + n]) / space.max_flux
    matrix = (space.basis[chosen] - space.basis[chosen + n]) / space.max_flux
    return ExchangeRoom(origin, np.ascontiguousarray(matrix), np.ascontiguousarray(matrix.T))


def log_exchange_room(space, x):
    """ln of the room of all unseen exchange fluxes, up to a constant, and its gradient.

    x: coordinates (point, dimension). Returns (point,) and (point, dimension). A density on the space that
    is to be that of a uniform density of all forward and reverse fluxes needs this factor.
    """
    x = np.ascontiguousarray(x, float)
    value, gradient = np.empty(len(x)), np.empty(x.shape)
    fill_log_room(exchange_room(space), x, value, gradient)
    return value, gradient


@njit(**INNER)
def fill_log_room(room, x, value, gradient):
    """Fill ln of the room (point,) and its gradient (point, dimension) at points x."""
    value[:] = 0.0
    gradient[:] = 0.0
    if len(room.origin) == 0:
        return
    net = np.dot(x, room.transposed)
    for p in range(len(x)):
        for i in range(len(room.origin)):
            flux = net[p, i] + room.origin[i]
            left = max(1.0 - abs(flux), LEAST_ROOM)
            value[p] += np.log(left)
            net[p, i] = (-1.0 if flux > 0.0 else 1.0) / left
    np.dot(net, room.matrix, gradient)


def draw_exchange(space, forward, reverse, seed=None):
    """Forward and reverse fluxes (…, reaction) with unseen exchange fluxes drawn from their prior.

    forward, reverse: in the space, where those exchange fluxes are 0; seed: int or Generator.
    """
    unseen = unseen_exchange(space)
    forward, reverse = np.array(forward, float), np.array(reverse, float)
    room = space.max_flux - np.abs(forward - reverse)[..., unseen]
    exchange = room * np.random.default_rng(seed).random(room.shape)
    forward[..., unseen] += exchange
    reverse[..., unseen] += exchange
    return forward, reverse
