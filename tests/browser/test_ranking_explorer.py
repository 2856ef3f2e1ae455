"""RankingExplorer in JupyterLab: sliders move, parameters are chosen, and what is computed changes."""

import re

import pytest

from tests.browser.conftest import remote
from tests.browser.jupyter import TOKEN
from tests.browser.patience import eventually
from tests.browser.test_escher_map import DrawnMap

pytestmark = pytest.mark.browser

SETUP = """
import kinetools as kt
from widgets import RankingExplorer
model, state = kt.load_kinetic_model("ecoli"), kt.load_steady_state("ecoli", physiology=1)
sets = kt.sample_parameters(model, state, n_sets=3000, seed=3, progress=False)
sets = kt.label_parameters(model, state, sets, progress=False)
"""
EXPLORER = f"{SETUP}explorer = RankingExplorer(model, state, sets, n_fresh=20_000)\nexplorer"
RESET = "explorer.k, explorer.percentile, explorer.parameter = 7, 10, explorer.table.index[0]"


class Explorer:
    """The explorer on a page."""

    def __init__(self, page):
        self.page = page
        self.charts = page.locator(".kinetools-chart")
        self.bars, self.distribution, self.curve, self.spectra = (
            self.charts.nth(i) for i in range(4)
        )
        self.bars.locator(".bars path").first.wait_for()
        self.result = page.get_by_role("status").filter(has_text="favours relevance")

    def slider(self, name):
        box = self.page.locator(".widget-slider", has_text=name)
        box.scroll_into_view_if_needed()
        return box.locator(".noUi-handle")

    def shares(self) -> list[int]:
        """Percentages of relevant and stable sets, as the page says them."""
        return [int(share) for share in re.findall(r"(\d+)\s%\s+(?:relevant|stable)", self.said())]

    def said(self) -> str:
        return self.result.inner_text().replace("\u202f", " ")

    def row(self, k):
        """The name of the k-th row of the ranking."""
        return self.bars.locator(".ytick text").nth(k)

    def wait_for(self, ask, expected):
        eventually(ask, expected)


@pytest.fixture(scope="module")
def notebook(open_notebook):
    """One notebook in JupyterLab for most of these tests."""
    notebook = open_notebook([EXPLORER])
    notebook.run_all()
    return notebook


@pytest.fixture
def explorer(notebook):
    """The explorer as it was first shown."""
    notebook.execute(RESET)
    explorer = Explorer(notebook.page)
    explorer.wait_for(lambda: "first 7 parameters" in explorer.said(), True)
    return explorer


def computed(notebook) -> list[int]:
    """The shares that the experiment itself gives for k and percentile."""
    return notebook.evaluate(
        """[round(100 * float(kt.constrain_parameters(
            model, state, sets.isel(set=(sets.label == 'unstable').values).isel(set=slice(0, 100)),
            explorer.table, [explorer.k], explorer.percentile,
        )[name].iloc[0])) for name in ('share_relevant', 'share_stable')]"""
    )


def test_moving_a_slider_runs_the_experiment_while_it_moves(notebook, explorer):
    first = explorer.shares()
    handle = explorer.slider("parameters k")
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    explorer.page.mouse.move(x, y)
    explorer.page.mouse.down()
    explorer.page.mouse.move(x - 40, y, steps=8)
    explorer.wait_for(lambda: explorer.shares() != first, True)  # the mouse is still down
    explorer.page.mouse.move(x - 500, y, steps=8)
    explorer.page.mouse.up()
    notebook.wait_for("explorer.k", 1)
    explorer.wait_for(lambda: "The first parameter" in explorer.said(), True)
    assert explorer.shares() == computed(notebook)
    assert explorer.shares()[0] < first[0]


def test_sliders_obey_the_keys_and_python(notebook, explorer):
    explorer.slider("outer percentile").focus()
    explorer.page.keyboard.press("ArrowRight")
    notebook.wait_for("explorer.percentile > 10", True)
    explorer.wait_for(explorer.shares, computed(notebook))
    notebook.execute("explorer.k, explorer.percentile = 12, 30")
    explorer.wait_for(lambda: "first 12 parameters" in explorer.said(), True)
    assert "outer 30 %" in explorer.said()
    assert explorer.shares() == computed(notebook)
    explorer.curve.get_by_text("(outer 30").wait_for()
    points = explorer.curve.locator(".trace", has=explorer.page.locator(".js-line")).last
    explorer.wait_for(points.locator(".point").count, 21)


def test_a_click_into_a_row_changes_distributions_spectra_and_map(notebook, explorer):
    drawn = DrawnMap(explorer.page)
    halo = ".kinetools-highlighted"
    before = drawn.root.locator(halo).evaluate_all("all => all.map(e => e.getAttribute('d'))")
    curve = explorer.distribution.locator(".scatterlayer .js-line").last
    shape = curve.get_attribute("d")
    name = notebook.evaluate("explorer.table.index[3]")
    explorer.bars.scroll_into_view_if_needed()
    row = explorer.row(3).bounding_box()
    area = explorer.bars.locator(".nsewdrag").bounding_box()
    x, y = area["x"] + 0.9 * area["width"], row["y"] + row["height"] / 2  # right of the short bar
    explorer.page.mouse.move(x, y)
    explorer.page.mouse.click(x, y)
    notebook.wait_for("explorer.parameter", name)
    explorer.distribution.get_by_text(f"Distribution of {name}").wait_for()
    explorer.spectra.get_by_text(f"in bins of {name}").wait_for()
    explorer.wait_for(lambda: curve.get_attribute("d") != shape, True)
    explorer.wait_for(
        lambda: (
            drawn.root.locator(halo).evaluate_all("all => all.map(e => e.getAttribute('d'))")
            != before
        ),
        True,
    )
    explorer.page.get_by_text(f"{name} is the Km of").wait_for()


def test_a_parameter_is_picked_with_the_keys_and_on_the_map(notebook, explorer):
    picker = explorer.page.locator(".widget-dropdown", has_text="parameter").locator("select")
    first = notebook.evaluate("explorer.table.index[0]")
    explorer.wait_for(lambda: first in picker.locator("option:checked").inner_text(), True)
    picker.focus()
    explorer.page.keyboard.press("ArrowDown")
    notebook.wait_for("explorer.parameter == explorer.table.index[1]", True)
    explorer.page.keyboard.press("d")  # twice, in command mode, it would delete the cell
    explorer.page.keyboard.press("d")
    assert explorer.page.locator(".jp-Cell").count() == 1
    explorer.wait_for(lambda: explorer.row(1).text_content().startswith("▸"), True)
    drawn = DrawnMap(explorer.page)
    drawn.click("PFK")
    notebook.wait_for("explorer.table.reaction[explorer.parameter]", "PFK")
    chosen = notebook.evaluate("explorer.parameter")
    explorer.wait_for(lambda: chosen in picker.locator("option:checked").inner_text(), True)


def test_control_analysis_and_more_rows_are_shown_on_request(notebook, explorer):
    explorer.page.get_by_label("with control analysis").check()
    explorer.page.get_by_text("Of the first ten parameters, both rankings share").wait_for()
    explorer.bars.get_by_text("control and the place by it").wait_for()
    shown = explorer.page.locator(".widget-dropdown", has_text="first 20").locator("select")
    shown.select_option(label="first 50")
    explorer.wait_for(explorer.bars.locator(".ytick").count, 50)
    shown.select_option(label="first 20")
    explorer.page.get_by_label("with control analysis").uncheck()
    explorer.wait_for(explorer.bars.locator(".ytick").count, 20)


def test_fresh_sets_are_sampled_in_the_background_and_can_be_stopped(notebook, explorer):
    notebook.execute("explorer.n_fresh = 5_000_000")
    button = explorer.page.locator("button.jupyter-button", has_text="fresh sets")
    button.click()
    stop = explorer.page.locator("button.jupyter-button", has_text="Stop")
    stop.wait_for()
    notebook.wait_for("explorer.view.spectra.bar.value > 0", True)
    assert notebook.evaluate("1 + 1") == 2  # the kernel is free meanwhile
    stop.click()
    explorer.page.get_by_text("stopped", exact=True).wait_for()
    explorer.spectra.get_by_text("labelled sets").wait_for()
    notebook.execute("explorer.n_fresh = 5000")
    button.click()
    explorer.spectra.get_by_text("5\u202f000 fresh sets").wait_for()


def test_a_reloaded_page_finds_the_explorer_as_it_was(notebook, explorer, server):
    notebook.execute("explorer.k = 3; explorer.parameter = explorer.table.index[2]")
    explorer.wait_for(lambda: "first 3 parameters" in explorer.said(), True)
    shares = explorer.shares()
    notebook.save()
    name = re.search(r"[\w-]+\.ipynb", notebook.page.url)[0]
    content = (server.folder / name).read_text()
    assert "image/svg+xml" in content and len(content) < 300_000
    notebook.reload()
    again = Explorer(notebook.page)
    again.wait_for(again.shares, shares)
    chosen = notebook.evaluate("explorer.parameter")
    again.distribution.get_by_text(f"Distribution of {chosen}").wait_for()
    again.slider("parameters k").focus()
    again.page.keyboard.press("ArrowRight")
    notebook.wait_for("explorer.k", 4)
    again.wait_for(again.shares, computed(notebook))


def test_it_works_in_voila_where_nobody_runs_cells(browser, server):
    cell = f"{SETUP}display(RankingExplorer(model, state, sets, map=None))"
    page = browser.new_page(viewport={"width": 760, "height": 1000})
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{server.url}/voila/render/{server.write('voila-ranking', [cell])}?token={TOKEN}")
    page.locator(".kinetools-chart").first.wait_for()
    explorer = Explorer(page)
    first = explorer.shares()
    explorer.slider("parameters k").focus()
    page.keyboard.press("PageUp")
    explorer.wait_for(lambda: explorer.shares() != first, True)
    assert [url for url in remote(asked) if not re.search("fontawesome|mathjax", url)] == []
    page.close()
    server.shut_kernels_down()
