"""Where labels stand in the scatter of a KnockoutView, so that none covers another."""

from dataclasses import dataclass

from kinetools.maps.text import text_width

SIZE, LINE = 12, 15  # of a label and its line, pixels
RING = 9  # half the width of the ring around what is chosen, pixels
WIDTHS = 420, 1400  # of the axes, pixels: what is free at both is so between them
HEIGHT = 374  # of the axes, pixels
# Plotly's names of the sides of a dot, as steps to the right and down; the first that is free is taken
SIDES = {
    "bottom right": (1, 1),
    "top right": (1, -1),
    "bottom left": (-1, 1),
    "top left": (-1, -1),
}
CHOSEN_SIDES = {"top center": (0, -1), "bottom center": (0, 1), **SIDES}


@dataclass(frozen=True)
class Box:
    """A rectangle at a point of the axes (0 to 1 from the left and the top); ends in pixels from it."""

    x: float
    y: float
    left: float
    right: float
    top: float
    bottom: float

    def apart(self, other: "Box") -> bool:
        """Do the two not touch, whatever the width of the chart?"""
        down = HEIGHT * (other.y - self.y)
        if down + other.top >= self.bottom or self.top >= down + other.bottom:
            return True
        along = [width * (other.x - self.x) for width in WIDTHS]
        after = all(x + other.left >= self.right for x in along)
        return after or all(self.left >= x + other.right for x in along)

    @property
    def inside(self) -> bool:
        """Does it lie within the axes?"""
        left, right = (min(WIDTHS) * x for x in (self.x, 1 - self.x))
        top, bottom = (HEIGHT * y for y in (self.y, 1 - self.y))
        across = left + self.left >= 0 and right - self.right >= 0
        return across and top + self.top >= 0 and bottom - self.bottom >= 0


class Labels:
    """Sides of dots for their labels, one label after another. ends: of both axes."""

    def __init__(self, ends):
        self.ends, self.taken = ends, []

    def ring(self, x: float, y: float) -> None:
        """Keep labels off the ring around a chosen dot."""
        self.taken.append(Box(*self._point(x, y), -RING, RING, -RING, RING))

    def chosen(self, text: str, x: float, y: float) -> str:
        """The side of a chosen dot where its label has room, or the first if there is none."""
        return self._side(text, x, y, CHOSEN_SIDES, 11, 11) or next(iter(CHOSEN_SIDES))

    def side(self, text: str, x: float, y: float) -> str | None:
        """The side of any other dot where a label has room, or None."""
        return self._side(text, x, y, SIDES, 7, 2)

    def _side(self, text, x, y, sides, across, down) -> str | None:
        """across, down: from the middle of the dot, in pixels."""
        wide = text_width(text, SIZE)
        for side, (right, below) in sides.items():
            left = (-wide / 2, across, -across - wide)[right]
            top = (-LINE / 2, down, -down - LINE)[below]
            box = Box(*self._point(x, y), left, left + wide, top, top + LINE)
            if box.inside and all(box.apart(other) for other in self.taken):
                self.taken.append(box)
                return side
        return None

    def _point(self, x, y):
        low, high = self.ends
        return (x - low) / (high - low), (high - y) / (high - low)
