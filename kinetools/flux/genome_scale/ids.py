"""Step: ids of the transition table become those of the model, as a table of decisions says."""

from ...errors import InputError
from ..atoms import AtomTransition
from .draft import Draft
from .edit_distance import nearest
from .report import StepReport

STEP = "match ids"


def suggest_ids(draft: Draft, count: int = 3):
    """Reactions and metabolites of the transitions that the model lacks, and what may be meant.

    Returns a `pandas.DataFrame` with kind, given, in_model (empty, to be filled in as a table of decisions)
    and the `count` ids nearest by edit distance, as suggestions.
    """
    import pandas as pd

    rows = []
    for kind, given, known in _missing(draft):
        near = ", ".join(f"{name} ({distance})" for name, distance in nearest(given, known, count))
        rows.append({"kind": kind, "given": given, "in_model": "", "suggestions": near})
    return pd.DataFrame(rows, columns=["kind", "given", "in_model", "suggestions"])


def match_ids(draft: Draft, decisions=None, undecided: str = "error") -> tuple[Draft, StepReport]:
    """Transitions with the ids of the model.

    decisions: ("reaction" or "metabolite", given id) -> id in the model, or "" to leave the transitions of
    a reaction out, and a metabolite out of them. undecided: what to do with a transition whose reaction or
    metabolites the model lacks and that nothing decides: "error", or "leave out".
    Raises InputError, with suggestions by edit distance, for what is not decided, and for decisions that
    name what is not there.
    """
    decisions = dict(decisions or {})
    if undecided not in ("error", "leave out"):
        raise InputError(f'undecided must be "error" or "leave out", found {undecided!r}.')
    _check(draft, decisions)
    rows, transitions, kept = [], [], set()
    missing = {(kind, given): known for kind, given, known in _missing(draft, decisions)}
    if missing and undecided == "error":
        raise InputError(_undecided(*next(iter(missing.items())), len(missing) - 1))
    renamed = {}
    for transition in draft.transitions:
        given = transition.reaction
        if ("reaction", given) in missing or decisions.get(("reaction", given)) == "":
            why = "left out" if ("reaction", given) not in missing else "not in the model"
            rows.append(("left out transition", given, why))
            continue
        metabolites = [m for m, _ in (*transition.reactants, *transition.products)]
        lacking = [m for m in metabolites if ("metabolite", m) in missing]
        if lacking:
            rows.append(("left out transition", given, f"{lacking[0]} is not in the model"))
            continue
        names = {m: decisions.get(("metabolite", m), m) for m in metabolites}
        renamed |= {m: name for m, name in names.items() if name != m}
        reaction = decisions.get(("reaction", given), given)
        new = _renamed(transition, reaction, names)
        if new is None:
            rows.append(("left out transition", given, "no molecule is left"))
            continue
        transitions.append(new)
        kept.add(given)
        if reaction != given:
            rows.append(("renamed reaction", given, reaction))
    rows += [("renamed metabolite", m, name or "left out") for m, name in sorted(renamed.items())]
    one_way = frozenset(decisions.get(("reaction", r), r) for r in draft.one_way & kept)
    new = Draft(draft.model, tuple(transitions), one_way, draft.conditions)
    return new, StepReport.of(STEP, dict.fromkeys(rows), new)


def _renamed(transition, reaction, names) -> AtomTransition | None:
    """A transition with other ids, without metabolites named "" and all that they exchange atoms with."""
    parts = [transition]
    if not all(names.values()):
        parts = [
            part
            for part in transition.parts()
            if all(names[m] for m, _ in (*part.reactants, *part.products))
        ]
    sides = (
        tuple((names[m], atoms) for part in parts for m, atoms in side(part))
        for side in (lambda part: part.reactants, lambda part: part.products)
    )
    return AtomTransition(reaction, *sides) if parts else None


def _missing(draft, decisions=()):
    """(kind, given id, ids of the model) of everything that the model lacks and nothing decides."""
    model = draft.model
    reactions = {r.id for r in model.reactions}
    metabolites = {m.id for m in model.metabolites}
    left_out = {
        given for kind, given in decisions if kind == "reaction" and not decisions[kind, given]
    }
    found = {}
    for t in draft.transitions:
        if t.reaction in left_out:
            continue
        if t.reaction not in reactions and ("reaction", t.reaction) not in decisions:
            found.setdefault(("reaction", t.reaction), reactions)
        for m, _ in (*t.reactants, *t.products):
            if m not in metabolites and ("metabolite", m) not in decisions:
                found.setdefault(("metabolite", m), metabolites)
    return [(kind, given, known) for (kind, given), known in found.items()]


def _check(draft, decisions):
    named = {("reaction", t.reaction) for t in draft.transitions}
    named |= {("metabolite", m) for t in draft.transitions for m, _ in (*t.reactants, *t.products)}
    known = {
        "reaction": {r.id for r in draft.model.reactions},
        "metabolite": {m.id for m in draft.model.metabolites},
    }
    for (kind, given), new in decisions.items():
        if kind not in known:
            raise InputError(
                f'a decision about ids is of "reaction" or "metabolite", found {kind!r}.'
            )
        if (kind, given) not in named:
            near = nearest(given, [name for k, name in named if k == kind], 1)
            raise InputError(
                f"decisions about ids: no transition names the {kind} {given!r}; {_meant(near)}"
                "correct the decision, otherwise remove it."
            )
        if new and new not in known[kind]:
            raise InputError(
                f"decisions about ids: {given!r} shall be the {kind} {new!r}, which model "
                f"{draft.model.id!r} lacks; {_meant(nearest(new, known[kind]))}correct the decision, "
                "otherwise leave the new id empty."
            )
        if new and kind == "metabolite":
            _check_takes_part(draft, decisions, given, new)


def _check_takes_part(draft, decisions, given, new):
    """InputError if none of the reactions that hand over a metabolite has what it shall be."""
    named = {
        decisions.get(("reaction", t.reaction), t.reaction)
        for t in draft.transitions
        if any(m == given for m, _ in (*t.reactants, *t.products))
    }
    known = sorted(r for r in named if r in draft.model.reactions)
    if known and not any(
        m.id == new for r in known for m in draft.model.reactions.get_by_id(r).metabolites
    ):
        more = " and others" if len(known) > 3 else ""
        raise InputError(
            f"decisions about ids: {given!r} shall be the metabolite {new!r}, which is in none of the "
            f"reactions whose transitions name {given!r} ({', '.join(known[:3])}{more}); correct the "
            "decision."
        )


def _undecided(what, known, further) -> str:
    kind, given = what
    more = f" ({further} more ids are not decided, either)" if further else ""
    return (
        f"transitions: the model has no {kind} {given!r}{more}; {_meant(nearest(given, known))}"
        "say so in the table of decisions about ids, or leave it out there."
    )


def _meant(near) -> str:
    return f"if {' or '.join(name for name, _ in near)} is meant, " if near else ""
