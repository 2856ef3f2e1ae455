"""Anchors carry the prior to a class's own distributions; prices rise where a distribution drifts."""

import numpy as np
import pytest
from scipy import stats

from kinetools.gan.displacement import DEAREST, MANY, Anchor, Prices
from kinetools.gan.features import LOGISTIC_DEVIATION

N = 100_000


def prior(n, width, seed=0):
    return np.random.default_rng(seed).logistic(0.0, 1 / LOGISTIC_DEVIATION, (n, width))


def test_anchored_samples_of_the_prior_have_the_references_distributions():
    reference = prior(N, 3, seed=1)
    reference[:, 1] = 0.6 * reference[:, 1] + 0.3
    reference[:, 2] = np.maximum(reference[:, 2], -0.5 + 0.1 * reference[:, 2])
    z = prior(20_000, 3, seed=2)
    moved = z + Anchor(reference)(z)
    for k in range(3):
        assert stats.ks_2samp(moved[:, k], reference[:, k]).statistic < 0.025
    assert stats.ks_2samp(z[:, 1], reference[:, 1]).statistic > 0.1


def test_a_reference_like_the_prior_leaves_samples_where_they_are():
    z = prior(5000, 2, seed=3)
    assert np.abs(Anchor(prior(N, 2, seed=4))(z)).max() < 0.06


def test_the_way_is_monotone_and_few_sets_are_believed_less():
    reference = prior(N, 1, seed=5) + 1.0
    z = np.sort(prior(3000, 1, seed=6), axis=0)
    moved = z + Anchor(reference)(z)
    assert (np.diff(moved[:, 0]) >= 0).all()
    few = Anchor(reference[:MANY])(np.zeros((1, 1)))
    assert few.item() == pytest.approx(0.5, abs=0.06)


def test_prices_rise_where_a_distribution_drifts_and_fall_when_it_is_back():
    reference, same = prior(N, 3, seed=7), prior(4096, 3, seed=8)
    drifted = same.copy()
    drifted[:, 2] = 0.7 * drifted[:, 2] + 0.5
    prices = Prices(reference)
    price = np.ones(3)
    for _ in range(10):
        price = prices.renewed(price, drifted)
    assert price[0] == price[1] == 1.0
    assert price[2] > 3.0
    for _ in range(100):
        price = prices.renewed(price, drifted)
    assert price[2] == DEAREST
    for _ in range(60):
        price = prices.renewed(price, same)
    assert price[2] < 2.0
