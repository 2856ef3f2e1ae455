"""Baselines draw from the densities that they claim, and are measured by the common measures."""

import numpy as np
import pytest
from scipy import stats

import kinetools as kt
from kinetools.gan.baselines import (
    LogisticTilt,
    Prior,
    Rejection,
    ShrunkPrior,
    baseline_table,
    tilt_slopes,
)
from kinetools.gan.metrics import EXPLANATIONS
from kinetools.kinetics.parameter_sets import linearise


@pytest.fixture(scope="module")
def state():
    return kt.load_steady_state("ecoli", physiology=2)


@pytest.fixture(scope="module")
def sets(model, state):
    return kt.label_parameters(
        model,
        state,
        kt.sample_parameters(model, state, 6000, seed=1, progress=False),
        progress=False,
    )


@pytest.fixture(scope="module")
def slopes(model, state, sets):
    return tilt_slopes(model, state, sets)


@pytest.fixture(scope="module")
def table(model, state, sets):
    return baseline_table(model, state, sets, n_sets=1500, seed=1, workers=2)


def ratios(model, state, km):
    """z = ln Km − ln S."""
    return np.log(km) - np.log(linearise(model, state).reference_concentrations)


def test_the_prior_is_that_of_the_oracle_and_the_shrunk_one_narrower(model, state):
    z = ratios(model, state, Prior(model, state).km(4000, np.random.default_rng(1)))
    assert min(stats.kstest(c, "logistic").pvalue for c in z.T) > 1e-5  # 259 tests
    shrunk = ratios(model, state, ShrunkPrior(model, state).km(4000, np.random.default_rng(1)))
    assert np.allclose(shrunk, 0.4 * z)


def test_a_tilt_draws_saturations_from_the_beta_density_also_near_its_limit(model, state):
    slopes = np.zeros(259)
    slopes[:3] = 0.6, -0.3, 5.0
    z = ratios(
        model, state, LogisticTilt(model, state, slopes).km(20_000, np.random.default_rng(2))
    )
    for column, a in zip(z.T, (0.6, -0.3, 0.9, 0.0)):
        # The density of z itself, exp(a·z) times the logistic one, by quadrature.
        grid = np.linspace(-60, 400, 200_001)
        density = np.exp(a * grid + stats.logistic.logpdf(grid))
        cumulative = np.cumsum(density) / density.sum()
        uniform = np.interp(column, grid, cumulative)
        assert stats.kstest(uniform, "uniform").pvalue > 1e-3
        saturation = 1 / (1 + np.exp(column))
        beta = stats.beta(1 - a, 1 + a)
        assert saturation.mean() == pytest.approx(beta.mean(), abs=4 * beta.std() / 20_000**0.5)


def test_a_tilt_is_the_prior_weighted_by_the_odds_of_its_regression(model, state, slopes):
    rng = np.random.default_rng(3)
    z = ratios(model, state, Prior(model, state).km(40_000, rng))
    tilted = ratios(model, state, LogisticTilt(model, state, slopes).km(40_000, rng))
    for k in np.argsort(-np.abs(slopes))[:5]:
        weights = np.exp(slopes[k] * z[:, k])
        expected = np.average(z[:, k], weights=weights)
        assert tilted[:, k].mean() == pytest.approx(expected, abs=0.06)
        assert abs(expected) > 0.2


def test_the_slopes_point_to_relevance_and_dead_parameters_have_none(model, state, sets, slopes):
    z = ratios(model, state, sets.km.values)
    relevant = sets.label.values == "relevant"
    live = sets.parameter_live.values
    contrast = z[relevant].mean(axis=0) - z[~relevant].mean(axis=0)
    strongest = np.argsort(-np.abs(slopes))[:8]
    assert (np.sign(contrast[strongest]) == np.sign(slopes[strongest])).all()
    assert (slopes[~live] == 0).all()
    assert (slopes[live] != 0).all()


@pytest.mark.parametrize("n", [10, 100])
def test_a_tilt_can_be_fitted_on_a_few_sets(model, state, sets, n):
    few = sets.isel(set=slice(0, n))
    tilt = LogisticTilt.fit(model, state, few, factor=2.0)
    assert np.isfinite(tilt.km(50, np.random.default_rng(0))).all()
    assert tilt.name == "logistic tilt ×2"
    assert 0 < np.abs(tilt.slopes).max() < 0.5


def test_rejection_keeps_sets_of_the_class_only_and_counts_what_it_drew(model, state, sets):
    rejection = Rejection(model, state, kt.label_rule(sets), workers=2)
    assert np.isnan(rejection.acceptance)
    km = rejection.km(1500, np.random.default_rng(1))
    assert km.shape == (1500, 259)
    spectra = kt.eigenvalues(model, state, km, progress=False)
    assert (spectra.real.max(axis=1) < -9).all()
    share = (sets.label.values == "relevant").mean()
    assert rejection.acceptance == pytest.approx(share, abs=0.04)


def test_a_class_that_never_occurs_is_refused_in_one_sentence(model, state, sets, monkeypatch):
    monkeypatch.setattr("kinetools.gan.baselines.MOST_CANDIDATES", 2048)
    never = Rejection(model, state, kt.LabelRule(slowest=-1e9))
    with pytest.raises(kt.InputError, match="milder rule"):
        never.km(10, np.random.default_rng(0))
    relevant = sets.isel(set=sets.label.values == "relevant")
    with pytest.raises(kt.InputError, match="all of these"):
        tilt_slopes(model, state, relevant)
    with pytest.raises(kt.InputError, match="state"):
        tilt_slopes(model, kt.load_steady_state("ecoli", physiology=1), sets)


def test_the_table_has_the_rows_and_columns_of_a_comparison(table):
    assert list(table.index) == [
        "rejection",
        "prior",
        "logistic tilt ×1",
        "logistic tilt ×2",
        "logistic tilt ×4",
        "shrunk prior ×0.4",
        "noise floor",
    ]
    assert set(table.columns) == {*EXPLANATIONS, "seconds_per_candidate", "verified_per_second"}
    assert table.index.name == "name"
    drawn = table.drop(index="noise floor")
    assert (drawn[["seconds_per_candidate", "verified_per_second"]] > 0).all(axis=None)


def test_the_table_shows_that_incidence_is_bought_with_distance(table):
    incidence = table["incidence"]
    assert incidence["rejection"] == incidence["noise floor"] == 1
    rising = ["prior", *(f"logistic tilt ×{k}" for k in (1, 2, 4))]
    for column in ("incidence", "kl_max", "auc"):
        assert table.loc[rising, column].is_monotonic_increasing
    assert incidence["shrunk prior ×0.4"] > 0.9
    assert table.loc["shrunk prior ×0.4", "spread_ratio"] == pytest.approx(0.4, abs=0.02)
    for faithful in ("rejection", "noise floor"):
        assert table.loc[faithful, "auc"] == pytest.approx(0.5, abs=0.04)
        assert table.loc[faithful, "spread_ratio"] == pytest.approx(1, abs=0.02)


def test_a_seed_gives_the_same_populations_for_any_number_of_workers(model, state, sets, table):
    again = baseline_table(model, state, sets, n_sets=1500, seed=1, workers=1)
    measured = list(EXPLANATIONS)
    assert again[measured].equals(table[measured])


def test_no_baseline_draws_the_sets_of_the_reference_again(model, state, sets, monkeypatch):
    drawn = []
    original = Prior.km
    monkeypatch.setattr(Prior, "km", lambda *a: drawn.append(original(*a)) or drawn[-1])
    baseline_table(model, state, sets, n_sets=200, seed=1, workers=2, test=None)
    known = set(np.round(np.log(sets.km.values[:, 0]), 9))
    assert sum(len(km) for km in drawn) > 2000
    assert not known & set(np.round(np.log(np.concatenate(drawn)[:, 0]), 9))
