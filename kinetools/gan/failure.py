"""When a training is given up: the published rule, collapse of the generator, losses that are no numbers.

Each function looks at a history and returns an alarm {"rule", "message"} or None.
"""

import numpy as np

ACCURACY_LIMIT, ACCURACY_EPOCHS = 0.90, 200  # Choudhury et al. 2022, Methods
SPREAD_LIMIT = 0.5


def discriminator_alarm(accuracies) -> dict | None:
    """The discriminator wins: mean accuracy of the last 200 epochs at least 90 %.

    accuracies: one value an epoch, in order; fewer than 200 raise no alarm.
    """
    last = np.asarray(accuracies, float)[-ACCURACY_EPOCHS:]
    if len(last) < ACCURACY_EPOCHS or not np.mean(last) >= ACCURACY_LIMIT:
        return None
    return {
        "rule": "discriminator",
        "message": (
            f"The discriminator tells real from generated sets with {np.mean(last):.0%} accuracy, mean "
            f"of the last {ACCURACY_EPOCHS} epochs: by the published rule this training has failed. "
            "Stop it, and start again with another seed or more data."
        ),
    }


def collapse_alarm(metrics: dict) -> dict | None:
    """The generator has lost variety: its spread is less than half of the reference's."""
    spread = metrics.get("spread_ratio")
    if spread is None or not np.isfinite(spread) or spread >= SPREAD_LIMIT:
        return None
    return {
        "rule": "collapse",
        "message": (
            f"The generated sets spread only {spread:.2f} times as wide as the reference: the "
            "generator has collapsed, and a high incidence means nothing. Use an earlier checkpoint."
        ),
    }


def finite_alarm(losses: dict) -> dict | None:
    """A loss has become infinite or undefined: nothing good can follow."""
    bad = [name for name, value in losses.items() if value is not None and not np.isfinite(value)]
    if not bad:
        return None
    return {
        "rule": "not finite",
        "message": (
            f"The {bad[0].replace('_', ' ')} is no longer a finite number; the training ends here. "
            "Use an earlier checkpoint, or train anew with a smaller learning_rate."
        ),
    }
