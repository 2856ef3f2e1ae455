"""How near a population of parameter sets comes to the relevant ones.

Incidence alone is worthless: a prior shrunk to its centre reaches 97 %. So a population is always judged
by incidence together with per-parameter divergences, spread, correlations, the distribution of λ_max and
a two-sample test, against relevant sets that were not trained on.
"""

from dataclasses import dataclass

import numpy as np

from ..analysis.divergence import divergence_of_counts, equal_width_counts
from ..errors import InputError
from ..kinetics.labels import label_rule
from ..kinetics.rules import LabelRule
from .features import live_parameters
from .two_sample import quick, strong

BINS = 30  # of equal width between the quantiles below, and an open one on either side
OUTER = (0.001, 0.999)
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
TESTS = {"quick": quick, "strong": strong}
EXPLANATIONS = {
    "n": "number of parameter sets judged",
    "incidence": "share of the sets that belong to the class asked for",
    "share_stable": "share of the sets with λ_max < 0",
    "kl_max": "largest of the parameters' D(reference‖population) of ln Km in nat (30 equal bins between "
    "the reference's 0.1 % and 99.9 % quantiles and two open ones, pseudo-count 0.5)",
    "kl_mean": "mean of the same over the parameters, in nat",
    "spread_ratio": "standard deviation of ln Km over the reference's, mean over the parameters",
    "correlation_error": "root mean square difference of the correlations between the ln Km; about "
    "1/√n for a faithful population",
    **{f"eigenvalue_q{100 * q:02.0f}": f"{q:.0%} quantile of λ_max in 1/h" for q in QUANTILES},
    "auc": "classifier two-sample test that sees ln Km and λ_max: 0.5 for the same distribution, 1 for "
    "separate ones; sets outside the class alone cost (1 − incidence)/2",
}


@dataclass(frozen=True, eq=False)
class Reference:
    """Relevant sets that populations are compared with, summarised once.

    ln_km: (set, parameter) of the live parameters, Km in µmol/L; eigenvalue_max: (set,) 1/h;
    edges: (parameter, 31) of the closed bins; counts: (parameter, 32); mean, sd: (parameter,);
    correlation: (parameter, parameter); quantiles: of eigenvalue_max at `QUANTILES`.
    """

    parameters: tuple[str, ...]
    ln_km: np.ndarray
    eigenvalue_max: np.ndarray
    rule: LabelRule | None
    label: str
    edges: np.ndarray
    counts: np.ndarray
    mean: np.ndarray
    sd: np.ndarray
    correlation: np.ndarray
    quantiles: np.ndarray

    @classmethod
    def of(cls, sets, label: str = "relevant") -> "Reference":
        """From those labelled parameter sets that have the label.

        Raises InputError where there are no labels, or fewer than two sets of the class.
        """
        rule = label_rule(sets)
        if "label" not in sets:
            raise InputError("the dataset has no labels; label it with label_parameters first.")
        chosen = sets.isel(set=np.flatnonzero(sets["label"].values == label))
        names = live_parameters(sets)
        ln_km = np.log(chosen["km"].transpose("set", "parameter").sel(parameter=list(names)).values)
        return cls.from_arrays(names, ln_km, chosen["eigenvalue_max"].values, rule, label)

    @classmethod
    def from_arrays(
        cls, parameters, ln_km, eigenvalue_max, rule: LabelRule | None = None, label="relevant"
    ) -> "Reference":
        """From ln_km (set, parameter) and eigenvalue_max (set,) of relevant sets."""
        ln_km = np.asarray(ln_km, float)
        if len(ln_km) < 2:
            raise InputError(
                f"only {len(ln_km)} of the reference's sets are {label!r}, but at least 2 are needed; "
                "sample and label more."
            )
        low, high = np.quantile(ln_km, OUTER, axis=0)
        edges = np.linspace(low, high, BINS + 1, axis=1)
        return cls(
            tuple(parameters),
            ln_km,
            np.asarray(eigenvalue_max, float),
            rule,
            label,
            edges,
            equal_width_counts(ln_km, edges),
            ln_km.mean(axis=0),
            ln_km.std(axis=0),
            _correlations(ln_km),
            _eigenvalue_quantiles(eigenvalue_max),
        )


def parameter_divergences(reference: Reference, ln_km) -> np.ndarray:
    """D(reference‖population) of every parameter's ln Km in nat, (parameter,).

    Histograms with the reference's bins and a pseudo-count of 0.5 in each. NaN for a population that is
    empty or not finite.
    """
    ln_km = np.asarray(ln_km, float)
    if not len(ln_km) or not np.isfinite(ln_km).all():
        return np.full(len(reference.parameters), np.nan)
    return divergence_of_counts(reference.counts, equal_width_counts(ln_km, reference.edges))


def population_metrics(
    reference: Reference, ln_km, eigenvalue_max, relevant, *, test: str | None = "quick", seed=0
) -> dict[str, float]:
    """All measures of a population against a reference; `EXPLANATIONS` says what each one is.

    ln_km: (set, parameter) in the order of `reference.parameters`; eigenvalue_max: (set,) 1/h;
    relevant: (set,) bool, whether a set belongs to the reference's class; test: "quick", "strong" or
    None for no two-sample test; seed: of the test's halves. What cannot be said is NaN.
    """
    ln_km, eigenvalue_max = np.asarray(ln_km, float), np.asarray(eigenvalue_max, float)
    if ln_km.shape != (len(eigenvalue_max), len(reference.parameters)):
        raise InputError(
            f"ln_km has shape {ln_km.shape}, but ({len(eigenvalue_max)}, "
            f"{len(reference.parameters)}) is needed: the reference's live parameters."
        )
    if test is not None and test not in TESTS:
        raise InputError(f"the two-sample test must be 'quick', 'strong' or None, found {test!r}.")
    n = len(ln_km)
    divergences = parameter_divergences(reference, ln_km)
    result = {
        "n": n,
        "incidence": np.mean(relevant) if n else np.nan,
        "share_stable": np.mean(eigenvalue_max < 0) if n else np.nan,
        "kl_max": divergences.max(),
        "kl_mean": divergences.mean(),
        "spread_ratio": _spread_ratio(reference, ln_km),
        "correlation_error": _correlation_error(reference, ln_km),
    }
    quantiles = _eigenvalue_quantiles(eigenvalue_max)
    result |= {f"eigenvalue_q{100 * q:02.0f}": v for q, v in zip(QUANTILES, quantiles)}
    arguments = (ln_km, eigenvalue_max, reference.ln_km, reference.eigenvalue_max)
    result["auc"] = np.nan if test is None else TESTS[test](*arguments, seed=seed)
    return {name: float(value) for name, value in result.items()}


def _correlations(ln_km) -> np.ndarray:
    """Correlation matrix; NaN in rows and columns of parameters that are constant."""
    if len(ln_km) < 2 or not np.isfinite(ln_km).all():
        return np.full((ln_km.shape[1],) * 2, np.nan)
    deviations = ln_km - ln_km.mean(axis=0)
    norms = np.sqrt((deviations**2).sum(axis=0))
    # Rounding leaves a little of the deviations of equal numbers.
    deviations /= np.where(
        norms > 1e-12 * np.sqrt(len(ln_km)) * (1 + np.abs(ln_km[0])), norms, np.nan
    )
    return deviations.T @ deviations


def _correlation_error(reference, ln_km) -> float:
    difference = _correlations(ln_km) - reference.correlation
    pairs = difference[np.triu_indices_from(difference, 1)]
    pairs = pairs[np.isfinite(pairs)]
    return np.sqrt(np.mean(pairs**2)) if len(pairs) else np.nan


def _spread_ratio(reference, ln_km) -> float:
    varying = reference.sd > 0
    if len(ln_km) < 2 or not varying.any() or not np.isfinite(ln_km).all():
        return np.nan
    return np.mean(ln_km.std(axis=0)[varying] / reference.sd[varying])


def _eigenvalue_quantiles(eigenvalue_max) -> np.ndarray:
    if not len(eigenvalue_max) or not np.isfinite(eigenvalue_max).all():
        return np.full(len(QUANTILES), np.nan)
    return np.quantile(eigenvalue_max, QUANTILES)
