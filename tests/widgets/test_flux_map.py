"""FluxMap without a browser: what its map shows, its traits, and what it refuses."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

import kinetools as kt
from kinetools.errors import InputError
from kinetools.maps import Scale, load_map
from tests.kinetools.flux.made_posteriors import made_posterior
from tests.widgets.flux_maps import NAMES, SVG, VERDICT, Fit, flux_map, texts, toy, two_strains
from widgets import FluxMap
from widgets.flux_map_detail import detail_figure


@pytest.fixture(scope="module")
def network():
    return toy()


@pytest.fixture(scope="module")
def posteriors():
    return two_strains()


@pytest.fixture
def widget():
    return flux_map()


def colours(svg):
    """{reaction: colour}"""
    groups = ElementTree.fromstring(svg.encode()).iter(f"{SVG}g")
    return {
        g.find(f"{SVG}title").text.split(" ")[0]: g.get("stroke")
        for g in groups
        if g.get("class") == "reaction"
    }


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


def test_the_verdict_is_said_and_what_has_not_converged_alarms(widget):
    head = widget.view.children[0].value
    assert 'role="alert"' in head and VERDICT in head and "✓" in head
    assert VERDICT not in texts(widget.svg())  # of the other one
    widget.show = "pyk"
    assert VERDICT in texts(widget.svg())


def test_without_a_verdict_the_worst_figures_are_said():
    widget = FluxMap(made_posterior(("A", "B")), map=False)
    assert "No verdict came with these draws; the largest R-hat is" in widget.view.children[0].value


def test_a_network_without_a_map_leaves_intervals_and_a_sentence(posteriors):
    widget = FluxMap(made_posterior(("A", "B")))
    assert "no bundled map" in widget.problem
    assert widget.view.map is None
    assert {"A", "B"} <= set(texts(widget.svg()).split())
    widget.selection = ["A", "B"]
    assert widget.view.pairs.figure["data"]


def test_the_bundled_map_of_the_network_is_found_by_the_posterior_too(posteriors, network):
    assert FluxMap(posteriors[0], network).map == load_map("toy")
    one = made_posterior(network.reactions)
    one.posterior.attrs["network_id"] = "toy"
    assert FluxMap(one).map == load_map("toy")
    assert FluxMap(one, map=False).map is None


def test_headless_it_leaves_a_picture_with_verdict_and_legend(widget):
    bundle = widget._repr_mimebundle_()
    if isinstance(bundle, tuple):
        bundle = bundle[0]
    assert set(bundle) == {"image/svg+xml", "text/html", "text/plain"}
    words = texts(bundle["image/svg+xml"])
    assert "Converged: yes." in words and "Median net flux (mmol/gDW/h)" in words
    assert widget._view is None  # nothing of the live widget was made


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


def test_long_names_are_told_apart_on_the_buttons(posteriors, network):
    name = "Escherichia coli BW25113, glucose minimal medium, exponential phase, 5 h"
    names = (name, name.replace("5 h", "24 h"))
    widget = FluxMap(posteriors[0], network, other=posteriors[1], names=names)
    texts, values = zip(*widget.view.show.options)
    assert len(set(texts)) == 3 and max(map(len, texts)) <= 32
    assert values == (*names, "difference")


def test_below_a_difference_it_says_which_way_it_counts(widget):
    assert "along the arrows" not in widget.view.missing.value
    widget.show = "difference"
    assert "along the arrows, in which the flux of wild type runs" in widget.view.missing.value
    assert "along the arrows" in widget.svg()


def test_the_scale_of_the_map_ends_at_a_round_number_beyond_both_strains(widget):
    assert widget.view.map.reaction_scale == Scale.for_values([], maximum=150)
