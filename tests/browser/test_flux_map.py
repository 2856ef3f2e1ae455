"""FluxMap in JupyterLab and Voilà: switched, clicked, slid through, and saved as files."""

import re
from xml.etree import ElementTree

import pytest

from kinetools.maps import Scale
from tests.browser.conftest import remote
from tests.browser.jupyter import TOKEN
from tests.browser.patience import at_rest, eventually
from tests.browser.test_escher_map import DrawnMap, rgb

pytestmark = pytest.mark.browser

SETUP = """
import numpy as np
import kinetools as kt
from tests.kinetools.flux.made_posteriors import made_posterior
from widgets import FluxMap
network = kt.load_flux_model("toya_core")
rng = np.random.default_rng(0)
means = {r: rng.gamma(1.0, 6.0) + 1 for r in network.reactions}
means |= {"PGK": -19.0, "glc_exchange": -11.7}
order = list(means)
wild = made_posterior(
    order, seed=1, means=list(means.values()), n=(4, 250),
    verdict="Converged: all chains agree.", converged=True,
)
mutant = made_posterior(
    [*order, "OFF_THE_MAP"], seed=2, means=[*(1.5 * v for v in means.values()), 3.0], n=(4, 250),
    verdict="Not converged: R-hat is 2.8 (net flux of PGI).", converged=False,
)
"""
WIDGET = f"""{SETUP}
widget = FluxMap(wild, network, other=mutant, names=("wild type", "pyk"), height=480)
widget
"""
RESET = """
widget.show, widget.sample, widget.selection, widget.order = "wild type", None, [], "drawn"
widget.statistic, widget.uncertainty, widget.style = "median", "interval", "halo"
widget.level, widget.interval_kind, widget.threshold = 0.95, "hdi", 0.0
"""


class Page:
    """A FluxMap on a page."""

    def __init__(self, page):
        self.page = page
        self.map = DrawnMap(page, page.locator(".kinetools-map").first)
        self.list = page.locator(".kinetools-reactions")
        self.charts = page.locator(".kinetools-chart")

    def button(self, name):
        return self.page.get_by_role("button", name=name, exact=True)

    def row(self, id):
        return self.list.locator(f'tr[data-id="{id}"]')

    def opacity(self, id):
        script = "return +getComputedStyle(g.querySelector('.segment-group')).opacity"
        return self.map.ask(id, script)

    def halos(self):
        return self.page.locator(".kinetools-uncertain path").count()

    def wait_for(self, ask, expected):
        eventually(ask, expected)


@pytest.fixture(scope="module")
def notebook(open_notebook):
    """One notebook in JupyterLab for most of these tests."""
    notebook = open_notebook([WIDGET])
    notebook.run_all()
    return notebook


@pytest.fixture
def flux_map(notebook):
    """The map as it was first shown."""
    notebook.execute(RESET)
    shown = Page(notebook.page)
    shown.list.get_by_role("searchbox").fill("")
    shown.map.wait_for_colour("PGI", expected_colour(notebook, "PGI"))
    return shown


def expected_colour(notebook, id):
    """The colour of a reaction as Python knows it."""
    scale = "widget.view.map.reaction_scale"
    return rgb(notebook.evaluate(f"{scale}.color(widget.view.map.reaction_data[{id!r}])"))


def test_colours_change_when_the_strain_is_switched(notebook, flux_map):
    before = {id: flux_map.map.colour(id) for id in ("PGI", "PGK", "CS")}
    flux_map.button("pyk").click()
    notebook.wait_for("widget.show", "pyk")
    for id, colour in before.items():
        expected = expected_colour(notebook, id)
        assert expected != colour
        flux_map.map.wait_for_colour(id, expected)
    flux_map.button("wild type").click()
    for id, colour in before.items():
        flux_map.map.wait_for_colour(id, colour)


def test_a_click_on_a_reaction_gives_its_interval_in_python(notebook, flux_map):
    flux_map.map.click("PFK")
    notebook.wait_for("widget.selection", ["PFK"])
    expected = notebook.evaluate("kt.flux_summary(wild).loc['PFK', ['lower', 'upper']].tolist()")
    assert notebook.evaluate("widget.interval") == pytest.approx(expected)
    # And the page shows it in full: in the list, in numbers and as a chart.
    flux_map.page.locator("td", has_text="best sample").wait_for()
    flux_map.row("PFK").and_(flux_map.page.locator(".chosen")).wait_for()
    title = flux_map.charts.first.locator(".xtitle")
    title.filter(has_text="net flux of PFK (mmol/gDW/h)").wait_for()
    flux_map.button("pyk").click()
    expected = notebook.evaluate("kt.flux_summary(mutant).loc['PFK', ['lower', 'upper']].tolist()")
    notebook.wait_for("[round(x, 9) for x in widget.interval]", [round(x, 9) for x in expected])


def test_arrowheads_show_where_a_flux_goes_and_exchanges_leave_the_map(notebook, flux_map):
    filled = """const heads = [...g.querySelectorAll(".arrowhead")];
        return heads.map((h) => getComputedStyle(h).fill !== "rgb(255, 255, 255)");"""
    assert sorted(flux_map.map.ask("PGK", filled)) == [False, True]
    # Written 3pg → 13dpg, it runs the other way: the filled one is at 3pg.
    where = """const heads = [...g.querySelectorAll(".arrowhead")];
        const head = heads.find((h) => getComputedStyle(h).fill !== "rgb(255, 255, 255)");
        return head.transform.baseVal.consolidate().matrix.f;"""
    middle = flux_map.map.ask("PGK", "return g.__data__.label_y")
    assert flux_map.map.ask("PGK", where) > middle
    assert flux_map.map.ask("Ac_exchange", filled) == [True]
    assert flux_map.map.ask("glc_exchange", filled).count(True) == 1


def test_halos_and_opacity_follow_the_choice(notebook, flux_map):
    flux_map.wait_for(lambda: flux_map.halos() > 60, True)
    flux_map.page.get_by_label("uncertainty").select_option("variation as opacity")
    notebook.wait_for("[widget.uncertainty, widget.style]", ["cv", "opacity"])
    flux_map.wait_for(flux_map.halos, 0)
    amount = notebook.evaluate("widget.view.map.reaction_uncertainty.amounts()['CS']")
    flux_map.wait_for(lambda: round(flux_map.opacity("CS"), 2), round(amount, 2))
    flux_map.page.get_by_label("uncertainty").select_option("not shown")
    flux_map.wait_for(lambda: flux_map.opacity("CS"), 1)
    assert flux_map.page.locator(".kinetools-map-uncertain").count() == 0


def test_the_level_is_chosen_on_the_page(notebook, flux_map):
    flux_map.row("CS").click()
    notebook.wait_for("widget.selection", ["CS"])
    wide = notebook.evaluate("widget.interval")
    flux_map.page.get_by_label("level", exact=True).select_option("50\u202f%")
    notebook.wait_for("widget.level", 0.5)
    narrow = notebook.evaluate("widget.interval")
    assert wide[0] < narrow[0] < narrow[1] < wide[1]
    flux_map.list.locator("th", has_text="50\u202f% interval").wait_for()
    flux_map.page.locator(".kinetools-map-heading", has_text="50\u202f% interval").wait_for()


def test_a_reaction_off_the_map_is_found_in_the_list(notebook, flux_map):
    flux_map.button("pyk").click()
    search = flux_map.list.get_by_role("searchbox")
    search.fill("off_the")
    flux_map.wait_for(lambda: flux_map.list.locator("tbody tr").count(), 1)
    assert "not on the map" in flux_map.row("OFF_THE_MAP").inner_text()
    search.press("Enter")
    notebook.wait_for("widget.selection", ["OFF_THE_MAP"])
    flux_map.page.get_by_text("(not on the map)").wait_for()
    search.fill("kinase pyr")  # words of a name
    flux_map.row("PYK").wait_for()
    search.fill("nothing at all")
    flux_map.list.get_by_text("no reaction has these words").wait_for()


def test_the_list_is_sorted_and_walked_through_with_keys(notebook, flux_map):
    ids = [row.get_attribute("data-id") for row in flux_map.list.locator("tbody tr").all()]
    assert ids == sorted(ids, key=str.lower)
    flux_map.list.get_by_role("button", name="median").click()
    expected = notebook.evaluate("widget.shown['median'].abs().idxmax()")
    flux_map.wait_for(
        lambda: flux_map.list.locator("tbody tr").first.get_attribute("data-id"), expected
    )
    flux_map.list.locator("tbody tr").first.focus()
    flux_map.page.keyboard.press("ArrowDown")
    flux_map.page.keyboard.press("Enter")
    second = flux_map.list.locator("tbody tr").nth(1).get_attribute("data-id")
    notebook.wait_for("widget.selection", [second])
    flux_map.page.keyboard.press("d")  # twice it would delete the cell
    flux_map.page.keyboard.press("d")
    assert flux_map.page.locator(".jp-Cell").count() == 1
    flux_map.list.get_by_role("button", name="reaction").click()


def test_sliding_through_samples_moves_the_map(notebook, flux_map):
    slider = flux_map.page.locator(".noUi-handle").first
    before = flux_map.map.colour("CS")
    slider.focus()
    for _ in range(5):
        flux_map.page.keyboard.press("ArrowRight")
    notebook.wait_for("widget.sample is not None", True)
    flux_map.page.get_by_text(re.compile(r"sample \d+ of 1\u202f000: chain 1")).wait_for()
    flux_map.map.wait_for_colour("CS", expected_colour(notebook, "CS"))
    assert flux_map.halos() == 0
    flux_map.button("all samples").click()
    notebook.wait_for("widget.sample", None)
    flux_map.map.wait_for_colour("CS", before)


def test_samples_play_on_their_own(notebook, flux_map):
    notebook.execute("widget.selection = ['CS']; widget.order = 'flux'")
    flux_map.page.locator(".widget-play button").first.click()
    notebook.wait_for("widget.sample is not None and widget.view.samples.slider.value > 3", True)
    flux_map.page.locator(".widget-play button").first.click()
    shown = notebook.evaluate("widget.fluxes['CS']")
    assert shown <= notebook.evaluate("float(wild.posterior.net_flux.sel(reaction='CS').median())")


def test_a_difference_has_diverging_colours_faded_by_its_probability(notebook, flux_map):
    flux_map.button("difference").click()
    notebook.wait_for("widget.show", "difference")
    for id in ("CS", "PGI"):
        flux_map.map.wait_for_colour(id, expected_colour(notebook, id))
        amount = notebook.evaluate(f"widget.view.map.reaction_uncertainty.amounts()[{id!r}]")
        assert flux_map.opacity(id) == pytest.approx(amount, abs=0.01)
    assert notebook.evaluate("widget.view.map.reaction_scale.kind") == "diverging"
    flux_map.map.click("CS")
    flux_map.page.get_by_text(re.compile("In pyk the net flux is .* with probability")).wait_for()
    scale = Scale.for_values([], "diverging", maximum=1)
    assert scale.color(1) != scale.color(-1)


def test_several_reactions_make_a_pair_plot_whose_points_are_draws(notebook, flux_map):
    flux_map.map.click("PFK")
    notebook.wait_for("widget.selection", ["PFK"])
    flux_map.map.click("CS", "Control")
    notebook.wait_for("widget.selection", ["PFK", "CS"])
    pairs = flux_map.charts.nth(1)
    pairs.locator(".scatterlayer .points path").first.wait_for()
    pairs.scroll_into_view_if_needed()
    spot = """chart => {
        const trace = chart.data.findIndex((t) => t.meta?.name === "wild type");
        const { xaxis, yaxis } = { xaxis: chart._fullLayout.xaxis3, yaxis: chart._fullLayout.yaxis3 };
        const { x, y } = chart.data[trace];
        const far = x.map((v, k) => v + y[k]);
        const k = far.indexOf(Math.max(...far));
        const frame = chart.getBoundingClientRect();
        return { sample: chart.data[trace].meta.samples[k],
                 x: frame.left + xaxis._offset + xaxis.l2p(x[k]),
                 y: frame.top + yaxis._offset + yaxis.l2p(y[k]) };
    }"""
    found = at_rest(lambda: pairs.evaluate(spot))
    flux_map.page.mouse.move(found["x"] - 1, found["y"])
    pairs.locator(".hoverlayer text").first.wait_for()
    flux_map.page.mouse.click(found["x"], found["y"])
    notebook.wait_for("widget.sample", found["sample"])


def test_what_has_not_converged_is_said_at_the_top(flux_map):
    alarm = flux_map.page.get_by_role("alert").filter(has_text="pyk")
    assert "Not converged: R-hat is 2.8" in alarm.inner_text()


def test_the_mouse_shows_interval_and_name(flux_map):
    flux_map.page.mouse.move(**flux_map.map.point("CS"))
    tooltip = flux_map.page.locator(".kinetools-map-tooltip")
    tooltip.wait_for()
    text = tooltip.inner_text()
    assert "Citrate synthase" in text and "95\u202f% interval" in text and "mmol/gDW/h" in text


def test_buttons_save_pictures_and_the_table(notebook, flux_map, tmp_path):
    saved = {}
    for kind in ("SVG", "PNG", "CSV"):
        with flux_map.page.expect_download() as waiting:
            flux_map.button(kind).click()
        path = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(path)
        saved[kind] = path
    assert saved["SVG"].name == "flux_map_wild_type.svg"
    ElementTree.fromstring(saved["SVG"].read_bytes())
    assert saved["SVG"].read_text("utf-8") == notebook.evaluate("widget.svg()")
    assert saved["PNG"].read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(saved["PNG"].read_bytes()[16:20], "big") == 2400
    assert saved["CSV"].read_text("utf-8") == notebook.evaluate("widget.table().to_csv()")


def test_a_reloaded_page_finds_the_widget_as_it_was(notebook, flux_map):
    notebook.execute("widget.show = 'pyk'; widget.selection = ['CS', 'PGI']")
    flux_map.map.wait_for_colour("CS", expected_colour(notebook, "CS"))
    colour = flux_map.map.colour("CS")
    notebook.save()
    notebook.reload()
    again = Page(notebook.page)
    again.map.wait_for_colour("CS", colour)
    again.row("PGI").and_(again.page.locator(".chosen")).wait_for()
    again.map.click("PFK")
    notebook.wait_for("widget.selection", ["PFK"])


def test_nothing_sticks_out_of_a_narrow_window(notebook, flux_map):
    notebook.execute("widget.selection = ['CS', 'PGI']")
    page = notebook.page
    page.set_viewport_size({"width": 700, "height": 900})
    page.wait_for_timeout(1500)
    width = page.evaluate(
        """() => {
            const output = document.querySelector(".jp-OutputArea-output");
            const inside = [...output.querySelectorAll(
                ".kinetools-chart, .kinetools-reactions, .kinetools-map, .jupyter-button, select")];
            const right = output.getBoundingClientRect().right;
            return Math.max(...inside.map((e) => e.getBoundingClientRect().right - right));
        }"""
    )
    page.set_viewport_size({"width": 1400, "height": 1000})
    assert width <= 1


def test_a_saved_notebook_stays_small_and_holds_a_picture(notebook, flux_map, server):
    notebook.save()
    name = re.search(r"[\w-]+\.ipynb", notebook.page.url)[0]
    content = (server.folder / name).read_text()
    assert "image/svg+xml" in content
    assert len(content) < 600_000


def test_it_works_in_voila_where_nobody_runs_cells(browser, server):
    page = browser.new_page(viewport={"width": 1100, "height": 1000})
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    name = server.write("voila-flux-map", [WIDGET])
    # The page comes once its kernel has run the notebook.
    page.goto(f"{server.url}/voila/render/{name}?token={TOKEN}")
    page.locator(".kinetools-map-canvas[data-ready]").wait_for()
    flux_map = Page(page)
    before = flux_map.map.colour("CS")
    flux_map.button("pyk").click()
    flux_map.wait_for(lambda: flux_map.map.colour("CS") != before, True)
    flux_map.map.click("CS")
    page.locator("td", has_text="best sample").wait_for()
    assert [url for url in remote(asked) if not re.search("fontawesome|mathjax", url)] == []
    page.close()
    server.shut_kernels_down()
