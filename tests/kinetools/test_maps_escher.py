"""Maps are read whole or refused in a sentence that names the file and the fault."""

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kinetools as kt
from kinetools.data import DATA
from kinetools.maps import check_map, load_map, map_metabolites, map_reactions, save_map
from kinetools.maps.validate import validate_map

PLAIN = json.loads((DATA / "maps" / "ecoli.json").read_text(encoding="utf-8"))


def node(escher_map, metabolite="g6p_c"):
    return next(n for n in escher_map[1]["nodes"].values() if n.get("bigg_id") == metabolite)


def entry(escher_map, reaction="PGI"):
    return next(r for r in escher_map[1]["reactions"].values() if r["bigg_id"] == reaction)


def segment(escher_map):
    return next(s for s in entry(escher_map)["segments"].values() if s["b1"])


FAULTS = {
    "is not an Escher map": lambda m: m.pop(),
    "does not say that it has the Escher schema 1-0-0": lambda m: m[0].pop("schema"),
    "the body: nodes is None": lambda m: m[1].pop("nodes"),
    "the canvas has no area": lambda m: m[1]["canvas"].update(width=0),
    "x is 'left'; it must be a finite number": lambda m: node(m).update(x="left"),
    "label_y is True; it must be a finite number": lambda m: node(m).update(label_y=True),
    "x is inf": lambda m: node(m).update(x=float("inf")),
    "y is nan": lambda m: entry(m).update(label_y=float("nan")),
    "node_type is 'gene'": lambda m: node(m).update(node_type="gene"),
    "reaction PGI occurs twice": lambda m: entry(m, "ENO").update(bigg_id="PGI"),
    "reaction PGI: segment .* joins node 99999, which the map lacks": lambda m: segment(m).update(
        from_node_id="99999"
    ),
    "joins h2o_c, which is not among the reaction's": lambda m: node(m).update(bigg_id="h2o_c"),
    "coefficient is None": lambda m: entry(m)["metabolites"][0].pop("coefficient"),
    "b1: y is None": lambda m: segment(m).update(b1={"x": 3}),
    "reversibility is 'yes'": lambda m: entry(m).update(reversibility="yes"),
    "text is 3; it must be text": lambda m: next(iter(m[1]["text_labels"].values())).update(text=3),
}


@pytest.mark.parametrize("message", FAULTS)
def test_a_faulty_map_is_refused(message, tmp_path):
    escher_map = copy.deepcopy(PLAIN)
    FAULTS[message](escher_map)
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(escher_map))
    with pytest.raises(kt.InputError, match=message) as error:
        load_map(path)
    assert str(path) in str(error.value)


@pytest.mark.parametrize(
    "text", ["", "{", "[1, 2", "\x00", "[" * 100_000, '[{"a": 1, "a": 2}, {}]', "3", "null"]
)
def test_what_is_no_map_at_all_is_refused(text, tmp_path):
    path = tmp_path / "mine.json"
    path.write_text(text)
    with pytest.raises(kt.InputError, match=r"mine\.json"):
        load_map(path)


def test_text_in_another_encoding_and_a_missing_file_are_refused(tmp_path):
    path = tmp_path / "mine.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(kt.InputError, match=r"mine\.json"):
        load_map(path)
    with pytest.raises(kt.InputError, match=r"there are: .*ecoli"):
        load_map("yeast")


def places(value, path=()):
    """Paths to everything inside nested lists and objects."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, child in inner:
        yield (*path, key)
        if isinstance(child, (dict, list)):
            yield from places(child, (*path, key))


PLACES = list(places(PLAIN))
VALUES = st.one_of(
    st.none(), st.booleans(), st.floats(), st.text(), st.lists(st.none()), st.just({"x": 1})
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(PLACES), VALUES)
def test_a_map_changed_anywhere_can_be_drawn_or_is_refused(place, value):
    escher_map = copy.deepcopy(PLAIN)
    part = escher_map
    for key in place[:-1]:
        part = part[key]
    if value is None and isinstance(part, dict):
        del part[place[-1]]
    else:
        part[place[-1]] = value
    try:
        validate_map(escher_map, "mine.json")
    except kt.InputError as error:
        assert "mine.json" in str(error)
    else:
        kt.maps.draw_svg(escher_map, {"PGI": 1.0})


def test_missing_and_extra_reactions_are_named():
    escher_map = load_map("ecoli")
    ids = [*map_reactions(escher_map), "HEX1", "GLK"]
    with pytest.raises(kt.InputError, match="lacks 2 of the 69 reactions: HEX1, GLK"):
        check_map(escher_map, ids)
    check = check_map(escher_map, ids[1:], report_only=True)
    assert check.missing == ("HEX1", "GLK")
    assert check.extra == (ids[0],)


def test_metabolites_are_listed_once():
    ids = map_metabolites(load_map("ecoli"))
    assert len(ids) == len(set(ids)) == 65


def test_a_saved_map_reads_back_as_it_was(tmp_path):
    save_map(PLAIN, tmp_path / "again.json")
    assert load_map(tmp_path / "again.json") == PLAIN
