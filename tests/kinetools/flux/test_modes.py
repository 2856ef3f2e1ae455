"""A posterior with two modes: both are found, and weighed as quadrature weighs them."""

import cobra
import numpy as np
import pytest

import kinetools as kt
from kinetools.flux.tempering import WARM_UP, TemperedChains
from kinetools.flux.uniform import sample_prior

MEASURED, SIGMA = np.array([0.4, 0.32, 0.28]), np.array([0.2, 0.005, 1.0])


def two_ways():
    """A's first or second carbon becomes B; of D, made of two B, mostly M+1 is known: 2 s (1 - s)."""
    model = cobra.Model("two_ways")
    a, b, w, d = (cobra.Metabolite(m, compartment="c") for m in "ABWD")
    for name, metabolites in {
        "uptake": {a: 1},
        "first": {a: -1, b: 1, w: 1},
        "second": {a: -1, b: 1, w: 1},
        "pair": {b: -2, d: 1},
        "out_w": {w: -1},
        "out_d": {d: -1},
    }.items():
        reaction = cobra.Reaction(name, lower_bound=0, upper_bound=20)
        reaction.add_metabolites(metabolites)
        model.add_reactions([reaction])
    model.reactions.uptake.bounds = 10, 10
    transitions = [
        kt.AtomTransition.parse("first", "A --> B + W", "ab : a + b"),
        kt.AtomTransition.parse("second", "A --> B + W", "ab : b + a"),
        kt.AtomTransition.parse("pair", "B + B --> D", "a + b : ab"),
    ]
    network = kt.FluxModel("two_ways", model, transitions, 20.0)
    experiment = kt.Experiment("fed", {"A": [(1.0, "10")]}, None, {"D": MEASURED}, {"D": SIGMA})
    return network, kt.Measurements("two_ways", experiment)


@pytest.fixture(scope="module")
def chains():
    network, data = two_ways()
    likelihood = kt.LabellingLikelihood(network, data, "each")
    space = kt.FluxSpace.of(network, data).rounded()
    prior = sample_prior(space, 1000, seed=0)[0]
    chains = TemperedChains(space, likelihood, prior, np.full((4, 1), np.nan), 1, 2)
    for stage in range(WARM_UP):
        chains.warm_up(stage)
    return chains, chains.sample(20_000, 1).x


def quadrature():
    """Share of s, the part of the first way, below a half; and ln of the evidence."""
    s = (np.arange(200_000) + 0.5) / 200_000
    masses = np.stack([(1 - s) ** 2, 2 * s * (1 - s), s**2], axis=1)
    likelihood = np.exp(-0.5 * (((MEASURED - masses) / SIGMA) ** 2).sum(axis=1))
    likelihood /= (SIGMA * np.sqrt(2 * np.pi)).prod()
    return likelihood[s < 0.5].sum() / likelihood.sum(), np.log(likelihood.mean())


def test_both_modes_have_their_share(chains):
    sampler, x = chains
    assert len(sampler._modes.offsets) == 2
    forward, _ = sampler.space.to_fluxes(x)
    first = forward[..., sampler.space.reactions.index("first")] / 10
    share, _ = quadrature()
    assert 0.6 < share < 0.9  # else the test would say little
    assert (first < 0.5).mean() == pytest.approx(share, abs=0.02)


def test_the_evidence_is_that_of_quadrature(chains):
    sampler, _ = chains
    assert sampler.statistics()["log_evidence"] == pytest.approx(quadrature()[1], abs=0.1)


def test_no_mode_is_preferred_at_the_ends_of_the_ladder(chains):
    weights = chains[0]._modes.weights
    assert (weights[[0, -1]] == 0).all()


@pytest.mark.parametrize("n_chains", [1, 2])
def test_few_chains_look_for_no_more_modes_than_they_can_weigh(n_chains):
    network, data = two_ways()
    idata = kt.sample_fluxes(
        network, data, sigma="each", chains=n_chains, draws=50, max_steps=100, progress=False
    )
    assert idata.posterior.sizes["chain"] == n_chains
    assert np.isfinite(idata.posterior.attrs["log_evidence"])
