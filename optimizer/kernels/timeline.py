"""Free capacity of every node over time, as a sorted list of the instants at which it changes.

The entries of all nodes share one storage. A node whose part of it is full moves to a part twice as large at the end
of what is in use; the storage is large enough for that from the start, and pages that are never touched cost nothing.
"""

from typing import NamedTuple

import numpy as np

from optimizer.kernels.compilation import kernel
from optimizer.kernels.inputs import Inputs
from optimizer.units import IntArray

FIRST, COUNT, ROOM = 0, 1, 2


class Timeline(NamedTuple):
    """Free capacity of all nodes (few arrays: compiled loops pass each one at a cost).

    Parameters
    ----------
    time : int64[*]
        When an entry begins; ascending within a node, the first is 0.
    level : int64[*, K]
        Free capacity from this entry to the next of its node.
    part : int64[N + 1, 3]
        Of each node the first entry, the number of entries and how many there is room for; in the last row how much
        of the storage belongs to nodes, or did.
    """

    time: IntArray
    level: IntArray
    part: IntArray


def new_timeline(inputs: Inputs) -> Timeline:
    """Return storage that suffices for one reservation a job; :func:`reset` makes it a timeline."""
    nodes, kinds = inputs.node_capacity.shape
    entries = len(inputs.profile_time) + 2 * len(inputs.release) + 2 * nodes
    # reset hands out at most `entries`; a node that doubles leaves at most 4 times the entries it will have had
    return Timeline(
        time=np.empty(5 * entries, dtype=np.int64),
        level=np.empty((5 * entries, kinds), dtype=np.int64),
        part=np.empty((nodes + 1, 3), dtype=np.int64),
    )


@kernel
def reset(timeline: Timeline, inputs: Inputs) -> None:
    """Make all capacity free that is not unavailable."""
    nodes = len(inputs.node_speed)
    share = 2 * len(inputs.release) // nodes + 2
    used = 0
    for v in range(nodes):
        source, count = inputs.profile_start[v], inputs.profile_start[v + 1] - inputs.profile_start[v]
        timeline.part[v, FIRST], timeline.part[v, COUNT], timeline.part[v, ROOM] = used, count, count + share
        for i in range(count):
            timeline.time[used + i] = inputs.profile_time[source + i]
            for k in range(timeline.level.shape[1]):
                timeline.level[used + i, k] = inputs.profile_level[source + i, k]
        used += count + share
    timeline.part[nodes, FIRST] = used


@kernel
def exceeds(demand: IntArray, mode: int, level: IntArray, row: int) -> bool:
    """Return whether row ``mode`` of ``demand`` is above row ``row`` of ``level`` in any resource."""
    for k in range(demand.shape[1]):  # noqa: SIM110 - numba compiles no generator expressions
        if demand[mode, k] > level[row, k]:
            return True
    return False


@kernel
def entry_at(timeline: Timeline, node: int, time: int) -> int:
    """Return the entry of ``node`` that holds at ``time`` >= 0."""
    low: int = timeline.part[node, FIRST]
    high = low + timeline.part[node, COUNT]
    while high - low > 1:
        middle = (low + high) // 2
        if timeline.time[middle] <= time:
            low = middle
        else:
            high = middle
    return low


@kernel
def earliest_start(
    timeline: Timeline, node: int, ready: int, duration: int, demand: IntArray, mode: int, latest: int
) -> int:
    """Return the first start >= ``ready`` from which capacity suffices for ``duration`` without a gap.

    Parameters
    ----------
    timeline, node
        Where to look.
    ready, duration : int
        Earliest start and length; a job of length 0 needs no capacity.
    demand : int64[M, K]
        Demands, of which row ``mode`` counts; it fits on the node when that is empty.
    latest : int
        A start after this one is of no use: then any number above ``latest`` may come back.
    """
    start = ready
    if duration == 0 or start > latest:
        return start
    for entry in range(entry_at(timeline, node, ready), timeline.part[node, FIRST] + timeline.part[node, COUNT]):
        if timeline.time[entry] >= start + duration:
            break
        if exceeds(demand, mode, timeline.level, entry):
            start = timeline.time[entry + 1]  # the last entry has the whole capacity: it never blocks
            if start > latest:
                break
    return start


@kernel
def reserve(timeline: Timeline, node: int, start: int, duration: int, demand: IntArray, mode: int) -> None:
    """Take row ``mode`` of ``demand`` from the free capacity of ``node`` in [start, start + duration)."""
    if duration == 0:
        return
    if timeline.part[node, COUNT] + 2 > timeline.part[node, ROOM]:
        _move(timeline, node)
    begin = _cut(timeline, node, start)
    end = _cut(timeline, node, start + duration)
    for entry in range(begin, end):
        for k in range(demand.shape[1]):
            timeline.level[entry, k] -= demand[mode, k]


@kernel
def give_back(timeline: Timeline, node: int, start: int, duration: int, demand: IntArray, mode: int) -> None:
    """Undo :func:`reserve`, the last one that is not undone; entries that it alone needed go.

    What is left are entries of before the reservation, so there is room for the two that may have to be cut again.
    """
    if duration == 0:
        return
    begin = _cut(timeline, node, start)
    end = _cut(timeline, node, start + duration)
    for entry in range(begin, end):
        for k in range(demand.shape[1]):
            timeline.level[entry, k] += demand[mode, k]
    _merge(timeline, node, end)
    _merge(timeline, node, begin)


@kernel
def _merge(timeline: Timeline, node: int, entry: int) -> None:
    """Drop an entry at which nothing changes."""
    if entry == timeline.part[node, FIRST] or exceeds(timeline.level, entry, timeline.level, entry - 1):
        return
    if exceeds(timeline.level, entry - 1, timeline.level, entry):
        return
    timeline.part[node, COUNT] -= 1
    for i in range(entry, timeline.part[node, FIRST] + timeline.part[node, COUNT]):
        _copy(timeline, i + 1, i)


@kernel
def has_storage(timeline: Timeline, node: int) -> bool:
    """Return whether one more reservation on ``node`` finds storage; after a reset each job finds some once."""
    room: int = timeline.part[node, ROOM]
    needed: int = timeline.part[node, COUNT] + 2
    used: int = timeline.part[-1, FIRST]
    return needed <= room or used + 2 * room <= len(timeline.time)


@kernel
def _cut(timeline: Timeline, node: int, time: int) -> int:
    """Return the entry that begins at ``time``; it is made where there is none."""
    entry = entry_at(timeline, node, time)
    if timeline.time[entry] == time:
        return entry
    entry += 1
    for i in range(timeline.part[node, FIRST] + timeline.part[node, COUNT], entry, -1):
        _copy(timeline, i - 1, i)
    _copy(timeline, entry - 1, entry)
    timeline.time[entry] = time
    timeline.part[node, COUNT] += 1
    return entry


@kernel
def _copy(timeline: Timeline, source: int, target: int) -> None:
    timeline.time[target] = timeline.time[source]
    for k in range(timeline.level.shape[1]):
        timeline.level[target, k] = timeline.level[source, k]


@kernel
def _move(timeline: Timeline, node: int) -> None:
    """Give a node twice the room, at the end of what is in use."""
    target = timeline.part[-1, FIRST]
    for i in range(timeline.part[node, COUNT]):
        _copy(timeline, timeline.part[node, FIRST] + i, target + i)
    timeline.part[node, FIRST] = target
    timeline.part[node, ROOM] *= 2
    timeline.part[-1, FIRST] += timeline.part[node, ROOM]
