"""Fluxes by subsystem, and what has changed most between two posteriors."""

import cobra
import numpy as np
import pytest

import kinetools as kt
from kinetools.errors import InputError
from kinetools.flux.subsystems import BORDER, NONE, changed_subsystems, subsystems
from tests.kinetools.flux.made_posteriors import made_posterior

REACTIONS = ("UP", "BRANCH", "BACK", "FIXED", "LOST")
NAMED = {"UP": "Uptake", "BRANCH": "Core", "BACK": "Core", "FIXED": "Core", "LOST": NONE}


@pytest.fixture(scope="module")
def posteriors():
    first = made_posterior(REACTIONS, seed=1, n=(4, 500))
    second = made_posterior(REACTIONS, seed=2, means=[5, 9, 5, 5, 5.1], n=(4, 500))
    return first, second


def test_each_subsystem_has_its_reactions_total_flux_width_and_share_converged(posteriors):
    table = kt.summarise_subsystems(NAMED, posteriors[0])
    summary = kt.flux_summary(posteriors[0])
    core = table.loc["Core"]
    assert table.index[0] == "Core" and table["total_flux"].is_monotonic_decreasing
    assert (core["reactions"], core["varying"]) == (3, 2)
    members = ["BRANCH", "BACK", "FIXED"]
    assert core["total_flux"] == pytest.approx(summary.loc[members, "median"].abs().sum())
    widths = (summary["upper"] - summary["lower"]) / summary["median"].abs()
    assert core["relative_width"] == pytest.approx(widths[["BRANCH", "BACK"]].median())
    assert core["converged"] == 1
    assert table["reactions"].sum() == len(REACTIONS)
    assert set(table.attrs["columns"]) == set(table.columns)


def test_a_flux_that_has_not_converged_lowers_the_share_of_its_subsystem():
    posterior = made_posterior(REACTIONS, n=(4, 500))
    posterior.posterior["net_flux"][0, :, 1] += 5
    table = kt.summarise_subsystems(NAMED, posterior)
    assert table.loc["Core", "converged"] == 0.5
    assert table.loc["Uptake", "converged"] == 1


def test_predicted_mutants_have_no_share_that_has_converged():
    mutants = made_posterior(REACTIONS, n=(1, 100))
    mutants.posterior.attrs["knocked_out"] = '["PYK"]'
    table = kt.summarise_subsystems(NAMED, mutants)
    assert table["converged"].isna().all() and table.loc["Core", "varying"] == 2


@pytest.mark.parametrize("nothing", [None, np.nan, "", " "])
def test_a_mapping_may_leave_subsystems_open(posteriors, nothing):
    table = kt.summarise_subsystems(dict.fromkeys(REACTIONS, nothing), posteriors[0])
    assert table["reactions"].to_dict() == {NONE: len(REACTIONS)}


def test_columns_without_numbers_are_refused_and_empty_ones_hold_no_change(posteriors):
    table = kt.compare_posteriors(*posteriors)
    for call in (kt.most_changed, lambda t: changed_subsystems(t, NAMED)):
        with pytest.raises(InputError, match="the column 'increase' must hold real numbers"):
            call(table.assign(increase="much"))
    empty = kt.most_changed(table.assign(increase=None))
    assert set(empty.index) <= set(kt.most_changed(table).index)


def test_where_nothing_varies_there_is_no_width_and_no_share(posteriors):
    table = kt.summarise_subsystems({**NAMED, "FIXED": "Still"}, posteriors[0])
    assert table.loc["Still", ["relative_width", "converged"]].isna().all()
    assert table.loc["Still", "total_flux"] == pytest.approx(4.3)


def test_reactions_without_a_subsystem_cross_the_border_or_have_none():
    model = cobra.Model()
    for id, equation, subsystem in (
        ("IN", "--> a_c", ""),
        ("R1", "a_c --> b_c", "Glycolysis "),
        ("R2", "b_c --> c_c", ""),
    ):
        reaction = cobra.Reaction(id)
        model.add_reactions([reaction])
        reaction.build_reaction_from_string(equation, verbose=False)
        reaction.subsystem = subsystem
    assert subsystems(model) == {"IN": BORDER, "R1": "Glycolysis", "R2": NONE}


def test_the_genome_scale_network_knows_its_subsystems():
    network = kt.load_flux_model("ecoli_genome")
    named = subsystems(network)
    assert named["PYK"] == "Glycolysis/Gluconeogenesis"
    assert named["EX_glc__D_e"] == BORDER
    assert sum(name == "Citric Acid Cycle" for name in named.values()) == 10
    posterior = made_posterior(network.reactions, n=(2, 50))
    assert kt.summarise_subsystems(network, posterior)["reactions"].sum() == 695


def test_what_changed_most_is_sure_and_sorted_by_size(posteriors):
    table = kt.compare_posteriors(*posteriors)
    changed = kt.most_changed(table)
    assert list(changed.index) == ["BRANCH"]
    assert changed.loc["BRANCH", "probability"] > 0.99
    every = kt.most_changed(table, probability=0)
    assert set(every.index) == set(REACTIONS)
    assert (np.diff(every["difference"].abs()) <= 0).all()
    assert kt.most_changed(kt.compare_posteriors(*posteriors, threshold=30)).empty


def test_changes_are_counted_by_subsystem(posteriors):
    table = changed_subsystems(kt.compare_posteriors(*posteriors), NAMED)
    assert table.index[0] == "Core"
    assert tuple(table.loc["Core", ["reactions", "changed", "largest"]]) == (3, 1, "BRANCH")
    assert table.loc["Core", "share"] == pytest.approx(1 / 3)
    assert table.loc["Uptake", "largest"] == ""


def test_reactions_that_one_posterior_lacks_have_not_changed(posteriors):
    other = made_posterior(("UP", "NEW"), seed=3)
    comparison = kt.compare_posteriors(posteriors[0], other)
    assert list(kt.most_changed(comparison, 0).index) == ["UP"]
    assert changed_subsystems(comparison, {**NAMED, "NEW": "Core"})["reactions"].sum() == 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda p: kt.summarise_subsystems("toy", p), "expected what load_flux_model returns"),
        (lambda p: kt.summarise_subsystems({"UP": "x"}, p), "lacks BRANCH, BACK, FIXED and 1 more"),
        (lambda p: kt.summarise_subsystems({"UP": ["x"]}, p), "the subsystem of UP is .*one name"),
        (lambda p: kt.summarise_subsystems(NAMED, 3), "expected net_flux"),
        (lambda p: changed_subsystems(kt.flux_summary(p), NAMED), "lacks the column 'difference'"),
        (lambda p: kt.most_changed(kt.flux_summary(p)), "lacks the column 'difference'"),
        (lambda p: kt.most_changed(kt.compare_posteriors(p, p), 95), "between 0 and 1"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_sentence(call, message, posteriors):
    with pytest.raises(InputError, match=message):
        call(posteriors[0])
