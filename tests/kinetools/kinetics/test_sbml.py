"""Kinetic models as SBML: valid, self-explaining, and exactly the same objects when they come back."""

import re

import libsbml
import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import kinetools as kt
from kinetools.errors import InputError
from kinetools.kinetics import sbml_names
from kinetools.kinetics.mechanisms import Mechanism, mechanisms
from kinetools.kinetics.model import kinetic_model_from_dict
from kinetools.kinetics.steady_state import steady_state_from_dict
from tests.kinetools.kinetics.test_mechanisms import evaluate, points
from tests.kinetools.kinetics.test_random_models import kinetic_systems
from tests.kinetools.reference_sbml import SbmlModel

PHYSIOLOGIES = (1, 2, 3, 4)


@pytest.fixture(scope="module")
def examples(model, states):
    """physiology → (state, one parameter set, SBML text)."""
    result = {}
    for physiology, state in states.items():
        sets = kt.sample_parameters(model, state, 3, seed=physiology, progress=False)
        one = sets.isel(set=[2])
        result[physiology] = state, one, kt.to_sbml(model, state, one)
    return result


@pytest.fixture(scope="module")
def text(examples):
    return examples[1][2]


def sid(metabolite):
    return sbml_names.to_sid(sbml_names.SPECIES, metabolite)


# Formulas


def value(formula, **numbers):
    return eval(formula.replace("^", "**"), {"__builtins__": {}}, numbers)


@pytest.mark.parametrize("name", sorted(mechanisms()))
@given(st.data())
def test_the_formula_of_a_denominator_is_the_denominator(name, data):
    law = mechanisms()[name]
    s, p, a, b = data.draw(points(law))
    s_names, p_names = ([f"{word}{i}" for i in range(len(x))] for word, x in (("s", s), ("p", p)))
    formula = law.denominator_formula(s_names, p_names, a, b)
    expected, _, _ = evaluate(law, s, p, a, b)
    numbers = dict(zip(s_names + p_names, s + p, strict=True))
    assert value(formula, **numbers) == pytest.approx(expected, rel=1e-13)
    # The way a file contains it.
    tree = libsbml.parseL3Formula(formula)
    assert value(libsbml.formulaToL3String(tree), **numbers) == pytest.approx(expected, rel=1e-13)


def test_the_formula_of_a_denominator_is_as_short_as_the_law():
    law = mechanisms()["convenience"]
    formula = law.denominator_formula(["s"], ["p"], [3], [1])
    assert formula == "((((1 + s) + (s^2)) + (s^3)) + (1 + p)) - 1".join("()")
    assert law.denominator_formula(["s"], [], [100], []).count("s") == 100


def test_a_law_whose_denominator_is_no_plain_arithmetic_says_what_to_do():
    class BranchingTest(Mechanism):
        name = "branching_test"

        @staticmethod
        def denominator(s, p, a, b, ds, dp):
            return 1.0 + s[0] if s[0] > 1 else 2.0

    class TranscendentTest(BranchingTest):
        name = "transcendent_test"

        @staticmethod
        def denominator(s, p, a, b, ds, dp):
            return np.exp(s[0])

    class OwnFormulaTest(TranscendentTest):
        name = "own_formula_test"

        @classmethod
        def denominator_formula(cls, substrates, products, a, b):
            return f"exp({substrates[0]})"

    try:
        for law in (BranchingTest, TranscendentTest):
            with pytest.raises(InputError, match="give the class a denominator_formula"):
                law.denominator_formula(["s"], ["p"], [1], [1])
        assert OwnFormulaTest.denominator_formula(["s"], ["p"], [1], [1]) == "exp(s)"
    finally:
        for name in ("branching_test", "transcendent_test", "own_formula_test"):
            del Mechanism.registry[name]


# What the file says


@pytest.mark.parametrize("physiology", PHYSIOLOGIES)
def test_libsbml_finds_nothing_to_complain_about_units_included(examples, physiology):
    _, _, text = examples[physiology]
    assert findings(text) == []


def findings(text):
    document = libsbml.readSBMLFromString(text)
    document.setConsistencyChecks(libsbml.LIBSBML_CAT_UNITS_CONSISTENCY, True)
    document.setConsistencyChecks(libsbml.LIBSBML_CAT_MODELING_PRACTICE, True)
    document.checkConsistency()
    return [document.getError(i).getMessage() for i in range(document.getNumErrors())]


def test_a_wrong_unit_would_have_been_found(text):
    wrong = re.sub(r'(id="vmax_PGI".*units=")[^"]*', r"\1umol_per_litre", text)
    assert wrong != text
    assert any("R_PGI" in message for message in findings(wrong))


@settings(max_examples=25, deadline=None)
@given(kinetic_systems(), st.integers(0, 1000))
def test_any_network_has_the_same_rates_in_sbml_and_comes_back_exactly(system, seed):
    content, values = system
    model = kinetic_model_from_dict(content)
    values["delta_g"] = values["delta_g"] or {"in_a": -1.0}  # a file names one at least
    state = steady_state_from_dict(values)
    one = kt.sample_parameters(model, state, 1, seed=seed, workers=1, progress=False)
    text = kt.to_sbml(model, state, one)
    assert findings(text) == []
    start = state.concentrations * np.random.default_rng(seed).uniform(
        0.2, 3, len(state.concentrations)
    )
    start = start[[m.id for m in model.metabolites if not m.boundary]]
    rates = kt.reaction_rates(model, state, one, dict(start)).values[0] * model.flux_to_rate
    found = SbmlModel(text).rates(start)
    np.testing.assert_allclose(found, rates, rtol=1e-8, atol=1e-10 * np.abs(rates).max())
    check_round_trip(model, state, one, text)


# Back again


def check_round_trip(model, state, one, source):
    model_2, state_2, sets_2 = kt.from_sbml(source)
    assert (model_2, model_2.hash) == (model, model.hash)
    assert (state_2.to_dict(), state_2.hash) == (state.to_dict(), state.hash)
    assert sets_2.sizes == one.sizes
    for variable in ("km", "vmax", "set", "parameter_metabolite", "parameter_live"):
        np.testing.assert_array_equal(sets_2[variable].values, one[variable].values)
    return sets_2


@pytest.mark.parametrize("physiology", PHYSIOLOGIES)
def test_a_model_comes_back_to_the_last_digit(model, examples, physiology, tmp_path):
    state, one, text = examples[physiology]
    sets = check_round_trip(model, state, one, text)
    assert sets.attrs["model_hash"] == one.attrs["model_hash"]
    assert '"sample_parameters"' in sets.attrs["history"]
    assert '"from_sbml"' in sets.attrs["history"]
    # As good as the original: nothing else has to be loaded to go on with it.
    spectra = [kt.eigenvalues(model, state, s, workers=1, progress=False) for s in (one, sets)]
    np.testing.assert_array_equal(*spectra)
    path = tmp_path / "model.xml"
    assert kt.to_sbml(model, state, one.isel(set=0), path) == path.read_text("utf-8") == text
    check_round_trip(model, state, one, path)
    check_round_trip(model, state, one, str(path))
    check_round_trip(model, state, one, "\ufeff" + text)


def test_names_that_sbml_does_not_allow_come_back(model, state):
    ids = {"PFK": '<b>2-P F/K"&µ__45__é</b>', "atp_c": "_a__tp[c]", "c": "c p"}

    def renamed(value):
        if isinstance(value, dict):
            return {ids.get(k, k): renamed(v) for k, v in value.items()}
        if isinstance(value, list):
            return [renamed(v) for v in value]
        return ids.get(value, value) if isinstance(value, str) else value

    content, values = renamed(model.to_dict()), renamed(state.to_dict())
    content["name"] = content["reactions"][0]["name"] = 'id="km_x" value="3" <α & β> "x" \'y\''
    content["reactions"][1]["name"] = "&amp;&lt; &#955; &alpha; &amp;amp; &"
    content["metabolites"][3]["name"] = '<parameter id="vmax_PGI" value="7"/>'
    values["source"] = content["source"] = ["]]> <!-- &amp; ü", "  two  spaces "]
    odd, odd_state = kinetic_model_from_dict(content), steady_state_from_dict(values)
    assert {"_a__tp[c]"} <= set(odd.metabolite_ids)
    one = kt.sample_parameters(odd, odd_state, 1, seed=1, progress=False)
    text = kt.to_sbml(odd, odd_state, one)
    assert findings(text) == []
    check_round_trip(odd, odd_state, one, text)


@given(st.text(min_size=1), st.sampled_from(["M_", "R_", "", "vmax_"]))
def test_any_id_becomes_one_that_sbml_allows_and_comes_back(identifier, prefix):
    if not prefix:
        identifier = f"km_{identifier}"  # ids without a prefix of their own are those of Km
    made = sbml_names.to_sid(prefix, identifier)
    assert re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", made)
    assert sbml_names.from_sid(prefix, made) == identifier


@given(st.text("_-0159a", min_size=1, max_size=12), st.text("_-0159a", min_size=1, max_size=12))
def test_different_ids_stay_different(one, other):
    ids = {sbml_names.to_sid("M_", x) for x in (one, other)}
    assert len(ids) == len({one, other})


def test_ids_as_biologists_know_them_stay_readable(text):
    for expected in ("M_atp_c", "R_PFK", "km_substrate1_PFK", "vmax_PFK", "k_equilibrium_PFK"):
        assert f' id="{expected}"' in text


# What the file says about itself


def test_entries_say_what_they_are_in_ontologies_and_databases(text):
    model = libsbml.readSBMLFromString(text).getModel()
    terms = {
        "km_substrate1_PFK": "SBO:0000027",
        "vmax_PFK": "SBO:0000186",
        "k_equilibrium_PFK": "SBO:0000281",
    }
    for identifier, term in terms.items():
        assert model.getParameter(identifier).getSBOTermID() == term
    for reaction in model.getListOfReactions():
        assert libsbml.SBO.isRateLaw(reaction.getKineticLaw().getSBOTerm())

    def links(entry):
        term = entry.getCVTerm(0)
        return None if term is None else term.getResourceURI(0)

    # Ids as BiGG writes them today; a lumped biomass reaction of one's own has none.
    expected = {
        "M_atp_c": "https://identifiers.org/bigg.metabolite/atp",
        "M_glc_D_e": "https://identifiers.org/bigg.metabolite/glc__D",
        "M__2pg_c": "https://identifiers.org/bigg.metabolite/2pg",
        "R_PFK": "https://identifiers.org/bigg.reaction/PFK",
        "R_LMPD_biomass_c_17_462": None,
    }
    for identifier, address in expected.items():
        assert links(model.getElementBySId(identifier)) == address


def test_units_follow_the_order_of_each_law(model, text):
    sbml = libsbml.readSBMLFromString(text).getModel()
    # A proton of the first order on the substrate side takes its unit out of the maximal rate's.
    orders = {r.id: sum(m.forward_order for m in r.modifiers) for r in model.reactions}
    expected = {0: "umol_per_litre_per_hour", 1: "per_hour"}
    expected |= {n: f"umol_per_litre_to_the_minus_{n - 1}_per_hour" for n in (4, 8)}
    for reaction, order in orders.items():
        unit = sbml.getParameter(sbml_names.to_sid("vmax_", reaction)).getUnits()
        assert unit == expected[order]


def test_boundary_species_are_fixed_and_others_are_not(model, text):
    sbml = libsbml.readSBMLFromString(text).getModel()
    for metabolite in model.metabolites:
        species = sbml.getSpecies(sid(metabolite.id))
        assert species.getBoundaryCondition() == species.getConstant() == metabolite.boundary
        assert not species.getHasOnlySubstanceUnits()


# Bad input


def test_sets_that_are_not_one_complete_set_of_this_model_are_refused(model, states, sets):
    state, one = states[1], sets.isel(set=[4])
    with pytest.raises(InputError, match=r"holds one parameter set, but 300 are given"):
        kt.to_sbml(model, state, sets)
    with pytest.raises(InputError, match="but 0 are given"):
        kt.to_sbml(model, state, sets.isel(set=[]))
    with pytest.raises(InputError, match="steady state 'ecoli_physiology_1', not"):
        kt.to_sbml(model, states[2], one)
    with pytest.raises(InputError, match="has no variable 'km'"):
        kt.to_sbml(model, state, one.drop_vars("km"))
    with pytest.raises(InputError, match="'km_product_PGI' of model 'ecoli' is missing"):
        kt.to_sbml(model, state, one.drop_sel(parameter="km_product_PGI"))
    with pytest.raises(InputError, match="km_product_PGI is nan"):
        kt.to_sbml(model, state, one.assign(km=one.km.where(one.parameter != "km_product_PGI")))
    with pytest.raises(InputError, match="vmax of 'PGI' is nan"):
        kt.to_sbml(model, state, one.assign(vmax=one.vmax.where(one.reaction != "PGI")))
    with pytest.raises(InputError, match="has no variable 'km'"):
        kt.to_sbml(model, state, xr.Dataset())
    with pytest.raises(InputError, match="history is no list in JSON"):
        kt.to_sbml(model, state, one.assign_attrs(history=5))
    content = model.to_dict()
    content["cell"]["dry_weight_fraction"] = 0.5
    with pytest.raises(InputError, match="made with model 'ecoli'"):
        kt.to_sbml(kinetic_model_from_dict(content), state, one)
    with pytest.raises(InputError, match="expected a KineticModel"):
        kt.to_sbml("ecoli", state, one)


def test_km_alone_are_enough(model, state, sets):
    one = sets.isel(set=[4])
    expected = SbmlModel(kt.to_sbml(model, state, one)).parameters
    for km in (one.drop_vars("vmax"), one.km, one.km.values):
        assert SbmlModel(kt.to_sbml(model, state, km)).parameters == expected


def test_nothing_is_left_of_a_file_that_could_not_be_written(model, state, sets, tmp_path):
    with pytest.raises(InputError):
        kt.to_sbml(model, state, sets, tmp_path / "all.xml")
    with pytest.raises(InputError, match="is a folder; name a file in it"):
        kt.to_sbml(model, state, sets.isel(set=[4]), tmp_path)
    for path in (5, "", b"model.xml"):
        with pytest.raises(InputError, match="path must name the file to write"):
            kt.to_sbml(model, state, sets.isel(set=[4]), path)
    assert list(tmp_path.iterdir()) == []


FOREIGN = """<?xml version="1.0" encoding="UTF-8"?>
<sbml xmlns="http://www.sbml.org/sbml/level3/version{v}/core" level="3" version="{v}"><model>
<listOfReactions><reaction id="decay" reversible="false"{fast}><kineticLaw>
<math xmlns="http://www.w3.org/1998/Math/MathML"><cn>1</cn></math></kineticLaw></reaction>
</listOfReactions></model></sbml>"""
LEVEL_2 = (
    '<sbml xmlns="http://www.sbml.org/sbml/level2/version4" level="2" version="4"><model/></sbml>'
)
EMPTY = '<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2"{}</sbml>'


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("no_such_file.xml", "no such file"),
        ('{"id":\n"ecoli"}', "text that starts with .* is not XML"),
        (None, "expected the path of an SBML file or its text"),
        ("<html><body/></html>", "is not SBML, its first element is 'html'"),
        ("<sbml", "not well-formed XML"),
        (LEVEL_2, "is SBML level 2 version 4, but only level 3 version 2"),
        (EMPTY.format(">"), "SBML without a model"),
        (EMPTY.format("><model/>"), "holds no kinetic model of kinetools"),
        (EMPTY.format("><nonsense/>"), "not valid SBML"),
        (FOREIGN.format(v=2, fast=""), "reaction 'decay' has a rate law that is not of kinetools"),
        (FOREIGN.format(v=1, fast=' fast="false"'), "reaction 'decay' has a rate law"),
    ],
)
def test_what_kinetools_did_not_write_is_refused_with_one_sentence(source, message):
    with pytest.raises(InputError, match=message):
        kt.from_sbml(source)


def replaced(pattern, by):
    def change(text):
        changed, count = re.subn(pattern, by, text, count=1, flags=re.S)
        assert count == 1
        return changed

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        # the rate law, and the annotation that should say the same
        (
            replaced(r"<divide/>(?=\s*<ci> M_f6p_c </ci>\s*<ci> km_substrate1_PFK)", "<plus/>"),
            "reaction 'R_PFK' has a rate law or reactants that are not those of kinetools' mechanism",
        ),
        (replaced(r'(mechanism=")generalized', r"\1specialised"), "unknown mechanism 'specialised"),
        (
            replaced(r'(id="R_PFK".*?)generalized_reversible_hill', r"\1convenience"),
            "reaction 'R_PFK' has a rate law or reactants that are not those",
        ),
        (
            replaced(r'(species="M_f6p_c" stoichiometry=")1', r"\g<1>2"),
            "has a rate law or reactants",
        ),
        (replaced(r'(id="R_PFK".*?)flux="[^"]*"', r'\1flux="much"'), "'flux' of .* is 'much'"),
        (replaced(r'(id="R_PFK".*?)flux="[^"]*"', r'\1flux="nan"'), "found nan"),
        (replaced(r'(id="R_PFK".*?)flux="5', r'\1flux="6'), "fluxes do not balance"),
        # parameters
        (
            replaced(r'<parameter [^>]*id="km_product_PGI"[^>]*/>', ""),
            "'km_product_PGI' is missing",
        ),
        (
            replaced(r'(id="km_product_PGI"[^>]*value=")[^"]*', r"\1-1"),
            "km_product_PGI is -1, but a Michaelis constant must be a positive",
        ),
        (replaced(r'(id="km_product_PGI"[^>]*value=")[^"]*', r"\1NaN"), "km_product_PGI is nan"),
        (replaced(r'(id="vmax_PGI"[^>]*value=")[^"]*', r"\g<1>7"), "vmax of 'PGI' is 7, but"),
        (
            replaced(r'(id="k_equilibrium_PGI"[^>]*value=")[^"]*', r"\g<1>7"),
            "PGI' is 7, but the ΔG",
        ),
        (replaced(r'(id="vmax_PGI"[^>]*units=")[^"]*', r"\1hour"), "'vmax_PGI' in its listOfParam"),
        # what no annotation says
        (
            replaced(r'size="1"', 'size="2"'),
            "'compartment_c' in its listOfCompartments was changed",
        ),
        (
            replaced(r'(<unit kind="mole" exponent="1" scale=")-6', r"\1-3"),
            "'umol' in its listOfUnit",
        ),
        (replaced('timeUnits="hour"', 'timeUnits="second"'), "TimeUnits is 'second' instead"),
        (
            replaced('(id="M_f6p_c"[^>]*)constant="false"', r'\1constant="true"'),
            "'M_f6p_c' in its listOfSpecies was changed",
        ),
        (
            replaced(
                "<listOfReactions>",
                '<listOfRules><rateRule variable="M_f6p_c"><math '
                'xmlns="http://www.w3.org/1998/Math/MathML"><cn>1</cn></math></rateRule></listOfRules>'
                "<listOfReactions>",
            ),
            "has SBML's Rule",
        ),
        (replaced(r'id="R_PFK"', 'id="PFK"'), "'PFK' is not an id that kinetools writes"),
        (replaced("<kinetools:parameter_set.*?</kinetools:parameter_set>", ""), "holds no kinetic"),
        (
            replaced(r"\[\{&quot;function", "{&quot;function"),
            "history of its parameter set is damaged",
        ),
    ],
)
def test_a_file_that_was_changed_says_where(text, change, message):
    with pytest.raises(InputError, match=message):
        kt.from_sbml(change(text))


def test_km_that_another_program_changed_are_taken_if_they_influence_nothing_else(model, text):
    dead = next(p.name for p in model.parameters if not p.live)
    changed = replaced(rf'(id="{dead}"[^>]*value=")[^"]*', r"\g<1>7.5")(text)
    _, _, sets = kt.from_sbml(changed)
    assert sets.km.sel(parameter=dead).item() == 7.5


# Files that mean harm


def bomb(text, declaration='<!DOCTYPE sbml [<!ENTITY a "PFK"><!ENTITY b "&a;&a;">]>'):
    return text.replace("?>", f"?>{declaration}", 1).replace('name="Phos', 'name="&b;Phos', 1)


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE sbml [<!ENTITY a "PFK"><!ENTITY b "&a;&a;">]>',
        '<!DOCTYPE sbml [<!ENTITY b SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE sbml SYSTEM "http://localhost/sbml.dtd">',
    ],
)
def test_entities_are_not_expanded(text, declaration, tmp_path):
    path = tmp_path / "bomb.xml"
    path.write_text(bomb(text, declaration), encoding="utf-8")
    with pytest.raises(InputError, match="has a document type declaration"):
        kt.from_sbml(path)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-7", "latin-1"])
def test_another_encoding_hides_nothing(text, encoding, tmp_path):
    path = tmp_path / "hidden.xml"
    declared = bomb(text).replace('encoding="UTF-8"', f'encoding="{encoding}"')
    path.write_bytes(declared.encode(encoding, "xmlcharrefreplace"))
    with pytest.raises(InputError, match=r"UTF-8|not well-formed|document type"):
        kt.from_sbml(path)


@pytest.mark.parametrize("element", ["annotation", "notes", "math"])
def test_a_file_nested_so_deeply_that_libsbml_crashes_is_refused(text, element):
    depth = 200_000
    inner = {"math": ("<apply><minus/>", "</apply>")}.get(element, ("<a>", "</a>"))
    nested = inner[0] * depth + "<cn>1</cn>" * (element == "math") + inner[1] * depth
    place = re.search(rf"<{element}[^>]*>", text).end()
    with pytest.raises(InputError, match="more than 1000 nested elements"):
        kt.from_sbml(text[:place] + nested + text[place:])


def test_a_file_that_is_too_large_is_not_read(tmp_path):
    path = tmp_path / "large.xml"
    with open(path, "wb") as file:
        file.write(b"<sbml>")
        file.truncate(60_000_000)
    with pytest.raises(InputError, match="larger than 50 MB"):
        kt.from_sbml(path)
