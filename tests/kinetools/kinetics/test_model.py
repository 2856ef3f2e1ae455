"""The bundled E. coli model, its file, and every way in which a model file can be wrong."""

import copy
import json
import logging
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kinetools as kt
from kinetools.data import DATA
from kinetools.errors import InputError
from kinetools.kinetics.model import kinetic_model_from_dict
from kinetools.kinetics.sbml import save_sbml
from tests.kinetools.reference_rates import read_model

MOIETIES = [
    {"accoa_c": 1, "coa_c": 1, "succoa_c": 1},
    {"nadh_c": 1, "nad_c": 1},
    {"atp_c": 1, "adp_c": 1, "ppi_c": 1},
    {"amp_c": 1, "ppi_c": -1},
    {"q8_c": 1, "q8h2_c": 1},
    {"nadph_c": 1, "nadp_c": 1},
]


def vectors(moieties, metabolites):
    return np.array([[m.get(x, 0.0) for x in metabolites] for m in moieties])


def test_the_model_has_the_published_size(model, state):
    assert len(model.reactions) == 67
    assert len(model.metabolites) == 65
    assert sum(m.boundary for m in model.metabolites) == 15
    assert len(model.parameter_names) == len(set(model.parameter_names)) == 259
    assert sum(p.live for p in model.parameters) == 238
    reversible = [r for r in model.reactions if r.law.reversible]
    hill = [r for r in model.reactions if r.law.has_hill_coefficient]
    # Km, Vmax, Keq, Hill coefficients, boundary concentrations, volumes
    assert (len(reversible), len(hill)) == (61, 5)
    assert 259 + 67 + 61 + 5 + 15 + 4 == 411
    assert model.flux_to_rate == pytest.approx(419_900, rel=1e-15)


def test_dead_parameters_are_the_products_of_irreversible_reactions(model):
    dead = {p.name for p in model.parameters if not p.live}
    irreversible = {r.id for r in model.reactions if not r.law.reversible}
    assert len(dead) == 21
    assert {p.name for p in model.parameters if p.reaction in irreversible} >= dead
    assert all("_product" in name for name in dead)


def test_six_moieties_are_conserved_one_of_them_with_a_negative_coefficient(model):
    moieties = model.network.moieties
    names = model.network.dynamic_metabolites
    ours, known = moieties.totals, vectors(MOIETIES, names)
    assert ours.shape == (6, 50)
    assert np.linalg.matrix_rank(np.vstack([ours, known])) == 6
    conserved = ours @ model.network.stoichiometry[model.network.dynamic]
    # Coefficients cancel exactly, but doubles add up in some order.
    np.testing.assert_allclose(conserved, 0, atol=1e-15 * 80_000)
    assert moieties.as_dicts()[0].keys() <= set(names)


def test_the_link_matrix_gives_the_dependent_rows_of_the_stoichiometry(model):
    moieties = model.network.moieties
    matrix = model.network.stoichiometry[model.network.dynamic]
    assert len(moieties.independent) == 44
    reduced = matrix[moieties.independent]
    scale = np.abs(matrix).max()
    np.testing.assert_allclose(
        moieties.link @ reduced, matrix[moieties.dependent], atol=1e-12 * scale
    )
    assert np.linalg.matrix_rank(reduced / np.linalg.norm(reduced, axis=0), tol=1e-9) == 44


def test_moieties_are_those_of_the_numerical_null_space(model, references):
    ours, numerical = model.network.moieties.totals, references[1].moieties()
    assert numerical.shape == (6, 50)
    projected = ours @ numerical.T @ numerical
    np.testing.assert_allclose(projected, ours, atol=1e-10)


def test_the_network_equals_the_plain_reading_of_the_file(model, references):
    matrix = model.network.stoichiometry[model.network.dynamic]
    np.testing.assert_array_equal(matrix, references[1].stoichiometry)


def test_a_saved_model_is_the_same_model(model, tmp_path):
    path = kt.save_kinetic_model(model, tmp_path / "copy.json")
    again = kt.load_kinetic_model(path)
    assert again == model
    assert again.hash == model.hash
    assert path.read_text(encoding="utf-8") == (DATA / "models" / "ecoli.json").read_text(
        encoding="utf-8"
    )


def test_a_model_may_be_written_in_yaml(model, tmp_path):
    import yaml

    path = tmp_path / "model.yaml"
    path.write_text(yaml.safe_dump(read_model(), allow_unicode=True), encoding="utf-8")
    assert kt.load_kinetic_model(str(path)) == model


def test_names_do_not_change_the_fingerprint_but_numbers_do(model):
    content = read_model()
    content["reactions"][0]["name"] = "Another name"
    assert kinetic_model_from_dict(content).hash == model.hash
    content["cell"]["density_g_per_l"] += 1
    assert kinetic_model_from_dict(content).hash != model.hash


def test_html_in_names_and_ids_is_kept_as_text(tmp_path):
    content = read_model()
    nasty = '<img src=x onerror="alert(1)"> & co'
    content["name"] = content["source"][0] = nasty
    content["reactions"][3]["name"] = content["metabolites"][5]["name"] = nasty
    content["reactions"][0]["id"] = "<b>ACALD</b>"
    model = kinetic_model_from_dict(content)
    assert model.name == model.reactions[3].name == nasty
    assert model.parameter_names[0].endswith("_<b>ACALD</b>")
    again = kt.load_kinetic_model(kt.save_kinetic_model(model, tmp_path / "html.json"))
    assert again == model
    from cobra.io import read_sbml_model

    sbml = read_sbml_model(str(save_sbml(model, tmp_path / "html.xml")))
    assert sbml.name == sbml.reactions.get_by_id("ACONTa").name == nasty


# SBML


def test_cobra_reads_the_bundled_sbml_without_any_warning(caplog):
    from cobra.io import read_sbml_model, validate_sbml_model

    path = str(DATA / "models" / "ecoli.xml")
    with warnings.catch_warnings(), caplog.at_level(logging.INFO):
        warnings.simplefilter("error")
        network = read_sbml_model(path)
        _, findings = validate_sbml_model(path)
    assert [r.message for r in caplog.records if r.levelno >= logging.WARNING] == []
    assert {kind: found for kind, found in findings.items() if found} == {}
    assert any("Varma" in note for note in network.notes.values())


def test_the_bundled_sbml_has_the_stoichiometry_of_the_model(model):
    from cobra.io import read_sbml_model

    from kinetools.network import Network

    sbml = read_sbml_model(str(DATA / "models" / "ecoli.xml"))
    assert {"D-LACt2pp", "ENO"} <= {r.id for r in sbml.reactions}
    assert "_2pg_c" in sbml.metabolites
    boundary = {m.id for m in model.metabolites if m.boundary}
    assert {m.id for r in sbml.exchanges for m in r.metabolites} == boundary
    assert [r.name for r in sbml.reactions[:67]] == [r.name for r in model.reactions]
    assert [m.name for m in sbml.metabolites] == [m.name for m in model.metabolites]
    # Every coefficient to the last bit, exchanges aside.
    network = Network.from_cobra(sbml, boundary)
    assert network.metabolites == model.network.metabolites
    assert network.reactions[:67] == model.network.reactions
    np.testing.assert_array_equal(network.stoichiometry[:, :67], model.network.stoichiometry)
    np.testing.assert_array_equal(network.dynamic, model.network.dynamic)
    bounds = {r.id: r.bounds for r in sbml.reactions}
    assert all((bounds[r.id][0] < 0) == r.law.reversible for r in model.reactions)


def test_the_bundled_sbml_is_what_the_documented_command_writes(model, tmp_path):
    from cobra.io import read_sbml_model
    from cobra.io.dict import model_to_dict

    fresh = read_sbml_model(str(save_sbml(model, tmp_path / "fresh.xml")))
    bundled = read_sbml_model(str(DATA / "models" / "ecoli.xml"))
    assert model_to_dict(fresh) == model_to_dict(bundled)


# Bad files


def change(*path, to):
    def apply(content):
        target = content
        for key in path[:-1]:
            target = target[key]
        target[path[-1]] = to

    return apply


def drop(*path):
    def apply(content):
        target = content
        for key in path[:-1]:
            target = target[key]
        del target[path[-1]]

    return apply


def duplicate(key):
    return lambda content: content[key].append(copy.deepcopy(content[key][0]))


BAD = {
    "unknown mechanism": (change("reactions", 0, "mechanism", to="magic"), "ACALD.*'magic'.*known"),
    "no mechanism": (drop("reactions", 4, "mechanism"), "ACONTb.*mechanism"),
    "wrong number of reactants": (
        change("reactions", 1, "substrates", to=[["acald_c", 1], ["nad_c", 1]]),
        r"ACALDtpp.*takes 1 substrate\(s\), but 2",
    ),
    "no substrates": (change("reactions", 0, "substrates", to=[]), "ACALD.*at least one"),
    "unknown metabolite": (
        change("reactions", 0, "substrates", 0, 0, to="gold_c"),
        "ACALD.*'gold_c' is not in",
    ),
    "unknown modifier metabolite": (
        change("reactions", 0, "modifiers", 0, "metabolite", to="gold_c"),
        "ACALD.*modifier 1.*'gold_c'",
    ),
    "unknown modifier": (
        change("reactions", 0, "modifiers", 0, "kind", to="magnet"),
        "ACALD.*'magnet'",
    ),
    "unused metabolite": (
        lambda c: c["metabolites"].append({"id": "gold_c", "compartment": "c"}),
        "'gold_c' takes part in no reaction",
    ),
    "reaction twice": (duplicate("reactions"), "reaction 'ACALD' is listed twice"),
    "metabolite twice": (duplicate("metabolites"), "metabolite 'accoa_c' is listed twice"),
    "coefficient zero": (
        change("reactions", 0, "substrates", 0, 1, to=0),
        "ACALD.*acald_c.*found 0",
    ),
    "coefficient NaN": (
        change("reactions", 0, "substrates", 0, 1, to=float("nan")),
        "NaN is not a number that JSON knows",
    ),
    "coefficient huge": (change("reactions", 0, "substrates", 0, 1, to=10**400), "ACALD.*acald_c"),
    "coefficient text": (change("reactions", 0, "substrates", 0, 1, to="1"), "ACALD.*found '1'"),
    "coefficient true": (change("reactions", 0, "substrates", 0, 1, to=True), "ACALD.*found True"),
    "modifier stoichiometry": (
        change("reactions", 0, "modifiers", 0, "stoichiometry", to=None),
        "ACALD.*modifier 1.*stoichiometry",
    ),
    "dict for list": (change("reactions", to={"ACALD": {}}), 'needs a list "reactions"'),
    "list for dict": (change("reactions", 5, to=["ACS"]), 'reaction 6: needs a text entry "id"'),
    "list for cell": (change("cell", to=[1]), 'needs a "cell" entry'),
    "reactants dict": (
        change("reactions", 0, "substrates", to={"a": 1}),
        'ACALD.*list "substrates"',
    ),
    "flat reactants": (change("reactions", 0, "substrates", to=["acald_c"]), "ACALD.*coefficient"),
    "no density": (drop("cell", "density_g_per_l"), "density_g_per_l.*positive number"),
    "negative density": (change("cell", "density_g_per_l", to=-1), "density_g_per_l.*found -1"),
    "no metabolites": (drop("metabolites"), 'list "metabolites"'),
    "empty reactions": (change("reactions", to=[]), 'list "reactions"'),
    "no id": (drop("id"), 'text entry "id"'),
    "control characters": (change("id", to="a\nb"), '"id".*cannot be printed'),
    "name a number": (change("metabolites", 0, "name", to=7), "accoa_c.*name"),
    "source a number": (change("source", to=5), '"source" must be a list'),
    "source a text": (change("source", to="Varma"), '"source" must be a list'),
    "boundary a text": (change("metabolites", 0, "boundary", to="no"), "accoa_c.*true or false"),
    "no compartment": (drop("metabolites", 0, "compartment"), "accoa_c.*compartment"),
    "another format": (
        change("format", to="kinetools steady state"),
        "is not a kinetic model file",
    ),
    "another version": (change("version", to=99), "version 99.*reads version 1"),
}


def assert_one_sentence(error, path):
    text = str(error.value)
    assert str(path) in text
    assert "\n" not in text
    assert text.endswith(".")
    assert len(text) < 600


@pytest.mark.parametrize("case", BAD)
def test_a_bad_model_file_gets_one_sentence(case, tmp_path):
    damage, message = BAD[case]
    content = read_model()
    damage(content)
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(InputError, match=message) as error:
        kt.load_kinetic_model(path)
    assert_one_sentence(error, path)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.json", b"", "not valid JSON"),
        ("a.json", b"{", "not valid JSON"),
        ("a.json", b"[1, 2]", "is not a kinetic model file"),
        ("a.json", b"null", "is not a kinetic model file"),
        ("a.json", b'{"format": 1, "format": 2}', "'format' is given twice"),
        ("a.json", b"\x89HDF\r\n\x1a\n\x00\xff\xfe", "UTF-8"),
        ("a.json", b"[" * 100_000, "not valid JSON"),
        ("a.yaml", b"", "is not a kinetic model file"),
        ("a.yaml", b"a: [1", "not valid YAML"),
        ("a.yaml", b"a: !!python/object/apply:os.system ['true']", "not valid YAML"),
        ("a.yaml", b"a: !!timestamp soon", "not valid YAML"),
        ("a.yaml", b"a: 2001-99-99", "not valid YAML"),
        ("a.yaml", b"a: !!int ''", "not valid YAML"),
        ("a.yaml", b"a: &x [*x]", "is not a kinetic model file"),
        ("a.yaml", b"\x00", "not valid YAML"),
    ],
)
def test_a_file_that_is_no_model_gets_one_sentence(name, content, message, tmp_path):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=message) as error:
        kt.load_kinetic_model(path)
    assert_one_sentence(error, path)


@pytest.mark.parametrize(
    "name", ["salmon", "x" * 5000, "", "no/such.json", "\0", None, 7, ["ecoli"]]
)
def test_a_model_that_does_not_exist_gets_one_sentence(name):
    with pytest.raises(InputError):
        kt.load_kinetic_model(name)


TREE = read_model()
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=5,
) | st.sampled_from([10**400, -1, 0, 1e-320, 1e308, "h_c", "ACALD", "convenience", [], {}])


@st.composite
def damaged_models(draw):
    """The bundled model's tree with a few entries replaced, deleted, doubled or exchanged."""
    content = copy.deepcopy(TREE)
    for _ in range(draw(st.integers(1, 3))):
        target, key = content, None
        while True:
            keys = list(target) if isinstance(target, dict) else list(range(len(target)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            if not isinstance(target[key], (dict, list)) or draw(st.integers(0, 4)) == 0:
                break
            target = target[key]
        if key is None or not target:
            continue
        action = draw(st.sampled_from(["replace", "delete", "double", "exchange"]))
        if action == "replace":
            target[key] = draw(ANYTHING)
        elif action == "delete":
            del target[key]
        elif isinstance(target, list):
            other = draw(st.integers(0, len(target) - 1))
            if action == "double":
                target.insert(other, copy.deepcopy(target[key]))
            else:
                target[key], target[other] = target[other], target[key]
    return content


@settings(max_examples=300)
@given(damaged_models())
def test_a_damaged_model_is_refused_or_valid(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "damaged.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    try:
        model = kt.load_kinetic_model(path)
    except InputError as error:
        assert "\n" not in str(error)
        return
    assert len(model.parameter_names) == len(set(model.parameter_names))
    assert model.network.stoichiometry.shape == (len(model.metabolites), len(model.reactions))
    copied = kt.load_kinetic_model(kt.save_kinetic_model(model, path.with_name("copied.json")))
    assert copied == model
    assert copied.hash == model.hash


@settings(max_examples=200)
@given(st.text() | st.binary(), st.sampled_from(["json", "yaml"]))
def test_arbitrary_text_is_refused(tmp_path_factory, content, suffix):
    path = tmp_path_factory.getbasetemp() / f"arbitrary.{suffix}"
    data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    path.write_bytes(data)
    with pytest.raises(InputError) as error:
        kt.load_kinetic_model(path)
    assert "\n" not in str(error.value)
