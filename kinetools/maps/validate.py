"""Checks that the content of a file is an Escher map, piece by piece."""

import math

from ..errors import InputError

NODE_TYPES = ("metabolite", "multimarker", "midmarker")


def validate_map(content, where: str) -> None:
    """Raise InputError, saying where, unless `content` is a whole and consistent Escher map."""
    if not (
        isinstance(content, list)
        and len(content) == 2
        and all(isinstance(part, dict) for part in content)
    ):
        raise InputError(
            f"{where}: is not an Escher map, which is a list of a header and a body; "
            "export the map again from Escher."
        )
    header, body = content
    schema = header.get("schema")
    if not (isinstance(schema, str) and "1-0-0" in schema):
        raise InputError(
            f"{where}: does not say that it has the Escher schema 1-0-0 but {schema!r}; "
            "open it in a current Escher and save it again."
        )
    for key in ("map_id", "map_name"):
        _typed(header, key, str, f"{where}: the header")
    for key in ("reactions", "nodes", "text_labels", "canvas"):
        _typed(body, key, dict, f"{where}: the body")
    for key in ("x", "y", "width", "height"):
        _number(body["canvas"], key, f"{where}: canvas")
    if body["canvas"]["width"] <= 0 or body["canvas"]["height"] <= 0:
        raise InputError(
            f"{where}: the canvas has no area; give it a width and a height above zero."
        )
    for key, node in _entries(body["nodes"], f"{where}: node"):
        _node(node, f"{where}: node {key}")
    for key, text in _entries(body["text_labels"], f"{where}: text label"):
        _coordinates(text, f"{where}: text label {key}")
        _typed(text, "text", str, f"{where}: text label {key}")
    seen = {}
    for key, reaction in _entries(body["reactions"], f"{where}: reaction"):
        name = _typed(reaction, "bigg_id", str, f"{where}: reaction {key}")
        if name in seen:
            raise InputError(
                f"{where}: reaction {name} occurs twice (entries {seen[name]} and {key}); "
                "delete one of them."
            )
        seen[name] = key
        _reaction(reaction, body["nodes"], f"{where}: reaction {name}")


def _reaction(reaction, nodes, where):
    _typed(reaction, "name", str, where)
    _typed(reaction, "reversibility", bool, where)
    _coordinates(reaction, where, "label_x", "label_y")
    metabolites = set()
    for entry in _typed(reaction, "metabolites", list, where):
        if not isinstance(entry, dict):
            raise InputError(f"{where}: its metabolites are not objects; export the map again.")
        metabolites.add(_typed(entry, "bigg_id", str, f"{where}: one of its metabolites"))
        _number(entry, "coefficient", f"{where}: metabolite {entry['bigg_id']}")
    for key, segment in _entries(_typed(reaction, "segments", dict, where), f"{where}: segment"):
        place = f"{where}: segment {key}"
        for end in ("from_node_id", "to_node_id"):
            node = nodes.get(_typed(segment, end, str, place))
            if node is None:
                raise InputError(
                    f"{place} joins node {segment[end]}, which the map lacks; add it or delete "
                    "the segment."
                )
            if node["node_type"] == "metabolite" and node["bigg_id"] not in metabolites:
                raise InputError(
                    f"{place} joins {node['bigg_id']}, which is not among the reaction's "
                    "metabolites; correct one of them."
                )
        for control in ("b1", "b2"):
            if segment.get(control) is not None:
                _coordinates(_typed(segment, control, dict, place), f"{place}: {control}")


def _node(node, where):
    if node.get("node_type") not in NODE_TYPES:
        raise InputError(
            f"{where}: node_type is {node.get('node_type')!r}; it must be one of "
            f"{', '.join(NODE_TYPES)}."
        )
    _coordinates(node, where)
    if node["node_type"] == "metabolite":
        for key, kind in (("bigg_id", str), ("name", str), ("node_is_primary", bool)):
            _typed(node, key, kind, where)
        _coordinates(node, where, "label_x", "label_y")


def _entries(table, where):
    for key, entry in table.items():
        if not isinstance(entry, dict):
            raise InputError(f"{where} {key}: is not an object; export the map again from Escher.")
        yield key, entry


def _coordinates(entry, where, *keys):
    for key in keys or ("x", "y"):
        _number(entry, key, where)


def _number(entry, key, where):
    value = entry.get(key)
    good = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not good or not math.isfinite(value):
        raise InputError(f"{where}: {key} is {value!r}; it must be a finite number.")


def _typed(entry, key, kind, where):
    value = entry.get(key)
    if not isinstance(value, kind):
        words = {str: "text", bool: "true or false", dict: "an object", list: "a list"}
        raise InputError(f"{where}: {key} is {value!r:.60}; it must be {words[kind]}.")
    return value
