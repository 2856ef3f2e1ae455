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
    biomass equations with five-digit coefficients neither hide nor invent a moiety. The last listed
    metabolite of each moiety becomes the dependent one. metabolites: (m,) ids; stoichiometry: (m, r).
    """
    n_metabolites, n_reactions = stoichiometry.shape
    # Each row carries, behind its reactions, the combination of metabolites that it stands for.
    rows = []
    for i, row in enumerate(stoichiometry):
        entries = {int(j): Fraction(repr(float(row[j]))) for j in np.flatnonzero(row)}
        rows.append(entries | {n_reactions + i: Fraction(1)})
    _eliminate(rows, range(n_reactions))
    conserved = [row for row in rows if min(row) >= n_reactions]
    pivots = _eliminate(conserved, range(n_reactions + n_metabolites - 1, n_reactions - 1, -1))
    totals = np.zeros((len(conserved), n_metabolites))
    for i, row in enumerate(conserved):
        for j, value in row.items():
            totals[i, j - n_reactions] = float(value)
    dependent = np.array(pivots, dtype=int) - n_reactions
    independent = np.setdiff1d(np.arange(n_metabolites), dependent)
    return Moieties(tuple(metabolites), totals, independent, dependent, -totals[:, independent])


def _eliminate(rows: list[dict[int, Fraction]], columns) -> list[int]:
    """Gauss–Jordan elimination of sparse rational rows, in place; returns the pivot columns.

    Row i is left with pivot i equal to one; rows behind the last pivot have no entry in `columns`.
    """
    pivots: list[int] = []
    for column in columns:
        candidates = [i for i in range(len(pivots), len(rows)) if column in rows[i]]
        if not candidates:
            continue
        # The shortest row keeps fill-in, and so the fractions, small.
        chosen = min(candidates, key=lambda i: len(rows[i]))
        top = len(pivots)
        rows[top], rows[chosen] = rows[chosen], rows[top]
        scale = rows[top][column]
        pivot = rows[top] = {j: value / scale for j, value in rows[top].items()}
        for i, row in enumerate(rows):
            factor = row.get(column) if i != top else None
            if factor:
                for j, value in pivot.items():
                    difference = row.get(j, 0) - factor * value
                    if difference:
                        row[j] = difference
                    else:
                        row.pop(j, None)
        pivots.append(column)
    return pivots
