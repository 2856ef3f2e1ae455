"""The bundled networks and measurements are the published ones."""

import numpy as np
import pytest

from kinetools.errors import InputError
from kinetools.flux.flux_model import load_flux_model
from kinetools.flux.measurements import load_measurements

STRAINS = ("wt5h", "pyk5h", "pgi16h")


@pytest.fixture(scope="module")
def core():
    return load_flux_model("toya_core")


def test_the_core_network_has_the_published_size(core):
    assert len(core.reactions) == 63
    assert core.reversible.sum() == 16
    assert core.boundary.sum() == 13
    assert core.stoichiometry.shape == (45, 63)
    assert core.max_flux == 58.5
    assert [core.atoms(m) for m in ("glc_D_e", "s7p_c", "TKC2_c", "co2_c")] == [6, 7, 2, 1]


def test_every_reaction_inside_the_core_network_says_where_its_carbons_go(core):
    mapped = {t.reaction for t in core.transitions}
    assert mapped == {r for r, b in zip(core.reactions, core.boundary) if not b}


def test_only_symmetric_metabolites_have_several_transitions(core):
    names = [t.reaction for t in core.transitions]
    assert {n for n in names if names.count(n) > 1} == {"FUM", "ICL", "SUCD1i", "SUCOAS"}


def test_the_published_fluxes_of_the_toy_are_in_balance():
    toy = load_flux_model("toy")
    net = {"a_b": 100, "b_ec": 20, "bc_de": 20, "d_f": 80, "b_d": 60}
    net |= {"a_exchange": -100, "e_exchange": 60, "f_exchange": 80}
    fluxes = np.array([net[r] for r in toy.reactions], float)
    np.testing.assert_allclose(toy.stoichiometry @ fluxes, 0)
    assert (toy.lower_bound <= fluxes).all() and (fluxes <= toy.upper_bound).all()


def test_cobra_reads_the_same_network(core):
    with core.cobra_model as model:
        model.reactions.glc_exchange.bounds = (-11.7, -11.7)
        model.objective = "Ac_exchange"
        assert model.slim_optimize() > 0


@pytest.mark.parametrize("strain", STRAINS)
def test_the_strains_fit_the_core_network(core, strain):
    data = load_measurements(f"toya2010_{strain}")
    assert sum(len(m) for m in data.mids.values()) == 48
    assert set(data.bounds_for(core)) >= {"glc_exchange", "Ac_exchange"}
    assert list(data.tracer.in_network(core).mixtures) == ["glc_D_e"]
    assert [f.in_network(core).metabolite for f in data.fragments][-1] == "mal_L_c"
    assert data.max_flux_for(core) == 58.5


def test_knock_outs_carry_no_flux(core):
    assert load_measurements("toya2010_pyk5h").bounds_for(core)["PYK"] == (0, 0)
    assert load_measurements("toya2010_pgi16h").bounds_for(core)["PGI"] == (0, 0)


def test_mean_standard_deviations_are_the_published_ones():
    means = [load_measurements(f"toya2010_{s}").mean_standard_deviation for s in STRAINS]
    np.testing.assert_allclose(means, [0.0070417, 0.0076875, 0.0065417], atol=5e-8)


def test_bounds_of_another_network_are_refused_by_name():
    toy = load_flux_model("toy")
    with pytest.raises(InputError, match=r"lacks glc_exchange, Ac_exchange \(group 'core'\)"):
        load_measurements("toya2010_wt5h").bounds_for(toy)
