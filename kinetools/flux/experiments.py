"""One labelling experiment: what was fed and the mass isotopomer distributions that were measured."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..data import number
from ..errors import InputError
from .fragments import Fragment
from .tracer import Tracer

# Distributions corrected for natural isotopes and rounded to three decimals miss 1 by up to 0.004.
SUM_TOLERANCE = 0.01


@dataclass(frozen=True, eq=False)
class Experiment:
    """One tracer experiment.

    fragments: those measured, as `Fragment` or text ("B[2,3]"); without them, the names of `mids` are read
    as such. mids: fragment name -> (n+1,) mass isotopomer distribution M0 … Mn, corrected for natural
    isotopes; standard_deviations: the same shape, or one number for all values.
    Raises InputError for distributions that are negative, of a wrong length, or that miss a sum of one by
    more than 0.01, and for standard deviations that are not positive.
    """

    name: str
    tracer: Tracer
    fragments: tuple[Fragment, ...] | None = None
    mids: dict[str, np.ndarray] | None = None
    standard_deviations: dict[str, np.ndarray] | float | None = None

    def __post_init__(self):
        where = f"experiment {self.name!r}"
        if not isinstance(self.mids, Mapping) or not self.mids:
            raise InputError(
                f"{where}: needs mids, a dict of fragment: distribution, with an entry."
            )
        names = self.mids if self.fragments is None else self.fragments
        fragments = tuple(Fragment.parse(f) for f in names)
        by_name = {f.name: f for f in fragments}
        if len(by_name) < len(fragments) or by_name.keys() != self.mids.keys():
            raise InputError(
                f"{where}: the fragments ({', '.join(f.name for f in fragments)}) and the names of mids "
                f"({', '.join(map(str, self.mids))}) must be the same, each once."
            )
        deviations = self.standard_deviations
        if deviations is None or isinstance(deviations, (int, float)):
            deviations = dict.fromkeys(self.mids, deviations)
        if not isinstance(deviations, Mapping) or deviations.keys() != self.mids.keys():
            raise InputError(
                f"{where}: standard_deviations must be one number, or have the fragments of mids."
            )
        mids, checked, sized = {}, {}, []
        for name, fragment in by_name.items():
            place = f"{where}, fragment {name!r}"
            mids[name] = check_distribution(self.mids[name], place)
            sized.append(fragment.of_size(len(mids[name]) - 1, place))
            checked[name] = check_deviations(deviations[name], len(mids[name]), place)
        object.__setattr__(self, "tracer", Tracer.of(self.tracer))
        object.__setattr__(self, "fragments", tuple(sized))
        object.__setattr__(self, "mids", mids)
        object.__setattr__(self, "standard_deviations", checked)

    def __repr__(self):
        return f"Experiment({self.name!r}, {self.tracer!r}, fragments {', '.join(self.mids)})"

    def without(self, names) -> "Experiment | None":
        """The experiment without some of its fragments; None where nothing is left."""
        kept = tuple(f for f in self.fragments if f.name not in names)
        if not kept:
            return None
        return Experiment(
            self.name,
            self.tracer,
            kept,
            {f.name: self.mids[f.name] for f in kept},
            {f.name: self.standard_deviations[f.name] for f in kept},
        )


def check_distribution(values, where: str) -> np.ndarray:
    """A mass isotopomer distribution as a read-only float64 array, or an InputError."""
    mid = _numbers(values, where, "mass isotopomer distribution")
    if len(mid) < 2:
        raise InputError(f"{where}: a distribution has at least M0 and M1, found {len(mid)} value.")
    if (mid < 0).any():
        k = int(np.argmax(mid < 0))
        raise InputError(
            f"{where}: M{k} is {mid[k]:g}, but a share of molecules cannot be negative; correct it."
        )
    if abs(mid.sum() - 1) > SUM_TOLERANCE:
        raise InputError(
            f"{where}: the distribution sums to {mid.sum():.6g}, not to 1 within {SUM_TOLERANCE:g}; "
            "correct or normalise it."
        )
    return mid


def check_deviations(values, n: int, where: str) -> np.ndarray:
    """Standard deviations of n values as a read-only float64 array, or an InputError."""
    if values is None:
        raise InputError(
            f"{where}: has no standard deviations; give one number, or one for each value."
        )
    if np.ndim(values) == 0:
        values = [values] * n
    deviations = _numbers(values, where, "standard deviations")
    if len(deviations) != n:
        raise InputError(
            f"{where}: {len(deviations)} standard deviations for {n} values; write one for each."
        )
    if (deviations <= 0).any():
        k = int(np.argmax(deviations <= 0))
        raise InputError(
            f"{where}: the standard deviation of M{k} is {deviations[k]:g}, but it must be positive; "
            "correct it."
        )
    return deviations


def _numbers(values, where, what) -> np.ndarray:
    if isinstance(values, np.ndarray):
        values = values.tolist()
    if not isinstance(values, (list, tuple)):
        raise InputError(f"{where}: the {what} must be a list of numbers, found {values!r}.")
    array = np.array([number(v, f"{where}, M{k}") for k, v in enumerate(values)], float)
    array.flags.writeable = False
    return array
