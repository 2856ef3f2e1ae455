"""Trajectories: right numbers by three unrelated methods, conserved totals, limits that hold."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import kinetools as kt
from kinetools.errors import InputError
from kinetools.kinetics.perturbation import Preset, draw_states
from kinetools.kinetics.rodas import derivative, jacobian
from kinetools.kinetics.trajectories import system_of

HOURS = [0.0, 1e-4, 0.01, 0.1, 0.35]


@pytest.fixture(scope="module")
def sets(model, state):
    sampled = kt.sample_parameters(model, state, 40, seed=1, progress=False)
    return kt.label_parameters(model, state, sampled, progress=False)


@pytest.fixture(scope="module")
def relevant(sets):
    return sets.isel(set=np.flatnonzero(sets.label.values == "relevant"))


@pytest.fixture(scope="module")
def starts(model, state, relevant):
    """One perturbed state a set; some of them will not return."""
    system = system_of(model, state)
    n = relevant.sizes["set"]
    states, _ = draw_states(system, Preset(0.5, 1.5, 1), n, np.random.default_rng(4))
    return pd.DataFrame(states, columns=system.metabolites)


def simulate(*arguments, **options):
    return kt.simulate(*arguments, **{"progress": False, "workers": 2} | options)


@pytest.fixture(scope="module")
def precise(model, state, relevant, starts):
    return simulate(model, state, relevant, starts, HOURS, rtol=1e-8)


def deviation(found, expected, reference):
    """Largest difference, in units of max(|x|, 1e-6·x_ref)."""
    return float((np.abs(found - expected) / np.maximum(np.abs(expected), 1e-6 * reference)).max())


@pytest.mark.parametrize("method", ["Radau", "BDF"])
def test_trajectories_agree_with_unrelated_implicit_methods(
    model, state, relevant, starts, precise, method
):
    from scipy.integrate import solve_ivp

    system = system_of(model, state)
    scale = system.reference[system.independent]
    constants = system.constants(relevant.km.values, relevant.vmax.values)
    escaping = np.argsort(-distance(precise).values)[:2]
    for k in (*escaping, 0, 1):
        start = starts.values[k]
        totals, n = system.totals(start), len(scale)
        change, slope = np.empty(n), np.empty((n, n))

        def rate(_, y, k=k, totals=totals, start=start, change=change):
            derivative(system.equations, constants[k], totals, start, y, change)
            return change.copy()

        def slopes(_, y, k=k, totals=totals, start=start, slope=slope):
            jacobian(system.equations, constants[k], totals, start, y, slope)
            return slope.T.copy()

        # Two digits beyond what is compared, and as far down as it is compared.
        solution = solve_ivp(
            rate,
            (0, HOURS[-1]),
            start[system.independent] / scale,
            method,
            HOURS,
            rtol=1e-9,
            atol=1e-15,
            jac=slopes,
        )
        assert solution.success
        expected = solution.y.T * scale
        found = precise.concentration.values[k][:, system.independent]
        assert deviation(found, expected, scale) < 1e-5


def distance(trajectories):
    gap = trajectories.concentration.isel(time=-1) - trajectories.reference
    return np.sqrt((gap**2).sum("metabolite") / (trajectories.reference**2).sum())


def test_some_of_the_compared_trajectories_escape(precise):
    final = distance(precise).values
    assert (final > 0.05).any()
    assert (final < 1e-4).any()


def test_both_methods_agree_and_reach_the_same_verdicts(model, state, relevant, starts, precise):
    other = simulate(model, state, relevant, starts, HOURS, rtol=1e-8, method="lsoda")
    assert set(other.status.values) == {"finished"}
    found, expected = other.concentration.values, precise.concentration.values
    assert deviation(found, expected, precise.reference.values) < 1e-4
    for method, rtol in (("rodas", 1e-4), ("rodas", 1e-6), ("lsoda", 1e-6)):
        rough = simulate(model, state, relevant, starts, HOURS, rtol=rtol, method=method)
        np.testing.assert_array_equal(distance(rough) < 0.01, distance(precise) < 0.01)


def test_conserved_totals_stay_and_nothing_becomes_negative(model, precise):
    moieties = model.network.moieties
    x = precise.concentration.values
    totals = x @ moieties.totals.T
    size = x @ np.abs(moieties.totals).T
    drift = np.abs(totals - totals[:, :1]) / size
    assert drift.max() < 1e-9
    assert (x > 0).all()


def test_an_unperturbed_state_stays(model, state, sets):
    quiet = simulate(model, state, sets, hours=[0.0, 0.35])
    stable = sets.label.values != "unstable"
    x = (quiet.concentration / quiet.reference).values[stable]
    assert np.abs(x - 1).max() < 1e-6
    assert set(quiet.status.values[stable]) == {"finished"}


def test_a_tiny_perturbation_decays_with_the_slowest_eigenvalue(model, state, relevant):
    system = system_of(model, state)
    spectra = np.asarray(kt.eigenvalues(model, state, relevant, progress=False))
    real = [k for k in range(len(spectra)) if spectra[k, 0].imag == 0 > spectra[k, 1].real]
    constants = system.constants(relevant.km.values, relevant.vmax.values)
    for k in real[:3]:
        n = len(system.independent)
        slope = np.empty((n, n))
        totals = system.totals(system.reference)
        jacobian(system.equations, constants[k], totals, system.reference, np.ones(n), slope)
        values, vectors = np.linalg.eig(slope.T)
        slowest = vectors[:, np.argmax(values.real)].real
        start = system.reference.copy()
        start[system.independent] *= 1 + 1e-6 * slowest / np.abs(slowest).max()
        start[system.dependent] = totals + system.link @ start[system.independent]
        rate = -spectra[k, 0].real
        hours = np.array([0.2, 0.4]) / rate
        one = simulate(
            model,
            state,
            relevant.isel(set=[k]),
            dict(zip(system.metabolites, start, strict=True)),
            hours,
            rtol=1e-12,
        )
        gap = (one.concentration / one.reference - 1).values[0][:, system.independent]
        sizes = np.linalg.norm(gap, axis=1)
        assert np.log(sizes[0] / sizes[1]) / (hours[1] - hours[0]) == pytest.approx(rate, rel=1e-3)


def test_results_do_not_depend_on_workers_or_neighbours(model, state, relevant, starts, precise):
    alone = simulate(
        model, state, relevant.isel(set=[3]), starts.iloc[3], HOURS, rtol=1e-8, workers=1
    )
    np.testing.assert_array_equal(alone.concentration[0], precise.concentration[3])


def test_a_limit_of_steps_leaves_an_unresolved_trajectory(model, state, relevant, starts, precise):
    for method in ("rodas", "lsoda"):
        few = simulate(model, state, relevant, starts, HOURS, max_steps=20, method=method)
        assert set(few.status.values) == {"unresolved"}
        x = few.concentration.values
        assert np.isnan(x[:, -1]).all()
        np.testing.assert_array_equal(x[:, 0], precise.concentration.values[:, 0])


def test_an_interrupted_simulation_goes_on_from_its_file(tmp_path, model, state, sets):
    many = kt.sample_parameters(model, state, 50, seed=5, progress=False)
    path = tmp_path / "trajectories.nc"

    def stop(done, total):
        if done >= 16:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate(model, state, many, hours=[0.1], path=path, progress=stop, workers=1)
    assert not path.exists()
    seen = []
    resumed = simulate(
        model, state, many, hours=[0.1], path=path, progress=lambda done, _: seen.append(done)
    )
    assert seen[0] >= 16
    whole = simulate(model, state, many, hours=[0.1])
    np.testing.assert_array_equal(resumed.concentration, whole.concentration)
    np.testing.assert_array_equal(resumed.status, whole.status)
    resumed.close()
    again = simulate(model, state, many, hours=[0.1], path=path)
    assert again.sizes["set"] == 50
    again.close()
    with pytest.raises(InputError, match="another way"):
        simulate(model, state, many, hours=[0.2], path=path)


def test_saved_trajectories_come_back(tmp_path, precise):
    path = kt.save_trajectories(precise, tmp_path / "t.nc")
    with kt.open_trajectories(path) as again:
        assert again.equals(precise)
        assert again.attrs == precise.attrs


def test_one_set_and_named_starting_concentrations(model, state, relevant):
    one = relevant.isel(set=0)
    doubled = {"fdp_c": 2 * state.concentrations["fdp_c"]}
    result = simulate(model, state, one, doubled, [0.0, 0.1])
    assert result.sizes == {"set": 1, "time": 2, "metabolite": 50}
    x = result.concentration.sel(metabolite="fdp_c").values[0]
    assert x[0] == doubled["fdp_c"]
    assert x[1] < x[0]


def test_boundary_concentrations_stay_where_they_start(model, state, relevant):
    one = relevant.isel(set=[0])
    glucose = {"glc_D_e": 0.5 * state.concentrations["glc_D_e"]}
    result = simulate(model, state, one, glucose, [0.35])
    assert "glc_D_e" not in result.metabolite.values
    uptake = result.concentration.sel(metabolite="g6p_c").item()
    assert uptake < state.concentrations["g6p_c"]


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"initial": {"nothing_c": 1.0}}, "'nothing_c' is not a metabolite"),
        ({"initial": {"fdp_c": -1.0}}, "'fdp_c' is -1, but a concentration must be a positive"),
        ({"initial": {"fdp_c": "much"}}, "'fdp_c' must be a number"),
        ({"initial": {"nadh_c": 50.0}}, "the conserved total nadh_c . nad_c is"),
        ({"initial": 3}, "a mapping of metabolite id"),
        ({"initial": pd.DataFrame({"fdp_c": [1.0, 2.0]})}, "2 rows, but there are"),
        ({"hours": []}, "one or more finite times"),
        ({"hours": [0.1, 0.1]}, "must ascend"),
        ({"hours": [-1.0]}, "at least 0 h"),
        ({"hours": "soon"}, "a list of times"),
        ({"rtol": 1.0}, "rtol must lie between"),
        ({"method": "euler"}, "method must be one of rodas, lsoda"),
        ({"max_steps": 0}, "max_steps"),
        ({"path": 5}, "path must name the file to write, found 5"),
        ({"path": ""}, "path must name the file to write"),
        ({"path": "/"}, "path must name|is a folder"),
        ({"client": "cluster"}, "client must be a dask.distributed.Client, found str"),
    ],
)
def test_bad_input_is_met_with_one_sentence(model, state, relevant, arguments, message):
    with pytest.raises(InputError, match=message) as caught:
        simulate(model, state, relevant, **arguments)
    assert "\n" not in str(caught.value)


def test_other_totals_are_possible_when_asked_for(model, state, relevant):
    more = {"nadh_c": 50.0}
    result = simulate(model, state, relevant.isel(set=[0]), more, [0.01], free_totals=True)
    pair = result.concentration.sel(metabolite=["nadh_c", "nad_c"]).sum().item()
    assert pair == pytest.approx(50.0 + state.concentrations["nad_c"], rel=1e-12)


def test_sets_with_holes_are_named(model, state, relevant):
    broken = relevant.isel(set=slice(0, 3)).copy(deep=True)
    broken["km"].values[1, 4] = np.nan
    with pytest.raises(InputError, match="set 1: km_"):
        simulate(model, state, broken)
    broken = relevant.isel(set=slice(0, 3)).copy(deep=True)
    broken["vmax"].values[2, 0] = np.inf
    with pytest.raises(InputError, match="vmax of"):
        simulate(model, state, broken)
    with pytest.raises(InputError, match="no vmax"):
        simulate(model, state, relevant.drop_vars("vmax"))
    with pytest.raises(InputError, match="around steady state"):
        simulate(model, kt.load_steady_state("ecoli", physiology=2), relevant)


def once_more(dataset, dim):
    """With the first entry along a dimension twice."""
    n = dataset.sizes[dim]
    return dataset.isel({dim: [*range(n), 0]})


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda s: s.isel(set=[]), "there are no parameter sets to integrate"),
        (lambda s: s.drop_vars("km"), "found a dataset without km"),
        (lambda s: xr.Dataset(), "found a dataset without km"),
        (lambda s: s.drop_sel(reaction="PGI"), "vmax of reaction 'PGI' is missing"),
        (lambda s: s.drop_vars("reaction"), "with reaction ids is needed"),
        (lambda s: once_more(s, "reaction"), "vmax of reaction .* is given twice"),
        (lambda s: once_more(s, "parameter"), "parameter .* is given twice"),
        (lambda s: s.assign(vmax=s.vmax.astype(str) + "?"), "vmax must hold real numbers"),
        (lambda s: s.assign(label=s.km), "label has the dimensions"),
        (lambda s: s.assign_attrs(history="{"), "history is no list in JSON"),
        (lambda s: s.assign_attrs(history=5), "history is no list in JSON"),
    ],
)
def test_sets_that_are_damaged_are_met_with_one_sentence(model, state, relevant, change, message):
    broken = change(relevant.isel(set=slice(0, 2)))
    for function in (simulate, kt.perturb):
        with pytest.raises(InputError, match=message) as caught:
            function(model, state, broken, progress=False)
        assert "\n" not in str(caught.value)
