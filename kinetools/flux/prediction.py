"""What a method says about one mutant."""

from dataclasses import dataclass

import numpy as np

OPTIMAL, TIME_LIMIT, INFEASIBLE, FAILED = "optimal", "time limit", "infeasible", "failed"
STATUSES = (OPTIMAL, TIME_LIMIT, INFEASIBLE, FAILED)
PREDICTED = (OPTIMAL, TIME_LIMIT)  # those that come with fluxes


@dataclass(frozen=True)
class Prediction:
    """Fluxes of one mutant, predicted from one flux vector of the wild type.

    status: one of STATUSES; fluxes: (reaction,), mmol/gDW/h; objective: what the method minimises; gap: how
    far below it the best value may lie; residual: largest imbalance of a metabolite over the largest flux.
    """

    status: str
    fluxes: np.ndarray | None = None
    objective: float = np.nan
    gap: float = np.nan
    residual: float = np.nan
