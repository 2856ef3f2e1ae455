"""Which Michaelis constants differ between relevant parameter sets and others?"""

import math
from itertools import pairwise

import numpy as np

from ..data import number, real_numbers, whole_number
from ..errors import InputError
from ..kinetics.parameter_sets import check_positive
from .constraining import QUANTILE_COLUMNS, quantile_columns
from .divergence import PSEUDO_COUNT, TwoSamples, bias_and_interval

PARAMETER_COLUMNS = {
    "reaction": "id of the parameter's reaction",
    "metabolite": "id of the metabolite whose Michaelis constant it is",
    "live": "whether the parameter occurs in its rate law; the others are listed last",
}
STATISTICAL_COLUMNS = {
    "rank": "place in the ranking, 1 for the largest kl",
    "kl": "divergence D(relevant‖other) of ln Km in nat: {bins} bins with edges at quantiles of both "
    "populations together, {pseudo_count} pseudo-counts a bin; histograms overstate it by about `bias`",
    "low": "lower end of the bootstrap interval ({level:g}) of the divergence with the bias removed",
    "high": "its upper end",
    "bias": "how much the histograms overstate the divergence, from the bootstrap, in nat; it is much the "
    "same for all parameters and does not change the ranks",
    "null": "{level:g} quantile of kl when the sets are dealt to the two populations at random",
    "null_of_all": "the same of the largest kl among all live parameters",
    "significant": "whether kl is above null_of_all, which any parameter at all reaches by chance with "
    "probability {chance:.2g}",
    "direction": "1 where relevant sets have the larger Km on average, −1 where the smaller, 0 for equal",
    "mean_difference": "mean ln Km of the relevant sets less that of the others",
}
QUANTILE = "{level} % quantile of ln Km (Km in µmol/L) of all sets that were looked at"


def rank_parameters(
    relevant_sets,
    other_sets,
    *,
    n_bootstrap: int = 1000,
    n_permutations: int = 200,
    seed: int = 0,
    level: float = 0.95,
):
    """Rank Michaelis constants by how much they differ between relevant and other parameter sets.

    relevant_sets, other_sets: datasets with km(set, parameter), at least two sets each, in the paper
    2000 of either kind from one generator; n_bootstrap: resamplings for the intervals; n_permutations:
    random deals for the null, at least level/(1 − level); seed: whole number; level: of intervals and
    null.

    Returns a `pandas.DataFrame`, one row a parameter, the largest divergence D(relevant‖other) of ln Km
    first and parameters without influence last; attrs["columns"] explains the columns (divergence in nat
    with its interval, what chance gives, direction, quantiles of ln Km for `constrain_parameters`). The
    order of the sets, or of the parameters in a dataset, changes nothing. Raises InputError for
    populations with different parameters or steady states, fewer than two sets, or a Km that is not
    positive and finite. Source: Choudhury et al. 2022, Methods; bins, intervals and null: see
    `kinetools.analysis.divergence`.
    """
    import pandas as pd

    n_bootstrap, seed = whole_number(n_bootstrap, "n_bootstrap", 2), whole_number(seed, "seed", 0)
    level = number(level, "level", positive=True)
    if level >= 1:
        raise InputError(f"level must be between 0 and 1, found {level!r}.")
    n_permutations = whole_number(n_permutations, "n_permutations", _fewest_permutations(level))
    names = _parameters(relevant_sets, "relevant_sets")
    _check_alike(relevant_sets, other_sets, names, _parameters(other_sets, "other_sets"))
    relevant, other = (
        _ln_km(sets, names, where)
        for sets, where in ((relevant_sets, "relevant_sets"), (other_sets, "other_sets"))
    )
    described = _described(relevant_sets, names)
    samples = TwoSamples.of(relevant, other)
    replicates = samples.bootstrap(n_bootstrap, seed)
    bias, low, high = bias_and_interval(samples.divergence, replicates, level)
    null = samples.permuted(n_permutations, seed)
    of_all = _quantile(null[:, described["live"]].max(axis=1, initial=0.0), level)
    difference = relevant.mean(axis=0) - other.mean(axis=0)
    table = pd.DataFrame(
        {
            "kl": samples.divergence,
            "low": low,
            "high": high,
            "bias": bias,
            "null": _quantile(null, level),
            "null_of_all": of_all,
            "significant": samples.divergence > of_all,
            "direction": np.sign(difference).astype(int),
            "mean_difference": difference,
            **described,
            **quantile_columns(np.concatenate([relevant, other])),
        },
        index=pd.Index(names, name="parameter"),
    )
    settings = {
        "n_relevant": len(relevant),
        "n_other": len(other),
        "bins": samples.n_bins,
        "pseudo_count": PSEUDO_COUNT,
        "n_bootstrap": n_bootstrap,
        "n_permutations": n_permutations,
        "seed": seed,
        "level": level,
    }
    return ranked(table, table["kl"], STATISTICAL_COLUMNS, settings | {"chance": 1 - level})


def ranked(table, strength, columns, settings):
    """A table in order, the strongest live parameters first, with its ranks and explanations."""
    names = table.index.to_numpy().astype(str)
    order = np.lexsort((names, -strength.to_numpy(), ~table["live"].to_numpy()))
    table = table.iloc[order]
    table.insert(0, "rank", np.arange(1, len(table) + 1))
    texts = {name: text.format(**settings) for name, text in columns.items()} | PARAMETER_COLUMNS
    texts |= {name: QUANTILE.format(level=name[1:]) for name in QUANTILE_COLUMNS}
    table.attrs = {"columns": texts} | {k: v for k, v in settings.items() if k != "chance"}
    return table


def _parameters(sets, where) -> list[str]:
    """Names of a population's parameters in alphabetical order."""
    import xarray

    if not isinstance(sets, xarray.Dataset) or "km" not in sets:
        found = "a dataset without km" if isinstance(sets, xarray.Dataset) else type(sets).__name__
        raise InputError(
            f"{where} must be a dataset of parameter sets, found {found}; make one with "
            "parameter_sets(model, state, km)."
        )
    dims = set(sets["km"].dims)
    if not dims <= {"set", "parameter"}:
        raise InputError(
            f"km of {where} has the dimensions {sets['km'].dims}, but (set, parameter) is needed; rename "
            "or select."
        )
    if dims != {"set", "parameter"} or sets.sizes["set"] < 2:
        found = sets.sizes.get("set", 1)
        raise InputError(f"{where} must hold at least two sets, found {found}; give more.")
    names = sorted(str(name) for name in sets.indexes.get("parameter", ()))
    twice = [name for name, following in pairwise(names) if name == following]
    if twice or not names:
        raise InputError(
            f"{where} must have a name of its own for each parameter, found "
            f"{twice[0] + ' twice' if twice else 'none'}; correct the coordinate parameter."
        )
    return names


def _check_alike(relevant_sets, other_sets, names, other_names):
    if names != other_names:
        name = sorted(set(names) ^ set(other_names))[0]
        raise InputError(
            f"parameter {name!r} belongs to only one of relevant_sets and other_sets; compare "
            "populations of one model."
        )
    first, second = (sets.attrs.get("state_hash") for sets in (relevant_sets, other_sets))
    if first and second and first != second:
        raise InputError(
            f"relevant_sets were made around steady state {relevant_sets.attrs.get('state')!r}, "
            f"other_sets around {other_sets.attrs.get('state')!r}, and ln Km follows its "
            "concentrations; compare populations of one state."
        )


def _ln_km(sets, names, where) -> np.ndarray:
    """ln Km (set, parameter), Km in µmol/L, checked, in the order of the names."""
    km = sets["km"].transpose("set", "parameter").sel(parameter=names).values
    km = real_numbers(km, f"km of {where}")
    try:
        check_positive(km, names, sets["set"].values)
    except InputError as error:
        raise InputError(f"{where}, {error}") from None
    return np.log(km)


def _described(sets, names) -> dict[str, np.ndarray]:
    """Reaction, metabolite and influence of each parameter."""
    missing = [c for c in PARAMETER_COLUMNS if f"parameter_{c}" not in sets.coords]
    if missing:
        raise InputError(
            f"relevant_sets has no coordinate parameter_{missing[0]}; make the dataset with "
            "parameter_sets(model, state, km)."
        )
    sets = sets["parameter"].sel(parameter=names)
    return {
        "reaction": sets["parameter_reaction"].values,
        "metabolite": sets["parameter_metabolite"].values,
        "live": sets["parameter_live"].values.astype(bool),
    }


def _quantile(null, level):
    """Quantile of a permutation null that the observed value exceeds with probability ≤ 1 − level."""
    place = min(math.ceil((len(null) + 1) * level), len(null))
    return np.sort(null, axis=0)[place - 1]


def _fewest_permutations(level) -> int:
    """So many that `_quantile` is one of them."""
    return math.ceil(level / (1 - level))
