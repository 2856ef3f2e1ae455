"""Classifier two-sample tests: can a classifier tell generated parameter sets from sampled ones?

Both tests train on one half and score the other, both ways; the mean area under the ROC curve is 0.5 for
equal distributions and 1 for separate ones (Lopez-Paz & Oquab 2017). They see ln Km standardised by the
reference and, unless told otherwise, λ_max, which is a function of the Km that no small classifier finds
by itself: it is what makes them strong. Where they see it, sets that miss the reference's class alone
cost (1 − incidence)/2, so that even a perfect generator of incidence 0.9 scores 0.55.

Between samples of one distribution the quick AUC was 0.500 ± 0.007 (standard deviation over repeats, with
238 parameters and 10 000 sets on either side) and ± 0.010 (2 000 against 10 000).
"""

import numpy as np

from ..run import one_blas_thread

QUICK_SETS = 10_000  # of either side, at most; the same for the strong test below
STRONG_SETS = 40_000
FEWEST = 20  # sets of one side, below which nothing can be learned
WIDEST = 10.0  # standard deviations; far beyond, squares would drown the rest


def quick(ln_km, eigenvalue_max, others, other_eigenvalues, *, dynamics=True, seed=0) -> float:
    """AUC of Fisher's linear discriminant on means, variances and λ_max; a fraction of a second.

    ln_km: generated sets (set, parameter), eigenvalue_max (set,) in 1/h; others, other_eigenvalues: the
    same of the reference; dynamics: whether λ_max is seen. NaN for fewer than 20 sets of either, or for
    values that are not finite.
    """
    return _cross_fit(
        (_fisher,), QUICK_SETS, ln_km, eigenvalue_max, others, other_eigenvalues, dynamics, seed
    )


def strong(ln_km, eigenvalue_max, others, other_eigenvalues, *, dynamics=True, seed=0) -> float:
    """AUC of the same discriminant and boosted trees together (sum of log-odds); up to a minute.

    The trees add what depends on shapes and combinations. Arguments and NaN as in `quick`.
    """
    import sklearn.ensemble  # noqa: F401 (loaded before its threads are limited)

    return _cross_fit(
        (_fisher, _trees),
        STRONG_SETS,
        ln_km,
        eigenvalue_max,
        others,
        other_eigenvalues,
        dynamics,
        seed,
    )


def area_under_curve(scores, positive) -> float:
    """Probability that a positive's score exceeds a negative's, ties counting half."""
    from scipy.stats import rankdata

    positive = np.asarray(positive, bool)
    n = positive.sum()
    wins = rankdata(scores)[positive].sum() - n * (n + 1) / 2
    return float(wins / (n * (len(positive) - n)))


def _cross_fit(classifiers, most, ln_km, eigenvalues, others, other_eigenvalues, dynamics, seed):
    rng = np.random.default_rng(seed)
    sides = [
        _some(most, *pair, rng) for pair in ((ln_km, eigenvalues), (others, other_eigenvalues))
    ]
    if min(len(side[0]) for side in sides) < FEWEST:
        return np.nan
    if not all(np.isfinite(values).all() for side in sides for values in side):
        return np.nan
    mean, deviation = sides[1][0].mean(axis=0), sides[1][0].std(axis=0)
    deviation[deviation == 0] = 1.0
    z = np.concatenate([np.clip((x - mean) / deviation, -WIDEST, WIDEST) for x, _ in sides])
    # λ_max spans ten orders of magnitude; what matters lies around the label rule's −9 /h.
    h = np.arcsinh((np.concatenate([e for _, e in sides]) + 9.0) / 5.0)[:, None]
    h = h if dynamics else h[:, :0]
    generated = np.arange(len(z)) < len(sides[0][0])
    first = np.zeros(len(z), bool)
    for side in (generated, ~generated):
        members = rng.permutation(np.flatnonzero(side))
        first[members[: len(members) // 2]] = True
    # On one thread, the same to the bit on every machine; threads that wait for a busy core cost more
    # than they bring.
    with one_blas_thread():
        return float(
            np.mean(
                [
                    area_under_curve(
                        sum(
                            c(z[half], h[half], generated[half], z[~half], h[~half])
                            for c in classifiers
                        ),
                        generated[~half],
                    )
                    for half in (first, ~first)
                ]
            )
        )


def _some(most, ln_km, eigenvalues, rng):
    """At most so many sets of one side, chosen at random."""
    ln_km, eigenvalues = np.asarray(ln_km, float), np.asarray(eigenvalues, float)
    if len(ln_km) > most:
        rows = np.sort(rng.choice(len(ln_km), most, replace=False))
        ln_km, eigenvalues = ln_km[rows], eigenvalues[rows]
    return ln_km, eigenvalues


def _fisher(z, h, generated, z_new, h_new):
    """Log-odds of new sets by a linear discriminant on values and squares, classes weighing the same."""
    from scipy.linalg import solve

    x, new = (np.hstack([a, a**2, b, b**2, b**3]) for a, b in ((z, h), (z_new, h_new)))
    one, other = x[generated], x[~generated]
    centres = one.mean(axis=0), other.mean(axis=0)
    scatter = sum((a - c).T @ (a - c) / len(a) for a, c in zip((one, other), centres)) / 2
    # A little is added, for columns that depend on each other or never change.
    diagonal = scatter.diagonal().copy()
    scatter[np.diag_indices_from(scatter)] = diagonal * 1.001 + 1e-6 * max(diagonal.mean(), 1e-12)
    direction = solve(scatter, centres[0] - centres[1], assume_a="pos")
    return (new - (centres[0] + centres[1]) / 2) @ direction


def _trees(z, h, generated, z_new, h_new):
    """Log-odds of new sets by boosted trees; saturations, monotone in ln Km, would add nothing."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    x, new = (np.hstack(pair).astype(np.float32) for pair in ((z, h), (z_new, h_new)))
    classifier = HistGradientBoostingClassifier(
        learning_rate=0.15,
        max_iter=60,
        max_leaf_nodes=8,
        min_samples_leaf=40,
        l2_regularization=1.0,
        max_bins=63,
        early_stopping=False,
        class_weight="balanced",
        random_state=0,
    )
    return classifier.fit(x, generated).decision_function(new)
