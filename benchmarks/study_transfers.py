"""The transfers behind docs/reproduction.md (Choudhury et al. 2022, Fig. 4): resumable.

    python benchmarks/study_transfers.py [--repeats 5] [--sources 1 2 3 4]

Sources are the generators that study_gans.py has trained with seed 1, of both presets where both are there.
Every finished run is kept in results/transfers, and the table of all of them in benchmarks/finished.
"""

import argparse
from pathlib import Path

import kinetools as kt
from kinetools.gan.run_directory import open_gan_run

TRAINED = Path("results/gan_studies")
FINISHED = Path(__file__).parent / "finished" / "transfers.csv"
BY_SIZE = ["method", "source", "target", "n_sets"]
SHOWN = ["incidence_best_of_checkpoints", "incidence", "kl_max", "spread_ratio", "auc", "seconds"]


def finished_runs(physiology):
    """Run directories of a physiology's finished trainings."""
    folders = [TRAINED / study / f"p{physiology}_seed1" for study in ("published", "default")]
    return [f for f in folders if f.is_dir() and open_gan_run(f).status == "finished"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--sources", type=int, nargs="+", default=[1, 2, 3, 4])
    options = parser.parse_args()
    model = kt.load_kinetic_model("ecoli")
    states = {f"physiology {p}": kt.load_steady_state("ecoli", physiology=p) for p in range(1, 5)}
    for physiology in options.sources:
        runs = finished_runs(physiology)
        if not runs:
            print(f"physiology {physiology}: no finished training; run study_gans.py first.")
            continue
        sources = {f"physiology {physiology}": runs}
        kt.transfer_study(model, states, sources, "results/transfers", repeats=options.repeats)
    FINISHED.parent.mkdir(exist_ok=True)
    table = kt.transfer_table("results/transfers")
    table.round(6).to_csv(FINISHED, index=False)
    print(table.groupby(BY_SIZE, dropna=False)[SHOWN].mean().round(3).to_string())


if __name__ == "__main__":
    main()
