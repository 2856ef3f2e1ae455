"""Principal component analysis of trajectories: what models do after a perturbation, seen in a plane.

Choudhury et al. 2022 ("Validation of the REKINDLE generated models") show time series of perturbed models
along their first two principal components, which explain 85.21 % and 11.95 % of the variance, and do not
say on which scale. Fits to 1200 trajectories of 300 relevant sets of physiology 1 (factors 0.5 to 1.5, 101
times evenly over 21 min) gave 62 + 14 % for "log ratio", 99.8 + 0.1 % for "relative", 81 + 9 % for
"absolute" and 39 + 10 % for "standard"; factors 0.5 to 2 gave much the same. Fits to 100 of them scatter:
90 % of those to absolute concentrations had 75 to 90 % on the first and 89 to 96 % on the first two
components, those to log ratios 54 to 72 % and 76 to 83 %, and those to relative ones 95 to 99.9 % on the
first. So the published figures can have come from absolute concentrations, of not too many trajectories,
but hardly from any other scale, unless there were few trajectories indeed.
"""

import json

import numpy as np

from ..data import whole_number
from ..errors import InputError
from ..kinetics.parameter_sets import add_history, provenance
from ..run import reporting
from .principal_axes import (
    Moments,
    PrincipalComponents,
    component_coordinate,
    fit_axes,
    origin,
    standard_deviations,
)
from .trajectory_observations import SCALES, TrajectoryObservations

SAME = 1e-9  # references of one steady state differ by rounding only


def fit_trajectory_pca(
    traj, *, n_components: int | None = None, scale="log ratio", times=None, progress=True
):
    """Fit principal components to the trajectories of many models together.

    traj: dataset of `perturb` or `simulate`, concentration(set, trial, time, metabolite) in µmol/L and
    reference(metabolite); every (set, trial, time) is one observation, whatever lies between the times;
    n_components: how many to keep (default: all); scale: "log ratio" (ln x/x_ref), "relative"
    (x/x_ref − 1), "absolute" (x in µmol/L) or "standard" (x/x_ref divided by its standard deviation over
    all observations; a metabolite that does not vary is left as it is); times: of the dataset, in h, to
    fit to (default: all).

    Returns a `TrajectoryPCA`. Observations with a concentration that is not finite (those of an
    integration that failed) are left out and counted in `n_left_out`. So are, on the scale
    "log ratio", those with a concentration of zero or less, with a warning that names the first.
    Exact, in the memory of one block of observations however many there are. Raises InputError for
    fewer than two observations to use, too many components, unknown scales and times.
    """
    if scale not in tuple(SCALES):
        raise InputError(f"scale must be one of {', '.join(SCALES)}, found {scale!r}.")
    observed = TrajectoryObservations(traj, scale)
    if n_components is not None:
        n_components = whole_number(n_components, "n_components", 1)
    if times is not None:
        observed = TrajectoryObservations(traj.isel(time=_positions(traj, times)), scale)
    moments = Moments(len(observed.metabolites))
    with reporting(observed.n, "PCA", "observations", progress) as advance:
        for _, values in observed.blocks():
            moments.add(values[np.isfinite(values).all(axis=-1)])
            advance(values[..., 0].size)
    observed.warn("the fit")
    spread = np.ones(len(moments.mean))
    if scale == "standard" and moments.n > 1:
        spread = standard_deviations(moments)
    names = observed.metabolites
    dataset = fit_axes(moments, spread, names, "metabolite", n_components, observed.n)
    attrs = {"long_name": "concentration at the steady state", "units": "umol/L"}
    dataset["reference"] = ("metabolite", observed.reference, attrs)
    used = None if times is None else np.asarray(times, float).ravel().tolist()
    settings = {"n_components": n_components, "scale": scale, "times": used}
    dataset.attrs |= {
        "format": f"kinetools {TrajectoryPCA.kind}",
        **origin(traj),
        "scale": scale,
        "n_left_out": observed.n - moments.n,
        "n_non_positive": observed.n_non_positive,
        "history": json.dumps(add_history(traj, provenance("fit_trajectory_pca", settings))),
    }
    return TrajectoryPCA(dataset)


def load_trajectory_pca(path) -> "TrajectoryPCA":
    """A fit written by `TrajectoryPCA.save`. Raises InputError for any other file."""
    return TrajectoryPCA.load(path)


class TrajectoryPCA(PrincipalComponents):
    """Principal components of trajectories, as `fit_trajectory_pca` returns them.

    `loadings` (metabolite × component), `mean` (of the observations on the scale of the fit, by
    metabolite; of x/x_ref for "standard"), `explained_variance_ratio` (component,).
    """

    dim, kind, extra = "metabolite", "trajectory PCA", ("reference",)

    @property
    def scale(self) -> str:
        """What concentrations were turned into; see `fit_trajectory_pca`."""
        return str(self.dataset.attrs["scale"])

    @property
    def reference(self):
        """Concentrations at the steady state in µmol/L, a `pandas.Series`."""
        return self.dataset["reference"].to_pandas()

    @property
    def n_left_out(self) -> int:
        """Number of observations that the fit does not rest on."""
        return int(self.dataset.attrs["n_left_out"])

    @property
    def n_non_positive(self) -> int:
        """How many of these were left out for a concentration that has no logarithm."""
        return int(self.dataset.attrs["n_non_positive"])

    def transform(self, traj, *, progress=True):
        """Scores of trajectories, of these or other models around the same steady state.

        traj: as for the fit, metabolites in any order. Returns an `xarray.Dataset` with
        score(set, trial, time, component) in the dimensions and coordinates of traj, NaN where the
        fit would leave an observation out; variables without metabolites (`returned`, `status`, …)
        come along. Raises InputError for other metabolites or another steady state.
        """
        observed = TrajectoryObservations(traj, self.scale)
        columns = self._columns(observed)
        sizes = [traj.sizes[d] for d in observed.dims]
        score = np.empty((*sizes, self.n_components))
        with reporting(observed.n, "projection", "observations", progress) as advance:
            for place, values in observed.blocks():
                score[place] = self._scores(values[..., columns])
                advance(values[..., 0].size)
        observed.warn("the scores")
        units = "umol/L" if self.scale == "absolute" else "1"
        attrs = {"long_name": "score along the principal component", "units": units}
        result = traj.drop_dims("metabolite").assign_coords(component_coordinate(self.n_components))
        result["score"] = ((*observed.dims, "component"), score, attrs)
        result["explained_variance_ratio"] = self.dataset["explained_variance_ratio"].variable
        step = provenance("TrajectoryPCA.transform", {"scale": self.scale})
        result.attrs = {k: v for k, v in traj.attrs.items() if k != "format"}
        result.attrs["history"] = json.dumps(add_history(traj, step))
        return result

    def inverse(self, points):
        """Concentrations of points in the space of the components.

        points: scores (point, component) or (component,), of the first components if there are fewer
        than in the fit; or a dataset of `transform`, or its `score`. Other components count as 0.
        Returns an `xarray.DataArray` (…, metabolite) in µmol/L. Raises InputError for more components
        than the fit has, and for points that are no numbers.
        """
        import xarray

        if isinstance(points, xarray.Dataset):
            if "score" not in points:
                raise InputError("the dataset has no variable 'score'; give one made by transform.")
            points = points["score"]
        if not isinstance(points, xarray.DataArray):
            points = _points(points)
        positions = self._component_positions(points)
        other = [d for d in points.dims if d != "component"]
        values = self._values(points.transpose(*other, "component").values, positions)
        reference = self.dataset["reference"].values
        if self.scale == "log ratio":
            values = reference * np.exp(values)
        elif self.scale == "relative":
            values = reference * (1 + values)
        elif self.scale == "standard":
            values = reference * values
        coords = points.isel(component=0, drop=True).coords.assign(
            metabolite=self.dataset["metabolite"].values
        )
        attrs = {"long_name": "concentration", "units": "umol/L"}
        return xarray.DataArray(values, coords, [*other, "metabolite"], "concentration", attrs)

    @classmethod
    def _check(cls, dataset):
        super()._check(dataset)
        if dataset.attrs["scale"] not in SCALES:
            raise ValueError(f"unknown scale {dataset.attrs['scale']!r}")
        for name in ("n_left_out", "n_non_positive"):
            int(dataset.attrs[name])

    def _columns(self, observed) -> list[int]:
        """Where the metabolites of the fit stand in other trajectories of the same steady state."""
        known = [str(m) for m in self.dataset["metabolite"].values]
        strange = sorted(set(known) ^ set(observed.metabolites))
        if strange:
            where = "fit" if strange[0] in known else "trajectories"
            raise InputError(
                f"metabolite {strange[0]!r} is in the {where} only, but a projection needs the same "
                f"{len(known)} metabolites; take trajectories of the same model, or fit anew."
            )
        columns = [observed.metabolites.index(m) for m in known]
        reference, given = self.dataset["reference"].values, observed.reference[columns]
        differs = ~np.isclose(given, reference, rtol=SAME, atol=0)
        if differs.any():
            k = np.argmax(differs)
            raise InputError(
                f"the reference concentration of {known[k]!r} is {given[k]:.6g} µmol/L in the "
                f"trajectories, but {reference[k]:.6g} in the fit; take trajectories around the same "
                "steady state, or fit anew."
            )
        return columns

    def _component_positions(self, points) -> list[int]:
        if "component" not in points.dims:
            raise InputError(
                f"points have the dimensions {points.dims}, but one must be 'component'."
            )
        known = self.dataset["component"].values.tolist()
        given = points["component"].values.tolist() if "component" in points.coords else None
        if given is None:
            given = known[: points.sizes["component"]] + [None] * (
                points.sizes["component"] - len(known)
            )
        if not set(given) <= set(known) or not given:
            raise InputError(
                f"points have {len(given)} components, but the fit has {len(known)}, numbered from 1; "
                "give some of those."
            )
        return [known.index(c) for c in given]


def _points(points):
    import xarray

    try:
        values = np.array(points, dtype=float)
    except (TypeError, ValueError):
        values = None
    if values is None or values.ndim not in (1, 2):
        raise InputError("points must be numbers (point, component) or (component,).")
    return xarray.DataArray(values, dims=("point", "component")[-values.ndim :])


def _positions(traj, times) -> list[int]:
    """Positions of times (h) in a dataset of trajectories."""
    if "time" not in traj.dims or "time" not in traj.coords:
        raise InputError(
            "the trajectories have no dimension time to choose times from; leave them out."
        )
    known = traj["time"].values
    try:
        wanted = np.array(times, dtype=float, ndmin=1)
    except (TypeError, ValueError):
        wanted = np.empty(0)
    if wanted.ndim != 1 or not len(wanted):
        raise InputError(f"times must be some of the dataset's times in h, found {times!r}.")
    same = np.isclose(known, wanted[:, None], rtol=SAME, atol=0)
    if not same.any(axis=1).all():
        time = wanted[np.argmin(same.any(axis=1))]
        raise InputError(f"the trajectories have no time {time:g} h; choose from traj['time'].")
    positions = same.argmax(axis=1).tolist()
    if len(set(positions)) < len(positions):
        raise InputError("times must name each time once.")
    return positions
