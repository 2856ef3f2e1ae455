"""How long browser tests wait for what must come: long, since other tests may run beside them."""

import time

PATIENCE = 90  # seconds


def eventually(ask, expected) -> None:
    """Wait until ask() equals what is expected."""
    end = time.monotonic() + PATIENCE
    while (found := ask()) != expected:
        assert time.monotonic() < end, f"{found!r}, not {expected!r}"
        time.sleep(0.03)


def at_rest(ask):
    """What ask() gives, once it gives the same twice: where things are, when nothing moves any more."""
    end, seen = time.monotonic() + PATIENCE, None
    while (found := ask()) != seen:
        assert time.monotonic() < end, f"{found!r} was {seen!r}"
        seen = found
        time.sleep(0.3)
    return found
