"""Measurements that are simulated at known fluxes."""

import numpy as np
import pytest

import kinetools as kt


@pytest.fixture(scope="module")
def toya():
    network = kt.load_flux_model("toya_core")
    data = kt.load_measurements("toya2010_wt5h")
    forward, reverse = (f[0] for f in kt.random_fluxes(network, data, 1, seed=3))
    return network, data, forward, reverse


def test_without_noise_they_are_what_the_network_gives_and_the_true_fluxes_fit_them(toya):
    network, data, forward, reverse = toya
    made = kt.simulate_measurements(network, data, forward, reverse)
    exact = kt.LabellingSimulator(network, data.tracer, data.fragments)(forward, reverse)
    assert made.mids.keys() == exact.keys()
    for name, masses in exact.items():
        np.testing.assert_allclose(made.mids[name], masses, atol=1e-12)
    assert made.bounds == data.bounds and made.max_flux == data.max_flux
    assert float(kt.LabellingLikelihood(network, made).chi_square(forward, reverse)) < 1e-12


def test_noise_has_the_measured_size_and_follows_the_seed(toya):
    network, data, forward, reverse = toya
    exact = kt.simulate_measurements(network, data, forward, reverse)
    noisy = [kt.simulate_measurements(network, data, forward, reverse, seed=s) for s in range(40)]
    again = kt.simulate_measurements(network, data, forward, reverse, seed=0)
    assert again.hash == noisy[0].hash != noisy[1].hash
    far = [
        (m.mids[name] - exact.mids[name]) / data.standard_deviations[name]
        for m in noisy
        for name in exact.mids
    ]
    # Normalising takes some of it away, as do values that cannot be below 0.
    assert 0.6 < np.concatenate(far).std() < 1.05
    for made in noisy:
        assert all(v.min() >= 0 and abs(v.sum() - 1) < 1e-12 for v in made.mids.values())


def test_another_tracer_is_known_by_the_names_of_the_first(toya):
    network, data, forward, reverse = toya
    metabolite = next(iter(data.tracer.mixtures))
    fed = {metabolite: [(1.0, "111111")]}
    made = kt.simulate_measurements(network, data, forward, reverse, tracer=fed)
    heaviest = [masses[-1] for masses in made.mids.values()]
    assert min(heaviest) > 0.5  # all glucose is labelled, only carbon dioxide dilutes it


def test_a_tracer_that_nothing_takes_up_is_named(toya):
    network, data, forward, reverse = toya
    with pytest.raises(kt.InputError, match="no metabolite 'xyl_D_e'"):
        kt.simulate_measurements(
            network, data, forward, reverse, tracer={"xyl_D_e": [(1.0, "11111")]}
        )
