"""How populations of parameterised models behave, side by side: time constants and robustness.

The comparison of Choudhury et al. 2022, Fig. 2d, e: how fast the models are, and how many come back after
a perturbation, for sampled and for generated sets.
"""

from collections.abc import Mapping

import numpy as np

from ..data import number, whole_number
from ..errors import InputError
from ..kinetics.dynamics import checked_sets
from ..kinetics.labels import label_parameters
from ..kinetics.perturbation import perturb

COLUMNS = {
    "sets": "parameter sets of the population",
    "share_stable": "share of them whose eigenvalues all have negative real parts",
    "share_relevant": "share of them with the label 'relevant'",
    "time_constant": "median of the slowest time constants of the stable sets, in min",
    "time_constant_majority": "where the slowest time constants of the stable sets are densest, in min "
    "(Gaussian kernel estimate on their logarithm)",
    "perturbed": "sets that were perturbed",
    "share_returned": "share of their trials that returned to the steady state in time",
    "share_robust": "share of the perturbed sets of which every trial returned",
    "unresolved": "trials whose integration did not finish; they count as not returned",
}
MEASURED = (
    "share_stable",
    "share_relevant",
    "time_constant",
    "time_constant_majority",
    "share_returned",
    "share_robust",
)
GRID = 200  # points at which the density of time constants is looked at


def compare_populations(
    model,
    state,
    populations,
    *,
    n_perturbed: int = 100,
    label: str | None = "relevant",
    rule=None,
    preset: str = "within-50-percent",
    n_trials: int | None = None,
    minutes: float = 21,
    rtol: float = 1e-4,
    n_bootstrap: int = 1000,
    level: float = 0.95,
    seed: int = 1,
    workers: int | None = None,
    progress=True,
):
    """Time constants and robustness of one population of parameter sets or several, with intervals.

    populations: name → dataset of parameter sets (labelled by `rule` if they are not yet); n_perturbed: of
    each, the first with the label (None: of all sets) are perturbed; preset, n_trials, minutes, rtol: as of
    `perturb`; level: of the intervals, from n_bootstrap bootstraps of whole sets.
    Returns a `pandas.DataFrame`: a row a population, and after two or more the differences of each to
    the first; with columns `…_low` and `…_high` beside each measure; `attrs["columns"]` explains them.
    Raises InputError for no population and for sets that do not belong to model and state.
    """
    import pandas as pd

    if not isinstance(populations, Mapping) or not populations:
        raise InputError(
            'populations must be a mapping of names to parameter sets, {"sampled": sets}, say.'
        )
    n_perturbed = whole_number(n_perturbed, "n_perturbed", 1)
    n_bootstrap = whole_number(n_bootstrap, "n_bootstrap", 100)
    seed = whole_number(seed, "seed", 0)
    level = number(level, "level", positive=True)
    if level >= 1:
        raise InputError(f"level must lie between 0 and 1, found {level:g}.")
    options = {"preset": preset, "n_trials": n_trials, "minutes": minutes, "rtol": rtol}
    options |= {"seed": seed, "workers": workers, "progress": progress, "hours": []}
    rows, replicates = {}, {}
    for k, (name, sets) in enumerate(populations.items()):
        try:
            sets, _ = checked_sets(model, state, sets)
        except InputError as error:
            raise InputError(f"population {name!r}: {error}") from None
        if "label" not in sets:
            sets = label_parameters(model, state, sets, rule, workers=workers, progress=progress)
        labels = sets["label"].values
        chosen = np.arange(len(labels)) if label is None else np.flatnonzero(labels == label)
        if not len(chosen):
            raise InputError(
                f"population {name!r} has no set with the label {label!r} to perturb; give more sets, or "
                "label=None."
            )
        trials = perturb(model, state, sets.isel(set=chosen[:n_perturbed]), **options)
        measures = _Measures(sets, trials)
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(k,)))
        rows[name] = measures.of(None)
        replicates[name] = pd.DataFrame([measures.of(rng) for _ in range(n_bootstrap)])
        rows[name] |= _interval(replicates[name], level)
        rows[name] |= {
            "sets": len(labels),
            "perturbed": trials.sizes["set"],
            "unresolved": int((trials["status"] != "finished").sum()),
        }
    first, *others = rows
    for name in others:
        gap = replicates[name] - replicates[first]
        difference = {m: rows[name][m] - rows[first][m] for m in MEASURED}
        rows[f"{name} − {first}"] = difference | _interval(gap, level)
    order = [c for m in COLUMNS for c in ((m, f"{m}_low", f"{m}_high") if m in MEASURED else (m,))]
    table = pd.DataFrame.from_dict(rows, orient="index")[order].rename_axis("population")
    table.attrs = {"columns": COLUMNS, "level": level, "preset": preset, "seed": seed}
    return table


class _Measures:
    """The measures of a population, of its sets as they are or drawn again."""

    def __init__(self, sets, trials):
        self._stable = sets["eigenvalue_max"].values < 0
        self._relevant = sets["label"].values == "relevant"
        self._time_constants = sets["time_constant"].values
        self._returned = trials["returned"].values

    def of(self, rng) -> dict:
        """name → value; rng: for a bootstrap, or None."""

        def drawn(n):
            return slice(None) if rng is None else rng.integers(0, n, n)

        which, perturbed = drawn(len(self._stable)), drawn(len(self._returned))
        slow = self._time_constants[which]
        slow = slow[self._stable[which]]
        returned = self._returned[perturbed]
        return {
            "share_stable": self._stable[which].mean(),
            "share_relevant": self._relevant[which].mean(),
            "time_constant": np.median(slow) if len(slow) else np.nan,
            "time_constant_majority": densest(slow),
            "share_returned": returned.mean(),
            "share_robust": returned.all(axis=1).mean(),
        }


def densest(values) -> float:
    """Where positive values (n,) are densest on a logarithmic scale, by a Gaussian kernel estimate."""
    logs = np.log(values)
    if len(logs) < 2 or np.ptp(logs) == 0:
        return float(values[0]) if len(values) else np.nan
    low, high = np.quantile(logs, [0.005, 0.995])
    grid = np.linspace(low, high, GRID)
    quartiles = np.quantile(logs, [0.25, 0.75])
    # Silverman's rule, on a histogram finer than the kernel.
    spread = min(logs.std(), (quartiles[1] - quartiles[0]) / 1.349) or logs.std()
    width = 0.9 * spread * len(logs) ** -0.2
    counts, edges = np.histogram(logs, 4 * GRID, (low, high) if high > low else None)
    middles = (edges[1:] + edges[:-1]) / 2
    density = np.exp(-0.5 * ((grid[:, None] - middles) / width) ** 2) @ counts
    return float(np.exp(grid[np.argmax(density)]))


def _interval(replicates, level) -> dict:
    """name_low and name_high of every measure."""
    ends = replicates.quantile([(1 - level) / 2, (1 + level) / 2])
    return {
        f"{name}_{word}": ends[name].iloc[k]
        for name in replicates
        for k, word in enumerate(("low", "high"))
    }
