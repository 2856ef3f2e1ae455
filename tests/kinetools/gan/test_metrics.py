"""Populations are compared with relevant sets by measures that can be computed in another way."""

import warnings

import numpy as np
import pytest
from scipy import stats

import kinetools as kt
from kinetools.gan.metrics import (
    EXPLANATIONS,
    Reference,
    parameter_divergences,
    population_metrics,
)

NAMES = tuple("abcd")


@pytest.fixture(scope="module")
def reference():
    return of(population(1, 6000))


def population(seed, n, scale=1.0):
    """Correlated ln Km of four parameters and λ_max."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(n, 4))
    z[:, 1] = 0.8 * z[:, 0] + 0.6 * z[:, 1]
    return scale * z + [0.0, 3.0, -5.0, 8.0], -9 - rng.exponential(5, n)


def of(sets):
    return Reference.from_arrays(NAMES, *sets)


def judged(reference, ln_km, slowest, **options):
    return population_metrics(reference, ln_km, slowest, slowest < -9, **options)


def test_divergences_are_those_of_scipy_on_the_stated_bins(reference):
    ln_km, _ = population(2, 3000, 1.3)
    for k, found in enumerate(parameter_divergences(reference, ln_km)):
        low, high = np.quantile(reference.ln_km[:, k], [0.001, 0.999])
        edges = np.r_[-np.inf, np.linspace(low, high, 31), np.inf]
        p, q = (np.histogram(x[:, k], edges)[0] + 0.5 for x in (reference.ln_km, ln_km))
        assert found == pytest.approx(stats.entropy(p, q), rel=1e-9)


def test_the_divergence_of_a_shifted_normal_is_half_the_square_of_the_shift():
    rng = np.random.default_rng(0)
    many = Reference.from_arrays(("x",), rng.normal(size=(400_000, 1)), np.full(400_000, -10.0))
    found = parameter_divergences(many, rng.normal(0.5, 1, size=(400_000, 1)))
    assert found[0] == pytest.approx(0.5**2 / 2, abs=0.002)


def test_the_histograms_count_every_set_once_also_beyond_the_bins(reference):
    assert (reference.counts.sum(axis=1) == 6000).all()
    far = population(3, 500)[0] + 1e6
    p = (reference.counts + 0.5) / (6000 + 16)
    q = np.append(np.full(31, 0.5), 500.5) / (500 + 16)
    expected = [stats.entropy(row, q) for row in p]
    assert parameter_divergences(reference, far) == pytest.approx(expected)


def test_correlations_and_spread_are_those_of_numpy(reference):
    ln_km, slowest = population(4, 2000, 0.5)
    rng = np.random.default_rng(0)
    ln_km = np.column_stack([rng.permutation(column) for column in ln_km.T])
    found = judged(reference, ln_km, slowest, test=None)
    difference = np.corrcoef(ln_km.T) - np.corrcoef(reference.ln_km.T)
    off = ~np.eye(4, dtype=bool)
    assert found["correlation_error"] == pytest.approx(np.sqrt((difference[off] ** 2).mean()))
    assert found["correlation_error"] > 0.3  # the one of 0.8 is gone
    expected = (ln_km.std(axis=0) / reference.ln_km.std(axis=0)).mean()
    assert found["spread_ratio"] == pytest.approx(expected)
    assert found["spread_ratio"] == pytest.approx(0.5, abs=0.03)


def test_shares_and_quantiles_are_counted(reference):
    ln_km, _ = population(5, 101)
    slowest = np.linspace(-20.0, 5.0, 101)
    found = judged(reference, ln_km, slowest)
    assert found["incidence"] == np.mean(slowest < -9)
    assert found["share_stable"] == 80 / 101
    assert found["eigenvalue_q05"] == pytest.approx(-18.75)
    assert found["eigenvalue_q50"] == pytest.approx(-7.5)
    assert found["n"] == 101


def test_an_independent_sample_scores_as_the_same_and_the_reference_itself_as_identical(reference):
    found = judged(reference, *population(6, 6000))
    assert found["kl_max"] < 0.01
    assert found["correlation_error"] < 0.05
    assert found["auc"] == pytest.approx(0.5, abs=0.02)
    itself = judged(reference, reference.ln_km, reference.eigenvalue_max, test=None)
    assert itself["kl_max"] == itself["correlation_error"] == 0
    assert itself["spread_ratio"] == 1
    assert np.isnan(itself["auc"])


def test_the_order_of_sets_does_not_matter_and_every_measure_is_explained(reference):
    ln_km, slowest = population(7, 800)
    order = np.random.default_rng(0).permutation(800)
    first = judged(reference, ln_km, slowest, test=None)
    second = judged(reference, ln_km[order], slowest[order], test=None)
    assert first == pytest.approx(second, nan_ok=True)
    assert set(first) == set(EXPLANATIONS)


@pytest.mark.parametrize("n", [0, 1, 2, 300])
def test_degenerate_populations_give_numbers_or_nan_without_a_warning(reference, n):
    constant = np.full((n, 4), 0.1), np.full(n, 3.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = judged(reference, *constant)
        single = judged(reference, *population(8, n))
        infinite = judged(reference, np.full((n, 4), np.inf), constant[1])
        assert judged(of((np.full((5, 4), 0.1), np.full(5, 3.0))), *population(8, n))["n"] == n
    assert found["n"] == single["n"] == n
    assert np.isnan(found["correlation_error"])
    assert np.isnan(infinite["kl_max"])
    if n == 0:
        assert np.isnan([found["incidence"], found["kl_max"], found["eigenvalue_q50"]]).all()
    else:
        assert found["incidence"] == 0
        assert found["kl_max"] > 0.1
    if n == 300:
        assert found["spread_ratio"] == pytest.approx(0, abs=1e-12)
        assert found["auc"] > 0.95


def test_a_reference_is_made_from_the_class_and_the_live_parameters_of_labelled_sets(model, state):
    sets = kt.sample_parameters(model, state, 300, seed=1, progress=False)
    with pytest.raises(kt.InputError, match="label"):
        Reference.of(sets)
    rule = kt.LabelRule(slowest=-12)
    sets = kt.label_parameters(model, state, sets, rule, progress=False)
    reference = Reference.of(sets)
    relevant = sets.eigenvalue_max.values < -12
    assert reference.ln_km.shape == (relevant.sum(), 238)
    name = reference.parameters[100]
    assert (reference.ln_km[:, 100] == np.log(sets.km.sel(parameter=name).values[relevant])).all()
    assert reference.rule == rule
    assert (Reference.of(sets, "unstable").eigenvalue_max >= 0).all()
    with pytest.raises(kt.InputError, match="at least 2"):
        Reference.of(sets, "excluded")


def test_arrays_of_another_shape_and_unknown_tests_are_refused(reference):
    ln_km, slowest = population(9, 30)
    with pytest.raises(kt.InputError, match="live parameters"):
        judged(reference, ln_km[:, :3], slowest)
    with pytest.raises(kt.InputError, match="two-sample"):
        judged(reference, ln_km, slowest, test="other")
