"""What a TrajectoryExplorer says: verdicts, times and counts in words."""

import html

import numpy as np

from kinetools.kinetics.verdicts import VERDICTS

from .axes import grouped, number
from .colours import CLASS_COLOURS, CLASS_MARKS

VERDICT_COLOURS = dict(zip(VERDICTS, ("#0072B2", "#D55E00", "#6B6B6B")))
VERDICT_MARKS = dict(zip(VERDICTS, "●◆✕"))
# Names that plotly.js knows both in a plane and in space.
VERDICT_SYMBOLS = dict(zip(VERDICTS, ("circle", "diamond", "x")))
CLASS_SYMBOLS = dict(zip(CLASS_COLOURS, ("circle", "diamond", "square", "x")))
START = 0.04  # of a slider or axis of logarithmic time, for time zero
CLOSEST = 0.07  # of it, between the texts of times


def verdict_word(data, verdict: str) -> str:
    """A verdict in words: after a step that lasts a model need not have escaped to be elsewhere."""
    return "not back" if data.lasting and verdict == "escaped" else verdict


def time_text(minutes: float) -> str:
    """A time as people say it: 13 ms, 4.2 s, 12 min."""
    if minutes == 0:
        return "0 s"
    seconds = 60 * minutes
    if seconds < 0.9995:
        return f"{number(1000 * seconds, 3)} ms"
    return f"{number(seconds, 3)} s" if seconds < 59.95 else f"{number(minutes, 3)} min"


def time_places(minutes) -> np.ndarray:
    """Where times lie between 0 and 1 on a logarithmic scale; time zero, if it is there, at 0."""
    minutes = np.asarray(minutes, float)
    later = minutes[minutes > 0]
    places = np.zeros(len(minutes))
    if not len(later):
        return places
    start = START if len(later) < len(minutes) else 0.0
    width = np.log(later[-1] / later[0]) or 1.0
    places[minutes > 0] = 1.0 if len(later) == 1 else start + (1 - start) * _share(later, width)
    return places


def _share(minutes, width):
    return np.log(minutes / minutes[0]) / width


def time_ticks(minutes) -> list[tuple[float, str]]:
    """(place, text) of round times on the scale of `time_places`."""
    minutes = np.asarray(minutes, float)
    places, later = time_places(minutes), minutes[minutes > 0]
    ticks = [(0.0, "0")] if len(later) < len(minutes) else []
    if len(later) < 2:
        return [*ticks, *((1.0, time_text(m)) for m in later)]
    first, width = places[minutes > 0][0], np.log(later[-1] / later[0])
    round_times = [1e-3 / 60, 1e-2 / 60, 0.1 / 60, 1 / 60, 10 / 60, 1, 10, 60, 600, 6000]
    for one in (m for m in round_times if later[0] <= m < later[-1]):
        place = float(first + (1 - first) * np.log(one / later[0]) / width)
        if CLOSEST < place < 1 - CLOSEST:
            ticks.append((place, time_text(one)))
    return [*ticks, (1.0, time_text(later[-1]))]


def counts_text(data) -> str:
    """How many trajectories ended how, in one line."""
    total = len(data)
    parts = [
        f"{grouped(n)} {verdict_word(data, v)} ({100 * n / total:.1f}\u202f%)"
        for v, n in data.counts().items()
        if n or v == VERDICTS[0]
    ]
    noun = "trajectory" if total == 1 else "trajectories"
    return f"{grouped(total)} {noun}: {', '.join(parts)}"


def header_html(data) -> str:
    """The counts with their marks, and what there is to say of special cases."""
    total, counts = len(data), data.counts()
    parts = []
    for verdict, n in counts.items():
        if not n and verdict == VERDICTS[2]:
            continue
        mark = f'<span style="color:{VERDICT_COLOURS[verdict]}">{VERDICT_MARKS[verdict]}</span>'
        share = f"{100 * n / total:.1f}\u202f%"
        parts.append(
            f"{mark}\u202f<b>{grouped(n)}</b>\u00a0{verdict_word(data, verdict)} ({share})"
        )
    sets = f"{grouped(len(data.numbers))} {'set' if len(data.numbers) == 1 else 'sets'}"
    if data.has_trials:
        n = len(data.trials)
        sets += f" × {grouped(n)} {'trial' if n == 1 else 'trials'}"
    line = f"{sets}: {' &nbsp; '.join(parts)}"
    special = html.escape(special_case(data))
    return f"{line}<br>{special}" if special else line


def special_case(data) -> str:
    """A sentence for what might look like a mistake of the picture."""
    counts, total = data.counts(), len(data)
    if total == 1:
        return "There is a single trajectory."
    if counts["unresolved"] == total:
        return "No trajectory was integrated to the end: they are drawn as far as they got."
    if counts["returned"] == total:
        return "All trajectories returned to the steady state."
    if not counts["returned"]:
        return "No trajectory returned to the steady state."
    return ""


def note_text(data, pca) -> str:
    """What the marks mean, which trajectories are drawn, and what is left out."""
    parts = [
        "Rings: where they start; small marks: where they end; large marks: where they are now."
    ]
    drawn, total = len(data.drawn), len(data)
    if drawn < total:
        parts.append(
            f"{grouped(drawn)} of {grouped(total)} trajectories are drawn: a fixed sample with at least "
            "20 of each outcome (all, where there are fewer), and the chosen one."
        )
    if pca is not None and (gaps := data.n_left_out(pca)):
        parts.append(
            f"{grouped(gaps)} of their moments {'is' if gaps == 1 else 'are'} left out: a concentration "
            "of zero or less has no logarithm."
        )
    return " ".join(parts)


def trajectory_text(data, row: int) -> str:
    """A trajectory in one line: set, trial, what was perturbed, verdict, distance."""
    number_, trial = data.place(row)
    parts = [f"set {number_}"]
    if data.has_trials:
        parts.append(f"trial {trial}")
    if data.labels is not None:
        parts.append(str(data.labels[row // len(data.trials)]))
    if target := data.target(row):
        factor = "" if np.isnan(target[1]) else f" × {number(target[1], 3)}"
        parts.append(f"{target[0]}{factor}")
    distance = data.distances[row]
    ended = verdict_word(data, VERDICTS[data.verdicts[row]])
    if np.isfinite(distance):
        ended += f", distance at the end {distance_text(distance)}"
    return f"{', '.join(parts)}: {ended}"


def distance_text(distance: float) -> str:
    """A distance over the norm of the steady state, in per cent."""
    percent = 100 * distance
    return (
        "< 0.001\u202f%"
        if percent < 1e-3
        else f"{number(percent, 2 if percent < 100 else 3)}\u202f%"
    )


def class_name(label: str) -> str:
    """A class with its mark."""
    return f"{CLASS_MARKS.get(label, '')} {label}".strip()
