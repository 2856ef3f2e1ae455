"""Recipes build flux models: COBRApy's textbook model with the core network's transitions is one."""

import json
import shutil

import cobra
import numpy as np
import pytest

import kinetools as kt
from kinetools.data import DATA
from kinetools.errors import InputError
from kinetools.flux.gene_rules import reactions_without
from kinetools.flux.genome_scale import (
    BuildReport,
    build_flux_model,
    cache,
    cached_flux_model,
    check_reach,
    read_recipe,
    read_transitions,
)
from kinetools.flux.genome_scale.build import load_cobra_model

TEXTBOOK = DATA / "flux" / "models" / "ecoli_textbook"
STRAINS = ("toya2010_wt5h", "toya2010_pyk5h", "toya2010_pgi16h")


@pytest.fixture(autouse=True, scope="module")
def own_cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KINETOOLS_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def built():
    return build_flux_model(read_recipe(TEXTBOOK))


@pytest.fixture
def recipe(tmp_path):
    """A copy of the textbook recipe that a test can spoil."""
    folder = tmp_path / "ecoli_textbook"
    shutil.copytree(TEXTBOOK, folder)
    shutil.copytree(TEXTBOOK.parent / "toya_core", tmp_path / "toya_core")
    return folder


def change(folder, file, old, new):
    path = folder / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_the_textbook_model_gets_the_transitions_of_the_core_network(built):
    network, report = built
    assert report.sizes == {"reactions": 62, "metabolites": 57, "labelled": 42}
    assert {"TKT1", "TKT2", "TALA", "PGI"} <= {t.reaction for t in network.transitions}
    assert not report["infer transitions"].ids("ambiguous")
    assert len(report.table()) == 15
    assert "62" in str(report)


@pytest.mark.parametrize("strain", STRAINS)
def test_measurements_of_every_strain_apply_to_it(built, strain):
    network, _ = built
    data = kt.load_measurements(strain)
    space = kt.FluxSpace.of(network, data)
    assert space.dimension > 5
    simulate = kt.LabellingSimulator(network, data.tracer, data.fragments)
    forward, reverse = space.to_fluxes(space.center)
    mids = simulate(forward, reverse)
    assert all(abs(m.sum() - 1) < 1e-9 and m.min() > -1e-12 for m in mids.values())
    assert check_reach(network, data.tracer, data.fragments) == tuple(
        f.name for f in data.fragments
    )


def test_the_model_is_built_once_and_then_read(built):
    network = kt.load_flux_model("ecoli_textbook")
    (again, report) = cached_flux_model(TEXTBOOK)
    assert again == network == built[0]
    assert report == built[1]
    assert [r.gene_reaction_rule for r in again.cobra_model.reactions] == [
        r.gene_reaction_rule for r in built[0].cobra_model.reactions
    ]
    from kinetools.flux.genome_scale.cache import cache_folder

    (kept,) = (cache_folder() / "flux_models").iterdir()
    (kept / "reactions.csv").write_text("reaction,equation\n")  # damaged: built again
    assert cached_flux_model(TEXTBOOK)[0] == network


def test_genes_can_be_named_in_what_is_built_and_in_what_is_kept(built):
    kept, _ = cached_flux_model(TEXTBOOK)
    names = {g.id: g.name for g in built[0].cobra_model.genes}
    assert names["b1676"] == "pykF"
    assert {g.id: g.name for g in kept.cobra_model.genes} == names
    for network in (built[0], kept):
        assert reactions_without(network, ["pgi"]) == ("PGI",)
        assert reactions_without(network, ["pykF", "pykA"]) == ("PYK",)


def test_what_was_kept_without_names_of_genes_is_built_again():
    cached_flux_model(TEXTBOOK)
    folder = cache.cache_folder() / "flux_models"
    file = folder / f"ecoli_textbook-{cache.fingerprint(read_recipe(TEXTBOOK))}" / cache.REPORT
    content = json.loads(file.read_text())
    file.write_text(json.dumps({k: v for k, v in content.items() if k != "gene_names"}))
    assert cached_flux_model(TEXTBOOK)[0].cobra_model.genes.b1676.name == "pykF"


@pytest.mark.parametrize("name", ["my", "m.y", "my-strain"])
def test_only_older_builds_of_the_same_recipe_are_removed(tmp_path, name):
    own = [f"{name}-{k:016x}" for k in range(8)]
    others = ["notes", "my-notes", "mxy-000000000000000a", "my-000000000000000", f"{name}-{0:017x}"]
    others += [f"my-strain2-{k:016x}" for k in range(8)] + [f"{name}-x-{k:016x}" for k in range(8)]
    for folder in (*own, *others):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "thesis.txt").write_text("dear")
    kept = tmp_path / f"{name}-{99:016x}"
    cache._keep(kept, kt.load_flux_model("toy"), BuildReport((), {}))
    left = {p.name for p in tmp_path.iterdir()}
    assert kept.name in left and set(others) <= left
    assert len(left & {*own, kept.name}) == cache.KEPT


def test_a_model_beside_the_recipe_is_found_from_anywhere(recipe, tmp_path, monkeypatch):
    model = recipe / "small.json"
    cobra.io.save_json_model(cobra.io.load_model("textbook"), model)
    monkeypatch.chdir(tmp_path)
    for named in ("small.json", "../ecoli_textbook/small.json", str(model)):
        change(recipe, "recipe.json", '"model": "', f'"model": "{named}", "name": "')
        content = json.loads(
            (recipe / "recipe.json").read_text().replace('"name": "textbook",', "")
        )
        (recipe / "recipe.json").write_text(json.dumps(content))
        read = read_recipe(recipe)
        assert load_cobra_model(read.model).id == "e_coli_core"
        before = cache.fingerprint(read)
        model.write_text(model.read_text() + " ")
        assert cache.fingerprint(read) != before


def test_a_changed_recipe_is_built_again(recipe):
    before, _ = cached_flux_model(recipe)
    change(recipe, "recipe.json", '"max_flux": 58.5', '"max_flux": 60')
    assert kt.load_flux_model(recipe).max_flux == 60 and before.max_flux == 58.5


def test_growth_takes_glutamate_and_gives_oxoglutarate_in_proportion(built):
    network, _ = built
    space = kt.FluxSpace.of(network, kt.load_measurements("toya2010_wt5h"))
    net = np.subtract(*space.to_fluxes(space.center))
    growth, part = (network.index(f"Biomass_Ecoli_core{x}") for x in ("", "_part1"))
    assert net[part] == pytest.approx(4.1182 * net[growth])


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "ids.csv",
            "reaction,ACONT,,",
            "reaction,ACON,,",
            "no transition names the reaction 'ACON'",
        ),
        ("ids.csv", "reaction,SUCD1i,SUCDi,\n", "", "no reaction 'SUCD1i'; if SUCDi or"),
        ("ids.csv", "SUCDi", "SUCD", "shall be the reaction 'SUCD', which model"),
        (
            "ids.csv",
            "metabolite,glc_D_e",
            "molecule,glc_D_e",
            'the kind is "reaction" or "metabolite"',
        ),
        ("curated.csv", "TKT1,r5p_c", "TKT,r5p_c", "no reaction 'TKT'; did you mean 'TKT"),
        ("curated.csv", "hij + fgabcde", "hij + fgabcd", "atoms do not balance"),
        ("symmetric.csv", "4 3 2 1", "4 3 2 x", "the order is a list of positions"),
        ("symmetric.csv", "4 3 2 1", "4 3 1 2", "turning a molecule twice"),
        (
            "symmetric.csv",
            "succ_c,",
            "succinate_c,",
            "symmetric.csv: model 'e_coli_core' has no metabolite 'succinate_c'; did you mean 'succ",
        ),
        ("symmetric.csv", "succ_e,", "succ_c,", "row 3: succ_c stands above already; keep one row"),
        ("symmetric.csv", "4 3 2 1", "² 1", "row 2: the order is a list of positions"),
        (
            "curated.csv",
            "ME2,mal__L_c --> co2_c + pyr_c,abcd : d + abc",
            "PGI,g6p_c --> fdp_c,abcdef : abcdef",
            "'g6p_c --> fdp_c' is not the reaction PGI of model 'e_coli_core' (g6p_c <=> f6p_c)",
        ),
        (
            "curated.csv",
            "ME2,mal__L_c --> co2_c + pyr_c,abcd : d + abc",
            "PGI,g6p_c <==> f6p_c,abcde : abcde",
            "curated transitions: in that of PGI, f6p_c has 5 carbons here, 6 elsewhere",
        ),
        (
            "ids.csv",
            ",glc__D_e",
            ",h2o_e",
            "'glc_D_e' shall be the metabolite 'h2o_e', which is in",
        ),
        (
            "recipe.json",
            '"textbook"',
            '"textbok"',
            "there is no model 'textbok': neither a file, nor one of those that COBRApy brings with it "
            "(iJO1366, salmonella, textbook)",
        ),
        ("recipe.json", '"textbook"', '"e_coli_core"', "there is no model 'e_coli_core'"),
        ("recipe.json", '"textbook"', '"/tmp"', "there is no model '/tmp'"),
        ("recipe.json", '"textbook"', '"m.json"', "ecoli_textbook/m.json': neither a file"),
        (
            "recipe.json",
            '"id": "ecoli_textbook"',
            '"id": "../thesis"',
            "the \"id\" '../thesis' cannot",
        ),
        ("recipe.json", '"id": "ecoli_textbook"', '"id": "*"', "the \"id\" '*' cannot name the"),
        ("recipe.json", '"id": "ecoli_textbook"', '"id": ".."', "the \"id\" '..' cannot name the"),
        (
            "recipe.json",
            '"coa_c"',
            '"nope"',
            "\"untracked\": model 'e_coli_core' has no metabolite",
        ),
        (
            "recipe.json",
            '"untracked"',
            '"cofactors": ["nope"], "untracked"',
            "recipe.json, \"cofactors\": model 'e_coli_core' has no metabolite 'nope'; correct the id.",
        ),
        ("recipe.json", '"Biomass_Ecoli_core"', '"Biomass"', "growth: model 'e_coli_core' has no"),
        ("recipe.json", '"max_flux"', '"max_fluxx"', "unknown entry 'max_fluxx'"),
        ("recipe.json", '"EX_h2o_e"', "3", '"medium" must be a list of ids'),
        ("recipe.json", "toya2010_wt5h", "toya2010_wt", "no bundled measurements 'toya2010_wt'"),
        ("recipe.json", '"version": 1', '"version": 2', "version 2"),
    ],
)
def test_a_recipe_at_fault_gets_one_sentence(recipe, monkeypatch, file, old, new, said):
    import httpx

    asked = []

    def offline(*arguments, **settings):
        asked.append(arguments)
        raise httpx.ConnectError("no network in tests")

    monkeypatch.setattr(httpx, "get", offline)
    monkeypatch.setattr(httpx.Client, "send", offline)
    change(recipe, file, old, new)
    with pytest.raises(InputError) as error:
        cached_flux_model(recipe)
    assert said in str(error.value) and "\n" not in str(error.value)
    assert not asked


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        (
            "bounds.csv",
            "reaction,lower_bound,upper_bound\nPFL,0,0\nPFL,0,1\n",
            "bounds.csv, row 3: PFL stands above already; keep one row.",
        ),
        (
            "genes.csv",
            "gene,name\nb4025,pgi\nb402,pgi\n",
            "names of genes: model 'e_coli_core' has no gene 'b402'; did you mean 'b4025'?",
        ),
        (
            "genes.csv",
            "gene,name\nb4025,pgi\nb4025,gpi\n",
            "genes.csv, row 3: b4025 stands above already; keep one row.",
        ),
        (
            "extra_reactions.csv",
            "reaction,equation,genes\nNEW,pyr_c --> lac__D_c,b1 and (b2\n",
            "extra_reactions.csv, row 2 (NEW): the rule of genes is not understood ('b1 and (b2'); write",
        ),
    ],
)
def test_an_optional_table_at_fault_gets_one_sentence(recipe, caplog, recwarn, file, text, said):
    (recipe / file).write_text(text)
    with pytest.raises(InputError) as error:
        cached_flux_model(recipe)
    assert said in str(error.value) and "\n" not in str(error.value)
    assert not caplog.records and not recwarn.list


def test_paths_in_a_recipe_start_from_its_folder(recipe):
    kt.write_measurements(kt.load_measurements("toya2010_wt5h"), recipe / "strains" / "mine")
    text = (recipe / "recipe.json").read_text()
    (recipe / "recipe.json").write_text(text.replace('"toya2010_wt5h"', '"strains/mine"'))
    found = read_recipe(recipe)
    assert str(recipe / "strains" / "mine") in found.measurements
    assert recipe / "strains" / "mine" / "measurements.json" in found.files


def test_a_tracer_that_reaches_no_fragment_is_refused():
    toy = kt.load_flux_model("toya_core")
    fragments = kt.load_measurements("toya2010_wt5h").fragments
    unlabelled = {"glc_D_e": [(1, "000000")]}
    with pytest.raises(InputError, match="none of its labelled atoms reaches a measured fragment"):
        check_reach(toy, unlabelled, fragments)
    assert len(check_reach(toy, {"glc_D_e": [(1, "100000")]}, fragments)) == len(fragments)


def test_tables_of_transitions_leave_out_rows_without_atoms(tmp_path):
    path = tmp_path / "transitions.csv"
    path.write_text(
        "reaction,equation,atoms\nA,x --> y,ab : ba\nA,,ab : ab\nB,y <==> z,ab : ab\nC,z -->,\n"
    )
    transitions, one_way = read_transitions(path)
    assert [t.reaction for t in transitions] == ["A", "A", "B"] and one_way == {"A"}
    path.write_text("reaction,equation,atoms\nA,,ab : ba\n")
    with pytest.raises(InputError, match=r"row 2 .A.: has atoms but no equation"):
        read_transitions(path)
    path.write_text("reaction,equation,atoms\nA,x --> y,\n")
    with pytest.raises(InputError, match="holds no atom transitions"):
        read_transitions(path)
