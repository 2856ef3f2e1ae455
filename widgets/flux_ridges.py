"""The same fluxes in several posteriors, one row a reaction, each beside its prior."""

import traitlets as t

from kinetools.errors import InputError
from kinetools.flux.intervals import INTERVALS, checked_level
from kinetools.flux.precision import R_HAT, PosteriorPrecision
from kinetools.flux.ridges import AXES, ORDERS, Ridges
from kinetools.names import checked_ids

from .display import live, mimebundle, svg_picture

ROWS = 32  # on one page


class FluxRidges(t.HasTraits):
    """Densities of shared net fluxes in several posteriors, with medians, intervals and priors (dashed).

    posteriors: mapping of names to InferenceData of `sample_fluxes`, whose networks may differ; reactions:
    ids of the rows (default: all that the posteriors share, that vary and have converged); r_hat: the limit
    for that; level: of intervals.

    Traits, to be read and set from Python as the page does: `reactions`, ids of the rows, empty for all;
    `order` of the rows, "ratio" (of widths, of the last posterior over the first), "data_ratio" (the same
    after dividing by the priors' widths), "overlap", "narrowing" (width over the prior's) or "name";
    `axis`, "prior", "posterior" or "shared"; `priors`, whether they are drawn; `level` and `interval_kind`
    ("hdi" or "eti") of the intervals; `page`, of 32 rows each, from 0; `selection`, ids of reactions whose
    figures stand below the chart. `table` and `pairs` are those of `compare_precision` and
    `precision_pairs`. Raises InputError as these do, and for rows, orders and pages that are not there;
    a trait that is set to another kind of value raises traitlets' TraitError.
    """

    reactions = t.List(t.Unicode())
    order = t.Enum(tuple(ORDERS), default_value="name")
    axis = t.Enum(tuple(AXES), default_value="prior")
    priors = t.Bool(True)
    level = t.Float(0.95)
    interval_kind = t.Enum(INTERVALS, default_value=INTERVALS[0])
    page = t.Int(0)
    selection = t.List(t.Unicode())

    def __init__(self, posteriors, reactions=None, r_hat: float = R_HAT, level: float = 0.95):
        checked_level(level)
        self.data = PosteriorPrecision(posteriors, None, r_hat)
        self.ridges = Ridges(self.data, level)
        self._view = None
        rows = checked_ids(reactions, "reactions")
        super().__init__(level=level, order=self.ridges.orders[0], reactions=rows)

    @property
    def table(self):
        """`compare_precision` of these posteriors."""
        return self.data.table(self.level, self.interval_kind)

    @property
    def pairs(self):
        """`precision_pairs` of these posteriors."""
        return self.data.pairs(self.level, self.interval_kind)

    @property
    def rows(self) -> list[str]:
        """Ids of all rows, in order."""
        return self.ridges.ordered(self.order, self.reactions)

    @property
    def pages(self) -> int:
        """How many pages the rows fill."""
        return max(1, -(-len(self.rows) // ROWS))

    @property
    def shown(self) -> list[str]:
        """Ids of the rows on this page."""
        return self.rows[self.page * ROWS : (self.page + 1) * ROWS]

    @property
    def sentences(self) -> list[str]:
        """What the posteriors come to, in words."""
        return [*self.ridges.sentences, self.ridges.cv_sentence()]

    def svg(self) -> str:
        """The rows of this page as a static picture."""
        from kinetools.flux.ridge_picture import draw_ridges

        return draw_ridges(
            self.ridges,
            " beside ".join(self.data.names),
            self.sentences,
            order=self.order,
            reactions=self.shown,
            axis=self.axis,
            priors=self.priors,
        )

    def figure(self):
        """The rows of this page as a plain Plotly figure."""
        import plotly.graph_objects as go

        from .flux_ridges_figure import ridges_figure

        return go.Figure(ridges_figure(self))

    @property
    def view(self):
        """The live widget, built when it is first asked for; it goes into ipywidgets boxes, too."""
        if self._view is None:
            from .flux_ridges_page import FluxRidgesPage

            self._view = FluxRidgesPage(self)
        return self._view

    def _repr_mimebundle_(self, **_):
        left = len(self.rows) - len(self.shown)
        note = f"{left} more reactions are on other pages." if left else ""
        picture = svg_picture(self.svg(), repr(self), note)
        return mimebundle(self.view._repr_mimebundle_() if live() else {}, picture)

    def __repr__(self):
        return f"FluxRidges of {len(self.rows)} reactions in {', '.join(self.data.names)}"

    @t.observe("level", "interval_kind")
    def _measure(self, change):
        self.ridges = Ridges(self.data, self.level, self.interval_kind)

    @t.observe("reactions", "order")
    def _turn_back(self, change):
        self.page = 0

    @t.validate("order")
    def _check_order(self, proposal):
        known = self.ridges.orders
        if proposal["value"] not in known:
            raise InputError(
                f"order={proposal['value']!r}: choose one of {', '.join(map(repr, known))}."
            )
        return proposal["value"]

    @t.validate("page")
    def _check_page(self, proposal):
        if not 0 <= proposal["value"] < self.pages:
            raise InputError(f"page={proposal['value']}: choose one of 0 … {self.pages - 1}.")
        return proposal["value"]

    @t.validate("level")
    def _check_level(self, proposal):
        return checked_level(proposal["value"])

    @t.validate("reactions", "selection")
    def _check_reactions(self, proposal):
        ids = list(dict.fromkeys(proposal["value"]))
        if odd := [r for r in ids if r not in self.data.reactions]:
            why = [reason for reason, left in self.data.left_out.items() if odd[0] in left]
            raise InputError(
                f"{proposal['trait'].name}: {odd[0]!r} cannot be compared"
                + (f" ({why[0]})." if why else "; see .data.reactions for what can.")
            )
        return ids
