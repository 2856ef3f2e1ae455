"""Exchange fluxes that no labelling depends on: left out of a flux space, and put back into its draws.

A reversible reaction whose forward and reverse fluxes influence no measured fragment keeps its prior: for a
given net flux, its exchange flux is uniform from 0 to what the largest flux leaves. Integrating it out
leaves the density of net fluxes with one factor (largest - |net|) for each such reaction, which is
exactly the room that its exchange flux had.
"""

import numpy as np


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


def log_exchange_room(space, net):
    """ln of the room of all unseen exchange fluxes, relative to the largest flux; and its gradient.

    net: (…, reaction), mmol/gDW/h. Returns (…) and (…, reaction). A density on the space that is to be that
    of a uniform density of all forward and reverse fluxes needs this factor.
    """
    unseen = unseen_exchange(space)
    net = np.asarray(net, float)
    room = space.max_flux - np.abs(net[..., unseen])
    gradient = np.zeros(net.shape)
    with np.errstate(divide="ignore"):
        gradient[..., unseen] = -np.sign(net[..., unseen]) / room
        return np.log(room / space.max_flux).sum(axis=-1), gradient


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
