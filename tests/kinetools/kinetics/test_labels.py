"""Labels: how many sets are relevant, time constants, relabelling, edits by hand, files."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kinetools as kt
from kinetools.errors import InputError

CLASSES = ["relevant", "too slow", "unstable", "excluded"]
PUBLISHED = {1: 0.590, 2: 0.553, 3: 0.610, 4: 0.597}


@pytest.mark.parametrize("physiology", PUBLISHED)
def test_as_many_sets_are_relevant_as_published(model, states, physiology):
    n_sets, expected = 6000, PUBLISHED[physiology]
    state = states[physiology]
    sets = kt.sample_parameters(model, state, n_sets, seed=100 + physiology, progress=False)
    counts = kt.class_counts(kt.label_parameters(model, state, sets, progress=False))
    assert list(counts.index) == CLASSES
    assert counts["sets"].sum() == n_sets
    assert counts["sets"]["excluded"] == 0
    # 0.01 as stated for large samples, and three binomial standard errors of this one.
    tolerance = 0.01 + 3 * np.sqrt(expected * (1 - expected) / n_sets)
    assert counts["share"]["relevant"] == pytest.approx(expected, abs=tolerance)


def test_labels_follow_from_the_spectra(model, state, sets, labelled):
    spectra = kt.eigenvalues(model, state, sets, progress=False)
    largest = spectra.real.max(axis=1)
    np.testing.assert_array_equal(labelled["eigenvalue_max"], largest)
    np.testing.assert_array_equal(labelled["eigenvalue_min"], spectra.real.min(axis=1))
    stable = largest < 0
    np.testing.assert_array_equal(labelled["time_constant"][stable], 60 / np.abs(largest[stable]))
    assert np.isnan(labelled["time_constant"][~stable]).all()
    expected = np.where(largest < -9, "relevant", np.where(stable, "too slow", "unstable"))
    np.testing.assert_array_equal(labelled["label"], expected)
    assert labelled["eigenvalue_max"].attrs["units"] == "1/h"
    assert labelled["time_constant"].attrs["units"] == "min"


def test_labelling_leaves_the_given_sets_alone(model, state, sets):
    before = sets.copy(deep=True)
    kt.label_parameters(model, state, sets, progress=False)
    assert sets.identical(before)


def test_relabelling_computes_no_spectra_and_gives_the_same(model, state, sets, labelled):
    rule = kt.LabelRule(slowest=-15.0, conditions=[("km_substrate1_PFK", "<", 100.0)])
    fresh = kt.label_parameters(model, state, sets, rule=rule, progress=False)
    np.testing.assert_array_equal(kt.relabel(labelled, rule)["label"], fresh["label"])
    assert kt.label_rule(kt.relabel(labelled, rule)) == kt.label_rule(fresh) == rule


def test_a_rule_that_cannot_be_saved_replaces_the_old_one(labelled):
    again = kt.relabel(labelled, kt.LabelRule(function=lambda s: s["set"].values > 5))
    with pytest.raises(InputError, match="no label rule"):
        kt.label_rule(again)
    assert (
        "function" in again.attrs["label_rule_text"] or "lambda" in again.attrs["label_rule_text"]
    )


edits = st.lists(
    st.fixed_dictionaries(
        {
            "sets": st.lists(st.integers(0, 299), max_size=5),
            "label": st.sampled_from(CLASSES),
        }
    ),
    max_size=6,
)


@settings(max_examples=50)
@given(edits)
def test_edits_are_replayed_in_order_and_undone_by_replaying_fewer(labelled, steps):
    by_hand = labelled["label"].values.copy()
    for step in steps:
        by_hand[step["sets"]] = step["label"]
    edited = kt.edit_labels(labelled, steps)
    np.testing.assert_array_equal(edited["label"], by_hand)
    assert json.loads(edited.attrs["label_edits"]) == steps
    # One after the other is the same as all at once.
    one_by_one = labelled
    for step in steps:
        one_by_one = kt.edit_labels(one_by_one, [step])
    assert one_by_one.identical(edited) or not steps
    # Undo: the rule's labels, then all edits but the last.
    undone = kt.edit_labels(kt.relabel(edited, kt.label_rule(edited)), steps[:-1])
    np.testing.assert_array_equal(undone["label"], kt.edit_labels(labelled, steps[:-1])["label"])


def test_edits_name_sets_by_their_number_not_their_position(labelled):
    part = labelled.isel(set=slice(100, 200))
    edited = kt.edit_labels(part, [{"sets": [150], "label": "excluded"}])
    assert str(edited["label"].sel(set=150).item()) == "excluded"
    with pytest.raises(InputError, match="edit 1: the dataset has no set 5"):
        kt.edit_labels(part, [{"sets": [5], "label": "excluded"}])


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([{"sets": [1], "label": "gold"}], "edit 1: unknown class 'gold'"),
        ([{"sets": [1], "label": ["relevant"]}], "edit 1: unknown class"),
        ([{"sets": [1]}], "edit 1: expected"),
        ([["relevant", 1]], "edit 1: expected"),
        ([{"sets": 1, "label": "relevant"}], 'edit 1: "sets" must be a list'),
        ([{"sets": [[1]], "label": "relevant"}], r"no set \[1\]"),
        ([{"sets": [1.5], "label": "relevant"}], "no set 1.5"),
        ([{"sets": [300], "label": "relevant"}], "no set 300"),
        ([{"sets": [], "label": "relevant"}, {"sets": ["a"], "label": "relevant"}], "edit 2"),
        ("text", "edits must be a list"),
        ({"sets": [1], "label": "relevant"}, "edits must be a list"),
    ],
)
def test_a_bad_edit_gets_one_sentence(labelled, steps, message):
    with pytest.raises(InputError, match=message):
        kt.edit_labels(labelled, steps)


def test_labelling_or_relabelling_anew_drops_edits(model, state, labelled):
    edited = kt.edit_labels(labelled, [{"sets": [0, 1, 2], "label": "excluded"}])
    for again in (
        kt.relabel(edited, kt.LabelRule()),
        kt.label_parameters(model, state, edited, progress=False),
    ):
        np.testing.assert_array_equal(again["label"], labelled["label"])
        assert "label_edits" not in again.attrs


def test_unlabelled_sets_have_no_rule_and_take_no_edits(sets):
    with pytest.raises(InputError, match="no label rule"):
        kt.label_rule(sets)
    with pytest.raises(InputError, match="no labels"):
        kt.edit_labels(sets, [])
    with pytest.raises(InputError, match="no 'eigenvalue_max' yet"):
        kt.relabel(sets, kt.LabelRule())


def test_labels_rule_and_edits_survive_the_file(labelled, tmp_path):
    rule = kt.LabelRule(slowest=-12.0, conditions=[("vmax_PGI", ">", 1.0)])
    edited = kt.edit_labels(kt.relabel(labelled, rule), [{"sets": [3, 4], "label": "excluded"}])
    path = kt.save_parameter_sets(edited, tmp_path / "sets.nc")
    with kt.open_parameter_sets(path) as again:
        assert again.load().identical(edited)
        assert again["label"].dtype.kind == "U"
        assert kt.label_rule(again) == rule
        assert json.loads(again.attrs["label_edits"]) == [{"sets": [3, 4], "label": "excluded"}]
        functions = [step["function"] for step in json.loads(again.attrs["history"])]
        assert functions == ["sample_parameters", "label_parameters", "relabel"]


def test_a_subset_is_labelled_like_its_sets(model, state, sets, labelled):
    for index in (slice(20, 40), [7], []):
        part = kt.label_parameters(model, state, sets.isel(set=index), progress=False)
        np.testing.assert_array_equal(part["label"], labelled["label"].isel(set=index))
        np.testing.assert_array_equal(
            part["eigenvalue_max"], labelled["eigenvalue_max"].isel(set=index)
        )


def test_one_set_is_labelled_too(model, state, sets, labelled):
    one = kt.label_parameters(model, state, sets.isel(set=11), progress=False)
    assert str(one["label"].values.item()) == str(labelled["label"].values[11])


@pytest.mark.parametrize("workers", [1, 3])
def test_any_number_of_workers_gives_the_same_labels(model, states, workers):
    sets = kt.sample_parameters(model, states[3], 5000, seed=2, progress=False)
    a = kt.label_parameters(model, states[3], sets, workers=workers, progress=False)
    b = kt.label_parameters(model, states[3], sets, progress=False)
    assert a.identical(b)
