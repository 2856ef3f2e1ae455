"""What the tests of the kinetic models share."""

import pytest

import kinetools as kt
from tests.kinetools.reference_rates import ReferenceModel, read_model, read_state

PHYSIOLOGIES = (1, 2, 3, 4)


@pytest.fixture(scope="session")
def states():
    return {p: kt.load_steady_state("ecoli", physiology=p) for p in PHYSIOLOGIES}


@pytest.fixture(scope="session")
def state(states):
    return states[1]


@pytest.fixture(scope="session")
def references():
    """The plain reference implementation for each physiology."""
    return {p: ReferenceModel(read_model(), read_state(p)) for p in PHYSIOLOGIES}


@pytest.fixture(scope="session")
def sets(model, state):
    """A few hundred parameter sets of physiology 1."""
    return kt.sample_parameters(model, state, 300, seed=3, progress=False)


@pytest.fixture(scope="session")
def labelled(model, state, sets):
    return kt.label_parameters(model, state, sets, progress=False)


@pytest.fixture
def nothing_left(tmp_path):
    """After the test, the temporary folder holds no unfinished files."""
    yield tmp_path
    assert [p.name for p in tmp_path.rglob("*") if p.suffix in (".partial", ".progress")] == []
