"""The ranking as horizontal bars, with what chance gives, and the ranking by control beside it."""

import html

import numpy as np

from .axes import nice_steps, number
from .chart_style import axis, layout
from .ranking_explorer_style import empty_panel, top_text

TITLE = "Which parameters differ between relevant sets and the rest?"
ROW, TOP, LINE, BOTTOM = 21, 104, 16, 10  # pixels
LETTER, BOLD = 6.3, 7.1  # pixels of a letter of a name
AGREE = 10  # places that count as agreement of the two rankings
FILL, AGREED, EDGE, CHOSEN = "#56B4E9", "#009E73", "#555", "#fff1c2"
HOVER = {"bgcolor": "white", "bordercolor": "#999", "font": {"color": "#222"}, "align": "left"}
ARROWS = {1: "▲", -1: "▼", 0: "·"}


def shown_rows(table, n_shown: int, chosen: str, control=None) -> list[str]:
    """Names of the first live parameters, by the ranking or by control, and the chosen one."""
    first = table[table["live"].astype(bool)].sort_values("rank")
    if control is not None:
        order = control.sort_values("rank").index
        first = first.loc[[name for name in order if name in first.index]]
    names = [str(name) for name in first.index[:n_shown]]
    return [*names, chosen] if chosen and chosen not in names else names


def bars_panel(table, names, chosen: str, control=None, k: int = 0, empty: str = "") -> dict:
    """A row a parameter, the first one on top; control: the other ranking, to be shown beside it.

    k: how many parameters the experiment constrains, which is marked where they are the first rows;
    empty: why there is no table. The last trace (with control the last two) covers whole rows: its
    point i is row i.
    """
    if not names:
        return empty_panel(TITLE, empty or "No parameter of the ranking occurs in a rate law.")
    rows, level = table.loc[names], 100 * table.attrs.get("level", 0.95)
    limit = float(rows["null_of_all"].iloc[0])
    end = 1.06 * max(float(rows["high"].max()), float(rows["kl"].max()), limit)
    traces, covers = [_bars(rows), _whiskers(rows)], [_cover(rows, end, "x", _hover(rows, level))]
    domain, ticks = ([0, 1], 5) if control is None else ([0, 0.56], 3)
    title = "divergence (nat)" if control is None else "nat"
    axes = {"xaxis": _values(title, end, domain, ticks)}
    key = [
        f'<span style="color: {FILL}">■</span> above chance (dashed line) □ within it; whiskers: '
        f"{level:g}\u202f% interval",
        "▲ relevant sets have the larger Km, ▼ the smaller",
    ]
    if control is not None:
        strength = control.loc[names]
        last = 1.3 * (float(strength["mean_absolute"].max()) or 1.0)
        traces += _control_bars(rows, strength)
        covers.append(_cover(rows, last, "x2", _control_hover(strength)))
        axes["xaxis2"] = _values("1/h", last, [0.66, 1], 2)
        key.append(
            f'right: control and the place by it; <span style="color: {AGREED}">■</span> first {AGREE} in '
            "both; ⇄ other direction"
        )
    ends = [len(names) - 0.45, -0.55]
    top = TOP + LINE * (len(key) - 2)
    constrained = _constrained(table, names, k, control is None)
    widths = [
        len(_label(row)) * (BOLD if row["significant"] else LETTER) for _, row in rows.iterrows()
    ]
    left = 24 + max(widths)
    return {
        "data": traces + covers,
        "layout": layout(
            top + BOTTOM + ROW * len(names),
            margin={"l": left, "r": 12, "t": top, "b": BOTTOM},
            barmode="overlay",
            bargap=0.25,
            showlegend=False,
            dragmode=False,
            hoverlabel=HOVER,
            annotations=[*top_text(TITLE, key, left, top), *constrained["annotations"]],
            shapes=[*_chosen_row(names, chosen), _chance_line(limit, ends), *constrained["shapes"]],
            yaxis=axis("", tickfont={"size": 11}, showgrid=False, range=ends)
            | {"tickvals": list(range(len(names))), "automargin": False}
            | {"ticktext": [_marked(row, row.name == chosen) for _, row in rows.iterrows()]},
            **axes,
        ),
    }


def _label(row) -> str:
    """Rank, name and direction."""
    return f"{row['rank']:.0f} {row.name} {ARROWS[int(row['direction'])]}"


def _marked(row, chosen) -> str:
    """The same; bold above chance, and with a mark that points at the chosen one."""
    text = html.escape(_label(row))
    text = f"<b>{text}</b>" if row["significant"] else text
    return f"▸ {text}" if chosen else text


def _values(title, end, domain, about=5) -> dict:
    """An axis of bars, on top, from zero."""
    steps = nice_steps(0, end, about)
    return axis(
        "",
        range=[0, end],
        domain=domain,
        side="top",
        tickangle=0,
        tickvals=steps,
        ticktext=[number(v) for v in steps],
    ) | {"title": {"text": title, "standoff": 6, "font": {"size": 12}}}


def _bars(rows) -> dict:
    filled = rows["significant"].to_numpy(bool)
    return {
        "type": "bar",
        "orientation": "h",
        "x": [float(v) for v in rows["kl"]],
        "y": list(range(len(rows))),
        "marker": {
            "color": [FILL if known else "white" for known in filled],
            "line": {"color": EDGE, "width": 1},
        },
        "hoverinfo": "skip",
    }


def _whiskers(rows) -> dict:
    x, y = [], []
    for place, (low, high) in enumerate(zip(rows["low"], rows["high"])):
        x += [float(low), float(high), None]
        y += [place, place, None]
    line = {"color": "#222", "width": 1.6}
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, "hoverinfo": "skip"}


def _control_bars(rows, strength) -> list[dict]:
    """Bars of the other ranking, and at their ends the places in it."""
    agree = (strength["rank"].to_numpy() <= AGREE) & (rows["rank"].to_numpy() <= AGREE)
    other = rows["direction"].to_numpy() * strength["direction"].to_numpy() < 0
    values = [float(v) for v in strength["mean_absolute"]]
    texts = [f"{rank:.0f}{' ⇄' if turn else ''}" for rank, turn in zip(strength["rank"], other)]
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": values,
        "y": list(range(len(rows))),
        "marker": {
            "color": [AGREED if one else "white" for one in agree],
            "line": {"color": EDGE, "width": 1},
        },
        "hoverinfo": "skip",
    }
    places = {
        "type": "scatter",
        "mode": "text",
        "x": values,
        "y": bars["y"],
        "text": [f" {text}" for text in texts],
        "textposition": "middle right",
        "textfont": {"size": 11},
        "hoverinfo": "skip",
    }
    return [trace | {"xaxis": "x2"} for trace in (bars, places)]


def _cover(rows, end, x_axis, texts) -> dict:
    return {
        "type": "bar",
        "orientation": "h",
        # From the far end, so that what it tells when the mouse is on it does not hide the names.
        "base": end,
        "x": [-end] * len(rows),
        "y": list(range(len(rows))),
        "width": 1,
        "marker": {"color": "rgba(0, 0, 0, 0)", "line": {"width": 0}},
        "customdata": texts,
        "hovertemplate": "%{customdata}<extra></extra>",
        "xaxis": x_axis,
    }


def _hover(rows, level) -> list[str]:
    words = {1: "relevant sets have the larger Km", -1: "relevant sets have the smaller Km", 0: ""}
    return [
        f"<b>{html.escape(str(name))}</b><br>Km of {html.escape(str(row['reaction']))} for "
        f"{html.escape(str(row['metabolite']))}<br>divergence {number(row['kl'], 3)} nat<br>without "
        f"chance's share {number(row['low'], 2)} to {number(row['high'], 2)} ({level:g}\u202f%)<br>"
        + words[int(row["direction"])]
        for name, row in rows.iterrows()
    ]


def _control_hover(strength) -> list[str]:
    words = {1: "a larger Km is faster", -1: "a smaller Km is faster", 0: "no direction"}
    return [
        f"<b>{html.escape(str(name))}</b><br>place {row['rank']:.0f} by control: mean |∂λ_max/∂ln Km| "
        f"{number(row['mean_absolute'], 3)} /h<br>{words[int(row['direction'])]} on average"
        for name, row in strength.iterrows()
    ]


def _chosen_row(names, chosen) -> list[dict]:
    if chosen not in names:
        return []
    place = names.index(chosen)
    at = {"x0": 0, "x1": 1, "xref": "paper", "y0": place - 0.5, "y1": place + 0.5}
    return [{"type": "rect", "layer": "below", "fillcolor": CHOSEN, "line": {"width": 0}, **at}]


def _chance_line(limit, ends) -> dict:
    line = {"color": "#222", "width": 1.5, "dash": "dash"}
    return {"type": "line", "x0": limit, "x1": limit, "y0": ends[0], "y1": ends[1], "line": line}


def _constrained(table, names, k, told) -> dict:
    """A line below the first k rows, if the rows are in the order of the experiment."""
    if not k or k > len(names) or names[:k] != [str(name) for name in table.index[:k]]:
        return {"shapes": [], "annotations": []}
    at = {"x0": 0, "x1": 1, "xref": "x domain", "y0": k - 0.5, "y1": k - 0.5}
    text = {
        "text": f"↑ constrained (k = {k})",
        "font": {"size": 10, "color": "#333"},
        "showarrow": False,
        **{"xref": "x domain", "x": 1, "xanchor": "right", "y": k - 0.5, "yanchor": "top"},
    }
    line = {"color": "#222", "width": 1, "dash": "dot"}
    return {"shapes": [{"type": "line", "line": line, **at}], "annotations": [text] * told}


def comparison_text(comparison) -> str:
    """How far the two rankings agree, in words."""
    attrs = comparison.attrs
    same = attrs["same_direction"]
    sentence = (
        f"Of the first ten parameters, both rankings share {attrs['overlap']}; the correlation of all "
        f"ranks is {number(attrs['spearman'], 2)} (Spearman)."
    )
    if np.isfinite(same):
        sure = int(comparison["significant"].sum())
        sentence += (
            f" They agree on the direction of {same * sure:.0f} of {sure} parameters above chance."
        )
    return sentence
