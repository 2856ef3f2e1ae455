"""Stiff integration of one trajectory by LSODA (Hindmarsh & Petzold, ODEPACK) from SciPy.

The dependable route beside `rodas`: another method by other authors, on the same compiled equations.
"""

import threading
import warnings

import numpy as np

from .rodas import FINISHED, UNRESOLVED, derivative, jacobian

_ALONE = (
    threading.Lock()
)  # SciPy holds the interpreter's lock, and filters of warnings are everybody's


def integrate_many(equations, constants, which, starts, totals, times, tolerances, max_steps):
    """Concentrations of many trajectories; arguments and results as of `rodas.integrate_many`.

    A trajectory on which any metabolite comes out at or below zero by more than the tolerance counts as
    unresolved, since its rates there mean nothing.
    """
    independent, dependent = equations[5][:2]
    link, scale = equations[6:]
    rtol, atol = tolerances
    result = np.full((len(which), len(times), starts.shape[1]), np.nan)
    status, steps = np.full(len(which), UNRESOLVED), np.zeros(len(which), np.int64)
    for k, start in enumerate(starts):
        y, steps[k] = _solve(
            equations, constants[which[k]], totals[k], start, times, rtol, atol, max_steps
        )
        known = ~np.isnan(y).any(axis=1)
        x = np.tile(start, (len(times), 1))
        x[:, independent] = y * scale[independent]
        x[:, dependent] = totals[k] + x[:, independent] @ link.T
        known &= np.cumprod((x > -10 * atol * scale).all(axis=1)).astype(bool)
        result[k, known] = x[known]
        if known.all():
            status[k] = FINISHED
    return result, status, steps


def _solve(equations, constants, totals, start, times, rtol, atol, max_steps):
    """Scaled concentrations (time, unknown), NaN from where the solver gave up, and steps taken."""
    from scipy.integrate import ODEintWarning, odeint

    independent, scale = equations[5][0], equations[7]
    n = len(independent)
    change, slope = np.empty(n), np.zeros((n, n))

    def rate(_, y):
        derivative(equations, constants, totals, start, y, change)
        return change

    def by_columns(_, y):
        jacobian(equations, constants, totals, start, y, slope)
        return slope

    first = start[independent] / scale[independent]
    points = np.concatenate([[0.0], times[times > 0]])
    if len(points) == 1:
        return np.tile(first, (len(times), 1)), 0
    with _ALONE, np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", ODEintWarning)  # the status says it
        y, info = odeint(
            rate,
            first,
            points,
            Dfun=by_columns,
            col_deriv=True,
            rtol=rtol,
            atol=atol,
            mxstep=max_steps,
            full_output=True,
            tfirst=True,
            printmessg=False,
        )
    if info["message"] != "Integration successful.":
        reached = info["tcur"] >= points[1:]
        y[1:][~np.cumprod(reached).astype(bool)] = np.nan
    return np.concatenate([np.repeat(y[:1], (times <= 0).sum(), axis=0), y[1:]]), info["nst"].max()
