"""How does the time to convergence grow with the network? Toy, core, communities of cores, genome scale.

    python benchmarks/study_scaling.py [network ...] [--minutes 15] [--pace]

Networks: toy, core, 2 4 8 16 … (as many cells with the core network that share CO2), genome (its network
of 695 reactions), unpruned (with all that can carry flux, 1651 reactions). A run lasts until all fluxes
have R-hat ≤ 1.01 and 400 effective draws, or ends with the first look after so many minutes; --pace only
takes the time of a sweep. What has been measured stays in benchmarks/finished/scaling.csv; lines through
it are continued to 80 000 reactions. The paper's line: 65 881 simulations for each reaction that varies
+ 1 174 530 until 80 % of them have R-hat ≤ 1.1.
"""

import argparse
import json
import shutil
import time
from pathlib import Path

import numpy as np
import pandas as pd
from common import table
from communities import community
from unpruned import unpruned

import kinetools as kt
from kinetools.flux.exchange import labelling_exchange
from kinetools.flux.tempering import (
    ANNEALING,
    ANNEALING_SWEEPS,
    SETTLING,
    STEPS,
    TUNING,
    TemperedChains,
)
from kinetools.flux.uniform import prior_coordinates, sample_prior
from kinetools.run import on_one_thread, worker_count

ROOT = Path(__file__).parents[1]
FILE = ROOT / "benchmarks" / "finished" / "scaling.csv"
RUNS = ROOT / "results" / "scaling"
NETWORKS = ("toy", "core", "2", "4", "8", "16", "genome")
GENOME = "ecoli_genome", "toya2010_wt5h"
SWEEPS = 4  # that are timed
FEWEST_REACTIONS = 50  # in the networks through which lines are laid: not the toy
PUBLISHED_LARGEST = 80_000
WARM = ANNEALING * ANNEALING_SWEEPS + sum(TUNING) + SETTLING  # sweeps before the first draw
WORKSHOP = {"toy": ("toy", "toy"), "core": ("toya_core", "toya2010_wt5h")}
PUBLISHED = 65_881, 1_174_530


def load(name):
    """FluxModel and Measurements of one of the networks."""
    if name.isdigit():
        return community(int(name))
    network, data = (WORKSHOP | {"genome": GENOME, "unpruned": GENOME})[name]
    network = unpruned() if name == "unpruned" else kt.load_flux_model(network)
    return network, kt.load_measurements(data)


def flux_space(network, data):
    """The space that the default sampler walks through."""
    density = kt.LabellingLikelihood(network, data)
    exchange = labelling_exchange(network, density.simulators)
    return kt.FluxSpace.of(network, data, exchange=exchange), density


def measured(name, minutes):
    """One row: size, and when which criterion was met."""
    network, data = load(name)
    run = RUNS / name
    shutil.rmtree(run, ignore_errors=True)  # one in two parts could not be timed
    began, cpu = time.time(), time.process_time()
    idata = kt.sample_fluxes(network, data, draws=1000, minutes=minutes, run_dir=run)
    seconds, cpu = time.time() - began, time.process_time() - cpu
    lines = (run / "events.jsonl").read_text("utf-8").splitlines()
    events = [json.loads(line) for line in lines]
    (warm,) = (e["time"] for e in events if e["event"] == "warmed up")
    events = [e for e in events if e["event"] == "progress"]
    attrs = idata.posterior.attrs
    temperatures = len(json.loads(attrs["beta"]))
    pace = (events[-1]["time"] - warm) / attrs["steps"]
    # Of a sweep: half of the most leapfrog steps on average, each one simulation with its gradient.
    simulations = idata.posterior.sizes["chain"] * temperatures * (STEPS + 1) / 2
    first = next((e for e in events if e["published_share"] >= 0.8), None)
    return {
        "network": name,
        "varying net fluxes": int(idata.constant_data.varies.sum()),
        "dimensions": flux_space(network, data)[0].dimension,
        "temperatures": temperatures,
        "converged": attrs["converged"],
        "seconds": seconds,
        "processor seconds": cpu,
        "seconds before the first draw": warm - began,
        "sweeps": attrs["steps"],
        "processor seconds a sweep": pace * cpu / seconds,
        "largest R-hat": attrs["max_r_hat"],
        "fewest effective draws": attrs["min_ess"],
        "seconds to the published criterion": first and first["time"] - began,
        "simulations to the published criterion": first and (WARM + first["steps"]) * simulations,
        "simulations": (WARM + attrs["steps"]) * simulations,
    }


@on_one_thread
def paced(name):
    """One row: size, and the time of a sweep, of a run that is only begun."""
    network, data = load(name)
    space, density = flux_space(network, data)
    space, chains = space.rounded(), 4
    starts = np.full((chains, space.dimension), np.nan)
    # As many as a covariance needs, though not as independent as a sampling would have them.
    prior = sample_prior(space, 2 * space.dimension, thinning=space.dimension, seed=1)[0]
    space, prior = prior_coordinates(space, prior)
    tempered = TemperedChains(space, density, prior, starts, 1, worker_count(None))
    tempered.warm_up(0)
    tempered.sample(1, 1)
    cpu = time.process_time()
    tempered.sample(SWEEPS, 1)
    return {
        "network": name,
        "varying net fluxes": int(space.varies.sum()),
        "dimensions": space.dimension,
        "temperatures": len(tempered.betas),
        "converged": 0,
        "processor seconds a sweep": (time.process_time() - cpu) / SWEEPS,
    }


def powers(rows):
    """Processor seconds a sweep, and sweeps until convergence, as powers of how many reactions vary."""
    larger = rows[rows["varying net fluxes"] >= FEWEST_REACTIONS]
    found = {}
    for what, known in (
        ("processor seconds a sweep", larger),
        ("sweeps", larger[larger["converged"] == 1]),
    ):
        size, value = np.log(known["varying net fluxes"]), np.log(known[what])
        found[what] = np.polyfit(size, value, 1) if len(known) > 1 else np.full(2, np.nan)
    return found


def report(rows):
    """What has been measured so far, and where its lines lead."""
    lines = powers(rows)
    seconds = np.exp(sum(np.polyval(line, np.log(PUBLISHED_LARGEST)) for line in lines.values()))
    slope, start = PUBLISHED
    print(rows.to_string(index=False, float_format="{:.4g}".format))
    table(
        "Continued to 80 000 reactions that vary",
        [
            (f"{what} grow with the power", f"{power:.2f}", "of the reactions that vary")
            for what, (power, _) in lines.items()
        ]
        + [
            ("time to convergence there", f"{seconds / 3.156e7:.3g} years", "of one core"),
            ("the paper's line", f"{slope * PUBLISHED_LARGEST + start:.3g}", "simulations"),
        ],
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("networks", nargs="*", default=NETWORKS)
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--pace", action="store_true")
    options = parser.parse_args()
    for name in options.networks:
        row = paced(name) if options.pace else measured(name, options.minutes)
        done = pd.read_csv(FILE, dtype={"network": str}) if FILE.is_file() else pd.DataFrame()
        done = [r for r in done.to_dict("records") if r["network"] != name] + [row]
        rows = pd.DataFrame(done).sort_values("varying net fluxes")
        FILE.parent.mkdir(exist_ok=True)
        rows.to_csv(FILE, index=False, float_format="%.5g")
        report(rows)


if __name__ == "__main__":
    main()
