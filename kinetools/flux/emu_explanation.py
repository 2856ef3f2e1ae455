"""What a fragment's labelling depends on: the EMUs behind it, and which reactions make them from what."""

from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from ..data import whole_number
from ..errors import InputError
from .emu import FORWARD, REVERSE, Emu, EmuNetwork, Source, decompose, reduce
from .fragments import write_atoms

READABLE = 40  # EMUs that a picture shows unless more are asked for


@dataclass(frozen=True)
class Inflow:
    """One of the ways in which an EMU is made.

    source: one EMU, or several that are joined (their mass distributions are convolved);
    fluxes: (reaction, direction, weight) of the reactions that do it.
    """

    emu: Emu
    source: Source
    fluxes: tuple[tuple[str, int, float], ...]

    @property
    def reactions(self) -> str:
        """The reactions in words: "½ SUCDi (reverse)" is half of that flux."""
        return ", ".join(self.reaction_texts)

    @property
    def reaction_texts(self) -> list[str]:
        """Every reaction in words; where something is taken up, its direction goes without saying."""
        return [
            flux_text(reaction, FORWARD if self.source[0].outside else direction, weight)
            for reaction, direction, weight in self.fluxes
        ]


@dataclass(frozen=True, eq=False)
class EmuExplanation:
    """The EMU network behind a fragment; a notebook shows it as a picture above its table.

    network: id; fragment: name; emu: what it is; inflows: of all EMUs; steps: EMU → how many steps of
    mixing before the fragment; outside: EMUs of what is taken up → their masses; tracers: metabolites
    with a label; equal: EMU that the simulation leaves out → the one that has the same masses; reduced:
    whether those are left out here, too; drawn: EMUs in the picture.
    """

    network: str
    fragment: str
    emu: Emu
    inflows: tuple[Inflow, ...] = field(repr=False)
    steps: dict[Emu, int] = field(repr=False)
    outside: dict[Emu, tuple[float, ...]] = field(repr=False)
    tracers: frozenset[str] = field(repr=False)
    equal: dict[Emu, Emu] = field(repr=False)
    reduced: bool
    drawn: frozenset[Emu] = field(repr=False)

    @property
    def root(self) -> Emu:
        """The EMU at the top: the fragment's, or the one that is solved for in its stead."""
        return next(iter(self.steps))

    @property
    def emus(self) -> list[Emu]:
        """All EMUs but those that are taken up, large ones first, then those near the fragment."""
        known = (e for e in self.steps if not e.outside)
        return sorted(known, key=lambda e: (-e.size, self.steps[e], e))

    @property
    def n_solved(self) -> int:
        """How many of the EMUs the simulation solves for; the others have the same masses as these."""
        return len({self.equal.get(e, e) for e in self.emus} - self.outside.keys())

    def table(self):
        """A DataFrame, one row for each way in which an EMU is made; large EMUs first.

        emu, size (atoms), steps (before the fragment), made_from (joined EMUs with ×), reactions, and
        same_as, the EMU of the same masses that the simulation solves for instead.
        """
        import pandas as pd

        place = {emu: k for k, emu in enumerate(self.emus)}
        rows = [
            {
                "emu": emu_name(inflow.emu),
                "size": inflow.emu.size,
                "steps": self.steps[inflow.emu],
                "made_from": source_name(inflow.source),
                "reactions": inflow.reactions,
                "same_as": emu_name(self.equal[inflow.emu]) if inflow.emu in self.equal else "",
            }
            for inflow in sorted(self.inflows, key=lambda inflow: place[inflow.emu])
        ]
        columns = ["emu", "size", "steps", "made_from", "reactions", "same_as"]
        return pd.DataFrame(rows, columns=columns)

    def svg(self) -> str:
        """The picture as text, self-contained."""
        from .emu_picture import draw_emus

        return draw_emus(self)

    def save(self, path) -> Path:
        """Write the picture to an .svg file; returns its path."""
        path = Path(path)
        if path.suffix.lower() != ".svg":
            raise InputError(f"{path}: the picture is an SVG; give a path that ends in .svg.")
        path.write_text(self.svg(), encoding="utf-8")
        return path

    def __str__(self):
        left = f", of which {self.n_solved} are solved for" if not self.reduced else ""
        return (
            f"{emu_name(self.emu)} in {self.network!r} depends on {len(self.steps) - 1} EMUs"
            f"{left}, {len(self.outside)} of them taken up"
        )

    def _repr_svg_(self):
        return self.svg()

    def _repr_html_(self):
        from .emu_page import emu_page

        return emu_page(self)


def explain(network, name: str, emu: Emu, masses, tracers, reduced, depth) -> EmuExplanation:
    """What an EMU of a network depends on.

    name: of the fragment; masses: EMU of what is taken up → its masses; tracers: metabolites with a label;
    reduced, depth: see `LabellingSimulator.explain`. Raises InputError for another depth.
    """
    depth = None if depth is None else whole_number(depth, "depth", 1)
    whole = decompose(network, {name: emu}, tracers)
    solved = reduce(whole)
    if reduced is None:
        reduced = len(whole.inflows) > READABLE
    shown = solved if reduced else whole
    steps = _steps(shown, shown.fragments[name])
    inflows = tuple(
        Inflow(e, source, _named(fluxes, network))
        for e in steps
        if not e.outside
        for source, fluxes in sorted(_sources(shown, whole, e).items())
    )
    return EmuExplanation(
        network.id,
        name,
        emu,
        inflows,
        steps,
        {e: tuple(float(m) for m in masses(e)) for e in sorted(steps) if e.outside},
        frozenset(tracers),
        solved.equal,
        bool(reduced),
        _drawn(steps, depth),
    )


def emu_name(emu: Emu) -> str:
    """An EMU as people write it, and as fragments are given: "B[2,3]", long ones "glc[1-6]"."""
    atoms = ",".join(map(str, emu.atoms)) if emu.size <= 3 else write_atoms(emu.atoms)
    return f"{emu.metabolite}[{atoms}]"


def source_name(source: Source) -> str:
    """A source as people write it: "B[2,3] × C[1]"."""
    if source[0].outside and len(source) == 1:
        return f"{emu_name(source[0])} taken up"
    return " × ".join(emu_name(e) for e in source)


def flux_text(reaction: str, direction: int, weight: float) -> str:
    """A reaction's flux with its weight and direction."""
    share = {1.0: "", 0.5: "½ "}.get(weight, f"{weight:.3g} ")
    return f"{share}{reaction}{' (reverse)' if direction == REVERSE else ''}"


def _named(fluxes, network):
    return tuple(
        (network.reactions[index], direction, round(float(weight), 9))
        for (index, direction), weight in sorted(fluxes.items())
    )


def _sources(emus: EmuNetwork, whole: EmuNetwork, emu: Emu) -> dict:
    """Source → flux → weight."""
    if emu not in emus.joined:
        return emus.inflows[emu]
    # Made in one way only, so its fluxes were not kept; before the reduction it may have been several.
    source, found = emus.joined[emu], {}
    for parts, fluxes in whole.inflows[emu].items():
        if tuple(sorted(emus.equal.get(e, e) for e in parts)) == source:
            for flux, weight in fluxes.items():
                found[flux] = found.get(flux, 0.0) + weight
    return {source: found}


def _steps(emus: EmuNetwork, start: Emu) -> dict[Emu, int]:
    """All EMUs that one depends on, and how far back they are."""
    steps, waiting = {start: 0}, deque([start])
    while waiting:
        emu = waiting.popleft()
        if emu.outside:
            continue
        for source in sorted([emus.joined[emu]] if emu in emus.joined else emus.inflows[emu]):
            for part in source:
                if part not in steps:
                    steps[part] = steps[emu] + 1
                    waiting.append(part)
    return steps


def _drawn(steps, depth) -> frozenset:
    """EMUs up to a depth, or up to the largest depth that can still be read."""
    if depth is None:
        counts = [sum(n <= d for n in steps.values()) for d in range(max(steps.values()) + 1)]
        depth = max([1, *(d for d, count in enumerate(counts) if count <= READABLE)])
    return frozenset(e for e, n in steps.items() if n <= depth)
