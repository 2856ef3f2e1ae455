"""Elementary metabolite units (EMUs): which parts of which molecules decide the measured fragments.

An EMU is a set of a metabolite's atoms. Going backwards from the measured fragments, each EMU is a mixture
of what its producing reactions hand over: another EMU of the same size, several smaller ones joined
(a convolution of their mass distributions), or what comes in from outside. The decomposition is then
reduced without changing any result: EMUs with one source are that source, and EMUs that are made the
same way are one.

Source: Antoniewicz et al. 2007, Metab. Eng. 9:68.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from ..errors import InputError

FORWARD, REVERSE = 0, 1


@dataclass(frozen=True, order=True)
class Emu:
    """Some atoms (positions from 1, ascending) of a metabolite; `outside`: of what is taken up of it."""

    metabolite: str
    atoms: tuple[int, ...]
    outside: bool = False

    @property
    def size(self) -> int:
        """Number of atoms."""
        return len(self.atoms)

    def __str__(self):
        return f"{self.metabolite}[{','.join(map(str, self.atoms))}]" + " outside" * self.outside


Source = tuple[Emu, ...]  # one EMU, or several that are joined
Flux = tuple[int, int]  # reaction index and direction


@dataclass
class EmuNetwork:
    """Mixing equations of EMUs: each is the mean of its sources, weighted by their fluxes."""

    # EMU → source → flux → weight; EMUs that come from outside only are in `inputs`.
    inflows: dict[Emu, dict[Source, dict[Flux, float]]]
    fragments: dict[str, Emu]
    joined: dict[Emu, Source] = field(default_factory=dict)
    n_decomposed: int = 0
    equal: dict[Emu, Emu] = field(default_factory=dict)  # EMU left out → one of the same masses

    @property
    def inputs(self) -> set[Emu]:
        """EMUs of what is taken up."""
        found = {e for sources in self.inflows.values() for s in sources for e in s}
        found |= {e for source in self.joined.values() for e in source}
        found |= set(self.fragments.values())
        return {e for e in found if e.outside}

    def sizes(self) -> dict[int, int]:
        """Size → number of EMUs that must be solved for."""
        count = defaultdict(int)
        for emu in self.inflows:
            count[emu.size] += 1
        return dict(sorted(count.items(), reverse=True))


def decompose(network, fragments: dict[str, Emu], tracer_metabolites=()) -> EmuNetwork:
    """All EMUs that the fragments depend on.

    fragments: name → EMU; tracer_metabolites: what has a known labelling. Raises InputError for a
    fragment of a metabolite that nothing makes and that is not taken up.
    """
    producers = _producers(network)
    outside = _uptakes(network)
    inflows, waiting = {}, list(fragments.values())
    while waiting:
        emu = waiting.pop()
        if emu in inflows or emu.outside:
            continue
        sources = defaultdict(lambda: defaultdict(float))
        for flux, weight, atoms, origin in producers.get(emu.metabolite, ()):
            source = defaultdict(list)
            for position in emu.atoms:
                molecule, metabolite, place = origin[atoms[position - 1]]
                source[molecule, metabolite].append(place)
            parts = [Emu(m, tuple(sorted(places))) for (_, m), places in source.items()]
            sources[tuple(sorted(parts))][flux] += weight
        for flux, weight in outside.get(emu.metabolite, ()):
            sources[(Emu(emu.metabolite, emu.atoms, True),)][flux] += weight
        if not sources:
            if emu.metabolite not in tracer_metabolites:
                raise InputError(
                    f"{network.id}: nothing makes {emu.metabolite} with its carbon atoms, and it is not "
                    f"taken up, so the labelling of {emu} is undefined; add a transition or an uptake."
                )
            # Known labelling without a boundary reaction: any flux serves as the only source's weight.
            sources[(Emu(emu.metabolite, emu.atoms, True),)][(0, FORWARD)] = 1.0
        inflows[emu] = {s: dict(f) for s, f in sources.items()}
        waiting += [part for source in inflows[emu] for part in source]
    return EmuNetwork(inflows, dict(fragments), {}, len(inflows))


def reduce(emus: EmuNetwork) -> EmuNetwork:
    """The same fragments from fewer EMUs: chains shortened, equal ones merged."""
    inflows = {e: {s: dict(f) for s, f in sources.items()} for e, sources in emus.inflows.items()}
    fragments, joined = dict(emus.fragments), dict(emus.joined)
    equal = dict(emus.equal)
    while True:
        same = {}
        for emu, sources in inflows.items():
            if len(sources) == 1:
                (source,) = sources
                if len(source) == 1:
                    same[emu] = source[0]
                else:
                    joined[emu] = source
        inflows = {e: s for e, s in inflows.items() if e not in joined}
        same |= _twins(inflows, same) | _joined_twins(joined, same)
        if not same:
            return EmuNetwork(inflows, fragments, joined, emus.n_decomposed, equal)
        find = _representative(same)
        equal = {e: find(kept) for e, kept in equal.items()}
        equal |= {e: find(e) for e in same if find(e) != e}
        inflows = _renamed(inflows, same, find)
        joined = {
            e: tuple(sorted(map(find, source))) for e, source in joined.items() if e not in same
        }
        fragments = {name: find(emu) for name, emu in fragments.items()}


def _producers(network):
    """Metabolite → [(flux, weight, atom names of the molecule, atom name → where it comes from)]."""
    by_reaction = defaultdict(list)
    for transition in network.transitions:
        by_reaction[transition.reaction].append(transition)
    found = defaultdict(list)
    for reaction, transitions in by_reaction.items():
        index = network.index(reaction)
        # Several transitions of a reaction (symmetric molecules) share its flux equally.
        weight = 1.0 / len(transitions)
        for transition in transitions:
            directions = []
            if network.upper_bound[index] > 0:
                directions.append((FORWARD, transition.reactants, transition.products))
            if network.lower_bound[index] < 0:
                directions.append((REVERSE, transition.products, transition.reactants))
            for direction, consumed, produced in directions:
                origin = {
                    atom: (molecule, metabolite, place)
                    for molecule, (metabolite, atoms) in enumerate(consumed)
                    for place, atom in enumerate(atoms, 1)
                }
                for metabolite, atoms in produced:
                    found[metabolite].append(((index, direction), weight, atoms, origin))
    return found


def _uptakes(network):
    """Metabolite → [(flux, weight)] of the boundary reactions that may bring it in."""
    found = defaultdict(list)
    for index in range(len(network.reactions)):
        if not network.boundary[index]:
            continue
        for row in network.stoichiometry[:, index].nonzero()[0]:
            amount = network.stoichiometry[row, index]
            direction = FORWARD if amount > 0 else REVERSE
            open_ = network.upper_bound if amount > 0 else -network.lower_bound
            if open_[index] > 0:
                found[network.metabolites[row]].append(((index, direction), abs(amount)))
    return found


def _twins(inflows, same):
    """EMUs that are made in the same way as an earlier one."""
    seen, found = {}, {}
    for emu, sources in inflows.items():
        if emu in same:
            continue
        key = (
            emu.size,
            frozenset((s, frozenset(_shares(fluxes).items())) for s, fluxes in sources.items()),
        )
        first = seen.setdefault(key, emu)
        if first is not emu:
            found[emu] = first
    return found


def _shares(fluxes):
    return {flux: round(weight, 12) for flux, weight in fluxes.items()}


def _joined_twins(joined, same):
    seen, found = {}, {}
    for emu, source in joined.items():
        first = seen.setdefault(source, emu)
        if first is not emu and emu not in same:
            found[emu] = first
    return found


def _representative(same):
    def find(emu):
        path = set()
        while emu in same and emu not in path:
            path.add(emu)
            emu = same[emu]
        # A closed loop of EMUs that only feed each other: any one stands for all.
        return min(path) if emu in path else emu

    return find


def _renamed(inflows, same, find):
    renamed = {}
    for emu, sources in inflows.items():
        if emu in same and find(emu) != emu:
            continue
        merged = defaultdict(lambda: defaultdict(float))
        for source, fluxes in sources.items():
            new = tuple(sorted(map(find, source)))
            if new == (emu,):
                continue  # what comes back unchanged changes nothing
            for flux, weight in fluxes.items():
                merged[new][flux] += weight
        renamed[emu] = {s: dict(f) for s, f in merged.items()}
    return renamed
