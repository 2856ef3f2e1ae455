"""Tables of posteriors: what a flux is, how sure that is, and how far two posteriors differ."""

import numpy as np
import pandas as pd
import pytest
import xarray
from hypothesis import given
from hypothesis import strategies as st

import kinetools as kt
from kinetools.errors import InputError
from kinetools.flux.density import flux_density
from kinetools.flux.diagnostics import ess_bulk, r_hat
from kinetools.flux.intervals import credible_intervals
from tests.kinetools.flux.made_posteriors import MadePosterior, made_posterior

REACTIONS = ("UP", "BRANCH", "FIXED", "BACK")


@pytest.fixture(scope="module")
def posterior():
    return made_posterior(REACTIONS, seed=1)


def test_a_row_says_where_a_flux_is_and_how_sure_that_is(posterior):
    table = kt.flux_summary(posterior)
    values = posterior.posterior["net_flux"]
    assert list(table.index) == list(REACTIONS)
    over = ("chain", "draw")
    np.testing.assert_allclose(table["median"], values.median(over))
    np.testing.assert_allclose(table["mean"], values.mean(over))
    np.testing.assert_allclose(table["sd"], values.std(over), atol=1e-12)
    np.testing.assert_allclose(table["cv"], table["sd"] / table["mean"].abs())
    np.testing.assert_array_equal(table["r_hat"], r_hat(values.values))
    np.testing.assert_array_equal(table["ess"], ess_bulk(values.values))
    assert table.attrs["units"] == "mmol/gDW/h"
    assert set(table.columns) == set(table.attrs["columns"])


def test_thinned_draws_keep_what_convergence_all_of_them_had(posterior):
    whole, columns = kt.flux_summary(posterior), ["r_hat", "ess"]
    thin = posterior.posterior.isel(draw=slice(None, None, 4))
    sizes = {"chains": thin.sizes["chain"], "draws": thin.sizes["draw"]}
    known = {f"net_{k}": ("reaction", whole[k].values, sizes) for k in columns}
    known = xarray.Dataset(known, {"reaction": list(REACTIONS)})
    table = kt.flux_summary(MadePosterior(posterior=thin, constant_data=known))
    pd.testing.assert_frame_equal(table[columns], whole[columns])
    part = MadePosterior(posterior=thin.isel(draw=slice(25)), constant_data=known)
    assert kt.flux_summary(part)["ess"]["UP"] < whole["ess"]["UP"]  # what was known is not of these


def test_the_best_sample_is_the_draw_with_the_highest_likelihood(posterior):
    lp = posterior.sample_stats["lp"].values
    chain, draw = np.unravel_index(lp.argmax(), lp.shape)
    expected = posterior.posterior["net_flux"].values[chain, draw]
    np.testing.assert_array_equal(kt.flux_summary(posterior)["best"], expected)


def test_without_likelihoods_there_is_no_best_sample(posterior):
    table = kt.flux_summary(posterior.posterior)
    assert table["best"].isna().all() and table["median"].notna().all()


def test_a_flux_that_does_not_vary_has_an_interval_of_one_value_and_nothing_to_diagnose(posterior):
    row = kt.flux_summary(posterior).loc["FIXED"]
    assert (row["lower"], row["upper"]) == (4.3, 4.3)
    assert row["sd"] == pytest.approx(0, abs=1e-12)
    assert np.isnan(row["r_hat"]) and np.isnan(row["ess"])


def test_highest_density_intervals_are_arvizs_and_equal_tails_are_quantiles(posterior):
    arviz = pytest.importorskip("arviz")
    draws = posterior.posterior["net_flux"].values.reshape(-1, len(REACTIONS))
    table = kt.flux_summary(posterior, level=0.8)
    for k, reaction in enumerate(REACTIONS):
        expected = arviz.hdi(draws[:, k], hdi_prob=0.8)
        np.testing.assert_allclose(
            table.loc[reaction, ["lower", "upper"]].to_numpy(float), expected
        )
    tails = kt.flux_summary(posterior, level=0.8, interval="eti")
    np.testing.assert_allclose(tails["lower"], np.quantile(draws, 0.1, axis=0))
    np.testing.assert_allclose(tails["upper"], np.quantile(draws, 0.9, axis=0))


def test_a_flux_held_by_its_bound_has_the_bound_in_its_highest_density_interval():
    draws = np.sort(np.abs(np.random.default_rng(0).normal(size=(1, 4000))))
    lower, _ = credible_intervals(draws, 0.95, "hdi")
    tail, _ = credible_intervals(draws, 0.95, "eti")
    assert lower[0] < 0.01 < tail[0]


@given(st.integers(1, 50), st.floats(0.01, 0.99), st.sampled_from(["hdi", "eti"]))
def test_intervals_hold_their_share_and_a_wider_level_is_no_narrower(n, level, interval):
    draws = np.sort(np.random.default_rng(n).normal(size=(3, n)), axis=1)
    lower, upper = credible_intervals(draws, level, interval)
    assert (draws[:, 0] <= lower).all() and (lower <= upper).all() and (upper <= draws[:, -1]).all()
    wider = credible_intervals(draws, min(0.99, level + 0.1), interval)
    assert (wider[1] - wider[0] >= upper - lower - 1e-12).all()
    if interval == "hdi":
        inside = ((draws >= lower[:, None]) & (draws <= upper[:, None])).mean(axis=1)
        assert (inside >= level - 1 / n).all()


def test_exchange_fluxes_have_the_same_table(posterior):
    table = kt.flux_summary(posterior, flux="exchange")
    expected = posterior.posterior["exchange_flux"].median(("chain", "draw"))
    np.testing.assert_allclose(table["median"], expected)


def test_networks_with_other_reactions_stand_side_by_side_and_what_is_missing_is_listed(posterior):
    genome = made_posterior(("BACK", "NEW", "UP"), seed=2)
    table = kt.flux_summary({"core": posterior, "genome": genome})
    assert table.loc["core"].index.tolist() == table.loc["genome"].index.tolist()
    assert table.attrs["missing"] == {"core": ["NEW"], "genome": ["BRANCH", "FIXED"]}
    assert table.loc[("core", "NEW")].isna().all()
    pd.testing.assert_series_equal(
        table.loc[("genome", "UP")], kt.flux_summary(genome).loc["UP"], check_names=False
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda p: kt.flux_summary({"net_flux": 1}), "net_flux: expected net_flux over chain"),
        (lambda p: kt.flux_summary(None), "found a NoneType"),
        (lambda p: kt.flux_summary({}), "at least one posterior"),
        (lambda p: kt.flux_summary(p, level=95), "between 0 and 1"),
        (lambda p: kt.flux_summary(p, level=-1), "positive number"),
        (lambda p: kt.flux_summary(p, interval="wald"), "'wald'"),
        (lambda p: kt.flux_summary(p, flux="gross"), "'gross'"),
        (lambda p: kt.flux_summary(p.posterior.isel(draw=slice(0))), "no draws"),
        (lambda p: kt.flux_summary(p.posterior.where(p.posterior.draw > 0)), "UP is not finite"),
        (lambda p: kt.compare_posteriors(p, p, threshold=-1), "threshold=-1"),
        (lambda p: kt.compare_posteriors(p, p.posterior.isel(chain=0)), "the second: expected"),
    ],
)
def test_what_is_no_posterior_is_refused_in_one_sentence(call, message, posterior):
    with pytest.raises(InputError, match=message):
        call(posterior)


def test_a_difference_is_the_second_less_the_first_with_its_probability():
    first = made_posterior(("A", "B"), seed=1, means=(2.0, 5.0), n=(4, 1000))
    second = made_posterior(("A", "B"), seed=2, means=(4.0, 5.0), n=(3, 700))
    table = kt.compare_posteriors(first, second)
    assert table.loc["A", "difference"] == pytest.approx(2, abs=0.1)
    assert table.loc["A", "lower"] < 2 < table.loc["A", "upper"]
    # Two normal distributions, two standard deviations of their difference apart by √2.
    assert table.loc["A", "increase"] == pytest.approx(0.9214, abs=0.015)
    assert table.loc["B", "increase"] == pytest.approx(0.5, abs=0.05)
    total = table["increase"] + table["decrease"]
    np.testing.assert_allclose(total, 1, atol=1e-5)  # a pair may be equal but for rounding


def test_probabilities_are_over_all_pairs_of_draws():
    first, second = (made_posterior(("A",), seed=s, n=(2, 30)) for s in (1, 2))
    a, b = (p.posterior["net_flux"].values.ravel() for p in (first, second))
    apart = b[:, None] - a
    row = kt.compare_posteriors(first, second, threshold=0.4).loc["A"]
    assert row["increase"] == pytest.approx((apart > 0.4).mean())
    assert row["decrease"] == pytest.approx((apart < -0.4).mean())


def test_equal_fluxes_have_not_changed_however_they_are_rounded(posterior):
    other = posterior.posterior.copy()
    other["net_flux"] = other["net_flux"] + 1e-13
    row = kt.compare_posteriors(posterior, other).loc["FIXED"]
    assert row["increase"] == 0 and row["decrease"] == 0


def test_a_flux_kept_in_single_precision_has_not_changed_either():
    fixed = made_posterior(("FIXED",))
    stored = made_posterior(("FIXED",))
    stored.posterior = stored.posterior.astype(np.float32)
    row = kt.compare_posteriors(fixed, stored).loc["FIXED"]
    assert (row[["difference", "lower", "upper", "increase", "decrease"]] == 0).all()
    assert kt.posterior_distance(stored, fixed).table.loc["FIXED", "overlap"]


def test_a_change_of_a_tiny_flux_is_seen():
    tiny, more = (made_posterior(("A",), seed=k) for k in (1, 2))
    for idata, factor in ((tiny, 1e-7), (more, 2e-7)):
        idata.posterior = idata.posterior * factor
    row = kt.compare_posteriors(tiny, more).loc["A"]
    assert row["difference"] == pytest.approx(5e-7, rel=0.1)
    assert row["increase"] > 0.95 and row["increase"] + row["decrease"] > 0.98


def test_the_direction_says_which_change_is_more_flux(posterior):
    table = kt.compare_posteriors(posterior, posterior)
    assert table.loc["UP", "direction"] == 1 and table.loc["BACK", "direction"] == -1


def test_swapping_two_posteriors_swaps_their_probabilities():
    first, second = (made_posterior(("A", "B"), seed=s) for s in (1, 2))
    one, other = kt.compare_posteriors(first, second), kt.compare_posteriors(second, first)
    np.testing.assert_allclose(one["increase"], other["decrease"])
    np.testing.assert_allclose(one["difference"], -other["difference"], atol=0.1)


def test_reactions_of_one_network_only_are_listed_not_lost(posterior):
    genome = made_posterior(("BACK", "NEW", "UP"), seed=2)
    table = kt.compare_posteriors(posterior, genome)
    assert list(table.index) == [*REACTIONS, "NEW"]
    assert table.attrs["missing"] == {"first": ["NEW"], "second": ["BRANCH", "FIXED"]}
    assert table["difference"].isna().tolist() == [False, True, True, False, True]
    assert np.isfinite(table.loc["NEW", "second"]) and np.isnan(table.loc["NEW", "first"])


def test_networks_without_a_common_reaction_can_be_laid_side_by_side(posterior):
    table = kt.compare_posteriors(posterior, made_posterior(("OTHER",), seed=1))
    assert table["difference"].isna().all() and len(table) == len(REACTIONS) + 1


def test_a_density_holds_one_and_stays_within_the_draws():
    rng = np.random.default_rng(1)
    for draws in (np.abs(rng.normal(size=5000)), rng.normal(3, 0.01, 300), rng.random(40)):
        x, density = flux_density(draws)
        assert (x[0], x[-1]) == (draws.min(), draws.max())
        assert np.trapezoid(density, x) == pytest.approx(1, abs=0.02)


def test_a_density_at_a_bound_does_not_sink_to_half():
    draws = np.random.default_rng(1).exponential(size=20_000)
    _, density = flux_density(draws)
    assert density[0] > 0.85


def test_a_flux_that_does_not_vary_has_no_density():
    assert flux_density(np.full(10, 4.3)) is None
    assert flux_density([1.0]) is None
