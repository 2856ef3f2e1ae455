"""FluxML: networks, constraints, tracers and mass spectra; what cannot be said is refused."""

import re
import warnings

import cobra
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinetools.errors import InputError
from kinetools.flux.flux_model import load_flux_model, write_flux_model
from kinetools.flux.linear import parse_relations
from kinetools.flux.measurements import load_measurements
from tests.kinetools.flux.flux_files import FLUXML


@pytest.fixture
def file(tmp_path):
    return tmp_path / "branched.fml"


def load(file, *changes, read=load_flux_model):
    text = FLUXML
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")
    return read(file)


def test_variants_of_a_reaction_are_one_reaction_with_several_transitions(file):
    network = load(file)
    assert [t.letters() for t in network.transitions if t.reaction == "d_f"] == [
        "abc : abc",
        "abc : cba",
    ]
    assert network.reversible[network.index("b_d")] and network.reversible.sum() == 1
    column = network.stoichiometry[:, network.index("bc_de")]
    assert column[network.metabolites.index("E")] == 2


def test_pools_that_are_only_used_are_taken_up(file):
    network = load(file)
    assert network.reactions[-3:-1] == ("EX_A", "EX_ATP")
    assert network.boundary[network.index("EX_A")]
    assert network.lower_bound[network.index("EX_A")] == -network.max_flux


def test_relations_between_fluxes_hold_in_every_steady_state(file):
    network = load(file)
    model = network.cobra_model
    for reaction in model.reactions:
        reaction.bounds = np.clip(reaction.bounds, -200, 200)
    model.reactions.up.bounds = 100, 100
    for objective in ("b_d", "out_e", "d_f"):
        for direction in ("max", "min"):
            model.objective, model.objective_direction = objective, direction
            fluxes = model.optimize().fluxes
            assert fluxes["out_e"] == pytest.approx(3 * fluxes["b_ec"])
            assert fluxes["b_d"] + fluxes["bc_de"] <= 90 + 1e-9
    model.objective, model.objective_direction = (
        model.reactions.b_d.flux_expression + model.reactions.bc_de.flux_expression,
        "max",
    )
    assert model.slim_optimize() == pytest.approx(90)


def test_measurements_speak_of_the_merged_reaction(file):
    network = load(file)
    data = load_measurements(file)
    assert data.bounds_for(network) == {"up": (100, 100), "d_f": (0, 90)}
    assert data.flux_measurements == {"d_f": (80, 2)}
    assert data.tracer.in_network(network).mixtures == {"A": ((0.7, (0, 1, 0)), (0.3, (0, 0, 0)))}
    np.testing.assert_allclose(data.mids["m1"], [0.0001, 0.8008, 0.1983, 0.0009])
    # A group that is not of scale "one" is known up to a factor.
    np.testing.assert_allclose(data.mids["m2"], [0.25, 0.75, 0])
    np.testing.assert_allclose(data.standard_deviations["m2"], [0.005, 0.005, 0.01])
    assert data.fragments[1].atoms == (2, 3)


def test_a_network_of_fluxml_is_written_and_read_again(file, tmp_path):
    network = load(file)
    for format in ("kinetools", "bayflux"):
        again = load_flux_model(write_flux_model(network, tmp_path / format, format))
        assert (again.boundary == network.boundary).all()
        np.testing.assert_allclose(again.stoichiometry, network.stoichiometry, rtol=1e-14)
    assert load_flux_model(tmp_path / "kinetools") == network


def test_a_bound_that_fixes_the_direction_leaves_the_exchange_flux(file):
    network = load(file, ("carbon: 0 =", "b_d >= 10; carbon: 0 =".replace(">", "&gt;")))
    assert network.reversible[network.index("b_d")]
    model = network.cobra_model
    model.reactions.EX_A.lower_bound = -100
    model.objective, model.objective_direction = "b_d", "min"
    assert model.slim_optimize() == pytest.approx(10)


def test_no_exchange_makes_a_reaction_one_way(file):
    closed = "</net><xch><textual>b_d=0</textual></xch></constraints>\n<configuration"
    network = load(
        file,
        ("</net>\n</constraints>\n<configuration", closed),
        ("carbon: 0 =", "b_d &gt;= 10; 0 ="),
    )
    assert not network.reversible.any()
    assert network.lower_bound[network.index("b_d")] == 10
    with pytest.raises(InputError, match="its net flux may have either sign; add a net constraint"):
        load(file, ("</net>\n</constraints>\n<configuration", closed))


def test_limits_of_exchange_fluxes_are_left_out_with_a_warning(file):
    limits = (
        "</net><xch><textual>b_d &lt;= 50; up &lt;= 1</textual></xch></constraints>\n<configuration"
    )
    with pytest.warns(
        UserWarning, match=r"'b_d <= 50': limits of exchange fluxes .* \(1 of them\)"
    ):
        load(file, ("</net>\n</constraints>\n<configuration", limits))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load(file)


def test_scrambling_variants_inside_a_reaction(file):
    network = load(
        file,
        (
            '<rproduct cfg="abc" id="F"/>',
            '<rproduct id="F"><variant cfg="abc"/><variant cfg="bac"/></rproduct>',
        ),
        ("d_f___1/0.5 = d_f___2/0.5;", ""),
    )
    assert [t.letters() for t in network.transitions if t.reaction == "d_f___1"] == [
        "abc : abc",
        "abc : bac",
    ]


def test_purities_are_spread_over_isotopomers(file):
    change = '<label cfg="010">0.7</label>', '<label cfg="010" purity="0.9">0.7</label>'
    data = load(file, change, read=load_measurements)
    shares = {x: s for s, x in data.tracer.mixtures["A"]}
    assert sum(shares.values()) == pytest.approx(1)
    assert shares[0, 1, 0] == pytest.approx(0.7 * 0.9 * (1 - 0.0107) ** 2)
    assert shares[0, 0, 0] == pytest.approx(0.3 + 0.7 * 0.1 * (1 - 0.0107) ** 2)


def test_several_configurations_are_parallel_experiments(file):
    start, end = FLUXML.index("<configuration"), FLUXML.index("</fluxml>")
    second = FLUXML[start:end].replace('"default"', '"second"').replace('"010"', '"110"')
    data = load(file, ("</fluxml>", second + "</fluxml>"), read=load_measurements)
    assert [e.name for e in data.experiments] == ["default", "second"]
    assert data.experiments[1].tracer.mixtures["A"][0][1] == (1, 1, 0)
    with pytest.raises(InputError, match="they are no parallel experiments of one strain"):
        load(
            file,
            ("</fluxml>", second.replace("up=100", "up=50") + "</fluxml>"),
            read=load_measurements,
        )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'cfg="bcd" id="D"',
            'cfg="bc" id="D"',
            "line 15 (bc_de): D has 2 atoms here but 3 in its pool",
        ),
        (
            'cfg="bcd" id="D"',
            'cfg="bcx" id="D"',
            "line 15 (bc_de): atoms do not balance",
        ),
        ('id="B"/><rproduct cfg="C#1', 'id="Z"/><rproduct cfg="C#1', "(b_d): there is no pool 'Z'"),
        (
            '"C#1@1 C#2@1 C#3@1" id="D"',
            '"N#1@1 C#2@1 C#3@1" id="D"',
            "D has labelled N; only carbon",
        ),
        ('id="out_f"', 'id="out_e"', "(out_e): the reaction stands above already"),
        ('atoms="2" id="C"', 'atoms="two" id="C"', "(C): atoms is 'two'"),
        ("carbon: 0 = 3*b_ec - out_e", "0 = 3*b_ec*out_e", "fluxes are multiplied with each other"),
        ("carbon: 0 = 3*b_ec - out_e", "0 = 3*zzz - out_e", "there is no reaction 'zzz'"),
        ("up=100", "up=-100; up=100", "contradicts other bounds of up"),
        ('<label cfg="000">0.3', '<label cfg="000">0.2', "tracer 'A': the fractions sum to 0.9"),
        ('cfg="010">', 'cfg="0X0">', "(A): the label '0X0' is not one 0 or 1 for each of 3 atoms"),
        ('input pool="A"', 'input pool="A" profile="1"', "changes with time; keep one"),
        ("F#M0,1,2,3", "F#M0,1,2", "(m1): needs one value for each mass"),
        ("F#M0,1,2,3", "F#P1", "(m1): is not a mass spectrum"),
        ('weight="3">0.0009', 'weight="3">0.1009', "(m1): the distribution sums to 1.1"),
        (
            'id="m1" stddev="0.003" weight="3"',
            'id="m1" stddev="0" weight="3"',
            "deviation of M3 is 0",
        ),
        ('id="f1" stddev="1"', 'id="f9" stddev="1"', "(f1): is not one value of one flux"),
        ('name="default"', 'name="default" stationary="false"', "is not stationary"),
        ("</fluxml>", "", "is not well-formed XML"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(old, new, message, file):
    with pytest.raises(InputError, match=re.escape(message)) as error:
        load(file, (old, new), read=load_measurements)
    assert str(error.value).startswith(str(file))


def test_a_fluxml_file_with_entities_is_refused(file):
    with pytest.raises(InputError, match="document type declaration"):
        load(file, ("<fluxml ", '<!DOCTYPE f [<!ENTITY a "b">]><fluxml '))


def test_relations_are_read_as_sums_of_fluxes():
    first, second = parse_relations("name: 2*(v1 - 3) <= v2/0.5 + 1; .5 = v1 * 1e1", "here")
    assert (first.coefficients, first.upper) == ({"v1": 2, "v2": -2}, 7)
    assert second.single == ("v1", 0.05, 0.05)


@given(st.text(alphabet="v12.eE+-*/()=<>;: \n", max_size=60))
def test_any_text_is_a_relation_or_a_sentence(text):
    try:
        relations = parse_relations(text, "here")
    except InputError as error:
        assert "\n" not in str(error)
    else:
        assert all(r.coefficients for r in relations)


def test_cobra_is_what_the_network_is_made_of(file):
    assert isinstance(load(file).cobra_model, cobra.Model)
