"""How uncertain the data of reactions are, drawn as halos around lines or as their opacity."""

import math
from dataclasses import dataclass, field
from html import escape

from ..errors import InputError
from .numbers import format_value
from .scale import is_missing

STYLES = ("halo", "opacity")
MARGIN = 26.0  # of the widest halo on each side of its line, in map units
HALO_OPACITY = 0.3
FAINTEST = 0.25  # opacity
STOPS = 5


@dataclass(frozen=True)
class Uncertainty:
    """How uncertain each reaction's value is, and how that is drawn.

    values: {reaction id: number, or None where it is not known}; title: what they are, with their unit;
    style: "halo" (the wider, the more uncertain) or "opacity" (the fainter, the more uncertain); certain,
    uncertain: values that are drawn without any halo or fully opaque, and with the widest halo or nearly
    transparent; power: of the way between them, below 1 to tell small values apart beside large ones.
    """

    values: dict = field(repr=False)
    title: str
    style: str = "halo"
    certain: float = 0.0
    uncertain: float = 1.0
    power: float = 1.0

    def __post_init__(self):
        if self.style not in STYLES:
            raise InputError(f"style={self.style!r}: use one of {', '.join(map(repr, STYLES))}.")
        ends = (self.certain, self.uncertain)
        if not all(map(math.isfinite, ends)) or self.certain == self.uncertain:
            raise InputError(f"certain and uncertain must be two finite numbers, found {ends}.")

    def share(self, value) -> float:
        """How uncertain a value is, from 0 (certain, or not known) to 1."""
        if is_missing(value):
            return 0.0
        way = (value - self.certain) / (self.uncertain - self.certain)
        return min(max(way, 0.0), 1.0) ** self.power

    def amount(self, value) -> float:
        """Width of the halo on each side in map units, or opacity from 0 to 1."""
        share = self.share(value)
        return MARGIN * share if self.style == "halo" else 1 - (1 - FAINTEST) * share

    def amounts(self) -> dict:
        """{reaction id: width of the halo, or opacity}."""
        return {id: round(self.amount(value), 3) for id, value in self.values.items()}

    def stops(self) -> list[tuple[float, float]]:
        """(value, width of the halo or opacity) for a legend, from certain to uncertain."""
        steps = [(i / (STOPS - 1)) ** (1 / self.power) for i in range(STOPS)]
        values = [self.certain + s * (self.uncertain - self.certain) for s in steps]
        return [(value, self.amount(value)) for value in values]

    def to_layer(self) -> dict:
        """What a page needs to draw it."""
        known = {"title": self.title, "style": self.style, "faint": HALO_OPACITY}
        stops = [{"value": v, "amount": a} for v, a in self.stops()]
        return {**known, "amounts": self.amounts(), "stops": stops}


def draw_halo(path: str, color: str, width: float, margin: float) -> str:
    """SVG of a halo around a reaction's lines."""
    return (
        f'<path class="halo" d="{path}" fill="none" stroke="{color}" '
        f'stroke-opacity="{HALO_OPACITY}" stroke-width="{width + 2 * margin:.1f}" '
        'stroke-linecap="round" stroke-linejoin="round"/>'
    )


def draw_uncertainty_legend(uncertainty: Uncertainty, x: float, y: float) -> list[str]:
    """SVG elements that explain halos or opacity; (x, y): top left corner in map units."""
    middle, length, step = y + 80, 130, 190
    rows = [
        '<g class="legend" font-style="normal" font-weight="normal" font-size="34">',
        f'<text x="{x:.1f}" y="{y + 36:.1f}">{escape(uncertainty.title)}</text>',
    ]
    for i, (value, amount) in enumerate(uncertainty.stops()):
        left = x + i * step
        line = f"M{left + 15:.1f},{middle:.1f}h{length - 30}"
        opacity = 1.0
        if uncertainty.style == "halo":
            rows.append(draw_halo(line, "#3b528b", 12, amount))
        else:
            opacity = amount
        rows.append(
            f'<path d="{line}" stroke="#3b528b" stroke-width="12" stroke-opacity="{opacity:.3f}" '
            f'stroke-linecap="round"/><text x="{left + length / 2:.1f}" y="{middle + 70:.1f}" '
            f'text-anchor="middle">{format_value(value) if value else 0}</text>'
        )
    return [*rows, "</g>"]
