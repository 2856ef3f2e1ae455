"""How fast are tracer experiments ranked, and is the ranking that of inferring the fluxes anew?

First, single tracers and pairs of glucose that are commonly sold, on the core network after the wild type
was measured. Then some tracers by three estimates of the width that would remain: the ranking's (draws
reweighted as far as they carry, the rest linearised), the Fisher information at draws with their
covariance, and full posteriors sampled with measured and simulated data together, which the first two try
to predict.

Every tracer and data set takes one posterior, of half a minute or more: `--tracers 2 --data-sets 1` has
two, without options there are twenty.
"""

import argparse
import sys
import time
from itertools import combinations

import numpy as np

import kinetools as kt
from kinetools.data import DATA
from kinetools.flux.design_experiments import PlannedExperiments
from kinetools.flux.design_inference import joint_measurements, sampled, simulated_data
from kinetools.flux.design_information import remaining
from kinetools.flux.design_today import Today

REACTIONS = ["PGI", "GND", "EDD", "TK1", "PYK", "CS", "ICL", "PPC", "MDH"]
COMPARED = ["30 % [1-13C] + 20 % [U-13C]", "[1-13C]", "[1,2-13C]", "[1,6-13C]", "[4-13C]"]
DATA_SETS = 4


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tracers", type=int, default=len(COMPARED))
    parser.add_argument("--data-sets", type=int, default=DATA_SETS)
    options = parser.parse_args()
    network = kt.load_flux_model("toya_core")
    idata = kt.load_posterior(DATA / "flux" / "posteriors" / "toya_core_wt5h.nc")
    speed(network, idata)
    compare(network, idata, COMPARED[: options.tracers], options.data_sets)


def speed(network, idata) -> None:
    """Seconds for some hundred candidates."""
    single = kt.common_tracers(network)
    pairs = {f"{a} and {b}": [single[a], single[b]] for a, b in combinations(single, 2)}
    candidates = single | dict(list(pairs.items())[:400])
    kt.rank_tracers(network, idata, {"x": single["[1-13C]"]}, ["PGI"], n_inferred=0, progress=False)
    start, cpu = time.perf_counter(), time.process_time()
    table = kt.rank_tracers(network, idata, candidates, REACTIONS[:2], n_inferred=0)
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    print(
        f"{len(candidates)} candidates: {wall:.1f} s, {1e3 * cpu / len(candidates):.0f} ms of CPU each"
    )
    print(table[["experiments", "score", "error", "information"]].head(8).round(3).to_string())


def compare(network, idata, names, n_data_sets) -> None:
    """Expected deviation over today's by the three estimates, mean over the same true fluxes."""
    today = Today(network, idata, REACTIONS, None, 0.95, "hdi")
    tracers = {name: kt.common_tracers(network)[name] for name in names}
    planned = PlannedExperiments(network, tracers, today.fragments(), today.sigma())
    forward, reverse, net = today.all
    truths = np.random.default_rng(0).choice(len(net), n_data_sets, replace=False)
    sd = net.std(axis=0)[today.positions]
    print(f"\n{'expected width over todays':50}" + "".join(f"{r:>7}" for r in REACTIONS))

    def row(name, what, values):
        print(f"{name + ', ' + what:50}" + "".join(f"{v:7.2f}" for v in values), flush=True)

    for name in names:
        masses = planned.simulated(name, forward, reverse)
        many = np.random.default_rng(1).choice(len(net), 64, replace=False)
        for what, at in (("ranking", many), ("ranking, same truths", np.repeat(truths, 16))):
            found = remaining(masses, net, at, len(net) / 10, 0)
            row(name, what, found.sd[:, today.positions].mean(axis=0) / sd)
        row(name, "Fisher", fisher(network, planned, name, today, many) / sd)
        widths = []
        for d, truth in enumerate(truths):
            start = time.perf_counter()
            data = simulated_data(planned, name, forward[truth], reverse[truth], [1, d])
            joint = joint_measurements(
                network,
                today.measurements("this"),
                today.known_sigma,
                planned.candidates[name],
                data,
            )
            options = {"draws": 1000, "ess": 200, "r_hat": 1.02, "minutes": 10, "progress": False}
            found = sampled(network, joint, today.chosen, 0.95, "hdi", options)
            widths.append((found.upper - found.lower) / today.width)
            seconds = time.perf_counter() - start
            print(f"{name}, data set {d}: {seconds:.0f} s, {found.verdict}", file=sys.stderr)
        row(name, "inferred anew", np.mean(widths, axis=0))


def fisher(network, planned, name, today, at) -> np.ndarray:
    """Mean deviation (reaction,) by (C⁻¹ + JᵀJ)⁻¹, with C the covariance of today's draws."""
    space = kt.FluxSpace.of(network, today.measurements("this"))
    forward, reverse, _ = today.all
    x = space.from_fluxes(forward, reverse)
    covariance = np.cov(x.T)
    n = len(network.reactions)
    rows = [network.index(r) for r in today.chosen]
    fluxes = (space.basis[:n] - space.basis[n:])[rows]
    (experiment,) = planned.candidates[name]
    by_flux = planned.simulator(experiment).jacobian(forward[at], reverse[at])
    by_flux /= np.asarray(experiment.sigma)[:, None, None]
    jacobian = space.gradient(x[at][:, None], by_flux[:, :, 0], by_flux[:, :, 1])
    shared = jacobian @ covariance
    total = np.eye(jacobian.shape[1]) + shared @ np.swapaxes(jacobian, 1, 2)
    after = covariance - np.swapaxes(shared, 1, 2) @ np.linalg.solve(total, shared)
    return np.sqrt(np.einsum("ri,kij,rj->kr", fluxes, after, fluxes)).mean(axis=0)


if __name__ == "__main__":
    main()
