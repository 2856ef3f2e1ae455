"""Small flux networks for tests, given as stoichiometry and bounds."""

import cobra

from kinetools.flux.flux_model import FluxModel

BOUND = 1000.0


def network(name: str, reactions: dict, max_flux: float = 10.0) -> FluxModel:
    """A network without atom transitions: reactions: {id: ({metabolite: coefficient}, lower, upper)}."""
    model = cobra.Model(name)
    metabolites = {}
    added = []
    for reaction_id, (coefficients, lower, upper) in reactions.items():
        reaction = cobra.Reaction(reaction_id, lower_bound=lower, upper_bound=upper)
        for m in coefficients:
            metabolites.setdefault(m, cobra.Metabolite(m))
        reaction.add_metabolites({metabolites[m]: c for m, c in coefficients.items()})
        added.append(reaction)
    model.add_reactions(added)
    return FluxModel(name, model, (), max_flux)


def branched(max_flux: float = 10.0) -> FluxModel:
    """A -> B reversibly or through C, one uptake and one outlet: two net dimensions with uptake free."""
    return network(
        "branched",
        {
            "uptake": ({"A": 1}, 0, BOUND),
            "direct": ({"A": -1, "B": 1}, -BOUND, BOUND),
            "first": ({"A": -1, "C": 1}, 0, BOUND),
            "second": ({"C": -1, "B": 1}, 0, BOUND),
            "outlet": ({"B": -1}, 0, BOUND),
        },
        max_flux,
    )
