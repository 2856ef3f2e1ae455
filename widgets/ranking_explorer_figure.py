"""The static picture of a RankingExplorer: all charts in one Plotly figure."""

from .chart_style import layout
from .ranking_explorer_bars import bars_panel, shown_rows
from .ranking_explorer_curve import curve_panel
from .ranking_explorer_distribution import distribution_panel
from .ranking_explorer_experiment import FIRST
from .ranking_explorer_ridges import ridges_panel

SHOWN = 20  # parameters in the ranking
# Shares of the width for the charts on the left and on the right; names of parameters need room.
COLUMNS = {"bars": (0.31, 0.56), "curve": (0.07, 0.56), "right": (0.68, 0.94)}


def ranking_panels(explorer) -> dict:
    """The charts by name: bars and curve for the left side, distribution and spectra for the right."""
    ranked, table, chosen = explorer.ranked, explorer.table, explorer.parameter
    experiment, k, percentile = explorer.experiment, explorer.k, explorer.percentile
    for n in experiment.missing(percentile, FIRST):
        experiment.row(n, percentile)
    names = [] if table is None else shown_rows(table, SHOWN, chosen)
    return {
        "bars": bars_panel(
            table, names, chosen, None, explorer.constrained, explorer.nothing_to_rank
        ),
        "curve": curve_panel(experiment, k, percentile),
        "distribution": chosen_panel(explorer),
        "ridges": ridges_panel(
            ranked.spectra(chosen) if chosen else explorer.nothing_to_rank,
            ranked.threshold,
            ranked.told,
        ),
    }


def chosen_panel(explorer) -> dict:
    """The distribution of the chosen parameter, with where the experiment sets it."""
    table, name = explorer.table, explorer.parameter
    if not name:
        return distribution_panel("", None, empty=explorer.nothing_to_rank)
    constrained = name in table.index[: explorer.constrained]
    return distribution_panel(
        name,
        explorer.ranked.ln_km(name),
        int(table.loc[name, "direction"]),
        explorer.percentile if constrained else None,
    )


def ranking_figure(explorer) -> dict:
    """One figure: the ranking above the experiment, the parameter's distribution above its spectra."""
    panels = ranking_panels(explorer)
    columns = [("bars", "curve"), ("distribution", "ridges")]
    height = max(sum(panels[name]["layout"]["height"] for name in column) for column in columns)
    top = min(panels[column[0]]["layout"]["margin"]["t"] for column in columns)
    bottom = min(panels[column[-1]]["layout"]["margin"]["b"] for column in columns)
    figure = {"data": [], "layout": layout(height, barmode="overlay", bargap=0.25)}
    figure["layout"] |= {"margin": {"l": 8, "r": 8, "t": top, "b": bottom}, "showlegend": True}
    figure["layout"] |= {"annotations": [], "shapes": []}
    inner = height - top - bottom
    for column in columns:
        used = 0
        for name in column:
            given = panels[name]["layout"]
            ends = [used + given["margin"]["t"], used + given["height"] - given["margin"]["b"]]
            domain = [max(0.0, 1 - (end - top) / inner) for end in reversed(ends)]
            _place(figure, panels[name], COLUMNS.get(name, COLUMNS["right"]), domain)
            used += given["height"]
    return figure


def _place(figure, panel, x, y):
    """Put a chart into its part of the figure, under names of axes of its own."""
    number = sum(key.startswith("xaxis") for key in figure["layout"]) + 1
    own, given = str(number) if number > 1 else "", panel["layout"]
    refs = {"x": f"x{own}", "y": f"y{own}"}
    axes = {"xaxis": refs["x"], "yaxis": refs["y"]}
    legend = f"legend{own}"
    figure["data"] += [
        {"showlegend": False} | trace | axes | {"legend": legend} for trace in panel["data"]
    ]
    whole = figure["layout"]
    inside = {"automargin": False}
    whole[f"xaxis{own}"] = given["xaxis"] | {"domain": list(x), "anchor": refs["y"]} | inside
    whole[f"yaxis{own}"] = given["yaxis"] | {"domain": list(y), "anchor": refs["x"]} | inside
    if "legend" in given:
        whole[legend] = given["legend"] | {"x": x[0], "y": y[1]}
    whole["annotations"] += [_moved(item, refs) for item in given.get("annotations", ())]
    whole["shapes"] += [_moved(item, refs) for item in given.get("shapes", ())]


def _moved(item, refs) -> dict:
    """A text or shape with its references to the chart's axes renamed."""
    result = dict(item)
    for letter, name in refs.items():
        kind = item.get(f"{letter}ref", letter)
        result[f"{letter}ref"] = name if kind == letter else f"{name} domain"
    return result
