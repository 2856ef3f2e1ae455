"""The run directory of a sampling run: what it holds, so that a killed run goes on where it was.

parameters.json   settings and what the run was made from
events.jsonl      one JSON object a line: progress with R-hat and effective sample sizes
state.npz         chains and draws to go on from
posterior.nc      the result, once it is there
"""

import json
import os
import time
import zipfile
from pathlib import Path

import numpy as np

from ..data import find, one_line
from ..errors import InputError
from ..store import replacing, write_text
from .posterior import import_arviz


class SamplingRun:
    """A run directory, new or to be gone on with; path None keeps nothing."""

    def __init__(self, path, parameters: dict):
        self.path = run_folder(path)
        if self.path is None:
            return
        file = self.path / "parameters.json"
        if file.is_file():
            _compare(file, parameters)
        else:
            write_text(file, json.dumps(parameters, indent=1) + "\n")

    def event(self, kind: str, **values) -> None:
        """Add a line to the events."""
        if self.path is not None:
            line = json.dumps({"event": kind, "time": time.time(), **values})
            with open(self.path / "events.jsonl", "a", encoding="utf-8") as file:
                file.write(line + "\n")

    def save_state(self, arrays: dict) -> None:
        """Write the state atomically."""
        if self.path is not None:
            with replacing(self.path / "state.npz") as temporary, open(temporary, "wb") as file:
                np.savez(file, **arrays)

    def load_state(self) -> dict | None:
        """The state to go on from, or None; InputError for a damaged file."""
        file = None if self.path is None else self.path / "state.npz"
        if file is None or not file.is_file():
            return None
        try:
            with np.load(file, allow_pickle=False) as content:
                return {name: content[name] for name in content.files}
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise InputError(
                f"{file}: the state of the run is damaged ({one_line(error)}); delete it to sample anew."
            ) from error

    def save_result(self, idata) -> None:
        """Write the posterior atomically."""
        if self.path is not None:
            save_posterior(idata, self.path / "posterior.nc")

    def result(self):
        """The finished posterior, or None."""
        file = None if self.path is None else self.path / "posterior.nc"
        return load_posterior(file) if file is not None and file.is_file() else None


def run_folder(path) -> Path | None:
    """The folder of a run, made if it is not there yet; None for None, InputError for what can be none."""
    if path is None:
        return None
    try:
        if not isinstance(path, (str, os.PathLike)) or path == "":
            raise TypeError("it is no path")
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError, TypeError) as error:
        why = getattr(error, "strerror", None) or one_line(error)
        raise InputError(
            f"run_dir={str(path)[:100]!r}: cannot be a folder ({why}); give another path."
        ) from error
    return folder


def save_posterior(idata, path) -> Path:
    """Write an InferenceData atomically as NetCDF-4."""
    with replacing(path) as temporary:
        idata.to_netcdf(str(temporary), engine="h5netcdf")
    return Path(path)


def load_posterior(path):
    """An InferenceData that `save_posterior` or a run has written, or a bundled one.

    path: the file, the run directory, or the name of a bundled posterior ("toya_core_wt5h", …).
    Raises InputError for a file that is missing, damaged or holds no fluxes.
    """
    arviz = import_arviz()
    path = _posterior_file(path)
    try:
        idata = arviz.from_netcdf(str(path), engine="h5netcdf")
        idata.load()
    except Exception as error:  # HDF5 reports damage in many types
        raise InputError(
            f"{path}: cannot be read as a posterior ({one_line(error)}); copy or sample it again."
        ) from error
    if "posterior" not in idata or "net_flux" not in idata.posterior:
        raise InputError(f"{path}: holds no net fluxes; choose a file of sample_fluxes.")
    return idata


def _posterior_file(path) -> Path:
    if not isinstance(path, (str, os.PathLike)):
        raise InputError(
            f"expected the name or path of a posterior, found a {type(path).__name__}; give that of a file."
        )
    path = path if isinstance(path, str) else Path(path)
    try:
        is_folder = Path(path).is_dir()
    except OSError:  # a name that is too long
        is_folder = False
    if not is_folder:
        return find("flux/posteriors", path, ".nc")
    file = Path(path) / "posterior.nc"
    if not file.is_file():
        raise InputError(f"{file}: no such file; give the run_dir of a finished sample_fluxes.")
    return file


def _compare(file, parameters):
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        raise InputError(f"{file}: is no JSON; restore it or use another run_dir.") from None
    if isinstance(found, dict) and found.get("format") != parameters.get("format"):
        raise InputError(
            f"{file.parent}: was written by another version of kinetools; read a result in it with "
            "load_posterior, and use another run_dir for a new run."
        )
    for key, value in parameters.items():
        if not isinstance(found, dict) or found.get(key) != value:
            earlier = found.get(key) if isinstance(found, dict) else found
            raise InputError(
                f"{file.parent}: holds a run with {key} = {earlier!r}, not {value!r}; use another run_dir, "
                "or the settings that the run was begun with."
            )
