"""A slider through single samples of a FluxMap, which plays."""

import html

import ipywidgets as w
import numpy as np

from .flux_map_data import DIFFERENCE
from .flux_map_words import QUIET, sample_text

STEPS = 200  # samples that the slider goes through, at most
ORDERS = (("in the order drawn", "drawn"), ("by the chosen flux", "flux"))
HINT = "Single samples: slide or play to see which fluxes move together."


class SampleBar:
    """Play button, slider and order; `widget` is what is displayed. act(trait, value): what is wanted."""

    def __init__(self, explorer, act):
        self.explorer, self._act, self._setting = explorer, act, False
        self._samples = np.array([0])
        self.play = w.Play(interval=150, min=0, max=0, show_repeat=False)
        self.play.layout = w.Layout(width="auto", flex="0 0 auto")
        self.slider = w.IntSlider(
            min=0,
            max=0,
            readout=False,
            layout=w.Layout(flex="1 1 160px", min_width="120px", width="auto"),
        )
        w.jslink((self.play, "value"), (self.slider, "value"))
        self.order = w.Dropdown(
            options=ORDERS,
            layout=w.Layout(width="160px", flex="0 1 160px"),
        )
        self.back = w.Button(
            description="all samples",
            tooltip="back to the summary of all samples",
            layout=w.Layout(width="auto", flex="0 0 auto"),
        )
        self.words = w.HTML(layout=w.Layout(flex="1 1 100%", margin="0 4px"))
        row = w.Layout(flex_flow="row wrap", align_items="center", grid_gap="0 6px")
        self.widget = w.HBox(
            [self.play, self.slider, self.order, self.back, self.words], layout=row
        )
        self.slider.observe(lambda change: self._slide(change["new"]), "value")
        self.order.observe(lambda change: self._setting or act("order", change["new"]), "value")
        self.back.on_click(lambda _: act("sample", None))

    def line_up(self) -> None:
        """Which samples the slider goes through, from the explorer's order, reaction and posterior."""
        explorer = self.explorer
        self.widget.layout.display = "none" if explorer.show == DIFFERENCE else ""
        if explorer.show == DIFFERENCE:
            return
        draws = explorer.data.draws[explorer.show]
        line = np.arange(len(draws))
        if explorer.order == "flux" and explorer.reaction in draws:
            line = np.argsort(draws.samples(explorer.reaction), kind="stable")
        kept = np.unique(np.linspace(0, len(line) - 1, min(STEPS, len(line))).astype(int))
        self._samples = line[kept]
        self._setting = True
        self.slider.max = self.play.max = len(self._samples) - 1
        self.order.value = explorer.order
        self._setting = False

    def show(self) -> None:
        """Follow the explorer's sample."""
        explorer = self.explorer
        one = explorer.sample is not None
        self.back.layout.visibility = "visible" if one else "hidden"
        text = sample_text(explorer) if one else HINT
        look = f"line-height: 1.4; color: {QUIET}; font-size: 12px"
        self.words.value = f'<div style="{look}">{html.escape(text)}</div>'
        if one and self._samples[self.slider.value] != explorer.sample:
            self._setting = True
            near = np.flatnonzero(self._samples == explorer.sample)
            if not len(near):
                near = [int(np.abs(self._samples - explorer.sample).argmin())]
            self.slider.value = int(near[0])
            self._setting = False
        if not one:
            self.play.playing = False

    def _slide(self, place):
        if not self._setting:
            self._act("sample", int(self._samples[place]))
