"""Every rate law: derivatives, thermodynamics, and the same numbers compiled and on arrays."""

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kinetools as kt
from kinetools.errors import InputError
from kinetools.kinetics.mechanisms import Mechanism, mechanisms
from kinetools.kinetics.model import kinetic_model_from_dict
from kinetools.kinetics.steady_state import SteadyState
from tests.kinetools import reference_rates

NAMES = sorted(mechanisms())
scaled = st.floats(1e-6, 1e6)


@st.composite
def points(draw, law):
    """Scaled concentrations and coefficients that a law takes."""
    sides = []
    for fixed, least in ((law.n_substrates, 1), (law.n_products, 0)):
        count = draw(st.integers(least, 4)) if fixed is None else fixed
        coefficient = st.just(1) if law.unit_stoichiometry else st.integers(1, 3)
        sides.append(
            (
                draw(st.lists(scaled, min_size=count, max_size=count)),
                draw(st.lists(coefficient, min_size=count, max_size=count)),
            )
        )
    (s, a), (p, b) = sides
    law.check("reaction", a, b)
    return s, p, a, b


def evaluate(law, s, p, a, b, dtype=float):
    s, p = np.array(s, dtype), np.array(p, dtype)
    ds, dp = np.full_like(s, np.nan), np.full_like(p, np.nan)
    value = law.denominator(s, p, np.array(a, float), np.array(b, float), ds, dp)
    return value, ds, dp


@pytest.mark.parametrize("name", NAMES)
@given(st.data())
def test_derivatives_of_the_denominator_are_those_of_complex_steps(name, data):
    law = mechanisms()[name]
    s, p, a, b = data.draw(points(law))
    _, ds, dp = evaluate(law, s, p, a, b)
    for side, (values, slopes) in enumerate(((s, ds), (p, dp))):
        for i in range(len(values)):
            shifted = [np.array(s, complex), np.array(p, complex)]
            shifted[side][i] *= 1 + 1e-30j
            value, _, _ = evaluate(law, *shifted, a, b, complex)
            # d ln D/d ln x = Im D / (h Re D)
            assert slopes[i] == pytest.approx(value.imag / value.real / 1e-30, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("name", NAMES)
@given(st.data())
def test_denominators_are_those_of_the_literature(name, data):
    law = mechanisms()[name]
    s, p, a, b = data.draw(points(law))
    value, _, _ = evaluate(law, s, p, a, b)
    assert value == pytest.approx(reference_rates.denominator(name, s, p, a, b), rel=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_saturation_terms_lie_between_zero_and_the_order(name):
    law, random = mechanisms()[name], np.random.default_rng(1)
    n_s, n_p = law.n_substrates or 3, law.n_products or 2
    a, b = np.ones(n_s), np.ones(n_p)
    for _ in range(200):
        s, p = 10.0 ** random.uniform(-6, 6, n_s), 10.0 ** random.uniform(-6, 6, n_p)
        value, ds, dp = evaluate(law, s, p, a, b)
        assert value >= 1.0
        for slope in (*ds, *dp):
            assert 0.0 <= slope <= 1.0


@pytest.mark.parametrize("name", NAMES)
def test_one_code_runs_compiled_for_one_set_and_on_arrays_of_sets(name):
    law, random = mechanisms()[name], np.random.default_rng(2)
    n_s, n_p, n_sets = law.n_substrates or 3, law.n_products or 2, 40
    s, p = (
        10.0 ** random.uniform(-3, 3, (n_s, n_sets)),
        10.0 ** random.uniform(-3, 3, (n_p, n_sets)),
    )
    most = 1 if law.unit_stoichiometry else 3
    a, b = (random.integers(1, most + 1, n).astype(float) for n in (n_s, n_p))
    value, ds, dp = evaluate(law, s, p, a, b)
    functions = {
        # A helper of a law's module is compiled with it.
        k: numba.njit(v)
        for k, v in law.denominator.__globals__.items()
        if callable(v)
        and getattr(v, "__module__", "") == law.__module__
        and not isinstance(v, type)
    }
    source = law.denominator
    compiled = numba.njit(
        type(source)(source.__code__, source.__globals__ | functions, source.__name__)
    )
    for k in range(n_sets):
        ds_one, dp_one = np.empty(n_s), np.empty(n_p)
        one = compiled(s[:, k].copy(), p[:, k].copy(), a, b, ds_one, dp_one)
        assert one == pytest.approx(value[k], rel=1e-14)
        np.testing.assert_allclose(ds_one, ds[:, k], rtol=1e-13)
        np.testing.assert_allclose(dp_one, dp[:, k], rtol=1e-13)


def one_reaction(name, n_substrates, n_products, coefficients=1):
    """A model of one reaction of the given law, fed and drained by irreversible reactions."""
    left = [f"s{i}" for i in range(n_substrates)]
    right = [f"p{i}" for i in range(n_products)]
    entry = {
        "id": "R",
        "mechanism": name,
        "substrates": [[m, coefficients] for m in left],
        "products": [[m, coefficients] for m in right],
    }
    feeds = [
        {
            "id": f"in_{m}",
            "mechanism": "irreversible_michaelis_menten",
            "substrates": [["outside", coefficients]],
            "products": [[m, coefficients]],
        }
        for m in left
    ]
    drains = [
        {
            "id": f"out_{m}",
            "mechanism": "irreversible_michaelis_menten",
            "substrates": [[m, coefficients]],
            "products": [["outside", coefficients]],
        }
        for m in right
    ]
    content = {
        "id": "tiny",
        "cell": {"dry_weight_fraction": 0.3, "density_g_per_l": 1000.0},
        "metabolites": [{"id": m, "compartment": "c"} for m in (*left, *right)]
        + [{"id": "outside", "compartment": "e", "boundary": True}],
        "reactions": [entry, *feeds, *drains],
    }
    return kinetic_model_from_dict(content)


def tiny_state(model, flux=2.0, delta_g=-1.0):
    import pandas as pd

    levels = dict(zip(model.metabolite_ids, np.geomspace(3.0, 700.0, 20), strict=False))
    return SteadyState(
        "tiny_state",
        "Tiny",
        "tiny",
        298.15,
        pd.Series(levels),
        pd.Series({r: flux for r in model.reaction_ids}),
        pd.Series({r.id: delta_g for r in model.reactions if r.law.reversible}),
    )


@pytest.mark.parametrize("name", [n for n in NAMES if mechanisms()[n].reversible])
@settings(max_examples=40)
@given(st.data())
def test_the_net_rate_is_zero_at_equilibrium_and_changes_sign_there(name, data):
    law = mechanisms()[name]
    n_s = law.n_substrates or data.draw(st.integers(1, 3))
    n_p = law.n_products or data.draw(st.integers(1, 3))
    coefficient = 1 if law.unit_stoichiometry else data.draw(st.integers(1, 3))
    model = one_reaction(name, n_s, n_p, coefficient)
    state = tiny_state(model)
    decades = st.floats(-4, 4)
    km = [10 ** data.draw(decades) for _ in model.parameters]
    sets = kt.parameter_sets(model, state, [km])
    levels = {m: 10 ** data.draw(decades) for m in model.metabolite_ids if m != "outside"}
    # The last product at the level that the equilibrium constant asks for.
    keq = state.k_equilibrium(model)["R"]
    rest = np.prod([levels[f"p{i}"] ** coefficient for i in range(n_p - 1)])
    left = np.prod([levels[f"s{i}"] ** coefficient for i in range(n_s)])
    balanced = (keq * left / rest) ** (1 / coefficient)

    def rate(level):
        rates = kt.reaction_rates(model, state, sets, levels | {f"p{n_p - 1}": level})
        return float(rates.sel(reaction="R").item())

    forward, backward = rate(balanced / 2), rate(2 * balanced)
    assert forward > 0 > backward
    assert abs(rate(balanced)) <= 1e-12 * max(forward, -backward)


def test_a_new_law_is_found_and_works_without_being_listed():
    class SquaredTest(Mechanism):
        """v = V (s − P/(Keq·Km)) / (1 + s + p)²."""

        name = "squared_test"
        n_substrates = 1
        n_products = 1

        @staticmethod
        def denominator(s, p, a, b, ds, dp):
            inner = 1.0 + s[0] + p[0]
            ds[0] = 2.0 * s[0] / inner
            dp[0] = 2.0 * p[0] / inner
            return inner**2

    try:
        assert mechanisms()["squared_test"] is SquaredTest
        model = one_reaction("squared_test", 1, 1)
        state = tiny_state(model)
        sets = kt.sample_parameters(model, state, 50, seed=1, progress=False)
        rates = kt.reaction_rates(model, state, sets)
        np.testing.assert_allclose(rates, 2.0, rtol=1e-12)
        spectra = kt.eigenvalues(model, state, sets, progress=False)
        # Two metabolites s0, p0: the Jacobian by differences of the rates.
        x = np.array([state.concentrations[m] for m in ("s0", "p0")])
        jacobian = np.empty((2, 2))
        for j, metabolite in enumerate(("s0", "p0")):
            step = 1e-6 * x[j]
            plus, minus = (
                kt.reaction_rates(model, state, sets.isel(set=[7]), {metabolite: x[j] + d})
                for d in (step, -step)
            )
            slope = (plus - minus).values[0] / (2 * step) * model.flux_to_rate
            jacobian[:, j] = model.network.stoichiometry[model.network.dynamic] @ slope
        expected = sorted(np.linalg.eigvals(jacobian), reverse=True)
        np.testing.assert_allclose(spectra[7], expected, rtol=1e-6)
    finally:
        del Mechanism.registry["squared_test"]


def test_a_law_that_does_not_fit_its_reactants_is_refused():
    with pytest.raises(InputError, match=r"takes 1 substrate\(s\), but 2 are listed"):
        one_reaction("reversible_michaelis_menten", 2, 1)
    with pytest.raises(InputError, match="use 'convenience' instead"):
        one_reaction("reversible_michaelis_menten", 1, 1, coefficients=2)
    with pytest.raises(InputError, match="whole stoichiometric coefficients"):
        one_reaction("convenience", 1, 1, coefficients=1.5)
    with pytest.raises(InputError, match="whole stoichiometric coefficients"):
        one_reaction("convenience", 1, 1, coefficients=10**9)
    with pytest.raises(InputError, match="at least one substrate"):
        one_reaction("convenience", 0, 1)
