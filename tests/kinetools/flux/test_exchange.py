"""Exchange fluxes that nothing measures can be left out of a flux space without any loss."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import ks_2samp

import kinetools as kt
from kinetools.flux.exchange import (
    draw_exchange,
    labelling_exchange,
    log_exchange_room,
    unseen_exchange,
)
from kinetools.flux.polytope import FluxSpace
from kinetools.flux.tempering import WARM_UP, TemperedChains
from kinetools.flux.uniform import sample_prior, sample_uniform

from .flux_spaces import BOUND, network


def reversible_branches():
    """Two reversible ways from A to B: their exchange fluxes depend on how the flux is shared."""
    return network(
        "branches",
        {
            "uptake": ({"A": 1}, 5, 9),
            "one": ({"A": -1, "B": 1}, -BOUND, BOUND),
            "two": ({"A": -1, "B": 1}, -BOUND, BOUND),
            "outlet": ({"B": -1}, 0, BOUND),
        },
    )


def test_what_is_left_out_comes_back_as_a_weight_and_a_draw():
    model = reversible_branches()
    whole, part = FluxSpace.of(model), FluxSpace.of(model, exchange=["one"])
    assert list(unseen_exchange(part)) == [False, False, True, False]
    assert not unseen_exchange(whole).any()
    n = 20_000
    forward, reverse = whole.to_fluxes(sample_uniform(whole, n, seed=0)[0])
    x = sample_uniform(part, n, seed=1)[0]
    other = part.to_fluxes(x)
    weight = np.exp(log_exchange_room(part, x)[0])
    drawn = draw_exchange(part, *other, seed=2)
    for expected, found in zip((forward, reverse), drawn, strict=True):
        mean = np.average(found, axis=0, weights=weight)
        square = np.average(found**2, axis=0, weights=weight)
        np.testing.assert_allclose(mean, expected.mean(axis=0), rtol=0.02)
        np.testing.assert_allclose(square, (expected**2).mean(axis=0), rtol=0.03)
    # the weight matters: without it, large net fluxes are too frequent
    plain = np.abs(other[0] - other[1]).mean(axis=0)
    assert plain[2] > 1.02 * np.average(np.abs(other[0] - other[1])[:, 2], weights=weight)


def test_draws_from_the_prior_need_no_weight():
    model = reversible_branches()
    whole, part = FluxSpace.of(model), FluxSpace.of(model, exchange=["one"])
    n = 20_000
    expected = whole.to_fluxes(sample_uniform(whole, n, seed=0)[0])
    drawn = draw_exchange(part, *part.to_fluxes(sample_prior(part, n, seed=1)[0]), seed=2)
    for all_at_once, in_turn in zip(expected, drawn, strict=True):
        for j in range(1, 3):
            assert ks_2samp(all_at_once[:, j], in_turn[:, j]).pvalue > 1e-3


def test_the_gradient_of_the_room_is_that_of_finite_differences():
    space = FluxSpace.of(reversible_branches(), exchange=())
    x = sample_uniform(space, 5, seed=0)[0]
    gradient = log_exchange_room(space, x)[1]
    for k, step in enumerate(1e-6 * np.eye(space.dimension)):
        up, down = log_exchange_room(space, x + step)[0], log_exchange_room(space, x - step)[0]
        np.testing.assert_allclose(gradient[:, k], (up - down) / 2e-6, rtol=1e-6)


def test_every_exchange_of_the_core_network_influences_its_fragments():
    core, data = kt.load_flux_model("toya_core"), kt.load_measurements("toya2010_wt5h")
    simulate = kt.LabellingSimulator(core, data.tracer, data.fragments)
    found = labelling_exchange(core, [simulate])
    expected = {r for r, both in zip(core.reactions, core.reversible, strict=True) if both}
    assert set(found) == expected - {"GLUDy"}  # glutamate leads nowhere else


@pytest.mark.parametrize("exchange", [0.0, 3.0])
def test_what_is_left_out_changes_no_labelling(exchange):
    core, data = kt.load_flux_model("toya_core"), kt.load_measurements("toya2010_wt5h")
    simulate = kt.LabellingSimulator(core, data.tracer, data.fragments)
    seen = labelling_exchange(core, [simulate])
    space = FluxSpace.of(core, data, exchange=seen)
    forward, reverse = space.to_fluxes(space.center)
    added = np.where(unseen_exchange(space), exchange, 0.0)
    before, after = simulate(forward, reverse), simulate(forward + added, reverse + added)
    for name, mid in before.items():
        np.testing.assert_allclose(after[name], mid, rtol=0, atol=1e-12)


def test_trajectories_follow_the_room_that_unseen_exchange_has():
    core, data = kt.load_flux_model("toya_core"), kt.load_measurements("toya2010_wt5h")
    tight = replace(data, max_flux=20.0)  # where the room matters
    nothing = kt.LabellingLikelihood(core, tight).switched_off()
    space = FluxSpace.of(core, tight, exchange=()).rounded()
    prior = sample_prior(space, 4000, seed=0)[0]
    chains = TemperedChains(space, nothing, prior, np.full((2, space.dimension), np.nan), 1, 2)
    for stage in range(WARM_UP):
        chains.warm_up(stage)
    x = chains.sample(6000, 2).x.reshape(-1, space.dimension)
    uniform = sample_uniform(space, 4000, seed=2)[0]
    found, expected, without = (log_exchange_room(space, p)[0].mean() for p in (x, prior, uniform))
    assert abs(found - expected) < 0.1 * abs(without - expected)
    net, of_prior = (np.subtract(*space.to_fluxes(p))[:, space.varies] for p in (x, prior))
    error = np.abs(net.mean(axis=0) - of_prior.mean(axis=0))
    assert (error < 0.15 * of_prior.std(axis=0)).all()
