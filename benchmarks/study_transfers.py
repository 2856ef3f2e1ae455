"""The transfers behind docs/reproduction.md (Choudhury et al. 2022, Fig. 4): resumable.

    python benchmarks/study_transfers.py [--repeats 5] [--sources 1 2 3 4]
    python benchmarks/study_transfers.py --residual    all pairs, what needs no labelled sets: minutes

Sources are the generators that study_gans.py has trained with seed 1, of both presets where both are there.
Every finished run is kept in results/transfers, and the table of all of them in benchmarks/finished.
"""

import argparse
from pathlib import Path

import kinetools as kt
from kinetools.gan.run_directory import open_gan_run

TRAINED = Path("results/gan_studies")
FINISHED = Path(__file__).parent / "finished"
BY_SIZE = ["method", "source", "target", "n_sets"]
SHOWN = ["incidence_best_of_checkpoints", "incidence", "kl_max", "spread_ratio", "auc", "seconds"]


def finished_runs(physiology, studies):
    """Run directories of a physiology's finished trainings."""
    folders = [TRAINED / study / f"p{physiology}_seed1" for study in studies]
    return [f for f in folders if f.is_dir() and open_gan_run(f).status == "finished"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--sources", type=int, nargs="+", default=[1, 2, 3, 4])
    parser.add_argument("--residual", action="store_true")
    options = parser.parse_args()
    name, studies, more = "transfers", ("published", "default"), {}
    if options.residual:
        name, studies = "transfers_residual", ("default",)
        more = {"scratch": False, "sizes": (10,)}
    model = kt.load_kinetic_model("ecoli")
    states = {f"physiology {p}": kt.load_steady_state("ecoli", physiology=p) for p in range(1, 5)}
    runs = {f"physiology {p}": finished_runs(p, studies) for p in options.sources}
    for missing in (source for source, found in runs.items() if not found):
        print(f"{missing}: no finished training; run study_gans.py first.")
    try:
        for source, found in runs.items():
            if found:
                kt.transfer_study(
                    model,
                    states,
                    {source: found},
                    f"results/{name}",
                    repeats=options.repeats,
                    **more,
                )
    except KeyboardInterrupt:
        print("\nInterrupted; the same command goes on from here.")
    FINISHED.mkdir(exist_ok=True)
    table = kt.transfer_table(f"results/{name}")
    table.round(6).to_csv(FINISHED / f"{name}.csv", index=False)
    print(table.groupby(BY_SIZE, dropna=False)[SHOWN].mean().round(3).to_string())


if __name__ == "__main__":
    main()
