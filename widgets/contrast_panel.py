"""The reactions behind a selection: a map coloured by how far their Michaelis constants differ."""

import html

import ipywidgets as w

from kinetools.analysis.selection import (
    chance_limit,
    ln_km_moments,
    reaction_contrast,
    selection_contrast,
)
from kinetools.maps import Scale

from .axes import grouped, number

ROWS = 8
UNIT = "standard deviations of ln Km"


class ContrastPanel:
    """A table of the parameters that differ most and, with a map, its reactions in colour.

    on_reaction(id) is called when a reaction on the map is clicked. `widget` is what is displayed.
    """

    def __init__(self, sets, model, map, height, on_reaction):
        self._sets, self._moments = sets, None
        self.table = w.HTML()
        self.map = None
        children = [self.table]
        if map is not None:
            from .escher_map import EscherMap

            self.map = EscherMap(
                map=map, model=model, reaction_data=None, reaction_unit=UNIT, height=height
            )
            self.map.observe(lambda change: self._clicked(change["new"], on_reaction), "selection")
            left = w.VBox([self.map], layout=w.Layout(flex="3 1 460px", min_width="0"))
            self.table.layout = w.Layout(flex="1 1 300px", min_width="0")
            children = [left, self.table]
        self.widget = w.HBox(
            children,
            layout=w.Layout(flex_flow="row wrap", grid_gap="8px", align_items="flex-start"),
        )

    def show(self, selection) -> None:
        """Show what distinguishes the selected sets, given by number, from the rest."""
        if not 0 < len(selection) < self._sets.sizes["set"]:
            self.table.value = _text(
                "All sets are selected: there is no rest to compare them with."
                if selection
                else "Select sets to see in which Michaelis constants they differ from the rest. "
                "A click on a reaction of a map puts its constants on the axes of the scatter."
            )
            if self.map is not None:
                self.map.reaction_data, self.map.title = None, ""
            return
        if self._moments is None:
            self._moments = ln_km_moments(self._sets)
        contrast = selection_contrast(self._sets, selection, moments=self._moments)
        self.table.value = table(contrast, len(selection), self._sets.sizes["set"])
        if self.map is not None:
            differences = reaction_contrast(contrast)["difference"].abs()
            # What chance alone makes must not look like much, however small the selection.
            largest = max(1.0, 2 * chance_limit(contrast), float(differences.max()))
            self.map.reaction_scale = Scale.for_values([], maximum=largest)
            self.map.reaction_data = differences
            self.map.title = "Largest difference of a Km, selected sets against the rest"

    def _clicked(self, ids, on_reaction):
        reactions = set(self._sets["parameter_reaction"].values)
        if ids and ids[-1] in reactions:
            on_reaction(ids[-1])


def table(contrast, n_selected: int, n_sets: int) -> str:
    """The parameters that differ most, as HTML."""
    live = contrast[contrast["live"]]
    top = live.loc[live["difference"].abs().sort_values(ascending=False).index[:ROWS]]
    rows = "".join(
        f'<tr><td style="padding-right: 12px; overflow-wrap: anywhere">{html.escape(str(name))}<br>'
        f'<span style="opacity: 0.7">{html.escape(str(row.metabolite))}</span></td>'
        f'<td style="text-align: right; white-space: nowrap">{_signed(row.difference)}</td></tr>'
        for name, row in top.iterrows()
    )
    return _text(
        f"ln Km of the {grouped(n_selected)} selected against the other "
        f"{grouped(n_sets - n_selected)} sets: difference of the means in standard deviations"
        f'<table style="border-collapse: collapse; margin: 6px 0">{rows}</table>'
        f"By chance the largest of {len(live)} differences stays within "
        f"±{number(chance_limit(contrast), 2)} (95\u202f%)."
    )


def _text(content: str) -> str:
    # ipywidgets gives every line the height of a button.
    return (
        '<div style="line-height: 1.4; padding: 4px 8px"><b>Behind the selection</b><br>'
        f"{content}</div>"
    )


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")
