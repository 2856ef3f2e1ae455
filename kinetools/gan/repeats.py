"""Repeats of a training, each with its own seed and run directory, one after another or side by side."""

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from ..data import whole_number
from ..errors import InputError
from ..kinetics.model import load_kinetic_model, save_kinetic_model
from ..kinetics.parameter_sets import fingerprint, open_parameter_sets, save_parameter_sets
from ..kinetics.steady_state import load_steady_state, save_steady_state
from ..run import available_cores, reporting
from .run_directory import GanRun
from .training import train_gan
from .training_data import origin


def train_gan_repeats(
    sets,
    preset: str = "residual",
    seeds=(1, 2, 3, 4, 5),
    run_dir=None,
    *,
    workers: int = 1,
    progress=True,
    model=None,
    state=None,
    **options,
) -> list[GanRun]:
    """Train once with each seed in `run_dir`/seed-1, …; finished ones are kept, others resumed.

    workers: trainings at a time, each in a process of its own with its share of the cores; the results
    do not depend on it beyond rounding in TensorFlow's sums. options: see `start_gan_training`. Returns
    the runs in the order of the seeds. Raises the first error after all other repeats have ended.
    """
    workers = whole_number(workers, "workers", 1)
    seeds = [whole_number(seed, "seeds", 0) for seed in seeds]
    if len(set(seeds)) < len(seeds) or not seeds:
        raise InputError(f"seeds must be different whole numbers, found {seeds}.")
    if run_dir is None:
        raise InputError('give a folder for the trainings, run_dir="results/gan/p1", say.')
    run_dir = Path(run_dir)
    folders = [run_dir / f"seed-{seed}" for seed in seeds]
    if workers == 1:
        options |= {"model": model, "state": state}
        for seed, folder in zip(seeds, folders, strict=True):
            train_gan(sets, preset, seed, folder, progress=progress, **options)
    else:
        model, state = origin(sets, model, state)
        _side_by_side(sets, preset, seeds, folders, workers, progress, model, state, options)
    return [GanRun(folder) for folder in folders]


def _side_by_side(sets, preset, seeds, folders, workers, progress, model, state, options):
    """Every worker reads the same files, so that nothing travels by pickle but names and settings."""
    shared = folders[0].parent / "shared"
    name = f"sets-{fingerprint(sets)}.nc"
    if not (shared / name).is_file():
        save_parameter_sets(sets, shared / name)
        save_kinetic_model(model, shared / "model.json")
        save_steady_state(state, shared / "state.json")
    threads = max(1, available_cores() // workers)
    context = multiprocessing.get_context("spawn")
    errors = []
    with (
        reporting(len(seeds), "training", "repeats", progress) as advance,
        ProcessPoolExecutor(workers, context, _limit_threads, (threads,)) as pool,
    ):
        jobs = [
            pool.submit(_train, str(shared / name), preset, seed, str(folder), options)
            for seed, folder in zip(seeds, folders, strict=True)
        ]
        for job in as_completed(jobs):
            if job.exception() is not None:
                errors.append(job.exception())
            advance(1)
    if errors:
        raise errors[0]


def _limit_threads(threads: int) -> None:
    """A process' share of the cores, set before TensorFlow is loaded."""
    for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
        os.environ[name] = str(threads)


def _train(sets_path, preset, seed, folder, options):
    shared = Path(sets_path).parent
    sets = open_parameter_sets(sets_path).load()
    model = load_kinetic_model(shared / "model.json")
    state = load_steady_state(shared / "state.json")
    train_gan(sets, preset, seed, folder, progress=False, model=model, state=state, **options)
