"""One generator of random numbers for all searches: the same numbers interpreted and compiled, on every machine.

Marsaglia 2003, "Xorshift RNGs", Journal of Statistical Software 8 (14): xorshift128, four words of 32 bits, period
2^128 - 1. All steps are exact in 64-bit integers.
"""

import numpy as np

from optimizer.kernels.compilation import kernel
from optimizer.units import FloatArray, IntArray

_WORD = 0xFFFFFFFF
_UNIT = 1.0 / (1 << 32)


def new_random(seed: int, stream: int = 0) -> IntArray:
    """Return the state of a generator, int64[4].

    Parameters
    ----------
    seed : int
        >= 0; the same seed, the same numbers.
    stream : int
        >= 0; streams of one seed are independent (spawned by numpy's SeedSequence).
    """
    return np.random.SeedSequence(seed, spawn_key=(stream,)).generate_state(4, np.uint32).astype(np.int64)


@kernel
def draw_word(random: IntArray) -> int:
    """Return the next 32 random bits."""
    mixed = random[0] ^ ((random[0] << 11) & _WORD)
    random[0], random[1], random[2] = random[1], random[2], random[3]
    random[3] = random[3] ^ (random[3] >> 19) ^ mixed ^ (mixed >> 8)
    word: int = random[3]
    return word


@kernel
def draw_below(random: IntArray, count: int) -> int:
    """Return a random number from 0 to ``count`` - 1, for counts up to 2^31 (Lemire 2019: multiply and shift)."""
    return (draw_word(random) * count) >> 32


@kernel
def draw_unit(random: IntArray) -> float:
    """Return a random number from 0 up to but not 1, a multiple of 2^-32."""
    return draw_word(random) * _UNIT


@kernel
def draw_by_weight(random: IntArray, weight: FloatArray, count: int) -> int:
    """Return an index below ``count`` with a probability in proportion to its weight; the weights are not negative."""
    total = 0.0
    for i in range(count):
        total += weight[i]
    left = draw_unit(random) * total
    for i in range(count - 1):
        left -= weight[i]
        if left < 0.0:
            return i
    return count - 1
