"""Repeats are trainings of their own, wherever they run."""

import numpy as np
import pytest

import kinetools as kt

from .conftest import TINY

SHORT = TINY | {"epochs": 2}


def test_repeats_have_their_own_directories_and_weights(labelled, tmp_path):
    runs = kt.train_gan_repeats(
        labelled, "published", [1, 2], tmp_path / "runs", progress=False, **SHORT
    )
    assert [r.path.name for r in runs] == ["seed-1", "seed-2"]
    assert all(r.status == "finished" for r in runs)
    one, other = (r.load_generator("last").fingerprint for r in runs)
    assert one != other


def test_repeats_side_by_side_are_those_one_after_another(labelled, tmp_path):
    alone = kt.train_gan_repeats(
        labelled, "published", [1, 2], tmp_path / "alone", progress=False, **SHORT
    )
    together = kt.train_gan_repeats(
        labelled, "published", [1, 2], tmp_path / "together", workers=2, progress=False, **SHORT
    )
    for one, other in zip(alone, together, strict=True):
        assert other.status == "finished"
        mine, theirs = (r.load_generator("last").network.get_weights() for r in (one, other))
        assert all(
            np.allclose(a, b, rtol=1e-3, atol=1e-4) for a, b in zip(mine, theirs, strict=True)
        )
    again = kt.train_gan_repeats(
        labelled, "published", [1, 2], tmp_path / "together", progress=False, **SHORT
    )
    assert [r.seconds for r in again] == [r.seconds for r in together]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [({"seeds": [1, 1]}, "different"), ({"seeds": []}, "different"), ({"workers": 0}, "workers")],
)
def test_bad_arguments_get_one_sentence(labelled, tmp_path, arguments, sentence):
    with pytest.raises(kt.InputError, match=sentence):
        kt.train_gan_repeats(labelled, "published", run_dir=tmp_path, **arguments)
