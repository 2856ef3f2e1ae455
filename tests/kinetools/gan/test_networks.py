"""The networks have the published sizes, start where they should, and are built from a seed."""

import numpy as np
import pytest

from kinetools.gan import networks


def trainable(model) -> int:
    return sum(int(np.prod(v.shape)) for v in model.trainable_variables)


def test_the_published_networks_have_the_published_numbers_of_parameters():
    assert trainable(networks.published_generator(259)) == 315_779
    assert trainable(networks.published_discriminator(259)) == 18_913


def test_before_training_the_residual_generator_returns_the_prior_untouched():
    generator = networks.residual_generator(238)
    z = np.random.default_rng(0).normal(size=(6, 238)).astype("float32")
    labels = networks.encode_labels([0, 1, 0, 1, 1, 0], 2)
    assert np.array_equal(generator([z, labels]), z)


@pytest.mark.parametrize("n_classes", [2, 3, 4])
def test_any_number_of_classes_fits_all_networks(n_classes):
    labels = networks.encode_labels(np.arange(n_classes), n_classes)
    assert labels.shape == (n_classes, networks.label_width(n_classes))
    assert len(np.unique(labels, axis=0)) == n_classes
    z = np.zeros((n_classes, networks.PUBLISHED_LATENT), "float32")
    x = networks.published_generator(12, n_classes)([z, labels]).numpy()
    assert x.shape == (n_classes, 12)
    assert networks.published_discriminator(12, n_classes)([x, labels]).shape == (n_classes, 1)
    assert networks.residual_generator(12, n_classes)([x, labels]).shape == x.shape


@pytest.mark.parametrize(
    "build",
    [
        networks.published_generator,
        networks.published_discriminator,
        networks.residual_generator,
    ],
    ids=lambda f: f.__name__,
)
def test_the_seed_decides_the_initial_weights(build):
    def weights(seed):
        return [v.numpy() for v in build(20, seed=seed).trainable_variables]

    one, again, other = weights(1), weights(1), weights(2)
    assert all(np.array_equal(a, b) for a, b in zip(one, again, strict=True))
    assert any(not np.array_equal(a, b) for a, b in zip(one, other, strict=True))
