"""The report's pages in a real browser without a network: the plot is drawn."""

import pytest

from kinetools.report import build_report
from kinetools.reruns import rerun
from tests.chromium import find_chromium
from tests.tiny_notebooks import PICTURES, write_notebook

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.mark.browser
def test_a_report_shows_its_plot_from_the_disk_alone(tmp_path):
    chromium = find_chromium()
    if chromium is None:
        pytest.skip("no Chromium was found")
    from playwright.sync_api import sync_playwright

    notebook = write_notebook(tmp_path / "tiny.ipynb", PICTURES)
    index = build_report(
        [rerun(notebook, run_dir=tmp_path / "run", progress=False)], tmp_path / "r"
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        try:
            page = browser.new_context(offline=True).new_page()
            requests, errors = [], []
            page.on("request", lambda request: requests.append(request.url))
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.goto(index.as_uri())
            page.click("text=A tiny notebook")
            page.wait_for_selector(".plotly-figure .scatterlayer .point")
            assert page.locator(".plotly-figure .scatterlayer .point, .lines").count() > 0
            assert page.locator(".gtitle").text_content() == "a </script> title"
            assert page.locator("mfrac").bounding_box()["height"] > 10
            assert not page.locator("text=Hidden.").is_visible()
        finally:
            browser.close()
    assert errors == []
    assert requests and all(url.startswith(("file:", "data:", "blob:")) for url in requests)
