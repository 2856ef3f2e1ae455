"""Scales give the colours, widths and numbers that Escher gives."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kinetools as kt
from kinetools.maps import Scale
from kinetools.maps.numbers import format_value


def test_a_magnitude_scale_looks_the_same_for_both_directions():
    scale = Scale.for_values([-4.0, 1.0, None, math.nan])
    assert scale.maximum == 4.0
    for value in (0.3, 1.0, 4.0, 9.0):
        assert scale.color(value) == scale.color(-value)
        assert scale.size(value) == pytest.approx(scale.size(-value))
    assert scale.size(0.0) == 6.0
    assert scale.size(1.0) == pytest.approx(14.0)
    assert scale.size(100.0) == scale.size(4.0) == 22.0


def test_a_diverging_scale_tells_signs_apart():
    scale = Scale.for_values([-4.0, 1.0], kind="diverging")
    assert scale.color(4.0) != scale.color(-4.0)
    assert scale.color(0.0) == "#e6d67e"


def test_what_is_missing_is_grey_and_nothing_else_is():
    for kind in ("sequential", "diverging"):
        scale = Scale.for_values(range(-9, 10), kind=kind)
        assert scale.color(None) == scale.color(math.nan) == scale.no_data_color
        assert scale.no_data_color not in {scale.color(v / 10) for v in range(-90, 91)}


@pytest.mark.parametrize("values", [[], [None], [0.0, 0.0], [math.nan]])
def test_values_that_say_nothing_still_give_a_scale(values):
    assert Scale.for_values(values).maximum == 1.0


def test_bad_scales_are_refused():
    with pytest.raises(kt.InputError, match="no 'rainbow' scale"):
        Scale.for_values([1], kind="rainbow")
    for maximum in (0, -1, math.inf):
        with pytest.raises(kt.InputError, match="cannot end at"):
            Scale.for_values([1], maximum=maximum)
    with pytest.raises(kt.InputError, match="cannot end at inf"):
        Scale.for_values([1, -math.inf])


@given(st.floats(min_value=1e-9, max_value=1e9), st.floats(min_value=-2, max_value=2))
def test_a_scale_survives_the_way_through_escher(maximum, fraction):
    scale = Scale.for_values([maximum])
    again = Scale.from_escher(scale.to_escher())
    assert again.color(fraction * maximum) == scale.color(fraction * maximum)
    assert 6.0 <= again.size(fraction * maximum) <= 22.0
    assert [s["type"] for s in scale.to_escher()] == ["value"] * 9


def lightness(color):
    return sum(w * int(color[i : i + 2], 16) for w, i in ((0.3, 1), (0.59, 3), (0.11, 5)))


def test_larger_magnitudes_are_darker():
    # So the order is legible without seeing hues.
    scale = Scale.for_values([1.0])
    shades = [lightness(scale.color(i / 50)) for i in range(51)]
    assert all(a > b for a, b in pairwise(shades))


@pytest.mark.parametrize(
    "value, text",
    [
        (4.1345, "4.13"),
        (-15.948, "-15.9"),
        (7.6, "7.60"),
        (99.95, "100"),
        (123.4, "123"),
        (0.000102, "0.000102"),
        (-0.0000055, "-0.00000550"),
        (1.2e-7, "1.20e-7"),
        (80049.1, "8.00e+4"),
        (999.5, "1.00e+3"),
        (1.125, "1.13"),
        (1.005, "1.00"),
        (9.995, "9.99"),
        (1e300, "1.00e+300"),
        (5e-324, "4.94e-324"),
        (0, "0.00"),
        (-0.0, "0.00"),
        (None, "(nd)"),
        (math.nan, "(nd)"),
    ],
)
def test_numbers_are_written_as_in_escher(value, text):
    assert format_value(value) == text
