"""From fluxes to the mass isotopomer distributions of measured fragments, compiled once per network."""

import threading
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from functools import cached_property

import numpy as np

from ..errors import InputError
from ..run import worker_count
from .elimination import compile_program
from .emu import Emu, EmuNetwork, decompose, reduce
from .flux_model import checked_network
from .labelling_kernels import no_rows, run, spaces
from .measurements import Fragment
from .tracer import Tracer

PIECE = 512  # flux vectors for one thread
ROUNDING = 1e-9  # over the largest flux: one below zero by less is rounding, and means zero


class LabellingSimulator:
    """Mass isotopomer distributions of fragments at isotopic steady state (EMU method).

    network: FluxModel; tracer: Tracer, or metabolite → [(fraction, labelling)]; fragments: Fragments or
    texts ("F" for a whole molecule, "B[2,3]" for some of its atoms). Raises InputError for fragments or
    tracers that do not fit the network. Source: Antoniewicz et al. 2007, Metab. Eng. 9:68.
    """

    def __init__(self, network, tracer, fragments):
        self.network, self.tracer = checked_network(network), Tracer.of(tracer)
        fragments = [f if isinstance(f, Fragment) else Fragment.parse(f) for f in fragments]
        self.fragments = {f.name: f for f in fragments}
        if len(self.fragments) < len(fragments) or not fragments:
            raise InputError("the fragments to simulate must be at least one, each named once.")
        wanted = {f.name: _emu(network, f) for f in fragments}
        mixtures = self.tracer.in_network(network).mixtures
        self.emus = decompose(network, wanted, set(mixtures))
        self.reduced: EmuNetwork = reduce(self.emus)
        program = compile_program(self.reduced)
        self.masses = [
            (name, m) for name, slots in program.outputs.items() for m in range(len(slots))
        ]
        _feed(program, (program.forward, program.adjoint), mixtures)
        reactions, directions = np.array(program.fluxes, int).reshape(-1, 2).T
        self._flux_columns = reactions + directions * len(network.reactions)
        self._program, self._local = program, threading.local()
        flat = [slot for slots in program.outputs.values() for slot in slots]
        seeds = [slot for slots in program.seeds.values() for slot in slots]
        self.kernel = (
            (program.forward, program.adjoint),
            np.array(program.flux_slots, np.int64),
            np.array(flat, np.int64),
            np.array(seeds, np.int64),
            np.array(program.gradient_slots, np.int64),
        )

    def __repr__(self):
        sizes = ", ".join(f"{n} of size {size}" for size, n in self.reduced.sizes().items())
        return (
            f"LabellingSimulator({self.network.id!r}, {len(self.fragments)} fragments, "
            f"{self.emus.n_decomposed} EMUs reduced to {sizes})"
        )

    def with_tracer(self, tracer) -> "LabellingSimulator":
        """The same compiled simulation where the same metabolites are labelled in another way.

        Raises InputError for a tracer of other metabolites, which needs a simulator of its own.
        """
        other = copy(self)
        other.tracer, other._local = Tracer.of(tracer), threading.local()
        known, mixtures = (t.in_network(self.network).mixtures for t in (self.tracer, other.tracer))
        if mixtures.keys() != known.keys():
            raise InputError(
                f"this simulation was compiled for a tracer of {', '.join(known)}, not of "
                f"{', '.join(mixtures)}; make a LabellingSimulator for it."
            )
        tapes = tuple(tape._replace(values=tape.values.copy()) for tape in self.kernel[0])
        _feed(self._program, tapes, mixtures)
        other.kernel = (tapes, *self.kernel[1:])
        return other

    @property
    def flux_columns(self) -> np.ndarray:
        """Positions in (forward, reverse), one after the other, that decide the labelling."""
        return self._flux_columns

    def __call__(self, forward, reverse) -> dict[str, np.ndarray]:
        """Fragment → masses (…, n + 1) for fluxes (…, reaction) in the order of the network's reactions."""
        flat = self.flat(forward, reverse)
        result, at = {}, 0
        for name, slots in self._program.outputs.items():
            result[name] = flat[..., at : at + len(slots)]
            at += len(slots)
        return result

    def flat(self, forward, reverse) -> np.ndarray:
        """Masses of all fragments behind each other, (…, value), as `masses` lists them."""
        fluxes, shape = self._fluxes(forward, reverse)
        values, _ = self._run(fluxes, None)
        return values.reshape(*shape, -1)

    def gradient(self, forward, reverse, weights):
        """Derivatives of Σ weights·flat by forward and by reverse fluxes, each (…, reaction)."""
        _, *by = self.flat_with_gradient(forward, reverse, weights)
        return tuple(by)

    def flat_with_gradient(self, forward, reverse, weights):
        """`flat` and `gradient` in one go: (…, value), (…, reaction), (…, reaction)."""
        fluxes, shape = self._fluxes(forward, reverse)
        weights = np.broadcast_to(np.asarray(weights, float), (*shape, len(self.masses)))
        values, by = self._run(fluxes, np.ascontiguousarray(weights.reshape(-1, len(self.masses))))
        full = np.zeros((len(fluxes), 2 * len(self.network.reactions)))
        full[:, self._flux_columns] = by
        forward, reverse = np.split(full.reshape(*shape, -1), 2, axis=-1)
        return values.reshape(*shape, -1), forward, reverse

    def jacobian(self, forward, reverse) -> np.ndarray:
        """Derivatives of `flat` by fluxes, (…, value, 2, reaction): of forward and of reverse ones."""
        forward, reverse = np.asarray(forward, float), np.asarray(reverse, float)
        n = len(self.masses)
        repeated = [np.repeat(v[..., None, :], n, axis=-2) for v in (forward, reverse)]
        _, by_forward, by_reverse = self.flat_with_gradient(*repeated, np.eye(n))
        return np.stack([by_forward, by_reverse], axis=-2)

    def explain(self, fragment, reduced: bool | None = None, depth: int | None = None):
        """The EMU network behind a fragment as an `EmuExplanation`: a picture in a notebook, and a table.

        fragment: name of one of this simulator's, or another as text, such as "B[2,3]"; reduced: whether
        EMUs that the simulation leaves out are left out here, too (None: only if there are too many to
        read); depth: how many steps back from the fragment are drawn (None: as many as can be read; the
        table always has all). Raises InputError for a fragment that does not fit the network.
        """
        from .emu_explanation import explain

        fragment = self.fragments.get(fragment, fragment)
        fragment = Fragment.parse(fragment)
        mixtures = self.tracer.in_network(self.network).mixtures
        return explain(
            self.network,
            fragment.name,
            _emu(self.network, fragment),
            lambda emu: outside_masses(emu, mixtures.get(emu.metabolite)),
            mixtures,
            reduced,
            depth,
        )

    @cached_property
    def _n_reactions(self) -> int:
        return len(self.network.reactions)

    def _fluxes(self, forward, reverse):
        forward, reverse = np.broadcast_arrays(
            np.asarray(forward, float), np.asarray(reverse, float)
        )
        if forward.shape[-1:] != (self._n_reactions,):
            raise InputError(
                f"fluxes must have one value for each of the {self._n_reactions} reactions of "
                f"{self.network.id!r} along their last axis; their shape is {forward.shape}."
            )
        both = np.concatenate([forward, reverse], axis=-1).reshape(-1, 2 * self._n_reactions)
        fluxes = np.ascontiguousarray(both[:, self._flux_columns])
        least = -ROUNDING * self.network.max_flux
        if not (np.isfinite(fluxes).all() and (fluxes >= least).all()):
            bad = np.flatnonzero(~(np.isfinite(both) & (both >= least)).all(axis=0))
            bad = next(c for c in bad if c in self._flux_columns)
            name = self.network.reactions[bad % self._n_reactions]
            raise InputError(
                f"reaction {name}: forward and reverse fluxes must be numbers of at least 0; "
                "a net flux is their difference."
            )
        return np.maximum(fluxes, 0.0), forward.shape[:-1]

    def _run(self, fluxes, weights):
        values = np.empty((len(fluxes), len(self.masses)))
        by = no_rows(fluxes.shape[1]) if weights is None else np.empty_like(fluxes)
        weights = no_rows(len(self.masses)) if weights is None else weights

        def piece(start):
            part = slice(start, start + PIECE)
            tapes, *slots = self.kernel
            if not hasattr(self._local, "spaces"):
                self._local.spaces = spaces(tapes)
            run(
                tapes,
                self._local.spaces,
                *slots,
                fluxes[part],
                values[part],
                weights[part],
                by[part],
            )

        starts = range(0, len(fluxes), PIECE)
        if len(starts) <= 1:
            piece(0)
        else:
            with ThreadPoolExecutor(worker_count(None)) as pool:
                list(pool.map(piece, starts))
        return values, by


def _feed(program, tapes, mixtures):
    """Write the masses of what is fed, and of what else comes from outside, into tapes."""
    constants = {}
    for emu, slots in program.inputs.items():
        masses = outside_masses(emu, mixtures.get(emu.metabolite))
        constants |= dict(zip(slots, masses, strict=True))
    for tape in tapes:
        tape.values[list(constants)] = list(constants.values())


def outside_masses(emu: Emu, mixture) -> np.ndarray:
    """Masses (n + 1,) of an EMU of what is taken up; unlabelled where there is no mixture."""
    masses = np.zeros(emu.size + 1)
    for fraction, labelling in mixture or ((1.0, None),):
        heavy = sum(labelling[a - 1] for a in emu.atoms) if labelling is not None else 0
        masses[heavy] += fraction
    return masses


def _emu(network, fragment) -> Emu:
    """A fragment as an EMU of the network."""
    names = (fragment.metabolite, *fragment.aliases)
    for name in names:
        n_atoms = network.atoms(name) if name in network.metabolites else 0
        if not n_atoms:
            continue
        atoms = tuple(sorted(fragment.atoms or range(1, n_atoms + 1)))
        if atoms[-1] > n_atoms or atoms[0] < 1:
            raise InputError(
                f"fragment {fragment.name}: {name} has {n_atoms} carbon atoms in {network.id!r}, but "
                f"the fragment asks for atom {atoms[-1]}."
            )
        return Emu(name, atoms)
    raise InputError(
        f"fragment {fragment.name}: {network.id!r} has no carbon transition with {' or '.join(names)}."
    )
