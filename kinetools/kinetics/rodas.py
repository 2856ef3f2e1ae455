"""Stiff integration of one trajectory: the Rosenbrock method Rodas5P (Steinebach 2023), compiled.

Order 5 with an embedded error estimate of order 4 and dense output of order 4; linearly implicit, so that
each step costs one Jacobian and one factorisation. Unknowns are the independent metabolites over their
reference concentrations. A step that leaves any metabolite at or below zero is taken again with half the
length: rate laws mean nothing there, and what looks like a solution beyond it is none.

Reference: G. Steinebach, Construction of Rosenbrock–Wanner method Rodas5P and numerical benchmarks
within the Julia Differential Equations package, BIT Numer Math 63:27 (2023).

Everything compiled here stands in this one file, because Numba's disk cache notices changes only in the
file of the function that it compiles.
"""

import numpy as np
from numba import njit

from .rate_kernels import SCRATCH, call_kernel

STAGES = 8
GAMMA = 0.21193756319429014
A = np.zeros((STAGES, STAGES))
A[1, :1] = 3.0
A[2, :2] = 2.849394379747939, 0.45842242204463923
A[3, :3] = -6.954028509809101, 2.489845061869568, -10.358996098473584
A[4, :4] = 2.8029986275628964, 0.5072464736228206, -0.3988312541770524, -0.04721187230404641
A[5:, :5] = (
    -7.502846399306121,
    2.561846144803919,
    -11.627539656261098,
    -0.18268767659942256,
    0.030198172008377946,
)
A[6:, 5] = 1.0
A[7, 6] = 1.0
C = np.zeros((STAGES, STAGES))
C[1, :1] = -14.155112264123755
C[2, :2] = -17.97296035885952, -2.859693295451294
C[3, :3] = 147.12150275711716, -1.41221402718213, 71.68940251302358
C[4, :4] = 165.43517024871676, -0.4592823456491126, 42.90938336958603, -5.961986721573306
C[5, :5] = (
    24.854864614690072,
    -3.0009227002832186,
    47.4931110020768,
    5.5814197821558125,
    -0.6610691825249471,
)
C[6, :6] = (
    30.91273214028599,
    -3.1208243349937974,
    77.79954646070892,
    34.28646028294783,
    -19.097331116725623,
    -28.087943162872662,
)
C[7, :7] = (
    37.80277123390563,
    -3.2571969029072276,
    112.26918849496327,
    66.9347231244047,
    -40.06618937091002,
    -54.66780262877968,
    -9.48861652309627,
)
DENSE = np.array(
    [
        [
            25.948786856663858,
            -2.5579724845846235,
            10.433815404888879,
            -2.3679251022685204,
            0.524948541321073,
            1.1241088310450404,
            0.4272876194431874,
            -0.17202221070155493,
        ],
        [
            -9.91568850695171,
            -0.9689944594115154,
            3.0438037242978453,
            -24.495224566215796,
            20.176138334709044,
            15.98066361424651,
            -6.789040303419874,
            -6.710236069923372,
        ],
        [
            11.419903575922262,
            2.8879645146136994,
            72.92137995996029,
            80.12511834622643,
            -52.072871366152654,
            -59.78993625266729,
            -0.15582684282751913,
            4.883087185713722,
        ],
    ]
)

FINISHED, UNRESOLVED, FAILED = 0, 1, 2
SAFETY, SLOWEST, FASTEST = 0.9, 0.2, 6.0  # of the next step's length over the last one's
PIVOT = 0.1  # of the largest element of its column: a diagonal element that is good enough
SMALLEST = 1e-15  # h; a step that needs to be shorter is a failure

_OPTIONS = {"cache": True, "nogil": True, "error_model": "numpy", "fastmath": {"contract"}}


@njit(**_OPTIONS)
def integrate_many(equations, constants, which, starts, totals, times, tolerances, max_steps):
    """Concentrations of many trajectories, each from its own start.

    equations: `KineticSystem.equations`; constants: (set, constant); which: set of each trajectory
    (row,); starts: (row, metabolite) in µmol/L, of which boundary ones stay; totals: (row, dependent);
    times: ascending, in h, not below 0; tolerances: (relative, absolute over the reference).
    Returns concentrations (row, time, metabolite), NaN from where an integration stopped, and
    status and steps (row,).
    """
    n = len(which)
    result = np.full((n, len(times), starts.shape[1]), np.nan)
    status, steps = np.zeros(n, np.int64), np.zeros(n, np.int64)
    for k in range(n):
        status[k], steps[k] = _integrate(
            equations,
            constants[which[k]],
            starts[k],
            totals[k],
            times,
            tolerances,
            max_steps,
            result[k],
        )
    return result, status, steps


@njit(**_OPTIONS)
def derivative(equations, constants, totals, start, y, result):
    """dy/dt (unknown,) in 1/h of one model at scaled concentrations y (unknown,)."""
    kernels, program, offsets, shared, stoichiometry, places, link, scale = equations
    x, scratch = start.copy(), np.empty(SCRATCH)
    rates, slopes = np.zeros(len(stoichiometry[0]) - 1), np.zeros(len(places[4]))
    _levels(y, x, places[0], places[1], link, totals, scale)
    _call(kernels, program, offsets, shared, constants, scratch, x, rates, slopes, False)
    _derivative(stoichiometry, rates, result)


@njit(**_OPTIONS)
def jacobian(equations, constants, totals, start, y, result):
    """∂(dy/dt)/∂y, column by column: result[j, i] belongs to unknown j and equation i, in 1/h."""
    kernels, program, offsets, shared, stoichiometry, places, link, scale = equations
    x, scratch = start.copy(), np.empty(SCRATCH)
    rates, slopes = np.zeros(len(stoichiometry[0]) - 1), np.zeros(len(places[4]))
    _levels(y, x, places[0], places[1], link, totals, scale)
    _call(kernels, program, offsets, shared, constants, scratch, x, rates, slopes, True)
    _jacobian(stoichiometry, slopes, places, link, scale, result)


@njit(**_OPTIONS)
def _integrate(equations, constants, start, totals, times, tolerances, max_steps, result):
    """One trajectory (time, metabolite) into `result`; returns (status, steps)."""
    kernels, program, offsets, shared, stoichiometry, places, link, scale = equations
    rtol, atol = tolerances
    independent, dependent = places[0], places[1]
    n = len(independent)
    x, scratch = start.copy(), np.empty(SCRATCH)
    rates, slopes = np.zeros(len(stoichiometry[0]) - 1), np.zeros(len(places[4]))
    y, stage, trial = np.empty(n), np.empty(n), np.empty(n)
    k = np.zeros((STAGES, n))
    interpolation = np.zeros((3, n))
    slope, factors = np.zeros((n, n)), np.zeros((n, n))
    pivots = np.zeros(n, np.int64)
    change = np.empty(n)
    for i in range(n):
        y[i] = start[independent[i]] / scale[independent[i]]
    t, done, steps = 0.0, 0, 0
    while done < len(times) and times[done] <= 0.0:
        result[done] = start
        done += 1
    if done == len(times):
        return FINISHED, 0
    end = times[-1]
    _levels(y, x, independent, dependent, link, totals, scale)
    _call(kernels, program, offsets, shared, constants, scratch, x, rates, slopes, True)
    _derivative(stoichiometry, rates, change)
    h = _first_step(y, change, rtol, atol, end)
    fresh = True  # the Jacobian belongs to y
    for i in range(n):
        if not np.isfinite(change[i]):
            return FAILED, 0
    while done < len(times):
        if steps >= max_steps:
            return UNRESOLVED, steps
        steps += 1
        if fresh:
            _jacobian(stoichiometry, slopes, places, link, scale, slope)
            fresh = False
        h = min(h, end - t) if t + h < end else end - t
        _factorise(slope, 1.0 / (GAMMA * h), factors, pivots)
        good = True
        for s in range(STAGES):
            if s > 0:
                for i in range(n):
                    value = y[i]
                    for j in range(s):
                        value += A[s, j] * k[j, i]
                    stage[i] = value
                _levels(stage, x, independent, dependent, link, totals, scale)
                _call(
                    kernels, program, offsets, shared, constants, scratch, x, rates, slopes, False
                )
                _derivative(stoichiometry, rates, k[s])
                for j in range(s):
                    factor = C[s, j] / h
                    for i in range(n):
                        k[s, i] += factor * k[j, i]
            else:
                k[0] = change
            _solve(factors, pivots, k[s])
        error = 0.0
        for i in range(n):
            trial[i] = stage[i] + k[STAGES - 1, i]
            weight = atol + rtol * max(abs(y[i]), abs(trial[i]))
            error += (k[STAGES - 1, i] / weight) ** 2
        error = np.sqrt(error / n)
        if not np.isfinite(error):
            good, factor = False, SLOWEST
        else:
            factor = min(FASTEST, max(SLOWEST, SAFETY * (error + 1e-10) ** -0.2))
            good = error <= 1.0
        if good:
            _levels(trial, x, independent, dependent, link, totals, scale)
            if not _positive(x):
                good, factor = False, 0.5
        reached, following = done, end if h == end - t else t + h
        if good and times[done] <= following:
            for m in range(3):
                for i in range(n):
                    value = 0.0
                    for s in range(STAGES):
                        value += DENSE[m, s] * k[s, i]
                    interpolation[m, i] = value
            while reached < len(times) and times[reached] <= following:
                part = min(1.0, (times[reached] - t) / h)
                for i in range(n):
                    inner = interpolation[1, i] + part * interpolation[2, i]
                    inner = interpolation[0, i] + part * inner
                    stage[i] = (1 - part) * y[i] + part * (trial[i] + (1 - part) * inner)
                result[reached] = start
                _levels(stage, result[reached], independent, dependent, link, totals, scale)
                if part < 1.0 and not _positive(result[reached]):
                    # Between the ends of a step too little is left for an interpolation: land there.
                    result[done : reached + 1] = np.nan
                    good, factor = False, part
                    break
                reached += 1
        if not good:
            h *= factor
            if h < SMALLEST:
                return FAILED, steps
            continue
        t, done = following, reached
        y[:] = trial
        _call(kernels, program, offsets, shared, constants, scratch, x, rates, slopes, True)
        _derivative(stoichiometry, rates, change)
        fresh = True
        h *= factor
    return FINISHED, steps


@njit(**_OPTIONS)
def _levels(y, x, independent, dependent, link, totals, scale):
    """Concentrations x of all dynamic metabolites from the scaled independent ones."""
    for i in range(len(independent)):
        x[independent[i]] = y[i] * scale[independent[i]]
    for d in range(len(dependent)):
        value = totals[d]
        for i in range(len(independent)):
            if link[d, i] != 0.0:
                value += link[d, i] * x[independent[i]]
        x[dependent[d]] = value


@njit(**_OPTIONS)
def _positive(x):
    return x.min() > 0.0  # False for NaN


@njit(**_OPTIONS)
def _call(kernels, program, offsets, shared, constants, scratch, x, rates, slopes, want_slopes):
    for g in range(len(kernels)):
        part = program[offsets[g] : offsets[g + 1]]
        call_kernel(kernels[g], x, part, shared, constants, scratch, rates, slopes, want_slopes)


@njit(**_OPTIONS)
def _derivative(stoichiometry, rates, result):
    column_start, row, coefficient = stoichiometry
    result[:] = 0.0
    for r in range(len(rates)):
        for e in range(column_start[r], column_start[r + 1]):
            result[row[e]] += coefficient[e] * rates[r]


@njit(**_OPTIONS)
def _jacobian(stoichiometry, slopes, places, link, scale, jacobian):
    """∂(dy/dt)/∂y, column by column: jacobian[j, i] belongs to unknown j and equation i."""
    column_start, row, coefficient = stoichiometry
    independent, _, position, dependent_position, entry_reaction, entry_metabolite = places
    jacobian[:] = 0.0
    for entry in range(len(slopes)):
        r, m, slope = entry_reaction[entry], entry_metabolite[entry], slopes[entry]
        first, last = column_start[r], column_start[r + 1]
        if position[m] >= 0:
            column, change = jacobian[position[m]], slope * scale[m]
            for e in range(first, last):
                column[row[e]] += coefficient[e] * change
        elif dependent_position[m] >= 0:
            for i in range(len(independent)):
                if link[dependent_position[m], i] != 0.0:
                    column = jacobian[i]
                    change = slope * link[dependent_position[m], i] * scale[independent[i]]
                    for e in range(first, last):
                        column[row[e]] += coefficient[e] * change


@njit(**_OPTIONS)
def _first_step(y, derivative, rtol, atol, end):
    """A hundredth of the time in which the fastest unknown would change by itself."""
    fastest = 0.0
    for i in range(len(y)):
        fastest = max(fastest, abs(derivative[i]) / (abs(y[i]) + atol))
    return min(end, 0.01 / (fastest + 1e-10))


@njit(**_OPTIONS)
def _factorise(jacobian, diagonal, factors, pivots):
    """LU of diagonal·I − jacobian, column by column: factors[j, i] is element (i, j).

    The unknowns come in an order that keeps zeros; a diagonal element is passed over only where it is
    far smaller than others of its column. Zeros are skipped.
    """
    n = len(jacobian)
    for j in range(n):
        for i in range(n):
            factors[j, i] = -jacobian[j, i]
        factors[j, j] += diagonal
    for c in range(n):
        pivot = factors[c]
        best, largest = c, 0.0
        for i in range(c, n):
            if abs(pivot[i]) > largest:
                best, largest = i, abs(pivot[i])
        if abs(pivot[c]) >= PIVOT * largest:
            best = c
        pivots[c] = best
        if best != c:
            for j in range(n):
                factors[j, c], factors[j, best] = factors[j, best], factors[j, c]
        inverse = 1.0 / pivot[c]
        for i in range(c + 1, n):
            pivot[i] *= inverse
        for j in range(c + 1, n):
            column, factor = factors[j], factors[j, c]
            if factor != 0.0:
                for i in range(c + 1, n):
                    column[i] -= factor * pivot[i]


@njit(**_OPTIONS)
def _solve(factors, pivots, b):
    n = len(b)
    for c in range(n):
        if pivots[c] != c:
            b[c], b[pivots[c]] = b[pivots[c]], b[c]
    for j in range(n):
        column, value = factors[j], b[j]
        for i in range(j + 1, n):
            b[i] -= value * column[i]
    for j in range(n - 1, -1, -1):
        column = factors[j]
        value = b[j] / column[j]
        b[j] = value
        for i in range(j):
            b[i] -= value * column[i]
