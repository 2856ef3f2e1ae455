"""How trajectories ended, and what moved most on the way."""

import numpy as np

from ..data import whole_number
from ..errors import InputError

# Escaped: integrated to the end, but not back at the steady state by then. Unresolved: see `status`.
VERDICTS = ("returned", "escaped", "unresolved")
THRESHOLD = 0.01  # of the distance, for trajectories that carry no verdict of their own


def verdicts(trajectories):
    """How each trajectory of `perturb` or `simulate` ended, in the words of `VERDICTS`.

    Returns an `xarray.Dataset` with verdict and distance (‖x − x_ref‖/‖x_ref‖ at the end, NaN where the
    integration did not get there), over (set, trial) or what dimensions the trajectories have. Those of
    `simulate` have returned if they are within 1 % of the steady state at their last time.
    Raises InputError for trajectories without status, or without a time to look at.
    """
    import xarray

    if not isinstance(trajectories, xarray.Dataset) or "status" not in trajectories:
        raise InputError(
            "expected a dataset of trajectories with the variable 'status'; make one with perturb or "
            "simulate."
        )
    finished = trajectories["status"] == "finished"
    distance = _distance(trajectories)
    if "returned" in trajectories:
        returned = trajectories["returned"].astype(bool)
    else:
        returned = distance < THRESHOLD
    words = np.where(returned.values, VERDICTS[0], VERDICTS[1])
    words = np.where(finished.values, words, VERDICTS[2])
    attrs = {"long_name": "how the trajectory ended"}
    return xarray.Dataset(
        {
            "verdict": finished.copy(data=words).assign_attrs(attrs),
            "distance": distance.where(finished).assign_attrs(distance.attrs),
        }
    )


def _distance(trajectories):
    if "distance" in trajectories:
        return trajectories["distance"]
    missing = {"concentration", "reference"} - set(trajectories.variables)
    if missing or not trajectories.sizes.get("time"):
        raise InputError(
            "the trajectories have neither distances nor times to take them from; keep some times."
        )
    end = trajectories["concentration"].isel(time=-1)
    reference = trajectories["reference"]
    gap = np.sqrt(((end - reference) ** 2).sum("metabolite", skipna=False))
    result = gap / np.sqrt((reference**2).sum())
    words = "distance from the steady state at the end, over its norm"
    return result.assign_attrs(long_name=words, units="1").drop_vars("time", errors="ignore")


def top_movers(ratio, n: int = 6) -> list[str]:
    """Metabolites that move farthest from the steady state, on a logarithmic scale, the first ones first.

    ratio: concentrations over those of the steady state, a `pandas.DataFrame` (time, metabolite); what is
    not positive or not finite does not count.
    """
    n = whole_number(n, "n", 0)
    values = ratio.to_numpy(float)
    good = np.isfinite(values) & (values > 0)
    moved = np.abs(np.log(np.where(good, values, 1.0))).max(axis=0, initial=0.0)
    order = np.argsort(-moved, kind="stable")[:n]
    return [str(ratio.columns[k]) for k in order]
