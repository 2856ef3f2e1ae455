"""Simulated mass isotopomer distributions: against published numbers and a plain isotopomer simulation."""

import numpy as np
import pytest

import kinetools as kt
from kinetools.flux.labelling import LabellingSimulator
from kinetools.flux.prior import random_fluxes

from .isotopomers import mass_distributions

# Antoniewicz et al. 2007, Metab. Eng. 9:68, Fig. 3: fluxes (forward, reverse) and EMUs on the way to F.
TOY_FLUXES = {
    "a_b": (100, 0),
    "b_d": (110, 50),
    "b_ec": (20, 0),
    "bc_de": (20, 0),
    "d_f": (80, 0),
}
TOY_EMUS = {
    "C[1]": [1 / 15, 14 / 15],
    "B[2]": [1 / 15, 14 / 15],
    "D[2]": [0.2, 0.8],
    "B[3]": [14 / 15, 1 / 15],
    "D[3]": [0.8, 0.2],
    "B[2,3]": [1 / 225, 223 / 225, 1 / 225],
    "D[2,3]": [1 / 75, 73 / 75, 1 / 75],
}


@pytest.fixture(scope="module")
def toy():
    return kt.load_flux_model("toy")


@pytest.fixture(scope="module")
def core():
    return kt.load_flux_model("toya_core")


@pytest.fixture(scope="module")
def wild_type():
    return kt.load_measurements("toya2010_wt5h")


@pytest.fixture(scope="module")
def simulator(core, wild_type):
    return LabellingSimulator(core, wild_type.tracer, wild_type.fragments)


@pytest.fixture(scope="module")
def fluxes(core, wild_type):
    return random_fluxes(core, wild_type, 20, seed=3)


def toy_fluxes(network):
    forward, reverse = np.zeros((2, len(network.reactions)))
    for reaction, (there, back) in TOY_FLUXES.items():
        forward[network.index(reaction)], reverse[network.index(reaction)] = there, back
    return forward, reverse


def test_the_toy_network_gives_the_published_distributions(toy):
    simulate = LabellingSimulator(toy, {"A": [(1.0, (0, 1, 0))]}, ["F", *TOY_EMUS])
    masses = simulate(*toy_fluxes(toy))
    for emu, expected in TOY_EMUS.items():
        np.testing.assert_allclose(masses[emu], expected, rtol=0, atol=1e-9)
    np.testing.assert_allclose(masses["F"], [0.0001, 0.8008, 0.1983, 0.0009], rtol=0, atol=5e-5)


def test_the_toy_network_agrees_with_a_plain_isotopomer_simulation(toy):
    tracer = {"A": [(0.5, (0, 1, 0)), (0.3, (1, 0, 1)), (0.2, (0, 0, 0))]}
    names = ["B", "C", "D", "E", "F"]
    fluxes = toy_fluxes(toy)
    expected = mass_distributions(toy, tracer, *fluxes, names)
    masses = LabellingSimulator(toy, tracer, names)(*fluxes)
    for name in names:
        np.testing.assert_allclose(masses[name], expected[name], rtol=0, atol=1e-12)


def test_the_core_network_agrees_with_a_plain_isotopomer_simulation(core, wild_type, fluxes):
    # Condensations, cleavages, symmetric molecules (fumarate, succinate), cycles and CO2 fixation.
    names = ["fdp_c", "s7p_c", "mal_L_c", "cit_c", "succ_c", "pep_c", "ru5p_D_c", "co2_c"]
    tracer = wild_type.tracer.in_network(core).mixtures
    masses = LabellingSimulator(core, tracer, names)(fluxes[0][0], fluxes[1][0])
    expected = mass_distributions(core, tracer, fluxes[0][0], fluxes[1][0], names)
    for name in names:
        np.testing.assert_allclose(masses[name], expected[name], rtol=0, atol=1e-9)


def test_distributions_sum_to_one_and_are_not_negative(simulator, fluxes):
    for masses in simulator(*fluxes).values():
        assert masses.min() > -1e-12
        np.testing.assert_allclose(masses.sum(axis=-1), 1, rtol=0, atol=1e-12)


def test_one_vector_at_a_time_gives_what_many_at_once_give(simulator, fluxes):
    together = simulator.flat(*fluxes)
    single = [simulator.flat(f, r) for f, r in zip(*fluxes, strict=True)]
    np.testing.assert_array_equal(together, single)
    assert simulator.flat(*(f.reshape(4, 5, -1) for f in fluxes)).shape == (4, 5, 48)


def test_gradients_agree_with_finite_differences(simulator, fluxes):
    forward, reverse = fluxes
    weights = np.random.default_rng(0).standard_normal((len(forward), 48))
    values, *by = simulator.flat_with_gradient(forward, reverse, weights)
    np.testing.assert_allclose(values, simulator.flat(forward, reverse), rtol=0, atol=1e-14)
    step = 1e-5
    for direction in (0, 1):
        for column in np.flatnonzero((fluxes[direction] > 10 * step).all(axis=0)):
            ends = []
            for sign in (1, -1):
                moved = [f.copy() for f in fluxes]
                moved[direction][:, column] += sign * step
                ends.append((weights * simulator.flat(*moved)).sum(-1))
            expected = (ends[0] - ends[1]) / (2 * step)
            np.testing.assert_allclose(by[direction][:, column], expected, rtol=1e-5, atol=1e-6)


def test_the_jacobian_is_made_of_gradients(simulator, fluxes):
    forward, reverse = (f[0] for f in fluxes)
    jacobian = simulator.jacobian(forward, reverse)
    weights = np.random.default_rng(1).standard_normal(48)
    for direction, gradient in enumerate(simulator.gradient(forward, reverse, weights)):
        np.testing.assert_allclose(
            weights @ jacobian[:, direction], gradient, rtol=1e-10, atol=1e-12
        )


def test_doubling_all_fluxes_changes_no_labelling(simulator, fluxes):
    np.testing.assert_allclose(
        simulator.flat(*fluxes), simulator.flat(*(2 * f for f in fluxes)), rtol=0, atol=1e-12
    )


def test_an_idle_pool_is_unlabelled_and_spoils_nothing(simulator, fluxes, core):
    forward, reverse = (f[0].copy() for f in fluxes)
    for reaction in ("F6PA", "DHAPT"):  # the only way into and out of dihydroxyacetone
        forward[core.index(reaction)] = reverse[core.index(reaction)] = 0
    assert np.isfinite(simulator.flat(forward, reverse)).all()
    assert np.isfinite(simulator.gradient(forward, reverse, np.ones(48))).all()


def test_reduction_leaves_fewer_equations(simulator):
    assert simulator.emus.n_decomposed == 318
    assert sum(simulator.reduced.sizes().values()) <= 207


@pytest.mark.parametrize(
    ("tracer", "fragments", "message"),
    [
        ({"A": [(1.0, (0, 1))]}, ["F"], "atoms"),
        ({"Z": [(1.0, (0, 1, 0))]}, ["F"], "'Z'"),
        ({"A": [(1.0, (0, 1, 0))]}, ["Z"], "fragment Z"),
        ({"A": [(1.0, (0, 1, 0))]}, ["F[2,4]"], "atom 4"),
        ({"A": [(1.0, (0, 1, 0))]}, [], "at least one"),
        ({"A": [(1.0, (0, 1, 0))]}, ["F", "F"], "once"),
    ],
)
def test_what_does_not_fit_the_network_is_named(toy, tracer, fragments, message):
    with pytest.raises(kt.InputError, match=message):
        LabellingSimulator(toy, tracer, fragments)


def test_wrong_fluxes_are_named(toy):
    simulate = LabellingSimulator(toy, {"A": [(1.0, (0, 1, 0))]}, ["F"])
    forward, reverse = toy_fluxes(toy)
    with pytest.raises(kt.InputError, match="8 reactions"):
        simulate(forward[:-1], reverse[:-1])
    for wrong in (-1.0, np.nan, np.inf):
        spoilt = forward.copy()
        spoilt[toy.index("b_d")] = wrong
        with pytest.raises(kt.InputError, match="b_d"):
            simulate(spoilt, reverse)


def test_a_tracer_of_other_metabolites_needs_a_simulator_of_its_own():
    core, data = kt.load_flux_model("toya_core"), kt.load_measurements("toya2010_wt5h")
    simulate = kt.LabellingSimulator(core, data.tracer, ["pep_c", "mal_L_c"])
    with pytest.raises(kt.InputError, match="compiled for a tracer of glc_D_e, not of"):
        simulate.with_tracer({"co2_c": [(1.0, "1")]})
