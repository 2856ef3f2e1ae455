"""Measurements that were never made: what an experiment would give if the fluxes were known."""

from dataclasses import replace

import numpy as np

from ..data import whole_number
from .experiments import Experiment
from .labelling import LabellingSimulator
from .tracer import Tracer


def simulate_measurements(network, measurements, forward, reverse, tracer=None, seed=None):
    """Measurements like the given ones, with masses that were simulated at known fluxes.

    forward, reverse: (reaction,) in mmol/gDW/h, in the network's order; tracer: fed instead of the one
    that was (of every experiment; `Tracer` or a dict); seed: of normal noise with each value's standard
    deviation, after which values below 0 become 0 and distributions sum to 1; without it there is none.
    Fragments, standard deviations, bounds and flux measurements stay. Raises InputError for a tracer
    that the network cannot take up.
    """
    rng = None if seed is None else np.random.default_rng(whole_number(seed, "seed", 0))
    experiments = [
        _simulated(network, experiment, forward, reverse, tracer, rng)
        for experiment in measurements.experiments
    ]
    return replace(
        measurements,
        id=f"simulated_{measurements.id}",
        name=f"simulated, like {measurements.name}",
        source=("simulated with kinetools", *measurements.source),
        experiments=tuple(experiments),
    )


def _simulated(network, experiment, forward, reverse, tracer, rng):
    fed = experiment.tracer
    if tracer is not None:
        given = Tracer.of(tracer)
        known = {m: fed.aliases[m] for m in given.mixtures if m in fed.aliases}
        fed = Tracer(given.mixtures, known | given.aliases)
    masses = LabellingSimulator(network, fed, experiment.fragments)(
        np.asarray(forward, float), np.asarray(reverse, float)
    )
    if rng is not None:
        masses = {
            name: _noisy(values, experiment.standard_deviations[name], rng)
            for name, values in masses.items()
        }
    return Experiment(
        experiment.name, fed, experiment.fragments, masses, experiment.standard_deviations
    )


def _noisy(values, deviations, rng):
    noisy = np.maximum(values + deviations * rng.standard_normal(len(values)), 0)
    return noisy / noisy.sum()
