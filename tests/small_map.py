"""An Escher map of four reactions, for tests that need a map at once."""


def small_map(name="Small map", reaction_name="Hexokinase", metabolite_name="D-Glucose") -> list:
    """A fresh map: HEX1, PGI and PFK in a row, a branch G6PDH2r, ATP and ADP beside HEX1 and PFK.

    The names of the map, of HEX1 and of glc_D_c may be chosen, to try what names can do.
    """
    nodes = {
        "1": _metabolite("glc_D_c", metabolite_name, 0, 0),
        "2": _metabolite("g6p_c", "D-Glucose 6-phosphate", 0, 400),
        "3": _metabolite("f6p_c", "D-Fructose 6-phosphate", 0, 800),
        "4": _metabolite("fdp_c", "D-Fructose 1,6-bisphosphate", 0, 1200),
        "5": _metabolite("6pgl_c", "6-phospho-D-glucono-1,5-lactone", 500, 400),
    }
    reactions = {}
    steps = [
        ("HEX1", reaction_name, "1", "2", False, True),
        ("PGI", "Glucose-6-phosphate isomerase", "2", "3", True, False),
        ("PFK", "Phosphofructokinase", "3", "4", False, True),
        ("G6PDH2r", "Glucose 6-phosphate dehydrogenase", "2", "5", True, False),
    ]
    for number, step in enumerate(steps, start=1):
        reactions[str(number)] = _reaction(nodes, 100 * number, *step)
    return [
        {
            "schema": "https://escher.github.io/escher/jsonschema/1-0-0#",
            "homepage": "https://escher.github.io",
            "map_id": "small",
            "map_name": name,
            "map_description": "",
        },
        {
            "reactions": reactions,
            "nodes": nodes,
            "text_labels": {"1": {"x": 250, "y": 150, "text": "Upper glycolysis"}},
            "canvas": {"x": -300, "y": -200, "width": 1100, "height": 1600},
        },
    ]


def _metabolite(bigg_id, name, x, y, primary=True):
    return {
        "node_type": "metabolite",
        "bigg_id": bigg_id,
        "name": name,
        "x": x,
        "y": y,
        "label_x": x + 30,
        "label_y": y - 20,
        "node_is_primary": primary,
    }


def _reaction(nodes, first, bigg_id, name, substrate, product, reversible, uses_atp):
    start, end = nodes[substrate], nodes[product]
    x, y = (start["x"] + end["x"]) / 2, (start["y"] + end["y"]) / 2
    middle = str(first)
    nodes[middle] = {"node_type": "midmarker", "x": x, "y": y}
    segments = {
        str(first + 1): _segment(substrate, middle),
        str(first + 2): _segment(middle, product),
    }
    metabolites = [
        {"bigg_id": start["bigg_id"], "coefficient": -1},
        {"bigg_id": end["bigg_id"], "coefficient": 1},
    ]
    if uses_atp:
        for number, (cofactor, side, coefficient) in enumerate(
            (("atp_c", -1, -1), ("adp_c", 1, 1))
        ):
            node = str(first + 10 + number)
            nodes[node] = _metabolite(cofactor, cofactor[:3].upper(), x - 130, y + 90 * side, False)
            ends = (node, middle) if coefficient < 0 else (middle, node)
            curve = {"x": x - 20, "y": y + 60 * side}
            segments[str(first + 3 + number)] = _segment(*ends, curve)
            metabolites.append({"bigg_id": cofactor, "coefficient": coefficient})
    return {
        "bigg_id": bigg_id,
        "name": name,
        "reversibility": reversible,
        "label_x": x + 30,
        "label_y": y + 10,
        "gene_reaction_rule": "",
        "genes": [],
        "metabolites": metabolites,
        "segments": segments,
    }


def _segment(start, end, curve=None):
    return {"from_node_id": start, "to_node_id": end, "b1": curve, "b2": curve}
