"""Step: no net flux is larger than a multiple of the uptake."""

from ...data import number
from ...errors import InputError
from .draft import Draft
from .report import StepReport

STEP = "limit fluxes"


def limit_fluxes(draft: Draft, largest: float) -> tuple[Draft, StepReport]:
    """Bounds of every reaction within -largest and largest, mmol/gDW/h.

    Raises InputError if a bound of the model or of a condition demands more.
    """
    largest = number(largest, "the largest flux", positive=True)
    for name, bounds in draft.conditions.items():
        _check(bounds, largest, f"condition {name!r}")
    _check({r.id: r.bounds for r in draft.model.reactions}, largest, f"model {draft.model.id!r}")
    model, limited = draft.model.copy(), 0
    for reaction in model.reactions:
        low, high = reaction.bounds
        if low < -largest or high > largest:
            reaction.bounds = max(low, -largest), min(high, largest)
            limited += 1
    rows = [("limited", "reactions", f"{limited} reactions to at most {largest:g}")] * bool(limited)
    new = Draft(model, draft.transitions, draft.one_way, draft.conditions)
    return new, StepReport.of(STEP, rows, new)


def _check(bounds, largest, where):
    for reaction, (low, high) in bounds.items():
        if low > largest or high < -largest:
            raise InputError(
                f"{where}: {reaction} must be between {low:g} and {high:g}, beyond the largest flux of "
                f"{largest:g}; raise the largest flux or correct the bounds."
            )
