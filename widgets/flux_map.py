"""A posterior of fluxes on its metabolic map, or two of them compared, with every reaction in full."""

import traitlets as t

from kinetools.data import whole_number
from kinetools.errors import InputError
from kinetools.flux.changes import PROBABLE, checked_probability, most_changed
from kinetools.flux.flux_model import near
from kinetools.flux.intervals import INTERVALS, checked_level
from kinetools.flux.map_layers import STATISTICS, UNCERTAINTIES
from kinetools.flux.subsystems import NONE
from kinetools.maps import map_reactions
from kinetools.maps.uncertainty import STYLES

from .display import live, mimebundle, svg_picture
from .flux_map_choice import choose_map
from .flux_map_data import DIFFERENCE, FluxMapData

ORDERS = ("drawn", "flux")


class FluxMap(t.HasTraits):
    """Posterior fluxes on a map: colour and width by size, arrowheads by direction, halos by uncertainty.

    idata: InferenceData of `sample_fluxes`; network: what was sampled (for names and equations); map:
    bundled name, path or loaded map, False for none, None for the bundled map of the network, or else the
    bundled map most of whose reactions it has; other: a
    second posterior to compare with, whose network may differ; fit: of `fit_fluxes`, or several by name or
    in the order of the posteriors; names: of the posteriors; level: of intervals; height: of the map.

    Traits, to be read and set from Python as the page does: `show`, the name of a posterior or
    "difference"; `statistic`, "median" or "mean"; `uncertainty`, "interval", "cv" or "none", drawn in the
    `style` "halo" or "opacity"; `level` and `interval_kind` ("hdi" or "eti"); `threshold`, size of a
    difference that counts as a change (mmol/gDW/h); `selection`, ids of reactions, of which the last is
    shown in full; `subsystem`, the one whose reactions alone are listed, or ""; `most_changed`, whether
    only what has changed with at least `probability` is listed, the largest difference first (see
    `listed`); `interval`, (lower, upper) of the reaction in what is shown, or empty; `sample`, a single
    draw that the map shows, or None; `order` in which the page's slider goes through the draws: as
    "drawn", or by the "flux" of the chosen reaction.
    Raises InputError for what is no posterior or does not fit together, and values a trait cannot have.
    """

    show = t.Unicode()
    statistic = t.Enum(STATISTICS, default_value=STATISTICS[0])
    uncertainty = t.Enum(UNCERTAINTIES, default_value=UNCERTAINTIES[0])
    style = t.Enum(STYLES, default_value=STYLES[0])
    level = t.Float(0.95)
    interval_kind = t.Enum(INTERVALS, default_value=INTERVALS[0])
    threshold = t.Float(0.0)
    selection = t.List(t.Unicode())
    interval = t.List(t.Float(), read_only=True)
    subsystem = t.Unicode()
    most_changed = t.Bool(False)
    probability = t.Float(PROBABLE)
    sample = t.Int(None, allow_none=True)
    order = t.Enum(ORDERS, default_value=ORDERS[0])

    def __init__(
        self,
        idata,
        network=None,
        map=None,
        other=None,
        fit=None,
        names=None,
        level=0.95,
        height=560,
    ):
        self.data = FluxMapData(idata, other, names, fit, network)
        attrs = self.data.draws[self.data.names[0]].attrs
        self.map, self.problem = choose_map(map, network, attrs, self.data.reactions)
        shown = set() if self.map is None else set(map_reactions(self.map))
        self.on_map = tuple(r for r in self.data.reactions if r in shown)
        self.off_map = tuple(r for r in self.data.reactions if r not in shown)
        self.height, self._view = whole_number(height, "height", 1), None
        super().__init__(show=self.data.names[0], level=level)

    @property
    def shown(self):
        """The table behind the map: `flux_summary` of what is shown, or `compare_posteriors`."""
        if self.show == DIFFERENCE:
            return self.data.comparison(self.level, self.interval_kind, self.threshold)
        return self.data.summary(self.show, self.level, self.interval_kind)

    @property
    def listed(self):
        """What the list has: rows of `shown` of the chosen subsystem, and only what has changed most."""
        table = most_changed(self.shown, self.probability) if self.most_changed else self.shown
        if self.subsystem:
            named = self.data.subsystems
            table = table.loc[[r for r in table.index if named.get(r, NONE) == self.subsystem]]
        return table

    def subsystems(self):
        """Table of the subsystems: `summarise_subsystems`, or `changed_subsystems` of a difference."""
        return self.data.subsystem_table(self)

    @property
    def reaction(self) -> str | None:
        """The reaction that is shown in full: the last one that was chosen."""
        return self.selection[-1] if self.selection else None

    @property
    def fluxes(self):
        """What the map shows as a Series by reaction, in mmol/gDW/h: a statistic, sample or difference."""
        if self.show == DIFFERENCE:
            return self.shown["difference"]
        if self.sample is None:
            return self.shown[self.statistic]
        import pandas as pd

        draws = self.data.draws[self.show]
        index = pd.Index(draws.reactions, name="reaction")
        return pd.Series(draws.by_reaction[:, self.sample], index, name=f"sample {self.sample}")

    def table(self):
        """What is shown as a DataFrame by reaction, with names, fits, and which are on the map."""
        table = self.shown.copy()
        table.insert(0, "name", [self.data.reaction_names.get(r, "") for r in table.index])
        table["on_map"] = [r in self.on_map for r in table.index]
        fitted = None if self.show == DIFFERENCE else self.data.fitted(self.show, self.level)
        if fitted is not None:
            for new, old in (("fit", "net_flux"), ("fit_lower", "lower"), ("fit_upper", "upper")):
                table[new] = fitted[old].reindex(table.index)
        return table

    def svg(self) -> str:
        """The map as it is shown, a static picture; without a map, the intervals of the largest fluxes."""
        from .flux_map_picture import flux_map_picture

        return flux_map_picture(self)

    def figure(self):
        """The chosen reaction in full as a plain Plotly figure."""
        import plotly.graph_objects as go

        from .flux_map_detail import detail_figure

        return go.Figure(detail_figure(self))

    def pair_figure(self):
        """The pair plot of the chosen reactions as a plain Plotly figure."""
        import plotly.graph_objects as go

        from .flux_map_pairs import pair_figure

        return go.Figure(pair_figure(self))

    @property
    def view(self):
        """The live widget, built when it is first asked for; it goes into ipywidgets boxes, too."""
        if self._view is None:
            from .flux_map_view import FluxMapView

            self._view = FluxMapView(self)
        return self._view

    def _repr_mimebundle_(self, **kwargs):
        from .flux_map_words import missing_text

        picture = svg_picture(self.svg(), repr(self), missing_text(self))
        return mimebundle(self.view._repr_mimebundle_() if live() else {}, picture)

    def __repr__(self):
        counts = ", ".join(f"{name} {len(d)}" for name, d in self.data.draws.items())
        return (
            f"FluxMap of {len(self.data.reactions)} reactions, draws: {counts}; shown: {self.show}"
        )

    @t.observe("selection", "show", "level", "interval_kind", "threshold")
    def _follow(self, change):
        row = None if self.reaction is None else self.shown.reindex([self.reaction]).iloc[0]
        known = row is not None and row["lower"] == row["lower"]
        self.set_trait("interval", [float(row["lower"]), float(row["upper"])] if known else [])

    @t.observe("most_changed")
    def _show_difference(self, change):
        if self.most_changed:
            self.show = DIFFERENCE

    @t.observe("show")
    def _end_changes(self, change):
        if self.show != DIFFERENCE:
            self.most_changed = False

    @t.observe("show")
    def _end_samples(self, change):
        if self.sample is not None and (
            self.show == DIFFERENCE or self.sample >= len(self.data.draws[self.show])
        ):
            self.sample = None

    @t.validate("show")
    def _check_show(self, proposal):
        if proposal["value"] not in self.data.shows:
            raise InputError(
                f"show={proposal['value']!r}: choose one of {', '.join(map(repr, self.data.shows))}."
            )
        return proposal["value"]

    @t.validate("most_changed")
    def _check_most_changed(self, proposal):
        if proposal["value"] and self.data.pair is None:
            raise InputError("most_changed: there is one posterior; give a second one as other=.")
        return proposal["value"]

    @t.validate("subsystem")
    def _check_subsystem(self, proposal):
        known, value = {*self.data.subsystems.values(), NONE}, proposal["value"]
        if value and value not in known:
            raise InputError(f"subsystem: {value!r} is none of the network; {near(value, known)}")
        return value

    @t.validate("probability")
    def _check_probability(self, proposal):
        return checked_probability(proposal["value"])

    @t.validate("level")
    def _check_level(self, proposal):
        return checked_level(proposal["value"])

    @t.validate("threshold")
    def _check_threshold(self, proposal):
        if not 0 <= proposal["value"] < float("inf"):
            raise InputError(
                f"threshold={proposal['value']:g}: give 0 or the size of a change that counts."
            )
        return proposal["value"]

    @t.validate("selection")
    def _check_selection(self, proposal):
        known = set(self.data.reactions)
        for id in proposal["value"]:
            if id not in known:
                raise InputError(
                    f"selection: {id!r} is no reaction of the posterior; correct the id."
                )
        return list(dict.fromkeys(proposal["value"]))

    @t.validate("sample")
    def _check_sample(self, proposal):
        value = proposal["value"]
        if value is None:
            return None
        if self.show == DIFFERENCE:
            raise InputError("a difference has no single samples; show one of the posteriors.")
        n = len(self.data.draws[self.show])
        if not -n <= value < n:
            raise InputError(f"sample must be one of 0 … {n - 1}, found {value}.")
        return value % n
