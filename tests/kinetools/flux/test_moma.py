"""MOMA: the nearest steady state, checked against HiGHS and against what makes it the nearest."""

import numpy as np
import pytest
from highspy import Highs, HighsHessian, HighsLp, HighsModel, MatrixFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csc_array

import kinetools as kt
from kinetools.flux.net_fluxes import NetProgram
from kinetools.flux.steady_projection import SteadyProjection


def by_highs(stoichiometry, wanted, lower, upper):
    """The same quadratic program, solved by HiGHS."""
    n = len(wanted)
    columns = csc_array(stoichiometry)
    program = HighsLp()
    program.num_row_, program.num_col_ = stoichiometry.shape
    program.col_cost_ = -wanted
    program.col_lower_, program.col_upper_ = lower, upper
    program.row_lower_ = program.row_upper_ = np.zeros(len(stoichiometry))
    program.a_matrix_.format_ = MatrixFormat.kColwise
    program.a_matrix_.start_ = columns.indptr
    program.a_matrix_.index_ = columns.indices
    program.a_matrix_.value_ = columns.data
    hessian = HighsHessian()
    hessian.dim_ = n
    hessian.start_ = np.arange(n + 1)
    hessian.index_ = np.arange(n)
    hessian.value_ = np.ones(n)
    model = HighsModel()
    model.lp_, model.hessian_ = program, hessian
    solver = Highs()
    solver.setOptionValue("output_flag", False)
    solver.passModel(model)
    solver.run()
    return np.array(solver.getSolution().col_value)


@pytest.fixture(scope="module")
def core():
    return kt.load_flux_model("toya_core")


@pytest.fixture(scope="module")
def wild_types(core):
    forward, reverse = kt.random_fluxes(core, kt.load_measurements("toya2010_wt5h"), 12, seed=1)
    return forward - reverse


def without(network, *reactions):
    lower, upper = network.lower_bound.copy(), network.upper_bound.copy()
    out = [network.index(r) for r in reactions]
    lower[out] = upper[out] = 0.0
    return lower, upper


@pytest.mark.parametrize("reaction", ["PYK", "PGI", "TPI"])
def test_the_nearest_steady_state_is_that_of_highs(core, wild_types, reaction):
    project = SteadyProjection(core.stoichiometry)
    lower, upper = without(core, reaction)
    prices = None
    for wanted in wild_types:
        nearest = project(wanted, lower, upper, prices)
        prices = nearest.prices
        expected = by_highs(core.stoichiometry, wanted, lower, upper)
        assert nearest.found and nearest.residual <= 1e-9
        # HiGHS regularises its quadratic programs by 1e-7.
        np.testing.assert_allclose(nearest.fluxes, expected, atol=1e-4)
        own, other = (np.sum((v - wanted) ** 2) for v in (nearest.fluxes, expected))
        assert own <= other + 1e-6


def test_where_a_prediction_starts_from_does_not_matter(core, wild_types):
    project = SteadyProjection(core.stoichiometry)
    bounds = without(core, "PGI")
    cold = [project(w, *bounds).fluxes for w in wild_types]
    prices = project(wild_types.mean(axis=0), *bounds).prices
    warm = [project(w, *bounds, prices).fluxes for w in wild_types]
    np.testing.assert_allclose(cold, warm, atol=1e-7)


def test_a_steady_state_within_the_bounds_is_its_own_nearest(core, wild_types):
    project = SteadyProjection(core.stoichiometry)
    nearest = project(wild_types[0], core.lower_bound, core.upper_bound)
    np.testing.assert_allclose(nearest.fluxes, wild_types[0], atol=1e-9)


def test_what_has_no_steady_state_is_said_to_have_none():
    project = SteadyProjection([[1.0, -1.0]])  # in → A → out
    nearest = project(np.array([1.0, 1.0]), np.array([1.0, 0.0]), np.array([2.0, 0.5]))
    assert not nearest.found


def test_what_cannot_flow_does_not_and_what_nothing_balances_is_free():
    blocked = SteadyProjection([[1.0, 0.0], [0.0, 0.0]])
    nearest = blocked(np.array([3.0, 3.0]), np.full(2, -5.0), np.full(2, 5.0))
    np.testing.assert_allclose(nearest.fluxes, [0, 3])
    assert not blocked(np.ones(2), np.array([1.0, 0.0]), np.full(2, 5.0)).found


def random_problem(seed):
    """A sparse network, bounds around a steady state of it, and fluxes to come near to."""
    rng = np.random.default_rng(seed)
    n_metabolites, n_reactions = rng.integers(1, 12), rng.integers(12, 25)
    matrix = np.zeros((n_metabolites, n_reactions))
    for j in range(n_reactions):
        rows = rng.choice(n_metabolites, min(n_metabolites, rng.integers(1, 4)), replace=False)
        matrix[rows, j] = rng.choice([-2, -1, 1, 2], len(rows)) * rng.choice([1, 1, 1, 0.01])
    steady = rng.normal(size=n_reactions)
    steady -= np.linalg.pinv(matrix) @ (matrix @ steady)
    lower = steady - rng.random(n_reactions) * (rng.random(n_reactions) < 0.7)
    upper = steady + rng.random(n_reactions) * (rng.random(n_reactions) < 0.7)
    return matrix, lower, upper, steady + 3 * rng.normal(size=n_reactions)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_no_steady_state_is_nearer_in_any_network(seed):
    matrix, lower, upper, wanted = random_problem(seed)
    nearest = SteadyProjection(matrix)(wanted, lower, upper)
    assert nearest.found
    assert (nearest.fluxes >= lower).all() and (nearest.fluxes <= upper).all()
    assert np.abs(matrix @ nearest.fluxes).max() < 1e-6
    # The gap is at a right or obtuse angle to the way to every other steady state.
    program = NetProgram(matrix, lower, upper)
    for j in range(len(lower)):
        for sense in (-1, 1):
            other = program.extreme(j, sense)
            if other is not None:
                assert (wanted - nearest.fluxes) @ (other - nearest.fluxes) < 1e-5
