"""Small COBRApy models with atom transitions, for tests of the steps."""

import cobra

from kinetools.flux.atoms import AtomTransition
from kinetools.flux.genome_scale import Draft


def draft(reactions: dict, transitions=(), one_way=(), conditions=None, formulas=None) -> Draft:
    """reactions: id -> equation as COBRApy writes it, or (equation, lower, upper);
    transitions: (reaction, equation, atoms); formulas: metabolite -> formula.
    """
    model = cobra.Model("small")
    for name, content in reactions.items():
        equation, *bounds = (content,) if isinstance(content, str) else content
        reaction = cobra.Reaction(name)
        model.add_reactions([reaction])
        reaction.build_reaction_from_string(equation, verbose=False)
        if bounds:
            reaction.bounds = bounds
    for metabolite in model.metabolites:
        metabolite.compartment = metabolite.id[-1]
        metabolite.formula = (formulas or {}).get(metabolite.id)
    parsed = tuple(AtomTransition.parse(*row) for row in transitions)
    return Draft(model, parsed, frozenset(one_way), conditions or {})


def letters(draft: Draft, reaction: str) -> list[str]:
    """The atoms of a reaction's transitions as text."""
    return [t.letters() for t in draft.transitions if t.reaction == reaction]
