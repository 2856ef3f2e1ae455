"""Rate laws of reactions as formulas, and the units of their parameters."""

from .formula import Term
from .sbml_names import SPECIES, to_sid
from .steady_state import rate_law_orders


def km_id(parameter: str) -> str:
    """SBML id of a Michaelis constant: its name."""
    return to_sid("", parameter)


def vmax_id(reaction) -> str:
    """SBML id of the maximal rate of a reaction."""
    return to_sid("vmax_", reaction.id)


def keq_id(reaction) -> str:
    """SBML id of the equilibrium constant of a reaction."""
    return to_sid("k_equilibrium_", reaction.id)


def rate_law(reaction, cell: str) -> str:
    """The rate of a reaction in µmol/h as infix text.

    cell: SBML id of the compartment whose volume all rates refer to. The formula is the one that
    `reaction_rates` computes: Vmax (∏s^a − ∏P^b/(Keq ∏Km^a)) / denominator with its modifiers.
    """
    law = reaction.law
    roles = law.roles(len(reaction.substrates), len(reaction.products))
    sides = (reaction.substrates, reaction.products)
    coefficients = [[c for _, c in side] for side in sides]
    levels = [[_species(m) for m, _ in side] for side in sides]
    constants = [[Term(km_id(f"km_{role}_{reaction.id}")) for role in side] for side in roles]
    scaled = [[x / k for x, k in zip(*pair, strict=True)] for pair in zip(levels, constants)]
    orders = [law.orders(side) for side in coefficients]
    forward = _product(1.0, scaled[0], orders[0])
    forward = _product(forward, *_modifiers(reaction, "forward_order"))
    net = forward
    if law.reversible:
        backward = _product(1.0, levels[1], orders[1])
        backward = _product(backward, *_modifiers(reaction, "backward_order"))
        net = forward - backward / _product(Term(keq_id(reaction)), constants[0], orders[0])
    denominator = law.denominator_formula(
        *[[str(x) for x in side] for side in scaled], *coefficients
    )
    return str(Term(cell) * Term(vmax_id(reaction)) * net / Term(denominator))


def vmax_order(reaction) -> float:
    """n of a maximal rate's unit µmol/L/h · (µmol/L)^n."""
    return -sum(m.forward_order for m in reaction.modifiers)


def keq_order(reaction) -> float:
    """n of an equilibrium constant's unit (µmol/L)^n."""
    return sum(order for _, order in rate_law_orders(reaction))


def _species(metabolite) -> Term:
    return Term(to_sid(SPECIES, metabolite))


def _modifiers(reaction, kind):
    modifiers = reaction.modifiers
    return [_species(m.metabolite) for m in modifiers], [getattr(m, kind) for m in modifiers]


def _product(start, terms, orders):
    for term, order in zip(terms, orders, strict=True):
        start = start * term**order
    return start
