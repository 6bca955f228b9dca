"""What a search for violated rows works on, and what it has to offer."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optimizer.bounds.cuts.program import CutProgram
from optimizer.bounds.cuts.rows import Layout, Rows
from optimizer.units import FloatArray, IntArray

_LEAST_SHARE = 1e-6


@dataclass(frozen=True, eq=False)
class Running:
    """The columns of a fractional solution that are there.

    Parameters
    ----------
    group, item, job : int64[F]
        Group, class of demand and job of each.
    begin, end : int64[F]
        At which place it begins to run and has ended.
    weight : float64[F]
        How much of it there is.
    """

    group: IntArray
    item: IntArray
    job: IntArray
    begin: IntArray
    end: IntArray
    weight: FloatArray

    @classmethod
    def of(cls, layout: Layout, solution: FloatArray) -> "Running":
        """Return what runs, for longer than no time, in a solution, float64[C]."""
        columns = np.flatnonzero((solution > _LEAST_SHARE) & (layout.duration[layout.group] > 0))
        group, begin = layout.group[columns], layout.begin[columns]
        return cls(
            group, layout.item[group], layout.job[group], begin, begin + layout.duration[group], solution[columns]
        )


class RowSearch(ABC):
    """A search for rows that a fractional solution violates.

    Parameters
    ----------
    program : CutProgram
        The program; cuts that are found may be added to it, rows are not.
    running : Running
        The solution.
    least : float
        Least left-hand side, relative to the right, of a violated row; where jobs run wholly, relative to what these
        leave of the right (:func:`~optimizer.bounds.cuts.packing.violated`).
    stopped : callable
        Says whether to be content with what is found.
    """

    def __init__(self, program: CutProgram, running: Running, least: float, stopped: Callable[[], bool]) -> None:
        self._program = program
        self._running = running
        self._least = least
        self._stopped = stopped

    @abstractmethod
    def rows(self, most: int) -> Rows:
        """Return at most so many violated rows, the most violated ones."""


Searches = tuple[tuple[type[RowSearch], float], ...]
"""Where to look for rows, and the least left-hand side, relative to the right, of a row that counts there."""
