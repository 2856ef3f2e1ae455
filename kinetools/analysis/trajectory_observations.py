"""Trajectories as observations of a principal component analysis: on a scale, block by block."""

import math
import warnings
from collections.abc import Iterator

import numpy as np

from ..data import real_numbers
from ..errors import InputError
from ..run import chunks

ROOM = 2**21  # concentrations held at a time
SCALES = {
    "log ratio": "ln(x/x_ref)",
    "relative": "x/x_ref − 1",
    "absolute": "x in µmol/L",
    "standard": "x/x_ref over its standard deviation",
}


class TrajectoryObservations:
    """The concentrations of a trajectory dataset on a scale, block by block."""

    def __init__(self, traj, scale: str):
        import xarray

        if not isinstance(traj, xarray.Dataset) or not {"concentration", "reference"} <= set(traj):
            raise InputError(
                "expected a dataset of trajectories with concentration and reference, found "
                f"{_described(traj)}; make one with perturb or simulate."
            )
        self.concentration, self.scale = traj["concentration"], scale
        for name in ("concentration", "reference"):
            if "metabolite" not in traj[name].dims:
                raise InputError(
                    f"{name} has the dimensions {traj[name].dims}, but one must be 'metabolite'; make the "
                    "dataset with perturb or simulate."
                )
        if "metabolite" not in traj.indexes or not traj.indexes["metabolite"].is_unique:
            raise InputError("every metabolite of the trajectories needs an id of its own; add it.")
        if not traj.sizes["metabolite"]:
            raise InputError("the trajectories have no metabolites; choose some.")
        self.dims = tuple(d for d in self.concentration.dims if d != "metabolite")
        self.metabolites = [str(m) for m in traj["metabolite"].values]
        self.reference = _common_reference(traj["reference"])
        good = np.isfinite(self.reference) & (self.reference > 0)
        if not good.all():
            k = np.argmin(good)
            raise InputError(
                f"the reference concentration of {self.metabolites[k]!r} is {self.reference[k]:g}, but it "
                "must be a positive finite number in µmol/L; correct it."
            )
        self.sizes = {d: traj.sizes[d] for d in self.dims}
        self.n = math.prod(self.sizes.values())
        self.n_non_positive, self._first = 0, ""

    def blocks(self) -> Iterator[tuple[tuple, np.ndarray]]:
        """(place, values): slices along `dims`, and values (…, metabolite), not finite where there are
        none on the scale."""
        for pieces in block_slices(self.sizes, max(1, ROOM // max(1, len(self.metabolites)))):
            part = self.concentration.isel(pieces).transpose(*self.dims, "metabolite")
            values = real_numbers(part.values, "the concentrations of the trajectories")
            if self.scale == "log ratio":
                self._count_non_positive(part, values)
            yield tuple(pieces.values()), scaled(values, self.reference, self.scale)

    def _count_non_positive(self, part, values):
        low = values <= 0
        if not low.any():
            return
        odd = np.isfinite(values).all(axis=-1) & low.any(axis=-1)
        if odd.any() and not self.n_non_positive:
            at = tuple(np.argwhere(odd)[0])
            k = np.argmax(low[at])
            place = [f"{d} {part[d].values[i]}" for d, i in zip(self.dims, at)]
            self._first = ", ".join(
                [*place, f"{self.metabolites[k]!r}: {values[(*at, k)]:g} µmol/L"]
            )
        self.n_non_positive += int(odd.sum())

    def warn(self, whom: str) -> None:
        """Warn of observations without a logarithm, if there are any."""
        if self.n_non_positive:
            warnings.warn(
                f"{self.n_non_positive} of {self.n} observations have a concentration of zero or less, "
                f"which has no logarithm, and are left out of {whom} (the first: {self._first}).",
                stacklevel=3,
            )


def _common_reference(reference) -> np.ndarray:
    """The steady state (metabolite,), also where `xarray.concat` has repeated it for every set."""
    table = reference.transpose(..., "metabolite").values
    table = real_numbers(table, "the reference concentrations")
    table = table.reshape(-1, table.shape[-1])
    if len(table) and (table[1:] != table[0]).any():
        raise InputError(
            "the trajectories belong to several steady states; take those of one, as scores along "
            "common components would mix their references."
        )
    return table[0] if len(table) else np.ones(table.shape[-1])


def scaled(concentrations, reference, scale: str) -> np.ndarray:
    """Concentrations (…, metabolite) in µmol/L on the scale of a fit, before the mean is taken off.

    Not finite where a concentration is not, or has no logarithm.
    """
    if scale == "absolute":
        return concentrations
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = concentrations / reference
        if scale == "relative":
            return ratio - 1
        return np.log(ratio) if scale == "log ratio" else ratio


def block_slices(sizes: dict[str, int], room: int) -> Iterator[dict[str, slice]]:
    """Slices that cut an array of these sizes into blocks of at most `room` elements, in order."""
    if not sizes:
        yield {}
        return
    (first, size), *rest = sizes.items()
    inner = math.prod(n for _, n in rest)
    for start, stop in chunks(size, max(1, room // max(1, inner))):
        if inner <= room:
            yield {first: slice(start, stop)} | {d: slice(None) for d, _ in rest}
        else:
            for piece in block_slices(dict(rest), room):
                yield {first: slice(start, stop)} | piece


def _described(traj) -> str:
    import xarray

    if isinstance(traj, xarray.Dataset):
        return f"a dataset of {', '.join(map(str, traj.data_vars)) or 'nothing'}"
    return type(traj).__name__
