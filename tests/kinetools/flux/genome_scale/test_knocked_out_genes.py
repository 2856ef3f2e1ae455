"""Knock-outs at genome scale: genes of the bundled E. coli, and isozymes that stand in for each other."""

import json

import numpy as np
import pytest
import xarray

import kinetools as kt

GLUCOSE = "EX_glc__D_e"


@pytest.fixture(scope="module")
def genome():
    return kt.load_flux_model("ecoli_genome")


@pytest.fixture(scope="module")
def wild_type(genome):
    """A few steady states of the wild type in the layout of a posterior."""
    forward, reverse = kt.random_fluxes(genome, kt.load_measurements("toya2010_wt5h"), 6, seed=0)
    return xarray.Dataset(
        {"net_flux": (("chain", "draw", "reaction"), (forward - reverse)[None])},
        {"reaction": list(genome.reactions)},
    )


def predict(genome, wild_type, genes, **options):
    return kt.predict_knockout(genome, wild_type, genes=genes, progress=False, **options)


def closed(found):
    return json.loads(found.posterior.attrs["knocked_out"])


def test_genes_of_central_metabolism_have_names(genome, wild_type):
    assert closed(predict(genome, wild_type, ["pykF", "pykA"])) == ["PYK"]
    assert genome.cobra_model.genes.b4025.name == "pgi"


@pytest.mark.parametrize("method", ["moma", "room_relaxed"])
def test_pgi_is_closed_by_the_loss_of_its_gene(genome, wild_type, method):
    found = predict(genome, wild_type, "b4025", method=method)
    assert closed(found) == ["PGI"]
    net = found.posterior["net_flux"]
    assert np.abs(net.sel(reaction="PGI")).max() == 0
    assert np.abs(net.values @ genome.stoichiometry.T).max() < 1e-6
    by_reaction = kt.predict_knockout(genome, wild_type, "PGI", method=method, progress=False)
    np.testing.assert_array_equal(net, by_reaction.posterior["net_flux"])


def test_either_pyruvate_kinase_alone_can_be_lost_but_not_both(genome, wild_type):
    before = wild_type["net_flux"].values
    for gene in ("b1854", "b1676"):
        found = predict(genome, wild_type, gene)
        assert closed(found) == []
        assert "PYK (b1854 or b1676)" in found.posterior.attrs["verdict"]
        np.testing.assert_allclose(found.posterior["net_flux"], before, atol=1e-6)
    both = predict(genome, wild_type, ["b1854", "b1676"])
    assert closed(both) == ["PYK"]
    lost = np.abs(wild_type["net_flux"].sel(reaction="PYK").values)
    assert (lost > 0).all() and (both.sample_stats["distance"].values >= lost - 1e-6).all()


def test_uptake_is_free_or_as_the_mutant_was_measured(genome, wild_type):
    mutant = kt.load_measurements("toya2010_pgi16h")
    free = predict(genome, wild_type, "b4025").posterior["net_flux"].sel(reaction=GLUCOSE)
    fixed = predict(genome, wild_type, "b4025", measurements=mutant).posterior["net_flux"]
    assert (free < -10).all()  # more than the model's medium has, as the wild type was measured
    np.testing.assert_allclose(fixed.sel(reaction=GLUCOSE), -2.5)
