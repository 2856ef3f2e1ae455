"""A run's line: its colour, what it does, and the buttons that start, pause and stop it."""

import html

import ipywidgets as w

from .training_monitor_chart import colour
from .training_monitor_run import label
from .training_monitor_words import progress, warnings

MARKS = {
    "training": "▶",
    "starting": "▶",
    "paused": "⏸",
    "stopped": "■",
    "finished": "✓",
    "failed": "⚠",
    "interrupted": "⚠",
}


class RunBar:
    """`widget` is what is displayed; `show` follows the run."""

    def __init__(self, watched, k: int, on_act):
        self.watched, self._k = watched, k
        self.status = w.HTML(layout=w.Layout(flex="1 1 360px", min_width="0"))
        self.alarm = w.HTML(layout=w.Layout(display="none"))
        self.start = _button("Start", "play", "go on training")
        self.pause = _button("Pause", "pause", "hold the training; Resume goes on")
        self.stop = _button("Stop", "stop", "end the training; everything is kept")
        self.start.on_click(lambda _: on_act(watched, self._go_on()))
        self.pause.on_click(lambda _: on_act(watched, "pause"))
        self.stop.on_click(lambda _: on_act(watched, "stop"))
        buttons = w.HBox([self.start, self.pause, self.stop], layout=w.Layout(flex="0 0 auto"))
        row = w.HBox(
            [self.status, buttons], layout=w.Layout(flex_flow="row wrap", align_items="center")
        )
        self.widget = w.VBox([row, self.alarm])

    def _go_on(self):
        return "resume" if "resume" in self.watched.actions else "start"

    def show(self) -> None:
        """Follow the run."""
        watched = self.watched
        self.status.value = status_html(watched, self._k)
        sentences = warnings(watched)
        self.alarm.value = alarm_html(sentences)
        self.alarm.layout.display = "" if sentences else "none"
        actions = watched.actions
        resume = watched.status == "paused" or watched.run.epoch > 0
        self.start.description = "Resume" if resume else "Start"
        self.start.disabled = not {"start", "resume"} & actions
        self.start.tooltip = start_hint(watched)
        self.pause.disabled, self.stop.disabled = "pause" not in actions, "stop" not in actions


def status_html(watched, k: int) -> str:
    """The line of a run, with a swatch of its colour."""
    run = watched.run
    share = min(1.0, run.epoch / max(1, run.parameters.get("epochs", 1)))
    mark = MARKS.get(watched.status, "")
    bar = (
        '<div style="height: 4px; background: #ddd; margin: 3px 0 2px"><div style="height: 4px; '
        f'width: {share:.1%}; background: {colour(k)}"></div></div>'
    )
    return (
        '<div style="line-height: 1.4; padding: 2px 8px; overflow-wrap: anywhere">'
        '<span style="display: inline-block; width: '
        f'12px; height: 12px; background: {colour(k)}"></span> <b>{html.escape(label(watched))}</b> '
        f'<span class="kinetools-status">{mark} {html.escape(progress(watched))}</span>{bar}</div>'
    )


def alarm_html(sentences) -> str:
    """Sentences that nobody may overlook; nothing where there is none."""
    if not sentences:
        return ""
    lines = "".join(f"<div>⚠ {html.escape(sentence)}</div>" for sentence in sentences)
    return (
        '<div role="alert" style="line-height: 1.4; padding: 6px 10px; margin: 2px 8px; color: #222; '
        f'background: #fdeadc; border-left: 5px solid #D55E00">{lines}</div>'
    )


def start_hint(watched) -> str:
    """What the button does, or why it does nothing."""
    if watched.status == "finished":
        return "all epochs are done"
    if watched.start_training is None and watched.status != "paused":
        return (
            "to start it from here: TrainingMonitor(run, start=lambda: kt.start_gan_training(...))"
        )
    return "go on training"


def _button(text, icon, tooltip):
    return w.Button(
        description=text, icon=icon, tooltip=tooltip, disabled=True, layout=w.Layout(width="96px")
    )
