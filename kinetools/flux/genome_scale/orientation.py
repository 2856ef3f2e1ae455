"""Step: transitions are written in the direction of the model's reactions."""

from collections import Counter

from ..atoms import AtomTransition
from .draft import Draft
from .report import StepReport

STEP = "orient transitions"
MOST = 100  # molecules


def orient_transitions(draft: Draft, directions: str = "table") -> tuple[Draft, StepReport]:
    """Transitions in the direction in which the model writes their reactions.

    A transition that is the model's reaction read backwards is turned round. Where only numbers of
    molecules differ, whole multiples of its independent parts are tried (3 fumarate -> 3 succinate beside
    another molecule), otherwise it stays as it is for `split_fractions`. What fits in no way is left out.
    directions: "table" closes the backward direction of reactions that run both ways in the model but
    one way in the table; "model" leaves them. Every such case is reported.
    """
    rows, transitions = [], []
    model = draft.model
    closed = {}
    for transition in draft.transitions:
        name = transition.reaction
        reaction = model.reactions.get_by_id(name)
        backwards = turned(transition)
        if fits(transition, reaction):
            transitions.append(transition)
        elif fits(backwards, reaction):
            transitions.append(backwards)
            rows.append(("turned transition", name, reaction.build_reaction_string()))
        elif (whole := completed(transition, reaction)) or (
            whole := completed(backwards, reaction)
        ):
            transitions.append(whole)
            rows.append(("completed transition", name, whole.equation()))
        elif same_sides(transition, reaction):
            transitions.append(transition)
            rows.append(("other numbers of molecules", name, reaction.build_reaction_string()))
            continue
        else:
            rows.append(("left out transition", name, f"is not {reaction.build_reaction_string()}"))
            continue
        if name in draft.one_way and reaction.lower_bound < 0 < reaction.upper_bound:
            closed[name] = transitions[-1].reactants[0][0] == transition.reactants[0][0]
    what = (
        "closed backward direction" if directions == "table" else "runs both ways in the model only"
    )
    rows += [(what, name, "one way in the table of transitions") for name in closed]
    if directions == "table" and closed:
        model = model.copy()
        for name, forward in closed.items():
            reaction = model.reactions.get_by_id(name)
            reaction.bounds = (0, reaction.upper_bound) if forward else (reaction.lower_bound, 0)
    new = Draft(model, tuple(transitions), draft.one_way, draft.conditions)
    return new, StepReport.of(STEP, dict.fromkeys(rows), new)


def turned(transition: AtomTransition) -> AtomTransition:
    """The transition of the reaction read backwards."""
    return AtomTransition(transition.reaction, transition.products, transition.reactants)


def net_molecules(transition: AtomTransition) -> dict[str, int]:
    """Metabolite -> molecules made less molecules used, as the transition names them."""
    net = Counter(m for m, _ in transition.products)
    net.subtract(m for m, _ in transition.reactants)
    return dict(net)


def coefficients(reaction) -> dict[str, float]:
    """Metabolite id -> coefficient in a reaction of COBRApy."""
    return {m.id: float(c) for m, c in reaction.metabolites.items()}


def fits(transition: AtomTransition, reaction) -> bool:
    """Does a transition name every molecule of the metabolites that it names?"""
    given = coefficients(reaction)
    return all(given.get(m, 0) == n for m, n in net_molecules(transition).items())


def same_sides(transition: AtomTransition, reaction) -> bool:
    """Are the transition's metabolites on the same sides of the reaction, whatever their numbers?"""
    given = coefficients(reaction)
    return all(given.get(m, 0) * n > 0 for m, n in net_molecules(transition).items())


def fits_somehow(transition: AtomTransition, reaction) -> bool:
    """Does `orient_transitions` keep it: as it is, turned, completed, or for `split_fractions`?"""
    ways = transition, turned(transition)
    return (
        any(fits(t, reaction) for t in ways)
        or any(completed(t, reaction) for t in ways)
        or same_sides(transition, reaction)
    )


def completed(transition: AtomTransition, reaction) -> AtomTransition | None:
    """The transition with as many molecules of its independent parts as the reaction has, if that fits."""
    given, parts = coefficients(reaction), []
    for part in transition.parts():
        ratios = {given.get(m, 0) / n for m, n in net_molecules(part).items() if n}
        if len(ratios) != 1 or not 1 <= (ratio := ratios.pop()) <= MOST or ratio != int(ratio):
            return None
        parts.append(part.repeated(int(ratio)))
    whole = AtomTransition(
        transition.reaction,
        tuple(molecule for part in parts for molecule in part.reactants),
        tuple(molecule for part in parts for molecule in part.products),
    )
    return whole if fits(whole, reaction) else None
