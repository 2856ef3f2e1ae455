"""Exported SBML computed by others: a plain interpreter, SciPy and libRoadRunner."""

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import linear_sum_assignment

import kinetools as kt
from kinetools.kinetics import sbml_names
from tests.kinetools.reference_sbml import SbmlModel

PHYSIOLOGIES = (1, 2, 3, 4)
HOURS = np.linspace(0, 0.35, 8)


def relevant_set(model, state, seed):
    """One sampled parameter set whose steady state is stable."""
    sets = kt.sample_parameters(model, state, 20, seed=seed, progress=False)
    labelled = kt.label_parameters(model, state, sets, progress=False)
    return sets.isel(set=[int(np.argmin(labelled.eigenvalue_max.values))])


@pytest.fixture(scope="module")
def examples(model, states):
    """physiology → (state, one parameter set, SBML text)."""
    result = {}
    for physiology, state in states.items():
        one = relevant_set(model, state, physiology)
        result[physiology] = state, one, kt.to_sbml(model, state, one)
    return result


def sid(metabolite):
    return sbml_names.to_sid(sbml_names.SPECIES, metabolite)


def perturbed(model, state, seed):
    """Concentrations within ±50 % of the steady state."""
    dynamic = [m.id for m in model.metabolites if not m.boundary]
    factors = np.random.default_rng(seed).uniform(0.5, 1.5, len(dynamic))
    return state.concentrations[dynamic] * factors


def trajectory(model, state, one, start):
    """kinetools' own trajectory (time, metabolite)."""
    options = {"hours": HOURS, "rtol": 1e-9, "free_totals": True, "workers": 1, "progress": False}
    result = kt.simulate(model, state, one, dict(start), **options)
    assert result.status.item() == "finished"
    return result.concentration.isel(set=0).sel(metabolite=list(start.index)).values


def check_fluxes(model, state, rates):
    """Rates at the steady state are its fluxes, as precisely as differences of two rates can be."""
    fluxes = state.fluxes[list(model.reaction_ids)].to_numpy() * model.flux_to_rate
    energies = [
        abs(state.delta_g[r.id]) / state.rt if r.law.reversible else np.inf for r in model.reactions
    ]
    difference = np.abs(np.array(rates) / fluxes - 1)
    # TKT1 of physiology 4 is only 2e-6 RT away from equilibrium: there, a digit of 16 is one of 10.
    assert difference[np.array(energies) > 1e-5].max() < 1e-11
    assert (difference * -np.expm1(-np.array(energies))).max() < 1e-14


def largest_mismatch(found, expected):
    """Largest difference of two spectra, paired as well as possible, in units of what may differ."""
    allowed = 1e-6 * np.maximum(1, np.abs(expected)) + 1e-12 * np.abs(expected).max()
    distance = np.abs(np.asarray(found)[:, None] - expected[None, :]) / allowed
    return distance[linear_sum_assignment(distance)].max()


@pytest.mark.parametrize("physiology", PHYSIOLOGIES)
def test_rates_of_the_file_are_the_fluxes_of_the_steady_state(model, examples, physiology):
    state, _, text = examples[physiology]
    sbml = SbmlModel(text)
    assert sbml.reactions == [sbml_names.to_sid("R_", r) for r in model.reaction_ids]
    check_fluxes(model, state, sbml.rates())


@pytest.mark.parametrize("physiology", PHYSIOLOGIES)
def test_rates_of_the_file_are_those_of_the_model_anywhere(model, examples, physiology):
    state, one, text = examples[physiology]
    sbml = SbmlModel(text)
    starts = [perturbed(model, state, seed) for seed in range(20)]
    rates = kt.reaction_rates(model, state, one, pd.DataFrame(starts)).values[0]
    for start, expected in zip(starts, rates * model.flux_to_rate, strict=True):
        assert sbml.species == [sid(m) for m in start.index]
        np.testing.assert_allclose(sbml.rates(start), expected, rtol=1e-10)


@pytest.mark.parametrize("physiology", PHYSIOLOGIES)
def test_the_jacobian_of_the_file_has_the_models_eigenvalues(model, examples, physiology):
    state, one, text = examples[physiology]
    sbml = SbmlModel(text)
    x = sbml.start()
    values = np.linalg.eigvals(sbml.jacobian(x) / x[:, None])
    # Six conserved moieties: as many eigenvalues are zero.
    values = values[np.argsort(-np.abs(values))][: len(x) - 6]
    expected = kt.eigenvalues(model, state, one, workers=1, progress=False)[0]
    assert largest_mismatch(values, expected) < 1


@pytest.mark.parametrize("physiology", PHYSIOLOGIES)
def test_the_file_simulated_by_scipy_follows_the_models_trajectory(model, examples, physiology):
    state, one, text = examples[physiology]
    start, sbml = perturbed(model, state, physiology), SbmlModel(text)
    x = sbml.start()
    solution = solve_ivp(
        lambda t, y: sbml.slopes(y),
        (0, HOURS[-1]),
        start.to_numpy(),
        method="LSODA",
        jac=lambda t, y: sbml.jacobian(y) / y,
        t_eval=HOURS,
        rtol=1e-7,
        atol=1e-10 * x,
    )
    assert solution.success
    expected = trajectory(model, state, one, start)
    np.testing.assert_allclose(solution.y.T, expected, rtol=1e-4)
    assert np.abs(expected[-1] / expected[0] - 1).max() > 0.1  # it did move


@pytest.mark.parametrize("physiology", PHYSIOLOGIES)
def test_libroadrunner_simulates_the_file_like_kinetools(model, examples, physiology):
    reason = "libRoadRunner is not installed: pip install libroadrunner"
    roadrunner = pytest.importorskip("roadrunner", reason=reason)
    state, one, text = examples[physiology]
    runner = roadrunner.RoadRunner(text)
    rates = dict(zip(runner.model.getReactionIds(), runner.model.getReactionRates(), strict=True))
    check_fluxes(model, state, [rates[sbml_names.to_sid("R_", r)] for r in model.reaction_ids])

    values = np.linalg.eigvals(np.array(runner.getFullJacobian()))
    values = values[np.argsort(-np.abs(values))][:44]
    expected = kt.eigenvalues(model, state, one, workers=1, progress=False)[0]
    # Its Jacobian is one of finite differences.
    assert largest_mismatch(values, expected) < 100

    start = perturbed(model, state, physiology)
    runner.reset()
    levels = {sid(m): c for m, c in start.items()}
    levels = np.array([levels[s] for s in runner.model.getFloatingSpeciesIds()])
    runner.model.setFloatingSpeciesConcentrations(levels)
    runner.integrator.relative_tolerance = 1e-9
    runner.integrator.absolute_tolerance = 1e-14
    runner.integrator.maximum_num_steps = 1_000_000
    columns = [f"[{sid(m)}]" for m in start.index]
    simulated = np.array(runner.simulate(0, HOURS[-1], len(HOURS), columns))
    np.testing.assert_allclose(simulated, trajectory(model, state, one, start), rtol=1e-4)
