"""Recipes: which model, transitions and decisions a FluxModel is built from (a folder with recipe.json)."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from ...data import number, read_table_file
from ...errors import InputError
from ..atoms import AtomTransition
from ..equations import check_id, net_coefficients, parse_equation
from ..gene_rules import read_gene_names
from ..heads import read_head
from ..tables import read_table
from .transition_table import read_transitions

VERSION = 1
HEAD = "recipe.json"
ENTRIES = {
    "model",
    "transitions",
    "measurements",
    "growth",
    "max_flux",
    "medium",
    "cofactors",
    "untracked",
    "published",
}
FOLDER_NAME = re.compile(r"\w[\w.+-]{0,99}")
SIZES = ("reactions", "metabolites", "labelled", "varying")


@dataclass(frozen=True)
class Recipe:
    """Everything that the steps need beside the model itself.

    model: COBRApy's name of a model, or the path of one; transitions, one_way: the table; extra: reactions
    to add; ids: decisions about ids; bounds: that differ from the model's; genes: their names by id;
    measurements: names; growth: a reaction; max_flux: mmol/gDW/h; medium: further uptakes; cofactors,
    untracked: metabolites;
    curated, curated_one_way: transitions looked up by hand; symmetric: metabolite -> order of its atoms
    when turned; published: sizes to compare with; files: everything that was read.
    """

    id: str
    name: str
    source: tuple[str, ...]
    model: str
    transitions: tuple[AtomTransition, ...] = field(repr=False)
    one_way: frozenset[str] = field(repr=False)
    measurements: tuple[str, ...]
    growth: str
    max_flux: float
    medium: tuple[str, ...] = ()
    cofactors: tuple[str, ...] = ()
    untracked: tuple[str, ...] = ()
    published: dict = field(default_factory=dict)
    extra: dict = field(default_factory=dict, repr=False)
    ids: dict = field(default_factory=dict, repr=False)
    bounds: dict = field(default_factory=dict, repr=False)
    genes: dict = field(default_factory=dict, repr=False)
    curated: tuple[AtomTransition, ...] = field(default=(), repr=False)
    curated_one_way: frozenset[str] = field(default=frozenset(), repr=False)
    symmetric: dict = field(default_factory=dict, repr=False)
    files: tuple[Path, ...] = field(default=(), repr=False)


def read_recipe(folder) -> Recipe:
    """The recipe in a folder: recipe.json and tables beside it; InputError naming file and row.

    Tables: transitions.csv (or the one that the entry "transitions" names), and if they are there
    extra_reactions.csv, ids.csv, bounds.csv, genes.csv, curated.csv and symmetric.csv.
    """
    folder = Path(folder)
    head = folder / HEAD
    content = read_table_file(head, "flux recipe", VERSION)
    identifier, name, source = read_head(content, head, ENTRIES)
    if not FOLDER_NAME.fullmatch(identifier):
        raise InputError(
            f'{head}: the "id" {identifier[:100]!r} cannot name the folder in which the network is kept; '
            'use at most 100 letters, digits, "_", "-", "+" and ".", and begin with one of the first three.'
        )
    model = _text(content, "model", head)
    model = str(folder / model) if is_path(model) else model
    table = folder / _text(content, "transitions", head, "transitions.csv")
    transitions, one_way = read_transitions(table)
    files = [head, table, *([Path(model)] if is_path(model) and os.path.isfile(model) else [])]

    def read(file, reader, default):
        path = folder / file
        if not path.is_file():
            return default
        files.append(path)
        return reader(path)

    from ..files import find_folder

    measurements = tuple(
        str(folder / data) if is_path(data) else data
        for data in _words(content, "measurements", head)
    )

    for data in measurements:
        path = find_folder("measurements", "measurements.json", data)
        files += sorted(path.glob("*")) if path.is_dir() else [path]
    curated, curated_one_way = read("curated.csv", read_transitions, ((), frozenset()))
    return Recipe(
        id=identifier,
        name=name,
        source=source,
        model=model,
        transitions=transitions,
        one_way=one_way,
        measurements=measurements,
        growth=check_id(_text(content, "growth", head), "reaction", f'{head}: "growth"'),
        max_flux=number(content.get("max_flux"), f"{head}: max_flux", positive=True),
        medium=_words(content, "medium", head),
        cofactors=_words(content, "cofactors", head),
        untracked=_words(content, "untracked", head),
        published=_published(content, head),
        extra=read("extra_reactions.csv", _read_extra, {}),
        ids=read("ids.csv", read_decisions, {}),
        bounds=read("bounds.csv", _read_bounds, {}),
        genes=read("genes.csv", read_gene_names, {}),
        curated=curated,
        curated_one_way=curated_one_way,
        symmetric=read("symmetric.csv", _read_symmetric, {}),
        files=tuple(files),
    )


def read_decisions(path) -> dict[tuple[str, str], str]:
    """Decisions about ids, for `match_ids`: a table of kind, given, in_model (empty: leave out)."""
    decisions = {}
    for row in read_table(Path(path), ("kind", "given", "in_model"), ("suggestions",)):
        key = row.text("kind"), row.text("given")
        if key[0] not in ("reaction", "metabolite"):
            raise InputError(
                f'{row.where}: the kind is "reaction" or "metabolite", found {key[0]!r}; correct it.'
            )
        if key in decisions:
            raise InputError(
                f"{row.where}: {key[0]} {key[1]!r} stands above already; keep one row."
            )
        decisions[key] = row.label("in_model")
    return decisions


def is_path(given: str) -> bool:
    """Is something given by a path (with a separator or an ending), and not by a name?"""
    path = Path(given)
    return bool(path.suffix) or path.name != given


def _text(content, entry, head, default=None) -> str:
    value = content.get(entry, default)
    if not isinstance(value, str) or not value.isprintable() or not value:
        raise InputError(
            f'{head}: "{entry}" must be a printable text, found {value!r}; correct it.'
        )
    return value


def _words(content, entry, head) -> tuple[str, ...]:
    value = content.get(entry, [])
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise InputError(f'{head}: "{entry}" must be a list of ids; correct it.')
    return tuple(check_id(v, entry, f'{head}: "{entry}"') for v in value)


def _published(content, head) -> dict:
    value = content.get("published", {})
    good = isinstance(value, dict) and all(
        isinstance(n, int) if k in SIZES else k == "source" and isinstance(n, str)
        for k, n in value.items()
    )
    if not good:
        raise InputError(
            f'{head}: "published" must hold whole numbers for {", ".join(SIZES)} and a "source"; '
            "correct it."
        )
    return value


def _read_extra(path) -> dict[str, dict]:
    reactions = {}
    optional = ("name", "subsystem", "genes", "lower_bound", "upper_bound")
    for row in read_table(path, ("reaction", "equation"), optional):
        reaction = check_id(row.text("reaction"), "reaction", row.where)
        if reaction in reactions:
            raise _repeated(row, reaction)
        reactants, products, both = parse_equation(row.text("equation"), row.where)
        bounds = (
            row.number("lower_bound", -1000.0 if both else 0.0),
            row.number("upper_bound", 1000.0),
        )
        if bounds[0] > bounds[1]:
            raise InputError(f"{row.where} ({reaction}): the lower bound is above the upper one.")
        reactions[reaction] = {
            "metabolites": {m: c for m, c in net_coefficients(reactants, products).items() if c},
            "bounds": bounds,
            "name": row.label("name"),
            "subsystem": row.label("subsystem"),
            "genes": row.label("genes"),
            "where": f"{row.where} ({reaction})",
        }
    return reactions


def _read_bounds(path) -> dict[str, tuple[float, float]]:
    bounds = {}
    for row in read_table(path, ("reaction", "lower_bound", "upper_bound")):
        reaction = check_id(row.text("reaction"), "reaction", row.where)
        if reaction in bounds:
            raise _repeated(row, reaction)
        pair = row.number("lower_bound"), row.number("upper_bound")
        if pair[0] > pair[1]:
            raise InputError(f"{row.where}: the lower bound is above the upper one; swap them.")
        bounds[reaction] = pair
    return bounds


def _read_symmetric(path) -> dict[str, tuple[int, ...]]:
    orders = {}
    for row in read_table(path, ("metabolite", "order")):
        metabolite = check_id(row.text("metabolite"), "metabolite", row.where)
        if metabolite in orders:
            raise _repeated(row, metabolite)
        words = row.words("order")
        if not words or not all(w.isdecimal() and len(w) < 5 for w in words):
            raise InputError(
                f'{row.where}: the order is a list of positions such as "4 3 2 1"; correct it.'
            )
        orders[metabolite] = tuple(map(int, words))
    return orders


def _repeated(row, identifier) -> InputError:
    return InputError(f"{row.where}: {identifier} stands above already; keep one row.")
