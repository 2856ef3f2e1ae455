"""Two quantities of the parameter sets against each other, coloured by class, to select sets in."""

import html
from dataclasses import dataclass

import ipywidgets as w
import numpy as np

from kinetools.kinetics.rules import CLASSES, quantity

from .axes import decades, eigenvalue_axis, grouped, number
from .chart_style import axis, layout, note
from .colours import CLASS_COLOURS, CLASS_SYMBOLS
from .plotly_chart import PlotlyChart
from .quantities import describe

MOST = 4000  # points drawn of a large dataset
SEED = 0  # of the sample that is drawn, so that everybody sees the same points


class SetScatter:
    """A Plotly figure and pickers for its axes; `widget` is what is displayed.

    on_select(numbers) and on_click(number) are called with numbers of sets. Of more than 4000 sets a
    sample of 4000 is drawn (fixed seed), with all that are selected, edited or in focus besides.
    """

    def __init__(self, relabelling, names, on_select, on_click, height: int = 460):
        self._relabelling, self._on_select, self._on_click = relabelling, on_select, on_click
        n_sets = len(relabelling.numbers)
        self._sample = np.arange(n_sets)
        if n_sets > MOST:
            chosen = np.random.default_rng(SEED).choice(n_sets, MOST, replace=False)
            self._sample = np.sort(chosen)
        self._positions, self._blocks = (
            self._sample,
            [relabelling.sets.isel(set=self._sample).load()],
        )
        self._parts, self._state, self._height = [], None, height
        self.x, self.y = (_picker(axis, names) for axis in "xy")
        self.swap = w.Button(icon="exchange", tooltip="swap the axes", layout={"width": "36px"})
        self.chart = PlotlyChart()
        pickers = w.HBox([self.x, self.swap, self.y], layout={"flex_flow": "row wrap"})
        self.widget = w.VBox([pickers, self.chart])
        for picker in (self.x, self.y):
            picker.observe(lambda _: self._redraw(), "value")
        self.swap.on_click(lambda _: self.set_axes(self.y.value, self.x.value))
        self.chart.observe(self._selected, "selected")
        self.chart.observe(self._clicked, "clicked")

    def set_axes(self, x: str, y: str) -> None:
        """Show these two quantities."""
        state, self._state = self._state, None  # both first, then one drawing
        self.x.value, self.y.value = x, y
        self._state = state
        self._redraw()

    def draw(self, codes, edited, selection, focus) -> None:
        """Show sets in their classes (codes, (set,)); mark those given by number."""
        self._state = codes, edited, selection, focus
        self._redraw()

    def drawn_sets(self) -> np.ndarray:
        """Numbers of the sets that are drawn."""
        return self._relabelling.numbers[self._positions]

    def _redraw(self):
        if self._state is None or not (self.x.value and self.y.value):
            return
        codes, edited, selection, focus = self._state
        self._fetch([*edited[:MOST], *selection[:MOST], *([] if focus is None else [focus])])
        numbers = self.drawn_sets()
        x, y = (self._column(picker.value) for picker in (self.x, self.y))
        self._parts, traces = [], []
        for k, name in enumerate(CLASSES):
            rows = np.flatnonzero(codes[self._positions] == k)
            self._parts.append(numbers[rows])
            trace = points(x, y, rows, name, _class_marker(name))
            trace["customdata"] = _plain(np.column_stack([numbers, x.values, y.values])[rows])
            trace["hovertemplate"] = (
                f"set %{{customdata[0]:d}}, {name}<br>x %{{customdata[1]:.4~g}}"
                "<br>y %{customdata[2]:.4~g}<extra></extra>"
            )
            trace["selected"] = {"marker": {"opacity": 1, "size": 9}}
            trace["unselected"] = {"marker": {"opacity": 0.12}}
            if selection:
                trace["selectedpoints"] = np.flatnonzero(np.isin(numbers[rows], selection)).tolist()
            traces.append(trace)
        # Rings around the points, which let clicks and the lasso through to them.
        for name, size, width, marked in (
            ("labelled by hand", 9, 1, np.isin(numbers, edited)),
            ("spectrum shown", 16, 2.5, numbers == focus if focus is not None else []),
        ):
            ring = {
                "size": size,
                "symbol": "circle-open",
                "color": "#000",
                "line": {"width": width},
            }
            trace = points(x, y, np.flatnonzero(marked), name, ring)
            traces.append(trace | {"hoverinfo": "skip", "unselected": {"marker": {"opacity": 1}}})
        self.chart.figure = {"data": traces, "layout": self._layout(x, y)}

    def _layout(self, x, y) -> dict:
        # Zoom and lasso stay while the axes stay the same.
        return layout(
            self._height,
            margin={"l": 66, "r": 16, "t": 64, "b": 74},
            annotations=[note(self._note(x, y))],
            legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom"},
            dragmode="lasso",
            uirevision=f"{self.x.value} {self.y.value}",
            selectionrevision=str(hash((self.x.value, self.y.value, *self._state[2]))),
            xaxis=x.layout,
            yaxis=y.layout,
        )

    def _fetch(self, numbers) -> None:
        """Read the sets of these numbers that are not in the sample; the others stay in memory."""
        wanted = self._relabelling.positions(numbers) if numbers else np.empty(0, int)
        extra = np.setdiff1d(wanted, self._sample)
        if not np.array_equal(extra, self._positions[len(self._sample) :]):
            self._positions = np.concatenate([self._sample, extra])
            self._blocks[1:] = [self._relabelling.sets.isel(set=extra).load()]

    def _note(self, x, y) -> str:
        n_sets, drawn = len(self._relabelling.numbers), len(self._positions)
        parts = []
        if len(self._sample) < n_sets:
            marked = " and what is marked" if drawn > len(self._sample) else ""
            parts.append(
                f"{grouped(drawn)} of {grouped(n_sets)} sets are drawn: a fixed sample{marked}"
            )
        undefined = int((~np.isfinite(x.places) | ~np.isfinite(y.places)).sum())
        if undefined:
            parts.append(f"{grouped(undefined)} of {grouped(drawn)} have no value on these axes")
        return "; ".join(parts)

    def _column(self, name: str) -> "Column":
        values = np.concatenate([quantity(block, name) for block in self._blocks])
        title = html.escape(describe(self._relabelling.sets, name))
        if name == "eigenvalue_max":
            scale = eigenvalue_axis(self._relabelling.values(name))
            ticks = scale.spread_ticks(0.06)
            places = scale.position([value for value, _ in ticks]).tolist()
            look = axis(title, tickvals=places, ticktext=[text for _, text in ticks])
            return Column(values, scale.position(values), look)
        known = values[np.isfinite(values)]
        if len(known) and known.min() > 0 and known.max() > 20 * known.min():
            ticks = decades(known.min() / 1e3, known.max() * 1e3)
            texts = [number(value) for value in ticks]
            look = axis(title, type="log", tickvals=ticks, ticktext=texts)
            return Column(values, values, look)
        return Column(values, values, axis(title, exponentformat="power"))

    def _selected(self, change):
        numbers = [self._parts[k][i] for k, i in change["new"]["points"] if k < len(self._parts)]
        self._on_select([int(number) for number in numbers])

    def _clicked(self, change):
        for k, i in change["new"]["points"][:1]:
            self._on_click(int(self._parts[k][i]))


@dataclass(frozen=True)
class Column:
    """A quantity of the sets drawn: values, where they lie on the axis, and how the axis looks."""

    values: np.ndarray
    places: np.ndarray
    layout: dict


def points(x, y, rows, name, marker) -> dict:
    """A trace of the points in some rows."""
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": _plain(x.places[rows]),
        "y": _plain(y.places[rows]),
        "marker": marker,
        "showlegend": bool(len(rows)),
    }


def _class_marker(name):
    return {
        "size": 6 if CLASS_SYMBOLS[name] == "circle" else 7,
        "symbol": CLASS_SYMBOLS[name],
        "color": CLASS_COLOURS[name],
        "opacity": 0.6,
    }


def _plain(values) -> list:
    """Numbers as JSON carries them: NaN and infinities as None."""
    return np.where(np.isfinite(values), values, None).tolist()


def _picker(axis, names):
    return w.Combobox(
        description=axis,
        options=names,
        ensure_option=True,
        continuous_update=False,
        placeholder="type a reaction or a quantity",
        layout=w.Layout(width="auto", flex="1 1 200px"),
        style={"description_width": "14px"},
    )
