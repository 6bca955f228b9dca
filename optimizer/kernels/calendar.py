"""Planned free capacity of all nodes over time, for many reservations that come, go and move.

One skip list (Pugh 1990, "Skip lists: a probabilistic alternative to balanced trees", Communications of the ACM 33)
holds the instants at which the free capacity of a node changes, by node, then time. Finding an instant costs the
logarithm of their number, and entries at which nothing changes any more are given back.
"""

from typing import NamedTuple

import numpy as np

from optimizer.kernels.compilation import kernel, kernel_apart
from optimizer.kernels.inputs import Inputs
from optimizer.problem import NEVER
from optimizer.units import IntArray

KEY, NEXT, FREE = range(3)
"""Columns of Calendar.entry; free capacity begins at the last."""

_HEAD = 0
_SPARSENESS = 4
"""One in so many entries of a height is also in the list above."""


class Calendar(NamedTuple):
    """Entry i says what is free from its instant to the next of the same node.

    Parameters
    ----------
    entry : int64[C, 2 + K]
        Key (node x span + time; -1 for the head of the list), next entry (-1 at the end) and free capacity: side by
        side, for long searches wait for memory.
    tower : int64[*]
        The next entry of entry i at height h > 0 is ``tower[base[i] + h - 1]``, -1 at the end of the list.
    base : int64[C+1]
        See ``tower``.
    unused : int64[C+1]
        Entries that are not in the list; the last number says how many.
    path : int64[H]
        The last entry before the key that was looked for, at each height.
    span : int
        More than any time.
    """

    entry: IntArray
    tower: IntArray
    base: IntArray
    unused: IntArray
    path: IntArray
    span: int


def new_calendar(inputs: Inputs, span: int) -> Calendar:
    """Return a calendar with no reservation and room for one a job.

    Parameters
    ----------
    inputs : Inputs
        Whose nodes and capacity over time.
    span : int
        More than any time that will be looked for; times the number of nodes it is below 2^62.
    """
    entries = len(inputs.profile_time) + 2 * len(inputs.release) + 4
    heights = _heights(entries)
    base = np.concatenate([[0], np.cumsum(heights - 1)])
    calendar = Calendar(
        entry=np.full((entries, FREE + inputs.node_capacity.shape[1]), -1, dtype=np.int64),
        tower=np.full(base[-1], -1, dtype=np.int64),
        base=base,
        unused=np.append(np.arange(entries - 1, -1, -1), entries - 1),
        path=np.full(heights[_HEAD], _HEAD, dtype=np.int64),
        span=span,
    )
    node = np.repeat(np.arange(len(inputs.node_speed)), np.diff(inputs.profile_start))
    fill.sized(1e-5 * len(node))(calendar, node, inputs.profile_time, inputs.profile_level)
    return calendar


def no_calendar(inputs: Inputs) -> Calendar:
    """Return the calendar of a simulation that keeps none."""
    none = np.empty(0, dtype=np.int64)
    return Calendar(np.empty((0, FREE + inputs.node_capacity.shape[1]), dtype=np.int64), none, none, none, none, 0)


def _heights(entries: int) -> IntArray:
    """Return the height of each entry: a fixed quarter reaches each further one, the head all of them."""
    index = np.arange(1, entries + 1)
    heights, step = np.ones(entries, dtype=np.int64), _SPARSENESS
    while step <= entries:
        heights += index % step == 0
        step *= _SPARSENESS
    order = np.random.default_rng(0).permutation(entries)  # neighbours in time get heights that have no pattern
    heights[:] = heights[order]
    heights[_HEAD] = heights.max() + 1
    return heights


@kernel
def fill(calendar: Calendar, node: IntArray, time: IntArray, level: IntArray) -> None:
    """Enter the capacity of each node from each of its breakpoints on."""
    for i in range(len(node)):
        entry = _cut(calendar, node[i] * calendar.span + time[i])
        for k in range(level.shape[1]):
            calendar.entry[entry, FREE + k] = level[i, k]


@kernel_apart
def holding(calendar: Calendar, key: int) -> int:
    """Return the last entry whose key is at most ``key``, and note the way to the entries before ``key``."""
    entry = _HEAD
    for height in range(len(calendar.path) - 1, 0, -1):
        above = calendar.tower[calendar.base[entry] + height - 1]
        while above >= 0 and calendar.entry[above, KEY] < key:
            entry = above
            above = calendar.tower[calendar.base[entry] + height - 1]
        calendar.path[height] = entry
    following: int = calendar.entry[entry, NEXT]
    while following >= 0 and calendar.entry[following, KEY] < key:
        entry = following
        following = calendar.entry[entry, NEXT]
    calendar.path[0] = entry
    if following >= 0 and calendar.entry[following, KEY] == key:
        return following
    return entry


@kernel_apart
def earliest(
    calendar: Calendar, node: int, ready: int, duration: int, demand: IntArray, mode: int, latest: int, own: int
) -> int:
    """Return the first start >= ``ready`` from which capacity suffices for ``duration`` without a gap.

    Parameters
    ----------
    calendar, node
        Where to look.
    ready, duration : int
        Earliest start and length; a length of 0 needs no capacity.
    demand : int64[M, K]
        Demands, of which row ``mode`` counts; it fits on the node when that is empty.
    latest : int
        A start after this one is of no use: then any number above ``latest`` may come back.
    own : int
        From this time on capacity suffices: what asks has its own reservation there.
    """
    start = ready
    if duration == 0 or start > latest:
        return start
    first = node * calendar.span
    entry = holding(calendar, first + ready)
    while True:
        following = calendar.entry[entry, NEXT]
        until = calendar.entry[following, KEY] - first if following >= 0 else NEVER
        if _is_short(calendar, entry, demand, mode):
            start = until
            if start > latest:
                return start
        elif until >= min(start + duration, own):
            return start
        entry = following


@kernel
def _is_short(calendar: Calendar, entry: int, demand: IntArray, mode: int) -> bool:
    """Return whether less is free than row ``mode`` of ``demand``."""
    for k in range(demand.shape[1]):  # noqa: SIM110 - numba compiles no generator expressions
        if demand[mode, k] > calendar.entry[entry, FREE + k]:
            return True
    return False


@kernel_apart
def change(calendar: Calendar, node: int, begin: int, end: int, demand: IntArray, mode: int, sign: int) -> None:
    """Add ``sign`` times row ``mode`` of ``demand`` to what is free on ``node`` in [begin, end)."""
    if end <= begin:
        return
    first = node * calendar.span
    entry = _cut(calendar, first + begin)
    before = calendar.path[0]
    stop = _cut(calendar, first + end)
    last = entry
    i = entry
    while i != stop:
        for k in range(demand.shape[1]):
            calendar.entry[i, FREE + k] += sign * demand[mode, k]
        last = i
        i = calendar.entry[i, NEXT]
    if _same(calendar, last, stop):
        _drop(calendar, stop)
    if calendar.entry[before, KEY] >= first and _same(calendar, before, entry):
        _drop(calendar, entry)


@kernel_apart
def forget_past(calendar: Calendar, node: int, now: int) -> None:
    """Give back the entries of ``node`` that are over before ``now``, so that the list stays short."""
    first = node * calendar.span
    holding(calendar, first)
    entry = calendar.entry[calendar.path[0], NEXT]
    following = calendar.entry[entry, NEXT]
    while following >= 0 and calendar.entry[following, KEY] <= first + now:
        _drop(calendar, entry)
        entry = following
        following = calendar.entry[entry, NEXT]


@kernel
def _same(calendar: Calendar, a: int, b: int) -> bool:
    for k in range(FREE, calendar.entry.shape[1]):  # noqa: SIM110 - numba compiles no generator expressions
        if calendar.entry[a, k] != calendar.entry[b, k]:
            return False
    return True


@kernel
def _cut(calendar: Calendar, key: int) -> int:
    """Return the entry with this key; it is made where there is none."""
    entry = holding(calendar, key)
    if calendar.entry[entry, KEY] == key:
        return entry
    calendar.unused[-1] -= 1
    new: int = calendar.unused[calendar.unused[-1]]
    for k in range(FREE, calendar.entry.shape[1]):
        calendar.entry[new, k] = calendar.entry[entry, k]
    calendar.entry[new, KEY], calendar.entry[new, NEXT] = key, calendar.entry[entry, NEXT]
    calendar.entry[entry, NEXT] = new
    for height in range(1, calendar.base[new + 1] - calendar.base[new] + 1):
        link = calendar.base[calendar.path[height]] + height - 1
        calendar.tower[calendar.base[new] + height - 1] = calendar.tower[link]
        calendar.tower[link] = new
    return new


@kernel
def _drop(calendar: Calendar, entry: int) -> None:
    holding(calendar, calendar.entry[entry, KEY])
    calendar.entry[calendar.path[0], NEXT] = calendar.entry[entry, NEXT]
    for height in range(1, calendar.base[entry + 1] - calendar.base[entry] + 1):
        link = calendar.base[calendar.path[height]] + height - 1
        calendar.tower[link] = calendar.tower[calendar.base[entry] + height - 1]
    calendar.unused[calendar.unused[-1]] = entry
    calendar.unused[-1] += 1
