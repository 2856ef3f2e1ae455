"""FluxMap of a genome-scale posterior in JupyterLab: search, subsystems, and what has changed most."""

import pytest

from tests.browser.test_flux_map import Page, expected_colour

pytestmark = pytest.mark.browser

WIDGET = """
import numpy as np
import kinetools as kt
from tests.kinetools.flux.made_posteriors import made_posterior
from widgets import FluxMap
network = kt.load_flux_model("ecoli_genome")
means = np.full(len(network.reactions), 3.0)
means[network.index("NAt3pp")] = 58
changed = means.copy()
for reaction, change in (("PYK", 20), ("CS", -4), ("VALTA", 9)):
    changed[network.index(reaction)] += change
wild = made_posterior(network.reactions, seed=1, means=means, n=(2, 100))
mutant = made_posterior(network.reactions, seed=2, means=changed, n=(2, 100))
widget = FluxMap(wild, network, other=mutant, names=("wild type", "pyk"))
widget
"""
RESET = """
widget.most_changed, widget.subsystem, widget.selection = False, "", []
widget.show, widget.view.list.sort = "wild type", {"column": 0, "down": False}
"""


class GenomePage(Page):
    """A FluxMap with its table of subsystems."""

    def __init__(self, page):
        super().__init__(page)
        self.table, self.list = self.list.nth(0), self.list.nth(1)
        self.search = self.list.get_by_role("searchbox")

    def ids(self):
        return self.list.locator("tbody tr").evaluate_all("rows => rows.map(r => r.dataset.id)")

    def changes(self):
        return self.page.get_by_role("button", name="what changed most")

    def footer(self):
        return self.list.locator(".more").inner_text()


@pytest.fixture(scope="module")
def notebook(open_notebook):
    notebook = open_notebook([WIDGET])
    notebook.page.set_default_timeout(60_000)  # the network may have to be built
    notebook.run_all()
    return notebook


@pytest.fixture
def flux_map(notebook):
    notebook.execute(RESET)
    shown = GenomePage(notebook.page)
    shown.search.fill("")
    shown.map.wait_for_colour("PGI", expected_colour(notebook, "PGI"))
    return shown


def test_the_map_is_central_metabolism_in_colours_of_its_own_fluxes(notebook, flux_map):
    assert notebook.evaluate("widget.view.map.reaction_scale.maximum") < 30
    flux_map.map.click("TKT1")
    notebook.wait_for("widget.selection", ["TKT1"])


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("pyk", "PYK"),
        ("b1676", "PYK"),
        ("citrate synthase", "CS"),
        ("valine transaminase", "VALTA"),
        ("glyA", "GHMT2r"),  # not GLYAT, whose id begins with it
        ("PGM", "PGM"),
        ("pgm", "PGMT"),  # a gene's name as it is written goes before an id that is not
    ],
)
def test_any_reaction_is_found_by_id_name_or_gene(typed, first, notebook, flux_map):
    flux_map.search.fill(typed)
    assert flux_map.ids()[0] == first
    assert "of 695 reactions" in flux_map.footer()
    flux_map.search.press("Enter")
    notebook.wait_for("widget.selection", [first])
    assert len(notebook.evaluate("widget.interval")) == 2
    flux_map.row(first).and_(flux_map.page.locator(".chosen")).wait_for()


def test_a_gene_that_was_typed_is_shown(flux_map):
    flux_map.search.fill("b1676")
    assert "Pyruvate kinase · b1676" in flux_map.row("PYK").inner_text()
    flux_map.search.fill("no such thing")
    assert flux_map.ids() == [] and "has these words" in flux_map.footer()


def test_numbers_of_molecules_are_drawn_without_rounding(flux_map):
    labels = flux_map.page.locator(".stoichiometry-label").all_text_contents()
    assert "0.174" in labels and max(map(len, labels)) <= 7, set(labels)


def test_headings_and_ids_do_not_break(flux_map):
    flux_map.search.fill("")
    for part in (flux_map.table, flux_map.list):
        heights = part.locator("th button").evaluate_all("all => all.map(b => b.clientHeight)")
        assert len(heights) > 2 and max(heights) < 28
    heights = flux_map.list.locator("tbody tr").evaluate_all("all => all.map(r => r.clientHeight)")
    assert max(heights[:20]) < 28


def test_rows_are_drawn_as_they_are_scrolled_to_down_to_the_last(notebook, flux_map):
    assert len(flux_map.ids()) <= 160
    script = "e => { e.scrollTop = e.scrollHeight; return new Promise(requestAnimationFrame) }"
    for _ in range(20):
        flux_map.list.locator(".scrolled").evaluate(script)
    flux_map.wait_for(lambda: len(flux_map.ids()), 695)
    # One that was chosen elsewhere is scrolled to, although its row was not drawn.
    flux_map.search.fill("x")
    flux_map.search.fill("")
    notebook.execute("widget.selection = ['ZN2tpp']")
    flux_map.row("ZN2tpp").and_(flux_map.page.locator(".chosen")).wait_for()


def test_a_click_on_a_subsystem_lists_its_reactions(notebook, flux_map):
    flux_map.table.locator('tr[data-id="Citric Acid Cycle"]').click()
    notebook.wait_for("widget.subsystem", "Citric Acid Cycle")
    flux_map.wait_for(lambda: len(flux_map.ids()), 10)
    assert "SUCOAS" in flux_map.ids() and flux_map.footer() == "10 of 695 reactions"
    flux_map.list.get_by_role("button", name="list all").click()
    notebook.wait_for("widget.subsystem", "")
    flux_map.wait_for(lambda: len(flux_map.ids()) > 10, True)
    assert flux_map.table.locator(".chosen").count() == 0


def test_subsystems_are_sorted_by_a_click_on_a_heading(flux_map):
    flux_map.table.get_by_role("button", name="subsystem").click()
    names = flux_map.table.locator("tbody tr").evaluate_all("rows => rows.map(r => r.dataset.id)")
    assert names == sorted(names, key=str.lower)
    flux_map.table.get_by_role("button", name="Σ |flux|").click()


def test_what_changed_most_is_one_click_away(notebook, flux_map):
    flux_map.changes().click()
    notebook.wait_for("widget.show", "difference")
    flux_map.wait_for(lambda: flux_map.ids()[:3], ["PYK", "VALTA", "CS"])
    assert flux_map.ids() == notebook.evaluate("list(widget.listed.index)")[: len(flux_map.ids())]
    flux_map.map.wait_for_colour("PYK", expected_colour(notebook, "PYK"))
    assert "probability ≥ 0.95" in flux_map.list.locator(".only").inner_text()
    flux_map.changes().click()
    notebook.wait_for("widget.most_changed", False)
    flux_map.wait_for(lambda: len(flux_map.ids()) > 70, True)


@pytest.mark.parametrize("width", [600, 900, 1400])
def test_nothing_sticks_out_at_any_width(width, notebook, flux_map):
    page = notebook.page
    page.set_viewport_size({"width": width, "height": 1000})
    page.wait_for_timeout(1000)
    beyond = page.evaluate(
        """() => {
            const output = document.querySelector(".jp-OutputArea-output");
            const inside = [...output.querySelectorAll(
                ".kinetools-chart, .kinetools-reactions, .kinetools-map, .jupyter-button, select")];
            const right = output.getBoundingClientRect().right;
            return Math.max(...inside.map((e) => e.getBoundingClientRect().right - right));
        }"""
    )
    tables = flux_map.page.locator(".kinetools-reactions .scrolled")
    cut = tables.evaluate_all("all => all.map(e => e.scrollWidth - e.clientWidth)")
    page.set_viewport_size({"width": 1400, "height": 1000})
    assert beyond <= 1
    assert max(cut) <= 1
