"""KnockoutView without a browser: what it measures, what the page would receive, and its pictures."""

from xml.etree import ElementTree

import numpy as np
import pytest

import kinetools as kt
from kinetools.errors import InputError
from kinetools.flux.posterior_distance import as_posterior
from tests.kinetools.flux.made_posteriors import made_posterior
from widgets import KnockoutView
from widgets.knockout_view_figure import agreement_figure

ORDER = ["a_exchange", "a_b", "b_ec", "bc_de", "d_f", "b_d", "e_exchange", "f_exchange"]
MEANS = np.array([-100, 100, 20, 20, 80, 60, 60, 80], float)


@pytest.fixture(scope="module")
def posteriors():
    other = MEANS.copy()
    other[2] = 40
    return made_posterior(ORDER, seed=1, means=other), made_posterior(ORDER, seed=2, means=MEANS)


@pytest.fixture
def view(posteriors):
    return KnockoutView(*posteriors, kt.load_flux_model("toy"))


def points(figure):
    """{reaction: (measured, predicted)} of the dots."""
    return {
        id: (x, y)
        for trace in figure["data"]
        for id, x, y in zip(trace.get("meta", []), trace["x"], trace["y"])
    }


def test_every_reaction_stands_at_its_measured_and_predicted_mean(view):
    shown = points(agreement_figure(view))
    assert set(shown) == set(ORDER)
    assert shown["b_ec"] == pytest.approx((20, 40), abs=0.5)
    assert shown["a_exchange"] == pytest.approx((-100, -100), abs=0.5)


def test_what_does_not_overlap_has_another_colour(view):
    apart = agreement_figure(view)["data"][1]
    assert apart["meta"] == ["b_ec"] and "do not overlap" in apart["name"]


def test_dots_in_one_place_share_a_label_and_labels_do_not_cover_each_other():
    table = {"a": 5.0, "b": 5.0, "c": 5.05, "d": 40.0, "e": -40.0}
    other = {"a": 9.0, "b": 9.0, "c": 9.3, "d": 40.5, "e": -40.5}
    view = KnockoutView(as_posterior(other), table, map=False)
    labels = {a["text"]: a for a in agreement_figure(view)["layout"]["annotations"]}
    assert list(labels) == ["c", "a, b", "d", "e"]  # the largest first
    assert labels["c"]["yshift"] < 0 < labels["a, b"]["yshift"]  # on two sides of what is one dot
    far = {"at_the_right_end": 40.0, "e": -40.0}
    view = KnockoutView(as_posterior(far | {"at_the_right_end": 41.0}), far, map=False)
    assert (
        agreement_figure(view)["layout"]["annotations"][0]["xanchor"] == "right"
    )  # inside the chart
    view = KnockoutView(as_posterior(other | {"c": 20.0}), table | {"c": 20.0}, map=False)
    names = [a["text"] for a in agreement_figure(view)["layout"]["annotations"]]
    assert names[0] == "a, b"


@pytest.mark.parametrize("chosen", [["CS"], ["CS", "ME1"], ["FUM", "MDH", "CS"]])
def test_labels_of_what_is_chosen_and_of_its_neighbours_do_not_cover_each_other(chosen):
    measured = {"CS": 4.0, "ME1": 4.2, "FUM": 3.9, "MDH": 4.1, "PPC": 40.0, "GLC": -20.0}
    predicted = {"CS": 5.0, "ME1": 9.0, "FUM": 7.5, "MDH": 6.0, "PPC": 41.0, "GLC": -20.5}
    view = KnockoutView(as_posterior(predicted), measured, map=False)
    view.selection = chosen
    figure = agreement_figure(view)
    marked, (low, high) = figure["data"][-1], figure["layout"]["xaxis"]["range"]
    sides = {"left": -1, "center": 0, "right": 1, "top": -1, "bottom": 1}
    for width in (420, 700, 1000, 1400):
        boxes = []
        for text, x, y, side in zip(*(marked[k] for k in ("text", "x", "y", "textposition"))):
            down, right = (sides[word] for word in side.split())
            boxes.append((text, x, y, 11 * right, 17 * down + down, right))
        for a in figure["layout"]["annotations"]:
            right = 1 if a["xanchor"] == "left" else -1
            boxes.append((a["text"], a["x"], a["y"], a["xshift"], -a["yshift"], right))
        found = []
        for text, x, y, across, down, right in boxes:
            left = width * (x - low) / (high - low) + across + (right - 1) / 2 * 7 * len(text)
            top = 374 * (high - y) / (high - low) + down - 6
            found.append((left, left + 7 * len(text), top, top + 12))
        for k, (a, b, c, d) in enumerate(found):
            for e, f, g, h in found[:k]:
                assert b <= e or f <= a or d <= g or h <= c, (width, boxes)
    assert marked["text"] == chosen


def test_the_map_shows_predicted_less_measured(view):
    assert view.flux_map.fluxes["b_ec"] == pytest.approx(20, abs=0.5)
    assert view.flux_map.data.names == ("measured", "predicted")


def test_a_choice_is_the_same_in_the_scatter_and_on_the_map(view):
    page = view.view
    dots = page.chart.figure["data"][1]
    page.chart.clicked = {"points": [[1, 0]], "at": 1}
    assert view.selection == dots["meta"] == view.flux_map.selection
    view.flux_map.selection = ["a_b"]
    assert view.selection == ["a_b"]
    assert page.chart.figure["data"][-1]["text"] == ["a_b"]


def test_a_wider_level_is_a_wider_interval_and_another_distance_table(view):
    before = view.table["predicted_upper"] - view.table["predicted_lower"]
    view.level = 0.99
    after = view.table["predicted_upper"] - view.table["predicted_lower"]
    assert (after > before).all() and view.flux_map.level == 0.99
    assert view.table.attrs["level"] == 0.99


def test_a_flux_table_can_be_what_was_measured(posteriors):
    view = KnockoutView(posteriors[0], dict(zip(ORDER, MEANS)), map=False)
    assert view.distance.of_means == pytest.approx(20, abs=1)
    assert points(agreement_figure(view))["b_ec"][0] == 20


def test_headless_it_leaves_two_pictures(view):
    picture = ElementTree.fromstring(view.svg().encode())
    words = " ".join(t.text or "" for t in picture.iter("{http://www.w3.org/2000/svg}text"))
    assert "largest differences" in words and "b_ec: 40" in words
    bundle = view._repr_mimebundle_()
    assert bundle["text/html"].count("<img") == 2
    assert bundle["text/plain"].startswith("KnockoutView: Over 8 reactions")


def test_unknown_reactions_are_refused(view, posteriors):
    with pytest.raises(InputError, match="no reaction 'PYK'"):
        view.selection = ["PYK"]
    with pytest.raises(InputError, match="no reaction 'PYK'"):
        KnockoutView(*posteriors, reactions=["PYK"])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"height": "x"}, "height must be a whole number"),
        ({"names": 5}, "give each of the 2 posterior"),
        ({"reactions": 5}, "reactions must be an id or a list of ids"),
    ],
)
def test_arguments_of_the_wrong_kind_are_refused(posteriors, wrong, message):
    with pytest.raises(InputError, match=message):
        KnockoutView(*posteriors, **wrong)
