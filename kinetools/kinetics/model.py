"""KineticModel: a network and the rate law of each of its reactions."""

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from ..data import find, number, read_table_file
from ..errors import InputError
from ..network import Network
from .mechanisms import Mechanism, mechanisms

VERSION = 1
MODIFIER_KINDS = ("displacement", "first_order")


@dataclass(frozen=True)
class Modifier:
    """A small molecule that acts on a rate law without being saturable (H⁺, as a rule).

    kind: "displacement" multiplies the backward rate by c^n; "first_order" multiplies the forward
    rate by c^|n| for n < 0 and the backward rate by c^n for n > 0. The stoichiometry n (products
    positive) is at the same time the molecule's coefficient in the mass balance.
    """

    kind: str
    metabolite: str
    stoichiometry: float

    @property
    def forward_order(self) -> float:
        """Exponent of the molecule's concentration in the forward rate."""
        return -self.stoichiometry if self.kind == "first_order" and self.stoichiometry < 0 else 0.0

    @property
    def backward_order(self) -> float:
        """Exponent of the molecule's concentration in the backward rate."""
        if self.kind == "displacement" or self.stoichiometry > 0:
            return self.stoichiometry
        return 0.0


@dataclass(frozen=True)
class Parameter:
    """One Michaelis constant: its name, its place, and whether the rate law contains it."""

    name: str
    reaction: str
    metabolite: str
    role: str
    live: bool


@dataclass(frozen=True)
class Reaction:
    """A reaction: substrates and products as (metabolite, coefficient > 0), rate law, modifiers."""

    id: str
    name: str
    mechanism: str
    substrates: tuple[tuple[str, float], ...]
    products: tuple[tuple[str, float], ...]
    modifiers: tuple[Modifier, ...] = ()

    @property
    def law(self) -> type[Mechanism]:
        """The class of the rate law."""
        return mechanisms()[self.mechanism]

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Its Michaelis constants, substrates and products in turn (the published order)."""
        s_roles, p_roles = self.law.roles(len(self.substrates), len(self.products))
        live = {"substrate": True, "product": self.law.product_in_rate()}
        sides = [
            [(role, m, live[word]) for role, (m, _) in zip(roles, side, strict=True)]
            for word, roles, side in (
                ("substrate", s_roles, self.substrates),
                ("product", p_roles, self.products),
            )
        ]
        # Bi–uni laws list both substrates first; all others alternate.
        if self.law.n_substrates == 2 and self.law.n_products == 1:
            ordered = sides[0] + sides[1]
        else:
            ordered = [
                side[i] for i in range(max(map(len, sides))) for side in sides if i < len(side)
            ]
        return tuple(
            Parameter(f"km_{role}_{self.id}", self.id, metabolite, role, is_live)
            for role, metabolite, is_live in ordered
        )

    def stoichiometry(self) -> dict[str, float]:
        """Net coefficient of each metabolite in the mass balance, modifiers included."""
        net: dict[str, float] = {}
        for metabolite, coefficient in self.substrates:
            net[metabolite] = net.get(metabolite, 0.0) - coefficient
        for metabolite, coefficient in self.products:
            net[metabolite] = net.get(metabolite, 0.0) + coefficient
        for modifier in self.modifiers:
            net[modifier.metabolite] = net.get(modifier.metabolite, 0.0) + modifier.stoichiometry
        return {m: c for m, c in net.items() if c}

    def equation(self) -> str:
        """The reaction as text."""

        def side(sign):
            return " + ".join(
                m if abs(c) == 1 else f"{abs(c):g} {m}"
                for m, c in self.stoichiometry().items()
                if c * sign > 0
            )

        return f"{side(-1)} {'<=>' if self.law.reversible else '-->'} {side(1)}".strip()


@dataclass(frozen=True)
class Metabolite:
    """A metabolite; `boundary` ones have fixed concentrations."""

    id: str
    name: str
    compartment: str
    boundary: bool = False


@dataclass(frozen=True)
class KineticModel:
    """A metabolic network with the rate law of each reaction; parameter values are kept elsewhere.

    dry_weight_fraction (gDW/g) and density (g/L) of the cell turn fluxes in mmol/gDW/h into
    concentration rates in µmol/L/h (`flux_to_rate`).
    """

    id: str
    name: str
    metabolites: tuple[Metabolite, ...]
    reactions: tuple[Reaction, ...]
    dry_weight_fraction: float
    density: float
    source: tuple[str, ...] = ()
    _path: str = field(default="", compare=False, repr=False)

    def __repr__(self):
        dynamic = sum(not m.boundary for m in self.metabolites)
        return (
            f"KineticModel({self.id!r}: {len(self.reactions)} reactions, {len(self.metabolites)} "
            f"metabolites of which {dynamic} dynamic, {len(self.parameters)} Km of which "
            f"{sum(p.live for p in self.parameters)} in the rate laws)"
        )

    @property
    def flux_to_rate(self) -> float:
        """µmol/L/h for one mmol/gDW/h."""
        return 1e3 * self.dry_weight_fraction * self.density

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """All Michaelis constants, reaction by reaction."""
        return tuple(p for r in self.reactions for p in r.parameters)

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """Names of the Michaelis constants, in the order of every `km` array."""
        return tuple(p.name for p in self.parameters)

    @property
    def reaction_ids(self) -> tuple[str, ...]:
        """Ids of the reactions, in the order of every `vmax` array."""
        return tuple(r.id for r in self.reactions)

    @property
    def metabolite_ids(self) -> tuple[str, ...]:
        """Ids of the metabolites, dynamic ones first."""
        return tuple(m.id for m in self.metabolites)

    def reaction(self, reaction_id: str) -> Reaction:
        """The reaction with this id; InputError if there is none."""
        for reaction in self.reactions:
            if reaction.id == reaction_id:
                return reaction
        import difflib

        near = difflib.get_close_matches(str(reaction_id), self.reaction_ids, 1)
        hint = f"did you mean {near[0]!r}?" if near else "model.reaction_ids lists them."
        raise InputError(f"model {self.id!r} has no reaction {reaction_id!r}; {hint}")

    @cached_property
    def network(self) -> Network:
        """The stoichiometry as arrays."""
        index = {m: i for i, m in enumerate(self.metabolite_ids)}
        matrix = np.zeros((len(self.metabolites), len(self.reactions)))
        for j, reaction in enumerate(self.reactions):
            for metabolite, coefficient in reaction.stoichiometry().items():
                matrix[index[metabolite], j] = coefficient
        return Network(
            self.metabolite_ids,
            self.reaction_ids,
            matrix,
            np.array([not m.boundary for m in self.metabolites]),
            {m.id: m.compartment for m in self.metabolites},
        )

    @cached_property
    def hash(self) -> str:
        """Fingerprint of everything that influences numbers (not of names or sources)."""
        content = self.to_dict()
        for key in ("name", "source"):
            content.pop(key)
        for entry in (*content["metabolites"], *content["reactions"]):
            entry.pop("name")
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]

    def to_dict(self) -> dict:
        """The model as the content of its JSON file."""

        def pairs(side):
            return [[m, int(c) if c == int(c) else c] for m, c in side]

        return {
            "format": "kinetools kinetic model",
            "version": VERSION,
            "id": self.id,
            "name": self.name,
            "source": list(self.source),
            "cell": {
                "dry_weight_fraction": self.dry_weight_fraction,
                "density_g_per_l": self.density,
            },
            "metabolites": [
                {"id": m.id, "name": m.name, "compartment": m.compartment, "boundary": m.boundary}
                for m in self.metabolites
            ],
            "reactions": [
                {
                    "id": r.id,
                    "name": r.name,
                    "mechanism": r.mechanism,
                    "substrates": pairs(r.substrates),
                    "products": pairs(r.products),
                    "modifiers": [
                        {
                            "kind": m.kind,
                            "metabolite": m.metabolite,
                            "stoichiometry": m.stoichiometry,
                        }
                        for m in r.modifiers
                    ],
                }
                for r in self.reactions
            ],
        }

    def to_cobra(self):
        """The stoichiometry as a `cobra.Model`, with an exchange reaction for each boundary metabolite.

        The objective is the reaction with "biomass" in its id, or else the first one (a rate law has
        none, but SBML's flux-balance package must name one).
        """
        import cobra

        result = cobra.Model(self.id, name=self.name)
        result.compartments = {
            c: {"c": "cytosol", "e": "extracellular space", "p": "periplasm"}.get(c, c)
            for c in dict.fromkeys(m.compartment for m in self.metabolites)
        }
        species = {
            m.id: cobra.Metabolite(m.id, name=m.name, compartment=m.compartment)
            for m in self.metabolites
        }
        result.add_metabolites(list(species.values()))
        for reaction in self.reactions:
            entry = cobra.Reaction(
                reaction.id,
                name=reaction.name,
                lower_bound=-1000.0 if reaction.law.reversible else 0.0,
                upper_bound=1000.0,
            )
            entry.add_metabolites({species[m]: c for m, c in reaction.stoichiometry().items()})
            result.add_reactions([entry])
        for metabolite in self.metabolites:
            if metabolite.boundary:
                result.add_boundary(species[metabolite.id], type="exchange")
        result.objective = next(
            (r for r in result.reactions if "biomass" in r.id.lower()), result.reactions[0]
        )
        return result


def load_kinetic_model(name) -> KineticModel:
    """Read a kinetic model: a bundled name such as "ecoli", or the path of a JSON or YAML file.

    Raises InputError naming the file and the reaction or metabolite at fault.
    """
    path = find("models", name)
    return kinetic_model_from_dict(read_table_file(path, "kinetic model", VERSION), str(path))


def kinetic_model_from_dict(content: dict, where: str = "model") -> KineticModel:
    """A kinetic model from the content of its file; see docs/file_formats.md."""
    metabolites = tuple(
        _metabolite(entry, f"{where}: metabolite {i + 1}")
        for i, entry in enumerate(_list(content, "metabolites", where))
    )
    metabolites = tuple(sorted(metabolites, key=lambda m: m.boundary))
    known = {m.id for m in metabolites}
    _no_repeats([m.id for m in metabolites], where, "metabolite")
    reactions = tuple(
        _reaction(entry, f"{where}: reaction {i + 1}", known)
        for i, entry in enumerate(_list(content, "reactions", where))
    )
    _no_repeats([r.id for r in reactions], where, "reaction")
    _no_repeats([p.name for r in reactions for p in r.parameters], where, "parameter")
    used = {m for r in reactions for m in r.stoichiometry()}
    for metabolite in metabolites:
        if not metabolite.boundary and metabolite.id not in used:
            raise InputError(
                f"{where}: metabolite {metabolite.id!r} takes part in no reaction; remove it."
            )
    cell = content.get("cell")
    if not isinstance(cell, dict):
        raise InputError(
            f'{where}: needs a "cell" entry with "dry_weight_fraction" and "density_g_per_l".'
        )
    return KineticModel(
        id=_text(content, "id", where),
        name=_name(content, content["id"], where),
        metabolites=metabolites,
        reactions=reactions,
        dry_weight_fraction=number(
            cell.get("dry_weight_fraction"), f"{where}: cell dry_weight_fraction", positive=True
        ),
        density=number(
            cell.get("density_g_per_l"), f"{where}: cell density_g_per_l", positive=True
        ),
        source=text_list(content, "source", where),
        _path=where,
    )


def save_kinetic_model(model: KineticModel, path) -> Path:
    """Write a model as a JSON file that `load_kinetic_model` reads."""
    from ..store import write_text

    return write_text(path, dump_records(model.to_dict()))


def dump_records(content: dict) -> str:
    """JSON with one line an entry of each list or table: short files, readable differences."""
    lines = []
    for key, value in content.items():
        if isinstance(value, list) and value:
            body = ",\n".join("    " + json.dumps(v, ensure_ascii=False) for v in value)
            text = f"[\n{body}\n  ]"
        elif isinstance(value, dict) and value:
            body = ",\n".join(
                f"    {json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}"
                for k, v in value.items()
            )
            text = f"{{\n{body}\n  }}"
        else:
            text = json.dumps(value, ensure_ascii=False)
        lines.append(f"  {json.dumps(key)}: {text}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _metabolite(entry, where) -> Metabolite:
    identifier = _text(entry, "id", where)
    boundary = entry.get("boundary", False)
    if not isinstance(boundary, bool):
        raise InputError(f'{where} ({identifier}): "boundary" must be true or false.')
    return Metabolite(
        identifier,
        _name(entry, identifier, f"{where} ({identifier})"),
        _text(entry, "compartment", f"{where} ({identifier})"),
        boundary,
    )


def _reaction(entry, where, known) -> Reaction:
    identifier = _text(entry, "id", where)
    where = f"{where} ({identifier})"
    mechanism = _text(entry, "mechanism", where)
    if mechanism not in mechanisms():
        raise InputError(
            f"{where}: unknown mechanism {mechanism!r}; known are {', '.join(mechanisms())}."
        )
    sides = [_reactants(entry, side, where, known) for side in ("substrates", "products")]
    modifiers = tuple(
        _modifier(m, f"{where}, modifier {i + 1}", known)
        for i, m in enumerate(_list(entry, "modifiers", where, required=False))
    )
    law = mechanisms()[mechanism]
    law.check(where, *[[c for _, c in side] for side in sides])
    return Reaction(identifier, _name(entry, identifier, where), mechanism, *sides, modifiers)


def _reactants(entry, side, where, known):
    result = []
    for pair in _list(entry, side, where, required=False):
        if not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[0], str):
            raise InputError(
                f"{where}: each of the {side} must be [metabolite id, coefficient], found {pair!r}."
            )
        _known(pair[0], where, known)
        result.append(
            (pair[0], number(pair[1], f"{where}: coefficient of {pair[0]}", positive=True))
        )
    return tuple(result)


def _modifier(entry, where, known) -> Modifier:
    kind = _text(entry, "kind", where)
    if kind not in MODIFIER_KINDS:
        raise InputError(f"{where}: unknown kind {kind!r}; known are {', '.join(MODIFIER_KINDS)}.")
    metabolite = _text(entry, "metabolite", where)
    _known(metabolite, where, known)
    return Modifier(kind, metabolite, number(entry.get("stoichiometry"), f"{where}: stoichiometry"))


def _known(metabolite, where, known):
    if metabolite not in known:
        raise InputError(
            f"{where}: metabolite {metabolite!r} is not in the model's list of metabolites; "
            "add it there or correct the id."
        )


def _list(entry, key, where, required=True) -> list:
    value = entry.get(key)
    if value is None and not required:
        return []
    if not isinstance(value, list) or (required and not value):
        raise InputError(f'{where}: needs a list "{key}".')
    return value


def _text(entry, key, where) -> str:
    value = entry.get(key) if isinstance(entry, dict) else None
    if not isinstance(value, str) or not value:
        raise InputError(f'{where}: needs a text entry "{key}".')
    if not value.isprintable():
        raise InputError(
            f'{where}: "{key}" is {value!r}, with characters that cannot be printed; correct it.'
        )
    return value


def _name(entry, identifier, where) -> str:
    return identifier if entry.get("name") is None else _text(entry, "name", where)


def text_list(content, key, where) -> tuple[str, ...]:
    """An optional list of texts, such as the sources of a file."""
    value = content.get(key)
    value = [] if value is None else value
    if not isinstance(value, list) or not all(
        isinstance(v, str) and v.isprintable() for v in value
    ):
        raise InputError(f'{where}: "{key}" must be a list of printable texts.')
    return tuple(value)


def _no_repeats(ids, where, what):
    seen = set()
    for identifier in ids:
        if identifier in seen:
            raise InputError(f"{where}: {what} {identifier!r} is listed twice; keep one.")
        seen.add(identifier)
