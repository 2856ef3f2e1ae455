"""The bundled map is the model's network, made from its layout; bad layouts are refused."""

import copy
import json

import pytest
from escher.validate import validate_map as escher_validates

import kinetools as kt
from kinetools.data import DATA
from kinetools.maps import build_map, check_map, load_layout, load_map, map_reactions
from kinetools.maps.layout import main

LAYOUT = DATA / "maps" / "ecoli_layout.json"


@pytest.fixture
def layout():
    return copy.deepcopy(load_layout(LAYOUT))


def test_the_committed_map_is_what_the_layout_gives(tmp_path):
    main([str(LAYOUT), str(tmp_path / "map.json")])
    assert (tmp_path / "map.json").read_bytes() == (DATA / "maps" / "ecoli.json").read_bytes()


def test_the_map_has_exactly_the_reactions_of_the_model(model):
    assert check_map(load_map("ecoli"), model) == ((), ())
    assert len(map_reactions(load_map("ecoli"))) == 67


def test_escher_itself_accepts_the_map():
    escher_validates(load_map("ecoli"))


def test_every_reaction_draws_its_whole_mass_balance(model):
    body = load_map("ecoli")[1]
    reactions = {r["bigg_id"]: r for r in body["reactions"].values()}
    for reaction in model.reactions:
        balance = reaction.stoichiometry()
        shown = reactions[reaction.id]
        assert {m["bigg_id"]: m["coefficient"] for m in shown["metabolites"]} == balance
        ends = []
        for segment in shown["segments"].values():
            for sign, key in ((-1, "from_node_id"), (1, "to_node_id")):
                node = body["nodes"][segment[key]]
                if node["node_type"] == "metabolite":
                    ends.append(node["bigg_id"])
                    assert balance[node["bigg_id"]] * sign > 0
        assert sorted(ends) == sorted(balance)
        assert shown["reversibility"] == reaction.law.reversible
        assert shown["name"] == reaction.name


def test_every_metabolite_has_its_name_and_no_marker_is_loose(model):
    body = load_map("ecoli")[1]
    names = {m.id: m.name for m in model.metabolites}
    used = {
        segment[key]
        for reaction in body["reactions"].values()
        for segment in reaction["segments"].values()
        for key in ("from_node_id", "to_node_id")
    }
    assert used == set(body["nodes"])
    drawn = {n["bigg_id"]: n["name"] for n in body["nodes"].values() if "bigg_id" in n}
    assert drawn == names


def test_segment_ids_are_unique_over_the_map():
    body = load_map("ecoli")[1]
    ids = [s for r in body["reactions"].values() for s in r["segments"]]
    assert len(ids) == len(set(ids))


def test_a_cobra_model_can_be_laid_out(model, layout):
    cobra_model = model.to_cobra()
    exchanges = [r for r in cobra_model.reactions if r.id not in layout["reactions"]]
    cobra_model.remove_reactions(exchanges)
    drawn = build_map(layout, cobra_model)
    assert map_reactions(drawn) == map_reactions(load_map("ecoli"))


def reaction(layout, reaction_id, **changes):
    layout["reactions"][reaction_id].update(changes)


MISTAKES = {
    "lacks PGI": lambda layout: layout["reactions"].pop("PGI"),
    "unknown HEX1": lambda layout: layout["reactions"].update(HEX1={"path": ["a", "b"]}),
    "unknown option 'colour'": lambda layout: reaction(layout, "PGI", colour="red"),
    "PGI joins g1p_c": lambda layout: reaction(layout, "PGI", path=["g1p_c", "f6p_c"]),
    "PGI has a path that does not run": lambda layout: reaction(
        layout, "PGI", path=["f6p_c", "g6p_c"]
    ),
    "'west' is not a side": lambda layout: reaction(layout, "PFK", cofactors="west"),
    "reaction ENO cannot be drawn": lambda layout: reaction(layout, "ENO", path=["pep_c"]),
    "reaction PYK cannot be drawn": lambda layout: reaction(layout, "PYK", at=["left", 3]),
    "node glx_c cannot be drawn": lambda layout: layout["nodes"].update(glx_c=7),
    "node fructose is not a metabolite": lambda layout: layout["nodes"].update(fructose=[0, 0]),
    "the header, canvas or a text cannot be drawn": lambda layout: layout.update(canvas=[0, 0]),
}


@pytest.mark.parametrize("message", MISTAKES)
def test_a_mistake_in_a_layout_is_named(message, layout, model):
    MISTAKES[message](layout)
    with pytest.raises(kt.InputError, match=message) as error:
        build_map(layout, model, "my_layout.json")
    assert "my_layout.json" in str(error.value) or "side" in message


def test_a_layout_that_fails_leaves_no_map_behind(layout, tmp_path):
    layout["reactions"].pop("PGI")
    (tmp_path / "layout.json").write_text(json.dumps(layout))
    with pytest.raises(SystemExit, match="lacks PGI"):
        main([str(tmp_path / "layout.json"), str(tmp_path / "map.json")])
    assert [p.name for p in tmp_path.iterdir()] == ["layout.json"]
