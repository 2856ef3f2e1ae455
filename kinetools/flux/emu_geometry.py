"""Where the boxes, labels and arrows of a picture of EMUs are, in pixels."""

from dataclasses import dataclass

from ..maps.text import text_width
from .emu_explanation import emu_name
from .emu_layers import EmuLayers, Thing, emu_layers
from .emu_words import EmuWords, arrow_text
from .layered_layout import order_layers, place_layers

SIZE, SMALL = 13, 11  # of text
PAD, GAP = 16, 14  # inside boxes, between things of one layer
BOX, TALL, LABEL, JOIN = 24, 38, 16, 20  # heights
NEAR, FAR, LEAN = (
    13,
    60,
    0.1,
)  # between layers, at least and at most; more where links run to the side
BETWEEN = 14  # more between bands
PORT = 16  # between lines that end at one box, at most


@dataclass
class Line:
    """The line of an edge: points at which it runs upright, from its upper end to its lower one."""

    edge: int
    points: list[tuple[float, float]]


class EmuGeometry:
    """x: of the middle of every thing; tops, heights: of layers; texts: of labels and boxes."""

    def __init__(self, explanation):
        self.words = EmuWords(explanation)
        self.graph: EmuLayers = emu_layers(explanation)
        labels = {t: e for e in self.graph.edges for t in e.chain if t[0] == "label"}
        self.labels = {thing: arrow_text(edge) for thing, edge in labels.items()}
        self.labels |= {("more", e): f"⋯ {n} more" for e, n in self.graph.hidden.items()}
        self.notes = {
            t[1]: self.words.note(t[1]) for row in self.graph.layers for t in row if t[0] == "emu"
        }
        self.widths = {thing: self._width(thing) for row in self.graph.layers for thing in row}
        self.layers = order_layers(self.graph.layers, self.graph.links)
        stiff = [thing for thing in self.widths if thing[0] == "via"]
        self.x = place_layers(self.layers, self.graph.links, self.widths, GAP, stiff)
        self.width = max(self.x[t] + self.widths[t] / 2 for t in self.x)
        self.layer = {thing: k for k, row in enumerate(self.layers) for thing in row}
        self.tops, self.heights, self.height = self._rows()
        self.lines = self._lines()

    def height_of(self, thing: Thing) -> float:
        """Height of a thing."""
        if thing[0] == "emu":
            return TALL if self.notes[thing[1]] else BOX
        return {"join": JOIN, "via": 0.0}.get(thing[0], LABEL)

    def middle(self, thing: Thing) -> float:
        """y of the middle of a thing."""
        k = self.layer[thing]
        return self.tops[k] + self.heights[k] / 2

    def _width(self, thing):
        if thing[0] == "emu":
            emu = thing[1]
            texts = [text_width(emu_name(emu), SIZE), text_width(self.notes[emu], SMALL)]
            return PAD + max(texts)
        if thing in self.labels:
            return text_width(self.labels[thing], SMALL) + 4
        return JOIN if thing[0] == "join" else 2

    def _rows(self):
        far = [0.0] * len(self.layers)
        for one, other in self.graph.links:
            k = min(self.layer[one], self.layer[other])
            far[k] = max(far[k], abs(self.x[one] - self.x[other]))
        ends = {last for _, _, last in self.graph.bands}
        tops, heights, y = [], [], 0.0
        for k, row in enumerate(self.layers):
            tops.append(y)
            heights.append(max(map(self.height_of, row), default=0.0))
            y += heights[-1]
            if row and k + 1 < len(self.layers):
                y += min(FAR, NEAR + LEAN * far[k])
            if k in ends and k + 1 < len(self.layers):
                y += BETWEEN
        return tops, heights, y

    def _lines(self) -> list[Line]:
        ports, lines = self._ports(), []
        for k, edge in enumerate(self.graph.edges):
            first, *between, last = edge.chain
            points = [(ports[k, "first"], self.middle(first) + self.height_of(first) / 2)]
            for thing in between:
                row = self.layer[thing]
                x, top = self.x[thing], self.tops[row]
                ends = [top] if edge.beside else [top, top + self.heights[row]]
                points += [(x, y) for y in ends]
            side = 1 if edge.beside else -1
            points.append((ports[k, "last"], self.middle(last) + side * self.height_of(last) / 2))
            lines.append(Line(k, points))
        return lines

    def _ports(self) -> dict:
        """(edge, end) → x where its line meets a box: side by side, in the order of where they lead."""
        meeting = {}
        for k, edge in enumerate(self.graph.edges):
            chain, side = edge.chain, "below" if edge.beside else "above"
            meeting.setdefault((chain[0], "below"), []).append((self.x[chain[1]], k, "first"))
            meeting.setdefault((chain[-1], side), []).append((self.x[chain[-2]], k, "last"))
        ports = {}
        for (thing, _), found in meeting.items():
            room = self.widths[thing] - 14 if thing[0] == "emu" else 0.0
            step = min(PORT, room / max(1, len(found) - 1))
            for place, (_, k, end) in enumerate(sorted(found)):
                ports[k, end] = self.x[thing] + (place - (len(found) - 1) / 2) * step
        return ports
