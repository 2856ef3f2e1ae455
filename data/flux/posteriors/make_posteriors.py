"""Make the small flux posteriors of this folder again: `python data/flux/posteriors/make_posteriors.py`.

Each is sampled with the defaults of `kt.sample_fluxes` and seed 1, until it has converged; of its draws and
of its prior some are kept, at even distances, fluxes in single precision.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import kinetools as kt
from kinetools.flux.flux_draws import FluxDraws

HERE = Path(__file__).parent
SEED = 1
KEPT = ("posterior", "sample_stats", "prior", "observed_data", "constant_data")
FLUXES = ("net_flux", "exchange_flux")


@dataclass(frozen=True)
class Made:
    """How a posterior is made. draws: of each chain; every, prior_every: how many make one that is kept."""

    network: str
    measurements: str
    draws: int
    every: int
    prior_every: int = 5


MADE = {
    "toya_core_wt5h": Made("toya_core", "toya2010_wt5h", draws=2000, every=4),
    "toya_core_pyk5h": Made("toya_core", "toya2010_pyk5h", draws=2000, every=4),
    "toya_core_pgi16h": Made("toya_core", "toya2010_pgi16h", draws=2000, every=4),
    "ecoli_genome_wt5h": Made("ecoli_genome", "toya2010_wt5h", draws=2000, every=16),
}


def main(names) -> None:
    """Make those that are named, or all."""
    for name in names or MADE:
        made = MADE[name]
        network = kt.load_flux_model(made.network)
        data = kt.load_measurements(made.measurements)
        run_dir = HERE.parents[2] / "results" / name
        idata = kt.sample_fluxes(
            network, data, draws=made.draws, seed=SEED, minutes=None, run_dir=run_dir
        )
        save(idata, name)
        print(f"{name}: {idata.posterior.attrs['verdict']}")


def save(idata, name) -> Path:
    """The part of a posterior that is kept."""
    made = MADE[name]
    small = idata.sel(draw=slice(None, None, made.every), groups=["posterior", "sample_stats"])
    small = small.sel(draw=slice(None, None, made.prior_every), groups=["prior"])
    for group in set(small.groups()) - set(KEPT):
        delattr(small, group)
    for group in ("posterior", "prior"):
        kept = small[group][list(FLUXES)].astype(np.float32)
        kept.attrs = small[group].attrs
        setattr(small, group, kept)
    small.sample_stats = small.sample_stats[["lp"]]
    small.constant_data = small.constant_data.assign(diagnostics(idata, small))
    small.posterior.attrs["recipe"] = (
        f"make_posteriors.py: seed {SEED}, every draw of {made.every}, prior: every draw of "
        f"{made.prior_every}"
    )
    return kt.save_posterior(small, HERE / f"{name}.nc")


def diagnostics(idata, small) -> dict:
    """R-hat and effective sample sizes of all draws, as the thinned ones would not tell them."""
    found = {}
    sizes = {f"{size}s": small.posterior.sizes[size] for size in ("chain", "draw")}
    for flux in ("net", "exchange"):
        draws = FluxDraws(idata, flux)
        found[f"{flux}_r_hat"] = "reaction", draws.r_hat, sizes
        found[f"{flux}_ess"] = "reaction", draws.ess, sizes
    return found


if __name__ == "__main__":
    main(sys.argv[1:])
