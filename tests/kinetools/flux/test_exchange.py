"""Exchange fluxes that nothing measures can be left out of a flux space without any loss."""

import numpy as np
import pytest

import kinetools as kt
from kinetools.flux.exchange import (
    draw_exchange,
    labelling_exchange,
    log_exchange_room,
    unseen_exchange,
)
from kinetools.flux.polytope import FluxSpace
from kinetools.flux.uniform import sample_uniform

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
    other = part.to_fluxes(sample_uniform(part, n, seed=1)[0])
    log_room, _ = log_exchange_room(part, other[0] - other[1])
    weight = np.exp(log_room)
    drawn = draw_exchange(part, *other, seed=2)
    for expected, found in zip((forward, reverse), drawn, strict=True):
        mean = np.average(found, axis=0, weights=weight)
        square = np.average(found**2, axis=0, weights=weight)
        np.testing.assert_allclose(mean, expected.mean(axis=0), rtol=0.02)
        np.testing.assert_allclose(square, (expected**2).mean(axis=0), rtol=0.03)
    # the weight matters: without it, large net fluxes are too frequent
    plain = np.abs(other[0] - other[1]).mean(axis=0)
    assert plain[2] > 1.02 * np.average(np.abs(other[0] - other[1])[:, 2], weights=weight)


def test_the_gradient_of_the_room_is_that_of_finite_differences():
    space = FluxSpace.of(reversible_branches(), exchange=())
    net = np.array([6.0, -2.0, 8.0, 6.0])
    _, gradient = log_exchange_room(space, net)
    step = 1e-6 * np.eye(4)
    expected = [
        (log_exchange_room(space, net + s)[0] - log_exchange_room(space, net - s)[0]) / 2e-6
        for s in step
    ]
    np.testing.assert_allclose(gradient, expected, atol=1e-8)


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
