"""Constraining experiments: do the parameters that rank first decide about the dynamics?

The first k parameters of a ranking are set inside the outer percentiles of their distribution, on the
side that favours relevance, everything else stays as it is, and the sets that are now stable or relevant
are counted (Choudhury et al. 2022, Fig. 3b, c).
"""

from collections.abc import Iterable

import numpy as np

from ..data import number, real_numbers, whole_number
from ..errors import InputError
from ..kinetics.labels import label_parameters
from ..kinetics.model import KineticModel
from ..kinetics.parameter_sets import CHUNK, add_history, build, linearise, provenance
from ..kinetics.rules import CLASSES, LabelRule, checked_rule
from ..kinetics.spectra import count, km_chunk, prepare
from ..kinetics.steady_state import SteadyState
from ..run import chunks

LEVELS = np.array([0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999])
LOGITS = np.log(LEVELS / (1 - LEVELS))
QUANTILE_COLUMNS = tuple(f"q{100 * level:g}" for level in LEVELS)
CONFIDENCE = 0.95
COLUMNS = {
    "k": "number of parameters constrained, the first ones of the ranking",
    "n": "number of sets judged: the given ones, each as often as `repeats` says",
    "share_stable": "share of them with λ_max < 0",
    "stable_low": "lower end of Wilson's 95 % interval of that share; repeats of one set count as far "
    "as they differ",
    "stable_high": "its upper end",
    "share_relevant": "share of them that the rule calls relevant",
    "relevant_low": "lower end of its interval, as above",
    "relevant_high": "its upper end",
    "parameters": "names of the parameters constrained",
}


def quantile_columns(ln_km) -> dict[str, np.ndarray]:
    """The columns of a ranking that say how ln Km (set, parameter) is distributed: name → (parameter,)."""
    return dict(zip(QUANTILE_COLUMNS, np.quantile(ln_km, LEVELS, axis=0)))


def constrained_sets(
    model: KineticModel,
    state: SteadyState,
    sets,
    table,
    k: int,
    percentile: float = 10,
    *,
    repeats: int = 1,
    seed: int = 0,
):
    """Parameter sets with the first k parameters of a ranking set where they favour relevance.

    sets: dataset of any population; table: from `rank_parameters` or `rank_by_control`, whose order of
    rows is the ranking (any table with its columns direction and q0.1 … q99.9 will do); percentile: in
    (0, 50]; repeats: draws for each set; seed: whole number. The paper's "top 10 percentile values" are
    read as those of all sets that were compared for the ranking, relevant and others together. A value
    is drawn as that distribution has them beyond its outer percentile: a uniform rank there, and ln Km
    at that rank from the table's quantiles, linear between them (and beyond the last ones) in the
    rank's logit, on which ORACLE's ln Km is exactly linear. What is drawn for a parameter depends on
    the seed alone, so that the sets for k and k + 1 differ in one parameter.

    Returns the dataset of parameter sets (Vmax computed again, so that the steady state stays; without
    labels), with `starting_set`, the number of the set that each was made from. Raises InputError for
    unknown parameters, k beyond the table, and sets that do not belong to the model and state.
    """
    k, repeats = whole_number(k, "k", 0), whole_number(repeats, "repeats", 1)
    seed, share = whole_number(seed, "seed", 0), _tail(percentile)
    linearisation, sets = _population(model, state, sets)
    columns, directions, quantiles = _ranking(model, table, k)
    n_sets = count(sets)
    km = np.empty((n_sets * repeats, len(model.parameters)))
    vmax = np.empty((len(km), len(model.reactions)))
    for start, stop in chunks(n_sets, CHUNK):
        rows = slice(start * repeats, stop * repeats)
        km[rows] = np.repeat(km_chunk(linearisation, sets, start, stop), repeats, axis=0)
    for column, direction, values in zip(columns, directions, quantiles):
        sequence = np.random.SeedSequence(seed, spawn_key=(column,))
        uniform = 1 - np.random.Generator(np.random.PCG64(sequence)).random(len(km))
        km[:, column] = np.exp(_outer_ln_km(values, direction, share * uniform))
    for start, stop in chunks(len(km), CHUNK):
        vmax[start:stop] = linearisation.vmax(km[start:stop])
    recorded = {
        "parameters": [model.parameter_names[c] for c in columns],
        "directions": [int(d) for d in directions],
        "percentile": float(percentile),
        "repeats": repeats,
        "seed": seed,
    }
    history = add_history(sets, provenance("constrained_sets", recorded))
    origin = {"long_name": "number of the set that it was made from", "units": "1"}
    result = build(model, state, km, vmax, history)
    return result.assign(starting_set=("set", np.repeat(sets["set"].values, repeats), origin))


def constrain_parameters(
    model: KineticModel,
    state: SteadyState,
    sets,
    table,
    top=range(1, 11),
    percentile: float = 10,
    *,
    rule: LabelRule | None = None,
    repeats: int = 1,
    seed: int = 0,
    workers: int | None = None,
):
    """How many sets become stable, or relevant, when the parameters that rank first are constrained.

    top: numbers k of parameters to constrain, each of them an experiment with the same sets (0: as they
    are); rule: what is relevant (default: stable and Re λ_max < −9 /h); workers: threads; the rest as
    for `constrained_sets`, which gives the very sets that are counted here.

    Returns a `pandas.DataFrame` with one row for each k; attrs["columns"] explains the columns. Raises
    InputError as `constrained_sets` does.
    """
    import pandas as pd

    linearise(model, state)  # checks that the state fits the model
    rule, repeats = checked_rule(rule), whole_number(repeats, "repeats", 1)
    numbers, rows = _numbers(top), []
    _ranking(model, table, max(numbers, default=0))  # before any work is done
    for k in numbers:
        changed = constrained_sets(
            model, state, sets, table, k, percentile, repeats=repeats, seed=seed
        )
        labelled = label_parameters(model, state, changed, rule, workers=workers, progress=False)
        row = {"k": k, "n": labelled.sizes["set"]}
        for name, hits in (
            ("stable", labelled["eigenvalue_max"].values < 0),
            ("relevant", labelled["label"].values == CLASSES[0]),
        ):
            low, high = wilson_interval(hits.mean(), _effective_number(hits, repeats))
            row |= {f"share_{name}": hits.mean(), f"{name}_low": low, f"{name}_high": high}
        rows.append(row | {"parameters": tuple(str(name) for name in table.index[:k])})
    result = pd.DataFrame(rows, columns=list(COLUMNS))
    result.attrs = {
        "columns": COLUMNS,
        "percentile": float(percentile),
        "rule": str(rule),
        "repeats": repeats,
        "seed": seed,
    }
    return result


def wilson_interval(share: float, n: float, level: float = CONFIDENCE) -> tuple[float, float]:
    """Wilson's interval of a share that was observed among n (Wilson 1927)."""
    from scipy.stats import norm

    z = norm.ppf((1 + level) / 2)
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    # Exactly, where rounding would leave a little.
    return float(centre - half) if share > 0 else 0.0, float(centre + half) if share < 1 else 1.0


def _effective_number(hits, repeats: int) -> float:
    """How many independent sets say as much as these do, of which each `repeats` are from one set."""
    each = hits.reshape(-1, repeats).mean(axis=1)
    share, n_sets = hits.mean(), len(each)
    if repeats == 1 or n_sets == 1:
        return len(hits)
    variance = each.var(ddof=1) / n_sets
    n = share * (1 - share) / variance if variance > 0 else n_sets
    return float(np.clip(n, n_sets, len(hits)))


def _outer_ln_km(quantiles, direction, beyond) -> np.ndarray:
    """ln Km with probabilities `beyond` (set,) of lying further out on the side of `direction`."""
    logits = direction * (np.log1p(-beyond) - np.log(beyond))
    segment = np.clip(np.searchsorted(LOGITS, logits) - 1, 0, len(LOGITS) - 2)
    slopes = np.diff(quantiles) / np.diff(LOGITS)
    return quantiles[segment] + slopes[segment] * (logits - LOGITS[segment])


def _ranking(model, table, k):
    """Columns in km, directions (k,) and quantiles (k, level) of the first k rows of a table."""
    import pandas as pd

    wanted = ["direction", *QUANTILE_COLUMNS]
    if not isinstance(table, pd.DataFrame) or not set(wanted) <= set(table.columns):
        raise InputError(
            "the ranking must be a table made by rank_parameters or rank_by_control, with the columns "
            f"{', '.join(wanted)}."
        )
    position = {name: i for i, name in enumerate(model.parameter_names)}
    unknown = [name for name in table.index if name not in position]
    if unknown:
        raise InputError(
            f"the ranking's parameter {unknown[0]!r} does not belong to model {model.id!r}; make the "
            "ranking from sets of this model."
        )
    if not table.index.is_unique:
        twice = table.index[table.index.duplicated()][0]
        raise InputError(f"the ranking has parameter {twice!r} twice; keep one row.")
    if k > len(table):
        raise InputError(
            f"{k} parameters are to be constrained, but the ranking has {len(table)}; ask for fewer."
        )
    first = table.iloc[:k]
    directions = first["direction"].to_numpy()
    quantiles = real_numbers(first[wanted[1:]], "the ranking's quantiles of ln Km")
    good = np.isin(directions, (-1, 1)) & np.isfinite(quantiles).all(axis=1)
    good &= (np.diff(quantiles, axis=1) >= 0).all(axis=1)
    if not good.all():
        raise InputError(
            f"the ranking's parameter {first.index[~good][0]!r} has no direction of 1 or −1, or no "
            "ascending quantiles of ln Km; leave it out."
        )
    return [position[name] for name in first.index], directions, quantiles


def _population(model, state, sets):
    import xarray

    if not isinstance(sets, xarray.Dataset) or "km" not in sets:
        raise InputError(
            f"sets must be a dataset of parameter sets, found {type(sets).__name__}; make one with "
            "parameter_sets(model, state, km)."
        )
    linearisation, sets = prepare(model, state, sets)
    if not count(sets):
        raise InputError("there are no parameter sets to constrain; give at least one.")
    return linearisation, sets


def _numbers(top) -> list[int]:
    numbers = list(top) if isinstance(top, Iterable) else [top]
    return [whole_number(k, "each number of top", 0) for k in numbers]


def _tail(percentile) -> float:
    share = number(percentile, "percentile", positive=True) / 100
    if share > 0.5:
        raise InputError(f"percentile must be above 0 and at most 50, found {percentile!r}.")
    return share
