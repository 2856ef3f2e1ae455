"""The page of a FluxMap: verdicts, choices, the map with its samples, the list, one reaction in full."""

import html

import ipywidgets as w

from kinetools.errors import InputError

from .flux_map_data import DIFFERENCE
from .flux_map_detail import detail_figure
from .flux_map_export import ExportBar
from .flux_map_list import ReactionList, list_rows, reaction_facts
from .flux_map_pairs import pair_figure
from .flux_map_samples import SampleBar
from .flux_map_subsystems import ListBar
from .flux_map_words import (
    QUIET,
    level_text,
    missing_text,
    notes,
    reaction_html,
    short,
    verdicts_html,
)
from .own_keys import OwnKeysBox
from .plotly_chart import PlotlyChart

LEVELS = (0.5, 0.8, 0.9, 0.95, 0.99)
LOOKS = {
    "interval as halo": ("interval", "halo"),
    "interval as opacity": ("interval", "opacity"),
    "variation as halo": ("cv", "halo"),
    "variation as opacity": ("cv", "opacity"),
    "not shown": ("none", "halo"),
}
LETTERS = 32  # of a name on a button
LIST = 230  # height of the list above a reaction in full, in pixels
KINDS = (("highest density", "hdi"), ("equal tails", "eti"))


class FluxMapView(OwnKeysBox):
    """Widgets that follow a FluxMap's traits, and set them when the user acts."""

    def __init__(self, explorer):
        self.explorer, self._setting = explorer, False
        self.detail, self.pairs = PlotlyChart(), PlotlyChart()
        self.list = ReactionList(facts=reaction_facts(explorer.data))
        self.bar = ListBar(explorer, self.list, self._act, self._size_list)
        self.map = self._made_map()
        self.samples = SampleBar(explorer, self._act)
        self.export = ExportBar(self._file)
        self.problem, self.words, self.missing = w.HTML(), _words(), _words()
        self.controls = self._made_controls()
        super().__init__(self._arranged())
        self.add_class("kinetools-flux-view")
        self._connect()
        self.refresh()

    def _made_map(self):
        from .escher_map import EscherMap

        explorer = self.explorer
        if explorer.map is None:
            return None
        map = EscherMap(map=explorer.map, height=explorer.height)
        map._names = {**map._names, **explorer.data.reaction_names}
        map.add_class("kinetools-flux-map")
        return map

    def _made_controls(self):
        explorer = self.explorer
        self.show = w.ToggleButtons(
            options=[(short(s, LETTERS), s) for s in explorer.data.shows],
            tooltips=[_tooltip(s) for s in explorer.data.shows],
        )
        self.show.style.button_width = "auto"
        self.show.layout.display = "" if len(explorer.data.shows) > 1 else "none"
        self.statistic = _picker("colour", ["median", "mean"], "46px", "140px")
        self.look = _picker("uncertainty", list(LOOKS), "78px", "260px")
        self.level = _picker("level", [], "36px", "110px")
        self.kind = _picker("interval", KINDS, "54px", "205px")
        self.threshold = w.BoundedFloatText(
            min=0,
            max=1e6,
            step=0.1,
            description="a change is more than",
            style={"description_width": "150px"},
            layout=w.Layout(width="240px", margin="2px 6px"),
        )
        row = w.Layout(flex_flow="row wrap", align_items="center", grid_gap="0 4px")
        pickers = [self.statistic, self.look, self.level, self.kind, self.threshold]
        return w.HBox([self.show, *pickers, self.export], layout=row)

    def _arranged(self):
        explorer = self.explorer
        head = w.HTML(verdicts_html(explorer))
        chart = self.map or w.HTML(
            f'<div style="padding: 12px; border: 1px solid #ddd; line-height: 1.4; color: {QUIET}">'
            f"{html.escape(explorer.problem or 'No map is shown.')}</div>"
        )
        left = w.VBox([chart, self.samples.widget, self.missing])
        right = w.VBox([self.bar.widget, self.list, self.words, self.detail])
        grid = w.Box([left, right, w.VBox([self.pairs])])
        grid.add_class("kinetools-flux-grid")
        return [head, self.problem, self.controls, grid]

    def _connect(self):
        explorer, act = self.explorer, self._act
        self.show.observe(lambda c: act("show", c["new"]), "value")
        self.statistic.observe(lambda c: act("statistic", c["new"]), "value")
        self.look.observe(lambda c: self._look(c["new"]), "value")
        self.level.observe(lambda c: act("level", c["new"]), "value")
        self.kind.observe(lambda c: act("interval_kind", c["new"]), "value")
        self.threshold.observe(lambda c: act("threshold", c["new"]), "value")
        self.list.observe(lambda c: act("selection", c["new"]), "selection")
        if self.map is not None:
            self.map.observe(self._chosen_on_map, "selection")
        self.pairs.observe(self._clicked_pair, "clicked")
        everything = ["show", "level", "interval_kind", "threshold"]
        explorer.observe(lambda _: self.refresh(), everything)
        explorer.observe(lambda _: self._show_looks(), ["statistic", "uncertainty", "style"])
        explorer.observe(lambda _: self.bar.show(), ["subsystem", "most_changed", "probability"])
        explorer.observe(lambda _: self._show_selection(), "selection")
        explorer.observe(lambda _: self._show_sample(), "sample")
        explorer.observe(lambda _: self.samples.line_up(), "order")

    def _act(self, trait, value):
        """Set a trait of the explorer as the user wants it."""
        if self._setting:
            return
        try:
            self.explorer.set_trait(trait, value)
        except InputError as error:
            text = html.escape(str(error))
            self.problem.value = (
                f'<span role="alert" style="background: white; color: #b00020">{text}</span>'
            )
        else:
            self.problem.value = ""

    def _look(self, words):
        if not self._setting:
            with self.explorer.hold_trait_notifications():
                self.explorer.uncertainty, self.explorer.style = LOOKS[words]

    def _chosen_on_map(self, change):
        """Reactions of the map's selection; those off the map stay while others are added there."""
        if self._setting:
            return
        explorer = self.explorer
        clicked, new = (
            {*change["new"]},
            [id for id in change["new"] if id in explorer.data.reactions],
        )
        before = {id for id in explorer.selection if id in explorer.on_map}
        toggled = before and clicked and (before < clicked or clicked < before)
        off = [id for id in explorer.selection if id not in explorer.on_map] if toggled else []
        self._act("selection", [*off, *new])
        if explorer.selection == [*off, *new]:
            self._mark_map()

    def _clicked_pair(self, change):
        """Show the draw that was clicked in a pair plot."""
        for trace, point in change["new"]["points"][:1]:
            meta = self.pairs.figure["data"][trace].get("meta")
            if meta and meta["name"] == self.explorer.show:
                self._act("sample", meta["samples"][point])

    def refresh(self):
        """Show the explorer's state."""
        explorer = self.explorer
        self._setting = True
        self.show.value = explorer.show
        levels = sorted({*LEVELS, explorer.level})
        self.level.options = [(level_text(level), level) for level in levels]
        self.level.value, self.kind.value = explorer.level, explorer.interval_kind
        self.threshold.value = explorer.threshold
        change = explorer.show == DIFFERENCE
        self.threshold.layout.display = "" if change else "none"
        for picker in (self.statistic, self.look):
            picker.layout.display = "none" if change else ""
        self._setting = False
        self.samples.line_up()
        self._show_looks()
        self._show_selection()

    def _show_looks(self):
        explorer = self.explorer
        self._setting = True
        self.statistic.value = explorer.statistic
        wanted = (explorer.uncertainty, explorer.style)
        known = [words for words, look in LOOKS.items() if look == wanted]
        self.look.value = known[0] if known else "not shown"
        self._setting = False
        self.missing.value = _said(html.escape(missing_text(explorer)))
        with self.list.hold_sync():
            self.list.columns, self.list.rows = list_rows(explorer)
            self.bar.show()
        self._show_map(notes(explorer))
        self.samples.show()

    def _show_selection(self):
        explorer = self.explorer
        self._setting = True
        self.list.selection = explorer.selection
        self._setting = False
        self._size_list()
        self._mark_map()
        if explorer.order == "flux":
            self.samples.line_up()
        self.words.value = reaction_html(explorer)
        self._show_charts()
        self.samples.show()

    def _size_list(self):
        """As high as the map while nothing else is beside it."""
        explorer = self.explorer
        alone = explorer.reaction is None and self.map is not None
        room = explorer.height - 120 - self.bar.height
        self.list.height = max(LIST, room) if alone else LIST

    def _show_sample(self):
        self._show_map()
        self._show_charts()
        self.samples.show()

    def _show_charts(self):
        explorer = self.explorer
        self.detail.figure = detail_figure(explorer)
        self.detail.layout.display = "none" if explorer.reaction is None else ""
        several = len(explorer.selection) > 1
        if several:
            self.pairs.figure = pair_figure(explorer)
        self.pairs.layout.display = "" if several else "none"

    def _show_map(self, texts=None):
        if self.map is None:
            return
        layers = self.explorer.data.layers(self.explorer)
        on_map = {id: v for id, v in layers.data.items() if id in self.map._ids}
        # One message, so that the page never shows new numbers in the colours of old ones.
        with self.map.hold_sync():
            self.map.reaction_data, self.map.reaction_scale = on_map, layers.scale
            self.map.reaction_title = layers.title
            self.map.reaction_uncertainty = layers.uncertainty
            self.map.reaction_direction = layers.direction
            if texts is not None:
                self.map.reaction_notes = texts

    def _mark_map(self):
        if self.map is not None:
            self._setting = True
            self.map.selection = [id for id in self.explorer.selection if id in self.map._ids]
            self._setting = False

    def _file(self, kind):
        explorer = self.explorer
        name = "".join(c if c.isalnum() else "_" for c in f"flux_map_{explorer.show}")[:80]
        return name, (explorer.table().to_csv() if kind == "csv" else explorer.svg())


def _tooltip(show) -> str:
    return "the second less the first" if show == DIFFERENCE else f"fluxes of {show}"


def _picker(description, options, description_width, width):
    return w.Dropdown(
        description=description,
        options=options,
        layout=w.Layout(width="auto", flex=f"0 1 {width}", min_width="100px", margin="2px 6px"),
        style={"description_width": description_width},
    )


def _words():
    return w.HTML(layout=w.Layout(margin="0 4px"))


def _said(text: str) -> str:
    return (
        f'<div style="line-height: 1.4; font-size: 12px; color: {QUIET}">{text}</div>'
        if text
        else ""
    )
