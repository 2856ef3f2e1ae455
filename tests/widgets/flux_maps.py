"""Made-up posteriors of the toy network, and FluxMaps of them."""

from functools import cache
from xml.etree import ElementTree

import numpy as np
import pandas as pd

import kinetools as kt
from tests.kinetools.flux.made_posteriors import made_posterior
from widgets import FluxMap

SVG = "{http://www.w3.org/2000/svg}"
NAMES = ("wild type", "pyk")
VERDICT = "Not converged: R-hat is 2.8 (net flux of b_d)."


class Fit:
    """What fit_fluxes returns, as far as a FluxMap reads it."""

    def __init__(self, reactions, value=4.0):
        self.net_flux = pd.Series(value, reactions)

    def intervals(self, level=0.95):
        """Net fluxes with intervals as wide as the level is high."""
        value = self.net_flux
        return pd.DataFrame({"net_flux": value, "lower": value - level, "upper": value + level})


@cache
def toy():
    """The network."""
    return kt.load_flux_model("toy")


@cache
def two_strains():
    """Two posteriors, of which the second has not converged."""
    means = [-100, 100, 20, 20, 80, 60, 60, 80]
    order = ["a_exchange", "a_b", "b_ec", "bc_de", "d_f", "b_d", "e_exchange", "f_exchange"]
    one = made_posterior(order, seed=1, means=means, verdict="Converged: yes.", converged=True)
    other = np.array(means) * 1.2
    two = made_posterior(order, seed=2, means=other, verdict=VERDICT, converged=False)
    return one, two


def flux_map(**options):
    """A new FluxMap of both."""
    one, two = two_strains()
    return FluxMap(one, toy(), **{"other": two, "names": NAMES, **options})


def texts(svg):
    """All that is written in a picture."""
    return " ".join(t.text or "" for t in ElementTree.fromstring(svg.encode()).iter(f"{SVG}text"))
