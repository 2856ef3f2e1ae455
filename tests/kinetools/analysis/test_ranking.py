"""Rankings find the parameters that differ, say how sure that is, and do not depend on any order."""

import numpy as np
import pandas as pd
import pytest

import kinetools as kt
from kinetools.analysis.constraining import QUANTILE_COLUMNS

QUICK = {"n_bootstrap": 50, "n_permutations": 40}


@pytest.fixture(scope="module")
def halves(labelled):
    """Two samples of one population."""
    return labelled.isel(set=slice(0, 1000)), labelled.isel(set=slice(1000, 2000))


def shifted(sets, parameter, factor):
    km = sets["km"].copy()
    km.loc[{"parameter": parameter}] *= factor
    return sets.assign(km=km)


def test_a_planted_shift_is_found_first_with_its_direction(halves):
    for parameter, factor in (("km_substrate1_PFK", 3.0), ("km_product1_CS", 1 / 3)):
        table = kt.rank_parameters(shifted(halves[0], parameter, factor), halves[1], **QUICK)
        first = table.iloc[0]
        assert table.index[0] == parameter
        assert first["rank"] == 1
        assert first["significant"]
        assert first["direction"] == np.sign(np.log(factor))
        assert first["mean_difference"] == pytest.approx(np.log(factor), abs=0.3)
        assert (first["reaction"], first["live"]) == (parameter.split("_")[-1], True)


def test_two_samples_of_one_population_stay_within_the_null(halves):
    table = kt.rank_parameters(*halves, n_bootstrap=300)
    live = table[table["live"]]
    assert not live["significant"].any()
    assert 0.9 < (live["kl"] <= live["null"]).mean() < 0.99
    assert (table["low"] == 0).mean() > 0.97
    # What is left after the bias is nothing, on average.
    assert (live["kl"] - live["bias"]).mean() == pytest.approx(0, abs=5e-4)
    assert (live["null_of_all"] > live["null"]).all()


def test_the_null_of_all_is_passed_by_chance_no_more_often_than_it_says(labelled):
    rng = np.random.default_rng(0)
    passed = 0
    for _ in range(40):
        some = rng.permutation(labelled.sizes["set"])[:300]
        split = labelled.isel(set=some[:150]), labelled.isel(set=some[150:])
        table = kt.rank_parameters(*split, n_bootstrap=2, n_permutations=39)
        passed += table[table["live"]]["significant"].any()
    assert passed <= 6  # two are expected


def test_few_of_the_real_parameters_differ_and_their_intervals_exclude_zero(ranking, populations):
    sure = ranking[ranking["significant"]]
    assert 3 <= len(sure) <= 20
    assert (sure["low"] > 0).all()
    assert (ranking["low"] <= ranking["high"]).all()
    assert list(ranking["rank"]) == list(range(1, 260))
    assert ranking[ranking["live"]]["kl"].is_monotonic_decreasing
    assert not ranking["live"].iloc[238:].any()
    assert ranking["live"].iloc[:238].all()
    relevant, other = (np.log(p["km"].sel(parameter=ranking.index[0])) for p in populations)
    difference = float(relevant.mean() - other.mean())
    assert ranking["mean_difference"].iloc[0] == pytest.approx(difference)


def test_quantiles_are_those_of_both_populations_together(ranking, populations):
    name = ranking.index[3]
    both = np.concatenate([np.log(p["km"].sel(parameter=name).values) for p in populations])
    levels = [float(c[1:]) / 100 for c in QUANTILE_COLUMNS]
    np.testing.assert_allclose(
        ranking.loc[name, list(QUANTILE_COLUMNS)].astype(float), np.quantile(both, levels)
    )


def test_the_order_of_sets_and_of_parameters_changes_nothing(populations):
    rng = np.random.default_rng(1)
    relevant, other = (p.isel(set=slice(0, n)) for p, n in zip(populations, (300, 500)))
    first = kt.rank_parameters(relevant, other, seed=3, **QUICK)
    mixed = [p.isel(set=rng.permutation(p.sizes["set"])) for p in (relevant, other)]
    mixed[0] = mixed[0].isel(parameter=rng.permutation(259))
    mixed[1] = mixed[1].isel(parameter=rng.permutation(259))
    second = kt.rank_parameters(*mixed, seed=3, **QUICK)
    pd.testing.assert_frame_equal(first, second, rtol=1e-12)
    assert first.attrs == second.attrs


def test_the_seed_changes_only_what_is_drawn(halves):
    first, second = (kt.rank_parameters(*halves, seed=s, **QUICK) for s in (1, 2))
    assert (first["kl"] == second["kl"]).all()
    assert (first["null_of_all"] != second["null_of_all"]).all()
    assert (first["high"] != second["high"]).any()
    again = kt.rank_parameters(*halves, seed=1, **QUICK)
    pd.testing.assert_frame_equal(first, again)


def test_every_column_is_explained(ranking, model, state, labelled):
    assert list(ranking.attrs["columns"]) == list(ranking.columns)
    assert ranking.attrs["bins"] == 13
    assert (ranking.attrs["n_relevant"], ranking.attrs["n_other"]) == (2000, 2000)
    control = kt.rank_by_control(model, state, labelled.isel(set=slice(0, 50)))
    assert list(control.attrs["columns"]) == list(control.columns)


def test_populations_that_cannot_be_compared_are_refused(populations):
    relevant, other = (p.isel(set=slice(0, 5)) for p in populations)
    with pytest.raises(kt.InputError, match="belongs to only one"):
        kt.rank_parameters(relevant, other.isel(parameter=slice(1, None)), **QUICK)
    elsewhere = other.assign_attrs(state_hash="another", state="another state")
    with pytest.raises(kt.InputError, match="around 'another state'"):
        kt.rank_parameters(relevant, elsewhere, **QUICK)
    with pytest.raises(kt.InputError, match="at least two sets, found 1"):
        kt.rank_parameters(relevant, other.isel(set=[0]), **QUICK)
    with pytest.raises(kt.InputError, match="relevant_sets must hold at least two"):
        kt.rank_parameters(relevant.isel(set=0), other, **QUICK)
    with pytest.raises(kt.InputError, match="dataset"):
        kt.rank_parameters(relevant["km"].values, other, **QUICK)
    with pytest.raises(kt.InputError, match="found a dataset without km"):
        kt.rank_parameters(relevant, other.drop_vars("km"), **QUICK)
    with pytest.raises(kt.InputError, match="km of other_sets has the dimensions"):
        kt.rank_parameters(relevant, other.expand_dims("chain"), **QUICK)
    for kind in (str, complex):
        with pytest.raises(kt.InputError, match="km of other_sets must hold real numbers"):
            words = other["km"].astype(kind) if kind is complex else other["km"].astype(kind) + "?"
            kt.rank_parameters(relevant, other.assign(km=words), **QUICK)
    for bad in (np.nan, 0.0, -3.0, np.inf):
        km = other["km"].copy()
        km[2, 7] = bad
        number = int(other["set"][2])
        with pytest.raises(kt.InputError, match=f"other_sets, set {number}: km_"):
            kt.rank_parameters(relevant, other.assign(km=km), **QUICK)
    for wrong in ({"level": 1.0}, {"level": 0.0}, {"n_permutations": 10}, {"n_bootstrap": 1}):
        with pytest.raises(kt.InputError, match=next(iter(wrong))):
            kt.rank_parameters(relevant, other, **wrong)


def test_control_ranks_by_the_sensitivities_themselves(model, state, labelled):
    sets = labelled.isel(set=np.flatnonzero(labelled["label"] == "relevant")[:200])
    sensitivities = kt.eigenvalue_sensitivities(model, state, sets, progress=False)
    table = kt.rank_by_control(model, state, sets)
    strength = np.abs(sensitivities).mean("set").to_series()
    assert table.index[0] == strength.idxmax()
    np.testing.assert_allclose(table["mean_absolute"], strength[table.index])
    mean = sensitivities.mean("set").to_series()[table.index]
    np.testing.assert_allclose(table["mean"], mean)
    assert (table["direction"] == -np.sign(mean)).all()
    share = (sensitivities < 0).mean("set").to_series()[table.index]
    np.testing.assert_allclose(table["share_faster"], share)
    by_mean = kt.rank_by_control(model, state, sets.km.values, by="mean")
    assert by_mean.index[0] == mean.abs().idxmax()
    with pytest.raises(kt.InputError, match="by must be"):
        kt.rank_by_control(model, state, sets, by="median")
    with pytest.raises(kt.InputError, match="at least two"):
        kt.rank_by_control(model, state, sets.isel(set=[0]))


def test_statistics_and_control_agree_about_the_parameters_that_matter(
    ranking, model, state, populations
):
    control = kt.rank_by_control(model, state, populations[0])
    both = kt.compare_rankings(ranking, control)
    assert len(both) == 238
    assert both.attrs["overlap"] >= 5
    assert both.attrs["spearman"] > 0.1
    assert both.attrs["same_direction"] == 1
    itself = control.assign(kl=control["mean_absolute"], significant=False)
    same = kt.compare_rankings(itself, control)
    assert (same.attrs["spearman"], same.attrs["overlap"]) == (pytest.approx(1), 10)
    assert np.isnan(same.attrs["same_direction"])
    assert (same["rank_statistical"] == same["rank_control"]).all()
    with pytest.raises(kt.InputError, match="in that order"):
        kt.compare_rankings(control, ranking)
    with pytest.raises(kt.InputError, match="only one of the rankings"):
        kt.compare_rankings(ranking.iloc[1:], control)
