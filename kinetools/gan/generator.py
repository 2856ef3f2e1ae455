"""A trained generator: its network, its features and where it belongs, in one file without pickle.

The file is Keras' own `.keras` archive with one member more, `kinetools.json`, which holds the features,
the classes, the label rule, the kinetic model and the steady state.
"""

import hashlib
import json
import zipfile
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from ..data import one_line, whole_number
from ..errors import InputError
from ..kinetics.model import KineticModel, kinetic_model_from_dict
from ..kinetics.parameter_sets import linearise
from ..kinetics.rules import LabelRule
from ..kinetics.steady_state import SteadyState, steady_state_from_dict
from ..store import replacing
from .backend import keras, tensorflow
from .features import LogRange, LogRatio, features_from_dict
from .networks import encode_labels

MEMBER = "kinetools.json"
VERSION = 1


@dataclass(frozen=True)
class Generator:
    """Turns random numbers and a class into Michaelis constants.

    network: Keras model (latent, label) → features; classes: name → the labels of sets that it stands
    for; rule: what the labels mean (None where it was a Python function); provenance: how it was made.
    """

    network: object
    features: LogRange | LogRatio
    classes: dict[str, list[str]]
    model: KineticModel
    state: SteadyState
    rule: LabelRule | None = None
    provenance: dict = field(default_factory=dict)

    def __repr__(self):
        return (
            f"Generator({self.network.name}, {len(self.features.parameters)} parameters of model "
            f"{self.model.id!r} at {self.state.id!r}, classes {', '.join(self.classes)})"
        )

    def generate(self, n_sets: int, label: str = "relevant", seed: int = 0, **options):
        """Generate parameter sets; see `kinetools.gan.generation.generate` for the options."""
        from .generation import generate

        return generate(self, n_sets, label, seed, **options)

    def km(self, label: str, n_sets: int, rng: np.random.Generator) -> np.ndarray:
        """Michaelis constants in µmol/L, (set, parameter) with all parameters of the model.

        Parameters that the generator does not know are drawn from ORACLE's prior.
        """
        code = self.class_code(label)
        latent = draw_latent(self.network, self.features, rng, n_sets)
        values = self._run(latent, code)
        if not np.isfinite(values).all():
            raise InputError("the generator's output is not finite; use an earlier checkpoint.")
        km = np.empty((n_sets, len(self.model.parameters)))
        km[:, self._columns] = self.features.inverse(values)
        others = self._others
        if len(others):
            uniform = np.clip(rng.random((n_sets, len(others))), 2.0**-53, 1 - 2.0**-53)
            reference = linearise(self.model, self.state).reference_concentrations[others]
            km[:, others] = reference * (1 - uniform) / uniform
        return km

    def class_code(self, label: str) -> int:
        """Number of a class; InputError for an unknown one."""
        if label not in self.classes:
            raise InputError(
                f"the generator knows no class {label!r}; it was trained on "
                f"{', '.join(map(repr, self.classes))}."
            )
        return list(self.classes).index(label)

    def recentred(self, state: SteadyState) -> "Generator":
        """The same generator around another steady state: Km/S are kept, S are the new state's.

        Raises InputError for features that do not refer to concentrations.
        """
        if not isinstance(self.features, LogRatio):
            raise InputError(
                'only a generator of Km/S (preset "residual") can be re-centred; this one\'s features '
                f"are of kind {self.features.kind!r}."
            )
        linearise(self.model, state)  # checks that the state fits the model
        features = LogRatio.of(self.model, state, self.features.parameters)
        provenance = self.provenance | {"recentred_from": self.state.id}
        return replace(self, features=features, state=state, provenance=provenance)

    def save(self, path) -> Path:
        """Write the generator atomically as a `.keras` archive."""
        path = Path(path)
        if path.suffix != ".keras":
            raise InputError(f"{path}: a generator's file must end in .keras.")
        content = {
            "format": "kinetools generator",
            "version": VERSION,
            "features": self.features.to_dict(),
            "classes": self.classes,
            "rule": _records(self.rule),
            "model": self.model.to_dict(),
            "state": self.state.to_dict(),
            "provenance": self.provenance,
        }
        with replacing(path) as temporary:
            # Keras insists on the suffix.
            archive = temporary.with_name(temporary.name + ".keras")
            try:
                self.network.save(archive)
                with zipfile.ZipFile(archive, "a", zipfile.ZIP_DEFLATED) as file:
                    file.writestr(MEMBER, json.dumps(content, ensure_ascii=False))
                archive.replace(temporary)
            finally:
                archive.unlink(missing_ok=True)
        return path

    @cached_property
    def fingerprint(self) -> str:
        """The weights as a short text; other weights have another one."""
        digest = hashlib.blake2b(digest_size=8)
        for weights in self.network.get_weights():
            digest.update(np.ascontiguousarray(weights).tobytes())
        return digest.hexdigest()

    @cached_property
    def _columns(self) -> np.ndarray:
        position = {name: i for i, name in enumerate(self.model.parameter_names)}
        return np.array([position[name] for name in self.features.parameters])

    @cached_property
    def _others(self) -> np.ndarray:
        return np.setdiff1d(np.arange(len(self.model.parameters)), self._columns)

    def _run(self, latent, code) -> np.ndarray:
        tf = tensorflow()
        label = tf.constant(encode_labels([code], len(self.classes)))
        return _compiled(self.network)(latent, label).numpy()


def _records(rule):
    """A rule's rows; None where it holds a Python function, which is never saved."""
    return rule.to_records() if rule is not None and rule.function is None else None


@lru_cache(maxsize=16)
def _compiled(network):
    """A network as one graph that takes one label for all its latent vectors."""
    tf = tensorflow()

    @tf.function(reduce_retracing=True)
    def run(latent, label):
        return network([latent, tf.repeat(label, tf.shape(latent)[0], axis=0)])

    return run


def draw_latent(network, features, rng: np.random.Generator, n_sets: int) -> np.ndarray:
    """Latent numbers of a network (set, latent), float32: Gaussian, or the prior for a residual one."""
    width = network.inputs[0].shape[1]
    if network.name.startswith("residual"):
        return features.prior(rng, n_sets)
    return rng.standard_normal((n_sets, width), dtype=np.float32)


def load_generator(path, checkpoint="best") -> Generator:
    """A generator from its file, or from a training's run directory.

    checkpoint: of a run directory, "best", "last" or an epoch. Raises InputError for a file that is
    missing, damaged or no generator of kinetools. Nothing in the file is executed.
    """
    if not isinstance(path, (str, Path)):
        raise InputError(
            f"expected the path of a generator or of a run directory, found {path!r}; give one."
        )
    path = Path(path)
    if path.is_dir():
        from .run_directory import open_gan_run

        path = open_gan_run(path).checkpoint_path(checkpoint)
    content = read_description(path)
    try:
        network = keras().models.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras reports damage in many types
        raise InputError(
            f"{path}: its network cannot be read ({one_line(error)}); use another checkpoint."
        ) from error
    try:
        model = kinetic_model_from_dict(content["model"], f"{path}: model")
        generator = Generator(
            network,
            features_from_dict(content["features"]),
            {str(k): [str(x) for x in v] for k, v in content["classes"].items()},
            model,
            steady_state_from_dict(content["state"], f"{path}: state"),
            LabelRule.from_records(content["rule"]) if content["rule"] is not None else None,
            content["provenance"],
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            f"{path}: its description is damaged ({one_line(error)}); use another checkpoint."
        ) from error
    unknown = set(generator.features.parameters) - set(model.parameter_names)
    if unknown or network.output_shape[1] != len(generator.features.parameters):
        raise InputError(
            f"{path}: the network's {network.output_shape[1]} outputs do not fit the parameters of "
            f"its model {model.id!r}; use another checkpoint."
        )
    return generator


def read_description(path) -> dict:
    """What an artefact says of itself; InputError for a file that is none."""
    try:
        with zipfile.ZipFile(path) as file:
            content = json.loads(file.read(MEMBER))
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; check the path.") from None
    except KeyError:
        raise InputError(
            f"{path}: is a Keras model, but no generator of kinetools (it lacks {MEMBER}); choose a "
            "checkpoint of train_gan."
        ) from None
    except (zipfile.BadZipFile, zipfile.error, ValueError, OSError, EOFError) as error:
        raise InputError(
            f"{path}: is no generator or is damaged ({one_line(error)}); use another checkpoint."
        ) from error
    if not isinstance(content, dict) or content.get("format") != "kinetools generator":
        raise InputError(f"{path}: is no generator of kinetools; choose a checkpoint of train_gan.")
    if whole_number(content.get("version"), f"{path}: version", 1) > VERSION:
        raise InputError(
            f"{path}: was written by a newer kinetools (format {content['version']}); update kinetools."
        )
    return content
