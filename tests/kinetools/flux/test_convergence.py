"""What is called converged: R-hat and ESS are ArviZ's, and chains that started apart must agree."""

import warnings

import numpy as np
import pytest

from kinetools.errors import InputError
from kinetools.flux.convergence import check_convergence
from kinetools.flux.diagnostics import classical_r_hat, ess_bulk, r_hat

REACTIONS = [f"R{i}" for i in range(20)]
STARTS = ["optima", "optima", "prior", "prior"]


@pytest.fixture(scope="module")
def arviz():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import arviz
    return arviz


def chains(seed=0, draws=1000, correlation=0.6, shape=(4, 20)):
    """Stationary autoregressive draws (chain, draw, quantity) of standard normal quantities."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(shape[0], draws, shape[1]))
    for t in range(1, draws):
        x[:, t] = correlation * x[:, t - 1] + np.sqrt(1 - correlation**2) * x[:, t]
    return x


def judge(x, lp=None, **options):
    lp = chains(99, x.shape[1], shape=(len(x), 1))[..., 0] if lp is None else lp
    options = {"starts": STARTS} | options
    return check_convergence(x, None, lp, REACTIONS[: x.shape[2]], **options)


@pytest.mark.parametrize(
    ("n_chains", "draws"), [(4, 2000), (4, 101), (2, 50), (4, 10), (4, 7), (3, 4), (2, 5)]
)
def test_figures_are_those_of_arviz(arviz, n_chains, draws):
    x = chains(1, draws, np.linspace(-0.7, 0.98, 20), (n_chains, 20))
    x[:, :, 5] += 2 * np.arange(n_chains)[:, None]
    x[:, :, 6] *= 1 + np.arange(n_chains)[:, None]
    x[:, :, 7] = np.round(x[:, :, 7])  # ties
    x[0, :, 8] = 1.0  # a chain that stands still
    x[:, :, 9] = np.exp(5 * x[:, :, 9])  # a heavy tail
    each = range(x.shape[2])
    np.testing.assert_allclose(r_hat(x), [arviz.rhat(x[:, :, i]) for i in each], rtol=1e-12)
    np.testing.assert_allclose(ess_bulk(x), [arviz.ess(x[:, :, i]) for i in each], rtol=1e-10)
    np.testing.assert_allclose(
        classical_r_hat(x), [arviz.rhat(x[:, :, i], method="identity") for i in each], rtol=1e-10
    )


def test_figures_do_not_depend_on_how_many_are_taken_at_once(monkeypatch):
    x = chains(2)
    whole = r_hat(x), ess_bulk(x)
    monkeypatch.setattr("kinetools.flux.diagnostics.AT_ONCE", 4000)
    np.testing.assert_allclose(whole, (r_hat(x), ess_bulk(x)), rtol=1e-12)


def test_constant_quantities_have_no_figures_and_frozen_chains_have_infinite_ones():
    x = np.zeros((4, 100, 3))
    x[:, :, 0] = 11.7 + 1e-13 * chains(3, 100)[:, :, 0]
    x[:, :, 1] = np.arange(4)[:, None]
    x[:, :, 2] = chains(3, 100)[:, :, 0]
    assert list(np.isnan(r_hat(x))) == [True, False, False]
    assert np.isinf(r_hat(x)[1]) and ess_bulk(x)[1] < 8


def test_chains_of_one_distribution_converge():
    verdict = judge(chains())
    assert verdict.converged and verdict.mixed and verdict.agree
    assert verdict.sentence.startswith("Converged: every flux")
    assert "'optima' and 'prior' agree" in verdict.sentence
    assert verdict.published_share == 1
    assert list(verdict.table.kind) == ["net"] * 20 + ["log-likelihood"]


def test_agreement_is_not_denied_by_chance():
    denied = [seed for seed in range(40) if not judge(chains(seed, 400)).agree]
    assert not denied


def test_chains_that_started_in_one_way_only_are_not_called_converged():
    verdict = judge(chains(), starts=None)
    assert verdict.mixed and verdict.agree is None and not verdict.converged
    assert "started in one way" in verdict.sentence


def test_groups_that_agree_within_but_not_with_each_other_are_told():
    x, lp = chains(), chains(7)[..., 0] + np.array([38, 38, 28, 28])[:, None]
    x[2:, :, 3] += 6
    verdict = judge(x, lp)
    assert verdict.agree is False and not verdict.converged
    assert (
        "chains 'optima' and 'prior' disagree in log-likelihood (means: 37.9 optima, 28 prior) and in R3 "
        in verdict.sentence
    )
    x[2:, :, 5] += 1
    assert "and in 2 fluxes, most in R3 " in judge(x, lp).sentence


def test_a_difference_that_r_hat_lets_pass_is_found_between_groups():
    x = chains(draws=20_000)
    x[2:, :, 4] += 0.17
    verdict = judge(x, chains(7, 20_000)[..., 0])
    assert verdict.mixed and verdict.table.r_hat.max() < 1.01
    assert verdict.agree is False and "R4" in verdict.sentence and not verdict.converged


def test_a_difference_in_spread_alone_is_found():
    x = chains(draws=20_000)
    x[2:, :, 4] *= 1.25
    verdict = judge(x, chains(7, 20_000)[..., 0], r_hat_limit=1.1)
    assert verdict.agree is False and "R4" in verdict.sentence


def test_a_run_that_is_too_short_is_told_with_its_worst_flux():
    x = chains(draws=200, correlation=np.r_[np.full(19, 0.3), 0.97])
    verdict = judge(x)
    assert not verdict.mixed and "effective draws, down to" in verdict.sentence
    assert "(R19)" in verdict.sentence


def test_a_flux_that_should_vary_but_never_moved_is_told():
    x = chains()
    x[:, :, 2] = 5.0
    assert judge(x).mixed  # nobody said that it varies
    verdict = judge(x, varies=np.ones(20, bool))
    assert not verdict.mixed and "inf (R2)" in verdict.sentence


def test_exchange_fluxes_count_where_there_are_some():
    exchange = np.full((4, 1000, 20), np.nan)
    exchange[:, :, 1] = np.abs(chains(5)[:, :, 0]) + np.arange(4)[:, None]
    lp = chains(6)[..., 0]
    verdict = check_convergence(chains(), exchange, lp, REACTIONS, starts=STARTS)
    assert not verdict.converged and "exchange of R1" in verdict.sentence
    assert list(verdict.table.kind).count("exchange") == 1


def test_more_than_two_kinds_of_chains_all_have_to_agree():
    x = chains(shape=(6, 20))
    lp = chains(8, shape=(6, 1))[..., 0]
    kinds = [*STARTS, "tempered", "tempered"]
    assert judge(x, lp, starts=kinds).converged
    x[4:, :, 0] += 1
    verdict = judge(x, lp, starts=kinds)
    assert verdict.agree is False and "'tempered'" in verdict.sentence


def test_the_published_criterion_is_the_share_of_net_fluxes_below_1_1():
    x = chains()
    x[:, :, :5] += 3 * np.arange(4)[:, None, None]
    assert judge(x).published_share == 0.75


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"lp": np.zeros((4, 999))}, "shapes"),
        ({"starts": ["optima"]}, "names 1 chains"),
        ({"r_hat_limit": -1}, "r_hat_limit"),
        ({"lp": np.full((4, 1000), np.nan)}, "finite"),
    ],
)
def test_arguments_that_do_not_fit_are_told(change, said):
    with pytest.raises(InputError, match=said):
        judge(chains(), **change)


def test_three_draws_cannot_be_judged():
    with pytest.raises(InputError, match="four draws"):
        judge(chains(draws=3))
