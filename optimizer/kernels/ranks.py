"""A set of ranks 0, 1, …, n - 1 whose members are found in ascending order, for compiled loops.

A tree of words: bit b of word w says that rank 62 w + b is a member (or, a level higher, that word 62 w + b has
members, or had some when it was last looked at). Finding the next member costs one word a level, four levels for a
million ranks, and words that have become empty once each; there are no comparisons.
"""

import numpy as np

from optimizer.kernels.compilation import kernel
from optimizer.units import IntArray

BITS = 62
"""Bits used of a word: all powers of two in it are positive and differ modulo 67."""

_MODULUS = 67
_BIT_OF = np.full(_MODULUS, -1, dtype=np.int64)
_BIT_OF[[(1 << bit) % _MODULUS for bit in range(BITS)]] = np.arange(BITS)


def new_ranks(count: int) -> IntArray:
    """Return the empty set of ranks below ``count``, int64[level, word]; the bottom level comes first."""
    words = -(-max(count, 1) // BITS)
    levels = [words]
    while levels[-1] > 1:
        levels.append(-(-levels[-1] // BITS))
    return np.zeros((len(levels), words), dtype=np.int64)


@kernel
def insert(ranks: IntArray, rank: int) -> None:
    """Add ``rank``."""
    for level in range(len(ranks)):
        word = rank // BITS
        members = ranks[level, word]
        ranks[level, word] = members | 1 << (rank - word * BITS)
        if members != 0:
            return
        rank = word


@kernel
def remove(ranks: IntArray, rank: int) -> None:
    """Take out ``rank``, which is a member."""
    word = rank // BITS
    ranks[0, word] ^= 1 << (rank - word * BITS)


@kernel
def first_from(ranks: IntArray, rank: int) -> int:
    """Return the least member >= ``rank``, or -1."""
    level = 0
    while level < len(ranks):
        word = rank // BITS
        if word >= ranks.shape[1]:
            return -1
        rest = ranks[level, word] >> (rank - word * BITS)
        if rest == 0:
            _note_empty(ranks, level, word)
            rank, level = word + 1, level + 1
            continue
        if rest & 1 == 0:
            rank += _BIT_OF[(rest & -rest) % _MODULUS]
        if level == 0:
            return rank
        rank, level = rank * BITS, level - 1
    return -1


@kernel
def _note_empty(ranks: IntArray, level: int, word: int) -> None:
    """Take a word out of the level above if it has no members left."""
    if level + 1 < len(ranks) and ranks[level, word] == 0:
        above = word // BITS
        ranks[level + 1, above] &= ~(1 << (word - above * BITS))
