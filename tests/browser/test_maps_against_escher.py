"""The static picture is what Escher draws of the same map, data and scale, element by element."""

import json
import re
from importlib.resources import files
from xml.etree import ElementTree

import pytest

import kinetools as kt
from kinetools.maps import Scale, draw_svg, load_map

pytestmark = pytest.mark.browser
SVG = "{http://www.w3.org/2000/svg}"

DRAW = """async ([bundle, map, scale, data]) => {
    const module = {exports: {}};
    bundle = bundle.replace(/throw new Error\\("Automatic publicPath[^"]*"\\)/, "t='http://localhost/'");
    new Function("module", "exports", "require", "define", bundle)(module, module.exports);
    const options = {
        menu: "none", never_ask_before_quit: true, enable_keys: false, enable_editing: false,
        enable_tooltips: false, reaction_styles: ["color", "size", "text"], reaction_scale: scale,
    };
    await new Promise((done) => {
        options.first_load_callback = (builder) => { builder.set_reaction_data(data); done(); };
        const at = module.exports.libs.d3_select("#map");
        module.exports.Builder(map, null, null, at, options);
    });
    const corners = (path) => {
        const m = path.transform.baseVal.consolidate().matrix;
        return path.getAttribute("d").match(/-?[\\d.]+(e-?\\d+)?,-?[\\d.]+(e-?\\d+)?/g).map((pair) => {
            const [x, y] = pair.split(",").map(Number);
            return [m.a * x + m.c * y + m.e, m.b * x + m.d * y + m.f];
        }).flat();
    };
    const style = (element, key) => getComputedStyle(element)[key];
    const place = (element) => {
        const m = element.transform.baseVal.consolidate().matrix;
        return [m.e, m.f];
    };
    return Object.fromEntries([...document.querySelectorAll("g.reaction")].map((g) => {
        const all = (what) => [...g.querySelectorAll(what)];
        return [g.__data__.bigg_id, {
            paths: all(".segment").map((p) => p.getAttribute("d")),
            stroke: style(g.querySelector(".segment"), "stroke"),
            width: parseFloat(style(g.querySelector(".segment"), "strokeWidth")),
            heads: all(".arrowhead").map((p) => [corners(p), style(p, "fill")]),
            counts: all(".stoichiometry-label").map((t) => [place(t), t.textContent]),
            label: g.querySelector(".reaction-label").textContent,
        }];
    }));
}"""


def numbers(text):
    return [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", text)]


def colour(text):
    if text.startswith("#fff"):
        return (255, 255, 255)
    return tuple(int(text[i : i + 2], 16) for i in (1, 3, 5))


@pytest.fixture(scope="module")
def both(browser):
    """What Escher and draw_svg make of the E. coli map, with three reactions left out."""
    escher_map = load_map("ecoli")
    fluxes = kt.load_steady_state("ecoli", physiology=2).fluxes.drop(["ENO", "CYTBDpp", "ACS"])
    scale = Scale.for_values(fluxes)
    bundle = (files("escher") / "static" / "escher.min.js").read_text(encoding="utf-8")
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.set_content('<body><div id="map" style="width:1200px;height:900px"></div></body>')
    live = page.evaluate(
        DRAW, [bundle, escher_map, scale.to_escher(), json.loads(fluxes.to_json())]
    )
    page.close()
    root = ElementTree.fromstring(draw_svg(escher_map, fluxes, reaction_scale=scale).encode())
    still = {}
    for g in root.iter(f"{SVG}g"):
        if g.get("class") == "reaction":
            title = g.find(f"{SVG}title").text
            still[title.split(" ")[0]] = g
    return live, still


def test_both_draw_the_same_reactions(both):
    live, still = both
    assert set(live) == set(still) and len(live) == 67


def test_lines_are_the_same(both):
    live, still = both
    for reaction, drawn in live.items():
        expected = sorted(numbers(d) for d in drawn["paths"])
        path = still[reaction].find(f"{SVG}path").get("d")
        found = sorted(numbers(d) for d in path.split("M")[1:])
        assert len(found) == len(expected)
        for a, b in zip(found, expected):
            assert a == pytest.approx(b, abs=0.11), reaction


def test_colours_and_widths_are_the_same(both):
    live, still = both
    for reaction, drawn in live.items():
        group = still[reaction]
        assert colour(group.get("stroke")) == pytest.approx(numbers(drawn["stroke"]), abs=1)
        assert float(group.get("stroke-width")) == pytest.approx(drawn["width"], abs=0.06)


def test_arrowheads_are_the_same(both):
    live, still = both
    for reaction, drawn in live.items():
        expected = sorted(
            (*sorted(zip(c[::2], c[1::2])), tuple(numbers(f))) for c, f in drawn["heads"]
        )
        found = []
        for polygon in still[reaction].iter(f"{SVG}polygon"):
            c = numbers(polygon.get("points"))
            found.append((*sorted(zip(c[::2], c[1::2])), colour(polygon.get("fill"))))
        assert len(found) == len(expected), reaction
        # Rounding can change the order of corners, so each is looked for.
        for *corners, fill in found:
            assert any(
                all(min(abs(x - u) + abs(y - v) for u, v in other) < 0.3 for x, y in corners)
                and fill == pytest.approx(shade, abs=1)
                for *other, shade in expected
            ), reaction


def test_labels_and_coefficients_are_the_same(both):
    live, still = both
    for reaction, drawn in live.items():
        texts = still[reaction].findall(f"{SVG}text")
        assert texts[-1].text == drawn["label"]
        found = sorted((float(t.get("x")), float(t.get("y")), t.text) for t in texts[:-1])
        expected = sorted((x, y, text) for (x, y), text in drawn["counts"])
        assert len(found) == len(expected), reaction
        for a, b in zip(found, expected):
            assert a[:2] == pytest.approx(b[:2], abs=0.11)
            assert float(a[2]) == float(b[2])
