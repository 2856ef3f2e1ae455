"""The page of a FluxRidges: what it comes to in words, controls, the chart, and figures of rows."""

import html
import re

import ipywidgets as w
import traitlets as t

from kinetools.flux.ridges import AXES, ORDERS

from .flux_map_words import verdicts_html
from .flux_ridges_figure import ridges_figure
from .flux_ridges_table import ridges_table
from .own_keys import OwnKeysBox
from .plotly_chart import PlotlyChart

HINT = "Click the mark of a median to see its figures; type a reaction's id to show only some rows."


class FluxRidgesPage(OwnKeysBox):
    """Widgets that follow a FluxRidges' traits, and set them when the user acts."""

    def __init__(self, explorer):
        self.explorer = explorer
        self.words, self.chart, self.numbers = w.HTML(), PlotlyChart(), w.HTML()
        self.order = _picker("order", {ORDERS[key]: key for key in explorer.ridges.orders})
        self.axis = _picker("axis", {words: key for key, words in AXES.items()})
        self.priors = w.Checkbox(description="priors", indent=False, layout={"width": "auto"})
        self.pages = w.BoundedIntText(description="page", min=1, layout={"width": "130px"})
        self.picker = w.Text(
            description="rows",
            placeholder="all; or ids, or parts of them: PGI, PP",
            continuous_update=False,
            layout={"width": "auto", "max_width": "100%", "flex": "1 1 320px"},
            style={"description_width": "initial"},
        )
        self.unknown = w.Label()
        for control, trait in (
            (self.order, "order"),
            (self.axis, "axis"),
            (self.priors, "priors"),
        ):
            t.link((explorer, trait), (control, "value"))
        self.pages.observe(self._turned, "value")
        self.chart.observe(self._clicked, "clicked")
        bar = w.HBox(
            [self.order, self.axis, self.priors, self.pages],
            layout={"flex_flow": "row wrap", "align_items": "center", "grid_gap": "4px 14px"},
        )
        rows = w.HBox([self.picker, self.unknown], layout={"flex_flow": "row wrap"})
        super().__init__([self.words, bar, rows, self.chart, self.numbers])
        self.picker.observe(self._typed, "value")
        traits = ["reactions", "order", "axis", "priors", "level", "interval_kind", "page"]
        explorer.observe(lambda _: self.refresh(), [*traits, "selection"])
        self.refresh()

    def refresh(self):
        """Show the explorer's state."""
        explorer = self.explorer
        text = " ".join([*explorer.sentences, explorer.ridges.note])
        self.words.value = verdicts_html(explorer) + (
            '<div style="line-height: 1.4; padding: 3px 10px; overflow-wrap: anywhere">'
            f"{html.escape(text)}</div>"
        )
        if self._found(self.picker.value)[0] != explorer.reactions:
            self.picker.value = ", ".join(explorer.reactions)
        self.pages.layout.display = "none" if explorer.pages == 1 else ""
        self.pages.max, self.pages.value = explorer.pages, explorer.page + 1
        self.chart.figure = ridges_figure(explorer)
        self.numbers.value = self._numbers()

    def _numbers(self) -> str:
        explorer = self.explorer
        if not explorer.selection:
            return f'<div style="padding: 3px 10px">{HINT}</div>'
        return ridges_table(explorer)

    def _found(self, text: str) -> tuple[list[str], list[str]]:
        """(ids, words without any) of what was typed: an id, or else all that have it as a part."""
        known, ids, unknown = {r.lower(): r for r in self.explorer.data.reactions}, [], []
        for word in re.split(r"[,;\s]+", text.strip().lower()) if text.strip() else ():
            found = [known[word]] if word in known else [r for k, r in known.items() if word in k]
            ids += found if word else []
            unknown += [] if found else [word]
        return list(dict.fromkeys(ids)), unknown

    def _typed(self, change):
        ids, unknown = self._found(change["new"])
        self.unknown.value = f"There is no row of {', '.join(unknown)}." if unknown else ""
        if ids or not unknown:
            self.explorer.reactions = ids

    def _turned(self, change):
        self.explorer.page = min(change["new"], self.explorer.pages) - 1

    def _clicked(self, change):
        for trace, point in change["new"].get("points", [])[:1]:
            ids = self.chart.figure["data"][trace].get("meta")
            if ids:
                kept = [r for r in self.explorer.selection if r != ids[point]]
                known = ids[point] in self.explorer.selection
                self.explorer.selection = kept if known else [*kept, ids[point]]


def _picker(words, options):
    return w.Dropdown(
        description=words,
        options=options,
        layout={"width": "auto", "max_width": "100%", "flex": "0 1 auto"},
        style={"description_width": "initial"},
    )
