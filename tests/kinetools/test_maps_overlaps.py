"""Nothing collides on the bundled map, and what would collide on any map is found."""

import copy

import pytest

import kinetools as kt
from kinetools.maps import find_overlaps, load_map
from kinetools.maps.text import text_box


@pytest.mark.parametrize("physiology", [None, 1, 2, 3, 4])
def test_nothing_collides_on_the_map(physiology):
    fluxes = None
    if physiology:
        fluxes = kt.load_steady_state("ecoli", physiology=physiology).fluxes
    assert find_overlaps(load_map("ecoli"), fluxes) == []


def test_everything_lies_on_the_canvas():
    body = load_map("ecoli")[1]
    canvas = body["canvas"]
    boxes = [
        text_box(f"{r['bigg_id']} -0.000102", r["label_x"], r["label_y"], 30)
        for r in body["reactions"].values()
    ]
    boxes += [
        text_box(n["bigg_id"], n["label_x"], n["label_y"], 20)
        for n in body["nodes"].values()
        if n["node_type"] == "metabolite"
    ]
    boxes += [text_box(t["text"], t["x"], t["y"], 50) for t in body["text_labels"].values()]
    assert min(b[0] for b in boxes) > canvas["x"]
    assert min(b[1] for b in boxes) > canvas["y"]
    assert max(b[2] for b in boxes) < canvas["x"] + canvas["width"]
    assert max(b[3] for b in boxes) < canvas["y"] + canvas["height"]


def moved(kind):
    escher_map = copy.deepcopy(load_map("ecoli"))
    body = escher_map[1]
    pgi = next(r for r in body["reactions"].values() if r["bigg_id"] == "PGI")
    g6p = next(n for n in body["nodes"].values() if n.get("bigg_id") == "g6p_c")
    pyruvate = next(n for n in body["nodes"].values() if n.get("bigg_id") == "pyr_c")
    if kind == "label on label":
        pgi.update(label_x=g6p["label_x"], label_y=g6p["label_y"])
    elif kind == "label on node":
        pgi.update(label_x=g6p["x"] - 30, label_y=g6p["y"])
    elif kind == "node on node":
        pyruvate.update(x=g6p["x"] + 25, y=g6p["y"])
    elif kind == "line on label":
        g6p.update(label_x=g6p["x"] - 30, label_y=g6p["y"] + 110)
    else:
        pyruvate.update(x=g6p["x"], y=g6p["y"] + 95)
    return escher_map


@pytest.mark.parametrize(
    "kind", ["label on label", "label on node", "node on node", "line on label", "line on node"]
)
def test_a_collision_is_found(kind):
    assert kind in {overlap.kind for overlap in find_overlaps(moved(kind))}
