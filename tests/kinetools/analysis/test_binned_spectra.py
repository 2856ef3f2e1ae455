"""Spectra by bin of a parameter are the labelled sets' own numbers, sorted by that parameter."""

import numpy as np
import pytest
import xarray

import kinetools as kt

NAME = "km_product3_ACS"


@pytest.fixture(scope="module")
def binned(model, state, labelled):
    return kt.binned_spectra(model, state, NAME, labelled)


def test_bins_hold_equally_many_sets_and_their_own_numbers(binned, labelled):
    ln_km = np.log(labelled["km"].sel(parameter=NAME).values)
    slowest = labelled["eigenvalue_max"].values
    edges = binned["ln_km_edge"].values
    np.testing.assert_allclose(edges, np.quantile(ln_km, np.linspace(0, 1, 11)))
    assert (binned["n_sets"] == 600).all()
    for b in range(10):
        last = b == 9
        inside = (ln_km >= edges[b]) & ((ln_km < edges[b + 1]) | last)
        row = binned.isel(bin=b)
        assert row["share_stable"] == np.mean(slowest[inside] < 0)
        assert row["share_relevant"] == np.mean(labelled["label"].values[inside] == "relevant")
        assert row["eigenvalue_mean"] == pytest.approx(slowest[inside].mean())
        quantiles = np.quantile(slowest[inside], [0.05, 0.25, 0.5, 0.75, 0.95])
        np.testing.assert_allclose(row["eigenvalue_quantile"], quantiles)
        counts = np.histogram(slowest[inside], binned["eigenvalue_edge"])[0]
        assert (row["histogram"] == counts).all()
        assert row["ln_km"] == pytest.approx(np.median(ln_km[inside]))
    assert edges[0] == ln_km.min()
    assert edges[-1] == ln_km.max()


def test_the_axis_shows_slow_and_exploding_modes_and_parts_them_at_zero(binned, labelled):
    edges = binned["eigenvalue_edge"].values
    slowest = labelled["eigenvalue_max"].values
    assert edges[0] <= slowest.min()
    assert slowest.max() <= edges[-1]
    assert 0 in edges
    assert binned.attrs["eigenvalue_scale"] == 10
    np.testing.assert_allclose(np.diff(np.arcsinh(edges / 10)), 0.1, rtol=1e-6)
    stable = binned["histogram"].values[:, edges[1:] <= 0].sum(axis=1)
    np.testing.assert_allclose(stable / 600, binned["share_stable"])
    assert all("units" in v.attrs and "long_name" in v.attrs for v in binned.variables.values())


def test_the_parameter_that_ranks_first_moves_the_spectra_and_a_dead_one_does_not(
    binned, model, state, labelled, ranking
):
    assert ranking.index[0] == NAME
    relevant = binned["share_relevant"].values
    assert np.argmin(relevant) == 9
    assert relevant[:3].mean() - relevant[-3:].mean() > 0.2
    dead = ranking.index[~ranking["live"]][0]
    still = kt.binned_spectra(model, state, dead, labelled)["share_relevant"].values
    assert np.ptp(still) < 0.12


def test_samples_drawn_here_are_those_that_label_parameters_labels(model, state, labelled, binned):
    drawn = kt.binned_spectra(model, state, NAME, n_sets=6000, seed=11, progress=False)
    xarray.testing.assert_equal(drawn, binned)


def test_spectra_are_computed_where_the_sets_have_none_for_any_number_of_workers(
    model, state, labelled, binned
):
    bare = labelled[["km", "vmax"]]
    for workers in (1, 2):
        found = kt.binned_spectra(model, state, NAME, bare, workers=workers, progress=False)
        xarray.testing.assert_equal(found, binned)


def test_a_rule_of_ones_own_decides_what_is_relevant(model, state, labelled):
    rule = kt.LabelRule(slowest=-12, conditions=[["km_substrate1_PFK", "<", 1e3]])
    relabelled = kt.relabel(labelled, rule)
    expected = kt.binned_spectra(model, state, NAME, relabelled)
    assert 0.05 < expected["share_relevant"].mean() < 0.5
    for sets in (labelled, labelled[["km", "vmax"]], None):
        found = kt.binned_spectra(
            model, state, NAME, sets, n_sets=6000, seed=11, rule=rule, progress=False
        )
        xarray.testing.assert_equal(found, expected)
        assert found.attrs["rule"] == str(rule)


def test_labels_corrected_by_hand_are_respected(model, state, labelled):
    sets = labelled.isel(set=slice(0, 100))
    edited = kt.edit_labels(sets, [{"sets": list(range(100)), "label": "relevant"}])
    assert (kt.binned_spectra(model, state, NAME, edited)["share_relevant"] == 1).all()


def test_sets_on_disk_give_the_same(model, state, labelled, tmp_path, binned):
    path = kt.save_parameter_sets(labelled, tmp_path / "sets.nc")
    with kt.open_parameter_sets(path) as sets:
        found = kt.binned_spectra(model, state, NAME, sets)
        bare = kt.binned_spectra(
            model, state, NAME, sets.drop_vars("eigenvalue_max"), progress=False
        )
    xarray.testing.assert_equal(found, binned)
    xarray.testing.assert_equal(bare, binned)


def test_equal_values_share_a_bin_and_empty_bins_have_no_numbers(model, state, labelled):
    km = labelled["km"].copy()
    km.loc[{"parameter": NAME}] = np.where(np.arange(6000) < 4000, 1.0, km.sel(parameter=NAME) + 1)
    found = kt.binned_spectra(model, state, NAME, labelled.assign(km=km), bins=5)
    assert found["n_sets"].sum() == 6000
    empty = (found["n_sets"] == 0).values
    assert empty.any()
    assert (np.isnan(found["share_stable"]) == empty).all()
    assert (np.isnan(found["eigenvalue_quantile"]).all("quantile") == empty).all()
    assert (found["histogram"].sum("eigenvalue_bin") == found["n_sets"]).all()


def test_what_cannot_be_binned_is_refused(model, state, labelled):
    sets = labelled.isel(set=slice(0, 20))
    with pytest.raises(kt.InputError, match="did you mean 'km_product3_ACS'"):
        kt.binned_spectra(model, state, "km_product3_ACX", sets)
    with pytest.raises(kt.InputError, match="20 sets do not fill 21 bins"):
        kt.binned_spectra(model, state, NAME, sets, bins=21)
    with pytest.raises(kt.InputError, match="bins must be"):
        kt.binned_spectra(model, state, NAME, sets, bins=0)
    constant = sets.assign(km=xarray.ones_like(sets["km"]))
    with pytest.raises(kt.InputError, match="the same value"):
        kt.binned_spectra(model, state, NAME, constant)
    for given in (sets, sets[["km", "vmax"]]):
        with pytest.raises(kt.InputError, match="positive finite"):
            kt.binned_spectra(model, state, NAME, given.assign(km=-sets["km"]), progress=False)
    unknown = sets.assign(eigenvalue_max=sets["eigenvalue_max"] * np.nan)
    with pytest.raises(kt.InputError, match="not finite"):
        kt.binned_spectra(model, state, NAME, unknown)
    with pytest.raises(kt.InputError, match="dataset"):
        kt.binned_spectra(model, state, NAME, sets["km"].values)
    with pytest.raises(kt.InputError, match="missing"):
        kt.binned_spectra(model, state, NAME, sets.isel(parameter=slice(5, None)))
    other = kt.load_steady_state("ecoli", physiology=2)
    with pytest.raises(kt.InputError, match="steady state"):
        kt.binned_spectra(model, other, NAME, sets)
    with pytest.raises(kt.InputError, match="no quantity"):
        rule = kt.LabelRule(conditions=[["nonsense", "<", 1]])
        kt.binned_spectra(model, state, NAME, n_sets=50, rule=rule, progress=False)
