"""A Chromium and a Jupyter server for the whole run of the browser tests."""

import itertools
import os
from urllib.parse import urlsplit

import pytest

from tests.browser.jupyter import CHROMIUM_FLAGS, TOKEN, NotebookPage, jupyter_server
from tests.browser.patience import PATIENCE
from tests.chromium import find_chromium


@pytest.fixture(scope="session")
def browser():
    """Chromium, driven by playwright; without one the tests fail, unless that is allowed."""
    chromium = find_chromium()
    if chromium is None:
        sentence = (
            "No Chromium or Chrome was found for the browser tests: install one, or name it in "
            "KINETOOLS_CHROMIUM, or set KINETOOLS_ALLOW_NO_BROWSER=1 to skip these tests."
        )
        if os.environ.get("KINETOOLS_ALLOW_NO_BROWSER") == "1":
            pytest.skip(sentence)
        pytest.fail(sentence, pytrace=False)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """A Jupyter server of its own."""
    with jupyter_server(tmp_path_factory.mktemp("jupyter")) as server:
        yield server


@pytest.fixture(scope="module")
def context(browser, server):
    """A browser window without a past, logged in to the server; kernels end with it.

    `context.requests` lists every address that its pages asked for.
    """
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    context.set_default_timeout(1000 * PATIENCE)
    context.requests = []
    context.on("request", lambda request: context.requests.append(request.url))
    page = context.new_page()
    page.goto(f"{server.url}/login?token={TOKEN}")
    page.goto(f"{server.url}/api/status?token={TOKEN}")
    page.close()
    yield context
    context.close()
    server.shut_kernels_down()


@pytest.fixture(autouse=True)
def nothing_leaves_this_machine(request):
    """After each test: its pages asked nothing of another machine."""
    yield
    if "context" in request.fixturenames:
        assert remote(request.getfixturevalue("context").requests) == []


def remote(addresses) -> list:
    """Those of the addresses that lie on another machine."""
    local = ("127.0.0.1", "localhost")
    return [
        address
        for address in addresses
        if urlsplit(address).scheme in ("http", "https", "ws", "wss")
        and urlsplit(address).hostname not in local
    ]


@pytest.fixture(scope="module")
def open_notebook(context, server):
    """open_notebook(cells, app="lab"): write a notebook under a new name, and open it.

    The new name gives it a new kernel. app: "lab" (JupyterLab) or "notebooks" (Notebook 7).
    """
    numbers = itertools.count()

    def open_one(cells, app="lab") -> NotebookPage:
        name = server.write(f"{app}-{os.getpid()}-{next(numbers)}", cells)
        page = context.new_page()
        address = {"lab": f"lab/tree/{name}?reset", "notebooks": f"notebooks/{name}"}[app]
        page.goto(f"{server.url}/{address}")
        return NotebookPage(page)

    return open_one
