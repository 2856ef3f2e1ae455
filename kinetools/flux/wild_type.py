"""The wild type's fluxes that knock-outs are predicted from: draws of a posterior, or one flux vector."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..data import real_numbers
from ..errors import InputError
from .flux_draws import FluxDraws
from .flux_model import near

STEADY = 1e-6  # over the largest flux: imbalance of draws that are still those of the network
LARGEST = 1e9  # mmol/gDW/h: beyond it a number in a flux table is no flux
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
    vector = flux_table(wild_type, "the wild type's fluxes")
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


def flux_table(fluxes, where: str) -> dict[str, float] | None:
    """Reaction → net flux of a Series, mapping or fit; None for anything else, such as a posterior.

    Raises InputError for a reaction that stands there twice, and for what is no number or no flux.
    """
    import pandas as pd

    if hasattr(fluxes, "posterior") or hasattr(fluxes, "data_vars"):
        return None
    fluxes = fluxes if isinstance(fluxes, pd.Series) else getattr(fluxes, "net_flux", fluxes)
    if not isinstance(fluxes, (pd.Series, Mapping)):
        return None
    pairs = list(fluxes.items())
    ids = [str(reaction) for reaction, _ in pairs]
    if twice := [r for r, count in Counter(ids).items() if count > 1]:
        raise InputError(f"{where}: {twice[0]} stands there twice; keep one.")
    values = real_numbers([value for _, value in pairs], where)
    if values.shape != (len(ids),):
        raise InputError(f"{where}: give one number for each reaction.")
    if (np.abs(values) > LARGEST).any():
        odd = int(np.argmax(np.abs(values) > LARGEST))
        raise InputError(f"{where}: that of {ids[odd]} is {values[odd]:g} mmol/gDW/h; correct it.")
    return dict(zip(ids, values.tolist()))


def _one(network, vector) -> WildType:
    where = "the wild type's fluxes"
    _check_ids(network, vector, where, None)
    values = np.array([vector[r] for r in network.reactions])
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
