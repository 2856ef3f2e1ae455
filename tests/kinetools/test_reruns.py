"""A notebook run with other parameters leaves one whole run directory, or says why not."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest

from kinetools.cli import main
from kinetools.errors import InputError
from kinetools.reruns import RerunError, is_complete, read_record, rerun
from tests.tiny_notebooks import WRITE, write_notebook


@pytest.fixture
def notebook(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return write_notebook(tmp_path / "tiny.ipynb", WRITE)


def outputs(run_dir):
    cells = nbformat.read(run_dir / "output.ipynb", as_version=4).cells
    return "".join(out.get("text", "") for cell in cells for out in cell.get("outputs", []))


def test_input_parameters_output_and_results_stay_together(notebook):
    seen = []
    run_dir = rerun(
        notebook,
        {"physiology": 3, "slowest": None},
        progress=lambda done, total: seen.append((done, total)),
    )
    assert sorted(path.name for path in run_dir.iterdir()) == [
        "input.ipynb",
        "output.ipynb",
        "parameters.json",
        "results",
    ]
    assert (run_dir / "input.ipynb").read_bytes() == notebook.read_bytes()
    assert (run_dir / "results" / "answer.txt").read_text() == "3 20 None workshop"
    assert seen[-1] == (4, 4)  # text, parameters, injected parameters, code
    record = read_record(run_dir)
    assert record["status"] == "complete"
    assert record["given"] == {"physiology": 3, "slowest": None}
    assert record["parameters"]["n_sets"] == 20
    assert is_complete(run_dir)


def test_the_same_run_is_not_run_again_unless_asked(notebook):
    run_dir = rerun(notebook, {"physiology": 2}, progress=False)
    before = (run_dir / "output.ipynb").stat().st_mtime_ns
    assert rerun(notebook, {"physiology": 2}, progress=False) == run_dir
    assert (run_dir / "output.ipynb").stat().st_mtime_ns == before
    (run_dir / "results" / "old.txt").touch()
    assert rerun(notebook, {"physiology": 2}, fresh=True, progress=False) == run_dir
    assert (run_dir / "output.ipynb").stat().st_mtime_ns > before
    assert not (run_dir / "results" / "old.txt").exists()


def test_a_directory_is_never_shared_by_different_runs(notebook, tmp_path):
    run_dir = rerun(notebook, {"physiology": 2}, run_dir=tmp_path / "run", progress=False)
    kept = {path: path.stat().st_mtime_ns for path in run_dir.rglob("*")}
    with pytest.raises(InputError, match=r"a run of other parameters .*physiology = 2.*another"):
        rerun(notebook, {"physiology": 3}, run_dir=run_dir, progress=False)
    write_notebook(notebook, WRITE, "1 + 1")
    with pytest.raises(InputError, match="a run of another notebook"):
        rerun(notebook, {"physiology": 2}, run_dir=run_dir, progress=False)
    assert {path: path.stat().st_mtime_ns for path in run_dir.rglob("*")} == kept


def test_a_directory_with_anything_else_in_it_is_left_alone(notebook, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("dear")
    for fresh in (False, True):
        with pytest.raises(InputError, match="not empty and is not a run directory"):
            rerun(notebook, run_dir=tmp_path / "mine", fresh=fresh)
    assert os.listdir(tmp_path / "mine") == ["thesis.txt"]


def test_bad_parameters_start_and_write_nothing(notebook, tmp_path, capsys):
    before = sorted(tmp_path.rglob("*"))
    assert main(["rerun", str(notebook), "-p", "physiology", "9"]) == 2
    assert capsys.readouterr().err == (
        f"kinetools: {notebook}: parameter physiology must be one of 1, 2, 3, 4, not 9.\n"
    )
    assert main(["rerun", str(notebook), "-p", "physiology"]) == 2
    assert "has no value" in capsys.readouterr().err
    assert main(["rerun", "absent.ipynb"]) == 2
    assert "no such notebook" in capsys.readouterr().err
    (tmp_path / "text.ipynb").write_text("not JSON")
    before.append(tmp_path / "text.ipynb")
    assert main(["rerun", "text.ipynb"]) == 2
    assert "is not a notebook" in capsys.readouterr().err
    assert sorted(tmp_path.rglob("*")) == sorted(before)


def test_the_command_prints_the_run_directory(notebook, tmp_path, capsys):
    command = ["rerun", "tiny.ipynb", "-p", "slowest", "-1e3", "--run-dir", "run"]
    assert main(command) == 0
    assert capsys.readouterr().out == "run\n"
    assert "-1000.0" in (tmp_path / "run" / "results" / "answer.txt").read_text()
    assert main(command) == 0
    assert "already complete" in capsys.readouterr().err


def test_a_failing_cell_is_named_and_what_ran_before_it_is_kept(notebook, capsys):
    write_notebook(notebook, "print('reached')", "{}['absent']", "print('not reached')")
    with pytest.raises(RerunError, match=r"cell In \[4\] failed with KeyError: 'absent'"):
        rerun(notebook, run_dir="run", progress=False)
    assert not is_complete("run")
    assert not os.path.exists("run/output.ipynb")
    assert "reached" in Path("run/output.partial.ipynb").read_text()
    assert read_record("run")["status"] == "failed"
    assert main(["rerun", "tiny.ipynb", "--run-dir", "run"]) == 1
    assert "KeyError" in capsys.readouterr().err


def test_a_cell_that_takes_too_long_is_stopped(notebook):
    write_notebook(notebook, "import time; time.sleep(600)")
    with pytest.raises(RerunError, match="timed out"):
        rerun(notebook, run_dir="run", timeout=3, progress=False)
    assert read_record("run")["status"] == "failed"


@pytest.mark.parametrize(
    ("kind", "status", "ended"),
    [(signal.SIGKILL, -signal.SIGKILL, "running"), (signal.SIGINT, 130, "interrupted")],
)
def test_a_run_cut_short_never_looks_complete_and_can_be_run_again(notebook, kind, status, ended):
    hold = "import os, time\nwhile os.path.exists('hold'): time.sleep(0.1)"
    write_notebook(notebook, "print('before')", "open('there', 'w').close()", hold, WRITE)
    open("hold", "w").close()
    command = [sys.executable, "-c", "import sys; from kinetools.cli import main; sys.exit(main())"]
    process = subprocess.Popen(
        [*command, "rerun", "tiny.ipynb", "--run-dir", "run"],
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        # Tests that run in the background of a shell ignore it, and so would this.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    deadline = time.monotonic() + 120
    partial = Path("run/output.partial.ipynb")
    # The file is written anew after each cell: wait until that of the cell before the last is whole.
    while time.monotonic() < deadline:
        if os.path.exists("there") and "before" in partial.read_text():
            break
        time.sleep(0.1)
    process.send_signal(kind)
    assert process.wait(timeout=60) == status
    os.unlink("hold")
    assert read_record("run")["status"] == ended
    assert not is_complete("run")
    assert not os.path.exists("run/output.ipynb")
    assert "before" in Path("run/output.partial.ipynb").read_text()

    run_dir = rerun(notebook, run_dir="run", progress=False)
    assert is_complete(run_dir)
    assert outputs(run_dir) == "before\n"
    assert not os.path.exists("run/output.partial.ipynb")


def test_a_notebook_without_parameters_runs_but_takes_none(notebook):
    write_notebook(notebook, "print('ran')", parameters=None)
    assert outputs(rerun(notebook, progress=False)) == "ran\n"
    with pytest.raises(InputError, match="it has none"):
        rerun(notebook, {"seed": 1})


def test_the_record_is_readable_by_anybody(notebook):
    run_dir = rerun(notebook, progress=False)
    record = json.loads((run_dir / "parameters.json").read_text())
    assert record["notebook"] == str(notebook)
    assert record["versions"]["python"] == sys.version.split()[0]
    assert record["duration_s"] > 0
