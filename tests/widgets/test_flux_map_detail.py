"""FluxMap: one reaction in full, pairs of reactions, numbers in words, and files."""

import json

import numpy as np
import pandas as pd
import pytest

import kinetools as kt
from tests.kinetools.flux.made_posteriors import made_posterior
from tests.widgets.flux_maps import NAMES, Fit, flux_map, toy, two_strains
from widgets import FluxMap
from widgets.flux_map_detail import detail_figure
from widgets.flux_map_pairs import pair_figure
from widgets.flux_map_words import flux_text, interval_text, notes, reaction_html


@pytest.fixture(scope="module")
def network():
    return toy()


@pytest.fixture(scope="module")
def posteriors():
    return two_strains()


@pytest.fixture
def widget():
    return flux_map()


def named(figure, name):
    return [t for t in figure["data"] if t.get("name") == name and t["x"] and t["x"][0] is not None]


def test_the_chosen_reaction_gives_its_interval_in_what_is_shown(widget, posteriors):
    assert widget.interval == []
    widget.selection = ["b_d"]
    row = kt.flux_summary(posteriors[0]).loc["b_d"]
    assert widget.interval == pytest.approx([row["lower"], row["upper"]])
    widget.show, widget.level, widget.interval_kind = "pyk", 0.5, "eti"
    row = kt.flux_summary(posteriors[1], level=0.5, interval="eti").loc["b_d"]
    assert widget.interval == pytest.approx([row["lower"], row["upper"]])
    widget.show = "difference"
    row = kt.compare_posteriors(*posteriors, level=0.5, interval="eti").loc["b_d"]
    assert widget.interval == pytest.approx([row["lower"], row["upper"]])
    widget.selection = []
    assert widget.interval == []


def test_the_detail_shows_everything_that_is_known_of_a_flux(posteriors, network):
    fit = Fit(network.reactions)
    widget = FluxMap(posteriors[0], network, other=posteriors[1], names=NAMES, fit=fit)
    widget.selection = ["b_d"]
    figure = detail_figure(widget)
    row = kt.flux_summary(posteriors[0]).loc["b_d"]
    for what in ("median", "mean", "best sample"):
        found = [t["x"][0] for t in named(figure, what)]
        assert row[what.split()[0]] in found
        assert len(found) == 2  # of both strains
    assert named(figure, "fit")[0]["error_x"]["array"] == pytest.approx([0.95])
    assert named(figure, "prior")
    chains = [t for t in figure["data"] if t["name"].startswith("chain")]
    assert len(chains) == 2 and len(chains[0]["x"]) == 200
    words = reaction_html(widget)
    for part in ("b_d", "best sample", "R-hat · ESS", "95\u202f% interval", "fit", "4.000 ("):
        assert part in words, part
    json.dumps(figure, allow_nan=False)


def test_a_flux_that_does_not_vary_is_said_so():
    widget = FluxMap(made_posterior(("FIXED", "UP")), map=False)
    widget.selection = ["FIXED"]
    assert "does not vary" in reaction_html(widget)
    assert named(detail_figure(widget), "median")[0]["x"] == [4.3]
    widget.selection = ["UP", "FIXED"]
    assert "ρ: –" in json.dumps(pair_figure(widget), ensure_ascii=False)


@pytest.mark.parametrize("n", [2, 3, 4])
def test_a_pair_plot_has_a_part_for_each_pair_and_says_how_closely_they_go_together(widget, n):
    widget.selection = list(widget.data.reactions[:n])
    figure = pair_figure(widget)
    points = [t for t in figure["data"] if t["mode"] == "markers"]
    assert len(points) == 2 * n * (n - 1) / 2
    rho = [a["text"] for a in figure["layout"]["annotations"] if "ρ" in a["text"]]
    assert len(rho) == n * (n - 1) / 2
    a, b = (widget.data.values("wild type", r) for r in widget.selection[:2])
    assert f"ρ = {np.corrcoef(a, b)[0, 1]:.2f}".replace("-", "−") in rho[0]
    json.dumps(figure, allow_nan=False)


def test_a_click_on_a_point_of_a_pair_plot_shows_that_draw(widget):
    widget.selection = ["b_d", "d_f"]
    figure = widget.view.pairs.figure
    shown = [
        k for k, t in enumerate(figure["data"]) if t.get("meta", {}).get("name") == "wild type"
    ]
    widget.view.pairs.clicked = {"points": [[shown[0], 12]], "at": "1"}
    assert widget.sample == figure["data"][shown[0]]["meta"]["samples"][12]
    other = [k for k, t in enumerate(figure["data"]) if t.get("meta", {}).get("name") == "pyk"]
    before = widget.sample
    widget.view.pairs.clicked = {"points": [[other[0], 3]], "at": "2"}
    assert widget.sample == before


def test_of_more_than_four_reactions_the_last_four_are_paired(widget):
    widget.selection = list(widget.data.reactions[:6])
    figure = pair_figure(widget)
    assert "the last 4 of the 6" in json.dumps(figure["layout"]["annotations"])


def test_a_confidence_interval_is_inside_the_axis_but_a_far_wider_one_is_cut(posteriors, network):
    plain = FluxMap(posteriors[0], network, names="toy")
    plain.selection = ["b_d"]
    low, high = plain.figure().layout.xaxis.range
    widget = FluxMap(posteriors[0], network, fit=Fit(network.reactions, high), names="toy")
    widget.selection = ["b_d"]
    assert widget.figure().layout.xaxis.range[1] > high + 0.95
    fit = Fit(network.reactions, high)
    fit.intervals = lambda level: Fit.intervals(fit, level).assign(upper=1e6)
    widget = FluxMap(posteriors[0], network, fit=fit, names="toy")
    widget.selection = ["b_d"]
    assert widget.figure().layout.xaxis.range[1] < high + 1.5 * (high - low)


def test_the_table_is_what_is_shown_with_fits_and_names(posteriors, network):
    widget = FluxMap(posteriors[0], network, fit=Fit(network.reactions), names="toy")
    table = widget.table()
    pd.testing.assert_series_equal(table["median"], kt.flux_summary(posteriors[0])["median"])
    assert table["on_map"].all() and (table["fit"] == 4).all()
    name, text = widget.view._file("csv")
    assert name == "flux_map_toy" and text.startswith("reaction,name,median")
    assert widget.view._file("svg")[1] == widget.svg()


def test_files_are_made_when_the_page_asks_for_them(widget):
    sent = []
    export = widget.view.export
    export.send = lambda content, buffers=None: sent.append(content)
    for kind in ("svg", "png", "csv", "exe"):
        export._asked(None, {"kind": kind}, [])
    assert [(s["kind"], s["name"]) for s in sent] == [
        ("svg", "flux_map_wild_type.svg"),
        ("png", "flux_map_wild_type.png"),
        ("csv", "flux_map_wild_type.csv"),
    ]
    assert sent[1]["text"].startswith("<svg")


def test_plain_figures_can_be_had(widget):
    widget.selection = ["b_d", "a_b"]
    assert len(widget.figure().data) > 5
    assert len(widget.pair_figure().data) > 3
    widget.selection = []
    widget.figure(), widget.pair_figure()


def test_names_do_no_harm():
    evil = "<img src=x onerror=alert(1)>"
    one, two = (
        made_posterior((evil, "b_d"), seed=s, verdict=evil, converged=False) for s in (1, 2)
    )
    widget = FluxMap(one, map="toy", other=two, names=(evil, "b<b>"))
    widget.selection = ["b_d", evil]
    page = [widget.view.children[0].value, widget.view.words.value, widget.view.missing.value]
    for figure in (widget.view.detail.figure, widget.view.pairs.figure):
        page += [a["text"] for a in figure["layout"].get("annotations", [])]
        page += [t.get("name", "") + t.get("hovertemplate", "") for t in figure["data"]]
    assert not [text for text in [*page, widget.svg()] if "<img" in text]


def test_intervals_are_written_to_the_digits_that_count():
    assert interval_text(2.45e-5, 0.481) == "0 … 0.481"
    assert interval_text(-18.9421, -16.3) == "−18.9 … −16.3"
    assert interval_text(1.2e-5, 3e-4) == "1.2×10⁻⁵ … 3×10⁻⁴"
    assert interval_text(0.0, 0.0) == "0 … 0"
    assert interval_text(float("nan"), 1) == "–"


def test_fluxes_keep_their_zeros_so_that_columns_line_up():
    assert [flux_text(v, 3) for v in (5.0, 4.3, -21.04, 0.781)] == [
        "5.00",
        "4.30",
        "−21.0",
        "0.781",
    ]
    assert flux_text(123.4, 3) == "123"
    assert flux_text(2.4e-5) == "2.4×10⁻⁵"
    assert flux_text(1e-9) == "0"


def test_notes_below_the_mouse_say_the_interval_and_the_probability(widget):
    assert notes(widget)["b_d"].startswith("95\u202f% interval")
    widget.show = "difference"
    assert "higher with probability" in notes(widget)["b_d"]
