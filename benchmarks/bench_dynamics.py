"""How many trajectories a second, and are their verdicts right?

Relevant models of the four physiologies, perturbed within ±50 %, over 21 minutes: trajectories a second
on all cores at two tolerances, verdicts that differ from those at 1e-8, and what is unresolved. Beside it
one trajectory by SciPy's BDF with finite differences on plain NumPy rates:
python benchmarks/bench_dynamics.py [models of each physiology]
"""

import sys
import time

import numpy as np
from common import table

import kinetools as kt
from kinetools.kinetics.trajectories import system_of

TRIALS = 8
TOLERANCES = (1e-8, 1e-6, 1e-4)


def relevant_sets(model, state, n):
    sets = kt.sample_parameters(model, state, 3 * n + 20, seed=1, progress=False)
    sets = kt.label_parameters(model, state, sets, progress=False)
    return sets.isel(set=np.flatnonzero(sets.label.values == "relevant")[:n])


def plain_trajectory(model, state, sets, start):
    """Seconds for one trajectory without compiled code and without a Jacobian."""
    from scipy.integrate import solve_ivp

    system = system_of(model, state)
    network = model.network
    rows = network.stoichiometry[network.dynamic]
    one = sets.isel(set=[0])

    def rate(_, x):
        given = dict(zip(network.dynamic_metabolites, np.maximum(x, 1e-12), strict=True))
        rates = kt.reaction_rates(model, state, one, given).values[0]
        return rows @ rates * model.flux_to_rate

    started = time.perf_counter()
    solve_ivp(rate, (0, 0.35), start[: system.n_dynamic], "BDF", rtol=1e-6, atol=1e-9)
    return time.perf_counter() - started


def main(n_models: int) -> None:
    model = kt.load_kinetic_model("ecoli")
    seconds = dict.fromkeys(TOLERANCES, 0.0)
    differing, unresolved = dict.fromkeys(TOLERANCES, 0), dict.fromkeys(TOLERANCES, 0)
    returned, n = [], 0
    for physiology in (1, 2, 3, 4):
        state = kt.load_steady_state("ecoli", physiology=physiology)
        sets = relevant_sets(model, state, n_models)
        options = {"n_trials": TRIALS, "seed": 1, "hours": [], "progress": False}
        kt.perturb(model, state, sets.isel(set=[0]), **options)  # compiles
        for rtol in TOLERANCES:
            started = time.perf_counter()
            result = kt.perturb(model, state, sets, rtol=rtol, **options)
            seconds[rtol] += time.perf_counter() - started
            if rtol == TOLERANCES[0]:
                exact = result.returned.values
                returned.append(f"{exact.mean():.3f}")
                n += exact.size
            differing[rtol] += int((result.returned.values != exact).sum())
            unresolved[rtol] += int((result.status.values != "finished").sum())
        if physiology == 1:
            start = kt.perturb(
                model, state, sets.isel(set=[0]), n_trials=1, hours=[0.0], progress=False
            )
            whole = system_of(model, state).reference.copy()
            whole[: start.sizes["metabolite"]] = start.concentration.values[0, 0, 0]
            plain = plain_trajectory(model, state, sets, whole)
    wanted = {1e-6: "wanted: at least 100", 1e-4: "wanted: at least 300"}
    rows = []
    for rtol in TOLERANCES:
        rows.append(
            (f"trajectories a second at {rtol:g}", f"{n / seconds[rtol]:.0f}", wanted.get(rtol, ""))
        )
    for rtol in TOLERANCES[1:]:
        rows.append(
            (
                f"verdicts unlike those at 1e-8, {rtol:g}",
                f"{differing[rtol]} of {n}",
                "wanted: at most 1 in 800",
            )
        )
    rows += [
        ("unresolved or failed", " / ".join(str(unresolved[r]) for r in TOLERANCES), ""),
        ("share returned, physiologies 1 to 4", " ".join(returned), ""),
        ("one trajectory by BDF with finite differences", f"{plain:.1f} s", "plain NumPy rates"),
    ]
    table("Trajectories of 21 minutes", rows)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 25)
