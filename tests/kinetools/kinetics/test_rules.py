"""Label rules: tables of conditions, the classes they give, and rules that cannot be."""

import json

import numpy as np
import pytest
import xarray
from hypothesis import given, settings
from hypothesis import strategies as st

import kinetools as kt
from kinetools.errors import InputError

SPEED = ("eigenvalue_max", "time_constant")


def naive_class(rule, quantities):
    """The class of one set, as the documentation says it."""
    compare = {
        "<": lambda a, b: a < b,
        "<=": lambda a, b: a <= b,
        ">": lambda a, b: a > b,
        ">=": lambda a, b: a >= b,
    }
    if not quantities["eigenvalue_max"] < 0:
        return "unstable"
    failed = [
        c.quantity
        for c in rule.conditions
        if not compare[c.comparison](quantities[c.quantity], c.value)
    ]
    if any(q in SPEED for q in failed):
        return "too slow"
    return "excluded" if failed else "relevant"


numbers = st.floats(-1e10, 1e10) | st.sampled_from([-9.0, 0.0, 9.0])
names = st.sampled_from(["eigenvalue_max", "eigenvalue_min", "time_constant", "own"])
conditions = st.lists(
    st.tuples(names, st.sampled_from(["<", "<=", ">", ">="]), numbers), max_size=4
)


@settings(max_examples=200)
@given(conditions, st.lists(st.tuples(numbers, numbers, numbers), min_size=1, max_size=8))
def test_classes_are_those_of_a_plain_loop_over_sets(rows, values):
    largest, smallest, own = (np.array(v, float) for v in zip(*values, strict=True))
    time_constant = np.full(len(largest), np.nan)
    with np.errstate(over="ignore"):
        time_constant[largest < 0] = 60 / np.abs(largest[largest < 0])
    sets = xarray.Dataset(
        {
            "eigenvalue_max": ("set", largest),
            "eigenvalue_min": ("set", smallest),
            "time_constant": ("set", time_constant),
            "own": ("set", own),
        }
    )
    rule = kt.LabelRule(slowest=None, conditions=rows)
    expected = [
        naive_class(rule, {n: float(v[i]) for n, v in sets.data_vars.items()})
        for i in range(len(values))
    ]
    assert list(rule.classify(sets)) == expected


@given(conditions)
def test_a_rule_survives_json_and_tables(rows):
    rule = kt.LabelRule(slowest=None, conditions=rows)
    records = rule.to_records()
    assert kt.LabelRule.from_records(records) == rule
    assert kt.LabelRule.from_records(json.dumps(records)) == rule
    assert rule.to_table().values.tolist() == records


@settings(max_examples=50)
@given(conditions)
def test_a_rule_survives_its_file(tmp_path_factory, rows):
    path = tmp_path_factory.getbasetemp() / "rule.csv"
    rule = kt.LabelRule(slowest=None, conditions=rows)
    rule.save(path)
    assert kt.LabelRule.load(path) == rule


def test_the_default_rule_is_nine_per_hour():
    assert kt.LabelRule().to_records() == [["eigenvalue_max", "<", -9.0]]
    rule = kt.LabelRule(fastest=-3.6e9, longest_time_constant=6.7)
    assert rule.to_records() == [
        ["eigenvalue_max", "<", -9.0],
        ["eigenvalue_min", ">", -3.6e9],
        ["time_constant", "<", 6.7],
    ]
    assert str(kt.LabelRule()) == "stable and eigenvalue_max < -9"


def test_a_limit_on_the_time_constant_is_a_limit_on_the_slowest_eigenvalue(labelled):
    by_rate = kt.LabelRule(slowest=-9.0).classify(labelled)
    by_time = kt.LabelRule(slowest=None, longest_time_constant=60 / 9).classify(labelled)
    np.testing.assert_array_equal(by_rate, by_time)


def test_the_microsecond_limit_excludes_every_set_of_this_model(labelled):
    classes = kt.LabelRule(fastest=-3.6e9).classify(labelled)
    stable_and_fast = labelled["eigenvalue_max"].values < -9
    assert set(classes[stable_and_fast]) == {"excluded"}


def test_any_parameter_can_be_a_condition(labelled):
    name = "km_substrate1_PFK"
    middle = float(labelled["km"].sel(parameter=name).median())
    rule = kt.LabelRule(conditions=[(name, ">=", middle), ("vmax_PGI", ">", 0.0)])
    relevant = labelled["set"].values[rule.classify(labelled) == "relevant"]
    assert len(relevant) > 10
    chosen = labelled.sel(set=relevant)
    assert (chosen["km"].sel(parameter=name) >= middle).all()
    assert (chosen["eigenvalue_max"] < -9).all()


def test_a_function_may_be_a_condition_but_cannot_be_saved(labelled, tmp_path):
    def odd(sets):
        return sets["set"].values % 2 == 1

    rule = kt.LabelRule(function=odd)
    classes = rule.classify(labelled)
    assert not (classes[::2] == "relevant").any()
    assert (classes[1::2] == "relevant").any()
    assert "odd(sets)" in str(rule)
    for save in (rule.to_records, rule.to_table, lambda: rule.save(tmp_path / "rule.csv")):
        with pytest.raises(InputError, match="cannot be saved"):
            save()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "function", [lambda s: np.ones(3, bool), lambda s: s["set"].values, lambda s: True]
)
def test_a_function_that_answers_wrongly_gets_one_sentence(labelled, function):
    with pytest.raises(InputError, match="must return one bool a set"):
        kt.LabelRule(function=function).classify(labelled)


@pytest.mark.parametrize(
    ("records", "message"),
    [
        ([["eigenvalue_max", "=", -9]], "comparison must be one of <, <=, >, >="),
        ([["eigenvalue_max", ["<"], -9]], "comparison must be one of"),
        ([["eigenvalue_max", None, -9]], "comparison must be one of"),
        ([["eigenvalue_max", "<", "-9"]], "expected a finite number, found '-9'"),
        ([["eigenvalue_max", "<", None]], "expected a finite number"),
        ([["eigenvalue_max", "<", True]], "expected a finite number"),
        ([["eigenvalue_max", "<", float("nan")]], "expected a finite number"),
        ([["eigenvalue_max", "<", 10**400]], "expected a finite number"),
        ([["", "<", 1]], "the quantity must be a name"),
        ([[3, "<", 1]], "the quantity must be a name"),
        ([["eigenvalue_max", "<"]], r"a condition is \[quantity, comparison, value\]"),
        (["eigenvalue_max < -9"], "a condition is"),
        ([5], "a condition is"),
        ([{"a": 1, "b": 2, "c": 3}], "a condition is"),
        ({"eigenvalue_max": -9}, "a rule is a list"),
        ("not json", "is not JSON"),
        ("{}", "a rule is a list"),
        ("[" * 100_000, "is not JSON"),
        (7, "a rule is a list"),
        (None, "a rule is a list"),
    ],
)
def test_a_bad_rule_gets_one_sentence(records, message):
    with pytest.raises(InputError, match=message) as error:
        kt.LabelRule.from_records(records)
    assert "\n" not in str(error.value)


@given(st.recursive(st.none() | st.text() | st.floats() | st.integers(), st.lists, max_leaves=12))
def test_anything_else_is_refused_as_a_rule(records):
    try:
        rule = kt.LabelRule.from_records(records)
    except InputError:
        return
    assert kt.LabelRule.from_records(rule.to_records()) == rule


@pytest.mark.parametrize("name", ["eigenvalue", "km_gold", "vmax_gold", "label", "km", "set"])
def test_an_unknown_quantity_gets_one_sentence(labelled, name):
    rule = kt.LabelRule(conditions=[(name, "<", 1.0)])
    for use in (rule.classify, rule.check):
        with pytest.raises(InputError, match=f"no quantity '{name}' \\(eigenvalue_max"):
            use(labelled)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("quantity,comparison,value\neigenvalue_max,<,-9\nx,<,abc\n", "row 2: .*found 'abc'"),
        ("quantity,comparison,value\neigenvalue_max,~,-9\n", "row 1: .*comparison"),
        ("quantity,comparison,value\neigenvalue_max,<,\n", "row 1: .*found ''"),
        ("quantity,comparison,value\neigenvalue_max,<,inf\n", "row 1: .*finite"),
        ("a,b\n1,2\n", "needs the columns quantity, comparison, value"),
        ("", "cannot be read as a CSV table"),
        ("quantity,comparison,value\n1,2,3,4,5\n1\n", "."),
    ],
)
def test_a_bad_rule_file_gets_one_sentence(tmp_path, text, message):
    path = tmp_path / "rule.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=message) as error:
        kt.LabelRule.load(path)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_rule_file_gets_one_sentence(tmp_path):
    for path in (tmp_path / "rule.csv", tmp_path):
        with pytest.raises(InputError, match=str(path)):
            kt.LabelRule.load(path)


def test_a_misspelt_quantity_is_answered_with_the_nearest_name(labelled):
    with pytest.raises(InputError, match="did you mean 'eigenvalue_max'"):
        kt.LabelRule.from_records([["eigenvalue_mx", "<", -9]]).classify(labelled)
