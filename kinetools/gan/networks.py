"""The two networks of a conditional GAN, in both presets.

"published" is the architecture of Choudhury et al. 2022 (Methods), completed from its parameter counts.
"residual" starts as the identity on ORACLE's prior, x = z + f(z, label) with f = 0 before training, and has
neither dropout nor batch normalisation, so what it generates is never worse than sampling at the start.

Inputs: latent vectors (set, latent) and labels (set, label width); outputs: features (set, parameter),
or for discriminators one logit (set, 1).
"""

import numpy as np

from ..errors import InputError
from .backend import keras
from .features import LOGISTIC_DEVIATION

PUBLISHED_LATENT = 127
LEAK = 0.2


def label_width(n_classes: int) -> int:
    """Numbers that encode a class: ±1 for two classes as published, else one of n."""
    return 1 if n_classes == 2 else n_classes


def encode_labels(codes, n_classes: int):
    """Class numbers (set,) → (set, label width) float32; of two classes, number 0 is +1."""
    codes = np.asarray(codes)
    if n_classes == 2:
        return np.where(codes == 0, 1.0, -1.0).astype("float32")[:, None]
    return np.eye(n_classes, dtype="float32")[codes]


def published_generator(n_features: int, n_classes: int = 2, seed: int = 0):
    """127 Gaussian numbers and the label → 128, 256, 512 → tanh; 315 779 trainable for 259 features."""
    seeds = np.random.default_rng(seed)
    latent = keras().Input((PUBLISHED_LATENT,), name="latent")
    label = keras().Input((label_width(n_classes),), name="label")
    x = keras().layers.Concatenate()([latent, label])
    for width in (128, 256, 512):
        x = _dense(width, seeds)(x)
        x = keras().layers.LeakyReLU(negative_slope=LEAK)(x)
        x = keras().layers.BatchNormalization(momentum=0.8)(x)
        x = keras().layers.Dropout(0.5, seed=_draw(seeds))(x)
    x = _dense(n_features, seeds, activation="tanh")(x)
    return keras().Model([latent, label], x, name="published_generator")


def published_discriminator(n_features: int, n_classes: int = 2, seed: int = 0):
    """Features and label → 32, 64, 128 → one logit; 18 913 trainable for 259 features."""
    seeds = np.random.default_rng(seed)
    features = keras().Input((n_features,), name="features")
    label = keras().Input((label_width(n_classes),), name="label")
    x = keras().layers.Concatenate()([features, label])
    for width in (32, 64, 128):
        x = _dense(width, seeds)(x)
        x = keras().layers.LeakyReLU(negative_slope=LEAK)(x)
        x = keras().layers.Dropout(0.4, seed=_draw(seeds))(x)
    return keras().Model([features, label], _dense(1, seeds)(x), name="published_discriminator")


def residual_generator(n_features: int, n_classes: int = 2, width: int = 512, seed: int = 0):
    """A draw z of the prior's features and the label → z + f(z, label), f = 0 at the start."""
    seeds = np.random.default_rng(seed)
    latent = keras().Input((n_features,), name="latent")
    label = keras().Input((label_width(n_classes),), name="label")
    # Saturations: the Jacobian is nearly linear in them, and tails of Km do nothing to it.
    saturation = keras().layers.Rescaling(float(LOGISTIC_DEVIATION))(latent)
    saturation = keras().layers.Activation("sigmoid")(saturation)
    saturation = keras().layers.Rescaling(float(np.sqrt(12)), -float(np.sqrt(3)))(saturation)
    x = keras().layers.Concatenate()([saturation, label])
    for _ in range(2):
        x = _dense(width, seeds, activation="silu")(x)
    shift = keras().layers.Dense(n_features, kernel_initializer="zeros")(x)
    return keras().Model(
        [latent, label], keras().layers.Add()([latent, shift]), name="residual_generator"
    )


def take_weights(network, other) -> None:
    """Give a network the weights of another one of the same shape; InputError for another shape."""
    mine, theirs = ([w.shape for w in n.get_weights()] for n in (network, other))
    if mine != theirs:
        raise InputError(
            f"the generator to start from ({other.name}, {len(theirs)} arrays of weights) has another "
            f"shape than the one to train ({network.name}); use the same preset and width."
        )
    for variable, value in zip(network.weights, other.weights, strict=True):
        if value.dtype == variable.dtype and "seed_generator" not in variable.path:
            variable.assign(value)


def _dense(width, seeds, **options):
    initializer = keras().initializers.GlorotUniform(seed=_draw(seeds))
    return keras().layers.Dense(width, kernel_initializer=initializer, **options)


def _draw(seeds) -> int:
    """A seed for one layer."""
    return int(seeds.integers(2**31))
