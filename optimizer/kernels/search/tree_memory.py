"""Partial schedules that were searched, so that none is searched that another one dominates.

Cutset rule (Demeulemeester & Herroelen 1997, Management Science 43), for any regular cost, with a bounded table. Let
path B place the same jobs as path A, which is searched already, and let A cost no more, have no larger weighted sum of
ends and no later last start. Let each job that A still runs after the last start of B end no later than in B and run
there in the same mode on the same node, and let each job that ends by then, but not its lags, end no later than in B.
Then all that follows in a schedule below B fits behind A with the same starts, at no larger cost.

All rules together are safe because each leads to a schedule that is smaller by cost, then by a weighted sum of ends,
then by when the search meets its path: left shifts and horizons by the sum of ends, all others (this one, ties, twins,
empty nodes) by the path at the latest. The least schedule of this order is never cut off. Any positive weights will do.
With processing times, two jobs one after the other have the same sum in either order, so the condition seldom hinders;
with the slopes of a sum of linear costs it follows from the costs.
"""

from typing import NamedTuple

import numpy as np

from optimizer.kernels.compilation import kernel, kernel_apart
from optimizer.kernels.search.tree import (
    COST,
    DISCREPANCIES,
    ENDS,
    EPOCH,
    FLOOR,
    FULL,
    HASH,
    LAG,
    MOST_JOBS,
    PATH,
    USED,
    WORD,
    Tree,
)
from optimizer.kernels.serial import Plan
from optimizer.units import FloatArray, IntArray

_EPOCH, _HASH, _DEPTH, _FLOOR, _ENDS, _ALLOWED, _LIVE, _FIXED = range(8)
_JOB, _END, _MODE, _NODE, _OF_LIVE = range(5)
_WAYS = 4
_LIVE_MOST = 12


class Memory(NamedTuple):
    """Paths that were searched.

    Parameters
    ----------
    row : int64[R, *]
        Of each path the number of its tree, code, number of jobs, last start, sum of ends, discrepancies left and
        number of jobs that are not over; the set of jobs as bits; of each job that is not over itself, end, mode, node.
    cost : float64[R]
        Cost so far.
    """

    row: IntArray
    cost: FloatArray


def new_memory(jobs: int, megabytes: int) -> Memory:
    """Return an empty memory of at most so many MB; it has no rows for more jobs than it is of use for."""
    words = -(-jobs // WORD)
    width = _FIXED + words + _OF_LIVE * min(jobs, _LIVE_MOST)
    rows = 0
    if jobs <= MOST_JOBS and megabytes:
        rows = 1 << int(megabytes * 2**20 // (8 * width)).bit_length() - 1
    return Memory(np.zeros((rows, width), dtype=np.int64), np.zeros(rows))


@kernel
def _bucket(memory: Memory, code: int) -> int:
    return (code & (len(memory.row) // _WAYS - 1)) * _WAYS


@kernel
def _left(tree: Tree, level: int) -> int:
    """Return how many discrepancies are left; all, if there is no limit."""
    allowed: int = tree.counter[DISCREPANCIES]
    return allowed if allowed >= FULL else allowed - tree.level[level, USED]


@kernel_apart
def is_dominated(tree: Tree, memory: Memory, plan: Plan, level: int) -> bool:
    """Return whether a path in memory dominates the one to ``level``."""
    first = _bucket(memory, tree.counter[HASH])
    for r in range(first, first + _WAYS):
        if (
            memory.row[r, _EPOCH] == tree.counter[EPOCH]
            and memory.row[r, _HASH] == tree.counter[HASH]
            and memory.row[r, _FLOOR] <= tree.level[level, FLOOR]
            and memory.row[r, _ENDS] <= tree.level[level, ENDS]
            and memory.row[r, _ALLOWED] >= _left(tree, level)
            and memory.cost[r] <= tree.price[level, COST]
            and _same_jobs(tree, memory, r)
            and _leaves_as_much(tree, memory, plan, r, tree.level[level, FLOOR])
        ):
            return True
    return False


@kernel
def _same_jobs(tree: Tree, memory: Memory, r: int) -> bool:
    for w in range(len(tree.word)):  # noqa: SIM110 - numba compiles no generator expressions
        if memory.row[r, _FIXED + w] != tree.word[w]:
            return False
    return True


@kernel
def _leaves_as_much(tree: Tree, memory: Memory, plan: Plan, r: int, floor: int) -> bool:
    """Return whether each job of row ``r`` that is not over by ``floor`` ends no later than on the path."""
    at = _FIXED + len(tree.word)
    for _ in range(memory.row[r, _LIVE]):
        j, end = memory.row[r, at + _JOB], memory.row[r, at + _END]
        if end + tree.job[j, LAG] > floor and end > plan.end[j]:
            return False
        if end > floor and (memory.row[r, at + _MODE] != plan.mode[j] or memory.row[r, at + _NODE] != plan.node[j]):
            return False
        at += _OF_LIVE
    return True


@kernel_apart
def remember(tree: Tree, memory: Memory, plan: Plan, level: int) -> None:
    """Write the path to ``level`` into memory, in place of one of an older tree or else the longest of its bucket."""
    first = _bucket(memory, tree.counter[HASH])
    chosen = first
    for r in range(first, first + _WAYS):
        if memory.row[r, _EPOCH] != tree.counter[EPOCH]:
            chosen = r
            break
        if memory.row[r, _DEPTH] > memory.row[chosen, _DEPTH]:
            chosen = r
    _write(tree, memory, plan, level, chosen)


@kernel
def _write(tree: Tree, memory: Memory, plan: Plan, level: int, r: int) -> None:
    memory.row[r, _EPOCH] = 0
    live, at = 0, _FIXED + len(tree.word)
    for i in range(level):
        j = tree.level[i, PATH]
        if plan.end[j] + tree.job[j, LAG] > tree.level[level, FLOOR]:
            if at == memory.row.shape[1]:
                return
            memory.row[r, at + _JOB], memory.row[r, at + _END] = j, plan.end[j]
            memory.row[r, at + _MODE], memory.row[r, at + _NODE] = plan.mode[j], plan.node[j]
            live += 1
            at += _OF_LIVE
    for w in range(len(tree.word)):
        memory.row[r, _FIXED + w] = tree.word[w]
    memory.row[r, _HASH], memory.row[r, _DEPTH], memory.row[r, _LIVE] = tree.counter[HASH], level, live
    memory.row[r, _FLOOR], memory.row[r, _ENDS] = tree.level[level, FLOOR], tree.level[level, ENDS]
    memory.row[r, _ALLOWED] = _left(tree, level)
    memory.cost[r] = tree.price[level, COST]
    memory.row[r, _EPOCH] = tree.counter[EPOCH]
