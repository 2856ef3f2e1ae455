"""Do exported models behave the same in another simulator? libRoadRunner against kinetools.

Needs libRoadRunner (`pip install libroadrunner`). Ten random parameter sets of each physiology; the
table holds the largest relative difference over all of them.
"""

import numpy as np
import pandas as pd
from scipy.integrate import solve_ivp
from scipy.optimize import linear_sum_assignment

import kinetools as kt
from kinetools.kinetics.sbml_names import REACTION, SPECIES, to_sid

N_SETS = 10
HOURS = np.linspace(0, 0.35, 8)
PERTURBATION = 0.5


def rates(runner, model, state):
    """Largest difference of a rate at the steady state: of the flux, and of its larger one-way rate."""
    fluxes = state.fluxes[list(model.reaction_ids)].to_numpy() * model.flux_to_rate
    found = dict(zip(runner.model.getReactionIds(), runner.model.getReactionRates(), strict=True))
    found = np.array([found[to_sid(REACTION, r)] for r in model.reaction_ids])
    # Near equilibrium a flux is a small difference of two rates, and rounding shows.
    energies = [
        abs(state.delta_g[r.id]) / state.rt if r.law.reversible else np.inf for r in model.reactions
    ]
    difference = np.abs(found / fluxes - 1)
    return difference.max(), (difference * -np.expm1(-np.array(energies))).max()


def spectrum(runner, model, expected):
    """Largest relative difference of an eigenvalue that is not zero, spectra paired."""
    values = np.linalg.eigvals(np.array(runner.getFullJacobian()))
    values = values[np.argsort(-np.abs(values))][: len(expected)]
    distance = np.abs(values[:, None] - expected[None, :]) / np.abs(expected)
    return distance[linear_sum_assignment(distance)].max()


def trajectory(runner, start):
    """Concentrations (time, metabolite) by libRoadRunner."""
    levels = {to_sid(SPECIES, m): c for m, c in start.items()}
    runner.reset()
    order = runner.model.getFloatingSpeciesIds()
    runner.model.setFloatingSpeciesConcentrations(np.array([levels[s] for s in order]))
    runner.integrator.relative_tolerance = 1e-10
    runner.integrator.absolute_tolerance = 1e-14
    runner.integrator.maximum_num_steps = 1_000_000
    return np.array(runner.simulate(0, HOURS[-1], len(HOURS), [f"[{s}]" for s in levels]))


def by_scipy(model, state, one, start):
    """The same by SciPy's BDF on `reaction_rates` (a minute: some thousand calls of 10 ms)."""
    network = model.network
    stoichiometry = network.stoichiometry[network.dynamic] * model.flux_to_rate
    n = len(start)

    def slopes(t, x):
        points = pd.DataFrame(np.atleast_2d(x), columns=start.index)
        return np.squeeze(kt.reaction_rates(model, state, one, points).values[0] @ stoichiometry.T)

    def jacobian(t, x):
        steps = np.diag(1e-6 * x)
        values = slopes(t, np.concatenate([x + steps, x - steps]))
        return (values[:n] - values[n:]).T / (2e-6 * x)

    options = {"method": "BDF", "jac": jacobian, "t_eval": HOURS, "rtol": 1e-7}
    x = start.to_numpy()
    return solve_ivp(slopes, (0, HOURS[-1]), x, atol=1e-10 * x, **options).y.T


def main():
    try:
        import roadrunner
    except ImportError:
        raise SystemExit("libRoadRunner is not installed: pip install libroadrunner") from None
    model = kt.load_kinetic_model("ecoli")
    dynamic = list(model.network.dynamic_metabolites)
    print(
        f"{N_SETS} sets a physiology, libRoadRunner {roadrunner.__version__}; largest differences"
    )
    print("physiology   of fluxes  of one-way rates  of eigenvalues  of trajectories  unresolved")
    for physiology in (1, 2, 3, 4):
        state = kt.load_steady_state("ecoli", physiology=physiology)
        sets = kt.sample_parameters(model, state, N_SETS, seed=physiology, progress=False)
        spectra = kt.eigenvalues(model, state, sets, progress=False)
        factors = np.random.default_rng(physiology).uniform(
            1 - PERTURBATION, 1 + PERTURBATION, len(dynamic)
        )
        start = state.concentrations[dynamic] * factors
        options = {"hours": HOURS, "rtol": 1e-9, "free_totals": True, "progress": False}
        own = kt.simulate(model, state, sets, dict(start), **options)
        concentration = own.concentration.sel(metabolite=dynamic).values
        worst, unresolved = np.zeros(4), 0
        for i in range(N_SETS):
            runner = roadrunner.RoadRunner(kt.to_sbml(model, state, sets.isel(set=i)))
            found = [*rates(runner, model, state), spectrum(runner, model, spectra[i]), 0.0]
            if own.status.values[i] == "finished":
                there = trajectory(runner, start)
                found[3] = np.abs(there / concentration[i] - 1).max()
            else:
                unresolved += 1
            worst = np.maximum(worst, found)
        print(
            f"{physiology:>10}"
            + "{:>12.1e}{:>18.1e}{:>16.1e}{:>17.1e}".format(*worst)
            + f"{unresolved:>12}"
        )
    # kinetools' compiled trajectories against its plain rates, integrated by SciPy, once.
    i = int(np.argmin(spectra[:, 0].real))
    plain = by_scipy(model, state, sets.isel(set=[i]), start)
    difference = np.abs(plain / concentration[i] - 1).max()
    print(f"set {i} of physiology {physiology}, SciPy on reaction_rates: {difference:.1e}")


if __name__ == "__main__":
    main()
