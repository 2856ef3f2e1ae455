"""The parameters that a notebook declares, and the checks on values given for them.

A notebook's parameters stand in its one cell tagged ``parameters``, one assignment a line:

    physiology = 1        # one of: 1, 2, 3, 4
    n_sets = 2000         # at least 1; how many parameter sets are sampled
    slowest: float = -9   # 1/h
    saved_rule: str | None = None

The type is the annotation's, else that of the default. ``one of: …``, ``at least …`` and
``at most …`` in the comment are checked; each ends at a semicolon or at the end of the line.
"""

import ast
import contextlib
import difflib
import io
import json
import math
import operator
import os
import re
import tokenize
from dataclasses import dataclass

from .errors import InputError

TYPES = {
    "bool": bool,
    "int": int,
    "float": float,
    "str": str,
    "list": list,
    "tuple": list,
    "dict": dict,
    "None": type(None),
}
BOUNDS = {"at least": operator.ge, "at most": operator.le}
TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
TYPE_NAMES = {
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "list": "a list (JSON)",
    "dict": "a table of names and values (JSON)",
    "NoneType": "none",
}


@dataclass(frozen=True)
class Parameter:
    """One parameter of a notebook; `types` is empty where any value will do."""

    name: str
    default: object
    types: tuple[type, ...] = ()
    comment: str = ""
    computed: bool = False  # the default is an expression, so its value is not known here

    def check(self, value):
        """The value as the notebook will get it; text is read as on a command line.

        Raises InputError when it is of another type, or not among the values allowed.
        """
        value = self._typed(value)
        if value is None or isinstance(value, list | dict):
            return value
        if self.choices and value not in self.choices:
            allowed = ", ".join(str(choice) for choice in self.choices)
            raise InputError(f"parameter {self.name} must be one of {allowed}, not {value!r}.")
        for words, compare in BOUNDS.items():
            for limit in () if isinstance(value, str) else _declared(words, self.comment):
                if not compare(value, float(limit)):
                    raise InputError(f"parameter {self.name} must be {words} {limit}, not {value}.")
        return value

    @property
    def choices(self) -> tuple:
        """The values allowed by ``one of: …``; empty where all are."""
        listed = _declared("one of", self.comment)
        words = re.split(r",|\bor\b", listed[0]) if listed else []
        return tuple(self._typed(word.strip(" '\"`")) for word in words if word.strip())

    def _typed(self, value):
        value = _plain(value, self.name)
        if not self.types:
            return _read_json(value) if isinstance(value, str) else value
        for kind in self.types:
            read = _READERS[kind](value)
            if read is not _UNFIT:
                return read
        expected = " or ".join(TYPE_NAMES[kind.__name__] for kind in self.types)
        raise InputError(f"parameter {self.name} must be {expected}, not {value!r}.")


def read_parameters(notebook, path) -> dict[str, Parameter]:
    """The parameters of an nbformat notebook, by name, in their order; none without such a cell.

    Raises InputError when the cell cannot be read, or when there are several.
    """
    cells = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    if len(cells) > 1:
        raise InputError(f"{path}: {len(cells)} cells are tagged 'parameters'; keep one.")
    if not cells:
        return {}
    source = cells[0].source
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        raise InputError(
            f"{path}: line {error.lineno} of its parameters cell is not Python: {error.msg}."
        ) from None
    comments = _comments(source)
    found = {}
    for statement in statements:
        annotation = getattr(statement, "annotation", None)
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target = statement.targets[0]
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            target = statement.target
        else:
            continue
        if isinstance(target, ast.Name):
            lines = range(statement.end_lineno, statement.lineno - 1, -1)  # may be wrapped
            comment = next((comments[line] for line in lines if line in comments), "")
            found[target.id] = _parameter(target.id, statement.value, annotation, comment)
    return found


def check_parameters(declared: dict[str, Parameter], given: dict, path) -> dict:
    """The given values, each checked against the notebook's declaration of it.

    Raises InputError for a name that the notebook lacks, and for a value it does not allow.
    """
    for name in given:
        if name not in declared:
            close = difflib.get_close_matches(name, declared, n=1)
            hint = f"did you mean {close[0]}?" if close else f"it has {_listing(declared)}."
            raise InputError(f"{path} has no parameter {name!r}: {hint}")
    try:
        return {name: declared[name].check(value) for name, value in given.items()}
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def _listing(declared) -> str:
    return ", ".join(declared) or "none (no cell of it is tagged 'parameters')"


def _parameter(name, value, annotation, comment) -> Parameter:
    try:
        default, computed = ast.literal_eval(value), False
    except ValueError:
        default, computed = None, True
    if annotation is not None:
        types = _annotated(annotation)
    elif computed or default is None:
        types = ()
    else:
        types = (TYPES.get(type(default).__name__, object),)
    # None and text would read what is meant for the others: first and last, then.
    types = () if object in types else tuple(sorted(set(types), key=_reading_order))
    return Parameter(name, default, types, comment, computed)


def _annotated(annotation: ast.expr) -> tuple[type, ...]:
    """Types of ``int``, ``"int"``, ``list[float]``, ``float | None``, ``Optional[float]``."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        annotation = ast.parse(annotation.value, mode="eval").body
    if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
        return _annotated(annotation.left) + _annotated(annotation.right)
    if isinstance(annotation, ast.Subscript):
        outer = ast.unparse(annotation.value).rpartition(".")[2]
        if outer == "Optional":
            return (*_annotated(annotation.slice), type(None))
        return (TYPES.get(outer, object),)
    return (TYPES.get(ast.unparse(annotation), object),)


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {
        token.start[0]: token.string.lstrip("# ")
        for token in tokens
        if token.type == tokenize.COMMENT
    }


def _declared(words: str, comment: str) -> list[str]:
    """What follows some words of the convention in a comment; for bounds, the number."""
    if words in BOUNDS:
        return [text.replace("_", "") for text in re.findall(rf"{words} ([-+\d._e]*\d)", comment)]
    return re.findall(rf"{words}:\s*([^;]*)", comment)


def _plain(value, name):
    """A path, NumPy value or tuple as plain Python; InputError for what JSON cannot hold."""
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    elif hasattr(value, "tolist"):
        value = value.tolist()
    elif isinstance(value, tuple):
        value = list(value)
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        raise InputError(
            f"parameter {name} must be plain numbers, text, lists or tables, not {value!r}."
        ) from None
    return value


def _reading_order(kind) -> int:
    return [type(None), bool, int, float, list, dict, str].index(kind)


_UNFIT = object()


def _read_bool(value):
    if isinstance(value, str):
        return TRUTH.get(value.strip().lower(), _UNFIT)
    return value if isinstance(value, bool) else _UNFIT


def _read_int(value):
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        with contextlib.suppress(ValueError):
            return int(value)
    number = _read_float(value)  # 1e4 is a whole number too
    return int(number) if number is not _UNFIT and number == math.floor(number) else _UNFIT


def _read_float(value):
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return _UNFIT
    try:
        number = float(value)
    except ValueError:
        return _UNFIT
    return number if math.isfinite(number) else _UNFIT


def _read_str(value):
    return value if isinstance(value, str) else _UNFIT


def _read_none(value):
    absent = value is None or (isinstance(value, str) and value.strip().lower() in ("none", "null"))
    return None if absent else _UNFIT


def _read_json(value):
    try:
        return json.loads(value)
    except ValueError:
        return None if _read_none(value) is None else value


def _read_container(kind):
    def read(value):
        value = _read_json(value) if isinstance(value, str) else value
        return value if isinstance(value, kind) else _UNFIT

    return read


_READERS = {
    bool: _read_bool,
    int: _read_int,
    float: _read_float,
    str: _read_str,
    list: _read_container(list),
    dict: _read_container(dict),
    type(None): _read_none,
}
