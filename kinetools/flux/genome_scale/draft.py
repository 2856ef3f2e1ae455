"""Draft: a COBRApy model and its atom transitions on the way to a FluxModel."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from ..atoms import AtomTransition
from ..flux_model import count_atoms


@dataclass(frozen=True, eq=False)
class Draft:
    """A model and a table of transitions that need not fit each other yet.

    model: `cobra.Model`, which no step changes; transitions: several of one reaction share its flux;
    one_way: reactions that the table of transitions writes with a one-way arrow; conditions: name ->
    {reaction: (lower, upper)} of the net flux in mmol/gDW/h: what was measured of each strain. The
    reactions named there stay in the model whatever happens.
    """

    model: "cobra.Model" = field(repr=False)  # noqa: F821 (cobra is not imported for a name)
    transitions: tuple[AtomTransition, ...] = field(repr=False, default=())
    one_way: frozenset[str] = field(repr=False, default=frozenset())
    conditions: Mapping[str, dict] = field(repr=False, default_factory=dict)

    def __repr__(self):
        return (
            f"Draft({self.model.id!r}: {len(self.model.reactions)} reactions, of which "
            f"{len(self.labelled)} with atom transitions; {len(self.model.metabolites)} metabolites; "
            f"conditions: {', '.join(self.conditions) or 'none'})"
        )

    @cached_property
    def labelled(self) -> frozenset[str]:
        """Reactions of the model that have transitions."""
        return frozenset(t.reaction for t in self.transitions if t.reaction in self.model.reactions)

    @cached_property
    def measured(self) -> frozenset[str]:
        """Reactions that a condition names."""
        return frozenset(r for bounds in self.conditions.values() for r in bounds)

    @cached_property
    def tracked(self) -> dict[str, int]:
        """Carbons of every metabolite that a transition names; InputError where two disagree."""
        return count_atoms(
            self.transitions, [f"transition of {t.reaction}" for t in self.transitions]
        )

    def without(self, removed) -> "Draft":
        """The draft without some reactions, and without metabolites that are then in none."""
        import cobra

        removed = set(removed)
        model = cobra.Model(self.model.id, name=self.model.name)
        model.add_reactions([r.copy() for r in self.model.reactions if r.id not in removed])
        for gene in model.genes:  # COBRApy makes new ones of the rules
            gene.name = self.model.genes.get_by_id(gene.id).name
        return Draft(
            model,
            tuple(t for t in self.transitions if t.reaction not in removed),
            self.one_way - removed,
            self.conditions,
        )


def is_boundary(reaction) -> bool:
    """Does a reaction of COBRApy cross the border of the system? (One metabolite at most.)"""
    return len(reaction.metabolites) <= 1


def formula_carbons(metabolite) -> int | None:
    """Carbons in a metabolite's formula; None if it has none. Rests (R, X) count as nothing."""
    if not metabolite.formula:
        return None
    elements = metabolite.elements  # None if the formula is not understood
    return None if elements is None else int(elements.get("C", 0))
