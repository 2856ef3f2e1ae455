"""Steps that ask for steady states: measured fluxes, medium, pruning, blocked reactions."""

import cobra
import numpy as np
import pytest
from cobra.flux_analysis import find_blocked_reactions

from kinetools.errors import InputError
from kinetools.flux.genome_scale import (
    Draft,
    add_reactions,
    limit_fluxes,
    measured_exchanges,
    minimal_medium,
    prune_unmapped,
    remove_blocked,
    set_bounds,
)
from kinetools.flux.measurements import load_measurements

from .small_drafts import draft

GROWTH = "Biomass_Ecoli_core"


@pytest.fixture(scope="module")
def textbook():
    return Draft(cobra.io.load_model("textbook"))


@pytest.fixture(scope="module")
def measured(textbook):
    strains = [load_measurements(f"toya2010_{s}") for s in ("wt5h", "pgi16h")]
    return measured_exchanges(textbook, strains)[0]


def test_measured_fluxes_become_conditions_and_not_bounds(textbook, measured):
    assert set(measured.conditions) == {"toya2010_wt5h", "toya2010_pgi16h"}
    assert measured.conditions["toya2010_pgi16h"]["PGI"] == (0, 0)
    assert measured.model.reactions.PGI.bounds == textbook.model.reactions.PGI.bounds
    assert measured.measured == {"EX_glc__D_e", "EX_ac_e", GROWTH, "PGI"}


def test_what_is_only_bounded_is_told_apart_from_what_was_measured(textbook):
    bounds = {"EX_ac_e": (4, 4), GROWTH: (0.8, 0.9), "EX_o2_e": (-18, 50), "EX_nh4_e": (-50, 0)}
    _, report = measured_exchanges(textbook, {"wt": bounds}, 50)
    assert report.ids("measured") == ["EX_ac_e", GROWTH]
    assert report.ids("only bounded") == ["EX_o2_e", "EX_nh4_e"]
    assert "2 × measured, 2 × only bounded" in str(report)
    assert measured_exchanges(textbook, {"wt": bounds})[1].ids("only bounded") == []


def test_measured_fluxes_of_reactions_that_the_model_lacks_are_refused(textbook):
    with pytest.raises(InputError, match="no reaction 'EX_glc_D_e'; did you mean 'EX_glc__D_e'"):
        measured_exchanges(textbook, {"wt": {"EX_glc_D_e": (-10, -10)}})


def test_no_flux_is_larger_than_the_limit(textbook):
    limited, _ = limit_fluxes(textbook, 50)
    bounds = np.array([r.bounds for r in limited.model.reactions])
    given = np.array([r.bounds for r in textbook.model.reactions])
    np.testing.assert_array_equal(bounds, np.clip(given, -50, 50))
    with pytest.raises(InputError, match=r"ATPM must be between 8\.39 and 1000"):
        limit_fluxes(textbook, 5)


def test_only_needed_and_listed_nutrients_can_be_taken_up(measured):
    found, report = minimal_medium(measured, GROWTH, ["EX_h2o_e", "EX_fru_e"])
    open_ = {r.id for r in found.model.exchanges if r.lower_bound < 0}
    assert open_ == {f"EX_{m}_e" for m in ("glc__D", "nh4", "o2", "pi", "h2o", "fru")}
    assert set(report.ids("nutrient")) == open_
    assert set(report.ids("closed uptake")) == {"EX_co2_e", "EX_h_e"}
    with found.model as model:
        model.reactions.EX_glc__D_e.lower_bound = -11.7
        model.objective = GROWTH
        assert model.slim_optimize() > 0.83


@pytest.mark.parametrize(
    ("growth", "also", "said"),
    [
        ("Biomass", (), "growth: model 'e_coli_core' has no reaction 'Biomass'"),
        (GROWTH, ["EX_h2o"], "no reaction 'EX_h2o'; did you mean 'EX_h2o_e'"),
        (GROWTH, ["H2Ot"], "H2Ot is no exchange reaction"),
    ],
)
def test_media_that_cannot_be_are_refused(measured, growth, also, said):
    with pytest.raises(InputError) as error:
        minimal_medium(measured, growth, also)
    assert said in str(error.value)


def test_growth_that_no_medium_allows_names_the_condition(textbook):
    starved = Draft(textbook.model, conditions={"starved": {"EX_glc__D_e": (0, 0)}})
    with pytest.raises(InputError, match="no steady state under condition 'starved'"):
        minimal_medium(starved, GROWTH)


def test_blocked_reactions_are_those_of_cobrapy(textbook):
    found, report = remove_blocked(textbook)
    expected = find_blocked_reactions(textbook.model, processes=1)
    assert set(report.ids("removed reaction")) == set(expected)
    assert not set(expected) & {r.id for r in found.model.reactions}
    assert all(m.reactions for m in found.model.metabolites)
    assert found.model.genes.b1676.name == "pykF"


def test_a_reaction_stays_if_any_condition_needs_it():
    reactions = {
        "in": " --> a_c",
        "one": "a_c --> b_c",
        "other": "a_c --> c_c",
        "dead": "b_c --> d_c",
        "out_b": "b_c --> ",
        "out_c": "c_c --> ",
    }
    conditions = {"x": {"in": (1, 1), "other": (0, 0)}, "y": {"in": (1, 1), "one": (0, 0)}}
    _, report = remove_blocked(draft(reactions, conditions=conditions))
    assert report.ids("removed reaction") == ["dead"]
    only = {"x": conditions["x"]}
    _, report = remove_blocked(draft(reactions, conditions=only))
    # a measured reaction stays, so that the measurement still fits the model
    assert report.ids("removed reaction") == ["dead", "out_c"]


def test_reactions_that_nobody_mapped_go_unless_they_are_needed():
    reactions = {
        "in": ("a_c <=> ", -5, 0),
        "mapped1": "a_c --> m_c",
        "mapped2": "m_c --> b_c",
        "shortcut": "a_c --> b_c",
        "needed": "b_c --> c_c",
        "water": "w_c <=> w_e",
        "idle_cofactor": "atp_c <=> adp_c",
        "untracked": "coa_c <=> coa_e",
        "out": "c_c --> ",
    }
    formulas = dict.fromkeys(["a_c", "b_c", "m_c", "c_c", "atp_c", "adp_c", "coa_c", "coa_e"], "C3")
    formulas |= {"w_c": "H2O", "w_e": "H2O"}
    transitions = [
        ("mapped1", "a_c --> m_c", "abc : abc"),
        ("mapped2", "m_c --> b_c", "abc : abc"),
    ]
    given = draft(reactions, transitions, conditions={"": {"out": (1, 2)}}, formulas=formulas)
    _, report = prune_unmapped(given, ["atp_c", "adp_c"], ["coa_c", "coa_e"])
    # the shortcut is shorter, which plain parsimony would prefer
    assert report.ids("removed reaction") == ["shortcut", "idle_cofactor"]
    assert report.ids("needed without transitions") == ["needed"]
    assert "shortcut" in given.model.reactions


def test_conditions_that_the_model_cannot_meet_are_named(textbook):
    for step in (prune_unmapped, remove_blocked):
        with pytest.raises(InputError, match="no steady state under condition 'too fast'"):
            step(Draft(textbook.model, conditions={"too fast": {GROWTH: (5, 6)}}))


def test_reactions_can_be_added_and_bounds_changed(textbook):
    extra = {"NEW": {"metabolites": {"pyr_c": -1, "new_c": 1}, "bounds": (0, 9), "subsystem": "X"}}
    found, report = add_reactions(textbook, extra)
    assert found.model.reactions.NEW.bounds == (0, 9)
    assert found.model.reactions.NEW.subsystem == "X"
    assert report.ids("added metabolite") == ["new_c"]
    assert "NEW" not in textbook.model.reactions
    with pytest.raises(InputError, match="has a reaction 'PGI' already"):
        add_reactions(textbook, {"PGI": extra["NEW"]})
    found, _ = set_bounds(textbook, {"PFL": (0, 0)})
    assert found.model.reactions.PFL.bounds == (0, 0)
    with pytest.raises(InputError, match="has no reaction 'PFLX'"):
        set_bounds(textbook, {"PFLX": (0, 0)})
