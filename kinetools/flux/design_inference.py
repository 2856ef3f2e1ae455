"""What an experiment would leave open, inferred anew from its simulated data and all that is known."""

from dataclasses import dataclass, replace

import numpy as np

from .design_information import effective_draws
from .experiments import Experiment
from .intervals import credible_intervals
from .likelihood import LabellingLikelihood
from .sampling import sample_fluxes

ENOUGH = 200  # effective draws that weights must leave, or else fluxes are sampled
RESAMPLED = 4000  # points of a weighted distribution


@dataclass(frozen=True, eq=False)
class SimulatedExperiment(Experiment):
    """An experiment whose masses may lie below zero, as normal noise makes them."""

    def __post_init__(self):
        pass


@dataclass(frozen=True)
class Inference:
    """Intervals (flux,) after one simulated data set, and how they were found."""

    lower: np.ndarray
    upper: np.ndarray
    how: str  # "reweighted" or "sampled"
    effective: float  # draws
    verdict: str = ""
    converged: bool = True


def simulated_data(planned, candidate, forward, reverse, seed) -> list[np.ndarray]:
    """Masses (value,) of each experiment of a candidate at fluxes (reaction,), with noise.

    The noise of a fragment sums to zero: what is taken away for that changes no likelihood ratio, as
    simulated masses always sum to one.
    """
    result = []
    for k, experiment in enumerate(planned.candidates[candidate]):
        masses = planned.simulator(experiment).flat(forward, reverse)
        rng = np.random.default_rng([*seed, k])
        noise = np.asarray(experiment.sigma) * rng.standard_normal(len(masses))
        for part in parts(experiment):
            noise[part] -= noise[part].mean()
        result.append(masses + noise)
    return result


def parts(experiment) -> list[slice]:
    """Where the masses of each fragment stand."""
    ends = np.cumsum([len(f.atoms) + 1 for f in experiment.fragments])
    return [slice(e - len(f.atoms) - 1, e) for e, f in zip(ends, experiment.fragments)]


def reweighted(masses, data, fluxes, truth: int, level, interval) -> Inference:
    """From draws of today, weighted with the likelihood of the data; the truth is left out.

    masses: (draw, value) and data: (value,), in units of σ; fluxes: (draw, flux).
    """
    logs = -0.5 * ((masses - data) ** 2).sum(axis=1)
    logs[(fluxes == fluxes[truth]).all(axis=1)] = -np.inf
    weights = np.exp(logs - logs.max())
    ordered = weighted_order(fluxes, weights / weights.sum())
    lower, upper = credible_intervals(ordered, level, interval)
    return Inference(lower, upper, "reweighted", float(effective_draws(weights)))


def weighted_order(fluxes, weights) -> np.ndarray:
    """(flux, point) in rising order: what weights (draw,) make of fluxes (draw, flux)."""
    places = (np.arange(RESAMPLED) + 0.5) / RESAMPLED
    result = np.empty((fluxes.shape[1], RESAMPLED))
    for k, values in enumerate(fluxes.T):
        order = np.argsort(values, kind="stable")
        at = np.searchsorted(np.cumsum(weights[order]), places)
        result[k] = values[order[np.minimum(at, len(order) - 1)]]
    return result


def sampled(network, joint, reactions, level, interval, options) -> Inference:
    """From a posterior that is sampled with measured and simulated data together."""
    idata = sample_fluxes(network, joint, sigma="each", **options)
    draws = idata.posterior.net_flux.sel(reaction=list(reactions)).values
    ordered = np.sort(draws.reshape(-1, len(reactions)).T, axis=1)
    lower, upper = credible_intervals(ordered, level, interval)
    attrs = idata.posterior.attrs
    return Inference(
        lower, upper, "sampled", attrs["min_ess"], attrs["verdict"], bool(attrs["converged"])
    )


def joint_measurements(network, measurements, sigma, experiments, data, measured=True):
    """Measurements of today and simulated ones, each mass with the deviation that it counts with.

    sigma: that of the posterior of today; experiments: planned ones, data: (value,) of each; measured:
    whether those of today count (not where the draws are from the prior).
    """
    kept = []
    if measured:
        likelihood = LabellingLikelihood(network, measurements, sigma)
        start = 0
        for experiment in measurements.experiments:
            deviations = {}
            for fragment in experiment.fragments:
                end = start + len(experiment.mids[fragment.name])
                deviations[fragment.name] = likelihood.sigma[start:end]
                start = end
            kept.append(replace(experiment, standard_deviations=deviations))
    for k, (experiment, values) in enumerate(zip(experiments, data)):
        names = [f.name for f in experiment.fragments]
        sigmas = np.asarray(experiment.sigma)
        kept.append(
            SimulatedExperiment(
                f"planned {k + 1}",
                experiment.tracer,
                experiment.fragments,
                {name: values[part] for name, part in zip(names, parts(experiment))},
                {name: sigmas[part] for name, part in zip(names, parts(experiment))},
            )
        )
    return replace(measurements, id=f"planned_{measurements.id}", experiments=tuple(kept))
