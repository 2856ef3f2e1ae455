"""Feasible fluxes at random: draws from the prior of a network's fluxes."""

import numpy as np

from ..data import whole_number
from ..errors import InputError
from .exchange import draw_exchange
from .polytope import FluxSpace
from .uniform import sample_prior

MOST = 10_000_000  # points: more fill any memory


def random_fluxes(network, measurements=None, n_points: int = 1, seed=0):
    """Forward and reverse fluxes (point, reaction) in mmol/gDW/h, uniform in the flux space.

    network: FluxModel; measurements: whose bounds apply too; seed: int or `numpy.random.Generator`.
    Raises InputError for bounds without a steady state, and numbers that make no sense.
    """
    if whole_number(n_points, "n_points", 1) > MOST:
        raise InputError(f"n_points={n_points}: give {MOST} at most, and call it several times.")
    try:
        rng = np.random.default_rng(seed)
    except (TypeError, ValueError):
        raise InputError(
            f"seed must be a whole number of at least 0 or a numpy.random.Generator, found {seed!r}."
        ) from None
    # Exchange fluxes are drawn afterwards, which is faster.
    space = FluxSpace.of(network, measurements, exchange=())
    fluxes = space.to_fluxes(sample_prior(space, n_points, seed=rng)[0])
    return draw_exchange(space, *fluxes, rng)
