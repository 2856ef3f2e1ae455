"""Time courses of one trajectory: every metabolite over its steady state, a few of them by name."""

import numpy as np

from .axes import decades, number
from .chart_style import axis, layout
from .training_monitor_chart import COLOURS
from .trajectory_explorer_parts import rounded
from .trajectory_explorer_words import START, time_text, time_ticks

HEIGHT = 470  # pixels
DASHES = ("solid", "dash", "dot", "dashdot")
GREY = "#b5b5b5"
ROOM = 1.12  # of the axis beyond the largest and smallest value


def time_x(minutes) -> np.ndarray:
    """Where times lie on the logarithmic axis; time zero at its left end, as on the slider."""
    minutes = np.asarray(minutes, float)
    later = minutes[minutes > 0]
    if not len(later):
        return np.ones(len(minutes))
    width = np.log(later[-1] / later[0]) or 1.0
    zero = later[0] * np.exp(-width * START / (1 - START))
    return np.where(minutes > 0, np.where(minutes > 0, minutes, zero), zero)


def courses_figure(explorer) -> dict:
    """{"data": [...], "layout": {...}} with the line of the present time as the shape "now"."""
    data, ratio, named = explorer.data, explorer.courses, explorer.named()
    x = rounded(time_x(data.minutes))
    others = [name for name in ratio.columns if name not in named]
    traces = [_others(x, ratio[others], data.minutes)] if others else []
    known = np.isfinite(ratio.to_numpy()).all(axis=1).sum()  # a single time makes no line
    for k, name in enumerate(named):
        look = {"color": COLOURS[k % len(COLOURS)], "dash": DASHES[k // len(COLOURS) % len(DASHES)]}
        traces.append(
            {
                "type": "scatter",
                "mode": "lines" if known > 1 else "markers",
                "name": name,
                "x": x.tolist(),
                "y": _plain(ratio[name].to_numpy()),
                "line": look | {"width": 2},
                "marker": {"color": look["color"], "size": 7, "symbol": "circle"},
                "text": [time_text(m) for m in data.minutes],
                "meta": {"names": [name]},
                "hovertemplate": f"{name}<br>× %{{y:.4~g}} at %{{text}}<extra></extra>",
            }
        )
    ends = [float(np.log10(x[0])), float(np.log10(x[-1]))]
    if ends[0] == ends[1]:
        ends = [ends[0] - 0.5, ends[0] + 0.5]
    return {"data": traces, "layout": _layout(explorer, ratio, ends, x[explorer.time_index])}


def _layout(explorer, ratio, ends, now) -> dict:
    values = ratio.to_numpy()
    values = values[np.isfinite(values) & (values > 0)]
    low = min(values.min(initial=1.0), 0.9) / ROOM
    high = max(values.max(initial=1.0), 1.1) * ROOM
    ticks = decades(low, high)
    if len(ticks) < 3:
        ticks = [k * v for v in decades(low / 10, high) for k in (1, 2, 5) if low <= k * v <= high]
    marks = _time_marks(explorer.data.minutes, ends)
    line = {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "name": "now"}
    return layout(
        HEIGHT,
        margin={"l": 62, "r": 24, "t": 62, "b": 48},
        legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom"},
        uirevision=f"{explorer.row}",
        xaxis=axis(
            "time after the perturbation",
            type="log",
            range=ends,
            tickvals=[place for place, _ in marks],
            ticktext=[text for _, text in marks],
            tickangle=0,
            ticklabeloverflow="allow",
        ),
        yaxis=axis(
            "concentration / steady state",
            type="log",
            range=[float(np.log10(low)), float(np.log10(high))],
            tickvals=ticks,
            ticktext=[number(v) for v in ticks],
        ),
        shapes=[
            {
                "type": "line",
                "xref": "paper",
                "x0": 0,
                "x1": 1,
                "y0": 1,
                "y1": 1,
                "line": {"color": "#222", "width": 1, "dash": "dot"},
                "layer": "below",
            },
            line | {"x0": float(now), "x1": float(now), "line": {"color": "#D55E00", "width": 1.5}},
        ],
    )


def _time_marks(minutes, ends):
    """(place on the axis, text) of round times, the last one just inside it."""
    width = ends[1] - ends[0]
    return [(10 ** (ends[0] + 0.9999 * place * width), text) for place, text in time_ticks(minutes)]


def _others(x, ratio, minutes) -> dict:
    """Metabolites that are not named, as one trace with gaps."""
    values = np.vstack([ratio.to_numpy(), np.full(ratio.shape[1], np.nan)])
    texts = [time_text(m) for m in minutes] + [""]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": f"{ratio.shape[1]} others",
        "x": [*x.tolist(), None] * ratio.shape[1],
        "y": _plain(values.T.ravel()),
        "line": {"color": GREY, "width": 0.8},
        "text": [f"{name}<br>at {text}" for name in ratio.columns for text in texts],
        "hovertemplate": "%{text}: × %{y:.4~g}<extra></extra>",
        "connectgaps": False,
        "meta": {"names": [str(name) for name in ratio.columns]},
    }


def _plain(values) -> list:
    """Values as JSON carries them; what has no place on a logarithmic axis is None."""
    values = rounded(values)
    with np.errstate(invalid="ignore"):
        return np.where(np.isfinite(values) & (values > 0), values, None).tolist()
