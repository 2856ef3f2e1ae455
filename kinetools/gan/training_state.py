"""The state of a training on disk: every number that changes, so that a resumed run is the unbroken one."""

import json
import zipfile
from pathlib import Path

import numpy as np

from ..data import one_line
from ..errors import InputError
from ..store import replacing

FILE = "state.npz"


def save_state(run_dir, variables: dict, progress: dict) -> None:
    """Write variables (name → list of Keras or TensorFlow variables) and counters atomically."""
    arrays = {
        f"{name}/{i:04d}": variable.numpy()
        for name, group in variables.items()
        for i, variable in enumerate(group)
    }
    arrays["progress"] = np.array(json.dumps(progress))
    with replacing(Path(run_dir) / FILE) as temporary, open(temporary, "wb") as file:
        np.savez(file, **arrays)


def load_state(run_dir, variables: dict) -> dict | None:
    """Put a saved state into variables and return its counters; None where nothing was saved yet.

    Raises InputError for a damaged file, and for one of other networks.
    """
    path = Path(run_dir) / FILE
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        progress = json.loads(str(arrays.pop("progress")[()]))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(
            f"{path}: the training state is damaged ({one_line(error)}); delete it to train anew from "
            "the start, the checkpoints stay usable."
        ) from error
    names = {f"{n}/{i:04d}": v for n, group in variables.items() for i, v in enumerate(group)}
    shapes = {name: tuple(v.shape) for name, v in names.items()}
    if shapes != {name: a.shape for name, a in arrays.items()}:
        raise InputError(
            f"{path}: belongs to networks of other shapes; use another run_dir, or the settings that "
            "the run was begun with."
        )
    for name, variable in names.items():
        variable.assign(arrays[name])
    return progress
