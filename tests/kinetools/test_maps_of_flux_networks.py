"""The maps of the bundled flux networks are those networks, made from their layouts, and readable."""

import copy
import json

import pytest
from escher.validate import validate_map as escher_validates

import kinetools as kt
from kinetools.data import DATA
from kinetools.maps import build_map, check_map, find_overlaps, load_layout, load_map
from kinetools.maps.layout import main
from kinetools.maps.text import text_box

NETWORKS = ("toy", "toya_core")
GENOME = "ecoli_genome"


@pytest.fixture(scope="module", params=NETWORKS)
def network(request):
    return kt.load_flux_model(request.param)


@pytest.fixture(scope="module")
def genome():
    return kt.load_flux_model(GENOME)


@pytest.fixture
def toy_layout():
    return copy.deepcopy(load_layout(DATA / "maps" / "toy_layout.json"))


def test_the_committed_map_is_what_the_layout_gives(network, tmp_path):
    layout = DATA / "maps" / f"{network.id}_layout.json"
    main([str(layout), str(tmp_path / "map.json")])
    committed = DATA / "maps" / f"{network.id}.json"
    assert (tmp_path / "map.json").read_bytes() == committed.read_bytes()


def test_the_map_has_exactly_the_reactions_of_the_network(network):
    escher_map = load_map(network.id)
    assert check_map(escher_map, network.reactions) == ((), ())
    escher_validates(escher_map)


def test_every_reaction_draws_its_whole_mass_balance(network):
    body = load_map(network.id)[1]
    drawn = {r["bigg_id"]: r for r in body["reactions"].values()}
    for reaction in network.cobra_model.reactions:
        balance = {m.id: c for m, c in reaction.metabolites.items()}
        shown = drawn[reaction.id]
        assert {m["bigg_id"]: m["coefficient"] for m in shown["metabolites"]} == balance
        ends = {}
        for segment in shown["segments"].values():
            for sign, key in ((-1, "from_node_id"), (1, "to_node_id")):
                node = body["nodes"][segment[key]]
                if node["node_type"] == "metabolite":
                    ends[node["bigg_id"]] = sign
        assert {m: c > 0 for m, c in balance.items()} == {m: s > 0 for m, s in ends.items()}
        # Arrowheads at substrates only where the flux may run backwards.
        assert shown["reversibility"] == (reaction.lower_bound < 0)


def test_every_metabolite_of_the_core_network_has_a_name():
    nodes = load_map("toya_core")[1]["nodes"].values()
    assert all(node["name"] for node in nodes if node["node_type"] == "metabolite")


def test_nothing_collides_on_the_map(network):
    escher_map = load_map(network.id)
    assert find_overlaps(escher_map) == []
    # As many digits and signs as there can be behind all names, and all lines as wide as they get.
    values = dict.fromkeys(network.reactions, 0.123)
    values |= {r: -0.123 for r, low in zip(network.reactions, network.lower_bound) if low < 0}
    assert find_overlaps(escher_map, values) == []


def test_everything_lies_on_the_canvas(network):
    body = load_map(network.id)[1]
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


def test_the_map_of_the_genome_scale_network_is_a_readable_part_of_it(genome, tmp_path):
    layout = DATA / "maps" / f"{GENOME}_layout.json"
    main([str(layout), str(tmp_path / "map.json")])
    committed = load_map(GENOME)
    assert load_map(tmp_path / "map.json") == committed
    escher_validates(committed)
    assert find_overlaps(committed) == []
    check = check_map(committed, genome.reactions, report_only=True)
    assert check.extra == () and len(check.missing) == 695 - 80
    central = {"Glycolysis/Gluconeogenesis", "Pentose Phosphate Pathway", "Citric Acid Cycle"}
    lost = {
        r for r in check.missing if genome.cobra_model.reactions.get_by_id(r).subsystem in central
    }
    assert lost == {"G6PP", "CITL", "MDH2"}  # bypasses


def test_reactions_of_a_part_have_their_whole_equation_but_do_not_draw_cofactors(genome):
    body = load_map(GENOME)[1]
    drawn = {r["bigg_id"]: r for r in body["reactions"].values()}
    for id, shown in drawn.items():
        balance = {
            m.id: c for m, c in genome.cobra_model.reactions.get_by_id(id).metabolites.items()
        }
        assert {m["bigg_id"]: m["coefficient"] for m in shown["metabolites"]} == balance
        assert shown["reversibility"] == (genome.lower_bound[genome.index(id)] < 0)
        ends = {
            body["nodes"][s[k]].get("bigg_id")
            for s in shown["segments"].values()
            for k in ("from_node_id", "to_node_id")
        } - {None}
        assert ends <= set(balance)
    nodes = [n["bigg_id"] for n in body["nodes"].values() if n["node_type"] == "metabolite"]
    assert "nadph_c" not in nodes and nodes.count("atp_c") == 1


def test_a_layout_of_a_part_leaves_out_what_it_does_not_name(toy_layout):
    toy_layout["reactions"].pop("b_d")
    network = kt.load_flux_model("toy")
    with pytest.raises(kt.InputError, match="lacks b_d"):
        build_map(toy_layout, network)
    toy_layout |= {"part": True, "without": ["E"]}
    body = build_map(toy_layout, network)[1]
    assert "b_d" not in {r["bigg_id"] for r in body["reactions"].values()}


def test_what_crosses_the_border_ends_in_the_open(toy_layout):
    network = kt.load_flux_model("toy")
    body = build_map(toy_layout, network)[1]
    crossing = next(r for r in body["reactions"].values() if r["bigg_id"] == "e_exchange")
    first, second = crossing["segments"].values()
    assert body["nodes"][first["from_node_id"]]["bigg_id"] == "E"
    end = body["nodes"][second["to_node_id"]]
    assert (end["node_type"], end["x"], end["y"]) == ("multimarker", 400, 580)


@pytest.mark.parametrize(
    ("message", "change"),
    [
        ("e_exchange joins F", {"path": ["F"]}),
        ("reaction e_exchange cannot be drawn", {"path": ["E", "F"]}),
        ("reaction e_exchange cannot be drawn", {"border": [3]}),
        ("reaction e_exchange cannot be drawn", {"border": "left"}),
    ],
)
def test_a_mistake_at_the_border_is_named(message, change, toy_layout):
    toy_layout["reactions"]["e_exchange"].update(change)
    with pytest.raises(kt.InputError, match=message):
        build_map(toy_layout, kt.load_flux_model("toy"), "my_layout.json")


def test_a_layout_without_a_model_says_so(toy_layout, tmp_path):
    toy_layout.pop("network")
    (tmp_path / "layout.json").write_text(json.dumps(toy_layout))
    with pytest.raises(SystemExit, match='names no "model"'):
        main([str(tmp_path / "layout.json"), str(tmp_path / "map.json")])
