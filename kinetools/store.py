"""Reading and writing files so that a reader sees either all of one or nothing of it.

Datasets are NetCDF-4 (HDF5). Variables of class names (attribute `classes`) are strings in memory and
small integers with CF `flag_meanings` on disk. Nothing is ever pickled.
"""

import contextlib
import errno
import json
import os
import shutil
from pathlib import Path

import numpy as np

from .errors import InputError


def file_to_write(path) -> Path:
    """The path of a file that may be written, or an InputError."""
    if not isinstance(path, (str, os.PathLike)) or not Path(path).name:
        raise InputError(f"path must name the file to write, found {path!r}.")
    if Path(path).is_dir():
        raise InputError(f"{path}: is a folder; name a file in it.")
    return Path(path)


@contextlib.contextmanager
def replacing(path):
    """A temporary path beside `path` that takes its place when the block ends well."""
    path = file_to_write(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        yield temporary
        sync(temporary)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def check_room(path, n_bytes: int) -> None:
    """Raise OSError where the disk has less than `n_bytes` free (HDF5 may crash when it fills up)."""
    folder = Path(path).absolute().parent
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if n_bytes > free:
        raise OSError(
            errno.ENOSPC,
            f"needs {n_bytes / 1e9:.3g} GB, but only {free / 1e9:.3g} GB are free; make room or choose "
            "another disk",
            str(path),
        )


def sync(path) -> None:
    """Make sure that a file's content has reached the disk."""
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


def write_text(path, text: str) -> Path:
    """Write a text file atomically."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return Path(path)


def save_dataset(dataset, path) -> Path:
    """Write an `xarray.Dataset` atomically as NetCDF-4."""
    check_room(path, dataset.nbytes)
    with replacing(path) as temporary:
        encode(dataset).to_netcdf(temporary, engine="h5netcdf")
    return Path(path)


def open_dataset(path, kind: str):
    """Open a NetCDF-4 file lazily, checked to be a whole file that says it is a `kind`.

    Raises InputError for a file that is missing, truncated, not NetCDF-4, or of another kind.
    """
    import xarray

    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: no such file; check the path.")
    try:
        dataset = xarray.open_dataset(path, engine="h5netcdf")
    except Exception as error:  # HDF5 reports damage in many types
        raise InputError(
            f"{path}: cannot be read as NetCDF-4, it is truncated or of another format "
            f"({_first_line(error)}); copy or make it again."
        ) from error
    if dataset.attrs.get("format") != f"kinetools {kind}":
        found = dataset.attrs.get("format", "no format attribute")
        dataset.close()
        raise InputError(
            f"{path}: expected a file of {kind}, found {found!r}; choose another file."
        )
    try:
        return decode(dataset)
    except (ValueError, IndexError, OSError) as error:
        dataset.close()
        raise InputError(
            f"{path}: a variable of class names is damaged ({_first_line(error)}); copy or make "
            "the file again."
        ) from error


def encode(dataset):
    """Class names → integers with CF flag attributes."""
    for name, variable in dataset.variables.items():
        if "classes" in variable.attrs:
            classes = json.loads(variable.attrs["classes"])
            codes = np.full(variable.shape, -1, np.int8)
            for code, word in enumerate(classes):
                codes[variable.values == word] = code
            if (codes < 0).any():
                odd = variable.values[codes < 0].flat[0]
                raise InputError(
                    f"variable {name!r} holds the class {odd!r}, but its classes are "
                    f"{', '.join(classes)}; use one of them."
                )
            dataset = dataset.assign({name: (variable.dims, codes, flag_attrs(variable.attrs))})
    return dataset


def flag_attrs(attrs: dict) -> dict:
    """CF attributes of an integer variable that stands for class names."""
    classes = json.loads(attrs["classes"])
    return attrs | {
        "flag_values": np.arange(len(classes), dtype=np.int8),
        "flag_meanings": " ".join(c.replace(" ", "_") for c in classes),
    }


def decode(dataset):
    """Integers with CF flag attributes → class names."""
    for name, variable in dataset.variables.items():
        if "classes" in variable.attrs:
            classes = np.array(json.loads(variable.attrs["classes"]))
            if (variable.values < 0).any():
                raise IndexError(f"{name} holds a negative class")
            attrs = {k: v for k, v in variable.attrs.items() if not k.startswith("flag_")}
            dataset = dataset.assign({name: (variable.dims, classes[variable.values], attrs)})
    return dataset


def _first_line(error) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
