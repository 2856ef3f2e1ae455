"""The genome-scale network of E. coli with everything left in that its recipe would prune."""

import kinetools as kt
from kinetools.data import DATA
from kinetools.flux.genome_scale import Draft, prune_unmapped, read_recipe
from kinetools.flux.genome_scale.build import curation_steps, load_cobra_model


def unpruned() -> kt.FluxModel:
    """FluxModel of the recipe `ecoli_genome` without its step "prune unmapped reactions".

    Reactions without transitions carry flux, but hand over no atoms; transitions of molecules whose atoms
    then come from nowhere are left out, so that the labelling of everything else is defined.
    """
    recipe = read_recipe(DATA / "flux" / "models" / "ecoli_genome")
    measurements = [kt.load_measurements(name) for name in recipe.measurements]
    draft = Draft(load_cobra_model(recipe.model), recipe.transitions, recipe.one_way)
    for step, arguments in curation_steps(recipe, measurements):
        if step is not prune_unmapped:
            draft, _ = step(draft, *arguments)
    name = f"{recipe.id}_unpruned"
    return kt.FluxModel(name, draft.model, fed(draft), recipe.max_flux)


def fed(draft) -> list:
    """The transitions left when those of molecules that nothing makes are taken out, again and again."""
    reactions = draft.model.reactions
    taken_up = {
        m.id
        for r in reactions
        if len(r.metabolites) == 1
        for m, c in r.metabolites.items()
        if (r.upper_bound if c > 0 else -r.lower_bound) > 0
    }
    kept, before = list(draft.transitions), None
    while before != len(kept):
        before = len(kept)
        made = taken_up | {m for t in kept for _, side in ways(t, reactions) for m, _ in side}
        kept = [
            t for t in kept if all(m in made for side, _ in ways(t, reactions) for m, _ in side)
        ]
    return kept


def ways(transition, reactions) -> list:
    """(what it takes, what it makes) in each direction in which the reaction may run."""
    reaction = reactions.get_by_id(transition.reaction)
    sides = transition.reactants, transition.products
    forward, reverse = reaction.upper_bound > 0, reaction.lower_bound < 0
    return [sides] * forward + [sides[::-1]] * reverse
