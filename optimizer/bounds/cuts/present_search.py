"""Inequalities for the jobs that are present at one place: sharper there than what holds for their classes anywhere.

Jobs that run wholly count as one item a demand, and so do those of which equally much runs; all others stand alone.
Most violated are those that hold beside the jobs that run wholly; they are lifted to all jobs that could run there.
"""

from collections.abc import Callable

import numpy as np

from optimizer.bounds.cuts.packing import lifted, violated
from optimizer.bounds.cuts.program import CutProgram
from optimizer.bounds.cuts.row_search import RowSearch, Running
from optimizer.bounds.cuts.rows import Rows
from optimizer.kernels.bounds.knapsack import Items
from optimizer.kernels.bounds.ranges import Ranges
from optimizer.kernels.inputs import integers
from optimizer.model.builder import BoolArray
from optimizer.units import FloatArray, IntArray

_EQUAL = 1e-6
"""Shares are compared as multiples of this."""


class PresentSearch(RowSearch):
    """The search for places at which a solution is no average of sets of its own jobs; see :class:`RowSearch`."""

    def __init__(self, program: CutProgram, running: Running, least: float, stopped: Callable[[], bool]) -> None:
        super().__init__(program, running, least, stopped)
        self._demand = program.classes.demand[program.layout.item]
        self._takes: BoolArray = self._demand.sum(axis=1) > 0

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
        share = self._shares(place)
        capacity = integers(self._program.places.level[self._program.places.level_of[place]])
        present = np.flatnonzero(share)
        if (self._demand[present].sum(axis=0) <= capacity).all():
            return None
        item_of, items, point = self._items(present, share[present])
        found = violated(items, capacity, point, self._least, self._program.averages)
        if found is None:
            return None
        alpha = np.zeros(len(share))
        alpha[present] = found.alpha[item_of]
        row = self._lifted(place, capacity, share, alpha)
        return None if row is None else (found.excess, row)

    def _lifted(self, place: int, capacity: IntArray, share: FloatArray, alpha: FloatArray) -> Rows | None:
        """Return the row of an inequality for what is present, alpha float64[G], lifted to all columns."""
        layout = self._program.layout
        first, end = layout.of_place(place)
        group = np.flatnonzero((end > first) & self._takes)
        item_of, items, point = self._items(group, share[group])
        of_items = np.zeros(len(point))
        of_items[item_of] = alpha[group]
        found = lifted(items, capacity, of_items, point, self._least)
        if found is None:
            return None
        used = np.flatnonzero(found[0][item_of])
        value, own = found[0][item_of[used]] / found[1], group[used]
        entries = Ranges(np.array([0, len(own)]), layout.job[own], first[own], end[own], value)
        return Rows((None,), entries, self._program.places.nodes[[place]])

    def _shares(self, place: int) -> FloatArray:
        """Return how much of each group that takes something runs at a place, on each of equal nodes, float64[G]."""
        running = self._running
        there = (running.begin <= place) & (running.end > place)
        share = np.bincount(running.group[there], running.weight[there], len(self._demand))
        on_each: FloatArray = np.where(self._takes, share, 0.0) / self._program.places.nodes[place]
        return on_each

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
