"""A posterior on its map, without a browser."""

import numpy as np
import pytest

import kinetools as kt
from widgets import FluxMap


@pytest.fixture(scope="module")
def network():
    return kt.load_flux_model("toy")


@pytest.fixture(scope="module")
def idata(network):
    data = kt.load_measurements("toy")
    return kt.sample_fluxes(network, data, draws=200, ess=100, sigma=0.01, progress=False)


def test_the_table_holds_the_posterior_of_every_reaction(network, idata):
    table = FluxMap(idata, network).table()
    assert set(table.index) == set(network.reactions)
    median = idata.posterior.net_flux.median(("chain", "draw")).to_series()
    np.testing.assert_allclose(table["median"], median[table.index], rtol=1e-9)


def test_the_static_picture_says_whether_the_run_converged(network, idata):
    picture = FluxMap(idata, network).svg()
    assert picture.startswith("<svg")
    assert "Converged" in picture
    for reaction in ("b_d", "d_f"):
        assert reaction in picture
