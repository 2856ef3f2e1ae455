"""Reactions of FluxML, and the variants of one reaction that only differ in their atoms."""

import itertools
import re
from collections import Counter
from dataclasses import dataclass, field, replace

from ..errors import InputError
from .atoms import AtomTransition, check_balance
from .equations import check_id, net_coefficients
from .safe_xml import Element

_ATOM = re.compile(r"([A-Z][a-z]?)#(\d{1,4})@(\w{1,10})")
MOST_VARIANTS = 16


@dataclass
class FluxmlReaction:
    """One reaction: its metabolites a molecule each, direction, and transitions.

    names: what the file calls its flux; several for variants, which share it equally.
    """

    id: str
    where: str
    reactants: list[str]
    products: list[str]
    bidirectional: bool
    names: tuple[str, ...]
    transitions: list[AtomTransition] = field(default_factory=list)

    @property
    def metabolites(self) -> dict[str, float]:
        """Net coefficients."""
        return net_coefficients([(m, 1) for m in self.reactants], [(m, 1) for m in self.products])

    @property
    def efflux(self) -> bool:
        """Leaves the system: has no products, and so goes one way only."""
        return not self.products


def read_pools(network: Element, path) -> dict[str, int]:
    """pool -> number of labelled atoms."""
    pools = {}
    for element in network.all("metabolitepools", "pool"):
        where = f"{path}, line {element.line}"
        pool = check_id(element.attributes.get("id"), "metabolite", where)
        atoms = element.attributes.get("atoms", "0").strip()
        if not re.fullmatch(r"\d{1,4}", atoms) or int(atoms) > 1024:
            raise InputError(
                f"{where} ({pool}): atoms is {atoms[:20]!r}, expected 0 to 1024; correct it."
            )
        if pool in pools:
            raise InputError(f"{where}: metabolite {pool!r} is listed twice; keep one.")
        pools[pool] = int(atoms)
    return pools


def read_reactions(network: Element, pools, path) -> dict[str, FluxmlReaction]:
    """id -> reaction, in the order of the file."""
    reactions: dict[str, FluxmlReaction] = {}
    for element in network.all("reaction"):
        where = f"{path}, line {element.line}"
        names = tuple(element.attributes.get("id", "").split()) or ("",)
        for name in names:
            check_id(name, "reaction", where)
        where += f" ({names[0]})"
        reaction = _reaction(element, names, pools, where)
        if any(n in reactions for n in (*names, reaction.id)):
            raise InputError(f"{where}: the reaction stands above already; keep one.")
        reactions[reaction.id] = reaction
    if not reactions:
        raise InputError(f"{path}: lists no reactions.")
    return reactions


def _reaction(element, names, pools, where):
    sides, choices = [], []
    for tag in ("reduct", "rproduct"):
        side = []
        for molecule in element.all(tag):
            pool = molecule.attributes.get("id", "")
            if pool not in pools:
                raise InputError(
                    f"{where}: there is no pool {pool[:50]!r}; add it or correct the id."
                )
            variants = molecule.all("variant")
            ratios = {v.attributes.get("ratio", "") for v in variants}
            if len(ratios) > 1:
                raise InputError(
                    f"{where}: variants of {pool} with different ratios; only equal ones can be read."
                )
            choices.append(
                [
                    _atoms(m.attributes.get("cfg", ""), pool, pools[pool], where)
                    for m in variants or [molecule]
                ]
            )
            side.append(pool)
        sides.append(side)
    direction = element.attributes.get("bidirectional", "true").strip().lower()
    if direction not in ("true", "false", "1", "0"):
        raise InputError(f"{where}: bidirectional is {direction[:20]!r}, expected true or false.")
    reaction = FluxmlReaction(
        names[0] if len(names) == 1 else common_name(names),
        where,
        *sides,
        direction in ("true", "1"),
        names,
    )
    if not sides[0]:
        raise InputError(f"{where}: has no reduct; write where it comes from.")
    combinations = 1
    for choice in choices:
        combinations *= len(choice)
    if combinations > MOST_VARIANTS:
        raise InputError(f"{where}: {combinations} variants are more than {MOST_VARIANTS}.")
    n = len(sides[0])
    for atoms in itertools.product(*choices):
        left, right = (
            tuple((m, a) for m, a in zip(side, part) if a)
            for side, part in ((sides[0], atoms[:n]), (sides[1], atoms[n:]))
        )
        if reaction.efflux or (not left and not right):
            continue
        check_balance(left, right, where)
        reaction.transitions.append(AtomTransition(reaction.id, left, right))
    return reaction


def _atoms(cfg, pool, n_atoms, where):
    cfg = cfg.strip()
    if "#" in cfg:
        words = cfg.split()
        matches = [_ATOM.fullmatch(word) for word in words]
        if None in matches:
            raise InputError(
                f"{where}: {words[matches.index(None)][:20]!r} of {pool} is not an atom such as C#1@1."
            )
        other = [m[1] for m in matches if m[1] != "C"]
        if other:
            raise InputError(
                f"{where}: {pool} has labelled {other[0]}; only carbon can be followed."
            )
        atoms = tuple(words)
    else:
        atoms = tuple(cfg)
    if len(atoms) != n_atoms:
        raise InputError(
            f"{where}: {pool} has {len(atoms)} atoms here but {n_atoms} in its pool; correct one of them."
        )
    return atoms


def common_name(names) -> str:
    """What the names of variants have in common: "v25" for v25___1 and v25___2; else the first name."""
    shortest = min(names, key=len)
    n = next((i for i, c in enumerate(shortest) if any(x[i] != c for x in names)), len(shortest))
    return shortest[:n].rstrip("_.-") or names[0]


def merge_variants(reactions, relations, exchange_relations):
    """Reactions that are variants of one become one; returns reactions and {flux: (reaction, share)}.

    Variants have the same metabolites and fluxes that the relations say are equal (net, and exchange where
    they go both ways): FluxML's way of writing several atom transitions of one reaction.
    """
    equal = [_pairs(rs) for rs in (relations, exchange_relations)]
    groups: list[list[str]] = []
    for name, reaction in reactions.items():
        for group in groups:
            first = reactions[group[0]]
            if all(
                Counter(a) == Counter(b)
                for a, b in (
                    (first.reactants, reaction.reactants),
                    (first.products, reaction.products),
                )
            ) and any(
                frozenset((name, other)) in equal[0]
                and (not reaction.bidirectional or frozenset((name, other)) in equal[1])
                for other in group
                if reactions[other].bidirectional == reaction.bidirectional
                and reaction.transitions
                and len(reactions[other].transitions) == len(reaction.transitions)
            ):
                group.append(name)
                break
        else:
            groups.append([name])
    merged, shares = {}, {}
    for group in groups:
        first = reactions[group[0]]
        if len(group) > 1:
            name = common_name(group)
            if name in reactions and name not in group:
                name = group[0]
            transitions = [
                AtomTransition(name, t.reactants, t.products)
                for member in group
                for t in reactions[member].transitions
            ]
            first = replace(first, id=name, transitions=transitions)
        for member in group:
            for name in reactions[member].names:
                shares[name] = first.id, 1 / (len(group) * len(reactions[member].names))
        merged[first.id] = first
    return merged, shares


def _pairs(relations) -> set[frozenset[str]]:
    """Pairs of fluxes that a relation says are equal."""
    return {
        frozenset(r.coefficients)
        for r in relations
        if len(r.coefficients) == 2
        and r.lower == r.upper == 0
        and abs(sum(r.coefficients.values())) <= 1e-12 * max(map(abs, r.coefficients.values()))
    }
