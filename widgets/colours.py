"""How the classes of parameter sets look everywhere: colour-blind safe colours and distinct marks."""

from kinetools.kinetics.rules import CLASSES

CLASS_COLOURS = dict(zip(CLASSES, ("#0072B2", "#E69F00", "#D55E00", "#999999")))
CLASS_SYMBOLS = dict(zip(CLASSES, ("circle", "diamond", "triangle-up", "x")))  # Plotly's names
CLASS_MARKS = dict(zip(CLASSES, "●◆▲✕"))
CLASS_MEANINGS = {
    "relevant": "meets every condition of the rule",
    "too slow": "stable, but not fast enough",
    "unstable": "Re λ_max ≥ 0",
    "excluded": "stable and fast enough, but another condition fails",
}


def pale(colour: str) -> str:
    """A colour mixed with white, as a background for black text on any page."""
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(part * 0.35 + 255 * 0.65):02x}" for part in parts)
