"""Finding the data files that come with kinetools, and reading files with clear errors."""

import json
import math
from numbers import Integral, Real
from pathlib import Path

from .errors import InputError

DATA = Path(__file__).resolve().parent.parent / "data"


def find(folder: str, name, suffix: str = ".json") -> Path:
    """Path of the bundled file `data/<folder>/<name><suffix>`, or `name` itself if it is a file."""
    if not isinstance(name, (str, Path)):
        raise InputError(f"expected the name or path of a file of {folder}, found {name!r}.")
    if isinstance(name, str) and not Path(name).suffix and not _is_file(Path(name)):
        bundled = DATA / folder / f"{name}{suffix}"
        if _is_file(bundled):
            return bundled
        known = ", ".join(sorted(p.stem for p in (DATA / folder).glob(f"*{suffix}"))) or "none"
        raise InputError(
            f"There is no bundled file {name!r} in data/{folder} (there are: {known}); "
            "give one of these names or the path of a file."
        )
    path = Path(name)
    if not _is_file(path):
        raise InputError(f"{path}: no such file; check the path.")
    return path


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that is too long, a folder that may not be read
        return False


def read_table_file(path: Path, kind: str, version: int) -> dict:
    """A JSON or YAML file as a dict, checked to say that it is a `kind` of a known version."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path}: cannot be read as UTF-8 text ({one_line(error)}); check the file."
        ) from error
    is_yaml = path.suffix.lower() in (".yaml", ".yml")
    try:
        if is_yaml:
            import yaml

            content = yaml.safe_load(text)
        else:
            content = json.loads(
                text, parse_constant=_no_constant, object_pairs_hook=_without_repeats
            )
    except Exception as error:  # PyYAML reports malformed values in many types
        what = "YAML" if is_yaml else "JSON"
        raise InputError(
            f"{path}: is not valid {what} ({one_line(error)}); correct or re-create it."
        ) from error
    if not isinstance(content, dict) or content.get("format") != f"kinetools {kind}":
        raise InputError(
            f'{path}: is not a {kind} file; its "format" entry must be "kinetools {kind}" '
            "(docs/file_formats.md describes it)."
        )
    if content.get("version") != version:
        raise InputError(
            f"{path}: has version {content.get('version')!r} of the {kind} format, but this kinetools "
            f"reads version {version}; convert the file or update kinetools."
        )
    return content


def _no_constant(word):
    raise ValueError(f"{word} is not a number that JSON knows")


def _without_repeats(pairs):
    result = dict(pairs)
    if len(result) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"{next(k for k in keys if keys.count(k) > 1)!r} is given twice")
    return result


def one_line(error: Exception) -> str:
    """An error's message without line breaks, for use inside a sentence."""
    return " ".join(str(error).split()) or type(error).__name__


def real_numbers(values, what: str):
    """`values` as a float array, or an InputError that says what holds something else."""
    import numpy as np

    try:
        values = np.asarray(values)
        if values.dtype.kind == "c":
            raise TypeError
        return values.astype(float)
    except (TypeError, ValueError):
        raise InputError(
            f"{what} must hold real numbers; correct or remove what is none."
        ) from None


def whole_number(value, name: str, least: int) -> int:
    """`value` as an int of at least `least`, or an InputError that names it."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise InputError(f"{name} must be a whole number of at least {least}, found {value!r}.")
    return int(value)


def number(value, where: str, *, positive: bool = False) -> float:
    """`value` as a finite float, or an InputError that says where."""
    good = isinstance(value, Real) and not isinstance(value, bool)
    try:
        good = good and math.isfinite(value) and (not positive or value > 0)
    except OverflowError:  # a whole number beyond every float
        good = False
    if not good:
        wanted = "a positive number" if positive else "a finite number"
        raise InputError(f"{where}: expected {wanted}, found {value!r}; correct it.")
    return float(value)
