"""The static picture of a FluxMap: the map, or without one the intervals of the largest fluxes."""

from kinetools.flux.interval_picture import draw_intervals

from .flux_map_data import DIFFERENCE
from .flux_map_words import level_text, missing_text, sample_text, verdicts


def flux_map_picture(explorer) -> str:
    """SVG of what is shown, with the runs' verdicts in words."""
    layers, data = explorer.data.layers(explorer), explorer.data
    title = explorer.show
    if explorer.show == DIFFERENCE:
        title = f"{data.names[1]} − {data.names[0]}"
    if explorer.map is not None:
        title = f"{explorer.map[0]['map_name']}: {title}"
    lines = []
    for name, converged, sentence in verdicts(explorer):
        if explorer.show in (name, DIFFERENCE):
            mark = {True: "✓ ", False: "⚠ "}.get(converged, "")
            lines.append(f"{mark}{name}: {sentence}")
    if explorer.sample is not None:
        lines.append(sample_text(explorer).capitalize() + ".")
    if missing := missing_text(explorer):
        lines.append(missing)
    if explorer.map is None:
        column = "difference" if explorer.show == DIFFERENCE else explorer.statistic
        words = f"{column} and {level_text(explorer.level)} interval"
        return draw_intervals(explorer.shown, column, title=f"{title}: {words}", subtitles=lines)
    return layers.draw(explorer.map, title=title, subtitles=lines)
