"""Principal components of parameter sets, compared with singular values of ln Km."""

import json

import numpy as np
import pytest
import xarray

import kinetools as kt


@pytest.fixture(scope="module")
def sets(model, state):
    # More than one block, and numbers that are not positions.
    sets = kt.sample_parameters(model, state, n_sets=2500, seed=8, progress=False)
    sets = sets.assign_coords(set=sets["set"] + 100)
    return kt.label_parameters(model, state, sets, progress=False)


@pytest.fixture(scope="module")
def live(sets):
    return sets["parameter"].values[sets["parameter_live"].values]


def test_components_are_the_singular_vectors_of_ln_km(sets, live):
    pca = kt.fit_parameter_pca(sets)
    ln_km = np.log(sets["km"].sel(parameter=live).values)
    left, singular, right = np.linalg.svd(ln_km - ln_km.mean(axis=0), full_matrices=False)
    np.testing.assert_allclose(pca.explained_variance, singular**2 / 2499, rtol=1e-9)
    np.testing.assert_allclose(pca.mean, ln_km.mean(axis=0), rtol=1e-12)
    assert list(pca.loadings.index) == list(live) and len(live) == 238
    signs = np.sign((pca.loadings.values * right.T).sum(axis=0))
    np.testing.assert_allclose(pca.loadings.values, right.T * signs, atol=1e-6)
    np.testing.assert_allclose(pca.transform(sets)["score"], left * singular * signs, atol=1e-5)


def test_components_are_orthonormal_and_explain_all_variance_together(sets):
    pca = kt.fit_parameter_pca(sets)
    loadings = pca.loadings.values
    np.testing.assert_allclose(loadings.T @ loadings, np.eye(238), atol=1e-12)
    assert pca.explained_variance_ratio.sum() == pytest.approx(1, abs=1e-12)


def test_free_samples_have_no_preferred_direction_and_the_variance_of_a_logistic(sets):
    # Saturations are uniform, so ln Km is logistic; the edges are those of Marchenko and Pastur.
    pca = kt.fit_parameter_pca(sets)
    assert pca.explained_variance.mean() == pytest.approx(np.pi**2 / 3, rel=0.02)
    edges = np.pi**2 / 3 * (1 + np.array([-1, 1]) * np.sqrt(238 / 2500)) ** 2
    assert 0.9 * edges[0] < pca.explained_variance[-1] < pca.explained_variance[0] < 1.1 * edges[1]


def test_parameters_that_vary_together_make_the_first_component(sets):
    first, second = "km_substrate1_PFK", "km_product1_PFK"
    km = sets["km"].copy()
    km.loc[{"parameter": second}] = km.sel(parameter=first).values ** 3
    pca = kt.fit_parameter_pca(sets.assign(km=km), n_components=1)
    largest = pca.loadings[1].abs().sort_values(ascending=False)
    assert set(largest.index[:2]) == {first, second}
    expected = np.array([1, 3]) / np.sqrt(10)
    np.testing.assert_allclose(pca.loadings.loc[[first, second], 1], expected, atol=0.02)
    assert pca.explained_variance[0] == pytest.approx(10 * np.pi**2 / 3, rel=0.1)


def test_labels_come_along_with_the_scores(sets):
    result = kt.fit_parameter_pca(sets, n_components=2).transform(sets)
    assert result["score"].dims == ("set", "component") and result.sizes["component"] == 2
    for name in ("set", "label", "eigenvalue_max", "time_constant"):
        xarray.testing.assert_identical(result[name].variable, sets[name].variable)
    assert "parameter" not in result.dims and "km" not in result
    done = [step["function"] for step in json.loads(result.attrs["history"])]
    assert done == ["sample_parameters", "label_parameters", "ParameterPCA.transform"]


def test_other_sets_are_projected_with_parameters_in_any_order(sets, live):
    pca = kt.fit_parameter_pca(sets.isel(set=slice(2000)), n_components=3)
    other = sets.isel(set=slice(2000, 2500))
    expected = (np.log(other["km"].sel(parameter=live).values) - pca.mean.values) @ pca.loadings
    score = pca.transform(other)["score"]
    np.testing.assert_allclose(score, expected, atol=1e-9)
    turned = pca.transform(other.isel(parameter=slice(None, None, -1)))["score"]
    np.testing.assert_allclose(turned, score, atol=1e-12)
    one = pca.transform(other.isel(set=7))["score"]
    np.testing.assert_allclose(one, score[[7]], atol=1e-12)


def test_chosen_parameters_only(sets):
    names = ["km_product1_PFK", "km_substrate1_PFK", "km_substrate_PGI"]
    pca = kt.fit_parameter_pca(sets, parameters=names)
    assert list(pca.loadings.index) == names and pca.n_components == 3
    chosen = pca.transform(sets.sel(parameter=names))["score"]
    np.testing.assert_allclose(pca.transform(sets)["score"], chosen, atol=1e-12)


def test_a_fit_is_the_same_after_saving_and_loading(sets, tmp_path):
    pca = kt.fit_parameter_pca(sets, n_components=4)
    again = kt.load_parameter_pca(pca.save(tmp_path / "pca.nc"))
    xarray.testing.assert_identical(again.dataset, pca.dataset)
    xarray.testing.assert_equal(again.transform(sets)["score"], pca.transform(sets)["score"])
    with pytest.raises(kt.InputError, match="expected a file of trajectory PCA"):
        kt.load_trajectory_pca(tmp_path / "pca.nc")


def test_bad_sets_are_refused(sets, live):
    with pytest.raises(kt.InputError, match=r"at least two observations .* found 1"):
        kt.fit_parameter_pca(sets.isel(set=3))
    with pytest.raises(
        kt.InputError, match=r"n_components = 10, but 10 observations .* 9 principal"
    ):
        kt.fit_parameter_pca(sets.isel(set=slice(10)), n_components=10)
    with pytest.raises(kt.InputError, match="are equal"):
        kt.fit_parameter_pca(sets.isel(set=[4, 4, 4]))
    with pytest.raises(kt.InputError, match=r"expected a dataset of parameter sets .* ndarray"):
        kt.fit_parameter_pca(sets["km"].values)
    with pytest.raises(kt.InputError, match=r"\('set', 'column'\)"):
        kt.fit_parameter_pca(sets[["km"]].drop_vars("parameter").rename(parameter="column"))
    pca = kt.fit_parameter_pca(sets, n_components=2)
    with pytest.raises(kt.InputError, match=f"'{live[3]}' is not among the 258"):
        pca.transform(sets.drop_sel(parameter=live[3]))
    for value in (np.nan, 0.0, -1.0):
        km = sets["km"].copy()
        km.loc[{"set": 2200, "parameter": live[5]}] = value
        with pytest.raises(kt.InputError, match=f"set 2200: {live[5]} is"):
            pca.transform(sets.assign(km=km))
        with pytest.raises(kt.InputError, match=f"set 2200: {live[5]} is"):
            kt.fit_parameter_pca(sets.assign(km=km))


@pytest.mark.parametrize(
    "parameters, message",
    [
        (["km_of_nothing"], "'km_of_nothing' is not among the 259"),
        (["a", "b"], r"'a' \(and 1 more\)"),
        ([], "must be a list of names"),
        ("km_substrate_PGI", "must be a list of names"),
        (["km_substrate_PGI"] * 2, "each once"),
    ],
)
def test_parameters_must_be_names_of_the_sets(sets, parameters, message):
    with pytest.raises(kt.InputError, match=message):
        kt.fit_parameter_pca(sets, parameters=parameters)


def test_sets_that_do_not_say_what_is_live_need_names(sets):
    bare = sets.drop_vars("parameter_live")
    with pytest.raises(kt.InputError, match="name the parameters"):
        kt.fit_parameter_pca(bare)
    assert kt.fit_parameter_pca(bare, parameters=["km_substrate_PGI"]).n_components == 1
