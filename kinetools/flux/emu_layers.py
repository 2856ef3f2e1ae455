"""Puts an EMU network into layers: the fragment at the top, small EMUs and what is taken up at the bottom.

EMUs stand on even layers, in a band for each size, the nearer to the fragment the higher; the names of
reactions stand between them, on odd layers.
"""

from collections import deque
from dataclasses import dataclass, field
from itertools import pairwise

from .emu import Emu
from .emu_explanation import EmuExplanation, Inflow

# Things in layers are tuples: ("emu", Emu), ("join", k), ("label", k), ("more", Emu), ("via", k, layer).
Thing = tuple


@dataclass
class Edge:
    """A line from a target down, or up, to what it is made of, through placeholders.

    chain: things from the upper end to the lower one; heads: which ends have arrowheads ("first", "last");
    joined: whether it leads from a join to one of its parts; inflow: what it stands for; both: whether the
    same reactions lead both ways; beside: whether its ends are in one layer, its label below them.
    """

    chain: list[Thing]
    heads: tuple[str, ...]
    inflow: Inflow
    joined: bool = False
    both: bool = False
    beside: bool = False


@dataclass
class EmuLayers:
    """Things by layer, edges, links between neighbouring layers, and (size, first layer, last) of bands."""

    layers: list[list[Thing]] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    links: list[tuple[Thing, Thing]] = field(default_factory=list)
    bands: list[tuple[int, int, int]] = field(default_factory=list)
    hidden: dict[Emu, int] = field(
        default_factory=dict
    )  # EMU → ways of making it that are not drawn


def emu_layers(explanation: EmuExplanation) -> EmuLayers:
    """Layers of the drawn part of an explanation."""
    return _Builder(explanation).build()


class _Builder:
    def __init__(self, explanation):
        self.explanation, self.found = explanation, EmuLayers()
        self.inflows, self.level = {}, {}
        drawn = explanation.drawn
        for k, inflow in enumerate(explanation.inflows):
            if inflow.emu not in drawn:
                continue
            if drawn.issuperset(inflow.source):
                self.inflows[k] = inflow
            else:
                hidden = self.found.hidden
                hidden[inflow.emu] = hidden.get(inflow.emu, 0) + 1

    def build(self) -> EmuLayers:
        self._levels()
        last = max(last for _, _, last in self.found.bands)
        self.found.layers = [[] for _ in range(last + 1)]
        for thing, level in self.level.items():
            self.found.layers[2 * level].append(thing)
        self._edges()
        for emu in self.found.hidden:
            stub = ("more", emu)
            self.found.layers[2 * self.level["emu", emu] + 1].append(stub)
            self.found.links.append((("emu", emu), stub))
        return self.found

    def _levels(self):
        """The level of EMUs and joins, band by band."""
        explanation = self.explanation
        below, parts = {}, set()
        for k, inflow in self.inflows.items():
            if len(inflow.source) == 1:
                thing = ("emu", inflow.source[0])
            else:
                thing = ("join", k)
                parts.update(inflow.source)
            below.setdefault(("emu", inflow.emu), []).append(thing)
        base = 0
        for size in sorted({e.size for e in explanation.drawn}, reverse=True):
            own = [e for e in explanation.steps if e in explanation.drawn and e.size == size]
            entries = [("emu", e) for e in own if e in parts or e == explanation.root]
            level = dict.fromkeys(entries, base)
            waiting = deque(entries)
            while waiting:
                thing = waiting.popleft()
                for other in below.get(thing, ()):
                    if other not in level:
                        level[other] = level[thing] + 1
                        waiting.append(other)
            self.level |= level
            highest = max(level.values())
            self.found.bands.append((size, 2 * base, 2 * highest + 1))
            base = highest + 1

    def _edges(self):
        done = set()
        by_ends = {(i.emu, i.source): k for k, i in self.inflows.items() if len(i.source) == 1}
        for k, inflow in self.inflows.items():
            if k in done:
                continue
            target = ("emu", inflow.emu)
            if len(inflow.source) > 1:
                join = ("join", k)
                self._connect(k, target, join, inflow, ("first",))
                for n, part in enumerate(inflow.source):
                    self._connect((k, n), join, ("emu", part), inflow, (), label=False)
                continue
            (source,) = inflow.source
            back = by_ends.get((source, (inflow.emu,)))
            both = back is not None and back != k and _reversed(inflow, self.inflows[back])
            if both:
                done.add(back)
            other = ("emu", source)
            if self.level[other] >= self.level[target]:
                heads = ("first", "last") if both else ("first",)
                self._connect(k, target, other, inflow, heads, both=both)
            else:
                heads = ("first", "last") if both else ("last",)
                self._connect(k, other, target, inflow, heads, both=both, low=not both)

    def _connect(self, k, upper, lower, inflow, heads, label=True, both=False, low=False):
        """An edge with its placeholders; its label is near the upper end, or if `low`, near the lower."""
        start, end = 2 * self.level[upper], 2 * self.level[lower]
        level = start == end  # beside each other: down to the label and up again
        between = [start + 1] if level else range(start + 1, end)
        labelled = (end - 1 if low else start + 1) if label else None
        chain = [upper]
        for layer in between:
            thing = ("label", k) if layer == labelled else ("via", k, layer)
            self.found.layers[layer].append(thing)
            chain.append(thing)
        chain.append(lower)
        self.found.edges.append(Edge(chain, heads, inflow, not label, both, level))
        if level:
            self.found.links += [(upper, chain[1]), (lower, chain[1])]
        else:
            self.found.links += pairwise(chain)


def _reversed(one: Inflow, other: Inflow) -> bool:
    """Whether the same reactions, run backwards, do the opposite."""
    return {(r, 1 - d, w) for r, d, w in one.fluxes} == set(other.fluxes)
