"""Draws up an Escher map of a network from a short layout written by hand.

A layout says where the primary metabolites are and which of them each reaction joins; curves,
markers, cofactors and the places of labels follow. It is a JSON file (x to the right, y downwards,
both in Escher's map units):

    "nodes":     {"g6p_c": [900, 300, "right"], "pyr_c#2": [400, 800, "left"]}
    "reactions": {"PGI": {"path": ["g6p_c", "f6p_c"], "cofactors": "left", "label": "right"}}
    "texts":     [["Glycolysis", 700, 200]]

A node is a metabolite id (with `#2`, `#3` ... for a second drawing of the same metabolite), its
position and the side of its name. Options of a reaction, all but the path with a default:

- path: the primary substrate and product; the line runs from one to the other;
- at [x, y]: its middle, else half-way on the straight line, or on a circle of radius `arc`
  (clockwise if positive); heading: direction there in degrees clockwise from "to the right";
- start, end [x, y]: where the curve from the substrate, or to the product, has its corner; with
  four numbers its two control points, that of the metabolite first;
- joins {node: [x, y] or null}: further primary metabolites, with the corner of their curve;
- cofactors: the side of all other metabolites ("left", "right", "above", "below");
- place {metabolite: side, or [dx, dy], or [dx, dy, side of the name]}: exceptions, as a distance
  from the middle; corners {metabolite: [dx, dy]}: corner of a cofactor's curve;
- label: side of the reaction's name, or [dx, dy] of the start of its baseline from the middle;
- core: half the length of the straight piece in the middle;
- comb [distance, spacing]: the other metabolites in a column on either side, largest coefficient
  first, for a reaction of dozens; the first place of each column is left to the path's ends.

    python -m kinetools.maps.layout data/maps/ecoli_layout.json data/maps/ecoli.json
"""

import argparse
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from ..data import read_table_file
from ..errors import InputError
from .cofactors import name_position, reaction_label, spread
from .escher import SCHEMA, save_map
from .geometry import arc_middle, bezier_controls, control_point, dot, rotate, unit

VERSION = 1
CORE = 20
OPTIONS = {
    *("path", "at", "arc", "heading", "start", "end", "joins"),
    *("cofactors", "place", "corners", "label", "core", "comb"),
}


def load_layout(path) -> dict:
    """The content of a layout file; raises InputError if it is not one."""
    layout = read_table_file(Path(path), "map layout", VERSION)
    for key, kind in (("nodes", dict), ("reactions", dict), ("texts", list), ("canvas", list)):
        if not isinstance(layout.get(key), kind):
            raise InputError(f'{path}: the layout lacks its "{key}" {kind.__name__}; add it.')
    return layout


def build_map(layout: dict, model, where: str = "layout") -> list:
    """The Escher map (schema 1-0-0) of a network, drawn as `layout` says.

    model: a KineticModel or a cobra.Model; it gives names, stoichiometry and reversibility.
    where: what messages call the layout. Raises InputError if the layout names a reaction or
    metabolite that the model lacks, or misses out a reaction.
    """
    reactions, names = _facts(model)
    missing = [r for r in reactions if r not in layout["reactions"]]
    extra = [r for r in layout["reactions"] if r not in reactions]
    if missing or extra:
        what = f"lacks {', '.join(missing)}" if missing else f"has the unknown {', '.join(extra)}"
        raise InputError(f"{where}: {what}; a layout has exactly the reactions of its model.")
    drawing = _Drawing(layout, reactions, names, where)
    with drawing.blaming("the header, canvas or a text"):
        return drawing.to_escher()


def _facts(model):
    """({reaction: (name, {metabolite: coefficient}, reversible)}, {metabolite: name})."""
    names = {m.id: m.name for m in model.metabolites}
    if hasattr(model, "to_cobra"):
        reactions = {r.id: (r.name, r.stoichiometry(), r.law.reversible) for r in model.reactions}
    else:
        reactions = {
            r.id: (r.name, {m.id: c for m, c in r.metabolites.items()}, r.reversibility)
            for r in model.reactions
        }
    return reactions, names


class _Drawing:
    """Collects the nodes, segments and reactions of one map."""

    def __init__(self, layout, reactions, names, where):
        self.layout, self.facts, self.names, self.where = layout, reactions, names, where
        self.ids = count()
        self.nodes, self.reactions, self.place = {}, {}, {}
        for key, entry in layout["nodes"].items():
            with self.blaming(f"node {key}"):
                side = entry[2] if len(entry) > 2 else "right"
                metabolite, point = key.split("#")[0], complex(*entry[:2])
                self.place[key] = self._metabolite(metabolite, point, side, True)
        for reaction_id, options in layout["reactions"].items():
            with self.blaming(f"reaction {reaction_id}"):
                self._reaction(reaction_id, options)

    def to_escher(self) -> list:
        x, y, width, height = self.layout["canvas"]
        header = {
            "map_name": self.layout["name"],
            "map_id": self.layout["id"],
            "map_description": self.layout.get("description", ""),
            "homepage": "https://escher.github.io",
            "schema": SCHEMA,
        }
        texts = {
            str(next(self.ids)): {"x": _round(x), "y": _round(y), "text": text}
            for text, x, y in self.layout["texts"]
        }
        body = {
            "reactions": self.reactions,
            "nodes": self.nodes,
            "text_labels": texts,
            "canvas": {"x": x, "y": y, "width": width, "height": height},
        }
        return [header, body]

    @contextmanager
    def blaming(self, entry):
        """Turn whatever a malformed entry leads to into a message that names it."""
        try:
            yield
        except InputError:
            raise
        except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
            raise InputError(
                f"{self.where}: {entry} cannot be drawn ({error!r}); correct its entry."
            ) from error

    def _fail(self, reaction_id, problem):
        raise InputError(f"{self.where}: reaction {reaction_id} {problem}; correct it.")

    def _marker(self, point, kind="multimarker"):
        key = str(next(self.ids))
        self.nodes[key] = {"node_type": kind, **_xy(point)}
        return key

    def _metabolite(self, metabolite, point, side, primary):
        if metabolite not in self.names:
            raise InputError(
                f"{self.where}: node {metabolite} is not a metabolite of the model; correct its id."
            )
        if isinstance(side, str):
            label = name_position(metabolite, point, side, primary)
        else:
            label = point + complex(*side)
        key = str(next(self.ids))
        self.nodes[key] = {
            "node_type": "metabolite",
            **_xy(point),
            "bigg_id": metabolite,
            "name": self.names[metabolite],
            "label_x": _round(label.real),
            "label_y": _round(label.imag),
            "node_is_primary": primary,
        }
        return key

    def _point(self, key):
        return complex(self.nodes[key]["x"], self.nodes[key]["y"])

    def _reaction(self, reaction_id, options):
        if unknown := set(options) - OPTIONS:
            self._fail(reaction_id, f"has the unknown option {sorted(unknown)[0]!r}")
        name, stoichiometry, reversible = self.facts[reaction_id]
        first, last = options["path"]
        joined = {first: options.get("start"), last: options.get("end"), **options.get("joins", {})}
        for key in joined:
            if key not in self.place or key.split("#")[0] not in stoichiometry:
                self._fail(reaction_id, f"joins {key}, which is not a node or not of the reaction")
        if stoichiometry[first.split("#")[0]] > 0 or stoichiometry[last.split("#")[0]] < 0:
            self._fail(reaction_id, "has a path that does not run from a substrate to a product")

        middle, tangent = self._middle(options, self.place[first], self.place[last])
        core = options.get("core", CORE)
        markers = {-1: middle - core * tangent, 1: middle + core * tangent}
        keys = {sign: self._marker(point) for sign, point in markers.items()}
        centre = self._marker(middle, "midmarker")
        segments = {}

        def join(sign, node, corner, early=1.0):
            point, marker, along = self._point(node), markers[sign], -sign * tangent
            if corner is None and "comb" in options:
                across = dot(point - middle, tangent * 1j) * tangent * 1j
                corner = [middle + 0.45 * sign * options["comb"][0] * tangent + across]
            elif corner is None:
                corner = [marker + early * (control_point(point, marker, along) - marker)]
            b1, b2 = corner if len(corner) == 2 else bezier_controls(point, *corner, marker)
            if sign < 0:
                segment = {"from_node_id": node, "to_node_id": keys[sign]}
            else:
                segment, b1, b2 = {"from_node_id": keys[sign], "to_node_id": node}, b2, b1
            segments[str(next(self.ids))] = {**segment, "b1": _xy(b1), "b2": _xy(b2)}

        for key, corner in joined.items():
            sign = 1 if stoichiometry[key.split("#")[0]] > 0 else -1
            join(sign, self.place[key], _points(corner))
        for start, end in ((keys[-1], centre), (centre, keys[1])):
            segments[str(next(self.ids))] = {
                "from_node_id": start,
                "to_node_id": end,
                "b1": None,
                "b2": None,
            }
        drawn = {key.split("#")[0] for key in joined}
        secondary = {m: c for m, c in stoichiometry.items() if m not in drawn}
        for metabolite, point, side in spread(secondary, markers, middle, tangent, options):
            corner = options.get("corners", {}).get(metabolite)
            node = self._metabolite(metabolite, point, side, False)
            # Cofactors leave the line late, clear of the arrowhead at the primary metabolite.
            join(1 if secondary[metabolite] > 0 else -1, node, _points(corner, middle), 0.7)

        label = reaction_label(reaction_id, options.get("label"), middle, tangent)
        self.reactions[str(next(self.ids))] = {
            "name": name,
            "bigg_id": reaction_id,
            "reversibility": bool(reversible),
            "label_x": _round(label.real),
            "label_y": _round(label.imag),
            "gene_reaction_rule": "",
            "genes": [],
            "metabolites": [
                {"bigg_id": m, "coefficient": int(c) if c == int(c) else c}
                for m, c in stoichiometry.items()
            ],
            "segments": segments,
        }

    def _middle(self, options, first, last):
        """Middle of a reaction and the direction of its line there."""
        start, end = self._point(first), self._point(last)
        tangent = unit(end - start)
        if "at" in options:
            middle = complex(*options["at"])
        elif "arc" in options:
            middle = arc_middle(start, end, options["arc"])
        else:
            middle = (start + end) / 2
        if "heading" in options:
            tangent = rotate(1 + 0j, options["heading"])
        return middle, tangent


def _points(numbers, origin=0j):
    """Corner (two numbers) or both control points (four) of a curve; None for none."""
    if numbers is None:
        return None
    return [origin + complex(*numbers[i : i + 2]) for i in range(0, len(numbers), 2)]


def _round(value):
    value = round(float(value), 1)
    return int(value) if value == int(value) else value


def _xy(point):
    return {"x": _round(point.real), "y": _round(point.imag)}


def main(arguments=None) -> None:
    """Write the Escher map of a layout."""
    from ..kinetics.model import load_kinetic_model

    parser = argparse.ArgumentParser(description="Draw up an Escher map from a layout.")
    parser.add_argument("layout", help="layout file")
    parser.add_argument("map", help="Escher map to write")
    parser.add_argument("--model", help="kinetic model; otherwise the one the layout names")
    options = parser.parse_args(arguments)
    try:
        layout = load_layout(options.layout)
        model = load_kinetic_model(options.model or layout["model"])
        save_map(build_map(layout, model, options.layout), options.map)
    except InputError as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    main()
