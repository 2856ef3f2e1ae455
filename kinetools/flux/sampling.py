"""Sampling fluxes: from a network and measurements to a posterior that says whether it has converged."""

import time
from dataclasses import replace

import numpy as np

from ..data import number, whole_number
from ..errors import InputError
from ..run import on_one_thread, reporting, worker_count
from .chains import Acmet, Tempered
from .convergence import check_convergence
from .draw_store import DrawStore
from .exchange import labelling_exchange
from .likelihood import LabellingLikelihood
from .polytope import FluxSpace
from .posterior import flux_inference_data
from .sampling_run import SamplingRun
from .uniform import prior_coordinates, sample_prior

SAMPLERS = ("default", "acmet")
PRIOR_DRAWS = 2000
PRIOR_PER_DIMENSION = 4  # at least, for the covariance of the prior
FIRST_CHECK = 250  # draws of each chain
FEWEST = 4  # draws of each chain that can be judged
GROWTH = 1.25  # between checks of convergence
FIRST_BLOCK = 20  # steps of each chain in one go, at first
BLOCK_SECONDS = 2.0  # so long an interruption may take to be noticed
SAVED = 20.0  # seconds between two checkpoints, at most
ACMET_WARM_UP = 100_000
MEASURED = ("bounds", "likelihood")


@on_one_thread
def sample_fluxes(
    network,
    measurements,
    sampler: str = "default",
    chains: int = 4,
    draws: int = 2000,
    seed: int = 1,
    run_dir=None,
    *,
    sigma="mean",
    measured: str = "bounds",
    r_hat: float = 1.01,
    ess: float = 400.0,
    minutes: float | None = 20.0,
    max_steps: int | None = None,
    likelihood: bool = True,
    warm_up: int = ACMET_WARM_UP,
    workers: int | None = None,
    progress=True,
):
    """Draw fluxes from their posterior, given labelling measurements; the prior is uniform.

    network: FluxModel; measurements: Measurements; sampler: "default" (tempered reflective Hamiltonian
    Monte Carlo with gradients), or "acmet" (Algorithm 1 of the BayFlux paper, after `warm_up` steps);
    chains, draws: how many are returned; seed: the same seed gives the same draws for any number of
    workers; run_dir: keeps the run, which goes on from there when called again; sigma: "mean", "each" or a
    number (see LabellingLikelihood); measured: fluxes that were measured are part of the likelihood, and
    bounds that they have, too, hold as well ("bounds") or are left out ("likelihood");
    r_hat, ess: sampling ends when every flux that varies and the log-likelihood reach both, chains of
    different starts agree, and tempered chains have gone to the prior and back; or after `minutes`, or
    `max_steps` of each chain; likelihood=False samples the prior.
    Returns ArviZ InferenceData (see `flux_inference_data`); posterior.attrs["verdict"] says in words
    whether it has converged. Raises InputError for input that makes no sense.
    Source: Backman et al. 2023, PLoS Comput. Biol. 19:e1011111.
    """
    if sampler not in SAMPLERS:
        raise InputError(f"sampler={sampler!r}: choose one of {', '.join(map(repr, SAMPLERS))}.")
    if measured not in MEASURED:
        raise InputError(f"measured={measured!r}: choose one of {', '.join(map(repr, MEASURED))}.")
    chains, draws = whole_number(chains, "chains", 1), whole_number(draws, "draws", FEWEST)
    seed, workers = whole_number(seed, "seed", 0), worker_count(workers)
    r_hat, ess = number(r_hat, "r_hat", positive=True), number(ess, "ess", positive=True)
    limit = np.inf if minutes is None else 60 * number(minutes, "minutes", positive=True)
    steps_left = np.inf if max_steps is None else whole_number(max_steps, "max_steps", FEWEST)
    if r_hat <= 1:
        raise InputError(f"r_hat={r_hat:g}: must be above 1, 1.01 say.")
    started = time.monotonic()
    density = LabellingLikelihood(network, measurements, sigma)
    # The published algorithm walks through all fluxes; the default one leaves out what nothing depends on.
    exchange = None if sampler == "acmet" else labelling_exchange(network, density.simulators)
    space = FluxSpace.of(network, measurements, measured=measured, exchange=exchange).rounded()
    density = density if likelihood else density.switched_off()
    parameters = {
        "format": "kinetools flux sampling 4",
        "network": network.hash,
        "measurements": measurements.hash,
        "sampler": sampler,
        "chains": chains,
        "draws": draws,
        "seed": seed,
        "sigma": sigma,
        "measured": measured,
        "likelihood": bool(likelihood),
        "r_hat": r_hat,
        "ess": ess,
    }
    if sampler == "acmet":
        parameters["warm_up"] = whole_number(warm_up, "warm_up", 1)
    run = SamplingRun(run_dir, parameters)
    finished = run.result()
    if finished is not None:
        return finished
    n_prior = max(PRIOR_DRAWS, PRIOR_PER_DIMENSION * space.dimension)
    prior = sample_prior(space, n_prior, seed=[seed, 0])[0]
    if sampler == "default":
        space, prior = prior_coordinates(space, prior)
        method = Tempered(space, density, prior, chains, seed, workers, flat=not likelihood)
    else:
        method = Acmet(space, density, chains, seed, warm_up)
    store, judge = DrawStore(draws), _Judge(space, method, r_hat, ess)
    with reporting(100, "sampling fluxes", "%", progress) as advance:
        bar = _Bar(advance, run)
        steps, check = _prepare(method, store, run, bar, judge)
        done, saved, at_once = False, time.monotonic(), FIRST_BLOCK
        if store.length == check:  # killed between the last look and the result
            verdict = judge(store)
            done = judge.enough(verdict) and store.length >= draws
            done = done or steps + store.thinning > steps_left
            check = judge.next_check(store)
        while not done:
            block = min(check - store.length, store.room, at_once // store.thinning)
            if max_steps is not None:
                block = min(block, int(steps_left - steps) // store.thinning)
            size, begun = max(1, block) * store.thinning, time.monotonic()
            store.append(**method.sample(size, store.thinning))
            steps += size
            at_once = _next_block(size, time.monotonic() - begun)
            over = steps + store.thinning > steps_left
            over |= time.monotonic() - started > limit and store.length >= FEWEST
            looked = store.length >= check or over or store.length == store.draws
            if looked:
                verdict = judge(store)
                bar.show(verdict, method, steps)
                done = over or (judge.enough(verdict) and store.length >= draws)
            if looked or time.monotonic() - saved > SAVED:
                next_look = store.length if looked else check
                _save(run, method, store, steps, next_look, method.n_warm_up)
                saved = time.monotonic()
            if looked:
                check = judge.next_check(store)
    idata = _result(space, density, method, store, verdict, prior, parameters, steps, started)
    run.save_result(idata)
    return idata


def _next_block(size, seconds) -> int:
    """Steps that take about two seconds: how they are split has no influence on what is drawn."""
    return max(1, int(size * min(4.0, BLOCK_SECONDS / max(seconds, 1e-3))))


def _prepare(method, store, run, bar, judge) -> tuple[int, int]:
    """Warm up, or go on from the run's state; steps done, and how many draws to look at next."""
    state, warmed_up, saved = run.load_state(), 0, time.monotonic()
    if state is None:
        run.event("started", warm_up=method.n_warm_up)
    else:
        method.restore(state)
        store.restore(state)
        warmed_up, steps = int(state["warmed_up"]), int(state["steps"])
        run.event("resumed", warmed_up=warmed_up, steps=steps)
        if warmed_up == method.n_warm_up:
            return steps, int(state["check"])
    for stage in range(warmed_up, method.n_warm_up):
        method.warm_up(stage)
        bar.warmed_up(stage + 1, method.n_warm_up)
        if time.monotonic() - saved > SAVED:
            _save(run, method, store, 0, judge.next_check(store), stage + 1)
            saved = time.monotonic()
    run.event("warmed up")
    return 0, judge.next_check(store)


def _save(run, method, store, steps, check, warmed_up):
    counters = {"steps": steps, "check": check, "warmed_up": warmed_up}
    counters = {name: np.array(value) for name, value in counters.items()}
    run.save_state(method.state() | store.state() | counters)


class _Judge:
    """Convergence of what was drawn so far, and when to look next."""

    def __init__(self, space, method, r_hat, ess):
        self.space, self.method, self.r_hat, self.ess = space, method, r_hat, ess

    def next_check(self, store) -> int:
        wanted = max(FIRST_CHECK, int(store.length * GROWTH))
        return min(wanted, 2 * store.draws)

    def __call__(self, store):
        forward, reverse = self.space.to_fluxes(store["x"])
        several = len(set(self.method.starts)) > 1
        verdict = check_convergence(
            forward - reverse,
            np.where(self.space.exchanging, np.minimum(forward, reverse), np.nan),
            store["value"],
            self.space.reactions,
            starts=self.method.starts if several else None,
            varies=self.space.varies,
            r_hat_limit=self.r_hat,
            ess_limit=self.ess,
        )
        objection = self.method.objection()
        if verdict.converged and objection:
            sentence = f"Not shown to be converged: {objection}."
            verdict = replace(verdict, converged=False, sentence=sentence)
        return verdict

    def enough(self, verdict) -> bool:
        """Nothing more can be reached: where all chains start in one way, none can be shown to converge."""
        several = len(set(self.method.starts)) > 1
        return verdict.converged if several else verdict.mixed


class _Bar:
    """Progress as a percentage of the way to the target, which never goes back."""

    WARM_UP = 20  # percent

    def __init__(self, advance, run):
        self._advance, self._run, self._percent = advance, run, 0

    def warmed_up(self, stage, total):
        self._to(self.WARM_UP * stage // total)

    def show(self, verdict, method, steps):
        table = verdict.table
        worst, least = float(table.r_hat.max()), float(table.ess_bulk.min())
        self._run.event(
            "progress",
            steps=steps,
            r_hat=worst,
            ess=least,
            published_share=verdict.published_share,
            converged=verdict.converged,
            sentence=verdict.sentence,
        )
        self._to(100 if verdict.converged else min(99, self.WARM_UP + _way(verdict, self.WARM_UP)))

    def _to(self, percent):
        if percent > self._percent:
            self._advance(int(percent) - self._percent)
            self._percent = int(percent)


def _way(verdict, start) -> int:
    share = np.nanmin(np.append(verdict.table.ess_bulk / 400, 1.0))
    return int((100 - start) * share)


def _result(space, density, method, store, verdict, prior, parameters, steps, started):
    statistics = {}
    if "replica" in store._arrays:
        statistics["replica"] = store.chosen("replica")
    table = verdict.table
    attrs = parameters | {
        "network_id": space.network.id,
        "measurements_id": density.measurements.id,
        "converged": int(verdict.converged),
        "verdict": verdict.sentence,
        "max_r_hat": float(table.r_hat.max()),
        "min_ess": float(table.ess_bulk.min()),
        "published_share": verdict.published_share,
        "starts": list(method.starts),
        "steps": steps,
        "thinning": store.thinning,
        "seconds": round(time.monotonic() - started, 1),
    }
    return flux_inference_data(
        space,
        density,
        store.chosen("x"),
        prior=prior,
        statistics=statistics,
        attrs=attrs | {"likelihood": int(parameters["likelihood"])} | method.report(),
        seed=parameters["seed"],
    )
