"""What is selected, and the buttons that relabel it by hand."""

import html

import ipywidgets as w

from kinetools.errors import InputError
from kinetools.kinetics.rules import CLASSES

from .axes import grouped
from .colours import CLASS_COLOURS, CLASS_MARKS, pale


class RelabelBar:
    """Buttons and a field over a LabelExplorer's selection and edits; `widget` is what is displayed."""

    def __init__(self, explorer):
        self.explorer = explorer
        self.status = w.HTML()
        self.problem = w.HTML()
        self.numbers = w.Text(
            placeholder="or by number: 7, 40-45",
            continuous_update=False,
            layout=w.Layout(width="170px"),
        )
        self.numbers.observe(lambda _: self._typed(), "value")
        self.labels = [
            w.Button(
                description=f"{CLASS_MARKS[name]} {name}",
                tooltip=f"label the selected sets as {name}",
                style={"text_color": "black", "button_color": pale(CLASS_COLOURS[name])},
                layout=w.Layout(width="auto"),
            )
            for name in CLASSES
        ]
        for button, name in zip(self.labels, CLASSES):
            button.on_click(lambda _, name=name: self.explorer.relabel_selection(name))
        self.undo = self._button(
            "undo", "undo", "take the last labelling by hand back", explorer.undo
        )
        self.redo = self._button("redo", "repeat", "make it again", explorer.redo)
        self.clear = self._button("clear", "times", "select nothing", self._select_nothing)
        row = w.Layout(flex_flow="row wrap", align_items="center", grid_gap="0 2px")
        self.widget = w.VBox(
            [
                self.status,
                w.HBox([self.numbers, self.clear, self.undo, self.redo], layout=row),
                w.HBox([w.Label("Label as:"), *self.labels], layout=row),
                self.problem,
            ],
            layout=w.Layout(margin="8px 0 0"),
        )

    def show(self) -> None:
        """Follow the explorer."""
        explorer = self.explorer
        selection = explorer.selection
        if selection:
            codes = explorer.codes[explorer.relabelling.positions(selection)]
            counts = explorer.relabelling.counts(codes)
            parts = [
                f'<span style="color:{CLASS_COLOURS[name]}">{CLASS_MARKS[name]}</span> '
                f"{grouped(count)} {name}"
                for name, count in zip(CLASSES, counts)
                if count
            ]
            noun = "set" if len(selection) == 1 else "sets"
            self.status.value = (
                f"<b>{grouped(len(selection))} {noun} selected</b>: {', '.join(parts)}"
            )
        else:
            self.status.value = "<b>No set selected</b>: draw a lasso in the plot"
        for button in (*self.labels, self.clear):
            button.disabled = not selection
        self.undo.disabled, self.redo.disabled = not explorer.can_undo, not explorer.can_redo

    def _typed(self):
        if not self.numbers.value.strip():
            return
        self.problem.value = ""
        try:
            self.explorer.selection = numbers(self.numbers.value)
        except InputError as error:
            self.problem.value = f'<span style="color:#b00020">{html.escape(str(error))}</span>'
        else:
            self.numbers.value = ""

    def _select_nothing(self):
        self.explorer.selection = []

    def _button(self, text, icon, tooltip, action):
        button = w.Button(
            description=text, icon=icon, tooltip=tooltip, layout=w.Layout(width="auto")
        )
        button.on_click(lambda _: action())
        return button


def numbers(text: str) -> list[int]:
    """Set numbers from text such as "7, 40-45"."""
    result = []
    for part in text.replace("–", "-").replace(",", " ").split():
        ends = part.split("-")
        if not all(end.isdecimal() for end in ends) or len(ends) > 2:
            raise InputError(f"{part!r} is no number of a set; write numbers such as 7, 40-45.")
        first, last = int(ends[0]), int(ends[-1])
        if last - first >= 1_000_000:
            raise InputError(f"{part} is too long a range; write at most a million sets.")
        result += range(first, last + 1)
    return result
