"""Step: transitions of reactions that have none, from numbers of carbons; the rest is for the user."""

from ..atoms import AtomTransition
from ..equations import write_equation
from .draft import Draft, formula_carbons, is_boundary
from .orientation import coefficients
from .report import StepReport

STEP = "infer transitions"
LARGEST = 20  # molecules on one side


def infer_transitions(draft: Draft, untracked=()) -> tuple[Draft, StepReport]:
    """The draft with transitions for every inner reaction for which they can be told.

    untracked: metabolites whose carbons nobody follows. Where the molecules of both sides have the same
    numbers of carbons, and no two different ones of a side the same, each molecule becomes that of its
    size, atom by atom. Numbers are those of the table of transitions where it names a metabolite,
    otherwise those of the formula. Everything else is reported as "ambiguous" and needs a curated
    transition (`ambiguous_reactions`); until then such a reaction hands over no atoms.
    Source: Backman et al. 2023, "Inferring unknown atom transitions".
    """
    rows, transitions = [], list(draft.transitions)
    carbons = _Carbons(draft, set(untracked))
    for reaction in draft.model.reactions:
        if reaction.id in draft.labelled or is_boundary(reaction):
            continue
        found = _infer(reaction, carbons)
        if isinstance(found, AtomTransition):
            transitions.append(found)
            rows.append(("inferred transition", reaction.id, found.equation()))
        elif found:
            what, why = found
            rows.append((what, reaction.id, why))
    new = Draft(draft.model, tuple(transitions), draft.one_way, draft.conditions)
    return new, StepReport.of(STEP, rows, new)


def ambiguous_reactions(draft: Draft, untracked=()):
    """Reactions whose transitions cannot be told, as the beginning of a table of curated transitions.

    Returns a `pandas.DataFrame` with reaction, equation, atoms (empty, to be filled in) and note.
    """
    import pandas as pd

    carbons = _Carbons(draft, set(untracked))
    _, report = infer_transitions(draft, untracked)
    rows = []
    for what, name, why in report.rows:
        if what != "ambiguous":
            continue
        reaction = draft.model.reactions.get_by_id(name)
        sides = [
            [
                (m, abs(c))
                for m, c in coefficients(reaction).items()
                if c * sign > 0 and carbons[m] != 0
            ]
            for sign in (-1, 1)
        ]
        equation = write_equation(*sides, reaction.lower_bound < 0)
        rows.append({"reaction": name, "equation": equation, "atoms": "", "note": why})
    return pd.DataFrame(rows, columns=["reaction", "equation", "atoms", "note"])


class _Carbons:
    """Numbers of carbons that are followed, by metabolite; None where not known."""

    def __init__(self, draft, untracked: set[str]):
        self.model, self.tracked, self.untracked = draft.model, draft.tracked, untracked

    def __getitem__(self, metabolite: str) -> int | None:
        if metabolite in self.untracked:
            return 0
        if metabolite in self.tracked:
            return self.tracked[metabolite]
        return formula_carbons(self.model.metabolites.get_by_id(metabolite))


def _infer(reaction, carbons) -> AtomTransition | tuple[str, str] | None:
    """A reaction's transition, or (what, why) if it cannot be told; None if it hands over no carbon."""
    sides = [
        [(m, abs(c)) for m, c in coefficients(reaction).items() if c * sign > 0 and carbons[m] != 0]
        for sign in (-1, 1)
    ]
    unknown = [m for side in sides for m, _ in side if carbons[m] is None]
    if unknown:
        return "ambiguous", f"{unknown[0]} has no formula"
    if not sides[0] and not sides[1]:
        return None
    if not sides[1] or not sides[0]:
        return "drain", "uses up carbon and makes none" if sides[0] else "makes carbon from none"
    if any(c != int(c) or c > LARGEST for side in sides for _, c in side):
        return "ambiguous", "uneven numbers of molecules"
    sizes = [sorted(carbons[m] for m, c in side for _ in range(int(c))) for side in sides]
    text = " -> ".join("+".join(map(str, side)) for side in sizes)
    if sizes[0] != sizes[1]:
        return "ambiguous", f"carbons {text}"
    if any(len({carbons[m] for m, _ in side}) < len(side) for side in sides):
        return "ambiguous", f"several metabolites of one size, {text}"
    partner = {carbons[m]: m for m, _ in sides[1]}
    molecules = [
        (m, partner[carbons[m]], tuple(f"{m}.{i}.{k}" for k in range(carbons[m])))
        for m, c in sides[0]
        for i in range(int(c))
    ]
    return AtomTransition(
        reaction.id,
        tuple((m, atoms) for m, _, atoms in molecules),
        tuple((m, atoms) for _, m, atoms in molecules),
    )
