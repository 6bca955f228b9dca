from fractions import Fraction
from math import ceil, floor, inf, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.units import LARGEST, Scale, fraction, is_exact, millionths, processing_steps

sixths = st.integers(-(2**33) * 10**6, 2**33 * 10**6)
"""Millionths of all decimals with six places that a double can hold."""
per_units = st.sampled_from([d for d in range(1, 10**6 + 1) if 10**6 % d == 0])
small = st.integers(0, 10**9).map(lambda n: n / 10**6) | st.integers(0, 10**6)


@given(sixths)
def test_six_decimals_are_exact(count: int) -> None:
    number = count / 10**6
    assert is_exact(number)
    assert millionths(number) == count
    assert fraction(number) == Fraction(count, 10**6)


@given(st.integers(0, 10**12), st.integers(1, 9))
def test_a_seventh_decimal_is_refused(count: int, digit: int) -> None:
    assert not is_exact((10 * count + digit) / 10**7)


@pytest.mark.parametrize("number", [0, -3, LARGEST, -LARGEST, 9e12, 0.1, 1e-6, 2.0**33 - 0.5])
def test_exact_numbers(number: float) -> None:
    assert is_exact(number)


@pytest.mark.parametrize("number", [LARGEST + 1, 9.1e12, inf, -inf, nan, 1e-7, 0.1 + 0.2, 2.0**33 + 0.5])
def test_inexact_numbers(number: float) -> None:
    assert not is_exact(number)


@given(st.lists(small, min_size=1, max_size=8))
def test_a_scale_holds_its_numbers_exactly_and_is_the_coarsest(numbers: list[float]) -> None:
    scale = Scale.holding(numbers)
    assert 10**6 % scale.per_unit == 0
    for number in numbers:
        assert scale.steps(number) == scale.steps_below(number) == fraction(number) * scale.per_unit
        assert scale.number(scale.steps(number)) == number
    coarser = [d for d in range(1, scale.per_unit) if 10**6 % d == 0] if scale.per_unit < 100 else []
    assert all(any((fraction(number) * d).denominator > 1 for number in numbers) for d in coarser)


def test_a_scale_of_nothing_counts_units() -> None:
    assert Scale.holding([]) == Scale(1)


@given(per_units, small)
def test_numbers_between_two_steps_are_rounded_outwards(per_unit: int, number: float) -> None:
    scale = Scale(per_unit)
    assert scale.steps(number) == ceil(fraction(number) * per_unit)
    assert scale.steps_below(number) == floor(fraction(number) * per_unit)


@given(per_units, st.lists(small, max_size=8))
def test_arrays_are_scaled_like_numbers(per_unit: int, numbers: list[float]) -> None:
    array = Scale(per_unit).array(numbers)
    assert array.dtype == np.int64
    assert array.tolist() == [Scale(per_unit).steps(number) for number in numbers]


def test_whole_numbers_come_back_as_integers() -> None:
    assert isinstance(Scale(4).number(8), int)
    assert Scale(4).number(9) == 2.25
    assert isinstance(Scale(1).number(np.int64(7)), int)


@given(st.integers(0, 10**7), st.integers(1, 10**7))
def test_processing_time_is_rounded_up(duration: int, performance: int) -> None:
    expected = ceil(Fraction(duration) / Fraction(performance, 10**6))
    assert processing_steps(duration, performance / 10**6) == expected
