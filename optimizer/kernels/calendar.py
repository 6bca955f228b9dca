"""Planned free capacity of all nodes over time, for many reservations that come, go and move.

A sorted list in blocks (a B-tree of two levels: Bayer & McCreight 1972, "Organization and maintenance of large ordered
indexes", Acta Informatica 1) holds the instants at which the free capacity of a node changes, by node, then time.
Finding an instant is two searches by halves, the second within one block; what lies near in time lies near in memory.
Entries at which nothing changes any more are given back.
"""

from typing import NamedTuple

import numpy as np

from optimizer.kernels.compilation import kernel, kernel_apart
from optimizer.kernels.inputs import Inputs, Workload
from optimizer.problem import NEVER
from optimizer.units import IntArray

_WIDTH = 64
_KEY, _FREE = 0, 1
_BLOCK, _SLOTS, _UNUSED = range(3)
_COUNT = -1


class Calendar(NamedTuple):
    """Slot i of a block says what is free from its instant to that of the next slot of the same node.

    The first slot of all has key -1, the last a key above that of any instant; both stay.

    Parameters
    ----------
    entry : int64[B, W, 1 + K]
        Of each slot the key (node x span + time; ascending) and free capacity.
    least : int64[B]
        Key of the first slot of the block at each place of the list.
    links : int64[B + 1, 3]
        The block at each place of the list; how many slots of each block are taken; blocks that are not in the list.
        The last row says how many places and how many unused blocks there are, in the columns of these.
    span : int
        More than any time.
    """

    entry: IntArray
    least: IntArray
    links: IntArray
    span: int


def new_calendar(inputs: Inputs | Workload, span: int) -> Calendar:
    """Return a calendar with no reservation and room for one a job.

    Parameters
    ----------
    inputs : Inputs or Workload
        Whose nodes and capacity over time.
    span : int
        More than any time that will be looked for; times the number of nodes it is below 2^62.
    """
    calendar = _calendar(inputs, len(inputs.profile_time) + 2 * len(inputs.release) + 4, span)
    reset_calendar.sized(1e-5 * (len(inputs.profile_time) + len(calendar.links)))(calendar, inputs)
    return calendar


def no_calendar(inputs: Inputs | Workload) -> Calendar:
    """Return the calendar of a simulation that keeps none."""
    return _calendar(inputs, 0, 0)


def _calendar(inputs: Inputs | Workload, entries: int, span: int) -> Calendar:
    """Return room for so many entries; two neighbouring blocks always fill more than half of one together."""
    blocks = 4 * entries // _WIDTH + 3
    return Calendar(
        entry=np.empty((blocks, _WIDTH, 1 + inputs.node_capacity.shape[1]), dtype=np.int64),
        least=np.empty(blocks, dtype=np.int64),
        links=np.zeros((blocks + 1, 3), dtype=np.int64),
        span=span,
    )


@kernel
def reset_calendar(calendar: Calendar, inputs: Inputs | Workload) -> None:
    """Take all reservations out."""
    blocks, nodes = len(calendar.least), len(inputs.node_speed)
    for i in range(blocks - 1):
        calendar.links[i, _UNUSED] = blocks - 1 - i
    calendar.links[_COUNT, _BLOCK], calendar.links[_COUNT, _UNUSED] = 1, blocks - 1
    calendar.links[0, _BLOCK], calendar.links[0, _SLOTS], calendar.least[0] = 0, 2, -1
    calendar.entry[0, 0, _KEY], calendar.entry[0, 1, _KEY] = -1, nodes * calendar.span
    for v in range(nodes):
        for b in range(inputs.profile_start[v], inputs.profile_start[v + 1]):
            place, slot = _cut(calendar, v * calendar.span + inputs.profile_time[b])
            for k in range(inputs.profile_level.shape[1]):
                calendar.entry[calendar.links[place, _BLOCK], slot, _FREE + k] = inputs.profile_level[b, k]


@kernel_apart
def holding(calendar: Calendar, key: int) -> tuple[int, int]:
    """Return place and slot of the last entry whose key is at most ``key``."""
    place, beyond = 0, calendar.links[_COUNT, _BLOCK]
    while beyond - place > 1:
        middle = (place + beyond) // 2
        if calendar.least[middle] <= key:
            place = middle
        else:
            beyond = middle
    block = calendar.links[place, _BLOCK]
    slot, beyond = 0, calendar.links[block, _SLOTS]
    while beyond - slot > 1:
        middle = (slot + beyond) // 2
        if calendar.entry[block, middle, _KEY] <= key:
            slot = middle
        else:
            beyond = middle
    return place, slot


@kernel_apart
def free_at(calendar: Calendar, node: int, time: int, free: IntArray) -> None:
    """Write what is free on ``node`` at ``time`` into its row of ``free``, int64[N, K]."""
    place, slot = holding(calendar, node * calendar.span + time)
    for k in range(free.shape[1]):
        free[node, k] = calendar.entry[calendar.links[place, _BLOCK], slot, _FREE + k]


@kernel
def amount_at(calendar: Calendar, node: int, time: int, k: int) -> int:
    """Return how much of resource ``k`` is free on ``node`` at ``time`` >= 0, beyond the span, too."""
    place, slot = holding(calendar, node * calendar.span + min(time, calendar.span - 1))
    amount: int = calendar.entry[calendar.links[place, _BLOCK], slot, _FREE + k]
    return amount


@kernel
def next_entry(calendar: Calendar, node: int, time: int) -> int:
    """Return the first time after ``time`` at which more or less is free on ``node`` than before, or NEVER."""
    first = node * calendar.span
    place, slot = _next(calendar, *holding(calendar, first + min(time, calendar.span - 1)))
    following: int = calendar.entry[calendar.links[place, _BLOCK], slot, _KEY] - first
    return following if following < calendar.span else NEVER


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
    place, slot = holding(calendar, first + ready)
    block = calendar.links[place, _BLOCK]
    slots = calendar.links[block, _SLOTS]
    while True:
        short = _is_short(calendar, block, slot, demand, mode)
        slot += 1
        if slot == slots:
            place, slot = place + 1, 0
            block = calendar.links[place, _BLOCK]
            slots = calendar.links[block, _SLOTS]
        until = calendar.entry[block, slot, _KEY] - first
        start = until if short else start
        if start > latest or until >= min(start + duration, own):
            return max(ready, min(start, own))


@kernel_apart
def latest(calendar: Calendar, node: int, limit: int, duration: int, demand: IntArray, mode: int) -> int:
    """Return the last start from which capacity suffices for ``duration``, up to an end at ``limit``.

    It is negative when there is none. The other arguments are those of :func:`earliest`.
    """
    start = limit - duration
    if duration == 0 or start < 0:
        return start
    first = node * calendar.span
    place, slot = holding(calendar, first + limit - 1)
    while True:
        block = calendar.links[place, _BLOCK]
        begin = calendar.entry[block, slot, _KEY] - first
        start = begin - duration if _is_short(calendar, block, slot, demand, mode) else start
        if begin <= start or start < 0:
            return start
        slot -= 1
        if slot < 0:
            place -= 1
            slot = calendar.links[calendar.links[place, _BLOCK], _SLOTS] - 1


@kernel_apart
def first_short(calendar: Calendar, node: int, begin: int, end: int, demand: IntArray, mode: int) -> int:
    """Return the first time in [begin, end) at which less is free than row ``mode`` of ``demand``, or NEVER."""
    first = node * calendar.span
    place, slot = holding(calendar, first + begin)
    since = begin
    while since < end:
        if _is_short(calendar, calendar.links[place, _BLOCK], slot, demand, mode):
            return since
        place, slot = _next(calendar, place, slot)
        since = calendar.entry[calendar.links[place, _BLOCK], slot, _KEY] - first
    return NEVER


@kernel
def _is_short(calendar: Calendar, block: int, slot: int, demand: IntArray, mode: int) -> bool:
    """Return whether less is free than row ``mode`` of ``demand``."""
    short = False
    for k in range(demand.shape[1]):
        short |= demand[mode, k] > calendar.entry[block, slot, _FREE + k]
    return short


@kernel_apart
def change(calendar: Calendar, node: int, begin: int, end: int, demand: IntArray, mode: int, sign: int) -> None:
    """Add ``sign`` times row ``mode`` of ``demand`` to what is free on ``node`` in [begin, end)."""
    if end <= begin:
        return
    first = node * calendar.span
    _cut(calendar, first + end)
    place, slot = _cut(calendar, first + begin)
    block = calendar.links[place, _BLOCK]
    while calendar.entry[block, slot, _KEY] < first + end:
        for k in range(demand.shape[1]):
            calendar.entry[block, slot, _FREE + k] += sign * demand[mode, k]
        slot += 1
        if slot == calendar.links[block, _SLOTS]:
            place, slot = place + 1, 0
            block = calendar.links[place, _BLOCK]
    _join(calendar, node, first + end)
    _join(calendar, node, first + begin)


@kernel_apart
def forget_past(calendar: Calendar, node: int, now: int) -> None:
    """Give back the entries of ``node`` that are over before ``now``, so that the list stays short."""
    first = node * calendar.span
    last, last_slot = holding(calendar, first + now)
    place, slot = _next(calendar, *holding(calendar, first - 1))
    while place != last or slot != last_slot:
        _drop(calendar, place, slot)
        last, last_slot = holding(calendar, first + now)
        place, slot = _next(calendar, *holding(calendar, first - 1))


@kernel
def _next(calendar: Calendar, place: int, slot: int) -> tuple[int, int]:
    """Return place and slot of the entry after one."""
    if slot + 1 < calendar.links[calendar.links[place, _BLOCK], _SLOTS]:
        return place, slot + 1
    return place + 1, 0


@kernel_apart
def _join(calendar: Calendar, node: int, key: int) -> None:
    """Give back the entry with this key if no more and no less is free from there on than before, on the same node."""
    place, slot = holding(calendar, key)
    block, before, before_slot = calendar.links[place, _BLOCK], calendar.links[place, _BLOCK], slot - 1
    if slot == 0:
        before = calendar.links[place - 1, _BLOCK]
        before_slot = calendar.links[before, _SLOTS] - 1
    if calendar.entry[before, before_slot, _KEY] < node * calendar.span:
        return
    for column in range(_FREE, calendar.entry.shape[2]):
        if calendar.entry[before, before_slot, column] != calendar.entry[block, slot, column]:
            return
    _drop(calendar, place, slot)


@kernel_apart
def _cut(calendar: Calendar, key: int) -> tuple[int, int]:
    """Return place and slot of the entry with this key; it is made where there is none."""
    place, slot = holding(calendar, key)
    block = calendar.links[place, _BLOCK]
    if calendar.entry[block, slot, _KEY] == key:
        return place, slot
    if calendar.links[block, _SLOTS] == _WIDTH:
        _split(calendar, place)
        if slot >= _WIDTH // 2:
            place, slot = place + 1, slot - _WIDTH // 2
            block = calendar.links[place, _BLOCK]
    slot += 1
    for i in range(calendar.links[block, _SLOTS], slot, -1):
        _copy(calendar, block, i - 1, block, i)
    calendar.links[block, _SLOTS] += 1
    _copy(calendar, block, slot - 1, block, slot)
    calendar.entry[block, slot, _KEY] = key
    return place, slot


@kernel
def _copy(calendar: Calendar, source: int, source_slot: int, target: int, target_slot: int) -> None:
    for column in range(calendar.entry.shape[2]):
        calendar.entry[target, target_slot, column] = calendar.entry[source, source_slot, column]


@kernel_apart
def _split(calendar: Calendar, place: int) -> None:
    """Move the upper half of a full block to a block of its own at the next place."""
    calendar.links[_COUNT, _UNUSED] -= 1
    full, new = calendar.links[place, _BLOCK], calendar.links[calendar.links[_COUNT, _UNUSED], _UNUSED]
    for i in range(_WIDTH // 2, _WIDTH):
        _copy(calendar, full, i, new, i - _WIDTH // 2)
    calendar.links[full, _SLOTS] = calendar.links[new, _SLOTS] = _WIDTH // 2
    for p in range(calendar.links[_COUNT, _BLOCK], place + 1, -1):
        calendar.links[p, _BLOCK], calendar.least[p] = calendar.links[p - 1, _BLOCK], calendar.least[p - 1]
    calendar.links[_COUNT, _BLOCK] += 1
    calendar.links[place + 1, _BLOCK], calendar.least[place + 1] = new, calendar.entry[new, 0, _KEY]


@kernel_apart
def _drop(calendar: Calendar, place: int, slot: int) -> None:
    """Give back an entry, and a block where two neighbours fit into half of one."""
    block = calendar.links[place, _BLOCK]
    calendar.links[block, _SLOTS] -= 1
    for i in range(slot, calendar.links[block, _SLOTS]):
        _copy(calendar, block, i + 1, block, i)
    if slot == 0:
        calendar.least[place] = calendar.entry[block, 0, _KEY]
    if calendar.links[block, _SLOTS] <= _WIDTH // 2:
        _unite(calendar, place)
        _unite(calendar, place - 1)


@kernel
def _unite(calendar: Calendar, place: int) -> None:
    """Move the next block into the one at ``place`` if both fit into half a block, or one is empty."""
    if place < 0 or place + 1 >= calendar.links[_COUNT, _BLOCK]:
        return
    block, following = calendar.links[place, _BLOCK], calendar.links[place + 1, _BLOCK]
    both = calendar.links[block, _SLOTS] + calendar.links[following, _SLOTS]
    if both > _WIDTH // 2 and calendar.links[block, _SLOTS] > 0 and calendar.links[following, _SLOTS] > 0:
        return
    for i in range(calendar.links[following, _SLOTS]):
        _copy(calendar, following, i, block, calendar.links[block, _SLOTS] + i)
    calendar.links[block, _SLOTS] = both
    calendar.least[place] = calendar.entry[block, 0, _KEY]
    calendar.links[calendar.links[_COUNT, _UNUSED], _UNUSED] = following
    calendar.links[_COUNT, _UNUSED] += 1
    calendar.links[_COUNT, _BLOCK] -= 1
    for p in range(place + 1, calendar.links[_COUNT, _BLOCK]):
        calendar.links[p, _BLOCK], calendar.least[p] = calendar.links[p + 1, _BLOCK], calendar.least[p + 1]
