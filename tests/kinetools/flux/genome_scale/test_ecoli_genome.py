"""The bundled genome-scale network of E. coli: its size, its measurements, its labelling."""

import numpy as np
import pytest

import kinetools as kt
from kinetools.data import DATA
from kinetools.flux.genome_scale import cached_flux_model
from kinetools.flux.subsystems import NONE, subsystems

from .dense_emus import dense_masses

STRAINS = ("toya2010_wt5h", "toya2010_pyk5h", "toya2010_pgi16h")
GROWTH = "BIOMASS_Ec_iAF1260_core_59p81M"


@pytest.fixture(scope="module")
def built():
    return cached_flux_model(DATA / "flux" / "models" / "ecoli_genome")


@pytest.fixture(scope="module")
def network(built):
    return built[0]


@pytest.fixture(scope="module")
def space(network):
    return kt.FluxSpace.of(network, kt.load_measurements(STRAINS[0]), exchange=())


def test_it_has_about_the_published_size(built):
    _, report = built
    assert report.sizes == {"reactions": 695, "metabolites": 567, "labelled": 593}
    assert report.comparison().loc["reactions", "published"] == 692
    # one more than iJO1366 has left: what growth hands from ATP to ADP
    assert len(report["split uneven numbers of molecules"].ids("split off reaction")) == 1


def test_as_many_net_fluxes_vary_as_published(network):
    data = kt.load_measurements(STRAINS[0])
    space = kt.FluxSpace.of(network, data, bounds={GROWTH: (0.86, 0.86)}, exchange=())
    assert space.varies.sum() == 491  # published: 487
    assert space.dimension == 148


@pytest.mark.parametrize("strain", STRAINS)
def test_every_strain_grows_as_fast_as_was_measured(network, strain):
    data = kt.load_measurements(strain)
    low, high = data.growth_rate
    possible = kt.FluxSpace.of(network, data, exchange=()).net_range[network.index(GROWTH)]
    assert low - 1e-9 <= possible[0] < possible[1] <= high + 1e-9


def test_the_bundled_posterior_is_of_this_network_and_grows_as_was_measured(network):
    idata, data = kt.load_posterior("ecoli_genome_wt5h"), kt.load_measurements(STRAINS[0])
    assert idata.posterior.attrs["network"] == network.hash
    assert idata.posterior.attrs["measurements"] == data.hash
    growth = idata.posterior.net_flux.sel(reaction=GROWTH).values
    low, high = data.growth_rate
    assert low - 1e-6 <= growth.min() < growth.max() <= high + 1e-6


def test_the_report_says_what_could_not_be_told_from_the_table(built):
    _, report = built
    assert set(report["add reactions"].ids("added reaction")) >= {"THZPSN", GROWTH}
    assert not report["infer transitions"].ids("ambiguous")
    assert set(report["prune unmapped reactions"].ids("needed without transitions")) == {
        "CYTBO3_4pp",
        "DHPTDCs2",
        "FLDR2",
        "ICYSDS",
        "MTHTHFSs",
        "NADH16pp",
        "SULR",
        "TRDR",
    }
    nutrients = report["minimal medium"].ids("nutrient")
    assert {"EX_glc__D_e", "EX_h2o_e", "EX_na1_e"} <= set(nutrients) and len(nutrients) == 18


def test_growth_and_what_else_was_added_belong_to_subsystems(network):
    named = subsystems(network)
    own = [r for r, name in named.items() if name == "Biomass and maintenance functions"]
    assert own == ["ATPM", GROWTH, f"{GROWTH}_part1"]
    assert named["MME"] == "Alternate Carbon Metabolism" and NONE not in named.values()
    assert network.hash == "37e60a1ccae003ef"  # of what bundled posteriors were sampled with


def test_the_report_tells_measured_fluxes_from_mere_bounds(built):
    report = built[1]["measured exchanges"]
    strains_own = {"EX_ac_e", "EX_glc__D_e", GROWTH, "PYK", "PGI"}
    assert len(report.ids("measured")) == 11 and set(report.ids("measured")) == strains_own
    assert "EX_o2_e" in report.ids("only bounded") and len(report.rows) == 131


@pytest.mark.parametrize(
    ("name", "gene", "reactions"),
    [
        ("glyA", "b2551", {"GHMT2r", "THRA"}),
        ("serA", "b2913", {"PGCD"}),
        ("ilvD", "b3771", {"DHAD1", "DHAD2"}),
        ("pykF", "b1676", {"PYK"}),
    ],
)
def test_genes_of_amino_acids_are_known_by_name(name, gene, reactions, network):
    genes = network.cobra_model.genes
    named = [g.name for g in genes if g.name and g.name != g.id]
    assert len(set(named)) == len(named) > 300
    found = genes.get_by_id(gene)
    assert found.name == name and {r.id for r in found.reactions} == reactions


def test_carbon_is_followed_wherever_there_is_any(network):
    # what has carbon on both sides and no transitions hands over nothing that anybody measures
    labelled = {t.reaction for t in network.transitions}
    carbon = {m.id for m in network.cobra_model.metabolites if "C" in (m.elements or {})}
    for reaction in network.cobra_model.reactions:
        sides = [{m.id for m in side} & carbon for side in (reaction.reactants, reaction.products)]
        if all(sides):
            assert reaction.id in labelled or sides[1] <= {"coa_c", "ACP_c"}, reaction


@pytest.mark.parametrize("strain", STRAINS)
def test_the_measurements_of_every_strain_apply(network, strain):
    data = kt.load_measurements(strain)
    assert len(data.bounds_for(network)) >= 42
    assert list(data.tracer.in_network(network).mixtures) == ["glc__D_e"]
    assert [f.in_network(network).metabolite for f in data.fragments][-1] == "mal__L_c"
    assert data.max_flux_for(network) == 58.5 == network.max_flux


def test_its_own_bounds_belong_to_no_strain(network):
    bounds = {
        r: (network.lower_bound[network.index(r)], network.upper_bound[network.index(r)])
        for r in ("EX_glc__D_e", "EX_ac_e", "PGI", "PYK", GROWTH)
    }
    assert bounds["EX_ac_e"] == (0, 58.5) and bounds["PGI"] == (-58.5, 58.5)
    assert bounds["PYK"] == (0, 58.5) and bounds[GROWTH] == (0, 58.5)
    assert bounds["EX_glc__D_e"][0] < -2.5


def test_its_labelling_is_that_of_a_dense_solve_of_all_emus(network, space):
    data = kt.load_measurements(STRAINS[0])
    simulate = kt.LabellingSimulator(network, data.tracer, data.fragments)
    mixtures = data.tracer.in_network(network).mixtures
    rng = np.random.default_rng(0)
    for _ in range(2):
        weights = rng.dirichlet(np.ones(len(space.net_vertices)))
        net = weights @ space.net_vertices
        exchange = np.where(network.reversible, rng.uniform(0.01, 5, len(net)), 0)
        forward, reverse = np.maximum(net, 0) + exchange, np.maximum(-net, 0) + exchange
        masses = dense_masses(simulate.emus, mixtures, forward, reverse)
        for name, mid in simulate(forward, reverse).items():
            expected = masses[simulate.emus.fragments[name]]
            np.testing.assert_allclose(mid, expected, rtol=0, atol=1e-9)
