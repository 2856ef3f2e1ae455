"""RankingExplorer without a browser: its traits, what the page would receive, and the static picture."""

import json
import re
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

import kinetools as kt
from widgets import RankingExplorer
from widgets.ranking_explorer_curve import LOOKS
from widgets.ranking_explorer_distribution import BINS

PLOTLY = "application/vnd.plotly.v1+json"


@pytest.fixture(scope="module")
def sets(model, state):
    sets = kt.sample_parameters(model, state, n_sets=3000, seed=3, progress=False)
    return kt.label_parameters(model, state, sets, progress=False)


@pytest.fixture(scope="module")
def table(sets):
    relevant = sets["label"].values == "relevant"
    return kt.rank_parameters(sets.isel(set=relevant), sets.isel(set=~relevant))


@pytest.fixture
def explorer(model, state, sets, table):
    return RankingExplorer(model, state, sets, table, map=None, n_fresh=400)


def texts(figure):
    return " ".join(note["text"] for note in figure["layout"]["annotations"])


def labels(explorer):
    """The names on the axis of the bars."""
    return explorer.view.bars.figure["layout"]["yaxis"]["ticktext"]


def click_row(explorer, row):
    """What a page does when its user clicks into a row of the ranking."""
    traces = len(explorer.view.bars.figure["data"])
    clicked = {"points": [[traces - 1, row]], "at": f"{row}-{np.random.default_rng().random()}"}
    explorer.view.bars.set_state({"clicked": clicked})


def finish(explorer):
    """Wait for what goes on in the background."""
    explorer.view.experiment.work.wait()
    explorer.view.spectra.work.wait()


def test_it_ranks_the_relevant_sets_against_the_rest_unless_it_is_given_a_ranking(
    model, state, sets, table, explorer
):
    own = RankingExplorer(model, state, sets, map=None)
    pd.testing.assert_frame_equal(own.table, table)
    assert explorer.table is table
    assert own.parameter == explorer.parameter == table.index[0] == "km_product3_ACS"


def test_shares_are_those_of_the_constraining_experiment_with_the_first_unstable_sets(
    model, state, sets, table, explorer
):
    unstable = sets.isel(set=np.flatnonzero(sets["label"] == "unstable")[:100])
    for k, percentile in ((7, 10), (3, 10), (3, 2.5)):
        explorer.k, explorer.percentile = k, percentile
        expected = kt.constrain_parameters(model, state, unstable, table, [k], percentile).iloc[0]
        assert explorer.shares["percentile"] == percentile
        for name in ("k", "n", "share_stable", "share_relevant", "stable_low", "relevant_high"):
            assert explorer.shares[name] == expected[name], name
    json.dumps(explorer.shares)


def test_other_starting_sets_and_another_rule_can_be_given(model, state, sets, table):
    slow = sets.isel(set=np.flatnonzero(sets["label"] == "too slow")[:30])
    explorer = RankingExplorer(model, state, sets, table, starting=slow, map=None)
    assert (explorer.shares["n"], explorer.shares["share_stable"]) != (100, 0)
    assert explorer.shares["n"] == 30
    rule = kt.LabelRule(slowest=-15)
    strict = RankingExplorer(model, state, sets, rule=rule, map=None)
    relevant = (sets["eigenvalue_max"] < -15).sum().item()
    assert strict.table.attrs["n_relevant"] == relevant
    assert strict.shares["share_relevant"] < strict.shares["share_stable"]
    assert "right of −15" in texts(strict.view.spectra.chart.figure)


def test_the_page_moves_the_sliders_and_python_does(explorer):
    experiment = explorer.view.experiment
    experiment.k.set_state({"value": 2})
    assert explorer.k == explorer.shares["k"] == 2
    experiment.percentile.set_state({"value": 25.0})
    assert explorer.percentile == explorer.shares["percentile"] == 25
    shown = f"<b>{100 * explorer.shares['share_relevant']:.0f}\u202f%</b> relevant"
    assert shown in experiment.result.value
    explorer.k, explorer.percentile = 9, 0.5
    assert (experiment.k.value, experiment.percentile.value) == (9, 0.5)
    assert "first 9 parameters" in experiment.result.value
    finish(explorer)


def test_the_whole_curve_is_computed_in_the_background_with_the_intervals(
    model, state, sets, table, explorer
):
    explorer.percentile = 20
    assert explorer.view is not None
    finish(explorer)
    data = explorer.view.experiment.curve.figure["data"]
    by_name = {trace["name"]: trace for trace in data if "name" in trace}
    unstable = sets.isel(set=np.flatnonzero(sets["label"] == "unstable")[:100])
    expected = kt.constrain_parameters(model, state, unstable, table, range(21), 20)
    for band, share in zip(data, LOOKS):
        assert by_name[share]["x"] == list(range(21))
        np.testing.assert_array_equal(by_name[share]["y"], expected[f"share_{share}"])
        np.testing.assert_array_equal(band["y"][:21], expected[f"{share}_low"])
        np.testing.assert_array_equal(band["y"][:20:-1], expected[f"{share}_high"])


def test_bars_are_the_ranking_with_its_intervals_and_what_chance_gives(table, explorer):
    figure = explorer.view.bars.figure
    bars, whiskers, cover = figure["data"]
    assert bars["x"] == list(table["kl"].iloc[:20])
    assert whiskers["x"][0::3] == list(table["low"].iloc[:20])
    assert whiskers["x"][1::3] == list(table["high"].iloc[:20])
    (line,) = [s for s in figure["layout"]["shapes"] if s["line"].get("dash") == "dash"]
    assert line["x0"] == line["x1"] == table["null_of_all"].iloc[0]
    assert len(cover["x"]) == 20
    # Not by colour alone: names are bold, and bars filled.
    bold = ["<b>" in text for text in labels(explorer)]
    assert bold == list(table["significant"].iloc[:20])
    assert [colour != "white" for colour in bars["marker"]["color"]] == bold
    assert 0 < sum(bold) < 20
    arrows = {1: "▲", -1: "▼"}
    for text, name in zip(labels(explorer), table.index):
        assert name in text and arrows[table["direction"][name]] in text


def test_more_rows_can_be_shown_and_the_chosen_one_always_is(table, explorer):
    live = int(table["live"].sum())
    shown = explorer.view.n_shown
    assert [value for _, value in shown.options] == [20, 50, 100, live]
    explorer.parameter = table.index[40]
    assert len(labels(explorer)) == 21 and labels(explorer)[-1].startswith("▸ 41 ")
    shown.value = 50
    assert len(labels(explorer)) == 50 and labels(explorer)[40].startswith("▸ 41 ")
    shown.value = live
    assert len(labels(explorer)) == live
    explorer.view.scroll.layout.max_height.endswith("px")


def test_a_click_into_a_row_or_the_picker_chooses_a_parameter(table, explorer):
    click_row(explorer, 4)
    assert explorer.parameter == table.index[4] == explorer.view.picker.value
    assert labels(explorer)[4].startswith("▸")
    explorer.view.picker.value = table.index[2]
    assert explorer.parameter == table.index[2]
    assert table.index[2] in texts(explorer.view.distribution.figure)
    assert table.index[2] in texts(explorer.view.spectra.chart.figure)


def test_distributions_of_both_populations_and_the_direction_in_words(sets, table, explorer):
    name = explorer.parameter
    rest, relevant = explorer.view.distribution.figure["data"]
    own = sets["label"].values == "relevant"
    log_km = np.log10(sets["km"].sel(parameter=name).values)
    edges = np.array(relevant["x"])
    assert len(edges) == BINS + 1
    for trace, values in ((relevant, log_km[own]), (rest, log_km[~own])):
        counts = np.histogram(np.clip(values, edges[0], edges[-1]), edges)[0]
        np.testing.assert_allclose(trace["y"][:-1], counts / len(values), atol=2 / len(values))
    words = explorer.view.about.value
    assert "Relevant sets have smaller values" in words
    medians = [np.median(10 ** log_km[which]) for which in (own, ~own)]
    assert medians[0] < medians[1]
    for median in medians:
        assert f"{median:.3g} µmol/L" in words
    explorer.parameter = table.index[1]
    assert table["direction"].iloc[1] == 1
    assert "Relevant sets have larger values" in explorer.view.about.value
    dull = table[table["live"]].index[-1]
    explorer.parameter = dull
    assert "no more than chance" in explorer.view.about.value
    explorer.parameter = table[~table["live"]].index[0]
    assert "occurs in no rate law" in explorer.view.about.value


def test_where_the_experiment_sets_a_parameter_is_shaded_as_long_as_it_does(sets, table, explorer):
    name = explorer.parameter
    (region,) = explorer.view.distribution.figure["layout"]["shapes"]
    log_km = np.log10(sets["km"].sel(parameter=name).values)
    assert table["direction"][name] == -1
    assert region["x1"] == pytest.approx(np.quantile(log_km, 0.1))
    assert region["x1"] == pytest.approx(table["q10"][name] / np.log(10))
    explorer.parameter = table.index[7]  # the eighth, while seven are constrained
    assert explorer.view.distribution.figure["layout"]["shapes"] == []
    explorer.k = 8
    assert len(explorer.view.distribution.figure["layout"]["shapes"]) == 1


def test_control_analysis_beside_it_marks_where_both_agree(model, state, sets, table, explorer):
    stable = sets.isel(set=np.flatnonzero(sets["label"] != "unstable")[:1000])
    control = kt.rank_by_control(model, state, stable)
    explorer.view.compare.value = True
    pd.testing.assert_frame_equal(explorer.control, control)
    _, _, bars, places, _, _ = explorer.view.bars.figure["data"]
    names = list(table.index[:20])
    assert bars["x"] == list(control.loc[names, "mean_absolute"])
    ranks = control.loc[names, "rank"].to_numpy()
    assert [int(text.split()[0]) for text in places["text"]] == list(ranks)
    agree = [c != "white" for c in bars["marker"]["color"]]
    assert agree == [r <= 10 and i < 10 for i, r in enumerate(ranks)]
    turned = table["direction"][names].to_numpy() != control["direction"][names].to_numpy()
    assert ["⇄" in text for text in places["text"]] == list(turned)
    compared = kt.compare_rankings(table, control)
    assert f"share {compared.attrs['overlap']}" in explorer.view.agreement.value
    explorer.view.order.value = "control analysis"
    first = control.index[0]
    assert f" {first} " in labels(explorer)[0]
    click_row(explorer, 0)
    assert explorer.parameter == first
    # The first k of the other order are not what the experiment constrains.
    assert "constrained" not in texts(explorer.view.bars.figure)


def test_the_map_shows_the_reaction_and_the_metabolite_and_a_click_on_it_chooses(
    model, state, sets, table
):
    explorer = RankingExplorer(model, state, sets, table)
    shown = explorer.view.map
    assert shown.highlight == ["ACS", "ppi_c"]
    best = table[table["live"]].groupby("reaction")["kl"].max()
    assert shown.reaction_data["PFK"] == best["PFK"]
    shown.selection = ["PFK"]
    assert table["reaction"][explorer.parameter] == "PFK"
    assert table["kl"][explorer.parameter] == best["PFK"]
    assert shown.highlight == ["PFK", table["metabolite"][explorer.parameter]]
    shown.selection = ["o2_c"]
    assert table["metabolite"][explorer.parameter] == "o2_c"
    before = explorer.parameter
    shown.selection = []
    assert explorer.parameter == before


def test_ridges_are_the_spectra_of_the_labelled_sets_by_bin(model, state, sets, explorer):
    figure = explorer.view.spectra.chart.figure
    *ridges, dots = figure["data"]
    binned = kt.binned_spectra(model, state, explorer.parameter, sets)
    assert len(ridges) == 10
    shares = [f"{100 * share:.0f}\u202f%" for share in binned["share_relevant"].values]
    shown = [note["text"] for note in figure["layout"]["annotations"]]
    assert shown[1:11] == shares
    assert "3\u202f000 labelled sets" in shown[0]
    # The same share of area over λ_max < 0 as there are stable sets.
    for b, ridge in enumerate(reversed(ridges)):
        x, y = np.array(ridge["x"]), np.array(ridge["y"]) - b
        assert y.min() == 0 and y.max() <= 1.7
        assert x.min() == x[0]
    assert len(dots["x"]) == 10
    lines = [s for s in figure["layout"]["shapes"] if s["type"] == "line"]
    assert len(lines) == 1 and lines[0]["x0"] == -9  # the axis is linear there


def test_fresh_sets_take_the_place_of_the_labelled_ones_for_their_parameter(
    model, state, table, explorer
):
    spectra = explorer.view.spectra
    assert "400" in spectra.button.description
    spectra.button.click()
    finish(explorer)
    assert "400 fresh sets" in texts(spectra.chart.figure)
    assert spectra.button.disabled
    expected = kt.binned_spectra(model, state, explorer.parameter, n_sets=400, progress=False)
    medians = expected["eigenvalue_quantile"].sel(quantile=0.5).values
    told = spectra.chart.figure["data"][-1]["customdata"]
    assert all(f"{abs(m):.3g}" in text for m, text in zip(medians, told))
    explorer.parameter = table.index[1]
    assert "labelled sets" in texts(spectra.chart.figure) and not spectra.button.disabled
    explorer.parameter = table.index[0]
    assert "400 fresh sets" in texts(spectra.chart.figure)


def test_sampling_fresh_sets_can_be_stopped(model, state, sets, table):
    explorer = RankingExplorer(model, state, sets, table, map=None, n_fresh=10_000_000)
    spectra = explorer.view.spectra
    spectra.button.click()
    assert spectra.button.description == "Stop"
    spectra.button.click()
    finish(explorer)
    assert spectra.button.description.startswith("Sample")
    assert spectra.told.value == "stopped"
    assert "labelled sets" in texts(spectra.chart.figure)
    spectra.button.click()
    explorer.parameter = table.index[3]  # another one is looked at: nobody waits for the first
    finish(explorer)
    assert table.index[3] in texts(spectra.chart.figure)
    assert spectra.button.description.startswith("Sample")


def test_another_table_changes_everything_and_keeps_what_still_is(sets, table, explorer):
    assert explorer.view is not None
    first = explorer.shares
    explorer.parameter = table.index[5]
    shuffled = table.iloc[[5, 4, 3, 2, 1, 0]].assign(rank=range(1, 7))
    shuffled.attrs = table.attrs
    explorer.table = shuffled
    assert explorer.parameter == table.index[5] == explorer.view.picker.value
    assert explorer.k == 6 and explorer.view.experiment.k.max == 6
    assert explorer.shares != first and explorer.shares["k"] == 6
    assert len(labels(explorer)) == 6
    explorer.table = table.iloc[10:]
    assert explorer.parameter == table.index[10]
    finish(explorer)


@pytest.mark.parametrize(
    ("trait", "value", "sentence"),
    [
        ("parameter", "km_product3_AC", "did you mean 'km_product3_ACS'"),
        ("parameter", "", "no parameter ''"),
        ("k", 0, "k must be between 1 and 20, found 0"),
        ("k", 21, "found 21"),
        ("percentile", 0.0, "percentile must be above 0"),
        ("percentile", 51.0, "found 51"),
        ("table", None, "made by rank_parameters"),
        ("table", pd.DataFrame({"kl": [1.0]}), "made by rank_parameters"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_sentence(explorer, trait, value, sentence):
    before = getattr(explorer, trait)
    with pytest.raises(kt.InputError, match=sentence):
        setattr(explorer, trait, value)
    assert getattr(explorer, trait) is before


def test_sets_without_labels_or_of_another_state_are_refused(model, state, sets, table):
    with pytest.raises(kt.InputError, match="no label"):
        RankingExplorer(model, state, sets.drop_vars("label"))
    other = kt.load_steady_state("ecoli", physiology=2)
    with pytest.raises(kt.InputError, match="around steady state"):
        RankingExplorer(model, other, sets)
    with pytest.raises(kt.InputError, match="'km_x' does not belong"):
        RankingExplorer(model, state, sets, table.rename(index={table.index[0]: "km_x"}))

    def always(sets):
        return np.ones(sets.sizes["set"], bool)

    labelled = kt.relabel(sets.drop_attrs(), kt.LabelRule(function=always))
    with pytest.raises(kt.InputError, match="give it again as rule="):
        RankingExplorer(model, state, labelled)
    again = RankingExplorer(
        model, state, labelled, table, rule=kt.LabelRule(function=always), map=None
    )
    assert again.shares["n"] == 100


@pytest.mark.parametrize(
    ("which", "ranking", "experiment"),
    [
        ("relevant", "All of the .* sets are relevant", "Without a ranking"),
        ("unstable", "None of the .* sets is relevant", "Without a ranking"),
        ("stable", "", "None of the sets is unstable"),
        ("one relevant", "1 of .* sets is relevant", "Without a ranking"),
        ("nothing", "None of the|0 of 0 sets are relevant", "Without a ranking"),
    ],
)
def test_what_cannot_be_shown_is_said_in_a_sentence(model, state, sets, which, ranking, experiment):
    label = sets["label"].values
    rows = {
        "relevant": label == "relevant",
        "unstable": label == "unstable",
        "stable": label != "unstable",
        "one relevant": (label != "relevant") | (np.arange(3000) == np.argmax(label == "relevant")),
        "nothing": np.zeros(3000, bool),
    }[which]
    explorer = RankingExplorer(model, state, sets.isel(set=rows), map=None)
    assert explorer.shares == {}
    assert explorer.view.experiment.k.disabled
    finish(explorer)
    said = texts(explorer.view.bars.figure).replace("<br>", " ")
    empty = texts(explorer.view.experiment.curve.figure).replace("<br>", " ")
    assert experiment in empty
    if ranking:
        assert re.search(ranking, said)
        assert explorer.table is None and explorer.parameter == ""
        assert explorer.view.picker.disabled and explorer.view.spectra.button.disabled
    bundle = explorer._repr_mimebundle_()
    ElementTree.fromstring(bundle["image/svg+xml"])
    json.dumps(bundle[PLOTLY], allow_nan=False)


def test_few_sets_are_binned_coarsely_or_not_at_all(model, state, sets, table):
    some = RankingExplorer(model, state, sets.isel(set=slice(0, 100)), table, map=None)
    assert len(some.view.spectra.chart.figure["data"]) == 5 + 1
    few = RankingExplorer(model, state, sets.isel(set=slice(0, 30)), table, map=None)
    assert "too few for bins" in texts(few.view.spectra.chart.figure)
    finish(some), finish(few)


def test_headless_it_leaves_a_picture_with_its_data_and_opens_no_widget(table, explorer):
    bundle = explorer._repr_mimebundle_()
    assert set(bundle) == {PLOTLY, "image/svg+xml", "text/plain"}
    assert explorer._view is None
    figure = json.loads(json.dumps(bundle[PLOTLY], allow_nan=False))
    bars = next(trace for trace in figure["data"] if trace["type"] == "bar")
    assert bars["x"] == list(table["kl"].iloc[:20])
    curves = [t for t in figure["data"] if t.get("name") in LOOKS]
    assert [curve["x"] for curve in curves] == [list(range(11))] * 2
    picture = ElementTree.fromstring(bundle["image/svg+xml"])
    said = "".join(picture.itertext())
    for name in table.index[:20]:
        assert name in said
    assert "Spectra by bin" in said and "Constraining the first k parameters" in said
    assert "parameters differ more than by chance" in bundle["text/plain"]
    assert len(json.dumps(bundle)) < 150_000


def test_a_rule_that_new_sets_cannot_be_judged_by_is_explained(model, state, sets, table):
    measured = sets.assign(measured=("set", np.arange(sets.sizes["set"], dtype=float)))
    labelled = kt.relabel(measured, kt.LabelRule(conditions=[("measured", ">", 1000)]))
    explorer = RankingExplorer(model, state, labelled, table, n_fresh=400, map=None)
    assert explorer.shares == {}
    assert "'measured'" in texts(explorer.view.experiment.curve.figure).replace("<br>", " ")
    explorer.view.spectra.button.click()
    finish(explorer)
    assert "measured" in explorer.view.spectra.told.value
    assert "labelled sets" in texts(explorer.view.spectra.chart.figure)
