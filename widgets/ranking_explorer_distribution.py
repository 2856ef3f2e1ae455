"""How one Michaelis constant is distributed in relevant sets and in the rest."""

import html

import numpy as np

from .axes import grouped, number
from .chart_style import axis, layout
from .ranking_explorer_style import LEGEND, MARGIN, empty_panel, heading, km_axis

HEIGHT, BINS = 400, 30
SPAN = 1e-3  # quantiles between which the axis extends
TITLE = "The chosen parameter"
LOOKS = {
    # population: line, dash, filling
    "relevant": ("#0072B2", "solid", None),
    "the rest": ("#8a5a00", "dash", "rgba(230, 159, 0, 0.25)"),
}
REGION = "rgba(0, 114, 178, 0.12)"


def distribution_panel(parameter: str, ln_km, direction=0, percentile=None, empty="") -> dict:
    """Histograms of both populations: share of the sets in bins that are equal in ln Km.

    ln_km: (of the relevant sets, of the rest), Km in µmol/L; direction, percentile: where the experiment
    sets this parameter, if it does (percentile None: it does not).
    """
    if not parameter:
        return empty_panel(TITLE, empty, HEIGHT)
    logs = [values / np.log(10) for values in ln_km]
    both = np.concatenate(logs)
    low, high = np.quantile(both, [SPAN, 1 - SPAN])
    low, high = (low - 0.2, high + 0.2) if high - low < 1e-6 else (low, high)
    edges = np.linspace(low, high, BINS + 1)
    traces = [_steps(edges, values, name) for name, values in zip(LOOKS, logs)][::-1]
    top = 1.2 * max(max(trace["y"]) for trace in traces)
    ticks = _shares(top)
    annotations, shapes = [heading(f"Distribution of {html.escape(parameter)}")], []
    if percentile is not None and direction:
        share = percentile / 100
        cut = float(np.quantile(both, 1 - share if direction > 0 else share))
        ends = (cut, high) if direction > 0 else (low, cut)
        shapes.append(_region(*map(float, ends)))
        annotations.append(_named(direction, f"set here by the experiment ({percentile:g}\u202f%)"))
    return {
        "data": traces,
        "layout": layout(
            HEIGHT,
            margin=MARGIN,
            annotations=annotations,
            shapes=shapes,
            legend=LEGEND | {"traceorder": "reversed"},
            xaxis=km_axis("Km (µmol/L), equal steps of ln Km", float(low), float(high)),
            yaxis=axis(
                "share of sets",
                range=[0, top],
                tickvals=ticks,
                ticktext=[f"{100 * v:g}\u202f%" for v in ticks],
            ),
        ),
    }


def distribution_text(table, parameter: str, ln_km, model) -> str:
    """The parameter, in which direction relevant sets differ, and how sure that is (HTML)."""
    row = table.loc[parameter]
    reaction = html.escape(str(row["reaction"]))
    named = html.escape(model.reaction(str(row["reaction"])).name or "")
    medians = [f"{number(float(np.exp(np.median(values))), 3)} µmol/L" for values in ln_km]
    words = {1: "larger", -1: "smaller"}.get(int(row["direction"]), "the same")
    level = 100 * table.attrs.get("level", 0.95)
    if not row["live"]:
        verdict = "It occurs in no rate law, so any difference is chance."
    elif row["significant"]:
        verdict = (
            f"The largest of all parameters reaches {number(row['null_of_all'], 2)} by chance."
        )
    else:
        verdict = (
            f"That is no more than chance makes: the largest of all parameters reaches "
            f"{number(row['null_of_all'], 2)} so."
        )
    return (
        f"<b>{html.escape(parameter)}</b> is the Km of {reaction}{f' ({named})' if named else ''} for "
        f"{html.escape(str(row['metabolite']))}. <b>Relevant sets have {words} values</b>: median "
        f"{medians[0]}, against {medians[1]} in the rest. Divergence {number(row['kl'], 2)} nat, without "
        f"chance's share {number(row['low'], 2)} to {number(row['high'], 2)} ({level:g}\u202f%). {verdict}"
    )


def _steps(edges, values, name) -> dict:
    """A histogram as one stepped line; sets beyond the ends are in the outermost bins."""
    counts, _ = np.histogram(np.clip(values, edges[0], edges[-1]), edges)
    shares = counts / len(values)
    line, dash, fill = LOOKS[name]
    known = f"{name}, {grouped(len(values))} sets"
    trace = {
        "type": "scatter",
        "mode": "lines",
        "x": [float(f"{x:.6g}") for x in edges],
        "y": [float(f"{y:.4g}") for y in [*shares, shares[-1]]],
        "customdata": [float(f"{x:.3g}") for x in 10**edges],
        "line": {"shape": "hv", "color": line, "width": 1.4 if fill else 2.2, "dash": dash},
        "name": known,
        "hovertemplate": f"{known}<br>from %{{customdata}} µmol/L: %{{y:.1%}}<extra></extra>",
        "showlegend": True,
    }
    return trace | {"fill": "tozeroy", "fillcolor": fill} if fill else trace


def _shares(top) -> list[float]:
    """Round shares below the top."""
    step = next(s for s in (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if top / s < 6 or s == 0.5)
    return [float(v) for v in np.arange(0, top, step)]


def _region(start, end) -> dict:
    at = {"x0": start, "x1": end, "y0": 0, "y1": 1, "yref": "y domain"}
    return {"type": "rect", "layer": "below", "fillcolor": REGION, "line": {"width": 0}, **at}


def _named(direction, text) -> dict:
    return {
        "text": text,
        "font": {"size": 10, "color": "#333"},
        "showarrow": False,
        **{"xref": "x domain", "x": float(direction > 0)},
        "xanchor": "right" if direction > 0 else "left",
        **{"yref": "y domain", "y": 1, "yanchor": "top"},
    }
