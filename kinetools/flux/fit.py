"""The most likely fluxes, how good they are, and their confidence intervals."""

from dataclasses import dataclass, field

import numpy as np
from scipy.linalg import null_space
from scipy.stats import chi2, norm

from ..data import number, whole_number
from ..errors import InputError
from ..run import on_one_thread
from .exchange import labelling_exchange
from .likelihood import LabellingLikelihood
from .optimum import maximise
from .polytope import FluxSpace
from .profile import profile_likelihood
from .uniform import sample_uniform

STARTS = 24
SAME = 0.01  # log-likelihoods nearer than this are one optimum
AT_A_BOUND = 1e-5  # over the largest flux: a facet nearer than this holds the fit
UNDECIDED = (
    1e-10  # over the largest eigenvalue of the information: a direction that no measurement decides
)


@dataclass(frozen=True, eq=False)
class FluxFit:
    """The best fit and what is known about it.

    forward, reverse, net_flux, exchange_flux: Series by reaction, mmol/gDW/h; log_likelihood: normalised;
    chi_square, degrees_of_freedom (independent masses less the directions that measurements decide),
    p_value: goodness of fit; optima: DataFrame of all local maxima that were found, best first, with how
    many starts led there. Exchange fluxes that no measurement depends on are left at 0.
    """

    space: FluxSpace = field(repr=False)
    likelihood: LabellingLikelihood = field(repr=False)
    x: np.ndarray = field(repr=False)
    log_likelihood: float
    chi_square: float
    degrees_of_freedom: int
    p_value: float
    forward: "pandas.Series" = field(repr=False)  # noqa: F821 (pandas is not imported for a name)
    reverse: "pandas.Series" = field(repr=False)  # noqa: F821
    optima: "pandas.DataFrame" = field(repr=False)  # noqa: F821

    @property
    def net_flux(self):
        """Forward less reverse fluxes."""
        return (self.forward - self.reverse).rename("net_flux")

    @property
    def exchange_flux(self):
        """The smaller of forward and reverse."""
        return np.minimum(self.forward, self.reverse).rename("exchange_flux")

    def intervals(self, level: float = 0.95):
        """Linearised confidence intervals: DataFrame by reaction with net_flux, deviation, lower, upper.

        From the curvature at the fit within the bounds that hold it; cut at the range that bounds allow.
        A flux that measurements leave open in some direction has that whole range.
        """
        import pandas as pd

        level = _level(level)
        deviation, open_ = _deviations(self)
        half = norm.ppf((1 + level) / 2) * np.where(open_, np.inf, deviation)
        net = self.net_flux.to_numpy()
        low, high = self.space.net_range.T
        return pd.DataFrame(
            {
                "net_flux": net,
                "deviation": np.where(open_, np.nan, deviation),
                "lower": np.maximum(net - half, low),
                "upper": np.minimum(net + half, high),
            },
            index=self.net_flux.index,
        )

    @on_one_thread
    def profile(self, reaction: str, level: float = 0.95):
        """Profile likelihood of a net flux: (DataFrame of net_flux and log_likelihood, (lower, upper)).

        All other fluxes are fitted anew at each value; the interval is where twice the loss of
        log-likelihood is within the χ² quantile of one degree of freedom, or the range within bounds.
        """
        return profile_likelihood(self, reaction, _level(level))


@on_one_thread
def fit_fluxes(
    network,
    measurements,
    *,
    sigma="mean",
    measured: str = "bounds",
    starts: int = STARTS,
    seed: int = 0,
) -> FluxFit:
    """Maximum-likelihood fluxes from many starts in the flux space.

    network: FluxModel; measurements: Measurements; sigma, measured: as in `sample_fluxes`; starts: points,
    uniform in the flux space, that the search begins at. Raises InputError for bounds without a
    steady state.
    Source: Antoniewicz et al. 2006, Metab. Eng. 8:324 (intervals).
    """
    starts, seed = whole_number(starts, "starts", 1), whole_number(seed, "seed", 0)
    likelihood = LabellingLikelihood(network, measurements, sigma)
    exchange = labelling_exchange(network, likelihood.simulators)
    space = FluxSpace.of(network, measurements, measured=measured, exchange=exchange).rounded()
    x, value = maximise(space, likelihood, sample_uniform(space, starts, seed=seed)[0])
    return best_fit(space, likelihood, x, value)


def best_fit(space, likelihood, x, value) -> FluxFit:
    """The fit of local maxima x (start, dimension) with log-likelihoods (start,)."""
    import pandas as pd

    order = np.argsort(-value, kind="stable")
    x, value = x[order], value[order]
    groups = np.concatenate([[0], np.cumsum(-np.diff(value) > SAME)])
    optima = pd.DataFrame({"log_likelihood": value, "group": groups}).groupby("group")
    optima = optima.log_likelihood.agg(["max", "size"])
    optima.columns = ["log_likelihood", "starts"]
    forward, reverse = space.to_fluxes(x[0])
    chi_square = float(likelihood.chi_square(forward, reverse))
    jacobian = _jacobian(space, likelihood, x[0])
    size = np.linalg.svd(jacobian, compute_uv=False)
    decided = int((size > np.sqrt(UNDECIDED) * size.max()).sum()) if size.size else 0
    independent = likelihood.n_values - likelihood.n_distributions
    freedom = max(independent - decided, 0)
    index = pd.Index(space.reactions, name="reaction")
    return FluxFit(
        space,
        likelihood,
        x[0],
        float(value[0]),
        chi_square,
        freedom,
        float(chi2.sf(chi_square, freedom)) if freedom else float("nan"),
        pd.Series(forward, index, name="forward"),
        pd.Series(reverse, index, name="reverse"),
        optima.reset_index(drop=True),
    )


def _jacobian(space, likelihood, x):
    by_flux = likelihood.sensitivities(*space.to_fluxes(x))
    half = by_flux.shape[-1] // 2
    return space.gradient(x[None], by_flux[:, :half], by_flux[:, half:])


def _deviations(fit):
    """Standard deviation of every net flux, and which are open in a direction that nothing decides."""
    space = fit.space
    near = space.b - space.A @ fit.x < AT_A_BOUND * space.max_flux * np.linalg.norm(
        space.A, axis=1
    ) / np.linalg.norm(space.basis, 2)
    free = null_space(space.A[near]) if near.any() else np.eye(space.dimension)
    n = len(space.reactions)
    rows = (space.basis[:n] - space.basis[n:]) @ free
    information = _jacobian(space, fit.likelihood, fit.x) @ free
    size, ways = np.linalg.eigh(information.T @ information)
    decided = size > UNDECIDED * max(size.max(initial=0.0), 1e-300)
    along = rows @ ways
    deviation = np.sqrt((along[:, decided] ** 2 / size[decided]).sum(axis=1))
    scale = np.abs(along).max(initial=1e-300)
    return deviation, (np.abs(along[:, ~decided]) > 1e-6 * scale).any(axis=1)


def _level(level) -> float:
    level = number(level, "level", positive=True)
    if level >= 1:
        raise InputError(f"level={level:g}: give a probability between 0 and 1, 0.95 say.")
    return level
