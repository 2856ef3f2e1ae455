"""Running a notebook with other parameters, kept whole in one run directory.

    RUN_DIR/input.ipynb       the notebook as it was
    RUN_DIR/parameters.json   every parameter, what was given, when it ran, and how it ended
    RUN_DIR/output.ipynb      the executed notebook; only there when every cell succeeded
    RUN_DIR/results/          what the notebook writes (its parameter `results_dir`, if it has one)

While a run is going, or when it failed, the executed part is in output.partial.ipynb instead.
"""

import contextlib
import hashlib
import json
import os
import re
import shutil
import sys
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from .cell_progress import cell_progress
from .errors import InputError
from .notebook_parameters import check_parameters, read_parameters
from .store import write_text

INPUT, OUTPUT, PARTIAL = "input.ipynb", "output.ipynb", "output.partial.ipynb"
RECORD, RESULTS = "parameters.json", "results"
RECORDED_VERSIONS = ("kinetools", "numpy", "scipy", "cobra", "tensorflow", "tensorflow-cpu")


class RerunError(RuntimeError):
    """A notebook started but did not reach its end; the text says which cell failed and why."""


def rerun(notebook, parameters=None, *, run_dir=None, timeout=None, fresh=False, progress=True):
    """Execute a notebook with some of its parameters changed; returns the run directory (Path).

    parameters: table of values by name; each is checked against the notebook's parameters cell
    before anything starts (see `kinetools.notebook_parameters` for what a cell can declare).
    run_dir: by default results/<notebook>/<parameters>-<hash> under the current directory.
    timeout: seconds that any one cell may take. progress: True, False or a callable given
    (done, total), as in `kinetools.cell_progress`.

    A run directory that already holds this notebook's complete run with these parameters is
    returned as it is, and one whose run was cut short is run again, unless `fresh`: then it is
    emptied first. Raises InputError, with nothing written, for parameters that the notebook does
    not have or allow, and for a directory that holds something else; RerunError when a cell fails.
    """
    notebook = Path(notebook)
    if timeout is not None and not timeout > 0:
        raise InputError(f"timeout must be more than 0 seconds, found {timeout:g}.")
    source = _read_notebook(notebook)
    declared = read_parameters(source, notebook)
    given = check_parameters(declared, dict(parameters or {}), notebook)
    record = {
        "notebook": str(notebook),
        "notebook_sha256": _digest([[cell.cell_type, cell.source] for cell in source.cells]),
        "parameters": _all_values(declared, given),
        "given": given,
    }
    run_dir = Path(run_dir) if run_dir else _default_directory(notebook, record)
    if _standing_run(run_dir, record, fresh):
        return run_dir

    results = (run_dir / RESULTS).resolve()
    if "results_dir" in declared:
        given = {"results_dir": str(results), **given}
    results.mkdir(parents=True, exist_ok=True)
    if notebook.resolve() != (run_dir / INPUT).resolve():
        shutil.copyfile(notebook, run_dir / INPUT)
    started = datetime.now(UTC)
    record |= {"started": started.isoformat(timespec="seconds"), "versions": _versions()}
    _write_record(run_dir, record, "running")
    try:
        executed = _execute(notebook, run_dir / PARTIAL, given, timeout, progress)
    except BaseException as error:
        ended = "failed" if isinstance(error, Exception) else "interrupted"
        why = _first_line(error)
        _write_record(run_dir, record, ended, error=why)
        if isinstance(error, Exception):
            raise RerunError(f"{notebook}: {why} (see {run_dir / PARTIAL})") from error
        raise
    import nbformat

    write_text(run_dir / OUTPUT, nbformat.writes(executed))
    (run_dir / PARTIAL).unlink(missing_ok=True)
    duration = (datetime.now(UTC) - started).total_seconds()
    _write_record(run_dir, record, "complete", duration_s=round(duration, 1))
    return run_dir


def read_record(run_dir) -> dict:
    """What a run directory's parameters.json says; InputError when it is not a run directory."""
    path = Path(run_dir) / RECORD
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        record = None
    if not isinstance(record, dict) or "status" not in record:
        raise InputError(f"{run_dir} is not a run directory: it has no readable {RECORD}.")
    return record


def is_complete(run_dir) -> bool:
    """Whether a directory holds a run that reached its end."""
    with contextlib.suppress(InputError):
        return read_record(run_dir)["status"] == "complete" and (Path(run_dir) / OUTPUT).is_file()
    return False


def _read_notebook(path: Path):
    import nbformat

    if not path.is_file():
        raise InputError(f"{path}: no such notebook; check the path.")
    try:
        return nbformat.read(path, as_version=4)
    except Exception:  # nbformat raises many kinds
        raise InputError(f"{path} is not a notebook: it cannot be read as one.") from None


def _all_values(declared, given) -> dict:
    """Every parameter whose value is known, but for the place of the results unless given."""
    values = {
        name: parameter.default
        for name, parameter in declared.items()
        if not parameter.computed and name != "results_dir"
    }
    return json.loads(json.dumps(values | given, default=str))


def _default_directory(notebook: Path, record: dict) -> Path:
    changed = "_".join(f"{name}-{value}" for name, value in record["given"].items())
    label = re.sub(r"[^\w.+-]+", "-", changed)[:60].strip("-.") or "defaults"
    digest = _digest([record["notebook_sha256"], record["parameters"]])[:8]
    return Path("results") / notebook.stem / f"{label}-{digest}"


def _standing_run(run_dir: Path, record: dict, fresh: bool) -> bool:
    """Whether the directory holds just this run, complete; it is emptied when `fresh`.

    Raises InputError when it holds anything else that a new run would mix with or overwrite.
    """
    if not run_dir.exists() or (run_dir.is_dir() and not any(run_dir.iterdir())):
        return False
    if not (run_dir / RECORD).is_file():
        raise InputError(
            f"{run_dir} is not empty and is not a run directory; choose another for this run."
        )
    before = read_record(run_dir)
    if fresh:
        for name in (RECORD, OUTPUT, PARTIAL):
            (run_dir / name).unlink(missing_ok=True)
        shutil.rmtree(run_dir / RESULTS, ignore_errors=True)
        return False
    for key, what in (("parameters", "other parameters"), ("notebook_sha256", "another notebook")):
        if before.get(key) != record[key]:
            raise InputError(
                f"{run_dir} holds a run of {what} ({before.get('notebook')}, "
                f"{_listing(before.get('given', {}))}); choose another directory for this run."
            )
    return is_complete(run_dir)


def _listing(values: dict) -> str:
    return ", ".join(f"{name} = {value!r}" for name, value in values.items()) or "all defaults"


def _execute(notebook: Path, output: Path, parameters: dict, timeout, progress):
    import papermill
    from papermill.engines import NBClientEngine, papermill_engines
    from papermill.exceptions import PapermillExecutionError

    class ReportingEngine(NBClientEngine):
        """Papermill's own engine, with kinetools' progress instead of papermill's."""

        @classmethod
        def execute_managed_notebook(cls, nb_man, kernel_name, **options):
            total = len(nb_man.nb.cells)
            with cell_progress(total, notebook.stem, progress) as advance:
                nb_man.pbar = _CellBar(advance)
                return super().execute_managed_notebook(nb_man, kernel_name, **options)

    papermill_engines.register("kinetools", ReportingEngine)
    try:
        with _quiet_kernel():
            return papermill.execute_notebook(
                str(notebook),
                str(output),
                parameters=parameters,
                engine_name="kinetools",
                kernel_name="python3",  # this environment's, whatever the notebook was saved with
                language="python",
                progress_bar=False,
                execution_timeout=timeout,
                extra_arguments=["--log-level=CRITICAL"],  # of the kernel
            )
    except PapermillExecutionError as error:
        raise RerunError(
            f"cell In [{error.exec_count}] failed with {error.ename}: {_first_line(error.evalue)}"
        ) from error


class _CellBar:
    """What papermill expects of a progress bar, passing finished cells on."""

    def __init__(self, advance):
        self.update = advance

    def set_description(self, text):
        """Nothing to describe."""

    def refresh(self):
        """Nothing is drawn here."""

    def close(self):
        """Closed by whoever reports."""


@contextlib.contextmanager
def _quiet_kernel():
    """The kernel of this Python, without its debugger's warning about frozen modules."""
    wanted = {"PYDEVD_DISABLE_FILE_VALIDATION": "1", "JUPYTER_PREFER_ENV_PATH": "1"}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _write_record(run_dir: Path, record: dict, status: str, **more) -> None:
    record = {**record, "status": status, **more}
    if status != "running":
        record["finished"] = datetime.now(UTC).isoformat(timespec="seconds")
    write_text(run_dir / RECORD, json.dumps(record, indent=2, ensure_ascii=False) + "\n")


def _versions() -> dict:
    versions = {"python": sys.version.split()[0]}
    for name in RECORDED_VERSIONS:
        with contextlib.suppress(metadata.PackageNotFoundError):
            versions[name] = metadata.version(name)
    return versions


def _digest(content) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _first_line(error) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
