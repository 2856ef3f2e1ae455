"""The page of a TrainingMonitor: lines of the runs, charts, pickers."""

import html
import threading

import ipywidgets as w

from .axes import grouped
from .own_keys import OwnKeysBox
from .plotly_chart import PlotlyChart
from .training_monitor_distribution import distribution_panel
from .training_monitor_header import RunBar, alarm_html
from .training_monitor_panels import (
    accuracy_panel,
    divergence_panel,
    losses_panel,
    metric_panel,
)
from .training_monitor_polling import Pace, Poller
from .training_monitor_words import best_means, incidence_note, metric_name

LOOK_EVERY = 0.2  # seconds
TEXTS_EVERY = 0.5
# Drawing charts also works the page's machine, which is often the training's: young trainings are
# followed closely, old ones at leisure.
CHARTS_EVERY, CHARTS_SHARE, CHARTS_SELDOM = 2.0, 0.04, 5.0
IDLE = 1.0  # seconds between looks at runs that have ended: another process may go on with them


class TrainingMonitorView(OwnKeysBox):
    """Widgets that follow a TrainingMonitor's runs and traits, and set them when the user acts."""

    def __init__(self, monitor, texts=None, charts=None):
        self.monitor = monitor
        self.texts, self.chart_pace = texts or Pace(TEXTS_EVERY), charts or Pace(self._charts_every)
        # Clicks may arrive on another thread than the following (JupyterLab's subshells).
        self._lock, self._setting = threading.RLock(), False
        self._stale, self._told = True, True  # whether charts are behind; whether texts are not
        self.bars = [RunBar(one, k, self._act) for k, one in enumerate(monitor.watched)]
        self.problem = w.HTML()
        self.losses, self.accuracy, self.incidence, self.divergence, self.metric, self.sets = (
            PlotlyChart() for _ in range(6)
        )
        for chart in (self.incidence, self.divergence, self.metric):
            chart.observe(self._clicked, "clicked")
        self.metric_picker = _picker("also show", "86px")
        self.run_picker = _picker("run", "86px")
        self.checkpoint_picker = _picker("checkpoint", "86px")
        self.parameter_picker = _picker("parameter", "86px")
        self.run_picker.layout.display = "" if len(monitor.watched) > 1 else "none"
        self.code, self.note = w.HTML(), w.HTML()
        cells = [
            [self.incidence],
            [self.divergence],
            [self.losses],
            [self.accuracy],
            [self.metric, self.metric_picker],
            [self.sets, self.run_picker, self.checkpoint_picker, self.parameter_picker],
        ]
        cell = w.Layout(flex="1 1 400px", min_width="0")
        grid = w.HBox(
            [w.VBox(children, layout=cell) for children in cells],
            layout=w.Layout(flex_flow="row wrap", grid_gap="4px 8px"),
        )
        bars = [bar.widget for bar in self.bars]
        super().__init__([*bars, self.problem, grid, self.code, self.note])
        for picker, trait in (
            (self.metric_picker, "metric"),
            (self.run_picker, "run"),
            (self.checkpoint_picker, "checkpoint"),
            (self.parameter_picker, "parameter"),
        ):
            picker.observe(lambda change, trait=trait: self._picked(trait, change["new"]), "value")
        monitor.observe(lambda _: self.draw(), ["metric", "run", "checkpoint", "parameter"])
        self.poller = Poller(self._look)
        self.draw()

    def close(self):
        """Stop following, too."""
        self.poller.stop()
        super().close()

    def _look(self):
        """One look at the run directories; seconds until the next one."""
        try:
            self.follow()
        except Exception as error:  # must not end the following: the next look may be better
            self.problem.value = alarm_html([f"{type(error).__name__}: {error}"])
        return IDLE if self.monitor.ended and not self._stale else LOOK_EVERY

    def _charts_every(self):
        oldest = max(one.run.seconds for one in self.monitor.watched)
        return min(max(CHARTS_EVERY, CHARTS_SHARE * oldest), CHARTS_SELDOM)

    def follow(self) -> None:
        """Look at the run directories, and draw if something is new and the pace allows it."""
        with self._lock:
            news = [one.refresh() for one in self.monitor.watched]
            self._stale, self._told = self._stale or any(news), self._told and not any(news)
            if not self._told and self.texts.due:
                with self.texts.spent():
                    self._tell()
            # What ends a training is drawn at once.
            if self._stale and (self.chart_pace.due or self.monitor.ended):
                self.draw()

    def draw(self) -> None:
        """Draw everything that has changed, now."""
        with self._lock, self.chart_pace.spent():
            for one in self.monitor.watched:
                one.read()
            self._tell()
            self._stale = False
            runs = self.monitor.watched
            self.losses.figure, self.accuracy.figure = losses_panel(runs), accuracy_panel(runs)
            self._draw_checkpoints(runs)
            self._draw_sets()
            self.problem.value = ""

    def _tell(self):
        self._told = True
        for bar in self.bars:
            bar.show()

    def _draw_checkpoints(self, runs):
        names = self.monitor.metric_names()
        self._offer(self.metric_picker, [(metric_name(n), n) for n in names], self.monitor.metric)
        self.incidence.figure = metric_panel(runs, "incidence")
        self.divergence.figure = divergence_panel(runs)
        self.metric.figure = metric_panel(runs, self.monitor.metric)
        tables = [one.baselines for one in runs if one.baselines is not None]
        note = incidence_note(tables[0] if tables else None)
        self.note.value = f'<div style="line-height: 1.4; padding: 4px 8px">{note}</div>'

    def _draw_sets(self):
        monitor = self.monitor
        watched, epoch = monitor.chosen, monitor.chosen_epoch
        self._offer(self.run_picker, [(one.name, one.name) for one in monitor.watched], monitor.run)
        self._offer(self.checkpoint_picker, checkpoint_options(watched), monitor.checkpoint)
        comparison = monitor.comparison()
        options = [("the one with the largest KL", "")]
        if comparison is not None:
            options += [(f"{name} · KL {kl:.3f}", name) for name, kl in comparison.ranked()]
        self._offer(self.parameter_picker, options, monitor.parameter)
        k = monitor.watched.index(watched)
        shown = monitor.shown_parameter(comparison)
        best = epoch is not None and epoch == watched.best
        self.sets.figure = distribution_panel(comparison, shown, k, best, monitor.watched)
        self.code.value = code_html(monitor, comparison)

    def _offer(self, picker, options, value):
        """Give a picker its options and its value, which is no choice of the user's."""
        if value not in [option for _, option in options]:
            options = [*options, (str(value), value)]
        self._setting = True
        try:
            with picker.hold_sync():
                if picker.options != tuple(options):
                    picker.options = options
                if picker.value != value:
                    picker.value = value
        finally:
            self._setting = False

    def _picked(self, trait, value):
        if value is not None and not self._setting:
            setattr(self.monitor, trait, value)

    def _clicked(self, change):
        chart = change["owner"].figure
        for place, point in change["new"].get("points", [])[:1]:
            trace = chart["data"][place]
            if "meta" in trace:
                self.monitor.choose(self.monitor.watched[trace["meta"]].name, trace["x"][point])

    def _act(self, watched, action):
        watched.act(action)
        self._stale = True
        self.follow()
        self._tell()


def checkpoint_options(watched) -> list[tuple]:
    """(text, value) of a picker of checkpoints, the latest first."""
    kept, best = watched.checkpoints, watched.best
    if not kept:
        return [("none yet", "best")]
    options = [(f"best (epoch {best if best in kept else kept[-1]})", "best")]
    options.append((f"last (epoch {kept[-1]})", "last"))
    return options + [(f"epoch {epoch}", epoch) for epoch in reversed(kept)]


def code_html(monitor, comparison) -> str:
    """The line of Python that loads the chosen checkpoint, and what its few sets can tell."""
    text = []
    if monitor.chosen_epoch is not None:
        line = f'kt.load_generator("{monitor.chosen.path}", {monitor.chosen_epoch})'
        text.append(
            "The chosen checkpoint in Python: <code>generator = monitor.load_generator()</code> or "
            f"<code>generator = {html.escape(line)}</code>"
        )
        if meaning := best_means(monitor.chosen.run.parameters):
            text.append(f"<b>Best</b> (★) is {meaning}.")
    if comparison is not None:
        kept, judged = len(comparison.generated), monitor.chosen.metrics.get("n", {})
        judged = int(judged.get(monitor.chosen_epoch, kept))
        others = f" (its metrics come from {grouped(judged)})" if judged != kept else ""
        text.append(
            f"The distribution shows the {grouped(kept)} sets that are kept with the checkpoint{others}: "
            f"with so few, chance alone makes the largest KL of {len(comparison.parameters)} parameters "
            f"about {comparison.chance:.2f}."
        )
    body = "<br>".join(text)
    style = "line-height: 1.5; padding: 4px 8px; overflow-wrap: anywhere"
    return f'<div style="{style}">{body}</div>' if text else ""


def _picker(description, width):
    return w.Dropdown(
        description=description,
        options=[],
        layout=w.Layout(width="auto", margin="2px 20px 2px 8px"),
        style={"description_width": width},
    )
