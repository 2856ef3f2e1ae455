"""Divergences of histograms against integrals, other implementations, and simulations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.integrate import quad

from kinetools.analysis.divergence import (
    TwoSamples,
    bias_and_interval,
    divergence_of_counts,
    equal_width_counts,
    kl_divergence,
)
from kinetools.analysis.permutation_counts import subset_counts


def logistic_divergence(shift):
    """D of a logistic variable moved by `shift` from the one that stays, by quadrature."""

    def integrand(x):
        p = stats.logistic.logpdf(x - shift)
        return np.exp(p) * (p - stats.logistic.logpdf(x))

    return quad(integrand, -60, 60)[0]


def test_two_normal_populations_diverge_by_the_closed_form():
    rng = np.random.default_rng(1)
    n, cases = 200_000, ((0.5, 1.0), (1.0, 1.0), (0.3, 0.8), (0.0, 0.7))
    p = np.column_stack([rng.normal(m, s, n) for m, s in cases])
    q = rng.normal(size=(n, len(cases)))
    exact = [-np.log(s) + (s**2 + m**2) / 2 - 0.5 for m, s in cases]
    # Fifty bins miss 3 % of a difference in the tails alone.
    np.testing.assert_allclose(kl_divergence(p, q), exact, rtol=0.04)


def test_two_logistic_populations_diverge_by_the_integral():
    rng = np.random.default_rng(2)
    shifts = np.array([0.3, 1.0, 2.0])
    p, q = rng.logistic(shifts, size=(200_000, 3)), rng.logistic(size=(200_000, 3))
    exact = [logistic_divergence(s) for s in shifts]
    np.testing.assert_allclose(kl_divergence(p, q), exact, rtol=0.02, atol=0.0015)


def test_counts_and_divergences_are_those_of_numpy_and_scipy():
    rng = np.random.default_rng(3)
    p, q = rng.logistic(0.5, size=(700, 2)), rng.logistic(size=(400, 2))
    samples = TwoSamples.of(p, q)
    assert samples.n_bins == 7  # the cube root of the smaller number
    for k in range(2):
        both = np.concatenate([p[:, k], q[:, k]])
        inner = np.quantile(both, np.arange(1, 7) / 7)
        edges = np.r_[-np.inf, inner, np.inf]
        a, b = (np.histogram(x[:, k], edges)[0] for x in (p, q))
        assert [list(c[k]) for c in samples.counts] == [list(a), list(b)]
        pseudo = 0.5 * 7 * (a + b) / 1100
        assert samples.divergence[k] == pytest.approx(stats.entropy(a + pseudo, b + pseudo))


def test_the_number_of_bins_follows_the_smaller_sample_within_limits():
    numbers = [TwoSamples.of(np.zeros((n, 1)), np.zeros((3000, 1))).n_bins for n in (2, 100, 2000)]
    assert numbers == [5, 5, 13]
    assert TwoSamples.of(np.zeros((200_000, 1)), np.zeros((200_000, 1))).n_bins == 50


def test_bins_of_equal_width_count_what_numpy_counts_also_beyond_the_ends():
    rng = np.random.default_rng(4)
    values = rng.normal(size=(500, 3))
    edges = np.array([np.linspace(low, low + 2, 9) for low in (-2.0, -1.0, 0.5)])
    counts = equal_width_counts(values, edges)
    for k in range(3):
        assert list(counts[k]) == list(np.histogram(values[:, k], [-99, *edges[k], 99])[0])


@given(
    st.lists(st.integers(0, 50), min_size=2, max_size=8),
    st.lists(st.integers(0, 50), min_size=8, max_size=8),
)
def test_divergences_of_counts_are_never_negative_and_zero_for_equal_shares(first, second):
    p, q = np.array(first), np.array(second[: len(first)])
    assert divergence_of_counts(p, q) >= -1e-12
    assert divergence_of_counts(p, p) == 0
    assert divergence_of_counts(3 * p, p, 0.5 * np.array([[3.0], [1.0]])).shape == (2,)


def test_constant_and_tied_values_do_not_diverge_whatever_the_sizes():
    p, q = np.full((100, 1), 2.0), np.full((90_000, 1), 2.0)
    assert kl_divergence(p, q) == pytest.approx([0], abs=1e-12)
    two_values = np.tile([[0.0], [1.0]], (500, 1))
    assert kl_divergence(two_values[:200], two_values) == pytest.approx([0], abs=1e-12)


def test_intervals_hold_the_true_divergence_about_as_often_as_they_say():
    rng = np.random.default_rng(5)
    for shift in (0.0, 0.3, 1.0):
        exact = logistic_divergence(shift)
        samples = TwoSamples.of(rng.logistic(shift, size=(500, 400)), rng.logistic(size=(500, 400)))
        bias, low, high = bias_and_interval(samples.divergence, samples.bootstrap(300, 0), 0.9)
        assert np.mean((low <= exact) & (exact <= high)) >= 0.87
        assert np.mean(low > exact) < 0.05
        # The estimate is biased, but less its bias it is not, up to what the bins cannot see.
        assert samples.divergence.mean() > exact + 0.005
        assert (samples.divergence - bias).mean() == pytest.approx(exact, abs=0.006)


def test_a_bootstrap_and_a_deal_have_the_spread_of_new_samples():
    rng = np.random.default_rng(6)
    new = TwoSamples.of(rng.logistic(size=(1000, 600)), rng.logistic(size=(400, 600))).divergence
    one = TwoSamples.of(rng.logistic(size=(1000, 5)), rng.logistic(size=(400, 5)))
    dealt = one.permuted(300, 1)
    assert dealt.mean() == pytest.approx(new.mean(), rel=0.06)
    assert dealt.std() == pytest.approx(new.std(), rel=0.1)
    shifted = rng.logistic(1.0, size=(1000, 600)), rng.logistic(size=(400, 600))
    many = TwoSamples.of(*shifted)
    assert many.bootstrap(200, 2).std(axis=0).mean() == pytest.approx(
        many.divergence.std(), rel=0.1
    )


def test_deals_keep_the_correlations_between_variables():
    rng = np.random.default_rng(7)
    x = rng.normal(size=(800, 1))
    same = np.repeat(x, 20, axis=1)
    dealt = TwoSamples.of(same[:400], same[400:]).permuted(40, 0)
    assert (dealt == dealt[:, :1]).all()


def test_subsets_are_counted_as_numpy_counts_them():
    rng = np.random.default_rng(8)
    bins = rng.integers(0, 6, (4, 50)).astype(np.uint8)
    subsets = np.stack([rng.permutation(50)[:20] for _ in range(7)])
    plain = [[np.bincount(row[s], minlength=6) for row in bins] for s in subsets]
    assert (subset_counts(bins, subsets, 6) == np.array(plain)).all()
