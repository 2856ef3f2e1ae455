"""Whether a widget is shown live, and what it leaves in the notebook's file."""

import base64
import html
import os
import sys

# Once a page has been seen in this process it stays: threads and callbacks have no cell.
_seen = False


def live() -> bool:
    """Whether a page that can show widgets asked for what is running now.

    JupyterLab, Notebook 7 and VS Code send the cell's id with every cell they run; papermill,
    nbconvert and consoles do not. Voilà runs the cells as nbconvert does, but has a page: it says
    so in the environment of the kernel.
    """
    global _seen
    _seen = _seen or _page_asked()
    return _seen


def mimebundle(widget: dict, picture: dict) -> dict:
    """The MIME types of an output cell: the picture always, the widget where it can be shown.

    Pages that can show a widget prefer it to the picture; GitHub and nbconvert take the picture of
    a saved notebook. Headless the widget is left out, as `nbconvert --to html` would prefer it, and
    then shows nothing without the internet.
    """
    return {**widget, **picture} if live() else dict(picture)


def svg_picture(svg: str, text: str, note: str = "") -> dict:
    """The MIME types of a drawing, with a note below it.

    text: stands for the drawing where there are no pictures. As an image inside HTML the drawing is
    also shown by a JupyterLab that does not trust the notebook (one that papermill ran, or a
    colleague), and whole on GitHub.
    """
    address = base64.b64encode(svg.encode()).decode()
    image = f'<img src="data:image/svg+xml;base64,{address}" alt="{html.escape(text)}">'
    return {
        "image/svg+xml": svg,
        "text/html": f"{image}\n<p>{html.escape(note)}</p>" if note else image,
        "text/plain": f"{text}\n{note}" if note else text,
    }


def _page_asked() -> bool:
    if "google.colab" in sys.modules or os.environ.get("SERVER_SOFTWARE", "").startswith("voila"):
        return True
    ipython = sys.modules.get("IPython")
    kernel = getattr(ipython and ipython.get_ipython(), "kernel", None)
    if kernel is None:
        return False
    request = kernel.get_parent("shell") or {}
    kind = request.get("header", {}).get("msg_type")
    # Messages of widgets come from a page, too: a button that was clicked, say.
    return kind == "comm_msg" or "cellId" in request.get("metadata", {})
