"""Axes on which a threshold and a heavy tail can both be read."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.axes import eigenvalue_axis, linear_axis, log_axis, number

REAL_PARTS = st.lists(
    st.floats(-1e8, 1e8, allow_nan=False).filter(lambda x: abs(x) > 1e-6), max_size=50
)


@given(REAL_PARTS)
def test_positions_increase_and_are_inverted_and_hold_every_value(values):
    axis = eigenvalue_axis(values)
    assert all(axis.low <= value <= axis.high for value in values)
    edges = axis.edges(100)
    assert (np.diff(edges) > 0).all()
    np.testing.assert_allclose(axis.value(axis.position(edges)), edges, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(np.diff(np.diff(axis.position(edges))), 0, atol=1e-6 * axis.high)


def test_both_the_threshold_and_the_unstable_tail_get_room():
    rng = np.random.default_rng(0)
    stable, unstable = -rng.gamma(5, 4, 6000), rng.lognormal(5, 2, 3000)
    axis = eigenvalue_axis(np.concatenate([stable, unstable]))
    low, nine, zero, top = axis.position([axis.low, -9, 0, axis.high])
    assert (nine - low) / (top - low) > 0.2
    assert (zero - nine) / (top - low) > 0.05
    assert (top - zero) / (top - low) > 0.3


@pytest.mark.parametrize("values", [[], [np.nan], [3.0], [3.0, 3.0]])
def test_axes_of_little_data_exist(values):
    for make in (eigenvalue_axis, linear_axis, log_axis):
        axis = make(values)
        assert axis.low < axis.high
        assert all(axis.low <= value <= axis.high for value, _ in axis.ticks())


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-9, "−9"),
        (0, "0"),
        (0.25, "0.25"),
        (1500, "1500"),
        (1e4, "10⁴"),
        (-1e10, "−10¹⁰"),
        (-3.6e9, "−3.6×10⁹"),
        (1e-7, "10⁻⁷"),
        (float("nan"), "–"),
    ],
)
def test_numbers_are_plain_unicode(value, text):
    assert number(value) == text
