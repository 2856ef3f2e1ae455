"""What a training does, in words."""

import html

from .axes import grouped, number

STATUS = {
    "new": "not started",
    "starting": "starting",
    "training": "training",
    "paused": "paused",
    "stopped": "stopped; it can go on from here",
    "failed": "failed",
    "finished": "finished",
    "interrupted": "interrupted: its process is gone; it can go on from its last checkpoint",
}
METRICS = {
    "incidence": "incidence",
    "share_stable": "share of stable sets",
    "kl_max": "largest divergence (KL)",
    "kl_mean": "mean divergence (KL)",
    "spread_ratio": "spread, generated / reference",
    "spread_min": "smallest spread, generated / reference",
    "auc": "two-sample AUC (0.5: cannot be told apart)",
    "correlation_error": "error of the correlations",
}
UNITS = {
    "incidence": "share of generated sets",
    "share_stable": "share of generated sets",
    "kl_max": "KL (nat)",
    "kl_mean": "KL (nat)",
    "spread_ratio": "ratio of spreads",
    "spread_min": "ratio of spreads",
    "auc": "AUC",
    "correlation_error": "difference",
}
QUANTILE = "eigenvalue_q"
BEST = {
    "incidence": "the checkpoint with the highest incidence",
    "coverage": "the checkpoint with the best balance of incidence, largest divergence, spread and AUC",
}
LINES = (
    "<b>Dashed grey lines</b> need no network: <i>rejection</i> samples and keeps what is relevant "
    "(exact); <i>prior</i> is plain sampling; <i>tilt</i> shifts every Km by itself towards relevance "
    "(×1, ×2, ×4: ever more); <i>shrunk</i> squeezes samples towards their centre. The <i>noise floor</i> "
    "is what chance alone makes of two exact samples: below it, nothing can be told."
)


def metric_name(name: str) -> str:
    """A metric in words; an unknown one by its name."""
    if name.startswith(QUANTILE):
        return f"λ_max: its {name.removeprefix(QUANTILE).lstrip('0')} % quantile"
    return METRICS.get(name) or name.replace("_", " ")


def metric_unit(name: str) -> str:
    """What stands at the axis of a metric."""
    if name.startswith(QUANTILE):
        return "λ_max (1/h)"
    return UNITS.get(name, "value")


def brief(value: float) -> str:
    """A number of two digits, or of two decimals where these are more: 1.01, 0.97, 0.042, −15, 1370."""
    if 10 <= abs(value) < 1e4:
        return number(round(value))
    return f"{value:.2f}" if 0.095 <= value < 9.995 else number(value, 2)


def best_means(parameters: dict) -> str:
    """What a run calls its best checkpoint."""
    return BEST.get(parameters.get("select", "incidence"), "")


def duration(seconds: float) -> str:
    """A time as one would say it: 8 s, 3 min, 2 h 05 min."""
    if seconds < 10:
        return f"{seconds:.1f} s" if seconds > 0 else "0 s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"


def progress(watched) -> str:
    """The line of a run: what it does, how far it is, how long it will take."""
    run = watched.run
    parts = [STATUS[watched.status]]
    if watched.asked:
        parts = [f"{watched.asked}…"]
    epochs = run.parameters.get("epochs")
    parts.append(f"epoch {grouped(run.epoch)}" + (f" of {grouped(epochs)}" if epochs else ""))
    if watched.status == "training" and run.time_left is not None:
        parts.append(f"about {duration(run.time_left)} left")
    if (pace := watched.pace) is not None:
        parts.append(f"{duration(pace)} an epoch")
    return " · ".join(parts)


def warnings(watched) -> list[str]:
    """Sentences that a user must not miss: alarms, the newest of each rule, and why a run failed."""
    run, newest, times = watched.run, {}, {}
    for alarm in run.alarms():
        newest[alarm["rule"]] = alarm
        times[alarm["rule"]] = times.get(alarm["rule"], 0) + 1
    sentences = []
    for rule, alarm in newest.items():
        again = f" (the {times[rule]}th such alarm)" if times[rule] > 3 else ""
        sentences.append(f"Epoch {alarm['epoch']}{again}: {alarm['message']}")
    if "collapse" in newest and len(watched.metrics):
        last = int(watched.metrics.index[-1])
        if newest["collapse"]["epoch"] < last:
            place = list(newest).index("collapse")
            sentences[place] += f" The checkpoint of epoch {last} no longer shows this."
    if watched.status == "failed" and not any(run.message in s for s in sentences):
        sentences.append(f"The training failed: {run.message or 'it gave no reason'}")
    if watched.problem:
        sentences.append(watched.problem)
    return sentences


def incidence_note(baselines) -> str:
    """What incidence alone does not say, with this run's own numbers where it has them."""
    example = ""
    if baselines is not None and "incidence" in baselines:
        shrunk = [name for name in baselines.index if "shrunk" in name]
        if (
            shrunk
            and baselines.loc[shrunk[0], "incidence"] == baselines.loc[shrunk[0], "incidence"]
        ):
            share = baselines.loc[shrunk[0], "incidence"]
            example = f" (here the {shrunk[0]}, which has learnt nothing, reaches {share:.0%})"
    return (
        "<b>Incidence alone does not say that a generator is good:</b> one that makes the same few "
        f"sets again and again can reach 100\u202f%{html.escape(example)}. Believe it only where the "
        "largest divergence is near the noise floor, the spread near 1 and the two-sample AUC near "
        "0.5. The best of many checkpoints judged on few sets looks better than it is; and rejection "
        "makes exact relevant sets, so a generator pays only where it is faster."
        + (f"<br>{LINES}" if baselines is not None else "")
    )
