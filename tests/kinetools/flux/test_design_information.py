"""The estimate of what data would leave open, against answers that are known exactly."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinetools.flux.design_cost import pareto_front
from kinetools.flux.design_inference import reweighted, weighted_order
from kinetools.flux.design_information import combinations, effective_draws, powers, remaining

DRAWS, TRUTHS = 2000, 64


def linear(seed, strength, dimension=4, values=6):
    """Normal fluxes x, and masses J x in units of their noise: everything is known."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((DRAWS, dimension)) @ np.diag(np.geomspace(3, 0.3, dimension))
    jacobian = strength * rng.standard_normal((values, dimension))
    return x, jacobian


def exact(x, jacobian):
    """Standard deviations (flux,) after data, and the information in nats."""
    today = np.linalg.inv(np.cov(x.T))
    after = today + jacobian.T @ jacobian
    gain = 0.5 * (np.linalg.slogdet(after)[1] - np.linalg.slogdet(today)[1])
    return np.sqrt(np.diag(np.linalg.inv(after))), gain


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.01, 20.0))
def test_of_normal_fluxes_and_linear_masses_it_is_the_sum_of_informations(seed, strength):
    x, jacobian = linear(seed, strength)
    found = remaining(x @ jacobian.T, x, np.arange(TRUTHS), 200, seed)
    sd, gain = exact(x, jacobian)
    np.testing.assert_allclose(found.sd.mean(axis=0), sd, rtol=0.12)
    assert found.information.mean() == pytest.approx(gain, abs=0.6)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.05, 3.0))
def test_information_of_parallel_experiments_adds(seed, strength):
    x, one = linear(seed, strength, values=3)
    _, two = linear(seed + 1, strength, values=3)
    both = np.concatenate([x @ one.T, x @ two.T], axis=1)
    found = remaining(both, x, np.arange(TRUTHS), 200, 0)
    sd, _ = exact(x, np.concatenate([one, two]))  # (C⁻¹ + J₁ᵀJ₁ + J₂ᵀJ₂)⁻¹
    np.testing.assert_allclose(found.sd.mean(axis=0), sd, rtol=0.12)
    for alone in (one, two):
        more = remaining(x @ alone.T, x, np.arange(TRUTHS), 200, 0)
        assert (found.sd.mean(axis=0) < 1.05 * more.sd.mean(axis=0)).all()


def test_masses_that_are_the_same_everywhere_tell_nothing():
    x, _ = linear(0, 1.0)
    found = remaining(np.full((DRAWS, 5), 30.0), x, np.arange(10), 200, 0)
    np.testing.assert_array_equal(found.sd, np.repeat(x.std(axis=0)[None], 10, axis=0))
    assert (found.information == 0).all()


def test_a_curved_posterior_is_followed_where_its_covariance_misleads():
    """Draws on a ridge y = x², and masses that only repeat what is known of it: y − x²."""
    rng = np.random.default_rng(1)
    x = rng.standard_normal(4000)
    y = x**2 + 0.1 * rng.standard_normal(4000)
    fluxes = np.column_stack([x, y])
    masses = (y - x**2)[:, None] / 0.1  # as precise as what is known
    found = remaining(masses, fluxes, np.arange(TRUTHS), 400, 0)
    # The exact answer: neither x nor y is known any better, since the ridge runs on. Fisher information
    # at a point would call both far narrower, as it takes the ridge for an ellipse.
    np.testing.assert_allclose(found.sd.mean(axis=0), fluxes.std(axis=0), rtol=0.06)
    jacobian = np.stack([-2 * x / 0.1, np.full_like(x, 10.0)], axis=1)[:TRUTHS, None, :]
    today = np.linalg.inv(np.cov(fluxes.T))
    fisher = np.linalg.inv(today + np.swapaxes(jacobian, 1, 2) @ jacobian)
    assert np.sqrt(fisher[:, 1, 1]).mean() < 0.8 * y.std()


def test_weak_data_are_reweighted_only_and_strong_ones_keep_enough_draws():
    x, jacobian = linear(3, 0.05)
    assert (remaining(x @ jacobian.T, x, np.arange(20), 200, 0).power == 1).all()
    x, jacobian = linear(3, 50.0)
    found = remaining(x @ jacobian.T, x, np.arange(20), 200, 0)
    assert (found.power < 0.2).all() and (found.power > 0).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 30.0), st.integers(2, 300))
def test_the_power_leaves_just_as_many_draws_as_are_asked_for(seed, size, wanted):
    logs = size * np.random.default_rng(seed).standard_normal((3, 500))
    logs -= logs.max(axis=1)[:, None]
    power = powers(logs, wanted)
    left = effective_draws(np.exp(power[:, None] * logs))
    assert (left >= wanted * 0.999).all()
    assert ((power == 1) | (left <= wanted * 1.01)).all()


def test_combinations_have_no_correlation_and_keep_distances():
    rng = np.random.default_rng(0)
    masses = rng.standard_normal((300, 2)) @ rng.standard_normal((2, 7))
    found = combinations(masses)
    assert found.shape == (300, 2)
    covariance = np.cov(found.T)
    assert abs(covariance[0, 1]) < 1e-9
    np.testing.assert_allclose(
        np.linalg.norm(found[0] - found[1]), np.linalg.norm(masses[0] - masses[1]), rtol=1e-6
    )


def test_reweighted_draws_give_the_interval_of_the_normal_posterior():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((20_000, 1))
    found = reweighted(2 * x, np.array([1.0]), x, 0, 0.95, "eti")
    mean, sd = 2 * 1.0 / 5, np.sqrt(1 / 5)  # precision 1 + 2², from the datum 1 = 2 x + noise
    np.testing.assert_allclose(found.lower, mean - 1.96 * sd, atol=0.03)
    np.testing.assert_allclose(found.upper, mean + 1.96 * sd, atol=0.03)
    assert found.how == "reweighted" and 5_000 < found.effective < 20_000


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 60))
def test_equal_weights_change_no_quantile(seed, n):
    x = np.random.default_rng(seed).standard_normal((n, 2))
    found = weighted_order(x, np.full(n, 1 / n))
    assert (np.diff(found, axis=1) >= 0).all()
    np.testing.assert_allclose(found.mean(axis=1), x.mean(axis=0), atol=0.01)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=20))
def test_the_front_holds_those_that_no_other_beats(pairs):
    cost, score = np.array(pairs, float).T
    front = pareto_front(cost, score)
    assert front.any()
    for k, (c, s) in enumerate(pairs):
        beaten = any((a <= c and b <= s) and (a, b) != (c, s) for a, b in pairs)
        assert front[k] == (not beaten)
