"""A generator is judged beside what needs none, with honest times."""

import time

import numpy as np
import pytest

import kinetools as kt
from kinetools.gan.baselines import Prior
from kinetools.gan.metrics import TESTS

COLUMNS = {
    "n",
    "incidence",
    "share_stable",
    "kl_max",
    "kl_mean",
    "spread_ratio",
    "correlation_error",
    "eigenvalue_q05",
    "eigenvalue_q25",
    "eigenvalue_q50",
    "eigenvalue_q75",
    "eigenvalue_q95",
    "auc",
    "seconds_per_candidate",
    "verified_per_second",
    "break_even_share_100000",
    "break_even_share_1000000",
}


class PriorGenerator:
    """A stand-in that generates what the prior gives, at a chosen slowness."""

    def __init__(self, model, state, seconds_per_set=0.0):
        self.model, self.state, self.seconds_per_set = model, state, seconds_per_set
        self.labels = set()

    def generate(self, n, label="relevant", seed=0, progress=True):
        self.labels.add(label)
        time.sleep(n * self.seconds_per_set)
        km = Prior(self.model, self.state).km(n, np.random.default_rng([seed, 7]))
        return kt.parameter_sets(self.model, self.state, km)


@pytest.fixture(scope="module")
def sets(model, state):
    return kt.label_parameters(
        model,
        state,
        kt.sample_parameters(model, state, 3000, seed=1, progress=False),
        rule=kt.LabelRule(slowest=-10.0),
        progress=False,
    )


def judge(generator, model, state, sets, n_sets=600, **options):
    options = {"strong": False, "progress": False, "workers": 2} | options
    return kt.evaluate_generator(generator, model, state, sets, n_sets, **options)


@pytest.fixture(scope="module")
def table(model, state, sets):
    return judge(PriorGenerator(model, state), model, state, sets)


def test_the_generator_is_the_first_row_and_the_baselines_follow(table):
    assert list(table.index[:3]) == ["generator", "rejection", "prior"]
    assert table.index[-1] == "noise floor"
    assert len(table) == 8
    assert set(table.columns) == COLUMNS


def test_every_column_is_explained_and_the_rule_is_named(table):
    assert set(table.attrs["columns"]) == COLUMNS
    assert "-10" in table.attrs["rule"]
    assert table.attrs["reference_sets"] > 1000
    assert table.attrs["training_seconds"] is None


def test_generated_sets_are_judged_by_the_rule_of_the_reference(table, model, state, sets):
    km = Prior(model, state).km(600, np.random.default_rng([0, 7]))
    slowest = kt.eigenvalues(model, state, km, progress=False).real.max(axis=1)
    assert table.loc["generator", "incidence"] == np.mean(slowest < -10)
    assert table.loc["generator", "share_stable"] == np.mean(slowest < 0)


def test_a_generator_that_is_the_prior_scores_as_the_prior(table):
    generator, prior = table.loc["generator"], table.loc["prior"]
    for column in ("incidence", "spread_ratio", "auc"):
        assert generator[column] == pytest.approx(prior[column], abs=0.06)


def test_without_baselines_the_generators_row_is_the_same(table, model, state, sets):
    alone = judge(PriorGenerator(model, state), model, state, sets, baselines=False)
    assert list(alone.index) == ["generator"]
    untimed = [c for c in alone if "second" not in c]
    assert alone[untimed].equals(table.loc[["generator"], untimed])
    assert set(alone.attrs["columns"]) == set(alone) == {c for c in COLUMNS if "break" not in c}


def test_the_break_even_is_where_rejection_takes_as_long(model, state, sets):
    slow = PriorGenerator(model, state, seconds_per_set=0.001)
    table = judge(slow, model, state, sets, training_seconds=100.0)
    row, candidate = table.loc["generator"], table.loc["rejection", "seconds_per_candidate"]
    assert row["seconds_per_candidate"] > 0.001
    for n in (100_000, 1_000_000):
        share = row[f"break_even_share_{n}"]
        with_training = n * row["seconds_per_candidate"] / row["incidence"] + 100.0
        assert n * candidate / share == pytest.approx(with_training)
        # Rejection breaks even with itself where the share is the one that there is.
        acceptance = (sets.label.values == "relevant").mean()
        found = table.loc["rejection", f"break_even_share_{n}"]
        assert found == pytest.approx(acceptance, abs=0.05)
    assert np.isnan(table.loc["noise floor", "break_even_share_100000"])


def test_the_class_asked_for_is_the_class_that_is_generated_and_judged(model, state, sets):
    generator = PriorGenerator(model, state)
    table = judge(generator, model, state, sets, label="unstable", n_sets=300)
    assert generator.labels == {"unstable"}
    assert table.loc["generator", "incidence"] == pytest.approx(
        1 - table.loc["generator", "share_stable"]
    )
    assert table.loc["rejection", "share_stable"] == 0


def test_the_strong_test_is_used_in_every_row_unless_told_otherwise(
    model, state, sets, table, monkeypatch
):
    monkeypatch.setitem(TESTS, "strong", lambda *arguments, seed: 0.875)
    strong = kt.evaluate_generator(
        PriorGenerator(model, state), model, state, sets, 100, progress=False
    )
    assert (strong["auc"] == 0.875).all()
    assert strong.attrs["two_sample_test"] == "strong"
    assert table.attrs["two_sample_test"] == "quick"
    assert 0.55 < table.loc["prior", "auc"] < 0.8


def test_a_generator_without_a_hit_never_breaks_even(model, state, sets):
    class Useless(PriorGenerator):
        def generate(self, n, label="relevant", seed=0, progress=True):
            unstable = sets.km.values[sets.label.values == "unstable"]
            return kt.parameter_sets(model, state, unstable[np.arange(n) % len(unstable)])

    row = judge(Useless(model, state), model, state, sets).loc["generator"]
    assert row["incidence"] == row["break_even_share_100000"] == row["verified_per_second"] == 0


def test_what_does_not_belong_together_is_refused_in_one_sentence(model, state, sets):
    generator = PriorGenerator(model, state)

    class Stranger(PriorGenerator):
        pass

    stranger = Stranger(model, state)
    stranger.model = "yeast"
    with pytest.raises(kt.InputError, match="another model"):
        judge(stranger, model, state, sets)
    for no_generator in (None, "results/gan/p1"):
        with pytest.raises(kt.InputError, match="load one with load_generator"):
            judge(no_generator, model, state, sets)
    with pytest.raises(kt.InputError, match="label"):
        judge(generator, model, state, sets.drop_vars("label"))
    with pytest.raises(kt.InputError, match="label"):
        judge(generator, model, state, kt.sample_parameters(model, state, 200, progress=False))
    with pytest.raises(kt.InputError, match="at least 100"):
        judge(generator, model, state, sets.isel(set=slice(0, 120)))
    other = kt.load_steady_state("ecoli", physiology=3)
    with pytest.raises(kt.InputError, match=r"around .*physiology_3.*recentred"):
        judge(PriorGenerator(model, other), model, state, sets)
    with pytest.raises(kt.InputError, match="training_seconds"):
        judge(generator, model, state, sets, training_seconds="long")
    with pytest.raises(kt.InputError, match="0 or more"):
        judge(generator, model, state, sets, training_seconds=-1.0)
