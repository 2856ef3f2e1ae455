"""TrajectoryExplorer in JupyterLab and Voilà: played, clicked and slid through."""

import re
import time

import pytest

from tests.browser.conftest import remote
from tests.browser.jupyter import TOKEN
from tests.browser.patience import PATIENCE, at_rest, eventually
from tests.browser.test_escher_map import DrawnMap

pytestmark = pytest.mark.browser

SETUP = """
import numpy as np
import kinetools as kt
from widgets import TrajectoryExplorer
model, state = kt.load_kinetic_model("ecoli"), kt.load_steady_state("ecoli", physiology=1)
sets = kt.sample_parameters(model, state, n_sets=20, seed=1, progress=False)
sets = kt.label_parameters(model, state, sets, progress=False)
sets = sets.isel(set=np.flatnonzero(sets.label.values == "relevant")[:6])
hours = np.append(0, np.geomspace(1e-5, 0.35, 14))
trajectories = kt.perturb(
    model, state, sets, n_trials=5, hours=hours, rtol=1e-4, workers=1, progress=False
)
"""
EXPLORER = f"{SETUP}explorer = TrajectoryExplorer(model, state, sets, trajectories)\nexplorer"
RESET = """explorer.axes, explorer.colour, explorer.metabolites = [1, 2], "verdict", []
explorer.fluxes, explorer.time_index = "flux", 0
explorer.choose(*explorer.data.place(explorer.data.default_row()))
"""
# The vertex of a trajectory that lies farthest from those of the others: its row, and its place on the
# screen.
LONELIEST = """chart => {
    const { xaxis, yaxis } = chart._fullLayout;
    const all = chart.data.flatMap((trace) =>
        trace.meta?.kind !== "paths" || trace.name === "chosen" ? [] : trace.x.map((x, k) => ({
            x: xaxis.l2p(x), y: yaxis.l2p(trace.y[k]), gap: x === null,
            row: trace.meta.rows[Math.floor(k / (trace.x.length / trace.meta.rows.length))],
        })));
    const known = all.filter(({ gap }) => !gap);
    let best = { far: -1 };
    for (const one of known) {
        const apart = known.filter(({ row }) => row !== one.row);
        const far = Math.min(...apart.map(({ x, y }) => Math.hypot(x - one.x, y - one.y)));
        if (far > best.far) best = { ...one, far };
    }
    const frame = chart.getBoundingClientRect();
    return { row: best.row, far: best.far, x: frame.left + xaxis._offset + best.x,
             y: frame.top + yaxis._offset + best.y };
}"""


class Explorer:
    """The explorer on a page."""

    def __init__(self, page):
        self.page = page
        charts = page.locator(".kinetools-chart")
        self.plane, self.scree, self.loadings, self.courses = (charts.nth(i) for i in range(4))
        self.movers = self.plane.locator(".kinetools-movers path")
        self.movers.first.wait_for()
        self.bars = page.locator(".kinetools-time")
        self.map = DrawnMap(page)

    def marks(self) -> list[str]:
        """Where the moving marks are."""
        return self.movers.evaluate_all("all => all.map(m => m.getAttribute('transform'))")

    def now(self) -> str:
        return self.bars.first.locator(".now").inner_text()

    def play(self):
        self.bars.first.get_by_role("button").click()

    def slide(self, share, k=0, drop=True):
        """Drag the handle of a slider to a share of its length."""
        slider = self.bars.nth(k).get_by_role("slider")
        slider.scroll_into_view_if_needed()
        box = slider.bounding_box()
        start = float(slider.input_value())
        middle, width = box["y"] + box["height"] / 2, box["width"] - 16
        self.page.mouse.move(box["x"] + 8 + start * width, middle)
        self.page.mouse.down()
        self.page.mouse.move(box["x"] + 8 + share * width, middle, steps=6)
        if drop:
            self.page.mouse.up()

    def node(self, id) -> str:
        """Colour of a metabolite on the map."""
        script = 'return getComputedStyle(g.querySelector(".node-circle")).fill'
        return self.map.ask(id, script)

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
    explorer = Explorer(notebook.page)
    if explorer.bars.first.get_by_role("button").get_attribute("title") == "Pause":
        explorer.play()
    notebook.wait_for("explorer.view.bar.playing", False)
    notebook.execute(RESET)
    explorer.wait_for(explorer.now, "0 s")
    return explorer


def test_a_play_moves_a_mark_along_every_trajectory_without_the_kernel(notebook, explorer):
    n = notebook.evaluate("len(explorer.data)")
    first = explorer.marks()
    assert len(first) == n + 1  # the chosen one has a second mark
    explorer.play()
    seen, end = [explorer.now()], time.monotonic() + PATIENCE
    while len(seen) < 6 and time.monotonic() < end:
        if (now := explorer.now()) != seen[-1]:
            seen.append(now)
        explorer.page.wait_for_timeout(20)
    later = explorer.marks()
    assert len(seen) == 6
    moved = sum(a != b for a, b in zip(first, later, strict=True))
    assert moved == n + 1
    assert notebook.evaluate("explorer.time_index") == 0  # the kernel has heard nothing yet
    explorer.play()  # pauses
    notebook.wait_for("explorer.time_index > 3", True)
    index = notebook.evaluate("explorer.time_index")
    assert explorer.now() == notebook.evaluate("explorer.view.bar.texts")[index]
    stopped = explorer.marks()
    explorer.page.wait_for_timeout(300)
    assert explorer.marks() == stopped


def test_a_play_ends_where_the_trajectories_end_and_starts_again(notebook, explorer):
    notebook.execute("explorer.time_index = 12")
    explorer.wait_for(explorer.now, notebook.evaluate("explorer.view.bar.texts")[12])
    explorer.play()
    explorer.wait_for(explorer.now, "21 min")
    notebook.wait_for("explorer.time_index", 14)
    notebook.wait_for("explorer.view.bar.playing", False)
    ends = explorer.marks()
    explorer.play()
    explorer.wait_for(lambda: explorer.now() not in ("21 min",), True)
    assert explorer.marks() != ends
    # A pause from Python, too, tells where it stopped.
    notebook.execute("explorer.view.bar.playing = False")
    explorer.page.get_by_role("button", name="Play").first.wait_for()
    explorer.wait_for(lambda: notebook.evaluate("explorer.time_index") < 14, True)


def test_a_click_on_a_trajectory_shows_its_time_courses(notebook, explorer):
    explorer.plane.scroll_into_view_if_needed()
    found = at_rest(lambda: explorer.plane.evaluate(LONELIEST))
    assert found["far"] > 8
    row, x, y = found["row"], found["x"], found["y"]
    explorer.page.mouse.move(x, y)
    explorer.plane.locator(".hoverlayer text").first.wait_for()
    hover = explorer.plane.locator(".hoverlayer").text_content()
    explorer.page.mouse.click(x, y)
    notebook.wait_for("explorer.row", row)
    number, trial = notebook.evaluate(f"explorer.data.place({row})")
    assert f"set {number}, trial {trial}" in hover
    explorer.page.locator("b", has_text=f"Set {number}, trial {trial}, relevant").wait_for()
    for name in notebook.evaluate("explorer.named()"):
        explorer.courses.locator(".legendtext", has_text=name).first.wait_for()
    # And as a program asks for another one, the page follows.
    other = notebook.evaluate("[int(explorer.data.numbers[-1]), 4]")
    notebook.execute(f"explorer.choose(*{other})")
    explorer.page.locator("b", has_text=f"Set {other[0]}, trial 4, relevant").wait_for()
    picked = explorer.page.get_by_label("set", exact=True)
    assert picked.locator("option:checked").inner_text().split()[0] == str(other[0])


def test_the_map_and_the_courses_follow_the_slider_while_it_is_dragged(notebook, explorer):
    data = "explorer.courses.iloc[[0, -1]].map(__import__('math').log2).diff().abs().iloc[-1]"
    moving = notebook.evaluate(f"str({data}.idxmax())")
    at_first = explorer.node(moving), explorer.map.colour("PFK"), explorer.map.colour("ATPS4rpp")
    line = explorer.courses.locator(".shapelayer path").last
    where = line.get_attribute("d")
    explorer.slide(1.0, k=1, drop=False)
    explorer.wait_for(explorer.now, "21 min")
    explorer.wait_for(lambda: explorer.node(moving) != at_first[0], True)
    reactions = explorer.map.colour("PFK"), explorer.map.colour("ATPS4rpp")
    assert reactions != at_first[1:]
    explorer.wait_for(lambda: line.get_attribute("d") != where, True)
    assert notebook.evaluate("explorer.time_index") == 0  # the page does this alone
    explorer.page.mouse.up()
    notebook.wait_for("explorer.time_index", 14)
    at_end = explorer.node(moving)
    # What Python then sends is the same, so nothing changes any more.
    explorer.page.wait_for_timeout(500)
    assert (explorer.node(moving), explorer.now()) == (at_end, "21 min")
    notebook.execute("explorer.time_index = 0")
    explorer.wait_for(lambda: explorer.node(moving), at_first[0])
    assert (explorer.map.colour("PFK"), explorer.map.colour("ATPS4rpp")) == at_first[1:]


def test_time_goes_step_by_step_with_the_keys(notebook, explorer):
    slider = explorer.bars.first.get_by_role("slider")
    slider.focus()
    for key, index in (
        ("ArrowRight", 1),
        ("PageUp", 6),
        ("ArrowLeft", 5),
        ("End", 14),
        ("Home", 0),
    ):
        explorer.page.keyboard.press(key)
        notebook.wait_for("explorer.time_index", index)
        text = notebook.evaluate("explorer.view.bar.texts")[index]
        explorer.wait_for(explorer.now, text)
        assert slider.get_attribute("aria-valuetext") == text
        assert explorer.bars.nth(1).locator(".now").inner_text() == text


def test_lists_and_buttons_keep_their_keys(notebook, explorer):
    notebook.execute("explorer.set, explorer.trial = explorer.data.numbers[0], 0")
    picker = explorer.page.get_by_label("set", exact=True)
    picker.focus()
    chosen = notebook.evaluate("explorer.set")
    explorer.page.keyboard.press("ArrowDown")
    notebook.wait_for(f"explorer.set != {chosen}", True)
    explorer.page.get_by_role("button", name="3-D").focus()
    for _ in range(2):  # in command mode it would delete the cell
        explorer.page.keyboard.press("d")
    assert explorer.page.locator(".jp-Cell").count() == 1


def test_axes_and_depth_are_chosen_on_the_page(notebook, explorer):
    explorer.page.get_by_label("y", exact=True).select_option(index=2)
    notebook.wait_for("explorer.axes", [1, 3])
    explorer.plane.locator(".ytitle", has_text="PC3").wait_for()
    explorer.loadings.locator(".legendtext", has_text="PC3").wait_for()
    explorer.page.get_by_role("button", name="3-D").click()
    notebook.wait_for("explorer.axes", [1, 3, 2])
    explorer.plane.locator(".gl-container canvas").first.wait_for()
    assert explorer.movers.count() == 0
    where = "chart => chart.data.find((t) => t.meta?.kind === 'markers').x[0]"
    explorer.wait_for(lambda: explorer.plane.evaluate(where) is not None, True)
    first = explorer.plane.evaluate(where)
    notebook.execute("explorer.time_index = 9")
    explorer.wait_for(lambda: explorer.plane.evaluate(where) != first, True)
    explorer.page.get_by_role("button", name="3-D").click()
    notebook.wait_for("explorer.axes", [1, 3])
    explorer.movers.first.wait_for()


def test_what_the_legend_hides_does_not_move_either(notebook, explorer):
    shown = explorer.movers.locator("xpath=..")
    visible = "all => all.filter(g => g.getAttribute('display') !== 'none').length"
    before = shown.evaluate_all(f"all => ({visible})([...new Set(all)])")
    entry = explorer.plane.locator(".legendtoggle").first
    entry.click()
    explorer.wait_for(
        lambda: shown.evaluate_all(f"all => ({visible})([...new Set(all)])"), before - 1
    )
    explorer.page.wait_for_timeout(600)  # else it is a double click
    entry.click()
    explorer.wait_for(lambda: shown.evaluate_all(f"all => ({visible})([...new Set(all)])"), before)


def test_metabolites_are_named_by_typing_and_by_clicking(notebook, explorer):
    first = notebook.evaluate("explorer.named()")
    new = next(m for m in ("atp_c", "fdp_c", "g6p_c", "adp_c", "mal_L_c") if m not in first)
    field = explorer.page.get_by_placeholder("name another")
    field.fill(new)
    field.press("Enter")
    notebook.wait_for("explorer.metabolites", [*first, new])
    explorer.courses.locator(".legendtext", has_text=new).wait_for()
    explorer.page.get_by_role("button", name=f"{first[0]} ✕").click()
    notebook.wait_for("explorer.metabolites", [*first[1:], new])
    explorer.page.get_by_role("button", name="top movers").click()
    notebook.wait_for("explorer.named()", first)


def test_a_reloaded_page_finds_the_widget_as_it_was(notebook, explorer):
    notebook.execute("explorer.time_index = 10; explorer.colour = 'class'; explorer.axes = [2, 1]")
    text = notebook.evaluate("explorer.view.bar.texts")[10]
    explorer.wait_for(explorer.now, text)
    notebook.save()
    notebook.reload()
    again = Explorer(notebook.page)
    again.wait_for(again.now, text)
    again.plane.locator(".xtitle", has_text="PC2").wait_for()
    before = again.marks()
    again.slide(0.2)
    notebook.wait_for("explorer.time_index < 10", True)
    assert again.marks() != before


def test_nothing_sticks_out_of_a_narrow_window(notebook, explorer):
    page = notebook.page
    page.set_viewport_size({"width": 760, "height": 1000})
    page.wait_for_timeout(1000)
    width = page.evaluate(
        """() => {
            const output = document.querySelector(".jp-OutputArea-output");
            const inside = [...output.querySelectorAll(
                ".kinetools-chart, .kinetools-time, .kinetools-map, .jupyter-button, select")];
            const right = output.getBoundingClientRect().right;
            return Math.max(...inside.map((e) => e.getBoundingClientRect().right - right));
        }"""
    )
    page.set_viewport_size({"width": 1400, "height": 1000})
    assert width <= 1


def test_a_saved_notebook_stays_small_and_holds_a_picture(notebook, explorer, server):
    notebook.save()
    name = re.search(r"[\w-]+\.ipynb", notebook.page.url)[0]
    content = (server.folder / name).read_text()
    assert "image/svg+xml" in content
    assert len(content) < 600_000


def test_it_works_in_voila_where_nobody_runs_cells(browser, server):
    cell = f"{SETUP}explorer = TrajectoryExplorer(model, state, sets, trajectories)\nexplorer"
    page = browser.new_page(viewport={"width": 900, "height": 1000})
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    name = server.write("voila-trajectories", [cell])
    page.goto(f"{server.url}/voila/render/{name}?token={TOKEN}")
    page.locator(".kinetools-movers path").first.wait_for()
    explorer = Explorer(page)
    before = explorer.marks()
    explorer.play()
    explorer.wait_for(lambda: explorer.marks() != before, True)
    explorer.play()
    page.get_by_label("trial", exact=True).select_option(index=1)
    page.get_by_text(re.compile(r"Set \d+, trial 1, relevant")).wait_for()
    assert [url for url in remote(asked) if not re.search("fontawesome|mathjax", url)] == []
    page.close()
    server.shut_kernels_down()
