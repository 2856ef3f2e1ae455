"""The static picture of a RankingExplorer as SVG, for pages that do not draw Plotly's figures (GitHub)."""

import re

from .ranking_explorer_figure import ranking_panels

# Where the charts are: left edge and width, in pixels.
COLUMNS = {("bars", "curve"): (0, 500), ("distribution", "ridges"): (500, 420)}
WIDTH = 920
DASHES = {"dot": "2 3", "dash": "6 4"}
CLEAR = "rgba(0, 0, 0, 0)"
TRANSPARENT = re.compile(r"rgba\((\d+), (\d+), (\d+), ([\d.]+)\)")


def ranking_picture(explorer) -> str:
    """All charts as one SVG element."""
    panels, parts, height = ranking_panels(explorer), [], 0
    for names, (left, width) in COLUMNS.items():
        used = 0
        for name in names:
            content = "".join(_Chart(panels[name], width).draw())
            parts.append(f'<g transform="translate({left} {used})">{content}</g>')
            used += panels[name]["layout"]["height"]
        height = max(height, used)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" font-family="Helvetica, Arial, sans-serif" font-size="11" fill="#222">'
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>{"".join(parts)}</svg>'
    )


class _Chart:
    """One chart: linear axes with their own ends and ticks."""

    def __init__(self, panel, width):
        self.traces, self.layout = panel["data"], panel["layout"]
        margin = self.layout["margin"]
        self.left, self.right = margin["l"], width - margin["r"]
        self.top, self.bottom = margin["t"], self.layout["height"] - margin["b"]

    def x(self, value):
        """Place on the page, cut off at the chart's edges."""
        return _between(value, self.layout["xaxis"]["range"], self.left, self.right)

    def y(self, value):
        """The same for the vertical axis."""
        return _between(value, self.layout["yaxis"]["range"], self.bottom, self.top)

    def draw(self):
        """Elements from the back to the front."""
        shapes = self.layout.get("shapes", ())
        yield from (self._shape(s) for s in shapes if s.get("layer") == "below")
        yield from self._axes()
        for trace in self.traces:
            if trace["x"] and trace["x"][0] is not None:
                yield from self._bars(trace) if trace["type"] == "bar" else self._curve(trace)
        yield from (self._shape(s) for s in shapes if s.get("layer") != "below")
        yield from (self._note(note) for note in self.layout.get("annotations", ()))
        yield from self._legend()

    def _axes(self):
        horizontal, vertical = self.layout["xaxis"], self.layout["yaxis"]
        above = horizontal.get("side") == "top"
        edge = self.top if above else self.bottom
        for value, text in zip(horizontal["tickvals"], horizontal["ticktext"]):
            if horizontal.get("showgrid", True):
                yield f'<path d="M{self.x(value):.1f} {self.top}V{self.bottom}" stroke="#e8e8e8"/>'
            yield _text(self.x(value), edge + (-5 if above else 15), text)
        for value, text in zip(vertical["tickvals"], vertical["ticktext"]):
            if vertical.get("showgrid", True):
                yield f'<path d="M{self.left} {self.y(value):.1f}H{self.right}" stroke="#e8e8e8"/>'
            yield _text(self.left - 5, self.y(value) + 4, text, "end")
        lines = f"M{self.left} {self.top}V{self.bottom}M{self.left} {edge}H{self.right}"
        yield f'<path d="{lines}" stroke="#888"/>'
        title = horizontal.get("title", {}).get("text", "")
        yield _text((self.left + self.right) / 2, edge + (-21 if above else 35), title)
        if title := vertical.get("title", {}).get("text", ""):
            middle = (self.top + self.bottom) / 2
            yield _text(14, middle, title, more=f'transform="rotate(-90 14 {middle})"')

    def _bars(self, trace):
        marker, height = trace["marker"], 0.75 * abs(self.y(1) - self.y(0))
        if marker["color"] == CLEAR:
            return
        line = marker["line"]
        for value, place, colour in zip(trace["x"], trace["y"], marker["color"]):
            yield (
                f'<rect x="{self.left}" y="{self.y(place) - height / 2:.1f}" height="{height:.1f}" '
                f'width="{self.x(value) - self.left:.1f}" fill="{colour}" stroke="{line["color"]}"/>'
            )

    def _curve(self, trace):
        line, pieces = trace.get("line", {}), [[]]
        for x, y in zip(trace["x"], trace["y"]):
            if x is None or y is None:
                pieces.append([])
            else:
                pieces[-1].append((self.x(x), self.y(y)))
        if "lines" in trace["mode"]:
            steps = line.get("shape") == "hv"
            joint = "H{0:.1f}V{1:.1f}" if steps else "L{0:.1f} {1:.1f}"
            path = "".join(
                "M{:.1f} {:.1f}".format(*piece[0]) + "".join(joint.format(*p) for p in piece[1:])
                for piece in pieces
                if piece
            )
            if trace.get("fill") == "tozeroy":
                area = f"{path}V{self.y(0):.1f}H{pieces[0][0][0]:.1f}Z"
                yield f'<path d="{area}" {_fill(trace["fillcolor"])}/>'
            filling = _fill(trace["fillcolor"]) if trace.get("fill") == "toself" else 'fill="none"'
            stroke = f'stroke="{line["color"]}"' if line["width"] else ""
            yield (
                f'<path d="{path}" {filling} {stroke} stroke-width="{line["width"]}" '
                f'stroke-dasharray="{DASHES.get(line.get("dash"), "")}"/>'
            )
        if "markers" in trace["mode"]:
            sizes = trace["marker"]["size"]
            sizes = sizes if isinstance(sizes, list) else [sizes] * len(pieces[0])
            for place, size in zip(pieces[0], sizes):
                yield _mark(*place, size, trace["marker"])

    def _shape(self, shape) -> str:
        x0, x1 = (self._at(shape, "x", shape[end]) for end in ("x0", "x1"))
        y0, y1 = (self._at(shape, "y", shape[end]) for end in ("y0", "y1"))
        if shape["type"] == "line":
            line = shape["line"]
            return (
                f'<path d="M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}" stroke="{line["color"]}" '
                f'stroke-width="{line["width"]}" stroke-dasharray="{DASHES.get(line.get("dash"), "")}"/>'
            )
        return (
            f'<rect x="{min(x0, x1):.1f}" y="{min(y0, y1):.1f}" width="{abs(x1 - x0):.1f}" '
            f'height="{abs(y1 - y0):.1f}" {_fill(shape["fillcolor"])}/>'
        )

    def _note(self, note) -> str:
        x = self._at(note, "x", note["x"]) + note.get("xshift", 0)
        y = self._at(note, "y", note["y"]) - note.get("yshift", 0)
        y += {"bottom": -3, "middle": 4, "top": 13}[note.get("yanchor", "middle")]
        anchor = {"left": "start", "right": "end"}.get(note.get("xanchor"), "middle")
        size = note.get("font", {}).get("size", 12)
        return _text(x, y, note["text"], anchor, f'font-size="{size}"')

    def _at(self, item, letter, value) -> float:
        place, ends = (
            (self.x, (self.left, self.right))
            if letter == "x"
            else (self.y, (self.bottom, self.top))
        )
        if item.get(f"{letter}ref", letter) == letter:
            return place(value)
        return ends[0] + value * (ends[1] - ends[0])

    def _legend(self):
        left, top = self.left, self.top - 10
        shown = [trace for trace in self.traces if trace.get("showlegend") and trace.get("name")]
        if self.layout.get("legend", {}).get("traceorder") == "reversed":
            shown = shown[::-1]
        for trace in shown:
            line = trace["line"]
            dash = DASHES.get(line.get("dash"), "")
            yield (
                f'<path d="M{left} {top}h22" stroke="{line["color"]}" stroke-width="2" '
                f'stroke-dasharray="{dash}"/>'
            )
            yield _text(left + 27, top + 4, trace["name"], "start")
            left += 45 + 6 * len(trace["name"])


def _between(value, ends, start, end) -> float:
    share = (value - ends[0]) / (ends[1] - ends[0])
    return start + min(max(float(share), 0.0), 1.0) * (end - start)


def _fill(colour) -> str:
    """A filling; SVG has opacity apart."""
    if known := TRANSPARENT.fullmatch(colour):
        *rgb, opacity = known.groups()
        return f'fill="rgb({", ".join(rgb)})" fill-opacity="{opacity}"'
    return f'fill="{colour}"'


def _mark(x, y, size, marker) -> str:
    half = size / 2
    if marker.get("symbol") == "square":
        return (
            f'<rect x="{x - half:.1f}" y="{y - half:.1f}" width="{size}" height="{size}" '
            f'fill="{marker["color"]}"/>'
        )
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{half}" fill="{marker["color"]}"/>'


def _text(x, y, text, anchor="middle", more="") -> str:
    """Text with Plotly's markup: lines, bold, colours, sizes."""
    text = re.sub(r'<span style="color: (#\w+)">', r'<tspan fill="\1">', text)
    text = re.sub(r'<span style="font-size: (\d+)px">', r'<tspan font-size="\1">', text)
    text = text.replace("</span>", "</tspan>")
    text = text.replace("<b>", '<tspan font-weight="bold">').replace("</b>", "</tspan>")
    lines = [
        f'<tspan x="{x:.1f}" dy="{"1.35em" if k else 0}">{line}</tspan>' if k else line
        for k, line in enumerate(text.split("<br>"))
    ]
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {more}>{"".join(lines)}</text>'
