"""The report's pages in a real browser without a network: the plot is drawn."""

import pytest

from kinetools.report import build_report
from kinetools.reruns import rerun
from tests.tiny_notebooks import PICTURES, write_notebook


@pytest.mark.browser
def test_a_report_shows_its_plot_from_the_disk_alone(tmp_path, browser):
    notebook = write_notebook(tmp_path / "tiny.ipynb", PICTURES)
    run_dir = rerun(notebook, run_dir=tmp_path / "run", progress=False)
    index = build_report([run_dir], tmp_path / "report")

    window = browser.new_context(offline=True)
    page = window.new_page()
    requests, errors = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(index.as_uri())
    page.click("text=A tiny notebook")
    page.wait_for_selector(".plotly-figure .scatterlayer .point")
    assert page.locator(".gtitle").text_content() == "a </script> title"
    assert page.locator("mfrac").bounding_box()["height"] > 10
    assert not page.locator("text=Hidden.").is_visible()
    page.click("text=Solution")
    assert page.locator("text=Hidden.").is_visible()
    window.close()

    assert errors == []
    assert requests
    assert all(url.startswith(("file:", "data:", "blob:")) for url in requests)
