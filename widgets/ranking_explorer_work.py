"""Work in the background of a page: at most one piece of it, and a newer one takes its place."""

import threading
import time

DRAW_EVERY = 0.2  # seconds


class Stopped(Exception):
    """The work is no longer wanted."""


class Work:
    """Runs a task in a thread; task(wanted) shall end soon when wanted() turns false."""

    def __init__(self):
        self._thread, self._stop = None, threading.Event()

    def start(self, task) -> None:
        """Stop what runs, and begin."""
        self.stop()
        stop = self._stop = threading.Event()
        self._thread = threading.Thread(target=task, args=(lambda: not stop.is_set(),), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Make the present work unwanted; nobody waits for it."""
        self._stop.set()

    def wait(self) -> None:
        """Wait until there is nothing more to do."""
        thread = self._thread
        while thread is not None:
            thread.join()
            thread, former = self._thread, thread
            if thread is former:
                return


class Pause:
    """Tells whether it is time to draw again."""

    def __init__(self):
        self._next = time.monotonic() + DRAW_EVERY

    @property
    def over(self) -> bool:
        """Whether it is; if so, the next pause begins."""
        if time.monotonic() < self._next:
            return False
        self._next = time.monotonic() + DRAW_EVERY
        return True
