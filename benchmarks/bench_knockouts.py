"""How many knock-outs a minute, by method, at core and genome scale, on two cores?

Each prediction is from another flux vector of the wild type. Beside ours: the same problems one after the
other by HiGHS (the quadratic program of MOMA, set up once, solved each time from the start) and by COBRApy
(relaxed ROOM, with δ = ε = 0 as there). The aim is 1000 a minute for MOMA and relaxed ROOM.
"""

import argparse
import json
import time

import numpy as np
import pandas as pd
import xarray

import kinetools as kt
from kinetools.errors import InputError
from kinetools.flux.net_fluxes import NetProgram

WORKERS = 2
BOUND = 58.5  # mmol/gDW/h
OXYGEN, GLUCOSE = 18.5, 11.7
KNOCK_OUTS = ("PYK", "PGI")


def core(n):
    """The Toya core network, and steady states of its wild type."""
    network = kt.load_flux_model("toya_core")
    return network, _random(network, kt.load_measurements("toya2010_wt5h"), n)


def genome(n):
    """The labelled genome-scale network; without one, iJO1366 without what cannot carry flux."""
    try:
        network = kt.load_flux_model("ecoli_genome")
    except InputError:
        return unlabelled(n)
    return network, _random(network, kt.load_measurements("toya2010_wt5h"), n)


def unlabelled(n):
    """iJO1366 on glucose without what cannot carry flux, and mixtures of its extreme flux vectors."""
    import cobra

    model = cobra.io.load_model("iJO1366")
    for reaction in model.reactions:
        low, high = reaction.bounds
        reaction.bounds = max(low, -BOUND), min(high, BOUND)
    model.reactions.EX_glc__D_e.lower_bound = -GLUCOSE
    model.reactions.EX_o2_e.lower_bound = -OXYGEN
    whole = kt.FluxModel("iJO1366", model, (), BOUND)
    low, high = whole.lower_bound.copy(), whole.upper_bound.copy()
    low[whole.index("BIOMASS_Ec_iJO1366_core_53p95M")] = 0.5
    program = NetProgram(whole.stoichiometry, low, high)
    ends = [[program.extreme(j, s) for s in (-1, 1)] for j in range(len(low))]
    span = np.array([[a[j], b[j]] for j, (a, b) in enumerate(ends)])
    carries = np.abs(span).max(axis=1) > 1e-7
    extremes = np.array(ends).reshape(-1, len(low))
    rng = np.random.default_rng(0)
    weights = rng.dirichlet(np.full(len(extremes), 0.02), n)
    model.remove_reactions([r for r, c in zip(whole.reactions, carries) if not c], True)
    network = kt.FluxModel("iJO1366", model, (), BOUND)
    return network, (weights @ extremes)[:, [whole.index(r) for r in network.reactions]]


def _random(network, data, n):
    forward, reverse = kt.random_fluxes(network, data, n, seed=0)
    return forward - reverse


def posterior(network, fluxes):
    """Flux vectors (sample, reaction) in the layout of a posterior."""
    return xarray.Dataset(
        {"net_flux": (("chain", "draw", "reaction"), fluxes[None])},
        {"reaction": list(network.reactions)},
    )


def by_highs(network, wild_types, reaction):
    """Seconds a MOMA prediction by HiGHS takes."""
    from highspy import Highs, HighsHessian, HighsLp, HighsModel, MatrixFormat
    from scipy.sparse import csc_array

    columns = csc_array(network.stoichiometry)
    out = np.array(network.reactions) == reaction
    program, hessian, model = HighsLp(), HighsHessian(), HighsModel()
    program.num_row_, program.num_col_ = columns.shape
    program.col_cost_ = np.zeros(columns.shape[1])
    program.col_lower_ = np.where(out, 0, network.lower_bound)
    program.col_upper_ = np.where(out, 0, network.upper_bound)
    program.row_lower_ = program.row_upper_ = np.zeros(columns.shape[0])
    program.a_matrix_.format_ = MatrixFormat.kColwise
    program.a_matrix_.start_, program.a_matrix_.index_ = columns.indptr, columns.indices
    program.a_matrix_.value_ = columns.data
    hessian.dim_ = columns.shape[1]
    hessian.start_, hessian.index_ = np.arange(hessian.dim_ + 1), np.arange(hessian.dim_)
    hessian.value_ = np.ones(hessian.dim_)
    model.lp_, model.hessian_ = program, hessian
    solver = Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("time_limit", 60.0)
    solver.passModel(model)
    every = np.arange(columns.shape[1], dtype=np.int32)
    start = time.perf_counter()
    for wild_type in wild_types:
        solver.changeColsCost(len(every), every, -wild_type)
        solver.run()
    return (time.perf_counter() - start) / len(wild_types)


def by_cobra(network, wild_types, reaction):
    """Seconds a prediction by relaxed ROOM takes in COBRApy."""
    from cobra import Solution
    from cobra.flux_analysis import room

    start = time.perf_counter()
    for wild_type in wild_types:
        with network.cobra_model as model:
            model.objective = {}
            model.reactions.get_by_id(reaction).knock_out()
            known = Solution(0.0, "optimal", pd.Series(wild_type, network.reactions))
            room(model, known, linear=True)
    return (time.perf_counter() - start) / len(wild_types)


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=1000, help="of MOMA and relaxed ROOM")
    parser.add_argument("--room", type=int, default=20, help="samples of ROOM")
    parser.add_argument("--time-limit", type=float, default=10.0, help="of one sample of ROOM, s")
    parser.add_argument(
        "--peers", type=int, default=3, help="samples of HiGHS and COBRApy; 0: none"
    )
    parser.add_argument("--only", choices=("core", "genome"))
    options = parser.parse_args()
    head = ("network", "without", "method", "samples", "seconds", "a minute", "status")
    line = "{:10} {:7} {:13} {:>7} {:>8} {:>9}  {}"
    for name, make in (("core", core), ("genome", genome)):
        if options.only not in (None, name):
            continue
        network, fluxes = make(options.samples)
        wild_type = posterior(network, fluxes)
        for method in ("moma", "room_relaxed"):  # imports
            kt.predict_knockout(
                network, wild_type, "PYK", method=method, n_samples=1, progress=False
            )
        print(f"\n{network!r}\n" + line.format(*head), flush=True)
        for reaction in KNOCK_OUTS:
            seconds = {}
            for method in ("moma", "room_relaxed", "room"):
                n = options.room if method == "room" else options.samples
                start = time.perf_counter()
                found = kt.predict_knockout(
                    network,
                    wild_type,
                    [reaction],
                    method=method,
                    n_samples=n,
                    time_limit=options.time_limit,
                    workers=WORKERS,
                    progress=False,
                )
                took = time.perf_counter() - start
                seconds[method] = took / n
                attrs = found.posterior.attrs
                status = ", ".join(f"{c} {s}" for s, c in json.loads(attrs["status"]).items())
                status += f"; imbalance {attrs['largest_residual']:.0e}"
                if attrs["largest_gap"]:
                    status += f"; gap up to {attrs['largest_gap']:g} changes"
                row = (name, reaction, method, n, f"{took:.1f}", f"{60 * n / took:.0f}", status)
                print(line.format(*row), flush=True)
            for method, peer, run in (
                ("moma", "HiGHS", by_highs),
                ("room_relaxed", "COBRApy", by_cobra),
            ):
                if options.peers:
                    took = run(network, fluxes[: options.peers], reaction)
                    ratio = f"ours is {took / seconds[method]:.0f} × as fast, on {WORKERS} cores"
                    took *= options.peers
                    rate = f"{60 * options.peers / took:.0f}"
                    row = (name, reaction, peer, options.peers, f"{took:.1f}", rate)
                    print(line.format(*row, f"{method}: {ratio}"), flush=True)


if __name__ == "__main__":
    main()
