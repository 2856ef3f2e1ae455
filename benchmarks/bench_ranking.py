"""How long do ranking, constraining and binned spectra take?

2000 relevant sets against 2000 others with 259 parameters and 1000 bootstraps; 100 unstable sets with the
first one to ten parameters constrained; 100 000 new samples in ten bins. Beside each, in the same run,
what a loop in plain NumPy would take, or the spectra alone.
"""

import time

import numpy as np
from common import best_of, table
from scipy.stats import entropy

import kinetools as kt

N_SETS, N_BOOTSTRAP, N_BINNED = 2000, 1000, 100_000
SAMPLE = 8  # parameters and replicates that the plain loop is timed for


def main():
    """Print the table."""
    model, state = kt.load_kinetic_model("ecoli"), kt.load_steady_state("ecoli", physiology=1)
    sets = kt.sample_parameters(model, state, 8000, seed=1, progress=False)
    sets = kt.label_parameters(model, state, sets, progress=False)
    relevant, other, unstable = (
        sets.isel(set=np.flatnonzero(chosen)[:n])
        for chosen, n in (
            (sets.label == "relevant", N_SETS),
            (sets.label != "relevant", N_SETS),
            (sets.label == "unstable", 100),
        )
    )
    ranking = kt.rank_parameters(relevant, other, n_bootstrap=N_BOOTSTRAP)
    rank = best_of(lambda: kt.rank_parameters(relevant, other, n_bootstrap=N_BOOTSTRAP))
    plain = plain_bootstrap(np.log(relevant.km.values), np.log(other.km.values))
    constrain = best_of(lambda: kt.constrain_parameters(model, state, unstable, ranking))
    km = np.concatenate([unstable.km.values] * 10)
    spectra = best_of(lambda: kt.eigenvalues(model, state, km, progress=False))
    binned = best_of(lambda: bin_new_samples(model, state, ranking), 1)
    label = best_of(lambda: label_new_samples(model, state), 1)
    control = best_of(lambda: kt.rank_by_control(model, state, relevant))
    rows = [
        ("ranking, 200 permutations included", f"{rank:.2f} s", "limit 5 s"),
        ("  its bootstrap in a plain loop", f"{plain:.0f} s", f"{plain / rank:.0f} times as long"),
        (
            "ranking by control, 2000 sets",
            f"{control:.2f} s",
            f"{control / rank:.1f} of the ranking",
        ),
        ("constraining, 100 sets, ten times", f"{constrain:.2f} s", "limit 2 s"),
        ("  1000 spectra alone", f"{spectra:.2f} s", f"{spectra / constrain:.2f} of it"),
        ("binned spectra of 100 000 samples", f"{binned:.1f} s", "limit 20 s"),
        ("  sampling and labelling alone", f"{label:.1f} s", f"{label / binned:.2f} of it"),
    ]
    table("Rankings of 259 parameters, and what is done with them", rows)


def plain_bootstrap(relevant, other) -> float:
    """Seconds that a loop over parameters and replicates would take, from some of them."""
    rng = np.random.default_rng(0)
    started = time.perf_counter()
    for column in range(SAMPLE):
        p, q = relevant[:, column], other[:, column]
        edges = np.quantile(np.concatenate([p, q]), np.linspace(0, 1, 14))
        for _ in range(SAMPLE):
            drawn = (rng.choice(x, len(x)) for x in (p, q))
            entropy(*(np.histogram(x, edges)[0] + 0.5 for x in drawn))
    return (time.perf_counter() - started) / SAMPLE**2 * relevant.shape[1] * N_BOOTSTRAP


def bin_new_samples(model, state, ranking):
    """Binned spectra of the parameter that ranks first."""
    kt.binned_spectra(model, state, ranking.index[0], n_sets=N_BINNED, progress=False)


def label_new_samples(model, state):
    """What the binned spectra are made of, without the bins."""
    sets = kt.sample_parameters(model, state, N_BINNED, progress=False)
    kt.label_parameters(model, state, sets, progress=False)


if __name__ == "__main__":
    main()
