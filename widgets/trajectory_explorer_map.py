"""One trajectory on the metabolic map: its numbers at every time, and scales that hold for all times."""

import numpy as np

from kinetools.maps import Scale
from kinetools.maps.scale import METABOLITE_SIZES

LEAST, MOST = 0.5, 3.0  # ends of the scale of concentrations, in doublings
METABOLITE_UNIT = "log₂ x/x_ref"
DIGITS = 4


def map_frames(explorer) -> dict:
    """{"reactions": {id: [value of each time]}, "metabolites": {...}}, None where there is no value."""
    rates = explorer.rates
    if explorer.fluxes == "change":
        rates = rates - _steady(explorer)
    ratio = explorer.courses.assign(**explorer.data.outside(explorer.row))
    with np.errstate(divide="ignore", invalid="ignore"):
        doublings = np.log2(ratio.where(ratio > 0))
    return {"reactions": _columns(rates), "metabolites": _columns(doublings)}


def map_scales(explorer, frames) -> dict:
    """The traits of an `EscherMap` that hold for all times of a trajectory.

    Reactions end at the largest flux of the steady state, as a perturbed state has fluxes for a moment that
    would leave no colour for the others.
    """
    largest = float(_steady(explorer).abs().max()) or 1.0
    change = explorer.fluxes == "change"
    moved = [abs(v) for values in frames["metabolites"].values() for v in values if v is not None]
    end = float(np.clip(max(moved, default=0.0), LEAST, MOST))
    return {
        "reaction_scale": Scale.for_values(
            [], "diverging" if change else "sequential", maximum=_round_up(largest)
        ),
        "metabolite_scale": Scale.for_values(
            [], "diverging", maximum=_round_up(end), sizes=METABOLITE_SIZES
        ),
        "reaction_unit": "mmol/gDW/h" + (", change" if change else ""),
        "metabolite_unit": METABOLITE_UNIT,
    }


def at_time(frames: dict, index: int) -> dict:
    """The data traits of an `EscherMap` at a time."""
    return {
        f"{kind[:-1]}_data": {id: values[index] for id, values in by_id.items()}
        for kind, by_id in frames.items()
    }


def _round_up(value: float) -> float:
    """The next round number."""
    power = 10.0 ** np.floor(np.log10(value))
    return next(
        k * power for k in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if k * power >= value * (1 - 1e-9)
    )


def _steady(explorer):
    """Fluxes of the steady state in mmol/gDW/h, by reaction."""
    return explorer.state.fluxes[list(explorer.model.reaction_ids)]


def _columns(table) -> dict:
    return {
        str(name): [float(f"{v:.{DIGITS}g}") if np.isfinite(v) else None for v in column]
        for name, column in zip(table.columns, table.to_numpy().T)
    }
