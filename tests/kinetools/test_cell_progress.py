"""Progress is a ticking bar in a terminal and plain lines in a log."""

import os
import pty
import subprocess
import sys
import termios
from pathlib import Path

from kinetools import cell_progress

ROOT = Path(__file__).parents[2]
SCRIPT = """
import sys, time
sys.path.insert(0, sys.argv[1])
from kinetools.cell_progress import cell_progress
with cell_progress(4, "tiny") as advance:
    advance(1)
    time.sleep(2.5)
    advance(3)
"""


def test_a_log_gets_lines_with_the_time_left(monkeypatch, capsys):
    monkeypatch.setattr(cell_progress, "LINE_EVERY", 0)
    with cell_progress.cell_progress(4, "tiny") as advance:
        advance(1)
        advance(2)
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "tiny: 1 of 4 cells, 0 s so far, about 0 s left",
        "tiny: 3 of 4 cells, 0 s so far, about 0 s left",
    ]


def test_nothing_is_printed_when_not_wanted(capsys):
    with cell_progress.cell_progress(4, "tiny", progress=False) as advance:
        advance(4)
    assert capsys.readouterr() == ("", "")


def test_a_terminal_gets_a_bar_that_ticks_while_a_cell_runs():
    outer, inner = pty.openpty()
    termios.tcsetwinsize(inner, (30, 100))
    process = subprocess.Popen([sys.executable, "-c", SCRIPT, str(ROOT)], stderr=inner)
    assert process.wait(timeout=60) == 0
    os.close(inner)
    states = os.read(outer, 100_000).decode().split("\r")
    os.close(outer)
    waiting = [state for state in states if "1 of 4 cells" in state]
    assert len({state.partition("cells, ")[2] for state in waiting}) >= 2
    assert "█" in waiting[-1]
