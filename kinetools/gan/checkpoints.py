"""What happens at a checkpoint, beside the training: generator saved, sets generated and judged."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from ..kinetics.labels import attach, codes, label_chunk
from ..kinetics.parameter_sets import CHUNK, build, linearise, provenance, save_parameter_sets
from ..run import chunks
from .backend import keras
from .failure import collapse_alarm
from .generation import draws
from .generator import Generator
from .metrics import Reference, population_metrics
from .run_directory import checkpoint_file, generated_file


class CheckpointWorker:
    """Saves and judges generators in a thread of its own while the training goes on.

    One at a time: asking for the next waits for the one before, so that a training state is never
    saved without the checkpoints before it.
    """

    def __init__(self, run_dir, writer, network, data, settings):
        self._run_dir, self._writer, self._settings = run_dir, writer, settings
        self._data = data
        self._network = keras().models.clone_model(network)
        self._rule = data.rule
        self._linearisation = linearise(data.model, data.state)
        self._reference = Reference.of(data.reference, data.target)
        self._pool = ThreadPoolExecutor(1, "checkpoint")
        self._running = None

    def submit(self, epoch: int, weights) -> None:
        """Save and judge the generator with these weights; errors come with the next call."""
        self.wait()
        self._running = self._pool.submit(self._work, epoch, weights)

    def wait(self) -> None:
        """Until the checkpoint in work is done; raises what went wrong."""
        running, self._running = self._running, None
        if running is not None:
            running.result()

    def close(self) -> None:
        """Finish without raising."""
        self._pool.shutdown(wait=True)

    def _work(self, epoch, weights):
        self._network.set_weights(weights)
        made = {"epoch": epoch, **{k: v for k, v in self._settings.items() if k != "run_dir"}}
        generator = Generator(
            self._network,
            self._data.features,
            self._data.classes,
            self._data.model,
            self._data.state,
            self._data.rule,
            provenance("train_gan", made),
        )
        generator.save(checkpoint_file(self._run_dir, epoch))
        self._writer.event("checkpoint", epoch)
        sets = self._generated(generator, epoch)
        kept = sets.isel(set=slice(0, self._settings["n_kept"]))
        save_parameter_sets(kept, generated_file(self._run_dir, epoch))
        metrics = judge(self._reference, sets, self._data)
        self._writer.event("metrics", epoch, **metrics)
        if alarm := collapse_alarm(metrics):
            self._writer.event("alarm", epoch, **alarm)

    def _generated(self, generator, epoch):
        """Labelled sets of the target class; the same for the same seed and epoch."""
        model, state = self._data.model, self._data.state
        n_sets = self._settings["n_generated"]
        km, columns = [], []
        for i, (start, stop) in enumerate(chunks(n_sets, CHUNK)):
            rng = draws(self._settings["seed"], epoch, i)
            km.append(generator.km(self._data.target, stop - start, rng))
            columns.append(label_chunk(self._linearisation, km[-1]))
        km = np.concatenate(km)
        history = [generator.provenance]
        sets = build(model, state, km, self._linearisation.vmax(km), history)
        columns = {k: np.concatenate([c[k] for c in columns]) for k in columns[0]}
        known = sets.assign({k: ("set", v) for k, v in columns.items()})
        columns["label"] = codes(self._rule.classify(known))
        return attach(sets, columns, self._rule, history)


def judge(reference: Reference, sets, data) -> dict:
    """Metrics of labelled generated sets."""
    live = list(reference.parameters)
    return population_metrics(
        reference,
        np.log(sets["km"].sel(parameter=live).values),
        sets["eigenvalue_max"].values,
        np.isin(sets["label"].values, data.classes[data.target]),
    )
