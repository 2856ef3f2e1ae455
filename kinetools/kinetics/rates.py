"""Reaction rates of parameterised models at any concentrations."""

import numpy as np

from ..errors import InputError
from .model import KineticModel
from .parameter_sets import check_belongs, km_array
from .steady_state import SteadyState


def reaction_rates(model: KineticModel, state: SteadyState, sets, concentrations=None):
    """Rates of all reactions for each parameter set.

    sets: a dataset of parameter sets (with vmax); concentrations: one state (mapping or Series by
    metabolite id) or several (DataFrame, one row a point) in µmol/L; metabolites that are not given
    stay at the steady state. Returns an `xarray.DataArray` (set, reaction), or (set, point, reaction),
    in mmol/gDW/h. Raises InputError for unknown metabolites and for negative concentrations.
    """
    import pandas as pd
    import xarray

    if "set" not in sets.dims:
        sets = sets.expand_dims("set")
    check_belongs(model, state, sets)
    single = not isinstance(concentrations, pd.DataFrame)
    given = concentrations
    if single:
        given = pd.DataFrame([dict({} if concentrations is None else concentrations)])
    levels = _levels(model, state, given)  # metabolite → (1, point)
    km = km_array(model, sets["km"])
    column = {n: k for k, n in enumerate(model.parameter_names)}
    k_equilibrium = state.k_equilibrium(model)
    vmax = sets["vmax"].sel(reaction=list(model.reaction_ids)).values
    result = np.empty((len(km), len(given), len(model.reactions)))
    for r, reaction in enumerate(model.reactions):
        roles = reaction.law.roles(len(reaction.substrates), len(reaction.products))
        constants = [
            [km[:, column[f"km_{role}_{reaction.id}"], None] for role in side] for side in roles
        ]
        result[:, :, r] = vmax[:, r, None] * relative_rate(
            reaction, levels, constants, k_equilibrium.get(reaction.id)
        )
    result /= model.flux_to_rate
    attrs = {"long_name": "reaction rate", "units": "mmol/gDW/h"}
    coords = {"set": sets["set"].values, "reaction": list(model.reaction_ids)}
    if single:
        return xarray.DataArray(result[:, 0], coords, ("set", "reaction"), attrs=attrs)
    coords["point"] = np.arange(len(given))
    return xarray.DataArray(result, coords, ("set", "point", "reaction"), attrs=attrs)


def relative_rate(reaction, levels, constants, k_equilibrium):
    """v/Vmax (…) of one reaction.

    levels: µmol/L by metabolite; constants: Km in µmol/L of the substrates and of the products; all are
    arrays that go together.
    """
    law = reaction.law
    coefficients = [
        np.array([c for _, c in side]) for side in (reaction.substrates, reaction.products)
    ]
    amounts = [[levels[m] for m, _ in side] for side in (reaction.substrates, reaction.products)]
    scaled = [[x / k for x, k in zip(amounts[i], constants[i], strict=True)] for i in (0, 1)]
    slopes = [[None] * len(side) for side in scaled]
    denominator = law.denominator(*scaled, *coefficients, *slopes)
    forward, backward = 1.0, 0.0
    orders = law.orders(coefficients[0])
    for s, n in zip(scaled[0], orders, strict=True):
        forward = forward * s**n
    if law.reversible:
        backward = 1.0 / k_equilibrium
        for k, n in zip(constants[0], orders, strict=True):
            backward = backward / k**n
        for x, n in zip(amounts[1], law.orders(coefficients[1]), strict=True):
            backward = backward * x**n
    for modifier in reaction.modifiers:
        level = levels[modifier.metabolite]
        forward = forward * level**modifier.forward_order
        if law.reversible:
            backward = backward * level**modifier.backward_order
    return (forward - backward) / denominator


def _levels(model, state, given):
    unknown = [m for m in given.columns if m not in model.metabolite_ids]
    if unknown:
        raise InputError(
            f"concentrations: {unknown[0]!r} is not a metabolite of model {model.id!r}; correct the id."
        )
    levels = {}
    for metabolite in model.metabolite_ids:
        if metabolite in given:
            values = given[metabolite].to_numpy(dtype=float)
        else:
            values = np.full(len(given), float(state.concentrations[metabolite]))
        if not (np.isfinite(values) & (values >= 0)).all():
            raise InputError(
                f"concentrations: {metabolite!r} holds a value that is negative or not finite; "
                "give µmol/L of at least 0."
            )
        levels[metabolite] = values[None, :]
    return levels
