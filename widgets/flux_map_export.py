"""Buttons that give what a FluxMap shows as files: SVG, PNG and CSV."""

import anywidget
import traitlets as t

from .plotly_chart import script


class ExportBar(anywidget.AnyWidget):
    """A button a format. make(kind) gives (name of the file without its ending, its text).

    The page asks for the text when a button is pressed, so that no message carries what nobody wants.
    """

    _esm = script("keep_listening", "flux_map_export")
    _css = """
.kinetools-export { display: flex; gap: 4px; align-items: center; font-size: 12px; }
.kinetools-export button {
  padding: 3px 9px; border: 1px solid #bbb; border-radius: 3px; background: white; color: #222;
  font: 12px system-ui, sans-serif; cursor: pointer;
}
.kinetools-export button:hover { background: #eee; }
.kinetools-export .problem { color: #b00020; }
"""
    kinds = t.List(["svg", "png", "csv"]).tag(sync=True)

    def __init__(self, make):
        super().__init__()
        self._make = make
        self.on_msg(self._asked)

    def _asked(self, _, content, buffers):
        kind = content.get("kind")
        if kind not in self.kinds:
            return
        try:
            name, text = self._make("csv" if kind == "csv" else "svg")
            self.send({"kind": kind, "name": f"{name}.{kind}", "text": text})
        except Exception as error:  # the page says it, as nobody sees a log
            self.send({"kind": kind, "problem": f"{type(error).__name__}: {error}"})
            raise
