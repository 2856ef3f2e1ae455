"""Perturbation experiments: are parameterised models robust around their steady state?

Choudhury et al. 2022 (Methods, "Perturbation analysis"): concentrations are multiplied by random factors,
the model is integrated, and it has returned if ‖x − x_ref‖ is below 1 % of ‖x_ref‖ at the end. Factors
apply to the independent metabolites; dependent ones follow from the conserved totals. The code published
with the paper does both in other ways, which matter: see the preset "published".
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ..data import number, whole_number
from ..errors import InputError
from .dynamics import (
    MAX_STEPS,
    checked_hours,
    checked_options,
    checked_sets,
    integrate,
    numbers,
    run,
)
from .kinetic_system import KineticSystem
from .model import KineticModel
from .parameter_sets import linearise
from .steady_state import SteadyState
from .trajectories import NORMS

MOST_DRAWS = 10_000  # of factors, until every metabolite is positive


@dataclass(frozen=True)
class Preset:
    """Factors between low and high, so many trials a model; see `DRAWS` and `NORMS`."""

    low: float
    high: float
    n_trials: int
    draw: str = "independent"
    norm: str = "overall"


# The first two are the paper's words (Methods, Results). The third is its published code, which draws
# uniformly from all states that keep the totals, and stores (x − x_ref)/x_ref: the norm of that, not the
# one in the paper's words, gives its shares.
PRESETS = {
    "within-50-percent": Preset(0.5, 1.5, 10),
    "half-to-double": Preset(0.5, 2.0, 100),
    "published": Preset(0.5, 2.0, 10, "uniform", "relative"),
}
# Independent metabolites get factors and the others follow, or all of them lie between the factors.
DRAWS = ("independent", "uniform")
KINDS = {  # what a target is
    "state": "state",
    "metabolite": "independent metabolite",
    "enzyme": "reaction",
    "boundary": "boundary metabolite",
}


def perturb(
    model: KineticModel,
    state: SteadyState,
    sets,
    preset: str = "within-50-percent",
    n_trials: int | None = None,
    minutes: float = 21,
    seed: int = 1,
    *,
    low: float | None = None,
    high: float | None = None,
    draw: str | None = None,
    norm: str | None = None,
    kind: str = "state",
    targets=None,
    hours=None,
    threshold: float = 0.01,
    rtol: float = 1e-6,
    method: str = "rodas",
    max_steps: int = MAX_STEPS,
    path=None,
    workers: int | None = None,
    client=None,
    progress=True,
):
    """Perturb every parameter set at its steady state and see whether it returns.

    preset: "within-50-percent" (factors 0.5 to 1.5, 10 trials), "half-to-double" (0.5 to 2, 100 trials) or
    "published" (as the code of the paper seems to do it: 0.5 to 2, 10 trials, "uniform", "relative");
    low, high, n_trials, draw, norm: instead of the preset's; minutes: until the verdict; kind: "state" (a
    factor of its own for each metabolite), or one target a trial in turn: "metabolite", "enzyme" (Vmax)
    or "boundary"; targets: their ids (default: all, and as many trials); hours: times to keep, up to
    the end (default: 40, dense at the start; an empty list keeps the end only); rtol, method, max_steps,
    path: see `simulate`.
    draw, of kind "state": "independent" (factors for the independent metabolites; the dependent ones follow
    from the conserved totals, rare ones a hundredfold and more, and what would make one negative is drawn
    again) or "uniform" (uniform among all states that keep the totals and have every metabolite between
    the factors).
    norm: of the distance over the dynamic metabolites: "overall", ‖x − x_ref‖/‖x_ref‖, or "relative",
    ‖(x − x_ref)/x_ref‖, which counts rare metabolites as much as abundant ones; threshold: of the distance,
    below which a model has returned.

    Draws that were drawn again are counted in `draws`.
    The same seed gives the same factors to the set in the same place, for any number of workers.
    Returns an `xarray.Dataset` with returned(set, trial), distance(set, trial), status(set, trial),
    factor(set, trial) of the target (1 for kind "state") and concentration(set, trial, time, metabolite)
    in µmol/L. What has not finished has not returned: its
    distance is NaN, and `status` says why.
    Raises InputError for unknown presets, kinds and targets, factors that leave no positive state, and
    sets whose Vmax do not have the steady state.
    """
    sets, system = checked_sets(model, state, sets)
    chosen = _preset(preset, low, high, draw, norm)
    if draw is not None and kind != "state":
        raise InputError(
            f'draw is for kind "state", which moves all metabolites; leave it out for kind {kind!r}.'
        )
    seed = whole_number(seed, "seed", 0)
    minutes = number(minutes, "minutes", positive=True)
    threshold = number(threshold, "threshold", positive=True)
    targets = _targets(system, kind, targets)
    if n_trials is None:
        n_trials = len(targets) or chosen.n_trials
    n_trials = whole_number(n_trials, "n_trials", 1)
    end = minutes / 60
    kept = _kept(hours, end)
    options = checked_options(rtol, method, max_steps)
    settings = {
        "low": chosen.low,
        "high": chosen.high,
        "draw": chosen.draw,
        "norm": chosen.norm,
        "kind": kind,
        "targets": targets,
        "n_trials": n_trials,
        "seed": seed,
        "minutes": minutes,
        "threshold": threshold,
    }
    if kind in ("state", "metabolite"):  # before a long run is begun
        draw_states(system, chosen, len(targets) or 1, np.random.default_rng(seed), targets)
    return run(
        system,
        sets,
        settings | options | {"hours": kept.tolist()},
        kept,
        n_trials,
        function=perturb_chunk,
        arguments=lambda start, stop: (
            system,
            *numbers(sets, model, start, stop, linearise(model, state)),
            start,
            kept,
            settings | options,
        ),
        name="perturb",
        path=path,
        workers=workers,
        client=client,
        progress=progress,
        more=_described(kind, targets, n_trials),
        norm=chosen.norm,
    )


def perturb_chunk(system: KineticSystem, km, vmax, first: int, hours, settings) -> dict:
    """Perturbations of one chunk (a function, so that it can travel to a cluster)."""
    n_sets, n_trials, seed = len(km), settings["n_trials"], settings["seed"]
    preset = Preset(*(settings[f] for f in ("low", "high", "n_trials", "draw", "norm")))
    kind, targets = settings["kind"], settings["targets"]
    turn = [targets[k % len(targets)] for k in range(n_trials)] if targets else []
    factors = np.ones((n_sets, n_trials))
    starts = np.tile(system.reference, (n_sets, n_trials, 1))
    draws = np.ones((n_sets, n_trials), np.int32)
    for k in range(n_sets):
        sequence = np.random.SeedSequence(seed, spawn_key=(first + k,))
        rng = np.random.Generator(np.random.PCG64(sequence))
        if kind in ("state", "metabolite"):
            starts[k], draws[k] = draw_states(system, preset, n_trials, rng, turn)
            own = [system.metabolites.index(target) for target in turn]
            if own:
                factors[k] = starts[k, range(n_trials), own] / system.reference[own]
        else:
            factors[k] = rng.uniform(preset.low, preset.high, n_trials)
    which = np.repeat(np.arange(n_sets), n_trials)
    each, trials = np.arange(len(which)), np.arange(n_trials)
    if kind == "enzyme":
        changed = vmax[which]
        column = [system.model.reaction_ids.index(target) for target in turn]
        changed[each, np.tile(column, n_sets)] *= factors.ravel()
        constants, which = system.constants(km[which], changed), each
    elif kind == "boundary":
        starts[:, trials, [system.metabolites.index(target) for target in turn]] *= factors
        rows = starts.reshape(len(each), -1)
        constants, which = system.constants(km[which], vmax[which], rows), each
    else:
        constants = system.constants(km, vmax)
    end = settings["minutes"] / 60
    times = hours if len(hours) and hours[-1] == end else np.append(hours, end)
    rows = starts.reshape(n_sets * n_trials, -1)
    x, status, steps = integrate(system, constants, which, rows, times, settings)
    x = x[..., : system.n_dynamic].reshape(n_sets, n_trials, len(times), -1)
    distance = distances(system, x[:, :, -1], preset.norm)
    shape = (n_sets, n_trials)
    return {
        "concentration": x[:, :, : len(hours)],
        "status": status.reshape(shape),
        "steps": steps.reshape(shape),
        "distance": distance,
        "returned": distance < settings["threshold"],
        "draws": draws,
        "factor": factors,
    }


def distances(system, x, norm: str = "overall") -> np.ndarray:
    """How far concentrations (…, dynamic metabolite) are from the steady state, in one of `NORMS`."""
    reference = system.reference[: system.n_dynamic]
    if norm == "relative":
        return np.linalg.norm(x / reference - 1, axis=-1)
    return np.linalg.norm(x - reference, axis=-1) / np.linalg.norm(reference)


def draw_states(system, preset: Preset, n_trials: int, rng, targets=()):
    """Perturbed states (trial, metabolite) with every metabolite positive, and draws taken (trial,).

    targets: metabolite of each trial; all of them where there are none.
    """
    reference = system.reference
    starts = np.tile(reference, (n_trials, 1))
    draws, left = np.zeros(n_trials, np.int32), np.arange(n_trials)
    uniform = preset.draw == "uniform" and not targets
    free, follow, link = _largest_follow(system) if uniform else _independent_free(system)
    totals = reference[follow] - reference[free] @ link.T
    columns = np.tile(free, (n_trials, 1))
    if targets:
        columns = np.array([[system.metabolites.index(target)] for target in targets])
    lowest = preset.low * reference[follow] if uniform else 0.0
    highest = preset.high * reference[follow] if uniform else np.inf
    for _ in range(MOST_DRAWS):
        own = columns[left]
        starts[left[:, None], own] = reference[own] * rng.uniform(
            preset.low, preset.high, own.shape
        )
        following = totals + starts[left[:, None], free] @ link.T
        starts[left[:, None], follow] = following
        draws[left] += 1
        good = (following > lowest) & (following < highest)
        left = left[~good.all(axis=1)]
        if not len(left):
            return starts, draws
    of = f" for {targets[left[0]]!r}" if targets else ""
    raise InputError(
        f"{MOST_DRAWS} draws of factors between {preset.low:g} and {preset.high:g}{of} made no state in "
        "which all members of the conserved totals are positive; choose low and high closer to 1."
    )


def _independent_free(system):
    """Metabolites that get factors, those that follow, and how: x_follow = totals + link · x_free."""
    return system.independent, system.dependent, system.link


def _largest_follow(system):
    """The same, with the most abundant members of the conserved totals as those that follow.

    Between its factors an abundant metabolite has more room than rare ones can take up, so that few draws
    are lost. Which ones follow makes no difference to a uniform distribution.
    """
    from scipy.linalg import qr

    totals = system.model.network.moieties.totals
    n = len(totals)
    if not n:
        return _independent_free(system)
    *_, order = qr(totals * system.reference[: system.n_dynamic], mode="economic", pivoting=True)
    follow, free = order[:n], np.sort(order[n:])
    return free, follow, -np.linalg.solve(totals[:, follow], totals[:, free])


def _preset(preset, low, high, draw, norm) -> Preset:
    if not isinstance(preset, str) or preset not in PRESETS:
        raise InputError(f"preset must be one of {', '.join(PRESETS)}, found {preset!r}.")
    chosen = PRESETS[preset]
    low = chosen.low if low is None else number(low, "low", positive=True)
    high = chosen.high if high is None else number(high, "high", positive=True)
    if low > high:
        raise InputError(f"low = {low:g} lies above high = {high:g}; swap them.")
    draw = chosen.draw if draw is None else draw
    norm = chosen.norm if norm is None else norm
    for name, value, known in (("draw", draw, DRAWS), ("norm", norm, NORMS)):
        if not isinstance(value, str) or value not in known:
            raise InputError(f"{name} must be one of {', '.join(known)}, found {value!r}.")
    return Preset(low, high, chosen.n_trials, draw, norm)


def _targets(system, kind, targets) -> list[str]:
    """Ids that are perturbed one after the other; none for kind "state"."""
    if not isinstance(kind, str) or kind not in KINDS:
        raise InputError(f"kind must be one of {', '.join(KINDS)}, found {kind!r}.")
    if kind == "state":
        if targets is not None:
            raise InputError(
                'targets: kind "state" perturbs all metabolites; choose kind "metabolite", say.'
            )
        return []
    known = {
        "metabolite": [system.metabolites[i] for i in sorted(system.independent)],
        "enzyme": list(system.model.reaction_ids),
        "boundary": list(system.metabolites[system.n_dynamic :]),
    }[kind]
    if targets is None:
        return known
    if isinstance(targets, str) or not isinstance(targets, Iterable):
        targets = [targets]
    targets = list(targets)
    for target in targets:
        if kind == "metabolite" and target in {system.metabolites[i] for i in system.dependent}:
            raise InputError(
                f"targets: {target!r} follows from a conserved total; perturb another member of it."
            )
        if target not in known:
            raise InputError(
                f"targets: {target!r} is no {KINDS[kind]} of model {system.model.id!r}; correct the id."
            )
    if not targets:
        raise InputError("targets: give at least one id.")
    return targets


def _described(kind, targets, n_trials: int):
    """Dataset of what is perturbed in which trial."""
    import xarray

    described = xarray.Dataset(attrs={"perturbation": kind})
    if not targets:
        return described
    names = [targets[k % len(targets)] for k in range(n_trials)]
    attrs = {"long_name": f"{KINDS[kind]} that is perturbed"}
    return described.assign_coords(target=("trial", names, attrs))


def _kept(hours, end) -> np.ndarray:
    """Times to keep, in h."""
    if hours is None:
        return np.append(0.0, np.geomspace(end * 1e-5, end, 39))
    if np.size(hours) == 0:
        return np.empty(0)
    times = checked_hours(hours)
    if times[-1] > end:
        raise InputError(
            f"hours: {times[-1]:g} h lies after the end at {end:g} h; make minutes longer."
        )
    return times
