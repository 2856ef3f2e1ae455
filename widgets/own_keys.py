"""Boxes whose controls obey the keys, where JupyterLab would take them for its own."""

import anywidget
import ipywidgets as w

from .plotly_chart import script

CLASS = "kinetools-own-keys"
_RENDER = """
function render({ el }) {
  return ownKeys((node) => el.closest(".CLASS")?.contains(node));
}
export default { render };
"""


class OwnKeysBox(w.VBox):
    """A VBox; what is pressed in one of its sliders, lists or buttons is not a shortcut of JupyterLab's."""

    def __init__(self, children, **traits):
        super().__init__([*children, _Keys()], **traits)
        self.add_class(CLASS)


class _Keys(anywidget.AnyWidget):
    """The invisible part of such a box that listens."""

    _esm = script("own_keys") + _RENDER.replace("CLASS", CLASS)
    _css = f".{CLASS} > .kinetools-keys {{ display: none; }}"

    def __init__(self):
        super().__init__()
        self.add_class("kinetools-keys")
