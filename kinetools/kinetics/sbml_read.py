"""Parameterised kinetic models back from the SBML that `to_sbml` writes.

Names, concentrations and parameters are read from SBML itself, the rest from kinetools' annotations. What
the file says must then be what `to_sbml` writes of it, so that no change of a rate law goes unnoticed.
"""

import json
from itertools import zip_longest
from pathlib import Path

import numpy as np

from ..errors import InputError
from . import sbml_names as names
from .model import KineticModel, kinetic_model_from_dict
from .parameter_sets import build, check_positive, check_vmax, linearise, provenance
from .sbml_annotations import attribute, children, find_annotation, number_attribute, text_of
from .sbml_laws import keq_id, km_id, vmax_id
from .sbml_safe import read_document
from .sbml_write import sbml_document
from .steady_state import SteadyState, steady_state_from_dict

ADVICE = "only SBML as kt.to_sbml writes it can be read"


def from_sbml(source) -> tuple[KineticModel, SteadyState, "xarray.Dataset"]:  # noqa: F821
    """Model, steady state and dataset of one parameter set from SBML that `to_sbml` wrote.

    source: path of the file, or its text. Numbers come back to the last digit. Parameters that another
    program has changed are taken as they are now, if the Vmax still give the fluxes of the steady state.
    Raises InputError for any other file, naming the first reaction whose rate law is not one of
    kinetools'. Nothing in the file is executed or evaluated.
    """
    document, where = read_document(source)
    sbml = document.getModel()
    parts = _parts(sbml, where)
    if document.getVersion() != 2:
        raise InputError(
            f"{where}: is SBML level 3 version {document.getVersion()}, but {ADVICE} (version 2)."
        )
    model = kinetic_model_from_dict(_model_content(sbml, parts, where), where)
    state = steady_state_from_dict(_state_content(sbml, parts, where), where)
    try:
        values = _values(sbml, model)
        sets = _parameter_set(parts["parameter_set"], model, state, values, Path(where).name)
        _check_same(sbml, sbml_document(model, state, sets, values))
        _check_values(model, state, sets, values)
    except InputError as error:
        raise InputError(f"{where}: {str(error).removeprefix(f'{where}: ')}") from None
    return model, state, sets


def _parts(sbml, where):
    """The model's annotation by element; every reaction must have one, too."""
    for reaction in sbml.getListOfReactions():
        if find_annotation(reaction, "reaction") is None:
            raise InputError(
                f"{where}: reaction {reaction.getId()!r} has a rate law that is not of kinetools; "
                f"{ADVICE} (COBRApy reads the stoichiometry of other files)."
            )
    root = find_annotation(sbml, "kinetics")
    parts = {} if root is None else {child.getName(): child for child in children(root)}
    if not {"model", "steady_state", "parameter_set"} <= set(parts) or not sbml.getNumReactions():
        raise InputError(f"{where}: holds no kinetic model of kinetools; {ADVICE}.")
    return parts


def _model_content(sbml, parts, where):
    """The model as the content of its JSON file."""
    model = parts["model"]
    cell = ("dry_weight_fraction", "density_g_per_l")
    return {
        "id": attribute(model, "id"),
        "name": attribute(model, "name"),
        "source": [text_of(source) for source in children(model, "source")],
        "cell": {key: number_attribute(model, key, where) for key in cell},
        "metabolites": [
            {
                "id": _identifier(names.SPECIES, species.getId(), where),
                "name": species.getName(),
                "compartment": _identifier(names.COMPARTMENT, species.getCompartment(), where),
                "boundary": species.getBoundaryCondition(),
            }
            for species in sbml.getListOfSpecies()
        ],
        "reactions": [_reaction_content(r, where) for r in sbml.getListOfReactions()],
    }


def _reaction_content(reaction, where):
    node = find_annotation(reaction, "reaction")
    place = f"{where}: reaction {reaction.getId()!r}"

    def side(tag):
        return [
            [attribute(entry, "metabolite"), number_attribute(entry, "coefficient", place)]
            for entry in children(node, tag)
        ]

    return {
        "id": _identifier(names.REACTION, reaction.getId(), where),
        "name": reaction.getName(),
        "mechanism": attribute(node, "mechanism"),
        "substrates": side("substrate"),
        "products": side("product"),
        "modifiers": [
            {
                "kind": attribute(entry, "kind"),
                "metabolite": attribute(entry, "metabolite"),
                "stoichiometry": number_attribute(entry, "stoichiometry", place),
            }
            for entry in children(node, "modifier")
        ],
    }


def _state_content(sbml, parts, where):
    """The steady state as the content of its JSON file."""
    state = parts["steady_state"]
    content = {key: attribute(state, key) for key in ("id", "name", "model")}
    content["source"] = [text_of(source) for source in children(state, "source")]
    content["temperature_K"] = number_attribute(state, "temperature_K", where)
    content["concentrations"] = {
        names.from_sid(names.SPECIES, species.getId()): species.getInitialConcentration()
        for species in sbml.getListOfSpecies()
    }
    content["fluxes"], content["delta_g"] = {}, {}
    for reaction in sbml.getListOfReactions():
        node = find_annotation(reaction, "reaction")
        identifier = names.from_sid(names.REACTION, reaction.getId())
        place = f"{where}: reaction {reaction.getId()!r}"
        content["fluxes"][identifier] = number_attribute(node, "flux", place)
        if node.hasAttr("delta_g"):
            content["delta_g"][identifier] = number_attribute(node, "delta_g", place)
    return content


def _values(sbml, model) -> dict[str, float]:
    """SBML id → number, of all concentrations and parameters."""
    values = {
        species.getId(): species.getInitialConcentration() for species in sbml.getListOfSpecies()
    }
    wanted = [km_id(name) for name in model.parameter_names]
    for reaction in model.reactions:
        wanted += (
            [vmax_id(reaction), keq_id(reaction)]
            if reaction.law.reversible
            else [vmax_id(reaction)]
        )
    for sid in wanted:
        parameter = sbml.getParameter(sid)
        if parameter is None:
            raise InputError(f"parameter {sid!r} is missing; restore it or export the model again.")
        values[sid] = parameter.getValue()
    return values


def _parameter_set(node, model, state, values, file):
    """The dataset of one parameter set, not checked yet."""
    km = np.array([[values[km_id(name)] for name in model.parameter_names]])
    vmax = np.array([[values[vmax_id(reaction)] for reaction in model.reactions]])
    steps = [*_history(node), provenance("from_sbml", {"file": file})]
    sets = build(model, state, km, vmax, steps)
    number = attribute(node, "set")
    number = int(number) if number.isdecimal() and len(number) < 19 else number
    return sets.assign_coords(set=("set", [number], sets["set"].attrs))


def _history(node):
    try:
        steps = json.loads(text_of(node))
    except (ValueError, RecursionError):
        steps = None
    if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
        raise InputError("the history of its parameter set is damaged; export the model again.")
    return steps


def _check_same(sbml, document):
    """Raise InputError unless SBML's own content is what `to_sbml` writes."""
    import libsbml

    # Read like the file, since libsbml's trees of a formula depend on where it is from.
    document = libsbml.readSBMLFromString(libsbml.writeSBMLToString(document))
    expected = document.getModel()
    for entry, wanted in zip(sbml.getListOfReactions(), expected.getListOfReactions(), strict=True):
        if _plain(entry) != _plain(wanted):
            mechanism = attribute(find_annotation(entry, "reaction"), "mechanism")
            raise InputError(
                f"reaction {entry.getId()!r} has a rate law or reactants that are not those of "
                f"kinetools' mechanism {mechanism!r}; {ADVICE}."
            )
    for kind in ("UnitDefinitions", "Compartments", "Species", "Parameters"):
        lists = [getattr(m, f"getListOf{kind}")() for m in (sbml, expected)]
        for entry, wanted in zip_longest(*lists):
            if entry is None or wanted is None or _plain(entry) != _plain(wanted):
                raise InputError(
                    f"{(entry or wanted).getId()!r} in its {lists[1].getElementName()} was changed, "
                    f"added or removed; {ADVICE}."
                )
    for kind in ("FunctionDefinition", "InitialAssignment", "Rule", "Constraint", "Event"):
        if getattr(sbml, f"getNum{kind}s")():
            raise InputError(f"has SBML's {kind}, which kinetools' models do not have; {ADVICE}.")
    for name in ("SubstanceUnits", "TimeUnits", "VolumeUnits", "ExtentUnits", "ConversionFactor"):
        found, wanted = (getattr(m, f"get{name}")() for m in (sbml, expected))
        if found != wanted:
            raise InputError(f"its {name} is {found!r} instead of {wanted!r}; {ADVICE}.")


def _check_values(model, state, sets, values):
    """Raise InputError unless Km are possible and Vmax and Keq are those of the steady state."""
    linearisation = linearise(model, state)
    km = sets["km"].values
    check_positive(km, model.parameter_names, sets["set"].values)
    check_vmax(linearisation, sets, km, 0)
    for reaction_id, wanted in state.k_equilibrium(model).items():
        sid = keq_id(model.reaction(reaction_id))
        if not np.isclose(values[sid], wanted, rtol=1e-9, atol=0):
            raise InputError(
                f"parameter {sid!r} is {values[sid]:.10g}, but the ΔG of the steady state gives "
                f"{wanted:.10g}; restore it."
            )


def _plain(entry):
    """An element's text without what changes no number, and without parameters' values."""
    copy = entry.clone()
    elements = [copy, *([copy.getKineticLaw()] if entry.getElementName() == "reaction" else [])]
    for element in filter(None, elements):
        for part in ("Annotation", "Notes", "Name", "MetaId", "SBOTerm"):
            getattr(element, f"unset{part}")()
    if entry.getElementName() == "parameter":
        copy.unsetValue()
    return copy.toSBML()


def _identifier(prefix, sid, where) -> str:
    identifier = names.from_sid(prefix, sid)
    if identifier is None:
        raise InputError(f"{where}: {sid!r} is not an id that kinetools writes; {ADVICE}.")
    return identifier
