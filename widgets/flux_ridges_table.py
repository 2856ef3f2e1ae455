"""The table under a FluxRidges: figures of the chosen reactions in every posterior, in words."""

import html

from kinetools.flux.posterior import FLUX_UNITS

from .flux_map_words import INTERVAL_WORDS, flux_text, interval_text, level_text

CELL = "padding: 1px 3px; text-align: {}; vertical-align: bottom; {}"
UNIT = '<div style="font-weight: normal; font-size: 10px">{}</div>'
FIGURES = {  # column: its heading, and whether it is a flux
    "median": ("median", True),
    "interval": ("{} interval", True),
    "width": ("width of the interval", True),
    "sd": ("standard deviation", True),
    "cv": ("coefficient of variation", False),
    "prior_width": ("prior's width", True),
    "narrowing": ("width over the prior's", False),
    "r_hat": ("R\u2011hat", False),
}


def ridges_table(explorer) -> str:
    """A row for each chosen reaction in each posterior."""
    table, level = explorer.table.loc[explorer.selection], level_text(explorer.level)
    heads = [_cell("th", words, "left") for words in ("reaction", "posterior")]
    heads += [_cell("th", _heading(words.format(level), flux)) for words, flux in FIGURES.values()]
    rows = [f"<tr>{''.join(heads)}</tr>"]
    for (reaction, name), row in table.iterrows():
        cells = [_cell("td", html.escape(str(words)), "left") for words in (reaction, name)]
        cells += [_cell("td", _text(key, row)) for key in FIGURES]
        rows.append(f"<tr>{''.join(cells)}</tr>")
    words = f"Net fluxes; interval: {INTERVAL_WORDS[explorer.interval_kind]}."
    return (
        '<div style="overflow-x: auto; max-width: 100%"><table style="font-size: 11px; line-height: 1.3">'
        f'{"".join(rows)}</table></div><div style="padding: 3px 5px">{words}</div>'
    )


def _heading(words, flux) -> str:
    unit = UNIT.format(FLUX_UNITS.replace("/", "/<wbr>")) if flux else ""
    return html.escape(words) + unit


def _text(key, row) -> str:
    if key == "interval":
        return interval_text(row["lower"], row["upper"])
    if row[key] != row[key]:
        return "–"
    return f"{row[key]:.3f}" if key == "r_hat" else flux_text(row[key], 4 if FIGURES[key][1] else 3)


def _cell(tag, content, side="right") -> str:
    look = CELL.format(side, "white-space: nowrap" if tag == "td" else "")
    return f'<{tag} style="{look}">{content}</{tag}>'
