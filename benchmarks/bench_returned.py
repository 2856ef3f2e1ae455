"""What share of relevant models returns after a push, by each reading of the paper's experiment?

    python benchmarks/bench_returned.py [sets of each physiology] [trials a set]

The factors are those of the three presets; for each, the distance is measured as a whole and relative to
each metabolite. Shares with standard errors, which come from the sets (trials of one set are alike).
With the run directories of generators as third argument, "results/gan/p{}" say, their relevant sets
come too.
"""

import sys

import numpy as np
from common import table

import kinetools as kt

THRESHOLD = 0.01


def share(returned) -> str:
    """Per cent of (set, trial), with the standard error over sets."""
    per_set = 100 * returned.mean(axis=1)
    return f"{per_set.mean():.1f} ± {per_set.std(ddof=1) / len(per_set) ** 0.5:.1f}"


def rows(who, model, state, sets, n_trials):
    for preset in ("within-50-percent", "half-to-double", "published"):
        trials = kt.perturb(
            model,
            state,
            sets,
            preset,
            n_trials,
            hours=[0.35],
            rtol=1e-4,
            seed=3,
            workers=1,
            progress=False,
        )
        gaps = trials.concentration.isel(time=-1) / trials.reference - 1
        relative = np.sqrt((gaps**2).sum("metabolite")).transpose("set", "trial").values
        whole = trials.distance.values
        if preset == "published":  # its own distance is the relative one
            end = trials.concentration.isel(time=-1) - trials.reference
            whole = np.sqrt((end**2).sum("metabolite") / (trials.reference**2).sum())
            whole = whole.transpose("set", "trial").values
        unresolved = int((trials.status != "finished").sum())
        yield (
            f"{who}, {preset}",
            f"{share(whole < THRESHOLD)} %",
            f"{share(relative < THRESHOLD)} %  ({float(trials.draws.mean()):.1f} draws, "
            f"{unresolved} unresolved)",
        )


def main(n_sets: int, n_trials: int, generator: str) -> None:
    model = kt.load_kinetic_model("ecoli")
    found = []
    for physiology in (1, 2, 3, 4):
        state = kt.load_steady_state("ecoli", physiology=physiology)
        sets = kt.sample_parameters(model, state, 2 * n_sets + 100, seed=11, progress=False)
        sets = kt.label_parameters(model, state, sets, progress=False)
        sets = sets.isel(set=np.flatnonzero(sets.label.values == "relevant")[:n_sets])
        found += rows(f"physiology {physiology}", model, state, sets, n_trials)
        if generator:
            made = kt.load_generator(generator.format(physiology))
            made = made.generate(n_sets, label="relevant", seed=12, verify=True)
            found += rows("  generated", model, state, made, n_trials)
    table("Share returned after 21 minutes: ‖x − x_ref‖/‖x_ref‖, ‖(x − x_ref)/x_ref‖ < 1 %", found)


if __name__ == "__main__":
    given = dict(enumerate(sys.argv[1:]))
    main(int(given.get(0, 100)), int(given.get(1, 4)), given.get(2, ""))
