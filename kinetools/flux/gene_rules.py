"""The rules that tie reactions to genes, and which reactions a knock-out of genes closes by them."""

import logging
import warnings

from ..data import one_line
from ..errors import InputError
from .flux_model import near
from .tables import read_table

LISTED = 3  # rules in a sentence


def set_gene_rule(reaction, rule: str, where: str) -> None:
    """Give a reaction of COBRApy its rule of genes, "" for none; InputError if it is not understood.

    COBRApy itself only warns of a malformed rule, with a traceback, and then leaves it empty.
    """
    log = logging.getLogger("cobra.core.gene")
    silent, log.disabled = log.disabled, True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            reaction.gene_reaction_rule = rule
        problem = "" if reaction.genes or not rule.strip() else repr(rule[:100])
    except Exception as error:  # its parser of rules is Python's own
        problem = f"{rule[:100]!r}: {one_line(error)[:100]}"
    finally:
        log.disabled = silent
    if problem:
        raise InputError(
            f"{where}: the rule of genes is not understood ({problem}); write ids joined by "
            '"and", "or" and brackets.'
        )


def read_gene_names(path) -> dict[str, str]:
    """Names of genes in a table with the columns gene and name: id -> name. InputError naming the row."""
    names = {}
    for row in read_table(path, ("gene", "name")):
        gene = row.text("gene")
        if gene in names:
            raise InputError(f"{row.where}: {gene} stands above already; keep one row.")
        names[gene] = row.label("name")
    return names


def reactions_without(network, genes) -> tuple[str, ...]:
    """Ids of the reactions that cannot run without the genes, in the network's order; there may be none.

    network: FluxModel; genes: ids or names, all of which are knocked out. Reactions come from the
    gene–protein–reaction rules of the cobra model ("b1854 or b1676" needs both knocked out).
    Raises InputError for a network without rules, unknown genes, and genes without reactions.
    """
    lost = _genes(network, genes)
    out = {gene.id for gene in lost}
    closed = {r.id for r in _ruled(network) if not r.gpr.eval(out)}
    return tuple(r for r in network.reactions if r in closed)


def reactions_that_go_on(network, genes) -> str:
    """In words, those reactions of the genes that can run without them, with their rules."""
    lost = set(_genes(network, genes))
    out = {gene.id for gene in lost}
    rules = [
        f"{r.id} ({r.gene_reaction_rule})"
        for r in _ruled(network)
        if r.genes & lost and r.gpr.eval(out)
    ]
    more = f" and {len(rules) - LISTED} more" if len(rules) > LISTED else ""
    return ", ".join(rules[:LISTED]) + more


def _ruled(network):
    return [r for r in network.cobra_model.reactions if r.genes]


def _genes(network, genes):
    """Genes of the cobra model by id or name."""
    ruled = _ruled(network)
    if not ruled:
        raise InputError(
            f"flux model {network.id!r}: no reaction has a gene rule; name the reactions to knock out."
        )
    model, known = network.cobra_model, {}
    for gene in model.genes:
        if gene.name:
            known.setdefault(gene.name, gene)
    unnamed = "" if known else " and have no names"
    known |= {gene.id: gene for gene in model.genes}
    found = []
    for name in genes:
        if not isinstance(name, str) or name not in known:
            ids = ", ".join(gene.id for gene in model.genes[:LISTED])
            raise InputError(
                f"flux model {network.id!r} has no gene {name!r} (its genes are called {ids} …{unnamed}); "
                f"{near(name, known)}"
            )
        if not any(known[name] in r.genes for r in ruled):
            raise InputError(
                f"flux model {network.id!r}: the gene {name} has no reaction in this network; leave it out."
            )
        found.append(known[name])
    return found
