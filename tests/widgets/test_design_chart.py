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


@pytest.mark.parametrize(
    ("quantity", "values", "on_the_line"),
    [
        ("score", [0.9, 0.5, 0.6], [0, 1]),
        ("information", [5.0, 4.0, 9.0], [0, 2]),  # more is better
        ("a_criterion", [2.0, 3.0, 1.0], [0, 2]),  # less is better
    ],
)
def test_the_line_is_that_of_the_chosen_quantity(table, quantity, values, on_the_line):
    table[quantity] = values
    chart = DesignChart(table)
    chart.quantity = quantity
    points, line = chart.figure().data
    assert list(line.y) == [values[k] for k in on_the_line]
    assert list(line.x) == [table.cost.iloc[k] for k in on_the_line]
    blue = [k for k, colour in enumerate(points.marker.color) if colour == "#0072B2"]
    named = [a.y for a in chart.figure().layout.annotations]
    assert blue == on_the_line and named == [values[k] for k in on_the_line]
    assert chart.svg().count('stroke-opacity="0.25"') == len(on_the_line)  # names in the picture


def test_the_caption_says_what_blue_means_for_each_quantity_and_stays_above_the_comparison(table):
    chart = DesignChart(table)
    words = chart.widget.children[-1]
    assert "no other is expected to narrow the fluxes further at the same or a lower" in words.value
    chart.selection, chart.quantity = ["b"], "information"
    caption, comparison = words.value.split("<table", 1)
    assert "no other is expected to tell more" in caption and "Ringed in orange" in caption
    assert "experiments" in comparison
    chart.quantity = "a_criterion"
    assert "leave a smaller deviation" in words.value


def test_without_costs_candidates_stand_by_their_place_and_the_best_is_named(table):
    chart = DesignChart(table.assign(cost=np.nan))
    figure = chart.figure()
    assert list(figure.data[0].x) == [3, 1, 2] and len(figure.data) == 1
    assert figure.layout.xaxis.title.text == "place in the ranking by score"
    assert "3 of 3" in figure.data[0].text[0]
    assert [a.text for a in figure.layout.annotations] == ["b"]
    chart.selection = ["c"]
    assert [a.text for a in chart.figure().layout.annotations] == ["b", "c"]


def test_names_of_close_places_do_not_lie_on_each_other(table):
    many = pd.concat([table] * 4, ignore_index=True).assign(cost=np.nan)
    many.index = [f"name {k}" for k in range(len(many))]
    many["score"] = np.linspace(0.5, 0.51, len(many))
    chart = DesignChart(many)
    chart.selection = list(many.index[:6])
    per_value = 360 / 0.01
    heights = sorted(a.y * per_value + a.yshift for a in chart.figure().layout.annotations)
    assert (np.diff(heights) >= 14.9).all()


@pytest.mark.parametrize(
    ("criterion", "title", "places"),
    [
        ("D", "place in the ranking by information", [3, 1, 2]),
        ("A", "place in the ranking by expected deviation", [3, 1, 2]),
    ],
)
def test_the_place_is_that_by_what_ranked(table, criterion, title, places):
    chart = DesignChart(ranked_by(table.assign(cost=np.nan), criterion))
    assert chart.figure().layout.xaxis.title.text == title
    assert list(chart.figure().data[0].x) == places


def test_without_costs_more_experiments_must_pay(table):
    chart = DesignChart(table.assign(cost=np.nan, experiments=[1, 2, 1]))
    assert [a.text for a in chart.figure().layout.annotations] == ["b", "c"]
    assert "with as many or fewer experiments" in chart.widget.children[-1].value
    with pytest.raises(InputError, match="lacks the column 'experiments'"):
        DesignChart(table.assign(cost=np.nan).drop(columns="experiments"))


def test_the_cost_has_a_name_on_the_axis_in_the_hover_and_in_the_table(table):
    chart = DesignChart(table, cost_name="<glucose> (g)")
    figure = chart.figure()
    assert figure.layout.xaxis.title.text == "&lt;glucose&gt; (g)"
    assert "&lt;glucose&gt; (g): 2" in figure.data[0].text[1]
    chart.selection = ["b"]
    assert "&lt;glucose&gt; (g)" in chart.widget.children[-1].value.split("<table")[1]
    assert ">&lt;glucose&gt; (g)</text>" in chart.svg()
    assert DesignChart(table).figure().layout.xaxis.title.text == "cost"


@pytest.mark.parametrize("name", ["", " ", None, 5])
def test_a_cost_without_a_name_is_refused(table, name):
    with pytest.raises(InputError, match=r"cost_name=.*labelled glucose"):
        DesignChart(table, cost_name=name)


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
