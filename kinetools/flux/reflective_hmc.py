"""Reflective Hamiltonian Monte Carlo in a polytope, for a ladder of temperatures, in compiled code.

At temperature k the density is L(x)^β_k times the prior on {A x ≤ b}. A trajectory is a leapfrog whose
drift bounces off the facets like a ball, in coordinates of the temperature's own metric Σ_k; a bounce keeps
the kinetic energy, so that only the integration error decides on acceptance. After each move, neighbours
on the ladder may exchange their points, even and odd pairs in turn.

Sources: Afshar & Domke 2015 (reflection); Okabe et al. 2001, Syed et al. 2022 (exchange in turn).
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from .exchange import fill_log_room
from .log_density import N_LANES, evaluate
from .uniform import walk

MOST_BOUNCES = 1000  # in one drift; a trajectory with more is rejected
LONGEST = 0.7  # step, in units of the metric: where ln L is flat, acceptance sets no limit
WALK = 8  # steps of coordinate hit-and-run for each dimension, where β is 0


class Facets(NamedTuple):
    """A polytope {A x ≤ b}."""

    transposed: np.ndarray  # Aᵀ, (dimension, facet)
    b: np.ndarray


class Metric(NamedTuple):
    """Σ = C Cᵀ of every temperature, and what facets look like in it."""

    root: np.ndarray  # C, (temperature, dimension, dimension)
    normals: np.ndarray  # Cᵀa of each facet, (temperature, facet, dimension)
    steered: np.ndarray  # Σa of each facet, (temperature, facet, dimension)
    products: np.ndarray  # A Σ Aᵀ, (temperature, facet, facet)


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


def metric(A, covariances) -> Metric:
    """The metric of covariance matrices (temperature, dimension, dimension)."""
    root = np.linalg.cholesky(covariances)
    normals = A @ root
    steered = A @ covariances
    return Metric(root, normals, steered, steered @ A.T)


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract", "nsz"})
def _velocity(root, momentum, velocity):
    """velocity = C momentum."""
    for i in range(len(momentum)):
        total = 0.0
        for j in range(i + 1):  # C is lower triangular
            total += root[i, j] * momentum[j]
        velocity[i] = total


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract", "nsz"})
def _kick(momentum, amount, root, beta, gradient, prior_gradient):
    """momentum += amount · Cᵀ (β gradient + prior_gradient)."""
    for i in range(len(gradient)):
        slope = amount * (beta * gradient[i] + prior_gradient[i])
        for j in range(i + 1):  # C is lower triangular
            momentum[j] += slope * root[i, j]


@njit(cache=True, nogil=True)
def _drift(metric, k, x, momentum, time, velocity, speed, slack):
    """Move straight for a time, bouncing off facets; returns the number of bounces, or −1 for too many.

    speed, slack: how fast each facet comes nearer and how far it is, (facet,).
    """
    bounces = 0
    while True:
        hit, first = -1, time
        for f in range(len(slack)):
            if speed[f] > 0.0 and slack[f] < first * speed[f]:
                first, hit = max(slack[f], 0.0) / speed[f], f
        for j in range(len(x)):
            x[j] += first * velocity[j]
        if hit < 0:
            return bounces
        time -= first
        for f in range(len(slack)):
            slack[f] -= first * speed[f]
        slack[hit] = 0.0
        bounces += 1
        if bounces > MOST_BOUNCES:
            return -1
        turn = 2.0 * speed[hit] / metric.products[k, hit, hit]
        for j in range(len(x)):
            momentum[j] -= turn * metric.normals[k, hit, j]
            velocity[j] -= turn * metric.steered[k, hit, j]
        for f in range(len(slack)):
            speed[f] -= turn * metric.products[k, hit, f]


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract", "nsz"})
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


@njit(cache=True, nogil=True)
def _move(
    density,
    room,
    facets,
    metric,
    modes,
    betas,
    ladder,
    start,
    steps,
    rng,
    record,
    rate,
    wanted,
    confined,
):
    """One trajectory at eight temperatures from `start` on, in lock-step."""
    dimension, n_facets = ladder.x.shape[1], len(facets.b)
    n = min(N_LANES, len(betas) - start)
    x, momentum = np.empty((N_LANES, dimension)), np.empty((N_LANES, dimension))
    value, gradient = np.empty(N_LANES), np.empty((N_LANES, dimension))
    prior, prior_gradient = np.empty(N_LANES), np.empty((N_LANES, dimension))
    velocity = np.zeros((N_LANES, dimension))
    speed, slack = np.empty((N_LANES, n_facets)), np.empty((N_LANES, n_facets))
    energy, lost = np.empty(N_LANES), np.zeros(N_LANES, np.bool_)
    for lane in range(N_LANES):
        k = start + min(lane, n - 1)
        x[lane] = ladder.x[k]
        gradient[lane] = ladder.gradient[k]
        prior_gradient[lane] = ladder.prior_gradient[k]
        kinetic = 0.0
        for j in range(dimension):
            momentum[lane, j] = rng.standard_normal()
            kinetic += momentum[lane, j] ** 2
        energy[lane] = 0.5 * kinetic - betas[k] * ladder.value[k] - ladder.prior[k]
        if betas[k] == 0.0 and lane < n:
            walk(facets.transposed, facets.b, density.room, x[lane], 1, WALK * dimension, rng)
    for step in range(steps):
        for lane in range(n):
            if lost[lane] or betas[start + lane] == 0.0:
                continue
            k = start + lane
            size = ladder.step_size[k]
            # Half a kick at the ends, a whole one in between.
            half = 0.5 if step == 0 else 1.0
            _kick(
                momentum[lane],
                half * size,
                metric.root[k],
                betas[k],
                gradient[lane],
                prior_gradient[lane],
            )
            _velocity(metric.root[k], momentum[lane], velocity[lane])
        np.dot(velocity, facets.transposed, speed)
        np.dot(x, facets.transposed, slack)
        for lane in range(n):
            if lost[lane] or betas[start + lane] == 0.0:
                continue
            k = start + lane
            for f in range(n_facets):
                slack[lane, f] = facets.b[f] - slack[lane, f]
            bounces = _drift(
                metric,
                k,
                x[lane],
                momentum[lane],
                ladder.step_size[k],
                velocity[lane],
                speed[lane],
                slack[lane],
            )
            lost[lane] = bounces < 0
            record.bounces[k] += max(bounces, 0)
        evaluate(density, room, x, value, gradient)
        fill_log_room(density.room, x, prior, prior_gradient)
    for lane in range(n):
        k = start + lane
        mode = mode_of(modes, x[lane])
        change = 0.0
        if betas[k] > 0.0:  # else the walk has drawn from the prior already
            _kick(
                momentum[lane],
                0.5 * ladder.step_size[k],
                metric.root[k],
                betas[k],
                gradient[lane],
                prior_gradient[lane],
            )
            kinetic = 0.0
            for j in range(dimension):
                kinetic += momentum[lane, j] ** 2
            change = energy[lane] - 0.5 * kinetic + betas[k] * value[lane] + prior[lane]
        change += modes.weights[k, mode] - modes.weights[k, ladder.mode[k]]
        stays = lost[lane] or not np.isfinite(change) or (confined and mode != ladder.mode[k])
        chance = 0.0 if stays else np.exp(min(change, 0.0))
        if rng.random() < chance:
            ladder.x[k] = x[lane]
            ladder.value[k] = value[lane]
            ladder.gradient[k] = gradient[lane]
            ladder.prior[k] = prior[lane]
            ladder.prior_gradient[k] = prior_gradient[lane]
            ladder.mode[k] = mode
        record.accepted[k] += chance
        if rate > 0.0:
            size = ladder.step_size[k] * np.exp(rate * (chance - wanted))
            ladder.step_size[k] = min(size, LONGEST)


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
def sweep(
    density,
    room,
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
        for start in range(0, len(betas), N_LANES):
            _move(
                density,
                room,
                facets,
                metric,
                modes,
                betas,
                ladder,
                start,
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
