"""Reaction rates along trajectories."""

import numpy as np

from ..errors import InputError
from ..run import chunks
from .model import KineticModel
from .parameter_sets import check_belongs, km_array
from .rates import relative_rate
from .steady_state import SteadyState

ROOM = 2**18  # points in time whose rates are computed at once
ROWS = ("set", "trial")
DIMS = (*ROWS, "time")
STEPS = ("enzyme", "boundary")  # perturbations that last


def trajectory_rates(model: KineticModel, state: SteadyState, sets, trajectories):
    """Rates of all reactions along trajectories of `perturb` or `simulate`.

    sets: the parameter sets that were simulated, or more (with vmax); trajectories: dataset with
    concentration(set, trial, time, metabolite) in µmol/L, or a selection of its sets, trials and times.
    Enzymes and boundary metabolites that were perturbed are taken as they were during the trial.
    Returns an `xarray.DataArray` in the dimensions of the concentration, with reaction for metabolite, in
    mmol/gDW/h; NaN where there is no concentration. Raises InputError for trajectories of another model,
    state or set, and for those that lack a metabolite or what a perturbation changed.
    """
    import xarray

    concentration = _checked(model, state, trajectories)
    dims = [d for d in concentration.dims if d != "metabolite"]
    names = [m.id for m in model.metabolites if not m.boundary]
    concentration = _with(concentration, DIMS).transpose(*DIMS, "metabolite").sel(metabolite=names)
    km, vmax = _parameters(model, state, sets, concentration["set"].values)
    factors = _factors(trajectories, concentration)
    n_sets, n_trials, n_times, _ = concentration.shape
    result = np.empty((n_sets, n_trials, n_times, len(model.reactions)))
    fixed = {m.id: float(state.concentrations[m.id]) for m in model.metabolites if m.boundary}
    equilibrium, columns = state.k_equilibrium(model), _columns(model)
    for start, stop in chunks(n_sets, max(1, ROOM // max(1, n_trials * n_times))):
        part = slice(start, stop)
        values = concentration[part].values
        levels = {name: values[..., k] for k, name in enumerate(names)}
        levels |= {name: np.full((1, 1, 1), level) for name, level in fixed.items()}
        for name, level in _boundary(trajectories, part).items():
            levels[name] = level
        for target, factor in factors["boundary"].items():
            levels[target] = levels[target] * factor[part, :, None]
        for r, reaction in enumerate(model.reactions):
            constants = [[km[part, k, None, None] for k in side] for side in columns[r]]
            rate = relative_rate(reaction, levels, constants, equilibrium.get(reaction.id))
            scale = vmax[part, r, None, None]
            if reaction.id in factors["enzyme"]:
                scale = scale * factors["enzyme"][reaction.id][part, :, None]
            result[part, ..., r] = scale * rate
    result /= model.flux_to_rate
    attrs = {"long_name": "reaction rate", "units": "mmol/gDW/h"}
    found = xarray.DataArray(result, dims=(*DIMS, "reaction"), name="rate", attrs=attrs)
    found = found.isel({d: 0 for d in DIMS if d not in dims}).transpose(*dims, "reaction")
    kept = {n: c for n, c in trajectories.coords.items() if set(c.dims) <= set(dims)}
    return found.assign_coords(kept | {"reaction": list(model.reaction_ids)})


def _checked(model, state, trajectories):
    """The concentrations of suitable trajectories."""
    import xarray

    if not isinstance(trajectories, xarray.Dataset) or "concentration" not in trajectories:
        raise InputError(
            "trajectories must be a dataset with the variable 'concentration'; make one with perturb or "
            "simulate."
        )
    for what, own in (("model", model), ("state", state)):
        if trajectories.attrs.get(f"{what}_hash", own.hash) != own.hash:
            raise InputError(
                f"the trajectories are those of {what} {trajectories.attrs.get(what)!r}, not of this "
                f"{own.id!r}; load that {what}."
            )
    concentration = trajectories["concentration"]
    if "set" not in concentration.coords or "metabolite" not in concentration.indexes:
        raise InputError("the trajectories need the coordinates set and metabolite; keep them.")
    if concentration.dtype.kind not in "fiu":
        raise InputError("the trajectories' concentrations are no real numbers; make them again.")
    known = {str(m) for m in concentration["metabolite"].values}
    missing = [m.id for m in model.metabolites if not m.boundary and m.id not in known]
    if missing:
        raise InputError(
            f"the trajectories have no metabolite {missing[0]!r}, but rates need them all; take "
            "trajectories with all metabolites."
        )
    return concentration


def _parameters(model, state, sets, numbers):
    """Michaelis constants (set, parameter) and maximal rates (set, reaction) of sets by number."""
    if "set" not in sets.dims:
        sets = sets.expand_dims("set")
    check_belongs(model, state, sets)
    if "vmax" not in sets:
        raise InputError(
            "the parameter sets have no vmax; make them with parameter_sets(model, state, sets.km)."
        )
    numbers = np.atleast_1d(numbers)
    missing = np.setdiff1d(numbers, sets["set"].values)
    if len(missing):
        raise InputError(
            f"the trajectories have a set {missing[0]}, which is not among the parameter sets; give "
            "those that were simulated."
        )
    if not sets.indexes["set"].is_unique:
        raise InputError("the parameter sets have numbers that stand twice; number them anew.")
    sets = sets.isel(set=sets.indexes["set"].get_indexer(numbers))
    vmax = sets["vmax"].sel(reaction=list(model.reaction_ids)).transpose("set", "reaction")
    return km_array(model, sets["km"]), vmax.values


def _factors(trajectories, concentration) -> dict:
    """kind → {target: factor (set, trial), 1 in the trials of other targets}, of lasting perturbations."""
    result = {kind: {} for kind in STEPS}
    kind = trajectories.attrs.get("perturbation")
    if kind not in STEPS:
        return result
    if "factor" not in trajectories or "target" not in trajectories.coords:
        raise InputError(
            f"the trajectories are those of a perturbed {kind}, but do not say by which factor; keep the "
            "variables factor and target."
        )
    values = _with(trajectories["factor"], ROWS).transpose(*ROWS).values
    turn = np.broadcast_to(trajectories["target"].values.astype(str), concentration.sizes["trial"])
    for target in dict.fromkeys(turn.tolist()):
        result[kind][target] = np.where(turn == target, values, 1.0)
    return result


def _boundary(trajectories, part) -> dict:
    """Boundary concentrations (set, 1, 1) that `simulate` was given, by metabolite."""
    if "boundary" not in trajectories:
        return {}
    given = _with(trajectories["boundary"], ["set"]).transpose("set", "boundary_metabolite")
    values = given.values[part, :, None, None]
    return {str(m): values[:, k] for k, m in enumerate(given["boundary_metabolite"].values)}


def _with(array, dims):
    """The array with dimensions that a selection has taken away."""
    return array.expand_dims([d for d in dims if d not in array.dims])


def _columns(model) -> list:
    """Columns of km of every reaction's substrates and products."""
    column = {name: k for k, name in enumerate(model.parameter_names)}
    result = []
    for reaction in model.reactions:
        roles = reaction.law.roles(len(reaction.substrates), len(reaction.products))
        result.append([[column[f"km_{role}_{reaction.id}"] for role in side] for side in roles])
    return result
