"""The static picture of a TrainingMonitor as SVG, for pages that do not draw Plotly's figures (GitHub)."""

import re

import numpy as np

from .axes import nice_steps, number
from .training_monitor_chart import HEIGHT, MARGIN

WIDTH = 900
DASHES = {"dot": "2 3", "dash": "6 4", "solid": ""}
INNER = HEIGHT - MARGIN["t"] - MARGIN["b"]


def training_picture(panels, lines) -> str:
    """Panels in two columns below lines of text (Plotly's markup), as one SVG element."""
    top = 12 + 18 * len(lines)
    height = top + HEIGHT * ((len(panels) + 1) // 2)
    parts = [
        _text(14, 20 + 18 * k, line, "start", 'font-size="13"') for k, line in enumerate(lines)
    ]
    for k, panel in enumerate(panels):
        x, y = (k % 2) * WIDTH / 2, top + (k // 2) * HEIGHT
        parts.append(f'<g transform="translate({x:g} {y:g})">{_panel(panel)}</g>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" font-family="Helvetica, Arial, sans-serif" font-size="11" fill="#222">'
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>{"".join(parts)}</svg>'
    )


def _panel(panel) -> str:
    layout = panel["layout"]
    left, right = MARGIN["l"], WIDTH / 2 - layout["margin"]["r"]
    top, bottom = MARGIN["t"], HEIGHT - MARGIN["b"]
    traces = [t for t in panel["data"] if t["x"] and t["x"][0] is not None]
    x = _scale(layout["xaxis"], [v for t in traces for v in t["x"]], left, right)
    y = _scale(layout["yaxis"], [v for t in traces for v in t["y"]], bottom, top)
    parts = []
    for value, text in _ticks(layout["yaxis"], traces, "y") if traces else ():
        parts.append(f'<path d="M{left} {y(value):.1f}H{right:g}" stroke="#e8e8e8"/>')
        parts.append(_text(left - 5, y(value) + 4, text, "end"))
    for value, text in _ticks(layout["xaxis"], traces, "x") if traces else ():
        parts.append(_text(x(value), bottom + 15, text))
    parts += [_curve(trace, x, y, bottom) for trace in traces]
    parts.append(f'<path d="M{left} {top}V{bottom}H{right:g}" fill="none" stroke="#888"/>')
    for axis, place in (("xaxis", None), ("yaxis", -90)):
        title = layout[axis].get("title", {}).get("text", "")
        turn = f'transform="rotate(-90 14 {(top + bottom) / 2})"' if place else ""
        at = (14, (top + bottom) / 2) if place else ((left + right) / 2, bottom + 33)
        parts.append(_text(*at, title, "middle", turn))
    for note in layout["annotations"]:
        place = left + note["x"] * (right - left) + note.get("xshift", 0)
        across = bottom - note["y"] * INNER - note.get("yshift", 0)
        across += {"bottom": -3, "middle": 4}.get(note.get("yanchor", "middle"))
        if note["showarrow"]:  # a stroke from the place to its text
            ax, ay = note["ax"], note["ay"]
            parts.append(
                f'<path d="M{place:.1f} {across - 4:.1f}l{ax - 2:g} {ay:.1f}" stroke="#999" '
                'stroke-width="0.8"/>'
            )
            place, across = place + ax, across + ay
        anchor = {"left": "start", "right": "end"}.get(note.get("xanchor"), "middle")
        parts.append(_text(place, across, note["text"], anchor))
    return "".join([*parts, *_legend(panel["data"], left, top)])


def _legend(traces, left, top):
    for trace in traces:
        if trace.get("showlegend") and trace.get("name"):
            line, mark = trace["line"], trace.get("marker", {})
            if "lines" in trace["mode"]:
                yield (
                    f'<path d="M{left} {top - 12}h22" stroke="{line["color"]}" stroke-width="2" '
                    f'stroke-dasharray="{DASHES[line.get("dash", "solid")]}"/>'
                )
            else:
                yield _mark(left + 11, top - 12, mark)
            yield _text(left + 27, top - 8, trace["name"], "start")
            left += 45 + 6 * len(trace["name"])


def _curve(trace, x, y, bottom) -> str:
    places = [(x(a), y(b)) for a, b in zip(trace["x"], trace["y"]) if b is not None]
    line, parts = trace.get("line", {}), []
    if "lines" in trace["mode"]:
        joint = "H{0:.1f}V{1:.1f}" if line.get("shape") == "hv" else "L{0:.1f} {1:.1f}"
        path = "M{:.1f} {:.1f}".format(*places[0])
        path += "".join(joint.format(*place) for place in places[1:])
        if trace.get("fill"):
            area = f"{path}V{bottom}H{places[0][0]:.1f}Z"
            parts.append(f'<path d="{area}" fill="{trace["fillcolor"]}"/>')
        parts.append(
            f'<path d="{path}" fill="none" stroke="{line["color"]}" stroke-width="'
            f'{line.get("width", 1)}" stroke-dasharray="{DASHES[line.get("dash", "solid")]}"/>'
        )
    if "markers" in trace["mode"]:
        parts += [_mark(*place, trace["marker"]) for place in places]
    return "".join(parts)


def _mark(x, y, mark) -> str:
    if mark["symbol"] == "star":
        return _text(x, y + 6, "★", "middle", f'font-size="18" fill="{mark["color"]}"')
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{mark["color"]}"/>'


def _scale(axis, values, start, end):
    """The function that turns values into places on the page."""
    low, high = axis.get("range") or (0, 1.05 * max([v for v in values if v is not None] or [1]))
    log = axis.get("type") == "log"

    def place(value):
        share = ((np.log10(value) if log else value) - low) / (high - low)
        return start + min(max(float(share), 0.0), 1.0) * (end - start)

    return place


def _ticks(axis, traces, name):
    if "tickvals" in axis:
        ends = axis["range"]
        shown = zip(axis["tickvals"], axis["ticktext"])
        return [(v, text) for v, text in shown if ends[0] <= np.log10(v) <= ends[1]]
    most = max(v for trace in traces for v in trace[name] if v is not None)
    low, high = axis.get("range") or (0, 1.05 * most)
    percent = "%" in axis.get("tickformat", "")
    steps = nice_steps(low, high)
    return [(v, f"{100 * v:.0f}%" if percent else number(v)) for v in steps]


def _text(x, y, text, anchor="middle", more="") -> str:
    """Text with Plotly's markup: lines, bold, colours."""
    for span in re.findall(r'<span style="color: (#\w+)">', text):
        text = text.replace(f'<span style="color: {span}">', f'<tspan fill="{span}">')
    text = text.replace("</span>", "</tspan>")
    text = text.replace("<b>", '<tspan font-weight="bold">').replace("</b>", "</tspan>")
    lines = [
        f'<tspan x="{x:.1f}" dy="{"1.2em" if k else 0}">{line}</tspan>' if k else line
        for k, line in enumerate(text.split("<br>"))
    ]
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {more}>{"".join(lines)}</text>'
