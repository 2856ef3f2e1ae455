"""How soon is a flux posterior there, and how much sooner than with the published sampler?

    python benchmarks/bench_fluxes.py [strain ...] [--without-acmet] [--longer 1]

Every strain is sampled in a fresh process (cold start: imports, compiled code from disk, warm-up, all
counted) until every flux has R-hat ≤ 1.01 and 400 effective draws. Then AcMet gets the same time on the
same network, or with --longer so many times as much (in the same time its chains do not meet, and have
about one "effective draw" each however long that was); the ratio of effective draws a second is of the
slowest net flux.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from common import table

import kinetools as kt
from kinetools.flux.diagnostics import ess_bulk

STRAINS = ("wt5h", "pyk5h", "pgi16h")
RUN = """
import sys
import kinetools as kt
kt.sample_fluxes(
    kt.load_flux_model("toya_core"), kt.load_measurements(sys.argv[1]), run_dir=sys.argv[2],
    seed=int(sys.argv[3]), minutes=15, progress=False,
)
"""


def cold(strain, folder, seed=1):
    """Seconds of a process that samples a strain, and its posterior."""
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", RUN, f"toya2010_{strain}", str(folder), str(seed)], check=True
    )
    return time.perf_counter() - started, kt.load_posterior(folder)


def least_ess(idata):
    """Effective draws of the net flux that has fewest."""
    varies = idata.constant_data.varies.values.astype(bool)
    return float(np.nanmin(ess_bulk(idata.posterior.net_flux.values[:, :, varies])))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("strains", nargs="*", default=STRAINS)
    parser.add_argument("--without-acmet", action="store_true")
    parser.add_argument("--longer", type=float, default=1.0)
    options = parser.parse_args()
    network = kt.load_flux_model("toya_core")
    for strain in options.strains:
        data = kt.load_measurements(f"toya2010_{strain}")
        best = kt.fit_fluxes(network, data)
        with tempfile.TemporaryDirectory() as folder:
            seconds, idata = cold(strain, Path(folder) / "1")
            _, other = cold(strain, Path(folder) / "2", seed=2)
        attrs = idata.posterior.attrs
        means = [d.posterior.net_flux.mean(("chain", "draw")).values for d in (idata, other)]
        deviation = idata.posterior.net_flux.std(("chain", "draw")).values
        varies = idata.constant_data.varies.values.astype(bool)
        apart = np.abs(means[0] - means[1])[varies] / deviation[varies]
        check = kt.check_fit(idata)
        rows = [
            ("cold start to result", f"{seconds:.0f} s", attrs["verdict"]),
            ("largest R-hat", f"{attrs['max_r_hat']:.4f}", "net and exchange fluxes, likelihood"),
            (
                "fewest effective draws",
                f"{attrs['min_ess']:.0f}",
                f"{attrs['steps']} sweeps a chain",
            ),
            (
                "round trips",
                str(sum(json.loads(attrs["round_trips"]))),
                "posterior-prior-posterior",
            ),
            ("two seeds apart", f"{apart.max():.3f}", "largest difference of means, in deviations"),
            ("best log-likelihood", f"{best.log_likelihood:.3f}", f"{len(best.optima)} optima"),
            (
                "χ² at the fit",
                f"{best.chi_square:.1f}",
                f"{best.degrees_of_freedom} degrees of freedom",
            ),
            ("predictive p", f"{check.attrs['p_value']:.2g}", "of χ² over the posterior"),
        ]
        if not options.without_acmet:
            started = time.perf_counter()
            published = kt.sample_fluxes(
                network,
                data,
                sampler="acmet",
                minutes=options.longer * seconds / 60,
                ess=1e9,
                progress=False,
            )
            spent = time.perf_counter() - started
            ratio = (least_ess(idata) / seconds) / (least_ess(published) / spent)
            rows += [
                (
                    "AcMet's largest R-hat",
                    f"{published.posterior.attrs['max_r_hat']:.2f}",
                    "same time" if options.longer == 1 else f"{options.longer:g} times as long",
                ),
                ("ratio to AcMet", f"{ratio:.0f}", "fewest effective draws a second"),
            ]
        table(f"Toya core network, {strain}", rows)


if __name__ == "__main__":
    main()
