"""What many tests share: the bundled model and its first steady state."""

import pytest

import kinetools as kt


@pytest.fixture(scope="session")
def model():
    return kt.load_kinetic_model("ecoli")


@pytest.fixture(scope="session")
def state():
    return kt.load_steady_state("ecoli", physiology=1)


@pytest.hookimpl(tryfirst=True)  # pytest-xdist looks at the groups in the same hook
def pytest_collection_modifyitems(items):
    """With several processes, tests of a file share one, and so its fixtures; all in the browser share one,
    which leaves its pages time; notebooks share nothing."""
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.xdist_group("browser"))
        elif "notebooks" not in item.path.parts:
            item.add_marker(pytest.mark.xdist_group(item.path.as_posix()))
