"""Which metabolites of a TrajectoryExplorer have named time courses: buttons, and a field for more."""

import ipywidgets as w

ADD = "name another one"


class NameBar:
    """Buttons over an explorer's metabolites; `widget` is what is displayed.

    A name's button takes it away; without any, those that move most are named again.
    """

    def __init__(self, explorer, act):
        self.explorer, self._act = explorer, act
        self.field = w.Combobox(
            placeholder=ADD,
            options=explorer.data.metabolites,
            ensure_option=True,
            continuous_update=False,
            layout=w.Layout(width="210px"),
        )
        self.field.observe(lambda change: self._typed(change["new"]), "value")
        self.reset = w.Button(
            description="top movers",
            tooltip="name those that move most",
            layout=w.Layout(width="auto"),
        )
        self.reset.on_click(lambda _: act("metabolites", []))
        row = w.Layout(flex_flow="row wrap", align_items="center", padding="0 6px")
        self.widget = w.HBox([], layout=row)

    def show(self) -> None:
        """Follow the explorer."""
        names = self.explorer.named()
        buttons = [self._button(name) for name in names]
        more = [self.reset] if self.explorer.metabolites else []
        old = [child for child in self.widget.children if child not in (self.field, self.reset)]
        self.widget.children = [*buttons, self.field, *more]
        for button in old:
            button.close()

    def toggle(self, name: str) -> None:
        """Name a metabolite, or no longer."""
        names = self.explorer.named()
        if name in names:
            self._act("metabolites", [other for other in names if other != name])
        else:
            self._act("metabolites", [*names, name])

    def _button(self, name):
        button = w.Button(
            description=f"{name} ✕",
            tooltip=f"no longer name {name}",
            layout=w.Layout(width="auto"),
        )
        button.on_click(lambda _: self.toggle(name))
        return button

    def _typed(self, name):
        if name:
            self.field.value = ""
            if name not in self.explorer.named():
                self.toggle(name)
