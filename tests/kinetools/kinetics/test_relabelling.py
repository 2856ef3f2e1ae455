"""Labels asked for again and again equal those of relabel and edit_labels."""

import numpy as np
import pytest

import kinetools as kt
from kinetools.kinetics.relabelling import Relabelling
from kinetools.kinetics.rules import CLASSES


@pytest.fixture(scope="module")
def sets(model, state):
    sets = kt.sample_parameters(model, state, n_sets=600, seed=5, progress=False)
    sets = kt.label_parameters(model, state, sets, progress=False)
    return sets.assign_coords(set=sets["set"][::-1] + 7)


def few_atp(sets):
    return sets["km"].sel(parameter="km_substrate1_PFK").values < 1e3


RULES = {
    "the published": kt.LabelRule(),
    "all speeds": kt.LabelRule(slowest=-5, fastest=-3.75e10, longest_time_constant=10),
    "a Km and a Vmax": kt.LabelRule(
        conditions=[("km_substrate1_PFK", ">", 50), ("vmax_PGI", "<=", 1e10)]
    ),
    "none": kt.LabelRule(slowest=None),
    "a function": kt.LabelRule(function=few_atp),
}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES.keys())
def test_codes_and_counts_are_those_of_relabel(sets, rule):
    relabelling = Relabelling(sets)
    edits = [{"sets": [10, 300], "label": "unstable"}, {"sets": [300], "label": "relevant"}]
    for _ in range(2):  # the second time from what was kept
        expected = kt.relabel(sets, rule)
        codes = relabelling.codes(rule)
        assert [CLASSES[c] for c in codes] == list(expected["label"].values)
        assert list(relabelling.counts(codes)) == list(kt.class_counts(expected)["sets"])
        edited = relabelling.codes(rule, edits)
        expected = kt.edit_labels(expected, edits)
        assert [CLASSES[c] for c in edited] == list(expected["label"].values)


def test_histograms_count_every_set_whose_quantity_is_defined(sets):
    relabelling = Relabelling(sets)
    codes = relabelling.codes(kt.LabelRule())
    edges = np.array([2.0, 4.0, 6.0, 10.0])
    relabelling.bin("time_constant", edges)
    counts = relabelling.histogram("time_constant", codes)
    values = np.clip(sets["time_constant"].values, 2.0, 9.99)
    for k in range(len(CLASSES)):
        np.testing.assert_array_equal(counts[k], np.histogram(values[codes == k], edges)[0])
    assert counts.sum() == np.isfinite(sets["time_constant"]).sum()


def test_unknown_sets_and_unlabelled_sets_are_refused(sets):
    with pytest.raises(kt.InputError, match="no set 3;"):
        Relabelling(sets).positions([10, 3])
    with pytest.raises(kt.InputError, match="not labelled"):
        Relabelling(sets.drop_vars("eigenvalue_max"))
