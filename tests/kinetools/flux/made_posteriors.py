"""Posteriors that are made up, for tests of what is done with them."""

import numpy as np
import xarray


class MadePosterior:
    """What InferenceData is to those who read it: groups as attributes."""

    def __init__(self, **groups):
        for name, group in groups.items():
            setattr(self, name, group)


def made_posterior(
    reactions=("UP", "BRANCH"), seed=0, means=None, n=(2, 200), verdict="", converged=None
) -> MadePosterior:
    """Normal net fluxes with deviation 1 around `means` (default 5; "BACK" runs backwards, "FIXED" is
    4.3 throughout), positive exchange fluxes, likelihoods and a wider prior."""
    rng = np.random.default_rng(seed)
    means = np.full(len(reactions), 5.0) if means is None else np.asarray(means, float)
    groups = {}
    for name, wide, draws in (("posterior", 1.0, n), ("prior", 6.0, (1, 300))):
        net = means + wide * rng.standard_normal((*draws, len(reactions)))
        for k, reaction in enumerate(reactions):
            if reaction == "BACK":
                net[..., k] *= -1
            if reaction == "FIXED":
                net[..., k] = 4.3
        exchange = np.abs(rng.standard_normal(net.shape))
        groups[name] = xarray.Dataset(
            {
                "net_flux": (("chain", "draw", "reaction"), net),
                "exchange_flux": (("chain", "draw", "reaction"), exchange),
            },
            {"reaction": list(reactions)},
        )
    if verdict:
        groups["posterior"].attrs |= {"verdict": verdict, "converged": int(bool(converged))}
    lp = rng.normal(100, 3, n)
    groups["sample_stats"] = xarray.Dataset({"lp": (("chain", "draw"), lp)})
    return MadePosterior(**groups)
