"""The page of a LabelExplorer: thresholds, scatter, spectrum and map."""

import ipywidgets as w

from kinetools.errors import InputError
from kinetools.kinetics.rules import CLASSES, LabelRule
from kinetools.kinetics.spectra import eigenvalues

from .axes import number
from .contrast_panel import ContrastPanel
from .own_keys import OwnKeysBox
from .quantities import quantities, rule_text
from .relabel_bar import RelabelBar
from .set_scatter import SetScatter
from .spectrum_plot import SpectrumPlot
from .threshold_plot import ThresholdPlot, panels

CHARTS = 460  # height of scatter and spectrum, in pixels


class LabelExplorerView(OwnKeysBox):
    """Widgets that follow a LabelExplorer's traits, and set them when the user acts."""

    def __init__(self, explorer):
        self.explorer = explorer
        self.names = quantities(explorer.sets)
        self.thresholds = ThresholdPlot(panels=panels(explorer.relabelling), quantities=self.names)
        self.bar = RelabelBar(explorer)
        self.scatter = SetScatter(
            explorer.relabelling,
            self.names,
            self._lassoed,
            lambda n: explorer.set_trait("focus", n),
        )
        self.spectrum = SpectrumPlot(height=CHARTS)
        self.contrast = ContrastPanel(
            explorer.sets, explorer.model, explorer.map, explorer.height, self.show_reaction
        )
        half = w.Layout(flex="1 1 430px", min_width="0", justify_content="flex-end")
        middle = w.HBox(
            [
                w.VBox([self.bar.widget, self.scatter.widget], layout=half),
                w.VBox([self.spectrum.widget], layout=half),
            ],
            layout=w.Layout(flex_flow="row wrap", grid_gap="8px"),
        )
        super().__init__([self.thresholds, middle, self.contrast.widget])
        self._stale, self._spectrum = False, None
        self.thresholds.observe(self._rule_from_page, "rule")
        self.thresholds.observe(self._dropped, "dragging")
        explorer.observe(self._show_rule, "rule")
        explorer.observe(self._show_edits, "edits")
        explorer.observe(self._show_selection, "selection")
        explorer.observe(self._show_focus, "focus")
        self._show_rule()
        self._show_selection()
        self._show_focus()
        first = "eigenvalue_max", "time_constant"
        km = explorer.sets["parameter"].values[explorer.sets["parameter_live"].values]
        self.scatter.set_axes(str(km[0]) if len(km) else first[1], first[0])

    def show_reaction(self, reaction: str) -> None:
        """Put the Michaelis constants of a reaction on the scatter's axes."""
        sets = self.explorer.sets
        own = (sets["parameter_reaction"].values == reaction) & sets["parameter_live"].values
        names = [str(name) for name in sets["parameter"].values[own]]
        if names:
            self.scatter.set_axes(names[0], names[1] if len(names) > 1 else "eigenvalue_max")

    def _lassoed(self, numbers):
        self.explorer.selection = numbers
        self._draw_points()

    def _rule_from_page(self, change):
        try:
            self.explorer.rule = LabelRule(
                slowest=None, conditions=change["new"], function=self.explorer.rule.function
            )
        except InputError as error:
            self.thresholds.problem = str(error)
        else:
            self.thresholds.problem = ""

    def _dropped(self, change):
        if self._stale and not self.thresholds.dragging:
            self._show_points()

    def _show_rule(self, change=None):
        rule = self.explorer.rule
        with self.thresholds.hold_sync():
            rows = [[c.quantity, c.comparison, c.value] for c in rule.conditions]
            self.thresholds.rule = rows
            self.thresholds.rule_text = rule_text(rule)
            self.thresholds.problem = ""
            self._show_counts()
        # Thousands of points do not follow at the pace of the mouse: they wait for the drop.
        self._stale = True
        if not self.thresholds.dragging:
            self._show_points()

    def _show_edits(self, change=None):
        with self.thresholds.hold_sync():
            self._show_counts()
        self._show_points()

    def _show_counts(self):
        relabelling, codes = self.explorer.relabelling, self.explorer.codes
        self.thresholds.counts = [self.explorer.counts[name] for name in CLASSES]
        self.thresholds.edited = len(self.explorer.edited_sets())
        self.thresholds.histograms = {
            panel["quantity"]: relabelling.histogram(panel["quantity"], codes).tolist()
            for panel in self.thresholds.panels
        }

    def _show_points(self):
        self._stale = False
        self._draw_points()
        self.bar.show()
        self._show_spectrum()

    def _draw_points(self):
        explorer = self.explorer
        self.scatter.draw(
            explorer.codes, explorer.edited_sets(), explorer.selection, explorer.focus
        )

    def _show_selection(self, change=None):
        self.bar.show()
        self._draw_points()
        self.contrast.show(self.explorer.selection)

    def _show_focus(self, change=None):
        self._draw_points()
        self._spectrum = None
        explorer = self.explorer
        if explorer.focus is not None and explorer.model is not None and explorer.state is not None:
            place = explorer.relabelling.positions([explorer.focus])
            one = explorer.sets.isel(set=place)
            self._spectrum = eigenvalues(explorer.model, explorer.state, one, progress=False)[0]
        self._show_spectrum()

    def _show_spectrum(self):
        explorer = self.explorer
        if explorer.model is None or explorer.state is None:
            self.spectrum.clear("LabelExplorer(sets, model, state)<br>shows the spectrum of a set")
        elif self._spectrum is None:
            self.spectrum.clear("Click a point in the scatter<br>to see the spectrum of its set")
        else:
            place = explorer.relabelling.positions([explorer.focus])[0]
            slowest = explorer.relabelling.values("eigenvalue_max")[place]
            label = CLASSES[explorer.codes[place]]
            if explorer.focus in explorer.edited_sets():
                label += " (by hand)"
            self.spectrum.show(
                self._spectrum,
                f"Set {explorer.focus}: {label}, Re λ_max {number(slowest)} /h",
                slowest_allowed(explorer.rule),
            )


def slowest_allowed(rule: LabelRule) -> float | None:
    """The largest real part that a rule's condition on Re λ_max allows, if it has one."""
    values = [
        c.value
        for c in rule.conditions
        if c.quantity == "eigenvalue_max" and c.comparison.startswith("<")
    ]
    return min(values) if values else None
