"""The wild type's fluxes that knock-outs are predicted from: draws of a posterior, or one flux vector."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..data import real_numbers
from ..errors import InputError
from .flux_draws import FluxDraws
from .flux_model import near

STEADY = 1e-6  # over the largest flux: imbalance of draws that are still those of the network
LISTED = 4


@dataclass(frozen=True, eq=False)
class WildType:
    """fluxes: (sample, reaction) in the network's order, mmol/gDW/h; chain, draw: (sample,), where from."""

    fluxes: np.ndarray
    chain: np.ndarray
    draw: np.ndarray


def wild_type_fluxes(network, wild_type, n_samples: int, seed: int) -> WildType:
    """Fluxes of a posterior's subsample, or of one flux vector, checked to be of the network.

    wild_type: posterior with net_flux over chain, draw and reaction; or a Series or mapping of reaction
    to net flux, or what has such a `net_flux` (FluxFit). n_samples: at most, without repeats.
    Raises InputError for reactions that are missing, and draws that are not steady in the network.
    """
    vector = _as_vector(wild_type)
    if vector is not None:
        return _one(network, vector)
    draws = FluxDraws(wild_type, where="the wild-type posterior")
    _check_ids(network, draws.reactions, draws.where, draws.attrs.get("network_id"))
    n = len(draws)
    chosen = np.arange(n)
    if n_samples < n:
        chosen = np.sort(np.random.default_rng(seed).choice(n, n_samples, replace=False))
    rows = [draws.index(r) for r in network.reactions]
    fluxes = np.ascontiguousarray(draws.by_reaction[np.ix_(rows, chosen)].T)
    imbalance = np.abs(fluxes @ network.stoichiometry.T)
    worst = np.unravel_index(np.argmax(imbalance), imbalance.shape)
    if imbalance[worst] > STEADY * max(1.0, np.abs(fluxes).max()):
        raise InputError(
            f"{draws.where}: its fluxes are not steady in {network.id!r}, where "
            f"{network.metabolites[worst[1]]} would change by {imbalance[worst]:.3g} mmol/gDW/h; give the "
            "network that it was sampled with."
        )
    chain, draw = np.divmod(chosen, draws.values.shape[1])
    return WildType(fluxes, chain, draw)


def _as_vector(wild_type):
    """Reaction → net flux of a Series, mapping or fit; None for a posterior."""
    import pandas as pd

    if hasattr(wild_type, "posterior") or hasattr(wild_type, "data_vars"):
        return None
    fluxes = getattr(wild_type, "net_flux", wild_type)
    if isinstance(fluxes, pd.Series):
        return {str(r): v for r, v in fluxes.items()}
    return dict(fluxes) if isinstance(fluxes, Mapping) else None


def _one(network, vector) -> WildType:
    where = "the wild type's fluxes"
    _check_ids(network, vector, where, None)
    values = real_numbers([vector[r] for r in network.reactions], where)
    if not np.isfinite(values).all():
        odd = network.reactions[int(np.flatnonzero(~np.isfinite(values))[0])]
        raise InputError(f"{where}: that of {odd} is not a finite number; correct it.")
    return WildType(values[None], np.zeros(1, int), np.zeros(1, int))


def _check_ids(network, found, where, sampled_with):
    found = set(found)
    missing = [r for r in network.reactions if r not in found]
    if not missing:
        return
    listed = ", ".join(missing[:LISTED]) + " …" * (len(missing) > LISTED)
    if sampled_with and sampled_with != network.id:
        advice = f"it was sampled with {sampled_with!r}: give that network."
    elif len(missing) == len(network.reactions):
        advice = "give the fluxes of this network."
    else:
        advice = near(missing[0], found - set(network.reactions))
    raise InputError(
        f"{where}: {len(missing)} of {len(network.reactions)} reactions of {network.id!r} are missing "
        f"({listed}); {advice}"
    )
