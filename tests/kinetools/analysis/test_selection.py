"""Selected sets against the rest, compared with the same numbers computed by hand."""

import numpy as np
import pytest

import kinetools as kt
from kinetools.analysis.selection import (
    chance_limit,
    ln_km_moments,
    reaction_contrast,
    selection_contrast,
)


@pytest.fixture(scope="module")
def sets(model, state):
    # More than one block, and numbers that are not positions.
    sets = kt.sample_parameters(model, state, n_sets=2500, seed=3, progress=False)
    return sets.assign_coords(set=sets["set"] + 100)


def test_difference_is_that_of_the_means_in_pooled_standard_deviations(sets):
    selection = [100, 131, 2599, 2300]
    table = selection_contrast(sets, selection)
    chosen = np.isin(sets["set"], selection)
    ln_km = np.log(sets["km"].values)
    a, b = ln_km[chosen], ln_km[~chosen]
    pooled = np.sqrt(
        ((len(a) - 1) * a.var(0, ddof=1) + (len(b) - 1) * b.var(0, ddof=1)) / (len(ln_km) - 2)
    )
    np.testing.assert_allclose(table["difference"], (a.mean(0) - b.mean(0)) / pooled, rtol=1e-9)
    np.testing.assert_allclose(table["mean_selected"], a.mean(0), rtol=1e-10)
    np.testing.assert_allclose(table["mean_rest"], b.mean(0), rtol=1e-10)
    assert list(table.index) == list(sets["parameter"].values)


def test_known_moments_give_the_same_and_order_or_repeats_do_not_matter(sets):
    moments = ln_km_moments(sets)
    once = selection_contrast(sets, [500, 400], moments=moments)
    again = selection_contrast(sets, [400, 500, 400])
    np.testing.assert_allclose(once["difference"], again["difference"], rtol=1e-12)


def test_a_single_set_can_be_selected(sets):
    table = selection_contrast(sets, [777])
    assert np.isfinite(table["difference"]).all()
    np.testing.assert_allclose(
        table["mean_selected"], np.log(sets["km"].sel(set=777).values), rtol=1e-10
    )


def test_a_parameter_shifted_in_the_selection_stands_out_on_its_reaction(sets):
    selection = list(range(100, 300))
    km = sets["km"].copy()
    km.loc[{"set": selection, "parameter": "km_product1_PFK"}] *= np.exp(-4)
    table = selection_contrast(sets.assign(km=km), selection)
    assert table["difference"].idxmin() == "km_product1_PFK"
    reactions = reaction_contrast(table)
    assert reactions["difference"].abs().idxmax() == "PFK"
    assert reactions.loc["PFK", "parameter"] == "km_product1_PFK"
    assert reactions.loc["PFK", "difference"] < -1


def test_parameters_without_influence_are_left_out_of_the_reactions(sets):
    dead = sets["parameter"].values[~sets["parameter_live"].values][0]
    selection = list(range(100, 300))
    km = sets["km"].copy()
    km.loc[{"set": selection, "parameter": dead}] *= 1e6
    reactions = reaction_contrast(selection_contrast(sets.assign(km=km), selection))
    assert dead not in set(reactions["parameter"])


def test_random_selections_stay_within_the_limit_of_chance_nineteen_times_in_twenty(sets):
    rng = np.random.default_rng(0)
    moments = ln_km_moments(sets)
    beyond = 0
    for _ in range(200):
        selection = rng.choice(sets["set"].values, 200, replace=False)
        table = selection_contrast(sets, selection, moments=moments)
        beyond += table[table["live"]]["difference"].abs().max() > chance_limit(table)
    assert 2 <= beyond <= 24


@pytest.mark.parametrize("selection", [[], range(100, 2600)])
def test_none_and_all_are_no_selection(sets, selection):
    with pytest.raises(kt.InputError, match="select some sets, but not all"):
        selection_contrast(sets, selection)


def test_an_unknown_set_is_named(sets):
    with pytest.raises(kt.InputError, match="no set 5;"):
        selection_contrast(sets, [100, 5])
