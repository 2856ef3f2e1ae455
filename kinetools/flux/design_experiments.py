"""Experiments that are not done yet: masses that their fragments would have at draws of a posterior."""

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..data import number
from ..errors import InputError
from ..names import by_name
from .design_cost import parallel
from .fragments import Fragment
from .labelling import LabellingSimulator
from .tracer import Tracer

SIGMAS = 1e-6, 1.0  # of a mass, a share of molecules: beyond them it is no error of a measurement
UNLABELLED = 1e-9  # share of labelled molecules that counts as none


@dataclass(frozen=True)
class PlannedExperiment:
    """One tracer, the fragments to be measured, and the standard deviation (value,) of their masses."""

    tracer: Tracer
    fragments: tuple[Fragment, ...]
    sigma: tuple[float, ...]


class PlannedExperiments:
    """Candidates as planned experiments, and their simulators, compiled once for all tracers.

    candidates: name → tracer or list of tracers; fragments: of all, or by candidate; sigma: a number, or
    fragment name → number. Raises InputError naming the candidate, tracer or fragment at fault.
    """

    def __init__(self, network, candidates, fragments, sigma):
        self.network = network
        tracers = parallel(candidates)
        self._compiled, self._masses = {}, {}
        self._lock = threading.Lock()
        self.candidates: dict[str, tuple[PlannedExperiment, ...]] = {}
        for name, several in tracers.items():
            measured = _fragments(network, fragments, name)
            deviations = _deviations(sigma, measured)
            try:
                fed = [tracer.in_network(network) for tracer in several]
            except InputError as error:
                raise InputError(f"candidate {name!r}: {error}") from None
            self.candidates[name] = tuple(PlannedExperiment(t, measured, deviations) for t in fed)
        uses = Counter(e for several in self.candidates.values() for e in several)
        self._repeated = {experiment for experiment, count in uses.items() if count > 1}

    def simulator(self, experiment) -> LabellingSimulator:
        """The simulator of an experiment."""
        key = (frozenset(experiment.tracer.mixtures), experiment.fragments)
        with self._lock:
            if key not in self._compiled:
                self._compiled[key] = LabellingSimulator(
                    self.network, experiment.tracer, experiment.fragments
                )
        return self._compiled[key].with_tracer(experiment.tracer)

    def check_reach(self, forward, reverse) -> None:
        """InputError for a tracer whose label reaches no fragment at these fluxes (…, reaction)."""
        reached = {}
        for name, several in self.candidates.items():
            for experiment in several:
                if experiment not in reached:
                    reached[experiment] = not _labelled(experiment.tracer) or self._arrives(
                        experiment, forward, reverse
                    )
                if not reached[experiment]:
                    raise InputError(
                        f"candidate {name!r}: the label of {experiment.tracer!r} reaches none of the "
                        f"fragments {', '.join(f.name for f in experiment.fragments)}; choose another "
                        "tracer or measure others."
                    )

    def masses(self, name: str, forward, reverse) -> np.ndarray:
        """Masses (draw, value) of all experiments of a candidate, in units of their σ."""
        parts = []
        for experiment in self.candidates[name]:
            part = self._masses.get(experiment)
            if part is None:
                part = self.simulator(experiment).flat(forward, reverse) / experiment.sigma
                if experiment in self._repeated:
                    self._masses[experiment] = part
            parts.append(part)
        return np.concatenate(parts, axis=-1)

    def simulated(self, name: str, forward, reverse) -> np.ndarray:
        """As `masses`, at fluxes of which nothing is kept."""
        parts = [self.simulator(e).flat(forward, reverse) / e.sigma for e in self.candidates[name]]
        return np.concatenate(parts, axis=-1)

    def _arrives(self, experiment, forward, reverse) -> bool:
        masses = self.simulator(experiment)(forward, reverse)
        return any((1 - m[..., 0] > UNLABELLED).any() for m in masses.values())


def _fragments(network, fragments, candidate) -> tuple[Fragment, ...]:
    if isinstance(fragments, Mapping):
        fragments = by_name(fragments, "fragments")
        if candidate not in fragments:
            raise InputError(
                f"fragments: none for candidate {candidate!r}; give a list for all, or one for each."
            )
        fragments = fragments[candidate]
    try:
        several = [fragments] if isinstance(fragments, (str, Fragment)) else list(fragments)
    except TypeError:
        several = []
    found = tuple(Fragment.parse(f).in_network(network) for f in several)
    if not found or len({f.name for f in found}) < len(found):
        raise InputError(
            'fragments must be at least one, each named once: ["F", "B[2,3]"], say, not '
            f"{str(fragments)[:100]!r}."
        )
    return found


def _deviations(sigma, fragments) -> tuple[float, ...]:
    result = []
    for fragment in fragments:
        if isinstance(sigma, Mapping) and fragment.name not in sigma:
            raise InputError(
                f"sigma has no standard deviation for fragment {fragment.name}; add it, or give one "
                "number for all."
            )
        value = sigma[fragment.name] if isinstance(sigma, Mapping) else sigma
        value = number(value, f"sigma of {fragment.name}", positive=True)
        if not SIGMAS[0] <= value <= SIGMAS[1]:
            raise InputError(
                f"sigma of {fragment.name} is {value:g}; give a standard deviation between {SIGMAS[0]:g} "
                f"and {SIGMAS[1]:g}."
            )
        result += [value] * (len(fragment.atoms) + 1)
    return tuple(result)


def _labelled(tracer) -> bool:
    return any(f > 0 and any(x) for mixture in tracer.mixtures.values() for f, x in mixture)
