"""Progress of a notebook's cells: a bar that ticks while a long cell runs, or lines in a log."""

import sys
import threading
import time
from contextlib import contextmanager

from .run import LINE_EVERY, reporting

BAR = "      {bar:24} {n_fmt} of {total_fmt} cells, {elapsed} so far, about {remaining} left"


@contextmanager
def cell_progress(total: int, name: str, progress=True):
    """Report on `total` cells; gives a function to call with the number newly done.

    progress: True draws a bar in a terminal and writes lines anywhere else; False and a callable
    are as in `kinetools.run.reporting`.
    """
    if progress is not True:
        report = reporting(total, name, "cells", progress)
    elif sys.stderr.isatty():
        report = _bar(total)
    else:
        report = _lines(total, name)
    with report as advance:
        yield advance


@contextmanager
def _bar(total):
    from tqdm import tqdm

    ended = threading.Event()
    with tqdm(total=total, bar_format=BAR, smoothing=0, leave=False) as bar:

        def tick():
            while not ended.wait(1):
                bar.refresh()

        ticking = threading.Thread(target=tick, daemon=True)
        ticking.start()
        try:
            yield bar.update
        finally:
            ended.set()
            ticking.join()


@contextmanager
def _lines(total, name):
    done, started = 0, time.monotonic()
    last = started

    def advance(number):
        nonlocal done, last
        done += number
        now = time.monotonic()
        if now - last >= LINE_EVERY:
            last = now
            spent = now - started
            left = spent / done * (total - done)
            print(
                f"{name}: {done} of {total} cells, {spent:.0f} s so far, about {left:.0f} s left",
                file=sys.stderr,
                flush=True,
            )

    yield advance
