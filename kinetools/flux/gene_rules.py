"""Which reactions a knock-out of genes closes, by the rules that tie reactions to genes."""

from ..errors import InputError
from .flux_model import near

LISTED = 3  # rules in a sentence


def reactions_without(network, genes) -> tuple[str, ...]:
    """Ids of the reactions that cannot run without the genes, in the network's order.

    network: FluxModel; genes: ids or names, all of which are knocked out. Reactions come from the
    gene–protein–reaction rules of the cobra model ("b1854 or b1676" needs both knocked out).
    Raises InputError for a network without rules, unknown genes, genes without reactions, and genes whose
    loss closes no reaction.
    """
    model = network.cobra_model
    ruled = [r for r in model.reactions if r.genes]
    if not ruled:
        raise InputError(
            f"flux model {network.id!r}: no reaction has a gene rule; name the reactions to knock out."
        )
    known = {}
    for gene in model.genes:
        known.setdefault(gene.name, gene)
    known |= {gene.id: gene for gene in model.genes}
    lost = []
    for name in genes:
        if not isinstance(name, str) or name not in known:
            raise InputError(
                f"flux model {network.id!r} has no gene {name!r}; {near(name, filter(None, known))}"
            )
        if not any(known[name] in r.genes for r in ruled):
            raise InputError(
                f"flux model {network.id!r}: the gene {name} has no reaction in this network; leave it out."
            )
        lost.append(known[name])
    out = {gene.id for gene in lost}
    closed = {r.id for r in ruled if not r.gpr.eval(out)}
    if not closed:
        rules = [f"{r.id} ({r.gene_reaction_rule})" for r in ruled if r.genes & set(lost)]
        more = f" and {len(rules) - LISTED} more" if len(rules) > LISTED else ""
        raise InputError(
            f"flux model {network.id!r}: without {', '.join(genes)} every reaction still has an enzyme: "
            f"{', '.join(rules[:LISTED])}{more}; knock out the other genes too, or name reactions."
        )
    return tuple(r for r in network.reactions if r in closed)
