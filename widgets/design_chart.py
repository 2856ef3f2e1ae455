"""Tracer experiments against their cost: a chart in which candidates are clicked and compared."""

import html

import ipywidgets as w
import numpy as np
import traitlets as t

from kinetools.data import whole_number
from kinetools.errors import InputError
from kinetools.flux.design_picture import SCALES, check_design, draw_design

from .chart_style import axis, layout
from .design_labels import labels
from .design_order import (
    LESS_IS_BETTER,
    check_experiments,
    front,
    known_costs,
    places,
    ranked_anew,
    ranked_by,
)
from .design_words import comparison_html, hover_texts, place_title, reading_html
from .display import live, mimebundle, svg_picture
from .plotly_chart import PlotlyChart

BLUE, GREY, ORANGE = "#0072B2", "#9a9a9a", "#D55E00"
LEAST = 120  # pixels of the chart's height


class DesignChart(t.HasTraits):
    """Candidates of `rank_tracers`, each a point: what it would leave open, against its cost.

    table: of `rank_tracers`; height: in pixels; cost_name: what the costs are, with their unit. Without
    costs the candidates stand in order. Those that no other beats in the chosen quantity are named.
    Traits, to be read and set from Python as the page does: `selection`, names of candidates, shown beside
    each other below the chart; `quantity`, "score", "a_criterion" or "information".
    Raises InputError for another table and for names that are not in it.
    """

    selection = t.List(t.Unicode())
    quantity = t.Enum(tuple(SCALES), default_value="score")

    def __init__(self, table, height: int = 440, cost_name: str = "cost"):
        self._title = "Which tracer next?"
        check_design(table)
        check_experiments(table)
        self._height = whole_number(height, "height", LEAST)
        if not isinstance(cost_name, str) or not cost_name.strip():
            raise InputError(
                f"cost_name={cost_name!r}: name the costs with their unit, 'labelled glucose (g)', say."
            )
        self._cost_name = cost_name
        self.table, self._view = table, None
        super().__init__(quantity=ranked_by(table))

    def figure(self):
        """The chart as a plain Plotly figure."""
        import plotly.graph_objects as go

        return go.Figure(self._plot())

    def _plot(self) -> dict:
        table, known = self.table, known_costs(self.table)
        x = [float(v) for v in (table["cost"] if known else places(table))]
        y = [float(v) for v in table[self.quantity]]
        best, chosen = self._best, self._chosen
        points = {
            "type": "scatter",
            "mode": "markers",
            "x": x,
            "y": y,
            "text": hover_texts(table, self.quantity, self._cost_name),
            "hovertemplate": "%{text}<extra></extra>",
            "marker": {
                "color": list(np.where(best, BLUE, GREY)),
                "size": [float(s) for s in np.where(best | chosen, 11, 7)],
                "opacity": 1,
                "line": {
                    "color": list(np.where(chosen, ORANGE, "white")),
                    "width": [float(s) for s in np.where(chosen, 2.5, 0.5)],
                },
            },
        }
        title = self._cost_name if known else place_title(table)
        return {
            "data": [points, *([self._line(x, y)] if known else [])],
            "layout": layout(
                self._height,
                margin={"l": 70, "r": 20, "t": 20, "b": 60},
                showlegend=False,
                annotations=self._labels(x, y, best, chosen),
                xaxis=axis(html.escape(title)),
                yaxis=axis(SCALES[self.quantity]),
            ),
        }

    def _line(self, x, y) -> dict:
        """Joins the candidates that no other beats, by cost."""
        ends = sorted((x[k], y[k]) for k in np.flatnonzero(self._best))
        return {
            "type": "scatter",
            "mode": "lines",
            "x": [cost for cost, _ in ends],
            "y": [value for _, value in ends],
            "line": {"color": BLUE, "width": 1},
            "hoverinfo": "skip",
        }

    def _labels(self, x, y, best, chosen) -> list[dict]:
        colours = np.where(chosen, ORANGE, BLUE)
        points = [
            (self.table.index[k], x[k], y[k], str(colours[k]))
            for k in np.flatnonzero(best | chosen)
        ]
        rising = None if known_costs(self.table) else LESS_IS_BETTER[ranked_by(self.table)]
        per_value = (self._height - 80) / ((max(y) - min(y)) or 1.0)  # pixels
        return labels(points, (min(x) + max(x)) / 2, per_value, rising)

    @property
    def _best(self):
        """Which (candidate,) no other beats in the chosen quantity."""
        return front(self.table, self.quantity)

    @property
    def _chosen(self):
        return self.table.index.isin(self.selection)

    def svg(self) -> str:
        """The chosen quantity as a static picture, without the selection."""
        table = ranked_anew(self.table, self.quantity)
        return draw_design(table, self._title, cost_name=self._cost_name)

    @property
    def widget(self):
        """What is displayed in a page."""
        if self._view is None:
            self._chart, self._words = PlotlyChart(figure=self._plot()), w.HTML()
            picker = w.Dropdown(
                options=[(text, key) for key, text in SCALES.items()],
                value=self.quantity,
                layout={"width": "max-content", "max_width": "100%"},
            )
            t.link((picker, "value"), (self, "quantity"))
            self._chart.observe(self._clicked, "clicked")
            self.observe(lambda _: self._redraw(), ["selection", "quantity"])
            self._view = w.VBox([picker, self._chart, self._words])
            self._redraw()
        return self._view

    @t.validate("selection")
    def _known(self, proposal):
        unknown = [name for name in proposal["value"] if name not in self.table.index]
        if unknown:
            raise InputError(
                f"selection: there is no candidate {unknown[0]!r}; see .table.index for their names."
            )
        return list(dict.fromkeys(proposal["value"]))

    def _clicked(self, change):
        points = [k for trace, k in change["new"].get("points", []) if trace == 0]
        for name in (str(self.table.index[k]) for k in points):
            kept = [x for x in self.selection if x != name]
            self.selection = kept if name in self.selection else [*kept, name]

    def _redraw(self):
        self._chart.figure = self._plot()
        words = reading_html(self.table, self.quantity, self._best, bool(self.selection))
        if self.selection:
            words += comparison_html(self.table, self.selection, self._cost_name)
        self._words.value = words

    def _repr_mimebundle_(self, **_):
        picture = svg_picture(self.svg(), f"{self._title} {len(self.table)} candidates.")
        return mimebundle(self.widget._repr_mimebundle_() if live() else {}, picture)
