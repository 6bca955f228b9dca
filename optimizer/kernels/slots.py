"""Capacity in use in every single step of time, for short horizons.

The amounts of all resources in use in a step are fields of one integer, each with one bit to spare. One subtraction
then compares all of them at once: where more is asked for than is left, the spare bit of a field is borrowed (Lamport
1975, "Multiple byte processing with full-word instructions", Communications of the ACM 18).
"""

from typing import NamedTuple

import numpy as np

from optimizer.kernels.compilation import kernel
from optimizer.kernels.inputs import Inputs
from optimizer.problem import NEVER
from optimizer.units import IntArray

_BITS = 62
_MOST_SLOTS = 1 << 24
SLOTS_A_JOB = 256
"""Where jobs are longer on average, finding the instants of change costs less than going through all steps."""


class Slots(NamedTuple):
    """Capacity in use on all nodes.

    Parameters
    ----------
    used : int64[N, H]
        What is in use in each step, packed; what is unavailable is in use.
    capacity : int64[N]
        What each node has, packed.
    until : int64[N]
        From this step on nothing is in use.
    shift : int64[K]
        Lowest bit of each resource.
    spare : int
        The spare bits.
    """

    used: IntArray
    capacity: IntArray
    until: IntArray
    shift: IntArray
    spare: int


def are_suitable(inputs: Inputs, horizon: int, slots_a_job: int = SLOTS_A_JOB) -> bool:
    """Return whether all amounts fit into one integer, all steps into memory, and jobs are not too long."""
    nodes, jobs = len(inputs.node_speed), len(inputs.release)
    return sum(_widths(inputs)) <= _BITS and nodes * horizon <= _MOST_SLOTS and horizon <= slots_a_job * jobs


def new_slots(inputs: Inputs, horizon: int) -> Slots:
    """Return slots in which nothing is in use, for times up to ``horizon``; :func:`reset_slots` blocks what is."""
    width, nodes = _widths(inputs), len(inputs.node_speed)
    shift = np.cumsum([0, *width[:-1]], dtype=np.int64)
    return Slots(
        used=np.zeros((nodes, horizon), dtype=np.int64),  # pages that are never touched cost nothing
        capacity=(inputs.node_capacity << shift).sum(axis=1),
        until=np.zeros(nodes, dtype=np.int64),
        shift=shift,
        spare=sum(1 << int(bit) + bits - 1 for bit, bits in zip(shift, width, strict=True)),
    )


def no_slots() -> Slots:
    """Return the slots of a timeline that has none."""
    nothing = np.zeros(0, dtype=np.int64)
    return Slots(used=np.zeros((0, 0), dtype=np.int64), capacity=nothing, until=nothing, shift=nothing, spare=0)


def _widths(inputs: Inputs) -> list[int]:
    """Return the number of bits of each field."""
    return [int(capacity).bit_length() + 1 for capacity in inputs.node_capacity.max(axis=0)]


@kernel
def packed(slots: Slots, amount: IntArray, row: int) -> int:
    """Return row ``row`` of some amounts, int64[*, K], as one integer."""
    word = 0
    for k in range(amount.shape[1]):
        word += amount[row, k] << slots.shift[k]
    return word


@kernel
def reset_slots(slots: Slots, inputs: Inputs) -> None:
    """Make all capacity free that is not unavailable."""
    for v in range(len(inputs.node_speed)):
        for t in range(slots.until[v]):
            slots.used[v, t] = 0
        last = inputs.profile_start[v + 1] - 1
        for b in range(inputs.profile_start[v], last):
            word = slots.capacity[v] - packed(slots, inputs.profile_level, b)
            for t in range(inputs.profile_time[b], inputs.profile_time[b + 1]):
                slots.used[v, t] = word
        slots.until[v] = inputs.profile_time[last]


@kernel
def earliest_slot(
    slots: Slots, node: int, ready: int, duration: int, demand: IntArray, mode: int, latest: int, own: int
) -> int:
    """Return the first start >= ``ready`` from which capacity suffices; the arguments are those of earliest_beside.

    The steps of a job are looked at from the last to the first: behind one that is full it begins anew.
    """
    start, known = ready, ready
    room = slots.capacity[node] + slots.spare - packed(slots, demand, mode)
    while start <= latest:
        t = min(start + duration, own) - 1
        while t >= known and (room - slots.used[node, t]) & slots.spare == slots.spare:
            t -= 1
        if t < known:
            break
        known = start + duration
        start = t + 1
    return start


@kernel
def latest_slot(slots: Slots, node: int, limit: int, duration: int, demand: IntArray, mode: int) -> int:
    """Return the last start from which capacity suffices up to an end at ``limit``: the mirror image of the above."""
    start, known = limit - duration, limit
    room = slots.capacity[node] + slots.spare - packed(slots, demand, mode)
    while start >= 0:
        t = start
        while t < known and (room - slots.used[node, t]) & slots.spare == slots.spare:
            t += 1
        if t >= known:
            break
        known = start
        start = t - duration
    return start


@kernel
def first_short_slot(slots: Slots, node: int, begin: int, end: int, demand: IntArray, mode: int) -> int:
    """Return the first step in [begin, end) in which less is free than row ``mode`` of ``demand``, or NEVER."""
    room = slots.capacity[node] + slots.spare - packed(slots, demand, mode)
    for t in range(begin, end):
        if (room - slots.used[node, t]) & slots.spare != slots.spare:
            return t
    return NEVER


@kernel
def use_slots(slots: Slots, node: int, start: int, end: int, demand: IntArray, mode: int, sign: int) -> None:
    """Use ``sign`` times row ``mode`` of ``demand`` more on ``node`` in [start, end)."""
    word = sign * packed(slots, demand, mode)
    for t in range(start, end):
        slots.used[node, t] += word
    slots.until[node] = max(slots.until[node], end)


@kernel
def free_in_slot(slots: Slots, node: int, time: int, free: IntArray) -> None:
    """Write what is free on ``node`` in step ``time`` into its row of ``free``, int64[N, K]."""
    for k in range(len(slots.shift)):
        free[node, k] = amount_in_slot(slots, node, time, k)


@kernel
def amount_in_slot(slots: Slots, node: int, time: int, k: int) -> int:
    """Return how much of resource ``k`` is free on ``node`` in step ``time`` >= 0, beyond the horizon, too."""
    word: int = slots.capacity[node] - (slots.used[node, time] if time < slots.until[node] else 0)
    if k + 1 < len(slots.shift):
        word &= (1 << slots.shift[k + 1]) - 1
    amount: int = word >> slots.shift[k]
    return amount


@kernel
def next_change_of_slots(slots: Slots, node: int, time: int) -> int:
    """Return the first step after ``time`` in which more or less is free on ``node`` than before, or NEVER."""
    for t in range(time + 1, slots.until[node] + 1):
        if slots.used[node, t] != slots.used[node, t - 1]:
            return t
    return NEVER
