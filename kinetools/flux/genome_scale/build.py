"""Building a FluxModel from a genome-scale model by a recipe: one step after the other."""

import os
from pathlib import Path

from ...data import one_line
from ...errors import InputError
from ..flux_model import FluxModel
from ..measurements import load_measurements
from .blocked import remove_blocked
from .carbon_counts import reconcile_carbons
from .curation import curate_transitions
from .draft import Draft
from .flux_limit import limit_fluxes
from .fractions import split_fractions
from .ids import match_ids
from .inference import infer_transitions
from .measured import measured_exchanges
from .medium import minimal_medium
from .orientation import orient_transitions
from .pruning import prune_unmapped
from .reach import check_reach
from .recipe import Recipe, is_path
from .report import BuildReport
from .supplements import add_reactions, check_metabolites, name_genes, set_bounds
from .symmetry import spread_symmetric


def build_flux_model(recipe: Recipe, model=None) -> tuple[FluxModel, BuildReport]:
    """The FluxModel of a recipe, and the report of every step.

    model: a `cobra.Model` to take in place of the one that the recipe names. Raises InputError naming what
    does not fit, a step's first undecided id with suggestions, or a tracer that reaches no measured
    fragment.
    """
    measurements = [load_measurements(name) for name in recipe.measurements]
    model = load_cobra_model(recipe.model) if model is None else model
    draft, reports = Draft(model, recipe.transitions, recipe.one_way), []
    for step, arguments in curation_steps(recipe, measurements):
        draft, report = step(draft, *arguments)
        reports.append(report)
        if step is match_ids:  # ids are the model's from here on, and nothing is removed yet
            check_metabolites(draft, recipe)
    network = FluxModel(
        recipe.id, draft.model, draft.transitions, recipe.max_flux, recipe.name, recipe.source
    )
    for data in measurements:
        for experiment in data.experiments:
            check_reach(network, experiment.tracer, experiment.fragments)
    sizes = {
        "reactions": len(network.reactions),
        "metabolites": len(network.metabolites),
        "labelled": len(draft.labelled),
    }
    return network, BuildReport(tuple(reports), sizes, recipe.published)


def curation_steps(recipe: Recipe, measurements) -> tuple:
    """What `build_flux_model` does to the draft, in order: (step, its further arguments)."""
    return (
        (add_reactions, (recipe.extra,)),
        (set_bounds, (recipe.bounds,)),
        (name_genes, (recipe.genes,)),
        (match_ids, (recipe.ids,)),
        (curate_transitions, (recipe.curated, recipe.curated_one_way)),
        (reconcile_carbons, ()),
        (orient_transitions, ()),
        (measured_exchanges, (measurements, recipe.max_flux)),
        (limit_fluxes, (recipe.max_flux,)),
        (minimal_medium, (recipe.growth, recipe.medium)),
        (prune_unmapped, (recipe.cofactors, recipe.untracked)),
        (remove_blocked, ()),
        (infer_transitions, (recipe.untracked,)),
        # last, so that what was inferred is turned round, too
        (split_fractions, ()),
        (spread_symmetric, (recipe.symmetric,)),
    )


def load_cobra_model(name: str):
    """A model that comes with COBRApy ("iJO1366", "textbook"), or one of an SBML or JSON file.

    Raises InputError if there is none. COBRApy would ask web services for other names: nothing is
    downloaded here.
    """
    import cobra

    path, bundled = Path(name), bundled_models()
    if name not in bundled and not (is_path(name) and os.path.isfile(path)):
        raise InputError(
            f"there is no model {name!r}: neither a file, nor one of those that COBRApy brings with it "
            f"({', '.join(bundled)}); correct the name or path."
        )
    try:
        if name in bundled:
            return cobra.io.load_model(name)
        if path.suffix.lower() == ".json":
            return cobra.io.load_json_model(path)
        return cobra.io.read_sbml_model(path)
    except Exception as error:  # libSBML and JSON have their own
        raise InputError(
            f"COBRApy cannot load the model {name!r} ({one_line(error)[:200]}); check the name or path."
        ) from error


def bundled_models() -> list[str]:
    """Names of the models that come with COBRApy."""
    from importlib.resources import files

    import cobra.data

    names = (path.name for path in files(cobra.data).iterdir())
    return sorted(n.removesuffix(".xml.gz") for n in names if n.endswith(".xml.gz"))
