"""Atom transitions: which atom of a product comes from which atom of a reactant."""

from collections import Counter
from dataclasses import dataclass

from ..errors import InputError
from .equations import parse_equation, split_at, write_equation

# Letters for writing transitions, enough for the largest of a genome-scale network (190 atoms).
ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" + "".join(
    chr(code) for code in range(0x100, 0x2B0)
)

Molecules = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class AtomTransition:
    """One way in which a reaction passes the atoms of its reactants on to its products.

    reactants, products: (metabolite id, atoms) for every molecule, so that a metabolite of coefficient 2
    stands twice; atoms are names, unique on each side and the same on both. Several transitions of one
    reaction share its flux equally, in both directions (symmetric metabolites).
    """

    reaction: str
    reactants: Molecules
    products: Molecules

    def __post_init__(self):
        check_balance(self.reactants, self.products, f"transition of {self.reaction}")

    @classmethod
    def parse(cls, reaction: str, equation: str, letters: str, where: str = "") -> "AtomTransition":
        """From text: parse("b_ec", "B --> E + C", "abc : a + bc"); each character is an atom.

        Metabolites without tracked atoms are left out of the equation. Raises InputError that says
        where the equation and the letters do not fit each other, or atoms do not balance.
        """
        where = where or f"transition of {reaction}"
        reactants, products, _ = parse_equation(equation, where)
        if not "".join(letters.split()).isprintable():
            raise InputError(f"{where}: the atoms {letters!r} cannot all be printed; use letters.")
        groups = [split_at(side, "+") for side in split_at(letters.split(), ":")]
        if len(groups) != 2 or any(len(group) != 1 for side in groups for group in side):
            raise InputError(
                f"{where}: the atoms {letters!r} are not of the form 'abc + de : a + bcde', with "
                "spaces around + and one colon; correct them."
            )
        sides = []
        for word, side, side_groups in zip(
            ("reactants", "products"), (reactants, products), groups
        ):
            molecules = _molecules(side, equation, where)
            if len(molecules) != len(side_groups):
                raise InputError(
                    f"{where}: {len(molecules)} {word} in {equation!r} but {len(side_groups)} group(s) of "
                    f"atoms in {letters!r}; write one group a molecule."
                )
            sides.append(tuple((m, tuple(g[0])) for m, g in zip(molecules, side_groups)))
        check_balance(*sides, where)  # here, for a message that says where
        return cls(reaction, *sides)

    @property
    def atom_map(self) -> dict[tuple[int, int], tuple[int, int]]:
        """(product molecule, position) -> (reactant molecule, position), all counted from 0."""
        origin = {
            a: (i, k) for i, (_, atoms) in enumerate(self.reactants) for k, a in enumerate(atoms)
        }
        return {
            (j, k): origin[a]
            for j, (_, atoms) in enumerate(self.products)
            for k, a in enumerate(atoms)
        }

    def equation(self, reversible: bool = False) -> str:
        """Its metabolites as an equation, one term a molecule."""
        sides = ([(m, 1) for m, _ in side] for side in (self.reactants, self.products))
        return write_equation(*sides, reversible)

    def letters(self) -> str:
        """Its atoms as text, one printable character each: "abc : a + bc"."""
        names = [a for _, atoms in self.reactants for a in atoms]
        if all(len(a) == 1 and a.isprintable() and a not in " +:" for a in names):
            letter = {a: a for a in names}
        elif len(names) <= len(ALPHABET):
            letter = dict(zip(names, ALPHABET))
        else:
            raise InputError(
                f"transition of {self.reaction}: {len(names)} atoms are more than the "
                f"{len(ALPHABET)} letters of the text format; split the reaction."
            )
        left, right = (
            " + ".join("".join(letter[a] for a in atoms) for _, atoms in side)
            for side in (self.reactants, self.products)
        )
        return f"{left} : {right}"

    def parts(self) -> list["AtomTransition"]:
        """Molecules that pass atoms to each other, apart from those that do not."""
        groups: list[tuple[set[str], list, list]] = []
        for side in (1, 2):
            for molecule in (self.reactants, self.products)[side - 1]:
                atoms = set(molecule[1])
                touching = [g for g in groups if g[0] & atoms]
                rest = [g for g in groups if not g[0] & atoms]
                merged = (atoms.union(*(g[0] for g in touching)), [], [])
                for group in touching:
                    merged[1].extend(group[1])
                    merged[2].extend(group[2])
                merged[side].append(molecule)
                groups = [*rest, merged]
        return [
            AtomTransition(self.reaction, tuple(left), tuple(right)) for _, left, right in groups
        ]

    def repeated(self, times: int) -> "AtomTransition":
        """The transition of `times` times as many molecules that all go the same way."""
        sides = (
            tuple((m, tuple(f"{a}.{i}" for a in atoms)) for i in range(times) for m, atoms in side)
            for side in (self.reactants, self.products)
        )
        return AtomTransition(self.reaction, *sides)


def _molecules(side, equation, where) -> list[str]:
    molecules = []
    for metabolite, coefficient in side:
        if coefficient != int(coefficient) or coefficient > 1000:
            raise InputError(
                f"{where}: {coefficient:g} {metabolite} in {equation!r} is not a whole number of "
                "molecules, so its atoms cannot be followed; leave it out of the atom transition."
            )
        molecules += [metabolite] * int(coefficient)
    return molecules


def check_balance(reactants: Molecules, products: Molecules, where: str) -> None:
    """InputError unless every atom stands exactly once on each side, and each molecule has atoms."""
    names = []
    for word, side in (("reactants", reactants), ("products", products)):
        if not side or any(not atoms for _, atoms in side):
            raise InputError(
                f"{where}: a molecule without atoms among the {word}; leave metabolites without "
                "tracked atoms out."
            )
        counts = Counter(atom for _, atoms in side for atom in atoms)
        repeated = [atom for atom, count in counts.items() if count > 1]
        if repeated:
            raise InputError(
                f"{where}: atom {repeated[0]!r} stands twice among the {word}; give each atom its own "
                "letter."
            )
        names.append(set(counts))
    left, right = names
    if left != right:
        what = [
            f"{', '.join(sorted(atoms)[:20])} {fate}"
            for atoms, fate in ((left - right, "lost"), (right - left, "from nowhere"))
            if atoms
        ]
        raise InputError(
            f"{where}: atoms do not balance, {len(left)} on the left and {len(right)} on the right "
            f"({'; '.join(what)}); every atom must stand once on each side."
        )
