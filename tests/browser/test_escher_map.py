"""EscherMap in JupyterLab 4, Notebook 7 and Voilà."""

import json
import re

import nbformat
import pytest
from nbclient import NotebookClient

from kinetools.maps import Scale, load_map, map_reactions
from kinetools.maps.scale import METABOLITE_SIZES
from tests.browser.conftest import remote
from tests.browser.jupyter import TOKEN
from tests.browser.patience import at_rest, eventually

pytestmark = pytest.mark.browser

SETUP = """
from tests.small_map import small_map
from widgets import EscherMap
"""
SMALL = f"""{SETUP}
widget = EscherMap(small_map(), reaction_data={{"HEX1": 5.0, "PGI": -3.0}}, height=500)
widget
"""
READY = ".kinetools-map-canvas[data-ready]"


class DrawnMap:
    """A map on a page; reactions and metabolites are found by their ids."""

    def __init__(self, page, root=None):
        self.page, self.root = page, root or page.locator(".kinetools-map")
        self.root.locator(READY).wait_for()
        self.root.scroll_into_view_if_needed()

    def ask(self, id, script):
        """Run JavaScript with `g`, what draws the id (the first place of a metabolite)."""
        return self.root.evaluate(
            f"""(root, id) => {{
                const g = [...root.querySelectorAll("g.reaction, g.node")]
                    .find((group) => group.__data__.bigg_id === id);
                {script}
            }}""",
            id,
        )

    def ids(self, kind="reaction"):
        return self.root.evaluate(
            "(root, kind) => [...root.querySelectorAll(`g.${kind}`)].map(g => g.__data__.bigg_id)",
            kind,
        )

    def point(self, id):
        """Where on the screen a reaction's line, or a metabolite's circle, is."""
        return self.ask(
            id,
            """const shape = g.querySelector(".segment, .node-circle");
               const at = shape.getPointAtLength(0.3 * shape.getTotalLength());
               const inside = shape.tagName === "circle" ? new DOMPoint(0, 0) : at;
               const {x, y} = new DOMPoint(inside.x, inside.y).matrixTransform(shape.getScreenCTM());
               return {x, y};""",
        )

    def click(self, id, *keys):
        for key in keys:
            self.page.keyboard.down(key)
        self.page.mouse.click(**self.point(id))
        for key in keys:
            self.page.keyboard.up(key)

    def click_beside(self):
        box = self.root.locator(".kinetools-map-canvas").bounding_box()
        self.page.mouse.click(box["x"] + 15, box["y"] + 15)

    def colour(self, id):
        return self.ask(id, 'return getComputedStyle(g.querySelector(".segment")).stroke')

    def wait_for_colour(self, id, colour):
        eventually(lambda: self.colour(id), colour)

    def transform(self):
        return self.root.locator(".zoom-g").get_attribute("transform")

    def wait_for_zoom(self, expected):
        """Text has slightly other widths at another zoom, so what fits differs a little, too."""
        eventually(self.zoom, pytest.approx(expected, rel=0.01))

    def settled(self):
        """The transform, once it no longer moves."""
        return at_rest(self.transform)

    def zoom(self):
        return float(re.search(r"scale\((.*)\)", self.transform())[1])


def rgb(colour):
    """ "#rrggbb" as browsers write it."""
    return f"rgb({', '.join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))})"


@pytest.fixture(scope="module")
def notebook(open_notebook):
    """One notebook in JupyterLab for most of these tests, with a small map."""
    notebook = open_notebook([SMALL])
    notebook.run_all()
    return notebook


@pytest.fixture
def small(notebook):
    """The small map as it was first shown."""
    notebook.execute('widget.reaction_data = {"HEX1": 5.0, "PGI": -3.0}')
    notebook.execute("widget.metabolite_data = None; widget.selection = []; widget.highlight = []")
    drawn = DrawnMap(notebook.page, notebook.page.locator(".kinetools-map").first)
    drawn.root.scroll_into_view_if_needed()
    drawn.wait_for_colour("HEX1", rgb(Scale.for_values([5, -3]).color(5)))
    return drawn


def test_colours_follow_data_set_from_python_with_the_scale_of_the_static_picture(notebook, small):
    scale = Scale.for_values([5, -3])
    small.wait_for_colour("PGI", rgb(scale.color(-3)))
    small.wait_for_colour("PFK", rgb(scale.no_data_color))
    notebook.execute("widget.reaction_data = {'PFK': 8.0, 'PGI': 2.0}")
    scale = Scale.for_values([8, 2])
    small.wait_for_colour("PFK", rgb(scale.color(8)))
    small.wait_for_colour("PGI", rgb(scale.color(2)))
    small.wait_for_colour("HEX1", rgb(scale.no_data_color))
    notebook.execute("widget.reaction_data = None")
    small.wait_for_colour("PFK", "rgb(51, 78, 117)")
    assert small.root.locator(".kinetools-map-legend").count() == 0


def test_a_diverging_scale_and_metabolites_are_drawn_too(notebook, small):
    notebook.execute("""
from kinetools.maps import Scale
widget.reaction_scale = Scale.for_values([], maximum=10, kind="diverging")
widget.metabolite_data = {"g6p_c": 3.0, "glc_D_c": 1.0}
""")
    scale = Scale.for_values([], maximum=10, kind="diverging")
    small.wait_for_colour("PGI", rgb(scale.color(-3)))
    assert (
        small.ask("g6p_c", "return +g.querySelector('circle').getAttribute('r')")
        == METABOLITE_SIZES[1]
    )
    ticks = (
        small.root.locator(".kinetools-map-legend")
        .first.locator(".kinetools-map-ticks")
        .inner_text()
    )
    assert ticks.split() == ["−10", "−2.5", "0", "2.5", "10"]
    notebook.execute("widget.reaction_scale = None")


def test_clicks_arrive_in_python(notebook, small):
    small.click("PGI")
    notebook.wait_for("widget.selection", ["PGI"])
    small.click("g6p_c")
    notebook.wait_for("widget.selection", ["g6p_c"])
    small.click("PFK", "Shift")
    notebook.wait_for("widget.selection", ["g6p_c", "PFK"])
    small.click("HEX1", "Control")
    notebook.wait_for("widget.selection", ["g6p_c", "PFK", "HEX1"])
    small.click("PFK", "Shift")
    notebook.wait_for("widget.selection", ["g6p_c", "HEX1"])
    small.click_beside()
    notebook.wait_for("widget.selection", [])


def test_dragging_moves_the_map_and_selects_nothing(notebook, small):
    notebook.execute("widget.selection = ['PFK']")
    before, start = small.settled(), small.point("PGI")
    small.page.mouse.move(**start)
    small.page.mouse.down()
    small.page.mouse.move(start["x"] + 60, start["y"] + 20, steps=4)
    small.page.mouse.up()
    assert small.point("PGI")["x"] == pytest.approx(start["x"] + 60, abs=3)
    assert small.transform() != before
    small.root.get_by_label("Show the whole map").click()
    assert notebook.evaluate("widget.selection") == ["PFK"]


def test_a_selection_from_python_is_marked_on_the_map(notebook, small):
    notebook.execute("widget.selection = ['PGI', 'g6p_c']; widget.highlight = ['PFK']")
    halos = small.root.locator(".kinetools-halos")
    halos.locator("circle.kinetools-selected").wait_for(state="attached")
    assert halos.locator("path.kinetools-selected").count() == 2  # the two halves of PGI
    assert halos.locator("path.kinetools-highlighted").count() == 4  # PFK with its cofactors
    small.wait_for_colour("PGI", rgb(Scale.for_values([5, -3]).color(-3)))  # still its data's
    notebook.execute("widget.selection = []; widget.highlight = []")
    halos.locator("*").first.wait_for(state="detached")


def test_the_mouse_shows_name_id_value_and_unit(notebook, small):
    small.page.mouse.move(**small.point("PGI"))
    tooltip = small.root.locator(".kinetools-map-tooltip")
    tooltip.wait_for()
    assert tooltip.inner_text().splitlines() == [
        "Glucose-6-phosphate isomerase",
        "PGI",
        "g6p_c ⇌ f6p_c",
        "−3 mmol/gDW/h",
    ]
    notebook.wait_for("widget.hovered", "PGI")
    small.page.mouse.move(**small.point("6pgl_c"))
    assert tooltip.inner_text().splitlines()[0] == "6-phospho-D-glucono-1,5-lactone"
    small.page.mouse.move(5, 5)
    tooltip.wait_for(state="hidden")
    notebook.wait_for("widget.hovered", None)


def test_data_of_reactions_that_are_not_on_the_map_are_listed(notebook, small):
    notebook.execute("widget.reaction_data = {'PGI': 1.0, 'LOST': 2.5}")
    note = small.root.locator(".kinetools-map-note")
    note.wait_for()
    assert note.inner_text() == "Not on this map: LOST 2.5 mmol/gDW/h"


def test_the_wheel_scrolls_the_page_and_buttons_zoom(notebook, small):
    notebook.run_cell("print('tall\\n' * 80)")
    small.root.scroll_into_view_if_needed()
    small.root.get_by_label("Show the whole map").click()
    before, zoom, box = small.settled(), small.zoom(), small.root.bounding_box()
    small.page.mouse.move(**small.point("PGI"))
    small.page.mouse.wheel(0, 120)
    small.page.wait_for_timeout(300)
    assert small.root.bounding_box()["y"] < box["y"] - 50
    assert small.transform() == before
    small.root.get_by_label("Zoom in").click()
    small.wait_for_zoom(1.5 * zoom)
    cells = small.page.locator(".jp-Cell").count()
    for _ in range(2):  # typed on a button; in command mode it would delete the cell
        small.page.keyboard.press("d")
    assert small.page.locator(".jp-Cell").count() == cells
    small.root.get_by_label("Show the whole map").click()
    small.wait_for_zoom(zoom)


def test_the_map_of_the_model_is_drawn_whole_and_fits_at_any_width(notebook):
    output = notebook.run_cell('EscherMap("ecoli")')
    drawn = DrawnMap(notebook.page, output.locator(".kinetools-map"))
    assert sorted(drawn.ids()) == sorted(map_reactions(load_map("ecoli")))
    for width in (760, 1400):
        notebook.page.set_viewport_size({"width": width, "height": 1000})
        notebook.page.wait_for_timeout(300)
        frame = drawn.root.locator(".kinetools-map-canvas").bounding_box()
        inner = drawn.root.locator("#reactions").bounding_box()
        assert frame["width"] > 0.95 * drawn.root.bounding_box()["width"]
        assert frame["x"] <= inner["x"]
        assert inner["x"] + inner["width"] <= frame["x"] + frame["width"]
        assert inner["y"] + inner["height"] <= frame["y"] + frame["height"]
        filled = max(inner["width"] / frame["width"], inner["height"] / frame["height"])
        assert filled > 0.8


def test_names_with_html_are_shown_as_text_and_nothing_runs(notebook):
    evil = "<img src=x onerror='window.harmed = true'>"
    output = notebook.run_cell(f"""
from types import SimpleNamespace
evil = {json.dumps(evil)}
named = SimpleNamespace(reactions=[SimpleNamespace(id="PGI", name=evil + "model")])
EscherMap(small_map(evil, evil, evil), model=named, reaction_data={{evil: 1.0, "HEX1": 2.0}},
          reaction_unit=evil, title=evil)
""")
    drawn = DrawnMap(notebook.page, output.locator(".kinetools-map"))
    tooltip = drawn.root.locator(".kinetools-map-tooltip")
    for id, name in (("HEX1", evil), ("PGI", f"{evil}model"), ("glc_D_c", evil)):
        drawn.page.mouse.move(**drawn.point(id))
        tooltip.get_by_text(name, exact=True).wait_for()
    assert drawn.root.locator(".kinetools-map-title").inner_text() == evil
    assert evil in drawn.root.locator(".kinetools-map-note").inner_text()
    assert evil in drawn.root.locator(".kinetools-map-legend").inner_text()
    assert drawn.root.locator("img").count() == 0
    assert notebook.page.evaluate("window.harmed") is None


def test_after_a_reload_the_map_is_back_and_the_saved_notebook_holds_its_picture(
    open_notebook, server, context
):
    notebook = open_notebook([SMALL])
    notebook.run_all()
    DrawnMap(notebook.page).click("PGI")
    notebook.wait_for("widget.selection", ["PGI"])
    notebook.execute("widget.reaction_data = {'PFK': 8.0, 'HEX1': 3.0}")
    notebook.save()
    saved = max(server.folder.glob("lab-*.ipynb"), key=lambda path: path.stat().st_mtime)
    (output,) = nbformat.read(saved, as_version=4).cells[0].outputs
    assert "PGI -3.00" in output.data["image/svg+xml"]

    notebook.reload()
    drawn = DrawnMap(notebook.page)
    drawn.wait_for_colour("PFK", rgb(Scale.for_values([8, 3]).color(8)))
    assert drawn.root.locator(".kinetools-halos path.kinetools-selected").count() == 2
    drawn.click("HEX1")
    notebook.wait_for("widget.selection", ["HEX1"])
    assert context.requests and remote(context.requests) == []
    notebook.page.close()


def test_jupyterlab_shows_the_picture_of_a_headless_run_before_it_trusts_it(context, server):
    name = server.write("headless", [SMALL])
    path = server.folder / name
    executed = nbformat.read(path, as_version=4)
    NotebookClient(executed, timeout=120).execute()
    nbformat.write(executed, path)
    page = context.new_page()
    page.goto(f"{server.url}/lab/tree/{name}?reset")
    picture = page.get_by_alt_text("EscherMap")
    picture.wait_for()
    assert picture.evaluate("image => image.complete && image.naturalWidth > 500")
    page.close()


def test_it_works_in_notebook_7(open_notebook):
    notebook = open_notebook([SMALL], app="notebooks")
    notebook.run_all()
    drawn = DrawnMap(notebook.page)
    assert set(drawn.ids()) == {"HEX1", "PGI", "PFK", "G6PDH2r"}
    drawn.click("PGI")
    notebook.wait_for("widget.selection", ["PGI"])
    notebook.page.close()


def test_it_works_in_voila(browser, server):
    cell = f"""{SETUP}
import ipywidgets
widget = EscherMap(small_map(), reaction_data={{"HEX1": 5.0, "PGI": -3.0}})
seen = ipywidgets.Label("nothing")
def show(change):
    seen.value = "selected " + ", ".join(widget.selection)
    widget.reaction_data = {{"PFK": 1.0}}
widget.observe(show, "selection")
display(widget, seen)
"""
    page = browser.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{server.url}/voila/render/{server.write('voila', [cell])}?token={TOKEN}")
    drawn = DrawnMap(page)
    drawn.wait_for_colour("PGI", rgb(Scale.for_values([5, -3]).color(-3)))
    drawn.click("PGI")
    page.get_by_text("selected PGI").wait_for()
    drawn.wait_for_colour("PFK", rgb(Scale.for_values([1]).color(1)))
    # Voilà's own page asks for icons and MathJax, in vain here; the map asks for nothing.
    assert [url for url in remote(asked) if not re.search("fontawesome|mathjax", url)] == []
    page.close()
    server.shut_kernels_down()
