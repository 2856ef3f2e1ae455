"""Step: what was measured of each strain becomes a condition that the model must be able to meet."""

import math
from collections.abc import Mapping

from .draft import Draft
from .report import StepReport
from .supplements import check_known

STEP = "measured exchanges"


def measured_exchanges(
    draft: Draft, measurements, largest: float = math.inf
) -> tuple[Draft, StepReport]:
    """The draft with conditions, one for each strain; the model's own bounds stay.

    measurements: `Measurements` of several strains, of whose groups of bounds the first is taken whose
    reactions the model has, or a mapping name -> {reaction: (lower, upper)}. Bounds that differ between
    strains do not belong to the network: they come back with the measurements when fluxes are sampled.
    largest: size of the flux that every reaction may have; a range as wide as that is reported as
    "only bounded", a narrower one or a single value as "measured".
    Raises InputError naming reactions that the model lacks.
    """
    if not isinstance(measurements, Mapping):
        network = _Ids(draft.model)
        measurements = {data.id: data.bounds_for(network) for data in measurements}
    conditions, rows = {}, []
    for name, bounds in measurements.items():
        check_known(draft.model, bounds, f"condition {name!r}")
        conditions[name] = dict(bounds)
        rows += [
            (
                "measured" if high - low < largest else "only bounded",
                reaction,
                f"{name}: {low:g}" if low == high else f"{name}: {low:g} to {high:g}",
            )
            for reaction, (low, high) in bounds.items()
        ]
    new = Draft(draft.model, draft.transitions, draft.one_way, conditions)
    return new, StepReport.of(STEP, rows, new)


class _Ids:
    """What `Measurements.bounds_for` needs of a network."""

    def __init__(self, model):
        self.id, self.reactions = model.id, [r.id for r in model.reactions]
