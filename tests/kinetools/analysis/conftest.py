"""What the tests of analyses share: the bundled model, and labelled samples of it."""

import numpy as np
import pytest

import kinetools as kt


@pytest.fixture(scope="session")
def labelled(model, state):
    sets = kt.sample_parameters(model, state, 6000, seed=11, progress=False)
    return kt.label_parameters(model, state, sets, progress=False)


@pytest.fixture(scope="session")
def populations(labelled):
    """As many relevant sets as others."""
    relevant = np.flatnonzero(labelled["label"] == "relevant")[:2000]
    other = np.flatnonzero(labelled["label"] != "relevant")[:2000]
    return labelled.isel(set=relevant), labelled.isel(set=other)


@pytest.fixture(scope="session")
def ranking(populations):
    return kt.rank_parameters(*populations)
