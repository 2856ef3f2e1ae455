"""Training a GAN in a run directory: start, pause, stop, resume, and end with the same weights.

What a training does depends only on its data, its settings and its seed: batches are drawn from the seed
and the epoch, noise from the seed and the step, and `state.npz` holds every other number that changes.
"""

import asyncio
import contextlib
import json
import threading
import time
from pathlib import Path
from weakref import WeakValueDictionary

from ..data import number, whole_number
from ..errors import InputError
from ..kinetics.parameter_sets import fingerprint, save_parameter_sets
from ..run import reporting
from ..store import write_text
from . import failure
from .run_directory import LOSSES, GanRun, RunWriter, checkpoint_file
from .settings import check_settings, trainer_for
from .training_data import TrainingData, describe, training_data
from .training_state import load_state, save_state

STEPS_PER_CALL = 8  # steps compiled into one call: as often a request is looked for
POLL = 0.1  # seconds between looks at a run by those who wait for it


def train_gan(sets, preset: str = "residual", seed: int = 1, run_dir=None, **options) -> GanRun:
    """Train a conditional GAN on labelled parameter sets; returns when it has ended.

    sets: dataset from `label_parameters`; preset: "residual" or "published"; seed: whole number; run_dir:
    folder for checkpoints, metrics and state. The same call again goes on from where an earlier one was
    stopped or killed, with the same result as an unbroken run, and returns a finished run as it is.
    Options: see `start_gan_training`; progress=False shows no bar. Interrupting (Ctrl-C, the kernel's stop
    button) saves the state first. Raises InputError for sets that cannot be trained on.
    """
    progress = options.pop("progress", True)
    training = start_gan_training(sets, preset, seed, run_dir, **options)
    run = training.run
    with reporting(run.parameters["epochs"], "training", "epochs", progress, run.epoch) as advance:
        done = run.epoch
        try:
            while training.running:
                training.join(POLL)
                run.refresh()
                if run.epoch > done:
                    advance(run.epoch - done)
                    done = run.epoch
        except KeyboardInterrupt:
            training.stop()
            training.join()
            raise
    return training.wait()


def start_gan_training(
    sets,
    preset: str = "residual",
    seed: int = 1,
    run_dir=None,
    *,
    model=None,
    state=None,
    rule=None,
    classes=None,
    target: str = "relevant",
    parameters=None,
    start_from=None,
    **settings,
) -> "GanTraining":
    """Begin (or resume) a training in the background and return at once.

    model, state: where the sets do not come from bundled ones; rule: what the labels mean (default:
    the sets' own); classes: name → labels, any number of them (default: the target against the rest);
    target: the class to judge by; parameters: names of Michaelis constants to learn (default: the
    preset's); start_from: a generator of the same preset to fine-tune instead of a new one (its
    features are kept, those of "residual" re-centred on the state); settings: epochs, batch_size,
    learning_rate, … as listed by `gan_settings(preset)`.
    A training of this process that is at work in run_dir already is returned as it is.
    """
    settings = check_settings(preset, settings)
    seed = whole_number(seed, "seed", 0)
    if run_dir is None:
        raise InputError('give a folder for the training, run_dir="results/gan/p1", say.')
    held_out = number(settings["held_out"], "held_out", positive=True)
    if held_out >= 1:
        raise InputError(f"held_out must be a share below 1, found {held_out}.")
    data = training_data(
        sets,
        model,
        state,
        features=settings["features"],
        parameters=parameters,
        classes=classes,
        target=target,
        held_out=held_out,
        rule=rule,
        start=start_from,
    )
    if len(data.values) < settings["batch_size"]:
        raise InputError(
            f"{len(data.values)} sets to train on are fewer than one batch of {settings['batch_size']}; "
            "give more sets or a smaller batch_size."
        )
    recorded = {"preset": preset, "seed": seed, **settings, **describe(data)}
    recorded["training_sets"] = fingerprint(sets)
    run_dir = Path(run_dir)
    _claim(run_dir, recorded)
    at_work = _AT_WORK.get(run_dir.resolve())  # a cell that is run again
    if at_work is not None and at_work.running:
        if not at_work.run.asked_to_stop:
            return at_work
        at_work.join()
    training = GanTraining(data, recorded, run_dir)
    _AT_WORK[run_dir.resolve()] = training
    return training


_AT_WORK = WeakValueDictionary()  # folder → the training of this process in it


def _claim(run_dir: Path, recorded: dict) -> None:
    """Make the directory this training's own, or check that it is."""
    file = run_dir / "parameters.json"
    recorded = json.loads(json.dumps(recorded))
    if file.is_file():
        known = GanRun(run_dir).parameters
        differing = [k for k in recorded if known.get(k) != recorded[k]]
        if differing:
            k = differing[0]
            raise InputError(
                f"{run_dir}: holds a training with another {k} ({_short(known.get(k))} instead of "
                f"{_short(recorded[k])}); choose another run_dir."
            )
        return
    if run_dir.exists() and (not run_dir.is_dir() or any(run_dir.iterdir())):
        raise InputError(f"{run_dir}: is no training and not empty; choose another run_dir.")
    try:
        for folder in ("checkpoints", "generated"):
            (run_dir / folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"{run_dir}: cannot be made ({error.strerror}); choose another run_dir."
        ) from error
    write_text(file, json.dumps(recorded, indent=1, ensure_ascii=False) + "\n")


def _short(value) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) < 60 else text[:57] + "…"


class GanTraining:
    """A training at work in a thread of its own.

    run: its `GanRun`. `pause`, `resume` and `stop` may be called from anywhere, at any moment.
    """

    def __init__(self, data: TrainingData, settings: dict, run_dir: Path):
        self.run = GanRun(run_dir)
        self._error = None
        if self.run.status == "finished":
            self._thread = None
            return
        self._writer = RunWriter(run_dir)  # refuses a directory that another process trains in
        self._writer.answer()
        self._data, self._settings = data, settings
        self._thread = threading.Thread(target=self._work, name="gan training", daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether the thread is at work (or paused)."""
        return self._thread is not None and self._thread.is_alive()

    def pause(self) -> None:
        """Hold the training after the step in work; everything is saved."""
        self.run.request("pause")

    def resume(self) -> None:
        """Go on after a pause."""
        self.run.request("resume")

    def stop(self) -> None:
        """End the training after the step in work; the same call to train_gan goes on from there."""
        if self.running:
            self.run.request("stop")

    def join(self, timeout: float | None = None) -> None:
        """Wait for the thread, at most for some seconds."""
        if self._thread is not None:
            self._thread.join(timeout)

    def wait(self) -> GanRun:
        """Wait for the end; raises the error that ended the training, if one did."""
        self.join()
        return self._result()

    async def done(self) -> GanRun:
        """The same for notebooks: `await training.done()` leaves the kernel free for widgets."""
        while self.running:
            await asyncio.sleep(POLL)
        return self._result()

    def _result(self) -> GanRun:
        self.run.refresh()
        if self._error is not None:
            raise self._error
        return self.run

    def _work(self):
        try:
            _Session(self._data, self._settings, self.run.path, self._writer).run()
        except BaseException as error:  # raised again by wait() and done()
            self._error = error
            with contextlib.suppress(OSError):  # the disk may be full
                self._writer.event("failed", self.run.epoch, message=f"{error}")
        finally:
            self._writer.answer()  # as the last thing: whoever asked to stop can start again
            self._writer.close()


class _Session:
    """One process' part of a training."""

    def __init__(self, data, settings, run_dir, writer):
        from .checkpoints import CheckpointWorker

        self.data, self.settings, self.run_dir, self.writer = data, settings, run_dir, writer
        self.trainer = trainer_for(settings["preset"])(data, settings)
        progress = load_state(run_dir, self.trainer.variables())
        self.fresh = progress is None
        self.epoch, self.batch, self.seconds = 0, 0, 0.0  # done: epochs, batches of the next, time
        if not self.fresh:
            self.epoch, self.batch = progress["epoch"], progress["batch"]
            self.seconds = progress["seconds"]
        self.accuracies = _accuracies(run_dir, self.epoch)
        self.worker = CheckpointWorker(
            run_dir, writer, self.trainer.generator, data, settings | {"run_dir": str(run_dir)}
        )

    def run(self):
        """Train to the last epoch, or until somebody asks to stop."""
        epochs = self.settings["epochs"]
        self.writer.begin("started" if self.fresh else "resumed", self.epoch, epochs)
        try:
            self._prepare()
            while self.epoch < epochs:
                if not self._train_epoch():
                    self._leave()
                    return
            self.worker.wait()
            self.writer.event("finished", self.epoch)
        finally:
            self.trainer.close()
            self.worker.close()

    def _prepare(self):
        """Baselines once; what a kill has left undone of the last checkpoint."""
        from .baselines import baseline_table

        if not (self.run_dir / "reference.nc").is_file():
            save_parameter_sets(self.data.reference, self.run_dir / "reference.nc")
        if not (self.run_dir / "baselines.json").is_file():
            table = baseline_table(
                self.data.model,
                self.data.state,
                self.data.held_out,
                self.data.target,
                self.data.rule,
                self.settings["n_generated"],
                self.settings["seed"],
            )
            rows = json.loads(table.rename_axis("name").reset_index().to_json(orient="records"))
            write_text(self.run_dir / "baselines.json", json.dumps(rows, indent=1))
        known = GanRun(self.run_dir).metrics().index
        at_checkpoint = self.epoch % self.settings["checkpoint_every"] == 0 and self.batch == 0
        if at_checkpoint and self.epoch not in known:
            self._checkpoint()

    def _train_epoch(self) -> bool:
        """The rest of an epoch; False where somebody asks to stop."""
        trainer = self.trainer
        while self.batch < trainer.steps_per_epoch:
            if not self._answer_requests():
                return False
            started = time.monotonic()
            stop = min(self.batch + STEPS_PER_CALL, trainer.steps_per_epoch)
            trainer.run(self.epoch, self.batch, stop)
            self.batch = stop
            self.seconds += time.monotonic() - started
        started = time.monotonic()
        self.epoch, self.batch = self.epoch + 1, 0
        losses = trainer.epoch_losses()
        self._report(losses)
        if self.epoch % self.settings["checkpoint_every"] == 0 or self._last:
            self._checkpoint()
        self.seconds += time.monotonic() - started
        return True

    @property
    def _last(self) -> bool:
        return self.epoch == self.settings["epochs"]

    def _report(self, losses):
        plain = {name: losses.get(name) for name in LOSSES}
        extra = {k: v for k, v in losses.items() if k not in plain}
        self.writer.event("epoch", self.epoch, seconds=round(self.seconds, 3), **plain, **extra)
        if alarm := failure.finite_alarm(losses):
            self.writer.event("alarm", self.epoch, **alarm)
            raise InputError(alarm["message"])
        if plain["discriminator_accuracy"] is not None:
            self.accuracies.append(plain["discriminator_accuracy"])
            was = failure.discriminator_alarm(self.accuracies[:-1])
            alarm = failure.discriminator_alarm(self.accuracies)
            if alarm and not was:
                self.writer.event("alarm", self.epoch, **alarm)

    def _checkpoint(self):
        self.worker.wait()
        self._save()
        self.worker.submit(self.epoch, self.trainer.generator_weights())

    def _save(self):
        progress = {"epoch": self.epoch, "batch": self.batch, "seconds": self.seconds}
        save_state(self.run_dir, self.trainer.variables(), progress)

    def _answer_requests(self) -> bool:
        """Pause while asked to; False where asked to stop."""
        asked = self.writer.requested()
        if asked == "pause":
            self._save()
            self.writer.event("paused", self.epoch)
            while (asked := self.writer.requested()) == "pause":
                time.sleep(POLL)
            if asked != "stop":
                self.writer.event("continued", self.epoch)
        return asked != "stop"

    def _leave(self):
        """Stopped: everything is kept, and there is a generator to look at."""
        self.worker.wait()
        self._save()
        if not checkpoint_file(self.run_dir, self.epoch).exists():
            self.worker.submit(self.epoch, self.trainer.generator_weights())
            self.worker.wait()
        self.writer.event("stopped", self.epoch)


def _accuracies(run_dir, epoch) -> list[float]:
    """Discriminator accuracies of the epochs that a resumed training has behind it."""
    losses = GanRun(run_dir).losses()
    return losses.loc[:epoch, "discriminator_accuracy"].dropna().tolist() if len(losses) else []
