"""Step: reactions whose carbons cannot be followed go, unless the cells cannot do without them."""

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csc_array, hstack

from .conditions import TOLERANCE, condition_bounds, no_steady_state
from .draft import Draft, formula_carbons, is_boundary
from .report import StepReport

STEP = "prune unmapped reactions"
# Cost of a unit of flux. That of cofactors lies so low that respiration is not led round through mapped
# reactions, and so high that of several ways to do the same the mapped one is taken.
UNMAPPED, COFACTORS, OTHERS = 1.0, 2e-3, 1e-4


def prune_unmapped(draft: Draft, cofactors=(), untracked=()) -> tuple[Draft, StepReport]:
    """The model without inner reactions that carry carbon, have no transitions, and are not needed.

    Needed is what carries flux, under any condition, in a steady state of least cost: parsimonious flux
    balance analysis in which flux of unmapped reactions costs 1, of those unmapped whose carbon is in
    `cofactors` only 0.002, and any other 0.0001. Without weights, such an analysis keeps five times as
    many, because it spares mapped and unmapped reactions alike.
    untracked: metabolites whose carbons nobody follows; they count as free of carbon.
    Raises InputError for a condition without any steady state.
    """
    from cobra.util.array import create_stoichiometric_matrix

    reactions = draft.model.reactions
    classes = {r.id: _carbon(r, draft, set(cofactors), set(untracked)) for r in reactions}
    price = {"unmapped": UNMAPPED, "cofactors": COFACTORS, "": OTHERS}
    cost = np.array([price[classes[r.id]] for r in reactions])
    matrix = csc_array(create_stoichiometric_matrix(draft.model))
    matrix = hstack([matrix, -matrix], format="csc")
    used = np.zeros(len(reactions), bool)
    for name, (low, high) in condition_bounds(draft).items():
        result = linprog(
            np.concatenate([cost, cost]),
            A_eq=matrix,
            b_eq=np.zeros(matrix.shape[0]),
            bounds=np.column_stack(
                [np.maximum(np.r_[low, -high], 0), np.maximum(np.r_[high, -low], 0)]
            ),
            method="highs",
            options={"primal_feasibility_tolerance": 1e-10},
        )
        if result.x is None:
            raise no_steady_state(draft, name)
        forward, reverse = np.split(result.x, 2)
        used |= np.abs(forward - reverse) > TOLERANCE
    rows, removed = [], []
    for j, reaction in enumerate(reactions):
        kind = classes[reaction.id]
        if not kind or reaction.id in draft.measured:
            continue
        what = f"{'carbon of cofactors only, ' * (kind == 'cofactors')}no transitions"
        if used[j]:
            rows.append(("needed without transitions", reaction.id, what))
        else:
            rows.append(("removed reaction", reaction.id, f"{what}, not needed"))
            removed.append(reaction.id)
    new = draft.without(removed)
    return new, StepReport.of(STEP, rows, new)


def _carbon(reaction, draft, cofactors, untracked) -> str:
    """ "unmapped", "cofactors" (unmapped, but with carbon in cofactors only), or "" of a reaction."""
    if is_boundary(reaction) or reaction.id in draft.labelled:
        return ""
    # a metabolite without a formula may hold carbon
    carbon = {
        m.id for m in reaction.metabolites if m.id not in untracked and formula_carbons(m) != 0
    }
    if not carbon:
        return ""
    return "cofactors" if carbon <= cofactors else "unmapped"
