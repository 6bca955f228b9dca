"""Free capacity of all nodes over time for searches that place jobs and take them back all the time.

Step by step in an array where the horizon is short enough, else as a calendar; one interface for both.
"""

from typing import NamedTuple

import numpy as np

from optimizer.kernels.calendar import Calendar, change, earliest, new_calendar, no_calendar
from optimizer.kernels.compilation import kernel, kernel_apart
from optimizer.kernels.inputs import Inputs
from optimizer.problem import NEVER
from optimizer.units import IntArray

_MOST_CELLS = 16_000_000
_LONG = 200
"""Average processing time in steps from which on the calendar is faster."""


class Capacity(NamedTuple):
    """Free capacity; one of the two is empty.

    Parameters
    ----------
    free : int64[N x span, K]
        What is free on node v in step t, in row v x span + t.
    calendar : Calendar
        The same for long horizons.
    span : int
        Everything ends by then.
    """

    free: IntArray
    calendar: Calendar
    span: int


def new_capacity(inputs: Inputs, span: int) -> Capacity:
    """Return the capacity with no job placed.

    Parameters
    ----------
    inputs : Inputs
        Whose nodes and capacity over time.
    span : int
        More than any end; what would end later finds no place.
    """
    nodes, kinds = inputs.node_capacity.shape
    if nodes * span * kinds > _MOST_CELLS or inputs.mode_time.mean() > _LONG:
        return Capacity(np.zeros((0, kinds), dtype=np.int64), new_calendar(inputs, span + 1), span)
    lengths = np.diff(np.append(inputs.profile_time, 0))
    last = inputs.profile_start[1:] - 1
    lengths[last] = span - inputs.profile_time[last]
    return Capacity(np.repeat(inputs.profile_level, np.maximum(lengths, 0), axis=0), no_calendar(inputs), span)


@kernel_apart
def first_fit(
    capacity: Capacity, node: int, ready: int, duration: int, demand: IntArray, mode: int, latest: int, own: int
) -> int:
    """Return the first start >= ``ready`` from which capacity suffices for ``duration`` without a gap.

    Parameters
    ----------
    capacity, node
        Where to look.
    ready, duration : int
        Earliest start and length; a length of 0 needs no capacity.
    demand : int64[M, K]
        Demands, of which row ``mode`` counts; it fits on the node when that is empty.
    latest : int
        A start after this one is of no use: then any number above ``latest`` may come back.
    own : int
        From this time on capacity counts as sufficient.
    """
    latest = min(latest, capacity.span - duration)
    if len(capacity.free) == 0:
        found: int = earliest(capacity.calendar, node, ready, duration, demand, mode, latest, own)
        return found if found <= latest else NEVER
    row, start = node * capacity.span, ready
    if duration == 0:
        return start if start <= latest else NEVER
    while start <= latest:
        step = min(start + duration, own) - 1
        while step >= start and not _is_short(capacity.free, row + step, demand, mode):
            step -= 1
        if step < start:
            return start
        start = step + 1
    return NEVER


@kernel
def _is_short(free: IntArray, row: int, demand: IntArray, mode: int) -> bool:
    for k in range(demand.shape[1]):  # noqa: SIM110 - numba compiles no generator expressions
        if demand[mode, k] > free[row, k]:
            return True
    return False


@kernel
def book(capacity: Capacity, node: int, begin: int, end: int, demand: IntArray, mode: int, sign: int) -> None:
    """Add ``sign`` times row ``mode`` of ``demand`` to what is free on ``node`` in [begin, end)."""
    if len(capacity.free) == 0:
        change(capacity.calendar, node, begin, end, demand, mode, sign)
        return
    for row in range(node * capacity.span + begin, node * capacity.span + end):
        for k in range(demand.shape[1]):
            capacity.free[row, k] += sign * demand[mode, k]
