"""Tracer experiments against their cost: a chart in which candidates are clicked and compared."""

import html

import ipywidgets as w
import numpy as np
import traitlets as t

from kinetools.data import whole_number
from kinetools.errors import InputError
from kinetools.flux.design_picture import QUANTITY, SCALES, check_design, draw_design

from .chart_style import axis, layout
from .design_words import comparison_html, reading_html
from .display import live, mimebundle, svg_picture
from .plotly_chart import PlotlyChart

BLUE, GREY, ORANGE = "#0072B2", "#9a9a9a", "#D55E00"
LEAST = 120  # pixels of the chart's height
LONGEST, LINE = 34, 15  # letters of a name in the chart, and its height in pixels


class DesignChart(t.HasTraits):
    """Candidates of `rank_tracers`, each a point: what it would leave open, against its cost.

    table: of `rank_tracers`; height: in pixels. Without costs the candidates stand in order.
    Traits, to be read and set from Python as the page does: `selection`, names of candidates, shown beside
    each other below the chart; `quantity`, "score", "a_criterion" or "information".
    Raises InputError for another table and for names that are not in it.
    """

    selection = t.List(t.Unicode())
    quantity = t.Enum(tuple(SCALES), default_value="score")

    def __init__(self, table, height: int = 440):
        self._title = "Which tracer next?"
        check_design(table)
        self._height = whole_number(height, "height", LEAST)
        self.table, self._view = table, None
        super().__init__(quantity=QUANTITY[table.attrs.get("criterion", "width")])

    def figure(self):
        """The chart as a plain Plotly figure."""
        import plotly.graph_objects as go

        return go.Figure(self._plot())

    def _plot(self) -> dict:
        table, known = self.table, self._known_costs
        x = table["cost"] if known else np.arange(1, len(table) + 1)
        colours = np.where(table["pareto"], BLUE, GREY)
        chosen = table.index.isin(self.selection)
        named = chosen | table["pareto"].to_numpy(bool) if known else chosen
        points = {
            "type": "scatter",
            "mode": "markers",
            "x": [float(v) for v in x],
            "y": [float(v) for v in table[self.quantity]],
            "text": [html.escape(str(name)) for name in table.index],
            "hovertemplate": "%{text}<br>%{y:.3g}" + " at %{x:.4~g}" * known + "<extra></extra>",
            "marker": {
                "color": list(np.where(chosen, ORANGE, colours)),
                "size": [float(s) for s in np.where(table["pareto"] | chosen, 11, 7)],
            },
        }
        traces = [points]
        if known:
            front = table[table["pareto"]].sort_values(["cost", self.quantity])
            line = {"color": BLUE, "width": 1}
            traces.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "x": [float(v) for v in front["cost"]],
                    "y": [float(v) for v in front[self.quantity]],
                    "line": line,
                    "hoverinfo": "skip",
                }
            )
        return {
            "data": traces,
            "layout": layout(
                self._height,
                margin={"l": 70, "r": 20, "t": 20, "b": 60},
                showlegend=False,
                annotations=self._labels(x, named, chosen),
                xaxis=axis("cost" if known else "place in the ranking"),
                yaxis=axis(SCALES[self.quantity]),
            ),
        }

    def _labels(self, x, named, chosen) -> list[dict]:
        """Names beside their points, inwards, and above each other where points lie close."""
        middle, values = (min(x) + max(x)) / 2, self.table[self.quantity]
        per_value = (self._height - 80) / ((values.max() - values.min()) or 1.0)  # pixels
        labels = [
            {
                "x": float(place),
                "y": float(value),
                "text": html.escape(_short(str(name))),
                "showarrow": False,
                "xanchor": "right" if place > middle else "left",
                "xshift": -9 if place > middle else 9,
                "bgcolor": "rgba(255,255,255,0.8)",
                "font": {"size": 11, "color": ORANGE if is_chosen else BLUE},
            }
            for name, place, value, is_named, is_chosen in zip(
                self.table.index, x, values, named, chosen
            )
            if is_named
        ]
        top = {}  # in pixels, of the labels so far, by place
        for label in sorted(labels, key=lambda label: label["y"]):
            level = per_value * label["y"]
            top[label["x"]] = max(level, top.get(label["x"], -np.inf) + LINE)
            label["yshift"] = top[label["x"]] - level
        return labels

    @property
    def _known_costs(self) -> bool:
        return bool(self.table["cost"].notna().all())

    def svg(self) -> str:
        """The same as a static picture."""
        return draw_design(self.table, self._title)

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
        self._words.value = (
            comparison_html(self.table, self.selection)
            if self.selection
            else reading_html(self.table, self._known_costs)
        )

    def _repr_mimebundle_(self, **_):
        picture = svg_picture(self.svg(), f"{self._title} {len(self.table)} candidates.")
        return mimebundle(self.widget._repr_mimebundle_() if live() else {}, picture)


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else name[: LONGEST - 1] + "…"
