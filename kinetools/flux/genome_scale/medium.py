"""Step: only what a strain needs to grow, and what was in its medium, can be taken up."""

from ...errors import InputError
from .conditions import no_steady_state
from .draft import Draft
from .report import StepReport
from .supplements import check_known

STEP = "minimal medium"


def minimal_medium(
    draft: Draft, growth: str, also=(), least: float = 0.1
) -> tuple[Draft, StepReport]:
    """Uptake by boundary reactions closed, but for nutrients that are needed or listed.

    growth: the reaction of growth; also: boundary reactions of what else was in the medium (salts,
    water), open up to the model's bounds in the direction of uptake, or to the largest flux if they are
    closed there. For each condition the smallest set of nutrients with which growth reaches its lower
    bound, or `least` in 1/h, is found (a mixed-integer program of COBRApy); the medium is all of them
    and what the conditions take up.
    Raises InputError for unknown reactions, or where no medium lets a condition's growth be.
    """
    from cobra.medium import minimal_medium as smallest

    model = draft.model.copy()
    check_known(model, [growth], "growth")
    check_known(model, also, "medium")
    exchanges = [r for r in model.exchanges]
    not_exchange = set(also) - {r.id for r in exchanges}
    if not_exchange:
        raise InputError(
            f"medium: {min(not_exchange)} is no exchange reaction of model {model.id!r}; name the reaction "
            "that brings the substance in from outside."
        )
    needed: dict[str, str] = {}
    for name, bounds in (draft.conditions or {"": {}}).items():
        with model:
            for reaction, pair in bounds.items():
                model.reactions.get_by_id(reaction).bounds = pair
            model.objective = growth
            wanted = max(least if growth not in bounds else 0.0, bounds.get(growth, (0, 0))[0])
            found = smallest(model, wanted, minimize_components=True)
        if found is None:
            raise no_steady_state(draft, name)
        needed |= {r: "needed" for r in found[found > 0].index}
    for bounds in draft.conditions.values():
        needed |= {
            r: "taken up as measured" for r in bounds if r not in needed and bounds[r][0] < 0
        }
    needed |= {r: "in the medium" for r in also if r not in needed}
    largest = max(abs(b) for r in model.reactions for b in r.bounds)
    rows = []
    for reaction in exchanges:
        if reaction.id in needed:
            if reaction.lower_bound >= 0:
                reaction.lower_bound = -largest
            rows.append(("nutrient", reaction.id, needed[reaction.id]))
        elif reaction.lower_bound < 0:
            reaction.lower_bound = 0.0
            rows.append(("closed uptake", reaction.id, "not needed and not in the medium"))
    new = Draft(model, draft.transitions, draft.one_way, draft.conditions)
    return new, StepReport.of(STEP, rows, new)
