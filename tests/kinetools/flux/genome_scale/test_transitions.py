"""Steps that make a table of transitions fit a model's reactions."""

import numpy as np
import pytest

from kinetools.errors import InputError
from kinetools.flux.genome_scale import (
    ambiguous_reactions,
    infer_transitions,
    orient_transitions,
    reconcile_carbons,
    split_fractions,
    spread_symmetric,
)

from .small_drafts import draft, letters


def test_a_transition_written_backwards_is_turned_round():
    given = draft(
        {"PPC": "oaa_c <=> pep_c + co2_c"}, [("PPC", "co2_c + pep_c <==> oaa_c", "a + bcd : bcda")]
    )
    found, report = orient_transitions(given)
    assert found.transitions[0].reactants == (("oaa_c", tuple("bcda")),)
    assert report.ids("turned transition") == ["PPC"]


@pytest.mark.parametrize(
    ("equation", "bounds"), [("a_c --> b_c", (0, 1000)), ("b_c --> a_c", (-1000, 0))]
)
def test_a_reaction_that_is_one_way_in_the_table_is_closed_the_other_way(equation, bounds):
    given = draft({"R": "a_c <=> b_c"}, [("R", equation, "ab : ab")], one_way=["R"])
    found, report = orient_transitions(given)
    assert found.model.reactions.R.bounds == bounds
    assert report.ids("closed backward direction") == ["R"]
    assert given.model.reactions.R.bounds == (-1000, 1000)
    kept, report = orient_transitions(given, directions="model")
    assert kept.model.reactions.R.bounds == (-1000, 1000)
    assert report.ids("runs both ways in the model only") == ["R"]


def test_independent_parts_of_a_transition_are_repeated_as_often_as_the_reaction_does():
    given = draft(
        {"PPPGO3": "3 fum_c + pppg9_c --> 3 succ_c + ppp9_c"},
        [("PPPGO3", "pppg9_c + fum_c --> ppp9_c + succ_c", "ab + cdef : ab + fedc")],
    )
    found, report = orient_transitions(given)
    (transition,) = found.transitions
    assert [m for m, _ in transition.reactants].count("fum_c") == 3
    assert report.ids("completed transition") == ["PPPGO3"]


def test_a_transition_of_other_metabolites_is_left_out():
    given = draft({"R": "a_c --> b_c", "S": "a_c --> c_c"}, [("R", "a_c --> c_c", "a : a")])
    found, report = orient_transitions(given)
    assert not found.transitions and report.ids("left out transition") == ["R"]


def test_what_growth_hands_over_becomes_a_reaction_coupled_to_it():
    given = draft(
        {"growth": "0.2 a_c + 60.5 atp_c --> 60 adp_c + 60 p_c"},
        [("growth", "atp_c --> adp_c", "abc : abc")],
    )
    found, report = split_fractions(given)
    (part,) = report.ids("split off reaction")
    model = found.model
    assert found.transitions[0].reaction == part
    rest = {m.id: c for m, c in model.reactions.growth.metabolites.items()}
    assert rest == pytest.approx({"a_c": -0.2, "atp_c": -0.5, "p_c": 60, f"constraint_{part}": 60})
    # together they are what the reaction was
    (row,) = [m for m in model.metabolites if m.compartment == "constraint"]
    speeds = {"growth": 1, part: 60}
    assert sum(r.get_coefficient(row) * speeds[r.id] for r in row.reactions) == 0
    assert given.model.reactions.growth.get_coefficient("adp_c") == 60


def test_transitions_of_the_same_molecules_share_what_is_split_off():
    rows = [("growth", "atp_c --> adp_c", f"abc : {atoms}") for atoms in ("abc", "cba")]
    found, report = split_fractions(draft({"growth": "60.5 atp_c --> 60 adp_c"}, rows))
    (part,) = report.ids("split off reaction")
    assert letters(found, part) == ["abc : abc", "abc : cba"]
    assert not report.ids("left out transition")


def test_symmetric_molecules_are_handed_over_both_ways_once():
    given = draft(
        {"SDH": "succ_c <=> fum_c", "FUM": "fum_c <=> mal_c", "X": "mal_c --> oaa_c"},
        [
            ("SDH", "succ_c <==> fum_c", "abcd : abcd"),
            ("FUM", "fum_c <==> mal_c", "abcd : abcd"),
            ("FUM", "fum_c <==> mal_c", "abcd : dcba"),
            ("X", "mal_c --> oaa_c", "abcd : abcd"),
        ],
    )
    turned = {"succ_c": (4, 3, 2, 1), "fum_c": (4, 3, 2, 1)}
    found, report = spread_symmetric(given, turned)
    # turning both molecules is turning none
    assert len(letters(found, "SDH")) == 2 and len(letters(found, "FUM")) == 2
    assert letters(found, "X") == ["abcd : abcd"]
    assert report.ids("spread transition") == ["SDH"]
    again, report = spread_symmetric(found, turned)
    assert again.transitions == found.transitions and not report.rows


@pytest.mark.parametrize("order", [(2, 3, 4, 1), (1, 2), (4, 3, 2, 2), (0, 1, 2, 3)])
def test_orders_that_are_no_symmetry_are_refused(order):
    given = draft({"FUM": "fum_c --> mal_c"}, [("FUM", "fum_c --> mal_c", "abcd : abcd")])
    with pytest.raises(InputError, match="symmetric metabolites: fum_c has"):
        spread_symmetric(given, {"fum_c": order})


def test_a_reaction_that_counts_the_carrier_is_left_out():
    given = draft(
        {"A": "x_c --> acyl_c", "B": "acyl_c --> y_c", "C": "acyl_c --> z_c"},
        [
            ("A", "x_c --> acyl_c", "ab : ab"),
            ("B", "acyl_c --> y_c", "ab : ab"),
            ("C", "acyl_c --> z_c", "abcde : abcde"),
        ],
    )
    found, report = reconcile_carbons(given)
    assert report.rows == (("left out transition", "C", "acyl_c has 5 carbons here, 2 elsewhere"),)
    assert found.tracked == {"x_c": 2, "acyl_c": 2, "y_c": 2}


FORMULAS = {
    "a_c": "C3H4",
    "b_c": "C3H6",
    "c_c": "C2H2",
    "d_c": "C2H4",
    "e_c": "C4H2",
    "f_c": "CO2",
    "w_c": "H2O",
    "carrier_c": "C21H3",
    "g_c": None,
    "h_c": "C3H3",
}


def inferred(equation, transitions=(), untracked=()):
    reactions = {"R": equation, "known": "carrier_c --> a_c"}
    given = draft(reactions, transitions, formulas=FORMULAS)
    found, report = infer_transitions(given, untracked)
    return [t for t in found.transitions if t.reaction == "R"], report


def test_molecules_of_the_same_size_become_each_other():
    (found,), report = inferred("a_c + 2 c_c + w_c --> 2 d_c + b_c")
    origins = {
        found.products[j][0]: found.reactants[i][0] for (j, _), (i, _) in found.atom_map.items()
    }
    assert origins == {"b_c": "a_c", "d_c": "c_c"}
    assert all(k == x for (_, k), (_, x) in found.atom_map.items())  # atom by atom
    assert "R" in report.ids("inferred transition")


@pytest.mark.parametrize(
    ("equation", "why"),
    [
        ("e_c --> a_c + f_c", "carbons 4 -> 1+3"),
        ("a_c + h_c --> 2 b_c", "several metabolites of one size, 3+3 -> 3+3"),
        ("a_c + g_c --> b_c", "g_c has no formula"),
        ("1.5 a_c --> 1.5 b_c", "uneven numbers of molecules"),
    ],
)
def test_what_cannot_be_told_is_ambiguous(equation, why):
    found, report = inferred(equation)
    assert not found and ("ambiguous", "R", why) in report.rows


def test_ambiguous_reactions_make_a_table_to_fill_in():
    given = draft({"R": "e_c + w_c --> a_c + f_c"}, formulas=FORMULAS)
    row = ambiguous_reactions(given).iloc[0].to_dict()
    assert row == {
        "reaction": "R",
        "equation": "e_c --> a_c + f_c",
        "atoms": "",
        "note": "carbons 4 -> 1+3",
    }


def test_numbers_of_carbons_are_those_of_the_table_first():
    equation = "carrier_c --> b_c"
    assert inferred(equation)[1].ids("ambiguous") == ["R", "known"]
    (found,), _ = inferred(equation, [("known", "carrier_c --> a_c", "abc : abc")])
    assert len(found.atom_map) == 3
    assert not inferred("carrier_c + a_c --> b_c", untracked=["carrier_c"])[1].ids("ambiguous")


def test_reactions_without_carbon_and_drains_need_no_transitions():
    found, report = inferred("a_c --> w_c")
    assert not found and ("drain", "R", "uses up carbon and makes none") in report.rows
    assert not inferred("w_c --> 2 w_c")[0]


def test_steps_keep_numbers_of_reactions_in_their_report():
    given = draft({"R": "a_c --> b_c"}, [("R", "a_c --> b_c", "a : a")])
    _, report = spread_symmetric(given, {})
    assert (report.reactions, report.metabolites, report.labelled) == (1, 2, 1)
    assert str(report).startswith("symmetric metabolites: nothing to do; 1 reactions")
    assert np.shape(report.table()) == (0, 3)
