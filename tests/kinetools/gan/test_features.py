"""Features are the Michaelis constants in other units, exactly back and forth."""

import json

import numpy as np
import pytest
from scipy import stats

import kinetools as kt
from kinetools.gan.features import LogRange, LogRatio, features_from_dict, live_parameters


@pytest.fixture(scope="module")
def state():
    return kt.load_steady_state("ecoli", physiology=2)


@pytest.fixture(scope="module")
def sets(model, state):
    return kt.sample_parameters(model, state, 2000, seed=3, progress=False)


def both_kinds(model, state, sets):
    names = live_parameters(sets)
    return [
        LogRange.fit(model.parameter_names, sets.km.values),
        LogRatio.of(model, state, names),
    ]


def test_the_published_features_span_minus_one_to_one_with_one_range_for_all(model, sets):
    features = LogRange.fit(model.parameter_names, sets.km.values)
    values = features.forward(sets.km.values)
    assert (values.min(), values.max()) == (-1.0, 1.0)
    steps = np.diff(values, axis=1) / np.diff(np.log(sets.km.values), axis=1)
    assert np.allclose(steps, 2 / (features.high - features.low), rtol=1e-8)


def test_under_the_prior_every_log_ratio_is_logistic_with_unit_variance(model, state, sets):
    features = LogRatio.of(model, state, live_parameters(sets))
    km = sets.km.sel(parameter=list(features.parameters)).values
    values = features.forward(km)
    scale = np.sqrt(3) / np.pi
    p = [stats.kstest(column, stats.logistic(scale=scale).cdf).pvalue for column in values.T]
    assert min(p) > 1e-5  # 238 tests
    drawn = features.prior(np.random.default_rng(0), 20_000)
    assert stats.kstest(drawn[:, 7], stats.logistic(scale=scale).cdf).pvalue > 1e-3
    assert np.allclose(drawn.var(axis=0), 1, atol=0.07)


def test_features_lead_back_to_the_same_constants_also_after_a_detour_over_json(model, state, sets):
    for features in both_kinds(model, state, sets):
        km = sets.km.sel(parameter=list(features.parameters)).values
        restored = features_from_dict(json.loads(json.dumps(features.to_dict())))
        assert restored == features
        assert np.allclose(restored.inverse(features.forward(km)), km, rtol=1e-12, atol=0)


def test_only_parameters_that_occur_in_a_rate_law_are_live(sets):
    assert len(live_parameters(sets)) == 238


@pytest.mark.parametrize("content", [{}, {"kind": "other"}, {"kind": "log range", "low": 1}, None])
def test_a_damaged_description_is_refused_in_one_sentence(content):
    with pytest.raises(kt.InputError, match="damaged"):
        features_from_dict(content)


def test_constants_that_are_all_equal_have_no_range(model):
    with pytest.raises(kt.InputError, match="equal"):
        LogRange.fit(model.parameter_names, np.ones((3, 259)))
