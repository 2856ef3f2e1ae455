"""Centres and rounding of a polytope A x <= b: the largest ball and the largest ellipsoid inside it."""

import numpy as np
from scipy.linalg import solve_triangular
from scipy.optimize import linprog

from ..errors import InputError

STEPS = 200
NEWTON = 1000
NEAR = 1e-3  # Newton decrement at which the analytic centre is near enough
BARRIER = 1e-9  # the last weight of the logarithmic barrier; rounding needs no more digits
ERROR = 1e-6  # left in the conditions of the optimum


def chebyshev_centre(A, b):
    """Centre (dimension,) and radius of the largest ball inside A x <= b.

    Raises InputError if the polytope is empty, flat or without end.
    """
    size = np.linalg.norm(A, axis=1)
    dimension = A.shape[1]
    result = linprog(
        np.r_[np.zeros(dimension), -1.0],
        A_ub=np.column_stack([A, size]),
        b_ub=b,
        bounds=[(None, None)] * dimension + [(0, None)],
        method="highs",
    )
    if result.status != 0 or not result.x[-1] > 0:
        raise InputError(
            "the polytope holds no ball: it is empty, flat or without end; check its bounds."
        )
    return result.x[:-1], float(result.x[-1])


def largest_ellipsoid(A, b, start):
    """Centre (dimension,) and axes (dimension, dimension) of the largest ellipsoid inside A x <= b.

    The ellipsoid is centre + axes @ (unit ball); enlarged by the dimension, it covers the polytope.
    start: a point inside. Primal-dual interior-point method of Zhang and Gao (2003), SIAM J. Optim. 14:53,
    from the analytic centre and in coordinates where the barrier's ellipsoid is a ball, so that widths
    may differ by many orders.
    """
    analytic, inverse = analytic_centre(A, b, start)
    G = A @ inverse / (b - A @ analytic)[:, None]
    centre, axes = _zhang_gao(G)
    return analytic + inverse @ centre, inverse @ axes


def analytic_centre(A, b, start):
    """The point where the product of distances to the facets is largest, and its ellipsoid's axes.

    Damped Newton steps, which a logarithmic barrier needs no search for.
    """
    x = start
    for _ in range(NEWTON):
        slack = b - A @ x
        scaled = A / slack[:, None]
        # the Hessian is scaledᵀ scaled; its triangular root keeps twice the digits
        root = np.linalg.qr(scaled, mode="r")
        inverse = solve_triangular(root, np.eye(len(root)))
        step = -(scaled @ inverse).sum(axis=0)
        decrement = np.linalg.norm(step)
        x = x + inverse @ step / (1 + decrement)
        if decrement < NEAR:
            break
    return x, inverse


def _zhang_gao(G):
    """Largest ellipsoid inside G x <= 1, from x = 0."""
    rows, dimension = G.shape
    x, slack = np.zeros(dimension), np.ones(rows)
    y = np.ones(rows)
    z = None
    for _ in range(STEPS):
        inverse = np.linalg.inv(G.T @ (y[:, None] * G))
        Q = G @ inverse @ G.T
        h = np.sqrt(np.diagonal(Q))  # half widths of the ellipsoid along the normals
        if z is None:
            t = np.min(slack / h)
            y, h, Q = y / t**2, t * h, t**2 * Q
            z = np.maximum(0.1, slack - h)
        gap = (y @ z) / rows
        r1 = -G.T @ (y * h)
        r2 = slack - h - z
        size = max(np.abs(r1).max(), np.abs(r2).max())
        if size < ERROR and gap < 10 * BARRIER:
            break
        r3 = max(min(0.5, gap) * gap, BARRIER) - y * z
        # dh = -M dy, dz = (r3 - z dy) / y, so that G dx + dh + dz = r2 gives dy = W⁻¹ (G dx - r)
        M = Q**2 / (2 * h[:, None])
        W = M + np.diag(z / y)
        r = r2 - r3 / y
        P = np.linalg.solve(W.T, (h + z)[:, None] * G).T - (y[:, None] * G).T
        dx = np.linalg.solve(P @ G, r1 + P @ r)
        dy = np.linalg.solve(W, G @ dx - r)
        dz = (r3 - z * dy) / y
        move = G @ dx
        longest = 1 / max(1e-10, (move / slack).max(), (-dy / y).max(), (-dz / z).max(), 0.5)
        step = min(1.0, min(0.99, max(0.75, 1 - size)) * longest)
        x, y, z, slack = x + step * dx, y + step * dy, z + step * dz, slack - step * move
    axes = np.linalg.cholesky(np.linalg.inv(G.T @ (y[:, None] * G)))
    # whatever is left of the gap: shrink until it is inside
    inside = np.min((1 - G @ x) / np.linalg.norm(G @ axes, axis=1))
    return x, axes * min(1.0, inside)
