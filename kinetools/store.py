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

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

from .errors import InputError


@contextlib.contextmanager
def replacing(path):
    """A temporary path beside `path` that takes its place when the block ends well."""
    path = Path(path)
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


class StreamingDataset:
    """A NetCDF-4 file written in chunks along its first dimension, resumable after a kill.

    The file is laid out in full at the start (contiguous variables at fixed offsets) under
    `<path>.partial`; chunks are then plain writes that never touch HDF5's own structures, so a kill
    cannot corrupt it. `<path>.progress` lists the job and the chunks that are safely on disk; it is
    locked while a process works on the file.
    """

    def __init__(self, path, small, large: dict, job: dict):
        """path: final file; small: Dataset with everything that is known at the start;
        large: name → (dims, shape, dtype, attrs); job: JSON-able identity of the work."""
        self.path = Path(path)
        self._partial = self.path.with_name(self.path.name + ".partial")
        self._progress = self.path.with_name(self.path.name + ".progress")
        self._large = large
        self._job = job
        if not (self._progress.is_file() and self._partial.is_file()):
            sizes = [
                np.prod(shape, dtype=float) * dtype.itemsize
                for _, shape, dtype, _ in large.values()
            ]
            check_room(path, small.nbytes + sum(sizes))
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._record = _open_alone(self._progress)
        try:
            if self.path.exists():
                raise InputError(f"{path}: was made by another process just now; open it.")
            self.done = self._resume()
        except BaseException:
            empty = os.fstat(self._record.fileno()).st_size == 0
            self._record.close()
            if empty:
                self._progress.unlink(missing_ok=True)
            raise
        self._fresh = self.done is None
        if self._fresh:
            try:
                self._record.truncate(0)
                self._lay_out(small)
                self._record.write((json.dumps(job) + "\n").encode())
            except BaseException:
                self._remove()
                raise
            self.done = set()
        self._offsets = self._find_offsets()
        # Unbuffered, so that nothing is left to write when it is closed after an error.
        self._file = open(self._partial, "rb+", buffering=0)  # noqa: SIM115 (lives with the object)

    def _resume(self):
        """Chunks that an interrupted run of the same job left; None where there are none to go on from."""
        self._record.seek(0)
        content = self._record.read()
        *lines, torn = content.split(b"\n")
        if not lines or not self._partial.is_file():
            return None  # new, or killed before the first line was complete
        try:
            job = json.loads(lines[0])
            differing = [k for k in self._job if job.get(k) != self._job[k]]
        except (ValueError, AttributeError):
            job, differing = None, []
        if job != self._job:
            raise InputError(
                f"{self._partial}: belongs to an unfinished run with another "
                f"{(differing or ['purpose'])[0]}; finish that run, delete the file, or choose "
                "another path."
            )
        if not self._whole():
            return None
        if torn:  # a number may lack digits; a later line must not continue it
            self._record.truncate(len(content) - len(torn))
        return {int(line) for line in lines[1:] if line.isdigit()}

    def _whole(self) -> bool:
        """Whether the partial file has kept its layout and its length."""
        try:
            offsets = self._find_offsets()
        except (OSError, KeyError):
            return False
        ends = [
            offsets[name] + int(np.prod(shape)) * np.dtype(dtype).itemsize
            for name, (_, shape, dtype, _) in self._large.items()
        ]
        return self._partial.stat().st_size >= max(ends)

    def _lay_out(self, small):
        import h5netcdf

        encode(small).to_netcdf(self._partial, engine="h5netcdf")
        with h5netcdf.File(self._partial, "r+") as file:
            for name, (dims, shape, dtype, attrs) in self._large.items():
                for dim, length in zip(dims, shape, strict=True):
                    if dim not in file.dimensions:
                        file.dimensions[dim] = length
                variable = file.create_variable(name, dims, dtype)
                for key, value in attrs.items():
                    variable.attrs[key] = value
                variable[tuple(n - 1 for n in shape)] = 0  # makes HDF5 allocate the storage
        sync(self._partial)

    def _find_offsets(self):
        import h5py

        with h5py.File(self._partial, "r") as file:
            offsets = {name: file[name].id.get_offset() for name in self._large}
        return offsets

    def write(self, chunk: int, start: int, values: dict) -> None:
        """Put arrays at rows `start`… and record that chunk number `chunk` is safe."""
        for name, array in values.items():
            _, shape, dtype, _ = self._large[name]
            row = int(np.prod(shape[1:], dtype=int)) * np.dtype(dtype).itemsize
            self._put(self._offsets[name] + start * row, np.ascontiguousarray(array, dtype))
        try:
            os.fsync(self._file.fileno())
            self._record.write(f"{chunk}\n".encode())
        except OSError as error:
            raise self._cannot_write(error) from error
        self.done.add(chunk)

    def _put(self, position: int, array) -> None:
        data = memoryview(array).cast("B")
        self._file.seek(position)
        try:
            while data:  # an unbuffered write may take less than all
                data = data[self._file.write(data) :]
        except OSError as error:
            raise self._cannot_write(error) from error

    def _cannot_write(self, error) -> OSError:
        return OSError(
            error.errno,
            f"{os.strerror(error.errno or 0)}; what is computed so far is kept: make room and repeat "
            "the same call to go on",
            str(self._partial),
        )

    def finish(self) -> Path:
        """Give the complete file its name."""
        self._file.close()
        os.replace(self._partial, self.path)
        self._remove()
        return self.path

    def close(self) -> None:
        """Leave the work for later."""
        self._file.close()
        self._record.close()

    def discard(self) -> None:
        """Leave nothing behind of a job that this object began, since its input turned out bad."""
        self._file.close()
        if self._fresh:
            self._remove()
        self._record.close()

    def _remove(self):
        self._partial.unlink(missing_ok=True)
        if fcntl is None:  # Windows removes no open files
            self._record.close()
        self._progress.unlink(missing_ok=True)
        self._record.close()


def _open_alone(path: Path):
    """A file opened for appending that no other process (or other call here) has open in this way."""
    while True:
        file = open(path, "ab+", buffering=0)  # noqa: SIM115 (its owner closes it)
        if fcntl is None:
            return file
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise InputError(
                f"{path}: another process is working on this file; wait for it or choose another path."
            ) from None
        except OSError:  # a file system without locks
            return file
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file.fileno()), os.stat(path)):
                return file
        file.close()  # removed by its owner between opening and locking
