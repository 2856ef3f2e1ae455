"""FluxSpace: every steady state of a network within its bounds, as a polytope A x <= b."""

from dataclasses import dataclass, field, replace

import numpy as np

from ..errors import InputError
from ..run import on_one_thread
from .coordinates import coordinate_system, inequalities, one_way
from .edge_points import edge_points
from .flux_bounds import check_feasible, net_bounds, place
from .net_fluxes import NetProgram, net_hull
from .rounding import chebyshev_centre, largest_ellipsoid

ROUNDING = 1e-12  # over the largest flux: a flux below zero by less is rounding, and means zero
STEADY = (
    1e-6  # over the largest flux: how far from the space fluxes may lie that are given from outside
)


@dataclass(frozen=True, eq=False)
class FluxSpace:
    """Forward and reverse fluxes that are steady and within bounds, in as few coordinates as there are.

    [forward; reverse] = origin + basis @ x for every x with A @ x <= b; a uniform density of x is the
    uniform density of (forward, reverse). Only where `signed` is set, the entry of forward is the net flux,
    negative where the reaction runs backwards, and that of reverse is 0: `to_fluxes` splits it.

    network: FluxModel; lower, upper, max_flux: the bounds of net fluxes (reaction,) and of every forward
    and reverse flux, mmol/gDW/h; net_range: (reaction, 2), smallest and largest net flux in the space;
    varies: (reaction,) bool, net flux not the same everywhere; exchanging: (reaction,) bool, has an
    exchange flux; signed: (reaction,) bool, has none and may run either way; origin: (2 reaction,); basis:
    (2 reaction, dimension), orthonormal until other coordinates are chosen; A: (facet, dimension), rows of
    length 1, none redundant; b: (facet,); facets: (reaction position, what, bound) of each row; center:
    (dimension,), that of the largest ball inside (rounded: ellipsoid); net_vertices: (point, reaction).
    """

    network: object = field(repr=False)
    lower: np.ndarray = field(repr=False)
    upper: np.ndarray = field(repr=False)
    max_flux: float
    net_range: np.ndarray = field(repr=False)
    varies: np.ndarray = field(repr=False)
    exchanging: np.ndarray = field(repr=False)
    signed: np.ndarray = field(repr=False)
    origin: np.ndarray = field(repr=False)
    basis: np.ndarray = field(repr=False)
    A: np.ndarray = field(repr=False)
    b: np.ndarray = field(repr=False)
    facets: tuple = field(repr=False)
    center: np.ndarray = field(repr=False)
    net_vertices: np.ndarray = field(repr=False)

    @classmethod
    @on_one_thread
    def of(cls, network, measurements=None, *, bounds=None, measured="bounds", exchange=None):
        """The flux space of a network, with the bounds that come with measurements.

        bounds: reaction id -> (lower, upper) of the net flux, in place of any others; measured: "bounds",
        or "likelihood" if measured fluxes are left to the likelihood; exchange: ids of the reactions
        that have an exchange flux (default: all reversible ones that are not closed by bounds of 0).
        Raises InputError naming the smallest conflicting group of bounds if there is no steady state.
        """
        lower, upper, largest, given = net_bounds(network, measurements, bounds, measured)
        program = NetProgram(network.stoichiometry, lower, upper)
        check_feasible(program, network, measurements, given)
        exchanging = network.reversible & ~((lower == 0) & (upper == 0))
        if exchange is not None:
            chosen = np.zeros(len(lower), bool)
            chosen[[network.index(reaction) for reaction in exchange]] = True
            exchanging &= chosen
        hull = net_hull(program, largest)
        origin, basis = coordinate_system(program, hull, exchanging, largest)
        if not basis.shape[1]:
            raise InputError(
                f"{place(network, measurements)}: the bounds leave one steady state only; widen some."
            )
        A, b, facets = inequalities(program, hull, exchanging, largest, origin, basis)
        middle, _ = chebyshev_centre(A, b)
        _, signed = one_way(hull, exchanging, largest)
        return cls(
            network=network,
            lower=lower,
            upper=upper,
            max_flux=largest,
            net_range=hull.range,
            varies=hull.varies,
            exchanging=exchanging,
            signed=signed,
            origin=origin + basis @ middle,
            basis=basis,
            A=A,
            b=b - A @ middle,
            facets=facets,
            center=np.zeros(len(middle)),
            net_vertices=hull.vertices,
        )

    def __repr__(self):
        return (
            f"FluxSpace({self.network.id!r}: {self.dimension} dimensions, {len(self.b)} facets, "
            f"{self.varies.sum()} net fluxes that vary, {self.exchanging.sum()} exchange fluxes)"
        )

    @property
    def dimension(self) -> int:
        """Number of coordinates."""
        return self.basis.shape[1]

    @property
    def reactions(self) -> tuple[str, ...]:
        """Ids, in the order of flux arrays."""
        return self.network.reactions

    def to_fluxes(self, x):
        """Forward and reverse fluxes (..., reaction), mmol/gDW/h, of coordinates x (..., dimension)."""
        fluxes = np.asarray(x, float) @ self.basis.T + self.origin
        fluxes[(fluxes < 0) & (fluxes > -ROUNDING * self.max_flux)] = 0.0
        forward, reverse = np.split(fluxes, 2, axis=-1)
        if self.signed.any():
            net = forward[..., self.signed]
            reverse[..., self.signed] = np.maximum(-net, 0)
            forward[..., self.signed] = np.maximum(net, 0)
        return forward, reverse

    def from_fluxes(self, forward, reverse) -> np.ndarray:
        """Coordinates x (..., dimension) of forward and reverse fluxes (..., reaction), mmol/gDW/h.

        Of reactions without exchange only forward - reverse counts. Raises InputError naming the reaction
        that is farthest from any point of the space's flat (not steady, or not the flux that is fixed).
        """
        forward, reverse = np.asarray(forward, float), np.asarray(reverse, float)
        if forward.shape != reverse.shape or forward.shape[-1:] != (len(self.reactions),):
            raise InputError(
                f"forward and reverse must both be (..., {len(self.reactions)}) arrays of fluxes, found "
                f"{forward.shape} and {reverse.shape}."
            )
        net = forward - reverse
        backward = ~self.exchanging & ~self.signed & (self.net_range.sum(axis=1) < 0)
        forward = np.where(self.exchanging, forward, np.where(backward, 0.0, net))
        reverse = np.where(self.exchanging, reverse, np.where(backward, -net, 0.0))
        away = np.concatenate([forward, reverse], axis=-1) - self.origin
        x = away @ np.linalg.pinv(self.basis).T
        error = np.abs(away - x @ self.basis.T)
        if error.size and not error.max() <= STEADY * self.max_flux:
            j = int(np.unravel_index(np.argmax(error), error.shape)[-1]) % len(self.reactions)
            raise InputError(
                f"these fluxes are not steady within the space of {self.network.id!r} (look at reaction "
                f"{self.reactions[j]!r}, whose flux is {error.max():g} away); correct them."
            )
        return x

    def gradient(self, x, d_forward, d_reverse) -> np.ndarray:
        """Gradient (..., dimension) at x from derivatives (..., reaction) by forward and reverse fluxes."""
        if self.signed.any():
            net = np.asarray(x, float) @ self.basis[: len(self.signed)].T
            backward = self.signed & (net + self.origin[: len(self.signed)] < 0)
            d_forward = np.where(backward, -d_reverse, d_forward)
        return np.concatenate([d_forward, d_reverse], axis=-1) @ self.basis

    def contains(self, x, tolerance: float = 1e-9):
        """Which points x (..., dimension) are in the space, within `tolerance` of the largest flux."""
        return np.all(np.asarray(x) @ self.A.T <= self.b + tolerance * self.max_flux, axis=-1)

    def transformed(self, center, axes) -> "FluxSpace":
        """The same space in coordinates y with x = center + axes @ y; axes: (dimension, dimension)."""
        A = self.A @ axes
        size = np.linalg.norm(A, axis=1)
        return replace(
            self,
            origin=self.origin + self.basis @ center,
            basis=self.basis @ axes,
            A=A / size[:, None],
            b=(self.b - self.A @ center) / size,
            center=np.linalg.solve(axes, self.center - center),
        )

    @on_one_thread
    def rounded(self) -> "FluxSpace":
        """The same space in coordinates in which the largest ellipsoid inside is the unit ball around 0."""
        center, axes = largest_ellipsoid(self.A, self.b, self.center)
        return replace(self.transformed(center, axes), center=np.zeros(self.dimension))

    def edge_points(self) -> np.ndarray:
        """The published edge points (point, dimension): see `edge_points.edge_points`."""
        return edge_points(self)
