"""Rank matching moves a distribution of λ_max to the reference's and rests when it is there."""

import numpy as np
import pytest
from scipy import stats

from kinetools.gan.matching import RankMatching

OPTIONS = {"weight": 1.0, "share": 1.0, "upward": 1.0, "scale": 5.0}


@pytest.fixture(scope="module")
def reference():
    return -9 - np.random.default_rng(1).gamma(3.0, 3.0, 20_000)


def moved(matching, values, rng, steps=400):
    for _ in range(steps):
        values = values - 2.0 * matching(values, rng)
    return values


@pytest.mark.parametrize("start", [(-8.0, 0.1), (-20.0, 8.0), (-40.0, 2.0)])
def test_any_population_ends_with_the_references_distribution(reference, start):
    rng = np.random.default_rng(2)
    values = rng.normal(*start, 1000)
    end = moved(RankMatching(reference, **OPTIONS), values, rng)
    assert stats.ks_2samp(end, reference).statistic < 0.02
    assert stats.ks_2samp(values, reference).statistic > 0.2


def test_a_population_that_matches_already_is_left_alone(reference):
    matching = RankMatching(reference, **OPTIONS)
    sample = np.quantile(reference, (np.arange(500) + 0.5) / 500)
    assert np.abs(matching(sample, np.random.default_rng(0))).max() < 2e-3


def test_only_some_sets_move_in_a_step_and_they_move_as_much_on_average(reference):
    values = np.random.default_rng(3).normal(-15, 2, 5000)
    values = values[values < reference.max()]
    whole = RankMatching(reference, **OPTIONS)
    some = RankMatching(reference, **(OPTIONS | {"share": 0.2}))
    forces = some(values, np.random.default_rng(4))
    assert (forces != 0).mean() == pytest.approx(0.2, abs=0.02)
    assert forces.mean() == pytest.approx(whole(values, np.random.default_rng(4)).mean(), rel=0.1)


def test_sets_above_every_reference_set_move_in_every_step(reference):
    values = np.linspace(-8.9, 5.0, 200)
    few = RankMatching(reference, **(OPTIONS | {"share": 0.01}))
    assert (few(values, np.random.default_rng(4)) > 0).all()


def test_far_away_sets_pull_no_harder_than_near_ones(reference):
    matching = RankMatching(reference, **OPTIONS)
    values = np.array([-12.0, 10.0, 1e3, 1e6])
    forces = matching(values, np.random.default_rng(0))
    assert np.isfinite(forces).all()
    assert np.abs(forces).max() <= 1 / 5.0
    assert forces[3] < forces[1]


def test_no_weight_and_no_sets_give_no_force(reference):
    off = RankMatching(reference, **(OPTIONS | {"weight": 0.0}))
    assert not off(np.array([5.0, -20.0]), np.random.default_rng(0)).any()
    on = RankMatching(reference, **OPTIONS)
    assert on(np.array([]), np.random.default_rng(0)).size == 0
