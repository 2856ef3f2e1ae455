"""What a DesignChart says in words: how to read it, and chosen candidates beside each other."""

import html

from kinetools.flux.design_picture import SCALES

from .design_order import known_costs, places, ranked_by

HINT = "Click candidates to compare them."
RANKINGS = {"score": "score", "a_criterion": "expected deviation", "information": "information"}
BETTER = {
    "score": "narrow the fluxes further",
    "a_criterion": "leave a smaller deviation",
    "information": "tell more",
}
ROWS = {
    "experiments": ("experiments", "{:.0f}"),
    "score": (SCALES["score"], "{:.0%}"),
    "inferred_score": ("the same, inferred anew", "{:.0%}"),
    "information": (SCALES["information"], "{:.1f}"),
    "a_criterion": (SCALES["a_criterion"], "{:.3g}"),
}
OF_A_REACTION = {
    "width_": ("{}: expected width, mmol/gDW/h", "{:.3g}"),
    "ratio_": ("{}: over today's", "{:.0%}"),
    "inferred_width_": ("{}: width inferred anew, mmol/gDW/h", "{:.3g}"),
}


def place_title(table) -> str:
    """The name of the axis along which candidates stand where they have no costs."""
    return f"place in the ranking by {RANKINGS[ranked_by(table)]}"


def hover_texts(table, quantity, cost_name) -> list[str]:
    """What is said of each point: the candidate, the quantity, and the cost or the place."""
    if known_costs(table):
        wheres = [f"{cost_name}: {cost:.4g}" for cost in table["cost"]]
    else:
        wheres = [f"{place_title(table)}: {k} of {len(table)}" for k in places(table)]
    lines = zip(table.index, table[quantity], wheres)
    return [
        f"{html.escape(str(name))}<br>{html.escape(SCALES[quantity])}: {value:.3g}<br>{html.escape(where)}"
        for name, value, where in lines
    ]


def reading_html(table, quantity, best, chosen: bool) -> str:
    """How the chart is to be read. best: which candidates no other beats; chosen: are some?"""
    grey = int((~best).sum())
    if known_costs(table):
        less = " at the same or a lower cost"
    else:
        less = " with as many or fewer experiments" * (table["experiments"].nunique() > 1)
    words = [
        f"Blue: no other is expected to {BETTER[quantity]}{less}.",
        f"Grey: the other {grey}." * (grey > 0),
        "Ringed in orange: chosen." * chosen,
        HINT,
    ]
    words = " ".join(word for word in words if word)
    return f'<div style="line-height: 1.35; padding: 0 6px">{html.escape(words)}</div>'


def comparison_html(table, names, cost_name) -> str:
    """Chosen candidates, a column each; figures that none of them has are left out."""
    rows = table.loc[names]
    lines = [_line("th", "", [html.escape(str(name)) for name in names])]
    for column, (words, form) in _shown(rows, cost_name):
        values = rows[column]
        lines.append(_line("td", words, ["–" if v != v else form.format(v) for v in values]))
    look = "border-collapse: collapse; font-size: 12px; background: white; color: #222"
    frame = '<div style="overflow-x: auto; max-width: 100%; padding: 2px 6px">{}</div>'
    return frame.format(f'<table style="{look}">{"".join(lines)}</table>')


def _shown(rows, cost_name):
    named = ROWS | {"cost": (html.escape(cost_name), "{:.4g}")}
    for column in rows.columns:
        known = named.get(column)
        for head, (words, form) in OF_A_REACTION.items():
            if str(column).startswith(head):
                known = html.escape(words.format(str(column).removeprefix(head))), form
        if known is not None and rows[column].notna().any():
            yield column, known


def _line(tag, words, cells) -> str:
    side = "padding: 2px 14px 2px 0; white-space: nowrap"
    cells = "".join(f'<{tag} style="{side}; text-align: right">{cell}</{tag}>' for cell in cells)
    rule = "border-bottom: 1px solid #e0e0e0"
    return f'<tr style="{rule}"><td style="{side}; color: #555">{words}</td>{cells}</tr>'
