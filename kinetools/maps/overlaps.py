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
    names, boxes = _labels(body, reaction_data)
    keys, discs, centres, radii = _nodes(body)
    found = []

    def add(kind, first, others, depths):
        found.extend(
            Overlap(kind, first, others[j], round(float(depths[j]), 1))
            for j in np.flatnonzero(depths > slack)
        )

    for i, (name, box) in enumerate(zip(names, boxes)):
        later = boxes[i + 1 :]
        depths = np.minimum(box[2:], later[:, 2:]) - np.maximum(box[:2], later[:, :2])
        add("label on label", name, names[i + 1 :], depths.min(axis=1))
        add("label on node", name, discs, radii - _distance(centres, box))
    for i, name in enumerate(discs):
        depths = radii[i] + radii[i + 1 :] - np.abs(centres[i + 1 :] - centres[i])
        add("node on node", name, discs[i + 1 :], depths)
    scale = None
    if reaction_data is not None:
        reaction_data = dict(reaction_data)
        scale = Scale.for_values(reaction_data.values())
    for reaction, ends, points in _lines(body):
        half = (scale.size(reaction_data.get(reaction)) if scale else LINE_WIDTH) / 2
        add(
            "line on label", reaction, names, half - _distance(points[:, None], boxes.T).min(axis=0)
        )
        away = np.abs(points[:, None] - centres).min(axis=0)
        joined = np.isin(keys, ends)
        add("line on node", reaction, discs, np.where(joined, -np.inf, half + radii - away))
    return found


def _labels(body, data):
    """Names of all labels and their boxes (label, 4)."""
    names, boxes = [], []

    def add(name, text, x, y, size):
        names.append(name)
        boxes.append(text_box(text, x, y, size))

    for reaction in body["reactions"].values():
        name = text = reaction["bigg_id"]
        if data is not None:
            text += f" {format_value(data.get(name))}"
        add(name, text, reaction["label_x"], reaction["label_y"], REACTION_SIZE)
    for node in body["nodes"].values():
        if node["node_type"] == "metabolite":
            add(_name(node), node["bigg_id"], node["label_x"], node["label_y"], NODE_SIZE)
    for text in body["text_labels"].values():
        add(text["text"], text["text"], text["x"], text["y"], TITLE_SIZE)
    return names, np.array(boxes).reshape(-1, 4)


def _nodes(body):
    """Keys, names, centres and radii of the metabolite nodes."""
    nodes = {k: n for k, n in body["nodes"].items() if n["node_type"] == "metabolite"}
    primary = np.array([n["node_is_primary"] for n in nodes.values()], dtype=bool)
    return (
        list(nodes),
        [_name(n) for n in nodes.values()],
        np.array([complex(n["x"], n["y"]) for n in nodes.values()]),
        np.where(primary, PRIMARY_RADIUS, SECONDARY_RADIUS),
    )


def _lines(body):
    """(reaction id, ids of the nodes it joins, points on the line) of every segment."""
    t = np.linspace(0, 1, SAMPLES)
    for reaction in body["reactions"].values():
        for segment in reaction["segments"].values():
            ends = segment["from_node_id"], segment["to_node_id"]
            start, end = (complex(body["nodes"][k]["x"], body["nodes"][k]["y"]) for k in ends)
            if segment.get("b1") and segment.get("b2"):
                b1, b2 = (complex(segment[b]["x"], segment[b]["y"]) for b in ("b1", "b2"))
            else:
                b1, b2 = start, end
            yield reaction["bigg_id"], ends, bezier_point(start, b1, b2, end, t)


def _distance(points, box):
    """Distance of points from boxes (left, top, right, bottom), zero inside."""
    left, top, right, bottom = box
    dx = np.maximum(np.maximum(left - points.real, points.real - right), 0)
    dy = np.maximum(np.maximum(top - points.imag, points.imag - bottom), 0)
    return np.hypot(dx, dy)


def _name(node):
    return f"{node['bigg_id']} at {node['x']:g},{node['y']:g}"
