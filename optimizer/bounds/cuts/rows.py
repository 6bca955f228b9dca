"""Rows of the time-indexed program made of cuts: a cut, where it holds, and which columns it counts.

A row of place p, span d and job k counts every job that runs all the time from p to p + d, and job k when it runs at
any time of it: then all of them run together (after Sousa & Wolsey 1992, "A time indexed formulation of
non-preemptive single machine scheduling problems", Mathematical Programming 54). With span 0 it counts what runs at p.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from optimizer.kernels.bounds.ranges import Ranges, joined, no_ranges, selected
from optimizer.model.builder import BoolArray
from optimizer.units import FloatArray, IntArray

_PAIRS = 2_000_000
"""Pairs of rows and groups looked at in one go."""

Key = tuple[int, int, int, int]
"""Cut, place, span and job of a row; -1 for no job."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of the form: so much, added up, is at most the side.

    Parameters
    ----------
    keys : tuple of Key or None
        What tells rows of cuts apart; None for others.
    ranges : Ranges
        Their entries.
    side : float64[R]
        Their sides.
    """

    keys: tuple[Key | None, ...]
    ranges: Ranges
    side: FloatArray

    def __len__(self) -> int:
        return len(self.keys)

    @classmethod
    def none(cls) -> "Rows":
        """Return no rows."""
        return cls((), no_ranges(), np.zeros(0))

    @classmethod
    def joined(cls, parts: Sequence["Rows"]) -> "Rows":
        """Return the rows of all parts."""
        keys = tuple(key for part in parts for key in part.keys)
        side = np.concatenate([part.side for part in parts])
        return cls(keys, joined([part.ranges for part in parts]), side)

    def left_hand_sides(self, solution: FloatArray) -> FloatArray:
        """Return what a fractional solution, float64[C], makes of the rows, float64[R]."""
        sums = np.concatenate([[0.0], np.cumsum(solution)])
        values = self.ranges.coefficient * (sums[self.ranges.end] - sums[self.ranges.first])
        row = np.repeat(np.arange(len(self)), np.diff(self.ranges.start))
        return np.bincount(row, values, len(self)).astype(np.float64)

    def selected(self, kept: BoolArray) -> "Rows":
        """Return some of the rows."""
        keys = tuple(key for key, keep in zip(self.keys, kept.tolist(), strict=True) if keep)
        return Rows(keys, selected(self.ranges, kept, np.ones(len(self.ranges.job), dtype=bool)), self.side[kept])

    def of_columns(self, kept: np.ndarray) -> "Rows":
        """Return the same rows over those columns that are kept, bool[C]."""
        before = np.concatenate([[0], np.cumsum(kept)])
        first, end = before[self.ranges.first], before[self.ranges.end]
        moved = self.ranges._replace(first=first, end=end)
        return Rows(self.keys, selected(moved, np.ones(len(self), dtype=bool), end > first), self.side)


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

    def rows(self, keys: Sequence[Key], coefficient: FloatArray, nodes: FloatArray) -> Rows:
        """Return rows of cuts.

        Parameters
        ----------
        keys : sequence of Key
            Which.
        coefficient : float64[P, I]
            Coefficients of the cuts, their sides 1.
        nodes : float64[T]
            How many equal nodes there are at each place.
        """
        cut, place, span, job = np.array(keys, dtype=np.int64).reshape(-1, 4).T
        size = max(1, _PAIRS // max(1, len(self.item)))
        parts = [no_ranges()]
        for first in range(0, len(keys), size):
            own = slice(first, first + size)
            parts.append(self._ranges(coefficient[cut[own]], place[own], span[own], job[own]))
        return Rows(tuple(keys), joined(parts), nodes[place])

    def of_place(self, place: int) -> tuple[IntArray, IntArray]:
        """Return which columns of each group run at a place, first and end, int64[G]; none on other kinds of nodes."""
        group = np.arange(len(self.item))
        first = self._position(group, place - self.duration + 1, "left")
        end = self._position(group, np.full(len(group), place), "right")
        return first, np.where((self.kind == self.kind_of[place]) & (self.duration > 0), end, first)

    def of_pair(self, place: int, later: int) -> tuple[IntArray, IntArray]:
        """Return which columns of each group run at both places, only at the first, and only at the later one.

        Returns
        -------
        first, end : int64[3, G]
            The columns are ``first`` up to ``end``; none where the kind of nodes is another one.
        """
        group = np.arange(len(self.item))
        leave, arrive = place - self.duration, later - self.duration
        low = np.stack([arrive + 1, leave + 1, np.maximum(arrive, place) + 1])
        high = np.stack([np.full(len(group), place), np.minimum(arrive, place), np.full(len(group), later)])
        groups = np.broadcast_to(group, low.shape)
        first, end = self._position(groups, low, "left"), self._position(groups, high, "right")
        return first, np.where((self.kind == self.kind_of[place]) & (self.duration > 0), np.maximum(end, first), first)

    def _ranges(self, coefficient: FloatArray, place: IntArray, span: IntArray, job: IntArray) -> Ranges:
        value = coefficient[:, self.item]
        row, g = np.nonzero((value > 0) & (self.kind_of[place][:, None] == self.kind) & (self.duration > 0))
        until = place[row] + span[row]
        special = self.job[g] == job[row]
        low = np.where(special, place[row], until) - self.duration[g] + 1
        high = np.where(special, until, place[row])
        first, end = self._position(g, low, "left"), self._position(g, high, "right")
        kept = end > first
        start = np.concatenate([[0], np.cumsum(np.bincount(row[kept], minlength=len(place)))])
        return Ranges(start, self.job[g[kept]], first[kept], end[kept], value[row[kept], g[kept]])

    @cached_property
    def _keys(self) -> IntArray:
        return self._key(self.group, self.begin)

    def _key(self, group: IntArray, begin: IntArray) -> IntArray:
        """Return numbers in the order of groups, then places: from -1 to the end, where jobs of no time may begin."""
        return group * (len(self.kind_of) + 2) + np.clip(begin, -1, len(self.kind_of)) + 1

    def _position(self, group: IntArray, begin: IntArray, side: Literal["left", "right"]) -> IntArray:
        """Return the first column of each group that begins at or after (``left``) or after (``right``) a place."""
        return np.searchsorted(self._keys, self._key(group, begin), side=side)
