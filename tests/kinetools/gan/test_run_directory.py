"""A run directory read by others: what is complete counts, what a resumed run repeats does not."""

import json
import os

import pytest

import kinetools as kt
from kinetools.gan.run_directory import GanRun, RunWriter, best_epoch


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "parameters.json").write_text(json.dumps({"epochs": 100, "seed": 1}))
    return tmp_path


@pytest.fixture
def writer(folder):
    writer = RunWriter(folder)
    yield writer
    writer.close()


def epochs(writer, first, last, loss=1.0):
    for e in range(first, last + 1):
        writer.event("epoch", e, seconds=2.0 * e, generator_loss=loss)


def test_a_directory_without_a_training_is_named(tmp_path):
    with pytest.raises(kt.InputError, match="holds no training"):
        kt.open_gan_run(tmp_path)


def test_a_new_run_has_empty_tables(folder):
    run = kt.open_gan_run(folder)
    assert run.status == "new"
    assert run.losses().empty
    assert run.metrics().empty
    assert run.best is None
    assert run.baselines() is None
    with pytest.raises(kt.InputError, match="no checkpoint yet"):
        run.load_generator()


def test_events_appear_with_refresh_and_only_what_is_new_is_read(folder, writer):
    run = kt.open_gan_run(folder)
    assert not run.refresh()
    writer.begin("started", 0, 100)
    epochs(writer, 1, 10)
    assert run.refresh()
    assert (run.status, run.epoch, run.seconds) == ("training", 10, 20.0)
    assert run.time_left == pytest.approx(180.0)
    assert not run.refresh()


def test_a_torn_line_is_left_until_it_is_complete_and_the_next_writer_starts_a_new_one(folder):
    writer = RunWriter(folder)
    writer.begin("started", 0, 100)
    epochs(writer, 1, 3)
    writer.close()
    with open(folder / "events.jsonl", "a") as file:
        file.write('{"event": "epoch", "epo')
    run = kt.open_gan_run(folder)
    assert run.epoch == 3
    writer = RunWriter(folder)
    writer.begin("resumed", 3, 100)
    epochs(writer, 4, 4)
    run.refresh()
    assert list(run.losses().index) == [1, 2, 3, 4]
    writer.close()


def test_what_a_resumed_run_repeats_replaces_what_the_kill_left(folder, writer):
    writer.begin("started", 0, 100)
    epochs(writer, 1, 8, loss=1.0)
    writer.event("metrics", 8, incidence=0.9)
    writer.event("alarm", 8, rule="collapse", message="x")
    writer.begin("resumed", 5, 100)
    epochs(writer, 6, 7, loss=2.0)
    run = kt.open_gan_run(folder)
    assert run.losses()["generator_loss"].tolist() == [1.0] * 5 + [2.0] * 2
    assert run.metrics().empty
    assert run.alarms() == []


def test_a_checkpoint_written_while_paused_does_not_end_the_pause(folder, writer):
    writer.begin("started", 0, 100)
    writer.event("paused", 3)
    writer.event("checkpoint", 3)
    assert kt.open_gan_run(folder).status == "paused"
    writer.event("continued", 3)
    assert kt.open_gan_run(folder).status == "training"
    writer.event("failed", 4, message="No space left")
    writer.event("metrics", 4, incidence=0.5)
    run = kt.open_gan_run(folder)
    assert (run.status, run.message) == ("failed", "No space left")


def test_a_run_whose_process_is_gone_is_interrupted(folder, writer):
    writer.begin("started", 0, 100)
    lines = (folder / "events.jsonl").read_text().replace(f'"pid": {os.getpid()}', '"pid": 999999')
    (folder / "events.jsonl").write_text(lines)
    assert kt.open_gan_run(folder).status == "interrupted"


def test_requests_reach_the_training_and_can_be_taken_back(folder, writer):
    run = kt.open_gan_run(folder)
    assert writer.requested() == ""
    run.request("pause")
    assert writer.requested() == "pause"
    run.request("resume")
    assert writer.requested() == ""
    with pytest.raises(kt.InputError, match="pause, resume, stop"):
        run.request("explode")


def test_damaged_baselines_are_named(folder):
    (folder / "baselines.json").write_text('[{"name": "prior", "inci')
    with pytest.raises(kt.InputError, match="is damaged; restore it"):
        kt.open_gan_run(folder).baselines()


def test_numbers_that_json_does_not_know_become_gaps(folder, writer):
    writer.event("epoch", 1, generator_loss=float("nan"), seconds=1.0)
    run = kt.open_gan_run(folder)
    assert run.losses()["generator_loss"].isna().all()
    assert json.loads((folder / "events.jsonl").read_text())["generator_loss"] is None


def metrics(*rows):
    import pandas as pd

    columns = ["incidence", "kl_max", "spread_ratio"]
    return pd.DataFrame(rows, index=[10 * i for i in range(len(rows))], columns=columns)


def test_the_best_checkpoint_is_that_of_highest_incidence_as_published():
    table = metrics((0.5, 0.5, 2.0), (0.9, 0.4, 2.0), (0.7, 0.01, 1.0))
    assert best_epoch(table, "incidence") == 10


def test_with_coverage_a_narrow_generator_is_never_best():
    table = metrics((0.5, 0.01, 1.0), (0.99, 0.5, 0.3), (0.8, 0.02, 0.95), (0.9, 0.07, 1.0))
    assert best_epoch(table, "coverage") == 20


def test_where_no_checkpoint_covers_the_reference_the_nearest_one_is_best():
    assert best_epoch(metrics((0.5, 0.5, 2.0), (0.9, 0.4, 2.0)), "coverage") == 10


def test_a_small_excess_of_divergence_does_not_make_an_untrained_generator_best():
    table = metrics((0.54, 0.037, 1.0), (0.972, 0.044, 1.0), (0.975, 0.045, 1.0))
    assert best_epoch(table, "coverage") == 20


def test_beyond_enough_incidence_the_more_faithful_checkpoint_is_best():
    table = metrics((0.55, 0.01, 1.0), (0.990, 0.02, 1.0), (0.981, 0.02, 1.0))
    table["auc"] = [0.7, 0.72, 0.62]
    assert best_epoch(table, "coverage") == 20


def test_incidence_that_is_still_missing_counts_more_than_a_little_faithfulness():
    table = metrics((0.55, 0.01, 1.0), (0.9758, 0.02, 1.0), (0.9818, 0.02, 1.0))
    table["auc"] = [0.7, 0.596, 0.625]
    assert best_epoch(table, "coverage") == 20


def test_an_incidence_that_its_neighbours_do_not_share_is_luck():
    table = metrics(*((i, 0.02, 1.0) for i in (0.971, 0.973, 0.9800, 0.972, 0.979, 0.980, 0.981)))
    table["auc"] = [0.60, 0.60, 0.60, 0.61, 0.61, 0.61, 0.61]
    assert best_epoch(table, "coverage") == 50


def test_checkpoints_are_named_by_epoch(folder, writer):
    (folder / "checkpoints").mkdir()
    writer.begin("started", 0, 100)
    epochs(writer, 1, 20)
    for e in (0, 10, 20, 30):
        (folder / "checkpoints" / f"epoch-{e:06d}.keras").touch()
    run = GanRun(folder)
    assert run.checkpoints == [0, 10, 20]  # 30 is of a session whose later epochs were lost
    assert run.checkpoint_path("last").name == "epoch-000020.keras"
    with pytest.raises(kt.InputError, match='"best", "last" or an epoch of 0, 10, 20'):
        run.checkpoint_path(7)


def test_few_sets_may_be_as_far_from_the_reference_as_chance_puts_them():
    table = metrics((0.5, 0.07, 1.0), (0.8, 0.08, 1.0), (0.9, 0.4, 1.0))
    assert best_epoch(table, "coverage", floor=0.06) == 10
