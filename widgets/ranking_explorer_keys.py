"""Keys for the controls of a widget, where JupyterLab would take them for its own."""

import anywidget

CLASS = "kinetools-own-keys"

# In command mode the arrows go to other cells and letters are shortcuts, even inside a list or slider.
# The window hears of a key before JupyterLab does, which passes over elements with this attribute. What
# is pressed with Ctrl or Shift remains the notebook's own.
_SCRIPT = """
function render({ el }) {
  const decide = (event) => {
    if (!el.closest(".CLASS")?.contains(event.target)) return;
    const modified = event.ctrlKey || event.metaKey || event.altKey || event.shiftKey;
    event.target.toggleAttribute("data-lm-suppress-shortcuts", !modified);
  };
  window.addEventListener("keydown", decide, true);
  return () => window.removeEventListener("keydown", decide, true);
}
export default { render };
"""


class OwnKeys(anywidget.AnyWidget):
    """An invisible part of a box with the CSS class `CLASS`, whose controls then obey the keys."""

    _esm = _SCRIPT.replace("CLASS", CLASS)
    _css = f".{CLASS} > .kinetools-keys {{ display: none; }}"

    def __init__(self):
        super().__init__()
        self.add_class("kinetools-keys")
