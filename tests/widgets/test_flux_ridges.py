"""FluxRidges without a browser: its rows, what the page would receive, and its pictures."""

import re
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from kinetools.errors import InputError
from tests.kinetools.flux.made_posteriors import made_posterior
from widgets import FluxRidges
from widgets.flux_ridges_figure import ridges_figure

SHARED = ["PGI", "PYK", "<b>"]


@pytest.fixture(scope="module")
def posteriors():
    """The genome's PYK is four times as wide, its PGI half as wide, of priors that are the same."""
    core = made_posterior([*SHARED, "FIXED"], seed=1, n=(4, 250), converged=True, verdict="Good.")
    genome = made_posterior(["MORE", "FIXED", *SHARED], seed=2, n=(4, 250))
    for reaction, size in (("PGI", 0.5), ("PYK", 4.0)):
        at = dict(reaction=genome.posterior["reaction"].values == reaction)
        genome.posterior["net_flux"][at] = 5 + size * (genome.posterior["net_flux"][at] - 5)
    return {"core": core, "genome": genome}


@pytest.fixture
def ridges(posteriors):
    return FluxRidges(posteriors)


def traces(figure, **kind):
    return [t for t in figure["data"] if all(t.get(k) == v for k, v in kind.items())]


def rows(figure):
    return [text.split("<br>")[0] for text in figure["layout"]["yaxis"]["ticktext"]]


def texts(svg):
    parsed = ElementTree.fromstring(svg.encode())
    return [t.text or "" for t in parsed.iter("{http://www.w3.org/2000/svg}text")]


def test_rows_are_what_both_posteriors_share_by_their_ratio_of_widths(ridges):
    assert ridges.rows == ["PGI", "<b>", "PYK"]
    ridges.order = "name"
    assert ridges.rows == ["<b>", "PGI", "PYK"]
    ridges.order = "overlap"
    overlap = ridges.pairs["overlap"].droplevel(["first", "second"])
    assert ridges.rows == list(overlap.sort_values().index)
    assert ridges.rows[-1] == "<b>"


def test_every_row_has_densities_priors_intervals_and_medians_of_all(ridges):
    figure = ridges_figure(ridges)
    names = [t["name"] for t in figure["data"] if "name" in t]
    assert names == ["prior of core", "prior of genome", "core", "genome"]
    assert [t["meta"] for t in traces(figure, mode="markers")] == [ridges.rows] * 2
    for trace in figure["data"]:
        assert trace["x"].count(None) in (0, len(ridges.rows))
    assert rows(figure) == ["PGI", "&lt;b&gt;", "PYK"]
    ridges.priors = False
    assert not any("prior" in t.get("name", "") for t in ridges_figure(ridges)["data"])


def test_rows_have_axes_of_their_own_or_share_one(ridges):
    own = ridges_figure(ridges)
    assert own["layout"]["xaxis"]["range"] == pytest.approx([-0.01, 1.01])
    words = own["layout"]["xaxis"]["title"]["text"]
    assert words == "net flux (mmol/gDW/h), each row on its own axis"
    wide = np.ptp([v for v in traces(own, name="core")[0]["x"] if v is not None])
    ridges.axis = "posterior"
    zoomed = traces(ridges_figure(ridges), name="core")[0]["x"]
    assert np.ptp([v for v in zoomed if v is not None]) > wide
    ridges.axis = "shared"
    medians = traces(ridges_figure(ridges), mode="markers")[0]["x"]
    assert medians == pytest.approx([5, 5, 5], abs=0.2)
    assert "mmol/gDW/h" in ridges_figure(ridges)["layout"]["xaxis"]["title"]["text"]


def test_the_chosen_reactions_are_the_rows(posteriors, ridges):
    ridges.reactions = ["PYK"]
    assert rows(ridges_figure(ridges)) == ["PYK"]
    assert FluxRidges(posteriors, "PGI").rows == ["PGI"]
    assert FluxRidges(posteriors, pd.Index(["PYK"])).rows == ["PYK"]


def test_a_click_on_a_median_shows_its_figures_and_another_hides_them(ridges):
    page = ridges.view
    k = next(k for k, t in enumerate(page.chart.figure["data"]) if t["mode"] == "markers")
    page.chart.clicked = {"points": [[k, 1]], "at": 1}
    assert ridges.selection == ["<b>"]
    assert "&lt;b&gt;" in page.numbers.value and "median" in page.numbers.value
    page.chart.clicked = {"points": [[k, 1]], "at": 2}
    assert ridges.selection == [] and "Click" in page.numbers.value


def test_figures_have_words_and_units_under_the_mouse_and_in_the_table(ridges):
    ridges.selection = ["PGI"]
    table = ridges.view.numbers.value.replace("<wbr>", "")
    heads = [re.sub(r"<[^>]*>", " ", cell).split() for cell in re.findall(r"<th.*?</th>", table)]
    assert [" ".join(words) for words in heads] == [
        "reaction",
        "posterior",
        "median mmol/gDW/h",
        "95 % interval mmol/gDW/h",
        "width of the interval mmol/gDW/h",
        "standard deviation mmol/gDW/h",
        "coefficient of variation",
        "prior's width mmol/gDW/h".replace("'", "&#x27;"),
        "width over the prior's".replace("'", "&#x27;"),
        "R\u2011hat",
    ]
    row = ridges.table.loc[("PGI", "core")]
    assert f"{row['median']:.4g}"[:4] in table and "highest density" in table
    hover = traces(ridges_figure(ridges), mode="markers")[0]["customdata"][0]
    lines = hover.split("<br>")
    assert [line.rsplit(" ", 1)[-1] for line in lines[1:3]] == ["mmol/gDW/h"] * 2
    assert "% of the prior's" in lines[3] and "mmol/gDW/h" in lines[3]
    assert lines[4].startswith("coefficient of variation") and "R-hat" in lines[4]


def test_the_controls_follow_the_traits_and_set_them(ridges):
    page = ridges.view
    ridges.order = "name"
    assert page.order.value == "name" and rows(page.chart.figure)[0] == "&lt;b&gt;"
    page.picker.value = "pgi"
    assert ridges.reactions == ["PGI"] and rows(page.chart.figure) == ["PGI"]
    page.picker.value = "p, nowhere"
    assert ridges.reactions == ["PGI", "PYK"] and "nowhere" in page.unknown.value
    ridges.reactions = ["PYK"]
    assert page.picker.value == "PYK" and page.unknown.value == ""
    page.picker.value = "nowhere"
    assert ridges.reactions == ["PYK"]
    page.picker.value = ""
    assert ridges.reactions == [] and len(rows(page.chart.figure)) == 3
    ridges.level = 0.5
    assert "50 % highest-density" in page.words.value
    assert "Good." in page.words.value


def test_many_rows_are_several_pages():
    many = [f"R{k:02}" for k in range(40)]
    widget = FluxRidges({"one": made_posterior(many, seed=1), "two": made_posterior(many, seed=2)})
    page = widget.view
    widget.order = "name"
    assert widget.shown == many[:32] and widget.pages == 2
    page.pages.value = 2
    assert widget.shown == many[32:] and rows(page.chart.figure) == many[32:]
    widget.reactions = many[:3]
    assert widget.page == 0 and widget.shown == many[:3] and page.pages.layout.display == "none"
    with pytest.raises(InputError, match="choose one of 0 … 0"):
        widget.page = 1


def test_a_single_posterior_stands_beside_its_prior(posteriors):
    alone = FluxRidges({"core": posteriors["core"]})
    assert alone.order == "narrowing"
    assert "narrowing" in alone.table and "of prior" in texts(alone.svg())
    with pytest.raises(InputError, match="choose one of 'narrowing', 'name'"):
        alone.order = "ratio"


def test_headless_it_is_a_picture(ridges):
    words = texts(ridges.svg())
    assert {"core beside genome", "PGI", "<b>", "PYK", "widths", "÷ priors", "overlap"} <= set(
        words
    )
    assert any("Of 3 reactions" in text for text in words)
    bundle = ridges._repr_mimebundle_()
    assert bundle["text/plain"].startswith("FluxRidges of 3 reactions in core, genome")
    assert "application/vnd.jupyter.widget-view+json" not in bundle
    assert len(ridges.figure().data) == 8


@pytest.mark.parametrize("axis", ["prior", "posterior", "shared"])
def test_the_picture_names_its_unit_and_lies_within_its_frame(ridges, axis):
    ridges.axis = axis
    picture = ElementTree.fromstring(ridges.svg().encode())
    wide, high = float(picture.get("width")), float(picture.get("height"))
    (title,) = [e for e in picture.iter() if (e.text or "").startswith("net flux (mmol/gDW/h)")]
    assert float(title.get("y")) < high
    for line in picture.iter("{http://www.w3.org/2000/svg}polyline"):
        points = np.array([p.split(",") for p in line.get("points").split()], float)
        assert (points >= 0).all() and (points <= [wide, high]).all()


def test_what_cannot_be_compared_is_refused_and_the_reason_given(ridges, posteriors):
    with pytest.raises(InputError, match=r"'FIXED' cannot be compared \(fixed in core\)"):
        ridges.selection = ["FIXED"]
    with pytest.raises(InputError, match=r"'MORE' cannot be compared \(not in every posterior\)"):
        FluxRidges(posteriors, ["MORE"])
    for wrong in (5, True, [["PGI"]], [5]):
        with pytest.raises(InputError, match="reactions must be an id or a list of ids"):
            FluxRidges(posteriors, wrong)
    for wrong in ({"r_hat": "x"}, {"level": "x"}):
        with pytest.raises(InputError, match="expected a positive number"):
            FluxRidges(posteriors, **wrong)
    with pytest.raises(InputError, match="give them by name"):
        FluxRidges(posteriors["core"])
    with pytest.raises(InputError, match="level"):
        ridges.level = 2
