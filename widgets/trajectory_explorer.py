"""See where perturbed models go: all trajectories in a plane, one of them in full, on the map over time."""

import json
import warnings

import traitlets as t

from kinetools.analysis.projection import fit_trajectory_pca
from kinetools.errors import InputError
from kinetools.kinetics.verdicts import VERDICTS, top_movers
from kinetools.maps import check_map, load_map

from .display import live, mimebundle
from .trajectory_explorer_data import Trajectories
from .trajectory_explorer_words import counts_text, verdict_word

PLOTLY = "application/vnd.plotly.v1+json"
COLOURS = ("verdict", "class")
FLUXES = ("flux", "change")
MOVERS = 6  # metabolites that are named where none are chosen


class TrajectoryExplorer(t.HasTraits):
    """Trajectories of perturbed models along their principal components, and one of them in full.

    model, state, sets: what was perturbed; trajectories: dataset of `perturb` or `simulate`; pca: a
    `TrajectoryPCA` (default: fitted to these trajectories); map: as for `EscherMap` (bundled name, path, or
    a loaded map), or None for no map; height: of the map, in pixels.

    Traits, to be read and set from Python as the page does: `set` and `trial`, numbers of the trajectory
    that is shown in full; `time_index`, which of the dataset's times the markers and the map show; `axes`,
    two principal components for a plane or three for space, numbered from 1; `colour`, "verdict" or
    "class"; `metabolites`, whose time courses are named (none: those that move most); `fluxes`, what the
    map shows of reactions: "flux" or "change" (against the steady state); `counts`, verdict → number of
    trajectories. Raises InputError for trajectories of other sets, models or states, a map that lacks a
    reaction of the model, and values that a trait cannot have.
    """

    set = t.Int()
    trial = t.Int()
    time_index = t.Int(0)
    axes = t.List(t.Int())
    colour = t.Enum(COLOURS)
    metabolites = t.List(t.Unicode())
    fluxes = t.Enum(FLUXES, default_value=FLUXES[0])
    counts = t.Dict(read_only=True)

    def __init__(self, model, state, sets, trajectories, pca=None, map="ecoli", height=560):
        if map is not None:
            check_map(map if isinstance(map, list) else load_map(map), model)
        self.data = Trajectories(model, state, sets, trajectories)
        self.model, self.state, self.sets = model, state, sets
        self.map, self.height, self._view = map, height, None
        self.problem = ""  # why there is no plane, in a sentence
        self.pca = self._fitted() if pca is None else pca
        if self.pca is not None:
            self.data.scores(self.pca, self.data.drawn)  # a fit to something else is met here
        super().__init__()
        self.set_trait("counts", self.data.counts())
        self.colour = COLOURS[0]
        self.axes = [1, 2]
        self.set, self.trial = self.data.place(self.data.default_row())

    def _fitted(self):
        try:
            with warnings.catch_warnings(action="ignore", category=UserWarning):  # said on the page
                pca = fit_trajectory_pca(self.data.dataset, progress=False)
        except InputError as error:  # such as a single point, or nothing that moves
            self.problem = f"There is no plane to draw in: {error}"
            return None
        if pca.n_components < 2:
            self.problem = "There is no plane to draw in: the trajectories span one component only."
            return None
        return pca

    @property
    def row(self) -> int:
        """The chosen trajectory, counted set by set and trial by trial."""
        return self.data.row(self.set, self.trial)

    def choose(self, set: int, trial: int = 0) -> None:
        """Show a trial of a set in full."""
        with self.hold_trait_notifications():
            self.set, self.trial = set, trial

    @property
    def shown(self):
        """The trajectories that are drawn, a DataFrame: set, trial, verdict, distance (over the norm of the
        steady state), and class, target and factor where they are known."""
        import pandas as pd

        data, rows = self.data, self.data.drawn
        places = [data.place(int(row)) for row in rows]
        table = pd.DataFrame(places, columns=["set", "trial"])
        table["verdict"] = [verdict_word(data, VERDICTS[code]) for code in data.verdicts[rows]]
        table["distance"] = data.distances[rows]
        if data.labels is not None:
            table["class"] = data.labels[rows // len(data.trials)]
        if data.target(0) is not None:
            table["target"], table["factor"] = zip(*(data.target(int(row)) for row in rows))
        return table

    @property
    def courses(self):
        """Concentrations over those of the steady state of the chosen trajectory, (minute, metabolite)."""
        return self.data.ratio(self.row)

    @property
    def rates(self):
        """Reaction rates of the chosen trajectory in mmol/gDW/h, (minute, reaction)."""
        return self.data.rates(self.row)

    def named(self) -> list[str]:
        """Metabolites whose time courses are named."""
        return self.metabolites or top_movers(self.courses, MOVERS)

    def figure(self):
        """The same charts as a plain Plotly figure."""
        from .trajectory_explorer_figure import trajectory_figure

        return trajectory_figure(self)

    @property
    def view(self):
        """The live widget, built when it is first asked for; it goes into ipywidgets boxes, too."""
        if self._view is None:
            from .trajectory_explorer_view import TrajectoryExplorerView

            self._view = TrajectoryExplorerView(self)
        return self._view

    def _repr_mimebundle_(self, **kwargs):
        from .trajectory_explorer_picture import trajectory_picture

        picture = {
            PLOTLY: json.loads(self.figure().to_json()),
            "image/svg+xml": trajectory_picture(self),
            "text/plain": repr(self),
        }
        return mimebundle(self.view._repr_mimebundle_() if live() else {}, picture)

    def __repr__(self):
        return f"TrajectoryExplorer: {counts_text(self.data)}"

    @t.validate("set")
    def _check_set(self, proposal):
        return _one_of("set", proposal["value"], self.data.numbers)

    @t.validate("trial")
    def _check_trial(self, proposal):
        return _one_of("trial", proposal["value"], self.data.trials)

    @t.validate("time_index")
    def _check_time(self, proposal):
        value, n = proposal["value"], len(self.data.minutes)
        if not -n <= value < n:
            raise InputError(f"time_index must be one of 0 … {n - 1}, found {value}.")
        return value % n

    @t.validate("axes")
    def _check_axes(self, proposal):
        axes, n = proposal["value"], 0 if self.pca is None else self.pca.n_components
        good = len(axes) in (2, 3) and len({*axes}) == len(axes) and all(1 <= a <= n for a in axes)
        if not good and not (self.pca is None and axes == [1, 2]):
            raise InputError(
                f"axes must be two or three different components between 1 and {n}, found {axes}."
            )
        return axes

    @t.validate("colour")
    def _check_colour(self, proposal):
        if proposal["value"] == "class" and self.data.labels is None:
            raise InputError(
                "neither the trajectories nor the sets are labelled, so there is no class to colour by; "
                "label the sets first."
            )
        return proposal["value"]

    @t.validate("metabolites")
    def _check_metabolites(self, proposal):
        for name in proposal["value"]:
            if name not in self.data.metabolites:
                raise InputError(
                    f"metabolites: {name!r} is no metabolite of the trajectories; correct the id."
                )
        return list(dict.fromkeys(proposal["value"]))


def _one_of(what: str, value: int, known: list[int]) -> int:
    if value not in known:
        some = f"{known[0]} … {known[-1]}" if len(known) > 1 else f"{known[0]} only"
        raise InputError(f"there is no {what} {value} among the trajectories; they have {some}.")
    return value
