"""How does the time to convergence grow with the network? Toy, core, communities of cores, genome scale.

    python benchmarks/study_scaling.py [network ...] [--minutes 15]

Networks: toy, core, 2 4 8 16 … (as many cells with the core network that share CO2), genome (its network
of 695 reactions). A run lasts until all fluxes have R-hat ≤ 1.01 and 400 effective draws, or for so many
minutes; what has been measured stays in benchmarks/finished/scaling.csv. The paper's line: 65 881
simulations for each reaction that varies + 1 174 530 until 80 % of them have R-hat ≤ 1.1.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from common import table
from communities import community

import kinetools as kt
from kinetools.flux.tempering import STEPS

FILE = Path(__file__).parent / "finished" / "scaling.csv"
NETWORKS = ("toy", "core", "2", "4", "8", "16", "genome")
WORKSHOP = {"toy": ("toy", "toy"), "core": ("toya_core", "toya2010_wt5h")}
PUBLISHED = 65_881, 1_174_530


def load(name):
    """FluxModel and Measurements of one of the networks."""
    if name.isdigit():
        return community(int(name))
    network, data = (WORKSHOP | {"genome": ("ecoli_genome", "toya2010_wt5h")})[name]
    return kt.load_flux_model(network), kt.load_measurements(data)


def measured(name, minutes):
    """One row: size, and when which criterion was met."""
    network, data = load(name)
    with tempfile.TemporaryDirectory() as folder:
        began = time.time()
        idata = kt.sample_fluxes(
            network, data, draws=400, minutes=minutes, run_dir=Path(folder) / "run", progress=False
        )
        seconds = time.time() - began
        lines = (Path(folder) / "run" / "events.jsonl").read_text("utf-8").splitlines()
    events = [e for e in map(json.loads, lines) if e["event"] == "progress"]
    attrs = idata.posterior.attrs
    temperatures = len(json.loads(attrs["beta"]))
    # Of a sweep: half of the most leapfrog steps on average, each one simulation with its gradient.
    simulations = idata.posterior.sizes["chain"] * temperatures * (STEPS + 1) / 2
    first = next((e for e in events if e["published_share"] >= 0.8), None)
    return {
        "network": name,
        "varying net fluxes": int(idata.constant_data.varies.sum()),
        "temperatures": temperatures,
        "converged": attrs["converged"],
        "seconds": seconds,
        "sweeps": attrs["steps"],
        "seconds a sweep": (events[-1]["time"] - events[0]["time"])
        / max(1, events[-1]["steps"] - events[0]["steps"]),
        "largest R-hat": attrs["max_r_hat"],
        "fewest effective draws": attrs["min_ess"],
        "seconds to the published criterion": np.nan if first is None else first["time"] - began,
        "simulations to the published criterion": np.nan
        if first is None
        else first["steps"] * simulations,
        "simulations": attrs["steps"] * simulations,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("networks", nargs="*", default=NETWORKS)
    parser.add_argument("--minutes", type=float, default=15)
    options = parser.parse_args()
    for name in options.networks:
        row = measured(name, options.minutes)
        done = (
            pd.read_csv(FILE, dtype={"network": str}).to_dict("records") if FILE.is_file() else []
        )
        done = [r for r in done if r["network"] != name] + [row]
        FILE.parent.mkdir(exist_ok=True)
        pd.DataFrame(done).sort_values("varying net fluxes").to_csv(
            FILE, index=False, float_format="%.5g"
        )
        slope, start = PUBLISHED
        line = slope * row["varying net fluxes"] + start
        table(
            f"{name}: {row['varying net fluxes']} net fluxes that vary",
            [
                ("until converged", f"{row['seconds']:.0f} s", f"{row['sweeps']} sweeps"),
                ("published criterion", f"{row['seconds to the published criterion']:.0f} s", ""),
                (
                    "simulations until then",
                    f"{row['simulations to the published criterion']:.3g}",
                    f"the paper's line: {line:.3g}",
                ),
            ],
        )


if __name__ == "__main__":
    main()
