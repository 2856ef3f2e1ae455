"""A posterior of fluxes as a table: one row a reaction."""

from collections.abc import Mapping

import numpy as np

from ..errors import InputError
from .flux_draws import FluxDraws
from .intervals import INTERVAL_NAMES, credible_intervals
from .posterior import FLUX_UNITS

COLUMNS = {
    "median": "median, mmol/gDW/h",
    "mean": "mean, mmol/gDW/h",
    "sd": "standard deviation, mmol/gDW/h",
    "lower": "lower end of the credible interval, mmol/gDW/h",
    "upper": "upper end of the credible interval, mmol/gDW/h",
    "cv": "coefficient of variation: standard deviation over the size of the mean",
    "best": "flux in the draw with the highest log-likelihood, mmol/gDW/h",
    "r_hat": "rank-normalised split R-hat; none for a flux that does not vary",
    "ess": "bulk effective sample size; none for a flux that does not vary",
}


def flux_summary(posterior, level: float = 0.95, interval: str = "hdi", flux: str = "net"):
    """Median, mean, interval, best sample and convergence of the flux of every reaction.

    posterior: InferenceData of `sample_fluxes`, or a mapping of names to several, whose networks may have
    different reactions; level, interval: of the credible interval, "hdi" (highest density) or "eti"
    (equal tails); flux: "net" (forward − reverse) or "exchange" (the smaller of the two).
    Returns a DataFrame by reaction (by posterior and reaction for a mapping, where reactions that a
    network lacks have rows without numbers); `attrs["columns"]` explains the columns, and
    `attrs["missing"]` lists for each posterior the reactions that only others have.
    Raises InputError for what is no such posterior, and for a level that is no probability.
    """
    one = hasattr(posterior, "posterior") or hasattr(posterior, "data_vars")  # mappings of groups
    if isinstance(posterior, Mapping) and not one:
        return _several(posterior, level, interval, flux)
    draws = posterior if isinstance(posterior, FluxDraws) else FluxDraws(posterior, flux)
    return summary_table(draws, level, interval)


def summary_table(draws: FluxDraws, level: float = 0.95, interval: str = "hdi"):
    """`flux_summary` of draws whose sorted values and diagnostics are kept from call to call."""
    import pandas as pd

    lower, upper = credible_intervals(draws.sorted, level, interval)
    mean, sd = draws.mean, draws.sd
    with np.errstate(divide="ignore", invalid="ignore"):
        cv = np.where(mean == 0, np.nan, sd / np.abs(mean))
    best = np.full(len(mean), np.nan) if draws.best is None else draws.by_reaction[:, draws.best]
    table = pd.DataFrame(
        {
            "median": draws.median,
            "mean": mean,
            "sd": sd,
            "lower": lower,
            "upper": upper,
            "cv": cv,
            "best": best,
            "r_hat": draws.r_hat,
            "ess": draws.ess,
        },
        index=pd.Index(draws.reactions, name="reaction"),
    )
    table.attrs = _attrs(level, interval, draws.flux) | {"missing": {}}
    return table


def _several(posteriors, level, interval, flux):
    import pandas as pd

    if not posteriors:
        raise InputError('give at least one posterior, {"wild type": idata}, say.')
    tables = {
        str(name): flux_summary(FluxDraws(one, flux, where=str(name)), level, interval)
        for name, one in posteriors.items()
    }
    every = list(dict.fromkeys(r for table in tables.values() for r in table.index))
    joined = pd.concat(
        {name: table.reindex(every) for name, table in tables.items()},
        names=["posterior", "reaction"],
    )
    missing = {name: [r for r in every if r not in table.index] for name, table in tables.items()}
    joined.attrs = _attrs(level, interval, flux) | {"missing": missing}
    return joined


def _attrs(level, interval, flux) -> dict:
    return {
        "level": float(level),
        "interval": INTERVAL_NAMES[interval],
        "flux": flux,
        "units": FLUX_UNITS,
        "columns": COLUMNS,
    }
