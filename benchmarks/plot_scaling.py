"""Draws what study_scaling.py has measured, with the paper's line: docs/pictures/scaling.png.

python benchmarks/plot_scaling.py
"""

import matplotlib
import numpy as np
import pandas as pd

matplotlib.use("Agg")
from matplotlib import pyplot
from matplotlib.ticker import NullFormatter
from study_scaling import FILE, PUBLISHED, ROOT

PICTURE = ROOT / "docs" / "pictures" / "scaling.png"
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#666666"


def main():
    rows = pd.read_csv(FILE, dtype={"network": str})
    size, converged = rows["varying net fluxes"], rows["converged"] == 1
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(11, 4.6), layout="constrained")
    line = np.geomspace(size.min(), size.max(), 50)
    left.plot(
        line, PUBLISHED[0] * line + PUBLISHED[1], "--", color=GREY, label="the paper's line, 80 %"
    )
    left.plot(
        size,
        rows["simulations to the published criterion"],
        "o",
        color=BLUE,
        label="80 % of the net fluxes at R̂ ≤ 1.1",
    )
    left.plot(
        size[converged],
        rows["simulations"][converged],
        "D",
        color=ORANGE,
        label="everything at R̂ ≤ 1.01",
    )
    left.set_ylabel("simulations, all chains and temperatures")
    right.plot(
        size[converged],
        rows["seconds"][converged] / 60,
        "D",
        color=ORANGE,
        label="until converged, two cores",
    )
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
        axes.margins(x=0.14, y=0.1)
        axes.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    above = {"16", "32", "8"}  # whose names would lie on others
    for _, row in rows.iterrows():
        name = f"{row['network']} cells" if row["network"].isdigit() else row["network"]
        right.annotate(
            name,
            (row["varying net fluxes"], row["processor seconds a sweep"] / 60),
            (-6, 8) if row["network"] in above else (5, -11),
            textcoords="offset points",
            ha="right" if row["network"] in above else "left",
            fontsize=8,
            color=GREY,
        )
    figure.savefig(PICTURE, dpi=130)
    print(PICTURE)


if __name__ == "__main__":
    main()
