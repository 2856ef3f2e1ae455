"""Finding the data files that come with kinetools, and reading files with clear errors."""

import json
from pathlib import Path

from .errors import InputError

DATA = Path(__file__).resolve().parent.parent / "data"


def find(folder: str, name, suffix: str = ".json") -> Path:
    """Path of the bundled file `data/<folder>/<name><suffix>`, or `name` itself if it is a file."""
    if isinstance(name, str) and not Path(name).suffix and not Path(name).exists():
        bundled = DATA / folder / f"{name}{suffix}"
        if bundled.is_file():
            return bundled
        known = ", ".join(sorted(p.stem for p in (DATA / folder).glob(f"*{suffix}"))) or "none"
        raise InputError(
            f"There is no bundled file {name!r} in data/{folder} (there are: {known}); "
            "give one of these names or the path of a file."
        )
    path = Path(name)
    if not path.is_file():
        raise InputError(f"{path}: no such file; check the path.")
    return path


def read_table_file(path: Path, kind: str, version: int) -> dict:
    """A JSON or YAML file as a dict, checked to say that it is a `kind` of a known version."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path}: cannot be read as UTF-8 text ({error}); check the file."
        ) from error
    try:
        if path.suffix.lower() in (".yaml", ".yml"):
            import yaml

            content = yaml.safe_load(text)
        else:
            content = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{path}: is not valid JSON ({error}); correct or re-create it."
        ) from error
    except Exception as error:
        if type(error).__module__.split(".")[0] != "yaml":
            raise
        first = " ".join(str(error).split())
        raise InputError(
            f"{path}: is not valid YAML ({first}); correct or re-create it."
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


def number(value, where: str, *, positive: bool = False) -> float:
    """`value` as a finite float, or an InputError that says where."""
    good = isinstance(value, (int, float)) and not isinstance(value, bool)
    good = good and abs(value) < float("inf") and (not positive or value > 0)
    if not good:
        wanted = "a positive number" if positive else "a finite number"
        raise InputError(f"{where}: expected {wanted}, found {value!r}; correct it.")
    return float(value)
