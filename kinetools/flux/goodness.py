"""Does a posterior explain the measurements? Masses against predictions, and fragments left out."""

import numpy as np
from scipy.stats import chi2

from ..data import number
from ..errors import InputError
from .experiments import Experiment
from .flux_draws import FluxDraws
from .flux_model import checked_network
from .fragments import Fragment
from .labelling import LabellingSimulator
from .measurements import Measurements
from .sampling import sample_fluxes


def check_fit(idata, level: float = 0.95):
    """Every measured value beside what the posterior predicts: DataFrame, one row a value, worst first.

    Columns: measured, sigma, simulated (posterior mean, without noise), lower and upper (of what a repeated
    measurement would give), z ((measured − simulated)/σ), p (posterior-predictive, two-sided). attrs:
    chi_square_best and chi_square_mean, n_values, and p_value: the posterior-predictive probability of a χ²
    as large as the measured one (Gelman et al. 1996). Raises InputError for a posterior without
    measurements.
    """
    import pandas as pd

    level = number(level, "level", positive=True)
    for group in ("posterior_predictive", "observed_data"):
        if group not in idata:
            raise InputError(f"the posterior has no group {group}; take one of sample_fluxes.")
    predicted = idata.posterior_predictive
    measured, sigma = idata.observed_data.mass, idata.constant_data.sigma
    draws = predicted.mass.stack(sample=("chain", "draw")).transpose("sample", "value").values
    mean = predicted.simulated.mean(("chain", "draw")).values
    below = (draws < measured.values).mean(axis=0)
    table = pd.DataFrame(
        {
            "measured": measured.values,
            "sigma": sigma.values,
            "simulated": mean,
            "lower": np.quantile(draws, (1 - level) / 2, axis=0),
            "upper": np.quantile(draws, (1 + level) / 2, axis=0),
            "z": (measured.values - mean) / sigma.values,
            "p": 2 * np.minimum(below, 1 - below),
        },
        index=pd.Index(measured["value"].values, name="value"),
    )
    each = idata.log_likelihood.mass + np.log(sigma * np.sqrt(2 * np.pi))
    squares = -2 * each.sum("value").values
    table.attrs = {
        "chi_square_best": float(squares.min()),
        "chi_square_mean": float(squares.mean()),
        "n_values": len(table),
        "p_value": float(chi2.sf(squares, len(table)).mean()),
    }
    return table.reindex(table.z.abs().sort_values(ascending=False, kind="stable").index)


def predict_fragments(network, idata, tracer, fragments, n_draws: int = 500):
    """Mass distributions of any fragments at draws of a posterior: name → (draw, n + 1).

    tracer, fragments: as for LabellingSimulator, so that other tracers and fragments that were not
    measured can be looked at; n_draws: at most, evenly spread over all chains.
    """
    simulate = LabellingSimulator(network, tracer, fragments)
    return simulate(*posterior_fluxes(network, idata, n_draws))


def posterior_fluxes(network, idata, n_draws: int | None = None):
    """Forward and reverse fluxes (draw, reaction) of a posterior's draws, in the network's order.

    Raises InputError for what is no posterior or network, where the posterior lacks a reaction of the
    network, or holds net fluxes only.
    """
    checked_network(network)
    draws = [FluxDraws(idata)]
    if "exchange_flux" not in getattr(idata, "posterior", idata):
        raise InputError(
            f"the posterior of {network.id!r} holds net fluxes only, and labelling depends on exchange "
            "fluxes, too; sample it with sample_fluxes."
        )
    draws.append(FluxDraws(idata, "exchange"))
    missing = sorted(set(network.reactions) - set(draws[0].reactions))
    if missing:
        raise InputError(
            f"the posterior lacks reactions of {network.id!r}: {', '.join(missing[:5])}; give the network "
            "that it was sampled with."
        )
    values = []
    for found in draws:
        flat = found.values[..., [found.index(r) for r in network.reactions]]
        flat = flat.reshape(-1, len(network.reactions))
        if n_draws is not None and n_draws < len(flat):
            flat = flat[np.linspace(0, len(flat) - 1, n_draws).round().astype(int)]
        values.append(flat)
    net, exchange = values
    return np.maximum(net, 0) + exchange, np.maximum(-net, 0) + exchange


def cross_validate(network, measurements, fragments=None, **options):
    """Leave one fragment out, sample the fluxes without it, and predict it: DataFrame, one row a mass.

    fragments: names of those to leave out, one after the other (default: all); options: of
    `sample_fluxes`. Columns: fragment, mass, measured, sigma, simulated, lower, upper (95 %, of a repeated
    measurement), z, converged (whether the sampling without it has converged).
    """
    import pandas as pd

    rows = []
    run_dir = options.pop("run_dir", None)
    for experiment in measurements.experiments:
        names = [f.name for f in experiment.fragments]
        chosen = (
            names if fragments is None else [fragments] if isinstance(fragments, str) else fragments
        )
        unknown = set(chosen) - set(names)
        if unknown and len(measurements.experiments) == 1:
            raise InputError(
                f"{measurements.id} has no fragment {sorted(unknown)[0]!r}; there are {', '.join(names)}."
            )
        for name in (n for n in chosen if n in names):
            folder = None if run_dir is None else f"{run_dir}/without_{name}"
            rest = _without(measurements, experiment, name)
            idata = sample_fluxes(network, rest, run_dir=folder, **options)
            rows.append(
                _predicted(network, idata, experiment, name, idata.posterior.attrs["converged"])
            )
    return pd.concat(rows, ignore_index=True)


def _without(measurements, experiment, name) -> Measurements:
    if len(measurements.experiments) == 1:
        return measurements.without([name])
    from dataclasses import replace

    kept = [f for f in experiment.fragments if f.name != name]
    smaller = replace(
        experiment,
        fragments=tuple(kept),
        mids={f.name: experiment.mids[f.name] for f in kept},
        standard_deviations={f.name: experiment.standard_deviations[f.name] for f in kept},
    )
    others = [smaller if e is experiment else e for e in measurements.experiments]
    return replace(measurements, experiments=tuple(e for e in others if e.fragments))


def _predicted(network, idata, experiment: Experiment, name, converged):
    import pandas as pd

    fragment: Fragment = next(f for f in experiment.fragments if f.name == name)
    draws = predict_fragments(network, idata, experiment.tracer, [fragment])[name]
    sigma = np.asarray(experiment.standard_deviations[name], float)
    noise = np.random.default_rng(0).standard_normal(draws.shape)
    repeated = draws + sigma * noise
    measured = np.asarray(experiment.mids[name], float)
    return pd.DataFrame(
        {
            "fragment": name,
            "mass": np.arange(len(measured)),
            "measured": measured,
            "sigma": sigma,
            "simulated": draws.mean(axis=0),
            "lower": np.quantile(repeated, 0.025, axis=0),
            "upper": np.quantile(repeated, 0.975, axis=0),
            "z": (measured - draws.mean(axis=0)) / np.hypot(sigma, draws.std(axis=0)),
            "converged": bool(converged),
        }
    )
