"""One training step of the conditional GAN of Choudhury et al. 2022 (Methods), compiled.

The discriminator learns from half a batch of real sets and half a batch of generated ones with the same
labels, one update each; then the generator learns with random labels to be taken for real. Generated sets
that the discriminator sees are made in inference mode, as when sampling.
"""

import numpy as np

from .backend import keras, tensorflow
from .networks import encode_labels, published_discriminator, published_generator, take_weights

DEFAULTS = {
    "epochs": 1000,
    "batch_size": 1024,
    "learning_rate": 2e-4,
    "beta_1": 0.5,
    "checkpoint_every": 10,
    "n_generated": 300,
    "n_kept": 300,
    "held_out": 0.1,
    "select": "incidence",
    "features": "log range",
}


class PublishedTrainer:
    """The networks, their optimisers and the compiled step."""

    def __init__(self, data, settings: dict):
        tf = tensorflow()
        seeds = np.random.SeedSequence(settings["seed"]).generate_state(3)
        n_features, n_classes = data.values.shape[1], len(data.classes)
        self.batch_size = settings["batch_size"]
        self.steps_per_epoch = len(data.values) // self.batch_size
        self.generator = published_generator(n_features, n_classes, int(seeds[0]))
        self.discriminator = published_discriminator(n_features, n_classes, int(seeds[1]))
        if data.start is not None:
            take_weights(self.generator, data.start.network)
        self.optimizers = {}
        for name in ("generator", "discriminator"):
            adam = keras().optimizers.Adam(settings["learning_rate"], settings["beta_1"])
            adam.build(getattr(self, name).trainable_variables)
            self.optimizers[name] = adam
        self._seed = int(seeds[2] % 2**30)
        self._order = None, None
        self._values = tf.constant(data.values)
        self._labels = tf.constant(encode_labels(data.codes, n_classes))
        self._label_table = tf.constant(encode_labels(np.arange(n_classes), n_classes))
        # Sums over an epoch: generator loss, discriminator loss, discriminator accuracy, steps.
        self.sums = tf.Variable(tf.zeros(4))
        # One signature for any number of steps, so that it is traced once.
        self._run = tf.function(
            self._steps,
            input_signature=[tf.TensorSpec([None], tf.int32), tf.TensorSpec([], tf.int32)],
        )

    def variables(self) -> dict:
        """Everything that changes in training, name → list of variables, in a fixed order."""
        return {
            "generator": self.generator.variables,
            "discriminator": self.discriminator.variables,
            "generator optimizer": self.optimizers["generator"].variables,
            "discriminator optimizer": self.optimizers["discriminator"].variables,
            "sums": [self.sums],
        }

    def generator_weights(self) -> list[np.ndarray]:
        """Weights of the generator as one would sample with now."""
        return self.generator.get_weights()

    def run(self, epoch: int, start: int, stop: int) -> None:
        """Train on batches start…stop of an epoch; an epoch is one pass in an order of its own."""
        tf = tensorflow()
        if self._order[0] != epoch:
            sequence = np.random.SeedSequence(self._seed, spawn_key=(epoch,))
            rng = np.random.Generator(np.random.PCG64(sequence))
            self._order = epoch, rng.permutation(len(self._values)).astype(np.int32)
        rows = self._order[1][start * self.batch_size : stop * self.batch_size]
        first = epoch * self.steps_per_epoch + start
        self._run(tf.constant(rows), tf.constant(first, tf.int32))

    def epoch_losses(self) -> dict:
        """Means since the last call."""
        generator, discriminator, accuracy, steps = self.sums.numpy().tolist()
        self.sums.assign([0.0] * 4)
        steps = max(1.0, steps)
        return {
            "generator_loss": generator / steps,
            "discriminator_loss": discriminator / steps,
            "discriminator_accuracy": accuracy / steps,
        }

    def close(self) -> None:
        """Nothing runs beside the steps."""

    def _steps(self, order, first_step):
        tf = tensorflow()
        n_steps = tf.shape(order)[0] // self.batch_size
        for i in tf.range(n_steps):
            rows = order[i * self.batch_size : i * self.batch_size + self.batch_size // 2]
            losses = self._step(rows, first_step + i)
            self.sums.assign_add(tf.stack([*losses, 1.0]))

    def _step(self, rows, step):
        tf = tensorflow()
        half = self.batch_size // 2
        width = self.generator.inputs[0].shape[1]
        key, other = tf.stack([self._seed, step]), tf.stack([self._seed + 1, step])
        draw = tf.random.stateless_normal([half + self.batch_size, width], key)
        n_classes = self._label_table.shape[0]
        wanted = tf.random.stateless_uniform(
            [self.batch_size], other, maxval=n_classes, dtype=tf.int32
        )
        real, labels = tf.gather(self._values, rows), tf.gather(self._labels, rows)
        fake = self.generator([draw[:half], labels], training=False)
        losses, correct = [], []
        for values, truth in ((real, 1.0), (fake, 0.0)):
            loss, logits = self._learn("discriminator", [values, labels], truth)
            losses.append(loss)
            hit = tf.cast((logits > 0) == (truth > 0.5), tf.float32)
            correct.append(tf.reduce_mean(hit))
        wanted = tf.gather(self._label_table, wanted)
        generator_loss, _ = self._learn("generator", [draw[half:], wanted], 1.0)
        return generator_loss, sum(losses) / 2, sum(correct) / 2

    def _learn(self, name, inputs, truth):
        """One update of one network by binary cross-entropy; the other one stays as it is."""
        tf = tensorflow()
        network = getattr(self, name)
        with tf.GradientTape() as tape:
            if name == "generator":
                inputs = [network(inputs, training=True), inputs[1]]
            logits = self.discriminator(inputs, training=True)
            loss = tf.reduce_mean(
                tf.nn.sigmoid_cross_entropy_with_logits(tf.fill(tf.shape(logits), truth), logits)
            )
        variables = network.trainable_variables
        self.optimizers[name].apply(tape.gradient(loss, variables), variables)
        return loss, logits
