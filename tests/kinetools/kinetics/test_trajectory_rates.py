"""Rates along trajectories: those of the rate laws at each moment, with what a perturbation changed."""

import numpy as np
import pandas as pd
import pytest

import kinetools as kt
from kinetools.errors import InputError

HOURS = [0.0, 1e-4, 0.01, 0.35]


@pytest.fixture(scope="module")
def relevant(model, state):
    sampled = kt.sample_parameters(model, state, 20, seed=5, progress=False)
    sampled = kt.label_parameters(model, state, sampled, progress=False)
    return sampled.isel(set=np.flatnonzero(sampled.label.values == "relevant")[:4])


def perturb(model, state, sets, **options):
    return kt.perturb(
        model, state, sets, hours=HOURS, rtol=1e-5, workers=1, progress=False, **options
    )


@pytest.fixture(scope="module")
def trajectories(model, state, relevant):
    return perturb(model, state, relevant, n_trials=3)


def at_each_moment(model, state, sets, trajectories, change=lambda one, k, t: (one, {})):
    """Rates (set, trial, time, reaction) by `reaction_rates`, one trajectory after the other.

    change: (set, its place, trial) → the set as it was during the trial, boundary concentrations.
    """
    rows = []
    for k, number in enumerate(trajectories.set.values):
        one = sets.sel(set=[number])
        for t in range(trajectories.sizes["trial"]):
            changed, outside = change(one, k, t)
            levels = trajectories.concentration.isel(set=k, trial=t).to_pandas().assign(**outside)
            rows.append(kt.reaction_rates(model, state, changed, levels).values[0])
    shape = (trajectories.sizes["set"], trajectories.sizes["trial"])
    return np.reshape(rows, (*shape, len(HOURS), -1))


def test_rates_are_those_of_the_rate_laws_at_each_moment(model, state, relevant, trajectories):
    rates = kt.trajectory_rates(model, state, relevant, trajectories)
    assert rates.dims == ("set", "trial", "time", "reaction")
    assert rates.attrs["units"] == "mmol/gDW/h"
    expected = at_each_moment(model, state, relevant, trajectories)
    np.testing.assert_allclose(rates.values, expected, rtol=1e-12)
    # The steady state's fluxes, where a trajectory has come back to it.
    back = rates.isel(time=-1).values[trajectories.distance.values < 1e-5]
    np.testing.assert_allclose(
        back, np.tile(state.fluxes[rates.reaction.values], (len(back), 1)), rtol=0.01
    )


@pytest.mark.parametrize("kind, targets", [("enzyme", ["PGI", "PFK"]), ("boundary", ["glc_D_e"])])
def test_what_was_perturbed_counts_in_its_own_trials_only(model, state, relevant, kind, targets):
    found = perturb(model, state, relevant, kind=kind, targets=targets, n_trials=3)
    assert found.attrs["perturbation"] == kind
    assert found.factor.min() >= 0.5
    assert found.factor.max() <= 1.5
    assert (found.factor != 1).all()

    def change(one, k, t):
        factor, target = float(found.factor[k, t]), str(found.target.values[t])
        if kind == "boundary":
            return one, {target: factor * state.concentrations[target]}
        vmax = one.vmax.where(one.reaction != target, one.vmax * factor)
        return one.assign(vmax=vmax), {}

    rates = kt.trajectory_rates(model, state, relevant, found)
    np.testing.assert_allclose(
        rates.values, at_each_moment(model, state, relevant, found, change), rtol=1e-12
    )
    assert list(rates.target.values) == list(found.target.values)
    at_once = rates.isel(time=0) / state.fluxes[rates.reaction.values].values - 1
    if kind == "enzyme":  # at time zero only the enzyme itself has changed, in proportion
        own = at_once.sel(reaction="PGI").values[:, 0]
        np.testing.assert_allclose(own, found.factor.values[:, 0] - 1, rtol=1e-9)
        assert abs(at_once.drop_sel(reaction=["PGI", "PFK"])).max() < 1e-9
    else:
        moved = rates.reaction.values[abs(at_once).max(("set", "trial")).values > 1e-9]
        takes = {r.id for r in model.reactions if "glc_D_e" in dict((*r.substrates, *r.products))}
        assert set(moved) == takes


def test_factors_of_states_are_one_and_those_of_metabolites_are_kept(model, state, relevant):
    assert (perturb(model, state, relevant, n_trials=2).factor == 1).all()
    one = perturb(model, state, relevant, kind="metabolite", targets=["fdp_c", "pep_c"])
    for t, target in enumerate(["fdp_c", "pep_c"]):
        start = one.concentration.sel(metabolite=target).isel(time=0, trial=t)
        np.testing.assert_allclose(
            one.factor[:, t], start / state.concentrations[target], rtol=1e-12
        )


def test_a_selection_has_the_rates_of_the_whole(model, state, relevant, trajectories):
    whole = kt.trajectory_rates(model, state, relevant, trajectories)
    number = int(trajectories.set[2])
    for chosen in (
        {"set": number},
        {"set": number, "trial": 1},
        {"set": number, "trial": 1, "time": 0.01},
        {"set": [number], "time": [0.01, 0.35]},
    ):
        part = kt.trajectory_rates(model, state, relevant, trajectories.sel(chosen))
        np.testing.assert_array_equal(part.values, whole.sel(chosen).values)
        assert part.dims == whole.sel(chosen).dims
        assert {"set", "time"} <= set(part.coords)


def test_blocks_do_not_matter_and_other_orders_do_not_either(
    model, state, relevant, trajectories, monkeypatch
):
    whole = kt.trajectory_rates(model, state, relevant, trajectories)
    monkeypatch.setattr("kinetools.kinetics.trajectory_rates.ROOM", 1)
    turned = trajectories.isel(metabolite=slice(None, None, -1), set=[2, 0]).transpose()
    again = kt.trajectory_rates(model, state, relevant.isel(set=slice(None, None, -1)), turned)
    assert again.dims == ("time", "trial", "set", "reaction")
    np.testing.assert_array_equal(
        again.transpose(*whole.dims).values, whole.isel(set=[2, 0]).values
    )


def test_simulations_with_other_surroundings_remember_them(model, state, relevant, tmp_path):
    outside = {
        "glc_D_e": 0.5 * state.concentrations["glc_D_e"],
        "fdp_c": state.concentrations["fdp_c"],
    }
    found = kt.simulate(model, state, relevant, outside, HOURS, workers=1, progress=False)
    assert list(found.boundary_metabolite.values) == ["glc_D_e"]
    rates = kt.trajectory_rates(model, state, relevant, found)
    levels = pd.DataFrame([found.concentration.isel(set=1, time=-1).to_series()])
    expected = kt.reaction_rates(
        model, state, relevant.isel(set=[1]), levels.assign(glc_D_e=outside["glc_D_e"])
    )
    np.testing.assert_allclose(rates.isel(set=1, time=-1), expected.values[0, 0], rtol=1e-12)
    path = kt.save_trajectories(found, tmp_path / "found.nc")
    with kt.open_trajectories(path) as again:
        np.testing.assert_array_equal(kt.trajectory_rates(model, state, relevant, again), rates)
    undisturbed = kt.simulate(model, state, relevant, hours=HOURS, workers=1, progress=False)
    assert "boundary" not in undisturbed
    rates = kt.trajectory_rates(model, state, relevant, undisturbed)
    np.testing.assert_allclose(
        rates.isel(set=0, time=0), state.fluxes[rates.reaction.values], rtol=1e-9
    )


def test_a_streamed_experiment_can_be_opened_with_all_that_it_changed(
    model, state, relevant, tmp_path
):
    path = tmp_path / "steps.nc"
    found = perturb(model, state, relevant, kind="enzyme", targets=["PGI"], n_trials=2, path=path)
    rates = kt.trajectory_rates(model, state, relevant, found)
    found.close()
    with kt.open_trajectories(path) as again:
        assert list(again.target.values) == ["PGI", "PGI"]
        np.testing.assert_array_equal(kt.trajectory_rates(model, state, relevant, again), rates)


def test_where_there_is_no_concentration_there_is_no_rate(model, state, relevant, trajectories):
    cut = trajectories.copy(deep=True)
    cut.concentration[0, 0, 2:] = np.nan
    rates = kt.trajectory_rates(model, state, relevant, cut)
    gone = rates.isel(set=0, trial=0, time=slice(2, None))
    assert gone.isnull().any("reaction").all()
    assert rates.isel(set=1).notnull().all()


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda t: t.drop_vars("concentration"), "with the variable 'concentration'"),
        (lambda t: t.assign(concentration=t.concentration.astype(str)), "no real numbers"),
        (lambda t: t.drop_sel(metabolite="fdp_c"), "no metabolite 'fdp_c'"),
        (lambda t: t.assign_coords(set=t["set"] + 10_000), "not among the parameter sets"),
        (lambda t: t.assign_attrs(model_hash="other"), "those of model 'ecoli'"),
        (lambda t: t.assign_attrs(state_hash="other"), "those of state"),
        (lambda t: t.assign_attrs(perturbation="enzyme"), "do not say by which factor"),
    ],
)
def test_unsuitable_trajectories_are_met_with_one_sentence(
    model, state, relevant, trajectories, change, message
):
    with pytest.raises(InputError, match=message) as caught:
        kt.trajectory_rates(model, state, relevant, change(trajectories))
    assert "\n" not in str(caught.value)
