"""Exact scaling of decimal numbers to integers.

Files hold decimals with at most six places. A number is first turned into millionths, which is exact, and a
:class:`Scale` then divides by what all numbers of one kind have in common, so that the integers stay small.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, isfinite
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Number: TypeAlias = int | float
IntArray: TypeAlias = NDArray[np.int64]
FloatArray: TypeAlias = NDArray[np.float64]

MILLION = 10**6
LARGEST = 9 * 10**12
_LARGEST_DECIMAL = 2**33  # above it a double no longer holds six decimal places


def is_exact(number: Number) -> bool:
    """Return whether ``number`` is finite, at most 9e12 and has at most six decimal places."""
    if isinstance(number, int):
        return abs(number) <= LARGEST
    if not isfinite(number) or abs(number) > LARGEST:
        return False
    if number.is_integer():
        return True
    return abs(number) <= _LARGEST_DECIMAL and round(number * MILLION) / MILLION == number


def millionths(number: Number) -> int:
    """Return an exact number (:func:`is_exact`) as a count of millionths."""
    if isinstance(number, int) or number.is_integer():
        return int(number) * MILLION
    return round(number * MILLION)


def fraction(number: Number) -> Fraction:
    """Return an exact number (:func:`is_exact`) as the decimal fraction that was written."""
    return Fraction(millionths(number), MILLION)


@dataclass(frozen=True)
class Scale:
    """A grid of equal steps for one kind of number.

    Parameters
    ----------
    per_unit : int
        Grid steps in one user unit, a divisor of 10**6.
    """

    per_unit: int = 1

    @classmethod
    def holding(cls, numbers: Iterable[Number]) -> "Scale":
        """Return the coarsest grid that holds every one of the exact ``numbers``."""
        step = MILLION
        for number in numbers:
            if isinstance(number, int) or number.is_integer():
                continue
            step = gcd(step, millionths(number))
            if step == 1:
                break
        return cls(MILLION // step)

    def steps(self, number: Number) -> int:
        """Return ``number`` in grid steps, rounded up when it lies between two."""
        return -(-millionths(number) * self.per_unit // MILLION)

    def steps_below(self, number: Number) -> int:
        """Return ``number`` in grid steps, rounded down when it lies between two."""
        return millionths(number) * self.per_unit // MILLION

    def array(self, numbers: Sequence[Number]) -> IntArray:
        """Return ``numbers`` in grid steps, each rounded up when it lies between two."""
        values = np.array(numbers)
        if values.dtype == np.int64:
            return values * self.per_unit
        return np.array([self.steps(number) for number in numbers], dtype=np.int64)

    def number(self, steps: int) -> Number:
        """Return grid steps in the user's unit, as an integer where it is one."""
        whole, rest = divmod(int(steps), self.per_unit)
        return whole if rest == 0 else int(steps) / self.per_unit


def processing_steps(duration: int, performance: Number) -> int:
    """Return the processing time ``ceil(duration / performance)`` on the grid of ``duration``."""
    return -(-duration * MILLION // millionths(performance))
