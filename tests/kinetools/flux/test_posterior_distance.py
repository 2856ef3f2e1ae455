"""Distances of predicted from measured fluxes, against closed forms."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import xarray

import kinetools as kt
from kinetools.errors import InputError
from kinetools.flux.gaussian_kl import gaussian_kl, neighbour_kl
from tests.kinetools.flux.made_posteriors import made_posterior


def posterior(draws, reactions):
    """A posterior of draws (sample, reaction)."""
    values = np.asarray(draws, float)[None]
    return xarray.Dataset(
        {"net_flux": (("chain", "draw", "reaction"), values)}, {"reaction": list(reactions)}
    )


def normal_draws(mean, covariance, n=400, seed=0):
    """Draws whose mean and covariance are exactly these."""
    x = np.random.default_rng(seed).standard_normal((n, len(mean)))
    x -= x.mean(axis=0)
    x = x @ np.linalg.inv(np.linalg.cholesky(x.T @ x / n)).T
    return mean + x @ np.linalg.cholesky(np.asarray(covariance, float)).T


def test_distances_are_to_the_measured_mean():
    measured = posterior([[1, 2], [3, 2]], "AB")
    predicted = posterior([[2, 2], [5, 6]], "AB")
    found = kt.posterior_distance(predicted, measured)
    np.testing.assert_allclose(found.draws, [0, 5])
    assert found.of_means == pytest.approx(np.hypot(1.5, 2))
    assert found.closer_than(0.1) == 0.5


def test_the_divergence_of_normal_distributions_is_the_closed_form():
    means = np.array([1.0, -2.0, 0.5]), np.array([0.0, 1.0, 0.5])
    covariances = np.diag([1.0, 4.0, 0.25]), np.array([[2, 1, 0], [1, 3, 0.2], [0, 0.2, 0.5]])
    p, q = (normal_draws(m, c, seed=k) for k, (m, c) in enumerate(zip(means, covariances)))
    first, second = (c + 0.01 * np.eye(3) for c in covariances)
    apart = means[1] - means[0]
    expected = 0.5 * (
        np.trace(np.linalg.solve(second, first))
        + apart @ np.linalg.solve(second, apart)
        - 3
        + np.log(np.linalg.det(second) / np.linalg.det(first))
    )
    assert gaussian_kl(p, q, 0.1) == pytest.approx(expected)
    found = kt.posterior_distance(posterior(q, "ABC"), posterior(p, "ABC"))
    assert found.kl == pytest.approx(expected)
    assert found.kl_reverse == pytest.approx(gaussian_kl(q, p, 0.1))


def test_neighbours_see_the_divergence_of_normal_distributions():
    p = normal_draws([0.0, 0.0], np.eye(2), 4000, 1)
    q = normal_draws([1.0, 0.0], 2 * np.eye(2), 4000, 2)
    expected = 0.5 * (1 + 0.5 - 2 + 2 * np.log(2))
    found, dimensions = neighbour_kl(p, q, 1e-6, 0.99, 0)
    assert dimensions == 2 and found == pytest.approx(expected, abs=0.06)


@pytest.mark.parametrize("kl", ["gaussian", "knn"])
def test_a_posterior_is_nowhere_from_itself_and_dependent_fluxes_do_no_harm(kl):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((2, 2000, 1))
    p, q = (np.concatenate([v, 2 * v, np.full_like(v, 3.0)], axis=1) for v in x)
    found = kt.posterior_distance(posterior(p, "ABC"), posterior(q, "ABC"), kl=kl)
    assert abs(found.kl) < 0.06 and abs(found.kl_reverse) < 0.06
    assert found.of_means < 0.15


def test_a_fixed_flux_that_was_predicted_otherwise_counts_by_the_resolution():
    p, q = posterior(np.full((5, 1), 1.0), "A"), posterior(np.full((5, 1), 2.0), "A")
    for resolution in (0.1, 0.5):
        found = kt.posterior_distance(q, p, resolution=resolution)
        assert found.kl == pytest.approx(0.5 / resolution**2)


def test_a_resolution_that_is_lost_in_rounding_is_refused():
    x = 1e9 * np.random.default_rng(0).standard_normal((200, 1)) * np.arange(1, 20)
    with pytest.raises(InputError, match=r"resolution=0\.0001: is too small beside fluxes"):
        kt.posterior_distance(posterior(x, range(19)), posterior(x, range(19)), resolution=1e-4)


def test_a_prediction_from_one_flux_vector_has_a_distance_and_a_divergence():
    measured = made_posterior(("A", "B"), seed=1)
    one = posterior([[5.0, 8.0]], "AB")
    cloud = made_posterior(("A", "B"), seed=2)
    classical, many = (kt.posterior_distance(x, measured) for x in (one, cloud))
    assert len(classical.draws) == 1 and classical.kl > many.kl
    assert many.closer_than(classical) == np.mean(many.draws < classical.of_means)


def test_the_table_says_which_fluxes_make_the_distance():
    measured = made_posterior(("A", "B"), seed=1, means=(1.0, 5.0))
    predicted = made_posterior(("A", "B"), seed=2, means=(1.0, 15.0))
    table = kt.posterior_distance(predicted, measured).table
    assert table.index[0] == "B" and table.loc["B", "share"] > 0.95
    assert table["overlap"].to_dict() == {"B": False, "A": True}
    assert set(table.columns) == set(table.attrs["columns"])
    summary = kt.flux_summary(predicted)
    assert table.loc["A", "predicted_lower"] == summary.loc["A", "lower"]


def test_a_flux_table_can_stand_for_the_measured_posterior():
    predicted = posterior([[1, 2, 3], [3, 2, 3]], "ABC")
    table = pd.Series({"A": 2, "B": 5})
    for fluxes in ({"A": 2, "B": 5}, table, SimpleNamespace(net_flux=table)):
        found = kt.posterior_distance(predicted, fluxes)
        assert found.of_means == pytest.approx(3) and found.reactions == ("A", "B")


def test_ids_that_only_one_of_them_has_are_reported():
    core, genome = made_posterior(("A", "B")), made_posterior(("B", "C", "D"))
    found = kt.posterior_distance(core, genome)
    assert found.reactions == ("B",)
    assert found.missing == {"predicted": ["C", "D"], "measured": ["A"]}
    assert "2 not in the predicted, 1 not in the measured" in repr(found)


def test_only_the_chosen_reactions_count():
    predicted, measured = posterior([[1, 2]], "AB"), posterior([[1, 9]], "AB")
    assert kt.posterior_distance(predicted, measured, ["A"]).of_means == 0
    assert kt.posterior_distance(predicted, measured, "B").of_means == 7


def test_few_draws_have_no_neighbours():
    found = kt.posterior_distance(posterior([[1.0]], "A"), made_posterior(("A",)), kl="knn")
    assert np.isnan(found.kl) and "needs 10 draws" in found.kl_method


A, TWICE = {"A": 1.0}, pd.Series([1.0, 3.0], ["UP", "UP"])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda p: kt.posterior_distance(p, p, kl="exact"), "'exact': choose one of"),
        (lambda p: kt.posterior_distance(p, p, resolution=0), "resolution: expected a positive"),
        (lambda p: kt.posterior_distance(p, p, resolution=1e-12), "between 0.0001 and 10000"),
        (lambda p: kt.posterior_distance(p, p, resolution=1e300), "between 0.0001 and 10000"),
        (lambda p: kt.posterior_distance(p, p, 5), "reactions must be an id or a list of ids"),
        (lambda p: kt.posterior_distance(p, p, [["UP"]]), "reactions must be an id or a list"),
        (lambda p: kt.posterior_distance(p, TWICE), "the measured fluxes: UP stands there twice"),
        (lambda p: kt.posterior_distance(p, {"UP": [1, 2]}), "give one number for each reaction"),
        (lambda p: kt.posterior_distance(p, {"UP": 1e300}), "UP is 1e\\+300 mmol/gDW/h; correct"),
        (lambda p: kt.posterior_distance(p, p, ["UPP"]), "no reaction 'UPP'; did you mean 'UP'"),
        (lambda p: kt.posterior_distance(p, p, []), "name some"),
        (lambda p: kt.posterior_distance(p, {"Up": 1.0}), "no reaction in common"),
        (lambda p: kt.posterior_distance(p, {"UP": "much"}), "must hold real numbers"),
        (lambda p: kt.posterior_distance(p, None), "the measured fluxes: expected net_flux"),
        (lambda p: kt.posterior_distance(A, p), "the prediction: expected net_flux"),
        (
            lambda p: kt.posterior_distance(p, p).closer_than(kt.posterior_distance(p, p, ["UP"])),
            "over different reactions",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused_in_one_sentence(call, message):
    with pytest.raises(InputError, match=message) as error:
        call(made_posterior())
    assert "\n" not in str(error.value)
