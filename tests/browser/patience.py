"""How long browser tests wait for what must come: long, since other tests may run beside them."""

import time

PATIENCE = 90  # seconds


def eventually(ask, expected) -> None:
    """Wait until ask() equals what is expected."""
    end = time.monotonic() + PATIENCE
    while (found := ask()) != expected:
        assert time.monotonic() < end, f"{found!r}, not {expected!r}"
        time.sleep(0.03)
