"""TensorFlow and Keras, imported late, quietly, and set up once."""

import os
from functools import cache


@cache
def tensorflow():
    """The TensorFlow module; the first call takes seconds. A GPU, if seen, is used as it is needed."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    # No faster for these networks on the processors tried, and it greets on stderr.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    import tensorflow as tf

    # It warns of graphs traced again; generators of several shapes are no mistake here.
    tf.get_logger().setLevel("ERROR")
    for gpu in tf.config.list_physical_devices("GPU"):
        try:
            tf.config.experimental.set_memory_growth(gpu, True)  # leaves room for others
        except RuntimeError:  # somebody has used it already
            break
    return tf


@cache
def keras():
    """The Keras module on TensorFlow."""
    tensorflow()
    import keras

    return keras
