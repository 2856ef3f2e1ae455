"""Measurements of one strain: labelling experiments, and bounds and values of fluxes."""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from ..data import number
from ..errors import InputError
from .experiments import Experiment
from .fragments import Fragment
from .tracer import Tracer

Bounds = dict[str, tuple[float, float]]


@dataclass(frozen=True, eq=False)
class Measurements:
    """What was measured of one strain.

    experiments: one `Experiment` or several (parallel labelling); bounds: reaction -> (lower, upper) of its
    net flux in mmol/gDW/h, or several such groups for networks that name reactions differently, as
    {"core": {...}, "genome": {...}}; flux_measurements: reaction -> (value, standard deviation);
    max_flux: largest forward or reverse flux to allow, or None; growth_rate: (lower, upper) in 1/h or
    None.
    Raises InputError for anything else.
    """

    id: str
    experiments: tuple[Experiment, ...]
    name: str = ""
    source: tuple[str, ...] = ()
    bounds: dict[str, Bounds] = field(default_factory=dict)
    flux_measurements: dict[str, tuple[float, float]] = field(default_factory=dict)
    max_flux: float | None = None
    growth_rate: tuple[float, float] | None = None

    def __post_init__(self):
        where = f"measurements {self.id!r}"
        experiments = self.experiments
        experiments = (experiments,) if isinstance(experiments, Experiment) else tuple(experiments)
        names = [e.name if isinstance(e, Experiment) else None for e in experiments]
        if not names or None in names or len(set(names)) < len(names):
            raise InputError(f"{where}: needs experiments (kt.Experiment) of different names.")
        bounds = self.bounds
        if not isinstance(bounds, Mapping):
            raise InputError(f"{where}: bounds must be a dict of reaction: (lower, upper).")
        if bounds and not all(isinstance(group, Mapping) for group in bounds.values()):
            bounds = {"": bounds}
        bounds = {
            str(group): {str(r): _pair(v, f"{where}, bounds of {r}") for r, v in values.items()}
            for group, values in bounds.items()
        }
        fluxes = {}
        for reaction, pair in self.flux_measurements.items():
            place = f"{where}, measured flux of {reaction}"
            value, deviation = _pair(pair, place, ordered=False)
            fluxes[str(reaction)] = (value, number(deviation, f"{place}: deviation", positive=True))
        max_flux = self.max_flux
        if max_flux is not None:
            max_flux = number(max_flux, f"{where}: max_flux", positive=True)
        growth = self.growth_rate
        for key, value in {
            "experiments": experiments,
            "name": self.name or self.id,
            "source": tuple(self.source),
            "bounds": bounds,
            "flux_measurements": fluxes,
            "max_flux": max_flux,
            "growth_rate": None if growth is None else _pair(growth, f"{where}: growth_rate"),
        }.items():
            object.__setattr__(self, key, value)

    def __repr__(self):
        n = sum(len(m) for e in self.experiments for m in e.mids.values())
        return (
            f"Measurements({self.id!r}: {len(self.experiments)} experiment"
            f"{'s' * (len(self.experiments) > 1)}, "
            f"{sum(len(e.fragments) for e in self.experiments)} fragments, {n} values)"
        )

    @property
    def tracer(self) -> Tracer:
        """The tracer of the only experiment; InputError if there are several."""
        return self._only.tracer

    @property
    def fragments(self) -> tuple[Fragment, ...]:
        """The fragments of the only experiment; InputError if there are several."""
        return self._only.fragments

    @property
    def mids(self) -> dict[str, np.ndarray]:
        """Fragment name -> (n+1,) of the only experiment; InputError if there are several."""
        return self._only.mids

    @property
    def standard_deviations(self) -> dict[str, np.ndarray]:
        """Fragment name -> (n+1,) of the only experiment; InputError if there are several."""
        return self._only.standard_deviations

    @property
    def _only(self) -> Experiment:
        if len(self.experiments) > 1:
            raise InputError(
                f"measurements {self.id!r} hold {len(self.experiments)} experiments "
                f"({', '.join(e.name for e in self.experiments)}); take one of .experiments."
            )
        return self.experiments[0]

    @property
    def mean_standard_deviation(self) -> float:
        """Mean over all values of all experiments."""
        values = [s for e in self.experiments for s in e.standard_deviations.values()]
        return math.fsum(np.concatenate(values)) / sum(map(len, values))

    @cached_property
    def hash(self) -> str:
        """Fingerprint of everything that influences numbers (not of ids, names or sources)."""
        content = [
            [
                e.name,
                sorted(e.tracer.mixtures.items()),
                [
                    [
                        *(f.name, f.metabolite, list(f.atoms or ())),
                        *(np.asarray(x[f.name]).tolist() for x in (e.mids, e.standard_deviations)),
                    ]
                    for f in e.fragments
                ],
            ]
            for e in self.experiments
        ]
        content += [self.bounds, self.flux_measurements, self.max_flux]
        text = json.dumps(content, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def bounds_for(self, network) -> Bounds:
        """reaction id -> (lower, upper): the first group of bounds whose reactions the network all has.

        {} if nothing was measured. Raises InputError naming the missing reactions if no group fits.
        """
        known = set(network.reactions)
        missing = {}
        for group, bounds in self.bounds.items():
            missing[group] = [r for r in bounds if r not in known]
            if not missing[group]:
                return dict(bounds)
        if not missing:
            return {}
        what = "; ".join(
            f"{', '.join(names[:5])}{' …' * (len(names) > 5)}" + f" (group {group!r})" * bool(group)
            for group, names in missing.items()
        )
        raise InputError(
            f"measurements {self.id!r}: no group of bounds fits network {network.id!r}, which lacks "
            f"{what}; correct the ids or add a group with the network's."
        )

    def max_flux_for(self, network) -> float | None:
        """Largest forward and reverse flux that these measurements ask for in a network, or None."""
        return self.max_flux

    def without(self, names) -> "Measurements":
        """The same measurements with some fragments left out (cross-validation).

        names: one or several fragment names, left out of every experiment. Raises InputError if one is
        not there or nothing would be left.
        """
        names = {names} if isinstance(names, str) else set(names)
        known = {f.name for e in self.experiments for f in e.fragments}
        if names - known:
            raise InputError(
                f"measurements {self.id!r} have no fragment {min(map(str, names - known))!r}; there "
                f"are {', '.join(sorted(known))}."
            )
        kept = tuple(e for e in (x.without(names) for x in self.experiments) if e is not None)
        if not kept:
            raise InputError(
                f"measurements {self.id!r}: no fragment would be left; leave out fewer."
            )
        from dataclasses import replace

        return replace(self, experiments=kept)


def _pair(value, where, ordered=True) -> tuple[float, float]:
    try:
        low, high = value
    except (TypeError, ValueError):
        raise InputError(f"{where}: expected two numbers, found {value!r}; correct it.") from None
    low, high = number(low, where), number(high, where)
    if ordered and low > high:
        raise InputError(
            f"{where}: the lower bound {low:g} is above the upper bound {high:g}; swap or correct them."
        )
    return low, high


def load_measurements(name: str | Path, *, standard_deviation: float | None = None) -> Measurements:
    """Bundled measurements ("toy", "toya2010_wt5h", …), or a file of kinetools, BayFlux or FluxML.

    name: of bundled measurements, or the path of a folder or file; what it is, is seen from its content.
    standard_deviation: of all values, for BayFlux's tables, which hold none.
    Raises InputError naming the file and the row or id at fault.
    """
    from .files import read_measurements

    return read_measurements(name, standard_deviation)


def write_measurements(data: Measurements, path, format: str = "kinetools", network=None) -> Path:
    """Write measurements into the folder `path`, so that `load_measurements(path)` gives them again.

    format: "kinetools" (keeps everything) or "bayflux" (one experiment, one standard deviation for all
    values; in the ids of `network`, if one is given). Returns the folder. Raises InputError where the
    format has no place for something.
    """
    from .files import save_measurements

    return save_measurements(data, path, format, network)


def checked_measurements(measurements) -> Measurements | None:
    """The measurements, or None; InputError for a name and whatever else is none."""
    if measurements is not None and not isinstance(measurements, Measurements):
        raise InputError(
            "measurements: expected what load_measurements returns, found a "
            f"{type(measurements).__name__}; load the measurements with it."
        )
    return measurements
