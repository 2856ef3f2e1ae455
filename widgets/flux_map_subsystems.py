"""What stands above the list of a FluxMap: the subsystems, and buttons for what the list has."""

import ipywidgets as w

from .axes import number
from .flux_map_list import ReactionList, subsystem_rows

HEIGHT, BUTTONS, BORDERS = 170, 34, 12  # of the table of subsystems and around it, in pixels
BY_SIZE = {"column": 1, "down": True}  # of the list of reactions
BY_FLUX = {"column": 2, "down": True}  # of the list of subsystems
CHANGED = "what changed most"
PROBABILITIES = (0.5, 0.8, 0.9, 0.95, 0.99)
TOOLTIP = "the fluxes that have surely changed, the largest difference first"


class ListBar:
    """A button a view of the list, and the table of subsystems; `widget` is what is displayed.

    reactions: the ReactionList that is told what to list; act(trait, value): what the user wants;
    resized(): called when it has become higher or lower.
    """

    def __init__(self, explorer, reactions, act, resized):
        self.explorer, self.list, self._act, self._resized = explorer, reactions, act, resized
        self._setting = self._by_size = False
        self.table = ReactionList(
            things="subsystem", several=False, height=HEIGHT, sort=dict(BY_FLUX)
        )
        self.changed = _toggle(CHANGED, TOOLTIP, "exchange")
        self.subsystems = _toggle(
            "subsystems", "a table of the subsystems: click one to list it", "th"
        )
        self.known = bool(explorer.data.subsystems)
        self.subsystems.value = self.known
        self.changed.layout.display = "" if explorer.data.pair is not None else "none"
        self.probability = w.Dropdown(
            tooltip="how probable a change has to be",
            layout=w.Layout(width="auto", margin="2px 4px 2px 0"),
        )
        self.subsystems.layout.display = "" if self.known else "none"
        self.buttons = explorer.data.pair is not None or self.known
        row = w.HBox(
            [self.changed, self.probability, self.subsystems],
            layout=w.Layout(flex_flow="row wrap", display="" if self.buttons else "none"),
        )
        self.widget = w.VBox([row, self.table] if self.known else [row])
        self.changed.observe(lambda c: self._want("most_changed", c["new"]), "value")
        self.probability.observe(lambda c: self._want("probability", c["new"]), "value")
        self.subsystems.observe(self._open, "value")
        self.table.observe(lambda c: self._want("subsystem", "".join(c["new"][:1])), "selection")
        reactions.on_clear(self._all)

    @property
    def height(self) -> int:
        """How much of the page's height it takes, in pixels."""
        open = self.known and self.subsystems.value
        return BUTTONS * self.buttons + (HEIGHT + BORDERS) * open

    def show(self) -> None:
        """Follow the explorer."""
        explorer = self.explorer
        self._setting = True
        self.changed.value = explorer.most_changed
        levels = sorted({*PROBABILITIES, explorer.probability})
        self.probability.options = [(f"P ≥ {level:g}", level) for level in levels]
        self.probability.value = explorer.probability
        self.probability.layout.display = "" if explorer.most_changed else "none"
        if self.known:
            columns, hints, rows = subsystem_rows(explorer)
            with self.table.hold_sync():
                self.table.columns, self.table.hints, self.table.rows = columns, hints, rows
                self.table.selection = [explorer.subsystem] if explorer.subsystem else []
        self._setting = False
        some = explorer.most_changed or explorer.subsystem
        with self.list.hold_sync():
            self.list.only = list(explorer.listed.index) if some else None
            self.list.note = self._note()
            if explorer.most_changed and not self._by_size:
                self.list.sort = dict(BY_SIZE)
        self._by_size = explorer.most_changed

    def _note(self) -> str:
        """What the list has, in words; empty for everything."""
        explorer, parts = self.explorer, []
        if explorer.subsystem:
            parts.append(explorer.subsystem)
        if explorer.most_changed:
            more = f" by more than {number(explorer.threshold)}" if explorer.threshold else ""
            parts.append(
                f"changed{more} with probability ≥ {explorer.probability:g}, largest first"
            )
        return ": ".join(parts)

    def _want(self, trait, value):
        if not self._setting:
            self._act(trait, value)

    def _open(self, change):
        self.table.layout.display = "" if change["new"] else "none"
        if not change["new"]:
            self._act("subsystem", "")
        self._resized()

    def _all(self):
        self._act("subsystem", "")
        self._act("most_changed", False)


def _toggle(words, tooltip, icon) -> w.ToggleButton:
    return w.ToggleButton(
        description=words,
        tooltip=tooltip,
        icon=icon,
        layout=w.Layout(width="auto", margin="2px 4px 2px 0"),
    )
