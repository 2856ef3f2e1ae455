"""The long GAN studies behind docs/reproduction.md: resumable, and reported as far as they have come.

    python benchmarks/study_gans.py default     the default preset, five seeds on each of four physiologies
    python benchmarks/study_gans.py frontier    coverage against incidence, which is varied, physiology 1
    python benchmarks/study_gans.py published   the published setting, 1000 epochs, two seeds, physiology 1
    python benchmarks/study_gans.py report      tables of whatever has finished

Trainings are kept under results/gan_studies, the table of each finished one under benchmarks/finished; the
same command goes on from there. `--minutes 90` starts nothing new after that time, `--only seed2` takes
a part, so that two processes can share the work.
"""

import argparse
import time
from pathlib import Path

import pandas as pd

import kinetools as kt

ROOT = Path("results/gan_studies")
TABLES = Path(__file__).parent / "finished" / "gan_studies"
SETS = 72_000
JUDGED = 10_000
# Wanted incidences beside the default's, and penalties to begin with.
FRONTIER = {0.85: 0.3, 0.92: 0.1, 0.96: 0.03, 0.99: 0.006}
COLUMNS = ["incidence", "kl_max", "kl_mean", "spread_ratio", "auc", "correlation_error"]


def jobs(study):
    """(name, physiology, preset, seed, settings) of every training of a study, the widest first."""
    if study == "default":
        # Seed by seed, so that an early look shows every physiology.
        return [
            (f"default/p{p}_seed{s}", p, "residual", s, {})
            for s in range(1, 6)
            for p in range(1, 5)
        ]
    if study == "frontier":
        return [
            (
                f"frontier/incidence{wanted:g}",
                1,
                "residual",
                1,
                {"incidence": wanted, "penalty": start},
            )
            for wanted, start in FRONTIER.items()
        ]
    return [(f"published/p1_seed{s}", 1, "published", s, {}) for s in (1, 2)]


def labelled_sets(physiology, n_sets, seed):
    """Labelled sets of a physiology, kept in a file for the next job."""
    model = kt.load_kinetic_model("ecoli")
    state = kt.load_steady_state("ecoli", physiology=physiology)
    sets = kt.sample_parameters(model, state, n_sets, seed=seed, progress=False)
    return model, state, kt.label_parameters(model, state, sets, progress=False)


def train_and_judge(name, physiology, preset, seed, settings):
    """One training to its end and the table of its best checkpoint on fresh sets."""
    folder = ROOT / name
    table_file = TABLES / f"{name}.csv"
    if table_file.is_file():
        return
    print(f"\n{name}", flush=True)
    model, state, sets = labelled_sets(physiology, SETS, 1)
    run = kt.train_gan(sets, preset, seed, folder, **settings)
    generator = run.load_generator("best")
    _, _, reference = labelled_sets(physiology, 62_000, 2)  # about 35 000 of them relevant
    judged = kt.evaluate_generator(
        generator,
        model,
        state,
        reference=reference,
        n_sets=JUDGED,
        seed=3,
        baselines=seed == 1,  # they are the same for every seed
        training_seconds=run.seconds,
    )
    judged.loc["generator", "training_minutes"] = run.seconds / 60
    judged.loc["generator", "best_epoch"] = run.best
    judged.loc["generator", "incidence_best_of_checkpoints"] = run.metrics().loc[
        run.best, "incidence"
    ]
    judged.loc["generator", "spearman"] = run.rank_correlation()
    table_file.parent.mkdir(parents=True, exist_ok=True)
    judged.round(6).to_csv(table_file)
    print(judged[COLUMNS].round(4).to_string(), flush=True)


def report():
    """Tables of all finished trainings."""
    for study in ("default", "frontier", "published"):
        rows, baselines = {}, {}
        for name, physiology, *_ in jobs(study):
            file = TABLES / f"{name}.csv"
            if file.is_file():
                table = pd.read_csv(file, index_col=0)
                rows[Path(name).name] = table.loc["generator"]
                if len(table) > 1:
                    baselines[physiology] = table.drop(index="generator")
        print(f"\n{study}: {len(rows)} of {len(jobs(study))} trainings finished")
        if not rows:
            continue
        extra = ["training_minutes", "best_epoch", "incidence_best_of_checkpoints", "spearman"]
        result = pd.DataFrame(rows).T[[*COLUMNS, *extra]].astype(float)
        print(result.round(4).to_string())
        worst = result.agg({"incidence": "min", "kl_max": "max", "auc": "max"}).round(4).to_dict()
        spread = result.spread_ratio.agg(["min", "max"]).round(3).tolist()
        print(f"worst of all: {worst}, spread {spread}")
        for physiology, table in sorted(baselines.items()):
            print(f"\nphysiology {physiology}\n{table[COLUMNS].round(4).to_string()}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("study", choices=["default", "frontier", "published", "report"])
    parser.add_argument("--minutes", type=float, default=float("inf"))
    parser.add_argument("--only", default="", help="part of the name of the trainings, seed2 say")
    options = parser.parse_args()
    if options.study == "report":
        report()
        return
    started = time.monotonic()
    for job in jobs(options.study):
        if options.only not in job[0]:
            continue
        if time.monotonic() - started > 60 * options.minutes:
            print("Time is over; the same command goes on from here.")
            break
        train_and_judge(*job)
    report()


if __name__ == "__main__":
    main()
