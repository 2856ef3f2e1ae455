"""Maps of parameter sets: what is alike lies together, and the same seed draws the same map."""

import hashlib
import json
import subprocess
import sys
import warnings

import numpy as np
import pytest
import xarray

import kinetools as kt

CHOSEN = ["km_substrate_PGI", "km_product1_PFK", "km_substrate1_PFK"]


@pytest.fixture(scope="module")
def sets(model, state):
    sets = kt.sample_parameters(model, state, n_sets=160, seed=4, progress=False)
    return kt.label_parameters(
        model, state, sets.assign_coords(set=sets["set"] + 100), progress=False
    )


@pytest.fixture(scope="module")
def apart(sets):
    """The same sets with every second one's chosen constants moved away together."""
    km = sets["km"].copy()
    km[1::2] = km[1::2].where(~km["parameter"].isin(CHOSEN), km[1::2] * np.exp(12))
    return sets.assign(km=km)


@pytest.fixture(scope="module")
def embedded(apart):
    return kt.umap_parameters(apart, parameters=CHOSEN, n_neighbors=15, seed=3)


def separation(points):
    """Distance of the even and the odd points' centres, over the largest distance to one's own."""
    groups = points[::2], points[1::2]
    centres = [g.mean(axis=0) for g in groups]
    radius = max(np.linalg.norm(g - c, axis=1).max() for g, c in zip(groups, centres))
    return np.linalg.norm(centres[0] - centres[1]) / radius


def test_two_clusters_lie_apart(embedded):
    assert separation(embedded["embedding"].values) > 1.5


def test_a_single_population_stays_together(sets):
    result = kt.umap_parameters(sets, parameters=CHOSEN, n_neighbors=15, seed=3)
    assert separation(result["embedding"].values) < 0.5


def test_the_chosen_parameters_alone_make_the_map(apart, embedded):
    km = apart["km"].copy()
    others = ~km["parameter"].isin(CHOSEN)
    km[:, others] = km[::-1, others].values
    again = kt.umap_parameters(apart.assign(km=km), parameters=CHOSEN, n_neighbors=15, seed=3)
    np.testing.assert_array_equal(again["embedding"], embedded["embedding"])


def test_the_seed_decides_the_map_to_the_bit(apart, embedded):
    again, other = (
        kt.umap_parameters(apart, parameters=CHOSEN, n_neighbors=15, seed=s) for s in (3, 2**70)
    )
    np.testing.assert_array_equal(again["embedding"], embedded["embedding"])
    assert (other["embedding"] != embedded["embedding"]).any()
    assert separation(other["embedding"].values) > 1.5


def test_another_process_draws_the_same_map_and_needs_no_neural_network(apart, embedded, tmp_path):
    path = kt.save_parameter_sets(apart, tmp_path / "sets.nc")
    code = (
        "import sys, hashlib, numpy, kinetools as kt\n"
        f"sets = kt.open_parameter_sets({str(path)!r})\n"
        f"m = kt.umap_parameters(sets, parameters={CHOSEN!r}, n_neighbors=15, seed=3)\n"
        "values = numpy.ascontiguousarray(m['embedding'].values)\n"
        "print(hashlib.md5(values.tobytes()).hexdigest(), 'tensorflow' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-c", code], capture_output=True, text=True
    )
    expected = hashlib.md5(np.ascontiguousarray(embedded["embedding"].values).tobytes()).hexdigest()
    assert done.stdout.split() == [expected, "False"], done.stderr
    assert done.stderr == ""


def test_labels_come_along_and_the_call_is_recorded(apart, embedded):
    assert embedded["embedding"].dims == ("set", "axis")
    assert list(embedded["axis"]) == [1, 2]
    for name in ("set", "label", "eigenvalue_max"):
        xarray.testing.assert_identical(embedded[name].variable, apart[name].variable)
    assert "km" not in embedded and "parameter" not in embedded.dims
    step = json.loads(embedded.attrs["history"])[-1]
    assert step["function"] == "umap_parameters" and step["versions"]["umap-learn"]
    assert step["parameters"] == {
        "parameters": CHOSEN,
        "n_neighbors": 15,
        "min_dist": 0.1,
        "n_components": 2,
        "seed": 3,
    }


def test_all_live_parameters_are_the_default_and_nothing_is_warned_of(sets):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = kt.umap_parameters(sets, n_components=3)
    assert result["embedding"].shape == (160, 3) and np.isfinite(result["embedding"]).all()
    live = sets["parameter"].values[sets["parameter_live"].values]
    named = kt.umap_parameters(sets, parameters=list(live), n_components=3)
    np.testing.assert_array_equal(named["embedding"], result["embedding"])


def test_repeated_sets_lie_on_top_of_each_other(sets):
    twice = sets.isel(set=np.repeat(np.arange(60), 2)).assign_coords(set=np.arange(120))
    points = kt.umap_parameters(twice, parameters=CHOSEN, n_neighbors=10)["embedding"].values
    assert np.isfinite(points).all()
    near = np.linalg.norm(points[::2] - points[1::2], axis=1)
    assert np.median(near) < 0.2 * points.std()


def test_as_few_sets_as_there_may_be(sets):
    few = sets.isel(set=slice(5))
    result = kt.umap_parameters(few, n_neighbors=4)
    assert result["embedding"].shape == (5, 2)
    with pytest.raises(
        kt.InputError, match=r"5 sets are too few for n_neighbors = 5 .* at least 6"
    ):
        kt.umap_parameters(few, n_neighbors=5)
    with pytest.raises(kt.InputError, match=r"at least 5; give more"):
        kt.umap_parameters(sets.isel(set=slice(4)), n_neighbors=2, n_components=3)
    with pytest.raises(kt.InputError, match=r"1 sets are too few"):
        kt.umap_parameters(sets.isel(set=0), n_neighbors=2)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"parameters": ["km_of_nothing"]}, "'km_of_nothing' is not among the 259"),
        ({"parameters": []}, "must be a list of names"),
        ({"n_neighbors": 1}, "n_neighbors must be a whole number of at least 2"),
        ({"min_dist": -0.1}, "min_dist must lie between 0 and 1"),
        ({"min_dist": 1.1}, "min_dist must lie between 0 and 1"),
        ({"min_dist": np.nan}, "min_dist: expected a finite number"),
        ({"n_components": 0}, "n_components must be a whole number of at least 1"),
        ({"seed": -1}, "seed must be a whole number of at least 0"),
    ],
)
def test_settings_that_mean_nothing_are_refused(sets, change, message):
    with pytest.raises(kt.InputError, match=message):
        kt.umap_parameters(sets, **change)


def test_bad_sets_are_refused(sets):
    with pytest.raises(kt.InputError, match="expected a dataset of parameter sets"):
        kt.umap_parameters(sets["km"].values)
    km = sets["km"].copy()
    km.loc[{"set": 131, "parameter": CHOSEN[0]}] = np.inf
    with pytest.raises(kt.InputError, match=f"set 131: {CHOSEN[0]} is inf"):
        kt.umap_parameters(sets.assign(km=km))
