"""Tables of atom transitions that do not belong to one network yet."""

from pathlib import Path

from ...errors import InputError
from ..atoms import AtomTransition
from ..equations import check_id, parse_equation
from ..tables import read_table

OPTIONAL = ("equation", "carbon_equation", "name", "genes", "lower_bound", "upper_bound")


def read_transitions(path) -> tuple[tuple[AtomTransition, ...], frozenset[str]]:
    """Transitions of a CSV table, and the reactions that it writes with a one-way arrow.

    Columns: reaction, equation or carbon_equation, atoms; the table of reactions of a network is such a
    table, too. Rows without atoms say nothing; a further row of a reaction gives another transition and
    may leave the equation empty. Raises InputError naming file and row.
    """
    path = Path(path)
    found, one_way, equations = [], set(), {}
    for row in read_table(path, ("reaction", "atoms"), OPTIONAL):
        reaction = check_id(row.text("reaction"), "reaction", row.where)
        where = f"{row.where} ({reaction})"
        equation = row["carbon_equation"] or row["equation"] or equations.get(reaction, "")
        equations.setdefault(reaction, row["equation"] or equation)
        if not row["atoms"]:
            continue
        if not equation:
            raise InputError(f"{where}: has atoms but no equation; write one.")
        found.append(AtomTransition.parse(reaction, equation, row["atoms"], where))
        if not parse_equation(equation, where)[2]:
            one_way.add(reaction)
    if not found:
        raise InputError(f'{path}: holds no atom transitions; fill in the column "atoms".')
    return tuple(found), frozenset(one_way)
