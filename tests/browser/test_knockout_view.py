"""KnockoutView in JupyterLab: a click on a dot marks the reaction in the scatter and on the map."""

import pytest

from tests.browser.patience import at_rest
from tests.browser.test_escher_map import DrawnMap

pytestmark = pytest.mark.browser

WIDGET = """
import kinetools as kt
from tests.kinetools.flux.made_posteriors import made_posterior
from widgets import KnockoutView
network = kt.load_flux_model("toy")
order = ["a_exchange", "a_b", "b_ec", "bc_de", "d_f", "b_d", "e_exchange", "f_exchange"]
means = [-100, 100, 20, 20, 80, 60, 60, 80]
predicted = made_posterior(order, seed=1, means=[-100, 100, 40, 20, 80, 60, 60, 80])
view = KnockoutView(predicted, made_posterior(order, seed=2, means=means), network, height=400)
view
"""
# Where a dot is on the page.
SPOT = """(chart, [trace, point]) => {
    const { xaxis, yaxis } = chart._fullLayout;
    const { x, y } = chart.data[trace];
    const frame = chart.getBoundingClientRect();
    return { x: frame.left + xaxis._offset + xaxis.l2p(x[point]),
             y: frame.top + yaxis._offset + yaxis.l2p(y[point]) };
}"""
WIDEST = """() => {
    const output = document.querySelector(".jp-OutputArea-output");
    const inside = [...output.querySelectorAll(".kinetools-chart, .kinetools-reactions, select")];
    const right = output.getBoundingClientRect().right;
    return Math.max(...inside.map((e) => e.getBoundingClientRect().right - right));
}"""


@pytest.fixture(scope="module")
def notebook(open_notebook):
    notebook = open_notebook([WIDGET])
    notebook.run_all()
    notebook.page.locator(".kinetools-chart .points path").first.wait_for()
    return notebook


def test_a_click_on_a_dot_and_one_on_the_map_choose_a_reaction_in_both(notebook):
    page, chart = notebook.page, notebook.page.locator(".kinetools-chart").first
    page.get_by_text("Over 8 reactions the means are").wait_for()
    chart.scroll_into_view_if_needed()
    # The only dot whose intervals do not overlap.
    spot = at_rest(lambda: chart.evaluate(SPOT, [1, 0]))
    page.mouse.move(spot["x"] - 1, spot["y"])
    chart.locator(".hoverlayer text", has_text="b_ec").first.wait_for()
    page.mouse.click(**spot)
    notebook.wait_for("view.selection", ["b_ec"])
    chart.locator(".textpoint text", has_text="b_ec").wait_for()
    page.locator('.kinetools-reactions tr.chosen[data-id="b_ec"]').wait_for()
    DrawnMap(page, page.locator(".kinetools-map").first).click("d_f")
    notebook.wait_for("view.selection", ["d_f"])
    chart.locator(".textpoint text", has_text="d_f").wait_for()


@pytest.mark.parametrize("width", [700, 1400])
@pytest.mark.parametrize("show", ["measured", "difference"])
def test_plotlys_buttons_lie_beside_the_legend_of_the_detail(show, width, notebook):
    page = notebook.page
    page.set_viewport_size({"width": width, "height": 1000})
    notebook.execute(f"view.flux_map.show, view.selection = {show!r}, ['b_ec']")
    chart = page.locator(".kinetools-chart").nth(1)
    chart.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    chart.hover()
    bar, legend = chart.locator(".modebar-container .modebar"), chart.locator(".legend .bg").first
    bar.wait_for()
    end = max(
        b.bounding_box()["y"] + b.bounding_box()["height"]
        for b in bar.locator(".modebar-btn").all()
    )
    start = legend.bounding_box()["y"]
    page.set_viewport_size({"width": 1400, "height": 1000})
    notebook.execute("view.flux_map.show = 'difference'")
    assert end <= start + 1


def test_the_level_that_is_chosen_holds_for_the_scatter(notebook):
    notebook.page.get_by_label("level", exact=True).select_option("50\u202f%")
    notebook.wait_for("view.table.attrs['level']", 0.5)
    assert notebook.evaluate("view.level") == 0.5


def test_nothing_sticks_out_of_a_narrow_window(notebook):
    notebook.page.set_viewport_size({"width": 700, "height": 900})
    notebook.page.wait_for_timeout(1000)
    width = notebook.page.evaluate(WIDEST)
    notebook.page.set_viewport_size({"width": 1400, "height": 1000})
    assert width <= 1
