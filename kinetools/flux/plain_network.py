"""Networks in kinetools' own tables: a folder with network.json and reactions.csv."""

import json
from pathlib import Path

from ..data import number, read_table_file
from ..errors import InputError
from .atoms import AtomTransition
from .equations import check_id, net_coefficients, parse_equation, write_equation
from .flux_model import RELATIONS, FluxModel, check_transition, count_atoms
from .gene_rules import read_gene_names, set_gene_rule
from .heads import read_head
from .tables import read_table, table_text

VERSION = 1
NETWORK_FILES = ("network.json", "reactions.csv", "metabolites.csv", "genes.csv")
NO_LIMIT = 1000.0  # bound of a flux that nothing but max_flux limits, as in COBRApy
REQUIRED = ("reaction", "equation")
OPTIONAL = ("lower_bound", "upper_bound", "atoms", "carbon_equation", "name", "genes")


def read_plain_network(folder: Path) -> FluxModel:
    """The network in a folder; InputError naming file and row."""
    head = folder / "network.json"
    content = read_table_file(head, "flux model", VERSION)
    identifier, name, source = read_head(content, head, {"max_flux"})
    max_flux = number(content.get("max_flux"), f"{head}: max_flux", positive=True)
    path = folder / "reactions.csv"
    rows = read_table(path, REQUIRED, OPTIONAL)
    if not rows:
        raise InputError(f"{path}: lists no reactions; write one a row.")
    reactions: dict[str, dict] = {}
    transitions, places = [], []
    for row in rows:
        reaction = check_id(row.text("reaction"), "reaction", row.where)
        where = f"{row.where} ({reaction})"
        if reaction not in reactions:
            reactions[reaction] = _reaction(row, where, max_flux)
        else:
            _check_repeat(row, reactions[reaction], where)
        equation = row["carbon_equation"] or row["equation"] or reactions[reaction]["equation"]
        if row["atoms"]:
            transitions.append(AtomTransition.parse(reaction, equation, row["atoms"], where))
            places.append(where)
        elif row["carbon_equation"]:
            raise InputError(f"{where}: has a carbon_equation but no atoms; write them.")
    model = build_cobra_model(identifier, reactions, _read_metabolites(folder, reactions))
    _name_genes(folder / "genes.csv", model)
    count_atoms(transitions, places)
    arrays = NetworkArrays(model)
    for transition, place in zip(transitions, places):
        check_transition(transition, arrays, place)
    return FluxModel(identifier, model, tuple(transitions), max_flux, name, source)


def _name_genes(path, model):
    """Names of genes, if there is a table of them."""
    for gene, name in (read_gene_names(path) if path.is_file() else {}).items():
        if gene not in model.genes:
            raise InputError(
                f"{path}: no reaction's rule has the gene {gene[:100]!r}; correct the id or remove the row."
            )
        model.genes.get_by_id(gene).name = name


class NetworkArrays:
    """What `check_transition` needs of a network that is still being read."""

    def __init__(self, model):
        from cobra.util.array import create_stoichiometric_matrix

        self.reactions = [r.id for r in model.reactions]
        self.metabolites = [m.id for m in model.metabolites]
        self.stoichiometry = create_stoichiometric_matrix(model)


def _reaction(row, where, max_flux) -> dict:
    reactants, products, reversible = parse_equation(row.text("equation"), where)
    limit = max(NO_LIMIT, max_flux)
    lower = row.number("lower_bound", -limit if reversible else 0.0)
    upper = row.number("upper_bound", limit)
    if lower > upper:
        raise InputError(
            f"{where}: the lower bound {lower:g} is above the upper bound {upper:g}; swap or correct "
            "them."
        )
    if lower < 0 and not reversible:
        raise InputError(
            f"{where}: the lower bound {lower:g} allows the backward direction, but the arrow is one-way; "
            'write "<==>" or a bound of 0.'
        )
    return {
        "equation": row["equation"],
        "metabolites": net_coefficients(reactants, products),
        "bounds": (lower, upper),
        "name": row.label("name"),
        "genes": row.label("genes"),
        "where": where,
    }


def _check_repeat(row, first, where):
    for column in ("equation", "lower_bound", "upper_bound", "name", "genes"):
        if row[column] and (column != "equation" or row[column] != first["equation"]):
            raise InputError(
                f"{where}: the reaction stands above already; a further row gives another atom "
                f'transition and leaves "{column}" empty.'
            )


def _read_metabolites(folder: Path, reactions) -> dict[str, dict[str, str]]:
    """{id: {"name", "formula", "compartment"}} of the table of metabolites, if there is one."""
    path = folder / "metabolites.csv"
    if not path.is_file():
        return {}
    used = {m for content in reactions.values() for m in content["metabolites"]}
    result: dict[str, dict[str, str]] = {}
    for row in read_table(path, ("metabolite",), ("name", "formula", "compartment")):
        metabolite = check_id(row.text("metabolite"), "metabolite", row.where)
        if metabolite in result or metabolite not in used:
            problem = "stands above already" if metabolite in result else "is in no reaction"
            raise InputError(f"{row.where}: metabolite {metabolite!r} {problem}; remove the row.")
        result[metabolite] = {k: row.label(k) for k in ("name", "formula", "compartment")}
    return result


def build_cobra_model(identifier: str, reactions: dict[str, dict], described=None):
    """A `cobra.Model` of {id: {"metabolites", "bounds", "name", "genes", "where"}}.

    described: {metabolite: {"name", "formula", "compartment"}} of some metabolites, which come first.
    """
    import cobra

    model = cobra.Model(identifier)
    metabolites: dict[str, cobra.Metabolite] = {}
    for m, words in (described or {}).items():
        formula, name = words["formula"] or None, words["name"]
        metabolites[m] = cobra.Metabolite(
            m, formula, name, None, words["compartment"] or compartment(m)
        )
    for content in reactions.values():
        for m in content["metabolites"]:
            if m not in metabolites:
                metabolites[m] = cobra.Metabolite(m, compartment=compartment(m))
    model.add_metabolites(list(metabolites.values()))
    built = []
    for reaction_id, content in reactions.items():
        lower, upper = content["bounds"]
        reaction = cobra.Reaction(reaction_id, content.get("name") or "", "", lower, upper)
        coefficients = {metabolites[m]: c for m, c in content["metabolites"].items() if c}
        if not coefficients:
            raise InputError(
                f"{content['where']}: nothing is left of the equation when both sides are subtracted; "
                "correct it."
            )
        reaction.add_metabolites(coefficients)
        if content.get("genes"):
            set_gene_rule(reaction, content["genes"], content["where"])
        built.append(reaction)
    model.add_reactions(built)
    return model


def compartment(metabolite: str) -> str:
    """The compartment that a BiGG-like id names by its last letter: "c" where it names none.

    "constraint_…" is no substance but a linear relation between fluxes.
    """
    if metabolite.startswith("constraint_"):
        return RELATIONS
    _, underscore, last = metabolite.rpartition("_")
    return last if underscore and len(last) == 1 and last.isalpha() else "c"


def write_plain_network(network: FluxModel) -> dict[str, str]:
    """{file name: text} of a network's folder."""
    head = {
        "format": "kinetools flux model",
        "version": VERSION,
        "id": network.id,
        "name": network.name,
        "source": list(network.source),
        "max_flux": network.max_flux,
    }
    transitions: dict[str, list[AtomTransition]] = {r: [] for r in network.reactions}
    for transition in network.transitions:
        transitions[transition.reaction].append(transition)
    rows = []
    for j, reaction in enumerate(network.cobra_model.reactions):
        lower, upper = float(network.lower_bound[j]), float(network.upper_bound[j])
        column = network.stoichiometry[:, j]
        mine = transitions[reaction.id]
        equation = _equation(column, network.metabolites, mine, lower < 0)
        for i, transition in enumerate(mine or [None]):
            carbons = transition.equation(lower < 0) if transition else ""
            rows.append(
                [reaction.id, equation if i == 0 else ""]
                + ([lower, upper] if i == 0 else ["", ""])
                + [
                    carbons if carbons != equation else "",
                    transition.letters() if transition else "",
                ]
                + ([_name(reaction), reaction.gene_reaction_rule] if i == 0 else ["", ""])
            )
    header = ["reaction", "equation", "lower_bound", "upper_bound"]
    header += ["carbon_equation", "atoms", "name", "genes"]
    files = {
        "network.json": json.dumps(head, ensure_ascii=False, indent=1) + "\n",
        "reactions.csv": table_text(header, rows),
    }
    metabolites = [
        [
            m.id,
            _name(m),
            m.formula or "",
            "" if m.compartment == compartment(m.id) else m.compartment,
        ]
        for m in map(network.cobra_model.metabolites.get_by_id, network.metabolites)
    ]
    sides = (parse_equation(row[1], row[0])[:2] for row in rows if row[1])
    in_order = tuple(dict.fromkeys(m for pair in sides for side in pair for m, _ in side))
    if in_order != network.metabolites or any(any(row[1:]) for row in metabolites):
        # The table keeps the order, too.
        files["metabolites.csv"] = table_text(
            ["metabolite", "name", "formula", "compartment"], metabolites
        )
    genes = [[g.id, _name(g)] for g in network.cobra_model.genes if _name(g) not in ("", g.id)]
    if genes:
        files["genes.csv"] = table_text(["gene", "name"], genes)
    return files


def _equation(column, metabolites, transitions, reversible) -> str:
    """The net equation, in the words of the first transition if that names every molecule."""
    sides = [
        [(m, abs(float(c))) for m, c in zip(metabolites, column) if c * sign > 0]
        for sign in (-1, 1)
    ]
    if transitions and sum(map(len, sides)):
        first = transitions[0]
        named = net_coefficients(
            [(m, 1) for m, _ in first.reactants], [(m, 1) for m, _ in first.products]
        )
        if {m: c for m, c in named.items() if c} == net_coefficients(*sides):
            return first.equation(reversible)
    return write_equation(*sides, reversible)


def _name(entry) -> str:
    return " ".join((entry.name or "").split())
