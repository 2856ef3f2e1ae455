"""Labelled sets of the bundled model, small, and trainings on them."""

import pytest

import kinetools as kt

TINY = {"epochs": 6, "batch_size": 256, "checkpoint_every": 2, "n_generated": 200, "n_kept": 50}
FEW_STEPS = {"steps_per_epoch": 8, "width": 64}


def tiny(preset: str) -> dict:
    """Settings of a training of seconds."""
    return TINY if preset == "published" else TINY | FEW_STEPS


@pytest.fixture(scope="session")
def labelled(model, state):
    """3 000 sets around physiology 1, about 59 % of them relevant."""
    sets = kt.sample_parameters(model, state, 3000, seed=1, progress=False)
    return kt.label_parameters(model, state, sets, progress=False)


@pytest.fixture(scope="session", params=["published", "residual"])
def preset(request):
    return request.param


@pytest.fixture(scope="session")
def finished(labelled, preset, tmp_path_factory):
    """An unbroken training of each preset."""
    folder = tmp_path_factory.mktemp("unbroken") / preset
    return kt.train_gan(labelled, preset, seed=3, run_dir=folder, progress=False, **tiny(preset))
