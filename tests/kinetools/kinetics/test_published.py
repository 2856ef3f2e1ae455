"""Parameter populations in the published HDF5 + CSV layout."""

import h5py
import numpy as np
import pandas as pd
import pytest

import kinetools as kt
from kinetools.errors import InputError


@pytest.fixture
def files(model, state, labelled, tmp_path):
    path = kt.write_published_parameters(
        model, state, labelled.isel(set=slice(0, 20)), tmp_path / "population.hdf5"
    )
    return path, tmp_path / "maximal_eigenvalues_population.csv"


def test_a_population_survives_the_round_trip(model, state, labelled, files):
    path, eigenvalues = files
    again = kt.read_published_parameters(model, state, path, eigenvalues)
    part = labelled.isel(set=slice(0, 20))
    for name in ("km", "vmax", "eigenvalue_max", "time_constant", "label"):
        np.testing.assert_array_equal(again[name], part[name])
    bare = kt.read_published_parameters(model, state, path)
    assert set(bare.data_vars) == {"km", "vmax"}
    np.testing.assert_array_equal(
        kt.label_parameters(model, state, bare, progress=False)["label"], part["label"]
    )


def test_the_file_has_the_published_layout(model, state, files):
    path, eigenvalues = files
    with h5py.File(path, "r") as file:
        names = [n.decode() for n in file["parameter_names"]]
        assert int(file["num_parameters_sets"][()]) == 20
        assert len(names) == len(set(names)) == 411
        assert [n for n in names if n.startswith("km_")] == list(model.parameter_names)
        values = dict(zip(names, file["parameter_set_7"][:], strict=True))
    assert all(np.isfinite(v) for v in values.values())
    assert sum(n.startswith("vmax_forward_") for n in names) == 67
    assert sum(n.startswith("k_equilibrium_") for n in names) == 61
    assert [values[n] for n in names if n.startswith("hill_")] == [1.0] * 5
    boundary = [m.id for m in model.metabolites if m.boundary]
    assert [values[m] for m in boundary] == list(state.concentrations[boundary])
    keq = state.k_equilibrium(model)
    assert values["k_equilibrium_PGI"] == keq["PGI"]
    table = pd.read_csv(eigenvalues)
    assert table.shape == (20, 2)


def test_a_rule_labels_the_population_that_is_read(model, state, files):
    path, eigenvalues = files
    rule = kt.LabelRule(slowest=-15.0)
    sets = kt.read_published_parameters(model, state, path, eigenvalues, rule=rule)
    np.testing.assert_array_equal(
        sets["label"].values == "relevant", sets["eigenvalue_max"].values < -15
    )
    with pytest.raises(InputError, match="no 'eigenvalue_min' yet"):
        kt.read_published_parameters(
            model, state, path, eigenvalues, rule=kt.LabelRule(fastest=-1e9)
        )


def test_sets_of_another_state_are_not_written(model, states, labelled, tmp_path):
    with pytest.raises(InputError, match="not around 'ecoli_physiology_2'"):
        kt.write_published_parameters(model, states[2], labelled, tmp_path / "population.hdf5")
    assert list(tmp_path.iterdir()) == []


def test_a_bad_set_leaves_the_disk_alone(model, state, labelled, tmp_path):
    wrong = labelled.isel(set=slice(0, 5)).copy(deep=True)
    wrong["km"][3, 0] = np.nan
    with pytest.raises(InputError, match="set 3"):
        kt.write_published_parameters(model, state, wrong, tmp_path / "population.hdf5")
    assert list(tmp_path.iterdir()) == []


def test_a_truncated_population_is_refused_at_any_length(model, state, files):
    path, _ = files
    whole = path.read_bytes()
    for length in sorted(
        {0, 1, 8, 100, len(whole) - 1, *np.linspace(0, len(whole) - 1, 25, dtype=int)}
    ):
        path.write_bytes(whole[:length])
        with pytest.raises(InputError, match="cannot be read as HDF5") as error:
            kt.read_published_parameters(model, state, path)
        assert str(path) in str(error.value)
        assert "\n" not in str(error.value)


def replace(file, key, value):
    del file[key]
    if value is not None:
        file[key] = value


DAMAGE = {
    "a set is missing": (lambda f: replace(f, "parameter_set_7", None), "lacks 'parameter_set_7'"),
    "a set is short": (lambda f: replace(f, "parameter_set_7", np.ones(5)), "has 5 values for 411"),
    "a set is text": (lambda f: replace(f, "parameter_set_7", "x"), "parameter_set_7|HDF5"),
    "a set is a group": (
        lambda f: (replace(f, "parameter_set_7", None), f.create_group("parameter_set_7")),
        "HDF5",
    ),
    "no names": (lambda f: replace(f, "parameter_names", None), "no entry 'parameter_names'"),
    "no number": (
        lambda f: replace(f, "num_parameters_sets", None),
        "no entry 'num_parameters_sets'",
    ),
    "a negative number": (lambda f: replace(f, "num_parameters_sets", -3), "population.hdf5"),
    "a number of text": (lambda f: replace(f, "num_parameters_sets", "many"), "population.hdf5"),
    "a huge number": (lambda f: replace(f, "num_parameters_sets", 10**15), "population.hdf5"),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_a_damaged_population_gets_one_sentence(model, state, files, case):
    damage, message = DAMAGE[case]
    path, _ = files
    with h5py.File(path, "r+") as file:
        damage(file)
    with pytest.raises(InputError, match=message) as error:
        kt.read_published_parameters(model, state, path)
    assert "\n" not in str(error.value)


def with_value(path, name, set_number, value):
    with h5py.File(path, "r+") as file:
        names = [n.decode() for n in file["parameter_names"]]
        file[f"parameter_set_{set_number}"][names.index(name)] = value


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("km_substrate1_PFK", 0.0, "set 4: km_substrate1_PFK is 0"),
        ("km_substrate1_PFK", np.nan, "set 4: km_substrate1_PFK is nan"),
        ("vmax_forward_PFK", 1.0, "set 4: vmax of 'PFK' is 1"),
        ("k_equilibrium_PGI", 1.0, "set 4: k_equilibrium_PGI is 1"),
        ("ac_e", 1.0, "set 4: ac_e is 1"),
    ],
)
def test_a_population_that_contradicts_the_state_gets_one_sentence(
    model, state, files, name, value, message
):
    path, _ = files
    with_value(path, name, 4, value)
    with pytest.raises(InputError, match=message) as error:
        kt.read_published_parameters(model, state, path)
    assert str(path) in str(error.value)


def test_a_population_of_another_physiology_or_model_is_refused(model, states, files, tmp_path):
    path, _ = files
    with pytest.raises(InputError, match="physiology_2"):
        kt.read_published_parameters(model, states[2], path)
    with h5py.File(path, "r+") as file:
        names = [n.decode().replace("PFK", "PFKX") for n in file["parameter_names"]]
        replace(file, "parameter_names", names)
    with pytest.raises(InputError, match=r"lacks the parameter .*PFK.*another model"):
        kt.read_published_parameters(model, states[1], path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot be read as a CSV"),
        (",0\n0,-1.0\n", "has 1 eigenvalues for 20 parameter sets"),
        (",0\n" + "0,abc\n" * 20, "cannot be read as a CSV table whose last column is numbers"),
        (",0\n" + "0,nan\n" * 20, "row 1: nan is not a finite eigenvalue"),
    ],
)
def test_a_bad_eigenvalue_table_gets_one_sentence(model, state, files, text, message):
    path, eigenvalues = files
    eigenvalues.write_text(text)
    with pytest.raises(InputError, match=message) as error:
        kt.read_published_parameters(model, state, path, eigenvalues)
    assert str(eigenvalues) in str(error.value)


def test_missing_files_get_one_sentence(model, state, files, tmp_path):
    path, _ = files
    with pytest.raises(InputError, match="no such file"):
        kt.read_published_parameters(model, state, tmp_path / "missing.hdf5")
    with pytest.raises(InputError, match="no such file"):
        kt.read_published_parameters(model, state, path, tmp_path / "missing.csv")
