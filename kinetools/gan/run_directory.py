"""The run directory of a training: what it holds, written by the training, read by everybody else.

parameters.json            settings and what the run was made from
events.jsonl               one JSON object a line, appended only
baselines.json             metrics of the honest baselines and the noise floor
reference.nc               held-out sets of the target class that metrics compare with
checkpoints/epoch-*.keras  generators
generated/epoch-*.nc       a few hundred labelled sets of each checkpoint
state.npz                  training state to go on from
request                    "pause" or "stop", while somebody asks for it
"""

import json
import os
import socket
import time
from pathlib import Path

import numpy as np

from ..errors import InputError
from ..store import write_text
from ..streaming import open_alone

SELECTIONS = ("incidence", "coverage")
LOSSES = ("generator_loss", "discriminator_loss", "discriminator_accuracy")
BEGINNINGS = ("started", "resumed")
ENDED = ("finished", "stopped", "failed")
STATES = (*BEGINNINGS, "paused", "continued", *ENDED)
REQUESTS = ("pause", "resume", "stop")


def open_gan_run(path) -> "GanRun":
    """A training's run directory, of this process or another; InputError where there is none."""
    path = Path(path)
    if not (path / "parameters.json").is_file():
        raise InputError(
            f"{path}: holds no training (no parameters.json); give the run_dir of train_gan."
        )
    return GanRun(path)


class GanRun:
    """A view of a training through its run directory; call `refresh` to see what is new."""

    def __init__(self, path):
        self.path = Path(path)
        self._parameters = None
        self._forget()
        self.refresh()

    def _forget(self):
        self._offset = 0
        self._losses, self._metrics = {}, {}
        self._alarms = []
        self._state = None  # the latest event that says what the run does
        self._process = None
        self._session = (0, 0.0)  # epoch and seconds when the latest session began

    def __repr__(self):
        epochs = self.parameters.get("epochs", "?")
        return f"GanRun({str(self.path)!r}: {self.status}, epoch {self.epoch} of {epochs})"

    @property
    def parameters(self) -> dict:
        """Settings of the training and what it was made from."""
        if self._parameters is None:
            file = self.path / "parameters.json"
            try:
                self._parameters = json.loads(file.read_text(encoding="utf-8"))
            except FileNotFoundError:
                return {}
            except ValueError:
                raise InputError(f"{file}: is no JSON; restore it or train anew.") from None
        return self._parameters

    def refresh(self) -> bool:
        """Read what was added to the events; True if anything was."""
        try:
            with open(self.path / "events.jsonl", "rb") as file:
                if os.fstat(file.fileno()).st_size < self._offset:  # another training's file
                    self._forget()
                file.seek(self._offset)
                content = file.read()
        except FileNotFoundError:
            return False
        complete = content.rfind(b"\n") + 1
        self._offset += complete
        for line in content[:complete].splitlines():
            try:
                self._take(json.loads(line))
            except (ValueError, KeyError, TypeError):
                continue  # a line that a kill has torn; the next one starts on its own
        return complete > 0

    def _take(self, event: dict):
        kind, epoch = event["event"], int(event["epoch"])
        if kind == "epoch":
            self._losses[epoch] = {
                k: v for k, v in event.items() if k not in ("event", "time", "epoch")
            }
        elif kind == "metrics":
            plain = {k: v for k, v in event.items() if k not in ("event", "time", "epoch")}
            self._metrics[epoch] = plain
        elif kind == "alarm":
            self._alarms.append(event)
        elif kind in STATES:
            if kind in BEGINNINGS:
                self._process = (event.get("host"), event.get("pid"))
                for table in (self._losses, self._metrics):
                    for later in [e for e in table if e > epoch]:
                        del table[later]
                self._alarms = [a for a in self._alarms if a["epoch"] <= epoch]
                self._session = (epoch, self._seconds())
            self._state = event

    def _seconds(self) -> float:
        last = self._losses.get(max(self._losses, default=None), {})
        return last.get("seconds") or 0.0

    @property
    def status(self) -> str:
        """new, training, paused, stopped, failed, finished, or interrupted (its process is gone)."""
        if self._state is None:
            return "new"
        kind = self._state["event"]
        if kind in ENDED:
            return kind
        if not _alive(self._process):
            return "interrupted"
        return "paused" if kind == "paused" else "training"

    @property
    def message(self) -> str:
        """The latest event's sentence, if it has one."""
        return (self._state or {}).get("message", "")

    @property
    def epoch(self) -> int:
        """Epochs done."""
        return max(self._losses, default=0)

    @property
    def seconds(self) -> float:
        """Seconds of training so far, over all sessions, pauses left out."""
        return self._seconds()

    @property
    def time_left(self) -> float | None:
        """Seconds to the last epoch at this session's pace; None where it is not known."""
        first, before = self._session
        if self.status != "training" or self.epoch <= first:
            return None
        pace = (self._seconds() - before) / (self.epoch - first)
        return pace * (self.parameters.get("epochs", self.epoch) - self.epoch)

    def losses(self):
        """Losses and discriminator accuracy, a `pandas.DataFrame`, one row an epoch."""
        table = _frame(self._losses)
        first = [*LOSSES, "seconds"]
        return table.reindex(columns=[*first, *(c for c in table if c not in first)])

    def metrics(self):
        """Metrics of every checkpoint, a `pandas.DataFrame`, one row an epoch."""
        return _frame(self._metrics)

    def rank_correlation(self) -> float:
        """Spearman correlation of mean divergence and incidence over checkpoints; NaN for too few.

        The checkpoint before training is left out. Choudhury et al. 2022 report −0.691 for the GAN of
        the preset "published". No other preset's number compares with it: "residual" starts at the prior,
        where the divergence is small already, and buys incidence with it, so that both rise together.
        """
        table = self.metrics()
        if not {"kl_mean", "incidence"} <= set(table.columns):
            return float("nan")
        table = table.loc[1:, ["kl_mean", "incidence"]].dropna()
        if len(table) < 3 or (table.nunique() < 2).any():
            return float("nan")
        return float(table.corr("spearman").iloc[0, 1])

    def alarms(self) -> list[dict]:
        """Alarms of the failure rules: epoch, rule, message."""
        return list(self._alarms)

    def baselines(self):
        """Metrics of the baselines, a `pandas.DataFrame` with one row a baseline; None before."""
        import pandas as pd

        file = self.path / "baselines.json"
        if not file.is_file():
            return None
        try:
            rows = json.loads(file.read_text(encoding="utf-8"))
            return pd.DataFrame(rows).set_index("name").astype(float)
        except (ValueError, KeyError, TypeError):
            raise InputError(
                f"{file}: is damaged; restore it, or delete it to do without the baselines."
            ) from None

    @property
    def checkpoints(self) -> list[int]:
        """Epochs whose generators are kept; those that a resumed training will write anew are not."""
        names = (p.stem.removeprefix("epoch-") for p in self.path.glob("checkpoints/epoch-*.keras"))
        return sorted(int(n) for n in names if n.isdigit() and int(n) <= self.epoch)

    @property
    def best(self) -> int | None:
        """Epoch of the best checkpoint by the run's own criterion (see `best_epoch`)."""
        baselines = self.baselines()
        floor = 0.0 if baselines is None else baselines["kl_max"].get("rejection", 0.0)
        return best_epoch(self.metrics(), self.parameters.get("select", "incidence"), floor)

    def checkpoint_path(self, checkpoint="best") -> Path:
        """File of a checkpoint: "best", "last" or an epoch; InputError where there is none."""
        kept = self.checkpoints
        if not kept:
            raise InputError(f"{self.path}: has no checkpoint yet; wait for the first one.")
        if checkpoint == "last":
            checkpoint = kept[-1]
        elif checkpoint == "best":
            checkpoint = self.best
            checkpoint = kept[-1] if checkpoint is None else checkpoint
        if isinstance(checkpoint, bool) or checkpoint not in kept:
            raise InputError(
                f'{self.path}: has no checkpoint {checkpoint!r}; use "best", "last" or an epoch of '
                f"{', '.join(map(str, kept[:3]))}{' … ' + str(kept[-1]) if len(kept) > 3 else ''}."
            )
        return checkpoint_file(self.path, int(checkpoint))

    def load_generator(self, checkpoint="best"):
        """The generator of a checkpoint: "best", "last" or an epoch."""
        from .generator import load_generator

        return load_generator(self.checkpoint_path(checkpoint))

    def generated(self, epoch: int):
        """The labelled parameter sets kept with a checkpoint."""
        from ..kinetics.parameter_sets import open_parameter_sets

        return open_parameter_sets(generated_file(self.path, epoch))

    def reference(self):
        """The held-out sets that metrics compare with, a dataset of parameter sets."""
        from ..kinetics.parameter_sets import open_parameter_sets

        return open_parameter_sets(self.path / "reference.nc")

    @property
    def asked_to_stop(self) -> bool:
        """Whether somebody has asked the training to stop, which it has not done yet."""
        return _request(self.path) == "stop"

    def request(self, what: str) -> None:
        """Ask the training, wherever it runs, to "pause", "resume" or "stop"."""
        if what not in REQUESTS:
            raise InputError(f"a request is one of {', '.join(REQUESTS)}, found {what!r}.")
        if what == "resume":
            (self.path / "request").unlink(missing_ok=True)
        else:
            write_text(self.path / "request", what)


class RunWriter:
    """The writing side: events, and requests as they arrive."""

    def __init__(self, path):
        self.path = Path(path)
        try:
            self._file = open_alone(self.path / "events.jsonl")
        except InputError:
            raise InputError(
                f"{self.path}: another process (another notebook, say) is training here; watch or stop it "
                "with TrainingMonitor(run_dir), or choose another run_dir."
            ) from None
        self._end_torn_line()

    def _end_torn_line(self):
        if self._file.seek(0, os.SEEK_END):
            self._file.seek(-1, os.SEEK_END)
            if self._file.read(1) != b"\n":
                self._file.write(b"\n")

    def event(self, kind: str, epoch: int, **content) -> None:
        """Append one event; a single write, so that readers see whole lines."""
        record = {"event": kind, "time": time.time(), "epoch": int(epoch)}
        record |= {k: _plain(v) for k, v in content.items()}
        self._file.write((json.dumps(record, ensure_ascii=False) + "\n").encode())

    def begin(self, kind: str, epoch: int, epochs: int) -> None:
        """Say that this process has started or resumed the training."""
        self.event(kind, epoch, epochs=epochs, pid=os.getpid(), host=socket.gethostname())

    def requested(self) -> str:
        """ "pause", "stop", or "" while nobody asks for anything."""
        return _request(self.path)

    def answer(self) -> None:
        """The request is fulfilled."""
        (self.path / "request").unlink(missing_ok=True)

    def close(self) -> None:
        """No more events."""
        self._file.close()


def best_epoch(metrics, select: str = "incidence", floor: float = 0.0) -> int | None:
    """Epoch of the best checkpoint in a table of metrics; None for an empty one.

    select: "incidence" takes the highest incidence, as published; "coverage" the checkpoint that is nearest
    to the class itself, counting three times what its incidence lacks to 0.98, ten times what its largest
    divergence exceeds 0.03 nat by, what its spread ratio lies outside 0.9–1.1 by, and a fifth of what its
    two-sample AUC exceeds 0.5 by. An incidence above the mean with the checkpoints before and after it
    counts as that mean, since the highest of many noisy ones is a lucky one.
    floor: largest divergence of exact sets of the same number, which is allowed on top: few sets cannot
    come below it.
    """
    if metrics.empty or "incidence" not in metrics:
        return None
    score = metrics["incidence"].fillna(-1.0)
    if select == "coverage":
        score = np.minimum(score, score.rolling(3, center=True, min_periods=1).mean())
        score = INCIDENCE_WEIGHT * (score - ENOUGH).clip(upper=0.0)
        score -= KL_WEIGHT * (metrics["kl_max"] - (KL_LIMIT + floor)).clip(lower=0.0)
        low, high = SPREAD_LIMITS
        spread = metrics["spread_ratio"]
        score -= (spread - high).clip(lower=0.0) + (low - spread).clip(lower=0.0)
        if "auc" in metrics:
            score -= AUC_WEIGHT * metrics["auc"].fillna(0.5).clip(lower=0.5)
    return int(score.fillna(-np.inf).idxmax())


ENOUGH = 0.98
INCIDENCE_WEIGHT = 3.0
AUC_WEIGHT = 0.2
KL_LIMIT = 0.03
KL_WEIGHT = 10.0
SPREAD_LIMITS = (0.9, 1.1)


def _request(path) -> str:
    try:
        return (path / "request").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""


def checkpoint_file(run_dir, epoch: int) -> Path:
    """Where the generator of an epoch is kept."""
    return Path(run_dir) / "checkpoints" / f"epoch-{epoch:06d}.keras"


def generated_file(run_dir, epoch: int) -> Path:
    """Where an epoch's generated sets are kept."""
    return Path(run_dir) / "generated" / f"epoch-{epoch:06d}.nc"


def _frame(rows: dict):
    import pandas as pd

    table = pd.DataFrame(list(rows.values()), index=list(rows), dtype=float)
    return table.sort_index().rename_axis("epoch")


def _plain(value):
    """JSON has no NaN and knows no NumPy."""
    if isinstance(value, (float, np.floating)):
        return float(value) if np.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else value


def _alive(process) -> bool:
    """Whether a process may still be at work; one on another machine may."""
    host, pid = process or (None, None)
    if host != socket.gethostname() or not isinstance(pid, int):
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
