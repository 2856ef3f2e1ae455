"""What `explain` says of a fragment: its EMUs obey their mixing equations, and the picture shows them."""

from dataclasses import replace
from functools import reduce
from itertools import combinations
from xml.etree import ElementTree

import numpy as np
import pytest

import kinetools as kt
from kinetools.errors import InputError
from kinetools.flux.emu_explanation import emu_name
from kinetools.flux.emu_geometry import EmuGeometry
from kinetools.flux.prior import random_fluxes

TOY_FLUXES = {"a_b": (100, 0), "b_d": (110, 50), "b_ec": (20, 0), "bc_de": (20, 0), "d_f": (80, 0)}
# Antoniewicz et al. 2007, Metab. Eng. 9:68, Fig. 3: the EMUs of F, by size.
TOY_EMUS = {
    3: {"F[1,2,3]", "D[1,2,3]", "B[1,2,3]", "A[1,2,3]"},
    2: {"B[2,3]", "D[2,3]", "A[2,3]"},
    1: {"C[1]", "B[2]", "B[3]", "D[2]", "D[3]", "A[2]", "A[3]"},
}
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def toy():
    data = kt.load_measurements("toy")
    return kt.LabellingSimulator(kt.load_flux_model("toy"), data.tracer, data.fragments)


@pytest.fixture(scope="module")
def core():
    data = kt.load_measurements("toya2010_wt5h")
    return kt.LabellingSimulator(kt.load_flux_model("toya_core"), data.tracer, data.fragments)


def toy_fluxes(network):
    forward, reverse = np.zeros((2, len(network.reactions)))
    for reaction, (there, back) in TOY_FLUXES.items():
        forward[network.index(reaction)], reverse[network.index(reaction)] = there, back
    forward[network.index("a_exchange")], reverse[network.index("a_exchange")] = 0, 100
    return forward, reverse


def core_fluxes(network):
    data = kt.load_measurements("toya2010_wt5h")
    return [f[0] for f in random_fluxes(network, data, 1, seed=5)]


def masses(simulator, explanation, fluxes):
    """EMU → its masses, simulated for each by its own name."""
    names = sorted({emu_name(e) for e in explanation.steps if not e.outside})
    simulate = kt.LabellingSimulator(simulator.network, simulator.tracer, names)
    found = simulate(*fluxes)
    known = {e: np.array(m) for e, m in explanation.outside.items()}
    return known | {e: found[emu_name(e)] for e in explanation.steps if not e.outside}


@pytest.mark.parametrize("reduced", [False, True])
@pytest.mark.parametrize(
    ("which", "fragment"), [("toy", "F"), ("core", "dhap_c"), ("core", "pyr_c")]
)
def test_every_emu_is_the_mean_of_what_flows_into_it(request, which, fragment, reduced):
    simulator = request.getfixturevalue(which)
    network = simulator.network
    fluxes = (toy_fluxes if which == "toy" else core_fluxes)(network)
    explanation = simulator.explain(fragment, reduced=reduced)
    known = masses(simulator, explanation, fluxes)
    total = {emu: np.zeros(emu.size + 2) for emu in explanation.emus}
    for inflow in explanation.inflows:
        mixed = reduce(np.convolve, [known[e] for e in inflow.source])
        for reaction, direction, weight in inflow.fluxes:
            flux = weight * fluxes[direction][network.index(reaction)]
            total[inflow.emu] += flux * np.append(mixed, 1.0)
    for emu, sums in total.items():
        assert sums[-1] > 0
        np.testing.assert_allclose(sums[:-1] / sums[-1], known[emu], rtol=0, atol=1e-9)


def test_emus_that_are_left_out_have_the_masses_of_those_they_stand_for(core):
    fluxes = core_fluxes(core.network)
    explanation = core.explain("mal__L_c", reduced=False)
    known = masses(core, explanation, fluxes)
    assert explanation.equal
    for left_out, kept in explanation.equal.items():
        np.testing.assert_allclose(known[left_out], known[kept], rtol=0, atol=1e-9)
    solved = core.explain("mal__L_c", reduced=True)
    assert explanation.n_solved == len(solved.emus) < len(explanation.emus)
    assert solved.emu not in solved.equal or solved.root == solved.equal[solved.emu]


def test_the_toy_has_the_emus_of_the_literature(toy):
    explanation = toy.explain("F")
    for size, expected in TOY_EMUS.items():
        assert {emu_name(e) for e in explanation.emus if e.size == size} == expected
    assert not explanation.reduced
    assert {emu_name(e): m for e, m in explanation.outside.items()} == {
        "A[1,2,3]": (0, 1, 0, 0),
        "A[2,3]": (0, 1, 0),
        "A[2]": (0, 1),
        "A[3]": (1, 0),
    }
    table = explanation.table().set_index(["emu", "made_from"])
    assert table.loc[("D[1,2,3]", "B[2,3] × C[1]"), "reactions"] == "bc_de"
    assert table.loc[("B[2,3]", "D[2,3]"), "reactions"] == "b_d (reverse)"
    assert table.loc[("A[2]", "A[2] taken up"), "reactions"] == "a_exchange"
    assert table.loc[("C[1]", "B[2]"), "same_as"] == "B[2]"


def test_shares_of_symmetric_molecules_are_written_beside_the_reaction(core):
    texts = ", ".join(i.reactions for i in core.explain("pyr_c").inflows)
    assert "½ SUCOAS (reverse)" in texts


def texts(svg):
    return [e.text for e in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_the_picture_names_every_emu_and_reaction_of_the_toy(toy):
    explanation = toy.explain("F")
    shown = texts(explanation.svg())
    for emu in explanation.steps:
        assert emu_name(emu) in shown
    assert shown.count("tracer") == len(explanation.outside)
    for reaction in ("a_b", "b_ec", "bc_de", "d_f", "b_d ⇄", "a_exchange"):
        assert reaction in shown
    for words in ("3 carbons", "2 carbons", "1 carbon", "joined (convolution)", "= D[1,2,3]"):
        assert words in shown
    assert explanation.svg() == toy.explain("F").svg()


def test_what_is_taken_up_without_a_label_looks_different(toy):
    explanation = toy.explain("F")
    without = replace(explanation, tracers=frozenset())
    assert "tracer" not in texts(without.svg())
    assert texts(without.svg()).count("unlabelled") == len(explanation.outside)


@pytest.mark.parametrize("depth", [None, 3])
@pytest.mark.parametrize("fragment", ["dhap_c", "pyr_c", "s7p_c"])
def test_no_boxes_or_names_of_reactions_overlap(core, fragment, depth):
    place = EmuGeometry(core.explain(fragment, depth=depth))
    boxes = []
    for thing, x in place.x.items():
        width, height, y = place.widths[thing], place.height_of(thing), place.middle(thing)
        if thing[0] != "via":
            boxes.append((x - width / 2, y - height / 2, x + width / 2, y + height / 2))
    for one, other in combinations(boxes, 2):
        apart = max(one[0], other[0]) >= min(one[2], other[2]) - 1e-6
        assert apart or max(one[1], other[1]) >= min(one[3], other[3]) - 1e-6
    left, right = min(b[0] for b in boxes), max(b[2] for b in boxes)
    assert left >= -1e-6 and right <= place.width + 1e-6


def test_a_large_network_is_cut_at_a_depth_and_says_so(core):
    explanation = core.explain("pyr_c")
    assert explanation.reduced and len(explanation.drawn) <= 40 < len(explanation.steps)
    farther = len(explanation.steps) - len(explanation.drawn)
    shown = texts(explanation.svg())
    assert any(text.startswith(f"{farther} of them are more steps back") for text in shown)
    assert any(text.startswith("⋯") for text in shown)
    nearer = core.explain("pyr_c", depth=1)
    assert nearer.drawn < explanation.drawn
    # The table has everything at any depth.
    assert nearer.table().equals(explanation.table())


def test_any_other_part_of_a_molecule_is_explained_too(toy):
    explanation = toy.explain("B[2,3]")
    assert emu_name(explanation.root) == "B[2,3]"
    assert {e.size for e in explanation.emus} == {1, 2}
    assert len(toy.explain("A").emus) == 1


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"fragment": "Q"}, "no carbon transition with Q"),
        ({"fragment": "F[7]"}, "asks for atom 7"),
        ({"fragment": "F", "depth": 0}, "depth"),
        ({"fragment": 3}, "not a fragment"),
    ],
)
def test_what_cannot_be_explained_is_said(toy, asked, words):
    with pytest.raises(InputError, match=words):
        toy.explain(**asked)


def test_a_notebook_shows_the_picture_above_its_table(toy, tmp_path):
    explanation = toy.explain("F")
    page = explanation._repr_html_()
    assert page.index("data:image/svg+xml") < page.index("<table")
    assert page.count("<tr>") == 1 + len(explanation.table())
    assert explanation._repr_svg_() == explanation.save(tmp_path / "f.svg").read_text("utf-8")
    with pytest.raises(InputError, match=r"ends in \.svg"):
        explanation.save(tmp_path / "f.png")
    assert "F[1,2,3] in 'toy'" in str(explanation)
