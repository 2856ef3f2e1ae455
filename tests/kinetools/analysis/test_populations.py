"""Populations side by side: the measures are those that one counts by hand, intervals hold the truth."""

import numpy as np
import pytest

import kinetools as kt
from kinetools.analysis.populations import densest
from kinetools.errors import InputError


def sampled(model, state, seed):
    sets = kt.sample_parameters(model, state, 120, seed=seed, progress=False)
    return kt.label_parameters(model, state, sets, progress=False)


@pytest.fixture(scope="module")
def sets(model, state):
    return sampled(model, state, 1)


@pytest.fixture(scope="module")
def table(model, state, sets):
    relevant = sets.isel(set=np.flatnonzero(sets.label.values == "relevant"))
    populations = {"all": sets, "relevant": relevant, "again": sampled(model, state, 2)}
    return kt.compare_populations(
        model, state, populations, n_perturbed=12, n_trials=3, n_bootstrap=200, progress=False
    )


def test_shares_are_those_of_the_sets(table, sets):
    row = table.loc["all"]
    assert row["sets"] == 120
    assert row["share_stable"] == (sets.eigenvalue_max.values < 0).mean()
    assert row["share_relevant"] == (sets.label.values == "relevant").mean()
    assert row["time_constant"] == np.nanmedian(sets.time_constant.values)
    assert table.loc["relevant", "share_relevant"] == 1


def test_robustness_is_that_of_the_perturbed_sets(model, state, sets, table):
    chosen = np.flatnonzero(sets.label.values == "relevant")[:12]
    trials = kt.perturb(model, state, sets.isel(set=chosen), n_trials=3, rtol=1e-4, progress=False)
    row = table.loc["all"]
    assert row["perturbed"] == 12
    assert row["share_returned"] == trials.returned.values.mean()
    assert row["share_robust"] == trials.returned.values.all(axis=1).mean()


def test_values_lie_in_their_intervals(table):
    for name in table.columns:
        if f"{name}_low" in table:
            assert (table[f"{name}_low"] <= table[name] + 1e-12).all(), name
            assert (table[name] <= table[f"{name}_high"] + 1e-12).all(), name


def test_differences_tell_populations_apart_and_samples_of_one_not(table):
    differs = table.loc["relevant − all"]
    assert differs["share_relevant_low"] > 0
    same = table.loc["again − all"]
    assert same["share_relevant_low"] < 0 < same["share_relevant_high"]
    assert set(table.attrs["columns"]) == {c for c in table if not c.endswith(("_low", "_high"))}


def test_the_densest_time_constant_is_the_mode():
    rng = np.random.default_rng(0)
    values = np.exp(rng.normal(np.log(2.5), 0.4, 20_000))
    assert densest(values) == pytest.approx(2.5, rel=0.08)
    assert densest(np.array([3.0])) == 3.0
    assert densest(np.full(5, 2.0)) == 2.0
    assert np.isnan(densest(np.array([])))


@pytest.mark.parametrize(
    "populations, options, message",
    [
        ({}, {}, "a mapping of names"),
        (None, {}, "a mapping of names"),
        ("sets", {"label": "excluded"}, "no set with the label 'excluded'"),
        ("sets", {"level": 2.0}, "between 0 and 1"),
        ("none", {}, "population 'all': there are no parameter sets"),
    ],
)
def test_bad_input_is_met_with_one_sentence(model, state, sets, populations, options, message):
    chosen = {"sets": sets, "none": sets.isel(set=[])}
    given = {"all": chosen[populations]} if isinstance(populations, str) else populations
    with pytest.raises(InputError, match=message):
        kt.compare_populations(model, state, given, progress=False, **options)
