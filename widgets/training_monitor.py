"""Watch trainings of GANs while they run, and look through them when they have ended."""

import asyncio
import json

import traitlets as t

from kinetools.errors import InputError
from kinetools.gan.metrics import EXPLANATIONS

from .display import live, mimebundle
from .training_monitor_distribution import Comparisons
from .training_monitor_run import label, watched_runs
from .training_monitor_words import progress

PLOTLY = "application/vnd.plotly.v1+json"
SHOWN = ("incidence", "kl_max", "n")  # metrics that have charts of their own, or need none
WAIT = 0.1  # seconds between looks while waiting for the end


class TrainingMonitor(t.HasTraits):
    """Losses, incidence, divergences and distributions of one training or of several overlaid.

    runs: a run directory, a `GanRun`, a `GanTraining` (`start_gan_training`), or a list of any of these;
    start: a function without arguments that goes on with a stopped training, such as
    `lambda: kt.start_gan_training(sets, run_dir=...)`, for the button Resume (a list: one for each run).
    Only run directories are read, so it follows a training in this kernel, another process, or a job.

    Traits, to be read and set from Python as the page does: `run`, the name of the run whose checkpoint is
    chosen; `checkpoint`, "best", "last" or an epoch; `parameter`, whose distribution is shown ("" for the
    one that diverges most); `metric`, shown besides incidence and divergence. Raises InputError for
    something that is no run, and for a checkpoint, parameter or metric that there is not.
    """

    run = t.Unicode()
    checkpoint = t.Union([t.Unicode(), t.Int()], default_value="best")
    parameter = t.Unicode("")
    metric = t.Unicode("spread_ratio")

    def __init__(self, runs, start=None):
        self._view, self._displays, self._comparisons = None, [], Comparisons()
        self.watched = watched_runs(runs, start)
        super().__init__()
        self.run = self.watched[0].name

    @property
    def ended(self) -> bool:
        """Whether all runs have ended: finished, stopped, failed or interrupted."""
        return all(one.ended for one in self.watched)

    @property
    def chosen(self):
        """The run whose checkpoint is chosen."""
        return next(one for one in self.watched if one.name == self.run)

    @property
    def chosen_epoch(self) -> int | None:
        """Epoch of the chosen checkpoint; None before the first one."""
        kept, best = self.chosen.checkpoints, self.chosen.best
        if not kept:
            return None
        if self.checkpoint in kept:
            return self.checkpoint
        return best if self.checkpoint != "last" and best in kept else kept[-1]

    def choose(self, run: str, checkpoint) -> None:
        """Choose a checkpoint ("best", "last" or an epoch) of a run."""
        if run != self.run:
            self.checkpoint = "best"
        self.run = run
        self.checkpoint = checkpoint

    def load_generator(self):
        """The generator of the chosen checkpoint; InputError before the first one."""
        epoch = self.chosen_epoch
        return self.chosen.run.load_generator("best" if epoch is None else epoch)

    async def done(self):
        """Wait until all runs have ended, drawing meanwhile: `await monitor.done()`.

        Returns the `GanRun`, or a list of them; raises the error that ended a training of this kernel.
        """
        while not self.ended:
            if self._view is not None:
                self._view.poller.start()
            self.refresh()
            await asyncio.sleep(WAIT)
        self.refresh()
        if self._view is not None:
            self._view.draw()
        for handle in self._displays:  # the picture that is saved with the notebook
            handle.update(self._repr_mimebundle_(), raw=True)
        for one in self.watched:
            if one.training is not None:
                await one.training.done()
        runs = [one.run for one in self.watched]
        return runs[0] if len(runs) == 1 else runs

    def refresh(self) -> None:
        """Look at the run directories, and draw what is new if it is time to."""
        if self._view is not None:
            self._view.follow()
            return
        for one in self.watched:
            one.refresh()

    def metric_names(self) -> list[str]:
        """Metrics that `metric` may be."""
        names = dict.fromkeys(name for one in self.watched for name in one.metrics)
        return [name for name in names or EXPLANATIONS if name not in SHOWN]

    def comparison(self):
        """Generated sets of the chosen checkpoint beside held-out ones; None before there are any."""
        epoch = self.chosen_epoch
        return None if epoch is None else self._comparisons.of(self.chosen, epoch)

    def shown_parameter(self, comparison) -> str:
        """The parameter whose distribution is shown."""
        if comparison is None or self.parameter in comparison.parameters:
            return self.parameter
        return comparison.ranked()[0][0]

    def figure(self):
        """The same charts as a plain Plotly figure."""
        from .training_monitor_figure import training_figure

        self._read()
        return training_figure(self)

    def _read(self):
        for one in self.watched:
            one.refresh()
            one.read()

    @property
    def view(self):
        """The live widget, built when it is first asked for; it goes into ipywidgets boxes, too."""
        if self._view is None:
            from .training_monitor_view import TrainingMonitorView

            self._view = TrainingMonitorView(self)
        self._view.poller.start()
        return self._view

    def _ipython_display_(self):
        from IPython.display import display

        from .training_monitor_polling import only_one_in_this_cell

        # By its id the output can be given the final picture when the training has ended.
        self._displays.append(display(self._repr_mimebundle_(), raw=True, display_id=True))
        if self._view is not None:
            only_one_in_this_cell(self._view.poller)

    def _repr_mimebundle_(self, **kwargs):
        from .training_monitor_figure import content
        from .training_monitor_picture import training_picture

        picture = {
            PLOTLY: json.loads(self.figure().to_json()),
            "image/svg+xml": training_picture(*content(self)),
            "text/plain": repr(self),
        }
        return mimebundle(self.view._repr_mimebundle_() if live() else {}, picture)

    def __repr__(self):
        lines = [f"{label(one)}: {progress(one)}" for one in self.watched]
        return "TrainingMonitor: " + "; ".join(lines)

    @t.validate("run")
    def _check_run(self, proposal):
        names = [one.name for one in self.watched]
        if proposal["value"] not in names:
            raise InputError(
                f"there is no run {proposal['value']!r}; there are {', '.join(names)}."
            )
        return proposal["value"]

    @t.validate("checkpoint")
    def _check_checkpoint(self, proposal):
        value = proposal["value"]
        if value not in ("best", "last"):
            self.chosen.run.checkpoint_path(value)  # raises where there is none
        return value

    @t.validate("parameter")
    def _check_parameter(self, proposal):
        name, comparison = proposal["value"], self.comparison()
        if name and comparison is not None and name not in comparison.parameters:
            raise InputError(
                f"the generator makes no parameter {name!r}; take one of those in the picker, such as "
                f"{comparison.parameters[0]!r}."
            )
        return name

    @t.validate("metric")
    def _check_metric(self, proposal):
        names = self.metric_names()
        if proposal["value"] not in (*names, *EXPLANATIONS):
            raise InputError(
                f"there is no metric {proposal['value']!r}; there are {', '.join(names)}."
            )
        return proposal["value"]

    @t.observe("run")
    def _best_of_another_run(self, change):
        if self.checkpoint not in ("best", "last", *self.chosen.checkpoints):
            self.checkpoint = "best"
