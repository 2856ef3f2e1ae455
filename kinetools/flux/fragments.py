"""Fragments: the part of a metabolite whose mass isotopomer distribution is measured."""

import re
from dataclasses import dataclass, replace

from ..errors import InputError
from .equations import check_id

_FORM = re.compile(r"([^\[\]\s]+)(?:\[([0-9,\-–]{1,4000})\])?")
LARGEST = 10_000  # atoms


@dataclass(frozen=True)
class Fragment:
    """Some carbons of a metabolite.

    atoms: 1-based positions, in ascending order; () stands for the whole molecule where its number of
    carbons is not known yet (`in_network` fills it in). aliases: other ids of the same metabolite.
    """

    name: str
    metabolite: str
    atoms: tuple[int, ...] = ()
    aliases: tuple[str, ...] = ()

    def __post_init__(self):
        where = f"fragment {self.name!r}"
        check_id(self.metabolite, "metabolite", where)
        atoms = tuple(self.atoms)
        if not all(isinstance(a, int) and a >= 1 for a in atoms) or len(set(atoms)) < len(atoms):
            raise InputError(
                f"{where}: the atoms {atoms} are not different whole numbers from 1 on; correct them."
            )
        object.__setattr__(self, "atoms", tuple(sorted(atoms)))
        object.__setattr__(self, "aliases", tuple(self.aliases))

    @classmethod
    def parse(cls, text, name: str = "", aliases=(), where: str = "") -> "Fragment":
        """From text: "F" is the whole molecule, "B[2,3]" or "B[2-3]" its atoms 2 and 3.

        A Fragment is returned as it is. Raises InputError that says where.
        """
        if isinstance(text, Fragment):
            return text
        where = where or f"fragment {text!r}"
        match = _FORM.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            raise InputError(
                f"{where}: {text!r} is not a fragment; write a metabolite, such as F, or some of its "
                "atoms, such as B[2,3]."
            )
        atoms = parse_atoms(match[2], where) if match[2] is not None else ()
        check_id(match[1], "metabolite", where)
        return cls(name or text, match[1], atoms, tuple(aliases))

    def __str__(self):
        return f"{self.metabolite}[{write_atoms(self.atoms)}]" if self.atoms else self.metabolite

    def of_size(self, n_atoms: int, where: str = "") -> "Fragment":
        """The same fragment with its atoms filled in if it is a whole molecule of `n_atoms`."""
        if self.atoms and len(self.atoms) != n_atoms:
            raise InputError(
                f"{where or f'fragment {self.name!r}'}: a fragment of {len(self.atoms)} atoms has "
                f"{len(self.atoms) + 1} masses (M0 to M{len(self.atoms)}), found {n_atoms + 1}; correct "
                "the atoms or the masses."
            )
        return self if self.atoms else replace(self, atoms=tuple(range(1, n_atoms + 1)))

    def in_network(self, network, where: str = "") -> "Fragment":
        """The same fragment (and name) with the network's id of its metabolite and all its atoms.

        Raises InputError for an unknown metabolite, one without tracked atoms, or a fragment longer than
        its molecule.
        """
        where = where or f"fragment {self.name!r}"
        names = (self.metabolite, *self.aliases)
        found = next((m for m in names if m in network.metabolites), None)
        if found is None:
            raise InputError(
                f"{where}: network {network.id!r} has no metabolite {' or '.join(map(repr, names))}; "
                "correct the id or give another name of it."
            )
        n_atoms = network.atoms(found)
        if not n_atoms:
            raise InputError(
                f"{where}: no atom transition of network {network.id!r} mentions {found}, so its "
                "labelling is not known; add transitions or leave the fragment out."
            )
        if self.atoms and self.atoms[-1] > n_atoms:
            raise InputError(
                f"{where}: names atom {self.atoms[-1]}, but {found} has {n_atoms} atoms in network "
                f"{network.id!r}; correct the fragment."
            )
        return Fragment(self.name, found, self.atoms or tuple(range(1, n_atoms + 1)))


def parse_atoms(text: str, where: str) -> tuple[int, ...]:
    """Positions from "2,3" or "1-6"; InputError that says where."""
    atoms: list[int] = []
    for part in text.replace("–", "-").split(","):
        first, dash, last = part.partition("-")
        if not (first.isdigit() and (last.isdigit() or not dash)):
            raise InputError(f"{where}: {text!r} are not positions of atoms such as 1-3 or 2,3.")
        if max(len(first), len(last)) > 5 or not 1 <= int(first) <= int(last or first) <= LARGEST:
            raise InputError(
                f"{where}: {part!r} in {text!r} are not positions of atoms, counted from 1 upwards; "
                "correct them."
            )
        atoms += range(int(first), int(last or first) + 1)
        if len(atoms) > LARGEST:
            raise InputError(f"{where}: {text[:50]!r} names more than {LARGEST} atoms; correct it.")
    if len(set(atoms)) < len(atoms):
        raise InputError(f"{where}: {text[:50]!r} names an atom twice; correct it.")
    return tuple(atoms)


def write_atoms(atoms) -> str:
    """Positions as text, runs of three or more with a dash: "1-6", "2,3"."""
    runs: list[list[int]] = []
    for atom in atoms:
        if runs and atom == runs[-1][1] + 1:
            runs[-1][1] = atom
        else:
            runs.append([atom, atom])
    return ",".join(
        f"{a}-{b}" if b > a + 1 else ",".join(map(str, range(a, b + 1))) for a, b in runs
    )
