"""Trajectories that bounce off facets obey mechanics: their energy is kept, and they find the way back."""

import numpy as np
import pytest

from kinetools.flux import reflective_hmc
from kinetools.flux.reflective_hmc import _drift, _kick, _velocity, facets, metric

DIMENSION, FACETS, KNOWN = 5, 9, 2


@pytest.fixture(params=range(4))
def particle(request):
    """Facets, a metric, its Σ, and a position with a velocity."""
    rng = np.random.default_rng(request.param)
    walls = facets(rng.normal(size=(FACETS, DIMENSION)), np.ones(FACETS))
    jacobian = rng.normal(size=(KNOWN, DIMENSION))
    information = jacobian.T @ jacobian
    its_metric = metric(walls.normals, information[None], np.array([0.7]))
    covariance = np.linalg.inv(np.eye(DIMENSION) + 0.7 * information)
    velocity = np.empty(DIMENSION)
    _velocity(its_metric, 0, rng.normal(size=DIMENSION), velocity)
    return walls, its_metric, covariance, np.zeros(DIMENSION), velocity


def kinetic(covariance, velocity):
    return 0.5 * velocity @ np.linalg.solve(covariance, velocity)


def test_velocities_are_as_frequent_as_their_kinetic_energy_says(particle):
    _, its_metric, covariance, _, _ = particle
    momenta, velocities = np.eye(DIMENSION), np.empty((DIMENSION, DIMENSION))
    for momentum, velocity in zip(momenta, velocities):
        _velocity(its_metric, 0, momentum, velocity)
    np.testing.assert_allclose(velocities.T @ velocities, covariance, atol=1e-12)


def test_directions_of_which_the_data_say_next_to_nothing_are_left_out():
    information = np.diag([100.0, 1.0, 0.01, 1e-9, 0.0])[None].repeat(3, axis=0)
    its_metric = metric(np.eye(DIMENSION), information, np.array([1.0, 0.01, 0.0]))
    assert its_metric.ranks.tolist() == [2, 1, 0]
    assert its_metric.narrowed.shape == (3, 2, DIMENSION)


def test_kick_tells_by_how_much_the_kinetic_energy_grew(particle):
    _, its_metric, covariance, _, velocity = particle
    rng = np.random.default_rng(9)
    likelihood, prior = rng.normal(size=(2, DIMENSION))
    before, start = kinetic(covariance, velocity), velocity.copy()
    won = _kick(its_metric, 0, velocity, 0.3, 0.7, likelihood, prior, np.empty(DIMENSION))
    assert won == pytest.approx(kinetic(covariance, velocity) - before)
    np.testing.assert_allclose(velocity - start, 0.3 * covariance @ (0.7 * likelihood + prior))


def test_bouncing_keeps_the_energy_stays_inside_and_finds_the_way_back(particle):
    walls, its_metric, covariance, x, velocity = particle
    A, b = walls.normals, walls.b
    energy, speed, slack = kinetic(covariance, velocity), A @ velocity, b.copy()
    bounces = _drift(walls, its_metric, 0, x, 6.0, velocity, speed, slack)
    assert bounces > 3
    assert (A @ x <= b + 1e-12).all()
    assert kinetic(covariance, velocity) == pytest.approx(energy)
    np.testing.assert_allclose(slack, b - A @ x, atol=1e-12)
    np.testing.assert_allclose(speed, A @ velocity, atol=1e-12)
    back = -velocity
    assert _drift(walls, its_metric, 0, x, 6.0, back, A @ back, b - A @ x) == bounces
    np.testing.assert_allclose(x, 0.0, atol=1e-9)


def test_a_bounce_that_is_looked_up_is_the_one_that_is_computed(particle, monkeypatch):
    walls, computed, covariance, _, velocity = particle
    monkeypatch.setattr(reflective_hmc, "FEW", 0)
    information = (np.linalg.inv(covariance) - np.eye(DIMENSION)) / 0.7
    looked_up = metric(walls.normals, information[None], np.array([0.7]))
    assert (computed.tables.tolist(), looked_up.tables.tolist()) == ([-1], [0])
    ends = []
    for its_metric in (computed, looked_up):
        x, v = np.zeros(DIMENSION), velocity.copy()
        bounces = _drift(walls, its_metric, 0, x, 6.0, v, walls.normals @ v, walls.b.copy())
        ends.append([bounces, *x, *v])
    assert ends[0][0] > 3
    np.testing.assert_allclose(*ends, rtol=1e-9)


def test_tables_of_bounces_are_kept_for_as_many_temperatures_as_there_is_memory_for(monkeypatch):
    A = np.random.default_rng(0).normal(size=(9, 30))
    betas, information = np.array([1.0, 0.5, 0.0]), np.eye(30)[None].repeat(3, axis=0)
    assert metric(A, information, betas).tables.tolist() == [0, 1, -1]
    monkeypatch.setattr(reflective_hmc, "TABLES", 8 * 9 * 39)
    assert metric(A, information, betas).tables.tolist() == [0, -1, -1]
