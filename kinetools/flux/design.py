"""Which tracer experiment to do next: how much each candidate would narrow the fluxes of interest."""

import inspect
from collections.abc import Mapping

import numpy as np

from ..data import whole_number
from ..errors import InputError
from ..run import map_chunks, reporting, worker_count
from .design_cost import checked_costs, pareto_front
from .design_experiments import PlannedExperiments
from .design_inference import ENOUGH, joint_measurements, reweighted, sampled, simulated_data
from .design_information import remaining
from .design_today import FEWEST, Today
from .flux_model import near
from .posterior import FLUX_UNITS
from .sampling import sample_fluxes
from .sampling_run import run_folder

TRUTHS = 64  # draws at which data are simulated for the ranking
SHARE = 0.1  # of the draws that weights must leave as effective ones
CRITERIA = {"width": ("score", True), "A": ("a_criterion", True), "D": ("information", False)}
SAMPLING = {"chains": 4, "draws": 1000, "ess": 200.0, "r_hat": 1.02, "minutes": 5.0}
COLUMNS = {
    "experiments": "parallel experiments of the candidate",
    "cost": "as given, NaN without costs",
    "score": "expected remaining width over today's, mean over the chosen reactions; 1: nothing is learnt",
    "error": "standard error of the score, from the data sets that were simulated",
    "information": "expected information about all fluxes, net and exchange, in bits (D-criterion): each "
    "halves the volume of what is plausible",
    "a_criterion": "root mean square of the expected remaining standard deviations of all varying net "
    "fluxes, mmol/gDW/h (A-criterion)",
    "pareto": "no other candidate is as good or better at the same or a lower cost (without costs: with as "
    "many experiments or fewer)",
    "width_…": "expected width of the interval of a reaction, mmol/gDW/h, if it shrinks as the standard "
    "deviation does",
    "ratio_…": "the same over today's",
    "inferred": "how the fluxes of the best candidates were inferred anew from simulated data: "
    "reweighted (draws of today with the likelihood of the data), sampled, or both",
    "inferred_score": "as score, mean over the data sets inferred anew",
    "inferred_width_…": "as width, mean over the data sets inferred anew",
}


def rank_tracers(
    network,
    idata,
    candidates,
    reactions=None,
    *,
    fragments=None,
    sigma=None,
    costs=None,
    measurements=None,
    criterion: str = "width",
    n_inferred: int = 3,
    n_data_sets: int = 2,
    n_draws: int = 2000,
    level: float = 0.95,
    interval: str = "hdi",
    sampling=None,
    run_dir=None,
    seed: int = 0,
    workers: int | None = None,
    progress=True,
):
    """How far labelling experiments would narrow fluxes, beyond what a posterior says: the best first.

    network: FluxModel; idata: its posterior of today (`sample_fluxes`; of likelihood=False where nothing
    has been measured yet); candidates: name → tracer (see `Tracer.of`), or a list of tracers for parallel
    experiments; reactions: ids whose net fluxes matter (default: all that vary); fragments: to be measured,
    as for LabellingSimulator, for all candidates or by candidate (default: those of today); sigma: standard
    deviation of a mass, or by fragment (default: the mean of today's); costs: of each candidate
    (`tracer_costs` makes them from prices); measurements: those of the posterior (default: the bundled
    ones that it names); criterion: what ranks, "width", "A" or "D" (see attrs["columns"]); n_inferred: how
    many of the best are inferred anew, from n_data_sets simulated data sets each, by reweighting today's
    draws where 200 effective ones are left, else by `sample_fluxes` with the options in `sampling`;
    n_draws: draws for the ranking, 500 at least; level, interval: of the intervals ("hdi" or "eti");
    run_dir: keeps what is sampled.
    Returns a DataFrame by candidate; attrs: columns (explained), today (intervals), inferences and more.
    Raises InputError for a posterior of another network or of fewer than 500 draws, unknown or fixed
    reactions, fragments that the network does not make, and a tracer whose label reaches none of them.
    Sources: Chaloner & Verdinelli 1995, Stat. Sci. 10:273 (Bayesian design); Schellenberger et al. 2012,
    BMC Syst. Biol. 6:9 (tracers judged over sampled fluxes); the estimate: see design_information.py.
    """
    if not isinstance(criterion, str) or criterion not in CRITERIA:
        raise InputError(
            f"criterion={criterion!r}: choose one of {', '.join(map(repr, CRITERIA))}."
        )
    n_inferred = whole_number(n_inferred, "n_inferred", 0)
    n_data_sets = whole_number(n_data_sets, "n_data_sets", 1)
    n_draws, seed = whole_number(n_draws, "n_draws", FEWEST), whole_number(seed, "seed", 0)
    workers = worker_count(workers)
    options = _options(sampling)
    today = Today(network, idata, reactions, measurements, level, interval)
    if n_data_sets > (known := len(today.all[2])):
        raise InputError(f"n_data_sets={n_data_sets}: the posterior has {known} draws; give fewer.")
    planned = PlannedExperiments(
        network,
        candidates,
        today.fragments() if fragments is None else fragments,
        today.sigma() if sigma is None else sigma,
    )
    costs = checked_costs(costs, planned.candidates)
    planned.check_reach(*today.some(16)[:2])
    run_folder(run_dir)  # raises InputError for what can be none, before the work begins
    table = _ranked(today, planned, n_draws, seed, workers, progress)
    table["cost"] = [costs.get(name, np.nan) for name in table.index]
    column, ascending = CRITERIA[criterion]
    sign = 1 if ascending else -1
    table["pareto"] = pareto_front(
        table["cost"] if costs else table["experiments"], sign * table[column]
    )
    table = table.sort_values(column, ascending=ascending, kind="stable")
    best = list(table.index[:n_inferred])
    options |= {"seed": seed, "workers": workers, "run_dir": run_dir}
    inferences = _inferred_anew(today, planned, best, n_data_sets, seed, options, progress)
    _add_inferred(table, today, inferences)
    table = _in_order(table, today.chosen if today.given else [])
    table.attrs = today.attrs() | {
        "columns": COLUMNS,
        "units": FLUX_UNITS,
        "criterion": criterion,
        "fragments": sorted(
            {f.name for c in planned.candidates.values() for e in c for f in e.fragments}
        ),
        "seed": seed,
        "inferences": [
            {"candidate": name, "how": i.how, "effective_draws": float(i.effective)}
            | {"verdict": i.verdict, "converged": i.converged}
            for name, several in inferences.items()
            for i in several
        ],
    }
    return table


def _ranked(today, planned, n_draws, seed, workers, progress):
    """The table by local information, without costs."""
    import pandas as pd

    forward, reverse, net = today.some(n_draws)
    rng = np.random.default_rng([seed, 0])
    truths = np.sort(rng.choice(len(net), min(TRUTHS, len(net)), replace=False))
    names = list(planned.candidates)

    def one(name):
        masses = planned.masses(name, forward, reverse)
        found = remaining(masses, net, truths, SHARE * len(net), [seed, 1])
        ratio = found.sd / net.std(axis=0)
        scores = ratio[:, today.positions].mean(axis=1)
        return {
            "experiments": len(planned.candidates[name]),
            "score": scores.mean(),
            "error": scores.std(ddof=1) / np.sqrt(len(truths)),
            "information": found.information.mean() / np.log(2),
            "a_criterion": np.sqrt((found.sd**2).mean()),
        }, ratio.mean(axis=0)[today.positions]

    rows = [None] * len(names)
    with reporting(len(names), "ranking tracers", "tracers", progress) as advance:
        for k, row in map_chunks(one, ((n,) for n in names), workers=workers):
            rows[k] = row
            advance(1)
    table = pd.DataFrame([row for row, _ in rows], index=pd.Index(names, name="candidate"))
    if today.given:
        ratios = np.array([ratio for _, ratio in rows])
        for k, reaction in enumerate(today.chosen):
            table[f"width_{reaction}"] = ratios[:, k] * today.width[k]
            table[f"ratio_{reaction}"] = ratios[:, k]
    return table


def _inferred_anew(today, planned, names, n_data_sets, seed, options, progress) -> dict:
    """Candidate → Inference of each data set; the same true fluxes for all candidates."""
    if not names:
        return {}
    forward, reverse, net = today.all
    chosen = net[:, today.positions]
    truths = np.random.default_rng([seed, 2]).choice(len(net), n_data_sets, replace=False)
    result = {name: [] for name in names}
    total = len(names) * n_data_sets
    with reporting(total, "inferring fluxes anew", "data sets", progress) as advance:
        for c, name in enumerate(names):
            sigma = np.concatenate([e.sigma for e in planned.candidates[name]])
            masses = planned.simulated(name, forward, reverse)
            for d, truth in enumerate(truths):
                data = simulated_data(planned, name, forward[truth], reverse[truth], [seed, 3, d])
                found = reweighted(
                    masses, np.concatenate(data) / sigma, chosen, truth, today.level, today.interval
                )
                if found.effective < ENOUGH:
                    joint = joint_measurements(
                        today.network,
                        today.measurements("inferring fluxes anew by sampling them"),
                        today.known_sigma,
                        planned.candidates[name],
                        data,
                        today.measured,
                    )
                    folder = options["run_dir"] and f"{options['run_dir']}/{c}_{d}"
                    found = sampled(
                        today.network,
                        joint,
                        today.chosen,
                        today.level,
                        today.interval,
                        options
                        | {"run_dir": folder, "measured": today.how_measured, "progress": False},
                    )
                result[name].append(found)
                advance(1)
    return result


def _add_inferred(table, today, inferences) -> None:
    """Columns of what was inferred anew."""
    table["inferred"], table["inferred_score"] = "", np.nan
    for name, several in inferences.items():
        widths = np.mean([i.upper - i.lower for i in several], axis=0)
        table.loc[name, "inferred"] = ", ".join(sorted({i.how for i in several}))
        table.loc[name, "inferred_score"] = (widths / today.width).mean()
        if today.given:
            for reaction, width in zip(today.chosen, widths):
                table.loc[name, f"inferred_width_{reaction}"] = width


def _in_order(table, chosen):
    first = ["experiments", "cost", "score", "error", "information", "a_criterion", "pareto"]
    pairs = [f"{what}_{r}" for r in chosen for what in ("width", "ratio")]
    last = ["inferred", "inferred_score", *(f"inferred_width_{r}" for r in chosen)]
    return table[[c for c in (*first, *pairs, *last) if c in table]]


def _options(sampling) -> dict:
    if sampling is not None and not isinstance(sampling, Mapping):
        raise InputError('sampling must hold options of sample_fluxes, {"minutes": 2}, say.')
    own = {"run_dir", "seed", "sigma", "measured", "network", "measurements", "workers", "progress"}
    known = inspect.signature(sample_fluxes).parameters
    for name in sampling or {}:
        if name in own:
            raise InputError(f"sampling: {name} is set by rank_tracers; leave it out.")
        if name not in known:
            raise InputError(
                f"sampling: sample_fluxes has no option {name!r}; {near(name, set(known) - own)}"
            )
    return SAMPLING | dict(sampling or {})
