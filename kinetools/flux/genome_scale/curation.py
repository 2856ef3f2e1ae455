"""Step: transitions that a person has looked up take the place of the table's, or are added to it."""

from ...errors import InputError
from ..atoms import AtomTransition
from ..flux_model import near
from .carbon_counts import reconcile_carbons
from .draft import Draft
from .orientation import fits_somehow
from .report import StepReport

STEP = "curated transitions"


def curate_transitions(draft: Draft, curated, one_way=frozenset()) -> tuple[Draft, StepReport]:
    """The draft with curated transitions: those of a reaction take the place of all in the table.

    curated: AtomTransitions in the ids of the model; one_way: reactions that they write one way.
    Raises InputError for a reaction or a metabolite that the model lacks, and for a transition that later
    steps would leave out: of other metabolites than its reaction, or with other numbers of carbons than
    most transitions.
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
        reaction = model.reactions.get_by_id(t.reaction)
        if not fits_somehow(t, reaction):
            raise InputError(
                f"curated transitions: {t.equation()!r} is not the reaction {t.reaction} of model "
                f"{model.id!r} ({reaction.build_reaction_string()}); write its metabolites, and each of "
                "their molecules."
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
    _check_carbons(new, by_reaction)
    return new, StepReport.of(STEP, rows, new)


def _check_carbons(draft, curated):
    _, report = reconcile_carbons(draft)
    for _, reaction, why in report.rows:
        if reaction in curated:
            raise InputError(
                f"curated transitions: in that of {reaction}, {why}; write the atoms as the other "
                "transitions do, or curate those, too."
            )
