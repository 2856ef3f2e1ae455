"""Eigenvalues of many small real matrices at once.

LAPACK treats one matrix at a time and leaves most of a processor's vector unit idle at sizes of a few
dozen. Here eight matrices go through the same textbook algorithm in lock-step, one in each lane of a
vector: Householder reduction to Hessenberg form, then Francis's implicitly double-shifted QR iteration
(Golub & Van Loan, Matrix Computations, §7.4–7.5; deflation and exceptional shifts as in Martin, Peters &
Wilkinson 1970). Lanes never mix, so a matrix's result does not depend on its neighbours. Matrices are
not balanced first: Jacobians in log coordinates do not need it. A matrix whose iteration does not
converge goes to LAPACK.

Everything compiled stands in this one file, because Numba's disk cache notices changes only in the file
of the function that it compiles.
"""

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

LANES = 8
SPARE_ROWS = 4  # below each block of matrices, so that row groups of four may run past the end
MAX_ITERATIONS = 60  # for one eigenvalue; ten are rarely needed
EPSILON = np.finfo(float).eps

_OPTIONS = {
    "cache": True,
    "nogil": True,
    "fastmath": {"contract"},  # fused multiply–add, nothing that reorders
    "error_model": "numpy",
}


def eigenvalues_of_many(flat: np.ndarray, size: int) -> np.ndarray:
    """Eigenvalues of real matrices, the largest real part first.

    flat: (size², matrix), entry i·size + j of a column being element (i, j), all finite.
    Returns a complex array (matrix, size). Raises numpy.linalg.LinAlgError for matrices that are not
    finite or on which LAPACK fails too.
    """
    values, converged = _solve(flat, size)
    for k in np.flatnonzero(~(converged & np.isfinite(values).all(axis=1))):
        exact = np.linalg.eigvals(flat[:, k].reshape(size, size)).astype(complex)
        values[k] = exact[np.lexsort((-exact.imag, -exact.real))]
    return values


# --- vector operations ---------------------------------------------------------------------------
# Memory is addressed as LANES consecutive doubles. `array[i]` below stands for array[i : i + LANES].

_VECTOR = ir.VectorType(ir.DoubleType(), LANES)
_ZERO = ir.Constant(_VECTOR, [0.0] * LANES)
_ONE = ir.Constant(_VECTOR, [1.0] * LANES)
_FUSE = ("contract",)


def _constant(n):
    return ir.Constant(ir.IntType(64), n)


class _Emitter:
    """LLVM instructions on vectors of lanes, for one call of an operation."""

    def __init__(self, context, builder, signature, arguments):
        self.builder = builder
        self._arguments = arguments
        self._data = {
            n: context.make_array(kind)(context, builder, arguments[n]).data
            for n, kind in enumerate(signature.args)
            if isinstance(kind, types.Array)
        }

    def __getitem__(self, n):
        return self._arguments[n]

    def pointer(self, array, index):
        """Pointer to the vector at an index of argument number `array`."""
        pointer = self.builder.gep(self._data[array], [index])
        return self.builder.bitcast(pointer, _VECTOR.as_pointer())

    def load(self, array, index):
        return self.fetch(self.pointer(array, index))

    def fetch(self, pointer):
        instruction = self.builder.load(pointer)
        instruction.align = 8
        return instruction

    def put(self, value, pointer):
        self.builder.store(value, pointer).align = 8

    def constants(self, array, count):
        """The first `count` vectors of argument number `array`."""
        return [self.load(array, _constant(n * LANES)) for n in range(count)]

    def add(self, a, b):
        return self.builder.fadd(a, b, flags=_FUSE)

    def subtract(self, a, b):
        return self.builder.fsub(a, b, flags=_FUSE)

    def multiply(self, a, b):
        return self.builder.fmul(a, b, flags=_FUSE)

    def plus(self, index, offset):
        return self.builder.add(index, offset)

    def times(self, index, factor):
        return self.builder.mul(index, factor)

    def loop(self, count):
        return cgutils.for_range(self.builder, count)

    def call(self, name, *values):
        kind = ir.FunctionType(_VECTOR, [_VECTOR] * len(values))
        function = cgutils.get_or_insert_function(
            self.builder.module, kind, f"llvm.{name}.v{LANES}f64"
        )
        return self.builder.call(function, values)


def _operation(emit):
    """A Numba function from a Python function that emits its instructions."""

    def codegen(context, builder, signature, arguments):
        emit(_Emitter(context, builder, signature, arguments))
        return context.get_dummy_value()

    return codegen


@intrinsic
def _add_product(typing, target, i, factor, j, row, k, count):
    """target[i + 8m] += factor[j] · row[k + 8m] for m < count."""

    def emit(e):
        scale = e.load(2, e[3])
        with e.loop(e[6]) as loop:
            step = e.times(loop.index, _constant(LANES))
            place = e.pointer(0, e.plus(e[1], step))
            product = e.multiply(scale, e.load(4, e.plus(e[5], step)))
            e.put(e.add(e.fetch(place), product), place)

    n = types.intp
    return types.void(target, n, factor, n, row, n, n), _operation(emit)


@intrinsic
def _add_four_products(typing, target, i, rows, j, stride, factors, k, count):
    """target[i + 8m] += Σ_{r<4} factors[k + 8r] · rows[j + r·stride + 8m] for m < count."""

    def emit(e):
        scales = [e.load(5, e.plus(e[6], _constant(r * LANES))) for r in range(4)]
        with e.loop(e[7]) as loop:
            step = e.times(loop.index, _constant(LANES))
            place = e.pointer(0, e.plus(e[1], step))
            total, source = e.fetch(place), e.plus(e[3], step)
            for scale in scales:
                total = e.add(total, e.multiply(scale, e.load(2, source)))
                source = e.plus(source, e[4])
            e.put(total, place)

    n = types.intp
    return types.void(target, n, rows, n, n, factors, n, n), _operation(emit)


@intrinsic
def _four_dots(typing, target, rows, i, stride, vector, j, count):
    """target[8r] = Σ_{m<count} rows[i + r·stride + 8m] · vector[j + 8m] for r < 4."""

    def emit(e):
        totals = [cgutils.alloca_once_value(e.builder, _ZERO) for _ in range(4)]
        for total in totals:
            e.builder.store(_ZERO, total)
        with e.loop(e[6]) as loop:
            step = e.times(loop.index, _constant(LANES))
            factor, source = e.load(4, e.plus(e[5], step)), e.plus(e[2], step)
            for total in totals:
                product = e.multiply(factor, e.load(1, source))
                e.builder.store(e.add(e.builder.load(total), product), total)
                source = e.plus(source, e[3])
        for r, total in enumerate(totals):
            e.put(e.builder.load(total), e.pointer(0, _constant(r * LANES)))

    n = types.intp
    return types.void(target, rows, n, n, vector, n, n), _operation(emit)


@intrinsic
def _reflect_rows(typing, matrix, i, stride, reflector, count):
    """Apply (x, y, z, q, r) from the left to three rows, `count` columns from matrix[i] on."""

    def emit(e):
        x, y, z, q, r = e.constants(3, 5)
        with e.loop(e[4]) as loop:
            first = e.plus(e[1], e.times(loop.index, _constant(LANES)))
            second = e.plus(first, e[2])
            places = [e.pointer(0, k) for k in (first, second, e.plus(second, e[2]))]
            a, b, c = map(e.fetch, places)
            p = e.add(e.add(a, e.multiply(q, b)), e.multiply(r, c))
            for value, factor, place in zip((a, b, c), (x, y, z), places, strict=True):
                e.put(e.subtract(value, e.multiply(p, factor)), place)

    n = types.intp
    return types.void(matrix, n, n, reflector, n), _operation(emit)


@intrinsic
def _reflect_columns(typing, matrix, i, stride, reflector, count):
    """Apply (x, y, z, q, r) from the right to three columns, `count` rows from matrix[i] on."""

    def emit(e):
        x, y, z, q, r = e.constants(3, 5)
        with e.loop(e[4]) as loop:
            first = e.plus(e[1], e.times(loop.index, e[2]))
            places = [e.pointer(0, e.plus(first, _constant(k * LANES))) for k in range(3)]
            a, b, c = map(e.fetch, places)
            p = e.add(e.add(e.multiply(x, a), e.multiply(y, b)), e.multiply(z, c))
            e.put(e.subtract(a, p), places[0])
            e.put(e.subtract(b, e.multiply(p, q)), places[1])
            e.put(e.subtract(c, e.multiply(p, r)), places[2])

    n = types.intp
    return types.void(matrix, n, n, reflector, n), _operation(emit)


@intrinsic
def _make_reflector(typing, matrix, i, j, k, masks, start, reflector):
    """Reflector (x, y, z, q, r) that maps (matrix[i], matrix[j], matrix[k]) to (−s, 0, 0), per lane.

    masks: three vectors of 0 or 1: the lane takes part; its third row exists; this is its first step,
    where the vector comes from `start` and nothing is written back. Idle lanes get a zero reflector.
    """

    def emit(e):
        choose, both, invert = e.builder.select, e.builder.and_, e.builder.not_
        places = [e.pointer(0, e[n]) for n in (1, 2, 3)]
        a, b, c = map(e.fetch, places)
        takes_part, has_third, is_first = (
            e.builder.fcmp_ordered("!=", mask, _ZERO) for mask in e.constants(4, 3)
        )
        p, q, r = (
            choose(is_first, given, found)
            for given, found in zip(
                e.constants(5, 3), (a, b, choose(has_third, c, _ZERO)), strict=True
            )
        )
        squares = e.add(e.add(e.multiply(p, p), e.multiply(q, q)), e.multiply(r, r))
        s = e.call("copysign", e.call("sqrt", squares), p)
        active = both(takes_part, e.builder.fcmp_ordered("!=", s, _ZERO))
        s = choose(active, s, _ONE)
        sum_ = choose(active, e.add(p, s), _ONE)
        by_s, by_sum = e.builder.fdiv(_ONE, s), e.builder.fdiv(_ONE, sum_)
        parts = [
            e.multiply(value, inverse)
            for value, inverse in ((sum_, by_s), (q, by_s), (r, by_s), (q, by_sum), (r, by_sum))
        ]
        for n, part in enumerate(parts):
            e.put(choose(active, part, _ZERO), e.pointer(6, _constant(n * LANES)))
        clears = both(active, invert(is_first))
        e.put(choose(clears, e.builder.fneg(s), a), places[0])
        e.put(choose(clears, _ZERO, b), places[1])
        e.put(choose(both(clears, has_third), _ZERO, c), places[2])

    n = types.intp
    return types.void(matrix, n, n, n, masks, start, reflector), _operation(emit)


# --- the algorithm -------------------------------------------------------------------------------
# A block of eight matrices is one flat array: element (i, j) of lane l at i·width + j·LANES + l.


@njit(**_OPTIONS)
def _to_hessenberg(block, n, width):
    """Householder reduction of a block to upper Hessenberg form, in place."""
    v = np.zeros(n * LANES)
    w = np.zeros(n * LANES)
    squares = np.zeros(LANES)
    tau = np.zeros(LANES)
    factor = np.zeros(4 * LANES)
    for k in range(n - 2):
        below, column = (k + 1) * width, k * LANES
        squares[:] = 0.0
        for i in range(k + 2, n):
            at = i * width + column
            _add_product(squares, 0, block, at, block, at, 1)
        for l in range(LANES):  # noqa: E741
            alpha = block[below + column + l]
            tau[l] = factor[l] = 0.0
            if squares[l] != 0.0:
                beta = -np.copysign(np.sqrt(alpha * alpha + squares[l]), alpha)
                tau[l] = (beta - alpha) / beta
                factor[l] = 1.0 / (alpha - beta)
                block[below + column + l] = beta
            v[(k + 1) * LANES + l] = 1.0
        for i in range(k + 2, n):
            for l in range(LANES):  # noqa: E741
                v[i * LANES + l] = block[i * width + column + l] * factor[l]
                block[i * width + column + l] = 0.0

        first, count = (k + 1) * LANES, n - k - 1
        w[:] = 0.0  # w = vᵀ·block
        i = k + 1
        while i + 3 < n:
            _add_four_products(w, first, block, i * width + first, width, v, i * LANES, count)
            i += 4
        while i < n:
            _add_product(w, first, v, i * LANES, block, i * width + first, count)
            i += 1
        for i in range(k + 1, n):  # block −= τ·v·w
            for l in range(LANES):  # noqa: E741
                factor[l] = -tau[l] * v[i * LANES + l]
            _add_product(block, i * width + first, factor, 0, w, first, count)
        for i in range(0, n, 4):  # block −= τ·(block·v)·vᵀ, four rows at a time
            _four_dots(factor, block, i * width + first, width, v, first, count)
            for r in range(min(4, n - i)):
                for l in range(LANES):  # noqa: E741
                    factor[r * LANES + l] *= -tau[l]
                at = (i + r) * width + first
                _add_product(block, at, factor, r * LANES, v, first, count)


@njit(**_OPTIONS)
def _deflate(block, width, lane, last, values):
    """Read off eigenvalues that have separated at the bottom of one lane.

    Returns (first, last) of the active part; last is −1 when none is left.
    """
    start = last
    while last >= 0:
        first = last
        while first > 0:
            at = first * width + first * LANES + lane
            scale = abs(block[at]) + abs(block[at - width - LANES])
            if abs(block[at - LANES]) <= EPSILON * (scale if scale > 0.0 else 1.0):
                block[at - LANES] = 0.0
                break
            first -= 1
        at = last * width + last * LANES + lane
        x = block[at]
        if first == last:
            values[lane, last] = x
            last -= 1
        elif first == last - 1:
            y = block[at - width - LANES]
            product = block[at - LANES] * block[at - width]
            half = 0.5 * (y - x)
            discriminant = half * half + product
            root = np.sqrt(abs(discriminant))
            if discriminant >= 0.0:
                far = half + np.copysign(root, half)
                values[lane, last - 1] = x + far
                values[lane, last] = x - product / far if far != 0.0 else x + far
            else:
                values[lane, last - 1] = complex(x + half, root)
                values[lane, last] = complex(x + half, -root)
            last -= 2
        else:
            return first, last, last != start
    return 0, -1, True


@njit(**_OPTIONS)
def _first_column(block, width, lane, first, last, exceptional, start):
    """First column of the double-shift polynomial of one lane's active part, into `start`."""
    end = last * width + last * LANES + lane
    x = block[end]
    y = block[end - width - LANES]
    product = block[end - LANES] * block[end - width]
    if exceptional:  # shifts of another kind now and then break cycles
        s = abs(block[end - LANES]) + abs(block[end - width - 2 * LANES])
        x = y = x + 0.75 * s
        product = -0.4375 * s * s
    at = first * width + first * LANES + lane
    z = block[at]
    below = block[at + width]
    p = ((x - z) * (y - z) - product) / below + block[at + LANES]
    q = block[at + width + LANES] - z - (x - z) - (y - z)
    r = block[at + 2 * width + LANES]
    scale = abs(p) + abs(q) + abs(r)
    if scale == 0.0:
        scale = 1.0
    start[lane] = p / scale
    start[LANES + lane] = q / scale
    start[2 * LANES + lane] = r / scale


@njit(**_OPTIONS)
def _iterate(block, n, width, values, converged):
    """Francis QR iteration of a block in Hessenberg form until all eigenvalues are read off."""
    first = np.zeros(LANES, np.int64)
    last = np.full(LANES, n - 1)
    iterations = np.zeros(LANES, np.int64)
    start = np.zeros(3 * LANES)
    masks = np.zeros(3 * LANES)
    reflector = np.zeros(5 * LANES)
    while True:
        top, bottom = n, -1
        for l in range(LANES):  # noqa: E741
            if last[l] < 0:
                continue
            first[l], last[l], progress = _deflate(block, width, l, last[l], values)
            if progress:
                iterations[l] = 0
            if last[l] < 0:
                continue
            if iterations[l] == MAX_ITERATIONS:
                converged[l] = False
                last[l] = -1
                continue
            iterations[l] += 1
            exceptional = iterations[l] % 10 == 0
            _first_column(block, width, l, first[l], last[l], exceptional, start)
            top, bottom = min(top, first[l]), max(bottom, last[l])
        if bottom < 0:
            return
        # One sweep: the bulge of every active lane is chased from its first row to its last. Rows and
        # columns beyond a lane's active part are transformed too, which is harmless and keeps step.
        for k in range(top, bottom):
            for l in range(LANES):  # noqa: E741
                masks[l] = first[l] <= k < last[l]
                masks[LANES + l] = k < last[l] - 1
                masks[2 * LANES + l] = k == first[l]
            column = max(k - 1, 0) * LANES
            at = k * width + column
            _make_reflector(block, at, at + width, at + 2 * width, masks, start, reflector)
            _reflect_rows(block, k * width + k * LANES, width, reflector, bottom - k + 1)
            rows = min(bottom, k + 3) - top + 1
            _reflect_columns(block, top * width + k * LANES, width, reflector, rows)


@njit(**_OPTIONS)
def _solve(flat, n):
    """Eigenvalues (matrix, n), sorted, and whether each matrix's iteration converged."""
    n_matrices = flat.shape[1]
    width = (n + 2) * LANES
    block = np.zeros((n + SPARE_ROWS) * width)
    values = np.zeros((n_matrices, n), np.complex128)
    converged = np.ones(n_matrices, np.bool_)
    lane_values = np.zeros((LANES, n), np.complex128)
    lane_converged = np.ones(LANES, np.bool_)
    for start in range(0, n_matrices, LANES):
        filled = min(LANES, n_matrices - start)
        block[:] = 0.0  # unused lanes hold zero matrices, which deflate at once
        for i in range(n):
            for j in range(n):
                for l in range(filled):  # noqa: E741
                    block[i * width + j * LANES + l] = flat[i * n + j, start + l]
        lane_converged[:] = True
        _to_hessenberg(block, n, width)
        _iterate(block, n, width, lane_values, lane_converged)
        for l in range(filled):  # noqa: E741
            converged[start + l] = lane_converged[l]
            _sort_into(lane_values[l], values[start + l])
    return values, converged


@njit(**_OPTIONS)
def _sort_into(found, target):
    """Insertion sort by descending real part, then descending imaginary part."""
    for i in range(len(found)):
        value = found[i]
        k = i
        while k > 0 and (
            target[k - 1].real < value.real
            or (target[k - 1].real == value.real and target[k - 1].imag < value.imag)
        ):
            target[k] = target[k - 1]
            k -= 1
        target[k] = value
