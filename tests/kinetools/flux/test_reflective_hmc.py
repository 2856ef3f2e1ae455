"""Trajectories that bounce off facets obey mechanics: their energy is kept, and they find the way back."""

import numpy as np
import pytest

from kinetools.flux.reflective_hmc import _drift, _kick, _velocity, metric

DIMENSION, FACETS = 5, 9


@pytest.fixture(params=range(4))
def particle(request):
    """Facets A and b, a metric, its Σ, and a position with a velocity."""
    rng = np.random.default_rng(request.param)
    A, b = rng.normal(size=(FACETS, DIMENSION)), np.ones(FACETS)
    half = rng.normal(size=(DIMENSION, DIMENSION))
    covariance = half @ half.T + np.eye(DIMENSION)
    its_metric, velocity = metric(A, covariance[None]), np.empty(DIMENSION)
    _velocity(its_metric.root[0], rng.normal(size=DIMENSION), velocity)
    return A, b, its_metric, covariance, np.zeros(DIMENSION), velocity


def kinetic(covariance, velocity):
    return 0.5 * velocity @ np.linalg.solve(covariance, velocity)


def test_velocities_are_as_frequent_as_their_kinetic_energy_says(particle):
    *_, covariance, _, velocity = particle
    momentum = np.linalg.solve(np.linalg.cholesky(covariance), velocity)
    assert kinetic(covariance, velocity) == pytest.approx(0.5 * momentum @ momentum)


def test_kick_tells_by_how_much_the_kinetic_energy_grew(particle):
    *_, covariance, _, velocity = particle
    rng = np.random.default_rng(9)
    likelihood, prior = rng.normal(size=(2, DIMENSION))
    before, start = kinetic(covariance, velocity), velocity.copy()
    won = _kick(velocity, 0.3, covariance, 0.7, likelihood, prior, np.empty(DIMENSION))
    assert won == pytest.approx(kinetic(covariance, velocity) - before)
    np.testing.assert_allclose(velocity - start, 0.3 * covariance @ (0.7 * likelihood + prior))


def test_bouncing_keeps_the_energy_stays_inside_and_finds_the_way_back(particle):
    A, b, its_metric, covariance, x, velocity = particle
    energy, speed, slack = kinetic(covariance, velocity), A @ velocity, b.copy()
    bounces = _drift(its_metric, 0, x, 2.0, velocity, speed, slack)
    assert bounces > 5
    assert (A @ x <= b + 1e-12).all()
    assert kinetic(covariance, velocity) == pytest.approx(energy)
    np.testing.assert_allclose(slack, b - A @ x, atol=1e-12)
    np.testing.assert_allclose(speed, A @ velocity, atol=1e-12)
    back = -velocity
    assert _drift(its_metric, 0, x, 2.0, back, A @ back, b - A @ x) == bounces
    np.testing.assert_allclose(x, 0.0, atol=1e-9)
