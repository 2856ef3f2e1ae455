"""kinetools' own tables: read, written again, and every way in which a row can be wrong."""

import dataclasses
import re

import numpy as np
import pytest

from kinetools.data import DATA
from kinetools.errors import InputError
from kinetools.flux.flux_model import load_flux_model, write_flux_model
from kinetools.flux.measurements import load_measurements, write_measurements
from tests.kinetools.flux.flux_files import MEASUREMENTS, NETWORK, write, write_network


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    return load_flux_model(write_network(tmp_path_factory.mktemp("network")))


def test_empty_bounds_mean_no_limit_but_the_largest_flux(network):
    j = network.index
    assert (network.lower_bound[j("b_d")], network.upper_bound[j("b_d")]) == (-1000, 1000)
    assert (network.lower_bound[j("d_f")], network.upper_bound[j("d_f")]) == (0, 1000)
    assert network.upper_bound[j("bc_de")] == 500
    assert network.max_flux == 150


def test_metabolites_without_tracked_atoms_are_balanced_all_the_same(network):
    assert "atp" in network.metabolites
    assert network.atoms("atp") == 0
    assert network.atoms("B") == 3


def test_a_metabolite_on_one_side_twice_counts_twice(network):
    column = network.stoichiometry[:, network.index("bc_de")]
    assert column[network.metabolites.index("E")] == 2


def test_arrays_of_a_network_cannot_be_changed_by_accident(network):
    with pytest.raises(ValueError, match="read-only"):
        network.lower_bound[0] = 3


def test_asking_for_what_is_not_there_suggests_what_may_be_meant(network):
    with pytest.raises(InputError, match="did you mean 'b_ec'"):
        network.index("b_e")
    with pytest.raises(InputError, match="has no metabolite 'Z'"):
        network.atoms("Z")


@pytest.mark.parametrize("name", ["toy", "toya_core"])
def test_a_written_network_is_read_again_to_the_last_digit(name, tmp_path):
    original = load_flux_model(name)
    again = load_flux_model(write_flux_model(original, tmp_path / "copy"))
    assert again == original
    assert (again.name, again.source) == (original.name, original.source)
    assert [r.name for r in again.cobra_model.reactions] == [
        r.name for r in original.cobra_model.reactions
    ]


def test_bounds_that_are_no_short_decimals_survive_writing(network, tmp_path):
    model = network.cobra_model.copy()
    model.reactions.b_d.bounds = (-100 / 3, np.pi)
    model.reactions.b_d.gene_reaction_rule = "b0001 and b0002"
    model.metabolites.B.name = "The second"
    changed = dataclasses.replace(network, cobra_model=model)
    again = load_flux_model(write_flux_model(changed, tmp_path / "copy"))
    assert again == changed != network
    assert again.cobra_model.reactions.b_d.gene_reaction_rule == "b0001 and b0002"
    assert again.cobra_model.metabolites.B.name == "The second"


def test_metabolites_that_no_reaction_needs_any_more_are_left_out(network, tmp_path):
    model = network.cobra_model.copy()
    model.reactions.atp_border.remove_from_model()
    model.reactions.up.add_metabolites({model.metabolites.atp: 1})
    smaller = dataclasses.replace(network, cobra_model=model)
    assert set(network.metabolites) - set(smaller.metabolites) == {"atp"}
    assert load_flux_model(write_flux_model(smaller, tmp_path)) == smaller


def test_the_fingerprint_does_not_depend_on_names_or_letters(network, tmp_path):
    table = NETWORK.replace("Uptake", "Another name").replace(
        "abc + de : a + bcd + e", "123 + 45 : 1 + 234 + 5"
    )
    assert load_flux_model(write_network(tmp_path, table)).hash == network.hash
    other = NETWORK.replace("abc : cba", "abc : bca")
    assert load_flux_model(write_network(tmp_path, other)).hash != network.hash


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("abc : a + bc", "abc : a + b", "reactions.csv, row 4 (b_ec): atoms do not balance"),
        (
            "abc : cba",
            "abcd : dcba",
            "row 7 (d_f): D has 4 atoms in the transition of d_f but 3 in that of b_d",
        ),
        ("A --> B,abc", "A --> Z,abc", "row 2 (up): there is no metabolite 'Z' in the network"),
        ("B --> E + C", "B --> E + E + C", "row 4 (b_ec): 3 products"),
        ("B + C --> E + D + E", "B + C --> E + D + 2 E", "row 5 (bc_de): 4 products"),
        ("d_f,,,,,abc", "d_f,D --> E,,,,abc", "row 7 (d_f): the reaction stands above already"),
        (
            "d_f,,,,,abc",
            "d_f,,0,,,abc",
            "row 7 (d_f): the reaction stands above already; a further row",
        ),
        (
            ",-100,-100",
            ",-100,-200",
            "row 8 (A_border): the lower bound -100 is above the upper bound -200",
        ),
        (",-100,-100", ",-1e999,-100", 'row 8, column "lower_bound"'),
        (",-100,-100", ",-1_0,-100", "'-1_0' is not a number"),
        (
            "A <==>,-100",
            "A -->,-100",
            "row 8 (A_border): the lower bound -100 allows the backward direction",
        ),
        ("reaction,equation", "reaction,formula", 'row 1: there is no column "equation"'),
        (",note", ",lower_bond", 'row 1: unknown column "lower_bond"'),
        (",note", ",name", 'row 1: the column "name" stands twice'),
        ("up,A", ",A", 'row 2: the column "reaction" is empty'),
        (
            "E_border,E -->",
            "E_border,E --> E",
            "row 10 (E_border): nothing is left of the equation",
        ),
        ("Uptake,", '"Uptake,', "row 2: is not a row of a table"),
        ("both directions", "both, directions", "row 3: has 9 cells, but there are 8 columns"),
        (NETWORK, "", "is empty; its first row must name the columns"),
        (NETWORK, "reaction,equation\n", "lists no reactions"),
    ],
)
def test_a_wrong_row_is_named(old, new, message, tmp_path):
    assert old in NETWORK
    folder = write_network(tmp_path, NETWORK.replace(old, new, 1))
    with pytest.raises(InputError, match=re.escape(message)):
        load_flux_model(folder)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"max_flux": 150', '"max_flux": 0', "max_flux: expected a positive number, found 0"),
        ('"max_flux"', '"maxflux"', "unknown entry 'maxflux'"),
        ('"branched"', '"two words"', "cannot be the id"),
        ('"version": 1', '"version": 2', "has version 2"),
        ('["made for tests"]', "[1]", '"source" a list of such texts'),
    ],
)
def test_a_wrong_head_is_named(old, new, message, tmp_path):
    from tests.kinetools.flux.flux_files import NETWORK_HEAD

    folder = write_network(tmp_path, head=NETWORK_HEAD.replace(old, new))
    with pytest.raises(InputError, match=re.escape(message)):
        load_flux_model(folder)


def test_tables_from_a_spreadsheet_with_semicolons_and_byte_order_mark(network, tmp_path):
    table = "\ufeff" + NETWORK.replace(",", ";").replace("\n", "\r\n")
    assert load_flux_model(write_network(tmp_path, table)) == network


def test_a_table_of_metabolites_gives_names_and_order(tmp_path):
    folder = write_network(tmp_path)
    (folder / "metabolites.csv").write_text("metabolite,name,formula\nF,Last,C3H4\nA,,\n", "utf-8")
    network = load_flux_model(folder)
    assert network.metabolites[:2] == ("F", "A")
    assert network.cobra_model.metabolites.F.formula == "C3H4"
    (folder / "metabolites.csv").write_text("metabolite,name\nZ,Zed\n", "utf-8")
    with pytest.raises(InputError, match="row 2: metabolite 'Z' is in no reaction"):
        load_flux_model(folder)


def test_parallel_experiments_in_one_folder(tmp_path, network):
    data = load_measurements(write(tmp_path, MEASUREMENTS))
    assert [e.name for e in data.experiments] == ["first", "second"]
    assert data.experiments[0].tracer.aliases == {"A": ("A_e", "A_ext")}
    tail = data.experiments[0].fragments[1]
    assert (tail.name, tail.metabolite, tail.atoms) == ("B tail", "B", (2, 3))
    assert data.bounds_for(network) == {"A_border": (-100, -100), "E_border": (0, 500)}
    assert data.flux_measurements == {"d_f": (80, 2.5)}
    assert data.growth_rate == (0.5, 0.6)
    assert data.max_flux_for(network) == 150
    with pytest.raises(InputError, match="hold 2 experiments"):
        _ = data.mids


def test_written_measurements_are_read_again(tmp_path):
    data = load_measurements(write(tmp_path / "a", MEASUREMENTS))
    again = load_measurements(write_measurements(data, tmp_path / "b"))
    assert_same(data, again)
    for name in ("toy", "toya2010_wt5h", "toya2010_pyk5h", "toya2010_pgi16h"):
        data = load_measurements(name)
        # Into the same folder: nothing of the measurements before may stay.
        assert_same(data, load_measurements(write_measurements(data, tmp_path / "b")))


def assert_same(a, b):
    for name in ("id", "name", "source", "bounds", "flux_measurements", "max_flux", "growth_rate"):
        assert getattr(a, name) == getattr(b, name)
    for one, other in zip(a.experiments, b.experiments, strict=True):
        assert one.tracer == other.tracer
        assert one.fragments == other.fragments
        for values, others in (
            (one.mids, other.mids),
            (one.standard_deviations, other.standard_deviations),
        ):
            assert values.keys() == others.keys()
            assert all((values[k] == others[k]).all() for k in values)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "mids.csv",
            "0.8008",
            "0.7008",
            "mids.csv, row 2 (F): the distribution sums to 0.9001, not to 1 within 0.01",
        ),
        ("mids.csv", "0.0001,0.8008", "-0.0001,0.8010", "row 2 (F): M0 is -0.0001"),
        (
            "mids.csv",
            "0.1,0.8,0.1,",
            "0.1,0.8,0.05,0.05",
            "row 3 (B tail): a fragment of 2 atoms has 3 masses",
        ),
        ("mids.csv", "0.8008", '"0,8008"', "'0,8008' is not a number; write a decimal point"),
        ("mids.csv", "second,F", "third,F", "row 4 (F): experiment 'third' has no tracer"),
        ("mids.csv", "second,F", "first,F", "row 4 (F): the fragment stands above already"),
        ("mids.csv", "second,F,,,0.5,0.3,0.15,0.05\n", "", "no fragment of experiment 'second'"),
        ("mids.csv", "M1", "M4", "the columns of masses must be M0, M1, and so on"),
        ("mids.csv", "B[2,3]", "B[3,2,2]", "row 3 (B tail): '3,2,2' names an atom twice"),
        (
            "standard_deviations.csv",
            "0.01,0.02",
            "0.01,0",
            "row 2 (F): the standard deviation of M3 is 0",
        ),
        ("standard_deviations.csv", "0.01,0.02", "0.01,-1", "M3 is -1, but it must be positive"),
        (
            "standard_deviations.csv",
            "0.01,0.02",
            "0.01,",
            "row 2 (F): 3 standard deviations for 4 values",
        ),
        (
            "standard_deviations.csv",
            "first,B tail",
            "first,Z",
            "row 3 (Z): the fragment is not in mids.csv",
        ),
        (
            "standard_deviations.csv",
            "first,B tail,0.01,0.01,0.01,\n",
            "",
            "no row for fragment 'B tail'",
        ),
        ("tracer.csv", "0.6", "0.5", "(A): the fractions sum to 0.9"),
        ("tracer.csv", "#100", "#10", "labellings of different lengths"),
        ("tracer.csv", "#010", "#012", "tracer.csv, row 2: the labelling '#012'"),
        ("tracer.csv", ";1;", ";;", 'row 2: the column "fraction" is empty'),
        ("bounds.csv", "-100,-90", "-90,-100", "row 4 (EX_A): the lower bound -90 is above"),
        (
            "bounds.csv",
            "border,E_border",
            "border,A_border",
            "row 3 (A_border): the reaction stands above",
        ),
        ("fluxes.csv", "2.5", "0", "row 2 (d_f): expected a positive number"),
        ("measurements.json", "[0.5, 0.6]", "[0.6, 0.5]", "must be [lower, upper]; swap them"),
        (
            "measurements.json",
            '"max_flux": 150',
            '"max_flux": "x"',
            "max_flux: expected a positive number",
        ),
        (
            "measurements.json",
            '"max_flux": 150',
            '"standard_deviation": 0.1',
            "are both there; keep one",
        ),
    ],
)
def test_a_wrong_row_of_measurements_is_named(file, old, new, message, tmp_path):
    assert old in MEASUREMENTS[file]
    files = MEASUREMENTS | {file: MEASUREMENTS[file].replace(old, new, 1)}
    with pytest.raises(InputError, match=re.escape(message)):
        load_measurements(write(tmp_path, files))


def test_one_standard_deviation_may_stand_in_the_head(tmp_path):
    files = {k: v for k, v in MEASUREMENTS.items() if k != "standard_deviations.csv"}
    with pytest.raises(InputError, match="no standard deviations"):
        load_measurements(write(tmp_path, files))
    head = files["measurements.json"].replace('"id"', '"standard_deviation": 0.02, "id"')
    data = load_measurements(write(tmp_path, files | {"measurements.json": head}))
    assert data.mean_standard_deviation == pytest.approx(0.02)


def test_fragments_can_be_left_out_for_cross_validation():
    data = load_measurements("toya2010_wt5h")
    fewer = data.without(["pep_c", "pyr_c"])
    assert len(fewer.fragments) == 7 and "pep_c" not in fewer.mids
    assert fewer.bounds == data.bounds
    with pytest.raises(InputError, match="have no fragment 'glc'"):
        data.without("glc")
    with pytest.raises(InputError, match="no fragment would be left"):
        load_measurements("toy").without("F")


@pytest.mark.parametrize("name", ["unknown", "no/such/file.json", 3, None, "", "a" * 5000, "a\0b"])
def test_names_of_nothing_are_refused(name):
    for load in (load_flux_model, load_measurements):
        with pytest.raises(InputError):
            load(name)


def test_each_folder_is_told_from_the_other(tmp_path, network):
    write_flux_model(network, tmp_path / "network")
    with pytest.raises(InputError, match="is not a set of labelling measurements"):
        load_measurements(tmp_path / "network")
    with pytest.raises(InputError, match="is not a network"):
        load_flux_model(write(tmp_path / "m", MEASUREMENTS))


def test_any_file_of_a_folder_leads_to_it(tmp_path, network):
    folder = write_network(tmp_path / "n")
    assert load_flux_model(folder / "reactions.csv") == load_flux_model(folder / "network.json")
    folder = write(tmp_path / "m", MEASUREMENTS)
    for file in MEASUREMENTS:
        assert load_measurements(folder / file).id == "parallel"


def test_the_example_in_the_documentation_can_be_read(tmp_path):
    documentation = (DATA.parent / "docs" / "file_formats.md").read_text(encoding="utf-8")
    table = re.search(r"```\n(reaction,equation.*?)```", documentation, re.DOTALL)[1]
    network = load_flux_model(write_network(tmp_path, table))
    assert [t.reaction for t in network.transitions] == ["CS", "FUM", "FUM", "PGI"]
    assert network.atoms("coa_c") == 0 and network.atoms("cit_c") == 6


def test_a_metabolite_called_constraint_is_a_relation_between_fluxes(tmp_path):
    table = NETWORK.replace("d_f,D --> F", "d_f,D --> F + 0.1 constraint_1")
    table = table.replace("0.1 constraint_1,,,,", "0.1 constraint_1,,,D --> F,")
    table = table.replace("d_f,,,,,abc", "d_f,,,,D --> F,abc")
    table = table.replace("E_border,E", "E_border,E + 0.2 constraint_1")
    network = load_flux_model(write_network(tmp_path, table))
    assert network.boundary[network.index("E_border")]
    fluxes = network.cobra_model.optimize().fluxes
    assert fluxes["E_border"] > 1
    assert fluxes["d_f"] == pytest.approx(2 * fluxes["E_border"])
    assert network.cobra_model.metabolites.constraint_1.compartment == "constraint"
