"""Synthetic networks between core and genome scale: cells with the core network that share their CO2."""

from dataclasses import replace

import cobra

import kinetools as kt

SHARED = "co2_c"  # what cells exchange, labelled


def community(n: int):
    """FluxModel and Measurements of n cells, each measured as the wild type, with a common pool of CO2.

    What one cell gives to the pool another takes, so that labelling and fluxes of all hang together.
    """
    core, data = kt.load_flux_model("toya_core"), kt.load_measurements("toya2010_wt5h")
    model = cobra.Model(f"community_{n}")
    pool = cobra.Metabolite("co2_pool", compartment="e")
    reactions, transitions = [], []
    for cell in range(1, n + 1):
        metabolites = {
            m.id: cobra.Metabolite(f"{m.id}_{cell}", formula=m.formula, compartment=m.compartment)
            for m in core.cobra_model.metabolites
        }
        for known in core.cobra_model.reactions:
            reaction = cobra.Reaction(f"{known.id}_{cell}")
            reaction.add_metabolites({metabolites[m.id]: c for m, c in known.metabolites.items()})
            reaction.bounds = known.bounds
            reactions.append(reaction)
        link = cobra.Reaction(f"co2_link_{cell}")
        link.add_metabolites({metabolites[SHARED]: -1, pool: 1})
        link.bounds = (-core.max_flux, core.max_flux)
        reactions.append(link)
        transitions += [
            kt.AtomTransition(f"{t.reaction}_{cell}", own(t.reactants, cell), own(t.products, cell))
            for t in core.transitions
        ]
        carbon = (f"{SHARED}_{cell}", ("a",)), ("co2_pool", ("a",))
        transitions.append(kt.AtomTransition(link.id, carbon[:1], carbon[1:]))
    model.add_reactions(reactions)
    network = kt.FluxModel(f"community_{n}", model, transitions, core.max_flux)
    return network, measurements(core, data, n)


def own(molecules, cell):
    """The same molecules of one cell."""
    return tuple((f"{m}_{cell}", atoms) for m, atoms in molecules)


def measurements(core, data, n):
    """What was measured of one cell, for each of them."""
    (experiment,) = data.experiments
    tracer = experiment.tracer.in_network(core).mixtures
    fragments, mids, deviations = [], {}, {}
    for cell in range(1, n + 1):
        for fragment in experiment.fragments:
            there = fragment.in_network(core)
            name = f"{fragment.name}_{cell}"
            fragments.append(kt.Fragment(name, f"{there.metabolite}_{cell}", there.atoms))
            mids[name] = experiment.mids[fragment.name]
            deviations[name] = experiment.standard_deviations[fragment.name]
    fed = {f"{m}_{cell}": mixture for m, mixture in tracer.items() for cell in range(1, n + 1)}
    bounds = {
        f"{r}_{cell}": b for r, b in data.bounds_for(core).items() for cell in range(1, n + 1)
    }
    made = kt.Experiment(experiment.name, kt.Tracer(fed), tuple(fragments), mids, deviations)
    return replace(data, id=f"community_{n}", experiments=(made,), bounds=bounds, growth_rate=None)
