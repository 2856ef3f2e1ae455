"""How fast are parameter sets sampled and labelled, against LAPACK on the same matrices?"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from common import best_of, table
from threadpoolctl import threadpool_limits

import kinetools as kt
from kinetools.kinetics.parameter_sets import linearise
from kinetools.run import available_cores

N_SETS = 80_000
N_LAPACK = 16_000  # matrices kept in memory for LAPACK; its time is scaled to N_SETS
SYMBOLIC_TOOL = 56  # sets/s of a symbolic, one-set-at-a-time tool


def lapack(matrices):
    """LAPACK's eigenvalue routine alone, on all cores."""
    workers = available_cores()
    with threadpool_limits(1), ThreadPoolExecutor(workers) as pool:
        list(pool.map(np.linalg.eigvals, np.array_split(matrices, workers)))


def main():
    model = kt.load_kinetic_model("ecoli")
    state = kt.load_steady_state("ecoli", physiology=1)
    sets = kt.sample_parameters(model, state, N_SETS, seed=1, progress=False)
    kt.eigenvalues(model, state, sets.isel(set=slice(0, 64)), progress=False)  # compile

    def pipeline():
        drawn = kt.sample_parameters(model, state, N_SETS, seed=1, progress=False)
        kt.label_parameters(model, state, drawn, progress=False)

    matrices = linearise(model, state).jacobians(sets.km.values[:N_LAPACK])
    shifted = matrices + 9.0 * np.eye(matrices.shape[1])
    whole = best_of(pipeline)
    spectra = best_of(lambda: kt.eigenvalues(model, state, sets, progress=False))
    alone = best_of(lambda: lapack(matrices)) * N_SETS / N_LAPACK
    with threadpool_limits(1):
        determinants = best_of(lambda: np.linalg.slogdet(shifted)) * N_SETS / N_LAPACK
        rejected = (np.linalg.slogdet(shifted)[0] < 0).mean()
    table(
        f"{N_SETS} parameter sets on {available_cores()} cores",
        [
            (
                "sample + Jacobian + spectrum + label",
                f"{N_SETS / whole:.0f} sets/s",
                f"{N_SETS / whole / SYMBOLIC_TOOL:.0f} times a symbolic tool "
                f"({SYMBOLIC_TOOL} sets/s)",
            ),
            (
                "  against LAPACK's eigenvalues alone",
                f"{whole / alone:.2f}",
                f"ratio of times; LAPACK alone does {N_SETS / alone:.0f} matrices/s",
            ),
            (
                "Jacobian + spectrum",
                f"{N_SETS / spectra:.0f} sets/s",
                f"{spectra / alone:.2f} of LAPACK's time",
            ),
            (
                "one million labels",
                f"{1e6 / N_SETS * whole:.0f} s",
                "at this speed, sampling included (full spectra, no shortcut)",
            ),
            (
                "sign of det(J + 9) on all cores",
                f"{determinants / available_cores() / spectra:.2f}",
                f"of the time of full spectra, to settle {rejected:.0%} of the sets: little to gain",
            ),
        ],
    )


if __name__ == "__main__":
    main()
