"""One training as the monitor sees it: its run directory, and the training itself if it runs here."""

from pathlib import Path

from kinetools.errors import InputError
from kinetools.gan.run_directory import ENDED, GanRun, open_gan_run

ASKED = {"pause": "pausing", "resume": "going on", "stop": "stopping"}
PACE_OVER = 10  # epochs
HINT = "give a run directory, a GanRun, a GanTraining, or a list of them."


class WatchedRun:
    """Follows a run directory; `refresh` is cheap, and tables are read only when something is new.

    item: path, GanRun or GanTraining; start: function that goes on with the training and returns the new
    GanTraining, or None.
    """

    def __init__(self, item, start=None):
        self.training = item if hasattr(item, "running") and hasattr(item, "run") else None
        self.start_training = start
        if self.training is not None:
            item = item.run
        if not isinstance(item, (GanRun, str, Path)):
            raise InputError(f"TrainingMonitor cannot watch {item!r}; {HINT}")
        # A view of its own: what others have read already would be no news.
        self.run = open_gan_run(item.path if isinstance(item, GanRun) else item)
        self.path = self.run.path
        self.name = self.path.name
        self.asked = ""  # what the user has asked for, until it is so
        self.problem = ""
        self._seen = None
        self._begun = False  # whether the training of this process has written anything yet
        self._read()

    def _read(self):
        self.losses, self.metrics = self.run.losses(), self.run.metrics()
        self.baselines = self.run.baselines()
        self.best, self.checkpoints = self.run.best, self.run.checkpoints

    def refresh(self) -> bool:
        """Look at the run directory; True if anything is to be shown anew."""
        news = self.run.refresh()
        self._begun = self._begun or news
        if self.asked and self._granted:
            self.asked = ""
        now = self.status, self.asked, self.problem
        news, self._seen = news or now != self._seen, now
        return news

    def read(self) -> None:
        """Read the tables again."""
        self._read()

    @property
    def status(self) -> str:
        """Status of the run, or "starting" while a training of this process has said nothing yet."""
        status = self.run.status
        if self.active_here and not self._begun and status in ("new", *ENDED, "interrupted"):
            return "starting"
        return status

    @property
    def _granted(self) -> bool:
        status = self.status
        if self.asked == ASKED["resume"]:
            return status != "paused"
        ended = status in (*ENDED, "interrupted")
        return ended or (self.asked == ASKED["pause"] and status == "paused")

    @property
    def active_here(self) -> bool:
        """Whether a training of this process works on it."""
        return self.training is not None and self.training.running

    @property
    def ended(self) -> bool:
        """Whether nothing more will come, unless somebody starts it again."""
        if self.training is not None:
            return not self.training.running
        return self.run.status in (*ENDED, "interrupted")

    @property
    def pace(self) -> float | None:
        """Seconds an epoch, over the last few; None where it is not known."""
        seconds = self.losses["seconds"].dropna() if "seconds" in self.losses else ()
        if len(seconds) < 2:
            return None
        last = seconds.iloc[-PACE_OVER - 1 :]
        return float((last.iloc[-1] - last.iloc[0]) / (last.index[-1] - last.index[0]))

    @property
    def actions(self) -> set[str]:
        """What makes sense now, of: start, resume, pause, stop."""
        if self.asked:
            return {"stop"} if self.asked in ("pausing", "going on") else set()
        if self.status in ("training", "starting"):
            return {"pause", "stop"}
        if self.status == "paused":
            return {"resume", "stop"}
        goes_on = self.status in ("new", "stopped", "interrupted", "failed")
        return {"start"} if goes_on and self.start_training is not None else set()

    def act(self, action: str) -> None:
        """Start, resume, pause or stop; what goes wrong becomes `problem`."""
        self.problem = ""
        try:
            if action == "start":
                training = self.start_training()
                if hasattr(training, "running"):
                    self.training, self._begun = training, False
                return
            self.asked = ASKED[action]
            self.run.request(action)
        except Exception as error:  # whatever a start function raises is for the user to read
            self.asked = ""
            self.problem = f"{type(error).__name__}: {error}"


def watched_runs(runs, start=None) -> list[WatchedRun]:
    """One or several runs, under names that tell them apart."""
    runs = list(runs) if isinstance(runs, (list, tuple)) else [runs]
    starts = list(start) if isinstance(start, (list, tuple)) else [start] * len(runs)
    if not runs:
        raise InputError(f"TrainingMonitor has nothing to watch; {HINT}")
    if len(starts) != len(runs):
        raise InputError(
            f"start must be one function, or one for each of the {len(runs)} runs; found {len(starts)}."
        )
    if start is not None and not isinstance(start, (list, tuple)) and len(runs) > 1:
        raise InputError("start must be a list with one function (or None) for each run.")
    watched = [WatchedRun(run, one) for run, one in zip(runs, starts)]
    for one in watched:
        if [other.path.name for other in watched].count(one.path.name) > 1:
            one.name = "/".join(one.path.parts[-2:])
    names = [one.name for one in watched]
    for k, one in enumerate(watched):
        if names.count(one.name) > 1:
            one.name = f"{one.name} ({k + 1})"
    return watched


def label(watched) -> str:
    """A run's name with its seed, where the name does not say it."""
    seed = watched.run.parameters.get("seed")
    said = seed is None or watched.name.endswith(f"seed{seed}")
    return watched.name if said else f"{watched.name}, seed {seed}"
