"""When a monitor looks and when it draws: seldom enough to cost a training next to nothing."""

import asyncio
import time
from contextlib import contextmanager

SHARE = 1 / 100  # of the time, for drawing


class Pace:
    """Lets something happen at most once in `every` seconds, and for at most a share of the time.

    clock, work: seconds that pass, and seconds that this thread has worked.
    """

    def __init__(self, every: float, clock=time.monotonic, work=time.thread_time):
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
            pause = max(self._every, (self._work() - started) / SHARE)
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
