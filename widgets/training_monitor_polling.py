"""When a monitor looks and when it draws: seldom enough to cost a training next to nothing."""

import asyncio
import sys
import time
from contextlib import contextmanager

SHARE = 1 / 50  # of the time of one core, for drawing
LONGEST = 5.0  # seconds that a picture may be behind


class Pace:
    """Lets something happen at most once in `every` seconds, and for at most a share of the time.

    every: seconds, or a function that tells them; clock, work: seconds that pass, and seconds that
    this thread has worked.
    """

    def __init__(self, every, clock=time.monotonic, work=time.thread_time):
        self._every, self._clock, self._work = every, clock, work
        self._next = -float("inf")

    @property
    def due(self) -> bool:
        """Whether it may happen now."""
        return self._clock() >= self._next

    @contextmanager
    def spent(self):
        """Around what happens: it is timed, and the next one waits accordingly."""
        started = self._work()
        try:
            yield
        finally:
            every = self._every() if callable(self._every) else self._every
            pause = max(every, min((self._work() - started) / SHARE, LONGEST))
            self._next = self._clock() + pause


class Poller:
    """Calls `look` again and again on the asyncio loop of the cell; look() returns seconds to wait.

    It ends when look returns None. The cell is not held up, and other cells run as usual.
    """

    def __init__(self, look):
        self._look, self._task = look, None

    @property
    def running(self) -> bool:
        """Whether there is a task at work."""
        return self._task is not None and not self._task.done()

    def start(self) -> None:
        """Begin, unless it runs already or there is no loop (in a plain Python shell)."""
        if self.running:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        self._task = loop.create_task(self._poll())

    def stop(self) -> None:
        """End the task."""
        if self._task is not None:
            self._task.cancel()

    async def _poll(self):
        while (wait := self._look()) is not None:
            await asyncio.sleep(wait)


_at_work = {}  # cell → poller of what it shows


def only_one_in_this_cell(poller: Poller) -> None:
    """End the poller of what this cell has shown before: its output is gone from the page."""
    ipython = sys.modules.get("IPython")
    kernel = getattr(ipython and ipython.get_ipython(), "kernel", None)
    request = (kernel.get_parent("shell") or {}) if kernel is not None else {}
    cell = request.get("metadata", {}).get("cellId")
    if cell is None:
        return
    message = request.get("header", {}).get("msg_id")  # one run of a cell may show several
    former, pollers = _at_work.get(cell, (message, []))
    if former != message:
        for other in pollers:
            if other is not poller:
                other.stop()
        pollers = []
    _at_work[cell] = message, [*pollers, poller]
