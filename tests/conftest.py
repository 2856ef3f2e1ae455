"""What many tests share: the bundled model and its first steady state."""

import pytest

import kinetools as kt


@pytest.fixture(scope="session")
def model():
    return kt.load_kinetic_model("ecoli")


@pytest.fixture(scope="session")
def state():
    return kt.load_steady_state("ecoli", physiology=1)
