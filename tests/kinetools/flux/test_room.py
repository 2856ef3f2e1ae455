"""ROOM and its relaxation, checked against COBRApy and by what a prediction must be."""

import numpy as np
import pandas as pd
import pytest
from cobra.core import Solution
from cobra.flux_analysis import room as cobra_room

import kinetools as kt
from kinetools.flux.room import Bands, Room
from tests.kinetools.flux.test_moma import without

DELTA, EPSILON = 0.03, 0.001


@pytest.fixture(scope="module")
def core():
    return kt.load_flux_model("toya_core")


@pytest.fixture(scope="module")
def wild_types(core):
    forward, reverse = kt.random_fluxes(core, kt.load_measurements("toya2010_wt5h"), 6, seed=2)
    return forward - reverse


def predictions(core, reaction, wild_types, relaxed, time_limit=60.0, **tolerances):
    lower, upper = without(core, reaction)
    tolerances = {"delta": DELTA, "epsilon": EPSILON} | tolerances
    room = Room(core, lower, upper, relaxed=relaxed, time_limit=time_limit, **tolerances)
    predict = room.session(room.start(wild_types.mean(axis=0)))
    return [predict(w, lower, upper) for w in wild_types]


def by_cobra(core, reaction, wild_type, linear):
    """The objective that COBRApy finds; its linear ROOM takes δ and ε for 0."""
    with core.cobra_model as model:
        model.objective = {}
        fluxes = pd.Series(wild_type, core.reactions)
        known = Solution(0.0, "optimal", fluxes)
        model.reactions.get_by_id(reaction).knock_out()
        answer = cobra_room(model, known, linear=linear, delta=DELTA, epsilon=EPSILON)
        return answer.objective_value


@pytest.mark.parametrize("reaction", ["PYK", "GND"])
def test_as_many_fluxes_change_as_cobrapy_finds(core, wild_types, reaction):
    for wild_type, found in zip(
        wild_types[:2], predictions(core, reaction, wild_types[:2], relaxed=False)
    ):
        assert found.status == "optimal" and found.gap == 0
        expected = by_cobra(core, reaction, wild_type, linear=False)
        assert found.objective == pytest.approx(expected, abs=1e-3)
        bands = Bands.around(wild_type, *without(core, reaction), DELTA, EPSILON, 500)
        assert bands.outside(found.fluxes, 1e-6).sum() <= found.objective


@pytest.mark.parametrize("reaction", ["PYK", "PGI"])
def test_the_relaxed_objective_is_cobrapys(core, wild_types, reaction):
    found = predictions(core, reaction, wild_types[:3], True, delta=0.0, epsilon=0.0)
    for wild_type, prediction in zip(wild_types, found):
        expected = by_cobra(core, reaction, wild_type, linear=True)
        assert prediction.objective == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("relaxed", [True, False])
def test_predictions_are_steady_within_bounds_and_without_the_reaction(core, wild_types, relaxed):
    lower, upper = without(core, "PYK")
    for found in predictions(core, "PYK", wild_types[:3], relaxed):
        assert found.residual < 1e-7
        assert np.abs(core.stoichiometry @ found.fluxes).max() < 1e-6
        assert (found.fluxes >= lower - 1e-9).all() and (found.fluxes <= upper + 1e-9).all()


def test_the_relaxation_changes_no_more_than_the_whole(core, wild_types):
    whole = predictions(core, "GND", wild_types[:3], relaxed=False)
    relaxed = predictions(core, "GND", wild_types[:3], relaxed=True)
    assert all(r.objective <= w.objective + 1e-6 for r, w in zip(relaxed, whole))


def test_a_relaxed_prediction_does_not_hang_on_the_one_before(core, wild_types):
    there = predictions(core, "PGI", wild_types, relaxed=True)
    back = predictions(core, "PGI", wild_types[::-1], relaxed=True)[::-1]
    for one, other in zip(there, back):
        np.testing.assert_allclose(one.fluxes, other.fluxes, atol=1e-5)


def test_of_equally_good_answers_the_nearest_is_taken(core, wild_types):
    (found,) = predictions(core, "PYK", wild_types[:1], relaxed=True)
    lower, upper = without(core, "PYK")
    bands = Bands.around(wild_types[0], lower, upper, DELTA, EPSILON, 500)
    # Whatever steady state lies a little further toward the wild type costs more.
    rng = np.random.default_rng(0)
    movable = upper > lower
    matrix = core.stoichiometry[:, movable]
    for _ in range(50):
        step = rng.normal(size=movable.sum())
        step -= np.linalg.pinv(matrix) @ (matrix @ step)
        other = found.fluxes.copy()
        other[movable] += 1e-3 * step
        if (other < lower - 1e-12).any() or (other > upper + 1e-12).any():
            continue
        nearer = np.linalg.norm(other - wild_types[0]) < np.linalg.norm(
            found.fluxes - wild_types[0]
        )
        assert not nearer or bands.changes(other).sum() > found.objective - 1e-9


def test_without_a_knock_out_nothing_changes(core, wild_types):
    lower, upper = core.lower_bound, core.upper_bound
    room = Room(core, lower, upper, DELTA, EPSILON, relaxed=False, time_limit=60.0)
    found = room.session(room.start(wild_types[0]))(wild_types[0], lower, upper)
    assert found.objective == 0
    np.testing.assert_allclose(found.fluxes, wild_types[0], atol=1e-8)


def test_at_the_time_limit_there_is_an_answer_and_its_gap(core, wild_types):
    (found,) = predictions(core, "PGI", wild_types[:1], relaxed=False, time_limit=1e-3)
    assert found.status == "time limit" and 0 < found.gap <= found.objective
    assert np.abs(core.stoichiometry @ found.fluxes).max() < 1e-6
