"""Inequalities for what runs at two places: what has ended between them makes room, what has not does not.

A job can run at both places, only at the first or only at the later one. Those that run at the first fit together, and
so do those that run at the later one; a fractional solution that is right at each place by itself may still not be an
average of such pairs of sets. It then is cut off as at a single place, with the resources of both.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from optimizer.bounds.cuts.packing import lifted, violated
from optimizer.bounds.cuts.program import CutProgram
from optimizer.bounds.cuts.row_search import RowSearch, Running
from optimizer.bounds.cuts.rows import Rows
from optimizer.kernels.bounds.knapsack import Items
from optimizer.kernels.bounds.ranges import Ranges
from optimizer.kernels.inputs import integers
from optimizer.units import FloatArray, IntArray

_SPANS = (1, 2, 4, 8, 12, 16, 24)
_ROLES = 3
_AT_FIRST = np.array([True, True, False])
_AT_LATER = np.array([True, False, True])


class _Candidate(NamedTuple):
    """An inequality for the roles of groups at two places, alpha float64[3 * G]."""

    excess: float
    place: int
    later: int
    capacity: IntArray
    point: FloatArray
    alpha: FloatArray


class PairSearch(RowSearch):
    """The search for pairs of places at which a fractional solution is no average; see :class:`RowSearch`."""

    def __init__(self, program: CutProgram, running: Running, least: float, stopped: Callable[[], bool]) -> None:
        super().__init__(program, running, least, stopped)
        self._demand = program.classes.demand[program.layout.item]
        self._kind = program.places.kind
        self._takes = np.tile(self._demand.any(axis=1), _ROLES)

    def rows(self, most: int) -> Rows:
        """Return at most so many violated rows, the most violated ones, and of each first place only one."""
        candidates = []
        for place in range(self._program.places.count):
            if self._stopped():
                break
            candidate = self._at_first(place)
            if candidate is not None:
                candidates.append(candidate)
        candidates.sort(key=lambda candidate: -candidate.excess)
        rows = (None if self._stopped() else self._row(candidate) for candidate in candidates[:most])
        return Rows.joined([Rows.none(), *(row for row in rows if row is not None)])

    def _at_first(self, place: int) -> _Candidate | None:
        """Return an inequality of a place and some later one, of the first span that has a violated one."""
        kind = self._kind
        for span in np.roll(_SPANS, -place).tolist():
            later = place + span
            if later < len(kind) and kind[later] == kind[place]:
                candidate = self._candidate(place, later)
                if candidate is not None:
                    return candidate
        return None

    def _candidate(self, place: int, later: int) -> _Candidate | None:
        """Return an inequality that is violated, for what is present."""
        program = self._program
        point = self._point(place, later) / program.places.nodes[place]
        present = np.flatnonzero((point > 0) & self._takes)
        if len(present) < 2:
            return None
        capacity = integers(program.places.level[program.places.level_of[[place, later]]].ravel())
        found = violated(self._items(present), capacity, point[present], self._least, program.averages)
        if found is None:
            return None
        alpha = np.zeros(len(point))
        alpha[present] = found.alpha
        return _Candidate(found.excess, place, later, capacity, point, alpha)

    def _row(self, candidate: _Candidate) -> Rows | None:
        """Return the row of an inequality, lifted to all columns."""
        program = self._program
        first, end = program.layout.of_pair(candidate.place, candidate.later)
        key = np.flatnonzero((end > first).ravel() & self._takes)
        items = self._items(key)
        found = lifted(items, candidate.capacity, candidate.alpha[key], candidate.point[key], self._least)
        if found is None:
            return None
        used = np.flatnonzero(found[0])
        own = key[used]
        start, value = np.array([0, len(used)]), found[0][used] / found[1]
        entries = Ranges(start, items.owner[used], first.ravel()[own], end.ravel()[own], value)
        return Rows((None,), entries, program.places.nodes[[candidate.place]])

    def _items(self, key: IntArray) -> Items:
        """Return what roles of groups demand at the first and at the later place."""
        role, group = key // len(self._demand), key % len(self._demand)
        demand = self._demand[group]
        both = np.hstack([demand * _AT_FIRST[role, None], demand * _AT_LATER[role, None]])
        return Items(integers(both), np.ones(len(key), dtype=np.int64), self._program.layout.job[group])

    def _point(self, place: int, later: int) -> FloatArray:
        """Return how much of each group runs at both, only at the first, and only at the later place, in a row."""
        running = self._running
        at_first = (running.begin <= place) & (running.end > place)
        at_later = (running.begin <= later) & (running.end > later)
        there = np.flatnonzero(at_first | at_later)
        role: IntArray = np.where(at_first[there], np.where(at_later[there], 0, 1), 2)
        groups = len(self._demand)
        key = role * groups + running.group[there]
        return np.bincount(key, running.weight[there], _ROLES * groups).astype(np.float64)
