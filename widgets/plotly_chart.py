"""A Plotly chart in the notebook that tells Python what was clicked and selected.

Plotly's own FigureWidget loses selections when the mouse goes on to hover over points before they are
sent, gives a page that is loaded again its first state, and carries 5 MB of JavaScript in every figure.
"""

import gzip
import importlib.util
from functools import cache
from pathlib import Path

import anywidget
import traitlets as t
from ipywidgets import widget_serialization

HERE = Path(__file__).parent


def script(*parts: str) -> str:
    """JavaScript put together of files of this folder."""
    return "\n".join((HERE / f"{part}.js").read_text("utf-8") for part in parts)


class PlotlyLibrary(anywidget.AnyWidget):
    """The JavaScript of the installed plotly package, sent once for all charts of a kernel."""

    _esm = "export default {}"
    source = t.Bytes().tag(sync=True)


@cache
def plotly_library() -> PlotlyLibrary:
    """The one library of this kernel; found without importing plotly, which takes seconds."""
    package = Path(importlib.util.find_spec("plotly").origin).parent
    source = (package / "package_data" / "plotly.min.js").read_bytes()
    return PlotlyLibrary(source=gzip.compress(source, mtime=0))


class PlotlyChart(anywidget.AnyWidget):
    """A chart: `figure` is {"data": [...], "layout": {...}}, as Plotly writes it, without NaN.

    `clicked` and `selected` change when the user acts: {"points": [[trace, point], ...], "at": ...}.
    """

    _esm = script("keep_listening", "plotly_library", "plotly_chart")
    _css = HERE / "plotly_chart.css"
    _library = t.Instance(PlotlyLibrary).tag(sync=True, **widget_serialization)

    figure = t.Dict().tag(sync=True)
    config = t.Dict().tag(sync=True)
    clicked = t.Dict().tag(sync=True)
    selected = t.Dict().tag(sync=True)

    def __init__(self, **traits):
        config = {"displaylogo": False, "doubleClickDelay": 400}
        super().__init__(_library=plotly_library(), config=config, **traits)
