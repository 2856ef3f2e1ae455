"""Profile likelihoods: the best fit of everything else while one net flux is held."""

import numpy as np
from scipy.linalg import null_space
from scipy.stats import chi2

from ..errors import InputError
from .optimum import maximise
from .rounding import chebyshev_centre

INSIDE = 1e-4  # of the range of a flux, kept from its ends
ALONG = 1e-6  # facets that are parallel to the slice but for this
MIXED = (0.02, 0.3)  # how far starts are moved from the last fit towards the middle of the slice
OUTWARDS = 2.0 ** np.arange(-6, 1)  # parts of the way from the fit to an end that are looked at
CLOSE = (
    0.05  # of the way from the fit: an end of the interval is looked for until it is known so well
)
HALVINGS = 24  # at most


class Slice:
    """The points of a flux space where one linear quantity of x has a value; coordinates y."""

    def __init__(self, space, row, value):
        self.space, self.network = space, space.network
        self._start = space.center + row * (value - row @ space.center) / (row @ row)
        self._axes = null_space(row[None])
        self.A = space.A @ self._axes
        self.b = space.b - space.A @ self._start
        length = np.linalg.norm(self.A, axis=1)
        kept = length > ALONG  # the others hold, or not, for the whole slice
        self.A = self.A[kept] / length[kept, None]
        self.b = self.b[kept] / length[kept]
        self.dimension = self._axes.shape[1]

    def to_fluxes(self, y):
        return self.space.to_fluxes(self._start + y @ self._axes.T)

    def gradient(self, y, d_forward, d_reverse):
        return (
            self.space.gradient(self._start + y @ self._axes.T, d_forward, d_reverse) @ self._axes
        )

    def nearest(self, x):
        """Coordinates of the projection of x."""
        return (x - self._start) @ self._axes

    def inside(self, y):
        """The point y, moved towards the middle of the slice, by little and by more: (start, dimension)."""
        middle, _ = chebyshev_centre(self.A, self.b)
        way = middle - y
        with np.errstate(divide="ignore", invalid="ignore"):
            needed = (self.A @ y - self.b) / -(self.A @ way)
        outside = self.A @ y > self.b
        least = np.clip(needed[outside].max(initial=0.0), 0.0, 0.999)
        return np.array([y + (least + part * (1 - least)) * way for part in MIXED])

    def point(self, y):
        """y as coordinates of the whole space."""
        return self._start + self._axes @ y


def profile_likelihood(fit, reaction: str, level: float):
    """See `FluxFit.profile`."""
    import pandas as pd

    space = fit.space
    index, n = space.network.index(reaction), len(space.reactions)
    if not space.varies[index]:
        raise InputError(
            f"the net flux of {reaction} is fixed by the bounds, at "
            f"{space.net_range[index].mean():g}; choose a reaction that varies."
        )
    row = space.basis[index] - space.basis[n + index]
    start = space.origin[index] - space.origin[n + index]
    low, high = space.net_range[index]
    edge = INSIDE * (high - low)
    best = float(np.clip(fit.net_flux.iloc[index], low + edge, high - edge))
    least = fit.log_likelihood - chi2.ppf(level, 1) / 2
    points = {best: (fit.log_likelihood, fit.x)}

    def look(flux, near):
        """Fit everything else with the flux held, from the points found nearby."""
        part = Slice(space, row, flux - start)
        starts = np.concatenate([part.inside(part.nearest(points[f][1])) for f in near])
        y, value = maximise(part, fit.likelihood, starts)
        if flux not in points or value.max() > points[flux][0]:
            points[flux] = float(value.max()), part.point(y[np.argmax(value)])
        return points[flux][0]

    for end in (low + edge, high - edge):
        _walk(look, best, end, least)
    # The way out may have followed a worse optimum than the way back does.
    fluxes = sorted(points)
    for before, flux, after in zip(fluxes, fluxes[1:], fluxes[2:], strict=False):
        if flux != best:
            look(flux, [before, after])
    table = pd.DataFrame(
        sorted((flux, value) for flux, (value, _) in points.items()),
        columns=["net_flux", "log_likelihood"],
    )
    ends = [_crossing(table[table.net_flux <= best][::-1], least, low)]
    ends.append(_crossing(table[table.net_flux >= best], least, high))
    return table, tuple(ends)


def _crossing(table, least, otherwise) -> float:
    """Where the log-likelihood, going outwards, is last above `least`."""
    flux, value = table.net_flux.to_numpy(), table.log_likelihood.to_numpy()
    above = np.flatnonzero(value >= least)
    last = above[-1] if len(above) else 0
    if last == len(value) - 1:
        return float(otherwise)
    share = (value[last] - least) / (value[last] - value[last + 1])
    return float(flux[last] + share * (flux[last + 1] - flux[last]))


def _walk(look, best, end, least):
    """Look at points on the way from the fit to an end, closely where the profile falls below `least`."""
    inside, outside = best, None
    if abs(end - best) < 1e-12:
        return
    for part in OUTWARDS:
        flux = best + part * (end - best)
        if look(flux, [inside]) < least:
            outside = flux
            break
        inside = flux
    if outside is None:
        return
    for _ in range(HALVINGS):
        if abs(outside - inside) < CLOSE * abs(outside - best):
            return
        middle = (inside + outside) / 2
        if look(middle, [inside, outside]) < least:
            outside = middle
        else:
            inside = middle
