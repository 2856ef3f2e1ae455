"""FluxMap without a browser: its traits, what the page would receive, tables and pictures."""

import json
import re
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

import kinetools as kt
from kinetools.errors import InputError
from kinetools.maps import Scale, load_map
from tests.kinetools.flux.made_posteriors import made_posterior
from widgets import FluxMap
from widgets.flux_map_detail import detail_figure
from widgets.flux_map_list import list_rows
from widgets.flux_map_pairs import pair_figure
from widgets.flux_map_words import flux_text, interval_text, notes, reaction_html

SVG = "{http://www.w3.org/2000/svg}"
NAMES = ("wild type", "pyk")
VERDICT = "Not converged: R-hat is 2.8 (net flux of b_d)."


class Fit:
    """What fit_fluxes returns, as far as a FluxMap reads it."""

    def __init__(self, reactions, value=4.0):
        self.net_flux = pd.Series(value, reactions)

    def intervals(self, level=0.95):
        value = self.net_flux
        return pd.DataFrame({"net_flux": value, "lower": value - level, "upper": value + level})


@pytest.fixture(scope="module")
def network():
    return kt.load_flux_model("toy")


@pytest.fixture(scope="module")
def posteriors(network):
    means = [-100, 100, 20, 20, 80, 60, 60, 80]
    order = ["a_exchange", "a_b", "b_ec", "bc_de", "d_f", "b_d", "e_exchange", "f_exchange"]
    one = made_posterior(order, seed=1, means=means, verdict="Converged: yes.", converged=True)
    other = np.array(means) * 1.2
    two = made_posterior(order, seed=2, means=other, verdict=VERDICT, converged=False)
    return one, two


@pytest.fixture
def widget(posteriors, network):
    return FluxMap(posteriors[0], network, other=posteriors[1], names=NAMES)


def colours(svg):
    """{reaction: colour}"""
    groups = ElementTree.fromstring(svg.encode()).iter(f"{SVG}g")
    return {
        g.find(f"{SVG}title").text.split(" ")[0]: g.get("stroke")
        for g in groups
        if g.get("class") == "reaction"
    }


def texts(svg):
    return " ".join(t.text or "" for t in ElementTree.fromstring(svg.encode()).iter(f"{SVG}text"))


def named(figure, name):
    return [t for t in figure["data"] if t.get("name") == name and t["x"] and t["x"][0] is not None]


def test_the_map_shows_medians_in_the_colours_of_their_scale(widget, posteriors):
    medians = kt.flux_summary(posteriors[0])["median"]
    assert widget.view.map.reaction_data == pytest.approx(medians.to_dict(), rel=1e-4)
    scale = widget.view.map.reaction_scale
    assert scale.maximum >= kt.flux_summary(posteriors[1])["median"].abs().max()
    drawn = colours(widget.svg())
    assert drawn["b_d"] == scale.color(float(f"{medians['b_d']:.5g}"))
    widget.statistic = "mean"
    assert widget.view.map.reaction_title == "Mean net flux"


def test_switching_the_strain_changes_colours_on_the_same_scale(widget):
    before, scale = colours(widget.svg()), widget.view.map.reaction_scale
    widget.show = "pyk"
    assert widget.view.map.reaction_scale == scale
    assert colours(widget.svg()) != before
    assert widget.view.show.value == "pyk"


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


def test_a_click_on_the_map_chooses_a_reaction_and_metabolites_choose_nothing(widget):
    view = widget.view
    view.map.selection = ["b_d"]
    assert widget.selection == ["b_d"] and view.list.selection == ["b_d"]
    view.map.selection = ["b_d", "A"]
    assert widget.selection == ["b_d"]
    view.map.selection = []
    assert widget.selection == []


def test_uncertainty_is_drawn_as_halos_or_opacity_of_an_interval_or_the_variation(widget):
    layers = {}
    for uncertainty in ("interval", "cv", "none"):
        for style in ("halo", "opacity"):
            widget.uncertainty, widget.style = uncertainty, style
            layers[uncertainty, style] = widget.view.map.reaction_uncertainty
    assert layers["none", "halo"] is None
    assert "95\u202f%" in layers["interval", "halo"].title
    assert layers["cv", "opacity"].style == "opacity"
    widths = layers["interval", "halo"]
    assert widths.amount(max(widths.values.values())) > widths.amount(min(widths.values.values()))
    widget.uncertainty, widget.style = "cv", "opacity"
    assert re.search(r'<g opacity="0\.\d+">', widget.svg())
    widget.uncertainty, widget.style = "interval", "halo"
    assert 'class="halo"' in widget.svg()
    assert widget.view.look.value == "interval as halo"


def test_one_single_sample_is_shown_on_the_same_scale(widget, posteriors):
    scale = widget.view.map.reaction_scale
    widget.selection, widget.sample = ["b_d"], 217
    expected = posteriors[0].posterior["net_flux"].values[1, 17]
    assert list(widget.view.map.reaction_data.values()) == pytest.approx(expected, rel=1e-4)
    np.testing.assert_array_equal(widget.fluxes, expected)
    assert widget.view.map.reaction_scale == scale
    words = widget.view.samples.words.value
    assert "sample 218 of 400: chain 2, draw 18" in words and "b_d" in words
    lines = [s for s in detail_figure(widget)["layout"]["shapes"] if s["line"]["dash"] == "solid"]
    assert lines[0]["x0"] == pytest.approx(expected[5])
    widget.sample = None
    assert widget.view.map.reaction_title == "Median net flux"


def test_the_slider_goes_through_samples_in_their_order_or_by_the_chosen_flux(widget, posteriors):
    bar = widget.view.samples
    bar.slider.value = 7
    drawn = widget.sample
    assert 0 < drawn < 40
    widget.selection, widget.order = ["d_f"], "flux"
    flux = posteriors[0].posterior["net_flux"].sel(reaction="d_f").values.ravel()
    seen = []
    for place in (0, 50, 100, 199):
        bar.slider.value = place
        seen.append(flux[widget.sample])
    assert seen == sorted(seen)
    assert seen[0] == flux.min() and seen[-1] == flux.max()
    bar.back.click()
    assert widget.sample is None


def test_a_difference_has_no_samples_and_ends_them(widget):
    widget.sample = 3
    widget.show = "difference"
    assert widget.sample is None
    with pytest.raises(InputError, match="no single samples"):
        widget.sample = 3
    assert widget.view.samples.widget.layout.display == "none"


def test_a_difference_has_diverging_colours_and_its_probability_as_opacity(widget, posteriors):
    widget.show = "difference"
    table = kt.compare_posteriors(*posteriors)
    shown = widget.view.map
    assert shown.reaction_scale.kind == "diverging"
    assert shown.reaction_uncertainty.style == "opacity"
    changed = table[["increase", "decrease"]].max(axis=1)
    assert shown.reaction_uncertainty.values == pytest.approx(changed.to_dict(), rel=1e-3)
    # Uptake is negative: more of it is more flux along its arrow.
    assert table.loc["a_exchange", "difference"] < 0
    assert shown.reaction_data["a_exchange"] > 0
    assert shown.reaction_direction["a_exchange"] == -1
    widget.threshold = 15
    assert shown.reaction_uncertainty.values["b_d"] < 0.5


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


def test_a_bad_r_hat_is_marked_in_the_list_and_in_the_words():
    posterior = made_posterior(("A", "B"), n=(4, 500))
    posterior.posterior["net_flux"][0, :, 0] += 5
    widget = FluxMap(posterior, map=False)
    rows = {row[0]: row for row in list_rows(widget)[1]}
    assert "R-hat" in rows["A"][5] and rows["B"][5] == ""
    widget.selection = ["A"]
    assert "⚠" in reaction_html(widget)


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


def test_the_verdict_is_said_and_what_has_not_converged_alarms(widget):
    head = widget.view.children[0].value
    assert 'role="alert"' in head and VERDICT in head and "✓" in head
    assert VERDICT not in texts(widget.svg())  # of the other one
    widget.show = "pyk"
    assert VERDICT in texts(widget.svg())


def test_without_a_verdict_the_worst_figures_are_said():
    widget = FluxMap(made_posterior(("A", "B")), map=False)
    assert "No verdict came with these draws; the largest R-hat is" in widget.view.children[0].value


def test_reactions_that_the_map_lacks_are_listed_and_can_be_chosen(posteriors):
    reactions = ["b_d", "NEW_ONE", "a_b"]
    widget = FluxMap(made_posterior(reactions), map="toy")
    assert widget.off_map == ("NEW_ONE",)
    assert "Not on the map, but in the list: NEW_ONE" in widget.view.missing.value
    assert "NEW_ONE" in texts(widget.svg())
    row = next(row for row in list_rows(widget)[1] if row[0] == "NEW_ONE")
    assert row[4] == "not on the map"
    widget.view.list.selection = ["NEW_ONE"]
    assert widget.reaction == "NEW_ONE" and len(widget.interval) == 2
    assert widget.view.map.selection == []
    # It stays while others are added on the map, and goes when another one is clicked.
    widget.selection = ["NEW_ONE", "b_d"]
    widget.view.map.selection = ["b_d", "a_b"]
    assert widget.selection == ["NEW_ONE", "b_d", "a_b"]
    widget.view.map.selection = ["d_f"]
    assert widget.selection == []  # d_f is on the map, but not in the posterior


def test_networks_with_other_reactions_are_compared_and_what_one_lacks_is_listed(network):
    core = made_posterior(("b_d", "a_b", "core_only"), seed=1)
    genome = made_posterior(("a_b", "genome_only", "b_d"), seed=2)
    widget = FluxMap(core, map="toy", other=genome, names=("core", "genome"))
    assert widget.data.reactions == ("b_d", "a_b", "core_only", "genome_only")
    for show in widget.data.shows:
        widget.show = show
        for reaction in widget.data.reactions:
            widget.selection = [reaction, "a_b"]
            json.dumps([widget.view.detail.figure, widget.view.pairs.figure], allow_nan=False)
        rows = {row[0]: row for row in list_rows(widget)[1]}
        assert set(rows) == set(widget.data.reactions)
    assert "only in core" in rows["core_only"][4]
    assert "Not in genome: core_only." in widget.view.missing.value
    widget.selection = ["genome_only"]
    assert widget.interval == []


def test_a_network_without_a_map_leaves_intervals_and_a_sentence(posteriors):
    widget = FluxMap(made_posterior(("A", "B")))
    assert "no bundled map" in widget.problem
    assert widget.view.map is None
    assert {"A", "B"} <= set(texts(widget.svg()).split())
    widget.selection = ["A", "B"]
    assert widget.view.pairs.figure["data"]


def test_a_thousand_reactions_need_no_map():
    posterior = made_posterior([f"R{k}" for k in range(1000)], n=(2, 50))
    widget = FluxMap(posterior, map=False)
    assert len(widget.view.list.rows) == 1000
    assert "960 more are in the table" in texts(widget.svg())


def test_the_bundled_map_of_the_network_is_found_by_the_posterior_too(posteriors, network):
    assert FluxMap(posteriors[0], network).map == load_map("toy")
    one = made_posterior(network.reactions)
    one.posterior.attrs["network_id"] = "toy"
    assert FluxMap(one).map == load_map("toy")
    assert FluxMap(one, map=False).map is None


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


def test_headless_it_leaves_a_picture_with_verdict_and_legend(widget):
    bundle = widget._repr_mimebundle_()
    if isinstance(bundle, tuple):
        bundle = bundle[0]
    assert set(bundle) == {"image/svg+xml", "text/html", "text/plain"}
    words = texts(bundle["image/svg+xml"])
    assert "Converged: yes." in words and "Median net flux (mmol/gDW/h)" in words
    assert widget._view is None  # nothing of the live widget was made


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


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"show": "pgi"}, "show='pgi': choose one of 'wild type', 'pyk', 'difference'"),
        ({"level": 95.0}, "between 0 and 1"),
        ({"threshold": -1.0}, "threshold=-1"),
        ({"selection": ["PGII"]}, "'PGII' is no reaction"),
        ({"sample": 400}, "0 … 399, found 400"),
    ],
)
def test_a_value_that_a_trait_cannot_have_is_refused_and_the_old_one_stays(change, message, widget):
    (name, value), before = *change.items(), getattr(widget, next(iter(change)))
    with pytest.raises(InputError, match=message):
        setattr(widget, name, value)
    assert getattr(widget, name) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"idata": {"net_flux": 1}}, "idata: expected net_flux"),
        ({"other": 3}, "other: expected net_flux"),
        ({"names": ("a", "a")}, "name of its own"),
        ({"names": ("difference", "b")}, "choose another"),
        ({"names": "one"}, "name of its own"),
        ({"fit": {"pgi": Fit(["A"])}}, "there is no posterior 'pgi'"),
        ({"fit": 7}, "expected what fit_fluxes returns"),
        ({"network": "toy"}, "expected what load_flux_model returns, found a str"),
        ({"map": "nowhere"}, "no bundled file 'nowhere'"),
        ({"level": 2.0}, "between 0 and 1"),
    ],
)
def test_what_does_not_fit_together_is_refused_in_one_sentence(arguments, message, posteriors):
    given = {"idata": posteriors[0], "other": posteriors[1], "names": NAMES} | arguments
    with pytest.raises(InputError, match=message):
        FluxMap(**given)


def test_a_network_that_lacks_reactions_of_the_posterior_is_refused(network):
    with pytest.raises(InputError, match="lacks PGI of the posterior's reactions"):
        FluxMap(made_posterior(("b_d", "PGI")), network)


def test_intervals_are_written_to_the_digits_that_count():
    assert interval_text(2.45e-5, 0.481) == "0 … 0.481"
    assert interval_text(-18.9421, -16.3) == "−18.9 … −16.3"
    assert interval_text(1.2e-5, 3e-4) == "1.2×10⁻⁵ … 3×10⁻⁴"
    assert interval_text(0.0, 0.0) == "0 … 0"
    assert interval_text(float("nan"), 1) == "–"


def test_long_names_are_told_apart_on_the_buttons(posteriors, network):
    name = "Escherichia coli BW25113, glucose minimal medium, exponential phase, 5 h"
    names = (name, name.replace("5 h", "24 h"))
    widget = FluxMap(posteriors[0], network, other=posteriors[1], names=names)
    texts, values = zip(*widget.view.show.options)
    assert len(set(texts)) == 3 and max(map(len, texts)) <= 32
    assert values == (*names, "difference")


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


def test_below_a_difference_it_says_which_way_it_counts(widget):
    assert "along the arrows" not in widget.view.missing.value
    widget.show = "difference"
    assert "along the arrows, in which the flux of wild type runs" in widget.view.missing.value
    assert "along the arrows" in widget.svg()


def test_the_list_is_as_high_as_the_map_until_a_reaction_is_chosen(widget):
    alone = widget.view.list.height
    widget.selection = ["b_d"]
    assert widget.view.list.height < alone
    widget.selection = []
    assert widget.view.list.height == alone


def test_notes_below_the_mouse_say_the_interval_and_the_probability(widget):
    assert notes(widget)["b_d"].startswith("95\u202f% interval")
    widget.show = "difference"
    assert "higher with probability" in notes(widget)["b_d"]


def test_the_scale_of_the_map_ends_at_a_round_number_beyond_both_strains(widget):
    assert widget.view.map.reaction_scale == Scale.for_values([], maximum=150)
