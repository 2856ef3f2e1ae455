"""What a DesignChart says in words: how to read it, and chosen candidates beside each other."""

import html

from kinetools.flux.design_picture import SCALES

HINT = "Click candidates to compare them."
ROWS = {
    "cost": ("cost", "{:.4g}"),
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


def reading_html(table, known: bool) -> str:
    """How the chart is to be read. known: are the costs?"""
    less = "at the same or a lower cost" if known else "with as many or fewer experiments"
    beaten = int(len(table) - table["pareto"].sum())
    words = f"Blue: nothing is expected to be better {less}. Grey: the other {beaten}. {HINT}"
    return f'<div style="line-height: 1.35; padding: 0 6px">{html.escape(words)}</div>'


def comparison_html(table, names) -> str:
    """Chosen candidates, a column each; figures that none of them has are left out."""
    rows = table.loc[names]
    lines = [_line("th", "", [html.escape(str(name)) for name in names])]
    for column, (words, form) in _shown(rows):
        values = rows[column]
        lines.append(_line("td", words, ["–" if v != v else form.format(v) for v in values]))
    look = "border-collapse: collapse; font-size: 12px; background: white; color: #222"
    frame = '<div style="overflow-x: auto; max-width: 100%; padding: 2px 6px">{}</div>'
    return frame.format(f'<table style="{look}">{"".join(lines)}</table>')


def _shown(rows):
    for column in rows.columns:
        known = ROWS.get(column)
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
