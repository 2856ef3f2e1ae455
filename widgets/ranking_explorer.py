"""Which Michaelis constants decide whether a model is relevant: rank them, look at them, set them."""

import difflib
import json

import traitlets as t

import kinetools as kt
from kinetools.analysis.constraining import QUANTILE_COLUMNS
from kinetools.errors import InputError
from kinetools.kinetics.parameter_sets import check_belongs
from kinetools.maps import check_map, load_map

from .display import live, mimebundle
from .ranking_explorer_experiment import Experiment
from .ranking_explorer_sets import RankedSets

PLOTLY = "application/vnd.plotly.v1+json"
STARTING = 100  # sets that the experiment starts from, as in the paper
STATISTICAL = ("rank", "kl", "low", "high", "bias", "null_of_all", "significant", "direction")
NEEDED = (*STATISTICAL, "reaction", "metabolite", "live", *QUANTILE_COLUMNS)


class RankingExplorer(t.HasTraits):
    """Ranked Michaelis constants, their distributions, and what constraining the first ones does.

    sets: labelled parameter sets, of which the relevant ones are compared with the rest; model, state:
    what they were made with; table: of `rank_parameters`, if it is there already; starting: sets for the
    constraining experiment (default: the first 100 unstable ones of `sets`); rule: what is relevant
    (default: the rule the sets were labelled with); control: a table of `rank_by_control` (default: made
    from the first 1000 stable sets when it is first shown); n_fresh: how many sets the button samples;
    map: as for `EscherMap`, or None for no map; height: of the map, in pixels; seed: of everything random.

    Traits, to be read and set from Python as the page does: `parameter`, the one looked at; `k`, how many
    of the first parameters are constrained (1 to 20), and `percentile`, how far out (above 0, at most 50);
    `table`, the ranking, None where there is none; `shares`, what came of the experiment (a row of
    `constrain_parameters`; empty without starting sets). Raises InputError for sets without labels, and
    for a table, a parameter or numbers that do not fit.
    """

    parameter = t.Unicode("")
    k = t.Int(7)
    percentile = t.Float(10.0)
    table = t.TraitType(None)  # Any would let None pass unseen
    shares = t.Dict(read_only=True)

    def __init__(
        self,
        model,
        state,
        sets,
        table=None,
        starting=None,
        rule=None,
        control=None,
        n_fresh=100_000,
        map="ecoli",
        height=520,
        seed=0,
    ):
        self.model, self.state, self.seed, self.n_fresh = model, state, seed, n_fresh
        self.ranked = RankedSets(model, state, sets, rule)
        if starting is not None:
            check_belongs(model, state, starting)
        if map is not None:
            check_map(map if isinstance(map, list) else load_map(map), model)
        self.map, self.height = map, height
        self._starting, self._control, self._view, self._experiment = starting, control, None, None
        super().__init__()
        if table is None and not self.ranked.nothing_to_rank:
            table = kt.rank_parameters(*self.ranked.populations, seed=seed)
        self.table = table

    @property
    def experiment(self) -> Experiment:
        """The constraining experiments with the present table."""
        if self._experiment is None:
            given = self._starting
            starting = self.ranked.first_unstable(STARTING) if given is None else given
            kind = "unstable" if given is None else "starting"
            model, state, rule = self.model, self.state, self.ranked.rule
            self._experiment = Experiment(model, state, starting, self.table, rule, self.seed, kind)
        return self._experiment

    @property
    def control(self):
        """The ranking by control analysis, made when first asked for; a sentence where there is none."""
        if self._control is None:
            self._control = self.ranked.control()
        return self._control

    @property
    def nothing_to_rank(self) -> str:
        """Why there is no ranking, as a sentence; empty where there is one."""
        return self.ranked.nothing_to_rank if self.table is None else ""

    @property
    def constrained(self) -> int:
        """How many parameters the experiment that is shown constrains; 0 where there is none."""
        return self.k if self.shares else 0

    def figure(self):
        """The same charts as a plain Plotly figure."""
        import plotly.graph_objects as go

        from .ranking_explorer_figure import ranking_figure

        return go.Figure(ranking_figure(self))

    @property
    def view(self):
        """The live widget, built when it is first asked for; it goes into ipywidgets boxes, too."""
        if self._view is None:
            from .ranking_explorer_view import RankingExplorerView

            self._view = RankingExplorerView(self)
        return self._view

    def _repr_mimebundle_(self, **kwargs):
        from .ranking_explorer_picture import ranking_picture

        picture = {
            PLOTLY: json.loads(self.figure().to_json()),
            "image/svg+xml": ranking_picture(self),
            "text/plain": repr(self),
        }
        return mimebundle(self.view._repr_mimebundle_() if live() else {}, picture)

    def __repr__(self):
        if self.table is None:
            return f"RankingExplorer: {self.nothing_to_rank}"
        shown = self.table[self.table["live"].astype(bool)]
        first = ", ".join(str(name) for name in shown.index[:3])
        return (
            f"RankingExplorer: {int(shown['significant'].sum())} of {len(shown)} parameters differ more "
            f"than by chance; first {first}"
        )

    @t.validate("table")
    def _check_table(self, proposal):
        import pandas as pd

        table = proposal["value"]
        if table is None and self.ranked.nothing_to_rank:
            return None
        columns = getattr(table, "columns", ())
        if not isinstance(table, pd.DataFrame) or not len(table) or not set(NEEDED) <= {*columns}:
            raise InputError(
                "the table must be one made by rank_parameters, with all its columns; found "
                f"{type(table).__name__}."
            )
        known = set(self.model.parameter_names)
        for name in table.index:
            if name not in known:
                raise InputError(
                    f"the table's parameter {name!r} does not belong to model {self.model.id!r}; rank "
                    "sets of this model."
                )
        return table

    @t.validate("parameter")
    def _check_parameter(self, proposal):
        name = proposal["value"]
        names = [] if self.table is None else [str(n) for n in self.table.index]
        if name in names or not (name or names):
            return name
        near = difflib.get_close_matches(name, names, 1)
        hint = f"did you mean {near[0]!r}?" if near else "table.index lists them."
        raise InputError(f"there is no parameter {name!r} in the ranking; {hint}")

    @t.validate("k")
    def _check_k(self, proposal):
        most = self.experiment.most
        if most and not 1 <= proposal["value"] <= most:
            raise InputError(f"k must be between 1 and {most}, found {proposal['value']}.")
        return proposal["value"]

    @t.validate("percentile")
    def _check_percentile(self, proposal):
        value = proposal["value"]
        if not 0 < value <= 50:
            raise InputError(f"percentile must be above 0 and at most 50, found {value:g}.")
        return value

    @t.observe("table")
    def _follow_table(self, change):
        self._experiment = None
        # What is drawn meanwhile is drawn of the new table.
        if self.parameter not in self.table.index:
            self.parameter = str(self.table.index[0])
        if 0 < self.experiment.most < self.k:
            self.k = self.experiment.most
        self._set_shares()

    @t.observe("k", "percentile")
    def _follow_experiment(self, change):
        self._set_shares()

    def _set_shares(self):
        self.set_trait("shares", self.experiment.row(self.k, self.percentile))
