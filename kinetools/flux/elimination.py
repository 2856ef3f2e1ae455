"""From the mixing equations of EMUs to tapes: elimination in a fixed order, and its adjoint.

EMUs of one size n obey A X = B Y: A holds what flows into each EMU on its diagonal and what comes from
the others off it, Y are smaller EMUs joined and what comes from outside. A is a diagonally dominant
M-matrix, so no pivoting is needed, and one order of elimination (fewest new entries first) serves all
fluxes. Of each mass distribution only the masses 1…n are solved for; the mass 0 is what lacks to one. An
EMU into which nothing flows is then unlabelled.

Source: Antoniewicz et al. 2007, Metab. Eng. 9:68, Eqs. 13-15; the adjoint of a linear solve is one with Aᵀ.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import product

from .emu import Emu, EmuNetwork
from .tape import Tape, TapeWriter

IDLE = (
    1e-13  # inflow of unlabelled material into every EMU, mmol/gDW/h: decides where nothing flows
)


@dataclass
class Program:
    """Tapes of a network and where their inputs and outputs are."""

    forward: Tape
    adjoint: Tape
    fluxes: list[tuple[int, int]]  # (reaction, direction) of each input slot
    flux_slots: list[int]
    outputs: dict[str, list[int]]  # fragment → slots of its masses
    seeds: dict[str, list[int]]  # fragment → slots of the derivative by its masses
    gradient_slots: list[int]  # derivative by each flux
    inputs: dict[Emu, list[int]]  # EMUs from outside → slots of their masses
    n_operations: tuple[int, int] = (0, 0)


@dataclass
class _Block:
    """The equations of one size, eliminated."""

    emus: list[Emu]
    order: list[int] = field(default_factory=list)
    inverse: dict[int, int] = field(default_factory=dict)
    entry: dict[tuple[int, int], int] = field(default_factory=dict)
    factor: dict[tuple[int, int], int] = field(default_factory=dict)
    known: list[tuple[int, tuple, int]] = field(default_factory=list)  # (row, source, flux slot)
    inflow: dict[tuple[int, int], int] = field(default_factory=dict)  # before elimination


class _Compiler:
    def __init__(self, emus: EmuNetwork):
        self.emus, self.tape = emus, TapeWriter()
        self.flux, self.combined, self.parts = {}, {}, {}
        self.masses: dict[Emu, list[int]] = {}
        self.joined: dict[tuple, list[int]] = {}
        self.blocks: list[_Block] = []

    def compile(self) -> Program:
        tape = self.tape
        fluxes = sorted(
            {f for sources in self.emus.inflows.values() for fl in sources.values() for f in fl}
        )
        self.flux = dict(zip(fluxes, tape.slots(len(fluxes)), strict=True))
        inputs = sorted(self.emus.inputs)
        for emu in inputs:
            self.masses[emu] = list(tape.slots(emu.size + 1))
        by_size = defaultdict(list)
        for emu in self.emus.inflows:
            by_size[emu.size].append(emu)
        sizes = {e.size for e in [*self.emus.inflows, *self.emus.joined]}
        for size in sorted(sizes):
            self._join(size)
            if by_size[size]:
                self.blocks.append(self._solve(sorted(by_size[size])))
        end = tape.mark()
        outputs = {name: self.masses[e] for name, e in self.emus.fragments.items()}
        seeds = {name: list(tape.slots(len(slots))) for name, slots in outputs.items()}
        gradient = _Adjoint(self, seeds).record()
        gradient_slots = [gradient.get(self.flux[f], tape.zero) for f in fluxes]
        return Program(
            tape.finish(0, end),
            tape.finish(end),
            fluxes,
            [self.flux[f] for f in fluxes],
            outputs,
            seeds,
            gradient_slots,
            {e: self.masses[e] for e in inputs},
            (end, tape.mark() - end),
        )

    def _join(self, size):
        """EMUs with one source that joins smaller ones."""
        for emu, source in self.emus.joined.items():
            if emu.size == size:
                self.masses[emu] = self._source(source)

    def _source(self, source) -> list[int]:
        """Slots of a source's masses: its EMU's, or the convolution of its EMUs'."""
        if len(source) == 1:
            return self.masses[source[0]]
        if source not in self.joined:
            left = self._source(source[:-1])
            right = self.masses[source[-1]]
            result = [None] * (len(left) + len(right) - 1)
            for i, j in product(range(len(left)), range(len(right))):
                at = self.tape.zero if result[i + j] is None else result[i + j]
                result[i + j] = self.tape.add_product(result[i + j], at, left[i], right[j])
            self.joined[source] = result
        return self.joined[source]

    def _inflow(self, fluxes) -> int:
        """The slot of a weighted sum of fluxes."""
        key = tuple(sorted((flux, round(weight, 12)) for flux, weight in fluxes.items()))
        if key not in self.combined:
            slots = [(self.flux[f], self.tape.constant(w)) for f, w in key]
            if len(key) == 1 and key[0][1] == 1.0:
                result = slots[0][0]
            else:
                result = None
                for flux, weight in slots:
                    start = self.tape.zero if result is None else result
                    result = self.tape.add_product(result, start, flux, weight)
                self.parts[result] = slots
            self.combined[key] = result
        return self.combined[key]

    def _solve(self, emus) -> _Block:
        tape, block = self.tape, _Block(emus)
        row = {emu: i for i, emu in enumerate(emus)}
        n = emus[0].size
        diagonal = {}
        for emu, i in row.items():
            for source, fluxes in self.emus.inflows[emu].items():
                if source == (emu,):
                    continue
                slot = self._inflow(fluxes)
                total = diagonal.get(i)
                diagonal[i] = tape.add_product(
                    total, tape.constant(IDLE) if total is None else total, slot, tape.one
                )
                if len(source) == 1 and source[0] in row:
                    block.entry[i, row[source[0]]] = slot
                else:
                    block.known.append((i, source, slot))
            diagonal.setdefault(i, tape.constant(IDLE))
        block.inflow = dict(block.entry)
        solution = {}
        for i, source, slot in block.known:
            masses = self._source(source)
            for m in range(1, n + 1):
                old = solution.get((i, m))
                start = tape.zero if old is None else old
                solution[i, m] = tape.add_product(old, start, slot, masses[m])
        self._eliminate(block, diagonal)
        position = {i: p for p, i in enumerate(block.order)}
        for k in block.order:
            for i in (i for i, j in block.factor if j == k):
                for m in range(1, n + 1):
                    if (k, m) in solution:
                        old = solution.get((i, m))
                        start = tape.zero if old is None else old
                        solution[i, m] = tape.add_product(
                            old, start, block.factor[i, k], solution[k, m]
                        )
        for k in reversed(block.order):
            later = [j for i, j in block.entry if i == k and position[j] > position[k]]
            for m in range(1, n + 1):
                value = solution.get((k, m), tape.zero)
                total = None
                for j in later:
                    start = value if total is None else total
                    total = tape.add_product(total, start, block.entry[k, j], solution[j, m])
                total = value if total is None else total
                solution[k, m] = tape.add_product(None, tape.zero, total, block.inverse[k])
        for emu, i in row.items():
            unlabelled = None
            for m in range(1, n + 1):
                start = tape.one if unlabelled is None else unlabelled
                unlabelled = tape.subtract_product(unlabelled, start, solution[i, m], tape.one)
            self.masses[emu] = [unlabelled, *(solution[i, m] for m in range(1, n + 1))]
        return block

    def _eliminate(self, block, diagonal):
        """L U of the matrix, off-diagonal entries with their sign turned: all stay positive."""
        tape, n = self.tape, len(block.emus)
        rows, columns = defaultdict(set), defaultdict(set)
        for i, j in block.entry:
            rows[i].add(j)
            columns[j].add(i)
        left = set(range(n))
        while left:
            # Fewest new entries at most (Markowitz), ties by position.
            k = min(left, key=lambda k: (len(rows[k] & left) * len(columns[k] & left), k))
            left.discard(k)
            block.order.append(k)
            block.inverse[k] = tape.reciprocal(diagonal[k])
            below, right = sorted(columns[k] & left), sorted(rows[k] & left)
            for i in below:
                block.factor[i, k] = tape.add_product(
                    None, tape.zero, block.entry[i, k], block.inverse[k]
                )
            for i, j in product(below, right):
                a, b = block.factor[i, k], block.entry[k, j]
                if i == j:
                    diagonal[i] = tape.subtract_product(None, diagonal[i], a, b)
                else:
                    old = block.entry.get((i, j))
                    start = tape.zero if old is None else old
                    block.entry[i, j] = tape.add_product(None, start, a, b)
                    rows[i].add(j)
                    columns[j].add(i)


class _Adjoint:
    """Derivatives of a weighted sum of fragment masses by the fluxes, recorded on the same tape."""

    def __init__(self, compiler: _Compiler, seeds):
        self.compiler, self.tape = compiler, compiler.tape
        self.mass: dict[int, int] = {}  # slot of a mass → slot of the derivative by it
        self.flux: dict[int, int] = {}
        for name, slots in seeds.items():
            for slot, seed in zip(
                compiler.masses[compiler.emus.fragments[name]], slots, strict=True
            ):
                self._add(self.mass, slot, seed, self.tape.one)

    def _add(self, kind, key, a, b):
        old = kind.get(key)
        kind[key] = self.tape.add_product(old, self.tape.zero if old is None else old, a, b)

    def record(self) -> dict[int, int]:
        """Flux slot → slot of the derivative by it."""
        compiler = self.compiler
        by_size = {block.emus[0].size: block for block in compiler.blocks}
        joins = defaultdict(list)
        for source in compiler.joined:
            joins[sum(e.size for e in source)].append(source)
        for size in sorted({*by_size, *joins}, reverse=True):
            if size in by_size:
                self._block(by_size[size])
            for source in sorted(joins[size], key=len, reverse=True):
                self._convolution(source)
        for combined, parts in compiler.parts.items():
            if combined in self.flux:
                for flux, weight in parts:
                    self._add(self.flux, flux, self.flux[combined], weight)
        return self.flux

    def _convolution(self, source):
        compiler = self.compiler
        left, right = compiler._source(source[:-1]), compiler.masses[source[-1]]
        result = compiler.joined[source]
        outside = [all(e.outside for e in source[:-1]), source[-1].outside]
        for i, j in product(range(len(left)), range(len(right))):
            by = self.mass.get(result[i + j])
            if by is not None:
                if not outside[0]:
                    self._add(self.mass, left[i], by, right[j])
                if not outside[1]:
                    self._add(self.mass, right[j], by, left[i])

    def _block(self, block):
        tape, compiler = self.tape, self.compiler
        n = block.emus[0].size
        by = {}
        for i, emu in enumerate(block.emus):
            masses = compiler.masses[emu]
            unlabelled = self.mass.get(masses[0])
            for m in range(1, n + 1):
                slot = self.mass.get(masses[m])
                if unlabelled is not None:
                    start = tape.zero if slot is None else slot
                    slot = tape.subtract_product(None, start, unlabelled, tape.one)
                if slot is not None:
                    by[i, m] = slot
        if not by:
            return
        position = {i: p for p, i in enumerate(block.order)}
        for k in block.order:
            earlier = [i for i, j in block.entry if j == k and position[i] < position[k]]
            for m in range(1, n + 1):
                total = by.get((k, m))
                for i in earlier:
                    if (i, m) in by:
                        start = tape.zero if total is None else total
                        total = tape.add_product(None, start, block.entry[i, k], by[i, m])
                if total is not None:
                    by[k, m] = tape.add_product(None, tape.zero, total, block.inverse[k])
        for k in reversed(block.order):
            for i in (i for i, j in block.factor if j == k):
                for m in range(1, n + 1):
                    if (i, m) in by:
                        old = by.get((k, m), tape.zero)
                        by[k, m] = tape.add_product(None, old, block.factor[i, k], by[i, m])
        self._inflows(block, by, n)

    def _inflows(self, block, by, n):
        """Derivatives by what flows from each source, and by the sources' masses."""
        tape, compiler = self.tape, self.compiler
        own = {}  # what a larger inflow of nothing would change: minus the EMU's own masses
        for i, emu in enumerate(block.emus):
            for m in range(1, n + 1):
                if (i, m) in by:
                    start = own.get(i, tape.zero)
                    own[i] = tape.add_product(own.get(i), start, by[i, m], compiler.masses[emu][m])
        terms = [(i, (block.emus[j],), slot) for (i, j), slot in block.inflow.items()]
        for i, source, slot in [*terms, *block.known]:
            if i not in own:
                continue
            masses = compiler._source(source)
            change = tape.subtract_product(None, tape.zero, own[i], tape.one)
            for m in range(1, n + 1):
                if (i, m) not in by:
                    continue
                tape.add_product(change, change, by[i, m], masses[m])
            self._add(self.flux, slot, change, tape.one)
        for i, source, slot in block.known:
            if all(e.outside for e in source):
                continue
            masses = compiler._source(source)
            for m in range(1, n + 1):
                if (i, m) in by:
                    self._add(self.mass, masses[m], by[i, m], slot)


def compile_program(emus: EmuNetwork) -> Program:
    """Tapes that solve a (reduced) EMU network and differentiate its fragments."""
    return _Compiler(emus).compile()
