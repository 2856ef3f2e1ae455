"""Constraining the parameters that rank first changes the dynamics; others, or none, do not."""

import io

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import kinetools as kt
from kinetools.analysis.constraining import wilson_interval


@pytest.fixture(scope="module")
def unstable(labelled):
    return labelled.isel(set=np.flatnonzero(labelled["label"] == "unstable")[:100])


@pytest.fixture(scope="module")
def prior(labelled):
    """A ranking whose quantiles are those of ORACLE's samples."""
    halves = labelled.isel(set=slice(0, 3000)), labelled.isel(set=slice(3000, 6000))
    return kt.rank_parameters(*halves, n_bootstrap=2, n_permutations=19)


def test_unstable_sets_become_relevant_when_the_first_parameters_are_constrained(
    model, state, unstable, ranking
):
    table = kt.constrain_parameters(model, state, unstable, ranking, top=range(11))
    assert list(table["k"]) == list(range(11))
    assert (table["n"] == 100).all()
    assert table["share_stable"].iloc[0] == table["share_relevant"].iloc[0] == 0
    assert table["share_relevant"].iloc[1] > 0.2  # 29 % in the paper
    assert table["share_relevant"].iloc[7:].min() > 0.55  # about 60 %
    assert (table["share_stable"] >= table["share_relevant"]).all()
    assert (table["relevant_low"] <= table["share_relevant"]).all()
    assert (table["share_relevant"] <= table["relevant_high"]).all()
    assert table["parameters"].iloc[2] == tuple(ranking.index[:2])
    assert list(table.attrs["columns"]) == list(table.columns)


def test_an_uninformative_ranking_does_nothing_on_average(model, state, labelled, ranking):
    sets = labelled.isel(set=slice(0, 500))
    lowest = ranking[ranking["live"]].iloc[::-1]
    table = kt.constrain_parameters(model, state, sets, lowest, top=[0, 5])
    change = table["share_relevant"].diff().iloc[1]
    assert abs(change) < 0.05
    true = kt.constrain_parameters(model, state, sets, ranking, top=[0, 5])
    assert true["share_relevant"].diff().iloc[1] > 0.2


def test_parameters_without_influence_change_no_label(model, state, labelled, ranking):
    sets = labelled.isel(set=slice(0, 60))
    dead = ranking[~ranking["live"]].assign(direction=1)
    table = kt.constrain_parameters(model, state, sets, dead, top=[0, 21])
    assert table["share_relevant"].iloc[0] == table["share_relevant"].iloc[1]


def test_the_wrong_side_makes_relevant_sets_irrelevant(model, state, populations, ranking):
    sets = populations[0].isel(set=slice(0, 200))
    turned = ranking.assign(direction=-ranking["direction"])
    table = kt.constrain_parameters(model, state, sets, turned, top=[0, 5])
    assert table["share_relevant"].iloc[0] == 1
    assert table["share_relevant"].iloc[1] < 0.5


def test_no_constrained_parameter_means_the_labels_as_they_are(model, state, labelled, ranking):
    sets = labelled.isel(set=slice(0, 300))
    table = kt.constrain_parameters(model, state, sets, ranking, top=[0])
    assert table["share_relevant"].item() == np.mean(sets["label"] == "relevant")
    assert table["share_stable"].item() == np.mean(sets["eigenvalue_max"] < 0)
    same = kt.constrained_sets(model, state, sets, ranking, 0)
    assert (same["km"].values == sets["km"].values).all()
    np.testing.assert_allclose(same["vmax"], sets["vmax"], rtol=1e-12)
    rule = kt.LabelRule(slowest=-15)
    table = kt.constrain_parameters(model, state, sets, ranking, top=0, rule=rule)
    assert table["share_relevant"].item() == np.mean(sets["eigenvalue_max"] < -15)


def test_only_the_first_k_parameters_change_and_lie_beyond_their_percentile(
    model, state, unstable, ranking
):
    for percentile in (10, 3):
        changed = kt.constrained_sets(model, state, unstable, ranking, 4, percentile)
        names = list(ranking.index[:4])
        others = [n for n in model.parameter_names if n not in names]
        pd.testing.assert_frame_equal(
            changed["km"].sel(parameter=others).to_pandas().reset_index(drop=True),
            unstable["km"].sel(parameter=others).to_pandas().reset_index(drop=True),
        )
        for name in names:
            ln_km = np.log(changed["km"].sel(parameter=name).values)
            row = ranking.loc[name]
            side = row["direction"]
            if percentile == 10:
                edge = row["q90"] if side > 0 else row["q10"]
                assert (side * (ln_km - edge) >= -1e-9).all()
            else:
                edge = row["q95"] if side > 0 else row["q5"]
                assert (side * (ln_km - edge) > 0).all()
        assert list(changed["starting_set"]) == list(unstable["set"])
    expected = kt.parameter_sets(model, state, changed["km"])
    assert (expected["vmax"].values == changed["vmax"].values).all()


@pytest.mark.parametrize("percentile", [2, 10, 50])
def test_values_are_drawn_as_the_distribution_has_them_in_its_tail(
    model, state, labelled, prior, percentile
):
    sets = labelled.isel(set=slice(0, 10))
    table = prior[prior["live"]].iloc[:1]
    side = table["direction"].item()
    drawn = kt.constrained_sets(model, state, sets, table, 1, percentile, repeats=200, seed=1)
    name = table.index[0]
    metabolite = table["metabolite"].item()
    ln_km = np.log(drawn["km"].sel(parameter=name).values)
    # ORACLE's ln Km is logistic around the logarithm of the concentration.
    beyond = stats.logistic.sf(side * (ln_km - np.log(state.concentrations[metabolite])))
    assert stats.kstest(beyond, "uniform", (0, percentile / 100)).statistic < 0.12
    assert drawn.sizes["set"] == 2000


def test_one_more_parameter_leaves_the_others_where_they_were(model, state, unstable, ranking):
    few, more = (
        kt.constrained_sets(model, state, unstable, ranking, k, repeats=2, seed=4)["km"].values
        for k in (3, 4)
    )
    changed = np.flatnonzero((few != more).any(axis=0))
    assert [model.parameter_names[i] for i in changed] == [ranking.index[3]]


def test_the_same_seed_gives_the_same_for_any_number_of_workers(model, state, unstable, ranking):
    one, two = (
        kt.constrain_parameters(
            model, state, unstable, ranking, [3], repeats=25, seed=1, workers=workers
        )
        for workers in (1, 2)
    )
    pd.testing.assert_frame_equal(one, two)
    first, other = (
        kt.constrained_sets(model, state, unstable, ranking, 3, seed=seed)["km"].values
        for seed in (1, 2)
    )
    assert (first != other).any(axis=0).sum() == 3


def test_repeats_of_one_set_count_only_as_far_as_they_differ(model, state, unstable, ranking):
    table = kt.constrain_parameters(model, state, unstable, ranking, [0, 3], repeats=20)
    assert (table["n"] == 2000).all()
    nothing, some = (table.iloc[i] for i in (0, 1))
    assert (nothing["stable_low"], nothing["stable_high"]) == wilson_interval(0.0, 100)
    width = some["stable_high"] - some["stable_low"]
    widths = [np.diff(wilson_interval(some["share_stable"], n))[0] for n in (100, 2000)]
    assert widths[1] < width <= widths[0]


def test_intervals_are_wilsons():
    for hits, n in ((0, 10), (3, 17), (50, 100), (10, 10)):
        expected = stats.binomtest(hits, n).proportion_ci(0.95, "wilson")
        assert wilson_interval(hits / n, n) == pytest.approx((expected.low, expected.high))


def test_a_ranking_by_control_or_read_from_a_file_serves_as_well(
    model, state, unstable, populations, ranking
):
    stable = populations[0].isel(set=slice(0, 300))
    control = kt.rank_by_control(model, state, stable)
    table = kt.constrain_parameters(model, state, unstable, control, top=[10])
    assert table["share_relevant"].item() > 0.3
    written = pd.read_csv(io.StringIO(ranking.to_csv()), index_col=0, float_precision="round_trip")
    first, second = (
        kt.constrain_parameters(model, state, unstable, t, [5]) for t in (ranking, written)
    )
    pd.testing.assert_frame_equal(first, second)


def test_what_does_not_fit_is_refused(model, state, unstable, ranking):
    sets = unstable.isel(set=slice(0, 3))

    def constrain(table=ranking, sets=sets, top=(1,), percentile=10, **options):
        return kt.constrain_parameters(model, state, sets, table, top, percentile, **options)

    for percentile in (0, -1, 50.1, np.nan, "ten"):
        with pytest.raises(kt.InputError, match="percentile"):
            constrain(percentile=percentile)
    with pytest.raises(kt.InputError, match="260 parameters are to be constrained"):
        constrain(top=[1, 260])
    with pytest.raises(kt.InputError, match="each number of top"):
        constrain(top=[1.5])
    with pytest.raises(kt.InputError, match="repeats"):
        constrain(repeats=0)
    with pytest.raises(kt.InputError, match="'km_unknown' does not belong"):
        constrain(ranking.rename(index={ranking.index[5]: "km_unknown"}))
    with pytest.raises(kt.InputError, match="twice"):
        constrain(pd.concat([ranking, ranking.iloc[:1]]))
    with pytest.raises(kt.InputError, match="made by rank_parameters"):
        constrain(ranking.drop(columns="q90"))
    with pytest.raises(kt.InputError, match="no direction"):
        constrain(ranking.assign(direction=0))
    with pytest.raises(kt.InputError, match="quantiles of ln Km must hold real numbers"):
        constrain(ranking.assign(q90="large"))
    with pytest.raises(kt.InputError, match="rule must be a LabelRule, found str"):
        constrain(rule="relevant")
    with pytest.raises(kt.InputError, match="expected a KineticModel and a SteadyState"):
        kt.constrain_parameters("ecoli", state, sets, ranking)
    with pytest.raises(kt.InputError, match="history is no list"):
        constrain(sets=sets.assign_attrs(history="{"))
    with pytest.raises(kt.InputError, match="at least one"):
        constrain(sets=sets.isel(set=[]))
    with pytest.raises(kt.InputError, match="dataset of parameter sets"):
        constrain(sets=sets["km"].values)
    with pytest.raises(kt.InputError, match="positive finite"):
        constrain(sets=sets.assign(km=sets["km"] * np.nan))
    other = kt.load_steady_state("ecoli", physiology=2)
    with pytest.raises(kt.InputError, match="steady state"):
        kt.constrain_parameters(model, other, sets, ranking)
