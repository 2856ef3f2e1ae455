"""Compiled rates are those of the plain code, for every rate law, and so are their derivatives."""

import numpy as np
import pytest

import kinetools as kt
from kinetools.kinetics.mechanisms import mechanisms
from kinetools.kinetics.model import kinetic_model_from_dict
from kinetools.kinetics.rate_kernels import SCRATCH
from kinetools.kinetics.rodas import _call, derivative, jacobian
from kinetools.kinetics.steady_state import SteadyState
from kinetools.kinetics.trajectories import system_of


def rates_and_slopes(system, constants, x):
    kernels, program, offsets, shared, *_ = system.equations
    rates, slopes = np.zeros(len(system.model.reactions)), np.zeros(len(system.entries))
    _call(kernels, program, offsets, shared, constants, np.empty(SCRATCH), x, rates, slopes, True)
    return rates, slopes


@pytest.fixture(scope="module", params=[1, 2, 3, 4])
def case(request, model):
    state = kt.load_steady_state("ecoli", physiology=request.param)
    sets = kt.sample_parameters(model, state, 3, seed=request.param, progress=False)
    system = system_of(model, state)
    return model, state, sets, system, system.constants(sets.km.values, sets.vmax.values)


def somewhere(system, seed):
    """A state away from the steady state."""
    rng = np.random.default_rng(seed)
    return system.reference * rng.uniform(0.3, 3.0, len(system.reference))


def test_rates_are_those_of_the_plain_code(case):
    model, state, sets, system, _ = case
    for k in range(3):
        x = somewhere(system, k)
        plain = kt.reaction_rates(
            model, state, sets.isel(set=k), dict(zip(system.metabolites, x, strict=True))
        )
        fixed = system.constants(sets.km.values, sets.vmax.values, np.tile(x, (3, 1)))
        rates, _ = rates_and_slopes(system, fixed[k], x)
        np.testing.assert_allclose(rates, plain.values[0] * model.flux_to_rate, rtol=1e-11)


def test_at_the_steady_state_nothing_changes(case):
    model, state, _, system, constants = case
    rates, _ = rates_and_slopes(system, constants[0], system.reference)
    np.testing.assert_allclose(
        rates, state.fluxes[list(model.reaction_ids)] * model.flux_to_rate, rtol=1e-9
    )
    y = np.ones(len(system.independent))
    change = np.empty_like(y)
    totals = system.totals(system.reference)
    derivative(system.equations, constants[0], totals, system.reference, y, change)
    through = np.abs(rates).max() / system.reference[system.independent]
    assert np.abs(change / through).max() < 1e-9


def test_slopes_are_the_derivatives_of_the_rates(case):
    _, _, _, system, constants = case
    x = somewhere(system, 7)
    _, slopes = rates_and_slopes(system, constants[0], x)
    for metabolite in np.unique(system.entries[:, 1]):
        h = 1e-6 * x[metabolite]
        above, below = x.copy(), x.copy()
        above[metabolite] += h
        below[metabolite] -= h
        difference = (
            rates_and_slopes(system, constants[0], above)[0]
            - rates_and_slopes(system, constants[0], below)[0]
        ) / (2 * h)
        by_reaction = np.zeros_like(difference)
        here = system.entries[:, 1] == metabolite
        np.add.at(by_reaction, system.entries[here, 0], slopes[here])
        scale = np.abs(rates_and_slopes(system, constants[0], x)[0]) / x[metabolite]
        assert np.abs(by_reaction - difference).max() <= 1e-5 * np.abs(difference).max() + 1e-6 * (
            scale.max()
        )


def test_the_jacobian_has_the_spectrum_of_the_linearised_model(case):
    model, state, sets, system, constants = case
    n = len(system.independent)
    expected = kt.eigenvalues(model, state, sets, progress=False)
    for k in range(3):
        by_columns = np.empty((n, n))
        totals = system.totals(system.reference)
        jacobian(system.equations, constants[k], totals, system.reference, np.ones(n), by_columns)
        found = np.linalg.eigvals(by_columns.T)
        found = found[np.lexsort((-found.imag, -found.real))]
        values = np.asarray(expected)[k]
        np.testing.assert_allclose(found[:10].real, values[:10].real, rtol=1e-6)


def test_every_law_compiles_with_dynamic_modifiers_and_coefficients():
    """A model with each law of the registry; one modifier is dynamic, one belongs to the boundary."""
    for name, law in mechanisms().items():
        n_s, n_p = law.n_substrates or 2, law.n_products or 1
        coefficient = 1 if law.unit_stoichiometry else 2
        inside = [f"s{i}" for i in range(n_s)] + [f"p{i}" for i in range(n_p)] + ["m"]
        reactions = [
            {
                "id": "R",
                "mechanism": name,
                "substrates": [[m, coefficient] for m in inside[:n_s]],
                "products": [[m, coefficient] for m in inside[n_s:-1]],
                "modifiers": [
                    {"kind": "displacement", "metabolite": "m", "stoichiometry": -1.0},
                    {"kind": "first_order", "metabolite": "b", "stoichiometry": -1.0},
                ],
            }
        ]
        for m in inside:
            reactions += [
                {
                    "id": f"{way}_{m}",
                    "mechanism": "reversible_michaelis_menten",
                    "substrates": [["b" if way == "in" else m, 1]],
                    "products": [[m if way == "in" else "b", 1]],
                }
                for way in ("in", "out")
            ]
        model = kinetic_model_from_dict(
            {
                "id": f"one_{name}",
                "cell": {"dry_weight_fraction": 0.3, "density_g_per_l": 1000.0},
                "metabolites": [
                    {"id": m, "compartment": "c", "boundary": m == "b"} for m in [*inside, "b"]
                ],
                "reactions": reactions,
            }
        )
        state = balanced_state(model, inside, coefficient, n_s)
        sets = kt.sample_parameters(model, state, 4, seed=1, progress=False)
        system = system_of(model, state)
        x = somewhere(system, 1)
        constants = system.constants(sets.km.values, sets.vmax.values, np.tile(x, (4, 1)))
        for k in range(4):
            plain = kt.reaction_rates(
                model, state, sets.isel(set=k), dict(zip(system.metabolites, x, strict=True))
            )
            rates, _ = rates_and_slopes(system, constants[k], x)
            np.testing.assert_allclose(
                rates, plain.values[0] * model.flux_to_rate, rtol=1e-11, err_msg=name
            )


def balanced_state(model, inside, coefficient, n_s):
    """A steady state of the model above with flux 1 through R, and 3 in and the rest out for each."""
    import pandas as pd

    net = {m: -coefficient if i < n_s else coefficient for i, m in enumerate(inside[:-1])} | {
        "m": -1.0
    }
    fluxes = {"R": 1.0}
    for m in inside:
        fluxes[f"in_{m}"], fluxes[f"out_{m}"] = 3.0, 3.0 + net[m]
    delta_g = dict.fromkeys(fluxes, -2.0)
    concentrations = {m: 10.0 + 7 * i for i, m in enumerate([*inside, "b"])}
    return SteadyState(
        id="here",
        name="here",
        model=model.id,
        temperature=298.15,
        concentrations=pd.Series(concentrations),
        fluxes=pd.Series(fluxes),
        delta_g=pd.Series(delta_g),
    )
