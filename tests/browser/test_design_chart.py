"""DesignChart in JupyterLab: candidates are clicked, compared and let go."""

import pytest

from tests.browser.patience import at_rest
from tests.browser.test_knockout_view import SPOT

pytestmark = pytest.mark.browser

WIDGET = """
import pandas as pd
from widgets import DesignChart
table = pd.DataFrame(
    {
        "experiments": 1, "cost": [1.0, 2.0, 3.0], "score": [0.9, 0.5, 0.6], "error": 0.01,
        "information": [1.0, 4.0, 9.0], "a_criterion": [3.0, 2.0, 2.5],
        "pareto": [True, True, False], "ratio_PGI": [0.8, 0.4, 0.7],
    },
    index=pd.Index(["cheap", "best", "dear"], name="candidate"),
)
table.attrs["criterion"] = "width"
chart = DesignChart(table, cost_name="labelled glucose (g)")
chart
"""


@pytest.fixture(scope="module")
def notebook(open_notebook):
    notebook = open_notebook([WIDGET])
    notebook.run_all()
    notebook.page.locator(".kinetools-chart .points path").first.wait_for()
    return notebook


def click(notebook, point, name):
    notebook.page.wait_for_timeout(600)  # else it counts as a double click
    chart = notebook.page.locator(".kinetools-chart")
    spot = at_rest(lambda: chart.evaluate(SPOT, [0, point]))
    notebook.page.mouse.move(spot["x"] - 1, spot["y"])
    chart.locator(".hoverlayer text", has_text=name).first.wait_for()
    notebook.page.mouse.click(**spot)


def test_clicked_candidates_stand_beside_each_other_until_they_are_clicked_again(notebook):
    page = notebook.page
    page.get_by_text("Click candidates to compare them.").wait_for()
    click(notebook, 1, "best")
    notebook.wait_for("chart.selection", ["best"])
    click(notebook, 2, "dear")
    notebook.wait_for("chart.selection", ["best", "dear"])
    row = page.locator("tr", has_text="PGI: over today's")
    row.wait_for()
    assert row.locator("td").all_inner_texts()[1:] == ["40%", "70%"]
    page.locator(".kinetools-chart .annotation", has_text="dear").wait_for()
    page.get_by_text("Click candidates to compare them.").wait_for()  # beside the comparison, too
    page.locator("td", has_text="labelled glucose (g)").wait_for()
    click(notebook, 2, "dear")
    notebook.wait_for("chart.selection", ["best"])


def test_another_quantity_is_chosen_on_the_page(notebook):
    notebook.page.locator(".jp-OutputArea-output select").select_option(
        "information about all fluxes, bits"
    )
    notebook.wait_for("chart.quantity", "information")
    notebook.page.locator(".ytitle", has_text="information about all fluxes, bits").wait_for()
    notebook.page.locator(".xtitle", has_text="labelled glucose (g)").wait_for()
    line = "() => document.querySelector('.kinetools-chart').data[1].y"
    assert notebook.page.evaluate(line) == [1, 4, 9]  # each tells more than what is cheaper


def test_nothing_sticks_out_of_a_narrow_window(notebook):
    page = notebook.page
    notebook.execute("chart.selection = list(table.index)")
    page.set_viewport_size({"width": 700, "height": 900})
    page.wait_for_timeout(1000)
    box = "document.querySelector('.jp-OutputArea-output').getBoundingClientRect().right"
    right = page.evaluate(
        f"""() => Math.max(...[...document.querySelectorAll(
            ".jp-OutputArea-output .kinetools-chart, .jp-OutputArea-output select")]
            .map((e) => e.getBoundingClientRect().right - {box}))"""
    )
    page.set_viewport_size({"width": 1400, "height": 1000})
    assert right <= 1
