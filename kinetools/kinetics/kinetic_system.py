"""The differential equations of a kinetic model around a steady state, as arrays for compiled code.

Unknowns are the independent metabolites; dependent ones follow from the conserved totals, so that a
moiety can drift by rounding only. Concentrations in µmol/L, time in h.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .model import KineticModel
from .steady_state import SteadyState


@dataclass(frozen=True)
class _Place:
    """Where a reaction's numbers stand: its Km columns and the modifiers that do not change."""

    law: type
    km: np.ndarray  # (substrates, products) columns of km
    substrate_orders: np.ndarray
    fixed_modifiers: list
    at_constants: int


class KineticSystem:
    """dx/dt = N·v(x) of a model, for any of its parameter sets."""

    def __init__(self, model: KineticModel, state: SteadyState):
        self.model, self.state = model, state
        network, moieties = model.network, model.network.moieties
        self.metabolites = network.metabolites
        self.n_dynamic = int(network.dynamic.sum())
        order = _sparse_order(network, moieties)
        self.independent, self.dependent = moieties.independent[order], moieties.dependent
        self.link = np.ascontiguousarray(moieties.link[:, order])
        self.reference = state.concentrations[list(network.metabolites)].to_numpy()
        self._k_equilibrium = state.k_equilibrium(model)
        self._write_program()
        self._write_stoichiometry(network)

    def _write_program(self):
        """For each law, the program of its reactions (see `rate_kernels`)."""
        model = self.model
        index = {m: i for i, m in enumerate(self.metabolites)}
        column = {name: k for k, name in enumerate(model.parameter_names)}
        programs, shared, self._places, entries = {}, [], [], []
        n_constants = 0
        for r, reaction in enumerate(model.reactions):
            law = reaction.law
            sides = (reaction.substrates, reaction.products)
            roles = law.roles(*map(len, sides))
            coefficients = [np.array([c for _, c in side], float) for side in sides]
            orders = [np.array(law.orders(c), float) for c in coefficients]
            moving = [m for m in reaction.modifiers if index[m.metabolite] < self.n_dynamic]
            fixed = [m for m in reaction.modifiers if index[m.metabolite] >= self.n_dynamic]
            members = [index[m] for side in sides for m, _ in side]
            members += [index[m.metabolite] for m in moving]
            n_s, n_p = map(len, sides)
            header = [r, n_s, n_p, len(moving), len(shared), n_constants, len(entries)]
            programs.setdefault(law.name, []).extend([*header, int(law.reversible), *members])
            shared += [*orders[0], *orders[1]]
            for modifier in moving:
                shared += [modifier.forward_order, modifier.backward_order]
            shared += [*coefficients[0], *coefficients[1]]
            km = [column[f"km_{role}_{reaction.id}"] for side in roles for role in side]
            self._places.append(_Place(law, np.array(km), orders[0], fixed, n_constants))
            n_constants += 2 + n_s + n_p
            entries += [(r, m) for m in members]
        names = sorted(programs)
        self.laws = [_law(model, name) for name in names]
        self.program = np.array([n for name in names for n in programs[name]], np.int64)
        self.program_offsets = np.cumsum([0, *(len(programs[name]) for name in names)])
        self.shared = np.array(shared, float)
        self.entries = np.array(entries, np.int64).reshape(-1, 2)
        self.n_constants = n_constants

    def _write_stoichiometry(self, network):
        """N of the independent metabolites over their reference, compressed by reaction."""
        from scipy.sparse import csc_array

        rows = csc_array(network.stoichiometry[network.dynamic][self.independent])
        self.column_start = rows.indptr.astype(np.int64)
        self.row = rows.indices.astype(np.int64)
        self.coefficient = rows.data / self.reference[self.independent[self.row]]
        self.position = np.full(len(self.metabolites), -1, np.int64)  # of independent ones
        self.position[self.independent] = np.arange(len(self.independent))
        self.dependent_position = np.full(len(self.metabolites), -1, np.int64)
        self.dependent_position[self.dependent] = np.arange(len(self.dependent))

    @cached_property
    def equations(self) -> tuple:
        """What the compiled integrator needs to know of the model (see `rodas`)."""
        from .rate_kernels import rate_kernel

        # Addresses of compiled code, which lives as long as the process.
        kernels = np.array([rate_kernel(law).address for law in self.laws], np.int64)
        return (
            kernels,
            self.program,
            self.program_offsets,
            self.shared,
            (self.column_start, self.row, self.coefficient),
            (
                self.independent,
                self.dependent,
                self.position,
                self.dependent_position,
                self.entries[:, 0].copy(),
                self.entries[:, 1].copy(),
            ),
            self.link,
            self.reference,
        )

    def __getstate__(self):
        return {k: v for k, v in vars(self).items() if k != "equations"}

    def constants(self, km, vmax, fixed=None) -> np.ndarray:
        """The numbers of each parameter set that the kernels read.

        km: (set, parameter) µmol/L; vmax: (set, reaction) µmol/L/h; fixed: concentrations of all
        metabolites (set, metabolite), of which those of the boundary are used (default: the state's).
        Returns (set, n_constants).
        """
        result = np.empty((len(km), self.n_constants))
        levels = self.reference[None] if fixed is None else fixed
        index = {m: i for i, m in enumerate(self.metabolites)}
        for r, (reaction, place) in enumerate(zip(self.model.reactions, self._places, strict=True)):
            own = km[:, place.km]
            n_s = len(place.substrate_orders)
            forward = vmax[:, r].copy()
            backward = np.zeros_like(forward)
            if place.law.reversible:
                scale = np.prod(own[:, :n_s] ** place.substrate_orders, axis=1)
                backward = forward / (self._k_equilibrium[reaction.id] * scale)
            for modifier in place.fixed_modifiers:
                level = levels[:, index[modifier.metabolite]]
                forward = forward * level**modifier.forward_order
                if place.law.reversible:
                    backward = backward * level**modifier.backward_order
            at = place.at_constants
            result[:, at], result[:, at + 1] = forward, backward
            result[:, at + 2 : at + 2 + own.shape[1]] = 1.0 / own
        return result

    def totals(self, concentrations) -> np.ndarray:
        """What the conserved sums leave for the dependent metabolites, (…, dependent) µmol/L.

        concentrations: (…, metabolite); x_dependent = totals + link · x_independent at all times.
        """
        return (
            concentrations[..., self.dependent]
            - concentrations[..., self.independent] @ self.link.T
        )


def _law(model, name):
    return next(r.law for r in model.reactions if r.mechanism == name)


def _sparse_order(network, moieties) -> np.ndarray:
    """An order of the independent metabolites in which factorising the Jacobian makes few new entries.

    Minimum degree: the metabolite next in turn is always one with the fewest neighbours that are left.
    """
    dynamic = network.stoichiometry[network.dynamic]
    touched = dynamic != 0
    chain = np.zeros((len(dynamic), len(moieties.independent)), bool)
    chain[moieties.independent, np.arange(len(moieties.independent))] = True
    chain[moieties.dependent] = moieties.link != 0
    influences = touched[moieties.independent].astype(int) @ (touched.T.astype(int) @ chain)
    neighbours = (influences > 0) | (influences > 0).T
    np.fill_diagonal(neighbours, False)
    order, left = [], list(range(len(neighbours)))
    while left:
        chosen = min(left, key=lambda i: neighbours[i, left].sum())
        left.remove(chosen)
        around = [i for i in left if neighbours[chosen, i]]
        neighbours[np.ix_(around, around)] = True
        order.append(chosen)
    return np.array(order)
