"""The constraining experiment on the page: two sliders, the curve, what came of it."""

import threading
import time

import ipywidgets as w

from .plotly_chart import PlotlyChart
from .ranking_explorer_curve import curve_panel, curve_text
from .ranking_explorer_work import Pause, Work

SETTLE = 0.25  # seconds that the sliders rest before the whole curve is computed
LABELS = {"description_width": "104px"}


class ExperimentPanel:
    """Sliders that set k and percentile of a RankingExplorer, and follow them in `show`.

    The row that is asked for is computed at once, the rest of its curve in the background.
    """

    def __init__(self, explorer):
        self.explorer, self.work, self.curve = explorer, Work(), PlotlyChart()
        self._lock = threading.RLock()
        self.k = w.IntSlider(description="parameters k", min=1, style=LABELS)
        self.percentile = w.FloatSlider(
            description="outer percentile",
            min=1,
            max=50,
            step=1,
            readout_format=".1f",
            style=LABELS,
        )
        for slider, trait in ((self.k, "k"), (self.percentile, "percentile")):
            slider.layout = w.Layout(width="auto", flex="1 1 240px", max_width="480px")
            slider.observe(lambda change, trait=trait: self._slid(trait, change["new"]), "value")
        self.result = w.HTML(layout=w.Layout(margin="0 8px"))
        sliders = w.HBox([self.k, self.percentile])
        sliders.layout = w.Layout(flex_flow="row wrap", align_items="center", grid_gap="0 8px")
        self.widget = w.VBox([sliders, self.curve, self.result])

    def show(self) -> None:
        """Follow the explorer."""
        with self._lock:
            explorer, experiment = self.explorer, self.explorer.experiment
            for slider in (self.k, self.percentile):
                slider.disabled = bool(experiment.impossible)
            self.k.max = max(self.k.min, experiment.most)
            self.k.value = min(explorer.k, self.k.max)
            self.percentile.min = min(1.0, explorer.percentile)
            self.percentile.value = explorer.percentile
            # What makes the whole experiment impossible stands in the chart.
            trouble = experiment.trouble(explorer.k, explorer.percentile)
            trouble = "" if experiment.impossible else trouble
            said = curve_text(experiment, explorer.shares, trouble)
            self.result.value = f'<div role="status" style="line-height: 1.45">{said}</div>'
            self._draw()
            if experiment.missing(explorer.percentile):
                self.work.start(lambda wanted: self._fill(experiment, explorer.percentile, wanted))

    def _slid(self, trait, value):
        if not self.explorer.experiment.impossible:
            self.explorer.set_trait(trait, value)

    def _draw(self):
        explorer = self.explorer
        self.curve.figure = curve_panel(explorer.experiment, explorer.k, explorer.percentile)

    def _fill(self, experiment, percentile, wanted):
        """In the background: the rest of the curve."""
        time.sleep(SETTLE)
        pause = Pause()
        for k in experiment.missing(percentile):
            if not wanted():
                return
            experiment.row(k, percentile)
            if pause.over or not experiment.missing(percentile):
                with self._lock:
                    if wanted():
                        self._draw()
