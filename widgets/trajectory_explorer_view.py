"""The page of a TrajectoryExplorer: the plane, the components, one trajectory in full, the map."""

import html

import ipywidgets as w

from kinetools.errors import InputError
from kinetools.kinetics.verdicts import VERDICTS

from .own_keys import OwnKeysBox
from .plotly_chart import PlotlyChart
from .trajectory_explorer_axes import AxisBar
from .trajectory_explorer_components import loadings_figure, scree_figure
from .trajectory_explorer_courses import courses_figure, time_x
from .trajectory_explorer_map import at_time, map_frames, map_scales
from .trajectory_explorer_names import NameBar
from .trajectory_explorer_parts import picker, rounded
from .trajectory_explorer_plane import plane_figure
from .trajectory_explorer_time import PlaneChart, TimeBar
from .trajectory_explorer_words import (
    VERDICT_MARKS,
    distance_text,
    header_html,
    note_text,
    trajectory_text,
    verdict_word,
)

FLUXES = (("flux", "flux"), ("change of flux", "change"))


class TrajectoryExplorerView(OwnKeysBox):
    """Widgets that follow a TrajectoryExplorer's traits, and set them when the user acts."""

    def __init__(self, explorer):
        self.explorer, data = explorer, explorer.data
        self._setting, self._row = False, None
        self.courses, self.scree, self.loadings = PlotlyChart(), PlotlyChart(), PlotlyChart()
        self.map = self._made_map()
        xs = rounded(time_x(data.minutes)).tolist()
        self.bar = TimeBar(data.minutes, self.courses, self.map, xs=xs, index=explorer.time_index)
        self.plane = PlaneChart(_bar=self.bar)
        self.axes = AxisBar(explorer, self._act)
        self.set, self.trial = picker("set", "24px", "310px"), picker("trial", "30px", "310px")
        self.names = NameBar(explorer, self._act)
        self.fluxes = w.ToggleButtons(options=FLUXES, tooltips=FLUX_TOOLTIPS)
        self.fluxes.style.button_width = "130px"
        self.chosen, self.note, self.problem = _words(), _words(), w.HTML()
        super().__init__(self._arranged())
        self._connect()
        self._offer_sets()
        self._show_plane()
        self._show_trajectory()

    def _made_map(self):
        from .escher_map import EscherMap

        explorer = self.explorer
        if explorer.map is None:
            return None
        return EscherMap(map=explorer.map, model=explorer.model, height=explorer.height)

    def _arranged(self):
        row = w.Layout(flex_flow="row wrap", align_items="center", grid_gap="0 4px")
        data = self.explorer.data
        self.note.value = _said(note_text(data, self.explorer.pca))
        left = w.VBox([self.axes.widget, self.plane, self.bar, self.note], layout=_cell(560))
        right = w.VBox([self.scree, self.loadings], layout=_cell(300))
        grid = {"flex_flow": "row wrap", "grid_gap": "8px", "align_items": "flex-start"}
        upper = w.HBox([left, right], layout=w.Layout(**grid))
        pickers = w.HBox([self.set, self.trial], layout=row)
        course = w.VBox([self.courses, self.names.widget], layout=_cell(430))
        parts = [w.HTML(f'<div style="padding: 4px 8px">{header_html(data)}</div>'), self.problem]
        parts += [upper, pickers, self.chosen]
        if self.map is None:
            return [*parts, course]
        map_side = w.VBox([self.fluxes, self.map], layout=_cell(520))
        # The same time once more, as the upper one may be out of sight.
        second = w.HBox([course, map_side], layout=w.Layout(**grid))
        return [*parts, _framed(self.bar), second]

    def _connect(self):
        explorer = self.explorer
        self.plane.observe(self._clicked, "clicked")
        self.set.observe(lambda c: self._act("set", c["new"]), "value")
        self.trial.observe(lambda c: self._act("trial", c["new"]), "value")
        self.courses.observe(self._clicked_course, "clicked")
        self.fluxes.observe(lambda c: self._act("fluxes", c["new"]), "value")
        self.bar.observe(lambda c: self._act("time_index", c["new"]), "index")
        explorer.observe(lambda _: self._show_plane(), ["axes", "colour"])
        explorer.observe(lambda _: self._show_trajectory(), ["set", "trial"])
        explorer.observe(lambda _: self._show_courses(), "metabolites")
        explorer.observe(lambda _: self._show_map(), "fluxes")
        explorer.observe(lambda _: self._show_time(), "time_index")

    def _act(self, trait, value):
        """Set a trait of the explorer as the user wants it."""
        if self._setting or value is None:
            return
        try:
            self.explorer.set_trait(trait, value)
        except InputError as error:
            text = html.escape(str(error))
            self.problem.value = f'<span role="alert" style="color:#b00020">{text}</span>'
        else:
            self.problem.value = ""

    def _clicked(self, change):
        data = self.explorer.data
        for trace, point in change["new"]["points"][:1]:
            meta = self.plane.figure["data"][trace].get("meta", {})
            if meta.get("kind") == "paths":
                self.explorer.choose(*data.place(meta["rows"][point // (len(data.minutes) + 1)]))

    def _clicked_course(self, change):
        """Name the metabolite of a grey line, or no longer that of a coloured one."""
        for trace, point in change["new"]["points"][:1]:
            names = self.courses.figure["data"][trace]["meta"]["names"]
            self.names.toggle(names[point // (len(self.explorer.data.minutes) + 1)])

    def _show_plane(self):
        self.axes.show()
        self.plane.figure = plane_figure(self.explorer)
        self.scree.figure = scree_figure(self.explorer)
        self.loadings.figure = loadings_figure(self.explorer)

    def _offer_sets(self):
        data, n = self.explorer.data, len(self.explorer.data.trials)
        back = (data.verdicts == VERDICTS.index("returned")).reshape(-1, n).sum(axis=1)
        options = []
        for k, number in enumerate(data.numbers):
            label = "" if data.labels is None else f" · {data.labels[k]}"
            options.append((f"{number}{label} · {back[k]} of {n} returned", number))
        self.set.options = options
        if not data.has_trials:
            self.trial.layout.display = "none"

    def _offer_trials(self):
        data, options = self.explorer.data, []
        for trial in data.trials:
            row = data.row(self.explorer.set, trial)
            verdict = VERDICTS[data.verdicts[row]]
            text = f"{trial} {VERDICT_MARKS[verdict]} {verdict_word(data, verdict)}"
            if data.distances[row] == data.distances[row]:
                text += f", {distance_text(data.distances[row])} away"
            if target := data.target(row):
                text += f" · {target[0]}"
            options.append((text, trial))
        self.trial.options = options

    def _show_trajectory(self):
        explorer = self.explorer
        if explorer.row == self._row:  # set and trial have changed together: once is enough
            return
        self._row, self._setting = explorer.row, True
        self.set.value = explorer.set
        self._offer_trials()
        self.trial.value = explorer.trial
        self._setting = False
        text = html.escape(trajectory_text(explorer.data, explorer.row))
        self.chosen.value = _said(f"<b>{text[:1].upper()}{text[1:]}</b>")
        self.plane.figure = plane_figure(explorer)
        self._show_courses()
        self._show_map()

    def _show_courses(self):
        self.names.show()
        self.courses.figure = courses_figure(self.explorer)

    def _show_map(self):
        self._setting = True
        self.fluxes.value = self.explorer.fluxes
        self._setting = False
        if self.map is not None:
            frames = map_frames(self.explorer)
            self.bar.frames = frames
            self._on_map(map_scales(self.explorer, frames) | self._now())

    def _show_time(self):
        self.bar.index = self.explorer.time_index
        self.courses.figure = courses_figure(self.explorer)
        if self.map is not None:
            self._on_map(self._now())

    def _now(self) -> dict:
        return at_time(self.bar.frames, self.explorer.time_index)

    def _on_map(self, traits):
        # One message, so that the page never shows one half of a state.
        with self.map.hold_sync():
            for name, value in traits.items():
                setattr(self.map, name, value)


FLUX_TOOLTIPS = (
    "colour and width: the flux; arrowheads: its direction",
    "colour and width: the flux less that of the steady state",
)


def _words():
    return w.HTML(layout=w.Layout(margin="0"))


def _said(text: str) -> str:
    return f'<div style="line-height: 1.4; padding: 2px 8px">{text}</div>' if text else ""


def _cell(width: int):
    return w.Layout(flex=f"1 1 {width}px", min_width="0")


def _framed(widget):
    return w.VBox([widget], layout=w.Layout(border_top="1px solid #eee"))
