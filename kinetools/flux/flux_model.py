"""FluxModel: a cobra.Model whose reactions say where their carbons go."""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from ..data import number
from ..errors import InputError
from .atoms import AtomTransition

RELATIONS = "constraint"  # compartment of rows that are linear relations between fluxes


@dataclass(frozen=True, eq=False)
class FluxModel:
    """A network for 13C flux analysis: a `cobra.Model`, atom transitions, and the largest flux.

    Arrays are taken from the cobra model once and then do not change; fluxes in mmol/gDW/h.
    reactions: order of every flux array; metabolites: balanced ones, rows of `stoichiometry`
    (metabolite, reaction); lower_bound, upper_bound: (reaction,), of the net flux; max_flux: of every
    forward and every reverse flux; boundary: (reaction,) bool, crosses the border of the system;
    reversible: (reaction,) bool, inside and possible in both directions: has an exchange flux.
    Metabolites of the compartment "constraint" are no substances but linear relations between net fluxes.
    Raises InputError where transitions do not fit the reactions.
    """

    id: str
    cobra_model: "cobra.Model" = field(repr=False)  # noqa: F821 (cobra is not imported for a name)
    transitions: tuple[AtomTransition, ...] = field(repr=False)
    max_flux: float
    name: str = ""
    source: tuple[str, ...] = ()

    reactions: tuple[str, ...] = field(init=False, repr=False)
    metabolites: tuple[str, ...] = field(init=False, repr=False)
    stoichiometry: np.ndarray = field(init=False, repr=False)
    lower_bound: np.ndarray = field(init=False, repr=False)
    upper_bound: np.ndarray = field(init=False, repr=False)
    boundary: np.ndarray = field(init=False, repr=False)

    def __post_init__(self):
        from cobra.util.array import create_stoichiometric_matrix

        model = self.cobra_model
        where = f"flux model {self.id!r}"
        if not model.reactions:
            raise InputError(f"{where}: has no reactions; add some.")
        named = {m for t in self.transitions for m, _ in (*t.reactants, *t.products)}
        # A metabolite may be in no reaction (any more), or stand on both sides of one.
        kept = [i for i, m in enumerate(model.metabolites) if m.reactions or m.id in named]
        matrix = create_stoichiometric_matrix(model)[kept]
        substances = [model.metabolites[i].compartment != RELATIONS for i in kept]
        max_flux = number(self.max_flux, f"{where}: max_flux", positive=True)
        # max_flux limits every flux, so any number above it stands for infinity.
        bounds = np.array([r.bounds for r in model.reactions], float)
        if np.isnan(bounds).any():
            raise InputError(f"{where}: a bound is not a number; correct it.")
        bounds = np.nan_to_num(bounds, posinf=max(1000, max_flux), neginf=-max(1000, max_flux))
        values = {
            "max_flux": max_flux,
            "name": self.name or self.id,
            "source": tuple(self.source),
            "transitions": tuple(self.transitions),
            "reactions": tuple(r.id for r in model.reactions),
            "metabolites": tuple(model.metabolites[i].id for i in kept),
            "stoichiometry": matrix,
            "lower_bound": bounds[:, 0].copy(),
            "upper_bound": bounds[:, 1].copy(),
            "boundary": (matrix[substances] != 0).sum(axis=0) <= 1,
        }
        for key, value in values.items():
            if isinstance(value, np.ndarray):
                value.flags.writeable = False
            object.__setattr__(self, key, value)
        for transition in self.transitions:
            check_transition(transition, self, f"{where}, transition of {transition.reaction}")
        in_order = sorted(self.transitions, key=lambda t: self._index[t.reaction])
        object.__setattr__(self, "transitions", tuple(in_order))
        self._atoms  # noqa: B018 (checks that all transitions agree)

    def __eq__(self, other):
        return isinstance(other, FluxModel) and (self.id, self.hash) == (other.id, other.hash)

    def __hash__(self):
        return hash(self.hash)

    def __repr__(self):
        labelled = len({t.reaction for t in self.transitions})
        return (
            f"FluxModel({self.id!r}: {len(self.reactions)} reactions, of which "
            f"{self.boundary.sum()} boundary and {self.reversible.sum()} reversible, {labelled} with "
            f"atom transitions; {len(self.metabolites)} metabolites; fluxes up to {self.max_flux:g})"
        )

    @cached_property
    def reversible(self) -> np.ndarray:
        """(reaction,) bool: not boundary, and its net flux may have either sign."""
        return ~self.boundary & (self.lower_bound < 0) & (self.upper_bound > 0)

    def index(self, reaction_id: str) -> int:
        """Position of a reaction in flux arrays; InputError if there is none of this id."""
        try:
            return self._index[reaction_id]
        except (KeyError, TypeError):
            raise InputError(
                f"flux model {self.id!r} has no reaction {reaction_id!r}; "
                f"{near(reaction_id, self.reactions)}"
            ) from None

    def atoms(self, metabolite_id: str) -> int:
        """Number of tracked carbons of a metabolite, 0 if no transition mentions it."""
        if not isinstance(metabolite_id, str) or metabolite_id not in self._metabolite_index:
            raise InputError(
                f"flux model {self.id!r} has no metabolite {metabolite_id!r}; "
                f"{near(metabolite_id, self.metabolites)}"
            )
        return self._atoms.get(metabolite_id, 0)

    @cached_property
    def hash(self) -> str:
        """Fingerprint of everything that influences numbers (not of ids of models, names or sources)."""
        rows, columns = np.nonzero(self.stoichiometry)
        content = [
            self.reactions,
            self.metabolites,
            [(int(i), int(j), self.stoichiometry[i, j]) for i, j in zip(rows, columns)],
            self.lower_bound.tolist(),
            self.upper_bound.tolist(),
            self.max_flux,
            [
                [t.reaction, *(m for m, _ in t.reactants), "-->", *(m for m, _ in t.products)]
                for t in self.transitions
            ],
            [sorted(t.atom_map.items()) for t in self.transitions],
        ]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]

    @cached_property
    def _index(self) -> dict[str, int]:
        return {r: j for j, r in enumerate(self.reactions)}

    @cached_property
    def _metabolite_index(self) -> dict[str, int]:
        return {m: i for i, m in enumerate(self.metabolites)}

    @cached_property
    def _atoms(self) -> dict[str, int]:
        return count_atoms(self.transitions, [f"flux model {self.id!r}"] * len(self.transitions))


def check_transition(transition: AtomTransition, network, where: str) -> None:
    """InputError unless a transition's molecules are those of its reaction.

    `network` needs `.reactions`, `.metabolites` and `.stoichiometry`. A metabolite without tracked atoms
    may be left out of a transition, but one that is named must stand there once a molecule.
    """
    if transition.reaction not in network.reactions:
        raise InputError(
            f"{where}: there is no reaction {transition.reaction!r} in the network; "
            f"{near(transition.reaction, network.reactions)}"
        )
    column = network.stoichiometry[:, network.reactions.index(transition.reaction)]
    net = Counter(m for m, _ in transition.products)
    net.subtract(m for m, _ in transition.reactants)
    for metabolite, count in net.items():
        if metabolite not in network.metabolites:
            raise InputError(
                f"{where}: there is no metabolite {metabolite!r} in the network; "
                f"{near(metabolite, network.metabolites)}"
            )
        coefficient = column[network.metabolites.index(metabolite)]
        if coefficient != count:
            raise InputError(
                f"{where}: {metabolite} has the coefficient {coefficient:g} in the reaction but "
                f"{count} in the atom transition; write each of its molecules."
            )


def count_atoms(transitions, places) -> dict[str, int]:
    """Carbons of every metabolite; InputError naming the place where two transitions disagree."""
    result: dict[str, tuple[int, str]] = {}
    for transition, where in zip(transitions, places):
        for metabolite, atoms in (*transition.reactants, *transition.products):
            known, reaction = result.setdefault(metabolite, (len(atoms), transition.reaction))
            if known != len(atoms):
                raise InputError(
                    f"{where}: {metabolite} has {len(atoms)} atoms in the transition of "
                    f"{transition.reaction} but {known} in that of {reaction}; correct one of them."
                )
    return {metabolite: n for metabolite, (n, _) in result.items()}


def near(name, known) -> str:
    """A hint which of the known names may be meant."""
    import difflib

    found = difflib.get_close_matches(str(name)[:200], list(known), 1)
    return f"did you mean {found[0]!r}?" if found else "correct the id."


def checked_network(network) -> FluxModel:
    """The network; InputError for a name, a cobra.Model and whatever else is none."""
    if not isinstance(network, FluxModel):
        raise InputError(
            f"network: expected what load_flux_model returns, found a {type(network).__name__}; load the "
            "network with it."
        )
    return network


def load_flux_model(name: str | Path) -> FluxModel:
    """A bundled network ("toy", "toya_core", "ecoli_genome"), or one in the formats of kinetools, BayFlux
    or FluxML.

    name: of a bundled network, or the path of a folder or file; what it is, is seen from its content. The
    folder of a recipe gives the network that is built from it: a minute at first, then seconds.
    Raises InputError naming the file and the row or id at fault.
    """
    from .files import read_flux_model

    return read_flux_model(name)


def write_flux_model(network: FluxModel, path, format: str = "kinetools") -> Path:
    """Write a network into the folder `path`, so that `load_flux_model(path)` gives it again.

    format: "kinetools" (network.json and reactions.csv; keeps every digit) or "bayflux" (SBML and
    transitions). Returns the folder. Raises InputError where the format has no place for something.
    """
    from .files import save_flux_model

    return save_flux_model(network, path, format)
