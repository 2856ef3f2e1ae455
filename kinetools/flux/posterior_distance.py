"""How far predicted fluxes are from measured ones: distances, divergence, and the fluxes that make them."""

from dataclasses import dataclass, field

import numpy as np

from ..data import number, whole_number
from ..errors import InputError
from ..names import checked_ids
from .comparison import rounding
from .flux_draws import FluxDraws
from .flux_model import near
from .intervals import INTERVAL_NAMES, credible_intervals
from .posterior import FLUX_UNITS
from .wild_type import flux_table

KLS = ("gaussian", "knn")
RESOLUTION, FINEST, COARSEST = 0.1, 1e-4, 1e4  # mmol/gDW/h
SHARE = 0.99
FEWEST_DRAWS = 10  # for neighbours
COLUMNS = {
    "predicted": "mean of the prediction, mmol/gDW/h",
    "predicted_lower": "lower end of its credible interval, mmol/gDW/h",
    "predicted_upper": "upper end of its credible interval, mmol/gDW/h",
    "measured": "mean of the measured posterior, mmol/gDW/h",
    "measured_lower": "lower end of its credible interval, mmol/gDW/h",
    "measured_upper": "upper end of its credible interval, mmol/gDW/h",
    "difference": "predicted − measured, mmol/gDW/h",
    "share": "of the squared distance of the means",
    "overlap": "whether the two intervals overlap",
}


@dataclass(frozen=True, eq=False)
class PosteriorDistance:
    """Distances of a prediction from what was measured, over the reactions that both have.

    reactions: ids; draws: (draw,), Euclidean distance of each predicted flux vector from the measured mean,
    mmol/gDW/h; of_means: distance of the predicted mean from it; kl: D(measured‖predicted) and kl_reverse:
    D(predicted‖measured), in nats, of all these fluxes together, NaN where k-NN has too few draws;
    kl_method: how, in words; table: DataFrame by reaction, largest difference first
    (`table.attrs["columns"]` explains it); missing: {"predicted": …, "measured": …}, ids that either lacks.
    """

    reactions: tuple[str, ...]
    draws: np.ndarray = field(repr=False)
    of_means: float
    kl: float
    kl_reverse: float
    kl_method: str
    table: "pandas.DataFrame" = field(repr=False)  # noqa: F821 (pandas is not imported for a name)
    missing: dict[str, list[str]] = field(repr=False)

    def closer_than(self, other: "PosteriorDistance | float") -> float:
        """Share of the draws that are closer than the mean of another prediction, or than a distance.

        Raises InputError where the other one is over other reactions.
        """
        if isinstance(other, PosteriorDistance):
            if set(other.reactions) != set(self.reactions):
                odd = min(set(other.reactions) ^ set(self.reactions))
                raise InputError(
                    f"these distances are over different reactions ({odd} is in one of them only); give "
                    "both the same reactions=."
                )
            other = other.of_means
        return float((self.draws < number(other, "the other distance")).mean())

    def __repr__(self):
        lower, upper = np.quantile(self.draws, (0.025, 0.975))
        lacks = [f"{len(ids)} not in the {name}" for name, ids in self.missing.items() if ids]
        lacks = f" ({', '.join(lacks)})" if lacks else ""
        return (
            f"PosteriorDistance over {len(self.reactions)} reactions{lacks}: {self.of_means:.3g} between "
            f"the means, draws "
            f"{np.median(self.draws):.3g} ({lower:.3g} to {upper:.3g}) mmol/gDW/h; "
            f"KL {self.kl:.3g} nats ({self.kl_method})"
        )


def posterior_distance(
    predicted,
    measured,
    reactions=None,
    *,
    kl: str = "gaussian",
    resolution: float = RESOLUTION,
    level: float = 0.95,
    interval: str = "hdi",
    seed: int = 0,
) -> PosteriorDistance:
    """Distances and divergence of predicted fluxes from measured ones.

    predicted: of `predict_knockout`, or any posterior of net fluxes; measured: a posterior of the mutant
    itself, or a flux table (FluxFit, Series or mapping of reaction to net flux, mmol/gDW/h); networks may
    differ, and reactions are matched by id. reactions: ids to compare (default: all that both have).
    kl: "gaussian", the closed form for normal distributions with the draws' means and covariances, each
    with `resolution`² (mmol/gDW/h) added to every variance, because steady-state fluxes have singular
    covariances and a fixed flux would make the divergence infinite; or "knn", from distances to nearest
    neighbours along the principal axes that hold 99 % of the variance, with that error added to the draws.
    Divergences depend on `resolution`; compare only those of the same one. level, interval: of the
    credible intervals in the table; seed: of the errors that "knn" adds.
    Raises InputError for what is no posterior or flux table, unknown ids, and nothing in common.
    """
    if kl not in KLS:
        raise InputError(f"kl={kl!r}: choose one of {', '.join(map(repr, KLS))}.")
    resolution = number(resolution, "resolution", positive=True)
    if not FINEST <= resolution <= COARSEST:
        raise InputError(
            f"resolution={resolution:g}: give an error of a flux between {FINEST:g} and {COARSEST:g} "
            "mmol/gDW/h."
        )
    seed = whole_number(seed, "seed", 0)
    first = FluxDraws(predicted, where="the prediction")
    second = FluxDraws(as_posterior(measured), where="the measured fluxes")
    shared, missing = _shared(first, second, reactions)
    p, q = (d.by_reaction[[d.index(r) for r in shared]].T for d in (second, first))
    middle = p.mean(axis=0)
    table = _table(first, second, shared, level, interval)
    table.attrs["missing"] = missing
    forward, reverse, how = _divergences(p, q, kl, resolution, seed)
    return PosteriorDistance(
        reactions=shared,
        draws=np.linalg.norm(q - middle, axis=1),
        of_means=float(np.linalg.norm(q.mean(axis=0) - middle)),
        kl=forward,
        kl_reverse=reverse,
        kl_method=how,
        table=table,
        missing=missing,
    )


def as_posterior(fluxes):
    """What was given, or a posterior of one draw where that is a flux table."""
    import xarray

    table = flux_table(fluxes, "the measured fluxes")
    if table is None:
        return fluxes
    values = np.array([[list(table.values())]])
    return xarray.Dataset(
        {"net_flux": (("chain", "draw", "reaction"), values)}, {"reaction": list(table)}
    )


def _shared(first, second, reactions):
    missing = {
        "predicted": [r for r in second.reactions if r not in first],
        "measured": [r for r in first.reactions if r not in second],
    }
    if reactions is None:
        shared = tuple(r for r in first.reactions if r in second)
        if not shared:
            raise InputError(
                f"the prediction and the measured fluxes have no reaction in common ({first.reactions[0]} "
                f"…, {second.reactions[0]} …); {near(first.reactions[0], second.reactions)}"
            )
        return shared, missing
    shared = tuple(checked_ids(reactions, "reactions"))
    if not shared:
        raise InputError("reactions=[]: name some, or leave it out for all that both have.")
    for reaction in shared:
        first.index(reaction), second.index(reaction)
    return shared, missing


def _table(first, second, shared, level, interval):
    import pandas as pd

    columns = {}
    for name, draws in (("predicted", first), ("measured", second)):
        rows = [draws.index(r) for r in shared]
        columns[name] = draws.mean[rows]
        lower, upper = credible_intervals(draws.sorted[rows], level, interval)
        columns[f"{name}_lower"], columns[f"{name}_upper"] = lower, upper
    table = pd.DataFrame(columns, index=pd.Index(shared, name="reaction"))
    table["difference"] = table["predicted"] - table["measured"]
    squares = table["difference"] ** 2
    table["share"] = squares / squares.sum() if squares.sum() > 0 else 0.0
    # Ends that are the same to rounding overlap: both may be fixed to one measured value.
    apart = np.maximum(
        table["predicted_lower"] - table["measured_upper"],
        table["measured_lower"] - table["predicted_upper"],
    )
    table["overlap"] = apart <= rounding(table["measured"].abs())
    order = table["difference"].abs().sort_values(ascending=False, kind="stable").index
    table = table.loc[order]
    table.attrs = {
        "level": float(level),
        "interval": INTERVAL_NAMES[interval],
        "units": FLUX_UNITS,
        "columns": COLUMNS,
    }
    return table


def _divergences(p, q, kl, resolution, seed):
    from .gaussian_kl import gaussian_kl, neighbour_kl

    if kl == "gaussian":
        how = f"normal distributions, every flux with an error of {resolution:g} mmol/gDW/h"
        return gaussian_kl(p, q, resolution), gaussian_kl(q, p, resolution), how
    if min(len(p), len(q)) < FEWEST_DRAWS:
        return np.nan, np.nan, f"k-NN needs {FEWEST_DRAWS} draws of both"
    (forward, d), (reverse, _) = (
        neighbour_kl(*pair, resolution, SHARE, seed) for pair in ((p, q), (q, p))
    )
    how = (
        f"5 nearest neighbours in {d} principal axes, every flux with an error of {resolution:g} "
        "mmol/gDW/h"
    )
    return forward, reverse, how
