"""Predicted knock-outs: posteriors of mutants, from posteriors of the wild type."""

import json
from dataclasses import replace

import cobra
import numpy as np
import pandas as pd
import pytest
import xarray

import kinetools as kt
from kinetools.errors import InputError
from kinetools.flux.gene_rules import reactions_without, set_gene_rule


@pytest.fixture(scope="module")
def core():
    return kt.load_flux_model("toya_core")


@pytest.fixture(scope="module")
def wild_type(core):
    """Steady states of the wild type in the layout of a posterior."""
    data = kt.load_measurements("toya2010_wt5h")
    forward, reverse = kt.random_fluxes(core, data, 60, seed=0)
    net = (forward - reverse).reshape(2, 30, -1)
    return xarray.Dataset(
        {"net_flux": (("chain", "draw", "reaction"), net)}, {"reaction": list(core.reactions)}
    )


def predict(core, wild_type, reactions="PYK", **options):
    options = {"n_samples": 12, "progress": False} | options
    return kt.predict_knockout(core, wild_type, reactions, **options)


@pytest.fixture(scope="module")
def mutants(core, wild_type):
    return predict(core, wild_type, ["PYK"])


@pytest.mark.parametrize("method", ["moma", "room_relaxed", "room"])
def test_a_mutant_is_steady_within_bounds_and_lacks_the_reaction(core, wild_type, method):
    found = predict(core, wild_type, method=method, n_samples=4)
    net = found.posterior["net_flux"].values
    assert net.shape == (1, 4, len(core.reactions))
    assert np.abs(net @ core.stoichiometry.T).max() < 1e-6
    assert np.abs(net[..., core.index("PYK")]).max() == 0
    assert json.loads(found.posterior.attrs["status"]) == {"optimal": 4}
    assert (found.sample_stats["distance"].values > 0).all()


def test_each_prediction_says_which_draw_of_the_wild_type_it_is_from(core, wild_type, mutants):
    stats = mutants.sample_stats
    chain, draw = (stats[f"wild_type_{k}"].values[0] for k in ("chain", "draw"))
    assert len(set(zip(chain, draw))) == 12
    own = wild_type["net_flux"].values[chain, draw]
    np.testing.assert_array_equal(own, mutants.constant_data["wild_type"].values)
    apart = np.linalg.norm(mutants.posterior["net_flux"].values[0] - own, axis=1)
    np.testing.assert_allclose(apart, stats["distance"].values[0])
    np.testing.assert_allclose(apart, stats["objective"].values[0])


def test_the_result_is_a_posterior_to_those_who_read_posteriors(wild_type, mutants, tmp_path):
    assert kt.flux_summary(mutants).loc["PYK", "median"] == 0
    change = kt.compare_posteriors(wild_type, mutants)
    assert change.loc["PYK", "decrease"] > 0.9
    again = kt.load_posterior(kt.save_posterior(mutants, tmp_path / "mutants.nc"))
    xarray.testing.assert_equal(again.posterior["net_flux"], mutants.posterior["net_flux"])
    assert again.constant_data["status"].values.tolist() == ["optimal"] * 12
    assert again.posterior.attrs["verdict"] == (
        "Predicted by MOMA without PYK from 12 samples: 12 optimal."
    )


def test_predictions_can_be_seen_on_the_map(core, wild_type, mutants):
    from widgets import FluxMap
    from widgets.flux_map_list import list_rows

    shown = FluxMap(wild_type, core, other=mutants, names=("wild type", "pyk"))
    shown.show = "pyk"
    assert shown.fluxes["PYK"] == 0 and "12 optimal" in shown.svg()
    shown.selection = ["PGI"]  # predictions are no chains: nothing warns of their R-hat
    page = shown.view.children[0].value + shown.view.words.value
    assert "→ <b>pyk" in page
    assert not any(row[-1] for row in list_rows(shown)[1])


@pytest.mark.parametrize("method", ["moma", "room_relaxed", "room"])
def test_the_number_of_workers_makes_no_difference(core, wild_type, method):
    n = 6 if method == "room" else 55
    one, three = (
        predict(core, wild_type, method=method, n_samples=n, workers=k, time_limit=600.0)
        for k in (1, 3)
    )
    np.testing.assert_array_equal(one.posterior["net_flux"], three.posterior["net_flux"])


def test_the_seed_chooses_the_samples(core, wild_type, mutants):
    again, other = (predict(core, wild_type, seed=k) for k in (0, 1))
    np.testing.assert_array_equal(again.posterior["net_flux"], mutants.posterior["net_flux"])
    assert not np.array_equal(other.posterior["net_flux"], mutants.posterior["net_flux"])


def test_there_are_no_more_predictions_than_draws(core, wild_type):
    found = predict(core, wild_type, n_samples=500)
    assert found.posterior.sizes["draw"] == found.posterior.attrs["n_samples"] == 60


@pytest.mark.parametrize("method", ["moma", "room_relaxed"])
def test_one_flux_vector_gives_the_classical_prediction(core, wild_type, method):
    mean = kt.flux_summary(wild_type)["mean"]
    from_series = predict(core, mean, method=method)
    from_mapping = predict(core, mean.to_dict(), method=method)
    assert from_series.posterior.sizes == {"chain": 1, "draw": 1, "reaction": len(core.reactions)}
    np.testing.assert_array_equal(
        from_series.posterior["net_flux"], from_mapping.posterior["net_flux"]
    )
    assert "from one flux vector: optimal" in from_series.posterior.attrs["verdict"]
    kt.flux_summary(from_series)


def test_moma_of_the_mean_is_no_farther_than_the_mean_of_moma(core, wild_type):
    classical = predict(core, kt.flux_summary(wild_type)["mean"])
    every = predict(core, wild_type, n_samples=60)
    # The distance to a convex set is convex.
    least = every.sample_stats["distance"].values.mean()
    assert classical.sample_stats["distance"].item() <= least + 1e-9


def test_boundary_fluxes_are_free_or_as_the_mutant_was_measured(core, wild_type):
    free = predict(core, wild_type, "PGI")
    fixed = predict(core, wild_type, "PGI", measurements=kt.load_measurements("toya2010_pgi16h"))
    uptake = [kt.flux_summary(x).loc["glc_exchange"] for x in (free, fixed)]
    assert uptake[0]["median"] < -5
    assert uptake[1]["median"] == uptake[1]["upper"] == -2.5
    assert fixed.posterior.attrs["measurements_id"] == "toya2010_pgi16h"
    farther = fixed.sample_stats["distance"].values > free.sample_stats["distance"].values
    assert farther.all()


def test_a_mutant_may_do_what_the_wild_type_does_beyond_the_networks_bounds(with_genes):
    eager = {"IN": 12.0, "ISO": 9.0, "COMPLEX": 3.0, "OUT": 12.0}
    found = kt.predict_knockout(with_genes, eager, genes="b1676", progress=False)
    np.testing.assert_allclose(found.posterior["net_flux"].values.ravel(), [*eager.values()])
    within = kt.predict_knockout(
        with_genes, eager, genes="b1676", bounds={"IN": (0, 10)}, progress=False
    )
    assert within.posterior["net_flux"].sel(reaction="OUT").item() == pytest.approx(10)


def test_a_flux_can_be_kept_from_the_wild_type_and_what_is_impossible_is_counted(core, wild_type):
    net = wild_type["net_flux"].values.reshape(60, -1)
    limit = np.median(net[:, core.index("ICL")])
    found = predict(
        core, wild_type, "PYK", n_samples=60, keep="ICL", bounds={"MALS": (0, float(limit))}
    )
    kept = found.constant_data["wild_type"].values[:, core.index("ICL")]
    np.testing.assert_allclose(found.posterior["net_flux"].sel(reaction="ICL").values[0], kept)
    assert json.loads(found.posterior.attrs["status"]) == {"optimal": 30, "infeasible": 30}
    assert "30 optimal, 30 infeasible" in found.posterior.attrs["verdict"]
    assert ", 30 infeasible (chain 1, draw " in found.posterior.attrs["verdict"]
    odd = found.constant_data["status"].values == "infeasible"
    np.testing.assert_array_equal(odd, net[:, core.index("ICL")] > limit)


def test_an_interruption_ends_the_work_and_keeps_what_there_is(core, wild_type, tmp_path):
    def interrupt(done, total):
        raise KeyboardInterrupt

    options = {"method": "room", "n_samples": 60, "time_limit": 0.5, "run_dir": tmp_path}
    with pytest.raises(KeyboardInterrupt):
        predict(core, wild_type, "PGI", progress=interrupt, **options)
    with np.load(tmp_path / "state.npz") as state:
        assert 2 <= len(state["place"]) < 60
    assert predict(core, wild_type).posterior.sizes["draw"] == 12


def test_an_interrupted_run_goes_on_where_it_was(core, wild_type, tmp_path):
    def interrupt(done, total):
        if done >= 25:
            raise KeyboardInterrupt

    options = {"n_samples": 60, "run_dir": tmp_path / "run", "workers": 1}
    with pytest.raises(KeyboardInterrupt):
        predict(core, wild_type, "PGI", progress=interrupt, **options)
    seen = []
    found = predict(core, wild_type, "PGI", progress=lambda *d: seen.append(d), **options)
    assert seen == [(25, 60), (50, 60), (60, 60)]
    straight = predict(core, wild_type, "PGI", n_samples=60)
    for group, name in (("posterior", "net_flux"), ("sample_stats", "objective")):
        np.testing.assert_array_equal(found[group][name], straight[group][name])
    again = predict(core, wild_type, "PGI", progress=interrupt, **options)  # nothing is left to do
    xarray.testing.assert_equal(again.posterior, found.posterior)


def test_a_run_directory_of_other_settings_is_refused(core, wild_type, tmp_path):
    predict(core, wild_type, run_dir=tmp_path)
    with pytest.raises(InputError, match="holds a run with method = 'moma', not 'room'"):
        predict(core, wild_type, run_dir=tmp_path, method="room")
    with pytest.raises(InputError, match=r"holds a run with wild_type = .*use another run_dir"):
        predict(core, wild_type, run_dir=tmp_path, seed=1)
    with pytest.raises(InputError, match="holds a run with bounds = "):
        predict(core, wild_type, run_dir=tmp_path, bounds={"ICL": (0, 1)})


def test_damaged_predictions_are_named(core, wild_type, tmp_path):
    predict(core, wild_type, run_dir=tmp_path)
    (tmp_path / "posterior.nc").unlink()
    with np.load(tmp_path / "state.npz") as state:
        kept = dict(state)
    np.savez(tmp_path / "state.npz", **kept | {"fluxes": kept["fluxes"][:, :5]})
    with pytest.raises(InputError, match=r"state\.npz: the predictions so far are damaged"):
        predict(core, wild_type, run_dir=tmp_path)
    (tmp_path / "state.npz").write_bytes(b"PK")
    with pytest.raises(InputError, match=r"state\.npz: the state of the run is damaged"):
        predict(core, wild_type, run_dir=tmp_path)


def test_a_prediction_without_fluxes_and_another_posterior_are_no_result(core, wild_type, tmp_path):
    predict(core, wild_type, run_dir=tmp_path)
    kt.save_posterior(kt.load_posterior("toya_core_wt5h"), tmp_path / "posterior.nc")
    with pytest.raises(InputError, match=r"posterior\.nc: holds no prediction of a knock-out"):
        predict(core, wild_type, run_dir=tmp_path)
    (tmp_path / "posterior.nc").unlink()
    with np.load(tmp_path / "state.npz") as state:
        kept = dict(state)
    for odd in ({"fluxes": kept["fluxes"] * np.nan}, {"place": kept["place"] - 5}):
        np.savez(tmp_path / "state.npz", **kept | odd)
        with pytest.raises(InputError, match=r"state\.npz: the predictions so far are damaged"):
            predict(core, wild_type, run_dir=tmp_path)


@pytest.mark.parametrize("path", [__file__, f"{__file__}/run", "a" * 400, 5, ["a"], "\0", ""])
def test_a_run_directory_that_cannot_be_a_folder_is_named(core, wild_type, path):
    with pytest.raises(InputError, match=r"run_dir=.*cannot be a folder") as error:
        predict(core, wild_type, run_dir=path)
    assert len(str(error.value)) < 250


@pytest.fixture(scope="module")
def with_genes():
    """A → B by two isozymes or a complex, B → out; one gene of an exchange is in no reaction."""
    model = cobra.Model("genes")
    a, b = (cobra.Metabolite(m, compartment="c") for m in ("a", "b"))
    for name, stoichiometry, rule in (
        ("IN", {a: 1}, ""),
        ("ISO", {a: -1, b: 1}, "b1676 or b1854"),
        ("COMPLEX", {a: -1, b: 1}, "g3 and g4"),
        ("OUT", {b: -1}, "g5"),
    ):
        reaction = cobra.Reaction(name, lower_bound=0, upper_bound=10)
        reaction.add_metabolites(stoichiometry)
        reaction.gene_reaction_rule = rule
        model.add_reactions([reaction])
    model.genes.g3.name = "cpxA"
    model.genes.append(cobra.Gene("idle"))
    return kt.FluxModel("genes", model, (), max_flux=10)


REFERENCE = {"IN": 3.0, "ISO": 2.0, "COMPLEX": 1.0, "OUT": 3.0}


def test_genes_close_the_reactions_that_cannot_do_without_them(with_genes):
    assert reactions_without(with_genes, ["cpxA"]) == ("COMPLEX",)
    assert reactions_without(with_genes, ["g4", "b1676", "b1854"]) == ("ISO", "COMPLEX")
    found = kt.predict_knockout(with_genes, REFERENCE, genes="g3", progress=False)
    assert json.loads(found.posterior.attrs["knocked_out"]) == ["COMPLEX"]
    # Nearest to (3, 2, 0, 3) on a line of equal fluxes.
    np.testing.assert_allclose(found.posterior["net_flux"].values.ravel(), [8 / 3, 8 / 3, 0, 8 / 3])


def test_without_one_of_two_isozymes_nothing_changes_and_it_is_said_why(with_genes):
    found = kt.predict_knockout(with_genes, REFERENCE, genes=["b1676"], progress=False)
    assert json.loads(found.posterior.attrs["knocked_out"]) == []
    np.testing.assert_allclose(found.posterior["net_flux"].values.ravel(), [*REFERENCE.values()])
    assert found.posterior.attrs["verdict"] == (
        "Predicted by MOMA without b1676 (which closes no reaction: ISO (b1676 or b1854)) from one flux "
        "vector: optimal."
    )


@pytest.mark.parametrize(
    ("genes", "message"),
    [
        (["b1675"], "no gene 'b1675' .its genes are called .*; did you mean 'b1676'"),
        (["idle"], "the gene idle has no reaction"),
        ("", "no gene '' .its genes are called [^)]*….; correct the id"),
        (["g3", ""], "no gene ''"),
        (7, "genes must be an id or a list of ids"),
    ],
)
def test_genes_that_the_network_does_not_have_are_refused(with_genes, genes, message):
    with pytest.raises(InputError, match=message):
        kt.predict_knockout(with_genes, REFERENCE, genes=genes)


def test_it_is_said_if_genes_have_no_names():
    model = cobra.Model("unnamed")
    reaction = cobra.Reaction("R")
    reaction.add_metabolites({cobra.Metabolite("a", compartment="c"): 1})
    reaction.gene_reaction_rule = "b1 or b2"
    model.add_reactions([reaction])
    with pytest.raises(
        InputError, match=r"no gene 'pykF' .its genes are called .* … and have no names"
    ):
        reactions_without(kt.FluxModel("unnamed", model, (), max_flux=10), ["pykF"])


@pytest.mark.parametrize(
    "rule", ["b1 and (b2", "b1 b2", "b1 and", "()", "not b1", "b1 + b2", "f(b1)", "b1 or or b2"]
)
def test_rules_of_genes_that_are_none_are_refused_without_a_traceback(
    tmp_path, caplog, recwarn, rule
):
    with pytest.raises(
        InputError, match=r"here: the rule of genes is not understood .*brackets\.$"
    ):
        set_gene_rule(cobra.Reaction("R"), rule, "here")
    kt.write_flux_model(kt.load_flux_model("toy"), tmp_path)
    text = (tmp_path / "reactions.csv").read_text().splitlines()
    rows = [f"{text[0]},genes", f"{text[1]},{rule}", *text[2:]]
    (tmp_path / "reactions.csv").write_text("\n".join(rows))
    with pytest.raises(InputError, match=r"reactions\.csv, row 2 .*: the rule of genes is not"):
        kt.load_flux_model(tmp_path)
    assert not caplog.records and not recwarn.list


def test_genes_keep_their_names_in_a_written_network(tmp_path):
    toy = kt.load_flux_model("toy")
    model = toy.cobra_model.copy()
    model.reactions[1].gene_reaction_rule = "b1854 or b1676"
    model.genes.b1676.name = "pykF"
    written = kt.write_flux_model(replace(toy, cobra_model=model), tmp_path)
    again = kt.load_flux_model(written)
    assert {g.id: g.name for g in again.cobra_model.genes} == {"b1676": "pykF", "b1854": ""}
    assert reactions_without(again, ["pykF", "b1854"]) == (toy.reactions[1],)
    (tmp_path / "genes.csv").write_text("gene,name\nb1677,pykF\n")
    with pytest.raises(InputError, match=r"genes\.csv: no reaction's rule has the gene 'b1677'"):
        kt.load_flux_model(tmp_path)


def test_rules_of_genes_that_are_some_are_taken(recwarn):
    reaction = cobra.Reaction("R")
    for rule, expected in (("b1 AND (b2 or b.3)", "b1 and (b2 or b.3)"), ("", "")):
        set_gene_rule(reaction, rule, "here")
        assert reaction.gene_reaction_rule == expected
    assert not recwarn.list


def other_network():
    return kt.load_flux_model("toy")


def stretched(wild_type):
    return wild_type.assign(net_flux=wild_type["net_flux"] + 0.1 * (wild_type.draw + 1))


def twice(wild_type):
    means = kt.flux_summary(wild_type)["mean"]
    return pd.concat([means, 2 * means["PGI":"PGI"]])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda n, w: predict("toya_core", w), "load_flux_model returns, found a str"),
        (lambda n, w: predict(None, w), "load_flux_model returns, found a NoneType"),
        (lambda n, w: predict(n.cobra_model, w), "load_flux_model returns, found a Model"),
        (lambda n, w: predict(n, w, measurements="toy"), "load_measurements returns, found a str"),
        (lambda n, w: predict(n, w, measurements=w), "load_measurements returns, found a Dataset"),
        (lambda n, w: predict(n, w, [["PYK"]]), "reactions must be an id or a list of ids"),
        (lambda n, w: predict(n, twice(w)), "the wild type's fluxes: PGI stands there twice"),
        (lambda n, w: predict(n, dict.fromkeys(n.reactions, (1, 2))), "give one number for each"),
        (
            lambda n, w: predict(n, w, bounds={"PYK": (5, 6)}),
            "PYK from 5 to 6 is given, but PYK is knocked out",
        ),
        (lambda n, w: predict(n, w, None), "nothing is knocked out"),
        (lambda n, w: predict(n, w, ["PYKK"]), "no reaction 'PYKK'; did you mean 'PYK'"),
        (lambda n, w: predict(n, w, method="fba"), "method='fba': choose one of 'moma'"),
        (lambda n, w: predict(n, w, n_samples=0), "n_samples must be a whole number"),
        (lambda n, w: predict(n, w, delta=-1), "delta=-1: give 0 or more"),
        (lambda n, w: predict(n, w, time_limit=0), "time_limit: expected a positive"),
        (lambda n, w: predict(n, w, keep="PYK"), "PYK is both knocked out and kept"),
        (lambda n, w: predict(n, w, keep="GLC"), "no reaction 'GLC'"),
        (lambda n, w: predict(n, w, genes="pykF"), "no reaction has a gene rule"),
        (lambda n, w: predict(n, None), "the wild-type posterior: expected net_flux"),
        (lambda n, w: predict(n, {"PYK": 1.0}), "62 of 63 reactions of 'toya_core' are missing"),
        (
            lambda n, w: predict(other_network(), w, "b_d"),
            "8 of 8 reactions of 'toy' are missing .*give the fluxes of this network",
        ),
        (lambda n, w: predict(n, stretched(w)), "not steady in 'toya_core', where"),
        (
            lambda n, w: predict(n, kt.flux_summary(w)["mean"] * np.nan),
            "is not a finite number",
        ),
        (
            lambda n, w: predict(n, w, ["PYK", "ENO"], bounds={"PEPbm": (1, 2)}),
            "the knock-out of ENO leaves no steady state, because it is needed for PEPbm from 1 to 2",
        ),
        (
            lambda n, w: predict(n, w, bounds={"PEPbm": (1, 2), "PEP_exchange": (5, 6)}),
            "no steady state has PEPbm from 1 to 2 and PEP_exchange from 5 to 6",
        ),
        (
            lambda n, w: predict(n, w, keep="ICL", bounds={"MALS": (0, 0)}),
            r"none of 12 samples has a prediction with the wild type's fluxes of ICL \(12 infeasible",
        ),
    ],
)
def test_bad_input_gets_one_clear_sentence(core, wild_type, call, message):
    with pytest.raises(InputError, match=message) as error:
        call(core, wild_type)
    assert "\n" not in str(error.value)
