"""One parameterised kinetic model as SBML level 3 version 2, rate laws and units included.

The file stands on its own in any simulator; annotations in kinetools' namespace hold what SBML has no
place for (rate-law names, fluxes, ΔG), so that `from_sbml` gives exactly the same objects back.
"""

import json
import re
from collections import Counter

import numpy as np

from ..errors import InputError
from . import sbml_names as names
from .model import KineticModel
from .parameter_sets import check_belongs, history_of, linearise, parameter_sets
from .sbml_annotations import annotate, element, keep, link, restore, succeed, xml_text
from .sbml_laws import keq_id, keq_order, km_id, rate_law, vmax_id, vmax_order
from .sbml_units import define_units, power_unit
from .spectra import km_chunk
from .steady_state import SteadyState

COMPARTMENTS = {"c": "cytosol", "e": "extracellular space", "p": "periplasm"}
NOTE = (
    "Concentrations are in µmol per litre of cell, times in hours. All mass balances share one volume, "
    "that of the cell: every compartment has the size 1 and every rate is that of one litre of cell, "
    "wherever its reactants are. Boundary species keep their concentrations."
)


def to_sbml(model: KineticModel, state: SteadyState, set, path=None) -> str:
    """One parameter set of a model as SBML level 3 version 2 text, ready to simulate.

    set: a dataset with one parameter set, such as `sets.isel(set=0)`, or its Km (parameter,) in
    µmol/L; path: write the text to this file, too. The initial concentrations are those of the steady
    state, in µmol/L; times are in h, rates in µmol/h of 1 L of cell. Raises InputError for none or
    several sets, for values that are missing or not positive, and for sets of another model or state.
    """
    sets = _one_set(model, state, set)
    values = sbml_values(model, state, sets)
    text = _exact_numbers(sbml_document(model, state, sets, values), values)
    if path is not None:
        from ..store import write_text

        write_text(path, text)
    return text


def _one_set(model, state, given):
    """A dataset of one parameter set with Km and Vmax that belong to model and state."""
    import xarray

    linearisation = linearise(model, state)
    if not isinstance(given, xarray.Dataset):
        sets = parameter_sets(model, state, given)
    else:
        check_belongs(model, state, given)
        if "km" not in given:
            raise InputError(
                "the dataset has no variable 'km'; give one made by sample_parameters."
            )
        sets = given if "set" in given.dims else given.expand_dims("set")
    if sets.sizes["set"] != 1:
        raise InputError(
            f"SBML holds one parameter set, but {sets.sizes['set']} are given; choose one, for example "
            "sets.isel(set=0)."
        )
    if "vmax" not in sets:
        sets = parameter_sets(model, state, sets).assign_coords(set=sets["set"])
    km_chunk(linearisation, sets, 0, 1)  # checks Km and Vmax
    return sets


def sbml_values(model: KineticModel, state: SteadyState, sets) -> dict[str, float]:
    """SBML id → number, of all concentrations and parameters of a dataset of one set."""
    km = sets["km"].isel(set=0).sel(parameter=list(model.parameter_names)).values
    vmax = sets["vmax"].isel(set=0).sel(reaction=list(model.reaction_ids)).values
    k_equilibrium = state.k_equilibrium(model)
    values = {names.to_sid(names.SPECIES, m): state.concentrations[m] for m in model.metabolite_ids}
    values |= dict(zip(map(km_id, model.parameter_names), km, strict=True))
    for reaction, rate in zip(model.reactions, vmax, strict=True):
        values[vmax_id(reaction)] = rate
        if reaction.law.reversible:
            values[keq_id(reaction)] = k_equilibrium[reaction.id]
    for sid, value in values.items():
        if not np.isfinite(value):
            raise InputError(
                f"{sid} is {value:g}, which cannot be simulated; check the steady state."
            )
    return {sid: float(value) for sid, value in values.items()}


def sbml_document(model: KineticModel, state: SteadyState, sets, values):
    """The `libsbml.SBMLDocument` of a dataset of one set; `values`: see `sbml_values`."""
    import libsbml

    document = libsbml.SBMLDocument(3, 2)
    sbml = document.createModel()
    sbml.setId(names.to_sid(names.MODEL, model.id))
    sbml.setName(keep(model.name))
    sbml.setSBOTerm(names.SBO_MODEL)
    define_units(sbml)
    notes = "".join(f"<p>{xml_text(x)}</p>" for x in (NOTE, *model.source))
    succeed(
        sbml.setNotes(f'<body xmlns="http://www.w3.org/1999/xhtml">{notes}</body>'),
        "notes of model",
    )
    annotate(sbml, "kinetics", {}, _model_annotation(model, state, sets))
    for identifier in dict.fromkeys(m.compartment for m in model.metabolites):
        compartment = sbml.createCompartment()
        compartment.setId(names.to_sid(names.COMPARTMENT, identifier))
        compartment.setName(keep(COMPARTMENTS.get(identifier, identifier)))
        compartment.setSBOTerm(names.SBO_COMPARTMENT)
        compartment.setSpatialDimensions(3)
        compartment.setSize(1.0)
        compartment.setUnits("litre")
        compartment.setConstant(True)
    for metabolite in model.metabolites:
        _add_species(sbml, metabolite, values)
    for reaction in model.reactions:
        for parameter in reaction.parameters:
            what = f"Michaelis constant of {parameter.metabolite} in {reaction.id}" + (
                "" if parameter.live else " (not in the rate law)"
            )
            _add_parameter(
                sbml, km_id(parameter.name), what, names.SBO_KM, power_unit(sbml, 1), values
            )
        unit = power_unit(sbml, 1 + vmax_order(reaction), per_hour=True)
        what = f"maximal forward rate of {reaction.id}"
        _add_parameter(sbml, vmax_id(reaction), what, names.SBO_VMAX, unit, values)
        if reaction.law.reversible:
            unit = power_unit(sbml, keq_order(reaction))
            what = f"equilibrium constant of {reaction.id}"
            _add_parameter(sbml, keq_id(reaction), what, names.SBO_KEQ, unit, values)
    cell = names.to_sid(names.COMPARTMENT, _cell(model))
    for reaction in model.reactions:
        _add_reaction(sbml, model, state, reaction, cell)
    return document


def _cell(model):
    """The compartment of most metabolites that change."""
    return Counter(m.compartment for m in model.metabolites if not m.boundary).most_common(1)[0][0]


def _model_annotation(model, state, sets):
    """Elements for what belongs to the model, the steady state and the parameter set as a whole."""

    def sources(entries):
        return "".join(element("source", {}, xml_text(entry)) for entry in entries)

    cell = {"dry_weight_fraction": model.dry_weight_fraction, "density_g_per_l": model.density}
    parts = [element("model", {"id": model.id, "name": model.name} | cell, sources(model.source))]
    attributes = {"id": state.id, "name": state.name, "model": state.model}
    attributes["temperature_K"] = state.temperature
    parts.append(element("steady_state", attributes, sources(state.source)))
    history = json.dumps(history_of(sets))
    parts.append(element("parameter_set", {"set": sets["set"].values[0]}, xml_text(history)))
    return "".join(parts)


def _add_species(sbml, metabolite, values):
    species = sbml.createSpecies()
    species.setId(names.to_sid(names.SPECIES, metabolite.id))
    species.setName(keep(metabolite.name))
    species.setSBOTerm(names.SBO_SPECIES)
    species.setCompartment(names.to_sid(names.COMPARTMENT, metabolite.compartment))
    species.setInitialConcentration(values[species.getId()])
    species.setSubstanceUnits("umol")
    species.setHasOnlySubstanceUnits(False)
    species.setBoundaryCondition(metabolite.boundary)
    species.setConstant(metabolite.boundary)
    link(species, "bigg.metabolite", names.bigg_metabolite(metabolite.id, metabolite.compartment))


def _add_parameter(sbml, identifier, name, term, unit, values):
    parameter = sbml.createParameter()
    parameter.setId(identifier)
    parameter.setName(keep(name))
    parameter.setSBOTerm(term)
    parameter.setValue(values[identifier])
    parameter.setUnits(unit)
    parameter.setConstant(True)


def _add_reaction(sbml, model, state, reaction, cell):
    net = reaction.stoichiometry()
    entry = sbml.createReaction()
    entry.setId(names.to_sid(names.REACTION, reaction.id))
    entry.setName(keep(reaction.name))
    places = {model.network.compartments[m] for m in net}
    entry.setSBOTerm(names.SBO_REACTION if len(places) == 1 else names.SBO_TRANSPORT)
    entry.setReversible(reaction.law.reversible)
    for metabolite, coefficient in net.items():
        reference = entry.createReactant() if coefficient < 0 else entry.createProduct()
        reference.setSpecies(names.to_sid(names.SPECIES, metabolite))
        reference.setStoichiometry(abs(coefficient))
        reference.setConstant(True)
    formula = rate_law(reaction, cell)
    for metabolite in dict.fromkeys(m for m, _ in _reactants(reaction)):
        # What goes in as it comes out is no reactant, but the rate may depend on it.
        sid = names.to_sid(names.SPECIES, metabolite)
        if metabolite not in net and re.search(rf"\b{sid}\b", formula):
            entry.createModifier().setSpecies(sid)
    law = entry.createKineticLaw()
    law.setSBOTerm(names.rate_law_term(reaction))
    succeed(law.setMath(_math(formula, reaction)), f"rate law of reaction {reaction.id!r}")
    link(entry, "bigg.reaction", names.bigg_reaction(reaction.id))
    attributes = {"mechanism": reaction.mechanism, "flux": float(state.fluxes[reaction.id])}
    if reaction.id in state.delta_g:
        attributes["delta_g"] = float(state.delta_g[reaction.id])
    annotate(entry, "reaction", attributes, _reaction_annotation(reaction))


def _reactants(reaction):
    modifiers = ((m.metabolite, m.stoichiometry) for m in reaction.modifiers)
    return (*reaction.substrates, *reaction.products, *modifiers)


def _reaction_annotation(reaction):
    """Elements for the reactants in the order in which the rate law sees them."""
    roles = reaction.law.roles(len(reaction.substrates), len(reaction.products))
    parts = []
    for tag, side, places in zip(
        ("substrate", "product"), (reaction.substrates, reaction.products), roles, strict=True
    ):
        for (metabolite, coefficient), role in zip(side, places, strict=True):
            attributes = {"metabolite": metabolite, "coefficient": float(coefficient)}
            parts.append(element(tag, attributes | {"km": f"km_{role}_{reaction.id}"}))
    for m in reaction.modifiers:
        attributes = {"kind": m.kind, "metabolite": m.metabolite}
        parts.append(element("modifier", attributes | {"stoichiometry": float(m.stoichiometry)}))
    return "".join(parts)


def _math(formula, reaction):
    """A formula as libsbml's tree; its numbers say that they have no unit."""
    import libsbml

    tree = libsbml.parseL3Formula(formula)
    if tree is None:
        raise InputError(
            f"reaction {reaction.id!r}: the formula of mechanism {reaction.mechanism!r} cannot be read "
            f"({libsbml.getLastParseL3Error()!r}); correct its denominator_formula."
        )
    open_nodes = [tree]
    while open_nodes:
        node = open_nodes.pop()
        if node.isNumber():
            node.setUnits("dimensionless")
        open_nodes += [node.getChild(i) for i in range(node.getNumChildren())]
    return tree


def _exact_numbers(document, values):
    """The document's text with all digits of the numbers; libsbml writes fifteen."""
    import libsbml

    pattern = re.compile(
        r'(<(?:species|parameter) [^>]*?\bid=")(\w+)("[^>]*? (?:initialConcentration|value)=")[^"]*'
    )
    text = restore(libsbml.writeSBMLToString(document))
    return pattern.sub(lambda m: f"{m[1]}{m[2]}{m[3]}{values[m[2]]!r}", text)
