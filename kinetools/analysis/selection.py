"""What distinguishes selected parameter sets from the rest."""

from dataclasses import dataclass

import numpy as np

from ..errors import InputError

ROWS = 2048  # sets read at a time


@dataclass(frozen=True)
class LnKmMoments:
    """Count, sum and sum of squares of ln Km (µmol/L) less `origin`, each per parameter."""

    n: int
    origin: np.ndarray
    sum: np.ndarray
    squares: np.ndarray

    def minus(self, other: "LnKmMoments") -> "LnKmMoments":
        """Moments of the sets that are not among the others."""
        return LnKmMoments(
            self.n - other.n, self.origin, self.sum - other.sum, self.squares - other.squares
        )

    @property
    def mean(self) -> np.ndarray:
        """Mean of ln Km per parameter."""
        return self.origin + self.sum / self.n

    @property
    def scatter(self) -> np.ndarray:
        """Sum of squared deviations from the mean per parameter."""
        return np.maximum(self.squares - self.sum**2 / self.n, 0)


def ln_km_moments(sets, positions=None, origin=None) -> LnKmMoments:
    """Moments of ln Km over all sets, or those at some positions; read in blocks, memory bounded."""
    n_sets = sets.sizes["set"]
    positions = None if positions is None else np.sort(np.asarray(positions, int))
    if origin is None:
        # Near the mean, so that sums of squares lose no digits.
        origin = np.log(sets["km"].isel(set=slice(0, 1)).values[0]) if n_sets else 0.0
    n, total, squares = 0, 0.0, 0.0
    for start in range(0, n_sets, ROWS):
        stop = min(start + ROWS, n_sets)
        if positions is None:
            rows = slice(None)
        else:
            rows = positions[slice(*np.searchsorted(positions, [start, stop]))] - start
            if not len(rows):
                continue
        block = np.log(sets["km"].isel(set=slice(start, stop)).values[rows]) - origin
        n, total, squares = n + len(block), total + block.sum(0), squares + (block**2).sum(0)
    return LnKmMoments(n, origin, total, squares)


def selection_contrast(sets, selection, *, moments: LnKmMoments | None = None):
    """How the Michaelis constants of selected sets differ from those of all others.

    sets: dataset with km(set, parameter); selection: numbers in the `set` coordinate; moments:
    `ln_km_moments(sets)`, if known, so that only the selected sets are read. Returns a
    `pandas.DataFrame`, one row a parameter: reaction, metabolite, live (whether it occurs in its rate
    law), mean_selected and mean_rest (of ln Km in µmol/L), difference (standardised mean difference:
    (mean_selected − mean_rest)/pooled standard deviation; Cohen, Statistical Power Analysis, 1988) and
    standard_error (of a difference between groups that do not differ, √(1/n_selected + 1/n_rest)).
    Raises InputError for unknown sets, and for a selection of none or all of the sets.
    """
    import pandas as pd

    numbers = np.unique(np.asarray(list(selection), dtype=int))
    present = np.isin(sets["set"].values, numbers)
    if present.sum() < len(numbers):
        missing = np.setdiff1d(numbers, sets["set"].values)[0]
        raise InputError(
            f"the dataset has no set {missing}; a selection is a list of numbers in sets['set']."
        )
    if not 0 < len(numbers) < sets.sizes["set"]:
        raise InputError(
            f"{len(numbers)} of {sets.sizes['set']} sets are selected; select some sets, but not all."
        )
    moments = ln_km_moments(sets) if moments is None else moments
    selected = ln_km_moments(sets, np.flatnonzero(present), moments.origin)
    rest = moments.minus(selected)
    pooled = np.sqrt((selected.scatter + rest.scatter) / max(1, moments.n - 2))
    difference = selected.mean - rest.mean
    with np.errstate(divide="ignore", invalid="ignore"):
        standardised = np.where(difference == 0, 0.0, difference / pooled)
    return pd.DataFrame(
        {
            "reaction": sets["parameter_reaction"].values,
            "metabolite": sets["parameter_metabolite"].values,
            "live": sets["parameter_live"].values.astype(bool),
            "mean_selected": selected.mean,
            "mean_rest": rest.mean,
            "difference": standardised,
            "standard_error": np.sqrt(1 / selected.n + 1 / rest.n),
        },
        index=pd.Index(sets["parameter"].values, name="parameter"),
    )


def chance_limit(contrast, confidence: float = 0.95) -> float:
    """How large the largest difference in a table of `selection_contrast` may be by chance.

    Bonferroni's limit over the parameters that occur in their rate laws, normal approximation.
    """
    from scipy.stats import norm

    live = contrast[contrast["live"]]
    quantile = norm.ppf(1 - (1 - confidence) / (2 * max(1, len(live))))
    return float(quantile * live["standard_error"].max())


def reaction_contrast(contrast):
    """The largest difference of each reaction, from the table that `selection_contrast` returns.

    Parameters without influence on their rate law are left out. Returns a `pandas.DataFrame`, one row a
    reaction: difference (signed, of the parameter with the largest absolute difference), parameter.
    """
    live = contrast[contrast["live"]]
    order = live["difference"].abs().sort_values(ascending=False, kind="stable").index
    first = live.loc[order].reset_index().drop_duplicates("reaction").set_index("reaction")
    return first.loc[live["reaction"].unique(), ["difference", "parameter"]]
