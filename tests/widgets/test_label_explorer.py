"""LabelExplorer without a browser: its traits, what the page would receive, and the static picture."""

import json

import numpy as np
import pytest

import kinetools as kt
from kinetools.kinetics.rules import CLASSES
from widgets import LabelExplorer
from widgets.relabel_bar import numbers

PLOTLY = "application/vnd.plotly.v1+json"


@pytest.fixture(scope="module")
def sets(model, state):
    sets = kt.sample_parameters(model, state, n_sets=400, seed=2, progress=False)
    sets = sets.assign_coords(set=sets["set"] + 1000)  # numbers are not positions
    return kt.label_parameters(model, state, sets, progress=False)


@pytest.fixture
def explorer(sets, model, state):
    return LabelExplorer(sets, model, state, map=None)


def page(explorer, **state):
    """What a page does when its user drags, types or ticks: it sets synced traits."""
    explorer.view.thresholds.set_state(state)


def counts(sets):
    return dict(kt.class_counts(sets)["sets"])


def test_it_starts_with_the_rule_and_the_edits_of_the_dataset(sets):
    rule = kt.LabelRule(slowest=-5, longest_time_constant=8)
    edits = [{"sets": [1003, 1005], "label": "excluded"}]
    labelled = kt.edit_labels(kt.relabel(sets, rule), edits)
    explorer = LabelExplorer(labelled)
    assert explorer.rule == rule
    assert explorer.edits == edits
    assert explorer.counts == counts(labelled)


@pytest.mark.parametrize("slowest", [-20, -9, -1, None])
def test_counts_follow_a_dragged_threshold_as_relabel_counts(explorer, sets, slowest):
    rule = kt.LabelRule(slowest=slowest)
    page(explorer, rule=rule.to_records(), dragging=True)
    expected = counts(kt.relabel(sets, rule))
    assert explorer.rule == rule
    assert explorer.counts == expected
    shown = explorer.view.thresholds
    assert shown.counts == list(expected.values())
    for quantity, by_class in shown.histograms.items():
        undefined = np.isnan(sets[quantity].values).sum()
        assert np.sum(by_class) == sets.sizes["set"] - undefined, quantity
    assert [sum(row) for row in shown.histograms["eigenvalue_max"]] == list(expected.values())


def test_while_one_drags_only_counts_are_sent_and_points_follow_the_drop(explorer):
    before = explorer.view.scatter.chart.figure
    page(explorer, rule=[["eigenvalue_max", "<", -15]], dragging=True)
    assert explorer.view.scatter.chart.figure is before
    assert len(json.dumps(explorer.view.thresholds.histograms)) < 20_000
    page(explorer, dragging=False)
    sizes = [
        len(trace["x"]) for trace in explorer.view.scatter.chart.figure["data"][: len(CLASSES)]
    ]
    assert sizes == list(explorer.counts.values())


def test_a_condition_on_an_unknown_quantity_is_explained_and_changes_nothing(explorer):
    before = explorer.rule, explorer.counts
    page(explorer, rule=[["eigenvalue_max", "<", -9], ["km_nothing", ">", 1]])
    assert "no quantity 'km_nothing'" in explorer.view.thresholds.problem
    assert (explorer.rule, explorer.counts) == before
    page(explorer, rule=[["eigenvalue_max", "<", -9], ["km_substrate1_PFK", ">", 1]])
    assert explorer.view.thresholds.problem == ""
    assert explorer.rule.conditions[1].quantity == "km_substrate1_PFK"


def test_a_rule_set_from_python_is_shown(explorer, sets):
    shown = explorer.view.thresholds
    explorer.rule = [["eigenvalue_max", "<", -4], ["vmax_PGI", "<", 1e9]]
    assert shown.rule == [["eigenvalue_max", "<", -4.0], ["vmax_PGI", "<", 1e9]]
    assert shown.rule_text == "stable and eigenvalue_max < −4 and vmax_PGI < 10⁹"
    assert explorer.counts == counts(kt.relabel(sets, explorer.rule))


def test_a_python_function_in_a_rule_survives_a_drag(explorer, sets):
    def tight(sets):
        return sets["km"].sel(parameter="km_substrate1_PFK").values < 100

    explorer.rule = kt.LabelRule(function=tight)
    page(explorer, rule=[["eigenvalue_max", "<", -4]])
    assert explorer.rule.function is tight
    expected = kt.relabel(sets, kt.LabelRule(slowest=-4, function=tight))
    assert explorer.counts == counts(expected)


def test_relabelled_selections_are_undone_and_redone(explorer):
    first = explorer.counts
    explorer.selection = [1000, 1001, 1002]
    explorer.relabel_selection("excluded")
    assert explorer.counts["excluded"] == 3
    explorer.selection = [1002, 1399]
    explorer.relabel_selection("unstable")
    second = explorer.counts
    assert second["excluded"] == 2
    explorer.undo()
    assert explorer.edits == [{"sets": [1000, 1001, 1002], "label": "excluded"}]
    explorer.undo()
    assert (explorer.edits, explorer.counts) == ([], first)
    assert not explorer.can_undo
    explorer.undo()  # nothing left: nothing happens
    explorer.redo()
    explorer.redo()
    assert explorer.counts == second
    explorer.undo()
    explorer.relabel_selection("relevant")  # another future
    assert not explorer.can_redo


def test_edits_and_rule_travel_with_the_saved_dataset(explorer, tmp_path):
    explorer.rule = kt.LabelRule(slowest=-7)
    explorer.selection = [1010, 1020]
    explorer.relabel_selection("too slow")
    path = explorer.save(tmp_path / "labelled.nc")
    with kt.open_parameter_sets(path) as saved:
        again = LabelExplorer(saved)
        assert (again.rule, again.edits) == (explorer.rule, explorer.edits)
        assert again.counts == explorer.counts == counts(saved)


def test_rule_and_edits_are_notebook_parameters(explorer, sets):
    explorer.rule = kt.LabelRule(slowest=-7, conditions=[("km_substrate1_PFK", ">", 5)])
    explorer.selection = [1010]
    explorer.relabel_selection("too slow")
    parameters = json.loads(
        json.dumps({"rule": explorer.rule.to_records(), "edits": explorer.edits})
    )
    again = LabelExplorer(sets, **parameters)
    np.testing.assert_array_equal(again.labelled()["label"], explorer.labelled()["label"])
    assert again.counts == explorer.counts


def test_edited_and_focused_sets_are_marked_in_the_scatter(explorer):
    explorer.selection = [1007, 1008]
    explorer.relabel_selection("excluded")
    explorer.focus = 1009
    *classes, edited, focus = explorer.view.scatter.chart.figure["data"]
    assert (edited["name"], len(edited["x"])) == ("labelled by hand", 2)
    assert (focus["name"], len(focus["x"])) == ("spectrum shown", 1)
    excluded = classes[CLASSES.index("excluded")]
    assert [row[0] for row in excluded["customdata"]] == [1007, 1008]
    assert excluded["selectedpoints"] == [0, 1]
    assert explorer.view.thresholds.edited == 2


def test_a_lasso_selects_sets_by_number_and_a_click_shows_a_spectrum(explorer, sets, model, state):
    chart = explorer.view.scatter.chart
    *classes, _, _ = chart.figure["data"]
    chart.set_state({"selected": {"points": [[0, 3], [2, 0], [2, 5]], "at": "1"}})
    expected = [classes[0]["customdata"][3][0], *(classes[2]["customdata"][i][0] for i in (0, 5))]
    assert explorer.selection == sorted(expected)
    chart.set_state({"clicked": {"points": [[2, 5]], "at": "2"}})
    assert explorer.focus == expected[2]
    spectrum = explorer.view.spectrum.widget.figure["data"][0]
    one = sets.sel(set=[explorer.focus])
    values = kt.eigenvalues(model, state, one, progress=False)[0]
    assert len(spectrum["x"]) == len(values)
    largest = max(spectrum["x"])
    np.testing.assert_allclose(largest, np.log10(1 + one["eigenvalue_max"].item()), rtol=1e-6)


def test_the_reactions_behind_a_selection_are_on_the_map(sets, model, state):
    explorer = LabelExplorer(sets, model, state)
    contrast = explorer.view.contrast
    assert contrast.map.reaction_data is None
    order = np.argsort(sets["km"].sel(parameter="km_product1_PFK").values)
    explorer.selection = sets["set"].values[order[:50]].tolist()
    data = contrast.map.reaction_data
    assert max(data, key=data.get) == "PFK"
    assert "km_product1_PFK" in contrast.table.value
    contrast.map.selection = ["PFK"]
    own = {parameter.name for parameter in model.parameters if parameter.reaction == "PFK"}
    assert {explorer.view.scatter.x.value, explorer.view.scatter.y.value} <= own
    explorer.selection = []
    assert contrast.map.reaction_data is None


def test_a_large_dataset_is_drawn_as_the_same_sample_with_marked_sets_besides(sets):
    import xarray

    many = xarray.concat([sets[["eigenvalue_max", "km"]]] * 15, "set")
    many = many.assign_coords(set=np.arange(many.sizes["set"]))
    first, second = LabelExplorer(many, map=None), LabelExplorer(many, map=None)
    drawn = first.view.scatter.drawn_sets()
    assert len(drawn) == 4000
    np.testing.assert_array_equal(drawn, second.view.scatter.drawn_sets())
    absent = np.setdiff1d(many["set"], drawn)[:3].tolist()
    first.selection = absent
    assert set(first.view.scatter.drawn_sets()) == {*drawn, *absent}
    note = first.view.scatter.chart.figure["layout"]["annotations"][0]["text"]
    assert "4\u202f003 of 6\u202f000 sets are drawn: a fixed sample and what is marked" in note


def test_without_model_and_state_the_spectrum_says_what_it_needs(sets):
    explorer = LabelExplorer(sets, map=None)
    explorer.focus = 1000
    figure = explorer.view.spectrum.widget.figure
    assert figure["data"] == []
    assert "model" in figure["layout"]["annotations"][0]["text"]


def test_sets_with_the_largest_eigenvalue_alone_can_be_explored(sets):
    known = sets.drop_vars(["eigenvalue_min", "time_constant", "label"])
    known.attrs = {}
    explorer = LabelExplorer(known, map=None)
    assert [panel["quantity"] for panel in explorer.view.thresholds.panels] == ["eigenvalue_max"]
    assert explorer.figure().data


@pytest.mark.parametrize(
    ("trait", "value", "sentence"),
    [
        ("selection", [1000, 5], "no set 5"),
        ("selection", ["a"], "numbers of sets"),
        ("focus", 5, "no set 5"),
        ("edits", [{"sets": [5], "label": "relevant"}], "no set 5"),
        ("edits", [{"sets": [1000], "label": "good"}], "unknown class 'good'"),
        ("rule", [["nothing", "<", 1]], "no quantity 'nothing'"),
        ("rule", 5, "a rule is a list"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_sentence(explorer, trait, value, sentence):
    before = getattr(explorer, trait)
    with pytest.raises(kt.InputError, match=sentence):
        setattr(explorer, trait, value)
    assert getattr(explorer, trait) == before


@pytest.mark.parametrize("which", ["none", "unstable only", "one"])
def test_classes_and_datasets_without_sets_are_shown_as_such(sets, model, state, which):
    chosen = {
        "none": [],
        "unstable only": np.flatnonzero(sets["label"] == "unstable"),
        "one": [0],
    }[which]
    few = sets.isel(set=chosen)
    explorer = LabelExplorer(few, model, state)
    assert sum(explorer.counts.values()) == sum(explorer.view.thresholds.counts) == len(chosen)
    explorer.selection = few["set"].values.tolist()
    data = explorer.view.scatter.chart.figure["data"][: len(CLASSES)]
    assert sum(len(trace["x"]) for trace in data) == len(chosen)
    assert explorer._repr_mimebundle_()["image/svg+xml"].startswith("<svg")


def test_a_map_that_lacks_a_reaction_is_refused_before_anything_is_shown(sets, model):
    from tests.small_map import small_map

    with pytest.raises(kt.InputError, match=r"lacks 6\d of the 67 reactions"):
        LabelExplorer(sets, model, map=small_map())


def test_a_dataset_labelled_by_a_function_asks_for_it_again(sets):
    def always(sets):
        return np.ones(sets.sizes["set"], bool)

    labelled = kt.relabel(sets.drop_attrs(), kt.LabelRule(function=always))
    with pytest.raises(kt.InputError, match="give it again as rule="):
        LabelExplorer(labelled)


def test_headless_it_leaves_a_picture_with_its_data_and_opens_no_widget(explorer):
    bundle = explorer._repr_mimebundle_()
    assert set(bundle) == {PLOTLY, "image/svg+xml", "text/plain"}
    assert explorer._view is None
    figure = json.loads(json.dumps(bundle[PLOTLY], allow_nan=False))
    bars = [trace for trace in explorer.figure().data if trace.type == "bar"]
    assert sum(sum(trace.y) for trace in bars if trace.xaxis == "x") == 400
    assert len(figure["layout"]["shapes"]) == 1
    assert "relevant" in bundle["text/plain"]


def test_names_with_html_are_shown_as_text(sets, model, state):
    evil = "<img src=x onerror=alert(1)>"
    strange = sets.assign({evil: ("set", np.linspace(1, 2, 400))})
    explorer = LabelExplorer(strange, model, state, map=None)
    explorer.rule = [[evil, "<", 1.5]]
    explorer.view.scatter.set_axes(evil, "eigenvalue_max")
    title = explorer.view.scatter.chart.figure["layout"]["xaxis"]["title"]["text"]
    assert "<" not in title
    bundle = explorer._repr_mimebundle_()
    assert "<img" not in bundle["image/svg+xml"]
    assert "<img" not in explorer.figure().layout.title.text


@pytest.mark.parametrize(
    ("text", "expected"), [("7, 40-42", [7, 40, 41, 42]), ("3 4", [3, 4]), ("5–6", [5, 6])]
)
def test_sets_are_named_by_number(text, expected):
    assert numbers(text) == expected


@pytest.mark.parametrize("text", ["x", "1-2-3", "-5", "1.5"])
def test_what_is_no_number_of_a_set_is_refused(text):
    with pytest.raises(kt.InputError, match="no number of a set"):
        numbers(text)


def test_a_steady_state_that_the_sets_do_not_belong_to_is_refused_at_once(sets, model):
    other = kt.load_steady_state("ecoli", physiology=2)
    with pytest.raises(kt.InputError, match="around steady state 'ecoli_physiology_1'"):
        LabelExplorer(sets, model, other, map=None)
