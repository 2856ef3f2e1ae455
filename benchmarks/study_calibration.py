"""Is the flux posterior calibrated? Fluxes from the prior are measured with noise, and sampled again.

    python benchmarks/study_calibration.py [--simulations 200] [--minutes 60]

Simulation-based calibration (Talts et al. 2018) on the Toya core network with the wild type's bounds and
measurement errors: the rank of the true value among independent posterior draws is uniform for every flux,
if sampler and likelihood are right. Resumable; the ranks are kept in benchmarks/finished/calibration.csv.
A simulation that did not converge within its hour is done again by the next call.
"""

import argparse
import multiprocessing
import time
from copy import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from common import table
from scipy.stats import chisquare
from threadpoolctl import threadpool_limits

import kinetools as kt
from kinetools.flux.diagnostics import ess_bulk
from kinetools.run import available_cores

FILE = Path(__file__).parent / "finished" / "calibration.csv"
INDEPENDENT = 99  # draws that a rank is taken among
BINS = 10
R_HAT = 1.02


def simulation(number):
    """One made-up measurement: ranks of all fluxes that vary, and how well it was sampled."""
    network, data = kt.load_flux_model("toya_core"), kt.load_measurements("toya2010_wt5h")
    forward, reverse = (f[0] for f in kt.random_fluxes(network, data, 1, seed=[number, 1]))
    experiment = data.experiments[0]
    masses = kt.LabellingSimulator(network, experiment.tracer, experiment.fragments)(
        forward, reverse
    )
    rng = np.random.default_rng([number, 2])
    sigma = data.mean_standard_deviation
    mids = {k: v + sigma * rng.standard_normal(len(v)) for k, v in masses.items()}
    made_up = replace(data, experiments=(replace_mids(experiment, mids),))
    idata = kt.sample_fluxes(
        network, made_up, draws=500, seed=number, sigma=sigma, r_hat=R_HAT, ess=2 * INDEPENDENT, minutes=60,
        workers=1, progress=False,
    )  # fmt: skip
    truth = {"net_flux": forward - reverse, "exchange_flux": np.minimum(forward, reverse)}
    row = {"simulation": number, "r_hat": idata.posterior.attrs["max_r_hat"]}
    row["converged"] = idata.posterior.attrs["converged"]
    used = {"net_flux": "varies", "exchange_flux": "exchanging"}
    for name, flag in used.items():
        values = idata.posterior[name].values
        for i in np.flatnonzero(idata.constant_data[flag].values):
            draws = values[:, :, i]
            ess = float(ess_bulk(draws[:, :, None])[0])
            flat = draws.ravel()
            step = max(1, int(np.ceil(flat.size / min(ess, flat.size))))
            thinned = flat[::step]
            thinned = thinned[
                np.linspace(0, len(thinned) - 1, min(INDEPENDENT, len(thinned))).astype(int)
            ]
            below = (thinned < truth[name][i]).sum()
            row[f"{name} {network.reactions[i]}"] = below / len(thinned)
    return row


def replace_mids(experiment, mids):
    """The same experiment with other measured values.

    Not checked: independent errors, which the likelihood assumes, need not sum to zero nor stay positive.
    """
    other = copy(experiment)
    object.__setattr__(other, "mids", mids)
    return other


def report():
    """χ² of the rank histogram of every flux."""
    ranks = pd.read_csv(FILE)
    fluxes = [c for c in ranks if c.startswith(("net_flux", "exchange_flux"))]
    p = {}
    for name in fluxes:
        counts, _ = np.histogram(ranks[name], np.linspace(0, 1 + 1e-9, BINS + 1))
        p[name] = chisquare(counts).pvalue
    p = pd.Series(p).sort_values()
    table(
        f"Calibration, {len(ranks)} simulations",
        [
            ("converged", f"{ranks.converged.mean():.1%}", f"R-hat at most {R_HAT}"),
            ("fluxes", str(len(p)), "net and exchange"),
            ("smallest p", f"{p.iloc[0]:.2g}", f"{p.index[0]}; wanted: above {0.01 / len(p):.2g}"),
            ("p below 0.01", str((p < 0.01).sum()), f"{0.01 * len(p):.1f} expected"),
        ],
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--simulations", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=float("inf"))
    options = parser.parse_args()
    done = pd.read_csv(FILE).to_dict("records") if FILE.is_file() else []
    done = {row["simulation"]: row for row in done if row["converged"]}
    left = [n for n in range(1, options.simulations + 1) if n not in done]
    started = time.monotonic()
    FILE.parent.mkdir(exist_ok=True)
    # A process each: the many small steps of one simulation would not keep several cores busy.
    processes = multiprocessing.get_context("spawn")
    with processes.Pool(available_cores(), initializer=threadpool_limits, initargs=(1,)) as pool:
        for row in pool.imap_unordered(simulation, left):
            done[row["simulation"]] = row
            rows = [done[n] for n in sorted(done)]
            pd.DataFrame(rows).round(5).to_csv(FILE, index=False)
            print(f"{len(done)} of {options.simulations}", flush=True)
            if time.monotonic() - started > 60 * options.minutes:
                print("Time is over; the same command goes on from here.")
                break
    report()


if __name__ == "__main__":
    main()
