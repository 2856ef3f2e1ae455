"""How large text is on a map: Escher's font sizes and an estimate of the width of a text."""

REACTION_SIZE = 30
NODE_SIZE = 20
TITLE_SIZE = 50
STOICHIOMETRY_SIZE = 17

# Advance widths in thousandths of the font size. They are those of a wide bold sans-serif face
# (a browser on Linux takes one), so an estimate is rather too large than too small elsewhere.
_WIDTHS = {
    **dict.fromkeys("ijl", 345),
    **dict.fromkeys("IJ.,/:;|' ", 375),
    **dict.fromkeys("-frt()[]_", 460),
    **dict.fromkeys("czsLxvyka", 640),
    **dict.fromkeys("ABCKORVX", 790),
    **dict.fromkeys("DGHNOQUw", 850),
    **dict.fromkeys("mMW@%", 1050),
}


def text_width(text: str, size: float) -> float:
    """Estimated width of `text`, in the units of `size`."""
    return sum(_WIDTHS.get(c, 700) for c in text) * size / 1000


def text_box(text: str, x: float, y: float, size: float) -> tuple[float, float, float, float]:
    """(left, top, right, bottom) of a text whose baseline starts at (x, y); y points down."""
    return x, y - 0.76 * size, x + text_width(text, size), y + 0.22 * size


def place_text(text: str, size: float, point: complex, side: str, gap: float) -> complex:
    """Where the baseline starts if `text` is to stand at distance `gap` on one side of `point`."""
    width = text_width(text, size)
    middle = 0.36 * size
    return (
        point
        + {
            "right": complex(gap, middle),
            "left": complex(-gap - width, middle),
            "above": complex(-width / 2, -gap),
            "below": complex(-width / 2, gap + 0.74 * size),
        }[side]
    )


def text_beside_line(
    text: str, size: float, point: complex, normal: complex, gap: float
) -> complex:
    """Where the baseline starts if the whole text is to stand on one side of a straight line.

    The line runs through `point`; `normal`, of length 1, points to the side of the text.
    """
    width, height = text_width(text, size), 0.72 * size
    reach = gap + abs(normal.real) * width / 2 + abs(normal.imag) * height / 2
    return point + reach * normal + complex(-width / 2, height / 2)
