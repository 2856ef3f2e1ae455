"""Which Michaelis constants control the slowest eigenvalue, and does statistics say the same?"""

import numpy as np

from ..errors import InputError
from ..kinetics.model import KineticModel
from ..kinetics.parameter_sets import CHUNK
from ..kinetics.sensitivity import eigenvalue_sensitivities
from ..kinetics.spectra import count, km_chunk, prepare
from ..kinetics.steady_state import SteadyState
from ..run import chunks
from .constraining import quantile_columns
from .ranking import ranked

CONTROL_COLUMNS = {
    "rank": "place in the ranking, 1 for the largest {by}",
    "mean": "mean over the sets of ∂ Re λ_max/∂ ln Km in 1/h",
    "mean_absolute": "mean over the sets of its absolute value in 1/h",
    "share_faster": "share of the sets in which a larger Km makes λ_max more negative",
    "direction": "1 where a larger Km makes λ_max more negative on average, −1 where less, 0 for neither",
}
BY = {"mean_absolute": lambda t: t["mean_absolute"], "mean": lambda t: t["mean"].abs()}
OF_FIRST = 10


def rank_by_control(model: KineticModel, state: SteadyState, sets, *, by: str = "mean_absolute"):
    """Rank Michaelis constants by how strongly they control the slowest eigenvalue of the given sets.

    sets: as for `eigenvalues`, at least two; by: "mean_absolute", or "mean" for the absolute value of the
    mean, in which effects of either sign cancel as they do in a comparison of populations. A few unstable
    sets with eigenvalues of thousands per hour dominate any mean, so stable sets tell more: on their
    average, the signs agreed with those of `rank_parameters` for 92 to 100 % of the parameters that
    differ most in the four physiologies of the bundled model; with unstable sets, for 65 to 87 %.

    Returns a `pandas.DataFrame`, one row a parameter, the strongest first, with attrs["columns"] and the
    columns that `constrain_parameters` needs. Raises InputError for fewer than two sets or another `by`.
    """
    import pandas as pd

    if by not in BY:
        raise InputError(f"by must be one of {', '.join(map(repr, BY))}, found {by!r}.")
    linearisation, checked = prepare(model, state, sets)
    if count(checked) < 2:
        raise InputError(f"a ranking needs at least two sets, found {count(checked)}; give more.")
    pieces = chunks(count(checked), CHUNK)
    ln_km = np.concatenate([np.log(km_chunk(linearisation, checked, *piece)) for piece in pieces])
    sensitivities = eigenvalue_sensitivities(model, state, sets, progress=False).values
    mean = sensitivities.mean(axis=0)
    table = pd.DataFrame(
        {
            "mean": mean,
            "mean_absolute": np.abs(sensitivities).mean(axis=0),
            "share_faster": (sensitivities < 0).mean(axis=0),
            "direction": -np.sign(mean).astype(int),
            "reaction": [p.reaction for p in model.parameters],
            "metabolite": [p.metabolite for p in model.parameters],
            "live": [p.live for p in model.parameters],
            **quantile_columns(ln_km),
        },
        index=pd.Index(model.parameter_names, name="parameter"),
    )
    return ranked(table, BY[by](table), CONTROL_COLUMNS, {"n": len(ln_km), "by": by})


def compare_rankings(statistical, control):
    """Two rankings of the same parameters side by side, from `rank_parameters` and `rank_by_control`.

    Returns a `pandas.DataFrame` of the live parameters in the order of the statistical ranking: both
    ranks, kl, significant, mean_absolute, both directions, reaction and metabolite. attrs: `spearman`
    (Spearman's correlation of the ranks), `overlap` (how many parameters both have among their first
    ten), `same_direction` (share of the significant parameters on whose direction both agree; NaN if
    there are none). Raises InputError for tables of different parameters.
    """
    import pandas as pd
    from scipy.stats import spearmanr

    for table, wanted, maker in (
        (statistical, ("kl", "significant"), "rank_parameters"),
        (control, ("mean_absolute",), "rank_by_control"),
    ):
        columns = getattr(table, "columns", ())
        if not {"rank", "direction", "live", *wanted} <= set(columns):
            raise InputError(f"expected a table made by {maker}; give the rankings in that order.")
    statistical, control = (t[t["live"].astype(bool)] for t in (statistical, control))
    if set(statistical.index) != set(control.index):
        name = sorted(set(statistical.index) ^ set(control.index))[0]
        raise InputError(
            f"parameter {name!r} is in only one of the rankings; rank the parameters of one model."
        )
    statistical = statistical.sort_values("rank")
    control = control.loc[statistical.index]
    result = pd.DataFrame(
        {
            "rank_statistical": statistical["rank"].rank().astype(int),
            "rank_control": control["rank"].rank().astype(int),
            "kl": statistical["kl"],
            "significant": statistical["significant"],
            "mean_absolute": control["mean_absolute"],
            "direction_statistical": statistical["direction"],
            "direction_control": control["direction"],
            "reaction": statistical["reaction"],
            "metabolite": statistical["metabolite"],
        }
    )
    ranks = result[["rank_statistical", "rank_control"]]
    sure = result[result["significant"].astype(bool)]
    result.attrs = {
        "spearman": float(spearmanr(*ranks.to_numpy().T).statistic) if len(ranks) > 1 else np.nan,
        "overlap": int((ranks <= OF_FIRST).all(axis=1).sum()),
        "same_direction": float(
            (sure["direction_statistical"] == sure["direction_control"]).mean()
        ),
    }
    return result
