"""AcMet: artificial-centring Metropolis sampling of a flux posterior, the published algorithm 1.

Source: Backman et al. 2023, PLoS Comput. Biol. 19:e1011111 (BayFlux), Algorithm 1. It is the reference:
steps along the whole chord know nothing of the width of the likelihood, so it mixes slowly.
"""

from dataclasses import dataclass, field

import numpy as np

from ..data import whole_number
from ..errors import InputError
from ..run import reporting
from .acmet_kernels import centring_walk, judge, propose

MOST_DRAWS = 100_000  # kept of each chain, as published
BLOCK = 512  # steps with the same foresight; a run that pauses after a block goes on to the bit
FARTHEST = 64  # steps thought ahead at most


@dataclass(frozen=True, eq=False)
class AcmetDraws:
    """What AcMet kept: x (chain, draw, dimension) and log_likelihood (chain, draw).

    accepted: (chain,), share of the steps since warm-up that were accepted; thinning: steps from draw to
    draw; state: arrays from which `continue_acmet` goes on.
    """

    x: np.ndarray = field(repr=False)
    log_likelihood: np.ndarray = field(repr=False)
    accepted: np.ndarray
    thinning: int
    state: dict[str, np.ndarray] = field(repr=False)


def acmet(
    space,
    log_likelihood,
    *,
    steps: int,
    warm_up: int,
    chains: int = 4,
    thinning: int | None = None,
    seed=None,
    progress=False,
) -> AcmetDraws:
    """Draws of a flux posterior by the published algorithm 1.

    space: FluxSpace, with a uniform prior; log_likelihood: called with forward and reverse (n, reaction),
    mmol/gDW/h, gives (n,); steps: of each chain after warm-up; warm_up: q, steps that are all accepted
    and from which the centre is found; thinning: keep each so manieth step (default: so that no more than
    100 000 are kept); seed: int or `numpy.random.Generator`.
    Raises InputError for numbers that make no sense and for a likelihood that is not a number.
    """
    state = start_acmet(space, warm_up=warm_up, chains=chains, seed=seed)
    return continue_acmet(
        space, log_likelihood, state, steps=steps, thinning=thinning, progress=progress
    )


def start_acmet(space, *, warm_up: int, chains: int = 4, seed=None) -> dict[str, np.ndarray]:
    """The state of AcMet after warm-up: edge points, and each chain's centre and position.

    Lines 1 to 13 of Algorithm 1 for k < q, where every candidate is accepted and the centre moves.
    """
    warm_up, chains = whole_number(warm_up, "warm_up", 1), whole_number(chains, "chains", 1)
    edges = space.edge_points()
    start = edges.mean(axis=0)
    x, center = np.tile(start, (chains, 1)), np.tile(start, (chains, 1))
    generators = np.random.default_rng(seed).spawn(chains)
    rows = edges @ space.A.T
    for chain, rng in enumerate(generators):
        centring_walk(space.A, space.b, edges, rows, x[chain], center[chain], warm_up, rng)
    return {
        "steps": np.array(0),
        "edge_points": edges,
        "center": center,
        "x": x,
        "log_likelihood": np.full(chains, np.nan),
        "accepted": np.zeros(chains, np.int64),
        "generators": np.array([generator_words(rng) for rng in generators]),
    }


def continue_acmet(
    space, log_likelihood, state, *, steps: int, thinning: int | None = None, progress=False
) -> AcmetDraws:
    """More steps of AcMet from a state, which is left as it is; draws as if the run had not paused.

    Lines 4 to 13 of Algorithm 1 for k >= q: Metropolis, with the centre fixed.
    Steps are judged several at a time, all from the same point, and those after the first that is
    accepted are forgotten, which gives the chain of single steps. Draws are the same to the bit where a
    run pauses after a multiple of 512 steps; elsewhere log-likelihoods may differ in their last digits.
    """
    steps = whole_number(steps, "steps", 1)
    done = int(state["steps"])
    if thinning is None:
        thinning = -(-(done + steps) // MOST_DRAWS)
    thinning = whole_number(thinning, "thinning", 1)
    draws = (done + steps) // thinning - done // thinning
    if draws > MOST_DRAWS:
        raise InputError(
            f"{steps} steps with thinning {thinning} would keep {draws} draws of each chain; give a "
            f"thinning of at least {-(-steps // MOST_DRAWS)}, which keeps {MOST_DRAWS} at most."
        )
    x, current = state["x"].copy(), state["log_likelihood"].copy()
    accepted = state["accepted"].copy()
    generators = [generator_from(words) for words in state["generators"]]
    chains, dimension = x.shape
    if np.isnan(current).any():
        current = evaluate(space, log_likelihood, x)
        if not np.isfinite(current).all():
            raise InputError(
                f"log_likelihood gives {current[~np.isfinite(current)][0]} where a chain starts; it must "
                "give a finite number at every point of the flux space."
            )
    directions = state["edge_points"][None] - state["center"][:, None]
    approach = directions @ space.A.T  # how fast each facet comes nearer
    kept = np.empty((chains, draws, dimension))
    kept_log = np.empty((chains, draws))
    n_kept = np.zeros(chains, np.int64)
    with reporting(steps, "AcMet", "steps", progress) as advance:
        start = done
        while start < done + steps:
            size = min(BLOCK - start % BLOCK, done + steps - start)
            ahead = min(FARTHEST, 1 + chains * start // (2 * accepted.sum() + 1))
            uniform = np.stack([rng.random((size, 3)) for rng in generators])
            position = np.zeros(chains, np.int64)
            while position.min() < size:
                slack = space.b - x @ space.A.T
                candidates, chain_of = propose(
                    x, slack, directions, approach, uniform, position, ahead
                )
                values = evaluate(space, log_likelihood, candidates)
                judge(
                    x, current, accepted, candidates, values, chain_of, uniform, position,
                    start, thinning, kept, kept_log, n_kept,
                )  # fmt: skip
            start += size
            advance(size)
    return AcmetDraws(
        x=kept,
        log_likelihood=kept_log,
        accepted=accepted / (done + steps),
        thinning=thinning,
        state={
            **state,
            "steps": np.array(done + steps),
            "x": x,
            "log_likelihood": current,
            "accepted": accepted,
            "generators": np.array([generator_words(rng) for rng in generators]),
        },
    )


def evaluate(space, log_likelihood, x) -> np.ndarray:
    """Log-likelihoods (n,) of points x (n, dimension)."""
    values = np.asarray(log_likelihood(*space.to_fluxes(x)), float)
    if values.shape != (len(x),) or np.isnan(values).any():
        raise InputError(
            f"log_likelihood must give one number, not NaN, for each of {len(x)} flux vectors; it gave an "
            f"array of shape {values.shape} with {np.isnan(values).sum()} NaN."
        )
    return values


def generator_words(rng) -> np.ndarray:
    """State of a PCG64 generator as four words of 64 bits."""
    numbers = rng.bit_generator.state["state"]
    words = [(numbers[key] >> shift) % 2**64 for key in ("state", "inc") for shift in (0, 64)]
    return np.array(words, np.uint64)


def generator_from(words) -> np.random.Generator:
    """The generator whose state `generator_words` wrote down."""
    low, high, inc_low, inc_high = (int(word) for word in words)
    bits = np.random.PCG64()
    bits.state = {
        "bit_generator": "PCG64",
        "state": {"state": low + (high << 64), "inc": inc_low + (inc_high << 64)},
        "has_uint32": 0,
        "uinteger": 0,
    }
    return np.random.Generator(bits)
