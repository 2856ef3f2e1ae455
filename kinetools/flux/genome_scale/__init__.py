"""From a genome-scale model and a table of atom transitions to a model for 13C flux analysis.

Each step takes a `Draft`, leaves it as it is, and returns a new one with a `StepReport` of what was
removed, inferred or could not be decided. `build_flux_model` takes the steps in the order of a recipe.

Source: Backman et al. 2023, PLoS Comput. Biol. 19:e1011111, Methods, "Genome-scale E. coli atom mapping
model".
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "blocked": ["remove_blocked"],
        "build": ["build_flux_model"],
        "cache": ["cached_flux_model"],
        "carbon_counts": ["reconcile_carbons"],
        "curation": ["curate_transitions"],
        "draft": ["Draft"],
        "flux_limit": ["limit_fluxes"],
        "fractions": ["split_fractions"],
        "ids": ["match_ids", "suggest_ids"],
        "inference": ["ambiguous_reactions", "infer_transitions"],
        "measured": ["measured_exchanges"],
        "medium": ["minimal_medium"],
        "orientation": ["orient_transitions"],
        "pruning": ["prune_unmapped"],
        "reach": ["check_reach"],
        "recipe": ["Recipe", "read_recipe"],
        "report": ["BuildReport", "StepReport"],
        "supplements": ["add_reactions", "name_genes", "set_bounds"],
        "symmetry": ["spread_symmetric"],
        "transition_table": ["read_transitions"],
    },
)
