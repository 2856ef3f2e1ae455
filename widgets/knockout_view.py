"""A predicted knock-out against the measured mutant: every flux with both intervals, and on the map."""

import traitlets as t

from kinetools.errors import InputError
from kinetools.flux.intervals import INTERVALS, checked_level
from kinetools.flux.posterior_distance import as_posterior, posterior_distance

from .display import live, mimebundle, svg_picture
from .flux_map import FluxMap
from .flux_map_data import DIFFERENCE

NAMES = ("measured", "predicted")


class KnockoutView(t.HasTraits):
    """Predicted against measured net fluxes: a scatter with intervals, above a FluxMap of both.

    predicted: of `predict_knockout`; measured: the mutant's own posterior, or a flux table (Series or
    mapping of reaction to net flux); network, map: as for FluxMap; reactions: ids that count for the
    distances and stand in the scatter (default: all that both have); names: of the measured and the
    predicted; level: of intervals; height: of the map.

    Traits, to be read and set from Python as the page does: `selection`, ids of reactions, marked in the
    scatter and shown in full below the map; `level` and `interval_kind` ("hdi" or "eti") of the intervals.
    `distance` is the `posterior_distance` behind it, `flux_map` the map. Raises InputError as these do.
    """

    selection = t.List(t.Unicode())
    level = t.Float(0.95)
    interval_kind = t.Enum(INTERVALS, default_value=INTERVALS[0])

    def __init__(
        self,
        predicted,
        measured,
        network=None,
        map=None,
        reactions=None,
        names=NAMES,
        level=0.95,
        height=560,
    ):
        self._predicted, self._measured = predicted, as_posterior(measured)
        self._reactions, self._view = reactions, None
        checked_level(level)
        self.distance = posterior_distance(predicted, measured, reactions, level=level)
        self.flux_map = FluxMap(
            self._measured, network, map, predicted, names=names, level=level, height=height
        )
        self.flux_map.show = DIFFERENCE
        super().__init__(level=level)
        for trait in ("selection", "level", "interval_kind"):
            t.link((self, trait), (self.flux_map, trait))

    @property
    def table(self):
        """The table of the distance: a row a reaction, largest difference first."""
        return self.distance.table

    @property
    def sentence(self) -> str:
        """The distance in words."""
        found = self.distance
        text = f"Over {len(found.reactions)} reactions the means are {found.of_means:.3g} mmol/gDW/h apart"
        if len(found.draws) > 1:
            near, far = found.draws.min(), found.draws.max()
            text += f" (single predictions {near:.3g} to {far:.3g})"
        text += f"; {int(found.table['overlap'].sum())} of their intervals overlap"
        if found.kl == found.kl:
            text += f"; KL divergence {found.kl:.3g} nats ({found.kl_method})"
        return text + "."

    def svg(self) -> str:
        """The scatter, a static picture; `flux_map.svg()` is that of the map."""
        from kinetools.flux.agreement_picture import draw_agreement

        measured, predicted = self.flux_map.data.names
        verdict = self.flux_map.data.draws[predicted].verdict
        return draw_agreement(
            self.distance, f"{predicted} against {measured} net fluxes", [verdict, self.sentence]
        )

    def figure(self):
        """The scatter as a plain Plotly figure."""
        import plotly.graph_objects as go

        from .knockout_view_figure import agreement_figure

        return go.Figure(agreement_figure(self))

    @property
    def view(self):
        """The live widget, built when it is first asked for; it goes into ipywidgets boxes, too."""
        if self._view is None:
            from .knockout_view_page import KnockoutPage

            self._view = KnockoutPage(self)
        return self._view

    def _repr_mimebundle_(self, **kwargs):
        picture = svg_picture(self.svg(), repr(self))
        on_map = svg_picture(self.flux_map.svg(), repr(self.flux_map))
        picture["text/html"] += on_map["text/html"]
        return mimebundle(self.view._repr_mimebundle_() if live() else {}, picture)

    def __repr__(self):
        return f"KnockoutView: {self.sentence}"

    @t.observe("level", "interval_kind")
    def _measure(self, change):
        self.distance = posterior_distance(
            self._predicted,
            self._measured,
            self._reactions,
            level=self.level,
            interval=self.interval_kind,
        )

    @t.validate("selection")
    def _check_selection(self, proposal):
        known = self.flux_map.data.reactions if hasattr(self, "flux_map") else ()
        if odd := [r for r in proposal["value"] if r not in known]:
            raise InputError(f"selection: there is no reaction {odd[0]!r}; correct the id.")
        return proposal["value"]

    @t.validate("level")
    def _check_level(self, proposal):
        return checked_level(proposal["value"])
