"""The charts of a training's history, each a Plotly figure as plain data that stands alone or in a grid."""

import numpy as np

from .training_monitor_chart import COLOURS, GREY, colour, curve, legend_entry, panel
from .training_monitor_words import brief, metric_name, metric_unit

MANY = 60  # checkpoints, whose marks would hide the line
FIRST_EPOCH = "No epoch yet: the first point comes<br>when the first epoch is done"


def losses_panel(runs) -> dict:
    """Losses of generator and discriminator over the epochs."""
    traces, one = [], len(runs) == 1
    for name, dash in (("generator", "solid"), ("discriminator", "dot")):
        column = f"{name}_loss"
        for k, watched in enumerate(runs):
            if column not in watched.losses:
                continue
            # One run: a colour for each network; several: a colour for each run.
            look = colour(k) if not one else COLOURS[name == "discriminator"]
            trace = curve(watched.losses[column], look, f"{name}, {watched.name}", dash)
            if trace["x"]:
                traces.append(trace)
        if any(trace["name"].startswith(f"{name}, ") for trace in traces):
            legend = traces[-1]["line"]["color"] if one else GREY
            traces.append(legend_entry(name, legend, dash))
    title = "Loss: how far sets are from their class" if _without_discriminator(runs) else "Losses"
    return panel(title, "loss", traces, runs, FIRST_EPOCH)


def accuracy_panel(runs) -> dict:
    """Discriminator accuracy with the lines of pure guessing and of the published failure rule.

    Presets without a discriminator have the share of training sets that need no push instead.
    """
    if _without_discriminator(runs):
        return _inside_panel(runs)
    traces = []
    for k, watched in enumerate(runs):
        if "discriminator_accuracy" in watched.losses:
            values = watched.losses["discriminator_accuracy"]
            trace = curve(values, colour(k), watched.name, hover="%{y:.1%}")
            traces += [trace] if trace["x"] else []
    empty = FIRST_EPOCH
    if any(watched.run.epoch for watched in runs):
        empty = "This preset trains without a discriminator"
    lines = [("guessing: 50\u202f%", 0.5), ("failed: 90\u202f%*", 0.9)]
    note = "* as mean of the last 200 epochs" if traces else ""
    return panel(
        "Accuracy of the discriminator",
        "share judged right",
        traces,
        runs,
        empty,
        lines if traces else [],
        y_range=(0, 1.02),
        tickformat=".0%",
        note=note,
    )


def _without_discriminator(runs) -> bool:
    return bool(runs) and all(
        "inside" in watched.losses or watched.run.parameters.get("preset") == "residual"
        for watched in runs
    )


def _inside_panel(runs) -> dict:
    """Share of the sets of an epoch that lay inside their class, margin included."""
    target = runs[0].run.parameters.get("target", "relevant")
    traces = [
        curve(watched.losses["inside"], colour(k), watched.name, hover="%{y:.1%}")
        for k, watched in enumerate(runs)
        if "inside" in watched.losses
    ]
    return panel(
        f"{target[:1].upper()}{target[1:]} with a margin to spare",
        "share of the epoch's sets",
        traces,
        runs,
        FIRST_EPOCH,
        y_range=(0, 1.02),
        tickformat=".0%",
        note="checkpoints lag behind: they average the network" if traces else "",
    )


def metric_panel(runs, name: str) -> dict:
    """A metric of every checkpoint, with the same metric of the baselines."""
    share = name in ("incidence", "share_stable")
    hover = "%{y:.1%}" if share else "%{y:.4~g}"
    traces = checkpoints(runs, name, hover=hover)
    lines = baseline_lines(runs, name, percent=share) if traces else []
    title = metric_name(name)
    title = title[:1].upper() + title[1:] if title[0].isascii() else title
    return panel(
        title,
        metric_unit(name),
        traces,
        runs,
        waiting(runs),
        lines,
        y_range=(0, 1.02) if share else None,
        log=name.startswith("kl_"),
        tickformat=".0%" if share else "",
    )


def divergence_panel(runs) -> dict:
    """Largest and mean divergence of a parameter's distribution at every checkpoint."""
    traces = checkpoints(runs, "kl_max")
    means = checkpoints(runs, "kl_mean", dash="dot", symbol="square", best=False)
    look = colour(0) if len(runs) == 1 else GREY
    legend = [legend_entry("largest", look, "solid", "circle")] if traces else []
    legend += [legend_entry("mean", look, "dot", "square")] if means else []
    lines = []
    if traces:
        lines = baseline_lines(runs, "kl_max")
        floor = [value for name, value in baseline_values(runs, "kl_mean") if "noise" in name]
        lines += [(f"floor of mean {brief(value)}", value) for value in floor]
    return panel(
        "Divergence of the parameters (KL)",
        "KL (nat)",
        traces + means + legend,
        runs,
        waiting(runs),
        lines,
        log=True,
    )


def waiting(runs) -> str:
    """The sentence of a chart of checkpoints that has none."""
    every = runs[0].run.parameters.get("checkpoint_every")
    return "No checkpoint yet" + (f":<br>one comes every {every} epochs" if every else "")


def checkpoints(runs, name, dash="solid", symbol="circle", best=True, hover="%{y:.4~g}") -> list:
    """Lines with a mark a checkpoint, and a star at each run's best one; a click chooses one."""
    traces, stars = [], []
    for k, watched in enumerate(runs):
        if name not in watched.metrics:
            continue
        trace = curve(watched.metrics[name], colour(k), watched.name, dash, hover)
        if not trace["x"]:
            continue
        mark = {"size": 6, "symbol": symbol, "color": colour(k)}
        mode = "lines+markers" if len(trace["x"]) <= MANY else "lines"
        traces.append(trace | {"mode": mode, "marker": mark, "meta": k})
        value = watched.metrics[name].get(watched.best, np.nan) if best else np.nan
        if np.isfinite(value):
            stars.append(_star(watched, k, value, hover))
    if stars and name == "incidence":
        text = f"best: epoch {stars[0]['x'][0]}" if len(runs) == 1 else "best checkpoint"
        stars.append(legend_entry(text, GREY, None, "star", 12))
    return traces + stars


def _star(watched, k, value, hover) -> dict:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": f"best of {watched.name}",
        "x": [int(watched.best)],
        "y": [float(value)],
        "marker": {
            "size": 14,
            "symbol": "star",
            "color": colour(k),
            "line": {"width": 1.2, "color": "#222"},
        },
        "hovertemplate": f"best of {watched.name}<br>epoch %{{x}}: {hover}<extra></extra>",
        "showlegend": False,
        "meta": k,
    }


def baseline_values(runs, name: str) -> list[tuple]:
    """(baseline, value) of the first run that has baselines."""
    for watched in runs:
        table = watched.baselines
        if table is not None and name in table:
            known = table[name].dropna()
            return [(str(index), float(value)) for index, value in known.items()]
    return []


def baseline_lines(runs, name: str, percent=False) -> list[tuple]:
    """(text, value) of each baseline; the noise floor of an incidence would say nothing."""
    rows = baseline_values(runs, name)
    if percent:
        rows = [(index, value) for index, value in rows if "noise" not in index]
        return [(f"{_short(index)} {value:.0%}", value) for index, value in rows]
    return [(f"{_short(index)} {brief(value)}", value) for index, value in rows]


def _short(baseline: str) -> str:
    return baseline.replace("logistic ", "").replace("shrunk prior", "shrunk")
