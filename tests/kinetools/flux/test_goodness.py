"""Whether a posterior explains its measurements, and what was left out of them."""

from dataclasses import replace

import numpy as np
import pytest

import kinetools as kt


@pytest.fixture(scope="module")
def toy():
    return kt.load_flux_model("toy")


@pytest.fixture(scope="module")
def data(toy):
    """Two fragments of the toy network, measured with noise of σ = 0.01."""
    measured = kt.load_measurements("toy")
    forward, reverse = (f[0] for f in kt.random_fluxes(toy, measured, seed=2))
    simulate = kt.LabellingSimulator(toy, measured.tracer, ["F", "B"])
    rng = np.random.default_rng(0)
    mids = {}
    for name, masses in simulate(forward, reverse).items():
        noisy = np.abs(masses + 0.01 * rng.standard_normal(len(masses)))
        mids[name] = noisy / noisy.sum()
    deviations = {name: np.full(len(m), 0.01) for name, m in mids.items()}
    fragments = tuple(kt.Fragment.parse(name) for name in mids)
    experiment = replace(
        measured.experiments[0], fragments=fragments, mids=mids, standard_deviations=deviations
    )
    return replace(measured, experiments=(experiment,))


@pytest.fixture(scope="module")
def idata(toy, data):
    return kt.sample_fluxes(toy, data, draws=500, progress=False)


def test_measurements_of_the_network_itself_are_explained(idata):
    table = kt.check_fit(idata)
    assert len(table) == 8
    assert table.attrs["p_value"] > 0.01
    assert table.attrs["chi_square_best"] <= table.attrs["chi_square_mean"] < 30
    assert list(table.z.abs()) == sorted(table.z.abs(), reverse=True)
    assert ((table.lower < table.measured) & (table.measured < table.upper)).sum() >= 6


def test_a_measurement_that_cannot_be_is_noticed(toy, data):
    experiment = data.experiments[0]
    wrong = experiment.mids | {"F": np.array([0.7, 0.1, 0.1, 0.1])}
    spoilt = replace(data, experiments=(replace(experiment, mids=wrong),))
    idata = kt.sample_fluxes(toy, spoilt, draws=200, ess=100, progress=False)
    table = kt.check_fit(idata)
    assert table.attrs["p_value"] < 1e-6
    assert table.index[0].startswith("F")


def test_a_fragment_left_out_is_predicted(toy, data):
    table = kt.cross_validate(toy, data, "B", draws=200, ess=100, progress=False)
    assert list(table.fragment.unique()) == ["B"]
    assert table.converged.all()
    assert (table.z.abs() < 4).all()
    np.testing.assert_allclose(table.measured, data.mids["B"])


def test_any_fragment_can_be_predicted_with_any_tracer(toy, data, idata):
    masses = kt.predict_fragments(toy, idata, {"A": [(1.0, (1, 1, 1))]}, ["D", "E"], n_draws=50)
    assert masses["D"].shape == (50, 4)
    np.testing.assert_allclose(masses["D"][:, 3], 1, atol=1e-9)  # all carbon is labelled
    np.testing.assert_allclose(masses["E"].sum(axis=1), 1)


def test_posterior_fluxes_give_the_log_likelihood_back(toy, data, idata):
    forward, reverse = kt.posterior_fluxes(toy, idata)
    lp = kt.LabellingLikelihood(toy, data).log_likelihood(forward, reverse)
    np.testing.assert_allclose(lp, idata.sample_stats.lp.values.ravel(), atol=1e-8)


def test_a_dataset_has_the_fluxes_of_its_posterior(toy, idata):
    for one, other in zip(
        kt.posterior_fluxes(toy, idata), kt.posterior_fluxes(toy, idata.posterior)
    ):
        np.testing.assert_array_equal(one, other)


def test_another_network_or_fragment_is_named(toy, data, idata):
    with pytest.raises(kt.InputError, match="the posterior lacks reactions of 'toya_core'"):
        kt.posterior_fluxes(kt.load_flux_model("toya_core"), idata)
    with pytest.raises(kt.InputError, match="load_flux_model returns, found a str"):
        kt.posterior_fluxes("toy", idata)
    with pytest.raises(kt.InputError, match=r"expected net_flux .* found a dict without"):
        kt.posterior_fluxes(toy, {"a": idata})
    with pytest.raises(kt.InputError, match="no fragment 'Z'"):
        kt.cross_validate(toy, data, "Z")
    del idata.posterior_predictive
    with pytest.raises(kt.InputError, match="posterior_predictive"):
        kt.check_fit(idata)


def test_a_posterior_of_net_fluxes_only_cannot_be_simulated(toy, data, idata):
    net_only = idata.copy()
    net_only.posterior = idata.posterior[["net_flux"]]
    tracer = data.experiments[0].tracer
    with pytest.raises(kt.InputError, match="net fluxes only"):
        kt.predict_fragments(toy, net_only, tracer, ["F"])
