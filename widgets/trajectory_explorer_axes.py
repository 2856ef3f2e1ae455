"""Pickers of a TrajectoryExplorer: which components are the axes, and what colours mean."""

import ipywidgets as w

from .trajectory_explorer_parts import component_text, picker

COMPONENTS = 10  # that can be an axis


class AxisBar:
    """Pickers over an explorer's axes and colour; `widget` is what is displayed.

    act(trait, value) is called with what the user wants.
    """

    def __init__(self, explorer, act):
        self.explorer, self._act, self._setting = explorer, act, False
        self.pickers = [picker(name, "14px", "158px") for name in "xyz"]
        self.space = w.ToggleButton(description="3-D", tooltip="a third component as depth")
        self.space.layout = w.Layout(width="60px", margin="2px 8px")
        self.colour = picker("colour by", "64px", "220px")
        self.colour.options = [("outcome", "verdict")]
        if explorer.data.labels is not None:
            self.colour.options = [("outcome", "verdict"), ("class of the set", "class")]
        row = w.Layout(flex_flow="row wrap", align_items="center", grid_gap="0 4px")
        self.widget = w.HBox([*self.pickers, self.space, self.colour], layout=row)
        if explorer.pca is None:
            self.widget.layout.display = "none"
            return
        for k, one in enumerate(self.pickers):
            one.observe(lambda change, k=k: self._pick(k, change["new"]), "value")
        self.space.observe(lambda change: self._turn(change["new"]), "value")
        self.colour.observe(lambda change: self._setting or act("colour", change["new"]), "value")

    def show(self) -> None:
        """Follow the explorer."""
        axes, pca = self.explorer.axes, self.explorer.pca
        if pca is None:
            return
        numbers = sorted({*range(1, min(pca.n_components, COMPONENTS) + 1), *axes})
        options = tuple((component_text(self.explorer, number), number) for number in numbers)
        self._setting = True
        for k, one in enumerate(self.pickers):
            if one.options != options:
                one.options = options
            one.layout.display = "" if k < len(axes) else "none"
            one.value = axes[k] if k < len(axes) else None
        self.space.value, self.space.disabled = len(axes) == 3, pca.n_components < 3
        self.colour.value = self.explorer.colour
        self._setting = False

    def _pick(self, k, number):
        """Put a component on an axis; if it is on another one, the two change places."""
        if self._setting or number is None:
            return
        axes = list(self.explorer.axes)
        if number in axes:
            axes[axes.index(number)] = axes[k]
        axes[k] = number
        self._act("axes", axes)

    def _turn(self, space):
        if self._setting:
            return
        axes = self.explorer.axes[:2]
        free = (n for n in range(1, self.explorer.pca.n_components + 1) if n not in axes)
        self._act("axes", [*axes, next(free)] if space else axes)
