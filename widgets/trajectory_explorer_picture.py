"""The static picture of a TrajectoryExplorer as SVG, for pages that draw no Plotly figures (GitHub)."""

import html

import numpy as np

from .axes import nice_steps, number
from .trajectory_explorer_components import scree_figure
from .trajectory_explorer_courses import courses_figure
from .trajectory_explorer_figure import picture_lines
from .trajectory_explorer_parts import few
from .trajectory_explorer_plane import filled, plane_figure

WIDTH, HEIGHT, TOP = 900, 640, 52
MOST = 60  # trajectories
PLANE, SCREE, COURSES = (64, 92, 560, 330), (640, 92, 872, 330), (64, 412, 872, 596)
DASHES = {"dash": "6 4", "dot": "2 3", "dashdot": "6 3 2 3"}
MARKS = {"circle": "●", "circle-open": "○", "diamond": "◆", "square": "■", "x": "✕", "cross": "✚"}


def trajectory_picture(explorer) -> str:
    """The plane, the shares of the components, and the chosen trajectory, as one SVG element."""
    data = explorer.data
    rows = few(data, MOST)
    plane = plane_figure(explorer, rows, explorer.axes[:2])
    plane = filled(plane, data.minutes, explorer.time_index)
    lines = picture_lines(explorer, len(rows))
    parts = [_text(14, 20 + 18 * k, line, "start", 13) for k, line in enumerate(lines)]
    for figure, box in ((plane, PLANE), (scree_figure(explorer), SCREE)):
        parts.append(_chart(figure, box))
    parts.append(_chart(courses_figure(explorer), COURSES))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}" font-family="Helvetica, Arial, sans-serif" font-size="11" fill="#222">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>{"".join(parts)}</svg>'
    )


def _chart(figure, box) -> str:
    left, top, right, bottom = box
    layout, traces = figure["layout"], [t for t in figure["data"] if _known(t)]
    if not traces:
        texts = [note["text"] for note in layout.get("annotations", ())]
        words = "<br>".join(texts).split("<br>")
        return "".join(
            _text((left + right) / 2, (top + bottom) / 2 + 15 * k, line)
            for k, line in enumerate(words)
        )
    x = _Scale(layout["xaxis"], [v for t in traces for v in t["x"]], left, right)
    y = _Scale(layout["yaxis"], [v for t in traces for v in t["y"]], bottom, top)
    parts = [f'<path d="M{left} {top}V{bottom}H{right}" fill="none" stroke="#888"/>']
    for place, text in y.ticks():
        parts.append(f'<path d="M{left} {place:.1f}H{right}" stroke="#e8e8e8"/>')
        parts.append(_text(left - 6, place + 4, text, "end"))
    parts += [_text(place, bottom + 15, text) for place, text in x.ticks()]
    parts += [_shape(shape, x, y, box) for shape in layout.get("shapes", ())]
    for trace in traces:
        draw = _bars if trace["type"] == "bar" else _curves
        parts.append(draw(trace, x, y, bottom))
    parts.append(_text((left + right) / 2, bottom + 33, _title(layout["xaxis"])))
    turn = f'transform="rotate(-90 14 {(top + bottom) / 2})"'
    at = left - 50 if left < 100 else left - 34
    turn = turn.replace("14", f"{at}", 1)
    parts.append(_text(at, (top + bottom) / 2, _title(layout["yaxis"]), more=turn))
    return "".join([*parts, *_legend(figure["data"], left, top - 14)])


def _known(trace) -> bool:
    return any(v is not None for v in trace["x"])


def _title(axis) -> str:
    return axis.get("title", {}).get("text", "")


class _Scale:
    """From values of an axis to places on the page."""

    def __init__(self, axis, values, start, end):
        self.axis, self.start, self.end = axis, start, end
        self.log = axis.get("type") == "log"
        known = [v for v in values if v is not None]
        if "range" in axis:
            self.low, self.high = axis["range"]
        else:
            low, high = min(known), max(known)
            margin = 0.05 * (high - low) or 0.5
            self.low, self.high = low - margin, high + margin

    def __call__(self, value) -> float:
        value = np.log10(value) if self.log else value
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self):
        """(place, text) of the ticks inside the axis."""
        values = self.axis.get("tickvals")
        if values is None:
            values = nice_steps(self.low, self.high)
        texts = self.axis.get("ticktext") or [number(v) for v in values]
        ends = sorted((self.start, self.end))
        places = [(self(v), text) for v, text in zip(values, texts)]
        return [(p, text) for p, text in places if ends[0] - 1 <= p <= ends[1] + 1]


def _curves(trace, x, y, bottom) -> str:
    line, marker, parts = trace.get("line", {}), trace.get("marker", {}), []
    opacity = f' opacity="{trace["opacity"]}"' if "opacity" in trace else ""
    if "lines" in trace["mode"]:
        path, pen = [], "M"
        for a, b in zip(trace["x"], trace["y"]):
            if a is None or b is None:
                pen = "M"
                continue
            path.append(f"{pen}{x(a):.1f} {y(b):.1f}")
            pen = "L"
        dash = DASHES.get(line.get("dash", "solid"), "")
        parts.append(
            f'<path d="{"".join(path)}" fill="none" stroke="{line["color"]}" '
            f'stroke-width="{line["width"]}" stroke-dasharray="{dash}"{opacity}/>'
        )
    if "markers" in trace["mode"]:
        for a, b in zip(trace["x"], trace["y"]):
            if a is not None and b is not None:
                parts.append(_mark(x(a), y(b), marker))
    return "".join(parts)


def _mark(x, y, marker) -> str:
    symbol, size = marker.get("symbol", "circle"), 1.7 * marker["size"]
    look = f'fill="{marker["color"]}"'
    return _text(x, y + 0.36 * size, MARKS[symbol], size=round(size, 1), more=look)


def _bars(trace, x, y, bottom) -> str:
    half = 0.36 * abs(x(2) - x(1))
    colours = trace["marker"]["color"]
    return "".join(
        f'<rect x="{x(a) - half:.1f}" y="{y(b):.1f}" width="{2 * half:.1f}" '
        f'height="{max(0.0, bottom - y(b)):.1f}" fill="{colour}"/>'
        for a, b, colour in zip(trace["x"], trace["y"], colours)
    )


def _shape(shape, x, y, box) -> str:
    left, top, right, bottom = box
    a, b = (left, right) if shape.get("xref") == "paper" else (x(shape["x0"]), x(shape["x1"]))
    c, d = (bottom, top) if shape.get("yref") == "paper" else (y(shape["y0"]), y(shape["y1"]))
    line = shape["line"]
    dash = DASHES.get(line.get("dash", "solid"), "")
    return (
        f'<path d="M{a:.1f} {c:.1f}L{b:.1f} {d:.1f}" stroke="{line["color"]}" '
        f'stroke-width="{line["width"]}" stroke-dasharray="{dash}"/>'
    )


def _legend(traces, left, place):
    """Entries in a row: those of traces that Plotly's legend would show."""
    for trace in traces:
        if trace.get("showlegend") is False or trace["type"] == "bar":
            continue
        name, line, marker = trace["name"], trace.get("line", {}), trace.get("marker", {})
        if "lines" in trace["mode"]:
            dash = DASHES.get(line.get("dash", "solid"), "")
            yield (
                f'<path d="M{left} {place - 4}h20" stroke="{line["color"]}" stroke-width="2" '
                f'stroke-dasharray="{dash}"/>'
            )
        if "markers" in trace["mode"]:
            yield _mark(left + 10, place - 4, marker)
        yield _text(left + 25, place, name, "start")
        left += 42 + 6 * len(name)


def _text(x, y, text, anchor="middle", size=None, more="") -> str:
    font = f'font-size="{size}"' if size else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {font} {more}>'
        f"{html.escape(html.unescape(text))}</text>"
    )
