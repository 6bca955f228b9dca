"""Which rows a fractional solution violates: cuts that are known, at any place, and new ones."""

from collections.abc import Callable

import numpy as np

from optimizer.bounds.cuts.packing import hull_cut
from optimizer.bounds.cuts.program import CutProgram
from optimizer.bounds.cuts.row_search import RowSearch, Running
from optimizer.bounds.cuts.rows import Key, Rows
from optimizer.model.builder import BoolArray
from optimizer.units import FloatArray, IntArray

_BARREN = 100
"""After so many places in a row at which there is no new cut, only those that are known are looked for."""

_LEAST_GAIN = 0.05
"""How much more of a job must run at some time of a span than all the time, to look at it."""

_LONGEST = 16
_JOBS = 4
"""How many jobs are looked at for each span."""


class PlaceSearch(RowSearch):
    """The search for rows of cuts at single places: cuts that are known, and new ones where these are not rare."""

    def __init__(self, program: CutProgram, running: Running, least: float, stopped: Callable[[], bool]) -> None:
        super().__init__(program, running, least, stopped)
        self._known: set[Key | None] = set(program.rows.keys)
        self._found: dict[Key, float] = {}
        self._barren = 0

    def rows(self, most: int) -> Rows:
        """Return at most so many new rows of single places, the most violated ones."""
        point = self._at_places()
        busy = np.flatnonzero(point.any(axis=1))
        for place in np.random.default_rng(0).permutation(busy).tolist():
            if self._stopped():
                break
            self._look(place, 0, -1, point[place])
        return self._most_violated(most)

    def _most_violated(self, most: int) -> Rows:
        keys = sorted(self._found, key=lambda key: (-self._found[key], key))[:most]
        self._found.clear()
        self._known.update(keys)
        return self._program.layout.rows(keys, self._program.coefficient, self._program.places.nodes)

    def _at_places(self) -> FloatArray:
        """Return how much of each class runs at each place, float64[T, I]."""
        change = np.zeros((self._program.places.count + 1, self._program.coefficient.shape[1]))
        running = self._running
        np.add.at(change, (running.begin, running.item), running.weight)
        np.add.at(change, (running.end, running.item), -running.weight)
        return np.cumsum(change[:-1], axis=0)

    def _look(self, place: int, span: int, job: int, point: FloatArray) -> None:
        """Remember a row that ``point``, added up over equal nodes, violates; make a new cut if it takes one."""
        program = self._program
        level = np.unique(program.places.level_of[place : place + span + 1])
        nodes = program.places.nodes[place]
        sums = np.where(program.holds[:, level].all(axis=1), program.coefficient @ point, 0.0) / nodes
        cut = int(sums.argmax())
        if sums[cut] < self._least:
            if self._barren > _BARREN:
                return
            capacity = program.places.level[level].max(axis=0)
            found = hull_cut(program.classes, capacity, point / nodes, self._least, program.averages)
            if found is None:
                self._barren += 1
                return
            cut, is_new = program.add_cut(found)
            self._barren = 0 if is_new else self._barren + 1
            violation = float(program.coefficient[cut] @ point) / nodes
        else:
            violation = float(sums[cut])
        key = (cut, place, span, job)
        if key not in self._known:
            self._found[key] = violation


class SpanSearch(PlaceSearch):
    """The search for rows of spans; see :class:`RowSearch`."""

    def rows(self, most: int) -> Rows:
        """Return at most so many new rows of spans, the most violated ones."""
        for span in _spans(min(_LONGEST, self._program.places.count - 1)):
            self._look_at_spans(span)
        return self._most_violated(most)

    def _look_at_spans(self, span: int) -> None:
        running = self._running
        for place in self._program.places.pairs(span).tolist():
            if self._stopped():
                return
            all_time = (running.begin <= place) & (running.end > place + span)
            some_time = (running.begin <= place + span) & (running.end > place)
            gain = np.bincount(running.job[some_time], running.weight[some_time])
            gain -= np.bincount(running.job[all_time], running.weight[all_time], len(gain))
            for job in np.argsort(-gain)[:_JOBS].tolist():
                if gain[job] > _LEAST_GAIN:
                    self._look(place, span, job, self._sum(np.where(running.job == job, some_time, all_time)))

    def _sum(self, counted: BoolArray) -> FloatArray:
        running, classes = self._running, self._program.coefficient.shape[1]
        return np.bincount(running.item[counted], running.weight[counted], classes).astype(np.float64)


def _spans(longest: int) -> IntArray:
    """Return the spans up to ``longest``, the longer the fewer."""
    spans: IntArray = np.arange(1, longest + 1)
    kept: IntArray = spans[(spans <= 6) | (spans % 2 == 0) & (spans <= 16) | (spans % 4 == 0)]
    return kept
