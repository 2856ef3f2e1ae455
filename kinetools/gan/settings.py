"""Presets and settings of a training, checked at the door."""

import difflib
from importlib import import_module

from ..data import number, whole_number
from ..errors import InputError
from .run_directory import SELECTIONS

COUNTS = (
    "epochs",
    "steps_per_epoch",
    "width",
    "batch_size",
    "checkpoint_every",
    "n_generated",
    "n_kept",
)
PRESETS = ("residual", "published")


def trainer_for(preset: str):
    """The class that trains a preset."""
    if preset == "published":
        from .published import PublishedTrainer

        return PublishedTrainer
    from .residual import ResidualTrainer

    return ResidualTrainer


def gan_settings(preset: str = "residual") -> dict:
    """Settings of a preset with their default values; each can be given to `train_gan`."""
    if preset not in PRESETS:
        raise InputError(f"preset must be one of {', '.join(PRESETS)}, found {preset!r}.")
    return dict(import_module(f".{preset}", __package__).DEFAULTS)


def check_settings(preset: str, given: dict) -> dict:
    """All settings of a preset, some of them given; InputError for an unknown or impossible one."""
    defaults = gan_settings(preset)
    for name, value in given.items():
        if name not in defaults:
            near = difflib.get_close_matches(name, defaults, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(defaults)}."
            raise InputError(f"preset {preset!r} has no setting {name!r}; {hint}")
        if value is None:
            continue
        if name in COUNTS:
            value = whole_number(value, name, 1)
        elif name == "select":
            if value not in SELECTIONS:
                raise InputError(f"select must be one of {', '.join(SELECTIONS)}, found {value!r}.")
        elif isinstance(defaults[name], (int, float)):
            value = number(value, name)
            if value < 0:
                raise InputError(f"{name} must not be negative, found {value!r}.")
        elif value != defaults[name]:
            raise InputError(f"{name} belongs to the preset and cannot be changed.")
        defaults[name] = value
    return defaults
