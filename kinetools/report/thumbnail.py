"""The picture of a notebook in the index: the first one that its output cells hold."""

import base64
import html
import re

from .outputs import PLOTLY, plotly_html

HEIGHT = 208  # pixels, as in style.css
# Only drawings that say their size: xarray's tables bring icons that do not.
SVG = re.compile(r"<svg\b[^>]*\s(?:viewBox|width)=.*?</svg>", re.DOTALL)


def thumbnail(notebook) -> str:
    """HTML of a notebook's first picture, or "" where it has none."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if shown := _picture(output.get("data", {})):
                return shown
    return ""


def _picture(data: dict) -> str:
    if PLOTLY in data:
        return plotly_html(_small(data[PLOTLY]))
    for kind in ("image/png", "image/jpeg"):
        if kind in data:
            return _image(kind, "".join("".join(data[kind]).split()))
    drawings = [_text(data["image/svg+xml"])] if "image/svg+xml" in data else []
    drawings += SVG.findall(_text(data.get("text/html", "")))
    for svg in drawings:
        if "xmlns=" not in svg.partition(">")[0]:
            svg = svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
        return _image("image/svg+xml", base64.b64encode(svg.encode()).decode())
    return ""


def _image(kind: str, encoded: str) -> str:
    # As an image a drawing cannot run scripts, nor mix its styles with the page's.
    return f'<img src="data:{kind};base64,{html.escape(encoded)}" alt="">'


def _small(figure: dict) -> dict:
    """The marks of a figure, without the words that would not fit."""
    layout = {
        key: {**value, "title": None} if re.match(r"[xy]axis", key) else value
        for key, value in figure.get("layout", {}).items()
        if key not in ("width", "title", "annotations")
    }
    layout |= {"height": HEIGHT, "showlegend": False, "font": {"size": 9}}
    layout |= {"margin": {"l": 30, "r": 10, "t": 10, "b": 25}}
    data = [trace for trace in figure.get("data", []) if trace.get("type") != "table"]
    return {"data": data, "layout": layout, "config": {"staticPlot": True}}


def _text(value) -> str:
    return value if isinstance(value, str) else "".join(value)
