"""Batched Jacobians, Vmax and spectra of many parameter sets around one steady state.

At the reference state every reversible rate is v = v₊(1 − ρ) with ρ = exp(ΔG/RT) fixed by
thermodynamics, so ∂v/∂ln x consists of a constant part (numerator) and −v ∂ln D/∂ln x, where only the
saturation terms ∂ln D/∂ln x of the denominators depend on the Michaelis constants. The Jacobian in
log coordinates is therefore an affine function of a few hundred saturation terms, J = J₀ + A·u, and A
is a sparse matrix that belongs to the model and the state.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..errors import InputError
from .model import KineticModel
from .steady_state import SteadyState, check_steady_state, rate_law_orders

STEP = 1e-100  # of complex steps: nothing is subtracted, so nothing is lost however small it is
BLOCK = 128  # Jacobians built at a time: as many as the cache holds


@dataclass(frozen=True)
class _Group:
    """Reactions of one rate law and shape; index arrays are (reactant, reaction)."""

    law: type
    reactions: np.ndarray
    s_parameters: np.ndarray
    p_parameters: np.ndarray
    s_concentrations: np.ndarray
    p_concentrations: np.ndarray
    s_coefficients: np.ndarray
    p_coefficients: np.ndarray


class Linearisation:
    """Everything about a model and a steady state that its parameter sets share.

    Raises InputError where the state does not fit the model (see `check_steady_state`).
    """

    def __init__(self, model: KineticModel, state: SteadyState):
        check_steady_state(model, state)
        self.model, self.state = model, state
        self.n_parameters = len(model.parameters)
        self.n_reactions = len(model.reactions)
        moieties = model.network.moieties
        self.independent, self.dependent = moieties.independent, moieties.dependent
        self.size = len(self.independent)
        self._rates = state.fluxes[list(model.reaction_ids)].to_numpy() * model.flux_to_rate
        energies = np.array(
            [
                state.delta_g[r.id] / state.rt if r.law.reversible else -np.inf
                for r in model.reactions
            ]
        )
        self._net_share = -np.expm1(energies)  # 1 − ρ
        self._backward_share = np.exp(energies)  # ρ
        self._forward_modifiers = np.array(
            [
                np.prod(
                    [state.concentrations[m.metabolite] ** m.forward_order for m in r.modifiers]
                )
                for r in model.reactions
            ]
        )
        self.reference_concentrations = np.array(
            [state.concentrations[p.metabolite] for p in model.parameters]
        )
        self._groups = _group_reactions(model, state)
        self._constant, self._map = self._affine_parts(moieties.link)

    def _affine_parts(self, link):
        """J₀ flattened (size²,) and the sparse A (size², parameter)."""
        from scipy.sparse import csr_array

        model, state = self.model, self.state
        network = model.network
        index = {m: i for i, m in enumerate(network.dynamic_metabolites)}
        x = state.concentrations[list(network.dynamic_metabolites)].to_numpy()
        # Column chain: ∂ln x (all dynamic) / ∂ln x (independent).
        chain = np.zeros((len(x), self.size))
        chain[self.independent, np.arange(self.size)] = 1.0
        chain[self.dependent] = link * x[self.independent] / x[self.dependent, None]
        rows = network.stoichiometry[network.dynamic][self.independent]
        rows = rows / x[self.independent, None]

        numerator = np.zeros((self.n_reactions, len(x)))
        for r, reaction in enumerate(model.reactions):
            for metabolite, order in _forward_orders(reaction):
                if metabolite in index:
                    numerator[r, index[metabolite]] += order
            if reaction.law.reversible:
                # a − ρ·b over (1 − ρ) equals a − (ρ/(1−ρ))·(b − a): no cancellation near equilibrium.
                factor = self._backward_share[r] / self._net_share[r]
                for metabolite, order in rate_law_orders(reaction):
                    if metabolite in index:
                        numerator[r, index[metabolite]] -= factor * order
        constant = rows @ (self._rates[:, None] * numerator) @ chain

        entries = defaultdict(float)
        position = {r: i for i, r in enumerate(model.reaction_ids)}
        for k, parameter in enumerate(model.parameters):
            if not parameter.live or parameter.metabolite not in index:
                continue
            r = position[parameter.reaction]
            column = chain[index[parameter.metabolite]]
            for i in np.flatnonzero(rows[:, r]):
                for j in np.flatnonzero(column):
                    entries[i * self.size + j, k] -= rows[i, r] * self._rates[r] * column[j]
        keys = np.array(list(entries)).reshape(-1, 2)
        matrix = csr_array(
            (np.array(list(entries.values())), (keys[:, 0], keys[:, 1])),
            shape=(self.size**2, self.n_parameters),
        )
        return constant.ravel(), matrix

    @np.errstate(over="ignore", divide="ignore", invalid="ignore")  # results are checked instead
    def _terms(self, km, want_vmax: bool):
        """Saturation terms u (parameter, set) and, if wanted, Vmax (reaction, set)."""
        km = np.ascontiguousarray(np.asarray(km, float).T)
        n_sets = km.shape[1]
        terms = np.zeros((self.n_parameters, n_sets))
        vmax = np.empty((self.n_reactions, n_sets)) if want_vmax else None
        for g in self._groups:
            s = g.s_concentrations[:, :, None] / km[g.s_parameters]
            p = g.p_concentrations[:, :, None] / km[g.p_parameters]
            ds, dp = np.empty_like(s), np.empty_like(p)
            value = g.law.denominator(s, p, g.s_coefficients, g.p_coefficients, ds, dp)
            terms[g.s_parameters] = ds
            if g.law.product_in_rate():
                terms[g.p_parameters] = dp
            if want_vmax:
                r = g.reactions
                forward = self._forward_modifiers[r][:, None]
                for i, order in enumerate(g.law.orders(g.s_coefficients)):
                    forward = forward * (s[i] if order == 1 else s[i] ** order)
                vmax[r] = self._rates[r][:, None] / self._net_share[r][:, None] * value / forward
        if want_vmax and not np.isfinite(vmax).all():
            reaction, row = np.argwhere(~np.isfinite(vmax))[0]
            raise InputError(
                f"row {row} of these parameter sets: the Michaelis constants of reaction "
                f"{self.model.reaction_ids[reaction]!r} are so extreme that its Vmax overflows; check "
                "their unit (µmol/L)."
            )
        return terms, vmax

    def vmax(self, km) -> np.ndarray:
        """Maximal rates that give the reference fluxes.

        (set, parameter) µmol/L → (set, reaction) µmol/L/h.
        """
        return np.ascontiguousarray(self._terms(km, True)[1].T)

    def jacobians(self, km) -> np.ndarray:
        """Jacobians in log coordinates, ∂(d ln x_i/dt)/∂ln x_j of the n independent metabolites.

        (set, parameter) µmol/L → (set, n, n) 1/h. Similar to the Jacobian in concentrations, so the
        spectrum is the same, but without its loss of digits near zero.
        """
        return np.ascontiguousarray(self._flat(km).T).reshape(-1, self.size, self.size)

    def _flat(self, km) -> np.ndarray:
        """Jacobians as columns, (n², set)."""
        flat = self._map @ self._terms(km, False)[0]
        flat += self._constant[:, None]
        return flat

    @cached_property
    def map_transposed(self):
        """Aᵀ: from weights of the Jacobian's elements (n²,) to weights of saturation terms."""
        return self._map.T.tocsr()

    def term_gradient(self, km, weights) -> np.ndarray:
        """Derivatives by ln Km of a weighted sum of the saturation terms.

        km: (set, parameter) µmol/L; weights: (parameter, set). Returns (parameter, set). The terms'
        derivatives come from the rate laws' own code by complex steps.
        """
        km = np.ascontiguousarray(np.asarray(km, float).T)
        result = np.zeros_like(weights)
        for g in self._groups:
            scaled = [
                g.s_concentrations[:, :, None] / km[g.s_parameters] + 0j,
                g.p_concentrations[:, :, None] / km[g.p_parameters] + 0j,
            ]
            slopes = [np.empty_like(x) for x in scaled]
            parameters = (g.s_parameters, g.p_parameters)
            live = (True, g.law.product_in_rate())
            for side in (0, 1):
                for i in range(len(scaled[side]) if live[side] else 0):
                    kept = scaled[side][i].copy()
                    scaled[side][i] = kept * (1 + 1j * STEP)
                    g.law.denominator(*scaled, g.s_coefficients, g.p_coefficients, *slopes)
                    scaled[side][i] = kept
                    # A larger Km is a smaller s, hence the minus.
                    result[parameters[side][i]] = -sum(
                        (weights[parameters[k]] * slopes[k].imag).sum(axis=0) / STEP
                        for k in (0, 1)
                        if live[k]
                    )
        return result

    def spectra(self, km) -> np.ndarray:
        """Eigenvalues of the Jacobians, the slowest (largest real part) first.

        (set, parameter) µmol/L → (set, n) complex, 1/h. Raises InputError where a Michaelis constant is
        so extreme that the Jacobian overflows.
        """
        from ..eigen import eigenvalues_of_many

        values = np.empty((len(km), self.size), complex)
        for start in range(0, len(km), BLOCK):
            flat = self._flat(km[start : start + BLOCK])
            finite = np.isfinite(flat.sum(axis=0))
            if not finite.all():
                raise InputError(
                    f"row {start + int(np.argmin(finite))} of these parameter sets: its Michaelis "
                    "constants are so small that the rates overflow; check their unit (µmol/L)."
                )
            values[start : start + BLOCK] = eigenvalues_of_many(flat, self.size)
        return values


def _forward_orders(reaction):
    """(metabolite, order) of the forward rate's numerator."""
    orders = reaction.law.orders([c for _, c in reaction.substrates])
    return [(m, n) for (m, _), n in zip(reaction.substrates, orders, strict=True)] + [
        (m.metabolite, m.forward_order) for m in reaction.modifiers
    ]


def _group_reactions(model, state) -> list[_Group]:
    column = {name: k for k, name in enumerate(model.parameter_names)}
    shapes = defaultdict(list)
    for r, reaction in enumerate(model.reactions):
        coefficients = tuple(
            tuple(c for _, c in side) for side in (reaction.substrates, reaction.products)
        )
        shapes[reaction.mechanism, coefficients].append(r)
    groups = []
    for (_, coefficients), members in shapes.items():
        sides = []
        for which in (0, 1):
            parameters = np.zeros((len(coefficients[which]), len(members)), int)
            concentrations = np.zeros(parameters.shape)
            for g, r in enumerate(members):
                reaction = model.reactions[r]
                side = (reaction.substrates, reaction.products)[which]
                roles = reaction.law.roles(len(reaction.substrates), len(reaction.products))[which]
                for i, (role, (metabolite, _)) in enumerate(zip(roles, side, strict=True)):
                    parameters[i, g] = column[f"km_{role}_{reaction.id}"]
                    concentrations[i, g] = state.concentrations[metabolite]
            sides.append((parameters, concentrations))
        (s_parameters, s_conc), (p_parameters, p_conc) = sides
        groups.append(
            _Group(
                model.reactions[members[0]].law,
                np.array(members),
                s_parameters,
                p_parameters,
                s_conc,
                p_conc,
                np.array(coefficients[0], float),
                np.array(coefficients[1], float),
            )
        )
    return groups
