"""The two samplers behind one interface: warm up, sample so many steps, keep and restore their state.

Each has `starts` (for each chain, what it started from), `n_warm_up` and `warm_up(stage)` for each stage
from 0 to there, `sample(steps, thinning)` → named arrays (chain, draw, …) with x and value, `state()`,
`restore(arrays)`, `report()` → figures about the run, and `objection()`: why a run must not be called
converged, or None.
"""

import numpy as np

from .acmet import continue_acmet, start_acmet
from .optimum import maximise
from .tempering import WARM_UP, TemperedChains

OPTIMA, PRIOR, EDGES = "optima", "prior", "the mean of the edge points"
FEWEST_TRIPS = 5  # of each chain, from the posterior to the prior and back
N_OPTIMA = 16  # starts of the search for optima


class Tempered:
    """Tempered reflective HMC; every second chain starts from an optimum, the others from the prior."""

    step = "sweeps"

    def __init__(self, space, likelihood, prior, chains, seed, workers, flat=False):
        starts = np.full((chains, space.dimension), np.nan)
        self.starts = [PRIOR] * chains
        self.optima = np.empty((0, space.dimension)), np.empty(0)
        if not flat:
            x, value = maximise(space, likelihood, prior[:N_OPTIMA])
            order = np.argsort(-value, kind="stable")
            self.optima = x[order], value[order]
            different = _distinct(*self.optima)
            for number, chain in enumerate(range(0, chains, 2)):
                starts[chain] = different[number % len(different)]
                self.starts[chain] = OPTIMA
        self.chains = TemperedChains(space, likelihood, prior, starts, seed, workers)
        self.n_warm_up, self._flat = WARM_UP, flat

    def warm_up(self, stage):
        self.chains.warm_up(stage)

    def sample(self, steps, thinning):
        blocks = self.chains.sample(steps, thinning)
        return {
            "x": blocks.x,
            "value": blocks.value,
            "replica": blocks.replica,
            "mode": blocks.mode,
        }

    def state(self):
        return self.chains.state()

    def restore(self, arrays):
        self.chains.restore(arrays)

    def report(self):
        trips = self.chains.round_trips()
        return self.chains.statistics() | {"round_trips": trips}

    def objection(self):
        fewest = int(self.chains.round_trips().min())
        if self._flat or fewest >= FEWEST_TRIPS:
            return None
        return (
            f"a chain has come back from the prior only {fewest} times, so that other modes may have been "
            "missed; sample for longer"
        )


class Acmet:
    """The published algorithm; all chains start from the mean of the edge points."""

    step = "steps"

    def __init__(self, space, likelihood, chains, seed, warm_up):
        self._space, self._log_likelihood = space, likelihood.log_likelihood
        self._settings = {"warm_up": warm_up, "chains": chains, "seed": seed}
        self.starts, self.n_warm_up, self._state = [EDGES] * chains, 1, None
        self._accepted = np.zeros(chains)

    def warm_up(self, stage):
        self._state = start_acmet(self._space, **self._settings)

    def sample(self, steps, thinning):
        draws = continue_acmet(
            self._space, self._log_likelihood, self._state, steps=steps, thinning=thinning
        )
        self._state, self._accepted = draws.state, draws.accepted
        return {"x": draws.x, "value": draws.log_likelihood}

    def state(self):
        return {f"acmet {name}": values for name, values in self._state.items()}

    def restore(self, arrays):
        self._state = {
            k.removeprefix("acmet "): v for k, v in arrays.items() if k.startswith("acmet ")
        }

    def report(self):
        return {"acceptance": self._accepted}

    def objection(self):
        return None


def _distinct(x, value, tolerance=0.01):
    """Points of different local maxima, best first: their log-likelihoods differ."""
    kept = [0]
    for i in range(1, len(value)):
        if all(abs(value[i] - value[j]) > tolerance for j in kept):
            kept.append(i)
    return x[kept]
