"""Widgets made while the page is busy, so that anywidget gives their messages up, still hear the kernel."""

import pytest

from tests.browser.test_flux_map import SETUP, Page, expected_colour

pytestmark = pytest.mark.browser

# A page that is busy for two seconds: the limit has passed before the code is there.
NO_TIME = """
const timeout = AbortSignal.timeout.bind(AbortSignal);
AbortSignal.timeout = (milliseconds) => timeout(milliseconds === 2000 ? 0 : milliseconds);
"""
WIDGET = f"""{SETUP}
widget = FluxMap(wild, network, other=mutant, names=("wild type", "pyk"), height=480)
widget
"""


@pytest.fixture(scope="module")
def notebook(context, open_notebook):
    context.add_init_script(NO_TIME)
    notebook = open_notebook([WIDGET])
    notebook.page.set_default_timeout(60_000)
    notebook.run_all()
    return notebook


def test_map_list_and_charts_follow_the_kernel(notebook):
    shown = Page(notebook.page)
    shown.map.wait_for_colour("CS", expected_colour(notebook, "CS"))
    notebook.execute("widget.show = 'pyk'; widget.selection = ['CS']")
    shown.map.wait_for_colour("CS", expected_colour(notebook, "CS"))
    shown.row("CS").and_(shown.page.locator(".chosen")).wait_for()
    shown.charts.first.locator(".scatterlayer path").first.wait_for()


def test_what_was_said_before_they_listened_is_caught_up_with(notebook):
    """Here the kernel speaks between the widget's creation and its display."""
    notebook.run_cell(
        "late = FluxMap(wild, network, other=mutant, names=('wild type', 'pyk'))\n"
        "late.view; late.show = 'pyk'; late.selection = ['PGI']\nlate"
    )
    last = notebook.page.locator(".kinetools-reactions").last
    last.locator('tr[data-id="PGI"].chosen').wait_for()


def test_clicks_still_reach_python(notebook):
    shown = Page(notebook.page)
    shown.map.click("PFK")
    notebook.wait_for("widget.selection", ["PFK"])
