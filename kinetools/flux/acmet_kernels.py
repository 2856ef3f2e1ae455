"""The compiled steps of AcMet: chords of the polytope, the centring walk, Metropolis' rule."""

import numpy as np
from numba import njit

ANEW = 1000  # steps after which distances to facets are computed anew, before rounding adds up


@njit(cache=True)
def along_chord(slack, approach, u):
    """Step length, uniform on the chord of the polytope: from its near end to its far end as u goes 0 to 1.

    slack: (facet,), distance to each facet; approach: (facet,), its decrease for a step of length 1.
    """
    low, high = -np.inf, np.inf
    for i in range(len(slack)):
        if approach[i] > 1e-12:
            high = min(high, slack[i] / approach[i])
        elif approach[i] < -1e-12:
            low = max(low, slack[i] / approach[i])
    if not low < high or np.isinf(low) or np.isinf(high):
        return 0.0
    return low + (high - low) * u


@njit(cache=True)
def pick(u, n):
    """One of 0 to n - 1 from u in [0, 1)."""
    return min(int(u * n), n - 1)


@njit(cache=True)
def centring_walk(A, b, edges, edge_rows, x, center, steps, rng):
    """Artificial-centring hit-and-run: x and the running mean `center` move along, both (dimension,).

    edges: (point, dimension); edge_rows: (point, facet), A @ edge.
    Lines 4 to 13 of Algorithm 1 with q = `steps`, every candidate accepted.
    """
    slack, center_rows, approach = np.empty(len(b)), np.empty(len(b)), np.empty(len(b))
    for k in range(1, steps + 1):
        if k % ANEW == 1:
            for i in range(len(b)):
                slack[i], center_rows[i] = b[i], 0.0
                for d in range(len(x)):
                    slack[i] -= A[i, d] * x[d]
                    center_rows[i] += A[i, d] * center[d]
        j = pick(rng.random(), len(edges))
        approach[:] = edge_rows[j] - center_rows
        step = along_chord(slack, approach, rng.random())
        x += step * (edges[j] - center)
        slack -= step * approach
        if k < steps:  # k has been increased already, as in line 11
            center[:] = (k * center + x) / (k + 1)
            center_rows[:] = (k * center_rows + b - slack) / (k + 1)


@njit(cache=True)
def propose(x, slack, directions, approach, uniform, position, ahead):
    """Candidates of the next `ahead` steps of every chain, each as if those before it were rejected.

    x: (chain, dimension); slack: (chain, facet); directions: (chain, edge point, dimension); approach:
    (chain, edge point, facet); uniform: (chain, step, 3); position: (chain,), the next step of each.
    Returns candidates (n, dimension) in order of chain and step, and the chain of each (n,).
    """
    chains, dimension = x.shape
    steps = uniform.shape[1]
    total = 0
    for chain in range(chains):
        total += min(ahead, steps - position[chain])
    candidates, chain_of = np.empty((total, dimension)), np.empty(total, np.int64)
    n = 0
    for chain in range(chains):
        for i in range(position[chain], min(position[chain] + ahead, steps)):
            j = pick(uniform[chain, i, 0], directions.shape[1])
            step = along_chord(slack[chain], approach[chain, j], uniform[chain, i, 1])
            candidates[n] = x[chain] + step * directions[chain, j]
            chain_of[n] = chain
            n += 1
    return candidates, chain_of


@njit(cache=True)
def judge(
    x, current, accepted, candidates, values, chain_of, uniform, position, before, thinning,
    kept, kept_log, n_kept,
):  # fmt: skip
    """Accept or reject candidates in order, up to the first of each chain that is accepted.

    Changes x, current (log-likelihoods), accepted (counts), position, and fills kept (chain, draw,
    dimension), kept_log (chain, draw) from n_kept (chain,) on. before: steps of earlier blocks.
    """
    moved = np.zeros(len(x), np.bool_)
    for n in range(len(values)):
        chain = chain_of[n]
        if moved[chain]:
            continue
        u = uniform[chain, position[chain], 2]
        difference = values[n] - current[chain]
        if difference >= 0 or u <= np.exp(difference):
            x[chain] = candidates[n]
            current[chain] = values[n]
            accepted[chain] += 1
            moved[chain] = True
        position[chain] += 1
        if (before + position[chain]) % thinning == 0:
            kept[chain, n_kept[chain]] = x[chain]
            kept_log[chain, n_kept[chain]] = current[chain]
            n_kept[chain] += 1
