"""Reflective Hamiltonian Monte Carlo in a polytope, for a ladder of temperatures, in compiled code.

At temperature k the density is L(x)^β_k times the prior on {A x ≤ b}. A trajectory is a leapfrog whose
drift bounces off the facets like a ball, in coordinates of the temperature's own metric Σ_k; a bounce keeps
the kinetic energy, so that only the integration error decides on acceptance. After each move, neighbours
on the ladder may exchange their points, even and odd pairs in turn.

Coordinates are those in which the prior's covariance is I. Data narrow few directions of many, so that
Σ_k = I − W_kᵀ W_k with few rows in W_k, and nothing has to be kept that is square, but one matrix for all
temperatures. Where they narrow many, as in a community of cells, every bounce would take all those rows;
there, what each bounce changes is worked out beforehand. Velocities v = C_k p stand for momenta p, where
Σ_k = C_k C_kᵀ: a kick with the slope g adds Σ_k g to one, and to the kinetic energy
½ gᵀ(v before + v after).

Sources: Afshar & Domke 2015 (reflection); Okabe et al. 2001, Syed et al. 2022 (exchange in turn).
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from scipy.linalg import eigh

from .compiled import ANY_ORDER, ENTRY, INNER
from .exchange import fill_log_room
from .log_density import fill_log_density
from .uniform import walk

MOST_BOUNCES = 1000  # in one drift; a trajectory with more is rejected
LONGEST = 0.7  # step, in units of the metric: where ln L is flat, acceptance sets no limit
LEAST = 0.05  # information, over the prior's, that a direction needs to count in a metric
FEW = 24  # rows of W; with more, what a bounce changes is looked up
TABLES = 2**31  # bytes of such tables; temperatures beyond that compute what a bounce changes
WALK = 8  # steps of coordinate hit-and-run for each dimension, where β is 0


class Facets(NamedTuple):
    """A polytope {A x ≤ b}."""

    normals: np.ndarray  # A, (facet, dimension)
    transposed: np.ndarray  # Aᵀ, (dimension, facet)
    products: np.ndarray  # A Aᵀ, (facet, facet)
    b: np.ndarray


class Metric(NamedTuple):
    """Σ = I − Wᵀ W of every temperature; rows of W are orthogonal and shorter than 1."""

    ranks: np.ndarray  # (temperature,) rows of W that count
    narrowed: np.ndarray  # W, (temperature, row, dimension)
    roots: np.ndarray  # (temperature, row): C = I − Wᵀ diag(roots) W is the root of Σ
    seen: np.ndarray  # W Aᵀ, (temperature, row, facet)
    tables: np.ndarray  # (temperature,) number of its tables below; −1: it has none
    turned: np.ndarray  # A Σ, (table, facet, dimension)
    slowed: np.ndarray  # A Σ Aᵀ, (table, facet, facet)


class Modes(NamedTuple):
    """Modes of the density: the one whose normal·x + offset is largest, and their weights."""

    normals: np.ndarray  # (mode, dimension)
    offsets: np.ndarray  # (mode,)
    weights: np.ndarray  # (temperature, mode), added to β ln L


class Ladder(NamedTuple):
    """Points of one chain at all temperatures."""

    x: np.ndarray  # (temperature, dimension)
    value: np.ndarray  # (temperature,) ln L
    gradient: np.ndarray  # (temperature, dimension)
    prior: np.ndarray  # (temperature,) ln of the prior density
    prior_gradient: np.ndarray  # (temperature, dimension)
    mode: np.ndarray  # (temperature,) which mode the point is in
    replica: np.ndarray  # (temperature,) which walker is here
    direction: np.ndarray  # (replica,) +1: last seen at the target, −1: at the prior, 0: at neither
    step_size: np.ndarray  # (temperature,)
    counts: np.ndarray  # (1,) round trips


class Record(NamedTuple):
    """What a run of sweeps leaves behind; filled from row 0."""

    x: np.ndarray  # (draw, dimension) at β = 1
    value: np.ndarray  # (draw,)
    replica: np.ndarray  # (draw,)
    mode: np.ndarray  # (draw,)
    accepted: np.ndarray  # (temperature,) sum of acceptance probabilities
    exchanged: np.ndarray  # (temperature − 1,) sum of exchange probabilities
    offered: np.ndarray  # (temperature − 1,) how often an exchange was offered
    bounces: np.ndarray  # (temperature,)
    visits: np.ndarray  # (temperature, mode)
    values: np.ndarray  # (temperature, mode) sum of ln L
    squares: np.ndarray  # (temperature, mode) sum of its squares


def facets(A, b) -> Facets:
    """The polytope {A x ≤ b}; A: (facet, dimension)."""
    A = np.ascontiguousarray(A)
    return Facets(A, np.ascontiguousarray(A.T), A @ A.T, b)


def metric(A, information, betas) -> Metric:
    """Σ = (I + β information)⁻¹, but for directions that it shortens by next to nothing.

    A: (facet, dimension); information: of the data, (temperature, dimension, dimension); betas:
    (temperature,).
    """
    rows, lengths = [], []
    for beta, matrix in zip(betas, information):
        found, directions = np.zeros(0), np.zeros((len(matrix), 0))
        if beta > 0:
            found, directions = eigh(matrix, subset_by_value=(LEAST / beta, np.inf))
        taken = beta * found / (1 + beta * found)
        rows.append((directions * np.sqrt(taken)).T)
        lengths.append(1 / (1 + np.sqrt(1 - taken)))
    ranks = np.array([len(r) for r in rows])
    narrowed = np.zeros((len(rows), ranks.max(), A.shape[1]))
    roots = np.zeros(narrowed.shape[:2])
    for k, rank in enumerate(ranks):
        narrowed[k, :rank], roots[k, :rank] = rows[k], lengths[k]
    seen, tables = narrowed @ A.T, np.full(len(rows), -1)
    # The coldest temperatures, which have the most rows, come first.
    many = np.flatnonzero(ranks > FEW)[: TABLES // (8 * len(A) * sum(A.shape))]
    tables[many] = np.arange(len(many))
    turned = A - np.swapaxes(seen[many], 1, 2) @ narrowed[many]
    return Metric(ranks, narrowed, roots, seen, tables, turned, turned @ A.T)


@njit(**INNER, fastmath=ANY_ORDER)
def _velocity(metric, k, momentum, velocity):
    """velocity = C momentum."""
    velocity[:] = momentum
    for r in range(metric.ranks[k]):
        total = 0.0
        for j in range(len(momentum)):
            total += metric.narrowed[k, r, j] * momentum[j]
        total *= metric.roots[k, r]
        for j in range(len(momentum)):
            velocity[j] -= total * metric.narrowed[k, r, j]


@njit(**INNER, fastmath=ANY_ORDER)
def _kick(metric, k, velocity, amount, beta, gradient, prior_gradient, slope):
    """velocity += Σ slope, where slope = amount · (β gradient + prior_gradient); returns the energy won."""
    won = 0.0
    for j in range(len(slope)):
        slope[j] = amount * (beta * gradient[j] + prior_gradient[j])
        won += 0.5 * slope[j] * velocity[j]
        velocity[j] += slope[j]
    for r in range(metric.ranks[k]):
        total = 0.0
        for j in range(len(slope)):
            total += metric.narrowed[k, r, j] * slope[j]
        for j in range(len(slope)):
            velocity[j] -= total * metric.narrowed[k, r, j]
    for j in range(len(slope)):
        won += 0.5 * slope[j] * velocity[j]
    return won


@njit(**INNER, fastmath=ANY_ORDER)
def _bounce(facets, metric, k, hit, velocity, speed):
    """Turn the velocity, and how fast facets come nearer, where a facet is hit."""
    table = metric.tables[k]
    if table >= 0:
        turn = 2.0 * speed[hit] / metric.slowed[table, hit, hit]
        for j in range(len(velocity)):
            velocity[j] -= turn * metric.turned[table, hit, j]
        for f in range(len(speed)):
            speed[f] -= turn * metric.slowed[table, hit, f]
        return
    seen, narrowed = metric.seen[k], metric.narrowed[k]
    length = facets.products[hit, hit]
    for r in range(metric.ranks[k]):
        length -= seen[r, hit] ** 2
    turn = 2.0 * speed[hit] / length
    for j in range(len(velocity)):
        velocity[j] -= turn * facets.normals[hit, j]
    for f in range(len(speed)):
        speed[f] -= turn * facets.products[hit, f]
    for r in range(metric.ranks[k]):
        back = turn * seen[r, hit]
        for j in range(len(velocity)):
            velocity[j] += back * narrowed[r, j]
        for f in range(len(speed)):
            speed[f] += back * seen[r, f]


@njit(**INNER)
def _drift(facets, metric, k, x, time, velocity, speed, slack):
    """Move straight for a time, bouncing off facets; returns the number of bounces, or −1 for too many.

    speed, slack: how fast each facet comes nearer and how far it is, (facet,); both are kept up to date.
    """
    bounces = 0
    while True:
        hit, first = -1, time
        for f in range(len(slack)):
            if speed[f] > 0.0 and slack[f] < first * speed[f]:
                first, hit = max(slack[f], 0.0) / speed[f], f
        for j in range(len(x)):
            x[j] += first * velocity[j]
        for f in range(len(slack)):
            slack[f] -= first * speed[f]
        if hit < 0:
            return bounces
        time -= first
        slack[hit] = 0.0
        bounces += 1
        if bounces > MOST_BOUNCES:
            return -1
        _bounce(facets, metric, k, hit, velocity, speed)


@njit(**INNER, fastmath=ANY_ORDER)
def mode_of(modes, x):
    """Number of the mode that a point is in."""
    best, found = -np.inf, 0
    for m in range(len(modes.offsets)):
        score = modes.offsets[m]
        for j in range(len(x)):
            score += modes.normals[m, j] * x[j]
        if score > best:
            best, found = score, m
    return found


@njit(**INNER)
def _move(
    density,
    spaces,
    facets,
    metric,
    modes,
    betas,
    ladder,
    steps,
    rng,
    record,
    rate,
    wanted,
    confined,
):
    """One trajectory at every temperature, in lock-step: large matrices are read once for all of them."""
    n, dimension = ladder.x.shape
    x, gradient, prior_gradient = (
        ladder.x.copy(),
        ladder.gradient.copy(),
        ladder.prior_gradient.copy(),
    )
    value, prior = np.empty(n), np.empty(n)
    velocity = np.zeros((n, dimension))
    momentum, slope = np.empty(dimension), np.empty(dimension)
    won, moves = np.zeros(n), betas > 0.0
    for k in range(n):
        if not moves[k]:
            walk(facets.transposed, facets.b, density.room, x[k], 1, WALK * dimension, rng)
            continue
        for j in range(dimension):
            momentum[j] = rng.standard_normal()
        _velocity(metric, k, momentum, velocity[k])
    lost = np.zeros(n, np.bool_)
    slack = facets.b - np.dot(x, facets.transposed)
    speed = np.empty(slack.shape)
    for step in range(steps + 1):
        for k in range(n):
            if moves[k]:
                # Half a kick at the ends, a whole one in between.
                share = 0.5 if step == 0 or step == steps else 1.0
                won[k] += _kick(
                    metric,
                    k,
                    velocity[k],
                    share * ladder.step_size[k],
                    betas[k],
                    gradient[k],
                    prior_gradient[k],
                    slope,
                )
        if step == steps:
            break
        np.dot(velocity, facets.transposed, speed)
        for k in range(n):
            if moves[k]:
                size = ladder.step_size[k]
                bounces = _drift(facets, metric, k, x[k], size, velocity[k], speed[k], slack[k])
                if bounces < 0:
                    lost[k], moves[k] = True, False
                record.bounces[k] += max(bounces, 0)
        fill_log_density(density, spaces, x, value, gradient)
        fill_log_room(density.room, x, prior, prior_gradient)
    for k in range(n):
        mode = mode_of(modes, x[k])
        change = 0.0
        if betas[k] > 0.0:  # else the walk has drawn from the prior already
            change = betas[k] * (value[k] - ladder.value[k]) + prior[k] - ladder.prior[k] - won[k]
        change += modes.weights[k, mode] - modes.weights[k, ladder.mode[k]]
        stays = lost[k] or not np.isfinite(change) or (confined and mode != ladder.mode[k])
        chance = 0.0 if stays else np.exp(min(change, 0.0))
        if rng.random() < chance:
            ladder.x[k] = x[k]
            ladder.value[k] = value[k]
            ladder.gradient[k] = gradient[k]
            ladder.prior[k] = prior[k]
            ladder.prior_gradient[k] = prior_gradient[k]
            ladder.mode[k] = mode
        record.accepted[k] += chance
        if rate > 0.0:
            size = ladder.step_size[k] * np.exp(rate * (chance - wanted))
            ladder.step_size[k] = min(size, LONGEST)


@njit(**INNER)
def _exchange(modes, betas, ladder, parity, rng, record):
    """Offer each pair of neighbours of this parity an exchange."""
    for k in range(parity, len(betas) - 1, 2):
        change = (betas[k] - betas[k + 1]) * (ladder.value[k + 1] - ladder.value[k])
        here, there = ladder.mode[k], ladder.mode[k + 1]
        change += modes.weights[k, there] - modes.weights[k, here]
        change += modes.weights[k + 1, here] - modes.weights[k + 1, there]
        chance = np.exp(min(change, 0.0))
        record.exchanged[k] += chance
        record.offered[k] += 1
        if rng.random() < chance:
            for rows in (ladder.x, ladder.gradient, ladder.prior_gradient):
                for j in range(rows.shape[1]):
                    rows[k, j], rows[k + 1, j] = rows[k + 1, j], rows[k, j]
            for values in (ladder.value, ladder.prior):
                values[k], values[k + 1] = values[k + 1], values[k]
            for numbers in (ladder.replica, ladder.mode):
                numbers[k], numbers[k + 1] = numbers[k + 1], numbers[k]
    first, last = ladder.replica[0], ladder.replica[len(betas) - 1]
    if ladder.direction[first] == -1:
        ladder.counts[0] += 1
    ladder.direction[first] = 1
    if ladder.direction[last] == 1:
        ladder.direction[last] = -1


@njit(**ENTRY)
def sweep(
    density,
    spaces,
    facets,
    metric,
    modes,
    betas,
    ladder,
    rng,
    n_sweeps,
    thinning,
    steps,
    first,
    record,
    rate,
    wanted,
    confined,
):
    """Moves of all temperatures and exchanges, n_sweeps times; every thinning-th point at β = 1 is kept.

    betas: from 1 downwards; steps: most leapfrog steps in a trajectory; first: number of sweeps done
    before; rate: how fast step sizes follow the wanted acceptance; confined: no point leaves its mode.
    """
    for s in range(n_sweeps):
        count = 1 + int(rng.random() * steps)
        _move(
            density,
            spaces,
            facets,
            metric,
            modes,
            betas,
            ladder,
            count,
            rng,
            record,
            rate,
            wanted,
            confined,
        )
        if len(betas) > 1:
            _exchange(modes, betas, ladder, (first + s) % 2, rng, record)
        for k in range(len(betas)):
            record.visits[k, ladder.mode[k]] += 1.0
            record.values[k, ladder.mode[k]] += ladder.value[k]
            record.squares[k, ladder.mode[k]] += ladder.value[k] ** 2
        if (s + 1) % thinning == 0:
            row = s // thinning
            if row < len(record.value):
                record.x[row] = ladder.x[0]
                record.value[row] = ladder.value[0]
                record.replica[row] = ladder.replica[0]
                record.mode[row] = ladder.mode[0]
