"""Labelled glucose that is sold, as tracers of a network."""

import re

import numpy as np

from ..data import find, number, read_table_file
from ..errors import InputError
from .flux_model import checked_network
from .tracer import Tracer

FRACTIONS = (1.0, 0.5, 0.2)
OUTSIDE = re.compile(r"([\[(_.](e|ex|ext|extracellular|b|in)[\])]?|_?ext)$", re.IGNORECASE)


def common_tracers(network, substrate: str | None = None, fractions=FRACTIONS) -> dict[str, Tracer]:
    """Glucose tracers that are commonly sold, and their mixtures with unlabelled glucose: name → Tracer.

    network: FluxModel that takes up glucose; substrate: its id of glucose (default: found by name);
    fractions: of each labelled glucose in mixtures with unlabelled, 1 being pure. Mixtures of two
    labelled ones that are often used are there, too. What is on offer changes: ask a supplier.
    Raises InputError where no glucose is found, or what is called so has not six carbon atoms.
    Source: see data/flux/tracers/glucose.json.
    """
    checked_network(network)
    library = read_table_file(find("flux/tracers", "glucose"), "tracer library", 1)
    metabolite = _glucose(network, substrate, library)
    shares = [number(f, "fractions", positive=True) for f in np.atleast_1d(fractions).tolist()]
    if any(f > 1 for f in shares):
        raise InputError(f"fractions={fractions!r}: give shares between 0 and 1.")
    unlabelled = "#" + "0" * library["atoms"]
    result = {}
    for entry in library["tracers"]:
        mixture = entry["mixture"]
        for share in shares if len(mixture) == 1 else (1.0,):
            parts = [(f * share, labelling) for labelling, f in mixture.items()]
            if share < 1:
                parts.append((1 - share, unlabelled))
            name = entry["name"] if share == 1 else f"{100 * share:g} % {entry['name']}"
            result[name] = Tracer({metabolite: parts})
    return result


def _glucose(network, substrate, library) -> str:
    """The network's id of the glucose that it takes up."""
    atoms = library["atoms"]
    if substrate is not None:
        if network.atoms(substrate) != atoms:
            raise InputError(
                f"substrate={substrate!r} has {network.atoms(substrate)} carbon atoms in network "
                f"{network.id!r}, but glucose has {atoms}; name the network's glucose."
            )
        return substrate
    known = {name.lower() for name in library["also_called"]}
    outside = substrates(network)
    found = [m for m in outside if OUTSIDE.sub("", m.removeprefix("M_")).lower() in known]
    found = [m for m in found if network.atoms(m) == atoms]
    if not found:
        listed = ", ".join(f"{m} ({network.atoms(m)} carbon atoms)" for m in outside) or "nothing"
        raise InputError(
            f"network {network.id!r} takes up {listed}, none of which is known as glucose with {atoms} "
            'carbon atoms; name it with substrate="...", or write tracers as {metabolite: [(1.0, "100")]}.'
        )
    return found[0]


def substrates(network) -> list[str]:
    """Metabolites with tracked carbons that a boundary reaction may bring in."""
    found = []
    for i, metabolite in enumerate(network.metabolites):
        if not network.atoms(metabolite):
            continue
        row = network.stoichiometry[i]
        brought = (row > 0) & (network.upper_bound > 0) | (row < 0) & (network.lower_bound < 0)
        if (brought & network.boundary).any():
            found.append(metabolite)
    return found
