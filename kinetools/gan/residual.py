"""Training of the residual generator x = z + f(z, class): relevance against displacement.

Each step draws z from ORACLE's prior, asks how far x is from its class and which way the class lies (see
`relevance`), and moves f down violation + penalty·‖x − z‖². The penalty trades incidence against coverage:
what does not need to move stays where the prior put it, and parameters whose distribution drifts become
dearer to move (see `displacement`). The penalty itself follows the share of sets that reach their class, so
that the wanted incidence is reached, and no set moves farther than that takes. The distribution of λ_max is
matched to that of sampled sets of the class (see `matching`). Checkpoints hold a moving average of the
weights.
"""

import numpy as np

from ..kinetics.parameter_sets import linearise
from .backend import keras, tensorflow
from .displacement import Prices
from .matching import RankMatching
from .networks import encode_labels, residual_generator, take_weights
from .relevance import SpectralSignal

DEFAULTS = {
    "epochs": 60,
    "steps_per_epoch": 60,
    "batch_size": 512,
    "width": 512,
    "learning_rate": 2e-3,
    "penalty": 0.03,  # at the start
    "incidence": 0.982,  # that the penalty is led to; 0 keeps the penalty as it is
    "margin": 1.5,
    "matching": 0.5,
    "scale": 5.0,
    "clip": 3.0,
    "target_share": 0.9,
    "averaging": 0.995,
    "checkpoint_every": 5,
    "n_generated": 5000,
    "n_kept": 300,
    "held_out": 0.1,
    "select": "coverage",
    "features": "log ratio",
}


MOVED = 0.2  # share of sets inside their class whose λ_max is moved in a step
UPWARD = 0.5  # weight of moves towards the threshold against moves away from it
RENEWED = 20  # steps between looks at the parameters' distributions, in which prices change
LOOKED_AT = 4096  # sets in each
FOLLOWED = 0.3  # share of the training after which the penalty follows the incidence
GAIN = 0.1  # change of the penalty's logarithm in a step, for an incidence that is off by 1
FARTHEST_OFF = 0.01  # beyond, an incidence that is further off changes nothing more
LEAST, MOST = 1e-3, 1.0  # penalties
FEWEST = 1000  # sets of the target class that tell what its distributions are


class ResidualTrainer:
    """The generator, its average, the optimiser and the step."""

    def __init__(self, data, settings: dict):
        tf = tensorflow()
        seeds = np.random.SeedSequence(settings["seed"]).generate_state(2)
        n_features, self._n_classes = data.values.shape[1], len(data.classes)
        self.steps_per_epoch = settings["steps_per_epoch"]
        self._settings, self._features = settings, data.features
        self._target = list(data.classes).index(data.target)
        self.generator = residual_generator(
            n_features, self._n_classes, settings["width"], int(seeds[0])
        )
        if data.start is not None:
            take_weights(self.generator, data.start.network)
        self._average = keras().models.clone_model(self.generator)
        self._average.set_weights(self.generator.get_weights())
        total = settings["epochs"] * self.steps_per_epoch
        schedule = keras().optimizers.schedules.CosineDecay(
            settings["learning_rate"], total, alpha=0.02
        )
        self._optimizer = keras().optimizers.Adam(schedule)
        self._optimizer.build(self.generator.trainable_variables)
        self._seed = int(seeds[1])
        self._linearisation = linearise(data.model, data.state)
        self._signal = SpectralSignal(
            self._linearisation,
            data.features,
            data.rule,
            data.classes,
            margin=settings["margin"],
            scale=settings["scale"],
            clip=settings["clip"],
        )
        self._matching = None
        if data.target_eigenvalues is not None:
            self._matching = RankMatching(
                data.target_eigenvalues,
                weight=settings["matching"],
                share=MOVED,
                upward=UPWARD,
                scale=settings["scale"],
            )
        members = data.values[data.codes == self._target]
        known = len(members) >= FEWEST
        self._prices = Prices(members) if known else None
        self._price = tf.Variable(tf.ones(n_features))
        self._penalty = tf.Variable(float(settings["penalty"]))
        # A violation below this is one of the margin only: the set is in its class.
        self._margin = float(np.arcsinh(settings["margin"] / settings["scale"]))
        self._follows = FOLLOWED * total if settings["incidence"] else np.inf
        # Sums over an epoch: violation, displacement, share inside the target class, steps.
        self.sums = tf.Variable(tf.zeros(4))
        self._forward = tf.function(lambda z, label: self.generator([z, label]))
        self._update = tf.function(self._update_step)

    def variables(self) -> dict:
        """Everything that changes in training, name → list of variables, in a fixed order."""
        return {
            "generator": self.generator.variables,
            "average": self._average.variables,
            "generator optimizer": self._optimizer.variables,
            "prices": [self._price],
            "penalty": [self._penalty],
            "sums": [self.sums],
        }

    def generator_weights(self) -> list[np.ndarray]:
        """Weights of the generator as one would sample with now: the moving average."""
        return self._average.get_weights()

    def run(self, epoch: int, start: int, stop: int) -> None:
        """Steps start…stop of an epoch; each has its own random numbers."""
        for step in range(start, stop):
            self._step(epoch * self.steps_per_epoch + step)

    def epoch_losses(self) -> dict:
        """Means since the last call."""
        violation, displacement, inside, steps = self.sums.numpy().tolist()
        self.sums.assign([0.0] * 4)
        steps = max(1.0, steps)
        return {
            "generator_loss": violation / steps,
            "displacement": displacement / steps,
            "penalty": float(self._penalty.numpy()),
            "inside": inside / steps,
        }

    def close(self) -> None:
        """End the threads."""
        self._signal.close()

    def _step(self, step: int):
        tf = tensorflow()
        n = self._settings["batch_size"]
        sequence = np.random.SeedSequence(self._seed, spawn_key=(step,))
        rng = np.random.Generator(np.random.PCG64(sequence))
        codes = self._codes(rng, n)
        z = tf.constant(self._features.prior(rng, n), tf.float32)
        label = tf.constant(encode_labels(codes, self._n_classes))
        x = self._forward(z, label).numpy()
        uniform = np.clip(rng.random((n, self._linearisation.n_parameters)), 2.0**-53, 1 - 2.0**-53)
        rest = self._linearisation.reference_concentrations * (1 - uniform) / uniform
        target = codes == self._target

        def match(eigenvalue_max):
            slopes = np.zeros(n)
            if self._matching is not None:
                slopes[target] = self._matching(eigenvalue_max[target], rng)
            return slopes

        violation, gradient = self._signal(x, codes, rest, match)
        if self._prices is not None and step % RENEWED == 0:
            self._look(rng)
        inside = np.mean(violation[target] == 0) if target.any() else 0.0
        if step >= self._follows and target.any():
            self._lead(np.mean(violation[target] < self._margin))
        seen = tf.constant([violation.mean(), inside], tf.float32)
        self._update(z, label, tf.constant(gradient), seen)

    def _lead(self, incidence):
        """Raise the penalty where more sets than are wanted reach their class, lower it otherwise."""
        off = np.clip(incidence - self._settings["incidence"], -FARTHEST_OFF, FARTHEST_OFF)
        self._penalty.assign(np.clip(self._penalty.numpy() * np.exp(GAIN * off), LEAST, MOST))

    def _look(self, rng):
        """Renew the prices by sets of the target class."""
        tf = tensorflow()
        z = tf.constant(self._features.prior(rng, LOOKED_AT), tf.float32)
        codes = np.full(LOOKED_AT, self._target)
        x = self._forward(z, tf.constant(encode_labels(codes, self._n_classes))).numpy()
        self._price.assign(self._prices.renewed(self._price.numpy(), x))

    def _codes(self, rng, n):
        """Wanted classes: mostly the target, the others in equal parts."""
        if self._n_classes == 1:
            return np.full(n, self._target)
        others = [c for c in range(self._n_classes) if c != self._target]
        codes = rng.choice(others, n)
        codes[: round(n * self._settings["target_share"])] = self._target
        return codes

    def _update_step(self, z, label, gradient, seen):
        tf = tensorflow()
        variables = self.generator.trainable_variables
        with tf.GradientTape() as tape:
            shift = self.generator([z, label]) - z
            squares = shift**2
            cost = tf.reduce_mean(tf.reduce_sum(self._price * squares, axis=1))
            # The violation's own gradient is known: its product with x has that gradient by x.
            relevance = tf.reduce_mean(tf.reduce_sum(shift * gradient, axis=1))
            loss = relevance + self._penalty * cost
        self._optimizer.apply(tape.gradient(loss, variables), variables)
        for average, value in zip(self._average.variables, self.generator.variables, strict=True):
            average.assign_add((1 - self._settings["averaging"]) * (value - average))
        displacement = tf.reduce_mean(tf.reduce_sum(squares, axis=1))
        self.sums.assign_add(tf.stack([seen[0], displacement, seen[1], 1.0]))
