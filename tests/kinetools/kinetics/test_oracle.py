"""ORACLE sampling: what a seed means, bounds, distributions, streaming."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import kinetools as kt
from kinetools.errors import InputError
from kinetools.kinetics import oracle


@pytest.fixture(scope="module")
def five_thousand(model, state):
    return kt.sample_parameters(model, state, 5000, seed=7, workers=1, progress=False)


def assert_same(a, b):
    """Equal to the last bit, with names and attributes."""
    assert a.drop_attrs().identical(b.drop_attrs())
    assert dict(a.attrs) == dict(b.attrs)


@pytest.mark.parametrize("workers", [2, 3, None])
def test_any_number_of_workers_draws_the_same_sets(model, state, five_thousand, workers):
    again = kt.sample_parameters(model, state, 5000, seed=7, workers=workers, progress=False)
    assert_same(again, five_thousand)


def test_a_smaller_sample_is_the_beginning_of_a_larger_one(model, state, five_thousand):
    larger = kt.sample_parameters(model, state, 10_000, seed=7, progress=False)
    first = larger.isel(set=slice(0, 5000))
    np.testing.assert_array_equal(first["km"], five_thousand["km"])
    np.testing.assert_array_equal(first["vmax"], five_thousand["vmax"])


def test_seeds_and_chunks_draw_different_numbers(model, state):
    draws = [
        kt.sample_parameters(model, state, n, seed=seed, progress=False)["km"].values[start:]
        for seed, n, start in ((0, 1, 0), (1, 1, 0), (2**32, 1, 0), (0, 2049, 2048), (2**64, 1, 0))
    ]
    assert len({d.tobytes() for d in draws}) == len(draws)
    assert not np.isin(draws[0], draws[3]).any()


def test_log_km_is_logistic_around_the_log_concentration(model, state, five_thousand):
    log_km = np.log(five_thousand["km"].values)
    metabolites = five_thousand["parameter_metabolite"].values
    centre = np.log(state.concentrations[list(metabolites)].to_numpy())
    everything = (log_km - centre).ravel()
    assert stats.kstest(everything, stats.logistic.cdf).pvalue > 0.001
    worst = min(stats.kstest(column, stats.logistic.cdf).pvalue for column in (log_km - centre).T)
    assert worst > 0.001 / 259


def test_parameters_are_drawn_independently(five_thousand):
    correlation = np.corrcoef(np.log(five_thousand["km"].values).T)
    off = correlation[~np.eye(259, dtype=bool)]
    assert np.abs(off).max() < 6 / np.sqrt(5000)


def test_a_dask_cluster_draws_and_labels_the_same_sets(model, state):
    from dask.distributed import Client, LocalCluster

    here = kt.sample_parameters(model, state, 6000, seed=4, workers=1, progress=False)
    here = kt.label_parameters(model, state, here, workers=1, progress=False)
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None
        ) as cluster,
        Client(cluster) as client,
    ):
        there = kt.sample_parameters(model, state, 6000, seed=4, client=client, progress=False)
        there = kt.label_parameters(model, state, there, client=client, progress=False)
        spectra = kt.eigenvalues(model, state, there["km"][:3000], client=client, progress=False)
    assert_same(there, here)
    np.testing.assert_array_equal(
        spectra, kt.eigenvalues(model, state, here["km"][:3000], workers=1, progress=False)
    )


decades = st.floats(-6, 6)


@settings(max_examples=30)
@given(st.data())
def test_sampled_constants_respect_their_bounds(model, state, data):
    names = data.draw(st.lists(st.sampled_from(model.parameter_names), min_size=1, max_size=5))
    concentration = {p.name: state.concentrations[p.metabolite] for p in model.parameters}
    bounds = {}
    for name in names:
        low, high = sorted(concentration[name] * 10 ** data.draw(decades) for _ in range(2))
        bounds[name] = data.draw(st.sampled_from([(low, high), (low, None), (None, high)]))
    sets = kt.sample_parameters(model, state, 50, seed=5, bounds=bounds, progress=False)
    for name, (low, high) in bounds.items():
        km = sets["km"].sel(parameter=name)
        assert low is None or (km >= low).all()
        assert high is None or (km <= high).all()
    free = [n for n in model.parameter_names if n not in bounds]
    unbound = kt.sample_parameters(model, state, 50, seed=5, progress=False)
    np.testing.assert_array_equal(sets["km"].sel(parameter=free), unbound["km"].sel(parameter=free))


def test_saturations_are_uniform_between_bounds(model, state):
    concentration = state.concentrations["f6p_c"]
    bounds = {"km_substrate1_PFK": (concentration / 4, concentration * 4)}
    sets = kt.sample_parameters(model, state, 4000, seed=2, bounds=bounds, progress=False)
    saturation = concentration / (concentration + sets["km"].sel(parameter="km_substrate1_PFK"))
    assert stats.kstest(saturation, stats.uniform(0.2, 0.6).cdf).pvalue > 0.001


def test_equal_bounds_fix_a_constant(model, state):
    sets = kt.sample_parameters(
        model, state, 10, bounds={"km_substrate1_PFK": (123.4, 123.4)}, progress=False
    )
    assert (sets["km"].sel(parameter="km_substrate1_PFK") == 123.4).all()


BAD = {
    "n_sets zero": ({"n_sets": 0}, "n_sets must be a whole number of at least 1, found 0"),
    "n_sets float": ({"n_sets": 10.0}, "n_sets must be a whole number"),
    "n_sets text": ({"n_sets": "10"}, "n_sets must be a whole number"),
    "n_sets true": ({"n_sets": True}, "n_sets must be a whole number"),
    "seed negative": ({"seed": -1}, "seed must be a whole number of at least 0"),
    "seed None": ({"seed": None}, "seed must be a whole number"),
    "bounds list": ({"bounds": [1, 2]}, "bounds must be a mapping"),
    "bounds unknown": ({"bounds": {"km_gold": (1, 2)}}, "'km_gold' is not a Michaelis constant"),
    "bounds number": ({"bounds": {"km_substrate1_PFK": 5}}, "needs a pair"),
    "bounds swapped": ({"bounds": {"km_substrate1_PFK": (2, 1)}}, "lower bound above its upper"),
    "bounds zero": ({"bounds": {"km_substrate1_PFK": (0, 1)}}, "lower bound of km_substrate1_PFK"),
    "bounds NaN": ({"bounds": {"km_substrate1_PFK": (1, np.nan)}}, "upper bound of km_subs"),
    "bounds text": ({"bounds": {"km_substrate1_PFK": ("1", None)}}, "lower bound of km_subs"),
    "workers zero": ({"workers": 0}, "workers must be a whole number of at least 1"),
    "workers text": ({"workers": "two"}, "workers must be a whole number of at least 1"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_arguments_get_one_sentence_and_leave_the_disk_alone(model, state, tmp_path, case):
    arguments, message = BAD[case]
    arguments = {"n_sets": 10, "path": tmp_path / "new" / "sets.nc", **arguments}
    with pytest.raises(InputError, match=message) as error:
        kt.sample_parameters(model, state, **arguments)
    assert "\n" not in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_numpy_numbers_are_numbers(model, state):
    bounds = {"km_substrate1_PFK": (np.float32(1), np.int64(2))}
    sets = kt.sample_parameters(
        model, state, np.int64(3), seed=np.int32(1), bounds=bounds, progress=False
    )
    assert sets.sizes["set"] == 3


# On disk


def test_streamed_sets_equal_those_in_memory(model, state, five_thousand, nothing_left):
    path = nothing_left / "sets.nc"
    streamed = kt.sample_parameters(model, state, 5000, seed=7, path=path, progress=False)
    assert_same(streamed.load(), five_thousand)
    streamed.close()
    assert [p.name for p in nothing_left.iterdir()] == ["sets.nc"]


def test_a_finished_file_is_opened_not_computed_again(model, state, nothing_left, monkeypatch):
    path = nothing_left / "sets.nc"
    call = dict(n_sets=3000, seed=1, bounds={"km_substrate1_PFK": (1, None)}, progress=False)
    first = kt.sample_parameters(model, state, path=path, **call).load()
    written = path.read_bytes(), path.stat().st_mtime_ns
    monkeypatch.setattr(oracle, "sample_chunk", None)  # any computation would fail
    again = kt.sample_parameters(model, state, path=path, **call).load()
    assert_same(again, first)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == written


def test_a_file_of_another_call_is_never_overwritten(model, states, nothing_left):
    path = nothing_left / "sets.nc"
    kt.sample_parameters(model, states[1], 100, seed=1, path=path, progress=False).close()
    written = path.read_bytes()
    for state, n, seed, bounds in (
        (states[1], 100, 2, None),
        (states[1], 200, 1, None),
        (states[2], 100, 1, None),
        (states[1], 100, 1, {"km_substrate1_PFK": (1, 2)}),
    ):
        with pytest.raises(InputError, match="exists already and was made in another way"):
            kt.sample_parameters(model, state, n, seed=seed, bounds=bounds, path=path)
    path.write_text("not a dataset")
    with pytest.raises(InputError, match="cannot be read as NetCDF-4"):
        kt.sample_parameters(model, states[1], 100, seed=1, path=path)
    assert path.read_text() == "not a dataset"
    assert written[:4] == b"\x89HDF"


def test_the_file_tells_how_it_was_made(model, state, nothing_left):
    path = nothing_left / "sets.nc"
    bounds = {"km_substrate1_PFK": (1, None)}
    kt.sample_parameters(model, state, 20, seed=5, bounds=bounds, path=path, progress=False).close()
    with kt.open_parameter_sets(path) as sets:
        (step,) = json.loads(sets.attrs["history"])
        assert step["function"] == "sample_parameters"
        assert step["parameters"] == {
            "n_sets": 20,
            "seed": 5,
            "bounds": {"km_substrate1_PFK": [1.0, None]},
        }
        assert sets.attrs["model_hash"] == model.hash
        assert sets.attrs["state_hash"] == state.hash
        assert sets["km"].attrs["units"] == "umol/L"
        assert sets["vmax"].attrs["units"] == "umol/L/h"


def test_progress_is_told_to_a_function(model, state, nothing_left):
    seen = []
    kt.sample_parameters(
        model,
        state,
        5000,
        path=nothing_left / "sets.nc",
        progress=lambda done, total: seen.append((done, total)),
    ).close()
    assert seen[-1] == (5000, 5000)
    assert [d for d, _ in seen] == sorted(d for d, _ in seen)
