"""Posteriors on a metabolic map: which colour, width, halo and arrowhead each reaction gets."""

import math
from dataclasses import dataclass

import numpy as np

from ..errors import InputError
from ..maps.scale import Scale
from ..maps.uncertainty import Uncertainty

STATISTICS = ("median", "mean")
UNCERTAINTIES = ("interval", "cv", "none")
UNIT = "mmol/gDW/h"
DIGITS = 5


@dataclass(frozen=True)
class FluxLayers:
    """What a map shows: data {reaction: number or None}, their scale and title, uncertainty, direction."""

    data: dict
    scale: Scale
    title: str
    uncertainty: Uncertainty | None = None
    direction: dict | None = None

    def draw(self, escher_map, title=None, subtitles=(), **options) -> str:
        """The map as a self-contained SVG (see `kinetools.maps.draw_svg` for options)."""
        from ..maps.svg import draw_svg

        return draw_svg(
            escher_map,
            self.data,
            reaction_scale=self.scale,
            title=title,
            unit_label=f"{self.title} ({UNIT})",
            reaction_uncertainty=self.uncertainty,
            reaction_direction=self.direction,
            subtitles=subtitles,
            **options,
        )


def summary_layers(
    table,
    statistic: str = "median",
    uncertainty: str = "interval",
    style: str = "halo",
    maximum: float | None = None,
    widest: float | None = None,
) -> FluxLayers:
    """A posterior on a map: colour and width by the size of its fluxes, arrowheads by their direction.

    table: of `flux_summary`; statistic: "median" or "mean"; uncertainty: "interval" (its width), "cv" or
    "none", drawn in a style, "halo" or "opacity"; maximum, widest: where the scales of fluxes and of
    interval widths end, to compare several maps. Raises InputError for other choices.
    """
    _choice("statistic", statistic, STATISTICS)
    _choice("uncertainty", uncertainty, UNCERTAINTIES)
    data = _numbers(table[statistic])
    unsure = None
    if uncertainty == "interval":
        widths = _numbers(table["upper"] - table["lower"])
        level = table.attrs.get("level", 0.95)
        unsure = Uncertainty(
            widths,
            f"Width of the {100 * level:g}\u202f% interval ({UNIT})",
            style,
            uncertain=round_up(widest or _largest(widths)),
            power=0.5,
        )
    elif uncertainty == "cv":
        unsure = Uncertainty(_numbers(table["cv"]), "Coefficient of variation", style)
    return FluxLayers(
        data,
        Scale.for_values([], maximum=round_up(maximum or _largest(data))),
        f"{statistic.capitalize()} net flux",
        unsure,
    )


def sample_layers(fluxes, number: int, maximum: float | None = None) -> FluxLayers:
    """A single draw on a map. fluxes: Series by reaction; number: of the draw."""
    data = _numbers(fluxes)
    scale = Scale.for_values([], maximum=round_up(maximum or _largest(data)))
    return FluxLayers(data, scale, f"Net flux of sample {number}")


def comparison_layers(table, names=("first", "second")) -> FluxLayers:
    """A change on a map: red is more flux in the direction of the arrowheads, blue less, faint unsure.

    table: of `compare_posteriors`. A difference is shown along the flux of the first posterior, so that
    reactions of one pathway have one colour whichever way they are written; opacity is the probability
    that the flux has changed in the direction that is the more probable one.
    """
    probability = table[["increase", "decrease"]].max(axis=1)
    data = _numbers(table["difference"] * table["direction"].replace(0, 1))
    return FluxLayers(
        data,
        Scale.for_values([], "diverging", maximum=round_up(_largest(data))),
        f"{names[1]} − {names[0]}, along the arrows",
        Uncertainty(
            _numbers(probability),
            "Probability of a change in this direction",
            "opacity",
            certain=1.0,
            uncertain=0.5,
        ),
        _numbers(table["direction"]),
    )


def round_up(value: float) -> float:
    """The next round number; 1 for nothing."""
    if not value > 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    steps = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
    return next(k * power for k in steps if k * power >= value * (1 - 1e-9))


def _largest(numbers: dict) -> float:
    return max((abs(v) for v in numbers.values() if v is not None), default=0.0)


def _numbers(series) -> dict:
    """{id: number of a few digits, or None}."""
    values = np.asarray(series, float)
    return {
        str(id): float(f"{v:.{DIGITS}g}") if math.isfinite(v) else None
        for id, v in zip(series.index, values.tolist())
    }


def _choice(name, value, known):
    if value not in known:
        raise InputError(f"{name}={value!r}: choose one of {', '.join(map(repr, known))}.")
