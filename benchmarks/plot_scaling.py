"""Draws what study_scaling.py has measured, with the paper's line: docs/pictures/scaling.png.

python benchmarks/plot_scaling.py
"""

from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd

matplotlib.use("Agg")
from matplotlib import pyplot
from matplotlib.ticker import NullFormatter

ROOT = Path(__file__).parents[1]
FILE = ROOT / "benchmarks" / "finished" / "scaling.csv"
PICTURE = ROOT / "docs" / "pictures" / "scaling.png"
PUBLISHED = 65_881, 1_174_530  # simulations for each reaction that varies, and to begin with
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#666666"
NAMES = {"toy": "toy", "core": "core", "genome": "genome", "unpruned": "genome, unpruned"}


def main():
    rows = pd.read_csv(FILE, dtype={"network": str})
    size = rows["varying net fluxes"]
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(11, 4.6), layout="constrained")
    line = np.geomspace(size.min(), size.max(), 50)
    left.plot(line, PUBLISHED[0] * line + PUBLISHED[1], "--", color=GREY)
    left.annotate(
        "the paper's line\n(80 % at R̂ ≤ 1.1)",
        (line[20], PUBLISHED[0] * line[20] + PUBLISHED[1]),
        (-5, 8),
        textcoords="offset points",
        ha="right",
        color=GREY,
    )
    left.plot(
        size,
        rows["simulations to the published criterion"],
        "o",
        color=BLUE,
        label="80 % at R̂ ≤ 1.1 (first look)",
    )
    left.plot(
        size, rows["simulations"], "D", color=ORANGE, label="all at R̂ ≤ 1.01, 400 effective draws"
    )
    left.set_ylabel("simulations, all chains and temperatures")
    right.plot(size, rows["seconds"] / 60, "D", color=ORANGE, label="until converged, two cores")
    right.plot(
        size,
        rows["processor seconds a sweep"] / 60,
        "s",
        color=GREEN,
        label="one sweep of four chains, one core",
    )
    right.set_ylabel("minutes")
    for axes in (left, right):
        axes.set(xscale="log", yscale="log", xlabel="net fluxes that vary")
        axes.grid(color="#e5e5e5")
        axes.xaxis.set_major_formatter("{x:g}")
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.margins(x=0.12, y=0.1)
        axes.legend(frameon=False, loc="upper left")
    for _, row in rows.iterrows():
        name = NAMES.get(row["network"], f"{row['network']} cells")
        right.annotate(
            name,
            (row["varying net fluxes"], row["processor seconds a sweep"] / 60),
            (4, -11),
            textcoords="offset points",
            fontsize=8,
            color=GREY,
        )
    figure.savefig(PICTURE, dpi=130)
    print(PICTURE)


if __name__ == "__main__":
    main()
