"""Datasets written chunk by chunk, resumable after a kill."""

import contextlib
import json
import os
from pathlib import Path

import numpy as np

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

from .errors import InputError
from .run import map_chunks, reporting
from .store import check_room, encode, file_to_write, sync


def fill(target, pieces, function, arguments, keep, *, description, progress, workers, client):
    """Compute the chunks that a target still lacks, and write each as soon as it is there.

    target: StreamingDataset or InMemory; pieces: (start, stop) of each chunk; function: computes one
    chunk, on any worker; arguments: chunk number → the function's arguments; keep: (start, stop, result)
    → arrays by name. Bad input met on the way leaves nothing behind; an interruption leaves what is done.
    """
    todo = [i for i in range(len(pieces)) if i not in target.done]
    total = pieces[-1][1] if pieces else 0
    already = total - sum(pieces[i][1] - pieces[i][0] for i in todo)
    given = (arguments(i) for i in todo)
    try:
        with reporting(total, description, "sets", progress, already) as advance:
            for k, result in map_chunks(function, given, workers=workers, client=client):
                start, stop = pieces[todo[k]]
                target.write(todo[k], start, keep(start, stop, result))
                advance(stop - start)
    except InputError:
        target.discard()
        raise
    finally:
        target.close()


class InMemory:
    """Arrays that are filled in the manner of a StreamingDataset."""

    def __init__(self, large: dict):
        """large: name → (dims, shape, dtype, attrs)."""
        self.arrays = {name: np.empty(shape, dtype) for name, (_, shape, dtype, _) in large.items()}
        self.done = frozenset()

    def write(self, chunk: int, start: int, values: dict) -> None:
        """Put arrays at rows `start`…"""
        for name, array in values.items():
            self.arrays[name][start : start + len(array)] = array

    def close(self) -> None:
        """Nothing to close."""

    def discard(self) -> None:
        """Nothing to remove."""


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
        self.path = file_to_write(path)
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
        self._record = open_alone(self._progress)
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


def open_alone(path: Path):
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
