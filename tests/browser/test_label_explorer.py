"""LabelExplorer in JupyterLab 4 and Voilà, used with mouse and keyboard."""

import math
import re

import pytest

from tests.browser.conftest import remote
from tests.browser.jupyter import TOKEN
from tests.browser.patience import eventually
from tests.browser.test_escher_map import DrawnMap

pytestmark = pytest.mark.browser

SETUP = """
import kinetools as kt
from widgets import LabelExplorer
model, state = kt.load_kinetic_model("ecoli"), kt.load_steady_state("ecoli", physiology=1)
sets = kt.sample_parameters(model, state, n_sets=1500, seed=4, progress=False)
sets = kt.label_parameters(model, state, sets, progress=False)
"""
EXPLORER = f"{SETUP}explorer = LabelExplorer(sets, model, state)\nexplorer"
RESET = "explorer.rule = kt.LabelRule(); explorer.edits = []; explorer.selection = []\n"


class Explorer:
    """The explorer on a page."""

    def __init__(self, page):
        self.page, self.thresholds = page, page.locator(".kinetools-thresholds")
        self.thresholds.locator("svg path[data-class]").first.wait_for()
        self.scatter, self.spectrum = (page.locator(".kinetools-chart").nth(i) for i in (0, 1))
        self.scatter.locator(".point").first.wait_for()

    def count(self, name) -> int:
        text = self.thresholds.locator(f".class[data-class='{name}'] .count").inner_text()
        return int(re.sub(r"\D", "", text))

    def counts(self) -> dict:
        return {n: self.count(n) for n in ("relevant", "too slow", "unstable", "excluded")}

    def panel(self, quantity):
        return self.thresholds.locator(f".panel[data-quantity={quantity}]")

    def handle(self, quantity):
        """Where on the screen the handle of a threshold is."""
        handle = self.panel(quantity).locator(".threshold .handle")
        handle.scroll_into_view_if_needed()
        box = handle.bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def lasso(self, share=0.45):
        """Draw a circle in the middle of the scatter; share: its diameter in heights of the plot."""
        area = self.scatter.locator(".nsewdrag")
        area.scroll_into_view_if_needed()
        box = area.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        radius = share * box["height"] / 2
        self.page.mouse.move(x + radius, y)
        self.page.mouse.down()
        for k in range(1, 31):
            angle = 2 * math.pi * k / 30
            self.page.mouse.move(x + radius * math.cos(angle), y + radius * math.sin(angle))
        self.page.mouse.up()

    def button(self, name):
        return self.page.locator("button.jupyter-button", has_text=name)

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
    notebook.execute(RESET + "explorer.focus = None")
    explorer = Explorer(notebook.page)
    explorer.wait_for(lambda: explorer.count("excluded"), 0)
    return explorer


def counted_by_relabel(notebook) -> dict:
    return notebook.evaluate(
        "{k: int(v) for k, v in kt.class_counts(kt.relabel(sets, explorer.rule)).sets.items()}"
    )


def test_counts_change_while_a_threshold_is_dragged_and_arrive_in_python(notebook, explorer):
    first = explorer.counts()
    x, y = explorer.handle("eigenvalue_max")
    explorer.page.mouse.move(x, y)
    explorer.page.mouse.down()
    seen = []
    for step in range(1, 9):
        explorer.page.mouse.move(x - 12 * step, y)
        before = seen[-1] if seen else first["relevant"]
        # the counts do not stand still while the mouse is down
        eventually(lambda before=before: explorer.count("relevant") != before, True)
        seen.append(explorer.count("relevant"))
    assert seen == sorted(seen, reverse=True) and seen[-1] < first["relevant"]
    assert notebook.evaluate("explorer.view.thresholds.dragging") is True
    explorer.page.mouse.up()
    notebook.wait_for("explorer.view.thresholds.dragging", False)
    ((quantity, comparison, value),) = notebook.evaluate("explorer.rule.to_records()")
    assert (quantity, comparison) == ("eigenvalue_max", "<") and value < -9
    shown = explorer.panel("eigenvalue_max").locator("input.value").input_value()
    assert float(shown.replace("−", "-")) == value
    assert explorer.counts() == counted_by_relabel(notebook)
    assert explorer.counts() == notebook.evaluate("explorer.counts")


def test_thresholds_are_typed_switched_and_moved_with_the_keys(notebook, explorer):
    slowest = explorer.panel("eigenvalue_max")
    slowest.locator("input.value").fill("-6.5")
    slowest.locator("input.value").press("Enter")
    notebook.wait_for("explorer.rule.to_records()", [["eigenvalue_max", "<", -6.5]])
    explorer.wait_for(explorer.counts, counted_by_relabel(notebook))

    slowest.locator("input.value").fill("slow")
    slowest.locator("input.value").press("Enter")
    assert slowest.locator("input.value").get_attribute("aria-invalid") == "true"
    assert notebook.evaluate("explorer.rule.to_records()") == [["eigenvalue_max", "<", -6.5]]

    fastest = explorer.panel("eigenvalue_min")
    fastest.locator("input[type=checkbox]").check()
    notebook.wait_for(
        "explorer.rule.to_records()",
        [["eigenvalue_max", "<", -6.5], ["eigenvalue_min", ">", -3.6e9]],
    )
    explorer.wait_for(explorer.counts, counted_by_relabel(notebook))
    assert explorer.count("relevant") == 0 < explorer.count("excluded")
    fastest.locator("input[type=checkbox]").uncheck()
    slowest.locator("input[type=checkbox]").uncheck()
    notebook.wait_for("explorer.rule.to_records()", [])
    explorer.wait_for(lambda: explorer.count("too slow"), 0)
    slowest.locator("input[type=checkbox]").check()
    notebook.wait_for("explorer.rule.to_records()", [["eigenvalue_max", "<", -6.5]])

    slowest.locator(".threshold").focus()
    explorer.page.keyboard.press("ArrowLeft")
    notebook.wait_for("explorer.rule.conditions[0].value < -6.5", True)
    explorer.wait_for(explorer.counts, counted_by_relabel(notebook))
    for _ in range(2):  # in command mode it would delete the cell
        explorer.page.keyboard.press("d")
    assert explorer.page.locator(".jp-Cell").count() == 1


def test_conditions_are_added_explained_and_removed(notebook, explorer):
    explorer.thresholds.get_by_text("+ condition").click()
    row = explorer.thresholds.locator(".conditions tr")
    row.locator(".quantity").fill("km_nothing")
    row.locator(".value").fill("1000")
    row.locator(".value").press("Enter")
    problem = explorer.thresholds.get_by_role("alert")
    explorer.wait_for(lambda: "no quantity 'km_nothing'" in problem.inner_text(), True)
    assert notebook.evaluate("len(explorer.rule.conditions)") == 1
    row.locator(".quantity").fill("km_substrate1_PFK")
    row.locator(".quantity").press("Enter")
    notebook.wait_for("explorer.rule.to_records()[1:]", [["km_substrate1_PFK", "<", 1000]])
    explorer.wait_for(explorer.counts, counted_by_relabel(notebook))
    assert problem.inner_text() == ""
    assert explorer.count("excluded") > 0
    row.get_by_role("button").click()
    notebook.wait_for("len(explorer.rule.conditions)", 1)
    explorer.wait_for(lambda: explorer.count("excluded"), 0)


def test_a_lasso_selects_and_the_selection_is_relabelled_and_undone(notebook, explorer):
    explorer.lasso()
    notebook.wait_for("len(explorer.selection) > 5", True)
    selected = notebook.evaluate("len(explorer.selection)")
    explorer.page.get_by_text(f"{selected} sets selected").wait_for()
    first = explorer.counts()
    explorer.button("excluded").click()
    explorer.wait_for(lambda: explorer.count("excluded"), selected)
    assert notebook.evaluate("[len(edit['sets']) for edit in explorer.edits]") == [selected]
    rings = explorer.scatter.locator(".legendtext", has_text="labelled by hand")
    rings.wait_for()
    explorer.thresholds.get_by_text(f"{selected} of 1\u202f500 sets labelled by hand").wait_for()
    explorer.button("undo").click()
    explorer.wait_for(explorer.counts, first)
    assert notebook.evaluate("explorer.edits") == []
    explorer.button("redo").click()
    explorer.wait_for(lambda: explorer.count("excluded"), selected)
    explorer.button("clear").click()
    notebook.wait_for("explorer.selection", [])


def test_a_click_on_a_point_shows_the_spectrum_of_its_set(notebook, explorer):
    explorer.spectrum.get_by_text("Click a point in the scatter").wait_for()
    box = explorer.scatter.locator(".scatterlayer .trace").nth(2).locator(".point").nth(7)
    box.scroll_into_view_if_needed()
    place = box.bounding_box()
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    explorer.page.mouse.move(x, y)
    explorer.page.mouse.click(x, y)
    notebook.wait_for("explorer.focus is None", False)
    number = notebook.evaluate("explorer.focus")
    explorer.spectrum.get_by_text(f"Set {number}: ").wait_for()
    explorer.wait_for(explorer.spectrum.locator(".point").count, 44)
    # And as a program asks for another set, the page follows.
    notebook.execute("explorer.focus = 3")
    explorer.spectrum.get_by_text("Set 3: ").wait_for()


def test_the_map_shows_the_reactions_behind_a_selection(notebook, explorer):
    notebook.execute(
        "explorer.selection = sets.set.values[sets.km.sel(parameter='km_product1_PFK') < 50].tolist()"
    )
    explorer.page.get_by_text("Largest difference of a Km").wait_for()
    data = "explorer.view.contrast.map.reaction_data"
    assert notebook.evaluate(f"max({data}, key={data}.get)") == "PFK"
    drawn = DrawnMap(explorer.page)
    strong, weak = drawn.colour("PFK"), drawn.colour("PGI")
    assert strong != weak
    drawn.click("PFK")
    notebook.wait_for("explorer.view.scatter.x.value.endswith('_PFK')", True)
    explorer.scatter.get_by_text("km_substrate1_PFK, Km for").first.wait_for()


def test_a_reloaded_page_finds_the_widget_as_it_was(notebook, explorer):
    notebook.execute(
        """explorer.rule = kt.LabelRule(slowest=-12, longest_time_constant=4)
explorer.selection = [5, 6, 7]
explorer.relabel_selection("unstable")
explorer.focus = 9"""
    )
    explorer.wait_for(explorer.counts, notebook.evaluate("explorer.counts"))
    before = explorer.counts()
    notebook.save()
    notebook.reload()
    again = Explorer(notebook.page)
    assert again.counts() == before
    value = again.panel("time_constant").locator("input.value").input_value()
    assert value == "4"
    again.page.get_by_text("3 sets selected").wait_for()
    again.spectrum.get_by_text("Set 9: ").wait_for()
    again.page.get_by_text("Largest difference of a Km").wait_for()
    # It is alive, too.
    x, y = again.handle("eigenvalue_max")
    again.page.mouse.move(x, y)
    again.page.mouse.down()
    again.page.mouse.move(x + 60, y, steps=6)
    again.page.mouse.up()
    notebook.wait_for("explorer.rule.conditions[0].value > -12", True)
    again.button("undo").click()
    notebook.wait_for("explorer.edits", [])
    again.lasso()
    notebook.wait_for("len(explorer.selection) > 5", True)


def test_a_saved_notebook_stays_small_and_holds_a_picture(notebook, explorer, server):
    notebook.save()
    name = re.search(r"[\w-]+\.ipynb", notebook.page.url)[0]
    content = (server.folder / name).read_text()
    assert "image/svg+xml" in content
    assert len(content) < 300_000


def test_it_works_in_voila_where_nobody_runs_cells(browser, server):
    cell = f"""{SETUP}
import ipywidgets
explorer = LabelExplorer(sets, model, state, map=None)
seen = ipywidgets.Label("nothing")
explorer.observe(lambda _: setattr(seen, "value", str(explorer.rule)), "rule")
display(explorer, seen)
"""
    page = browser.new_page(viewport={"width": 760, "height": 1000})
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{server.url}/voila/render/{server.write('voila-labels', [cell])}?token={TOKEN}")
    page.locator(".kinetools-thresholds svg path[data-class]").first.wait_for()
    explorer = Explorer(page)
    first = explorer.counts()
    field = explorer.panel("eigenvalue_max").locator("input.value")
    field.fill("-2")
    field.press("Enter")
    page.get_by_text("stable and eigenvalue_max < -2").wait_for()
    explorer.wait_for(lambda: explorer.count("relevant") > first["relevant"], True)
    # Voilà's own page asks for icons and MathJax, in vain here; the explorer asks for nothing.
    assert [url for url in remote(asked) if not re.search("fontawesome|mathjax", url)] == []
    page.close()
    server.shut_kernels_down()
