"""The analytic sensitivities of the slowest eigenvalue are its derivatives by ln Km."""

import numpy as np
import pytest

import kinetools as kt


@pytest.mark.parametrize("physiology", [1, 4])
def test_sensitivities_agree_with_finite_differences_in_random_directions(model, physiology):
    state = kt.load_steady_state("ecoli", physiology=physiology)
    sets = kt.sample_parameters(model, state, 200, seed=4, progress=False)
    sensitivities = kt.eigenvalue_sensitivities(model, state, sets, progress=False)
    assert sensitivities.dims == ("set", "parameter")
    direction = np.random.default_rng(physiology).normal(size=sensitivities.shape)
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    h = 0.01

    def slowest(sign):
        km = sets.km.values * np.exp(sign * h * direction)
        return kt.eigenvalues(model, state, km, progress=False)[:, 0].real

    differences = (slowest(1) - slowest(-1)) / (2 * h)
    analytic = (sensitivities.values * direction).sum(axis=1)
    error = np.abs(analytic - differences) / np.linalg.norm(sensitivities, axis=1)
    # The differences carry the rounding of eigenvalues beside 1e10; a few meet a change of mode.
    assert np.median(error) < 2e-5
    assert np.quantile(error, 0.95) < 1e-3


def test_constants_outside_their_rate_law_have_no_influence_and_all_others_some(model):
    state = kt.load_steady_state("ecoli", physiology=2)
    sets = kt.sample_parameters(model, state, 50, seed=5, progress=False)
    sensitivities = kt.eigenvalue_sensitivities(model, state, sets, progress=False)
    influence = np.abs(sensitivities.values).max(axis=0)
    live = sets.parameter_live.values
    assert (influence[~live] == 0).all()
    assert (influence[live] > 0).all()


def test_arrays_and_any_number_of_workers_give_the_same(model):
    state = kt.load_steady_state("ecoli", physiology=3)
    sets = kt.sample_parameters(model, state, 3000, seed=6, progress=False)
    one, two = (
        kt.eigenvalue_sensitivities(model, state, given, workers=workers, progress=False)
        for given, workers in ((sets, 1), (sets.km.values, 2))
    )
    assert np.array_equal(one.values, two.values)
