"""Genome-scale flux posteriors of E. coli, sampled to convergence: how long that takes, how good they are.

    python benchmarks/study_genome.py [strain ...] [--minutes 20] [--growth 0.86]

Each strain's posterior stays in results/genome/<strain>, and what was measured of it in
benchmarks/finished/genome_scale.csv. A study that was interrupted goes on. --growth fixes the growth rate,
as the published run did, in place of its measured range. Published: 80 % of the net fluxes at R-hat ≤ 1.1
after 5.9 days on eight cores.
"""

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from common import table

import kinetools as kt

STRAINS = ("wt5h", "pyk5h", "pgi16h")
GROWTH = "BIOMASS_Ec_iAF1260_core_59p81M"
ROOT = Path(__file__).parents[1]
FILE = ROOT / "benchmarks" / "finished" / "genome_scale.csv"


def measured(strain, growth, minutes):
    """One row: what is known about a strain's posterior."""
    network, data = kt.load_flux_model("ecoli_genome"), kt.load_measurements(f"toya2010_{strain}")
    name = strain
    if growth is not None:
        bounds = data.bounds["genome"] | {GROWTH: (growth, growth)}
        data = replace(data, bounds=data.bounds | {"genome": bounds})
        name = f"{strain}_growth{growth:g}"
    fit = kt.fit_fluxes(network, data, starts=16)
    cpu = time.process_time()
    idata = kt.sample_fluxes(
        network, data, minutes=minutes, run_dir=ROOT / "results" / "genome" / name
    )
    cpu = time.process_time() - cpu
    attrs = idata.posterior.attrs
    varies = idata.constant_data.varies.values.astype(bool)
    deviation = idata.posterior.net_flux.std(("chain", "draw")).values[varies]
    prior = idata.prior.net_flux.std(("chain", "draw")).values[varies]
    extent = np.ptp(fit.space.net_range, axis=1)[varies]
    check = kt.check_fit(idata)
    lp = idata.sample_stats.lp
    return {
        "posterior": name,
        "varying net fluxes": int(varies.sum()),
        "dimensions": fit.space.dimension,
        "converged": int(attrs["converged"]),
        "seconds": attrs["seconds"],
        "processor seconds": cpu,
        "sweeps": attrs["steps"],
        "largest R-hat": attrs["max_r_hat"],
        "fewest effective draws": attrs["min_ess"],
        "share at R-hat 1.1": attrs["published_share"],
        "temperatures": len(json.loads(attrs["beta"])),
        "acceptance": json.loads(attrs["acceptance"])[0],
        "rejected exchanges": float(np.mean(json.loads(attrs["exchange_rejection"]))),
        "round trips": sum(json.loads(attrs["round_trips"])),
        "best log-likelihood": fit.log_likelihood,
        "chi-square of the fit": fit.chi_square,
        "median log-likelihood": float(lp.median()),
        "largest log-likelihood drawn": float(lp.max()),
        "predictive p": check.attrs["p_value"],
        "prior deviation over range": float(np.median(prior / extent)),
        "posterior over prior deviation": float(np.median(deviation / prior)),
        "share narrowed to half": float((deviation < prior / 2).mean()),
        "verdict": attrs["verdict"],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("strains", nargs="*", default=STRAINS)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--growth", type=float)
    options = parser.parse_args()
    for strain in options.strains:
        row = measured(strain, options.growth, options.minutes)
        done = pd.read_csv(FILE).to_dict("records") if FILE.is_file() else []
        done = [r for r in done if r["posterior"] != row["posterior"]] + [row]
        FILE.parent.mkdir(exist_ok=True)
        pd.DataFrame(done).to_csv(FILE, index=False, float_format="%.6g")
        table(
            f"Genome scale, {row['posterior']}",
            [(k, f"{v:.4g}" if isinstance(v, float) else str(v), "") for k, v in row.items()],
        )


if __name__ == "__main__":
    main()
