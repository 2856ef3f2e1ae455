"""What transfer buys, as a plain Plotly figure: incidence and coverage against labelled sets.

The upper row is laid out as Fig. 4b of Choudhury et al. 2022; the lower row shows what incidence alone
hides. Points are medians over repeats, bars reach from the lowest to the highest repeat.
"""

import html
import textwrap
from collections import Counter

import numpy as np

from kinetools import InputError
from kinetools.gan.transfer_runs import NO_SOURCE

from .axes import decades, grouped, number
from .chart_style import axis, layout
from .training_monitor_chart import colour

COVERAGE = {
    "kl_max": "largest divergence<br>of a parameter (nat)",
    "kl_mean": "mean divergence<br>of the parameters (nat)",
    "spread_ratio": "spread over that<br>of relevant sets",
    "auc": "two-sample test<br>(AUC; 0.5: the same)",
}
# Method → line (None: marks only), symbol, its text in the legend.
LOOKS = {
    "fine-tuned": ("solid", "circle", "fine-tuned"),
    "from scratch": ("dash", "x", "from scratch"),
    "source as it is": (None, "circle-open", "source as it is"),
    "residual source as it is": (None, "diamond-open", "residual source as it is"),
    "re-centred source": (None, "diamond", "re-centred source"),
    "residual fine-tuned": (None, "star", "residual, fine-tuned<br>on the model"),
}
THIN = {
    "logistic tilt ×1": ("dot", "logistic tilt ×1"),
    "logistic tilt ×2": ("dashdot", "logistic tilt ×2"),
    "logistic tilt ×4": ("longdash", "logistic tilt ×4"),
    "prior": ("solid", "prior: what rejection keeps"),
    "rejection": ("solid", "rejection (exact)"),
}
THIN_COLOURS = {"prior": "#888", "rejection": "#bbb"}
NEUTRAL, GREY = "#222", "#777"
NAMED = 6  # kinds of missing runs named below the chart
LINE, WIDE = 15, 120  # pixels, characters
USUAL_WIDTH, LETTER = 800, 7  # pixels of all panels together, of a digit
NEEDED = ("source", "target", "method", "n_sets", "incidence")


def transfer_figure(table, *, by: str = "target", coverage: str = "kl_max"):
    """A `plotly.graph_objects.Figure` of a table of `transfer_study` or `transfer_table`.

    by: "target" or "source", what has a panel of its own; the other one has the colours (with
    "source", of what has no source only training from scratch and the prior are shown); coverage: the
    measure of the lower row: kl_max, kl_mean, spread_ratio or auc. Any part of a study can be shown:
    what is missing by the table's attrs is named below.
    """
    import plotly.graph_objects as go

    _check(table, by, coverage)
    other = "source" if by == "target" else "target"
    table = table.copy()
    panels, names = (sorted({*table[column]} - {NO_SOURCE}) for column in (by, other))
    note = _note(table.attrs)
    if not panels:
        return go.Figure(_empty(note))
    # A state keeps its colour, whether it is a source or a target.
    known = sorted({*table["source"], *table["target"]} - {NO_SOURCE})
    colours = {name: colour(k) for k, name in enumerate(known) if name in names}
    place = _Places(table["n_sets"])
    figure = {"data": [], "layout": _frame(panels, by, coverage, place, table, note)}
    for column, panel in enumerate(panels):
        rows = table[(table[by] == panel) | (table[by] == NO_SOURCE)]
        if by == "source":  # of what has no source, only where this source goes
            own = set(table.loc[table[by] == panel, "target"])
            rows = rows[rows["target"].isin(own)]
        for row, measure in enumerate(("incidence", coverage)):
            own = _suffix(2 * column + row)
            axes = {"xaxis": f"x{own}", "yaxis": f"y{own}"}
            for trace in _traces(rows, measure, by, other, colours, place):
                figure["data"].append(trace | axes)
    shown = dict.fromkeys(trace["legendgroup"] for trace in figure["data"])
    figure["data"] += _legend([m for m in (*LOOKS, *THIN) if m in shown], colours, by)
    return go.Figure(figure)


class _Places:
    """Where numbers of sets lie: on a logarithmic axis, with 0 at the left of it."""

    def __init__(self, numbers):
        self.numbers = sorted({int(n) for n in numbers})
        positive = [n for n in self.numbers if n] or [10]
        self._zero = np.log10(positive[0]) - 0.6
        first = self._zero if 0 in self.numbers else np.log10(positive[0])
        self.ends = first - 0.3, np.log10(positive[-1]) + 0.3

    def texts(self, width: float) -> list[str]:
        """Texts of the numbers on an axis so many pixels wide, without those that would collide."""
        kept, per_pixel = {}, (self.ends[1] - self.ends[0]) / width
        inner = self.numbers[1:-1]
        for n in [*self.numbers[:1], *self.numbers[-1:], *sorted(inner, key=_digits)]:
            text = grouped(n)
            if all(
                abs(self(n) - self(m)) > (len(text) + len(other) + 2) / 2 * LETTER * per_pixel
                for m, other in kept.items()
            ):
                kept[n] = text
        return [kept.get(n, "") for n in self.numbers]

    def __call__(self, n) -> float:
        return float(np.log10(n)) if n else float(self._zero)


def _digits(n: int) -> int:
    """How many digits a number has that are no zeros at its end, but for a leading one."""
    return len(str(n).strip("0").removeprefix("1"))


def _traces(rows, measure, by, other, colours, place):
    """Lines and marks of one panel."""
    for method, look in THIN.items():
        for name, part in rows[rows["method"] == method].groupby("target", sort=False):
            if by == "target":
                line = THIN_COLOURS.get(method, GREY)
            elif method == "prior":
                line = colours[name]
            else:
                continue
            yield _thin(part, measure, method, look, line, place)
    drawn = rows[rows["method"].isin(list(LOOKS))]
    keys = [other, "method"]
    for (name, method), part in drawn.groupby(keys, sort=False):
        line = colours.get(name, NEUTRAL)
        # A little aside, so that bars do not hide each other.
        shift = (
            0.03 * (list(colours).index(name) - (len(colours) - 1) / 2) if name in colours else 0
        )
        yield _curve(part, measure, method, name, line, place, shift)


def _summary(part, measure):
    values = part.dropna(subset=[measure]).groupby("n_sets")[measure]
    return values.agg(["median", "min", "max", "count"])


def _curve(part, measure, method, name, line, place, shift) -> dict:
    dash, symbol, _ = LOOKS[method]
    found = _summary(part, measure)
    who = method if name == NO_SOURCE else f"{method}, {html.escape(name)}"
    value = "%{y:.1%}" if measure == "incidence" else "%{y:.3~g}"
    return {
        "type": "scatter",
        "mode": "lines+markers" if dash else "markers",
        "name": who,
        "legendgroup": method,
        "showlegend": False,
        "x": [place(n) + shift for n in found.index],
        "y": [float(v) for v in found["median"]],
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [float(v) for v in found["max"] - found["median"]],
            "arrayminus": [float(v) for v in found["median"] - found["min"]],
            "visible": bool((found["count"] > 1).any()),
            "thickness": 1,
            "width": 3,
        },
        "line": {"color": line, "width": 2, "dash": dash or "solid"},
        "marker": {"color": line, "symbol": symbol, "size": 11 if symbol == "star" else 8},
        "customdata": [
            [f"{grouped(n)} sets, {count} repeat{'s' if count > 1 else ''}"]
            for n, count in zip(found.index, found["count"].astype(int))
        ],
        "hovertemplate": f"{who}<br>%{{customdata[0]}}: {value}<extra></extra>",
    }


def _thin(part, measure, method, look, line, place) -> dict:
    found = _summary(part, measure)["median"]
    x, y = [place(n) for n in found.index], [float(v) for v in found]
    if len(x) == 1 and part["n_sets"].eq(0).all():  # needs no sets: the same along the axis
        x, y = list(place.ends), y * 2
    value = "%{y:.1%}" if measure == "incidence" else "%{y:.3~g}"
    name = (
        method if line in (GREY, *THIN_COLOURS.values()) else f"{method}, {part['target'].iloc[0]}"
    )
    return {
        "type": "scatter",
        "mode": "lines" if len(x) > 1 else "markers",
        "name": html.escape(name),
        "legendgroup": method,
        "showlegend": False,
        "x": x,
        "y": y,
        "line": {"color": line, "width": 2.4 if method == "rejection" else 1.2, "dash": look[0]},
        "marker": {"color": line, "symbol": "line-ew-open", "size": 9},
        "hovertemplate": f"{html.escape(name)}: {value}<extra></extra>",
    }


def _legend(methods, colours, by) -> list[dict]:
    """Entries: colours in a legend of their own, methods in one where a click hides all of one."""
    entries = [
        _entry(f"from {html.escape(n)}" if by == "target" else f"to {html.escape(n)}")
        | {"mode": "lines", "line": {"color": look, "width": 4}, "legend": "legend2"}
        for n, look in colours.items()
    ]
    for method in methods:
        if method in LOOKS:
            dash, symbol, text = LOOKS[method]
            look = {"mode": "lines+markers" if dash else "markers"}
            look |= {"line": {"color": GREY, "width": 2, "dash": dash or "solid"}}
            look |= {"marker": {"color": GREY, "symbol": symbol, "size": 8}}
        else:
            dash, text = THIN[method]
            width = 2.4 if method == "rejection" else 1.2
            line = {"color": THIN_COLOURS.get(method, GREY), "width": width, "dash": dash}
            look = {"mode": "lines", "line": line}
        entries.append(_entry(text) | look | {"legendgroup": method})
    return entries


def _entry(text) -> dict:
    return {
        "type": "scatter",
        "name": text,
        "x": [None],
        "y": [None],
        "xaxis": "x",
        "yaxis": "y",
        "hoverinfo": "skip",
        "showlegend": True,
        "legendgroup": text,
    }


def _frame(panels, by, coverage, place, table, note) -> dict:
    """Axes, titles, legends and the note below: a column a panel, incidence above coverage."""
    bottom = 60 + LINE * len(note)
    gap = 0.04
    width = (1 - gap * (len(panels) - 1)) / len(panels)
    annotations, axes = [], {}
    ticks = {"tickvals": [place(n) for n in place.numbers]}
    ticks["ticktext"] = place.texts(USUAL_WIDTH * width)
    lower = _range(table, coverage)
    for column, panel in enumerate(panels):
        left = column * (width + gap)
        domain = [left, min(1.0, left + width)]
        first, second = _suffix(2 * column), _suffix(2 * column + 1)
        outer = column == 0
        axes[f"xaxis{first}"] = axis("", range=place.ends, domain=domain, anchor=f"y{first}") | {
            "tickvals": ticks["tickvals"],
            "showticklabels": False,
        }
        axes[f"xaxis{second}"] = axis(
            "labelled sets of the target",
            range=place.ends,
            domain=domain,
            anchor=f"y{second}",
            matches=f"x{first}",
            tickangle=0,
            **ticks,
        )
        axes[f"yaxis{first}"] = axis(
            "incidence" if outer else "",
            range=[0, 1.04],
            domain=[0.44, 1],
            anchor=f"x{first}",
            tickformat=".0%",
            showticklabels=outer,
        )
        axes[f"yaxis{second}"] = axis(
            COVERAGE[coverage] if outer else "",
            domain=[0, 0.38],
            anchor=f"x{second}",
            showticklabels=outer,
            **lower,
        )
        annotations.append(
            {
                "text": f"<b>{'to' if by == 'target' else 'from'} {html.escape(str(panel))}</b>",
                "showarrow": False,
                "font": {"size": 13},
                **{"xref": f"x{first} domain", "x": 0, "xanchor": "left"},
                **{"yref": "paper", "y": 1, "yanchor": "bottom", "yshift": 4},
            }
        )
    if note:
        annotations.append(_below(note))
    legend = {"x": 1.01, "xanchor": "left", "font": {"size": 11}, "bgcolor": "rgba(0,0,0,0)"}
    return layout(
        520 + LINE * len(note),
        margin={"l": 76, "r": 190, "t": 54, "b": bottom},
        annotations=annotations,
        legend=legend | {"y": 0.72, "yanchor": "top", "tracegroupgap": 0},
        legend2=legend
        | {"y": 1, "yanchor": "top", "itemclick": False, "itemdoubleclick": False}
        | {"tracegroupgap": 0},
        **axes,
    )


def _suffix(k: int) -> str:
    """What Plotly appends to the names of the k-th pair of axes."""
    return str(k + 1) if k else ""


def _range(table, coverage) -> dict:
    """The coverage axis: logarithmic for divergences, with room for all values."""
    values = table[coverage].to_numpy(float)
    values = values[np.isfinite(values)]
    if coverage == "auc":
        return {"range": [0.45, 1.02]}
    if not len(values):
        return {}
    if coverage.startswith("kl_"):
        values = values[values > 0]
        low, high = np.log10(values.min()) - 0.1, np.log10(values.max()) + 0.1
        ticks = decades(10**low, 10**high)
        if len(ticks) < 3:
            ticks += [k * v for v in decades(10 ** (low - 1), 10**high) for k in (2, 5)]
        texts = [number(v) for v in ticks]
        return {"type": "log", "range": [low, high], "tickvals": ticks, "ticktext": texts}
    return {"range": [0, 1.08 * float(values.max())]}


def _note(attrs) -> list[str]:
    """Which runs are missing, as lines of text."""
    missing = list(attrs.get("missing", ()))
    if not missing:
        return []
    # "method, where, sets, repeat": the first two say enough.
    kinds = Counter(", ".join(text.split(", ")[:2]) for text in missing)
    parts = [f"{kind} ({count})" for kind, count in kinds.most_common(NAMED)]
    if len(kinds) > NAMED:
        parts.append(f"and {sum(n for _, n in kinds.most_common()[NAMED:])} more")
    planned = attrs.get("planned")
    share = f"{grouped(len(missing))} of {grouped(planned)}" if planned else grouped(len(missing))
    return textwrap.wrap(
        f"Not finished, {share} runs: {'; '.join(parts)}.", WIDE, break_on_hyphens=False
    )


def _below(lines) -> dict:
    return {
        "text": "<br>".join(map(html.escape, lines)),
        "align": "left",
        "showarrow": False,
        "font": {"size": 11, "color": "#555"},
        **{"xref": "paper", "x": 0, "xanchor": "left"},
        **{"yref": "paper", "y": 0, "yanchor": "top", "yshift": -48},
    }


def _empty(note) -> dict:
    bare = {"visible": False}
    middle = {"text": "No run to show yet", "showarrow": False, "font": {"size": 14}}
    middle |= {"xref": "paper", "x": 0.5, "yref": "paper", "y": 0.5}
    annotations = [middle, _below(note)] if note else [middle]
    frame = layout(
        260 + LINE * len(note),
        margin={"l": 76, "r": 20, "t": 20, "b": 60 + LINE * len(note)},
        annotations=annotations,
        xaxis=bare,
        yaxis=bare,
    )
    return {"data": [], "layout": frame}


def _check(table, by, coverage):
    import pandas as pd

    missing = (
        [c for c in (*NEEDED, *COVERAGE) if c not in table]
        if isinstance(table, pd.DataFrame)
        else ["source"]
    )
    if missing:
        raise InputError(
            f"the table has no column {missing[0]!r}; give one of transfer_study or transfer_table."
        )
    if by not in ("target", "source"):
        raise InputError(f"by must be 'target' or 'source', found {by!r}.")
    if coverage not in COVERAGE:
        raise InputError(f"coverage must be one of {', '.join(COVERAGE)}, found {coverage!r}.")
