"""Inequalities for the jobs that are present at one place: sharper there than what holds for their classes anywhere.

Jobs that run wholly count as one item a demand, and so do those of which equally much runs; all others stand alone.
"""

from collections.abc import Callable

import numpy as np

from optimizer.bounds.cuts.packing import inequality
from optimizer.bounds.cuts.program import CutProgram
from optimizer.bounds.cuts.row_search import RowSearch, Running
from optimizer.bounds.cuts.rows import Rows
from optimizer.kernels.inputs import integers
from optimizer.kernels.knapsack import Items
from optimizer.kernels.ranges import Ranges
from optimizer.model.builder import BoolArray
from optimizer.units import FloatArray, IntArray

_EQUAL = 1e-6
"""Shares are compared as multiples of this."""


class PresentSearch(RowSearch):
    """The search for places at which a solution is no average of sets of its own jobs; see :class:`RowSearch`."""

    def __init__(self, program: CutProgram, running: Running, least: float, stopped: Callable[[], bool]) -> None:
        super().__init__(program, running, least, stopped)
        self._demand = program.classes.demand[program.layout.item]

    def rows(self, most: int) -> Rows:
        """Return at most so many violated rows, the most violated ones."""
        found: list[tuple[float, Rows]] = []
        for place in range(self._program.places.count):
            if self._stopped():
                break
            row = self._row(place)
            if row is not None:
                found.append(row)
        found.sort(key=lambda row: -row[0])
        return Rows.joined([Rows.none(), *(row for _, row in found[:most])])

    def _row(self, place: int) -> tuple[float, Rows] | None:
        """Return a row that is violated at a place, and how much, if there is one."""
        program = self._program
        there = (self._running.begin <= place) & (self._running.end > place)
        group, share = self._shares(there)
        nodes = program.places.nodes[place]
        capacity = integers(program.places.level[program.places.level_of[place]])
        if not len(group) or (self._demand[group].sum(axis=0) <= capacity).all():
            return None
        item_of, items, point = self._items(group, share / nodes)
        found = inequality(items, capacity, point, self._least, program.averages)
        if found is None:
            return None
        value = found[0][item_of] / found[1]
        used = value > 0
        first, end = (edge[group[used]] for edge in program.layout.of_place(place))
        job = program.layout.job[group[used]]
        entries = Ranges(np.array([0, len(job)]), job, first, end, value[used])
        return float(found[0] @ point) / found[1], Rows((None,), entries, program.places.nodes[[place]])

    def _shares(self, there: BoolArray) -> tuple[IntArray, FloatArray]:
        """Return the groups that take something, and how much of each there is."""
        running = self._running
        group, position = np.unique(running.group[there], return_inverse=True)
        share = np.bincount(position, running.weight[there], len(group)).astype(np.float64)
        takes = self._demand[group].any(axis=1)
        return group[takes], share[takes]

    def _items(self, group: IntArray, share: FloatArray) -> tuple[IntArray, Items, FloatArray]:
        """Return the item that each group is, the items, and how much there is of each."""
        program = self._program
        job, kind = program.layout.job[group], program.layout.item[group]
        alone = np.bincount(job)[job] == 1
        # jobs that have a choice here exclude their own other modes: each group of them is an item
        key = np.stack([np.where(alone, -1, np.arange(len(group))), kind, np.rint(share / _EQUAL).astype(np.int64)])
        _, first, item = np.unique(key, axis=1, return_index=True, return_inverse=True)
        item = item.ravel()
        owner = np.where(alone[first], program.problem.jobs + np.arange(len(first)), job[first])
        items = Items(integers(self._demand[group[first]]), integers(np.bincount(item)), integers(owner))
        return item, items, np.bincount(item, share, len(first)).astype(np.float64)
