"""Fluxes by subsystem: how much flows there, how surely it is known, and what has changed between two."""

from collections.abc import Mapping

import numpy as np

from ..errors import InputError
from ..names import missing
from .changes import checked_comparison
from .convergence import ESS, R_HAT
from .flux_draws import FluxDraws
from .flux_model import checked_network
from .flux_summary import flux_summary
from .posterior import FLUX_UNITS

BORDER = "Exchange with the surroundings"
NONE = "No subsystem given"
NOTHING = 1e-6  # mmol/gDW/h: the size of a flux that is compared with nothing
COLUMNS = {
    "reactions": "number of reactions",
    "varying": "number of reactions whose flux varies",
    "total_flux": "sum of the sizes of the median fluxes, mmol/gDW/h",
    "relative_width": "median over the varying reactions of the width of the credible interval over the "
    "size of the median flux",
    "converged": f"share of the varying reactions with R-hat ≤ {R_HAT:g} and bulk ESS ≥ {ESS:g}",
}
CHANGE_COLUMNS = {
    "reactions": "number of reactions that both posteriors have",
    "changed": "number of reactions that have changed with at least this probability",
    "share": "share of the reactions that have changed",
    "total_difference": "sum of the sizes of the median differences, mmol/gDW/h",
    "largest": "reaction with the largest difference, of those that have changed",
}


def subsystems(network) -> dict[str, str]:
    """{reaction: subsystem} of a FluxModel or cobra.Model.

    Reactions without one are called "Exchange with the surroundings" where they cross the border, and else
    "No subsystem given". Raises InputError for anything else.
    """
    model = getattr(network, "cobra_model", network)
    if not hasattr(model, "reactions"):
        checked_network(network)  # raises InputError
    return {
        r.id: (r.subsystem or "").strip() or (BORDER if len(r.metabolites) == 1 else NONE)
        for r in model.reactions
    }


def summarise_subsystems(
    network, posterior, level: float = 0.95, interval: str = "hdi", flux: str = "net"
):
    """How much flux each subsystem carries, how surely, and how much of it has converged.

    network: FluxModel that was sampled (or a mapping of reactions to subsystems); posterior: InferenceData
    of `sample_fluxes`; level, interval: of the credible interval, "hdi" or "eti"; flux: "net" or
    "exchange". Returns a DataFrame by subsystem, the largest total flux first; attrs["columns"] explains
    it. Of a subsystem in which nothing varies there is no width and no share that has converged; predicted
    mutants are no chains and have no such share, either.
    Raises InputError for what is no posterior, and a network that lacks reactions of the posterior.
    """
    draws = posterior if isinstance(posterior, FluxDraws) else FluxDraws(posterior, flux)
    summary = flux_summary(draws, level, interval)
    return subsystem_table(summary, _named(network), draws.predicted)


def subsystem_table(summary, named: Mapping[str, str], predicted: bool = False):
    """The same from a table of `flux_summary` and {reaction: subsystem}.

    predicted: whether it is of predicted mutants, which are no chains that could converge.
    """
    import pandas as pd

    size = summary["median"].abs()
    varying = summary["r_hat"].notna()
    width = (summary["upper"] - summary["lower"]).where(varying) / size.where(size > NOTHING)
    good = ((summary["r_hat"] <= R_HAT) & (summary["ess"] >= ESS)).where(varying & (not predicted))
    rows = pd.DataFrame(
        {
            "varying": varying,
            "total_flux": size,
            "relative_width": width,
            "converged": good.astype(float),
        }
    )
    groups = rows.groupby(_of(summary.index, named), sort=False)
    table = pd.DataFrame(
        {
            "reactions": groups.size(),
            "varying": groups["varying"].sum(),
            "total_flux": groups["total_flux"].sum(),
            "relative_width": groups["relative_width"].median(),
            "converged": groups["converged"].mean(),
        }
    )
    table = table.sort_values("total_flux", ascending=False, kind="stable")
    table.index.name = "subsystem"
    table.attrs = {key: summary.attrs.get(key) for key in ("level", "interval", "flux")}
    table.attrs |= {"units": FLUX_UNITS, "columns": COLUMNS}
    return table


def changed_subsystems(comparison, network, probability: float = 0.95):
    """How many fluxes of each subsystem have changed between two posteriors.

    comparison: of `compare_posteriors`; network: FluxModel with the reactions of both (or a mapping of
    reactions to subsystems); probability: from which on a flux counts as changed.
    Returns a DataFrame by subsystem, the most changes first; attrs["columns"] explains it.
    Raises InputError for another table, and a network that lacks reactions of the comparison.
    """
    import pandas as pd

    comparison = checked_comparison(comparison)
    shared = comparison[comparison["difference"].notna()]
    sure = shared[["increase", "decrease"]].max(axis=1) >= probability
    size = shared["difference"].abs()
    groups = pd.DataFrame({"changed": sure, "size": size}).groupby(
        _of(shared.index, _named(network)), sort=False
    )
    changed = size[sure]
    largest = changed.groupby(_of(changed.index, _named(network)), sort=False).idxmax()
    table = pd.DataFrame(
        {
            "reactions": groups.size(),
            "changed": groups["changed"].sum(),
            "share": groups["changed"].mean(),
            "total_difference": groups["size"].sum(),
        }
    )
    table["largest"] = largest.reindex(table.index).fillna("")
    table = table.sort_values(["changed", "total_difference"], ascending=False, kind="stable")
    table.index.name = "subsystem"
    table.attrs = {
        "probability": float(probability),
        "units": FLUX_UNITS,
        "columns": CHANGE_COLUMNS,
    }
    return table


def _named(network) -> Mapping[str, str]:
    if not isinstance(network, Mapping):
        return subsystems(network)
    unknown = {r for r, name in network.items() if missing(name)}
    if odd := [r for r, name in network.items() if r not in unknown and not isinstance(name, str)]:
        raise InputError(
            f"network: the subsystem of {odd[0]} is {str(network[odd[0]])[:100]!r}; give one name."
        )
    return {r: NONE if r in unknown else name.strip() or NONE for r, name in network.items()}


def _of(reactions, named) -> np.ndarray:
    """Subsystem of every reaction."""
    if missing := [r for r in reactions if r not in named]:
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        raise InputError(
            f"network: lacks {', '.join(missing[:3])}{more} of the posterior's reactions; give the network "
            "that was sampled."
        )
    return np.array([named[r] for r in reactions], object)
