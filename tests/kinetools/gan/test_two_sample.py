"""Two-sample tests say 0.5 for the same distribution, and more the further two are apart."""

import numpy as np
import pytest
from scipy import stats

from kinetools.gan.two_sample import area_under_curve, quick, strong


def sample(seed, n=1500, shift=0.0, slow=0.0):
    """Logistic ln Km of 12 parameters, and λ_max of sets of which a share lies above −9 /h."""
    rng = np.random.default_rng(seed)
    ln_km = rng.logistic(size=(n, 12)) + shift
    return ln_km, np.where(rng.random(n) < slow, 5.0, -9 - rng.exponential(5, n))


def test_the_area_is_that_of_the_mann_whitney_statistic_with_ties_counting_half():
    rng = np.random.default_rng(1)
    scores, positive = rng.integers(0, 8, 300), rng.random(300) < 0.3
    expected = stats.mannwhitneyu(scores[positive], scores[~positive]).statistic
    assert area_under_curve(scores, positive) == pytest.approx(
        expected / (positive.sum() * (~positive).sum())
    )


@pytest.mark.parametrize("test", [quick, strong])
def test_samples_of_one_distribution_cannot_be_told_apart(test):
    areas = [test(*sample(2 * i), *sample(2 * i + 1, 4000), seed=i) for i in range(3)]
    assert np.mean(areas) == pytest.approx(0.5, abs=0.02)


def test_a_shift_is_found_as_often_as_the_best_classifier_could():
    shift = 0.3
    found = quick(*sample(1, 4000, shift), *sample(2, 8000), dynamics=False)
    # Best score: the log-density ratio, summed over the parameters.
    a, b = sample(3, 4000, shift)[0], sample(4, 4000)[0]
    ratio = np.concatenate(
        [(stats.logistic.logpdf(x, shift) - stats.logistic.logpdf(x)).sum(axis=1) for x in (a, b)]
    )
    best = area_under_curve(ratio, np.arange(8000) < 4000)
    assert best - 0.03 < found < best + 0.02


@pytest.mark.parametrize("test", [quick, strong])
def test_sets_of_another_class_cost_half_their_share_where_the_dynamics_are_seen(test):
    arguments = (*sample(1, 4000, slow=0.4), *sample(2, 8000))
    assert test(*arguments) == pytest.approx(0.5 + 0.4 / 2, abs=0.025)
    assert test(*arguments, dynamics=False) == pytest.approx(0.5, abs=0.025)


def test_the_strong_test_sees_a_combination_that_shifts_no_parameter():
    rng = np.random.default_rng(3)
    ln_km, slowest = sample(1, 4000)
    paired = ln_km.copy()
    paired[:, 1] = np.abs(paired[:, 1]) * np.sign(paired[:, 0])
    arguments = (paired, slowest, rng.logistic(size=ln_km.shape), slowest)
    assert quick(*arguments) < 0.55
    assert strong(*arguments) > 0.65


def test_a_seed_gives_the_same_area_to_the_bit_and_another_seed_other_halves():
    arguments = (*sample(1, shift=0.1), *sample(2))
    for test in (quick, strong):
        assert test(*arguments, seed=4) == test(*arguments, seed=4)
    assert quick(*arguments, seed=4) != quick(*arguments, seed=5)


def test_what_cannot_be_judged_is_nan_and_collapsed_sets_are_told_apart(recwarn):
    ln_km, slowest = sample(1)
    assert np.isnan(quick(ln_km[:5], slowest[:5], ln_km, slowest))
    assert np.isnan(quick(ln_km[:0], slowest[:0], ln_km, slowest))
    broken = np.where(np.arange(12) == 3, np.inf, ln_km)
    assert np.isnan(quick(broken, slowest, ln_km, slowest))
    constant = np.ones_like(ln_km), np.full_like(slowest, -1e11)
    assert quick(*constant, ln_km, slowest) > 0.95
    assert quick(*constant, *constant) == 0.5
    assert not recwarn.list
