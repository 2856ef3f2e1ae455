"""Tracers: which labelled substances a culture was fed, as fractions of each labelling."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..data import number
from ..errors import InputError

FRACTION_TOLERANCE = 1e-6  # fractions are recipes, not measurements

Mixture = tuple[tuple[float, tuple[int, ...]], ...]


@dataclass(frozen=True, eq=False)
class Tracer:
    """Labelled substances: for each metabolite, fractions of its molecules and how those are labelled.

    mixtures: metabolite -> ((fraction, labelling), …), a labelling holding 0 (12C) or 1 (13C) for each
    carbon, fractions summing to one; aliases: metabolite -> other ids of the same metabolite.
    Raises InputError for anything else.
    """

    mixtures: dict[str, Mixture]
    aliases: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self):
        if not isinstance(self.mixtures, Mapping) or not isinstance(self.aliases, Mapping):
            raise InputError(
                f"a tracer must be a dict of metabolite: [(fraction, labelling), ...], found "
                f"{type(self.mixtures).__name__}."
            )
        if not self.mixtures:
            raise InputError("a tracer must name at least one labelled metabolite, found {}.")
        mixtures = {
            str(metabolite): check_mixture(mixture, f"tracer {metabolite!r}")
            for metabolite, mixture in self.mixtures.items()
        }
        aliases = {str(m): tuple(map(str, names)) for m, names in self.aliases.items() if names}
        for metabolite in aliases:
            if metabolite not in mixtures:
                raise InputError(
                    f"the tracer has other names for {metabolite!r} but no mixture of it; add one."
                )
        object.__setattr__(self, "mixtures", mixtures)
        object.__setattr__(self, "aliases", aliases)

    @classmethod
    def of(cls, tracer) -> "Tracer":
        """A tracer as it is, or of a dict such as {"glc_D_e": [(0.3, "100000"), (0.7, "000000")]}."""
        return tracer if isinstance(tracer, Tracer) else cls(tracer)

    def __eq__(self, other):
        return isinstance(other, Tracer) and (self.mixtures, self.aliases) == (
            other.mixtures,
            other.aliases,
        )

    def __hash__(self):
        return hash(tuple(sorted(self.mixtures.items())))

    def __repr__(self):
        return f"Tracer({'; '.join(f'{m}: {describe(x)}' for m, x in self.mixtures.items())})"

    def in_network(self, network) -> "Tracer":
        """The same tracer in the network's ids.

        Raises InputError for a metabolite that the network does not have or that nothing takes up, and
        for a labelling of another length than the metabolite's carbons.
        """
        mixtures = {}
        for metabolite, mixture in self.mixtures.items():
            names = (metabolite, *self.aliases.get(metabolite, ()))
            found = next((name for name in names if name in network.metabolites), None)
            if found is None:
                raise InputError(
                    f"tracer {metabolite!r}: network {network.id!r} has no metabolite "
                    f"{' or '.join(map(repr, names))}; correct the id or give another name of it."
                )
            if not _is_taken_up(found, network):
                raise InputError(
                    f"tracer {found!r}: no reaction of network {network.id!r} takes up atoms of "
                    f"{found}; label a metabolite that is taken up."
                )
            n_atoms = network.atoms(found)
            for _, labelling in mixture:
                if len(labelling) != n_atoms:
                    raise InputError(
                        f"tracer {found!r}: the labelling {write_labelling(labelling)} has "
                        f"{len(labelling)} atoms, but {found} has {n_atoms} in network "
                        f"{network.id!r}; write one 0 or 1 for each."
                    )
            mixtures[found] = mixture
        return Tracer(mixtures)


def _is_taken_up(metabolite: str, network) -> bool:
    for transition in network.transitions:
        j = network.index(transition.reaction)
        if network.upper_bound[j] > 0 and any(m == metabolite for m, _ in transition.reactants):
            return True
        if network.lower_bound[j] < 0 and any(m == metabolite for m, _ in transition.products):
            return True
    return False


def parse_labelling(labelling, where: str) -> tuple[int, ...]:
    """One 0 or 1 for each carbon, from (1, 0, 0), "100" or "#100" (which spreadsheets leave alone)."""
    if isinstance(labelling, str):
        text = labelling.removeprefix("#")
        found = [int(c) if c in ("0", "1") else None for c in text]
    else:
        try:
            found = [int(v) if v in (0, 1) else None for v in labelling]
        except (TypeError, ValueError):
            found = []
    if not found or None in found:
        raise InputError(
            f"{where}: the labelling {labelling!r} is not one 0 or 1 for each carbon, such as "
            '"#100000"; correct it.'
        )
    return tuple(found)


def write_labelling(labelling) -> str:
    """A labelling as text: "#100000"."""
    return "#" + "".join(map(str, labelling))


def check_mixture(mixture, where: str) -> Mixture:
    """Fractions and labellings of one metabolite, checked."""
    try:
        pairs = [(fraction, labelling) for fraction, labelling in mixture]
    except (TypeError, ValueError):
        pairs = []
    if not pairs:
        raise InputError(
            f"{where}: needs a list of (fraction, labelling) pairs, found {mixture!r}."
        )
    result = tuple((number(f, f"{where}: fraction"), parse_labelling(x, where)) for f, x in pairs)
    negative = [f for f, _ in result if f < 0]
    if negative:
        raise InputError(f"{where}: a fraction is {negative[0]:g}; fractions cannot be negative.")
    total = math.fsum(f for f, _ in result)
    if abs(total - 1) > FRACTION_TOLERANCE:
        raise InputError(
            f"{where}: the fractions sum to {total:g}; add what is missing (unlabelled molecules, too) "
            "so that they sum to 1."
        )
    if len({len(x) for _, x in result}) > 1:
        raise InputError(
            f"{where}: labellings of different lengths; write one 0 or 1 for each carbon."
        )
    return result


def describe(mixture: Mixture) -> str:
    """A mixture as one line: "30 % #100000, 70 % #000000"."""
    return ", ".join(f"{100 * f:g} % {write_labelling(x)}" for f, x in mixture)
