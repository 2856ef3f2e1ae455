"""Steps: what is added to the model: reactions that the transitions need, other bounds, names of genes."""

from ...errors import InputError
from ..flux_model import near
from ..gene_rules import set_gene_rule
from .draft import Draft
from .report import StepReport

ADD, BOUNDS, GENES = "add reactions", "set bounds", "name genes"


def add_reactions(draft: Draft, reactions) -> tuple[Draft, StepReport]:
    """The model with further reactions.

    reactions: {id: {"metabolites": {id: coefficient}, "bounds": (lower, upper), "name", "subsystem",
    "genes", "where"}}, where: file and row, for errors.
    Raises InputError for a reaction that the model has already, and for a malformed rule of genes.
    """
    import cobra

    known = [r.id for r in draft.model.reactions]
    for name in reactions:
        if name in known:
            raise InputError(
                f"model {draft.model.id!r} has a reaction {name!r} already; leave it out of the reactions "
                "to add, or give it another id."
            )
    model, rows = draft.model.copy(), []
    for name, content in reactions.items():
        words = content.get("name", ""), content.get("subsystem", "")
        reaction = cobra.Reaction(name, *words, *content["bounds"])
        metabolites = {}
        for m, coefficient in content["metabolites"].items():
            if m in model.metabolites:
                metabolites[model.metabolites.get_by_id(m)] = coefficient
            else:
                compartment = m.rpartition("_")[2]
                metabolites[cobra.Metabolite(m, compartment=compartment)] = coefficient
                rows.append(("added metabolite", m, f"of {name}"))
        reaction.add_metabolites(metabolites)
        where = content.get("where", f"reaction to add {name!r}")
        set_gene_rule(reaction, content.get("genes", ""), where)
        model.add_reactions([reaction])
        rows.append(("added reaction", name, reaction.build_reaction_string()))
    new = Draft(model, draft.transitions, draft.one_way, draft.conditions)
    return new, StepReport.of(ADD, rows, new)


def name_genes(draft: Draft, names) -> tuple[Draft, StepReport]:
    """The model with names of genes: id -> name. Raises InputError for a gene that the model lacks."""
    model, rows = draft.model.copy(), []
    known = [gene.id for gene in model.genes]
    for gene, name in names.items():
        if gene not in model.genes:
            raise InputError(
                f"names of genes: model {model.id!r} has no gene {gene!r}; {near(gene, known)}"
            )
        model.genes.get_by_id(gene).name = name
        rows.append(("named gene", gene, name))
    new = Draft(model, draft.transitions, draft.one_way, draft.conditions)
    return new, StepReport.of(GENES, rows, new)


def set_bounds(draft: Draft, bounds) -> tuple[Draft, StepReport]:
    """The model with other bounds: reaction id -> (lower, upper) of the net flux, mmol/gDW/h.

    Raises InputError for a reaction that the model lacks.
    """
    model, rows = draft.model.copy(), []
    check_known(model, bounds, "bounds")
    for name, (low, high) in bounds.items():
        reaction = model.reactions.get_by_id(name)
        rows.append(("set bounds", name, f"from {reaction.bounds} to {(low, high)}"))
        reaction.bounds = low, high
    new = Draft(model, draft.transitions, draft.one_way, draft.conditions)
    return new, StepReport.of(BOUNDS, rows, new)


def check_metabolites(draft: Draft, recipe) -> None:
    """InputError naming the first metabolite of a recipe's lists that neither model nor transitions have.

    To be asked before anything is removed: lists may well name what drops out later.
    """
    lists = {
        'recipe.json, "cofactors"': recipe.cofactors,
        'recipe.json, "untracked"': recipe.untracked,
        "symmetric.csv": recipe.symmetric,
    }
    known = {m.id for m in draft.model.metabolites}
    known |= {m for t in draft.transitions for m, _ in (*t.reactants, *t.products)}
    for where, metabolites in lists.items():
        for name in metabolites:
            if name not in known:
                raise InputError(
                    f"{where}: model {draft.model.id!r} has no metabolite {name!r}; {near(name, known)}"
                )


def check_known(model, reactions, what: str) -> None:
    """InputError naming the first reaction that a model lacks, and what may be meant."""
    for name in reactions:
        if name not in model.reactions:
            raise InputError(
                f"{what}: model {model.id!r} has no reaction {name!r}; "
                f"{near(name, [r.id for r in model.reactions])}"
            )
