"""Principal components of trajectories, compared with singular values of the same numbers.

The trajectories are solutions of small differential equations in the layout that experiments have.
"""

import json
import tracemalloc

import h5py
import numpy as np
import pandas as pd
import pytest
import xarray
from scipy.integrate import solve_ivp
from scipy.linalg import expm

import kinetools as kt
from kinetools.analysis import trajectory_observations
from kinetools.analysis.trajectory_observations import SCALES, block_slices
from kinetools.store import open_dataset, save_dataset

REFERENCE = np.array([2000.0, 150.0, 30.0, 800.0, 5.0, 60.0])
HOURS = np.concatenate([[0.0], np.geomspace(1e-3, 0.35, 24)])
IDS = [f"m{k}_c" for k in range(len(REFERENCE))]


def dataset(concentration, hours=HOURS, returned=None):
    """Trajectories (set, trial, time, metabolite) as `perturb` returns them."""
    n_sets, n_trials = concentration.shape[:2]
    finished = np.isfinite(concentration).all(axis=(2, 3))
    return xarray.Dataset(
        {
            "concentration": (("set", "trial", "time", "metabolite"), concentration),
            "reference": ("metabolite", REFERENCE),
            "returned": (("set", "trial"), finished if returned is None else returned),
            "status": (("set", "trial"), np.where(finished, "finished", "failed")),
        },
        {
            "set": 10 * np.arange(n_sets),
            "trial": np.arange(n_trials),
            "time": hours,
            "metabolite": IDS,
        },
        {"format": "kinetools trajectories", "model": "chain", "history": "[]"},
    )


def chain(n_sets=7, n_trials=3, seed=0):
    """A chain of Michaelis–Menten reactions that all carry one flux, perturbed and left alone."""
    rng = np.random.default_rng(seed)
    flux, n = 5000.0, len(REFERENCE)
    result = np.empty((n_sets, n_trials, len(HOURS), n))
    for s in range(n_sets):
        saturation = rng.uniform(0.1, 0.9, n)
        km, vmax = REFERENCE * (1 - saturation) / saturation, flux / saturation

        def derivative(_, x, km=km, vmax=vmax):
            rates = np.concatenate([[flux], vmax * x / (x + km)])
            return rates[:-1] - rates[1:]

        for k in range(n_trials):
            start = REFERENCE * rng.uniform(0.5, 1.5, n)
            solution = solve_ivp(
                derivative, (0, HOURS[-1]), start, "LSODA", HOURS, rtol=1e-8, atol=1e-8
            )
            result[s, k] = solution.y.T
    return dataset(result)


@pytest.fixture(scope="module")
def traj():
    return chain()


def on_scale(traj, scale):
    """All finite observations as rows of a centred matrix."""
    x = traj["concentration"].values.reshape(-1, len(REFERENCE))
    x = x[np.isfinite(x).all(axis=1)]
    x = {"log ratio": np.log(x / REFERENCE), "absolute": x}.get(scale, x / REFERENCE - 1)
    x = x - x.mean(axis=0)
    return x / x.std(axis=0, ddof=1) if scale == "standard" else x


def same_fit(a, b, rtol=1e-9):
    assert a.scale == b.scale
    assert (a.n_used, a.n_left_out, a.n_non_positive) == (b.n_used, b.n_left_out, b.n_non_positive)
    np.testing.assert_allclose(a.explained_variance, b.explained_variance, rtol, 1e-15)
    pd.testing.assert_series_equal(a.mean, b.mean, rtol=rtol)
    pd.testing.assert_frame_equal(a.loadings, b.loadings, rtol=1e-6, atol=1e-9)
    pd.testing.assert_series_equal(a.reference, b.reference)


@pytest.mark.parametrize("scale", SCALES)
def test_components_are_the_singular_vectors_of_all_observations(traj, scale):
    pca = kt.fit_trajectory_pca(traj, scale=scale)
    matrix = on_scale(traj, scale)
    left, singular, right = np.linalg.svd(matrix, full_matrices=False)
    variance = singular**2 / (len(matrix) - 1)
    np.testing.assert_allclose(pca.explained_variance, variance, rtol=1e-9)
    np.testing.assert_allclose(
        pca.explained_variance_ratio, variance / variance.sum(), rtol=1e-9, atol=1e-15
    )
    signs = np.sign((pca.loadings.values * right.T).sum(axis=0))
    np.testing.assert_allclose(pca.loadings.values, right.T * signs, atol=1e-8)
    score = pca.transform(traj)["score"].values.reshape(-1, len(REFERENCE))
    np.testing.assert_allclose(score, left * singular * signs, atol=1e-8 * singular[0])
    assert pca.n_used == len(matrix) and pca.n_left_out == 0


@pytest.mark.parametrize("scale", SCALES)
def test_components_are_orthonormal_and_explain_all_variance_together(traj, scale):
    pca = kt.fit_trajectory_pca(traj, scale=scale)
    loadings = pca.loadings.values
    np.testing.assert_allclose(loadings.T @ loadings, np.eye(len(REFERENCE)), atol=1e-12)
    assert pca.explained_variance_ratio.sum() == pytest.approx(1, abs=1e-12)
    assert (np.diff(pca.explained_variance) <= 0).all()
    largest = np.abs(loadings).argmax(axis=0)
    assert (loadings[largest, range(len(largest))] > 0).all()
    assert list(pca.loadings.index) == IDS and list(pca.loadings.columns) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("scale", SCALES)
def test_all_components_give_the_concentrations_back(traj, scale):
    pca = kt.fit_trajectory_pca(traj, scale=scale)
    back = pca.inverse(pca.transform(traj))
    assert back.dims == ("set", "trial", "time", "metabolite")
    np.testing.assert_allclose(back.values, traj["concentration"].values, rtol=1e-9)
    assert back.attrs["units"] == "umol/L"
    np.testing.assert_array_equal(back["set"], traj["set"])


def test_what_two_components_leave_out_is_the_variance_of_the_others(traj):
    pca = kt.fit_trajectory_pca(traj, scale="relative")
    two = pca.transform(traj)["score"].sel(component=[1, 2])
    residual = (pca.inverse(two) - traj["concentration"]).values / REFERENCE
    lost = (residual**2).sum() / (pca.n_used - 1)
    assert lost == pytest.approx(pca.explained_variance[2:].sum(), rel=1e-9)
    # Plain numbers stand for the first components.
    np.testing.assert_allclose(
        pca.inverse(two.values[0, 0]).values, pca.inverse(two).values[0, 0], rtol=1e-12
    )
    np.testing.assert_allclose(pca.inverse(two.values[0, 0, 3]), pca.inverse(two)[0, 0, 3])
    assert pca.inverse([0.0, 0.0]).values == pytest.approx((1 + pca.mean.values) * REFERENCE)
    np.testing.assert_allclose(
        pca.inverse(two.sel(component=[2, 1])).values, pca.inverse(two).values, rtol=1e-12
    )


def linear(start, matrix):
    """x = x_ref(1 + y), dy/dt = matrix · y, from relative deviations y(0) (set, trial, metabolite)."""
    steps = np.array([expm(matrix * t) for t in HOURS])
    return dataset(REFERENCE * (1 + np.einsum("tij,skj->skti", steps, start)))


@pytest.mark.parametrize("scale, amplitude", [("relative", 0.5), ("log ratio", 0.1)])
def test_a_motion_in_a_plane_is_found_as_two_components(scale, amplitude):
    rng = np.random.default_rng(3)
    n = len(REFERENCE)
    modes = rng.normal(size=(n, n))
    # Two slow modes carry the perturbation; a thousandth of it goes into fast ones.
    matrix = modes @ np.diag([-6.0, -15, -90, -200, -900, -3e4]) @ np.linalg.inv(modes)
    weights = np.array([1, 1, 1e-3, 1e-3, 1e-3, 1e-3])
    start = rng.normal(size=(8, 4, n)) * weights @ modes.T
    start *= amplitude / np.abs(start).max()
    pca = kt.fit_trajectory_pca(linear(start, matrix), scale=scale)
    assert pca.explained_variance_ratio[:2].sum() > 0.99
    assert pca.explained_variance_ratio[1] > 0.01
    plane = np.linalg.qr(modes[:, :2])[0]
    cosines = np.linalg.svd(plane.T @ pca.loadings.values[:, :2], compute_uv=False)
    assert cosines.min() > 0.99


def test_absolute_concentrations_see_what_is_plentiful_and_log_ratios_do_not(traj):
    absolute, ratio = (
        kt.fit_trajectory_pca(traj, scale=s).loadings[1].abs() for s in ("absolute", "log ratio")
    )
    assert absolute.idxmax() == "m0_c" and absolute.max() > 0.95
    assert ratio.max() < 0.95


@pytest.mark.parametrize("scale", SCALES)
def test_the_division_into_blocks_changes_nothing(traj, scale, monkeypatch):
    whole = kt.fit_trajectory_pca(traj, scale=scale)
    scores = whole.transform(traj)["score"]
    for room in (1, 7 * 6, 30 * 6, 200 * 6):
        monkeypatch.setattr(trajectory_observations, "ROOM", room)
        pca = kt.fit_trajectory_pca(traj, scale=scale)
        same_fit(pca, whole)
        np.testing.assert_allclose(
            whole.transform(traj)["score"], scores, rtol=1e-9, atol=1e-9 * np.abs(scores).max()
        )


def test_blocks_cover_every_observation_once_and_keep_within_their_room():
    for sizes in ({"a": 5, "b": 3, "c": 4}, {"a": 7}, {}, {"a": 3, "b": 0}):
        shape = tuple(sizes.values())
        for room in (1, 2, 5, 12, 13, 1000):
            count = np.zeros(shape, int)
            for pieces in block_slices(sizes, room):
                part = count[tuple(pieces.values())]
                assert part.size <= room
                count[tuple(pieces.values())] += 1
            assert (count == 1).all()


def test_a_large_spread_far_from_zero_loses_no_digits(traj, monkeypatch):
    # A constant on top of all concentrations leaves the absolute components alone.
    monkeypatch.setattr(trajectory_observations, "ROOM", 100)
    far = traj.assign(concentration=traj["concentration"] + 1e7)
    a, b = (kt.fit_trajectory_pca(t, scale="absolute") for t in (traj, far))
    np.testing.assert_allclose(
        a.explained_variance, b.explained_variance, rtol=1e-8, atol=1e-9 * a.explained_variance[0]
    )


def test_trajectories_that_stopped_are_left_out_and_counted(traj):
    x = traj["concentration"].values.copy()
    x[2, 1, 10:] = np.nan
    x[4, 0, 3, 2] = np.inf
    x[5, 2, 7, :2] = np.nan
    broken = dataset(x)
    pca = kt.fit_trajectory_pca(broken, scale="log ratio")
    assert (pca.n_used, pca.n_left_out) == (x[..., 0].size - 17, 17)
    assert pca.n_non_positive == 0
    variance = np.linalg.svd(on_scale(broken, "log ratio"), compute_uv=False) ** 2
    np.testing.assert_allclose(pca.explained_variance, variance / (pca.n_used - 1), rtol=1e-9)
    score = pca.transform(broken)["score"]
    finite = np.isfinite(x).all(axis=-1)
    assert (np.isfinite(score.values) == finite[..., None]).all()


def test_concentrations_without_a_logarithm_are_named_and_left_out(traj):
    x = traj["concentration"].values.copy()
    x[3, 1, 5, 2] = -1e-7
    x[3, 1, 6, 2] = 0.0
    x[4] = np.nan
    x[4, 0, 0, 0] = -1.0  # of an observation that is not finite in the first place
    odd = dataset(x)
    with pytest.warns(UserWarning, match=r"2 of 525 .*set 30, trial 1, time .*'m2_c': -1e-07 µmol"):
        pca = kt.fit_trajectory_pca(odd)
    assert (pca.n_left_out, pca.n_non_positive) == (2 + 75, 2)
    with pytest.warns(UserWarning, match="are left out of the scores"):
        score = pca.transform(odd)["score"]
    assert np.isnan(score.values[3, 1, 5:7]).all() and np.isfinite(score.values[3, 1, 7]).all()
    # Other scales need no logarithm.
    assert kt.fit_trajectory_pca(odd, scale="relative").n_left_out == 75


def test_scores_keep_the_layout_and_what_is_known_of_the_trajectories(traj):
    result = kt.fit_trajectory_pca(traj, n_components=2).transform(traj)
    assert result["score"].dims == ("set", "trial", "time", "component")
    for name in ("set", "trial", "time"):
        xarray.testing.assert_identical(result[name].variable, traj[name].variable)
    xarray.testing.assert_identical(result["returned"].variable, traj["returned"].variable)
    assert (result["status"] == "finished").all()
    assert list(result["component"]) == [1, 2]
    assert "metabolite" not in result.variables
    done = [step["function"] for step in json.loads(result.attrs["history"])]
    assert done == ["TrajectoryPCA.transform"]


def test_new_models_are_projected_as_if_they_had_been_in_the_fit(traj):
    pca = kt.fit_trajectory_pca(traj)
    fitted = pca.transform(traj)["score"]
    shuffled = traj.isel(set=[5, 2], metabolite=[3, 1, 0, 5, 4, 2])
    again = pca.transform(shuffled)["score"]
    np.testing.assert_allclose(again, fitted.isel(set=[5, 2]), atol=1e-12)
    other = pca.transform(chain(n_sets=2, seed=9))["score"]
    assert np.isfinite(other).all()


def test_simulations_have_no_trials_and_one_trajectory_is_enough(traj):
    simulated = traj.isel(trial=0, drop=True)
    pca = kt.fit_trajectory_pca(simulated)
    assert pca.transform(simulated)["score"].dims == ("set", "time", "component")
    one = simulated.isel(set=1)
    assert kt.fit_trajectory_pca(one).n_used == len(HOURS)
    single = one.isel(time=3)
    score = pca.transform(single)["score"]
    assert score.dims == ("component",)
    np.testing.assert_allclose(score, pca.transform(simulated)["score"][1, 3], atol=1e-12)


def test_perturbed_and_simulated_models_are_taken_as_they_come(tmp_path, model, state):
    sets = kt.sample_parameters(model, state, 6, seed=2, progress=False)
    sets = kt.label_parameters(model, state, sets, progress=False)
    perturbed = kt.perturb(model, state, sets, n_trials=2, progress=False)
    path = kt.save_trajectories(perturbed, tmp_path / "perturbed.nc")
    with kt.open_trajectories(path) as opened:
        pca = kt.fit_trajectory_pca(opened)
        score = pca.transform(opened)
        assert pca.n_used + pca.n_left_out == perturbed["concentration"][..., 0].size
        assert (score["label"] == sets["label"]).all()
        assert (score["returned"] == perturbed["returned"]).all()
    # Moieties leave 44 of 50 metabolites free: the rest adds nothing in concentrations.
    relative = kt.fit_trajectory_pca(perturbed, scale="relative")
    assert relative.explained_variance_ratio[44:].sum() < 1e-10
    simulated = kt.simulate(model, state, sets, hours=[0.0, 0.01, 0.1], progress=False)
    at_rest = pca.transform(simulated)["score"]
    assert at_rest.dims == ("set", "time", "component")
    expected = -pca.mean.values @ pca.loadings.values
    np.testing.assert_allclose(at_rest.isel(time=0), np.tile(expected, (6, 1)), atol=1e-9)


def test_experiments_put_together_are_fitted_together(traj):
    other = chain(n_sets=2, seed=9).assign_coords(set=[1000, 1001])
    together = xarray.concat([traj, other], "set", data_vars="all")
    assert together["reference"].dims == ("set", "metabolite")
    pca = kt.fit_trajectory_pca(together)
    matrix = np.concatenate([traj["concentration"], other["concentration"]]).reshape(-1, 6)
    variance = np.linalg.eigvalsh(np.cov(np.log(matrix / REFERENCE).T))[::-1]
    np.testing.assert_allclose(pca.explained_variance, variance, rtol=1e-9)
    np.testing.assert_allclose(pca.reference, REFERENCE)
    elsewhere = other.assign(reference=other["reference"] * 1.1)
    with pytest.raises(kt.InputError, match="several steady states"):
        kt.fit_trajectory_pca(xarray.concat([traj, elsewhere], "set", data_vars="all"))


def test_a_fit_may_rest_on_some_of_the_times(traj):
    late = kt.fit_trajectory_pca(traj, times=HOURS[[20, 5, 24]])
    same_fit(late, kt.fit_trajectory_pca(traj.isel(time=[20, 5, 24])))
    assert late.n_used == 7 * 3 * 3
    assert late.transform(traj)["score"].sizes["time"] == len(HOURS)


@pytest.mark.parametrize("scale", SCALES)
def test_a_metabolite_that_does_not_move_has_no_part_in_any_component(traj, scale):
    still = traj["concentration"].values.copy()
    still[..., 3] = REFERENCE[3] * 1.1
    pca = kt.fit_trajectory_pca(dataset(still), scale=scale, n_components=5)
    np.testing.assert_allclose(pca.loadings.loc["m3_c"], 0, atol=1e-7)
    assert pca.explained_variance_ratio.sum() == pytest.approx(1)


def test_a_fit_is_the_same_after_saving_and_loading(traj, tmp_path):
    for scale in SCALES:
        pca = kt.fit_trajectory_pca(traj, scale=scale, n_components=3)
        path = pca.save(tmp_path / f"{scale}.nc")
        again = kt.load_trajectory_pca(path)
        xarray.testing.assert_identical(again.dataset, pca.dataset)
        same_fit(again, pca)
        xarray.testing.assert_equal(again.transform(traj)["score"], pca.transform(traj)["score"])
        path.unlink()  # nothing holds the file
    assert repr(pca).startswith("<TrajectoryPCA of 525 observations: ")


def test_a_file_is_read_in_pieces(traj, tmp_path, monkeypatch):
    many = xarray.concat(
        [traj.assign_coords(set=traj["set"] + 1000 * k) for k in range(300)],
        "set",
        data_vars="minimal",
    )
    many["reference"] = traj["reference"]
    many["status"].attrs["classes"] = json.dumps(["finished", "unresolved", "failed"])
    path = save_dataset(many, tmp_path / "many.nc")
    size = many["concentration"].nbytes
    del many
    monkeypatch.setattr(trajectory_observations, "ROOM", 20_000)
    with open_dataset(path, "trajectories") as opened:
        kt.fit_trajectory_pca(opened.isel(set=slice(2)))
        tracemalloc.start()
        pca = kt.fit_trajectory_pca(opened)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 0.3 * size
        xarray.testing.assert_allclose(
            pca.transform(opened.isel(set=slice(7)))["score"].drop_vars("set"),
            pca.transform(traj)["score"].drop_vars("set"),
        )
    np.testing.assert_allclose(
        pca.explained_variance_ratio, kt.fit_trajectory_pca(traj).explained_variance_ratio, 1e-9
    )


def test_other_metabolites_or_another_steady_state_are_refused(traj):
    pca = kt.fit_trajectory_pca(traj)
    with pytest.raises(kt.InputError, match="'m2_c' is in the fit only"):
        pca.transform(traj.drop_sel(metabolite="m2_c"))
    renamed = traj.assign_coords(metabolite=[*IDS[:-1], "atp_c"])
    with pytest.raises(kt.InputError, match="'atp_c' is in the trajectories only"):
        pca.transform(renamed)
    other = traj.assign(reference=traj["reference"] * [1, 1, 1, 1.01, 1, 1])
    with pytest.raises(kt.InputError, match=r"'m3_c' is 808 µmol/L .* 800 in the fit"):
        pca.transform(other)


def test_fewer_than_two_observations_are_refused(traj):
    with pytest.raises(kt.InputError, match=r"at least two observations .* found 1 among 1"):
        kt.fit_trajectory_pca(traj.isel(set=[0], trial=[0], time=[0]))
    nothing = traj.assign(concentration=traj["concentration"] * np.nan)
    with pytest.raises(kt.InputError, match="found 0 among 525"):
        kt.fit_trajectory_pca(nothing)
    with pytest.raises(kt.InputError, match="found 0 among 0"):
        kt.fit_trajectory_pca(traj.isel(set=[]))
    negative = traj.assign(concentration=-traj["concentration"])
    with (
        pytest.warns(UserWarning, match="525 of 525"),
        pytest.raises(kt.InputError, match="found 0"),
    ):
        kt.fit_trajectory_pca(negative)


@pytest.mark.parametrize("scale", SCALES)
def test_models_that_stay_where_they_are_have_no_variance(traj, scale):
    still = dataset(np.broadcast_to(REFERENCE * 1.1, (3, 2, len(HOURS), 6)).copy())
    with pytest.raises(kt.InputError, match="all 150 observations are equal"):
        kt.fit_trajectory_pca(still, scale=scale)


def test_the_number_of_components_is_that_of_metabolites_or_observations_at_most(traj):
    with pytest.raises(kt.InputError, match=r"n_components = 7, .* have 6 principal"):
        kt.fit_trajectory_pca(traj, n_components=7)
    few = traj.isel(set=[0], trial=[0], time=[0, 5, 9, 14])
    assert kt.fit_trajectory_pca(few).n_components == 3
    with pytest.raises(kt.InputError, match="have 3 principal"):
        kt.fit_trajectory_pca(few, n_components=4)
    for wrong in (0, 1.5, True, "2"):
        with pytest.raises(kt.InputError, match="n_components must be a whole number"):
            kt.fit_trajectory_pca(traj, n_components=wrong)


def test_what_cannot_be_meant_is_named(traj):
    with pytest.raises(kt.InputError, match=r"scale must be one of log ratio, .* found 'log'"):
        kt.fit_trajectory_pca(traj, scale="log")
    with pytest.raises(kt.InputError, match="scale must be one of"):
        kt.fit_trajectory_pca(traj, scale=["relative"])
    with pytest.raises(kt.InputError, match="found ndarray"):
        kt.fit_trajectory_pca(traj["concentration"].values)
    with pytest.raises(kt.InputError, match="found a dataset of concentration"):
        kt.fit_trajectory_pca(traj[["concentration"]])
    for factor in (0, np.nan, -1):
        with pytest.raises(kt.InputError, match=r"'m4_c' is .*, but it must be a positive"):
            kt.fit_trajectory_pca(
                traj.assign(reference=traj["reference"] * [1, 1, 1, 1, factor, 1])
            )
    for name in ("concentration", "reference"):
        words = traj[name].astype(str) + "?"
        with pytest.raises(kt.InputError, match=f"{name}.* must hold real numbers"):
            kt.fit_trajectory_pca(traj.assign({name: words}))
    with pytest.raises(kt.InputError, match="history is no list"):
        kt.fit_trajectory_pca(traj.assign_attrs(history=5))
    with pytest.raises(kt.InputError, match=r"reference has the dimensions \(\)"):
        kt.fit_trajectory_pca(traj.assign(reference=1.0))
    with pytest.raises(kt.InputError, match="an id of its own"):
        kt.fit_trajectory_pca(traj.assign_coords(metabolite=[*IDS[:-1], "m0_c"]))
    with pytest.raises(kt.InputError, match="no metabolites"):
        kt.fit_trajectory_pca(traj.isel(metabolite=[]))
    with pytest.raises(kt.InputError, match=r"no time 0\.2 h"):
        kt.fit_trajectory_pca(traj, times=[HOURS[3], 0.2])
    for times in ([], "soon", [HOURS[1]] * 2, [[0.0]]):
        with pytest.raises(kt.InputError, match="times must"):
            kt.fit_trajectory_pca(traj, times=times)
    with pytest.raises(kt.InputError, match="no dimension time"):
        kt.fit_trajectory_pca(traj.isel(time=0, drop=True), times=[0.0])


def test_points_must_fit_the_components(traj):
    pca = kt.fit_trajectory_pca(traj, n_components=2)
    for points in ([1.0, 2.0, 3.0], [[1.0, 2.0, 3.0]], []):
        with pytest.raises(kt.InputError, match=r"but the fit has 2"):
            pca.inverse(points)
    for points in ("middle", 1.0, np.zeros((2, 2, 2))):
        with pytest.raises(kt.InputError, match="points must be numbers"):
            pca.inverse(points)
    with pytest.raises(kt.InputError, match="no variable 'score'"):
        pca.inverse(traj)
    with pytest.raises(kt.InputError, match="one must be 'component'"):
        pca.inverse(traj["returned"])
    wide = kt.fit_trajectory_pca(traj).transform(traj)
    with pytest.raises(kt.InputError, match="6 components, but the fit has 2"):
        pca.inverse(wide)


def test_files_that_hold_no_fit_are_refused(traj, tmp_path):
    with pytest.raises(kt.InputError, match="no such file"):
        kt.load_trajectory_pca(tmp_path / "none.nc")
    foreign = save_dataset(traj, tmp_path / "trajectories.nc")
    with pytest.raises(kt.InputError, match="expected a file of trajectory PCA"):
        kt.load_trajectory_pca(foreign)
    pca = kt.fit_trajectory_pca(traj)
    for name in ("loading", "reference", "mean", "spread"):
        path = pca.save(tmp_path / f"without {name}.nc")
        with h5py.File(path, "r+") as file:
            del file[name]
        with pytest.raises(kt.InputError, match=rf"damaged .*{name}"):
            kt.load_trajectory_pca(path)
    path = pca.save(tmp_path / "odd.nc")
    with h5py.File(path, "r+") as file:
        file["loading"][0, 0] = np.nan
    with pytest.raises(kt.InputError, match="'loading' must be"):
        kt.load_trajectory_pca(path)
    path = pca.save(tmp_path / "scale.nc")
    with h5py.File(path, "r+") as file:
        file.attrs["scale"] = "log"
    with pytest.raises(kt.InputError, match="unknown scale 'log'"):
        kt.load_trajectory_pca(path)
