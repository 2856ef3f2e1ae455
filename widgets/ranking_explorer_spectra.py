"""Spectra by bin on the page: of the labelled sets at once, of fresh ones at the press of a button."""

import html
import threading

import ipywidgets as w

from .axes import grouped
from .plotly_chart import PlotlyChart
from .ranking_explorer_ridges import ridges_panel
from .ranking_explorer_work import Pause, Stopped, Work


class SpectraPanel:
    """Chart, button and progress; `show` follows the chosen parameter, `widget` is what is displayed."""

    def __init__(self, explorer):
        self.explorer, self.work, self.chart = explorer, Work(), PlotlyChart()
        self._lock, self._parameter, self._fresh = threading.RLock(), None, {}
        self.button = w.Button(layout=w.Layout(width="auto"))
        self.button.on_click(lambda _: self._pressed())
        self.bar = w.FloatProgress(max=1, layout=w.Layout(width="120px", visibility="hidden"))
        self.told = w.HTML()
        row = w.Layout(flex_flow="row wrap", align_items="center", grid_gap="0 8px")
        self.widget = w.VBox([self.chart, w.HBox([self.button, self.bar, self.told], layout=row)])

    def show(self, parameter: str) -> None:
        """Show the spectra of the labelled sets, or the fresh ones that are there already."""
        with self._lock:
            if parameter != self._parameter:
                self._idle("")
                self.work.stop()
            self._parameter = parameter
            self._draw()

    def _draw(self):
        explorer, ranked, name = self.explorer, self.explorer.ranked, self._parameter
        fresh = self._fresh.get(name)
        if fresh is not None:
            told = f"{grouped(explorer.n_fresh)} fresh sets"
            self.chart.figure = ridges_panel(fresh, ranked.threshold, told)
        else:
            binned = ranked.spectra(name) if name else explorer.nothing_to_rank
            self.chart.figure = ridges_panel(binned, ranked.threshold, ranked.told)
        self.button.disabled = not name or fresh is not None

    def _idle(self, sentence):
        """Nothing runs: the button begins."""
        self.bar.layout.visibility = "hidden"
        self.button.description = f"Sample {grouped(self.explorer.n_fresh)} fresh sets"
        self.button.icon = "play"
        self.button.tooltip = "draw new sets, compute their spectra and sort them into ten bins"
        self.told.value = html.escape(sentence)
        self._running = False

    def _pressed(self):
        with self._lock:
            if self._running:
                self.work.stop()
                self._idle("stopped")
                return
            self._running = True
            self.bar.value, self.bar.layout.visibility = 0, "visible"
            self.button.description, self.button.icon = "Stop", "stop"
            self.button.tooltip = "keep the spectra that are shown"
            self.told.value = ""
            name = self._parameter
            self.work.start(lambda wanted: self._sample(name, wanted))

    def _sample(self, name, wanted):
        """In the background: compute, tell how far it is, and show what came of it."""
        pause = Pause()

        def progress(done, total):
            if not wanted():
                raise Stopped
            if pause.over:
                with self._lock:
                    if wanted():
                        self.bar.value = done / total

        explorer = self.explorer
        try:
            binned = explorer.ranked.fresh_spectra(name, explorer.n_fresh, explorer.seed, progress)
        except Stopped:
            return
        except Exception as error:  # nobody else would tell the user of it
            with self._lock:
                if wanted():
                    self._idle(f"{type(error).__name__}: {error}")
            return
        with self._lock:
            if wanted():
                self._fresh[name] = binned
                self._idle("")
                self._draw()
