"""JupyterLab, Notebook 7 and Voilà in a real browser: one server, and pages to drive."""

import ast
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from tests.browser.patience import eventually

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "browser-tests"
# Headless as root, and nothing may be asked of any other machine.
CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


@dataclass
class Server:
    """A running Jupyter server; `folder` holds its notebooks."""

    url: str
    folder: Path

    def write(self, name: str, cells) -> str:
        """Write a notebook of code cells; returns its file name."""
        notebook = new_notebook(cells=[new_code_cell(source) for source in cells])
        notebook.metadata["kernelspec"] = {
            "name": "python3",
            "display_name": "Python 3",
            "language": "python",
        }
        path = self.folder / f"{name}.ipynb"
        nbformat.write(notebook, path)
        return path.name

    def api(self, path: str, method: str = "GET"):
        """Ask the server's REST interface."""
        request = urllib.request.Request(
            f"{self.url}/api/{path}", method=method, headers={"Authorization": f"token {TOKEN}"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            body = answer.read()
        return json.loads(body) if body else None

    def shut_kernels_down(self) -> None:
        """Stop every kernel."""
        for session in self.api("sessions"):
            self.api(f"sessions/{session['id']}", "DELETE")
        for kernel in self.api("kernels"):
            self.api(f"kernels/{kernel['id']}", "DELETE")


@contextlib.contextmanager
def jupyter_server(folder: Path):
    """Start JupyterLab (with Notebook 7 and Voilà in it) on a free port of the loopback.

    Configuration, settings and workspaces are its own, so nothing of the user's is read or written.
    """
    notebooks, settings = folder / "notebooks", folder / "settings"
    notebooks.mkdir()
    notification = (
        settings / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    )
    notification.parent.mkdir(parents=True)
    notification.write_text('{"fetchNews": "false", "checkForUpdates": false}')
    own = {
        "JUPYTER_CONFIG_DIR": folder / "config",
        "JUPYTER_DATA_DIR": folder / "data",
        "JUPYTER_RUNTIME_DIR": folder / "runtime",
        "JUPYTERLAB_SETTINGS_DIR": settings,
        "JUPYTERLAB_WORKSPACES_DIR": folder / "workspaces",
        "IPYTHONDIR": folder / "ipython",
        "PYTHONPATH": ROOT,
    }
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = folder / "server.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
                "--expose-app-in-browser",
                "--JupyterNotebookApp.expose_app_in_browser=True",
                "--ServerApp.ip=127.0.0.1",
                f"--ServerApp.port={port}",
                "--ServerApp.port_retries=0",
                f"--ServerApp.root_dir={notebooks}",
                f"--IdentityProvider.token={TOKEN}",
                "--LabApp.news_url=None",
                "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            ],
            env={**os.environ, **{name: str(value) for name, value in own.items()}},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    server = Server(f"http://127.0.0.1:{port}", notebooks)
    try:
        _wait_until_ready(server, process, log)
        yield server
        server.shut_kernels_down()
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait_until_ready(server, process, log, seconds=90):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            return server.api("status")
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start; the end of its log:\n{log.read_text()[-3000:]}")


class NotebookPage:
    """A notebook open in JupyterLab or Notebook 7, with its kernel."""

    def __init__(self, page):
        self.page = page
        self._wait()

    def _wait(self):
        self.page.wait_for_function(
            """() => window.jupyterapp?.shell?.currentWidget?.context?.isReady &&
                     window.jupyterapp.shell.currentWidget.sessionContext?.session?.kernel
                         ?.connectionStatus === "connected" """,
        )

    def restart_kernel(self) -> None:
        """Restart the kernel: a notebook opened again would go on with the one it had."""
        self.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
        self._wait()

    def run_all(self) -> None:
        """Run all cells, to the end; an error in one of them is raised here."""
        ok = self.page.evaluate("() => jupyterapp.commands.execute('notebook:run-all-cells')")
        errors = self.page.locator(".jp-OutputArea-output[data-mime-type*=stderr]")
        if not ok:
            raise AssertionError("\n".join(errors.all_inner_texts()) or "a cell failed")

    def run_cell(self, source: str):
        """Append a cell, run it, and return the locator of its output area."""
        ok = self.page.evaluate(
            """async source => {
                const notebook = jupyterapp.shell.currentWidget.content;
                const model = notebook.model.sharedModel;
                model.insertCell(model.cells.length, {cell_type: "code", source});
                notebook.activeCellIndex = model.cells.length - 1;
                return await jupyterapp.commands.execute("notebook:run-cell");
            }""",
            source,
        )
        output = self.page.locator(".jp-Cell").last.locator(".jp-Cell-outputWrapper")
        if not ok:
            raise AssertionError(output.inner_text())
        return output

    def evaluate(self, expression: str):
        """The value of a Python expression in the notebook's kernel (as JSON carries it)."""
        content = self.page.evaluate(
            """async value => {
                const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
                const request = {code: "", store_history: false, user_expressions: {value}};
                return (await kernel.requestExecute(request).done).content;
            }""",
            f"__import__('json').dumps({expression})",
        )
        answer = content["user_expressions"]["value"]
        if answer["status"] != "ok":
            raise AssertionError(f"{expression}: {answer['ename']}: {answer['evalue']}")
        return json.loads(ast.literal_eval(answer["data"]["text/plain"]))

    def execute(self, code: str) -> None:
        """Run Python in the notebook's kernel without a cell."""
        content = self.page.evaluate(
            """async code => {
                const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
                return (await kernel.requestExecute({code, store_history: false}).done).content;
            }""",
            code,
        )
        if content["status"] != "ok":
            raise AssertionError(f"{content['ename']}: {content['evalue']}")

    def wait_for(self, expression: str, value) -> None:
        """Wait until a Python expression in the kernel has a value."""
        eventually(lambda: (expression, self.evaluate(expression)), (expression, value))

    def save(self) -> None:
        """Save the notebook."""
        self.page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")

    def reload(self) -> None:
        """Load the page again; the kernel lives on."""
        self.page.reload()
        self._wait()
