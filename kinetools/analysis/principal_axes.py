"""Principal axes of observations that come in blocks: exact, with memory for one block at a time."""

import numpy as np

from ..errors import InputError
from ..store import open_dataset, save_dataset

TIE = 1e-6  # loadings this close to the largest one may not decide a sign by their rounding
CONSTANT = 1e-12  # a spread below this share of the mean is rounding


class Moments:
    """Number, mean and scatter matrix of observations, block by block (Chan, Golub & LeVeque 1983)."""

    def __init__(self, width: int):
        self.n = 0
        self.mean = np.zeros(width)
        self.scatter = np.zeros((width, width))

    def add(self, values) -> None:
        """Take in a block of observations (observation, variable), all of them finite."""
        if not len(values):
            return
        mean = values.mean(axis=0)
        centred = values - mean
        step = mean - self.mean
        n = self.n + len(values)
        self.scatter += centred.T @ centred + np.outer(step, step) * (self.n * len(values) / n)
        self.mean += step * (len(values) / n)
        self.n = n

    @property
    def covariance(self) -> np.ndarray:
        """Covariance matrix (divisor n − 1)."""
        return self.scatter / (self.n - 1)


def standard_deviations(moments: Moments) -> np.ndarray:
    """Standard deviation of each variable; 1 for those that do not vary at all."""
    spread = np.sqrt(np.diag(moments.covariance))
    return np.where(spread > CONSTANT * np.abs(moments.mean), spread, 1.0)


def fit_axes(moments: Moments, spread, names, dim: str, n_components: int | None, n_given: int):
    """Dataset of the principal axes of all observations.

    spread: what each variable is divided by, (variable,); names: of the variables, for the dimension
    `dim`; n_components: how many axes (default: as many as there can be); n_given: number of
    observations, those without finite numbers included.
    Components are numbered from 1 and of unit length; the largest loading of each is positive.
    Raises InputError for fewer than two observations, no variance, and too many components.
    """
    import xarray

    if moments.n < 2:
        raise InputError(
            "a PCA needs at least two observations with finite numbers, found "
            f"{moments.n} among {n_given}; give more."
        )
    covariance = moments.covariance / np.outer(spread, spread)
    total = np.trace(covariance)
    if total <= (CONSTANT * np.linalg.norm(moments.mean / spread)) ** 2:
        raise InputError(
            f"all {moments.n} observations are equal, so there is no variance to explain."
        )
    most = min(moments.n - 1, len(names))
    n_components = most if n_components is None else n_components
    if n_components > most:
        raise InputError(
            f"n_components = {n_components}, but {moments.n} observations of {len(names)} {dim}s have "
            f"{most} principal components at most; ask for fewer."
        )
    variance, axes = np.linalg.eigh(covariance)
    variance = np.maximum(variance[::-1], 0.0)
    axes = _with_signs(axes[:, ::-1][:, :n_components])
    return xarray.Dataset(
        {
            "loading": ((dim, "component"), axes, {"long_name": "loading", "units": "1"}),
            "mean": (dim, moments.mean, {"long_name": "mean of the observations"}),
            "spread": (dim, spread, {"long_name": "divisor of the deviations from the mean"}),
            "explained_variance": (
                "component",
                variance[:n_components],
                {"long_name": "variance along the component"},
            ),
            "explained_variance_ratio": (
                "component",
                variance[:n_components] / variance.sum(),
                {"long_name": "share of the variance", "units": "1"},
            ),
        },
        {dim: (dim, list(names)), **component_coordinate(n_components)},
        {"n_used": moments.n},
    )


def origin(dataset) -> dict:
    """The attributes of a dataset that name its model and steady state."""
    names = ("model", "model_hash", "state", "state_hash")
    return {name: dataset.attrs[name] for name in names if name in dataset.attrs}


def component_coordinate(n_components: int) -> dict:
    """The coordinate of principal components, numbered from 1."""
    attrs = {"long_name": "principal component", "units": "1"}
    return {"component": ("component", np.arange(1, n_components + 1), attrs)}


def _with_signs(axes) -> np.ndarray:
    """Axes (variable, component) turned so that the largest loading of each is positive."""
    size = np.abs(axes)
    largest = np.argmax(size >= (1 - TIE) * size.max(axis=0), axis=0)
    return axes * np.sign(axes[largest, np.arange(axes.shape[1])])


class PrincipalComponents:
    """A fitted PCA: what is shared by those of trajectories and of parameter sets."""

    dim: str  # of the variables
    kind: str  # what a file of it calls itself
    extra: tuple[str, ...] = ()  # further variables over `dim`

    def __init__(self, dataset):
        """dataset: loading, mean, spread, explained_variance, explained_variance_ratio."""
        self.dataset = dataset

    def __repr__(self) -> str:
        shares = ", ".join(f"{100 * s:.2f} %" for s in self.explained_variance_ratio[:3])
        more = ", …" if self.n_components > 3 else ""
        return f"<{type(self).__name__} of {self.n_used} observations: {shares}{more}>"

    @property
    def n_components(self) -> int:
        """Number of principal components."""
        return self.dataset.sizes["component"]

    @property
    def n_used(self) -> int:
        """Number of observations that the fit rests on."""
        return int(self.dataset.attrs["n_used"])

    @property
    def loadings(self):
        """Components as columns of unit length, a `pandas.DataFrame`."""
        return self.dataset["loading"].to_pandas()

    @property
    def mean(self):
        """Mean of the observations, a `pandas.Series`."""
        return self.dataset["mean"].to_pandas()

    @property
    def explained_variance(self) -> np.ndarray:
        """Variance along each component (divisor n − 1)."""
        return self.dataset["explained_variance"].values.copy()

    @property
    def explained_variance_ratio(self) -> np.ndarray:
        """Share of the whole variance along each component."""
        return self.dataset["explained_variance_ratio"].values.copy()

    def save(self, path):
        """Write the fit atomically as NetCDF-4; returns the path."""
        return save_dataset(self.dataset, path)

    @classmethod
    def load(cls, path):
        """The fit from a file written by `save`. Raises InputError for any other file."""
        with open_dataset(path, cls.kind) as file:
            try:
                dataset = file.load()
                cls._check(dataset)
                return cls(dataset)
            except (KeyError, ValueError, OSError) as error:
                raise InputError(
                    f"{path}: this {cls.kind} is damaged ({error}); make the file again."
                ) from error

    @classmethod
    def _check(cls, dataset):
        """Raise KeyError or ValueError for a dataset that is no such fit."""
        n, k = dataset.sizes[cls.dim], dataset.sizes["component"]
        shapes = {"loading": (n, k), "explained_variance": (k,), "explained_variance_ratio": (k,)}
        shapes |= dict.fromkeys(("mean", "spread", *cls.extra), (n,))
        for name, shape in shapes.items():
            values = dataset[name].values
            if values.shape != shape or values.dtype.kind != "f" or not np.isfinite(values).all():
                raise ValueError(f"{name!r} must be {shape} finite numbers")
        if int(dataset.attrs["n_used"]) < 2 or not (dataset["spread"].values > 0).all():
            raise ValueError("n_used and spread must be positive")

    def _scores(self, values) -> np.ndarray:
        """Scores (…, component) of values (…, variable); NaN wherever a value is not finite."""
        scores = np.full((*values.shape[:-1], self.n_components), np.nan)
        good = np.isfinite(values).all(axis=-1)
        centred = (values[good] - self.dataset["mean"].values) / self.dataset["spread"].values
        scores[good] = centred @ self.dataset["loading"].values
        return scores

    def _values(self, scores, positions) -> np.ndarray:
        """Values (…, variable) of scores (…, component) along the components at these positions."""
        axes = self.dataset["loading"].values[:, positions]
        return self.dataset["mean"].values + scores @ axes.T * self.dataset["spread"].values
