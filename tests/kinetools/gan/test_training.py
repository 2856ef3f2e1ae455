"""A training keeps what it has, ends with the same weights however often it is broken, and says why not."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import kinetools as kt
from kinetools.gan.run_directory import RunWriter
from kinetools.gan.training_state import load_state

from .conftest import TINY, tiny


def weights(run_dir):
    """Every number of the training state."""
    with np.load(run_dir / "state.npz", allow_pickle=False) as file:
        return {name: file[name] for name in file.files if name != "progress"}


def assert_same(one, other):
    assert one.keys() == other.keys()
    different = [n for n in one if not np.array_equal(one[n], other[n])]
    assert not different


def test_a_finished_run_has_losses_metrics_checkpoints_and_sets(finished, labelled):
    assert finished.status == "finished"
    assert finished.epoch == TINY["epochs"]
    assert list(finished.losses().index) == [1, 2, 3, 4, 5, 6]
    assert finished.losses()["generator_loss"].notna().all()
    assert finished.checkpoints == list(finished.metrics().index) == [0, 2, 4, 6]
    assert finished.metrics()["incidence"].between(0, 1).all()
    kept = finished.generated(4)
    assert kept.sizes["set"] == TINY["n_kept"]
    assert set(np.unique(kept.label)) <= {"relevant", "too slow", "unstable", "excluded"}
    assert (finished.reference().label == "relevant").all()
    assert finished.reference().sizes["set"] == pytest.approx(0.1 * 0.59 * 3000, rel=0.2)


def test_the_same_seed_gives_the_same_weights_and_metrics(finished, labelled, preset, tmp_path):
    again = kt.train_gan(
        labelled, preset, seed=3, run_dir=tmp_path / "again", progress=False, **tiny(preset)
    )
    assert_same(weights(finished.path), weights(again.path))
    assert again.metrics().equals(finished.metrics())


def test_another_seed_gives_other_weights(finished, labelled, preset, tmp_path):
    other = kt.train_gan(
        labelled, preset, seed=4, run_dir=tmp_path / "other", progress=False, **tiny(preset)
    )
    mine, theirs = weights(finished.path), weights(other.path)
    assert not np.array_equal(mine["generator/0000"], theirs["generator/0000"])


def test_a_run_stopped_in_the_middle_of_an_epoch_goes_on_to_the_same_weights(
    finished, labelled, preset, tmp_path
):
    arguments = (labelled, preset, 3, tmp_path / "run")
    training = kt.start_gan_training(*arguments, **tiny(preset))
    while training.run.epoch < 2 and training.running:
        time.sleep(0.01)
        training.run.refresh()
    training.stop()
    stopped = training.wait()
    assert stopped.status == "stopped"
    assert stopped.load_generator("last").km("relevant", 3, np.random.default_rng(0)).shape == (
        3,
        259,
    )
    assert 2 <= stopped.epoch < 6
    run = kt.train_gan(*arguments, progress=False, **tiny(preset))
    assert run.status == "finished"
    assert_same(weights(finished.path), weights(run.path))
    assert run.metrics().loc[[2, 4, 6]].equals(finished.metrics().loc[[2, 4, 6]])
    assert run.losses().drop(columns="seconds").equals(finished.losses().drop(columns="seconds"))


KILLED = """
import sys
import kinetools as kt
sets = kt.open_parameter_sets(sys.argv[1]).load()
kt.train_gan(sets, sys.argv[2], seed=3, run_dir=sys.argv[3], progress=False, **{settings})
"""


def test_a_killed_run_goes_on_to_the_same_weights(finished, labelled, preset, tmp_path):
    kt.save_parameter_sets(labelled, tmp_path / "sets.nc")
    script = KILLED.replace("{settings}", repr(tiny(preset)))
    folder = tmp_path / "run"
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "sets.nc"), preset, str(folder)]
    )
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        if (folder / "state.npz").exists() and kt.open_gan_run(folder).epoch >= 3:
            break
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    killed = kt.open_gan_run(folder)
    assert killed.status == "interrupted"
    assert 3 <= killed.epoch < 6
    run = kt.train_gan(labelled, preset, 3, folder, progress=False, **tiny(preset))
    assert_same(weights(finished.path), weights(run.path))
    assert run.metrics().equals(finished.metrics())


def test_pause_holds_the_training_until_it_is_resumed(labelled, preset, tmp_path):
    training = kt.start_gan_training(labelled, preset, 3, tmp_path / "run", **tiny(preset))
    training.pause()
    while (training.run.refresh() or True) and training.run.status != "paused":
        assert training.running
        time.sleep(0.02)
    epoch = training.run.epoch
    time.sleep(0.3)
    training.run.refresh()
    assert training.run.epoch == epoch
    assert (tmp_path / "run" / "state.npz").exists()
    training.resume()
    assert training.wait().status == "finished"


def test_a_finished_run_is_returned_as_it_is(finished, labelled, preset):
    before = (finished.path / "events.jsonl").read_bytes()
    again = kt.train_gan(labelled, preset, 3, finished.path, progress=False, **tiny(preset))
    assert again.status == "finished"
    assert (finished.path / "events.jsonl").read_bytes() == before


def test_the_state_holds_the_optimisers_too(finished):
    names = {n.split("/")[0] for n in weights(finished.path)}
    assert {"generator", "generator optimizer"} <= names


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"seed": 9}, "another seed"),
        ({"epochs": 9}, "another epochs"),
        ({"target": "unstable"}, "another"),
    ],
)
def test_a_directory_of_another_training_is_refused(finished, labelled, preset, change, sentence):
    arguments = {"preset": preset, "seed": 3, "run_dir": finished.path, **tiny(preset)} | change
    with pytest.raises(kt.InputError, match=sentence):
        kt.train_gan(labelled, progress=False, **arguments)


def bad(labelled, change):
    return change(labelled.copy(deep=True))


def _with_nan(sets):
    sets.km[5, 7] = np.nan
    return sets


@pytest.mark.parametrize(
    ("change", "options", "sentence"),
    [
        (lambda s: s.isel(set=s.label == "relevant"), {}, "no parameter set belongs to class"),
        (lambda s: s.isel(set=slice(0, 100)), {"batch_size": 256}, "fewer than one batch"),
        (_with_nan, {}, "set 5: .* is nan"),
        (lambda s: s.drop_vars("label"), {}, "no labels"),
        (lambda s: "sets.nc", {}, "found str"),
        (lambda s: s, {"epoch": 3}, "did you mean 'epochs'"),
        (lambda s: s, {"batch_size": 0}, "batch_size"),
        (lambda s: s, {"classes": {"relevant": ["relevant"]}}, "at least two"),
        (lambda s: s, {"parameters": ["km_of_nothing"]}, "km_of_nothing"),
        (lambda s: s, {"target": "good"}, "target"),
        (lambda s: s, {"preset": "famous"}, "preset"),
    ],
)
def test_bad_input_gets_one_sentence_and_leaves_no_directory(
    labelled, tmp_path, change, options, sentence
):
    folder = tmp_path / "run"
    with pytest.raises(kt.InputError, match=sentence):
        kt.train_gan(
            bad(labelled, change),
            run_dir=folder,
            progress=False,
            **({"preset": "published"} | options),
        )
    assert not folder.exists()


def test_a_folder_that_cannot_be_made_is_named(labelled, tmp_path):
    (tmp_path / "file").write_text("")
    for place in ("file", "file/run"):
        with pytest.raises(kt.InputError, match="choose another run_dir"):
            kt.start_gan_training(labelled, "published", 3, tmp_path / place, **TINY)


def test_two_trainings_cannot_share_a_directory(labelled, tmp_path):
    folder = tmp_path / "run"
    first = kt.start_gan_training(labelled, "published", 3, folder, **TINY)
    with pytest.raises(kt.InputError, match="run: another process"):
        RunWriter(folder)  # as another process would
    first.pause()
    again = kt.start_gan_training(labelled, "published", 3, folder, **TINY)
    assert again is first  # a cell that is run again
    with pytest.raises(kt.InputError, match="another seed"):
        kt.start_gan_training(labelled, "published", 4, folder, **TINY)
    first.stop()
    later = kt.start_gan_training(labelled, "published", 3, folder, **TINY)
    assert later is not first and not first.running
    assert later.wait().status == "finished"


def test_a_damaged_state_is_named_and_the_checkpoints_stay(finished, labelled, preset, tmp_path):
    import shutil

    folder = tmp_path / "run"
    shutil.copytree(finished.path, folder)
    events = [json.loads(x) for x in (folder / "events.jsonl").read_text().splitlines()]
    kept = [e for e in events if e["event"] != "finished"]
    (folder / "events.jsonl").write_text("".join(json.dumps(e) + "\n" for e in kept))
    state = folder / "state.npz"
    state.write_bytes(state.read_bytes()[:1000])
    with pytest.raises(kt.InputError, match="state is damaged"):
        kt.train_gan(labelled, preset, 3, folder, progress=False, **tiny(preset))
    assert kt.load_generator(folder, "last").generate(5, progress=False).sizes["set"] == 5


def test_a_full_disk_in_a_checkpoint_ends_the_training_and_keeps_the_one_before(
    labelled, preset, tmp_path, monkeypatch
):
    import errno

    from kinetools.gan.generator import Generator

    save = Generator.save

    def full(self, path):
        if "000004" in str(path):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        return save(self, path)

    monkeypatch.setattr(Generator, "save", full)
    with pytest.raises(OSError, match="No space"):
        kt.train_gan(labelled, preset, 3, tmp_path / "run", progress=False, **tiny(preset))
    run = kt.open_gan_run(tmp_path / "run")
    assert run.status == "failed"
    assert "No space" in run.message
    assert run.checkpoints == [0, 2]
    assert run.load_generator("last").generate(5, progress=False).sizes["set"] == 5
    monkeypatch.undo()
    assert (
        kt.train_gan(labelled, preset, 3, run.path, progress=False, **tiny(preset)).status
        == "finished"
    )


def test_state_of_other_networks_is_refused(finished, tmp_path):
    with pytest.raises(kt.InputError, match="other shapes"):
        load_state(finished.path, {"generator": [np.zeros(3)]})


@pytest.mark.parametrize(("wanted", "rises"), [(0.2, True), (0.999, False), (0, None)])
def test_the_penalty_follows_the_wanted_incidence(labelled, wanted, rises, tmp_path):
    settings = tiny("residual") | {"incidence": wanted, "penalty": 0.01}
    run = kt.train_gan(labelled, run_dir=tmp_path / "run", progress=False, **settings)
    penalty = run.losses()["penalty"]
    assert penalty.iloc[0] == pytest.approx(0.01)
    if rises is None:
        assert (penalty == penalty.iloc[0]).all()
    else:
        assert (penalty.iloc[-1] > 0.01) == rises
