"""Steady states: equilibrium constants, balances, directions, and files that are wrong."""

import copy
import dataclasses
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kinetools as kt
from kinetools.errors import InputError
from kinetools.kinetics.steady_state import check_steady_state
from tests.kinetools.reference_rates import read_state

DATA = Path(__file__).resolve().parents[2] / "data"
PHYSIOLOGIES = (1, 2, 3, 4)


@pytest.mark.parametrize("physiology", PHYSIOLOGIES)
def test_equilibrium_constants_are_the_published_ones(model, states, physiology):
    published = pd.read_csv(DATA / "k_equilibrium.csv", comment="#", index_col="reaction")
    ours = states[physiology].k_equilibrium(model)
    assert len(ours) == 61
    pd.testing.assert_series_equal(
        ours, published[str(physiology)].loc[ours.index], rtol=1e-9, check_names=False
    )


@pytest.mark.parametrize("physiology", PHYSIOLOGIES)
def test_equilibrium_constants_follow_from_delta_g(model, states, references, physiology):
    for reaction, value in states[physiology].k_equilibrium(model).items():
        assert value == pytest.approx(references[physiology].k_equilibrium[reaction], rel=1e-12)


@pytest.mark.parametrize("physiology", PHYSIOLOGIES)
def test_bundled_states_balance_and_obey_thermodynamics(model, states, physiology):
    state = states[physiology]
    check_steady_state(model, state)
    energies = state.delta_g[[r.id for r in model.reactions if r.law.reversible]]
    assert (np.sign(state.fluxes[energies.index]) == -np.sign(energies)).all()


def test_the_four_physiologies_differ_in_the_directions_of_two_reactions(states):
    directions = [
        tuple(int(np.sign(states[p].fluxes[r])) for r in ("TALA", "ICL")) for p in PHYSIOLOGIES
    ]
    assert directions == [(1, 1), (-1, 1), (1, -1), (-1, -1)]


def test_a_saved_state_is_the_same_state(state, tmp_path):
    again = kt.load_steady_state(kt.save_steady_state(state, tmp_path / "copy.json"))
    assert again.hash == state.hash
    assert again.to_dict() == state.to_dict()


def with_entry(state, table, key, value):
    series = getattr(state, table).copy()
    if value is None:
        series = series.drop(key)
    else:
        series[key] = value
    return dataclasses.replace(state, **{table: series})


@pytest.mark.parametrize(
    ("table", "key", "value", "message"),
    [
        ("fluxes", "PFK", 2.0, "do not balance for metabolite '.*' .net .* of .* mmol/gDW/h"),
        ("delta_g", "PFK", 3.0, "flux .* of reaction 'PFK' contradicts its delta_g of 3 kcal/mol"),
        ("delta_g", "PFK", 0.0, "delta_g of reaction 'PFK' is 0 kcal/mol"),
        ("delta_g", "PFK", -8000.0, "delta_g of reaction 'PFK' is -8000 kcal/mol.*±300 RT"),
        ("fluxes", "PFK", None, "no flux of reaction 'PFK'"),
        ("fluxes", "PFK9", 1.0, "flux of reaction 'PFK9', which model 'ecoli' does not have"),
        ("concentrations", "atp_c", None, "no concentration of metabolite 'atp_c'"),
        ("concentrations", "gold_c", 1.0, "concentration of metabolite 'gold_c'"),
        ("delta_g", "PGI", None, "no delta_g of reaction 'PGI'"),
        ("delta_g", "PFK9", 1.0, "delta_g of reaction 'PFK9'"),
    ],
)
def test_a_state_that_cannot_be_gets_one_sentence(
    model, state, tmp_path, table, key, value, message
):
    bad = with_entry(state, table, key, value)
    target = tmp_path / "sets.nc"
    with pytest.raises(InputError, match=message) as error:
        kt.sample_parameters(model, bad, 10, path=target)
    text = str(error.value)
    assert "ecoli_physiology_1" in text
    assert "\n" not in text
    assert text.endswith(".")
    assert list(tmp_path.iterdir()) == []


def test_an_irreversible_reaction_cannot_run_backward(model, state):
    content = read_state(1)
    flux = -content["fluxes"]["ATPM"]
    with pytest.raises(InputError, match=r"'ATPM'.*negative flux|do not balance"):
        check_steady_state(model, with_entry(state, "fluxes", "ATPM", flux))
    everything = dataclasses.replace(state, fluxes=-state.fluxes, delta_g=-state.delta_g)
    with pytest.raises(InputError, match="cannot carry the negative flux"):
        check_steady_state(model, everything)


def test_a_file_in_another_energy_unit_is_noticed(model, state):
    joules = dataclasses.replace(state, delta_g=state.delta_g * 4184)
    with pytest.raises(InputError, match="RT"):
        check_steady_state(model, joules)


def test_the_state_of_one_physiology_is_refused_for_sets_of_another(model, states, sets):
    with pytest.raises(InputError, match="not around 'ecoli_physiology_2'"):
        kt.eigenvalues(model, states[2], sets)
    with pytest.raises(InputError, match="not around 'ecoli_physiology_2'"):
        kt.label_parameters(model, states[2], sets)


@pytest.mark.parametrize(
    ("name", "physiology"), [("ecoli", 5), ("ecoli", "1"), ("ecoli", True), ("yeast", 1), (3, None)]
)
def test_an_unknown_state_gets_one_sentence(name, physiology):
    with pytest.raises(InputError):
        kt.load_steady_state(name, physiology=physiology)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("concentrations", "atp_c"), 0, "concentrations of 'atp_c': expected a positive number"),
        (("concentrations", "atp_c"), float("nan"), "NaN is not a number that JSON knows"),
        (("fluxes", "PFK"), "7.5", "fluxes of 'PFK': expected a finite number, found '7.5'"),
        (("fluxes",), [1, 2], 'needs a table "fluxes"'),
        (("delta_g",), {}, 'needs a table "delta_g"'),
        (("temperature_K",), -1, "temperature_K: expected a positive number"),
        (("source",), 5, '"source" must be a list'),
        (("format",), "kinetools kinetic model", "is not a steady state file"),
    ],
)
def test_a_bad_state_file_gets_one_sentence(tmp_path, path, value, message):
    content = read_state(1)
    target = content
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    file = tmp_path / "state.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(InputError, match=message) as error:
        kt.load_steady_state(file)
    assert str(file) in str(error.value)


STATE = read_state(1)


@settings(max_examples=100)
@given(st.data())
def test_a_damaged_state_is_refused_or_gives_finite_numbers(tmp_path_factory, model, data):
    content = copy.deepcopy(STATE)
    for _ in range(data.draw(st.integers(1, 2))):
        table = data.draw(st.sampled_from(["concentrations", "fluxes", "delta_g", None]))
        target = content if table is None else content[table]
        if not isinstance(target, dict) or not target:
            continue
        key = data.draw(st.sampled_from(sorted(target)))
        if data.draw(st.booleans()):
            del target[key]
        else:
            value = st.floats() | st.integers() | st.text(max_size=5) | st.just([]) | st.just({})
            target[key] = data.draw(value)
    path = tmp_path_factory.getbasetemp() / "state.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    try:
        state = kt.load_steady_state(path)
        sets = kt.sample_parameters(model, state, 3, seed=1, progress=False)
        spectra = kt.eigenvalues(model, state, sets, progress=False)
    except InputError as error:
        assert "\n" not in str(error)
        return
    assert np.isfinite(sets["vmax"]).all()
    assert np.isfinite(spectra).all()
