"""FluxRidges in JupyterLab: sorted, picked, clicked, and at any width."""

import pytest

from tests.browser.patience import eventually

pytestmark = pytest.mark.browser

WIDGET = """
import kinetools as kt
from tests.kinetools.flux.made_posteriors import made_posterior
from widgets import FluxRidges
ids = ["PGI", "PYK", "PPC", "MDH"]
core, genome = (made_posterior(ids, seed=k, means=[k, 8, -4, 2], n=(4, 250)) for k in (1, 2))
genome.posterior["net_flux"][:, :, 1] *= 3
widget = FluxRidges({"core": core, "<genome>": genome})
widget
"""


class Page:
    """A FluxRidges on a page."""

    def __init__(self, page):
        self.page, self.chart = page, page.locator(".kinetools-chart").first

    def wait_for(self, ask, expected):
        eventually(ask, expected)


@pytest.fixture(scope="module")
def notebook(open_notebook):
    """One notebook in JupyterLab for all of these tests."""
    notebook = open_notebook([WIDGET])
    notebook.page.evaluate("() => jupyterapp.commands.execute('application:toggle-left-area')")
    notebook.run_all()
    return notebook


@pytest.fixture
def ridges(notebook):
    """The rows as they were first shown."""
    notebook.execute("widget.reactions, widget.selection, widget.order = [], [], 'name'")
    shown = Page(notebook.page)
    shown.wait_for(shown.chart.locator(".ytick").count, 4)
    shown.chart.scroll_into_view_if_needed()
    return shown


def ticks(ridges):
    """Ids of the rows from the top, as their places on the page say."""
    boxes = [
        (t.bounding_box()["y"], t.text_content()) for t in ridges.chart.locator(".ytick").all()
    ]
    return [next(i for i in ("PGI", "PYK", "PPC", "MDH") if i in text) for _, text in sorted(boxes)]


def test_rows_are_sorted_by_what_is_chosen(notebook, ridges):
    assert ticks(ridges) == ["MDH", "PGI", "PPC", "PYK"]
    ridges.page.locator(".jp-OutputArea .widget-dropdown select").first.select_option(
        "ratio of widths"
    )
    notebook.wait_for("widget.order", "ratio")
    ridges.wait_for(lambda: ticks(ridges)[-1], "PYK")
    assert ticks(ridges) == notebook.evaluate("widget.shown")


def test_only_the_rows_that_are_typed_are_shown(notebook, ridges):
    box = ridges.page.get_by_placeholder("all; or ids")
    box.click()
    cells = ridges.page.locator(".jp-Cell").count()
    ridges.page.keyboard.type("ppc")
    ridges.page.keyboard.press("Enter")
    notebook.wait_for("widget.reactions", ["PPC"])
    ridges.wait_for(lambda: ticks(ridges), ["PPC"])
    box.fill("dd")  # would delete the cell, were these JupyterLab's
    assert ridges.page.locator(".jp-Cell").count() == cells


def test_a_click_on_a_median_shows_the_figures_of_its_reaction(notebook, ridges):
    marks = ridges.chart.locator(".scatterlayer .points path")
    assert marks.count() == 8  # four rows of two posteriors
    marks.nth(1).click(force=True)
    notebook.wait_for("widget.selection", [notebook.evaluate("widget.shown[1]")])
    ridges.page.locator(".jp-OutputArea table").first.wait_for()
    assert "<genome>" in ridges.page.locator(".jp-OutputArea table").first.inner_text()


@pytest.mark.parametrize("width", [620, 1400])
def test_it_fits_at_any_width(notebook, ridges, width):
    ridges.page.set_viewport_size({"width": width, "height": 1000})
    frame = ridges.page.locator(".jp-OutputArea-output").first

    def filled():
        outer, inner = frame.bounding_box(), ridges.chart.locator(".main-svg").first.bounding_box()
        return 0.9 < inner["width"] / outer["width"] <= 1

    def inside():
        inner = ridges.chart.locator(".main-svg").first.bounding_box()
        ends = inner["x"], inner["x"] + inner["width"] + 1
        texts = ridges.chart.locator(".annotation-text, .ytick text").all()
        boxes = [text.bounding_box() for text in texts]
        return all(ends[0] <= b["x"] and b["x"] + b["width"] <= ends[1] for b in boxes)

    ridges.wait_for(filled, True)
    ridges.wait_for(inside, True)
