"""Feasible fluxes at random: draws from the prior of a network's fluxes."""

from .polytope import FluxSpace
from .uniform import sample_uniform


def random_fluxes(network, measurements=None, n_points: int = 1, seed=0):
    """Forward and reverse fluxes (point, reaction) in mmol/gDW/h, uniform in the flux space.

    network: FluxModel; measurements: whose bounds apply too. Raises InputError for bounds without a
    steady state.
    """
    space = FluxSpace.of(network, measurements)
    return space.to_fluxes(sample_uniform(space, n_points, seed=seed)[0])
