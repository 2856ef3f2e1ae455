"""Step: transitions that a person has looked up take the place of the table's, or are added to it."""

from ...errors import InputError
from ..atoms import AtomTransition
from ..flux_model import near
from .draft import Draft
from .report import StepReport

STEP = "curated transitions"


def curate_transitions(draft: Draft, curated, one_way=frozenset()) -> tuple[Draft, StepReport]:
    """The draft with curated transitions: those of a reaction take the place of all in the table.

    curated: AtomTransitions in the ids of the model; one_way: reactions that they write one way.
    Raises InputError for a reaction or a metabolite that the model lacks.
    """
    model = draft.model
    reactions, metabolites = ({x.id for x in y} for y in (model.reactions, model.metabolites))
    by_reaction: dict[str, list[AtomTransition]] = {}
    for t in curated:
        if t.reaction not in reactions:
            raise InputError(
                f"curated transitions: model {model.id!r} has no reaction {t.reaction!r}; "
                f"{near(t.reaction, reactions)}"
            )
        for m, _ in (*t.reactants, *t.products):
            if m not in metabolites:
                raise InputError(
                    f"curated transitions: model {model.id!r} has no metabolite {m!r}, which the "
                    f"transition of {t.reaction} names; {near(m, metabolites)}"
                )
        by_reaction.setdefault(t.reaction, []).append(t)
    rows = [
        (f"{'replaced' if r in draft.labelled else 'added'} transition", r, given[0].equation())
        for r, given in by_reaction.items()
    ]
    kept = [t for t in draft.transitions if t.reaction not in by_reaction]
    new = Draft(
        model,
        (*kept, *(t for given in by_reaction.values() for t in given)),
        (draft.one_way - set(by_reaction)) | (set(one_way) & set(by_reaction)),
        draft.conditions,
    )
    return new, StepReport.of(STEP, rows, new)
