"""Chains of tempered reflective HMC: warm-up, the ladder of temperatures, and sampling in blocks.

Every chain carries one point at each of K temperatures, from the posterior (β = 1) to the prior (β = 0),
and points move up and down the ladder, so that a chain leaves a mode by way of the prior. Trajectories are
preconditioned with (I + β·Fisher information)⁻¹ in coordinates in which the prior's covariance is I, which
unlike a covariance of samples does not depend on where chains happen to be stuck.

Sources: Syed et al. 2022, J. R. Stat. Soc. B 84:321 (ladder, round trips); Friel et al. 2014, Stat. Comput.
24:709 (evidence).
"""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from ..run import one_blas_thread
from .exchange import fill_log_room
from .log_density import N_LANES, LogDensity, fill_log_density, log_density, scratch
from .modes import find_modes, one_mode, preserving_weights
from .reflective_hmc import Ladder, Modes, facets, metric, mode_of, sweep
from .tempering_sums import Sums, new_record

TEMPERATURES = 2 * N_LANES  # always a multiple of N_LANES
MOST_TEMPERATURES = 6 * N_LANES
COLDEST_START = 1e-6  # smallest β but 0 of the first ladder
MELTED = 0.002  # what β is multiplied with when chains start from the prior
ANNEALING = 12  # rounds until it is 1
ANNEALING_SWEEPS = 40
TUNING = (100, 160, 256, 410, 655, 1049)  # sweeps between changes of the ladder
SETTLING = 600  # sweeps for step sizes at the end, and to see which modes there are
BETWEEN = 4  # sweeps between two looks at the modes
CONFINED = (200, 400, 800)  # sweeps within the modes; the last ones weigh them
SPREADING = 2000  # sweeps from mode to mode before draws count
STEPS = 20  # leapfrog steps in a trajectory, at most
ACCEPTANCE = 0.8
REJECTION = 0.55  # of exchanges between neighbours; above, the ladder gets more temperatures
FORGETTING = 0.5  # weight of what the Fisher information was before


@dataclass
class Blocks:
    """What a number of sweeps gave: draws at β = 1 of all chains."""

    x: np.ndarray  # (chain, draw, dimension)
    value: np.ndarray  # (chain, draw)
    replica: np.ndarray  # (chain, draw)
    mode: np.ndarray  # (chain, draw)


@dataclass
class TemperedChains:
    """Chains on one posterior. space: FluxSpace in `prior_coordinates`; prior: draws from it (draw,
    dimension); starts: (chain, dimension), nan for chains that start from the prior."""

    space: object
    likelihood: object
    prior: np.ndarray
    starts: np.ndarray
    seed: int
    workers: int
    betas: np.ndarray = field(init=False)

    def __post_init__(self):
        self._density: LogDensity = log_density(self.space, self.likelihood)
        self._spaces = [scratch(self._density) for _ in self.starts]
        self._facets = facets(self.space.A, self.space.b)
        self._rngs = [np.random.default_rng([self.seed, c]) for c in range(len(self.starts))]
        self._from_prior = np.isnan(self.starts).any(axis=1)
        self.sweeps = 0
        self._seen = np.empty((0, self.space.dimension))  # at β = 1, while modes were looked for
        self._fisher = self._metric = None
        self._set_ladder(_first_ladder(TEMPERATURES))
        self._ladders = [self._first_points(c) for c in range(len(self.starts))]
        self._sums = Sums.empty(len(self.betas), len(self._modes.offsets))

    @property
    def n_chains(self) -> int:
        """Number of chains."""
        return len(self.starts)

    def warm_up(self, stage: int):
        """One of the `WARM_UP` stages before the draws that count; all have to be taken, in order."""
        if stage < WARM_UP - 1:
            self._learn()
        if stage < ANNEALING:
            scale = np.geomspace(MELTED, 1.0, ANNEALING)[stage]
            self._run(ANNEALING_SWEEPS, rate=0.1, scale=np.where(self._from_prior, scale, 1.0))
        elif stage < ANNEALING + len(TUNING):
            self._retune(self._run(TUNING[stage - ANNEALING], rate=0.05))
        elif stage < WARM_UP - 1:
            self._find_modes()
        else:
            if len(self._modes.offsets) > 1:
                self._weigh_modes()
            self._start_counting()

    def _start_counting(self):
        for ladder in self._ladders:
            ladder.counts[0] = 0
            ladder.direction[:] = 0
        self._sums = Sums.empty(len(self.betas), len(self._modes.offsets))
        self.sweeps = 0

    def sample(self, n_sweeps: int, thinning: int) -> Blocks:
        """The next sweeps; every thinning-th point at β = 1."""
        records = self._run(n_sweeps, thinning=thinning)
        self._sums.add(records, n_sweeps)
        return Blocks(*(np.stack([getattr(r, k) for r in records]) for k in Blocks.__annotations__))

    def round_trips(self) -> np.ndarray:
        """How often points have come from the posterior back to it by way of the prior, (chain,)."""
        return np.array([int(ladder.counts[0]) for ladder in self._ladders])

    def statistics(self) -> dict:
        """Acceptance by temperature, exchange rejections, barrier and log evidence."""
        rejected = self._sums.rejections()
        return {
            "beta": self.betas,
            "acceptance": self._sums.accepted / self._sums.sweeps,
            "exchange_rejection": rejected,
            "barrier": float(rejected.sum()),
            "mean_log_likelihood": self._sums.moments(self._modes.weights)[0],
            "log_evidence": float(-self._evidence(self._sums, self._modes.weights)[-1]),
        }

    def _evidence(self, sums, weights) -> np.ndarray:
        """ln of the integral of L^β over that of L, at each temperature."""
        mean, variance = sums.moments(weights)
        widths = -np.diff(self.betas)
        # Trapezoid in β, corrected by the slope of the mean, which is the variance.
        pieces = widths * (mean[:-1] + mean[1:]) / 2
        pieces -= widths**2 * (variance[:-1] - variance[1:]) / 12
        return -np.concatenate([[0.0], np.cumsum(pieces)])

    def state(self) -> dict:
        """Every number that sampling goes on from, as arrays."""
        arrays = {"betas": self.betas, "fisher": self._fisher, "sweeps": np.array(self.sweeps)}
        arrays["seen"] = self._seen
        for name in Ladder._fields:
            arrays[f"ladder {name}"] = np.stack([getattr(c, name) for c in self._ladders])
        for name in Modes._fields:
            arrays[f"modes {name}"] = getattr(self._modes, name)
        for name, value in vars(self._sums).items():
            arrays[f"sums {name}"] = np.asarray(value)
        states = [rng.bit_generator.state for rng in self._rngs]
        arrays["random numbers"] = np.array(json.dumps(states))
        return arrays

    def restore(self, arrays: dict) -> None:
        """Go on from a state."""
        self._set_ladder(arrays["betas"])
        self._fisher, self.sweeps = arrays["fisher"], int(arrays["sweeps"])
        self._seen = arrays["seen"]
        self._ladders = [
            Ladder(*(np.array(arrays[f"ladder {name}"][c]) for name in Ladder._fields))
            for c in range(self.n_chains)
        ]
        self._modes = Modes(*(np.array(arrays[f"modes {name}"]) for name in Modes._fields))
        self._sums = Sums(*(np.array(arrays[f"sums {n}"]) for n in Sums.__annotations__))
        for rng, state in zip(self._rngs, json.loads(str(arrays["random numbers"])), strict=True):
            rng.bit_generator.state = state
        self._metric = None

    def _set_ladder(self, betas):
        self.betas, self._metric = betas, None
        self._modes = one_mode(len(betas), self.space.dimension)

    def _find_modes(self):
        """Modes of what the chains see at β = 1."""
        seen = []
        for _ in range(SETTLING // BETWEEN):
            self._run(BETWEEN, rate=0.02)
            seen += [ladder.x[0].copy() for ladder in self._ladders]
        # To be weighed, each needs a chain that is confined to it.
        self._seen = np.array(seen)
        self._modes = find_modes(self._seen, len(self.betas), self.n_chains)
        for ladder in self._ladders:
            for k, x in enumerate(ladder.x):
                ladder.mode[k] = mode_of(self._modes, x)

    def _weigh_modes(self):
        """Weights that keep each mode as populated at every temperature as it is at β = 1.

        Every chain is confined to one of them for a while. All start from what has been seen of it.
        """
        n_modes, seen = len(self._modes.offsets), self._seen
        rows = np.array([mode_of(self._modes, x) for x in seen])
        for chain, ladder in enumerate(self._ladders):
            ladder.mode[:] = chain % n_modes
            known = seen[rows == chain % n_modes]
            ladder.x[:] = known[self._rngs[chain].integers(0, len(known), len(ladder.x))]
            self._evaluate(ladder, chain)
        for n in CONFINED:
            self._learn()
            records = self._run(n, rate=0.02, confined=True)
        curves = np.zeros((len(self.betas), n_modes))
        for mode in range(n_modes):
            sums = Sums.empty(len(self.betas), n_modes)
            sums.add(records[mode::n_modes], CONFINED[-1])
            curves[:, mode] = self._evidence(sums, np.zeros(curves.shape))
        self._modes.weights[:] = preserving_weights(curves)
        self._learn()
        self._run(SPREADING, rate=0.02)

    def _first_points(self, chain) -> Ladder:
        k, dimension = len(self.betas), self.space.dimension
        if self._from_prior[chain]:
            x = self.prior[self._rngs[chain].integers(0, len(self.prior), k)].copy()
        else:
            x = np.repeat(self.starts[chain][None], k, axis=0)
        ladder = Ladder(
            x,
            np.empty(k),
            np.empty((k, dimension)),
            np.empty(k),
            np.empty((k, dimension)),
            np.zeros(k, np.int64),
            np.arange(k),
            np.zeros(k, np.int64),
            np.full(k, 0.2),
            np.zeros(1, np.int64),
        )
        self._evaluate(ladder, chain)
        return ladder

    def _evaluate(self, ladder, chain):
        """Log-likelihoods and gradients of a ladder's points."""
        spaces = self._spaces[chain]
        fill_log_density(self._density, spaces, ladder.x, ladder.value, ladder.gradient)
        fill_log_room(self._density.room, ladder.x, ladder.prior, ladder.prior_gradient)

    def _learn(self):
        """Fisher information at each temperature from where the chains are now."""
        # One temperature at a time: all sensitivities of a large network would fill the memory.
        now = np.stack([self._information(k) for k in range(len(self.betas))])
        if self._fisher is not None and len(self._fisher) == len(now):
            now = FORGETTING * self._fisher + (1 - FORGETTING) * now
        self._fisher, self._metric = now, None

    def _information(self, k):
        """Mean Fisher information of the chains' points at a temperature, (dimension, dimension)."""
        x = np.stack([ladder.x[k] for ladder in self._ladders])
        by_flux = self.likelihood.sensitivities(*self.space.to_fluxes(x))
        half = by_flux.shape[-1] // 2
        jacobian = self.space.gradient(x[:, None, :], by_flux[..., :half], by_flux[..., half:])
        return (np.swapaxes(jacobian, -1, -2) @ jacobian).mean(axis=0)

    def _metrics(self, scale):
        """Metric of the ladder with all β multiplied by `scale`."""
        return metric(self.space.A, self._fisher, self.betas * scale)

    def _run(self, n_sweeps, *, thinning=1, rate=0.0, scale=None, confined=False):
        """The same number of sweeps in every chain, in threads; their records."""
        if scale is None:
            if self._metric is None:
                self._metric = self._metrics(1.0)
            plans = [(self._metric, self.betas)] * self.n_chains
        else:
            known = {s: (self._metrics(s), self.betas * s) for s in set(scale.tolist())}
            plans = [known[s] for s in scale.tolist()]
        kept = n_sweeps // thinning if rate == 0 else 0
        shape = self._modes.weights.shape
        records = [new_record(kept, self.space.dimension, shape) for _ in plans]

        def run(chain):
            its_metric, betas = plans[chain]
            sweep(
                self._density,
                self._spaces[chain],
                self._facets,
                its_metric,
                self._modes,
                betas,
                self._ladders[chain],
                self._rngs[chain],
                n_sweeps,
                thinning,
                STEPS,
                self.sweeps,
                records[chain],
                rate,
                ACCEPTANCE,
                confined,
            )

        with one_blas_thread(), ThreadPoolExecutor(self.workers) as pool:
            list(pool.map(run, range(self.n_chains)))
        self.sweeps += n_sweeps
        return records

    def _retune(self, records):
        """Temperatures between which exchanges fail equally often; more of them if too often."""
        sums = Sums.empty(len(self.betas), len(self._modes.offsets))
        sums.add(records, 1)
        rejected = sums.rejections()
        barrier = np.concatenate([[0.0], np.cumsum(np.maximum(rejected, 1e-3))])
        k = len(self.betas)
        if barrier[-1] / (k - 1) > REJECTION and k < MOST_TEMPERATURES:
            k += N_LANES
        levels = np.linspace(0, barrier[-1], k)
        betas = np.interp(levels, barrier, self.betas)
        betas[0], betas[-1] = 1.0, 0.0
        if k > len(self.betas):
            nearest = np.abs(barrier[None, :] - levels[:, None]).argmin(axis=1)
            self._ladders = [_refined(ladder, nearest) for ladder in self._ladders]
            self._fisher = self._fisher[nearest]
        self._set_ladder(betas)


WARM_UP = ANNEALING + len(TUNING) + 2  # stages of `warm_up`


def _first_ladder(k):
    return np.concatenate([np.geomspace(1.0, COLDEST_START, k - 1), [0.0]])


def _refined(ladder: Ladder, nearest) -> Ladder:
    """The same points on a ladder with more steps."""
    k = len(nearest)
    return Ladder(
        ladder.x[nearest].copy(),
        ladder.value[nearest].copy(),
        ladder.gradient[nearest].copy(),
        ladder.prior[nearest].copy(),
        ladder.prior_gradient[nearest].copy(),
        ladder.mode[nearest].copy(),
        np.arange(k),
        np.zeros(k, np.int64),
        ladder.step_size[nearest].copy(),
        ladder.counts,
    )
