"""Straight-line arithmetic on numbered slots: recorded once, scheduled, then replayed without allocation.

A tape holds four kinds of operation, each on one slot or on several vectors side by side (lanes):

    w[d] = w[c] + w[a] * w[b]        w[d] = w[c] - w[a] * w[b]        w[d] = 1 / w[a]

The order in which operations are recorded fixes what they mean; `TapeWriter.finish` reorders those that do
not depend on each other, so that long runs are of one kind and no operation waits for the one before it.
"""

from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from .compiled import ENTRY, INNER

ADD, SUBTRACT, RECIPROCAL = 0, 1, 2
LANES = (None,) * 8  # the length of a tuple is known to the compiler
ONE_LANE = (None,)
LATENCY = 8  # operations between one and the next that needs its result


class Tape(NamedTuple):
    """What `replay` takes."""

    segments: np.ndarray  # (segment, 3) int32: kind, first operation, one past the last
    operations: np.ndarray  # (operation, 4) int32: d, c, a, b
    values: np.ndarray  # (slot,) float64: constants where slots are constants, else 0


class TapeWriter:
    """Records operations on slots."""

    def __init__(self):
        self._operations, self._values, self._constants = [], [], {}
        self.zero, self.one = self.constant(0.0), self.constant(1.0)

    def slot(self) -> int:
        """A new slot."""
        self._values.append(0.0)
        return len(self._values) - 1

    def slots(self, n: int) -> range:
        """n new slots in a row."""
        first = len(self._values)
        self._values += [0.0] * n
        return range(first, first + n)

    def constant(self, value: float) -> int:
        """The slot of a constant."""
        if value not in self._constants:
            self._constants[value] = self.slot()
            self._values[-1] = value
        return self._constants[value]

    def add_product(self, target: int | None, c: int, a: int, b: int) -> int:
        """target = c + a·b; a new slot where target is None."""
        target = self.slot() if target is None else target
        self._operations.append((ADD, target, c, a, b))
        return target

    def subtract_product(self, target: int | None, c: int, a: int, b: int) -> int:
        """target = c − a·b."""
        target = self.slot() if target is None else target
        self._operations.append((SUBTRACT, target, c, a, b))
        return target

    def reciprocal(self, a: int) -> int:
        """A new slot = 1/a."""
        target = self.slot()
        self._operations.append((RECIPROCAL, target, a, a, a))
        return target

    def mark(self) -> int:
        """Operations recorded so far, for `finish`."""
        return len(self._operations)

    def finish(self, start: int = 0, stop: int | None = None) -> Tape:
        """The tape of the operations from one mark to another."""
        operations = self._operations[start:stop]
        order, segments = _schedule(operations)
        rows = np.array([operations[i][1:] for i in order], np.int32).reshape(-1, 4)
        return Tape(
            np.array(segments, np.int32).reshape(-1, 3), rows, np.array(self._values, float)
        )


def _schedule(operations):
    """Order of operations, and runs of one kind."""
    n = len(operations)
    followers, waits_for = [[] for _ in range(n)], np.zeros(n, int)
    writer, readers = {}, {}
    for i, (_, target, *sources) in enumerate(operations):
        before = {writer[s] for s in sources if s in writer} | set(readers.get(target, ()))
        if target in writer:
            before.add(writer[target])
        before.discard(i)
        for j in before:
            followers[j].append(i)
        waits_for[i] = len(before)
        for s in sources:
            readers.setdefault(s, []).append(i)
        writer[target], readers[target] = i, []
    depth = np.zeros(n, int)  # longest way to the end: what is furthest from it goes first
    for i in range(n - 1, -1, -1):
        depth[i] = 1 + max((depth[j] for j in followers[i]), default=0)
    ready = ([], [], [])
    for i in np.flatnonzero(waits_for == 0):
        heappush(ready[operations[i][0]], (0, -depth[i], i))
    order, segments, kind = [], [], ADD
    while len(order) < n:
        now = len(order)
        heap = ready[kind]
        if not heap or (heap[0][0] > now and any(h and h[0][0] <= now for h in ready)):
            # The kind with most to do; what still waits for its operands counts least.
            kind = max(
                range(3), key=lambda k: (bool(ready[k]) and ready[k][0][0] <= now, len(ready[k]))
            )
            heap = ready[kind]
        if not segments or segments[-1][0] != kind:
            segments.append([kind, now, now])
        _, _, i = heappop(heap)
        order.append(i)
        segments[-1][2] = now + 1
        for j in followers[i]:
            waits_for[j] -= 1
            if waits_for[j] == 0:
                heappush(ready[operations[j][0]], (now + LATENCY, -depth[j], j))
    return order, segments


def _lane_operation(combine):
    """An operation on all lanes of slots of an array at once, as vector instructions."""

    @intrinsic
    def operation(context, lanes, w, d, c, a, b):
        n = len(lanes)
        vector = ir.VectorType(ir.DoubleType(), n) if n > 1 else ir.DoubleType()

        def generate(context, builder, signature, arguments):
            array = context.make_array(signature.args[1])(context, builder, arguments[1])

            def place(index):
                start = builder.mul(index, ir.Constant(index.type, n))
                pointer = builder.gep(array.data, [start])
                return builder.bitcast(pointer, vector.as_pointer())

            values = [builder.load(place(k), align=8) for k in arguments[3:]]
            builder.store(combine(builder, vector, *values), place(arguments[2]), align=8)
            return context.get_dummy_value()

        return types.void(lanes, w, types.intp, types.intp, types.intp, types.intp), generate

    return operation


def _constant(vector, value):
    if isinstance(vector, ir.VectorType):
        return ir.Constant(vector, [value] * vector.count)
    return ir.Constant(vector, value)


_add = _lane_operation(
    lambda builder, v, c, a, b: builder.fadd(
        c, builder.fmul(a, b, flags=["contract"]), flags=["contract"]
    )
)
_subtract = _lane_operation(
    lambda builder, v, c, a, b: builder.fsub(
        c, builder.fmul(a, b, flags=["contract"]), flags=["contract"]
    )
)
_reciprocal = _lane_operation(lambda builder, v, c, a, b: builder.fdiv(_constant(v, 1.0), a))


@njit(**INNER, boundscheck=False)
def replay(lanes, tape, w):
    """Run a tape on a work space (slots × lanes,), which holds its constants and inputs."""
    segments, rows = tape.segments, tape.operations
    for s in range(len(segments)):
        kind, start, stop = segments[s, 0], segments[s, 1], segments[s, 2]
        if kind == ADD:
            for i in range(start, stop):
                _add(lanes, w, rows[i, 0], rows[i, 1], rows[i, 2], rows[i, 3])
        elif kind == SUBTRACT:
            for i in range(start, stop):
                _subtract(lanes, w, rows[i, 0], rows[i, 1], rows[i, 2], rows[i, 3])
        else:
            for i in range(start, stop):
                _reciprocal(lanes, w, rows[i, 0], rows[i, 1], rows[i, 2], rows[i, 3])


@njit(**ENTRY)
def workspace(lanes, tape):
    """A new work space with the tape's constants in every lane."""
    return np.repeat(tape.values, len(lanes))
