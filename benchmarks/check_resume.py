"""A genome-scale sampling that is killed goes on to the same draws: python benchmarks/check_resume.py

One run is left alone, the other is killed (SIGKILL) while it warms up, right after that, and while it
samples, and called again each time.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import kinetools as kt

RUN = """
import sys
import kinetools as kt
kt.sample_fluxes(
    kt.load_flux_model("ecoli_genome"), kt.load_measurements("toya2010_wt5h"), draws=200, max_steps=1500,
    ess=1e6, minutes=None, run_dir=sys.argv[1], progress=False,
)
"""
# What must be there before each kill: the state, words among the events, a look at the draws.
MOMENTS = ("state.npz", '"warmed up"', '"progress"')


def start(folder):
    return subprocess.Popen([sys.executable, "-c", RUN, str(folder)])


def reached(folder, moment) -> bool:
    events = folder / "events.jsonl"
    if moment == "state.npz":
        return (folder / moment).is_file()
    return events.is_file() and moment in events.read_text("utf-8")


def main():
    with tempfile.TemporaryDirectory() as folder:
        alone, killed = Path(folder) / "alone", Path(folder) / "killed"
        start(alone).wait()
        for moment in MOMENTS:
            process = start(killed)
            while not reached(killed, moment) and process.poll() is None:
                time.sleep(0.1)
            print(f"killed at {moment}" if process.poll() is None else f"over before {moment}")
            process.kill()
            process.wait()
        finished = (killed / "posterior.nc").is_file()
        start(killed).wait()
        draws = [kt.load_posterior(run).posterior.net_flux.values for run in (alone, killed)]
    print(f"killed {'after' if finished else 'before'} its end; {draws[0].shape} draws")
    print("the same draws" if np.array_equal(*draws) else "DIFFERENT draws")


if __name__ == "__main__":
    main()
