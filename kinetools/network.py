"""Stoichiometry of a network as arrays, and its conserved moieties."""

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import numpy as np


@dataclass(frozen=True)
class Network:
    """Metabolites × reactions of a network.

    stoichiometry: (metabolite, reaction), products positive; dynamic: (metabolite,) bool, False for
    boundary metabolites, whose concentrations are fixed.
    """

    metabolites: tuple[str, ...]
    reactions: tuple[str, ...]
    stoichiometry: np.ndarray
    dynamic: np.ndarray
    compartments: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_cobra(cls, model, boundary_metabolites=()) -> "Network":
        """The arrays of a `cobra.Model`; its exchange reactions are kept as they are."""
        from cobra.util.array import create_stoichiometric_matrix

        boundary = set(boundary_metabolites)
        metabolites = tuple(m.id for m in model.metabolites)
        return cls(
            metabolites,
            tuple(r.id for r in model.reactions),
            create_stoichiometric_matrix(model),
            np.array([m not in boundary for m in metabolites]),
            {m.id: m.compartment for m in model.metabolites},
        )

    @property
    def dynamic_metabolites(self) -> tuple[str, ...]:
        """Metabolites whose concentrations change."""
        return tuple(m for m, d in zip(self.metabolites, self.dynamic, strict=True) if d)

    @cached_property
    def moieties(self) -> "Moieties":
        """Conserved moieties of the dynamic metabolites."""
        return conserved_moieties(self.dynamic_metabolites, self.stoichiometry[self.dynamic])


@dataclass(frozen=True)
class Moieties:
    """Conserved sums G·x = t of a network and the split of its metabolites that they allow.

    totals: G (moiety, metabolite), every row zero in all but one of the dependent metabolites;
    independent, dependent: indices of metabolites; link: L₀ (dependent, independent) with
    dx_dependent = L₀ dx_independent.
    """

    metabolites: tuple[str, ...]
    totals: np.ndarray
    independent: np.ndarray
    dependent: np.ndarray
    link: np.ndarray

    def as_dicts(self) -> list[dict[str, float]]:
        """One {metabolite: coefficient} a moiety."""
        return [
            {m: float(c) for m, c in zip(self.metabolites, row, strict=True) if c}
            for row in self.totals
        ]


def conserved_moieties(metabolites, stoichiometry) -> Moieties:
    """Left null space of a stoichiometric matrix, computed exactly.

    Coefficients are taken as the decimal numbers they are written as (0.352 is 352/1000), so that
    biomass equations with five-digit coefficients neither hide nor invent a moiety.
    metabolites: (m,) ids; stoichiometry: (m, r).
    """
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from sympy import QQ
        from sympy.polys.matrices import DomainMatrix

    n_metabolites = stoichiometry.shape[0]
    rows = [
        [QQ(*Fraction(repr(float(c))).as_integer_ratio()) for c in column]
        for column in stoichiometry.T
        if np.any(column)
    ]
    if rows:
        left_null = DomainMatrix(rows, (len(rows), n_metabolites), QQ).nullspace()
    else:
        left_null = DomainMatrix.eye(n_metabolites, QQ)
    if left_null.shape[0]:
        # Reduced from the right: the last listed metabolite of each moiety becomes the dependent one.
        reversed_columns = list(range(n_metabolites - 1, -1, -1))
        reduced, pivots = left_null.extract(range(left_null.shape[0]), reversed_columns).rref()
        totals = np.array(
            [
                [float(Fraction(int(QQ.numer(c)), int(QQ.denom(c)))) for c in row]
                for row in reduced.to_list()
            ]
        )[:, ::-1]
        dependent = np.array([n_metabolites - 1 - k for k in pivots])
    else:
        totals = np.zeros((0, n_metabolites))
        dependent = np.zeros(0, int)
    independent = np.setdiff1d(np.arange(n_metabolites), dependent)
    return Moieties(tuple(metabolites), totals, independent, dependent, -totals[:, independent])
