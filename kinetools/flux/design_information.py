"""How much data that are not there yet would narrow the draws of a posterior: arrays in, arrays out.

Data are simulated at one of the draws, and all others are weighted with a part of the likelihood of these
data: the largest power τ of it that leaves enough effective draws. The rest, the power 1 − τ, is added as
if fluxes and masses were normal with the mean and covariance of the weighted draws. Where the data are weak
(τ = 1) this is importance reweighting, which is exact; where they are strong it is a linearisation in the
neighbourhood of the truth. Curved and bounded posteriors, which the posterior's covariance with the
Fisher information at a point describes badly, are so followed as far as the draws allow.

Source: Frei & Künsch 2013, Biometrika 100:781 (the same bridge, between filters).
"""

from typing import NamedTuple

import numpy as np

LEAST = (
    1e-3  # variance over that of the noise: a combination of masses that varies less tells nothing
)
AT_ONCE = 4_000_000  # weights that are held together
HALVINGS = 24  # of the interval in which the power τ is looked for


class Remaining(NamedTuple):
    """What would remain after data simulated at each truth."""

    sd: np.ndarray  # (truth, flux), standard deviation
    information: np.ndarray  # (truth,), nats
    power: np.ndarray  # (truth,), τ: 1 where nothing had to be linearised


def combinations(masses) -> np.ndarray:
    """Uncorrelated combinations (draw, combination) of masses (draw, value) in units of their σ.

    Noise of the masses stays independent noise of deviation 1; those that hardly vary are left out.
    """
    centred = masses - masses.mean(axis=0)
    size, ways = np.linalg.eigh(centred.T @ centred / len(centred))
    return centred @ ways[:, size > LEAST]


def remaining(masses, fluxes, truths, effective: float, seed) -> Remaining:
    """What remains of the spread of fluxes (draw, flux) after data on masses (draw, value; in σ).

    truths: positions of the draws at which data are simulated; effective: draws that weights must leave.
    """
    scores, fluxes = combinations(masses), fluxes - fluxes.mean(axis=0)
    sd = np.repeat(fluxes.std(axis=0)[None], len(truths), axis=0)
    result = Remaining(sd, np.zeros(len(truths)), np.ones(len(truths)))
    if not scores.shape[1]:
        return result
    noise = np.random.default_rng(seed).standard_normal((len(truths), scores.shape[1]))
    size = max(1, AT_ONCE // len(scores))
    for start in range(0, len(truths), size):
        part = np.arange(start, min(start + size, len(truths)))
        data = scores[truths[part]] + noise[part]
        logs = log_likelihoods(scores, data)
        own = logs[np.arange(len(part)), truths[part]].copy()
        for t, truth in enumerate(
            truths[part]
        ):  # it is not among what is left, and neither are its copies
            logs[t, (scores == scores[truth]).all(axis=1)] = -np.inf
        top = logs.max(axis=1)
        logs -= top[:, None]
        power = powers(logs, effective)
        for t, at in enumerate(part):
            weights = np.exp(power[t] * logs[t])
            kept = weights.sum()
            one = _update(scores, fluxes, data[t], weights / kept, power[t])
            result.sd[at], evidence = one
            evidence += np.log(kept / np.isfinite(logs[t]).sum()) + power[t] * top[t]
            result.information[at] = own[t] - evidence
            result.power[at] = power[t]
    return result


def log_likelihoods(scores, data) -> np.ndarray:
    """−½ Σ(data − scores)², (truth, draw)."""
    squares = (data**2).sum(axis=1)[:, None] + (scores**2).sum(axis=1)[None]
    return data @ scores.T - 0.5 * squares


def powers(logs, effective: float) -> np.ndarray:
    """Largest power (truth,), at most 1, of weights exp(logs) (truth, draw) that leaves enough draws."""
    low, high = np.zeros(len(logs)), np.ones(len(logs))
    enough = effective_draws(np.exp(logs)) >= effective
    low[enough] = 1.0
    for _ in range(HALVINGS if not enough.all() else 0):
        middle = (low + high) / 2
        good = effective_draws(np.exp(middle[:, None] * logs)) >= effective
        low, high = np.where(good, middle, low), np.where(good, high, middle)
    return np.maximum(low, 2.0**-HALVINGS)


def effective_draws(weights) -> np.ndarray:
    """(Σw)²/Σw² along the last axis."""
    return weights.sum(axis=-1) ** 2 / (weights**2).sum(axis=-1)


def _update(scores, fluxes, data, weights, power):
    """Standard deviations (flux,) with the rest of the data, and the logarithm of its evidence."""
    near = np.flatnonzero(weights > 1e-12 * weights.max())
    scores, fluxes, weights = scores[near], fluxes[near], weights[near]
    n = 1 / (weights @ weights)
    away = fluxes - weights @ fluxes
    variance = weights @ away**2
    rest, fitted, evidence = 1 - power, 0.0, 0.0
    if rest > 0:
        mean = weights @ scores
        apart = scores - mean
        weighted = apart * weights[:, None]
        spread, shared = weighted.T @ apart, weighted.T @ away
        total = spread + np.eye(len(spread)) / rest
        both = np.linalg.solve(total, np.column_stack([shared, spread, data - mean]))
        k = shared.shape[1]
        variance = variance - np.einsum("cf,cf->f", shared, both[:, :k])
        fitted = np.trace(both[:, k:-1])  # what a regression on so few draws explains by chance
        evidence = -0.5 * (
            np.linalg.slogdet(total)[1] + len(spread) * np.log(rest) + (data - mean) @ both[:, -1]
        )
    return np.sqrt(np.maximum(variance * n / max(n - 1 - fitted, 1.0), 0)), evidence
