"""FluxML, the exchange format of 13CFLUX: networks and measurements.

Beyss et al. 2019, Front. Microbiol. 10:1022; https://github.com/modsim/FluxML. What kinetools' own objects
cannot say is refused with a sentence, or, for limits of exchange fluxes, said in a warning.
"""

import warnings
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError
from .borders import add_borders
from .flux_model import FluxModel
from .fluxml_reactions import FluxmlReaction, merge_variants, read_pools, read_reactions
from .linear import Relation, parse_relations
from .plain_network import NO_LIMIT, build_cobra_model
from .safe_xml import Element, parse_xml
from .tables import read_text

INFINITE = float("inf")


@dataclass
class FluxmlDocument:
    """A FluxML file: its reactions with variants merged, constraints, and configurations.

    net, local: relations that hold for the network and for each configuration; shares: what the file calls
    a flux -> (reaction, share of its flux); one_way: reactions without exchange flux, and where it is said;
    left_out: other limits of exchange fluxes.
    """

    path: Path
    root: Element
    pools: dict[str, int]
    reactions: dict[str, FluxmlReaction]
    shares: dict[str, tuple[str, float]]
    net: list[Relation]
    local: list[list[Relation]]
    one_way: dict[str, str]
    left_out: list[Relation]
    configurations: list[Element]

    @property
    def default(self) -> int:
        """Position of the configuration "default", or of the first."""
        names = [c.attributes.get("name") for c in self.configurations]
        return names.index("default") if "default" in names else 0


def read_document(path: Path) -> FluxmlDocument:
    """The content of a FluxML file; InputError naming file and line."""
    root = parse_xml(read_text(path), str(path))
    network = root.first("reactionnetwork")
    if root.tag != "fluxml" or network is None:
        raise InputError(f"{path}: is not FluxML with a reaction network; choose another file.")
    pools = read_pools(network, path)
    reactions = read_reactions(network, pools, path)
    configurations = root.all("configuration")
    net, exchange = (_relations(root, kind, path) for kind in ("net", "xch"))
    local = [[_relations(c, kind, path) for kind in ("net", "xch")] for c in configurations]
    known = {name for r in reactions.values() for name in r.names}
    every_net = [r for part in (net, *(n for n, _ in local)) for r in part]
    every_exchange = [r for part in (exchange, *(x for _, x in local)) for r in part]
    for relation in every_net + every_exchange:
        missing = relation.coefficients.keys() - known
        if missing:
            raise InputError(
                f"{relation.where}: there is no reaction {min(missing)[:50]!r}; correct it."
            )
    reactions, shares = merge_variants(reactions, every_net, every_exchange)

    def translated(relations):
        found = [relation.substituted(shares) for relation in relations]
        return [relation for relation in found if relation.coefficients]

    return FluxmlDocument(
        path,
        root,
        pools,
        reactions,
        shares,
        translated(net),
        [translated(n) for n, _ in local],
        *_without_exchange(translated(every_exchange), reactions),
        configurations,
    )


def _relations(element: Element, kind: str, path) -> list[Relation]:
    relations = []
    for part in element.all("constraints", kind):
        where = f"{path}, line {part.line}"
        if part.first("math") is not None:
            raise InputError(
                f"{where}: constraints in MathML are not read; write them as <textual>."
            )
        for textual in part.all("textual"):
            relations += parse_relations(textual.text, where)
    return relations


def _without_exchange(relations, reactions) -> tuple[dict[str, str], list[Relation]]:
    """Reactions whose exchange flux is fixed to zero, and where; and other limits that matter."""
    closed, other = {}, []
    for relation in relations:
        if relation.single and relation.single[1:] == (0.0, 0.0):
            closed[relation.single[0]] = relation.where
        elif not relation.single or relation.single[2] < INFINITE or relation.single[1] > 0:
            other.append(relation)
    return closed, [
        r
        for r in other
        if any(reactions[f].bidirectional for f in r.coefficients if f not in closed)
    ]


def read_fluxml_network(path: Path) -> FluxModel:
    """The network of a FluxML file, with the constraints that belong to it.

    Those of one flux become bounds; relations of several fluxes, also those of the configuration "default",
    and bounds that fix the direction of a reaction with exchange flux become rows "constraint_…" of the
    stoichiometry, with a slack reaction of the same name unless they are homogeneous equations.
    """
    document = read_document(path)
    if document.left_out:
        warnings.warn(
            f"{document.left_out[0].where}: limits of exchange fluxes other than 0 are left out "
            f"({len(document.left_out)} of them); forward and reverse fluxes are limited by max_flux.",
            stacklevel=4,
        )
    local = document.local[document.default] if document.local else []
    numbers = [abs(v) for r in (*document.net, *local) for v in (r.single or ("", 0, 0))[1:]]
    limit = max(NO_LIMIT, 5 * max((v for v in numbers if v < INFINITE), default=0.0))
    bounds, rows = _bounds_and_rows(document, local, limit)
    reactions = {}
    for reaction in document.reactions.values():
        reactions[reaction.id] = {
            "metabolites": reaction.metabolites,
            "bounds": bounds[reaction.id],
            "where": reaction.where,
        }
    reactions = add_borders(reactions, limit)
    for relation in rows:
        _add_row(reactions, relation, limit)
    info = document.root.first("info")
    name = " ".join((info.first("name").text if info and info.first("name") else "").split())
    model = build_cobra_model(
        "".join(c if c.isalnum() else "_" for c in path.stem) or "network", reactions
    )
    transitions = [t for r in document.reactions.values() for t in r.transitions]
    return FluxModel(model.id, model, tuple(transitions), limit, name, ("read from FluxML",))


def _bounds_and_rows(document, local, limit):
    bounds = {
        r.id: (-limit if r.bidirectional and not r.efflux else 0.0, limit)
        for r in document.reactions.values()
    }
    seen = dict.fromkeys(bounds, (-INFINITE, INFINITE))
    for relation in (*document.net, *local):
        if relation.single:
            flux, lower, upper = relation.single
            seen[flux] = max(seen[flux][0], lower), min(seen[flux][1], upper)
    rows = [r for r in (*document.net, *local) if not r.single]
    for relation in document.net:
        if not relation.single:
            continue
        flux, lower, upper = relation.single
        reaction = document.reactions[flux]
        exchanges = reaction.bidirectional and not reaction.efflux and len(reaction.metabolites) > 1
        if exchanges and flux not in document.one_way and (lower >= 0 or upper <= 0):
            rows.append(relation)
            continue
        low, high = max(bounds[flux][0], lower), min(bounds[flux][1], upper)
        if low > high:
            raise InputError(
                f"{relation.where}: contradicts the direction or other bounds of {flux}."
            )
        bounds[flux] = low, high
    for flux, where in document.one_way.items():
        low, high = bounds[flux]
        if low < 0 < high:
            if seen[flux][0] >= 0:
                bounds[flux] = 0.0, high
            elif seen[flux][1] <= 0:
                bounds[flux] = low, 0.0
            else:
                raise InputError(
                    f"{where}: fixes the exchange flux of {flux} to 0, but its net flux may have either "
                    f'sign; add a net constraint such as {flux} >= 0, or bidirectional="false".'
                )
    return bounds, rows


def _add_row(reactions, relation, limit):
    """A linear relation as a row of the stoichiometry, scaled so that its slack is at most `limit`."""
    number = 1
    while f"constraint_{number}" in reactions or any(
        f"constraint_{number}" in r["metabolites"] for r in reactions.values()
    ):
        number += 1
    name = f"constraint_{number}"
    size = sum(abs(c) for c in relation.coefficients.values())
    for flux, c in relation.coefficients.items():
        metabolites = dict(reactions[flux]["metabolites"])
        metabolites[name] = c / size
        reactions[flux] = reactions[flux] | {"metabolites": metabolites}
    low, high = max(relation.lower / size, -limit), min(relation.upper / size, limit)
    if low > high:
        raise InputError(f"{relation.where}: no flux within the limits can hold this; correct it.")
    if not low == high == 0:
        reactions[name] = {
            "metabolites": {name: -1.0},
            "bounds": (low, high),
            "name": "slack of a linear relation between fluxes",
            "where": relation.where,
        }


def check_stationary(configuration: Element, where: str) -> None:
    """InputError for a configuration whose labelling changes with time."""
    if configuration.attributes.get("stationary", "true").strip().lower() not in ("true", "1"):
        raise InputError(f"{where}: is not stationary; only steady labelling can be simulated.")
