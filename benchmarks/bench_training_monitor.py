"""What does a TrainingMonitor cost the training that it follows, in the same kernel?

The default preset is trained with and without a monitor, in turns: the time of each, and how long the
monitor's thread has worked. What the browser does is not in it. The limit is 2 %.
"""

import asyncio
import json
import tempfile
import time
from pathlib import Path

from common import table

import kinetools as kt
from widgets import TrainingMonitor

SETS, EPOCHS, TURNS = 20_000, 12, 3


def train(sets, folder, watched):
    """Seconds from a training's start to its end, and those that the monitor has worked."""
    worked = time.thread_time()
    training = kt.start_gan_training(sets, "residual", 1, folder, epochs=EPOCHS)
    if watched:
        monitor = TrainingMonitor(training)

        async def cell():
            monitor.view.follow()
            await monitor.done()

        asyncio.run(cell())
    else:
        training.wait()
    # Its own clock: `done` looks only now and then whether the training has ended.
    lines = (folder / "events.jsonl").read_text("utf-8").splitlines()
    events = {event["event"]: event["time"] for event in map(json.loads, lines)}
    return events["finished"] - events["started"], time.thread_time() - worked


def main():
    model, state = kt.load_kinetic_model("ecoli"), kt.load_steady_state("ecoli", physiology=1)
    sets = kt.sample_parameters(model, state, SETS, seed=1, progress=False)
    sets = kt.label_parameters(model, state, sets, progress=False)
    times = {True: [], False: []}
    with tempfile.TemporaryDirectory() as folder:
        train(sets, Path(folder) / "compiles", False)
        for turn in range(TURNS):
            for watched in times:
                times[watched].append(train(sets, Path(folder) / f"{turn}{watched}", watched))
    alone = min(seconds for seconds, _ in times[False])
    watched, _ = min(times[True])
    base = min(work for _, work in times[False])
    work = min(work for _, work in times[True]) - base
    table(
        f"TrainingMonitor beside {EPOCHS} epochs of the default preset",
        [
            ("training alone", f"{alone:.1f} s", f"fastest of {TURNS}"),
            ("with a monitor", f"{watched:.1f} s", f"{100 * (watched / alone - 1):+.1f} %"),
            ("the monitor's thread", f"{work:.2f} s", f"{100 * work / watched:.1f} % of a core"),
        ],
    )


if __name__ == "__main__":
    main()
