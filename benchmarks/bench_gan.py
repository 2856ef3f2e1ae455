"""How fast do the GANs train and generate, and what do the checkpoints cost?

Prints the published step against a plain Keras `train_on_batch` loop, 1000 epochs of 72 000 sets
extrapolated from one, what checkpoints with metrics add to a training, and the generation of a million
sets: python benchmarks/bench_gan.py [generated sets]
"""

import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from common import best_of, table

import kinetools as kt
from kinetools.gan.backend import keras
from kinetools.gan.generator import Generator
from kinetools.gan.networks import published_discriminator, published_generator
from kinetools.gan.published import PublishedTrainer
from kinetools.gan.residual import ResidualTrainer
from kinetools.gan.settings import check_settings
from kinetools.gan.training_data import training_data

BATCH = 1024


def data_for(sets, preset, settings):
    return training_data(
        sets,
        None,
        None,
        features=settings["features"],
        parameters=None,
        classes=None,
        target="relevant",
        held_out=settings["held_out"],
    )


def plain_keras_step(values, labels):
    """The loop that a Keras tutorial would write: three train_on_batch and one predict a step."""
    adam = keras().optimizers.Adam
    loss = keras().losses.BinaryCrossentropy(from_logits=True)
    generator, discriminator = published_generator(259), published_discriminator(259)
    discriminator.compile(loss=loss, optimizer=adam(2e-4, 0.5), metrics=["accuracy"])
    frozen = keras().models.clone_model(discriminator)  # stands for the discriminator, not trained
    frozen.trainable = False
    latent, label = generator.inputs
    combined = keras().Model([latent, label], frozen([generator([latent, label]), label]))
    combined.compile(loss=loss, optimizer=adam(2e-4, 0.5))
    rng = np.random.default_rng(0)
    half = BATCH // 2

    def step():
        rows = rng.integers(0, len(values), half)
        noise = rng.standard_normal((half, 127), dtype=np.float32)
        fake = generator.predict([noise, labels[rows]], verbose=0)
        discriminator.train_on_batch([values[rows], labels[rows]], np.ones((half, 1)))
        discriminator.train_on_batch([fake, labels[rows]], np.zeros((half, 1)))
        noise = rng.standard_normal((BATCH, 127), dtype=np.float32)
        wanted = rng.choice([-1.0, 1.0], (BATCH, 1)).astype("float32")
        combined.train_on_batch([noise, wanted], np.ones((BATCH, 1)))

    return step


def steps(labelled):
    rows = []
    settings = check_settings("published", {}) | {"seed": 1}
    data = data_for(labelled, "published", settings)
    trainer = PublishedTrainer(data, settings)
    trainer.run(0, 0, 2)
    n = 16
    compiled = best_of(lambda: trainer.run(0, 0, n)) / n
    step = plain_keras_step(data.values, np.where(data.codes == 0, 1.0, -1.0)[:, None])
    step()
    plain = best_of(lambda: [step() for _ in range(4)]) / 4
    rows.append(("published step, compiled", f"{compiled * 1e3:.1f} ms", "batch of 1024"))
    rows.append(("the same by train_on_batch", f"{plain * 1e3:.1f} ms", "plain Keras loop"))
    rows.append(("ratio", f"{plain / compiled:.1f}", "wanted: at least 6"))
    minutes = compiled * (64_800 // BATCH) * 1000 / 60
    rows.append(("1000 epochs of 72 000 sets", f"{minutes:.1f} min", "wanted: at most 40"))
    settings = check_settings("residual", {}) | {"seed": 1}
    trainer = ResidualTrainer(data_for(labelled, "residual", settings), settings)
    trainer.run(0, 0, 2)
    residual = best_of(lambda: trainer.run(0, 0, 8)) / 8
    trainer.close()
    rows.append(("residual step", f"{residual * 1e3:.1f} ms", "batch of 1024, exact gradients"))
    minutes = residual * settings["epochs"] * settings["steps_per_epoch"] / 60
    rows.append(("residual training", f"{minutes:.1f} min", "all epochs, without checkpoints"))
    table("Training steps", rows)


def checkpoints(labelled):
    """Training with checkpoints as published, against the same without any."""

    def train(every):
        with tempfile.TemporaryDirectory() as folder:
            started = time.perf_counter()
            run = kt.train_gan(
                labelled,
                "published",
                run_dir=Path(folder) / "run",
                epochs=20,
                checkpoint_every=every,
                progress=False,
            )
            return run.seconds, time.perf_counter() - started

    with_metrics = min(train(10)[0] for _ in range(2))
    without = min(train(20)[0] for _ in range(2))
    share = with_metrics / without - 1
    rows = [
        ("20 epochs, a checkpoint every 10", f"{with_metrics:.1f} s", "training time"),
        ("20 epochs, a checkpoint at the end", f"{without:.1f} s", ""),
        ("cost of one checkpoint more", f"{share:.1%}", "wanted: less than 5 %"),
    ]
    table("Checkpoints with metrics", rows)


def save_generator(preset, path):
    """A generator that has not been trained, which makes no difference here."""
    settings = check_settings(preset, {}) | {"seed": 1}
    data = data_for(labelled_sets(4_000), preset, settings)
    trainer = (ResidualTrainer if preset == "residual" else PublishedTrainer)(data, settings)
    Generator(
        trainer.generator, data.features, data.classes, data.model, data.state, data.rule
    ).save(path)
    trainer.close()


def generation(preset, path, n_sets):
    """In a process of its own (see `main`), so that the memory is that of generating alone."""
    generator = kt.load_generator(path)
    generator.generate(10_000, progress=False)
    rows = [("Km in memory, chunk by chunk", f"{generate_km(generator, n_sets):.1f} s", "")]
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        generator.generate(n_sets, path=Path(folder) / "sets.nc", progress=False).close()
        rows.append(("Km and Vmax to disk", f"{time.perf_counter() - started:.1f} s", ""))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak *= 1 if sys.platform == "darwin" else 1024
    rows.append(("largest memory of the process", f"{peak / 1e9:.2f} GB", "wanted: under 2 GB"))
    table(f"Generation of {n_sets} sets, preset {preset}", rows)


def generate_km(generator, n_sets) -> float:
    """Seconds for the Michaelis constants alone, on all cores, nothing kept."""
    from kinetools.kinetics.parameter_sets import CHUNK
    from kinetools.run import chunks, map_chunks

    def one(i, n):
        generator.km("relevant", n, np.random.default_rng(i))

    started = time.perf_counter()
    work = ((i, stop - start) for i, (start, stop) in enumerate(chunks(n_sets, CHUNK)))
    for _ in map_chunks(one, work):
        pass
    return time.perf_counter() - started


def labelled_sets(n_sets):
    model = kt.load_kinetic_model("ecoli")
    state = kt.load_steady_state("ecoli", physiology=1)
    sets = kt.sample_parameters(model, state, n_sets, seed=1, progress=False)
    return kt.label_parameters(model, state, sets, progress=False)


def main(n_sets: int) -> None:
    labelled = labelled_sets(72_000)
    steps(labelled)
    checkpoints(labelled)
    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        for preset in ("residual", "published"):
            path = Path(folder) / f"{preset}.keras"
            for job in ((save_generator, (preset, path)), (generation, (preset, path, n_sets))):
                process = spawn.Process(target=job[0], args=job[1])
                process.start()
                process.join()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
