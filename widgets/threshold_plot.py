"""Distributions of a labelled dataset with thresholds to drag, type or move with the keyboard."""

from pathlib import Path

import anywidget
import traitlets as t

from kinetools.kinetics.rules import CLASSES

from .axes import eigenvalue_axis, linear_axis, log_axis
from .colours import CLASS_COLOURS, CLASS_MARKS, CLASS_MEANINGS

HERE = Path(__file__).parent
# One module for the page, written as files of one concept each.
PARTS = (
    "keep_listening",
    "threshold_elements",
    "threshold_panel",
    "condition_table",
    "threshold_plot",
)
BINS = 110

# quantity → what its panel says; `order` is that of the rows in a rule, as LabelRule writes them.
PANELS = {
    "eigenvalue_max": {
        "title": "Slowest eigenvalue",
        "axis_title": "Re λ_max",
        "name": "slowest",
        "comparison": "<",
        "unit": "1/h",
        "default": -9.0,
        "mark": 0.0,
        "order": 0,
        "help": "Re λ_max of a relevant set lies below this",
    },
    "time_constant": {
        "title": "Time constant of stable sets",
        "axis_title": "time constant",
        "name": "longest",
        "comparison": "<",
        "unit": "min",
        "default": 6.7,
        "order": 2,
        "help": "the slowest time constant, 60/|Re λ_max|, of a relevant set lies below this",
    },
    "eigenvalue_min": {
        "title": "Fastest eigenvalue",
        "axis_title": "Re λ_min",
        "name": "fastest",
        "comparison": ">",
        "unit": "1/h",
        "default": -3.6e9,
        "order": 1,
        "help": "Re λ_min of a relevant set lies above this (−3.6×10⁹ per hour is 1 µs)",
    },
}
AXES = {
    "eigenvalue_max": eigenvalue_axis,
    "time_constant": log_axis,
    "eigenvalue_min": linear_axis,
}


def panels(relabelling) -> list[dict]:
    """The panels for the quantities that a dataset has; its sets are sorted into their bins."""
    result = []
    for quantity, words in PANELS.items():
        if quantity not in relabelling.sets:
            continue
        axis = AXES[quantity](relabelling.values(quantity))
        relabelling.bin(quantity, axis.edges(BINS))
        result.append({"quantity": quantity, **words, "axis": axis})
    return result


class ThresholdPlot(anywidget.AnyWidget):
    """Counts by class and bin, and the rule's thresholds as lines; the kernel counts.

    Traits that the page sets: `rule` (rows quantity, comparison, value), `dragging`, `remembered` (values
    of thresholds that are switched off). Traits that it shows: `counts`, `histograms`, `edited`,
    `rule_text`, `problem`.
    """

    _esm = "\n".join((HERE / f"{part}.js").read_text("utf-8") for part in PARTS)
    _css = HERE / "threshold_plot.css"

    classes = t.List().tag(sync=True)
    panels = t.List().tag(sync=True)
    quantities = t.List(t.Unicode()).tag(sync=True)
    rule = t.List().tag(sync=True)
    rule_text = t.Unicode().tag(sync=True)
    problem = t.Unicode().tag(sync=True)
    remembered = t.Dict().tag(sync=True)
    dragging = t.Bool(False).tag(sync=True)
    histograms = t.Dict().tag(sync=True)
    counts = t.List(t.Int()).tag(sync=True)
    edited = t.Int(0).tag(sync=True)

    def __init__(self, panels=(), **traits):
        # The page leaves out what collides at its width, so it gets the ticks in order of importance.
        for_page = [
            {**panel, "axis": vars(panel["axis"]), "ticks": panel["axis"].ticks()}
            for panel in panels
        ]
        classes = [
            {
                "name": name,
                "colour": CLASS_COLOURS[name],
                "mark": CLASS_MARKS[name],
                "meaning": CLASS_MEANINGS[name],
            }
            for name in CLASSES
        ]
        super().__init__(classes=classes, panels=for_page, **traits)
