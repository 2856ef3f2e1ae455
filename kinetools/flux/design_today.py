"""What is known today: a posterior with its network, checked, as arrays for the design of experiments."""

from functools import cached_property

import numpy as np

from ..errors import InputError
from ..names import checked_ids
from .flux_model import checked_network
from .goodness import posterior_fluxes
from .intervals import INTERVAL_NAMES, credible_intervals
from .measurements import checked_measurements, load_measurements

FEWEST = 500  # draws: with fewer, so few count after the data that chance explains them
MOVES = 1e-6  # mmol/gDW/h over the largest flux: a net flux that varies less is fixed


class Today:
    """Draws of today's posterior, and which reactions' net fluxes matter.

    chosen: ids; positions: theirs among the net fluxes that vary; width: (chosen,) of today's intervals.
    Raises InputError for a posterior of another network and for reactions that are unknown or fixed.
    """

    def __init__(self, network, idata, reactions, measurements, level, interval):
        self.network, self.idata = checked_network(network), idata
        self.level, self.interval = level, interval
        self._given = checked_measurements(measurements)
        self._attrs = dict(getattr(getattr(idata, "posterior", idata), "attrs", {}))
        self._check_network()
        self._forward, self._reverse = posterior_fluxes(network, idata)
        if len(self._forward) < FEWEST:
            raise InputError(
                f"the posterior has {len(self._forward)} draws, but with fewer than {FEWEST} more data may "
                "look worse than less; sample more."
            )
        net = self._forward - self._reverse
        self.varying = np.flatnonzero(np.ptp(net, axis=0) > MOVES * network.max_flux)
        self._net = net[:, self.varying]
        self.given = reactions is not None
        self.chosen = self._chosen(reactions)
        place = {j: k for k, j in enumerate(self.varying.tolist())}
        self.positions = [place[network.index(r)] for r in self.chosen]
        ordered = np.sort(self._net[:, self.positions].T, axis=1)
        self.lower, self.upper = credible_intervals(ordered, level, interval)
        self.width = self.upper - self.lower

    @property
    def all(self):
        """Forward and reverse (draw, reaction), and net fluxes that vary (draw, varying), of all draws."""
        return self._forward, self._reverse, self._net

    def some(self, n: int):
        """The same of at most n draws, evenly spread over all chains."""
        n = min(n, len(self._net))
        at = np.linspace(0, len(self._net) - 1, n).round().astype(int)
        return self._forward[at], self._reverse[at], self._net[at]

    @property
    def measured(self) -> bool:
        """Whether measured masses have shaped the draws (else they are from the prior)."""
        return bool(self._attrs.get("likelihood", 1))

    @property
    def how_measured(self) -> str:
        """How flux measurements were used: "bounds" or "likelihood"."""
        return str(self._attrs.get("measured", "bounds"))

    @property
    def known_sigma(self):
        """The setting `sigma` with which the posterior was sampled."""
        given = self._attrs.get("sigma", "mean")
        return given if isinstance(given, str) else float(given)

    def measurements(self, what: str):
        """The measurements of the posterior; InputError saying what for where they are not known."""
        if self._measurements is None:
            raise InputError(
                f"the measurements of this posterior are not among the bundled ones, but {what} needs "
                "them; give measurements=..., those that it was sampled with."
            )
        return self._measurements

    def fragments(self):
        """Fragments that are measured today, of all experiments."""
        known = self.measurements("measuring the same fragments again (fragments=None)")
        return list({f.name: f for e in known.experiments for f in e.fragments}.values())

    def sigma(self) -> float:
        """Mean standard deviation of the masses measured today."""
        constant = getattr(self.idata, "constant_data", None)
        if self.measured and constant is not None and "sigma" in constant:
            values = constant["sigma"].values[~_fluxes(constant)]
            if len(values) and np.isfinite(values).all():
                return float(values.mean())
        return self.measurements(
            "taking today's standard deviation (sigma=None)"
        ).mean_standard_deviation

    def attrs(self) -> dict:
        """What a table says about today."""
        return {
            "network": self.network.id,
            "level": float(self.level),
            "interval": INTERVAL_NAMES[self.interval],
            "reactions": list(self.chosen),
            "today": {
                r: [float(low), float(high)]
                for r, low, high in zip(self.chosen, self.lower, self.upper)
            },
            "posterior": str(self._attrs.get("verdict", "")),
        }

    def _chosen(self, reactions) -> list[str]:
        free = [self.network.reactions[j] for j in self.varying]
        if reactions is None:
            return free
        reactions = checked_ids(reactions, "reactions")
        fixed = [r for r in reactions if self.network.index(r) not in self.varying]
        if fixed or not reactions:
            what = (
                f"the net flux of {fixed[0]} is the same in every draw"
                if fixed
                else "none is given"
            )
            raise InputError(
                f"reactions: {what}, so there is nothing to learn; choose some that vary, such as "
                f"{', '.join(free[:5])}."
            )
        return reactions

    def _check_network(self) -> None:
        known = self._attrs.get("network")
        if known is not None and str(known) != self.network.hash:
            name = self._attrs.get("network_id", "another one")
            other = "" if name != self.network.id else " in another version"
            raise InputError(
                f"the posterior was sampled with network {name!r}{other}, not with {self.network.id!r} "
                "as it is; give the network that it was sampled with, or sample again."
            )

    @cached_property
    def _measurements(self):
        name = self._attrs.get("measurements_id")
        if self._given is not None:
            if not self._fits(self._given):
                raise InputError(
                    f"measurements {self._given.id!r} are not those that the posterior was sampled with "
                    f"({name}): masses or bounds differ; give the same."
                )
            return self._given
        try:
            found = load_measurements(str(name))
        except InputError:
            return None
        return found if self._fits(found) else None

    def _fits(self, measurements) -> bool:
        """Whether the draws may be from these measurements: their masses and bounds."""
        net = self._forward - self._reverse
        near = MOVES * self.network.max_flux
        for reaction, (low, high) in measurements.bounds_for(self.network).items():
            flux = net[:, self.network.index(reaction)]
            if reaction not in measurements.flux_measurements and (
                (flux < low - near).any() or (flux > high + near).any()
            ):
                return False
        observed = getattr(self.idata, "observed_data", None)
        if observed is None:
            return True
        seen = observed["mass"].values[~_fluxes(observed)]
        own = [e.mids[f.name] for e in measurements.experiments for f in e.fragments]
        own = np.concatenate(own)
        return own.shape == seen.shape and bool(np.allclose(own, seen, atol=1e-12))


def _fluxes(group) -> np.ndarray:
    """Which values (value,) are measured fluxes rather than masses."""
    return np.char.startswith(group["value"].values.astype(str), "flux ")
