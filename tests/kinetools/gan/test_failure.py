"""Failure rules on made-up histories."""

import numpy as np
import pytest

from kinetools.gan.failure import collapse_alarm, discriminator_alarm, finite_alarm


def test_a_discriminator_above_90_percent_over_200_epochs_is_a_failure():
    assert discriminator_alarm([0.5] * 300 + [0.95] * 200)["rule"] == "discriminator"


@pytest.mark.parametrize(
    "history",
    [[], [0.99] * 199, [0.95] * 200 + [0.5] * 100, [0.5] * 800, [np.nan] * 300],
)
def test_shorter_or_weaker_histories_are_none(history):
    assert discriminator_alarm(history) is None


def test_the_mean_counts_and_not_every_epoch():
    assert discriminator_alarm([0.5] * 10 + [0.99] * 190)["rule"] == "discriminator"
    assert discriminator_alarm([0.5] * 50 + [0.99] * 150) is None


def test_a_generator_with_half_the_spread_has_collapsed():
    assert collapse_alarm({"spread_ratio": 0.2})["rule"] == "collapse"
    assert "0.20" in collapse_alarm({"spread_ratio": 0.2})["message"]


@pytest.mark.parametrize("spread", [0.5, 1.0, 2.3, np.nan, None])
def test_a_wide_or_unknown_spread_is_no_collapse(spread):
    assert collapse_alarm({"spread_ratio": spread}) is None


def test_a_loss_that_is_no_number_ends_the_training():
    assert finite_alarm({"generator_loss": np.nan})["rule"] == "not finite"
    assert finite_alarm({"generator_loss": np.inf, "other": None})["rule"] == "not finite"
    assert finite_alarm({"generator_loss": 0.3, "discriminator_loss": None}) is None
