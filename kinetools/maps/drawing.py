"""The nodes, segments and reactions of a map, drawn as a layout says (see `layout`)."""

from contextlib import contextmanager
from itertools import count

from ..errors import InputError
from .cofactors import name_position, reaction_label, spread
from .escher import SCHEMA
from .geometry import arc_middle, bezier_controls, control_point, dot, rotate, unit

CORE = 20
OPTIONS = {
    *("path", "at", "arc", "heading", "start", "end", "joins"),
    *("cofactors", "place", "corners", "label", "core", "comb", "border"),
}


class Drawing:
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
        draw = self._crossing if "border" in options else self._line
        segments, middle, tangent = draw(reaction_id, options, stoichiometry)

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

    def _line(self, reaction_id, options, stoichiometry):
        """Segments of a reaction between metabolites, its middle and the direction there."""
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
        hidden = {*drawn, *self.layout.get("without", ())}
        alone = options.get("cofactors") == "none"
        secondary = {m: c for m, c in stoichiometry.items() if not alone and m not in hidden}
        for metabolite, point, side in spread(secondary, markers, middle, tangent, options):
            corner = options.get("corners", {}).get(metabolite)
            node = self._metabolite(metabolite, point, side, False)
            # Cofactors leave the line late, clear of the arrowhead at the primary metabolite.
            join(1 if secondary[metabolite] > 0 else -1, node, _points(corner, middle), 0.7)
        return segments, middle, tangent

    def _crossing(self, reaction_id, options, stoichiometry):
        """The same of a reaction of one metabolite, whose line ends at the border."""
        (node,), (metabolite,) = options["path"], stoichiometry
        if node.split("#")[0] != metabolite or node not in self.place:
            self._fail(reaction_id, f"joins {node}, which is not a node or not of the reaction")
        x, y = options["border"]
        key, outside = self.place[node], complex(x, y)
        point = self._point(key)
        middle = complex(*options["at"]) if "at" in options else (point + outside) / 2
        centre, end = self._marker(middle, "midmarker"), self._marker(outside)
        steps = [(key, centre), (centre, end)]
        if stoichiometry[metabolite] > 0:
            steps = [(end, centre), (centre, key)]
        segments = {
            str(next(self.ids)): {"from_node_id": a, "to_node_id": b, "b1": None, "b2": None}
            for a, b in steps
        }
        return segments, middle, unit(outside - point)

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
