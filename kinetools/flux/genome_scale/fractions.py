"""Step: what passes on atoms within a reaction of uneven numbers becomes a reaction of its own.

Growth turns 59.98 ATP into 59.81 ADP and takes 0.17 ATP into biomass: no atoms can be followed through such
a number of molecules. The 59.81 become a reaction ATP -> ADP beside it that runs 59.81 times as fast.
"""

from dataclasses import replace

from ..flux_model import RELATIONS
from .draft import Draft
from .orientation import coefficients, fits, net_molecules
from .report import StepReport

STEP = "split uneven numbers of molecules"


def split_fractions(draft: Draft) -> tuple[Draft, StepReport]:
    """Transitions that name other numbers of molecules than their reactions, on reactions of their own.

    As much as possible of the reaction is split off as whole transitions; "constraint_…", no substance
    but a linear relation, keeps the two fluxes in proportion. The reaction keeps the rest, and
    its id. A transition that leaves nothing to split off is left out and reported.
    """
    model = draft.model
    uneven = [t for t in draft.transitions if not fits(t, model.reactions.get_by_id(t.reaction))]
    if not uneven:
        return draft, StepReport.of(STEP, (), draft)
    model, rows = model.copy(), []
    transitions = [t for t in draft.transitions if t not in uneven]
    parts = {}  # of a reaction and its net molecules: several transitions share what is split off
    for transition in uneven:
        name = transition.reaction
        reaction = model.reactions.get_by_id(name)
        given, net = coefficients(reaction), net_molecules(transition)
        key = name, frozenset(net.items())
        if key in parts:
            transitions.append(replace(transition, reaction=parts[key]))
            continue
        share = min((given.get(m, 0) / n for m, n in net.items() if n), default=0.0)
        if share <= 0:
            rows.append(("left out transition", name, "does not fit the numbers of molecules"))
            continue
        part = parts[key] = _split(model, reaction, net, share)
        transitions.append(replace(transition, reaction=part))
        rows.append(("split off reaction", part, f"runs {share:g} times as fast as {name}"))
    new = Draft(model, tuple(transitions), draft.one_way, draft.conditions)
    return new, StepReport.of(STEP, rows, new)


def _split(model, reaction, net, share) -> str:
    """Move `share` times the net molecules of a reaction to a new one that is coupled to it."""
    import cobra

    number = 1
    while f"{reaction.id}_part{number}" in model.reactions:
        number += 1
    name = f"{reaction.id}_part{number}"
    coupling = cobra.Metabolite(f"constraint_{name}", compartment=RELATIONS)
    metabolites = {model.metabolites.get_by_id(m): float(n) for m, n in net.items() if n}
    # what is left must be nothing, not rounding, where all of a metabolite goes
    rest = {
        m: -share * n
        if abs(reaction.get_coefficient(m) - share * n) > 1e-12 * share
        else -reaction.get_coefficient(m)
        for m, n in metabolites.items()
    }
    part = cobra.Reaction(
        name,
        f"{reaction.name or reaction.id}, atoms handed over",
        reaction.subsystem,
        *(share * b for b in reaction.bounds),
    )
    part.add_metabolites({**metabolites, coupling: -1.0})
    model.add_reactions([part])
    reaction.add_metabolites(rest)
    reaction.add_metabolites({model.metabolites.get_by_id(coupling.id): share})
    return name
