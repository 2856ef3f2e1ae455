"""The most likely fluxes from many starts at once: Gauss-Newton steps inside a barrier that is lowered."""

import numpy as np

BARRIERS = np.geomspace(1.0, 1e-8, 17)  # weights of Σ ln(slack) against ln L
STEPS = 12  # at each barrier, at most
DAMPING = 1e-9
TO_THE_WALL = 0.98  # of the way to the nearest facet, at most
HALVINGS = 12
SMALL = 1e-9  # gain of the objective below which a start is done at a barrier


def maximise(space, likelihood, x):
    """Local maxima of the likelihood in a flux space, from points x (start, dimension) inside it.

    space: FluxSpace, best rounded; likelihood: LabellingLikelihood. Returns x (start, dimension) and
    log-likelihoods (start,). Source of the method: Nocedal & Wright 2006, chapters 10 and 19.
    """
    problem = _Problem(space, likelihood)
    x = np.array(x, float)
    for barrier in BARRIERS:
        active = np.arange(len(x))
        for _ in range(STEPS):
            x[active], gained = problem.step(x[active], barrier)
            active = active[gained > SMALL]
            if not len(active):
                break
    return x, problem.log_likelihood(x)


class _Problem:
    def __init__(self, space, likelihood):
        self.space, self.likelihood = space, likelihood

    def log_likelihood(self, x):
        return self.likelihood.log_likelihood(*self.space.to_fluxes(x))

    def objective(self, x, barrier):
        slack = self.space.b - x @ self.space.A.T
        inside = (slack > 0).all(axis=-1)
        value = np.full(len(x), -np.inf)
        if inside.any():
            value[inside] = self.log_likelihood(x[inside]) + barrier * np.log(slack[inside]).sum(-1)
        return value

    def step(self, x, barrier):
        """One damped step of every start, and by how much it raised the objective."""
        space, likelihood = self.space, self.likelihood
        forward, reverse = space.to_fluxes(x)
        n = likelihood.sensitivities(forward, reverse)
        half = n.shape[-1] // 2
        # What the simulated values do along the space's coordinates, in units of σ.
        jacobian = space.gradient(x[:, None], n[..., :half], n[..., half:])
        residual = likelihood.residuals(forward, reverse)
        slack = space.b - x @ space.A.T
        inverse = 1 / slack
        gradient = np.einsum("svd,sv->sd", jacobian, residual) - barrier * inverse @ space.A
        curvature = np.swapaxes(jacobian, -1, -2) @ jacobian
        curvature += barrier * ((inverse[:, None, :] ** 2 * space.A.T) @ space.A)
        scale = np.trace(curvature, axis1=1, axis2=2)[:, None, None] / space.dimension
        curvature += DAMPING * scale * np.eye(space.dimension)
        way = np.linalg.solve(curvature, gradient[..., None])[..., 0]
        speed = way @ space.A.T
        with np.errstate(divide="ignore"):
            room = np.where(speed > 0, slack / np.maximum(speed, 1e-300), np.inf).min(axis=-1)
        length = np.minimum(1.0, TO_THE_WALL * room)
        before, best = self.objective(x, barrier), x.copy()
        gained, left = np.zeros(len(x)), np.ones(len(x), bool)
        for _ in range(HALVINGS):
            tried = x[left] + length[left, None] * way[left]
            gain = self.objective(tried, barrier) - before[left]
            good = gain > 0
            rows = np.flatnonzero(left)
            best[rows[good]], gained[rows[good]] = tried[good], gain[good]
            left[rows[good]] = False
            length[left] /= 2
            if not left.any():
                break
        return best, gained
