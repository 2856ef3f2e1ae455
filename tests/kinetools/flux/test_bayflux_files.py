"""The files of BayFlux: read, written, and never executed."""

import dataclasses
import re

import numpy as np
import pytest

from kinetools.errors import InputError
from kinetools.flux.atoms import AtomTransition
from kinetools.flux.bayflux_tables import read_tracer
from kinetools.flux.flux_model import load_flux_model, write_flux_model
from kinetools.flux.measurements import (
    Experiment,
    Measurements,
    load_measurements,
    write_measurements,
)
from tests.kinetools.flux.flux_files import BAYFLUX, write


def test_transitions_alone_are_a_network_whose_dead_ends_cross_the_border(tmp_path):
    folder = write(tmp_path, {"transitions.txt": BAYFLUX["transitions.txt"]})
    network = load_flux_model(folder / "transitions.txt")
    assert network.reactions[-3:] == ("EX_A", "EX_E", "EX_F")
    bounds = dict(zip(network.reactions, zip(network.lower_bound, network.upper_bound)))
    assert bounds["EX_A"] == (-1000, 0) and bounds["EX_F"] == (0, 1000)
    assert bounds["b_d"] == (-1000, 1000) and bounds["d_f"] == (0, 1000)
    assert network.reversible.sum() == 1


def test_a_configuration_names_all_files(tmp_path):
    folder = write(tmp_path, BAYFLUX)
    data = load_measurements(folder / "config.yaml")
    assert data.tracer.mixtures == {"A": ((0.75, (0, 1, 0)), (0.25, (0, 0, 0)))}
    assert [(f.name, f.atoms) for f in data.fragments] == [
        ("F", (1, 2, 3)),
        ("F #2", (1, 2, 3)),
        ("B[2,3]", (2, 3)),
    ]
    assert data.mean_standard_deviation == pytest.approx(0.0076875)
    network = load_flux_model(folder / "config.yaml")
    assert data.bounds_for(network) == {"EX_A": (-100, -100), "EX_E": (0, 500)}
    assert data.max_flux_for(network) == network.max_flux == 150
    np.testing.assert_allclose(data.mids["B[2,3]"], [0.1, 0.8, 0.1])


def test_a_folder_is_enough_if_nothing_in_it_is_double(tmp_path):
    folder = write(tmp_path, BAYFLUX | {"README.md": "About this folder.\n"})
    assert load_measurements(folder).mean_standard_deviation == pytest.approx(0.0076875)
    (folder / "config.yaml").unlink()
    assert load_measurements(folder, standard_deviation=0.02).mean_standard_deviation == 0.02
    with pytest.raises(InputError, match="hold no standard deviations"):
        load_measurements(folder)
    write(folder, {"other.tab": BAYFLUX["distributions.tab"]})
    with pytest.raises(InputError, match=r"distributions.tab and other.tab are both"):
        load_measurements(folder, standard_deviation=0.02)
    chosen = load_measurements(folder / "other.tab", standard_deviation=0.02)
    assert chosen.id == "other"


@pytest.mark.parametrize("name", ["toy", "toya_core"])
def test_a_network_written_for_bayflux_is_read_again(name, tmp_path):
    network = load_flux_model(name)
    folder = write_flux_model(network, tmp_path / "copy", "bayflux")
    for path in (folder, folder / "bayflux.yaml"):
        assert load_flux_model(path) == network


@pytest.mark.parametrize("strain", ["wt5h", "pyk5h", "pgi16h"])
def test_measurements_written_for_bayflux_are_read_again(strain, tmp_path):
    network, data = load_flux_model("toya_core"), load_measurements(f"toya2010_{strain}")
    write_flux_model(network, tmp_path, "bayflux")
    again = load_measurements(write_measurements(data, tmp_path, "bayflux", network))
    assert again.bounds_for(network) == data.bounds_for(network)
    assert again.tracer == data.tracer.in_network(network)
    assert again.fragments[-1].metabolite == "mal_L_c"
    for mine, theirs in zip(data.mids.values(), again.mids.values(), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert again.mean_standard_deviation == data.mean_standard_deviation
    assert again.max_flux == 58.5
    assert load_flux_model(tmp_path) == network


def test_what_bayflux_has_no_place_for_is_refused(tmp_path):
    experiment = Experiment("a", {"A": [(1.0, "010")]}, None, {"F": [0.5, 0.5, 0, 0]}, 0.01)
    other = Experiment("b", {"A": [(1.0, "110")]}, None, {"F": [0.5, 0.5, 0, 0]}, 0.01)
    for data in (
        Measurements("two", (experiment, other)),
        Measurements("fluxes", (experiment,), flux_measurements={"d_f": (80, 1)}),
    ):
        with pytest.raises(InputError, match="BayFlux's files hold one experiment and no measured"):
            write_measurements(data, tmp_path / "x", "bayflux")
    assert not (tmp_path / "x").exists()
    with pytest.raises(InputError, match="format must be"):
        write_measurements(Measurements("one", (experiment,)), tmp_path / "x", "csv")


def test_a_transition_of_one_molecule_of_three_stands_for_all_three(tmp_path):
    import cobra

    model = cobra.Model("anaerobic")
    reaction = cobra.Reaction("PPPGO3", lower_bound=0, upper_bound=10)
    ids = ("fum_c", "succ_c", "pppg9_c", "ppp9_c")
    fum, succ, pppg9, ppp9 = (cobra.Metabolite(m, compartment="c") for m in ids)
    reaction.add_metabolites({fum: -3, succ: 3, pppg9: -1, ppp9: 1})
    model.add_reactions([reaction])
    cobra.io.write_sbml_model(model, str(tmp_path / "model.xml"))
    write(
        tmp_path,
        {"transitions.txt": "PPPGO3\tfum_c + pppg9_c --> succ_c + ppp9_c\tabcd + ef : abcd + ef\n"},
    )
    network = load_flux_model(tmp_path)
    assert [m for m, _ in network.transitions[0].reactants].count("fum_c") == 3
    assert [m for m, _ in network.transitions[0].products].count("ppp9_c") == 1
    assert network.max_flux == 10
    write(tmp_path, {"transitions.txt": "PPPGO3\tfum_c --> succ_c + succ_c\tabcd : ab + cd\n"})
    with pytest.raises(InputError, match=r"line 1 \(PPPGO3\): succ_c has the coefficient 3"):
        load_flux_model(tmp_path)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("transitions.txt", "abc : a + bc", "abc : a + b", "line 3 (b_ec): atoms do not balance"),
        ("transitions.txt", "d_f\tD", "d_f D", "line 5: has 2 columns, expected three with tabs"),
        ("transitions.txt", "b_d\tB", "d_f\tB", "line 6 (d_f): the reaction has another equation"),
        ("distributions.tab", "0.8008", "0.7", "row 2 (F): the distribution sums to 0.8993"),
        ("distributions.tab", "0,1,2", "0,2,3", "row 2 (F): the atoms are counted from 1, found 0"),
        ("distributions.tab", "\t2,3\t", "\t2,2\t", "row 4 (B)"),
        (
            "distributions.tab",
            "\t2,3\t",
            "\tx\t",
            'row 4 (B): the atoms must be numbers such as "1,2,3"',
        ),
        ("distributions.tab", "\t2,3\t", "\t2\t", "row 4 (B): a fragment of 1 atoms has 2 masses"),
        ("bounds.csv", "0.0,500.0", "0.0,-500.0", "row 3 (EX_E): the lower bound 0 is above"),
        ("bounds.csv", "EX_E", "EX_A", "row 3 (EX_A): the reaction stands above already"),
        ("tracer.py", "0.25", "0.35", "tracer.py: tracer 'A': the fractions sum to 1.1"),
        ("tracer.py", "0,1,0".replace(",", ", "), "0, 1, 0.5", "is not one 0 or 1 for each carbon"),
        ("config.yaml", "distributions.tab", "missing.tab", "which is no file; correct it"),
        (
            "config.yaml",
            "averageError: 0.0076875",
            "averageError: -1",
            "averageError: expected a positive",
        ),
        ("config.yaml", "seed: 4242", "seed: [4242", "is not valid YAML"),
    ],
)
def test_a_wrong_line_is_named(file, old, new, message, tmp_path):
    assert old in BAYFLUX[file]
    folder = write(tmp_path, BAYFLUX | {file: BAYFLUX[file].replace(old, new, 1)})
    load = load_flux_model if file == "transitions.txt" else load_measurements
    with pytest.raises(InputError, match=re.escape(message)):
        load(folder / "config.yaml")


@pytest.mark.parametrize(
    "text",
    [
        "import os\nsubstrateLabelingDict = {}",
        "substrateLabelingDict = {'A': ((1.0, [0, 1, 0]),)}; open('touched', 'w')",
        "substrateLabelingDict = dict(A=((1.0, [0, 1, 0]),))",
        "substrateLabelingDict = {__import__('os').getcwd(): ((1.0, [0, 1, 0]),)}",
        "substrateLabelingDict = {'A': ((1.0, [0, 1, 0]),) for _ in range(3)}",
        "substrateLabelingDict = {f'{open}': ((1.0, [0, 1, 0]),)}",
        "substrateLabelingDict = " + "[" * 5000,
        "substrateLabelingDict = {'A': ((1.0, [0, 1, 0]),), 'A': ((1.0, [0, 0, 0]),)}",
        "substrateLabelingDict = {'A': ((1.0, [0, 1, 0]),)",
        "substrateLabelingDict = {'A': 1.0}",
        "substrateLabelingDict = [1]",
    ],
)
def test_the_tracer_is_data_and_is_never_executed(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tracer.py").write_text(text, "utf-8")
    with pytest.raises(InputError, match=r"tracer\.py"):
        read_tracer(tmp_path / "tracer.py")
    assert [p.name for p in tmp_path.iterdir()] == ["tracer.py"]


def test_models_with_a_document_type_are_refused(tmp_path):
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><sbml>&a;</sbml>'
    folder = write(tmp_path, BAYFLUX | {"model.xml": bomb})
    with pytest.raises(InputError, match="has a document type declaration"):
        load_flux_model(folder / "model.xml")


def test_ids_that_sbml_cannot_hold_are_refused(tmp_path):
    network = load_flux_model("toy")
    model = network.cobra_model.copy()
    model.reactions.a_b.id = "a__45__b"
    first = network.transitions[0]
    renamed = AtomTransition("a__45__b", first.reactants, first.products)
    odd = dataclasses.replace(
        network, cobra_model=model, transitions=(renamed, *network.transitions[1:])
    )
    with pytest.raises(InputError, match="SBML cannot hold the id"):
        write_flux_model(odd, tmp_path / "x", "bayflux")
    assert load_flux_model(write_flux_model(odd, tmp_path / "y")) == odd
