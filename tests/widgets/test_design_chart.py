"""The chart of tracer experiments, as Python and a page see it."""

import numpy as np
import pandas as pd
import pytest

from kinetools import InputError
from kinetools.flux.design_picture import draw_design
from widgets import DesignChart


@pytest.fixture
def table():
    made = pd.DataFrame(
        {
            "experiments": 1,
            "cost": [1.0, 2.0, 3.0],
            "score": [0.9, 0.5, 0.6],
            "error": 0.01,
            "information": [1.0, 9.0, 5.0],
            "a_criterion": [3.0, 2.0, 2.5],
            "pareto": [True, True, False],
        },
        index=pd.Index(["<a>", "b", "c"], name="candidate"),
    )
    made.attrs["criterion"] = "width"
    return made


def test_a_click_selects_a_candidate_and_another_lets_it_go(table):
    chart = DesignChart(table)
    assert "Click" in chart.widget.children[-1].value
    chart._chart.clicked = {"points": [[0, 1]], "at": 1}
    assert chart.selection == ["b"]
    chart._chart.clicked = {"points": [[0, 0]], "at": 2}
    assert chart.selection == ["b", "<a>"]
    words = chart.widget.children[-1].value
    assert "&lt;a&gt;" in words and "<a>" not in words
    chart._chart.clicked = {"points": [[0, 1]], "at": 3}
    assert chart.selection == ["<a>"]


def test_what_nothing_beats_and_what_is_chosen_is_named_beside_its_point(table):
    chart = DesignChart(table)
    assert [a.text for a in chart.figure().layout.annotations] == ["&lt;a&gt;", "b"]
    chart.selection = ["c"]
    assert [a.text for a in chart.figure().layout.annotations] == ["&lt;a&gt;", "b", "c"]


def test_candidates_are_compared_in_words_without_what_none_of_them_has(table):
    table["inferred_score"], table["ratio_PGI"] = np.nan, [0.5, 0.6, np.nan]
    chart = DesignChart(table)
    assert "Grey: the other 1." in chart.widget.children[-1].value
    chart.selection = ["b", "c"]
    words = chart.widget.children[-1].value
    assert "PGI: over today&#x27;s" in words and "60%" in words and "–" in words
    assert "inferred" not in words and "pareto" not in words and "nan" not in words.lower()


def test_the_chart_shows_the_quantity_that_is_chosen(table):
    chart = DesignChart(table)
    assert list(chart.figure().data[0].y) == list(table.score)
    chart.quantity = "information"
    assert list(chart.figure().data[0].y) == list(table.information)
    assert list(chart.figure().data[1].x) == [1.0, 2.0]  # the front, by cost


def test_without_costs_candidates_stand_in_order(table):
    chart = DesignChart(table.assign(cost=np.nan))
    assert list(chart.figure().data[0].x) == [1, 2, 3] and len(chart.figure().data) == 1


def test_headless_it_is_a_picture(table):
    bundle = DesignChart(table)._repr_mimebundle_()
    assert bundle["image/svg+xml"].startswith("<svg") and "&lt;a&gt;" in bundle["image/svg+xml"]
    assert "application/vnd.jupyter.widget-view+json" not in bundle


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda t: None, "lacks the column 'score'"),
        (lambda t: t.drop(columns="information"), "lacks the column 'information'"),
        (lambda t: t[:0], "table: is empty"),
        (lambda t: t.assign(score=np.nan), "the column 'score' that is not finite"),
        (lambda t: t.assign(cost=np.inf), "the column 'cost' that is not finite"),
        (lambda t: t.assign(cost="much"), "the column 'cost' must hold real numbers"),
        (lambda t: ranked_by(t, "x"), "is ranked by 'x'"),
        (lambda t: ranked_by(t, ["D"]), "is ranked by .'D'."),
    ],
)
def test_a_table_that_cannot_be_drawn_is_refused(table, spoil, message):
    for draw in (DesignChart, draw_design):
        with pytest.raises(InputError, match=message):
            draw(spoil(table))


def ranked_by(table, criterion):
    table.attrs["criterion"] = criterion
    return table


@pytest.mark.parametrize("height", [0, -1, "x", None])
def test_a_height_that_is_none_is_refused(table, height):
    with pytest.raises(InputError, match="height must be a whole number"):
        DesignChart(table, height)


def test_another_table_and_unknown_names_are_refused(table):
    with pytest.raises(InputError, match="table of rank_tracers"):
        DesignChart(table[["error"]])
    with pytest.raises(InputError, match="no candidate 'x'"):
        DesignChart(table).selection = ["x"]
