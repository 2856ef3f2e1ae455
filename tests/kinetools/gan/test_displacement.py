"""Prices of moving a parameter rise where its distribution drifts, and fall when it is back."""

import numpy as np

from kinetools.gan.displacement import DEAREST, Prices
from kinetools.gan.features import LOGISTIC_DEVIATION

N = 100_000


def prior(n, width, seed=0):
    return np.random.default_rng(seed).logistic(0.0, 1 / LOGISTIC_DEVIATION, (n, width))


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
