"""How many knock-outs a minute, by method, at core and genome scale, on two cores?

Each prediction is from another flux vector of the wild type. Beside ours: the same problems one after the
other by HiGHS (the quadratic program of MOMA, set up once, solved each time from the start) and by COBRApy
(relaxed ROOM, with δ = ε = 0 as there). The aim is 1000 a minute for MOMA and relaxed ROOM; processor time
counts where other work keeps the cores busy. ROOM itself is stopped at its time limit, with a gap.
"""

import argparse
import json
import time

import numpy as np
import pandas as pd
import xarray

import kinetools as kt
from kinetools.flux.linear_program import highs, linear_program

WORKERS = 2
NETWORKS = {"core": "toya_core", "genome": "ecoli_genome"}
KNOCK_OUTS = ("PYK", "PGI")
LONGEST = 60.0  # seconds that HiGHS may take for one quadratic program
HEAD = ("network", "without", "method", "samples", "wall s", "cpu s", "a minute", "result")
LINE = "{:8} {:7} {:13} {:>7} {:>8} {:>8} {:>9}  {}"


def clocks():
    """Wall and processor time so far, in seconds."""
    return np.array([time.perf_counter(), time.process_time()])


def wild_types(name, n):
    """A network, and steady states of its wild type."""
    network = kt.load_flux_model(NETWORKS[name])
    forward, reverse = kt.random_fluxes(network, kt.load_measurements("toya2010_wt5h"), n, seed=0)
    return network, forward - reverse


def posterior(network, fluxes):
    """Flux vectors (sample, reaction) in the layout of a posterior."""
    return xarray.Dataset(
        {"net_flux": (("chain", "draw", "reaction"), fluxes[None])},
        {"reaction": list(network.reactions)},
    )


def ours(network, wild_type, reaction, method, n, time_limit):
    """Wall and processor seconds, and in words what came of it."""
    begun = clocks()
    found = kt.predict_knockout(
        network,
        wild_type,
        [reaction],
        method=method,
        n_samples=n,
        time_limit=time_limit,
        workers=WORKERS,
        progress=False,
    )
    took = clocks() - begun
    attrs = found.posterior.attrs
    words = ", ".join(f"{c} {s}" for s, c in json.loads(attrs["status"]).items())
    words += f"; imbalance {attrs['largest_residual']:.0e}"
    if method == "room":
        changes, gap = (found.sample_stats[x].values[0] for x in ("objective", "gap"))
        words += f"; {changes.min():g} to {changes.max():g} changes"
        proved = f"of which {gap.min():g} to {gap.max():g} may be too many"
        words += f", {proved}" if gap.max() else ", proved to be fewest"
    return took, words


def by_highs(network, wild_types, reaction):
    """Wall and processor seconds of MOMA by HiGHS, and how it ended."""
    from highspy import HighsHessian, HighsModel

    n = len(network.reactions)
    out = np.array(network.reactions) == reaction
    low, high = wild_types.min(axis=0), wild_types.max(axis=0)
    low, high = np.minimum(network.lower_bound, low), np.maximum(network.upper_bound, high)
    hessian, model = HighsHessian(), HighsModel()
    hessian.dim_, hessian.value_ = n, np.ones(n)
    hessian.start_, hessian.index_ = np.arange(n + 1), np.arange(n)
    model.hessian_ = hessian
    model.lp_ = linear_program(network.stoichiometry, np.where(out, 0, low), np.where(out, 0, high))
    solver = highs(model, {"output_flag": False, "time_limit": LONGEST})
    every, begun, ends = np.arange(n, dtype=np.int32), clocks(), []
    for wild_type in wild_types:
        solver.changeColsCost(n, every, -wild_type)
        solver.run()
        ends.append(solver.modelStatusToString(solver.getModelStatus()))
    return clocks() - begun, ", ".join(ends)


def by_cobra(network, wild_types, reaction):
    """Wall and processor seconds of relaxed ROOM in COBRApy, and how it ended."""
    from cobra import Solution
    from cobra.flux_analysis import room

    begun, ends = clocks(), []
    for wild_type in wild_types:
        with network.cobra_model as model:
            model.objective = {}
            model.reactions.get_by_id(reaction).knock_out()
            known = Solution(0.0, "optimal", pd.Series(wild_type, network.reactions))
            ends.append(room(model, known, linear=True).status)
    return clocks() - begun, ", ".join(ends)


def show(network, reaction, method, n, took, words):
    """Print a line of the table."""
    wall, cpu = (f"{x:.1f}" for x in took)
    row = (network, reaction, method, n, wall, cpu, f"{60 * n / took[0]:.0f}", words)
    print(LINE.format(*row), flush=True)


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=1000, help="of MOMA and relaxed ROOM")
    parser.add_argument("--room", type=int, default=6, help="samples of ROOM")
    parser.add_argument("--time-limit", type=float, default=10.0, help="of one sample of ROOM, s")
    parser.add_argument("--peers", type=int, default=1, help="samples of peers; 0: none")
    parser.add_argument("--only", choices=tuple(NETWORKS))
    options = parser.parse_args()
    for name in NETWORKS:
        if options.only not in (None, name):
            continue
        network, fluxes = wild_types(name, options.samples)
        wild_type = posterior(network, fluxes)
        for method in ("moma", "room_relaxed"):  # imports
            ours(network, wild_type, "PYK", method, 1, 1.0)
        print(f"\n{network!r}\n" + LINE.format(*HEAD), flush=True)
        for reaction in KNOCK_OUTS:
            each = {}

            for method in ("moma", "room_relaxed", "room"):
                n = options.room if method == "room" else options.samples
                took, words = ours(network, wild_type, reaction, method, n, options.time_limit)
                each[method] = took / n
                show(name, reaction, method, n, took, words)
            for method, peer, run in (
                ("moma", "HiGHS", by_highs),
                ("room_relaxed", "COBRApy", by_cobra),
            ):
                if options.peers:
                    took, words = run(network, fluxes[: options.peers], reaction)
                    ratio = took / options.peers / each[method]
                    words += f"; {method}: ours took {1 / ratio[1]:.3g} of its processor time each"
                    show(name, reaction, peer, options.peers, took, words)


if __name__ == "__main__":
    main()
