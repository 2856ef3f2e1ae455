"""Draws from a flux space as ArviZ InferenceData: fluxes, likelihoods, simulated and measured masses."""

import json

import numpy as np

from .. import __version__
from .exchange import draw_exchange, unseen_exchange

SIMULATED = 500  # draws of which masses are kept
FLUX_UNITS = "mmol/gDW/h"
DESCRIPTIONS = {
    "net_flux": "net flux (forward − reverse)",
    "exchange_flux": "exchange flux (the smaller of forward and reverse)",
}


def flux_inference_data(space, likelihood, x, *, prior=None, statistics=None, attrs=None, seed=0):
    """InferenceData of draws x (chain, draw, dimension) in a flux space.

    Groups: posterior (net_flux, exchange_flux: chain, draw, reaction; mmol/gDW/h), sample_stats (lp, the
    normalised log-likelihood, and more arrays (chain, draw) from `statistics`), log_likelihood (of every
    measured value), posterior_predictive (mass: simulated with noise; simulated: without; of 500 draws of
    each chain at most), observed_data and constant_data (mass, sigma), prior (net_flux, exchange_flux).
    What depends on measurements is left out where the likelihood is switched off. Exchange fluxes that the
    space leaves out, as no labelling depends on them, are drawn here.
    """
    import xarray

    arviz = import_arviz()

    rng = np.random.default_rng([seed, 0x657863])
    forward, reverse = draw_exchange(space, *space.to_fluxes(x), rng)
    groups = {"posterior": _flux_dataset(xarray, space, forward, reverse)}
    residuals = likelihood.residuals(forward, reverse)
    lp = likelihood.constant - 0.5 * (residuals**2).sum(-1)
    names = list(likelihood.names) + [f"flux {n}" for n in likelihood.flux_names]
    sigma = np.concatenate([likelihood.sigma, likelihood.flux_sigma])
    measured = np.concatenate([likelihood.measured, likelihood.flux_values])
    stats = {"lp": (("chain", "draw"), lp, {"long_name": "log-likelihood (normalised)"})}
    stats |= {k: (("chain", "draw"), v) for k, v in (statistics or {}).items()}
    groups["sample_stats"] = xarray.Dataset(stats)
    n_draws = x.shape[1]
    kept = np.unique(np.linspace(0, n_draws - 1, min(SIMULATED, n_draws)).astype(int))
    if np.isfinite(sigma).all():  # else nothing counts as measured
        each = -0.5 * residuals**2 - np.log(sigma * np.sqrt(2 * np.pi))
        dims = ("chain", "draw", "value")
        groups["log_likelihood"] = xarray.Dataset({"mass": (dims, each)}, {"value": names})
        simulated = measured - sigma * residuals[:, kept]
        noise = np.random.default_rng([seed, 0x707063]).standard_normal(simulated.shape)
        groups["posterior_predictive"] = xarray.Dataset(
            {
                "simulated": (dims, simulated, {"units": "1"}),
                "mass": (dims, simulated + sigma * noise, {"units": "1"}),
            },
            {"value": names, "draw": kept},
        )
    groups["observed_data"] = xarray.Dataset({"mass": ("value", measured)}, {"value": names})
    groups["constant_data"] = xarray.Dataset(
        {
            "sigma": ("value", sigma),
            "varies": ("reaction", space.varies.astype(np.int8)),
            "exchanging": (
                "reaction",
                (space.exchanging | unseen_exchange(space)).astype(np.int8),
            ),
        },
        {"value": names, "reaction": list(space.reactions)},
    )
    if prior is not None:
        drawn = draw_exchange(space, *space.to_fluxes(prior[None]), rng)
        groups["prior"] = _flux_dataset(xarray, space, *drawn)
    idata = arviz.InferenceData(**groups)
    for name, value in ({"kinetools_version": __version__} | (attrs or {})).items():
        value = value if isinstance(value, (str, int, float)) else json.dumps(_plain(value))
        idata.posterior.attrs[name] = value
    return idata


def import_arviz():
    """ArviZ, without what it says about its own future on import."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        import arviz
    return arviz


def _flux_dataset(xarray, space, forward, reverse):
    values = {"net_flux": forward - reverse, "exchange_flux": np.minimum(forward, reverse)}
    dataset = xarray.Dataset(
        {
            name: (
                ("chain", "draw", "reaction"),
                value,
                {"units": FLUX_UNITS, "long_name": DESCRIPTIONS[name]},
            )
            for name, value in values.items()
        },
        {
            "chain": np.arange(forward.shape[0]),
            "draw": np.arange(forward.shape[1]),
            "reaction": list(space.reactions),
        },
    )
    return dataset


def _plain(value):
    """Arrays and NumPy numbers as what JSON can hold."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value
