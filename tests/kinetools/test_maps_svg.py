"""The static picture of a map: right colours, directions, numbers; harmless and reproducible."""

import copy
import math
import re
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

import kinetools as kt
from kinetools.maps import Scale, draw_svg, load_map, map_metabolites, map_reactions
from kinetools.maps.scale import METABOLITE_SIZES

SVG = "{http://www.w3.org/2000/svg}"
EVIL = "</text><script>alert('1')</script><b onload=\"x\">&amp;"


@pytest.fixture(scope="module")
def escher_map():
    return load_map("ecoli")


@pytest.fixture(scope="module")
def fluxes():
    return kt.load_steady_state("ecoli", physiology=1).fluxes


def parsed(svg):
    return ElementTree.fromstring(svg.encode())


def texts(svg):
    return [t.text for t in parsed(svg).iter(f"{SVG}text")]


def reactions(svg):
    """{reaction id: its group}"""
    groups = [g for g in parsed(svg).iter(f"{SVG}g") if g.get("class") == "reaction"]
    return {g.find(f"{SVG}title").text.split(":")[0].split(" ")[0]: g for g in groups}


def heads(group):
    """Tips of the filled arrowheads of a reaction."""
    polygons = group.iter(f"{SVG}polygon")
    return [p.get("points").split(" ")[1] for p in polygons if p.get("fill") != "#fff"]


def test_all_ids_are_written_on_a_map_without_data(escher_map):
    shown = texts(draw_svg(escher_map))
    assert set(map_reactions(escher_map)) | set(map_metabolites(escher_map)) <= set(shown)


def test_values_colours_and_widths_follow_the_scale(escher_map, fluxes):
    scale = Scale.for_values(fluxes)
    svg = draw_svg(escher_map, fluxes, reaction_scale=scale)
    drawn = reactions(svg)
    assert set(drawn) == set(fluxes.index)
    for reaction, group in drawn.items():
        assert group.get("stroke") == scale.color(fluxes[reaction])
        assert float(group.get("stroke-width")) == pytest.approx(
            scale.size(fluxes[reaction]), abs=0.06
        )
    assert "PGI 3.71" in texts(svg) and "PGK -15.9" in texts(svg)
    assert svg == draw_svg(escher_map, fluxes)


def test_a_negative_flux_turns_the_arrowheads_round(escher_map):
    forward = reactions(draw_svg(escher_map, {"PGI": 2.0}))["PGI"]
    backward = reactions(draw_svg(escher_map, {"PGI": -2.0}))["PGI"]
    body = escher_map[1]
    node = {n["bigg_id"]: n["y"] for n in body["nodes"].values() if "bigg_id" in n}
    (down,), (up,) = heads(forward), heads(backward)
    middle = (node["g6p_c"] + 480) / 2
    assert float(down.split(",")[1]) > middle > float(up.split(",")[1])
    assert len(heads(reactions(draw_svg(escher_map, {"PGI": 0.0}))["PGI"])) == 2


def test_an_irreversible_reaction_has_arrowheads_at_its_products_only(escher_map, fluxes):
    atpm = reactions(draw_svg(escher_map, fluxes))["ATPM"]
    assert len(list(atpm.iter(f"{SVG}polygon"))) == 3


def test_reactions_without_a_value_are_grey_and_counted(escher_map, fluxes):
    values = fluxes.astype(object).drop("ENO")
    values["PGI"], values["PFK"] = None, math.nan
    svg = draw_svg(escher_map, values)
    drawn = reactions(svg)
    for reaction in ("ENO", "PGI", "PFK"):
        assert drawn[reaction].get("stroke") == "#dcdcdc"
        assert f"{reaction} (nd)" in texts(svg)
    assert "no data (nd): 3 reactions" in texts(svg)


def test_metabolites_are_coloured_by_their_concentrations(escher_map):
    levels = kt.load_steady_state("ecoli", physiology=1).concentrations.drop("h_c")
    svg = draw_svg(escher_map, metabolite_data=levels, metabolite_unit_label="µmol/L")
    scale = Scale.for_values(levels, sizes=METABOLITE_SIZES)
    circles = {}
    for group in parsed(svg).iter(f"{SVG}g"):
        circle, title = group.find(f"{SVG}circle"), group.find(f"{SVG}title")
        if circle is not None and title is not None:
            circles[title.text.split(" ")[0]] = circle
    assert circles["pyr_c"].get("fill") == scale.color(levels["pyr_c"])
    assert circles["h_c"].get("fill") == "#dcdcdc"
    assert {"µmol/L", "no data (nd): 1 metabolite"} <= set(texts(svg))


def test_names_with_html_do_no_harm(escher_map, fluxes):
    evil = copy.deepcopy(escher_map)
    evil[0]["map_name"] = EVIL
    for part in (*evil[1]["reactions"].values(), *evil[1]["nodes"].values()):
        part.update({k: EVIL for k in ("name", "bigg_id") if k in part})
    for reaction in evil[1]["reactions"].values():
        for metabolite in reaction["metabolites"]:
            metabolite["bigg_id"] = EVIL
    for text in evil[1]["text_labels"].values():
        text["text"] = EVIL
    svg = draw_svg(
        evil, {EVIL: 1.0}, {EVIL: 2.0}, title=EVIL, unit_label=EVIL, metabolite_unit_label=EVIL
    )
    assert not re.search("<script|<b ", svg)
    allowed = {"svg", "g", "path", "polygon", "circle", "rect", "text", "title"}
    tags = {element.tag.removeprefix(SVG) for element in parsed(svg).iter()}
    assert tags <= allowed
    attributes = {name for element in parsed(svg).iter() for name in element.attrib}
    assert not any(name.startswith("on") for name in attributes)


def test_the_picture_needs_nothing_from_elsewhere(escher_map, fluxes):
    svg = draw_svg(escher_map, fluxes, title="Physiology 1")
    assert svg.count("http") == svg.count('xmlns="http') == 1
    assert "href" not in svg and "url(" not in svg


def test_width_and_shape_of_the_picture(escher_map, fluxes):
    root = parsed(draw_svg(escher_map, fluxes, width=700))
    *_, width, height = map(float, root.get("viewBox").split())
    assert float(root.get("width")) == 700
    assert float(root.get("height")) == pytest.approx(700 * height / width, abs=0.06)


@pytest.mark.parametrize("bad", [math.inf, -math.inf, "fast", [1, 2]])
def test_what_is_no_number_is_refused(escher_map, bad):
    with pytest.raises(kt.InputError, match="the value of PGI is"):
        draw_svg(escher_map, {"PGI": bad})
    with pytest.raises(kt.InputError, match="metabolite_data: the value of pyr_c"):
        draw_svg(escher_map, metabolite_data={"pyr_c": bad})


def test_numpy_numbers_and_series_are_welcome(escher_map):
    series = pd.Series({"PGI": np.float32(1.5), "ENO": np.int64(2)})
    assert draw_svg(escher_map, series) == draw_svg(escher_map, {"PGI": 1.5, "ENO": 2.0})


def test_labels_can_be_names_or_none(escher_map, fluxes):
    assert "Enolase 15.9" in texts(draw_svg(escher_map, fluxes, reaction_label="name"))
    assert "ENO 15.9" not in texts(draw_svg(escher_map, fluxes, reaction_label=None))
    with pytest.raises(kt.InputError, match="reaction_label cannot be 'gene'"):
        draw_svg(escher_map, reaction_label="gene")
