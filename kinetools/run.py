"""Long work in chunks: progress with time left, on all cores or a Dask cluster, safe to interrupt."""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import wraps

from .data import whole_number
from .errors import InputError

LINE_EVERY = 10.0  # seconds between lines in a log
SHOW_AFTER = 1.0  # seconds of work that pass without a bar


@contextmanager
def reporting(total: int, description: str, unit: str, progress=True, already: int = 0):
    """Report progress of `total` units; gives a function to call with the number newly done.

    progress: True shows a bar with time left in terminals and notebooks and plain lines in logs;
    False shows nothing; a callable is called with (done, total) instead. already: units that an
    earlier run has done, which say nothing about the time left.
    """
    done = already
    if callable(progress):

        def advance(n):
            nonlocal done
            done += n
            progress(done, total)

        if already:
            advance(0)
        yield advance
    elif not progress:
        yield lambda n: None
    elif sys.stderr.isatty() or "ipykernel" in sys.modules:
        from tqdm import tqdm

        with tqdm(
            total=total, desc=description, unit=f" {unit}", delay=SHOW_AFTER, initial=already
        ) as bar:
            yield bar.update
    else:
        started = last = time.monotonic()

        def advance(n):
            nonlocal done, last
            done += n
            now = time.monotonic()
            if now - last > LINE_EVERY and done > already:
                last = now
                left = (now - started) / (done - already) * (total - done)
                print(
                    f"{description}: {done} of {total} {unit}, {left:.0f} s left", file=sys.stderr
                )

        yield advance


def chunks(total: int, size: int) -> list[tuple[int, int]]:
    """(start, stop) of consecutive chunks; they do not depend on the number of workers."""
    return [(start, min(start + size, total)) for start in range(0, total, size)]


def map_chunks(
    function: Callable,
    arguments: Iterable[tuple],
    *,
    workers: int | None = None,
    client=None,
) -> Iterator[tuple[int, object]]:
    """Yield (position, function(*arguments)) as results come in, a bounded number in flight.

    workers: threads (all cores by default; the functions here release the interpreter lock);
    client: a `dask.distributed.Client` to use instead. BLAS runs on one thread for each worker, so
    results are the same to the bit for any number of workers.
    """
    if client is not None:
        if not (hasattr(client, "submit") and hasattr(client, "nthreads")):
            raise InputError(
                f"client must be a dask.distributed.Client, found {type(client).__name__}."
            )
        yield from _map_dask(function, arguments, client)
        return
    workers = worker_count(workers)
    numbered = enumerate(arguments)
    with one_blas_thread(), ThreadPoolExecutor(workers) as pool:
        running = {}
        try:
            while True:
                while len(running) < workers + 1 and (item := next(numbered, None)) is not None:
                    running[pool.submit(function, *item[1])] = item[0]
                if not running:
                    return
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    yield running.pop(future), future.result()
        finally:
            for future in running:
                future.cancel()


def _map_dask(function, arguments, client):
    from dask.distributed import as_completed

    numbered = enumerate(arguments)
    limit = 2 * max(1, sum(client.nthreads().values()))
    positions = {}

    def submit():
        item = next(numbered, None)
        if item is not None:
            future = client.submit(single_threaded, function, *item[1], pure=False)
            positions[future.key] = item[0]
            return future
        return None

    finished = as_completed(filter(None, [submit() for _ in range(limit)]))
    for future in finished:
        yield positions.pop(future.key), future.result()
        following = submit()
        if following is not None:
            finished.add(following)


def single_threaded(function, *arguments):
    """Call a function with BLAS limited to one thread (on a cluster's workers)."""
    with one_blas_thread():
        return function(*arguments)


_blas = {"users": 0, "limits": None, "lock": threading.Lock()}


@contextmanager
def one_blas_thread():
    """BLAS has one thread while anybody is inside, in whatever thread; the last one out gives it back."""
    from threadpoolctl import threadpool_limits

    with _blas["lock"]:
        if not _blas["users"]:
            _blas["limits"] = threadpool_limits(1)
        _blas["users"] += 1
    try:
        yield
    finally:
        with _blas["lock"]:
            _blas["users"] -= 1
            if not _blas["users"]:
                _blas["limits"].restore_original_limits()


def on_one_thread(function):
    """The function with BLAS limited to one thread, for work on matrices of some hundred rows.

    A second thread gains nothing there, and beside other work every step waits for it: the centre of a
    genome-scale polytope took 84 s instead of 0.5 s.
    """

    @wraps(function)
    def limited(*arguments, **options):
        with one_blas_thread():
            return function(*arguments, **options)

    return limited


def worker_count(workers: int | None) -> int:
    """Number of threads to use: all cores for None. Raises InputError for what is no such number."""
    return available_cores() if workers is None else whole_number(workers, "workers", 1)


def available_cores() -> int:
    """Cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS, Windows
        return os.cpu_count() or 1
