"""Predicted fluxes of knock-out mutants, with the uncertainty that the wild type's posterior leaves."""

import hashlib
from collections import Counter
from threading import Event

import numpy as np

from ..data import number, whole_number
from ..errors import InputError
from ..names import checked_ids
from ..run import chunks, map_chunks, reporting, worker_count
from .flux_model import checked_network
from .gene_rules import reactions_that_go_on, reactions_without
from .knockout_bounds import mutant_bounds
from .knockout_data import knockout_inference_data
from .knockout_run import KnockoutRun
from .moma import Moma
from .net_fluxes import NetProgram
from .prediction import INFEASIBLE, PREDICTED, Prediction
from .room import Room
from .wild_type import wild_type_fluxes

METHODS = ("moma", "room", "room_relaxed")


def predict_knockout(
    network,
    wild_type,
    reactions=None,
    genes=None,
    method: str = "moma",
    n_samples: int = 500,
    *,
    measurements=None,
    bounds=None,
    keep=(),
    delta: float = 0.03,
    epsilon: float = 0.001,
    time_limit: float = 10.0,
    seed: int = 0,
    run_dir=None,
    workers: int | None = None,
    progress=True,
):
    """Net fluxes of a mutant, predicted from draws of the wild type's posterior (or one flux vector).

    network: FluxModel; wild_type: posterior of `sample_fluxes`, of which `n_samples` draws at most are
    taken; or one flux vector for a classical prediction: a FluxFit, or a Series or mapping of reaction to
    net flux (flux_summary(idata)["mean"], say); reactions, genes: ids of what is knocked out, genes by id
    or name through the gene–protein–reaction rules of the cobra model.
    method: "moma", the nearest steady state (least Σ (v − w)²); "room", the fewest significant changes
    (mixed-integer); "room_relaxed", its linear relaxation. A flux is unchanged by ROOM within
    w ± (delta |w| + epsilon): by default δ = 0.03 and ε = 0.001 mmol/gDW/h. time_limit: seconds that ROOM
    may take for one sample; what it then has counts, with its gap: how many changes fewer there might be.
    The mutant has the network's bounds, made wide enough for the wild type, so that its boundary fluxes are
    free and nothing changes without need; measurements: of the mutant, whose bounds then hold (measured
    uptake and growth); bounds: reaction -> (lower, upper), in place of any others; keep: ids of reactions
    whose fluxes each mutant shares with its own wild-type sample.
    seed: of the subsample; results are the same for any number of workers, except at a time limit.
    run_dir: keeps what has been predicted, and an interrupted run goes on from there when called again.
    Genes whose reactions all have other enzymes close nothing: that mutant is predicted, too, and said so.

    Returns ArviZ InferenceData as FluxMap, flux_summary and compare_posteriors take it: posterior net_flux
    (chain, draw, reaction; mmol/gDW/h) of the predictions that were found, in one chain; sample_stats:
    objective, gap, distance from the wild type, residual, and wild_type_chain and wild_type_draw;
    constant_data: the wild type's fluxes of each draw, and the status of every sample ("optimal", "time
    limit", "infeasible" or "failed"); posterior.attrs["verdict"] counts them in words, and names those that
    have no prediction by chain and draw, counted from 1.
    Raises InputError for unknown ids, a posterior of another network, bounds that a knocked-out reaction
    cannot keep, a knock-out that leaves no steady state, and samples of which none has a prediction.
    Source: Segrè et al. 2002, PNAS 99:15112; Shlomi et al. 2005, PNAS 102:7695; for posteriors Backman et
    al. 2023, PLoS Comput. Biol. 19:e1011111 (P-13C MOMA, P-13C ROOM).
    """
    if method not in METHODS:
        raise InputError(f"method={method!r}: choose one of {', '.join(map(repr, METHODS))}.")
    n_samples, seed = whole_number(n_samples, "n_samples", 1), whole_number(seed, "seed", 0)
    workers = worker_count(workers)
    delta, epsilon = _not_negative(delta, "delta"), _not_negative(epsilon, "epsilon")
    time_limit = number(time_limit, "time_limit", positive=True)
    checked_network(network)
    genes = checked_ids(genes, "genes")
    closed = _closed(network, checked_ids(reactions, "reactions"), genes)
    kept = [network.index(r) for r in checked_ids(keep, "keep")]
    if set(kept) & {network.index(r) for r in closed}:
        both = next(network.reactions[j] for j in kept if network.reactions[j] in closed)
        raise InputError(f"{both} is both knocked out and kept; leave it out of one of them.")
    samples = wild_type_fluxes(network, wild_type, n_samples, seed)
    lower, upper = mutant_bounds(network, measurements, bounds, closed, samples.fluxes)
    parameters = {
        "format": "kinetools knock-out 1",
        "method": method,
        "knocked_out": list(closed),
        "genes": genes,
        "network": network.hash,
        "network_id": network.id,
        "measurements_id": "" if measurements is None else measurements.id,
        "keep": [network.reactions[j] for j in kept],
        "wild_type": _digest(samples.fluxes),
        "bounds": _digest(lower, upper),
        "n_samples": len(samples.fluxes),
        "seed": seed,
    }
    if method != "moma":
        parameters |= {"delta": delta, "epsilon": epsilon}
    if method == "room":
        parameters["time_limit"] = time_limit
    run = KnockoutRun(run_dir, parameters, len(samples.fluxes), len(network.reactions))
    if (finished := run.result()) is not None:
        return finished
    if method == "moma":
        model = Moma(network, lower, upper)
    else:
        model = Room(network, lower, upper, delta, epsilon, method == "room_relaxed", time_limit)
    work = _Work(network, model, np.array(kept, int), samples.fluxes)
    _predict(work, run, workers, progress)
    what = ", ".join(genes or closed)
    if not any(p.status in PREDICTED for p in run.predictions):
        counts = Counter(p.status for p in run.predictions)
        held = f" with the wild type's fluxes of {', '.join(parameters['keep'])}" if kept else ""
        raise InputError(
            f"{network.id!r} without {what}: none of {len(samples.fluxes)} samples has a prediction{held} "
            f"({', '.join(f'{n} {status}' for status, n in counts.items())}); hold fewer fluxes, or widen "
            "bounds."
        )
    if not closed:
        what += f" (which closes no reaction: {reactions_that_go_on(network, genes)})"
    parameters["seconds"] = round(run.seconds, 1)
    idata = knockout_inference_data(network, samples, run.predictions, parameters, model.name, what)
    run.finish(idata)
    return idata


def _predict(work, run, workers, progress) -> None:
    """Make the predictions that are missing, and keep what there is when interrupted."""
    run.begin()
    n, model = len(run.predictions), work.model
    jobs = [j for j in chunks(n, model.chunk) if any(p is None for p in run.predictions[slice(*j)])]
    with reporting(n, f"predicting by {model.name}", "samples", progress, run.done) as advance:
        try:
            for place, part in map_chunks(work, jobs, workers=workers):
                start, stop = jobs[place]
                run.add(start, part)
                advance(stop - start)
        finally:
            work.stop.set()
            run.save()


class _Work:
    """Predictions of a run of samples; the first begins where the mean of all would end."""

    def __init__(self, network, model, kept, fluxes):
        self.network, self.model, self.kept, self.fluxes = network, model, kept, fluxes
        self.start, self.stop = model.start(fluxes.mean(axis=0)), Event()

    def __call__(self, start, stop):
        predict = self.model.session(self.start)
        feasible = self._feasibility()
        return [self._one(predict, feasible, w) for w in self.fluxes[start:stop]]

    def _one(self, predict, feasible, wild_type):
        if self.stop.is_set():  # interrupted: nobody waits for what is left
            return None
        lower, upper = self.model.lower, self.model.upper
        if len(self.kept):
            lower, upper = lower.copy(), upper.copy()
            lower[self.kept] = upper[self.kept] = wild_type[self.kept]
            if not feasible(lower, upper):
                return Prediction(INFEASIBLE)
        return predict(wild_type, lower, upper)

    def _feasibility(self):
        if not len(self.kept):
            return None
        program = NetProgram(self.network.stoichiometry, self.model.lower, self.model.upper)
        return program.feasible


def _digest(*arrays) -> str:
    content = b"".join(np.ascontiguousarray(a, float).tobytes() for a in arrays)
    return hashlib.sha256(content).hexdigest()[:16]


def _closed(network, reactions, genes) -> tuple[str, ...]:
    """Reactions that the knock-out closes, in the network's order."""
    if not reactions and not genes:
        raise InputError('nothing is knocked out; give reactions=["PYK"], say, or genes.')
    closed = {network.reactions[network.index(r)] for r in reactions}
    if genes:
        closed |= set(reactions_without(network, genes))
    return tuple(r for r in network.reactions if r in closed)


def _not_negative(value, name) -> float:
    value = number(value, name)
    if value < 0:
        raise InputError(f"{name}={value:g}: give 0 or more.")
    return value
