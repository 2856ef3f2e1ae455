"""Output cells made fit for a page without internet and without a kernel."""

import json
import re
import uuid

PLOTLY = "application/vnd.plotly.v1+json"
WIDGET = "application/vnd.jupyter.widget-view+json"
SCRIPTS = ("application/javascript", "application/vnd.holoviews_load.v0+json")
PICTURES = ("image/svg+xml", "image/png", "image/jpeg", "text/html", "text/markdown", "text/latex")
LOADING = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src"}
REMOTE = re.compile(r"\s*(https?:)?//", re.IGNORECASE)


def static_outputs(outputs: list) -> list:
    """The outputs of one cell: progress bars in their last state, Plotly figures as HTML.

    Live widgets are dropped unless they brought a picture, and so is what would load from the
    internet. The list given is not changed.
    """
    shown = []
    for output in map(_copy, outputs):
        if output["output_type"] == "stream":
            if shown and shown[-1].get("name") == output["name"]:
                shown[-1]["text"] += output["text"]
            else:
                shown.append(output)
        elif "data" not in output or _prepare(output["data"]):
            shown.append(output)
    for output in shown:
        if output["output_type"] == "stream":
            output["text"] = last_states(output["text"])
    return [output for output in shown if output.get("text", "-")]


def last_states(text: str) -> str:
    """Text as a terminal shows it in the end: after a carriage return a line starts again."""
    lines = []
    for line in text.replace("\r\n", "\n").split("\n"):
        states = [state for state in line.split("\r") if state.strip()]
        lines.append(states[-1] if states else "")
    return "\n".join(lines)


def plotly_html(figure: dict) -> str:
    """A Plotly figure as HTML for a page that has loaded plotly.min.js."""
    name = f"plot-{uuid.uuid4().hex}"
    layout = dict(figure.get("layout", {}))
    height = layout.get("height", 450)
    config = {"responsive": True, "displaylogo": False, **figure.get("config", {})}
    arguments = ", ".join(map(_script_json, (figure.get("data", []), layout, config)))
    return (
        f'<div id="{name}" class="plotly-figure" style="height: {float(height):g}px"></div>\n'
        f'<script>Plotly.newPlot("{name}", {arguments})</script>'
    )


def without_remote(html: str) -> str:
    """HTML without scripts, styles and frames from the internet; a picture becomes a link."""
    if not re.search(r"<\s*(script|link|img|iframe|source)\b[^>]*//", html, re.IGNORECASE):
        return html
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(html, "html.parser")
    for tag in soup.find_all(list(LOADING)):
        address = tag.get(LOADING[tag.name]) or ""
        if not REMOTE.match(address):
            continue
        if tag.name == "img":
            link = soup.new_tag("a", href=address)
            link.string = tag.get("alt") or address
            tag.replace_with(link)
        else:
            tag.decompose()
    return str(soup)


def _copy(output) -> dict:
    copy = json.loads(json.dumps(output))
    if isinstance(copy.get("text"), list):
        copy["text"] = "".join(copy["text"])
    return copy


def _prepare(data: dict) -> bool:
    """Change one output's data in place; whether anything is left to see."""
    for key in SCRIPTS:
        data.pop(key, None)
    if PLOTLY in data:
        data["text/html"] = plotly_html(data.pop(PLOTLY))
    elif "text/html" in data:
        if _is_bare_plotly(data["text/html"]):
            return False
        data["text/html"] = without_remote(data["text/html"])
    if data.pop(WIDGET, None) is not None and not any(kind in data for kind in PICTURES):
        return False
    return bool(data)


def _is_bare_plotly(html: str) -> bool:
    # Plotly's notebook renderer first shows its whole script, 5 MB; the page has it already.
    return "* plotly.js v" in html and "plotly-graph-div" not in html


def _script_json(value) -> str:
    # Inside a script element, "</" could end the script and "<!--" open a comment.
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")
