"""Feasible fluxes at random: draws from the prior of a network's fluxes."""

import numpy as np

from .exchange import draw_exchange
from .polytope import FluxSpace
from .uniform import sample_prior


def random_fluxes(network, measurements=None, n_points: int = 1, seed=0):
    """Forward and reverse fluxes (point, reaction) in mmol/gDW/h, uniform in the flux space.

    network: FluxModel; measurements: whose bounds apply too. Raises InputError for bounds without a
    steady state.
    """
    # Exchange fluxes are drawn afterwards, which is faster.
    space = FluxSpace.of(network, measurements, exchange=())
    rng = np.random.default_rng(seed)
    fluxes = space.to_fluxes(sample_prior(space, n_points, seed=rng)[0])
    return draw_exchange(space, *fluxes, rng)
