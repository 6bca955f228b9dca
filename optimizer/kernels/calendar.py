"""Planned free capacity of all nodes over time, for many reservations that come, go and move.

One skip list (Pugh 1990, "Skip lists: a probabilistic alternative to balanced trees", Communications of the ACM 33)
holds the instants at which the free capacity of a node changes, by node, then time. Finding an instant costs the
logarithm of their number, and entries at which nothing changes any more are given back.
"""

from typing import NamedTuple

import numpy as np

from optimizer.kernels.compilation import kernel, kernel_apart
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.timeline import exceeds
from optimizer.problem import NEVER
from optimizer.units import IntArray

_HEAD = 0
_SPARSENESS = 4
"""One in so many entries of a height is also in the list above."""


class Calendar(NamedTuple):
    """Entry i says what is free from its instant to the next of the same node.

    Parameters
    ----------
    key : int64[C]
        node x span + time; -1 for the head of the list.
    level : int64[C, K]
        Free capacity.
    tower : int64[*]
        The next entry of entry i at height h is ``tower[base[i] + h]``, -1 at the end of the list.
    base : int64[C+1]
        See ``tower``.
    unused : int64[C+1]
        Entries that are not in the list; the last number says how many.
    path : int64[H]
        The last entry before the key that was looked for, at each height.
    span : int
        More than any time.
    """

    key: IntArray
    level: IntArray
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
    base = np.concatenate([[0], np.cumsum(heights)])
    calendar = Calendar(
        key=np.empty(entries, dtype=np.int64),
        level=np.zeros((entries, inputs.node_capacity.shape[1]), dtype=np.int64),
        tower=np.full(base[-1], -1, dtype=np.int64),
        base=base,
        unused=np.append(np.arange(entries - 1, -1, -1), entries - 1),
        path=np.full(heights[_HEAD], _HEAD, dtype=np.int64),
        span=span,
    )
    calendar.key[_HEAD] = -1
    node = np.repeat(np.arange(len(inputs.node_speed)), np.diff(inputs.profile_start))
    fill.sized(1e-5 * len(node))(calendar, node, inputs.profile_time, inputs.profile_level)
    return calendar


def no_calendar(inputs: Inputs) -> Calendar:
    """Return the calendar of a simulation that keeps none."""
    none = np.empty(0, dtype=np.int64)
    return Calendar(none, np.empty((0, inputs.node_capacity.shape[1]), dtype=np.int64), none, none, none, none, 0)


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
            calendar.level[entry, k] = level[i, k]


@kernel_apart
def holding(calendar: Calendar, key: int) -> int:
    """Return the last entry whose key is at most ``key``, and note the way to the entries before ``key``."""
    entry = _HEAD
    following = -1
    for height in range(len(calendar.path) - 1, -1, -1):
        following = calendar.tower[calendar.base[entry] + height]
        while following >= 0 and calendar.key[following] < key:
            entry = following
            following = calendar.tower[calendar.base[entry] + height]
        calendar.path[height] = entry
    if following >= 0 and calendar.key[following] == key:
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
        following = calendar.tower[calendar.base[entry]]
        until = calendar.key[following] - first if following >= 0 else NEVER
        if exceeds(demand, mode, calendar.level, entry):
            start = until
            if start > latest:
                return start
        elif until >= min(start + duration, own):
            return start
        entry = following


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
            calendar.level[i, k] += sign * demand[mode, k]
        last = i
        i = calendar.tower[calendar.base[i]]
    if _same(calendar, last, stop):
        _drop(calendar, stop)
    if calendar.key[before] >= first and _same(calendar, before, entry):
        _drop(calendar, entry)


@kernel_apart
def forget_past(calendar: Calendar, node: int, now: int) -> None:
    """Give back the entries of ``node`` that are over before ``now``, so that the list stays short."""
    first = node * calendar.span
    holding(calendar, first)
    entry = calendar.tower[calendar.base[calendar.path[0]]]
    following = calendar.tower[calendar.base[entry]]
    while following >= 0 and calendar.key[following] <= first + now:
        _drop(calendar, entry)
        entry = following
        following = calendar.tower[calendar.base[entry]]


@kernel
def _same(calendar: Calendar, a: int, b: int) -> bool:
    for k in range(calendar.level.shape[1]):  # noqa: SIM110 - numba compiles no generator expressions
        if calendar.level[a, k] != calendar.level[b, k]:
            return False
    return True


@kernel
def _cut(calendar: Calendar, key: int) -> int:
    """Return the entry with this key; it is made where there is none."""
    entry = holding(calendar, key)
    if calendar.key[entry] == key:
        return entry
    calendar.unused[-1] -= 1
    new: int = calendar.unused[calendar.unused[-1]]
    calendar.key[new] = key
    for k in range(calendar.level.shape[1]):
        calendar.level[new, k] = calendar.level[entry, k]
    for height in range(calendar.base[new + 1] - calendar.base[new]):
        link = calendar.base[calendar.path[height]] + height
        calendar.tower[calendar.base[new] + height] = calendar.tower[link]
        calendar.tower[link] = new
    return new


@kernel
def _drop(calendar: Calendar, entry: int) -> None:
    holding(calendar, calendar.key[entry])
    for height in range(calendar.base[entry + 1] - calendar.base[entry]):
        link = calendar.base[calendar.path[height]] + height
        calendar.tower[link] = calendar.tower[calendar.base[entry] + height]
    calendar.unused[calendar.unused[-1]] = entry
    calendar.unused[-1] += 1
