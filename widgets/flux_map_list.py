"""Searchable, sortable lists of a FluxMap: of reactions, those off the map included, and of subsystems."""

from pathlib import Path

import anywidget
import numpy as np
import traitlets as t

from kinetools.flux.convergence import ESS, R_HAT

from .flux_map_data import DIFFERENCE
from .flux_map_words import flux_text, interval_text, level_text
from .plotly_chart import script

HERE = Path(__file__).parent
BY_ID = {"column": 0, "down": False}


class ReactionList(anywidget.AnyWidget):
    """Rows [id, texts of the columns, numbers to sort by, mark, warning]; `selection` is a list of ids.

    columns: headings; facts: {id: [name, further words to find it by]}; only: ids that are listed, or None
    for all; note: which these are; sort: {"column": number, "down": bool}; height: of the scrolled part, in
    pixels; things: what is listed; several: whether several can be chosen, by Ctrl or Shift. When the page
    asks for all rows again, what `on_clear` was given is called.
    """

    _esm = script("keep_listening", "own_keys", "flux_map_list")
    _css = HERE / "flux_map.css"

    columns = t.List().tag(sync=True)
    hints = t.List(t.Unicode()).tag(sync=True)
    rows = t.List().tag(sync=True)
    facts = t.Dict().tag(sync=True)
    only = t.List(t.Unicode(), default_value=None, allow_none=True).tag(sync=True)
    note = t.Unicode().tag(sync=True)
    sort = t.Dict(BY_ID).tag(sync=True)
    selection = t.List(t.Unicode()).tag(sync=True)
    height = t.Int(230).tag(sync=True)
    things = t.Unicode("reaction").tag(sync=True)
    several = t.Bool(True).tag(sync=True)

    def on_clear(self, call):
        """Have `call()` called when the page asks for all rows."""
        self.on_msg(lambda _, content, buffers: content.get("clear") and call())


def reaction_facts(data) -> dict:
    """{reaction: [name, genes, subsystem]}: what it can be found by beside its id."""
    return {
        id: [data.reaction_names.get(id, ""), data.genes.get(id, ""), data.subsystems.get(id, "")]
        for id in data.reactions
    }


def list_rows(explorer) -> tuple[list, list]:
    """(columns, rows) of what an explorer shows."""
    table, data = explorer.shown, explorer.data
    off = set() if explorer.map is None else set(explorer.off_map)
    level = level_text(explorer.level)
    change = explorer.show == DIFFERENCE
    first = "difference" if change else explorer.statistic
    columns = ["reaction", first, f"{level} interval", *(["P(change)"] if change else [])]
    values, low, high = (table[c].tolist() for c in (first, "lower", "upper"))
    if change:
        sure = table[["increase", "decrease"]].max(axis=1).tolist()
    else:
        sure, r_hat, ess = [None] * len(values), table["r_hat"].tolist(), table["ess"].tolist()
        predicted = data.draws[explorer.show].predicted
    order = {id: k for k, id in enumerate(table.index)}
    rows = []
    for id in data.reactions:
        k, mark, warning = order.get(id), "not on the map" if id in off else "", ""
        if k is None:
            mark = _joined(mark, f"not in {explorer.show}")
            rows.append([id, ["–", "none here"], [None, None], mark, warning])
            continue
        texts = [flux_text(values[k], 3), interval_text(low[k], high[k])]
        numbers = [_rounded(abs(values[k])), _rounded(high[k] - low[k])]
        if change:
            known = sure[k] == sure[k]
            texts.append(f"{sure[k]:.3f}" if known else "")
            numbers.append(_rounded(sure[k]))
            if not known:
                texts[1], mark = "only in one", _joined(mark, _only(data, id))
        elif not predicted and (r_hat[k] > R_HAT or ess[k] < ESS):
            warning = f"R-hat {r_hat[k]:.3f}, ESS {ess[k]:.0f}"
        rows.append([id, texts, numbers, mark, warning])
    return columns, rows


def subsystem_rows(explorer) -> tuple[list, list, list]:
    """(columns, hints, rows) of the subsystems in what an explorer shows; no rows where none are known."""
    table = explorer.subsystems()
    if table.empty:
        return [], [], []
    explained = table.attrs["columns"]
    if explorer.show == DIFFERENCE:
        shown = {"reactions": "all", "changed": "changed", "total_difference": "Σ |change|"}
    else:
        shown = {
            "reactions": "all",
            "total_flux": "Σ |flux|",
            "relative_width": "rel. width",
            "converged": "R̂ ok",
        }
    texts = {
        "reactions": str,
        "changed": str,
        "total_flux": lambda v: flux_text(v, 3),
        "total_difference": lambda v: flux_text(v, 3),
        "relative_width": lambda v: "–" if np.isnan(v) else flux_text(v, 2),
        "converged": lambda v: "–" if np.isnan(v) else f"{100 * v:.0f}\u202f%",
    }
    rows = []
    for name, *values in zip(table.index, *(table[c].tolist() for c in shown)):
        cells = [texts[c](v) for c, v in zip(shown, values)]
        bad = "converged" in table and table.at[name, "converged"] < 1
        warning = "not every flux has converged" if bad else ""
        rows.append([name, cells, [_rounded(v) for v in values], "", warning])
    return ["subsystem", *shown.values()], ["", *(explained[c] for c in shown)], rows


def _joined(*words) -> str:
    return ", ".join(filter(None, words))


def _rounded(value) -> float | None:
    return None if value != value else float(f"{value:.6g}")


def _only(data, id) -> str:
    return f"only in {next(name for name, draws in data.draws.items() if id in draws)}"
