"""Work in chunks: order, bounded memory, interruptions, progress."""

import threading
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinetools import run
from kinetools.errors import InputError
from kinetools.run import chunks, map_chunks, reporting, worker_count


@given(st.integers(0, 10_000), st.integers(1, 3000))
def test_chunks_cover_everything_once(total, size):
    pieces = chunks(total, size)
    assert [i for start, stop in pieces for i in range(start, stop)] == list(range(total))
    assert all(0 < stop - start <= size for start, stop in pieces)


@pytest.mark.parametrize("workers", [1, 2, 5, None])
def test_every_result_comes_once_with_its_position(workers):
    results = dict(map_chunks(lambda x: x * x, ((i,) for i in range(50)), workers=workers))
    assert results == {i: i * i for i in range(50)}


def test_nothing_to_do_gives_nothing():
    assert list(map_chunks(abs, [])) == []


def test_only_a_few_chunks_are_in_memory_at_a_time():
    made, taken, most = 0, 0, 0

    def arguments():
        nonlocal made
        for i in range(100):
            made += 1
            yield (i,)

    for _ in map_chunks(lambda x: x, arguments(), workers=2):
        taken += 1
        most = max(most, made - taken)
        time.sleep(0.001)  # the consumer is slower than the workers
    assert taken == 100
    assert most <= 2 + 2


def test_chunks_run_at_the_same_time():
    meeting = threading.Barrier(2, timeout=30)
    assert sorted(map_chunks(lambda x: meeting.wait() >= 0, [(0,), (1,)], workers=2)) == [
        (0, True),
        (1, True),
    ]


def test_an_error_stops_the_work_and_is_raised_unchanged():
    started = []

    def work(x):
        started.append(x)
        if x == 3:
            raise ZeroDivisionError("chunk 3")
        return x

    with pytest.raises(ZeroDivisionError, match="chunk 3"):
        list(map_chunks(work, ((i,) for i in range(1000)), workers=2))
    assert len(started) < 20


def test_an_error_among_the_arguments_is_raised_too():
    def arguments():
        yield (1,)
        raise InputError("set 7 is wrong.")

    with pytest.raises(InputError, match="set 7"):
        list(map_chunks(abs, arguments(), workers=2))


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_an_interruption_by_the_consumer_ends_all_threads(error):
    before, started = threading.active_count(), []

    def work(x):
        started.append(x)
        return x

    with pytest.raises(error):
        for _ in map_chunks(work, ((i,) for i in range(1000)), workers=3):
            raise error
    assert threading.active_count() == before
    assert len(started) < 20


def test_numpy_runs_on_one_thread_for_each_worker():
    from threadpoolctl import threadpool_info

    def threads(_):
        np.ones((5, 5)) @ np.ones((5, 5))
        return max(lib["num_threads"] for lib in threadpool_info() if lib["user_api"] == "blas")

    before = threads(0)
    assert set(dict(map_chunks(threads, [(0,)] * 4, workers=2)).values()) == {1}
    assert threads(0) == before


def test_worker_counts():
    assert worker_count(None) == run.available_cores() >= 1
    assert worker_count(np.int64(3)) == 3
    for wrong in (0, -1, 1.5, "2", True):
        with pytest.raises(InputError, match="workers must be a whole number of at least 1"):
            worker_count(wrong)


# Progress


def test_a_function_hears_how_far_the_work_is():
    heard = []
    with reporting(10, "sampling", "sets", lambda *a: heard.append(a)) as advance:
        for n in (1, 4, 5):
            advance(n)
    assert heard == [(1, 10), (5, 10), (10, 10)]


def test_what_an_earlier_run_did_counts_as_done_but_not_for_the_time_left(capsys, monkeypatch):
    heard = []
    with reporting(100, "sampling", "sets", lambda *a: heard.append(a), 90) as advance:
        advance(5)
    assert heard == [(90, 100), (95, 100)]
    monkeypatch.setattr(run, "LINE_EVERY", 0.0)
    monkeypatch.delitem(run.sys.modules, "ipykernel", raising=False)
    clock = iter([0.0, 10.0])
    monkeypatch.setattr(run.time, "monotonic", lambda: next(clock))
    with reporting(100, "sampling", "sets", True, 90) as advance:
        advance(5)
    assert capsys.readouterr().err == "sampling: 95 of 100 sets, 10 s left\n"


def test_no_progress_is_silent(capfd):
    with reporting(10, "sampling", "sets", False) as advance:
        advance(10)
    assert capfd.readouterr() == ("", "")


def test_a_log_gets_plain_lines_with_the_time_left(capsys, monkeypatch):
    monkeypatch.setattr(run, "LINE_EVERY", 0.0)
    monkeypatch.delitem(run.sys.modules, "ipykernel", raising=False)
    with reporting(10, "sampling", "sets") as advance:
        advance(4)
        advance(6)
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(",")[0] for line in lines[-2:]] == [
        "sampling: 4 of 10 sets",
        "sampling: 10 of 10 sets",
    ]
    assert all(line.endswith("s left") for line in lines)


def test_short_work_in_a_log_is_silent(capsys, monkeypatch):
    monkeypatch.delitem(run.sys.modules, "ipykernel", raising=False)
    with reporting(10, "sampling", "sets") as advance:
        advance(10)
    assert capsys.readouterr().err == ""


def test_a_terminal_gets_a_bar(monkeypatch, capsys):
    monkeypatch.setattr(run.sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(run, "SHOW_AFTER", 0)
    with reporting(10, "sampling", "sets") as advance:
        advance(10)
    shown = capsys.readouterr().err
    assert "sampling" in shown
    assert "10/10" in shown
