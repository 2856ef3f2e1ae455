"""Reading, checking and writing Escher maps (JSON, schema 1-0-0).

A map is the plain content of its file: a list of a header (`map_id`, `map_name`, ...) and a body
(`reactions`, `nodes`, `text_labels`, `canvas`), just as Escher's own code takes it.
"""

import json
from typing import NamedTuple

from ..data import find
from ..errors import InputError
from ..store import write_text
from .validate import validate_map

SCHEMA = "https://escher.github.io/escher/jsonschema/1-0-0#"


class MapCheck(NamedTuple):
    """Reactions that a map lacks, and those that it has beyond a model's."""

    missing: tuple[str, ...]
    extra: tuple[str, ...]


def load_map(name_or_path) -> list:
    """An Escher map, by its bundled name (`"ecoli"`) or path, checked to be whole.

    Returns [header, body] as read. Raises InputError, naming the file and what is wrong, for a
    file that is no JSON or no Escher map, for segments to nodes that do not exist, reactions that
    occur twice, and coordinates that are not finite.
    """
    path = find("maps", name_or_path)
    try:
        content = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_unique)
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(
            f"{path}: is not valid JSON ({error}); correct or re-create it."
        ) from error
    validate_map(content, str(path))
    return content


def map_reactions(escher_map) -> list[str]:
    """Ids of the reactions of a map, in its order."""
    return [reaction["bigg_id"] for reaction in escher_map[1]["reactions"].values()]


def map_metabolites(escher_map) -> list[str]:
    """Ids of the metabolites of a map, each once although a map may draw one several times."""
    nodes = escher_map[1]["nodes"].values()
    return list(dict.fromkeys(n["bigg_id"] for n in nodes if n["node_type"] == "metabolite"))


def check_map(escher_map, model, report_only: bool = False) -> MapCheck:
    """Compare the reactions of a map with those of a model.

    model: a KineticModel, a cobra.Model, or reaction ids. Returns what is missing and extra;
    raises InputError if a reaction is missing, unless report_only. Extra reactions do no harm.
    """
    if hasattr(model, "reactions"):
        wanted = [reaction.id for reaction in model.reactions]
    else:
        wanted = [model] if isinstance(model, str) else list(model)
    shown = map_reactions(escher_map)
    check = MapCheck(
        tuple(r for r in dict.fromkeys(wanted) if r not in set(shown)),
        tuple(r for r in shown if r not in set(wanted)),
    )
    if check.missing and not report_only:
        name = escher_map[0].get("map_name") or escher_map[0].get("map_id") or "the map"
        raise InputError(
            f"{name}: lacks {len(check.missing)} of the {len(wanted)} reactions: "
            f"{', '.join(check.missing)}; use a map of this network or add them."
        )
    return check


def save_map(escher_map, path) -> None:
    """Write a map, one node or reaction a line; an existing file is replaced as a whole."""
    header, body = escher_map
    rows = [f"[{json.dumps(header, ensure_ascii=False)},", "{"]
    for key in ("reactions", "nodes", "text_labels"):
        entries = [
            f'"{i}": {json.dumps(entry, ensure_ascii=False)}' for i, entry in body[key].items()
        ]
        rows.append(f'"{key}": {{\n' + ",\n".join(entries) + "\n},")
    rows.append(f'"canvas": {json.dumps(body["canvas"])}\n}}]\n')
    write_text(path, "\n".join(rows))


def _unique(pairs):
    content = dict(pairs)
    if len(content) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice!r} occurs twice in one object")
    return content
