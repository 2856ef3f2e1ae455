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
