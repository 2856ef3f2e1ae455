"""What kinetools' objects are called in SBML: ids, ontology terms, links to databases."""

import gzip
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

# All ids of an SBML model share one namespace, ours do not; the first two are the custom of BiGG.
SPECIES, REACTION, COMPARTMENT, MODEL = "M_", "R_", "compartment_", "model_"

# Systems Biology Ontology
SBO_MODEL = 293  # non-spatial continuous framework
SBO_COMPARTMENT = 290  # physical compartment
SBO_SPECIES = 247  # simple chemical
SBO_REACTION = 176  # biochemical reaction
SBO_TRANSPORT = 655  # transport reaction
SBO_KM = 27  # Michaelis constant
SBO_VMAX = 186  # maximal velocity
SBO_KEQ = 281  # equilibrium constant


def to_sid(prefix: str, identifier: str) -> str:
    """A valid SBML id; `from_sid` gives the identifier back.

    Characters that SBML does not allow, and an underscore behind an underscore, become `__<code>__`.
    """
    parts = []
    for i, character in enumerate(identifier):
        plain = character.isascii() and (character.isalnum() or character == "_")
        if not plain or (character == "_" and identifier[i - 1 : i] == "_"):
            character = f"__{ord(character)}__"
        parts.append(character)
    return prefix + "".join(parts)


def from_sid(prefix: str, sid: str) -> str | None:
    """The identifier that `to_sid` made an SBML id of; None if it made it of none."""
    if not sid.startswith(prefix):
        return None
    rest = sid.removeprefix(prefix)
    try:
        identifier = re.sub(r"__([0-9]{1,7})__", lambda found: chr(int(found[1])), rest)
    except (ValueError, OverflowError):
        return None
    return identifier if identifier and to_sid(prefix, identifier) == sid else None


def rate_law_term(reaction) -> int:
    """The ontology's term for the rate law of a reaction, as precise as its reactants tell."""
    if not reaction.law.reversible:
        return 28 if len(reaction.substrates) == 1 else 150
    unireactant = len(reaction.substrates) == 1 and len(reaction.products) <= 1
    return 326 if unireactant else 429


def bigg_metabolite(identifier: str, compartment: str) -> str | None:
    """BiGG's universal id of a metabolite ("f6p" of f6p_c), None if BiGG has none of that name."""
    stem = identifier.removesuffix(f"_{compartment}")
    if stem == identifier:
        return None
    for form in _bigg_forms(stem):
        if f"M_{form}_{compartment}" in _bigg_ids():
            return form
    return None


def bigg_reaction(identifier: str) -> str | None:
    """BiGG's id of a reaction, None if BiGG has none of that name."""
    return next((f for f in _bigg_forms(identifier) if f"R_{f}" in _bigg_ids()), None)


def _bigg_forms(identifier):
    """An id, and how BiGG writes it today (glc__D, 2pg and D_LACt2pp for glc_D, _2pg, D-LACt2pp)."""
    yield identifier
    yield identifier.replace("-", "_")
    yield re.sub(r"(?<=[^_])_(?=[A-Z]$)", "__", identifier.removeprefix("_"))


@cache
def _bigg_ids() -> frozenset[str]:
    """Ids in the E. coli reconstruction iJO1366, which comes with COBRApy."""
    # Without importing cobra, which takes seconds.
    folder = find_spec("cobra").submodule_search_locations[0]
    text = gzip.decompress((Path(folder) / "data" / "iJO1366.xml.gz").read_bytes()).decode()
    return frozenset(re.findall(r'<(?:species|reaction) [^>]*?\bid="([MR]_[^"]+)"', text))
