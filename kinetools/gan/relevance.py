"""The relevance signal: how far parameter sets are from their class, and which way it lies, exactly.

A class of a label rule is a region of the spectrum (and of single Michaelis constants). The violation of
a class is the distance to that region on an asinh scale, since eigenvalues of unstable sets spread over
many orders of magnitude; its gradient comes from the eigenvectors (see `kinetics.sensitivity`).
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from ..errors import InputError
from ..kinetics.jacobian import BLOCK, Linearisation
from ..kinetics.rules import CLASSES, LabelRule
from ..kinetics.sensitivity import eigenvalue_weights
from ..run import worker_count
from .features import LOGISTIC_DEVIATION

SPECTRAL = ("eigenvalue_max", "eigenvalue_min")
WIDEST = 12.0  # features beyond this are cut before the rates are asked, which would overflow


@dataclass(frozen=True)
class Bound:
    """A quantity that must lie below (side = 1) or above (side = −1) a value."""

    quantity: str
    side: float
    value: float

    def reversed(self) -> "Bound":
        """The bound that holds where this one fails."""
        return Bound(self.quantity, -self.side, self.value)


def class_regions(rule: LabelRule, labels, parameters) -> list[list[Bound]]:
    """The regions whose union is a class, each a list of bounds that must all hold.

    labels: the labels that the class stands for; parameters: names of Michaelis constants. Raises
    InputError for a rule that cannot be followed by gradients (a function, a condition on Vmax).
    """
    if rule.function is not None:
        raise _without_gradient("with a Python function")
    stable = Bound("eigenvalue_max", 1.0, 0.0)
    speed, other = [], []
    for condition in rule.conditions:
        side = 1.0 if condition.comparison in ("<", "<=") else -1.0
        if condition.quantity == "time_constant":
            if side < 0:
                raise _without_gradient("with a lower bound of the time constant")
            speed.append(Bound("eigenvalue_max", side, -60.0 / condition.value))
        elif condition.quantity == "eigenvalue_max":
            speed.append(Bound("eigenvalue_max", side, condition.value))
        elif condition.quantity == "eigenvalue_min" or condition.quantity in parameters:
            other.append(Bound(condition.quantity, side, condition.value))
        else:
            raise _without_gradient(f"with a condition on {condition.quantity!r}")
    regions = {
        CLASSES[0]: [[stable, *speed, *other]],
        CLASSES[1]: [[stable, bound.reversed()] for bound in speed],
        CLASSES[2]: [[stable.reversed()]],
        CLASSES[3]: [[stable, *speed, bound.reversed()] for bound in other],
    }
    return [region for label in labels for region in regions[label]]


def _without_gradient(what) -> InputError:
    return InputError(
        f'the preset "residual" cannot follow a label rule {what}, which has no gradient; use conditions '
        'on eigenvalues and Michaelis constants, or preset="published".'
    )


class SpectralSignal:
    """Violations of classes and their gradients by features, on several threads."""

    def __init__(
        self, linearisation: Linearisation, features, rule, classes, *, margin, scale, clip
    ):
        """margin: how far inside its region a set should lie, and scale: where the asinh turns from
        linear to logarithmic, both in 1/h; clip: largest norm of a set's gradient."""
        self._linearisation = linearisation
        names = [p.name for p in linearisation.model.parameters]
        self._columns = np.array([names.index(name) for name in features.parameters])
        self._features = features
        self._regions = [class_regions(rule, labels, names) for labels in classes.values()]
        for name, regions in zip(classes, self._regions, strict=True):
            if not regions:
                raise InputError(
                    f"no set can be of class {name!r} by the rule {rule}; leave the class out."
                )
        self._names, self._margin, self._scale, self._clip = names, margin, scale, clip
        self._pool = ThreadPoolExecutor(worker_count(None), "relevance")

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown()

    def __call__(self, values, codes, rest, more=None):
        """Violation (set,) and the gradient by the features (set, parameter), both float32.

        values: features (set, parameter); codes: wanted class (set,); rest: Michaelis constants of all
        parameters of the model, (set, parameter) in µmol/L, used for those without a feature; more:
        function of Re λ_max (set,) → slopes by it (set,) that are added to those of the violation.
        """
        km = rest.copy()
        km[:, self._columns] = self._features.inverse(np.clip(values, -WIDEST, WIDEST))
        spectra = np.concatenate(
            list(self._pool.map(self._linearisation.spectra, np.split(km, _cuts(len(km), BLOCK))))
        )
        ends = {"eigenvalue_max": spectra[:, 0], "eigenvalue_min": spectra[:, -1]}
        violation, slopes = self._violation(km, codes, ends)
        if more is not None:
            slopes["eigenvalue_max"] = slopes.get("eigenvalue_max", 0.0) + more(spectra[:, 0].real)
        gradient = np.zeros((len(km), len(self._columns)))
        for quantity, slope in slopes.items():
            rows = np.flatnonzero(slope)
            if quantity in SPECTRAL and len(rows):
                gradient[rows] += slope[rows, None] * self._by_features(
                    km[rows], ends[quantity][rows]
                )
            elif quantity not in SPECTRAL:
                column = np.flatnonzero(self._columns == self._names.index(quantity))
                gradient[:, column] += slope[:, None] * LOGISTIC_DEVIATION
        gradient = np.nan_to_num(gradient, nan=0.0, posinf=0.0, neginf=0.0)
        norm = np.linalg.norm(gradient, axis=1, keepdims=True)
        gradient *= self._clip / np.maximum(norm, self._clip)
        return violation.astype(np.float32), gradient.astype(np.float32)

    def _violation(self, km, codes, ends):
        """Violation (set,) of every set's wanted class, and its slopes: quantity → (set,)."""
        violation, slopes = np.zeros(len(km)), {}
        for code in np.unique(codes):
            rows = np.flatnonzero(codes == code)
            options = [self._region(region, ends, km, rows) for region in self._regions[code]]
            nearest = np.argmin([total for total, _ in options], axis=0)
            for k, (total, by_quantity) in enumerate(options):
                chosen = nearest == k
                violation[rows[chosen]] = total[chosen]
                for quantity, slope in by_quantity.items():
                    column = slopes.setdefault(quantity, np.zeros(len(km)))
                    column[rows[chosen]] = slope[chosen]
        return violation, slopes

    def _region(self, region, ends, km, rows):
        """Total violation of a region's bounds, and its slope by each quantity."""
        total, slopes = np.zeros(len(rows)), {}
        for bound in region:
            if bound.quantity in SPECTRAL:
                value, wanted = ends[bound.quantity][rows].real, bound.value
                # The fastest eigenvalues are of another order of magnitude than the slowest.
                scale = max(self._scale, 0.1 * abs(wanted))
                margin = self._margin * scale / self._scale
            else:
                value = np.log(km[rows, self._names.index(bound.quantity)])
                wanted, scale, margin = np.log(bound.value), 1.0, 0.1
            excess = (bound.side * (value - wanted) + margin) / scale
            over = np.maximum(excess, 0.0)
            total += np.arcsinh(over)
            slope = np.where(excess > 0, bound.side / np.sqrt(1 + over**2) / scale, 0.0)
            slopes[bound.quantity] = slopes.get(bound.quantity, 0.0) + slope
        return total, slopes

    def _by_features(self, km, eigenvalue):
        """∂ Re λ/∂ features (set, parameter) of one eigenvalue a set."""
        cuts = _cuts(len(km), BLOCK // 2)
        pieces = zip(np.split(km, cuts), np.split(eigenvalue, cuts), strict=True)
        return np.concatenate(list(self._pool.map(self._block, pieces)))

    def _block(self, piece):
        km, eigenvalue = piece
        weights = eigenvalue_weights(self._linearisation, km, eigenvalue)
        by_log_km = self._linearisation.term_gradient(km, weights).T
        return by_log_km[:, self._columns] * LOGISTIC_DEVIATION


def _cuts(n: int, size: int):
    """Where to cut n rows into blocks; they do not depend on the number of threads."""
    return range(size, n, size)
