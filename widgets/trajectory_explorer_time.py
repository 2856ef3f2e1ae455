"""The time of a TrajectoryExplorer: one slider with a Play button, and the charts that it moves."""

from pathlib import Path

import anywidget
import traitlets as t
from ipywidgets import Widget, widget_serialization

from .plotly_chart import PlotlyChart, script
from .trajectory_explorer_words import time_places, time_text, time_ticks

HERE = Path(__file__).parent


class TimeBar(anywidget.AnyWidget):
    """A slider over logarithmic time that plays.

    `index` is which of the times is shown; the page tells it when the slider is let go and when a play
    pauses or ends. `frames` are the numbers of the map at all times, {"reactions": {id: [...]},
    "metabolites": {id: [...]}}, and `xs` the places of the times in the chart of time courses: with them
    the page moves both on its own.
    """

    _esm = script("keep_listening", "trajectory_explorer_time")
    _css = HERE / "trajectory_explorer_time.css"
    _map = t.Instance(Widget, allow_none=True).tag(sync=True, **widget_serialization)
    _courses = t.Instance(Widget, allow_none=True).tag(sync=True, **widget_serialization)
    _place = t.Float().tag(sync=True)

    index = t.Int().tag(sync=True)
    playing = t.Bool(False).tag(sync=True)
    places = t.List().tag(sync=True)
    texts = t.List().tag(sync=True)
    ticks = t.List().tag(sync=True)
    xs = t.List().tag(sync=True)
    frames = t.Dict().tag(sync=True)

    def __init__(self, minutes, courses=None, map=None, **traits):
        places = time_places(minutes).tolist()
        super().__init__(
            _map=map,
            _courses=courses,
            _place=places[traits.get("index", 0)],
            places=places,
            texts=[time_text(m) for m in minutes],
            ticks=[list(tick) for tick in time_ticks(minutes)],
            **traits,
        )


class PlaneChart(PlotlyChart):
    """The chart of `plane_figure`, whose markers move along the trajectories as the time bar says."""

    _esm = script("keep_listening", "plotly_library", "trajectory_explorer_plane")
    _css = HERE / "trajectory_explorer_plane.css"
    _bar = t.Instance(TimeBar).tag(sync=True, **widget_serialization)
