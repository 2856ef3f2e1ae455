"""A transfer study compares methods by the same few sets, goes on where it stopped, and says no."""

import dataclasses
import json
import shutil

import numpy as np
import pytest

import kinetools as kt
from kinetools.gan import transfer_methods
from kinetools.gan.transfer import _Targeted, derived_seed
from kinetools.gan.transfer_methods import Target, published_settings, train_published
from kinetools.gan.transfer_runs import METHODS, NO_SOURCE, TILTS, Run

SMALL = {"sizes": (10, 50), "repeats": 1, "epochs": 3, "n_checkpoint": 40, "n_judged": 200}
SMALL |= {"residual_steps": 2, "seed": 5, "progress": False}
ONE, TWO, THREE = "physiology 1", "physiology 2", "physiology 3"


@pytest.fixture(scope="module")
def states(state):
    others = {f"physiology {i}": kt.load_steady_state("ecoli", physiology=i) for i in (2, 3)}
    return {ONE: state} | others


@pytest.fixture(scope="module")
def published(labelled, tmp_path_factory):
    """A run directory of a published generator of physiology 1, hardly trained."""
    folder = tmp_path_factory.mktemp("source") / "published"
    settings = {"epochs": 2, "batch_size": 256, "checkpoint_every": 2, "n_generated": 50}
    kt.train_gan(labelled, "published", 1, folder, progress=False, **settings)
    return folder


@pytest.fixture(scope="module")
def residual(labelled, tmp_path_factory):
    """A residual generator of physiology 1, hardly trained."""
    folder = tmp_path_factory.mktemp("source") / "residual"
    settings = {"epochs": 1, "steps_per_epoch": 2, "batch_size": 64, "n_generated": 50}
    run = kt.train_gan(labelled, "residual", 1, folder, progress=False, **settings)
    return run.load_generator("last")


@pytest.fixture(scope="module")
def study(model, states, published, residual, tmp_path_factory):
    """A finished study of one pair with generators of both presets."""
    folder = tmp_path_factory.mktemp("study") / "transfer"
    sources = {ONE: [published, residual]}
    kt.transfer_study(model, states, sources, folder, pairs=[(ONE, TWO)], **SMALL)
    return folder


def cheap(model, states, residual, folder, **more):
    """A study without the published preset."""
    options = SMALL | {"pairs": [(ONE, TWO)], "scratch": False} | more
    return kt.transfer_study(model, states, {ONE: residual}, folder, **options)


def test_every_method_has_a_row_for_the_numbers_of_sets_that_it_depends_on(study):
    table = kt.transfer_table(study)
    assert set(table.method) == set(METHODS)
    trained = table[table.method.isin(["fine-tuned", "from scratch", *TILTS])]
    assert (trained.groupby("method").n_sets.apply(list).map(tuple) == (10, 50)).all()
    assert (table[~table.index.isin(trained.index)].n_sets == 0).all()
    without_source = table[table.source == NO_SOURCE].method
    assert set(without_source) == {"from scratch", "prior", "rejection", *TILTS}
    assert table.attrs["missing"] == []
    assert set(table.columns) == set(table.attrs["columns"])


def test_metrics_are_shares_and_divergences_of_fresh_sets(study):
    table = kt.transfer_table(study)
    for name in ("incidence", "share_stable", "auc"):
        assert table[name].between(0, 1).all()
    assert (table.kl_max >= table.kl_mean).all()
    assert (table.incidence <= table.share_stable).all()
    checkpoints = table.method.isin(["fine-tuned", "from scratch"])
    assert (table.incidence_best_of_checkpoints.notna() == checkpoints).all()
    assert (table.seconds[checkpoints] > 0).all()


def test_what_a_method_cost_in_evaluations_of_the_target_is_counted(study):
    table = kt.transfer_table(study)
    evaluations = table.set_index(["method", "n_sets"]).evaluations
    assert evaluations["fine-tuned", 10] == 10 + 40  # one checkpoint in three epochs
    assert evaluations["logistic tilt ×2", 50] == 50
    assert evaluations["re-centred source", 0] == 0
    assert evaluations["residual fine-tuned", 0] == 1000 + 2 * 256
    assert evaluations["rejection", 0] >= 200


def test_rejection_is_exact_and_the_prior_has_the_share_that_it_keeps(study):
    rows = kt.transfer_table(study).set_index("method")
    assert rows.incidence["rejection"] == 1
    assert rows.incidence["prior"] == pytest.approx(0.55, abs=0.1)
    assert rows.auc["rejection"] == pytest.approx(0.5, abs=0.1)


def test_a_residual_generator_covers_the_target_only_when_it_is_re_centred(study):
    rows = kt.transfer_table(study).set_index("method")
    assert rows.kl_max["residual source as it is"] > 5 * rows.kl_max["re-centred source"]
    # Hardly trained it is the prior, wherever its centre is.
    assert rows.kl_max["re-centred source"] < 2 * rows.kl_max["prior"]
    assert rows.spread_ratio["re-centred source"] == pytest.approx(1, abs=0.05)


def test_finished_runs_are_kept_and_lost_ones_come_out_the_same(
    study, model, states, published, residual, tmp_path
):
    folder = tmp_path / "copy"
    shutil.copytree(study, folder)
    lost = [
        Run(ONE, TWO, "fine-tuned", 10),
        Run(NO_SOURCE, TWO, "from scratch", 50),
        Run(ONE, TWO, "residual fine-tuned"),
        Run(NO_SOURCE, TWO, "logistic tilt ×4", 50),
        Run(NO_SOURCE, TWO, "rejection"),
    ]
    for run in lost:
        (folder / "runs" / run.file).unlink()
    assert len(kt.transfer_table(folder).attrs["missing"]) == len(lost)
    kept = {path: path.stat().st_mtime_ns for path in (folder / "runs").iterdir()}
    sources = {ONE: [published, residual]}
    again = kt.transfer_study(model, states, sources, folder, pairs=[(ONE, TWO)], **SMALL)
    whole = kt.transfer_table(study)
    assert again.drop(columns="seconds").equals(whole.drop(columns="seconds"))
    assert all(path.stat().st_mtime_ns == when for path, when in kept.items())


def test_an_interrupted_study_keeps_what_is_finished_and_goes_on(model, states, residual, tmp_path):
    seen = []

    def interrupt(done, total):
        seen.append((done, total))
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cheap(model, states, residual, tmp_path / "run", progress=interrupt)
    partial = kt.transfer_table(tmp_path / "run")
    assert len(partial) == 3
    assert len(partial) + len(partial.attrs["missing"]) == partial.attrs["planned"] == seen[-1][1]
    assert any(
        name.startswith("logistic tilt ×1, physiology 2, 10 sets")
        for name in partial.attrs["missing"]
    )
    done = []
    cheap(model, states, residual, tmp_path / "run", progress=lambda *now: done.append(now))
    assert done[0] == (3, seen[-1][1])
    whole = cheap(model, states, residual, tmp_path / "other")
    finished = kt.transfer_table(tmp_path / "run")
    assert finished.drop(columns="seconds").equals(whole.drop(columns="seconds"))


def test_more_pairs_sizes_and_repeats_add_to_a_study_and_change_no_row(
    model, states, residual, tmp_path
):
    first = cheap(model, states, residual, tmp_path / "run", sizes=(10,))
    more = {"sizes": (10, 20), "repeats": 2, "pairs": None}
    grown = cheap(model, states, residual, tmp_path / "run", **more)
    keys = ["source", "target", "method", "n_sets", "repeat"]
    both = first.merge(grown, on=keys, suffixes=("", "_grown"))
    assert len(both) == len(first) < len(grown)
    assert both.incidence.equals(both.incidence_grown)
    assert set(grown.target) == {TWO, THREE}
    tilted = grown[(grown.method == "logistic tilt ×1") & (grown.target == TWO)]
    assert len(set(tilted[tilted.n_sets == 20].kl_mean)) == 2  # repeats differ


def test_a_study_refuses_other_settings_in_its_folder(study, model, states, residual, tmp_path):
    with pytest.raises(kt.InputError, match="another epochs"):
        cheap(model, states, residual, study, epochs=4)
    with pytest.raises(kt.InputError, match="another seed"):
        cheap(model, states, residual, study, seed=6)
    other = states | {TWO: states[THREE]}
    with pytest.raises(kt.InputError, match="another target 'physiology 2'"):
        cheap(model, other, residual, study)
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(kt.InputError, match="not empty"):
        cheap(model, states, residual, tmp_path)
    with pytest.raises(kt.InputError, match="holds no transfer study"):
        kt.transfer_table(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_damaged_result_is_named(study, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(study, folder)
    damaged = folder / "runs" / Run(ONE, TWO, "fine-tuned", 10).file
    damaged.write_text('{"source": "physio')
    with pytest.raises(kt.InputError, match=f"{damaged.name}: is no result"):
        kt.transfer_table(folder)
    (folder / "parameters.json").write_text("{")
    with pytest.raises(kt.InputError, match="is no JSON"):
        kt.transfer_table(folder)


@pytest.mark.parametrize(
    "wrong, sentence",
    [
        ({"sizes": (10, 10)}, "each once"),
        ({"sizes": (1,)}, "at least 2"),
        ({"sizes": 10}, "a list of numbers"),
        ({"repeats": 0}, "repeats must be"),
        ({"epochs": 0}, "epochs must be"),
        ({"scratch_epochs": -1}, "scratch_epochs must be"),
        ({"n_judged": 5}, "n_judged must be"),
        ({"seed": -1}, "seed must be"),
        ({"label": "good"}, "label must be one of"),
        ({"label": "unstable"}, "no class 'unstable'"),
        ({"pairs": [(ONE, "physiology 9")]}, "'physiology 9' is no target"),
        ({"pairs": [(TWO, THREE)]}, "'physiology 2' is no source"),
        ({"pairs": [(ONE, ONE)]}, "both source and target"),
        ({"pairs": []}, "one .* or more"),
        ({"pairs": "12"}, "a list of"),
    ],
)
def test_a_wrong_setting_is_met_with_one_sentence(
    wrong, sentence, model, states, residual, tmp_path
):
    with pytest.raises(kt.InputError, match=sentence):
        cheap(model, states, residual, tmp_path / "run", **wrong)
    assert not (tmp_path / "run").exists()


def test_wrong_states_and_sources_are_met_with_one_sentence(
    model, states, residual, published, tmp_path
):
    def study(states, sources):
        kt.transfer_study(model, states, sources, tmp_path / "run", **SMALL)

    moved = dataclasses.replace(residual, rule=kt.LabelRule(slowest=-3.0))
    for given, sources, sentence in [
        ({}, {ONE: residual}, "states must be a mapping"),
        ({ONE: 3}, {ONE: residual}, "must be a SteadyState"),
        ({ONE: states[ONE]}, {ONE: residual}, "none but the source's own"),
        (states, {}, "sources must be a mapping"),
        (states, {ONE: []}, "has no generator"),
        (states, {ONE: 3}, "a Generator or a run directory"),
        (states, {ONE: [residual, residual]}, "two generators of preset 'residual'"),
        (states, {TWO: residual}, "was trained around"),
        (states, {ONE: tmp_path / "nowhere"}, "no such file"),
        (states, {ONE: [published, moved]}, "different rules"),
    ]:
        with pytest.raises(kt.InputError, match=sentence):
            study(given, sources)
    assert not (tmp_path / "run").exists()


def test_batches_and_learning_rates_are_the_published_ones_and_lie_between_them():
    sizes = (10, 50, 100, 500, 1000)
    assert [published_settings(n)["batch_size"] for n in sizes] == [2, 5, 10, 20, 50]
    rates = [published_settings(n)["learning_rate"] for n in sizes]
    assert rates == [2e-4, 2e-4, 2e-4, 1e-3, 1e-3]
    assert published_settings(2)["batch_size"] == 2
    assert published_settings(200)["batch_size"] in range(11, 20)
    assert published_settings(4000)["batch_size"] == 200
    batches = [published_settings(n)["batch_size"] for n in range(2, 3000)]
    assert (np.diff(batches) >= 0).all()


def test_sets_to_train_on_are_nested_and_none_of_them_is_judged_by(model, states, residual):
    settings = {"seed": 1, "label": "relevant", "n_judged": 100}
    targeted = _Targeted(model, states[TWO], residual.rule, settings, 50)
    few, many, others = (
        targeted.labelled(*which).km.values for which in ((10, 1), (50, 1), (50, 2))
    )
    assert np.array_equal(few, many[:10])
    assert not np.isin(others, many).any()
    reference = np.exp(targeted.reference.ln_km)
    assert not np.isclose(reference[:, 0][:, None], many[:, 0], rtol=1e-12).any()


def test_seeds_differ_by_purpose_and_stay_the_same():
    assert derived_seed(1, "a") != derived_seed(1, "b") != derived_seed(2, "b")
    assert derived_seed(1, "a", 3) == derived_seed(1, "a", 3) < 2**63


def test_a_training_whose_weights_are_lost_has_a_row_without_metrics(model, states, published):
    broken = kt.load_generator(published)
    broken.network.set_weights([np.full_like(w, np.nan) for w in broken.network.get_weights()])
    target = Target(model, states[TWO], broken.rule, "relevant")
    sets = kt.sample_parameters(model, states[TWO], 10, seed=3, progress=False)
    sets = kt.label_parameters(model, states[TWO], sets, progress=False)
    made = train_published(target, sets, broken, epochs=1, n_generated=10, seed=1)
    assert made.draw is None and np.isnan(made.best)


def test_sets_of_one_class_tilt_nothing(model, states):
    target = Target(model, states[TWO], kt.LabelRule(), "relevant")
    sets = kt.sample_parameters(model, states[TWO], 20, seed=3, progress=False)
    sets = kt.label_parameters(model, states[TWO], sets, progress=False)
    alike = sets.isel(set=np.flatnonzero(sets.label.values == "relevant"))
    made, prior = (
        transfer_methods.tilt(target, alike, 4.0),
        transfer_methods.Prior(model, states[TWO]),
    )
    draws = [one(5, np.random.default_rng(1)) for one in (made.draw, prior.km)]
    assert np.array_equal(*draws)


def test_results_are_plain_json_without_nan(study):
    for path in (study / "runs").iterdir():
        row = json.loads(path.read_text(), parse_constant=pytest.fail)
        assert row["target"] == TWO
