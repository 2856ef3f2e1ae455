"""MOMA: the mutant's fluxes are as near to the wild type's as they can be."""

import numpy as np

from .prediction import FAILED, OPTIMAL, Prediction
from .steady_projection import SteadyProjection


class Moma:
    """Predictions by MOMA: the steady state that is nearest to the wild type's fluxes.

    Source: Segrè et al. 2002, PNAS 99:15112.
    """

    name = "MOMA"
    chunk = 25  # samples of which each begins where the last one ended

    def __init__(self, network, lower, upper):
        self.lower, self.upper = lower, upper
        self.project = SteadyProjection(network.stoichiometry)

    def start(self, wild_type):
        """What every chunk of samples starts from: prices at fluxes in the middle of them."""
        return self.project(wild_type, self.lower, self.upper).prices

    def session(self, start):
        """predict(wild_type, lower, upper), each (reaction,), which goes on from problem to problem."""
        prices = start

        def predict(wild_type, lower, upper) -> Prediction:
            nonlocal prices
            nearest = self.project(wild_type, lower, upper, prices)
            if not nearest.found:
                return Prediction(FAILED, nearest.fluxes, residual=nearest.residual)
            prices = nearest.prices
            distance = float(np.linalg.norm(nearest.fluxes - wild_type))
            return Prediction(OPTIMAL, nearest.fluxes, distance, 0.0, nearest.residual)

        return predict
