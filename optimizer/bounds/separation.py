"""Which rows a fractional solution violates: cuts that are known, at any place, and new ones."""

from collections.abc import Callable

import numpy as np

from optimizer.bounds.cut_program import CutProgram
from optimizer.bounds.cut_rows import CutRows
from optimizer.bounds.packing import hull_cut
from optimizer.units import FloatArray, IntArray

_LEAST_SHARE = 1e-6
_LEAST_GAIN = 0.05
"""How much more of a job must run at some time of a span than all the time, to look at it."""

_JOBS = 4
"""How many jobs are looked at for each span."""


class Separation:
    """The fractional solution by places, and the search for rows that it violates.

    Parameters
    ----------
    program : CutProgram
        The program; cuts that are found are added to it, rows are not.
    solution : float64[C]
        Value of each column.
    least : float
        Least left-hand side, relative to the right, of a violated row.
    stopped : callable
        Says whether to be content with what is found.
    """

    def __init__(self, program: CutProgram, solution: FloatArray, least: float, stopped: Callable[[], bool]) -> None:
        self._program = program
        self._least = least
        self._stopped = stopped
        self._columns = np.flatnonzero(solution > _LEAST_SHARE)
        self._weight = solution[self._columns]
        group = program.layout.group[self._columns]
        self._item, self._job = program.layout.item[group], program.layout.job[group]
        self._begin = program.layout.begin[self._columns]
        self._end = self._begin + program.layout.duration[group]
        self._found: dict[tuple[int, int, int, int], float] = {}

    def rows(self, most: int, longest: int) -> CutRows:
        """Return the most violated new rows.

        Parameters
        ----------
        most : int
            How many at most.
        longest : int
            Longest span; rows with spans are looked for when there are few others.
        """
        point = self._running()
        for place in range(self._program.places.count):
            if self._stopped():
                break
            self._look(place, 0, -1, point[place])
        if longest and len(self._found) < most // 20:
            for span in _spans(min(longest, self._program.places.count - 1)):
                self._look_at_spans(span)
        keys = sorted(self._found, key=lambda key: (-self._found[key], key))[:most]
        return CutRows(*np.array(keys, dtype=np.int64).reshape(-1, 4).T)

    def _running(self) -> FloatArray:
        """Return how much of each class runs at each place, float64[T, I]."""
        change = np.zeros((self._program.places.count + 1, self._program.coefficient.shape[1]))
        np.add.at(change, (self._begin, self._item), self._weight)
        np.add.at(change, (self._end, self._item), -self._weight)
        return np.cumsum(change[:-1], axis=0)

    def _look(self, place: int, span: int, job: int, point: FloatArray) -> None:
        """Remember a row that ``point``, added up over equal nodes, violates; make a new cut if it takes one."""
        program = self._program
        level = np.unique(program.places.level_of[place : place + span + 1])
        nodes = program.places.nodes[place]
        sums = np.where(program.holds[:, level].all(axis=1), program.coefficient @ point, 0.0) / nodes
        cut = int(sums.argmax())
        if sums[cut] < self._least:
            capacity = program.places.level[level].max(axis=0)
            found = hull_cut(program.classes, capacity, point / nodes, self._least)
            number = None if found is None else program.add_cut(found)
            if number is None:
                return
            cut, violation = number, float(program.coefficient[number] @ point) / nodes
        else:
            violation = float(sums[cut])
        key = (cut, place, span, job)
        if key not in program.known_rows:
            self._found[key] = violation

    def _look_at_spans(self, span: int) -> None:
        layout = self._program.layout
        last = len(layout.kind_of) - span
        for place in np.flatnonzero(layout.kind_of[:last] == layout.kind_of[span:]).tolist():
            if self._stopped():
                return
            all_time = (self._begin <= place) & (self._end > place + span)
            some_time = (self._begin <= place + span) & (self._end > place)
            gain = np.bincount(self._job[some_time], self._weight[some_time])
            gain -= np.bincount(self._job[all_time], self._weight[all_time], len(gain))
            if not len(gain):
                continue
            for job in np.argsort(-gain)[:_JOBS].tolist():
                if gain[job] > _LEAST_GAIN:
                    counted = np.where(self._job == job, some_time, all_time)
                    self._look(place, span, job, self._sum(counted))

    def _sum(self, counted: np.ndarray) -> FloatArray:
        classes = self._program.coefficient.shape[1]
        return np.bincount(self._item[counted], self._weight[counted], classes).astype(np.float64)


def _spans(longest: int) -> IntArray:
    """Return the spans up to ``longest``, the longer the fewer."""
    spans: IntArray = np.arange(1, longest + 1)
    kept: IntArray = spans[(spans <= 6) | (spans % 2 == 0) & (spans <= 16) | (spans % 4 == 0)]
    return kept
