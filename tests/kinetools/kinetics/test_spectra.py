"""Jacobians, Vmax and spectra against a plain implementation and the published parameter sets."""

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

import kinetools as kt
from kinetools.errors import InputError

DATA = Path(__file__).resolve().parents[2] / "data"
PHYSIOLOGIES = (1, 2, 3, 4)


def largest_excess(ours, expected) -> float:
    """Largest difference of two spectra in units of what rounding explains (must stay below 1)."""
    size = np.abs(expected)
    tolerance = 1e-6 * np.maximum(1.0, size) + 1e-12 * size.max()
    excess = np.abs(ours[:, None] - expected[None, :]) / tolerance
    return excess[linear_sum_assignment(np.minimum(excess, 1e6))].max()


@pytest.fixture(scope="module")
def published():
    """Columns are sets, rows are parameters and the largest real part."""
    table = pd.read_csv(
        DATA / "published_sets_physiology1.csv",
        comment="#",
        index_col="parameter",
        float_precision="round_trip",
    )
    return table.T


@pytest.mark.parametrize("physiology", PHYSIOLOGIES)
def test_spectra_and_vmax_are_those_of_a_plain_implementation(
    model, states, references, physiology
):
    state, reference = states[physiology], references[physiology]
    sets = kt.sample_parameters(model, state, 5, seed=physiology, progress=False)
    spectra = kt.eigenvalues(model, state, sets, progress=False)
    assert spectra.shape == (5, 44)
    for i in range(5):
        km = dict(zip(model.parameter_names, sets["km"].values[i], strict=True))
        assert largest_excess(spectra[i], reference.spectrum(km)) < 1
        np.testing.assert_allclose(sets["vmax"].values[i], reference.vmax(km), rtol=5e-9)


def test_published_sets_have_the_published_largest_eigenvalue(model, state, published):
    spectra = kt.eigenvalues(model, state, published[list(model.parameter_names)], progress=False)
    expected = published["max_real_eigenvalue"].to_numpy()
    fastest = np.abs(spectra).max(axis=1)
    tolerance = 1e-6 * np.maximum(1, np.abs(expected)) + 1e-12 * fastest
    assert (np.abs(spectra[:, 0].real - expected) <= tolerance).all()
    assert (expected < -9).any() and (expected > 0).any() and (abs(expected + 4.5) < 4.5).any()


def test_published_sets_have_the_published_vmax(model, state, published):
    sets = kt.parameter_sets(model, state, published[list(model.parameter_names)])
    expected = published[[f"vmax_forward_{r}" for r in model.reaction_ids]].to_numpy()
    np.testing.assert_allclose(sets["vmax"], expected, rtol=1e-9)


def test_the_order_of_parameters_in_a_table_does_not_matter(model, state, published):
    names = list(model.parameter_names)
    table = published[names[::-1]]
    shuffled = kt.eigenvalues(model, state, table, progress=False)
    np.testing.assert_array_equal(
        shuffled, kt.eigenvalues(model, state, published[names].to_numpy(), progress=False)
    )


def test_spectra_come_slowest_first_and_in_conjugate_pairs(model, state, sets):
    spectra = kt.eigenvalues(model, state, sets, progress=False)
    assert (np.diff(spectra.real, axis=1) <= 0).all()
    for values in spectra[:50]:
        np.testing.assert_array_equal(np.sort_complex(values), np.sort_complex(values.conj()))


def test_dead_parameters_change_nothing(model, state, sets):
    km = sets["km"].values[:20].copy()
    before = kt.eigenvalues(model, state, km, progress=False)
    dead = [not p.live for p in model.parameters]
    km[:, dead] *= 1000.0
    np.testing.assert_array_equal(kt.eigenvalues(model, state, km, progress=False), before)
    np.testing.assert_array_equal(
        kt.parameter_sets(model, state, km)["vmax"], sets["vmax"].values[:20]
    )


@settings(max_examples=8)
@given(st.randoms(use_true_random=False))
def test_the_choice_of_dependent_metabolites_does_not_change_the_spectrum(
    model, state, sets, random
):
    order = list(model.metabolites[:50])
    random.shuffle(order)
    shuffled = dataclasses.replace(model, metabolites=(*order, *model.metabolites[50:]))
    ours = kt.eigenvalues(model, state, sets["km"][:3], progress=False)
    theirs = kt.eigenvalues(shuffled, state, sets["km"][:3], progress=False)
    for a, b in zip(ours, theirs, strict=True):
        assert largest_excess(a, b) < 1


def test_the_rates_at_the_reference_state_are_its_fluxes(model, states):
    for state in states.values():
        sets = kt.sample_parameters(model, state, 4, seed=9, progress=False)
        rates = kt.reaction_rates(model, state, sets)
        for row in rates.values:
            np.testing.assert_allclose(row, state.fluxes[list(model.reaction_ids)], rtol=1e-6)


@settings(max_examples=25)
@given(seed=st.integers(0, 10**6), physiology=st.sampled_from(PHYSIOLOGIES))
def test_rates_away_from_the_reference_are_those_of_a_plain_implementation(
    model, states, references, seed, physiology
):
    state, reference = states[physiology], references[physiology]
    random = np.random.default_rng(seed)
    sets = kt.sample_parameters(model, state, 1, seed=seed, progress=False)
    km = dict(zip(model.parameter_names, sets["km"].values[0], strict=True))
    levels = {m: c * 10 ** random.uniform(-1, 1) for m, c in state.concentrations.items()}
    rates = kt.reaction_rates(model, state, sets, pd.Series(levels)).values[0]
    expected = reference.rates(km, sets["vmax"].values[0], levels) / reference.flux_to_rate
    np.testing.assert_allclose(rates, expected, rtol=1e-9, atol=1e-9 * np.abs(expected).max())


def test_rates_along_a_table_of_concentrations(model, state, sets):
    points = pd.DataFrame({"atp_c": [100.0, 1000.0], "adp_c": [500.0, 50.0]})
    rates = kt.reaction_rates(model, state, sets.isel(set=slice(0, 3)), points)
    assert rates.dims == ("set", "point", "reaction")
    for k, point in points.iterrows():
        one = kt.reaction_rates(model, state, sets.isel(set=slice(0, 3)), point)
        np.testing.assert_array_equal(rates.isel(point=k), one)
    with pytest.raises(InputError, match="'gold_c' is not a metabolite"):
        kt.reaction_rates(model, state, sets, {"gold_c": 1.0})
    with pytest.raises(InputError, match="'atp_c' holds a value that is negative"):
        kt.reaction_rates(model, state, sets, {"atp_c": -1.0})


# Parameters that cannot be


def bad_values(name):
    yield 0.0, f"set 2: {name} is 0"
    yield -1.0, f"set 2: {name} is -1"
    yield np.nan, f"set 2: {name} is nan"
    yield np.inf, f"set 2: {name} is inf"


@pytest.mark.parametrize("which", range(4))
def test_a_km_that_is_not_positive_and_finite_gets_one_sentence(model, state, sets, which):
    value, message = list(bad_values("km_substrate1_PFK"))[which]
    km = sets["km"].isel(set=slice(0, 5)).copy(deep=True)
    km.loc[{"set": 2, "parameter": "km_substrate1_PFK"}] = value
    for given_as in (km, km.values, km.to_pandas()):
        for function in (kt.parameter_sets, kt.eigenvalues):
            with pytest.raises(InputError, match=message):
                function(model, state, given_as)


def test_missing_extra_and_repeated_parameters_get_one_sentence(model, state, sets):
    table = sets["km"].isel(set=slice(0, 3)).to_pandas()
    with pytest.raises(InputError, match=r"'km_substrate1_PFK' .* is missing"):
        kt.parameter_sets(model, state, table.drop(columns="km_substrate1_PFK"))
    with pytest.raises(InputError, match="'km_gold' does not belong to model 'ecoli'"):
        kt.parameter_sets(model, state, table.assign(km_gold=1.0))
    with pytest.raises(InputError, match="is given twice"):
        kt.parameter_sets(model, state, pd.concat([table, table.iloc[:, :1]], axis=1))
    for wrong in (np.ones((3, 258)), np.ones(7), np.ones((2, 3, 259)), "text", [[1, 2], [3]], None):
        for function in (kt.parameter_sets, kt.eigenvalues):
            with pytest.raises(InputError, match="km"):
                function(model, state, wrong)


@pytest.mark.parametrize("value", [1e-320, 1e-200, 1e-100, 1e100, 1e200, 1e308])
@pytest.mark.filterwarnings("error")
def test_an_absurd_km_gives_finite_numbers_or_one_sentence(model, state, sets, value):
    km = np.full((1, 259), value)
    for function in (kt.parameter_sets, kt.eigenvalues):
        try:
            result = function(model, state, km)
        except InputError as error:
            assert "\n" not in str(error)
        else:
            numbers = result if isinstance(result, np.ndarray) else result["vmax"].values
            assert np.isfinite(numbers).all()


def test_a_vmax_that_contradicts_the_fluxes_is_refused(model, state, sets):
    wrong = sets.isel(set=slice(0, 4)).copy(deep=True)
    wrong["vmax"].loc[{"set": 3, "reaction": "PFK"}] *= 1.01
    for damaged in (wrong, wrong.transpose()):
        with pytest.raises(InputError, match="set 3: vmax of 'PFK' is"):
            kt.eigenvalues(model, state, damaged)
    with pytest.raises(InputError, match="vmax of reaction 'PFK' is missing"):
        kt.eigenvalues(
            model, state, sets.sel(reaction=[r for r in model.reaction_ids if r != "PFK"])
        )
    with pytest.raises(InputError, match="vmax has the dimensions"):
        kt.eigenvalues(model, state, sets.assign(vmax=sets["vmax"].isel(reaction=0, drop=True)))


def test_sets_of_another_model_are_refused(model, state, sets):
    other = dataclasses.replace(model, density=1000.0)
    with pytest.raises(InputError, match=r"made with model 'ecoli' .* not with this"):
        kt.eigenvalues(other, state, sets)


def test_swapped_model_and_state_get_one_sentence(model, state, sets):
    with pytest.raises(InputError, match="expected a KineticModel and a SteadyState"):
        kt.eigenvalues(state, model, sets)


def test_one_set_without_its_dimension_is_one_row(model, state, sets):
    one = kt.eigenvalues(model, state, sets.isel(set=4), progress=False)
    np.testing.assert_array_equal(one, kt.eigenvalues(model, state, sets, progress=False)[4:5])
