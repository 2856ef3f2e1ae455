"""The page of a RankingExplorer: the ranking, one parameter, its spectra, the map, the experiment."""

import html
import threading

import ipywidgets as w

import kinetools as kt
from kinetools.errors import InputError
from kinetools.maps import Scale, map_metabolites, map_reactions

from .own_keys import OwnKeysBox
from .plotly_chart import PlotlyChart
from .ranking_explorer_bars import ARROWS, bars_panel, comparison_text, shown_rows
from .ranking_explorer_distribution import distribution_text
from .ranking_explorer_figure import SHOWN, chosen_panel
from .ranking_explorer_sliders import ExperimentPanel
from .ranking_explorer_spectra import SpectraPanel

BARS_HEIGHT = 570  # pixels, of which more rows are scrolled
ORDERS = ("divergence", "control analysis")


class RankingExplorerView(OwnKeysBox):
    """Widgets that follow a RankingExplorer's traits, and set them when the user acts."""

    def __init__(self, explorer):
        self.explorer = explorer
        # Cells, clicks and background work may each come on a thread of its own.
        self._lock, self._names, self._setting = threading.RLock(), [], False
        self._choices = []
        self.bars, self.distribution = PlotlyChart(), PlotlyChart()
        # Rows are clicked: nothing to zoom in, and its buttons would hide the title.
        self.bars.config = self.bars.config | {"displayModeBar": False}
        self.n_shown = w.Dropdown(description="show", layout=_auto(), style=_narrow("36px"))
        self.compare = w.Checkbox(description="with control analysis", indent=False)
        self.compare.layout = w.Layout(width="auto", margin="2px 8px")
        self.order = w.Dropdown(description="order by", options=ORDERS, style=_narrow("66px"))
        self.order.layout = w.Layout(width="auto", display="none")
        self.agreement = _words()
        self.picker = w.Dropdown(description="parameter", style=_narrow("76px"), layout=_auto())
        self.about = _words()
        self.experiment = ExperimentPanel(explorer)
        self.spectra = SpectraPanel(explorer)
        self.map, self._on_map = None, frozenset()
        if explorer.map is not None:
            self._make_map()
        super().__init__(self._arranged())
        self._connect()
        self._show_table()

    def _make_map(self):
        from .escher_map import EscherMap

        self.map = EscherMap(
            map=self.explorer.map,
            model=self.explorer.model,
            reaction_unit="nat",
            title="Largest divergence of a Km of each reaction, chosen parameter highlighted",
            height=self.explorer.height,
        )
        drawn = self.map._map
        self._on_map = frozenset([*map_reactions(drawn), *map_metabolites(drawn)])

    def _arranged(self):
        rows = w.Layout(max_height=f"{BARS_HEIGHT}px", overflow="hidden auto", display="block")
        self.scroll = w.Box([self.bars], layout=rows)
        options = w.HBox([self.n_shown, self.compare, self.order], layout=_row())
        ranking = w.VBox([options, self.scroll, self.agreement], layout=_cell())
        chosen = w.VBox([self.picker, self.distribution, self.about], layout=_cell())
        experiment = w.VBox([self.experiment.widget], layout=_cell())
        spectra = w.VBox([self.spectra.widget], layout=_cell())
        grid = w.HBox([ranking, chosen, experiment, spectra])
        grid.layout = w.Layout(flex_flow="row wrap", grid_gap="12px", align_items="flex-start")
        return [grid] if self.map is None else [grid, self.map]

    def _connect(self):
        explorer = self.explorer
        self.n_shown.observe(lambda _: self._show_bars(), "value")
        self.compare.observe(lambda _: self._show_bars(), "value")
        self.order.observe(lambda _: self._show_bars(), "value")
        self.bars.observe(self._clicked_bar, "clicked")
        self.picker.observe(lambda c: self._pick(c["new"]), "value")
        if self.map is not None:
            self.map.observe(self._clicked_map, "selection")
        explorer.observe(lambda _: self._show_table(), "table")
        explorer.observe(lambda _: self._show_parameter(), "parameter")
        explorer.observe(lambda _: self._show_experiment(), "shares")

    def _clicked_bar(self, change):
        for _, point in change["new"]["points"][:1]:
            if point < len(self._names):
                self.explorer.parameter = self._names[point]

    def _clicked_map(self, change):
        """Choose the first parameter of the ranking that belongs to what was clicked."""
        table = self.explorer.table
        if table is None or not change["new"]:
            return
        clicked = change["new"][-1]
        own = table[(table["reaction"] == clicked) | (table["metabolite"] == clicked)]
        if len(own):
            self.explorer.parameter = str(own.sort_values("rank").index[0])

    def _pick(self, name):
        if name and not self._setting:
            self.explorer.parameter = name

    def _offer(self, options):
        """Give the picker its parameters, which is no choice of the user's."""
        name = self.explorer.parameter
        if name and name not in [
            value for _, value in options
        ]:  # of no influence, chosen in Python
            options = [*options, (name, name)]
        self._setting = True
        try:
            self.picker.options = options
            self.picker.value = name or None
        finally:
            self._setting = False

    def _show_table(self):
        with self._lock:
            table = self.explorer.table
            ranked = [] if table is None else _ranked(table)
            counts = [n for n in (SHOWN, 50, 100) if n < len(ranked)]
            options = [(f"first {n}", n) for n in counts] + [(f"all {len(ranked)}", len(ranked))]
            options = options if ranked else [("none", 0)]
            if self.n_shown.options != tuple(options):
                self.n_shown.options = options
                self.n_shown.value = options[0][1]
            self._choices = [
                (f"{rank:.0f} · {name} {ARROWS[int(direction)]}", name)
                for name, rank, direction in ranked
            ]
            self._offer(self._choices)
            for control in (self.n_shown, self.compare, self.picker):
                control.disabled = table is None
            if self.map is not None and table is not None:
                divergences = table[table["live"].astype(bool)].groupby("reaction")["kl"].max()
                self.map.reaction_scale = Scale.for_values(
                    [], maximum=float(divergences.max()) or 1.0
                )
                self.map.reaction_data = divergences
            self._show_parameter()
            self._show_experiment()

    def _show_parameter(self):
        with self._lock:
            explorer, name = self.explorer, self.explorer.parameter
            if name in [value for _, value in self.picker.options]:
                self.picker.value = name
            else:
                self._offer(self._choices)
            self._show_bars()
            self._show_distribution()
            self.spectra.show(name)
            if name:
                row = explorer.table.loc[name]
                if self.map is not None:
                    ids = [str(row["reaction"]), str(row["metabolite"])]
                    self.map.highlight = [id for id in ids if id in self._on_map]
                about = distribution_text(
                    explorer.table, name, explorer.ranked.ln_km(name), explorer.model
                )
                self.about.value = _said(about)

    def _show_bars(self):
        with self._lock:
            explorer, table, control = self.explorer, self.explorer.table, None
            self.agreement.value = ""
            if self.compare.value and table is not None:
                control = explorer.control
                self.agreement.value, control = _agreement(table, control)
            self.order.layout.display = "none" if control is None else ""
            by = control if self.order.value == ORDERS[1] else None
            chosen, empty = explorer.parameter, explorer.nothing_to_rank
            if table is not None:
                self._names = shown_rows(table, self.n_shown.value or SHOWN, chosen, by)
            self.bars.figure = bars_panel(
                table, self._names, chosen, control, explorer.constrained, empty
            )

    def _show_distribution(self):
        self.distribution.figure = chosen_panel(self.explorer)

    def _show_experiment(self):
        with self._lock:
            self.experiment.show()
            self._show_distribution()
            self._show_bars()


def _ranked(table) -> list[tuple]:
    """(name, rank, direction) of the live parameters in the order of the ranking."""
    live = table[table["live"].astype(bool)].sort_values("rank")
    return [(str(n), r, d) for n, r, d in zip(live.index, live["rank"], live["direction"])]


def _agreement(table, control):
    """How far two rankings agree (HTML), and the second one, or None where they cannot be compared."""
    if isinstance(control, str):
        return _said(html.escape(control)), None
    try:
        return _said(comparison_text(kt.compare_rankings(table, control))), control
    except InputError as error:
        return _said(html.escape(str(error))), None


def _words() -> w.HTML:
    return w.HTML(layout=w.Layout(margin="0 8px"))


def _said(content: str) -> str:
    # ipywidgets gives every line the height of a button.
    return f'<div role="status" style="line-height: 1.45">{content}</div>'


def _narrow(width) -> dict:
    return {"description_width": width}


def _auto() -> w.Layout:
    return w.Layout(width="auto", margin="2px 8px")


def _row() -> w.Layout:
    return w.Layout(flex_flow="row wrap", align_items="center", grid_gap="0 8px")


def _cell() -> w.Layout:
    """Two columns where they are wide enough, else one."""
    return w.Layout(flex="1 1 calc(50% - 12px)", min_width="min(100%, 430px)")
