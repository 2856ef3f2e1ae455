"""The single files of BayFlux: transitions, distributions, bounds, and the tracer (read as data).

Backman et al. 2023, PLoS Comput. Biol. 19:e1011111; https://github.com/JBEI/bayflux.
"""

import io
import json
import re
import tokenize
from pathlib import Path

from ..data import one_line
from ..errors import InputError
from .atoms import AtomTransition
from .equations import check_id, parse_equation
from .experiments import check_distribution
from .fragments import Fragment
from .tables import parse_number, read_text, split_table
from .tracer import Tracer

MOST_CHARACTERS = 1_000_000  # of a tracer
DEEPEST = 8  # nested brackets of a tracer
_TEXT = re.compile(r"""(['"])([^'"\\]*)\1""")
_LOOKUP = ["model", ".", "metabolites", ".", "get_by_id", "("]


def read_transitions(path: Path) -> list[tuple[AtomTransition, bool, str]]:
    """(transition, reversible, place) of every line `reaction ⇥ A --> B + C ⇥ abc : a + bc`."""
    result = []
    for number, line in enumerate(read_text(path).splitlines(), 1):
        line = line.partition("#")[0]
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        cells = [c.strip() for c in line.rstrip().split("\t")]
        if len(cells) != 3:
            raise InputError(
                f"{where}: has {len(cells)} columns, expected three with tabs between them: reaction, "
                "equation, atoms."
            )
        reaction = check_id(cells[0], "reaction", where)
        where += f" ({reaction})"
        transition = AtomTransition.parse(reaction, cells[1], cells[2], where)
        result.append((transition, parse_equation(cells[1], where)[2], where))
    if not result:
        raise InputError(f"{path}: holds no atom transitions; write one a line.")
    return result


def read_distributions(path: Path) -> list[tuple[Fragment, list[float]]]:
    """Fragments and their distributions from a table `metabolite ⇥ atoms ⇥ 0 ⇥ 1 ⇥ …`.

    Atoms are counted from 1; 0,1,…,n−1 is read as the whole molecule, as in BayFlux's own example. Further
    rows of one fragment are replicates and become fragments "name #2", "name #3", ….
    """
    rows = split_table(read_text(path), str(path), "\t")
    result, seen = [], {}
    for where, cells in rows[1:]:
        metabolite = check_id(cells[0], "metabolite", where)
        where += f" ({metabolite})"
        while len(cells) > 2 and not cells[-1]:
            cells = cells[:-1]
        parts = [part.strip() for part in cells[1].split(",")] if len(cells) > 1 else [""]
        if not all(re.fullmatch(r"\d{1,5}", part) for part in parts):
            raise InputError(f'{where}: the atoms must be numbers such as "1,2,3"; correct them.')
        atoms = sorted(int(part) for part in parts)
        if atoms[0] == 0:
            if atoms != list(range(len(atoms))):
                raise InputError(f"{where}: the atoms are counted from 1, found 0; correct them.")
            atoms = list(range(1, len(atoms) + 1))
        values = [parse_number(c, f"{where}, mass {k}") for k, c in enumerate(cells[2:])]
        check_distribution(values, where)
        whole = atoms == list(range(1, len(atoms) + 1))
        name = metabolite if whole else f"{metabolite}[{','.join(map(str, atoms))}]"
        seen[name] = seen.get(name, 0) + 1
        name += f" #{seen[name]}" * (seen[name] > 1)
        try:
            fragment = Fragment(name, metabolite, tuple(atoms))
        except InputError as error:
            raise InputError(f"{where}: {error}") from None
        result.append((fragment.of_size(len(values) - 1, where), values))
    if not result:
        raise InputError(f"{path}: holds no distributions; write one a row.")
    return result


def read_bounds(path: Path) -> dict[str, tuple[float, float]]:
    """reaction -> (lower, upper) from a table of three columns: reaction, lower and upper bound."""
    bounds = {}
    for where, cells in split_table(read_text(path), str(path))[1:]:
        if len(cells) < 3 or any(cells[3:]):
            raise InputError(
                f"{where}: has {len(cells)} columns, expected reaction, lower, upper bound."
            )
        reaction = check_id(cells[0], "reaction", where)
        where += f" ({reaction})"
        lower, upper = (parse_number(c, where) for c in cells[1:3])
        if lower > upper:
            raise InputError(
                f"{where}: the lower bound {lower:g} is above the upper bound {upper:g}; correct them."
            )
        if reaction in bounds:
            raise InputError(f"{where}: the reaction stands above already; keep one row.")
        bounds[reaction] = (lower, upper)
    return bounds


def read_tracer(path: Path) -> Tracer:
    """The tracer of a file `substrateLabelingDict = {…}`. It is Python, but nothing of it is executed."""
    text = read_text(path)
    if len(text) > MOST_CHARACTERS:
        raise InputError(f"{path}: is longer than any tracer; choose another file.")
    try:
        words = [
            token.string
            for token in tokenize.generate_tokens(io.StringIO(text).readline)
            if token.type in (tokenize.NAME, tokenize.OP, tokenize.NUMBER, tokenize.STRING)
        ]
        content = json.loads(_as_json(words), object_pairs_hook=_distinct)
    except (tokenize.TokenError, SyntaxError, ValueError, RecursionError) as error:
        raise InputError(
            f"{path}: is not of the form substrateLabelingDict = {{model.metabolites.get_by_id('A'): "
            f"((1.0, [0, 1, 0]),)}} ({one_line(error)[:100]}); nothing else is read from this file."
        ) from None
    try:
        return Tracer(content)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def _as_json(words: list[str]) -> str:
    if words[:2] != ["substrateLabelingDict", "="]:
        raise ValueError("it starts differently")
    out, depth, i = [], 0, 2
    while i < len(words):
        word = words[i]
        if words[i : i + 6] == _LOOKUP and words[i + 7 : i + 8] == [")"]:
            word = words[i + 6]
            i += 7
        i += 1
        match = _TEXT.fullmatch(word)
        if match:
            out.append(json.dumps(match[2]))
        elif word in "([{":
            depth += 1
            out.append("{" if word == "{" else "[")
        elif word in ")]}":
            depth -= 1
            if out[-1] == ",":  # Python allows a comma after the last item
                out.pop()
            out.append("}" if word == "}" else "]")
        elif word in ",:" or re.fullmatch(r"\d+\.?\d*([eE]-?\d+)?", word):
            out.append(word + "0" * word.endswith("."))
        else:
            raise ValueError(f"{word[:30]!r} is no data")
        if depth > DEEPEST:
            raise ValueError("too many nested brackets")
    return " ".join(out)


def _distinct(pairs):
    result = dict(pairs)
    if len(result) < len(pairs):
        raise ValueError("a metabolite stands twice")
    return result
