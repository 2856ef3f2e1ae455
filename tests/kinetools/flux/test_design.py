"""Which tracer to take next, on networks where the answer can be computed in another way."""

import xml.etree.ElementTree as ET
from itertools import pairwise

import numpy as np
import pytest

import kinetools as kt
from kinetools.flux.design_experiments import PlannedExperiments
from kinetools.flux.design_inference import simulated_data
from kinetools.flux.design_picture import draw_design
from kinetools.flux.design_today import FEWEST
from kinetools.flux.posterior import flux_inference_data

SIGMA = 0.01
LABELS = ("010", "100", "001", "110", "101", "011", "111")


def fed(labelling):
    return {"A": [(1.0, labelling)]}


@pytest.fixture(scope="module")
def toy():
    return kt.load_flux_model("toy")


@pytest.fixture(scope="module")
def prior(toy):
    """Draws of the toy before anything is measured, as sample_fluxes(likelihood=False) gives them."""
    data = kt.load_measurements("toy")
    space = kt.FluxSpace.of(toy, data).rounded()
    off = kt.LabellingLikelihood(toy, data).switched_off()
    x = kt.sample_uniform(space, 1000, chains=4, seed=1)
    attrs = {"network": toy.hash, "network_id": "toy", "measurements_id": "toy", "likelihood": 0}
    return flux_inference_data(space, off, x, attrs=attrs)


@pytest.fixture(scope="module")
def posterior(toy):
    data = kt.load_measurements("toy")
    return kt.sample_fluxes(toy, data, draws=1000, seed=3, progress=False)


def rank(toy, idata, candidates, *reactions, **options):
    options = {"fragments": ["F"], "sigma": SIGMA, "n_inferred": 0, "progress": False} | options
    return kt.rank_tracers(toy, idata, candidates, list(reactions) or ["b_d"], **options)


def by_quadrature(toy, labelling, fragment, today=None, n=90, truths=60):
    """Expected remaining deviation of b_d over today's, on a grid of the toy's two coordinates."""
    space = kt.FluxSpace.of(toy, kt.load_measurements("toy")).rounded()
    reach = np.linspace(-2, 2, n)
    grid = np.stack(np.meshgrid(reach, reach), axis=-1).reshape(-1, 2)
    grid = grid[space.contains(grid)]
    forward, reverse = space.to_fluxes(grid)
    weights = np.ones(len(grid))
    if today is not None:
        weights = np.exp(today.log_likelihood(forward, reverse) - today.constant)
    weights /= weights.sum()
    flux = (forward - reverse)[:, toy.index("b_d")]
    masses = kt.LabellingSimulator(toy, fed(labelling), [fragment]).flat(forward, reverse) / SIGMA
    rng = np.random.default_rng(0)
    left = []
    for truth in rng.choice(len(grid), truths, p=weights):
        data = masses[truth] + rng.standard_normal(masses.shape[1])
        after = weights * np.exp(-0.5 * ((masses - data) ** 2).sum(axis=1))
        after /= after.sum()
        left.append(np.sqrt(after @ flux**2 - (after @ flux) ** 2))
    return np.mean(left) / np.sqrt(weights @ flux**2 - (weights @ flux) ** 2)


@pytest.mark.parametrize("fragment", ["F", "B"])
def test_the_ranking_of_tracers_is_that_of_exact_quadrature(toy, prior, fragment):
    labels = ["100", "010", "001"]
    table = rank(toy, prior, {x: fed(x) for x in labels}, fragments=[fragment])
    truth = {x: by_quadrature(toy, x, fragment) for x in labels}
    for label in labels:
        assert table.loc[label, "ratio_b_d"] == pytest.approx(truth[label], abs=0.07)
    apart = sorted(truth, key=truth.get)
    for first, second in pairwise(apart):
        if truth[second] - truth[first] > 0.06:  # else quadrature with noise cannot tell either
            assert table.loc[first, "score"] < table.loc[second, "score"]


def test_after_a_measurement_the_same_experiment_teaches_as_much_as_quadrature_says(toy, posterior):
    data = kt.load_measurements("toy")
    likelihood = kt.LabellingLikelihood(toy, data)
    table = rank(toy, posterior, {"again": fed("010")}, "b_d")
    truth = by_quadrature(toy, "010", "F", likelihood, n=400)
    assert table.loc["again", "ratio_b_d"] == pytest.approx(truth, abs=0.08)


@pytest.mark.parametrize("sigma", [0.3, 0.06])  # little information, and much
def test_inferring_anew_agrees_with_the_ranking(toy, prior, sigma):
    candidates = {x: fed(x) for x in ("100", "001")}
    few = {"draws": 400, "ess": 200, "minutes": 1}  # for a data set that leaves too few draws
    table = rank(toy, prior, candidates, sigma=sigma, n_inferred=2, n_data_sets=12, sampling=few)
    assert list(table.inferred_score.rank()) == list(table.score.rank())
    # The ranking takes the width of an interval to shrink as the deviation does, though the interval of
    # what was uniform and becomes normal is wider by up to a fifth; 12 data sets scatter, too.
    np.testing.assert_allclose(table.inferred_score, table.score, rtol=0.15)


def test_fluxes_are_sampled_where_too_few_draws_would_be_left(toy, posterior):
    options = {"draws": 300, "ess": 100, "minutes": 1}
    table = rank(
        toy, posterior, {"x": fed("100")}, sigma=2e-4, n_inferred=1, n_data_sets=1, sampling=options
    )
    assert table.inferred.tolist() == ["sampled"]
    (inference,) = table.attrs["inferences"]
    assert inference["how"] == "sampled" and "onverged" in inference["verdict"]
    assert 0 < table.inferred_score.iloc[0] < 0.8


def test_a_tracer_without_label_adds_nothing_and_neither_does_one_with_all(toy, posterior):
    table = rank(toy, posterior, {"none": fed("000"), "all": fed("111")})
    np.testing.assert_allclose(table.score, 1, rtol=1e-12)
    assert (table.information == 0).all()
    assert table["width_b_d"].iloc[0] == pytest.approx(
        np.diff(table.attrs["today"]["b_d"])[0]  # today's interval
    )


def test_parallel_experiments_leave_less_than_either_alone(toy, prior):
    one, two = fed("001"), fed("110")
    table = rank(toy, prior, {"one": one, "two": two, "both": [one, two], "twice": [one, one]})
    assert table.loc["both", "score"] < min(table.loc["one", "score"], table.loc["two", "score"])
    assert table.loc["twice", "score"] < table.loc["one", "score"]
    assert table.loc["twice", "information"] > table.loc["one", "information"]
    assert table.experiments.to_dict() == {"one": 1, "two": 1, "both": 2, "twice": 2}


def test_more_fragments_leave_less(toy, prior):
    fragments = {"F": ["F"], "both": ["F", "B"]}
    table = rank(toy, prior, dict.fromkeys(fragments, fed("001")), fragments=fragments)
    assert table.loc["both", "score"] < table.loc["F", "score"]


def test_the_same_seed_gives_the_same_table_for_any_number_of_workers(toy, prior):
    candidates = {x: fed(x) for x in LABELS}
    tables = [rank(toy, prior, candidates, workers=k, seed=4) for k in (1, 3)]
    assert tables[0].drop(columns="inferred").equals(tables[1].drop(columns="inferred"))
    assert not tables[0].equals(rank(toy, prior, candidates, seed=5))


def test_all_varying_fluxes_count_where_none_is_chosen(toy, prior):
    table = kt.rank_tracers(
        toy, prior, {"x": fed("100")}, fragments=["F"], sigma=SIGMA, n_inferred=0, progress=False
    )
    assert 0 < table.score.iloc[0] < 1 and not [c for c in table if c.startswith("width")]
    assert set(table.columns) <= {c for c in table.attrs["columns"]}


@pytest.mark.parametrize("criterion, column", [("A", "a_criterion"), ("D", "information")])
def test_other_criteria_rank_too(toy, prior, criterion, column):
    table = rank(toy, prior, {x: fed(x) for x in LABELS}, criterion=criterion)
    values = table[column].to_numpy()
    assert list(values) == sorted(values, reverse=criterion == "D")
    assert table.pareto.iloc[0]


def test_what_is_cheap_or_good_is_on_the_front(toy, prior):
    candidates = {x: fed(x) for x in ("100", "001", "000")}
    prices = {"100": 90, "001": 120, "000": 1}
    costs = kt.tracer_costs(candidates, prices, grams=0.5)
    assert costs == {"100": 45, "001": 60, "000": 0.5}
    table = rank(toy, prior, candidates, costs=costs)
    assert table.pareto.to_dict() == {"100": True, "001": False, "000": True}
    for some in (table, table.assign(cost=np.nan)):
        picture = draw_design(some, "Which <tracer>?", ["One sentence."])
        assert all(name in picture for name in ("100", "000"))
        ET.fromstring(picture)


def test_a_simulator_that_is_fed_otherwise_is_that_of_the_other_tracer():
    network = kt.load_flux_model("toya_core")
    data = kt.load_measurements("toya2010_wt5h")
    forward, reverse = kt.random_fluxes(network, data, 5, seed=2)
    first = kt.LabellingSimulator(network, data.tracer, data.fragments)
    before = first.flat(forward, reverse)
    for tracer in kt.common_tracers(network, fractions=[1.0, 0.3]).values():
        other = kt.LabellingSimulator(network, tracer, data.fragments)
        fed_otherwise = first.with_tracer(tracer)
        np.testing.assert_allclose(
            fed_otherwise.flat(forward, reverse), other.flat(forward, reverse), atol=1e-14
        )
    np.testing.assert_array_equal(first.flat(forward, reverse), before)


def test_noise_of_simulated_data_has_its_size_but_for_the_sum(toy, prior):
    planned = PlannedExperiments(toy, {"x": [fed("100"), fed("001")]}, ["F", "B"], SIGMA)
    forward, reverse = (f[0] for f in kt.posterior_fluxes(toy, prior, 2))
    exact = [planned.simulator(e).flat(forward, reverse) for e in planned.candidates["x"]]
    noise = []
    for k in range(300):
        found = simulated_data(planned, "x", forward, reverse, [k])
        noise += [(d - e).reshape(2, 4) / SIGMA for d, e in zip(found, exact)]
    noise = np.array(noise)
    np.testing.assert_allclose(noise.sum(axis=-1), 0, atol=1e-9)
    assert noise.std() == pytest.approx(np.sqrt(3 / 4), rel=0.05)


def test_core_network_tracers_are_ranked_before_anything_is_measured():
    network = kt.load_flux_model("toya_core")
    data = kt.load_measurements("toya2010_wt5h")
    space = kt.FluxSpace.of(network, data).rounded()
    off = kt.LabellingLikelihood(network, data).switched_off()
    attrs = {"network": network.hash, "measurements_id": "toya2010_wt5h", "likelihood": 0}
    idata = flux_inference_data(space, off, kt.sample_uniform(space, 500, seed=0), attrs=attrs)
    candidates = kt.common_tracers(network, fractions=[1.0])
    table = kt.rank_tracers(
        network, idata, candidates, ["PGI", "GND"], n_inferred=0, progress=False
    )
    assert len(table) == len(candidates) and table.attrs["fragments"] == sorted(data.mids)
    assert table.loc["[U-13C]", "score"] > 0.9 > table.score.iloc[0]


def test_bad_input_is_one_sentence(toy, posterior):
    cases = [
        (dict(candidates={}), "candidates must map names to tracers"),
        (dict(candidates={"x": []}), "candidate 'x': an empty list"),
        (dict(candidates={"x": {"A": [(1, "10")]}}), "candidate 'x': .*has 2 atoms, but A has 3"),
        (dict(candidates={"x": {"F": [(1, "100")]}}), "candidate 'x': .*takes up atoms of F"),
        (
            dict(candidates={"x": fed("100")}, fragments=["E"], reactions=["PGI"]),
            "no reaction 'PGI'",
        ),
        (dict(fragments=["C"]), "reaches none of the fragments C"),
        (dict(reactions=["a_b"]), "a_b is the same in every draw"),
        (dict(reactions=["b_dd"]), "did you mean 'b_d'"),
        (dict(fragments=["Q"]), "no metabolite 'Q'"),
        (dict(fragments=["B[4]"]), "names atom 4"),
        (dict(fragments=[]), "fragments must be at least one"),
        (dict(sigma=0), "sigma of F: expected a positive number"),
        (dict(sigma={"B": 0.1}), "sigma has no standard deviation for fragment F"),
        (dict(costs={"y": 1}), "costs and candidates differ"),
        (dict(criterion="E"), "criterion='E'"),
        (dict(sampling={"seed": 1}), "sampling: seed is set"),
        (dict(sampling={"drawz": 1}), "sample_fluxes has no option 'drawz'; did you mean 'draws'"),
        (dict(sampling={5: 1}), "sample_fluxes has no option 5"),
        (dict(candidates={1: fed("100"), "1": fed("010")}), "candidates: two are called '1'"),
        (dict(candidates={"x": {}}), "candidate 'x': .*at least one labelled metabolite"),
        (dict(fragments=5), "fragments must be at least one, each named once: .*not '5'"),
        (dict(reactions=5), "reactions must be an id or a list of ids"),
        (dict(reactions=[["b_d"]]), "reactions must be an id or a list of ids"),
        (dict(sigma=1e-300), "sigma of F is 1e-300; give a standard deviation between"),
        (dict(criterion=["D"]), "criterion="),
        (dict(n_draws=499), "n_draws must be a whole number of at least 500"),
        (dict(n_data_sets=10**6), "n_data_sets=1000000: the posterior has 4000 draws"),
        (dict(measurements="toy"), "load_measurements returns, found a str"),
        (dict(run_dir=__file__), "cannot be a folder"),
        (dict(run_dir=5), "run_dir='5': cannot be a folder"),
    ]
    for wrong, message in cases:
        options = {
            "candidates": {"x": fed("100")},
            "reactions": ["b_d"],
            "fragments": ["F"],
        } | wrong
        with pytest.raises(kt.InputError, match=message):
            kt.rank_tracers(toy, posterior, n_inferred=0, progress=False, **options)


@pytest.mark.parametrize("wrong", [None, "posterior.nc", {"a": 1}])
def test_what_is_no_posterior_or_network_is_refused(toy, posterior, wrong):
    with pytest.raises(kt.InputError, match="the posterior: expected net_flux"):
        rank(toy, wrong, {"x": fed("100")})
    with pytest.raises(kt.InputError, match="what load_flux_model returns, found a"):
        rank(wrong, posterior, {"x": fed("100")})


def test_a_posterior_without_its_other_groups_gives_the_same(toy, posterior):
    tables = [rank(toy, p, {"x": fed("100")}) for p in (posterior, posterior.posterior)]
    assert tables[0].equals(tables[1])


def test_names_of_candidates_are_texts(toy, posterior):
    table = rank(toy, posterior, {1: fed("100")}, fragments={1: ["F"]}, costs={1: 5})
    assert table["cost"].to_dict() == {"1": 5.0}


@pytest.mark.parametrize("seed", range(4))
def test_more_data_never_look_worse_with_the_fewest_draws_that_are_taken(seed):
    network, idata = kt.load_flux_model("toya_core"), kt.load_posterior("toya_core_wt5h")
    tracer = {"glc_D_e": [(1.0, "110000")]}
    candidates = {str(n): [tracer] * n for n in (1, 2, 3, 6)}
    options = {"n_draws": FEWEST, "n_inferred": 0, "seed": seed, "progress": False}
    table = kt.rank_tracers(network, idata, candidates, **options)
    assert list(table.index) == ["6", "3", "2", "1"] and (table.score < 1).all()
    few = idata.isel(draw=slice(0, FEWEST // 4 - 1))
    with pytest.raises(kt.InputError, match="the posterior has 496 draws, but with fewer than 500"):
        kt.rank_tracers(network, few, candidates, **options)


def test_a_posterior_of_another_network_is_refused(toy, posterior):
    with pytest.raises(kt.InputError, match="sampled with network 'toy'"):
        rank(kt.load_flux_model("toya_core"), posterior, {"x": fed("100")})
    other = kt.load_measurements("toya2010_wt5h")
    with pytest.raises(kt.InputError, match="measurements"):
        rank(toy, posterior, {"x": fed("100")}, fragments=None, measurements=other)


def test_common_tracers_are_those_of_glucose():
    network = kt.load_flux_model("toya_core")
    found = kt.common_tracers(network)
    assert found["[1,2-13C]"].mixtures == {"glc_D_e": ((1.0, (1, 1, 0, 0, 0, 0)),)}
    assert found["20 % [U-13C]"].mixtures["glc_D_e"][1] == (0.8, (0,) * 6)
    for tracer in found.values():
        tracer.in_network(network)
    with pytest.raises(kt.InputError, match=r"takes up A \(3 carbon atoms\)"):
        kt.common_tracers(kt.load_flux_model("toy"))
    with pytest.raises(kt.InputError, match="load_flux_model returns, found a str"):
        kt.common_tracers("toya_core")
    with pytest.raises(kt.InputError, match=r"no metabolite .*did you mean 'glc_D_e'"):
        kt.common_tracers(network, ["glc_D_e"])
    with pytest.raises(kt.InputError, match="glucose has 6"):
        kt.common_tracers(network, substrate="pyr_c")
    with pytest.raises(kt.InputError, match="between 0 and 1"):
        kt.common_tracers(network, fractions=[1.2])


def test_a_labelling_without_a_price_is_named():
    with pytest.raises(kt.InputError, match="no price for A #010"):
        kt.tracer_costs({"x": fed("010")}, {"100": 2.0})
    several = {"x": [{"A": [(0.25, "100"), (0.75, "000")]}, fed("100")]}
    prices = {"A": {"#100": 8.0, "#000": 0.0}}
    assert kt.tracer_costs(several, prices, grams={"A": 2.0}) == {"x": 2 * (0.25 * 8 + 8)}
