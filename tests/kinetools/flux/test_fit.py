"""Maximum-likelihood fluxes: known optima, and intervals that mean what they say."""

from dataclasses import replace

import numpy as np
import pytest

import kinetools as kt

# Best log-likelihoods of the Toya core network within each strain's bounds, and a lower optimum.
OPTIMA = {
    "wt5h": (117.890, 117.838),
    "pyk5h": (128.387,),
    "pgi16h": (47.792, 41.290),
}


@pytest.fixture(scope="module")
def toy():
    return kt.load_flux_model("toy")


@pytest.fixture(scope="module")
def measured():
    return kt.load_measurements("toy")


@pytest.fixture(scope="module")
def toy_fit(toy, measured):
    return kt.fit_fluxes(toy, measured, sigma=0.01, starts=8)


def made_up(network, data, seed):
    """Measurements without noise of random fluxes, and those fluxes."""
    forward, reverse = (f[0] for f in kt.random_fluxes(network, data, seed=seed))
    experiment = data.experiments[0]
    masses = kt.LabellingSimulator(network, experiment.tracer, experiment.fragments)(
        forward, reverse
    )
    masses = {name: np.maximum(values, 0) for name, values in masses.items()}
    return replace(data, experiments=(replace(experiment, mids=masses),)), forward, reverse


@pytest.mark.parametrize("strain", OPTIMA)
def test_the_known_optima_of_each_strain_are_found(strain):
    network = kt.load_flux_model("toya_core")
    fit = kt.fit_fluxes(network, kt.load_measurements(f"toya2010_{strain}"))
    found = fit.optima.log_likelihood.to_numpy()
    for expected in OPTIMA[strain]:
        assert np.abs(found - expected).min() < 2e-3
    assert fit.log_likelihood == found.max()
    assert fit.optima.starts.sum() == 24
    assert fit.p_value < 1e-6  # the network does not explain these data; say so


def test_a_fit_is_a_steady_state_within_bounds(toy, toy_fit):
    np.testing.assert_allclose(toy.stoichiometry @ toy_fit.net_flux.to_numpy(), 0, atol=1e-8)
    assert toy_fit.net_flux["a_exchange"] == pytest.approx(-100)
    assert toy_fit.exchange_flux.min() >= 0
    assert max(toy_fit.forward.max(), toy_fit.reverse.max()) <= 150 + 1e-6


def test_noiseless_measurements_are_fitted_exactly():
    network = kt.load_flux_model("toya_core")
    data, *_ = made_up(network, kt.load_measurements("toya2010_wt5h"), seed=4)
    fit = kt.fit_fluxes(network, data, starts=8)
    assert fit.chi_square < 1e-3
    assert fit.p_value > 0.999


def test_profile_and_linearised_intervals_agree_where_measurements_are_precise(toy, measured):
    data, *_ = made_up(toy, measured, seed=1)
    fit = kt.fit_fluxes(toy, data, sigma=1e-5, starts=4)
    row = fit.intervals(0.95).loc["b_ec"]
    assert row.upper - row.lower == pytest.approx(2 * 1.96 * row.deviation, rel=1e-3)
    _, interval = fit.profile("b_ec")
    assert interval == pytest.approx((row.lower, row.upper), abs=0.2 * row.deviation)


def test_where_they_are_not_the_profile_is_narrower_than_the_tangent_says(toy_fit):
    # By quadrature the posterior of b_ec has 95 % between 16.6 and 23.1; its exchange flux is nearly open.
    _, (low, high) = toy_fit.profile("b_ec")
    row = toy_fit.intervals().loc["b_ec"]
    assert row.lower < low < 17 and 23 < high < row.upper


def test_fixed_fluxes_have_no_interval(toy_fit):
    row = toy_fit.intervals().loc["a_exchange"]
    assert (row.lower, row.upper) == pytest.approx((-100, -100))
    with pytest.raises(kt.InputError, match="a_exchange is fixed"):
        toy_fit.profile("a_exchange")


def test_a_profile_falls_by_half_the_quantile_at_the_ends_of_its_interval(toy_fit):
    table, (low, high) = toy_fit.profile("b_ec")
    assert low < toy_fit.net_flux["b_ec"] < high
    assert table.log_likelihood.max() <= toy_fit.log_likelihood + 1e-6
    lost = toy_fit.log_likelihood - np.interp([low, high], table.net_flux, table.log_likelihood)
    np.testing.assert_allclose(lost, 3.841 / 2, atol=0.01)


@pytest.mark.parametrize("level", [0, 1, 1.5, "much"])
def test_a_wrong_level_is_named(toy_fit, level):
    with pytest.raises(kt.InputError, match="level"):
        toy_fit.intervals(level)


def test_a_measured_flux_counts_beside_its_bounds_or_in_place_of_them(toy, measured):
    data = replace(measured, flux_measurements={"f_exchange": (70.0, 0.01)})
    tight = replace(data, bounds={"f_exchange": (75.0, 80.0)})
    for given, mode, expected in (
        (measured, "bounds", 80.0),
        (data, "bounds", 70.0),
        (tight, "bounds", 75.0),
        (tight, "likelihood", 70.0),
    ):
        fit = kt.fit_fluxes(toy, given, measured=mode, starts=4)
        net = fit.forward["f_exchange"] - fit.reverse["f_exchange"]
        assert net == pytest.approx(expected, abs=0.1)
