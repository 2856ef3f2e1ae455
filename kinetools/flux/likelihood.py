"""How well fluxes explain measured mass distributions: the likelihood, its gradient and information."""

from copy import copy

import numpy as np

from ..data import number
from ..errors import InputError
from .flux_model import checked_network
from .labelling import LabellingSimulator
from .measurements import checked_measurements


class LabellingLikelihood:
    """ln p(measurements | fluxes) with independent Gaussian errors, normalised (BayFlux, Methods).

    sigma: "mean" (one standard deviation for all masses, the mean of the measured ones), "each" (each
    mass has its own) or a number. Measured fluxes count with their own standard deviations.
    """

    def __init__(self, network, measurements, sigma="mean"):
        self.network = checked_network(network)
        self.measurements = checked_measurements(measurements)
        if measurements is None:
            raise InputError("measurements: none were given; load some with load_measurements.")
        self.simulators, measured, deviations, names = [], [], [], []
        common = _common_deviation(measurements, sigma)
        for experiment in measurements.experiments:
            simulator = LabellingSimulator(network, experiment.tracer, experiment.fragments)
            self.simulators.append(simulator)
            for fragment in experiment.fragments:
                mids = np.asarray(experiment.mids[fragment.name], float)
                n = sum(name == fragment.name for name, _ in simulator.masses)
                if len(mids) != n:
                    raise InputError(
                        f"{measurements.id}: fragment {fragment.name} has {len(mids)} measured masses, "
                        f"but {n} in {network.id!r}."
                    )
                measured.append(mids)
                deviations.append(
                    np.full(n, common)
                    if common is not None
                    else np.asarray(experiment.standard_deviations[fragment.name], float)
                )
                where = f"{experiment.name}: " if len(measurements.experiments) > 1 else ""
                names += [f"{where}{fragment.name} M+{m}" for m in range(n)]
        self.measured, self.sigma = np.concatenate(measured), np.concatenate(deviations)
        self.names = tuple(names)
        fluxes = measurements.flux_measurements
        self.flux_names = tuple(fluxes)
        self.flux_rows = np.array([network.index(r) for r in fluxes], np.int64)
        pairs = np.array(list(fluxes.values()), float).reshape(-1, 2)
        self.flux_values, self.flux_sigma = pairs.T
        spread = np.concatenate([self.sigma, self.flux_sigma])
        self.constant = -float(np.log(spread * np.sqrt(2 * np.pi)).sum())

    def switched_off(self) -> "LabellingLikelihood":
        """The same simulations with nothing measured: every flux is as likely as any other."""
        other = copy(self)
        other.sigma, other.flux_sigma = (
            np.full_like(s, np.inf) for s in (self.sigma, self.flux_sigma)
        )
        other.constant = 0.0
        return other

    @property
    def n_values(self) -> int:
        """Measured values: masses and fluxes."""
        return len(self.sigma) + len(self.flux_sigma)

    @property
    def n_distributions(self) -> int:
        """Measured mass distributions, each of which sums to one."""
        return sum(len(e.fragments) for e in self.measurements.experiments)

    def simulated(self, forward, reverse) -> np.ndarray:
        """Masses of all experiments, (…, value), in the order of `names`."""
        return np.concatenate([s.flat(forward, reverse) for s in self.simulators], axis=-1)

    def chi_square(self, forward, reverse) -> np.ndarray:
        """Σ((measured − simulated)/σ)², (…)."""
        residual = (self.measured - self.simulated(forward, reverse)) / self.sigma
        return (residual**2).sum(-1) + (self._flux_residual(forward, reverse) ** 2).sum(-1)

    def log_likelihood(self, forward, reverse) -> np.ndarray:
        """Normalised log-likelihood (…) of fluxes (…, reaction)."""
        return self.constant - 0.5 * self.chi_square(forward, reverse)

    def with_gradient(self, forward, reverse):
        """Log-likelihood (…) and its derivatives by forward and by reverse fluxes, (…, reaction) each."""
        forward, reverse = np.asarray(forward, float), np.asarray(reverse, float)
        value = self.log_likelihood(forward, reverse)
        by = [np.zeros(np.broadcast(forward, reverse).shape) for _ in range(2)]
        start = 0
        for simulator in self.simulators:
            part = slice(start, start + len(simulator.masses))
            residual = (self.measured[part] - simulator.flat(forward, reverse)) / self.sigma[
                part
            ] ** 2
            for total, more in zip(by, simulator.gradient(forward, reverse, residual), strict=True):
                total += more
            start = part.stop
        residual = self._flux_residual(forward, reverse) / self.flux_sigma
        by[0][..., self.flux_rows] += residual
        by[1][..., self.flux_rows] -= residual
        return value, *by

    def sensitivities(self, forward, reverse) -> np.ndarray:
        """Derivatives of all simulated values by fluxes, in units of σ: (…, value, 2·reaction)."""
        parts = [s.jacobian(forward, reverse) for s in self.simulators]
        jacobian = np.concatenate(parts, axis=-3) / self.sigma[:, None, None]
        jacobian = jacobian.reshape(*jacobian.shape[:-2], -1)
        rows = np.zeros((len(self.flux_rows), jacobian.shape[-1]))
        number = np.arange(len(self.flux_rows))
        rows[number, self.flux_rows] = 1 / self.flux_sigma
        rows[number, self.flux_rows + len(self.network.reactions)] = -1 / self.flux_sigma
        rows = np.broadcast_to(rows, (*jacobian.shape[:-2], *rows.shape))
        return np.concatenate([jacobian, rows], axis=-2)

    def residuals(self, forward, reverse) -> np.ndarray:
        """(Measured − simulated)/σ of masses and of fluxes, (…, value)."""
        masses = (self.measured - self.simulated(forward, reverse)) / self.sigma
        return np.concatenate([masses, self._flux_residual(forward, reverse)], axis=-1)

    def fisher(self, forward, reverse) -> np.ndarray:
        """Fisher information of the fluxes, (…, 2·reaction, 2·reaction)."""
        jacobian = self.sensitivities(forward, reverse)
        return np.swapaxes(jacobian, -1, -2) @ jacobian

    def _flux_residual(self, forward, reverse):
        net = np.asarray(forward)[..., self.flux_rows] - np.asarray(reverse)[..., self.flux_rows]
        return (self.flux_values - net) / self.flux_sigma


def _common_deviation(measurements, sigma):
    if sigma == "mean":
        return measurements.mean_standard_deviation
    if sigma == "each":
        return None
    if isinstance(sigma, str):
        raise InputError(f"sigma={sigma!r}: give 'mean', 'each' or a standard deviation.")
    return number(sigma, "sigma", positive=True)
