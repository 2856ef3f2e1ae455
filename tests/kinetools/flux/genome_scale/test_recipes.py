"""Recipes build flux models: COBRApy's textbook model with the core network's transitions is one."""

import shutil

import numpy as np
import pytest

import kinetools as kt
from kinetools.data import DATA
from kinetools.errors import InputError
from kinetools.flux.genome_scale import (
    build_flux_model,
    cached_flux_model,
    check_reach,
    read_recipe,
    read_transitions,
)

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
    assert len(report.table()) == 14
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
        ("recipe.json", '"textbook"', '"nobody"', "cannot load the model 'nobody'"),
        ("recipe.json", '"Biomass_Ecoli_core"', '"Biomass"', "growth: model 'e_coli_core' has no"),
        ("recipe.json", '"max_flux"', '"max_fluxx"', "unknown entry 'max_fluxx'"),
        ("recipe.json", '"EX_h2o_e"', "3", '"medium" must be a list of ids'),
        ("recipe.json", "toya2010_wt5h", "toya2010_wt", "no bundled measurements 'toya2010_wt'"),
        ("recipe.json", '"version": 1', '"version": 2', "version 2"),
    ],
)
def test_a_recipe_at_fault_gets_one_sentence(recipe, monkeypatch, file, old, new, said):
    import httpx

    def offline(*arguments, **settings):
        raise httpx.ConnectError("no network in tests")

    monkeypatch.setattr(httpx, "get", offline)
    monkeypatch.setattr(httpx.Client, "send", offline)
    change(recipe, file, old, new)
    with pytest.raises(InputError) as error:
        cached_flux_model(recipe)
    assert said in str(error.value) and "\n" not in str(error.value)


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
