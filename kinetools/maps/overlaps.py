"""Finds what collides on a map: labels, nodes, and lines that run through either."""

from typing import NamedTuple

import numpy as np

from .geometry import bezier_point
from .numbers import format_value
from .scale import Scale
from .svg import LINE_WIDTH, PRIMARY_RADIUS, SECONDARY_RADIUS
from .text import NODE_SIZE, REACTION_SIZE, TITLE_SIZE, text_box

SAMPLES = 24


class Overlap(NamedTuple):
    """Two things that collide. kind: for example "label on node"; depth: how far, in map units."""

    kind: str
    first: str
    second: str
    depth: float


def find_overlaps(escher_map, reaction_data=None, slack: float = 2.0) -> list[Overlap]:
    """Collisions on a map as `draw_svg` shows it with these data.

    Labels are taken as boxes of an estimated width, nodes as discs, lines with their width. A
    line may touch the nodes it joins, never a label. slack: depth up to which a touch is allowed.
    """
    body = escher_map[1]
    labels, nodes = _labels(body, reaction_data), _nodes(body)
    found = []
    for i, (name, box) in enumerate(labels):
        for other, second in labels[i + 1 :]:
            depth = min(
                box[2] - second[0], second[2] - box[0], box[3] - second[1], second[3] - box[1]
            )
            found.append(Overlap("label on label", name, other, depth))
        for _, other, centre, radius in nodes:
            depth = radius - _distance(np.array([centre]), box)[0]
            found.append(Overlap("label on node", name, other, float(depth)))
    for i, (_, name, centre, radius) in enumerate(nodes):
        for _, other, second, wide in nodes[i + 1 :]:
            found.append(Overlap("node on node", name, other, radius + wide - abs(centre - second)))
    scale = reaction_data is not None and Scale.for_values(dict(reaction_data).values())
    for reaction, ends, points in _lines(body):
        width = scale.size(reaction_data.get(reaction)) if scale else LINE_WIDTH
        for name, box in labels:
            depth = width / 2 - _distance(points, box).min()
            found.append(Overlap("line on label", reaction, name, float(depth)))
        for key, name, centre, radius in nodes:
            if key not in ends:
                depth = width / 2 + radius - np.abs(points - centre).min()
                found.append(Overlap("line on node", reaction, name, float(depth)))
    return [overlap for overlap in found if overlap.depth > slack]


def _labels(body, data):
    result = []
    for reaction in body["reactions"].values():
        text = reaction["bigg_id"]
        if data is not None:
            text += f" {format_value(data.get(text))}"
        box = text_box(text, reaction["label_x"], reaction["label_y"], REACTION_SIZE)
        result.append((reaction["bigg_id"], box))
    for node in body["nodes"].values():
        if node["node_type"] == "metabolite":
            box = text_box(node["bigg_id"], node["label_x"], node["label_y"], NODE_SIZE)
            result.append((_name(node), box))
    for text in body["text_labels"].values():
        result.append((text["text"], text_box(text["text"], text["x"], text["y"], TITLE_SIZE)))
    return result


def _nodes(body):
    return [
        (
            key,
            _name(node),
            complex(node["x"], node["y"]),
            PRIMARY_RADIUS if node["node_is_primary"] else SECONDARY_RADIUS,
        )
        for key, node in body["nodes"].items()
        if node["node_type"] == "metabolite"
    ]


def _lines(body):
    """(reaction id, ids of the nodes it joins, points on the line) of every segment."""
    t = np.linspace(0, 1, SAMPLES)
    for reaction in body["reactions"].values():
        for segment in reaction["segments"].values():
            ends = segment["from_node_id"], segment["to_node_id"]
            start, end = (complex(body["nodes"][k]["x"], body["nodes"][k]["y"]) for k in ends)
            if segment["b1"] and segment["b2"]:
                b1, b2 = (complex(segment[b]["x"], segment[b]["y"]) for b in ("b1", "b2"))
            else:
                b1, b2 = start, end
            yield reaction["bigg_id"], ends, bezier_point(start, b1, b2, end, t)


def _distance(points, box):
    """Distance of points from a box, zero inside."""
    left, top, right, bottom = box
    dx = np.maximum(np.maximum(left - points.real, points.real - right), 0)
    dy = np.maximum(np.maximum(top - points.imag, points.imag - bottom), 0)
    return np.hypot(dx, dy)


def _name(node):
    return f"{node['bigg_id']} at {node['x']:g},{node['y']:g}"
