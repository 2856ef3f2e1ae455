"""A searchable, sortable list of reactions with their fluxes, those off the map included."""

from pathlib import Path

import anywidget
import traitlets as t

from .flux_map_data import DIFFERENCE
from .flux_map_words import ESS, R_HAT, flux_text, interval_text, level_text
from .plotly_chart import script

HERE = Path(__file__).parent


class ReactionList(anywidget.AnyWidget):
    """Rows [id, name, texts of the columns, numbers to sort by, mark]; `selection` is a list of ids.

    columns: headings; height: of the scrolled part, in pixels.
    """

    _esm = script("own_keys", "flux_map_list")
    _css = HERE / "flux_map.css"

    columns = t.List().tag(sync=True)
    rows = t.List().tag(sync=True)
    selection = t.List(t.Unicode()).tag(sync=True)
    height = t.Int(230).tag(sync=True)


def list_rows(explorer) -> tuple[list, list]:
    """(columns, rows) of what an explorer shows."""
    table, data = explorer.shown, explorer.data
    off = set() if explorer.map is None else set(explorer.off_map)
    level = level_text(explorer.level)
    if explorer.show == DIFFERENCE:
        columns = ["reaction", "difference", f"{level} interval", "P(change)"]
        values, probable = table["difference"], table[["increase", "decrease"]].max(axis=1)
        sizes = [values, table["upper"] - table["lower"], probable]
    else:
        columns = ["reaction", explorer.statistic, f"{level} interval"]
        values, probable = table[explorer.statistic], None
        sizes = [values, table["upper"] - table["lower"]]
    sizes = list(zip(*(size.abs().tolist() for size in sizes)))
    order = {id: k for k, id in enumerate(table.index)}
    rows = []
    for id in data.reactions:
        name = data.reaction_names.get(id, "")
        k = order.get(id)
        mark = "not on the map" if id in off else ""
        if k is None:
            mark = ", ".join(filter(None, [mark, f"not in {explorer.show}"]))
            lacking = ["–", "none here", *([""] if len(columns) > 3 else [])]
            rows.append([id, name, lacking, [None] * (len(columns) - 1), mark, ""])
            continue
        row = table.iloc[k]
        texts = [flux_text(values.iloc[k], 3), interval_text(row["lower"], row["upper"])]
        warning = ""
        if probable is not None:
            known = probable.iloc[k] == probable.iloc[k]
            texts.append(f"{probable.iloc[k]:.3f}" if known else "")
            texts[1] = texts[1] if known else "only in one"
            mark = mark if known else ", ".join(filter(None, [mark, _only(data, id)]))
        elif row["r_hat"] > R_HAT or row["ess"] < ESS:
            warning = f"R-hat {row['r_hat']:.3f}, ESS {row['ess']:.0f}"
        numbers = [None if v != v else float(f"{v:.6g}") for v in sizes[k]]
        rows.append([id, name, texts, numbers, mark, warning])
    return columns, rows


def _only(data, id) -> str:
    return f"only in {next(name for name, draws in data.draws.items() if id in draws)}"
