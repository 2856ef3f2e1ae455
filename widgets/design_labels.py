"""Names beside the points of a DesignChart."""

import html

import numpy as np

LONGEST, LINE = 34, 15  # letters of a name in the chart, and its height in pixels
ASIDE, ABOVE = 9, 11  # pixels between a point and its name


def labels(points, middle, per_value, rising=None) -> list[dict]:
    """Names of points (name, x, y, colour), inwards, and above each other where points lie close.

    middle: of the x; per_value: pixels of a unit of y. rising: None for points in columns; for points along
    a curve, whether it rises: then names stand beside it, where no other point lies.
    """
    made = []
    for name, x, y, colour in points:
        inwards = -1 if x > middle else 1
        lift = 0 if rising is None else ABOVE * (-inwards if rising else inwards)
        made.append(
            {
                "x": x,
                "y": y,
                "text": html.escape(_short(str(name))),
                "showarrow": False,
                "xanchor": "right" if inwards < 0 else "left",
                "xshift": ASIDE * inwards,
                "yshift": lift,
                "bgcolor": "rgba(255,255,255,0.8)",
                "font": {"size": 11, "color": colour},
            }
        )
    top = {}  # in pixels, of the names so far, in the same column or on the same side
    for label in sorted(made, key=lambda label: label["y"]):
        column = label["x"] if rising is None else label["xanchor"]
        level = per_value * label["y"]
        top[column] = max(level + label["yshift"], top.get(column, -np.inf) + LINE)
        label["yshift"] = top[column] - level
    return made


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else name[: LONGEST - 1] + "…"
