"""A draft's conditions as bounds and programs: what the steps that ask for steady states have in common."""

import numpy as np

from ...errors import InputError
from ..net_fluxes import NetProgram
from .draft import Draft

TOLERANCE = 1e-8  # mmol/gDW/h: smaller fluxes are rounding; the solver keeps 1e-10


def condition_bounds(draft: Draft) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Name of each condition -> lower and upper bounds (reaction,); one without a name if there is none."""
    place = {r.id: j for j, r in enumerate(draft.model.reactions)}
    own = np.array([r.bounds for r in draft.model.reactions], float).reshape(-1, 2)
    result = {}
    for name, bounds in (draft.conditions or {"": {}}).items():
        values = own.copy()
        for reaction, pair in bounds.items():
            values[place[reaction]] = pair
        result[name] = values[:, 0], values[:, 1]
    return result


def condition_programs(draft: Draft) -> dict[str, NetProgram]:
    """Name of each condition -> its steady states. Raises InputError naming one that has none."""
    from cobra.util.array import create_stoichiometric_matrix

    matrix = create_stoichiometric_matrix(draft.model)
    programs = {
        name: NetProgram(matrix, *bounds) for name, bounds in condition_bounds(draft).items()
    }
    for name, program in programs.items():
        if not program.feasible():
            raise no_steady_state(draft, name)
    return programs


def no_steady_state(draft: Draft, condition: str) -> InputError:
    """The error for a condition that the model cannot meet."""
    where = f" under condition {condition!r}" if condition else ""
    return InputError(
        f"model {draft.model.id!r} has no steady state{where}; widen the measured bounds, the largest flux "
        "or the medium, or add what the model lacks."
    )
