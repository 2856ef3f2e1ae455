"""R-hat and effective sample size of many quantities at once, in arrays; the values are ArviZ's.

Rank-normalised split R-hat and bulk effective sample size of Vehtari et al. 2021, Bayesian Analysis 16:667.
ArviZ takes the quantities one by one, which is too slow to look at hundreds of them while a run goes on.
"""

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft
from scipy.special import ndtri
from scipy.stats import rankdata

CONSTANT = 1e-9  # over the size of a quantity: a smaller spread is rounding
FROZEN = 1e-20  # variance within chains over that between them: a smaller one is rounding
AT_ONCE = 4_000_000  # numbers that are transformed together, to bound memory


def r_hat(values) -> np.ndarray:
    """Rank-normalised split R-hat (quantity,) of values (chain, draw, quantity).

    The larger of that of the values and that of their distance from the median. NaN where all values are
    the same or there are fewer than four draws, inf where no chain moves and they are in different places.
    """
    return by_parts(_r_hat, values)


def ess_bulk(values) -> np.ndarray:
    """Bulk effective sample size (quantity,) of values (chain, draw, quantity); NaN as in `r_hat`."""
    return by_parts(_ess_bulk, values)


def classical_r_hat(values) -> np.ndarray:
    """R-hat (quantity,) of Gelman and Rubin 1992, of whole chains: values (chain, draw, quantity).

    NaN where all values are the same, and for a single chain.
    """
    values = np.asarray(values, float)
    return np.where(constant(values) | (len(values) < 2), np.nan, ratio(values))


def by_parts(function, values) -> np.ndarray:
    """`function` of some quantities after the others, and NaN for those that are constant."""
    values = np.asarray(values, float)
    chains, draws, quantities = values.shape
    result = np.full(quantities, np.nan)
    if draws < 4:
        return result
    vary = np.flatnonzero(~constant(values))
    size = max(1, AT_ONCE // (chains * draws))
    for start in range(0, len(vary), size):
        part = vary[start : start + size]
        result[part] = function(split(values[:, :, part]))
    return result


def constant(values) -> np.ndarray:
    """Which quantities (quantity,) are the same in every chain and draw, up to rounding."""
    low, high = values.min(axis=(0, 1)), values.max(axis=(0, 1))
    return high - low <= CONSTANT * np.maximum(1, np.maximum(np.abs(low), np.abs(high)))


def split(values) -> np.ndarray:
    """Halves of chains as chains of their own; the middle one of an odd number of draws is left out."""
    half = values.shape[1] // 2
    return np.concatenate([values[:, :half], values[:, -half:]])


def normal_scores(values) -> np.ndarray:
    """Values replaced by the normal quantiles of their ranks among all chains and draws."""
    flat = values.reshape(-1, values.shape[2])
    return ndtri((rankdata(flat, axis=0) - 0.375) / (len(flat) + 0.25)).reshape(values.shape)


def folded(values) -> np.ndarray:
    """Distances from the median of all chains and draws."""
    return np.abs(values - np.median(values, axis=(0, 1)))


def ratio(values) -> np.ndarray:
    """Square root of total variance over variance within chains, (quantity,)."""
    draws = values.shape[1]
    within = values.var(axis=1, ddof=1).mean(axis=0)
    between = values.mean(axis=1).var(axis=0, ddof=1) if len(values) > 1 else 0.0
    still = (between > 0) & (within <= FROZEN * between)
    return np.where(
        still, np.inf, np.sqrt((draws - 1) / draws + between / np.where(within > 0, within, 1.0))
    )


def _r_hat(values):
    return np.maximum(ratio(normal_scores(values)), ratio(normal_scores(folded(values))))


def _ess_bulk(values):
    return effective(normal_scores(values))


def effective(values) -> np.ndarray:
    """Effective sample size (quantity,) of the mean, by Geyer's initial monotone sequence."""
    chains, draws, _ = values.shape
    centred = values - values.mean(axis=1, keepdims=True)
    length = next_fast_len(2 * draws, real=True)
    spectrum = rfft(centred, length, axis=1)
    covariance = irfft(np.abs(spectrum) ** 2, length, axis=1)[:, :draws].mean(axis=0) / draws
    within = covariance[0] * draws / (draws - 1)
    total = covariance[0] + (values.mean(axis=1).var(axis=0, ddof=1) if chains > 1 else 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        correlation = 1 - (within - covariance) / total
    correlation[0] = 1.0
    pairs = max(1, (draws - 1) // 2)
    even, odd = correlation[0 : 2 * pairs : 2], correlation[1 : 2 * pairs : 2]
    together = even + odd
    negative = together < 0
    last = np.where(negative.any(axis=0), negative.argmax(axis=0), pairs - 1)
    counted = np.arange(pairs)[:, None] < last
    falling = np.minimum.accumulate(together, axis=0)
    rest = np.maximum(0, np.take_along_axis(even, last[None], axis=0)[0])
    time = -1 + 2 * (falling * counted).sum(axis=0) + rest
    return chains * draws / np.maximum(time, 1 / np.log10(chains * draws))
