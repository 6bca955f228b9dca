"""Rows of the time-indexed program made of cuts: a cut, where it holds, and which columns it counts.

A row of place p, span d and job k counts every job that runs all the time from p to p + d, and job k when it runs at
any time of it: then all of them run together (after Sousa & Wolsey 1992, "A time indexed formulation of
non-preemptive single machine scheduling problems", Mathematical Programming 54). With span 0 it counts what runs at p.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from optimizer.kernels.ranges import Ranges
from optimizer.units import FloatArray, IntArray

_PAIRS = 2_000_000
"""Pairs of rows and groups looked at in one go."""


@dataclass(frozen=True, eq=False)
class CutRows:
    """So many rows.

    Parameters
    ----------
    cut, place, span : int64[R]
        Which cut, from which place on, for how many places more.
    job : int64[R]
        The job that counts when it runs at any of these places; -1 for none.
    """

    cut: IntArray
    place: IntArray
    span: IntArray
    job: IntArray

    @classmethod
    def none(cls) -> "CutRows":
        """Return no rows."""
        return cls(*np.zeros((4, 0), dtype=np.int64))

    def __len__(self) -> int:
        return len(self.cut)

    def __getitem__(self, which: IntArray | np.ndarray) -> "CutRows":
        return CutRows(self.cut[which], self.place[which], self.span[which], self.job[which])

    def __add__(self, other: "CutRows") -> "CutRows":
        pairs = zip(self._arrays, other._arrays, strict=True)
        return CutRows(*(np.concatenate(pair) for pair in pairs))

    @property
    def keys(self) -> list[tuple[int, ...]]:
        """What tells rows apart."""
        return list(zip(*(array.tolist() for array in self._arrays), strict=True))

    @property
    def _arrays(self) -> tuple[IntArray, ...]:
        return self.cut, self.place, self.span, self.job


@dataclass(frozen=True, eq=False)
class Layout:
    """Where the columns lie: groups of one job, mode and kind of nodes, each sorted by the place of the beginning.

    Parameters
    ----------
    item, job, duration, kind : int64[G]
        Class of demand, job, processing time and kind of nodes of each group.
    kind_of : int64[T]
        Kind of nodes of each place.
    group : int64[C]
        Group of each column, ascending.
    begin : int64[C]
        Place at which each column begins.
    job_start : int64[J + 1]
        The columns of job j are ``job_start[j]`` up to ``job_start[j + 1]``.
    """

    item: IntArray
    job: IntArray
    duration: IntArray
    kind: IntArray
    kind_of: IntArray
    group: IntArray
    begin: IntArray
    job_start: IntArray

    def ranges(self, rows: CutRows, coefficient: FloatArray) -> Ranges:
        """Return the entries of rows of cuts with these coefficients, float64[P, I]."""
        size = max(1, _PAIRS // max(1, len(self.item)))
        parts = [
            self._entries(rows[np.arange(a, min(a + size, len(rows)))], coefficient) for a in range(0, len(rows), size)
        ]
        counts, job, first, end, value = (
            (np.concatenate(part) for part in zip(*parts, strict=True)) if parts else self._entries(rows, coefficient)
        )
        return Ranges(np.concatenate([[0], np.cumsum(counts)]), job, first, end, value)

    def _entries(
        self, rows: CutRows, coefficient: FloatArray
    ) -> tuple[IntArray, IntArray, IntArray, IntArray, FloatArray]:
        value = coefficient[rows.cut][:, self.item]
        row, g = np.nonzero((value > 0) & (self.kind_of[rows.place][:, None] == self.kind) & (self.duration > 0))
        place, until = rows.place[row], rows.place[row] + rows.span[row]
        special = self.job[g] == rows.job[row]
        low = np.where(special, place, until) - self.duration[g] + 1
        high = np.where(special, until, place)
        first, end = self._position(g, low, "left"), self._position(g, high, "right")
        kept = end > first
        counts = np.bincount(row[kept], minlength=len(rows))
        return counts, self.job[g[kept]], first[kept], end[kept], value[row[kept], g[kept]]

    @cached_property
    def _keys(self) -> IntArray:
        return self.group * (len(self.kind_of) + 1) + self.begin

    def _position(self, group: IntArray, begin: IntArray, side: Literal["left", "right"]) -> IntArray:
        """Return the first column of each group that begins at or after (``left``) or after (``right``) a place."""
        places = len(self.kind_of) + 1
        return np.searchsorted(self._keys, group * places + np.clip(begin, -1, places - 1), side=side)
