"""Verdicts on trajectories: those of the experiment, or the distance at the last time."""

import numpy as np
import pandas as pd
import pytest

import kinetools as kt
from kinetools.errors import InputError
from kinetools.kinetics.verdicts import top_movers, verdicts


@pytest.fixture(scope="module")
def relevant(model, state):
    sampled = kt.sample_parameters(model, state, 20, seed=5, progress=False)
    sampled = kt.label_parameters(model, state, sampled, progress=False)
    return sampled.isel(set=np.flatnonzero(sampled.label.values == "relevant")[:3])


@pytest.fixture(scope="module")
def trajectories(model, state, relevant):
    return kt.perturb(model, state, relevant, n_trials=4, rtol=1e-4, workers=1, progress=False)


def test_every_trial_has_a_verdict_of_its_own(trajectories):
    known = trajectories.copy(deep=True)
    known["status"][1, 2] = "unresolved"
    found = verdicts(known)
    assert found.verdict.dims == ("set", "trial")
    assert found.verdict.values[1, 2] == "unresolved"
    assert np.isnan(found.distance.values[1, 2])
    rest = np.ones((3, 4), bool)
    rest[1, 2] = False
    words = np.where(trajectories.returned, "returned", "escaped")
    np.testing.assert_array_equal(found.verdict.values[rest], words[rest])
    np.testing.assert_array_equal(found.distance.values[rest], trajectories.distance.values[rest])


def test_simulations_are_judged_by_their_last_time(model, state, relevant, trajectories):
    start = trajectories.concentration.isel(time=0, trial=1).to_pandas()
    hours = trajectories.time.values
    found = verdicts(
        kt.simulate(model, state, relevant, start, hours, rtol=1e-4, workers=1, progress=False)
    )
    assert found.verdict.dims == ("set",)
    np.testing.assert_allclose(found.distance, trajectories.distance[:, 1], rtol=0.05, atol=1e-5)
    far = abs(trajectories.distance.values[:, 1] / 0.01 - 1) > 0.1
    expected = verdicts(trajectories).verdict.values[:, 1]
    np.testing.assert_array_equal(found.verdict.values[far], expected[far])


def test_the_farthest_on_a_logarithmic_scale_move_most():
    ratio = pd.DataFrame(
        {"a": [1.5, 1.0], "b": [0.1, 1.0], "c": [1.0, 1.0], "d": [np.nan, 4.0], "e": [-3.0, 1.1]}
    )
    assert top_movers(ratio, 3) == ["b", "d", "a"]
    assert top_movers(ratio, 9) == ["b", "d", "a", "e", "c"]
    assert top_movers(ratio, 0) == []


def test_what_cannot_be_judged_is_said(trajectories):
    with pytest.raises(InputError, match="variable 'status'"):
        verdicts(trajectories.drop_vars("status"))
    bare = trajectories.drop_vars(["distance", "returned"]).isel(time=slice(0, 0))
    with pytest.raises(InputError, match="neither distances nor times"):
        verdicts(bare)
