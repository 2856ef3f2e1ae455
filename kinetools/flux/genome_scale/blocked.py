"""Step: reactions that cannot carry flux under any condition go."""

import numpy as np

from .conditions import TOLERANCE, condition_bounds, condition_programs
from .draft import Draft
from .report import StepReport

STEP = "remove blocked reactions"


def remove_blocked(draft: Draft) -> tuple[Draft, StepReport]:
    """The model without reactions whose net flux is zero in every steady state of every condition.

    Measured reactions stay. Raises InputError for a condition without any steady state.
    """
    carries = carrying(draft)
    removed = [
        r.id
        for r, carried in zip(draft.model.reactions, carries)
        if not carried and r.id not in draft.measured
    ]
    rows = [("removed reaction", r, "can carry no flux") for r in removed]
    gone = {m.id for m in draft.model.metabolites}
    new = draft.without(removed)
    gone -= {m.id for m in new.model.metabolites}
    rows += [("removed metabolite", m, "is in no reaction any more") for m in sorted(gone)]
    return new, StepReport.of(STEP, rows, new)


def carrying(draft: Draft) -> np.ndarray:
    """Which reactions (reaction,) can carry a net flux under some condition.

    First dead ends, which need no program; then one linear program after the other, each of which
    settles every reaction that carries flux in its answer.
    """
    programs = condition_programs(draft)
    bounds = list(condition_bounds(draft).values())
    low = np.min([lower for lower, _ in bounds], axis=0)
    high = np.max([upper for _, upper in bounds], axis=0)
    open_ = alive(next(iter(programs.values())).matrix, low, high)
    carries = np.zeros(len(open_), bool)
    for program in programs.values():
        for j in np.flatnonzero(open_):
            for sense in (1, -1):
                end = program.upper[j] if sense > 0 else program.lower[j]
                if carries[j] or sense * end <= 0:
                    continue
                net = program.extreme(int(j), sense)
                carries |= np.abs(net) > TOLERANCE
    return carries


def alive(matrix, low, high) -> np.ndarray:
    """Reactions (reaction,) that are left when dead ends are removed until there are none.

    A dead end is a metabolite that no open reaction makes, or none uses.
    """
    open_ = (low != 0) | (high != 0)
    while True:
        forward, backward = open_ & (high > 0), open_ & (low < 0)
        makes = ((matrix > 0) & forward).any(axis=1) | ((matrix < 0) & backward).any(axis=1)
        uses = ((matrix < 0) & forward).any(axis=1) | ((matrix > 0) & backward).any(axis=1)
        dead = ~(makes & uses)
        left = open_ & ~(matrix[dead] != 0).any(axis=0)
        if left.sum() == open_.sum():
            return open_
        open_ = left
