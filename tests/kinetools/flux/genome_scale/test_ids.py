"""Ids of a table of transitions are matched with a model's by a person's decisions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinetools.errors import InputError
from kinetools.flux.genome_scale import curate_transitions, match_ids, suggest_ids
from kinetools.flux.genome_scale.edit_distance import edit_distances, nearest

from .small_drafts import draft

TRANSITIONS = [
    ("PGI", "g6p_c <==> f6p_c", "abcdef : abcdef"),
    ("GLCpts", "glc_D_e + pep_c --> g6p_c + pyr_c", "abcdef + ghi : abcdef + ghi"),
    ("FBA", "fdp_c <==> g3p_c + dhap_c", "abcdef : def + cba"),
]


@pytest.fixture
def unmatched():
    reactions = {
        "PGI": "g6p_c <=> f6p_c",
        "GLCptspp": "glc__D_e + pep_c --> g6p_c + pyr_c",
        "GLCtex": "glc__D_e <=> glc__D_p",
        "FBA3": "s17bp_c <=> dhap_c + e4p_c",
    }
    return draft(reactions, TRANSITIONS, one_way=["GLCpts"])


def slow_distance(a, b):
    if not a or not b:
        return len(a) + len(b)
    return min(
        slow_distance(a[1:], b) + 1,
        slow_distance(a, b[1:]) + 1,
        slow_distance(a[1:], b[1:]) + (a[0] != b[0]),
    )


@given(st.text("ab_", max_size=5), st.lists(st.text("ab_", max_size=5), min_size=1, max_size=4))
def test_edit_distance_is_the_least_number_of_changed_letters(word, others):
    assert edit_distances(word, others).tolist() == [slow_distance(word, o) for o in others]


def test_known_edit_distances():
    found = edit_distances("glc_D_e", ["glc__D_e", "gln__L_e", "glc_D_e", ""])
    np.testing.assert_array_equal(found, [1, 3, 0, 7])
    assert nearest("SUCD1i", ["SUCCt3", "SUCDi", "SUCOAS"], 1) == [("SUCDi", 1)]


def test_what_is_missing_is_listed_with_suggestions(unmatched):
    table = suggest_ids(unmatched).set_index("given")
    assert set(table.index) == {"GLCpts", "glc_D_e", "FBA", "fdp_c", "g3p_c"}
    assert table.loc["glc_D_e", "suggestions"].startswith("glc__D_e (1), ")
    assert table.loc["GLCpts", "suggestions"].startswith("GLCptspp (2), ")
    assert (table["in_model"] == "").all()


def test_nothing_is_matched_without_a_decision(unmatched):
    with pytest.raises(InputError, match=r"no reaction 'GLCpts'.*GLCptspp.*table of decisions"):
        match_ids(unmatched)


def test_decisions_rename_and_leave_out(unmatched):
    decisions = {
        ("reaction", "GLCpts"): "GLCptspp",
        ("metabolite", "glc_D_e"): "glc__D_e",
        ("reaction", "FBA"): "",
    }
    matched, report = match_ids(unmatched, decisions)
    assert [t.reaction for t in matched.transitions] == ["PGI", "GLCptspp"]
    assert matched.transitions[1].reactants[0] == ("glc__D_e", tuple("abcdef"))
    assert matched.one_way == {"GLCptspp"}
    assert report.ids("left out transition") == ["FBA"]
    assert ("renamed reaction", "GLCpts", "GLCptspp") in report.rows
    assert [t.reaction for t in unmatched.transitions] == ["PGI", "GLCpts", "FBA"]  # untouched


def test_a_metabolite_can_be_left_out_of_its_transitions(unmatched):
    decisions = {
        ("reaction", "GLCpts"): "GLCptspp",
        ("metabolite", "glc_D_e"): "glc__D_e",
        ("metabolite", "pep_c"): "",
        ("reaction", "FBA"): "",
    }
    matched, _ = match_ids(unmatched, decisions)
    # pyruvate goes with the phosphoenolpyruvate whose atoms it gets
    assert matched.transitions[1].equation() == "glc__D_e --> g6p_c"


def test_leaving_out_one_of_two_that_join_leaves_nothing():
    given = draft(
        {"PPC": "pep_c + co2_c --> oaa_c"}, [("PPC", "co2_c + pep_c --> oaa_c", "a + bcd : bcda")]
    )
    matched, report = match_ids(given, {("metabolite", "co2_c"): ""})
    assert not matched.transitions
    assert report.rows[0] == ("left out transition", "PPC", "no molecule is left")


def test_the_undecided_can_be_left_out_and_are_told(unmatched):
    matched, report = match_ids(unmatched, undecided="leave out")
    assert [t.reaction for t in matched.transitions] == ["PGI"]
    assert report.ids("left out transition") == ["GLCpts", "FBA"]


@pytest.mark.parametrize(
    ("decisions", "said"),
    [
        (
            {("reaction", "GLCpt"): ""},
            "no transition names the reaction 'GLCpt'; if GLCpts is meant, correct the decision, otherwise "
            "remove it.",
        ),
        ({("reaction", "GLCpts"): "GLCpt"}, "model 'small' lacks; if GLCtex or GLCptspp"),
        (
            {("reaction", "GLCpts"): "GLCpt"},
            " is meant, correct the decision, otherwise leave the new id empty.",
        ),
        (
            {("reaction", "GLCpts"): "GLCptspp", ("metabolite", "glc_D_e"): "e4p_c"},
            "'glc_D_e' shall be the metabolite 'e4p_c', which is in none of the reactions whose "
            "transitions name 'glc_D_e' (GLCptspp); correct the decision.",
        ),
        ({("gene", "b0001"): ""}, 'is of "reaction" or "metabolite"'),
    ],
)
def test_decisions_that_decide_nothing_are_refused(unmatched, decisions, said):
    with pytest.raises(InputError) as error:
        match_ids(unmatched, decisions)
    assert said in str(error.value) and "\n" not in str(error.value)


def test_curated_transitions_take_the_place_of_all_of_a_reaction(unmatched):
    (given,) = draft({}, [("PGI", "g6p_c --> f6p_c", "abcdef : fedcba")]).transitions
    curated, report = curate_transitions(unmatched, [given], {"PGI"})
    assert [t.letters() for t in curated.transitions if t.reaction == "PGI"] == ["abcdef : fedcba"]
    assert curated.one_way == {"GLCpts", "PGI"}
    assert report.ids("replaced transition") == ["PGI"]


def test_a_curated_transition_of_an_unknown_reaction_is_refused(unmatched):
    (given,) = draft({}, [("GLCptsp", "g6p_c --> f6p_c", "abcdef : abcdef")]).transitions
    with pytest.raises(InputError, match="no reaction 'GLCptsp'; did you mean 'GLCptspp'"):
        curate_transitions(unmatched, [given])


@pytest.mark.parametrize(
    ("equation", "atoms", "said"),
    [
        ("g6p_c --> s17bp_c", "abcdef : abcdef", "'g6p_c --> s17bp_c' is not the reaction PGI of"),
        (
            "2 g6p_c --> f6p_c + s17bp_c",
            "a + b : a + b",
            "is not the reaction PGI of model 'small'",
        ),
        (
            "g6p_c <==> f6p_c",
            "abcdefg : abcdefg",
            "in that of PGI, f6p_c has 7 carbons here, 6 else",
        ),
    ],
)
def test_a_curated_transition_that_would_be_left_out_later_is_refused(equation, atoms, said):
    reactions = {"PGI": "g6p_c <=> f6p_c", "FBA3": "s17bp_c <=> dhap_c + e4p_c"}
    reactions |= {name: "g6p_c + f6p_c --> " for name in "AB"}
    known = [(name, "g6p_c --> f6p_c", "abcdef : abcdef") for name in "AB"]
    (given,) = draft({}, [("PGI", equation, atoms)]).transitions
    with pytest.raises(InputError) as error:
        curate_transitions(draft(reactions, known), [given])
    assert said in str(error.value) and "\n" not in str(error.value)


def test_curated_transitions_written_backwards_or_with_other_numbers_are_used():
    reactions = {"PGI": "g6p_c <=> f6p_c", "GROWTH": "60.5 atp_c --> 60 adp_c"}
    rows = [
        ("PGI", "f6p_c --> g6p_c", "abcdef : abcdef"),
        ("GROWTH", "atp_c --> adp_c", "abc : abc"),
    ]
    given = draft({}, rows).transitions
    assert curate_transitions(draft(reactions), given)[0].labelled == {"PGI", "GROWTH"}
