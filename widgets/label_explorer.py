"""Label parameter sets by rule and by hand, and look at what lies behind a label."""

import json

import numpy as np
import traitlets as t

from kinetools.errors import InputError
from kinetools.kinetics.labels import edit_labels, label_rule, relabel
from kinetools.kinetics.parameter_sets import check_belongs, save_parameter_sets
from kinetools.kinetics.relabelling import Relabelling
from kinetools.kinetics.rules import CLASSES, LabelRule
from kinetools.maps import check_map, load_map

from .display import live, mimebundle
from .quantities import rule_text

PLOTLY = "application/vnd.plotly.v1+json"


class LabelExplorer(t.HasTraits):
    """Thresholds to drag, sets to select and relabel, their spectra, and the reactions behind them.

    sets: labelled parameter sets; model, state: what they were made with, needed for spectra and the
    map; rule: the first rule, a `LabelRule` or its rows (default: the one the sets were labelled with);
    edits: labels given by hand (default: those of the dataset), as in `edit_labels`; map: as for
    `EscherMap` (bundled name, path, or a loaded map), or None for no map; height: of the map, in pixels.

    Traits, to be read and set from Python as the page does: `rule`; `edits`; `selection`, set numbers;
    `focus`, the number of the set whose spectrum is shown, or None; `counts`, class → number of sets
    (follows rule and edits). Raises InputError for sets without labels, a map that lacks a reaction of
    the model, and for a rule, edits or a selection that do not fit the sets.
    """

    rule = t.Any()
    edits = t.Any()
    selection = t.Any()
    focus = t.Any(None)
    counts = t.Dict(read_only=True)

    def __init__(
        self, sets, model=None, state=None, rule=None, edits=None, map="ecoli", height=560
    ):
        self.relabelling = Relabelling(sets)
        if "km" not in sets:
            raise InputError(
                "the dataset has no variable 'km'; give one made by sample_parameters or parameter_sets."
            )
        if model is not None and state is not None:
            check_belongs(model, state, sets)  # before the first click asks for a spectrum
        if map is not None and model is not None:
            check_map(map if isinstance(map, list) else load_map(map), model)
        self.sets, self.model, self.state = sets, model, state
        self.map, self.height = map, height
        self._history, self._place, self._view = [], -1, None
        super().__init__()
        self.rule = _first_rule(sets) if rule is None else rule
        self.edits = json.loads(sets.attrs.get("label_edits", "[]")) if edits is None else edits
        self.selection = []

    @property
    def codes(self) -> np.ndarray:
        """Class of every set by the present rule and edits, (set,) integers into `CLASSES`."""
        return self._codes

    def labelled(self):
        """The dataset with the present rule and edits, ready to be saved or trained with."""
        result = relabel(self.sets, self.rule)
        return edit_labels(result, self.edits) if self.edits else result

    def save(self, path):
        """Write the labelled dataset, with its rule and edits, as NetCDF-4."""
        return save_parameter_sets(self.labelled(), path)

    def relabel_selection(self, label: str) -> None:
        """Give the selected sets a class by hand."""
        if not self.selection:
            raise InputError("no set is selected; select some in the scatter, or set `selection`.")
        self.edits = [*self.edits, {"sets": list(self.selection), "label": label}]

    @property
    def can_undo(self) -> bool:
        """Whether there is a change of `edits` to take back."""
        return self._place > 0

    @property
    def can_redo(self) -> bool:
        """Whether there is an undone change of `edits`."""
        return self._place < len(self._history) - 1

    def undo(self) -> None:
        """Take the last change of `edits` back."""
        if self.can_undo:
            self._place -= 1
            self.edits = self._history[self._place]

    def redo(self) -> None:
        """Make the last change of `edits` that was undone again."""
        if self.can_redo:
            self._place += 1
            self.edits = self._history[self._place]

    def edited_sets(self) -> list[int]:
        """Numbers of the sets that were labelled by hand."""
        return sorted({number for edit in self.edits for number in edit["sets"]})

    def figure(self):
        """The distributions, thresholds and counts as a plain Plotly figure."""
        from .label_figure import label_figure

        return label_figure(self)

    @property
    def view(self):
        """The live widget, built when it is first asked for; it goes into ipywidgets boxes, too."""
        if self._view is None:
            from .label_explorer_view import LabelExplorerView

            self._view = LabelExplorerView(self)
        return self._view

    def _repr_mimebundle_(self, **kwargs):
        from .label_picture import label_picture

        picture = {
            PLOTLY: json.loads(self.figure().to_json()),
            "image/svg+xml": label_picture(self),
            "text/plain": repr(self),
        }
        return mimebundle(self.view._repr_mimebundle_() if live() else {}, picture)

    def __repr__(self):
        counts = ", ".join(f"{count} {name}" for name, count in self.counts.items())
        return f"LabelExplorer: {counts}; relevant = {rule_text(self.rule)}"

    @t.validate("rule")
    def _check_rule(self, proposal):
        rule = proposal["value"]
        if not isinstance(rule, LabelRule):
            rule = LabelRule.from_records(rule)
        self.relabelling.codes(rule)
        return rule

    @t.validate("edits")
    def _check_edits(self, proposal):
        labels = self.relabelling.sets[["eigenvalue_max"]].drop_attrs()
        labels["label"] = "set", np.full(len(self.relabelling.numbers), CLASSES[0], "U8")
        return json.loads(edit_labels(labels, proposal["value"]).attrs["label_edits"])

    @t.validate("selection")
    def _check_selection(self, proposal):
        numbers = _numbers("the selection", proposal["value"])
        self.relabelling.positions(numbers)
        return numbers

    @t.validate("focus")
    def _check_focus(self, proposal):
        if proposal["value"] is None:
            return None
        self.relabelling.positions(_numbers("the focus", [proposal["value"]]))
        return int(proposal["value"])

    @t.observe("edits")
    def _remember(self, change):
        if self._place < 0 or change["new"] != self._history[self._place]:
            self._history = [*self._history[: self._place + 1], change["new"]]
            self._place += 1

    @t.observe("rule", "edits")
    def _count(self, change):
        self._codes = self.relabelling.codes(self.rule, self.edits or ())
        counts = self.relabelling.counts(self._codes)
        self.set_trait("counts", {name: int(count) for name, count in zip(CLASSES, counts)})


def _first_rule(sets) -> LabelRule:
    """The rule that sets were labelled with; the usual one where they have eigenvalues only."""
    if "label_rule" in sets.attrs:
        return label_rule(sets)
    if "label_rule_text" in sets.attrs:
        raise InputError(
            f"the sets were labelled by a Python function ({sets.attrs['label_rule_text']}), which is "
            "not kept with them; give it again as rule=."
        )
    return LabelRule()


def _numbers(what: str, values) -> list[int]:
    try:
        numbers = [int(value) for value in values]
        same = all(number == value for number, value in zip(numbers, values))
    except (TypeError, ValueError):
        same = False
    if not same:
        raise InputError(f"{what} must be numbers of sets, found {values!r}.")
    return sorted(set(numbers))
