"""Make the small flux posteriors of this folder again: `python data/flux/posteriors/make_posteriors.py`.

Each is sampled with the defaults of `kt.sample_fluxes` and seed 1; every fourth draw of its four chains
is kept (500 of 2000), fluxes in single precision.
"""

import sys
from pathlib import Path

import numpy as np

import kinetools as kt

HERE = Path(__file__).parent
MADE = {"toya_core_wt5h": ("toya_core", "toya2010_wt5h")}
SEED, EVERY = 1, 4
KEPT = ("posterior", "sample_stats", "observed_data", "constant_data")


def main(names) -> None:
    """Make those that are named, or all."""
    for name in names or MADE:
        network, data = kt.load_flux_model(MADE[name][0]), kt.load_measurements(MADE[name][1])
        idata = kt.sample_fluxes(
            network, data, seed=SEED, minutes=None, run_dir=HERE.parents[2] / "results" / name
        )
        save(idata, name)
        print(f"{name}: {idata.posterior.attrs['verdict']}")


def save(idata, name) -> Path:
    """The part of a posterior that is kept."""
    small = idata.sel(draw=slice(None, None, EVERY))
    for group in set(small.groups()) - set(KEPT):
        delattr(small, group)
    for flux in ("net_flux", "exchange_flux"):
        small.posterior[flux] = small.posterior[flux].astype(np.float32)
    small.sample_stats = small.sample_stats[["lp"]]
    small.posterior.attrs["recipe"] = f"make_posteriors.py: seed {SEED}, every draw of {EVERY}"
    return kt.save_posterior(small, HERE / f"{name}.nc")


if __name__ == "__main__":
    main(sys.argv[1:])
