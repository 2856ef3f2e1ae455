"""Datasets on disk: whole or not there, resumable after a kill, damaged files refused."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time

import numpy as np
import pytest
import xarray

import kinetools as kt
from kinetools.errors import InputError
from kinetools.kinetics import labels, oracle
from kinetools.store import replacing, save_dataset, write_text
from kinetools.streaming import StreamingDataset

N_SETS = 6 * 2048 + 100  # seven chunks
CHUNKS = 7


@pytest.fixture(scope="module")
def sampled(model, state):
    return kt.sample_parameters(model, state, N_SETS, seed=5, progress=False)


@pytest.fixture(scope="module")
def labelled(model, state, sampled):
    return kt.label_parameters(model, state, sampled, progress=False)


@pytest.fixture(scope="module")
def sampled_file(sampled, tmp_path_factory):
    return kt.save_parameter_sets(sampled, tmp_path_factory.mktemp("sampled") / "sampled.nc")


def sample(model, state, path, **options):
    return kt.sample_parameters(model, state, N_SETS, seed=5, path=path, **options)


def label(model, state, path, sampled_file, **options):
    with kt.open_parameter_sets(sampled_file) as sets:
        return kt.label_parameters(model, state, sets, path=path, **options)


SCRIPT = """
    import resource, sys, time
    import kinetools as kt

    what, path, sampled_file, after, behaviour = sys.argv[1:]
    model = kt.load_kinetic_model("ecoli")
    state = kt.load_steady_state("ecoli", physiology=1)

    def progress(done, total):
        if done >= int(after):
            if behaviour == "wait":
                time.sleep(600)
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))

    if what == "sample":
        kt.sample_parameters(model, state, {n}, seed=5, path=path, progress=progress)
    else:
        sets = kt.open_parameter_sets(sampled_file)
        kt.label_parameters(model, state, sets, path=path, progress=progress)
"""


def start(what, path, sampled_file, after, behaviour):
    script = textwrap.dedent(SCRIPT).replace("{n}", str(N_SETS))
    arguments = [what, str(path), str(sampled_file), str(after), behaviour]
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments], stderr=subprocess.PIPE, text=True
    )


def recorded(path):
    """Chunks that are safely on disk."""
    progress = path.with_name(path.name + ".progress")
    return progress.read_text().split("\n")[1:-1] if progress.exists() else []


def count_chunks(monkeypatch, module, name):
    """A list that grows by one with every chunk that is computed."""
    computed, function = [], getattr(module, name)

    def counting(*arguments):
        computed.append(1)
        return function(*arguments)

    monkeypatch.setattr(module, name, counting)
    return computed


def only_file(folder):
    (path,) = folder.iterdir()
    return path.name


def content(dataset):
    loaded = dataset.load()
    dataset.close()
    return loaded.drop_attrs(), {k: v for k, v in loaded.attrs.items() if k != "labelled_sets"}


def assert_same(a, b):
    (data_a, attrs_a), (data_b, attrs_b) = content(a), content(b)
    assert data_a.identical(data_b)
    assert attrs_a == attrs_b


@pytest.mark.parametrize("what", ["sample", "label"])
def test_a_killed_run_goes_on_where_it_was(
    what, model, state, sampled, labelled, sampled_file, tmp_path, monkeypatch
):
    path = tmp_path / "sets.nc"
    process = start(what, path, sampled_file, 3 * 2048, "wait")
    try:
        deadline = time.monotonic() + 120
        while len(recorded(path)) < 3 and time.monotonic() < deadline:
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.02)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    assert not path.exists()
    done = len(recorded(path))
    assert 3 <= done < CHUNKS

    if what == "sample":
        computed = count_chunks(monkeypatch, oracle, "sample_chunk")
        assert_same(sample(model, state, path, progress=False), sampled)
    else:
        computed = count_chunks(monkeypatch, labels, "label_chunk")
        assert_same(label(model, state, path, sampled_file, progress=False), labelled)
    assert len(computed) == CHUNKS - done
    assert only_file(tmp_path) == "sets.nc"


def test_a_full_disk_is_reported_and_the_run_goes_on_after_it(model, state, sampled, tmp_path):
    path = tmp_path / "sets.nc"
    # From the second chunk on, the operating system refuses every write.
    process = start("sample", path, "", 2048, "limit")
    _, messages = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "make room and repeat the same call to go on" in messages.strip().split("\n")[-1]
    assert str(path) in messages
    assert not path.exists()
    assert 1 <= len(recorded(path)) < CHUNKS
    assert_same(sample(model, state, path, progress=False), sampled)
    assert only_file(tmp_path) == "sets.nc"


def test_a_file_that_cannot_fit_is_not_begun(tmp_path):
    large = {"km": (("set", "parameter"), (10**13, 259), np.dtype(float), {})}
    with pytest.raises(OSError, match=r"needs 2.07e\+07 GB, but only .* GB are free"):
        StreamingDataset(tmp_path / "new" / "sets.nc", xarray.Dataset(), large, {})
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_appears_meanwhile_is_not_overwritten(tmp_path):
    path = tmp_path / "sets.nc"
    path.write_text("finished by somebody else")
    with pytest.raises(InputError, match="was made by another process just now"):
        StreamingDataset(path, xarray.Dataset(), {"a": (("x",), (3,), np.dtype(float), {})}, {})
    assert path.read_text() == "finished by somebody else"
    assert only_file(tmp_path) == "sets.nc"


class Stop(Exception):
    pass


def interrupt(model, state, path, after=3, error=KeyboardInterrupt, **options):
    def progress(done, total):
        if done >= after * 2048:
            raise error

    with pytest.raises(error):
        sample(model, state, path, progress=progress, **options)
    return path.with_name(path.name + ".partial"), path.with_name(path.name + ".progress")


@pytest.mark.parametrize("error", [KeyboardInterrupt, Stop])
def test_an_interrupted_run_goes_on_where_it_was(
    model, state, sampled, tmp_path, monkeypatch, error
):
    path = tmp_path / "sets.nc"
    interrupt(model, state, path, error=error)
    done = len(recorded(path))
    computed = count_chunks(monkeypatch, oracle, "sample_chunk")
    assert_same(sample(model, state, path, progress=False), sampled)
    assert len(computed) == CHUNKS - done


@pytest.mark.parametrize("torn", ["1", "12", "5\n1", "x", "\0\0\0"])
def test_a_torn_last_line_of_progress_is_not_believed(
    model, state, sampled, tmp_path, monkeypatch, torn
):
    path = tmp_path / "sets.nc"
    _, progress = interrupt(model, state, path, after=1, workers=1)
    header = progress.read_text().split("\n")[0]
    # As if chunk 0 were safe and the next line was cut, then a second run added "3" and was killed.
    progress.write_text(f"{header}\n0\n{torn}" if "5" not in torn else f"{header}\n0\n{torn[2:]}")
    interrupt(model, state, path, after=2, workers=1)
    believed = {int(line) for line in recorded(path)}
    assert believed <= set(range(CHUNKS))
    computed = count_chunks(monkeypatch, oracle, "sample_chunk")
    assert_same(sample(model, state, path, progress=False), sampled)
    assert len(computed) == CHUNKS - len(believed)


def test_progress_cut_in_its_first_line_starts_over(model, state, sampled, tmp_path):
    path = tmp_path / "sets.nc"
    _, progress = interrupt(model, state, path)
    progress.write_text(progress.read_text()[:40])
    assert_same(sample(model, state, path, progress=False), sampled)
    assert only_file(tmp_path) == "sets.nc"


@pytest.mark.parametrize("length", [0, 100, 5000, 1_000_000, -1])
def test_a_partial_file_that_lost_its_end_starts_over(model, state, sampled, tmp_path, length):
    path = tmp_path / "sets.nc"
    partial, _ = interrupt(model, state, path)
    size = partial.stat().st_size
    os.truncate(partial, length % size)
    assert_same(sample(model, state, path, progress=False), sampled)
    assert only_file(tmp_path) == "sets.nc"


@pytest.mark.parametrize("text", ["5\n0\n", "[]\n", '{"format": "labels"}\n', "hello\nworld\n"])
def test_progress_of_something_else_is_refused_and_kept(model, state, tmp_path, text):
    path = tmp_path / "sets.nc"
    partial, progress = interrupt(model, state, path)
    progress.write_text(text)
    before = partial.read_bytes()
    with pytest.raises(InputError, match="belongs to an unfinished run with another"):
        sample(model, state, path, progress=False)
    assert progress.read_text() == text
    assert partial.read_bytes() == before


def test_an_unfinished_run_of_another_call_is_refused_and_kept(model, state, tmp_path):
    path = tmp_path / "sets.nc"
    partial, progress = interrupt(model, state, path)
    before = partial.read_bytes(), progress.read_bytes()
    with pytest.raises(InputError, match="unfinished run with another seed"):
        kt.sample_parameters(model, state, N_SETS, seed=6, path=path)
    with pytest.raises(InputError, match="unfinished run with another n_sets"):
        kt.sample_parameters(model, state, 10, seed=5, path=path)
    assert (partial.read_bytes(), progress.read_bytes()) == before


def test_two_runs_never_write_the_same_file(model, state, sampled, tmp_path):
    path = tmp_path / "sets.nc"
    process = start("sample", path, "", 2 * 2048, "wait")
    try:
        deadline = time.monotonic() + 120
        while len(recorded(path)) < 2 and time.monotonic() < deadline:
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.02)
        before = recorded(path)
        with pytest.raises(InputError, match="another process is working on this file"):
            sample(model, state, path, progress=False)
        assert recorded(path)[: len(before)] == before
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    # A killed process holds nothing.
    assert_same(sample(model, state, path, progress=False), sampled)


def test_labels_of_other_sets_are_never_mixed(model, state, tmp_path):
    """Sets of one's own have the same history whatever their numbers are."""
    random = np.random.default_rng(1)
    mine, other = (
        kt.parameter_sets(model, state, 10 ** random.uniform(0, 3, (5000, 259))) for _ in range(2)
    )

    def progress(done, total):
        if done >= 2048:
            raise KeyboardInterrupt

    path = tmp_path / "labels.nc"
    with pytest.raises(KeyboardInterrupt):
        kt.label_parameters(model, state, mine, path=path, progress=progress)
    with pytest.raises(InputError, match="unfinished run with another parameter sets"):
        kt.label_parameters(model, state, other, path=path, progress=False)
    with pytest.raises(InputError, match="unfinished run with another rule"):
        kt.label_parameters(model, state, mine, rule=kt.LabelRule(-5), path=path, progress=False)
    finished = kt.label_parameters(model, state, mine, path=path, progress=False)
    np.testing.assert_array_equal(finished["km"], mine["km"])
    finished.close()
    before = path.read_bytes()
    kt.label_parameters(model, state, mine, path=path, progress=False).close()
    with pytest.raises(InputError, match="made in another way"):
        kt.label_parameters(model, state, other, path=path, progress=False)
    assert path.read_bytes() == before


# Bad input leaves the disk alone


@pytest.mark.parametrize("value", [0.0, np.nan, -1.0, np.inf, 1e-320])
def test_a_bad_km_far_down_leaves_the_disk_alone(model, state, sampled, tmp_path, value):
    sets = sampled.isel(set=slice(0, 5000)).copy(deep=True)
    sets["km"][4900, 7] = value
    with pytest.raises(InputError) as error:
        kt.label_parameters(model, state, sets, path=tmp_path / "labels.nc", progress=False)
    assert "\n" not in str(error.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda sets: {"rule": kt.LabelRule(conditions=[("gold", "<", 1)])}, "no quantity 'gold'"),
        (lambda sets: {"rule": kt.LabelRule(function=lambda s: s["set"] > 0)}, "cannot be saved"),
        (lambda sets: {"sets": sets.drop_vars("km")}, "no variable 'km'"),
        (lambda sets: {"sets": sets["km"].values}, "must be a dataset"),
        (lambda sets: {"sets": sets.isel(parameter=slice(1, None))}, "is missing"),
        (lambda sets: {"sets": sets.assign_attrs(state_hash="0")}, "steady state"),
        (lambda sets: {"workers": -2}, "workers"),
    ],
)
def test_bad_calls_leave_the_disk_alone(model, state, sampled, tmp_path, change, message):
    arguments = {"sets": sampled.isel(set=slice(0, 50)), **change(sampled.isel(set=slice(0, 50)))}
    with pytest.raises(InputError, match=message) as error:
        kt.label_parameters(model, state, path=tmp_path / "labels.nc", progress=False, **arguments)
    assert "\n" not in str(error.value)
    assert list(tmp_path.iterdir()) == []


# Streaming is the same as memory


def test_streamed_labels_equal_those_in_memory(model, state, sampled_file, labelled, tmp_path):
    path = tmp_path / "labels.nc"
    assert_same(label(model, state, path, sampled_file, progress=False), labelled)
    with kt.open_parameter_sets(path) as sets:
        assert sets["label"].dtype.kind == "U"
    with xarray.open_dataset(path, engine="h5netcdf") as raw:
        assert raw["label"].dtype == np.int8
        assert raw["label"].attrs["flag_meanings"] == "relevant too_slow unstable excluded"


def test_sets_with_turned_dimensions_are_streamed_right(model, state, labelled, sampled, tmp_path):
    turned = sampled.isel(set=slice(0, 100)).transpose("parameter", "reaction", "set")
    streamed = kt.label_parameters(
        model, state, turned, path=tmp_path / "labels.nc", progress=False
    )
    np.testing.assert_array_equal(streamed["km"], sampled["km"][:100])
    np.testing.assert_array_equal(streamed["vmax"], sampled["vmax"][:100])
    np.testing.assert_array_equal(streamed["label"], labelled["label"][:100])
    streamed.close()


# Damaged and foreign files


@pytest.fixture(scope="module")
def two_files(model, state, labelled, tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    small = labelled.isel(set=slice(0, 30))
    saved = kt.save_parameter_sets(small, folder / "saved.nc")
    streamed = folder / "streamed.nc"
    kt.sample_parameters(model, state, 30, seed=5, path=streamed, progress=False).close()
    return {"saved": saved.read_bytes(), "streamed": streamed.read_bytes()}


@pytest.mark.parametrize("kind", ["saved", "streamed"])
def test_a_truncated_file_is_refused_at_any_length(two_files, kind, tmp_path):
    whole = two_files[kind]
    path = tmp_path / "cut.nc"
    lengths = {0, 1, 7, 8, 9, 100, 511, 512, len(whole) - 1, len(whole) - 1000}
    lengths |= set(np.linspace(0, len(whole) - 1, 60, dtype=int).tolist())
    for length in sorted(lengths):
        path.write_bytes(whole[:length])
        with pytest.raises(InputError, match="cannot be read as NetCDF-4") as error:
            kt.open_parameter_sets(path)
        assert str(path) in str(error.value)
        assert "\n" not in str(error.value)
    path.write_bytes(whole)
    kt.open_parameter_sets(path).close()


def test_foreign_files_are_refused(tmp_path):
    path = tmp_path / "foreign.nc"
    for data in (b"hello", b"", b"PK\x03\x04" + bytes(100), b"CDF\x01" + bytes(100)):
        path.write_bytes(data)
        with pytest.raises(InputError, match="cannot be read as NetCDF-4"):
            kt.open_parameter_sets(path)
    save_dataset(xarray.Dataset({"a": ("x", [1.0])}), path)
    with pytest.raises(InputError, match="expected a file of parameter sets"):
        kt.open_parameter_sets(path)
    with pytest.raises(InputError, match="no such file"):
        kt.open_parameter_sets(tmp_path)
    with pytest.raises(InputError, match="no such file"):
        kt.open_parameter_sets(tmp_path / "missing.nc")


@pytest.mark.parametrize("classes", ["no json", "[]", '["relevant"]', "5", "null"])
def test_damaged_class_names_are_refused(labelled, tmp_path, classes):
    import h5py

    path = kt.save_parameter_sets(labelled.isel(set=slice(0, 50)), tmp_path / "sets.nc")
    with h5py.File(path, "r+") as file:
        file["label"].attrs["classes"] = classes
    with pytest.raises(InputError, match="class names is damaged"):
        kt.open_parameter_sets(path)


def test_an_unknown_class_is_not_written(labelled, tmp_path):
    wrong = labelled.isel(set=slice(0, 5)).copy(deep=True)
    wrong["label"] = wrong["label"].astype(object)
    wrong["label"][2] = "gold"
    with pytest.raises(InputError, match="holds the class 'gold'"):
        kt.save_parameter_sets(wrong, tmp_path / "sets.nc")
    assert list(tmp_path.iterdir()) == []


# Writing whole files


def test_a_failed_write_keeps_the_old_file_and_leaves_nothing(tmp_path):
    path = tmp_path / "file.txt"
    write_text(path, "old")
    with pytest.raises(Stop), replacing(path) as temporary:
        temporary.write_text("new")
        raise Stop
    assert path.read_text() == "old"
    assert only_file(tmp_path) == "file.txt"


def test_a_dataset_can_be_saved_over_the_file_it_is_read_from(labelled, tmp_path):
    path = kt.save_parameter_sets(labelled.isel(set=slice(0, 40)), tmp_path / "sets.nc")
    with kt.open_parameter_sets(path) as sets:
        kt.save_parameter_sets(kt.relabel(sets, kt.LabelRule(slowest=-20)), path)
    with kt.open_parameter_sets(path) as sets:
        assert kt.label_rule(sets) == kt.LabelRule(slowest=-20)
        assert len(json.loads(sets.attrs["history"])) == 3
        np.testing.assert_array_equal(sets["km"], labelled["km"][:40])
