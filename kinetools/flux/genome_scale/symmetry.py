"""Step: symmetric molecules are handed over in every orientation, at equal shares."""

from itertools import product

from ...errors import InputError
from ..atoms import AtomTransition
from .draft import Draft
from .report import StepReport

STEP = "symmetric metabolites"


def spread_symmetric(draft: Draft, symmetric) -> tuple[Draft, StepReport]:
    """Transitions with one copy for each orientation of the symmetric molecules of a reaction.

    symmetric: metabolite -> position (from 1) that takes the place of the first, second, … atom when the
    molecule is turned, such as {"succ_c": (4, 3, 2, 1)}. Orientations that the table has already are
    not repeated. Raises InputError for orders that do not fit the molecule.
    """
    _check(draft, symmetric)
    by_reaction: dict[str, list[AtomTransition]] = {}
    for transition in draft.transitions:
        by_reaction.setdefault(transition.reaction, []).append(transition)
    rows, transitions = [], []
    for reaction, given in by_reaction.items():
        spread = {_key(t): t for t in given}
        for transition in given:
            for turned in _orientations(transition, symmetric):
                spread.setdefault(_key(turned), turned)
        found = list(spread.values())
        transitions += found
        if len(found) != len(given):
            rows.append(("spread transition", reaction, f"from {len(given)} to {len(found)}"))
    new = Draft(draft.model, tuple(transitions), draft.one_way, draft.conditions)
    return new, StepReport.of(STEP, rows, new)


def _orientations(transition, symmetric):
    """The transition with its symmetric molecules turned in every combination."""
    molecules = (*transition.reactants, *transition.products)
    choices = [
        (atoms, tuple(atoms[p - 1] for p in symmetric[m])) if m in symmetric else (atoms,)
        for m, atoms in molecules
    ]
    n = len(transition.reactants)
    for atoms in product(*choices):
        sides = tuple((m, a) for (m, _), a in zip(molecules, atoms))
        yield AtomTransition(transition.reaction, sides[:n], sides[n:])


def _key(transition):
    """The same for two transitions that pass on the same atoms, however these are called."""
    sides = (tuple(m for m, _ in side) for side in (transition.reactants, transition.products))
    return *sides, tuple(sorted(transition.atom_map.items()))


def _check(draft, symmetric):
    carbons = draft.tracked
    for metabolite, order in symmetric.items():
        n = len(order)
        twice = [order[p - 1] if 1 <= p <= n else 0 for p in order]
        if sorted(order) != list(range(1, n + 1)) or twice != list(range(1, n + 1)):
            raise InputError(
                f"symmetric metabolites: {metabolite} has the order {order}, but turning a molecule twice "
                "must give the molecule again; write each position from 1 on once, such as 4 3 2 1."
            )
        if carbons.get(metabolite, n) != n:
            raise InputError(
                f"symmetric metabolites: {metabolite} has {carbons[metabolite]} atoms in the transitions, "
                f"but an order of {n} positions; correct it."
            )
