"""How precisely posteriors know the same fluxes: spreads, ratios to the prior and overlaps, exactly."""

import numpy as np
import pytest
import xarray
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

import kinetools as kt
from kinetools.errors import InputError
from kinetools.flux.density import overlap_coefficient
from tests.kinetools.flux.made_posteriors import MadePosterior

N = 4000
NORMAL = norm.ppf((np.arange(N) + 0.5) / N)  # draws without noise
LEVEL = norm.ppf(0.975) - norm.ppf(0.025)  # width of 95 % of a normal distribution


def posterior(fluxes, prior=None, varies=None) -> MadePosterior:
    """Normal fluxes {reaction: (mean, deviation)} as four chains, each drawn alike."""

    def group(table, chains):
        rng = np.random.default_rng(0)
        columns = [mean + sd * rng.permutation(NORMAL) for mean, sd in table.values()]
        values = np.stack(columns, axis=-1).reshape(chains, -1, len(table))
        return xarray.Dataset(
            {"net_flux": (("chain", "draw", "reaction"), values)}, {"reaction": list(table)}
        )

    groups = {"posterior": group(fluxes, 4)}
    if prior is not None:
        groups["prior"] = group(prior, 1)
    if varies is not None:
        groups["constant_data"] = xarray.Dataset(
            {"varies": ("reaction", np.array(varies, np.int8))}, {"reaction": list(fluxes)}
        )
    return MadePosterior(**groups)


CORE = posterior({"A": (10, 2), "B": (5, 1), "C": (0.5, 1)}, {r: (0, 8) for r in "ABC"})
GENOME = posterior(
    {"C": (-0.8, 1), "A": (10, 1), "B": (5, 2), "D": (1, 1)}, {r: (0, 2) for r in "CABD"}
)
BOTH = {"core": CORE, "genome": GENOME}


def test_every_shared_flux_has_a_row_for_each_posterior_with_its_spread_and_its_priors():
    table = kt.compare_precision(BOTH, interval="eti")
    assert list(table.index) == [(r, name) for r in "ABC" for name in BOTH]
    row = table.loc[("A", "core")]
    assert row[["median", "mean", "sd"]].tolist() == pytest.approx([10, 10, 2], rel=1e-3)
    assert row["cv"] == pytest.approx(0.2, rel=1e-3)
    assert row["width"] == pytest.approx(2 * LEVEL, rel=2e-3)
    assert (row["prior_sd"], row["prior_width"]) == pytest.approx((8, 8 * LEVEL), rel=2e-3)
    assert row["narrowing"] == pytest.approx(0.25, rel=1e-6)
    assert set(table.columns) == set(table.attrs["columns"])
    assert table.attrs["left_out"] == {"not in every posterior": ["D"]}


def test_highest_density_intervals_of_normal_fluxes_are_as_wide():
    table = kt.compare_precision(BOTH)
    assert table.loc[("B", "genome"), "width"] == pytest.approx(2 * LEVEL, rel=0.01)
    assert table.loc[("B", "genome"), "narrowing"] == pytest.approx(1, rel=1e-6)


def test_a_ratio_of_widths_is_that_of_the_priors_times_that_of_the_narrowings():
    pairs = kt.precision_pairs(BOTH).loc[("core", "genome")]
    np.testing.assert_allclose(pairs["ratio"], [0.5, 2, 1], rtol=1e-9)
    np.testing.assert_allclose(pairs["prior_ratio"], 0.25, rtol=1e-9)
    np.testing.assert_allclose(pairs["data_ratio"], [2, 8, 4], rtol=1e-9)
    np.testing.assert_allclose(pairs["difference"], [0, 0, -1.3], atol=1e-3)


def test_overlaps_of_normal_densities_are_those_of_the_formula():
    pairs = kt.precision_pairs(BOTH).loc[("core", "genome")]
    # two deviations: the densities cross at ±c around their mean
    c = np.sqrt(2 * np.log(2) * 4 / 3)
    twice_as_wide = 1 - 2 * (norm.cdf(c) - norm.cdf(c / 2))
    expected = [twice_as_wide, twice_as_wide, 2 * norm.cdf(-0.65)]
    np.testing.assert_allclose(pairs["overlap"], expected, atol=0.01)


def test_figures_over_all_reactions_count_what_is_narrower_with_and_without_the_prior():
    table, pairs = kt.compare_precision(BOTH), kt.precision_pairs(BOTH)
    core, genome = (table.attrs["summary"][name] for name in BOTH)
    assert core["mean_cv"] == pytest.approx((0.2 + 0.2 + 2) / 3, rel=1e-2)
    assert core["median_cv"] == pytest.approx(0.2, rel=1e-3)
    assert (core["cv_above_1"], genome["cv_above_1"]) == (1, 1)
    assert genome["mean_cv"] == pytest.approx((0.1 + 0.4 + 1.25) / 3, rel=1e-2)
    (found,) = pairs.attrs["summary"]
    assert (found["first"], found["second"], found["reactions"]) == ("core", "genome", 3)
    assert (found["narrower"], found["narrower_data"], found["narrower_prior"]) == (1, 0, 3)
    assert found["smaller_cv"] == 2
    assert found["median_data_ratio"] == pytest.approx(4)
    (sentence,) = pairs.attrs["sentences"]
    assert "Of 3 reactions" in sentence and "relative to its prior, 0 are" in sentence


def test_every_two_of_several_posteriors_are_compared():
    pairs = kt.precision_pairs(BOTH | {"again": CORE}, reactions="A")
    names = [(a, b) for a, b, _ in pairs.index]
    assert names == [("core", "genome"), ("core", "again"), ("genome", "again")]
    assert pairs.loc[("core", "again", "A"), "overlap"] == pytest.approx(1)


def test_without_a_prior_there_is_no_narrowing():
    bare = MadePosterior(posterior=CORE.posterior)
    table = kt.compare_precision({"core": bare, "genome": GENOME})
    assert table.xs("core", level="posterior")["narrowing"].isna().all()
    assert table.xs("genome", level="posterior")["narrowing"].notna().all()
    pairs = kt.precision_pairs({"core": bare, "genome": GENOME})
    assert pairs["data_ratio"].isna().all() and pairs.attrs["summary"][0]["with_prior"] == 0
    assert "without both priors" in pairs.attrs["sentences"][0]


def test_fixed_and_unconverged_fluxes_are_left_out_and_named():
    fluxes = {"A": (10, 2), "B": (5, 0), "C": (1, 1e-6), "D": (1, 1)}
    other = posterior(fluxes, varies=[1, 1, 0, 1])
    other.posterior["net_flux"][0, :, 3] += 30
    table = kt.compare_precision({"one": posterior(fluxes), "other": other})
    assert set(table.index.get_level_values("reaction")) == {"A"}
    assert table.attrs["left_out"] == {
        "fixed in one": ["B"],
        "fixed in other": ["C"],
        "not converged in other": ["D"],
    }
    kept = kt.compare_precision({"one": posterior(fluxes), "other": other}, r_hat=100)
    assert set(kept.index.get_level_values("reaction")) == {"A", "D"}


def test_predicted_mutants_are_no_chains_that_could_converge():
    mutant = posterior({"A": (10, 2), "B": (5, 1)})
    mutant.posterior["net_flux"][0] += 30
    mutant.posterior.attrs["knocked_out"] = '["C"]'
    table = kt.compare_precision({"mutant": mutant, "core": CORE})
    assert set(table.index.get_level_values("reaction")) == {"A", "B"}
    assert table.xs("mutant", level="posterior")["r_hat"].isna().all()
    assert table.xs("core", level="posterior")["r_hat"].notna().all()


def test_a_mean_at_nothing_has_a_cv_beyond_bounds_and_an_honest_width():
    table = kt.compare_precision({"one": posterior({"A": (1e-9, 1e-3)})})
    assert table["cv"].item() > 1e5 and table["width"].item() == pytest.approx(0.0039, rel=0.01)


@pytest.mark.parametrize(
    "posteriors, how, sentence",
    [
        (CORE, {}, "give them by name"),
        ({}, {}, "give them by name"),
        ({"x": "PGI"}, {}, "the posterior 'x': expected net_flux"),
        ({1: CORE, "1": GENOME}, {}, "posteriors: two are called '1'"),
        (BOTH, {"reactions": 5}, "reactions must be an id or a list of ids"),
        (BOTH, {"reactions": True}, "reactions must be an id or a list of ids"),
        (BOTH, {"reactions": [["A"]]}, "reactions must be an id or a list of ids"),
        (BOTH, {"reactions": []}, r"reactions=\[\]: name some"),
        (BOTH, {"reactions": ["PYK"]}, "has no reaction 'PYK'"),
        (BOTH, {"reactions": ["D"]}, "the posterior 'core' has no reaction 'D'"),
        (BOTH, {"r_hat": 0.5}, "no flux is left to compare"),
        (BOTH, {"level": 95}, "level=95"),
        (BOTH, {"interval": "sd"}, "interval='sd'"),
    ],
)
def test_what_makes_no_sense_is_said_in_one_sentence(posteriors, how, sentence):
    with pytest.raises(InputError, match=sentence):
        kt.compare_precision(posteriors, **how)


def test_pairs_need_two():
    with pytest.raises(InputError, match="only 'core'"):
        kt.precision_pairs({"core": CORE})


def test_uniform_densities_overlap_by_what_they_share():
    x = (np.arange(N) + 0.5) / N
    assert overlap_coefficient(x, x + 0.25) == pytest.approx(0.75, abs=0.01)
    assert overlap_coefficient(x, 0.001 * x + 0.5) == pytest.approx(0.001, abs=1e-3)
    assert overlap_coefficient(x, x + 3) == 0


def test_points_overlap_where_they_are_the_same():
    one, other = np.full(20, 4.3), np.full(30, 4.4)
    assert overlap_coefficient(one, one) == 1 and overlap_coefficient(one, other) == 0
    assert overlap_coefficient(one, 4.3 + NORMAL) == 0


@given(st.integers(0, 10**6), st.floats(-5, 5), st.floats(0.01, 100))
def test_an_overlap_is_between_0_and_1_the_same_both_ways_and_for_any_unit(seed, shift, scale):
    a, b = np.random.default_rng(seed).gamma(2.0, size=(2, 300))
    found = overlap_coefficient(a, shift + scale * b)
    assert 0 <= found <= 1
    assert overlap_coefficient(shift + scale * b, a) == pytest.approx(found, abs=1e-12)
    assert overlap_coefficient(7 * a, 7 * (shift + scale * b)) == pytest.approx(found, abs=1e-6)
