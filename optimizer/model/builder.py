"""Columns, rows and entries of a linear program, collected in blocks that are joined without a sort."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.model.columns import counted
from optimizer.units import FloatArray, IntArray

SmallIntArray = NDArray[np.int32]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class LinearProgram:
    """A mixed integer linear program to be minimised, its matrix by columns.

    Parameters
    ----------
    cost, lower, upper : float64[C]
        Objective and bounds of the columns.
    integral : bool[C]
        Whether a column must be whole.
    row_lower, row_upper : float64[R]
        Bounds of the rows.
    start : int32[C+1]
        The entries of column c are ``start[c]`` up to ``start[c + 1]``.
    index : int32[*]
        Row of each entry.
    value : float64[*]
        Coefficient of each entry.
    """

    cost: FloatArray
    lower: FloatArray
    upper: FloatArray
    integral: BoolArray
    row_lower: FloatArray
    row_upper: FloatArray
    start: SmallIntArray
    index: SmallIntArray
    value: FloatArray

    @property
    def entries(self) -> tuple[IntArray, IntArray, FloatArray]:
        """Row, column and coefficient of each entry."""
        column = np.repeat(np.arange(len(self.cost)), np.diff(self.start))
        return self.index.astype(np.int64), column, self.value

    def with_entries(
        self, row: IntArray, column: IntArray, value: FloatArray, lower: FloatArray, upper: FloatArray
    ) -> "LinearProgram":
        """Return the program with these entries, in any order, in place of its own, and further rows with these bounds.

        Entries in one place are added up.
        """
        order = np.lexsort((row, column))
        row, column = row[order], column[order]
        first = np.flatnonzero((np.diff(row, prepend=-1) != 0) | (np.diff(column, prepend=-1) != 0))
        total = np.add.reduceat(value[order], first)
        kept = first[total != 0]
        start = np.searchsorted(column[kept], np.arange(len(self.cost) + 1)).astype(np.int32)
        row_lower, row_upper = np.concatenate([self.row_lower, lower]), np.concatenate([self.row_upper, upper])
        return LinearProgram(
            self.cost, self.lower, self.upper, self.integral, row_lower, row_upper,
            start, row[kept].astype(np.int32), total[total != 0],
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Block:
    """Entries of a run of columns, column after column."""

    first: int
    counts: IntArray
    rows: IntArray
    values: FloatArray

    @property
    def columns(self) -> slice:
        return slice(self.first, self.first + len(self.counts))


class Builder:
    """Collects a linear program; every call adds a whole family of columns, rows or entries."""

    def __init__(self) -> None:
        self._columns: list[tuple[FloatArray, FloatArray, FloatArray, BoolArray]] = []
        self._rows: list[tuple[FloatArray, FloatArray]] = []
        self._blocks: list[_Block] = []
        self._column_count = 0
        self._row_count = 0

    def add_columns(self, cost: FloatArray, lower: float, upper: float, *, integral: bool) -> int:
        """Add columns with these costs and common bounds; return the index of the first."""
        first, count = self._column_count, len(cost)
        self._columns.append((cost, np.full(count, lower), np.full(count, upper), np.full(count, integral)))
        self._column_count += count
        return first

    def add_rows(self, lower: FloatArray, upper: FloatArray) -> int:
        """Add rows with these bounds; return the index of the first."""
        first = self._row_count
        self._rows.append((lower, upper))
        self._row_count += len(lower)
        return first

    def add_entries(self, first: int, counts: IntArray, rows: IntArray, values: FloatArray) -> None:
        """Add ``counts[i]`` entries to column ``first + i`` for each i, in this order."""
        self._blocks.append(_Block(first, counts, rows, values))

    def scatter_entries(self, column: IntArray, rows: IntArray, values: FloatArray) -> None:
        """Add entries in any order."""
        if not len(column):
            return
        order = np.argsort(column, kind="stable")
        first = int(column[order[0]])
        self.add_entries(first, np.bincount(column - first), rows[order], values[order])

    def build(self) -> LinearProgram:
        """Return the program."""
        counts = np.zeros(self._column_count, dtype=np.int64)
        for block in self._blocks:
            counts[block.columns] += block.counts
        start = np.concatenate([[0], np.cumsum(counts)])
        index, value = np.empty(start[-1], dtype=np.int32), np.empty(start[-1])
        filled = start[:-1].copy()
        for block in self._blocks:
            position = counted(filled[block.columns], block.counts)
            index[position], value[position] = block.rows, block.values
            filled[block.columns] += block.counts
        cost, lower, upper, integral = (np.concatenate(part) for part in zip(*self._columns, strict=True))
        row_lower, row_upper = (np.concatenate(part) for part in zip(*self._rows, strict=True))
        return LinearProgram(
            cost, lower, upper, integral, row_lower, row_upper, start.astype(np.int32), index, value
        )  # fmt: skip
