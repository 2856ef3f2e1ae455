"""Features: Michaelis constants as the numbers that networks see, and exactly back.

Two kinds. `LogRange` is the published one: natural logarithms of all constants, scaled with one minimum
and one maximum over the whole matrix to [−1, 1] (Choudhury et al. 2022, Methods). `LogRatio` measures
each constant against its metabolite's concentration, (ln Km − ln S)/(π/√3): under ORACLE's prior every
such feature is a logistic variable of variance 1, whatever the physiology.
"""

from dataclasses import dataclass

import numpy as np

from ..errors import InputError

LOGISTIC_DEVIATION = np.pi / np.sqrt(3)  # standard deviation of the standard logistic distribution


@dataclass(frozen=True)
class LogRange:
    """ln Km scaled from [low, high] to [−1, 1]; the same two numbers for every parameter."""

    parameters: tuple[str, ...]
    low: float
    high: float

    kind = "log range"

    @classmethod
    def fit(cls, parameters, km) -> "LogRange":
        """Range of the training data km (set, parameter) in µmol/L."""
        logarithms = np.log(km)
        low, high = float(logarithms.min()), float(logarithms.max())
        if not low < high:
            raise InputError("all Michaelis constants are equal; train on more than one set.")
        return cls(tuple(parameters), low, high)

    def forward(self, km) -> np.ndarray:
        """(set, parameter) µmol/L → features of the same shape."""
        return 2.0 * (np.log(km) - self.low) / (self.high - self.low) - 1.0

    def inverse(self, features) -> np.ndarray:
        """Features (set, parameter) → Michaelis constants in µmol/L."""
        features = np.asarray(features, float)
        return np.exp(self.low + 0.5 * (features + 1.0) * (self.high - self.low))

    def to_dict(self) -> dict:
        """As JSON-able content."""
        return {
            "kind": self.kind,
            "parameters": list(self.parameters),
            "low": self.low,
            "high": self.high,
        }


@dataclass(frozen=True)
class LogRatio:
    """(ln Km − ln S)/(π/√3) with S the concentration of the parameter's metabolite at the state."""

    parameters: tuple[str, ...]
    concentrations: tuple[float, ...]

    kind = "log ratio"

    @classmethod
    def of(cls, model, state, parameters) -> "LogRatio":
        """Features of some parameters of a model at a steady state."""
        metabolite = {p.name: p.metabolite for p in model.parameters}
        values = tuple(float(state.concentrations[metabolite[name]]) for name in parameters)
        return cls(tuple(parameters), values)

    def forward(self, km) -> np.ndarray:
        """(set, parameter) µmol/L → features of the same shape."""
        return (np.log(km) - np.log(self.concentrations)) / LOGISTIC_DEVIATION

    def inverse(self, features) -> np.ndarray:
        """Features (set, parameter) → Michaelis constants in µmol/L."""
        km = np.multiply(features, LOGISTIC_DEVIATION, dtype=float)
        np.exp(km, out=km)
        km *= self.concentrations
        return km

    def prior(self, generator: np.random.Generator, n_sets: int) -> np.ndarray:
        """Features of ORACLE's prior, (set, parameter): independent logistic variables."""
        return generator.logistic(0.0, 1.0 / LOGISTIC_DEVIATION, (n_sets, len(self.parameters)))

    def to_dict(self) -> dict:
        """As JSON-able content."""
        return {
            "kind": self.kind,
            "parameters": list(self.parameters),
            "concentrations": list(self.concentrations),
        }


def features_from_dict(content: dict) -> LogRange | LogRatio:
    """The features that `to_dict` described; InputError for anything else."""
    kinds = {LogRange.kind: LogRange, LogRatio.kind: LogRatio}
    try:
        given = dict(content)
        kind = kinds[given.pop("kind")]
        given = {k: tuple(v) if isinstance(v, list) else v for k, v in given.items()}
        return kind(**given)
    except (KeyError, TypeError, ValueError):
        raise InputError(
            "the generator's description of its features is damaged; use another checkpoint."
        ) from None


def live_parameters(sets) -> tuple[str, ...]:
    """Names of the Michaelis constants that occur in their rate laws."""
    return tuple(str(p) for p in sets["parameter"].values[sets["parameter_live"].values])
