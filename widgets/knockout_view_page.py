"""The page of a KnockoutView: the distance in words, the scatter, and the FluxMap below it."""

import html

import ipywidgets as w

from .knockout_view_figure import agreement_figure
from .plotly_chart import PlotlyChart


class KnockoutPage(w.VBox):
    """Widgets that follow a KnockoutView's traits, and set them when the user clicks."""

    def __init__(self, explorer):
        self.explorer = explorer
        self.words, self.chart = w.HTML(), PlotlyChart()
        self.map = explorer.flux_map.view
        super().__init__([self.words, self.chart, self.map])
        self.chart.observe(self._clicked, "clicked")
        explorer.observe(lambda _: self.refresh(), ["selection", "level", "interval_kind"])
        self.refresh()

    def refresh(self):
        """Show the explorer's state."""
        self.words.value = (
            '<div style="line-height: 1.4; padding: 3px 10px; overflow-wrap: anywhere">'
            f"{html.escape(self.explorer.sentence)}</div>"
        )
        self.chart.figure = agreement_figure(self.explorer)

    def _clicked(self, change):
        for trace, point in change["new"]["points"][:1]:
            ids = self.chart.figure["data"][trace].get("meta")
            if ids:
                self.explorer.selection = [ids[point]]
