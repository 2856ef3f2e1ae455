"""The space of steady fluxes within bounds: what is in it, its dimension, its facets, its corners."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

import kinetools as kt
from kinetools.errors import InputError
from kinetools.flux.polytope import FluxSpace
from kinetools.flux.uniform import sample_uniform

from .flux_spaces import BOUND, branched, network

STRAINS = ["toya2010_wt5h", "toya2010_pyk5h", "toya2010_pgi16h"]


@pytest.fixture(scope="module")
def core():
    return kt.load_flux_model("toya_core")


def of_core(strain=None):
    return FluxSpace.of(
        kt.load_flux_model("toya_core"), None if strain is None else kt.load_measurements(strain)
    )


SPACES = {
    "toy": lambda: FluxSpace.of(kt.load_flux_model("toy"), kt.load_measurements("toy")),
    "toy with any uptake": lambda: FluxSpace.of(kt.load_flux_model("toy")),
    **{strain: lambda strain=strain: of_core(strain) for strain in STRAINS},
    "core with any uptake": of_core,
    "branched": lambda: FluxSpace.of(branched()),
    "branched without exchange": lambda: FluxSpace.of(branched(), exchange=()),
}


@pytest.fixture(scope="module", params=SPACES)
def space(request):
    return SPACES[request.param]()


def around(space, n=400, seed=0):
    """Points in and around a space, half of them outside."""
    rng = np.random.default_rng(seed)
    inside = sample_uniform(space, n, thinning=5 * space.dimension, seed=seed)[0]
    corner = space.edge_points()
    return inside + rng.uniform(0, 1.5, (n, 1)) * (
        corner[rng.integers(len(corner), size=n)] - inside
    )


def within_bounds(space, x, tolerance):
    """Do the fluxes themselves keep every bound? Not asked of the facets."""
    raw = x @ space.basis.T + space.origin
    forward, reverse = np.split(raw, 2, axis=-1)
    net = forward - reverse
    good = np.all((net >= space.lower - tolerance) & (net <= space.upper + tolerance), axis=-1)
    two = space.exchanging
    for part in (forward[:, two], reverse[:, two]):
        good &= np.all((part >= -tolerance) & (part <= space.max_flux + tolerance), axis=-1)
    return good


def test_every_point_is_steady(space):
    forward, reverse = space.to_fluxes(around(space))
    assert np.abs((forward - reverse) @ space.network.stoichiometry.T).max() < 1e-9


def test_points_between_the_facets_are_those_that_keep_every_bound(space):
    x = around(space)
    inside = space.contains(x, 1e-9)
    assert 0.2 < inside.mean() < 0.9
    assert within_bounds(space, x[inside], 1e-7).all()
    assert not within_bounds(space, x[~space.contains(x, 1e-6)], 1e-9).any()


def test_a_point_inside_has_no_negative_and_no_too_large_flux(space):
    forward, reverse = space.to_fluxes(sample_uniform(space, 200, seed=1)[0])
    for flux in (forward, reverse):
        assert flux.min() >= 0 and flux.max() <= space.max_flux * (1 + 1e-9)
    assert np.all(np.minimum(forward, reverse)[:, ~space.exchanging] == 0)


def test_fluxes_give_back_their_coordinates(space):
    x = sample_uniform(space, 100, seed=1)
    for other in (space, space.rounded()):
        back = other.from_fluxes(*space.to_fluxes(x))
        np.testing.assert_allclose(other.to_fluxes(back), space.to_fluxes(x), atol=1e-9)
    np.testing.assert_allclose(space.from_fluxes(*space.to_fluxes(x)), x, atol=1e-9)


def test_the_basis_is_orthonormal_and_rounding_keeps_the_space(space):
    np.testing.assert_allclose(
        space.basis.T @ space.basis, np.eye(space.dimension), rtol=0, atol=1e-12
    )
    rounded = space.rounded()
    x = around(space, seed=2)
    x = x[space.contains(x, -1e-6) == space.contains(x, 1e-6)]  # none on a facet
    y = np.linalg.lstsq(
        rounded.basis, (x @ space.basis.T + space.origin - rounded.origin).T, rcond=None
    )[0].T
    assert np.array_equal(rounded.contains(y), space.contains(x))
    # the largest ellipsoid inside is the unit ball, and enlarged by the dimension it covers the space
    np.testing.assert_allclose(rounded.b.min(), 1, rtol=1e-6)
    far = rounded.from_fluxes(*space.to_fluxes(space.edge_points()))
    assert np.linalg.norm(far, axis=1).max() <= space.dimension * (1 + 1e-6)


def test_no_facet_follows_from_the_others(space):
    for i in range(len(space.b)):
        b = space.b.copy()
        b[i] += 1
        result = linprog(
            -space.A[i],
            A_ub=space.A,
            b_ub=b,
            bounds=(None, None),
            options={"primal_feasibility_tolerance": 1e-10},
        )
        assert -result.fun > space.b[i] + 1e-8


def test_ranges_of_net_fluxes_are_those_of_linear_programs(space):
    reactions = len(space.reactions)
    # a steady state for every net flux in its range is there even without exchange fluxes
    for j in range(0, reactions, 7):
        for sense, end in ((1, 0), (-1, 1)):
            objective = np.zeros(reactions)
            objective[j] = sense
            result = linprog(
                objective,
                A_eq=space.network.stoichiometry,
                b_eq=np.zeros(len(space.network.metabolites)),
                bounds=np.column_stack([space.lower, space.upper]),
            )
            assert abs(sense * result.fun - space.net_range[j, end]) < 1e-6
    width = np.ptp(space.net_range, axis=1)
    assert np.all(space.varies[width > 1e-6]) and np.all(width[~space.varies] < 1e-9)


def test_edge_points_are_the_published_ones(space):
    edges = space.edge_points()
    assert space.contains(edges, 1e-7).all()
    assert np.linalg.matrix_rank(edges - edges.mean(axis=0), tol=1e-6) == space.dimension
    forward, reverse = space.to_fluxes(edges)
    net, two = forward - reverse, space.exchanging
    alone = np.minimum(forward, reverse).max(axis=1) < 1e-7
    for j in np.flatnonzero(space.varies):
        np.testing.assert_allclose(net[alone, j].min(), space.net_range[j, 0], atol=1e-6)
        np.testing.assert_allclose(net[alone, j].max(), space.net_range[j, 1], atol=1e-6)
    for j in np.flatnonzero(two):
        low, high = space.net_range[j]
        for ours, other, end in ((forward, reverse, high), (reverse, forward, -low)):
            largest = min(space.max_flux, space.max_flux + end)
            top = np.abs(ours[:, j] - largest) < 1e-6
            assert np.min(other[top, j]) == pytest.approx(largest - end, abs=1e-6)


@pytest.mark.parametrize(
    ("strain", "dimension", "facets", "varying", "exchanging"),
    [(STRAINS[0], 32, 74, 59, 16), (STRAINS[1], 31, 73, 58, 16), (STRAINS[2], 30, 55, 58, 15)],
)
def test_core_network_of_each_strain(core, strain, dimension, facets, varying, exchanging):
    space = FluxSpace.of(core, kt.load_measurements(strain))
    assert (space.dimension, len(space.b)) == (dimension, facets)
    assert (space.varies.sum(), space.exchanging.sum()) == (varying, exchanging)
    assert space.max_flux == 58.5


def test_a_knocked_out_reaction_carries_nothing_either_way(core):
    space = FluxSpace.of(core, kt.load_measurements("toya2010_pgi16h"))
    forward, reverse = space.to_fluxes(sample_uniform(space, 10, seed=0)[0])
    j = core.index("PGI")
    assert np.all(forward[:, j] == 0) and np.all(reverse[:, j] == 0)


def test_bounds_that_meet_are_implied_equalities():
    model = branched()
    space = FluxSpace.of(model, bounds={"uptake": (0, 4), "outlet": (4, 10)})
    np.testing.assert_allclose(space.net_range[[0, 4]], 4, atol=1e-9)
    assert space.dimension == 2 and list(space.varies) == [False, True, True, True, False]
    forward, reverse = space.to_fluxes(sample_uniform(space, 10, seed=0)[0])
    np.testing.assert_allclose((forward - reverse)[:, 0], 4, atol=1e-9)


def test_a_demand_far_below_any_tolerance_still_varies_with_growth():
    model = network(
        "growth",
        {
            "uptake": ({"A": 1}, 0, BOUND),
            "growth": ({"A": -1, "cofactor": 2e-9}, 4, 4.5),
            "demand": ({"cofactor": -1}, 0, BOUND),
        },
    )
    space = FluxSpace.of(model)
    assert space.dimension == 1 and space.varies.all()


def test_a_boundary_reaction_of_either_sign_takes_up_or_gives_off_but_not_both():
    model = network(
        "open",
        {
            "in_or_out": ({"A": -1}, -5, 5),
            "convert": ({"A": -1, "B": 1}, -BOUND, BOUND),
            "other": ({"B": -1}, -BOUND, BOUND),
        },
    )
    space = FluxSpace.of(model)
    assert space.dimension == 2 and list(space.signed) == [True, False, True]
    x = sample_uniform(space, 200, seed=0)[0]
    forward, reverse = space.to_fluxes(x)
    assert (forward[:, 0] > 0).any() and (reverse[:, 0] > 0).any()
    assert np.all(np.minimum(forward, reverse)[:, [0, 2]] == 0)
    np.testing.assert_allclose(space.from_fluxes(forward, reverse), x, atol=1e-9)


def test_gradients_follow_the_chain_rule(space):
    rng = np.random.default_rng(3)
    x = sample_uniform(space, 20, seed=3)[0]
    weights = rng.normal(size=(2, len(space.reactions)))

    def value(x):
        forward, reverse = space.to_fluxes(x)
        return (np.sin(forward) * weights[0] + np.cos(reverse) * weights[1]).sum(axis=-1)

    forward, reverse = space.to_fluxes(x)
    gradient = space.gradient(x, np.cos(forward) * weights[0], -np.sin(reverse) * weights[1])
    step = 1e-6 * np.eye(space.dimension)
    expected = np.stack([(value(x + s) - value(x - s)) / 2e-6 for s in step], axis=-1)
    np.testing.assert_allclose(gradient, expected, atol=1e-5)


def test_measured_fluxes_may_be_left_to_the_likelihood(core):
    data = replace(
        kt.load_measurements("toya2010_wt5h"),
        bounds={"glc_exchange": (-11.7, -11.7), "Ac_exchange": (4.3, 4.3)},
        flux_measurements={"Ac_exchange": (4.3, 0.4)},
    )
    hard = FluxSpace.of(core, data)
    soft = FluxSpace.of(core, data, measured="likelihood")
    assert soft.dimension == hard.dimension + 1
    assert soft.varies[core.index("Ac_exchange")] and not hard.varies[core.index("Ac_exchange")]


CONFLICTS = [
    ({"Ac_exchange": (50, 58)}, ["Ac_exchange from 50 to 58"]),
    ({"GLCpts": (1, 2)}, ["glc_exchange = -11.7", "GLCpts from 1 to 2"]),
    (
        {"PFK": (0, 0), "PGI": (0, 0), "G6PDH2r": (0, 0)},
        ["glc_exchange = -11.7", "PGI = 0", "G6PDH2r = 0"],
    ),
]


@pytest.mark.parametrize(("bounds", "named"), CONFLICTS)
def test_conflicting_bounds_are_named_and_no_others(core, bounds, named):
    measurements = kt.load_measurements("toya2010_wt5h")
    with pytest.raises(InputError) as error:
        FluxSpace.of(core, measurements, bounds=bounds)
    message = str(error.value)
    assert all(part in message for part in named)
    given = {*bounds, "glc_exchange", "Ac_exchange"}
    assert {r for r in given if f"{r} " in message} == {part.split()[0] for part in named}


def test_a_network_without_any_steady_state_is_told():
    model = network("dead", {"in": ({"A": 1}, 1, 5), "to": ({"A": -1, "B": 1}, 0, 5)})
    with pytest.raises(InputError, match="no steady state has"):
        FluxSpace.of(model)
    with pytest.raises(InputError, match="load_flux_model returns, found a str"):
        FluxSpace.of("toy")
    with pytest.raises(InputError, match="one steady state only"):
        FluxSpace.of(branched(), bounds={"uptake": (0, 0), "first": (0, 0)}, exchange=())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"bounds": {"Ac_exchang": (0, 1)}}, "did you mean 'Ac_exchange'"),
        ({"bounds": {"PFK": (3, 1)}}, "lower one, 3, is above"),
        ({"bounds": {"PFK": 3}}, "expected (lower, upper)"),
        ({"bounds": {"PFK": (0, float("nan"))}}, "expected a finite number"),
        ({"bounds": [("PFK", 1)]}, "must map reaction ids"),
        ({"bounds": {"PFK": (70, 80)}}, "beyond the largest flux of 58.5"),
        ({"measured": "somehow"}, "measured must be"),
        ({"exchange": ["PFKK"]}, "has no reaction 'PFKK'"),
    ],
)
def test_arguments_that_make_no_sense_are_named(core, arguments, said):
    with pytest.raises(InputError) as error:
        FluxSpace.of(core, **arguments)
    assert said in str(error.value) and "\n" not in str(error.value)


def test_fluxes_that_are_not_steady_are_told(core):
    space = FluxSpace.of(core, kt.load_measurements("toya2010_wt5h"))
    forward, reverse = space.to_fluxes(space.center)
    forward[core.index("PFK")] += 0.1
    with pytest.raises(InputError, match="not steady"):
        space.from_fluxes(forward, reverse)
    with pytest.raises(InputError, match="63"):
        space.from_fluxes(forward[1:], reverse[1:])


@st.composite
def random_networks(draw):
    """Chains and branches between a few metabolites, with uptakes and outlets, some bounds and scales."""
    n = draw(st.integers(2, 5))
    names = [f"M{i}" for i in range(n)]
    flux = st.sampled_from([0.0, 1.0, 2.5, 10.0, BOUND])
    reactions = {"in": ({"M0": 1}, draw(st.sampled_from([0.0, 1.0])), draw(flux) + 1)}
    for i in range(draw(st.integers(n - 1, 2 * n))):
        a = i % n if i < n - 1 else draw(st.integers(0, n - 1))
        b = (a + 1) % n if i < n - 1 else draw(st.integers(0, n - 1))
        if a == b:
            continue
        size = draw(st.sampled_from([1, 1, 2, 0.05]))
        low, high = draw(st.sampled_from([0.0, 0.0, -1.0, -BOUND])), draw(flux)
        reactions[f"r{i}"] = ({names[a]: -1, names[b]: size}, low, max(low, high))
    for i in range(1, n):
        if i == n - 1 or draw(st.booleans()):
            reactions[f"out{i}"] = ({names[i]: -1}, draw(st.sampled_from([0.0, -1.0])), draw(flux))
    return network("random", reactions)


@given(random_networks())
@settings(max_examples=60)
def test_spaces_of_random_networks(model):
    try:
        space = FluxSpace.of(model)
    except InputError as error:
        assume("steady state" in str(error))
        return
    test_every_point_is_steady(space)
    x = around(space, 100)
    assert within_bounds(space, x[space.contains(x, 1e-9)], 1e-6).all()
    assert not within_bounds(space, x[~space.contains(x, 1e-6)], 1e-9).any()
    test_no_facet_follows_from_the_others(space)
    test_edge_points_are_the_published_ones(space)
    test_ranges_of_net_fluxes_are_those_of_linear_programs(space)
