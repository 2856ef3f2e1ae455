"""Draws from the prior are uniform in the space of forward and reverse fluxes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kstest

import kinetools as kt
from kinetools.errors import InputError
from kinetools.flux.diagnostics import ess_bulk
from kinetools.flux.polytope import FluxSpace
from kinetools.flux.uniform import sample_uniform

from .flux_spaces import branched, network


@pytest.fixture(scope="module")
def toy():
    return FluxSpace.of(kt.load_flux_model("toy"), kt.load_measurements("toy"))


@pytest.fixture(scope="module")
def core():
    return FluxSpace.of(kt.load_flux_model("toya_core"), kt.load_measurements("toya2010_wt5h"))


def test_the_toy_is_a_quadrilateral_drawn_from_evenly(toy):
    # b_ec from 0 to 50, reverse of b_d from 0 to 50 + 2 b_ec: an area of 5000
    forward, reverse = toy.to_fluxes(sample_uniform(toy, 20_000, seed=1)[0])
    x, y = forward[:, toy.network.index("b_ec")], reverse[:, toy.network.index("b_d")]
    assert kstest(x, lambda x: (50 * x + x**2) / 5000).pvalue > 0.001
    assert kstest(y / (50 + 2 * x), "uniform").pvalue > 0.001
    counts = np.histogram2d(x, y, bins=(5, 15), range=((0, 50), (0, 150)))[0]
    whole = np.array(
        [[50 + 2 * left >= top for top in range(10, 151, 10)] for left in range(0, 50, 10)]
    )
    expected = 20_000 * 10 * 10 / 5000
    chi_square = ((counts[whole] - expected) ** 2 / expected).sum()
    assert abs(chi_square - whole.sum()) < 4 * np.sqrt(2 * whole.sum())


def test_exchange_weighs_the_net_fluxes_as_its_length():
    # uptake u and bypass c in [0, 10]; the exchange of the direct way has 10 - |u - c| to itself
    space = FluxSpace.of(branched())
    forward, reverse = space.to_fluxes(sample_uniform(space, 20_000, seed=2)[0])
    u, c = forward[:, 0], forward[:, 2]

    def share_below(u):  # of the volume 10³ 2/3: the integral of 50 + 10 u - u² from 0
        return (50 * u + 5 * u**2 - u**3 / 3) / (2000 / 3)

    assert kstest(u, share_below).pvalue > 0.001
    assert kstest(c, share_below).pvalue > 0.001
    least = np.minimum(forward[:, 1], reverse[:, 1])
    assert kstest(least / (10 - np.abs(u - c)), "uniform").pvalue > 0.001


@settings(max_examples=40)
@given(st.integers(2, 7), st.lists(st.floats(1e-4, 10), min_size=7, max_size=7))
def test_a_branch_point_of_fixed_uptake_gives_a_simplex(branches, factors):
    # yields of very different size make the space thin; shares of the uptake stay uniform on the simplex
    reactions = {"uptake": ({"A": 1}, 1, 1)}
    for i in range(branches):
        reactions[f"way{i}"] = ({"A": -factors[i], f"B{i}": 1}, 0, 1e6)
        reactions[f"out{i}"] = ({f"B{i}": -1}, 0, 1e6)
    space = FluxSpace.of(network("star", reactions, max_flux=1e6))
    assert space.dimension == branches - 1
    forward, _ = space.to_fluxes(sample_uniform(space, 2000, seed=3)[0])
    shares = forward[:, 1::2] * factors[:branches]
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-6)
    for share in shares.T:
        assert kstest(share, lambda x: 1 - (1 - x) ** (branches - 1)).pvalue > 1e-6


def test_core_draws_stay_inside_and_forget_each_other(core):
    x = sample_uniform(core, 1000, chains=2, seed=4)
    assert x.shape == (2, 1000, 32) and core.contains(x).all()
    forward, reverse = core.to_fluxes(x)
    assert np.nanmin(ess_bulk(np.concatenate([forward, reverse], axis=2))) > 600


def test_the_coordinates_do_not_matter(core):
    ours = core.to_fluxes(sample_uniform(core, 3000, seed=5))
    rounded = core.rounded()
    others = rounded.to_fluxes(sample_uniform(rounded, 3000, seed=6))
    assert_same_distribution(*(np.concatenate(fluxes, axis=2) for fluxes in (ours, others)))


def assert_same_distribution(a, b):
    """Means and spreads of (chain, draw, flux) agree within Monte Carlo error."""
    vary = np.ptp(a, axis=(0, 1)) > 1e-9
    a, b = a[..., vary], b[..., vary]
    for f in (lambda x: x, lambda x: (x - a.mean(axis=(0, 1))) ** 2):
        x, y = f(a), f(b)
        error = np.sqrt(x.var(axis=(0, 1)) / ess_bulk(x) + y.var(axis=(0, 1)) / ess_bulk(y))
        assert np.max(np.abs(x.mean(axis=(0, 1)) - y.mean(axis=(0, 1))) / error) < 4.5


@pytest.mark.parametrize("strain", ["toya2010_wt5h", "toya2010_pgi16h"])
def test_the_core_prior_is_that_of_hopsy(strain):
    hopsy = pytest.importorskip("hopsy")
    space = FluxSpace.of(kt.load_flux_model("toya_core"), kt.load_measurements(strain))
    problem = hopsy.round(hopsy.Problem(space.A, space.b))
    chains = [
        hopsy.MarkovChain(
            problem,
            hopsy.UniformCoordinateHitAndRunProposal,
            starting_point=np.zeros(space.dimension),
        )
        for _ in range(2)
    ]
    generators = [hopsy.RandomNumberGenerator(7, i) for i in range(2)]
    _, theirs = hopsy.sample(chains, generators, n_samples=3000, thinning=600, n_procs=1)
    ours = sample_uniform(space, 3000, chains=2, thinning=600, seed=7)
    theirs = np.array(theirs)[:, 100:]
    assert space.contains(theirs, 1e-6).all()
    fluxes = [np.concatenate(space.to_fluxes(x), axis=2) for x in (ours, theirs)]
    assert_same_distribution(*fluxes)


def test_the_same_seed_gives_the_same_draws_and_chains_differ(toy):
    x = sample_uniform(toy, 10, chains=3, seed=8)
    assert np.array_equal(x, sample_uniform(toy, 10, chains=3, seed=8))
    assert np.array_equal(x[:2], sample_uniform(toy, 10, chains=2, seed=8))
    assert len(np.unique(x[:, 0, 0])) == 3


@pytest.mark.parametrize("arguments", [{"draws": 0}, {"draws": 1.5}, {"draws": 3, "thinning": 0}])
def test_numbers_of_draws_must_make_sense(toy, arguments):
    with pytest.raises(InputError, match="whole number"):
        sample_uniform(toy, **arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"network": "toy"}, "network: expected what load_flux_model returns, found a str"),
        ({"measurements": "toy"}, "measurements: expected what load_measurements returns"),
        ({"seed": -1}, "seed must be a whole number of at least 0 or"),
        ({"seed": 1.5}, "seed must be a whole number of at least 0 or"),
        ({"seed": "a"}, "seed must be a whole number of at least 0 or"),
        ({"n_points": 0}, "n_points must be a whole number of at least 1"),
        ({"n_points": 10**15}, "n_points=1000000000000000: give 10000000 at most"),
    ],
)
def test_random_fluxes_of_what_makes_no_sense_are_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        kt.random_fluxes(**{"network": branched()} | arguments)
