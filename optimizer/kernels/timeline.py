"""Free capacity of every node over time while jobs are placed, in the form that suits the size.

In every step of time where the horizon is short (slots.py), else at the instants at which it changes (calendar.py).
"""

from typing import NamedTuple

from optimizer.errors import UsageError
from optimizer.kernels.calendar import (
    Calendar,
    amount_at,
    change,
    earliest,
    first_short,
    free_at,
    latest,
    new_calendar,
    next_entry,
    no_calendar,
    reset_calendar,
)
from optimizer.kernels.compilation import kernel
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.slots import (
    SLOTS_A_JOB,
    Slots,
    amount_in_slot,
    are_suitable,
    earliest_slot,
    first_short_slot,
    free_in_slot,
    latest_slot,
    new_slots,
    next_change_of_slots,
    no_slots,
    reset_slots,
    use_slots,
)
from optimizer.problem import NEVER
from optimizer.units import IntArray

_LARGEST_KEY = 2**62


class Timeline(NamedTuple):
    """Free capacity of all nodes, in one of two forms; the other is empty.

    Parameters
    ----------
    in_slots : bool
        Which one.
    slots : Slots
        By steps.
    calendar : Calendar
        By instants of change.
    """

    in_slots: bool
    slots: Slots
    calendar: Calendar


def new_timeline(inputs: Inputs, slots_a_job: int = SLOTS_A_JOB) -> Timeline:
    """Return storage for one reservation a job of ``inputs``; :func:`reset` makes it a timeline.

    Reservations end by the horizon of the inputs.

    Parameters
    ----------
    inputs : Inputs
        The problem.
    slots_a_job : int
        The most steps a job for which slots are used: fewer where changes are walked over more often.

    Raises
    ------
    UsageError
        When nodes times horizon is beyond any integer.
    """
    horizon, nodes = inputs.horizon + 1, len(inputs.node_speed)
    if are_suitable(inputs, horizon, slots_a_job):
        return Timeline(True, new_slots(inputs, horizon), no_calendar(inputs))
    if horizon * nodes >= _LARGEST_KEY:
        raise UsageError(f"{nodes} nodes and {horizon} time steps are too many for a timeline")
    return Timeline(False, no_slots(), new_calendar(inputs, horizon))


@kernel
def reset(timeline: Timeline, inputs: Inputs) -> None:
    """Make all capacity free that is not unavailable."""
    if timeline.in_slots:
        reset_slots(timeline.slots, inputs)
    else:
        reset_calendar(timeline.calendar, inputs)


@kernel
def exceeds(demand: IntArray, mode: int, level: IntArray, row: int) -> bool:
    """Return whether row ``mode`` of ``demand`` is above row ``row`` of ``level`` in any resource."""
    for k in range(demand.shape[1]):  # noqa: SIM110 - numba compiles no generator expressions
        if demand[mode, k] > level[row, k]:
            return True
    return False


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
    return earliest_beside(timeline, node, ready, duration, demand, mode, latest, NEVER)


@kernel
def earliest_beside(
    timeline: Timeline, node: int, ready: int, duration: int, demand: IntArray, mode: int, latest: int, own: int
) -> int:
    """Return the same where capacity from ``own`` on counts as sufficient, whatever is reserved there."""
    if ready > latest:
        return ready
    if timeline.in_slots:
        return earliest_slot(timeline.slots, node, ready, duration, demand, mode, latest, own)
    return earliest(timeline.calendar, node, ready, duration, demand, mode, latest, own)


@kernel
def first_conflict(timeline: Timeline, node: int, begin: int, end: int, demand: IntArray, mode: int) -> int:
    """Return the first time in [begin, end) at which less is free than row ``mode`` of ``demand``, or NEVER."""
    if timeline.in_slots:
        return first_short_slot(timeline.slots, node, begin, end, demand, mode)
    return first_short(timeline.calendar, node, begin, end, demand, mode)


@kernel
def latest_start(timeline: Timeline, node: int, limit: int, duration: int, demand: IntArray, mode: int) -> int:
    """Return the last start from which capacity suffices for ``duration`` without a gap, up to an end at ``limit``.

    It is negative when there is none. The other arguments are those of :func:`earliest_start`.
    """
    if timeline.in_slots:
        return latest_slot(timeline.slots, node, limit, duration, demand, mode)
    return latest(timeline.calendar, node, limit, duration, demand, mode)


@kernel
def reserve(timeline: Timeline, node: int, start: int, duration: int, demand: IntArray, mode: int) -> None:
    """Take row ``mode`` of ``demand`` from the free capacity of ``node`` in [start, start + duration)."""
    if timeline.in_slots:
        use_slots(timeline.slots, node, start, start + duration, demand, mode, 1)
    else:
        change(timeline.calendar, node, start, start + duration, demand, mode, -1)


@kernel
def give_back(timeline: Timeline, node: int, start: int, duration: int, demand: IntArray, mode: int) -> None:
    """Undo a :func:`reserve` with the same arguments."""
    if timeline.in_slots:
        use_slots(timeline.slots, node, start, start + duration, demand, mode, -1)
    else:
        change(timeline.calendar, node, start, start + duration, demand, mode, 1)


@kernel
def copy_free(timeline: Timeline, node: int, time: int, free: IntArray) -> None:
    """Write what is free on ``node`` at ``time`` >= 0 into its row of ``free``, int64[N, K]."""
    if timeline.in_slots:
        free_in_slot(timeline.slots, node, time, free)
    else:
        free_at(timeline.calendar, node, time, free)


@kernel
def free_amount(timeline: Timeline, node: int, time: int, k: int) -> int:
    """Return how much of resource ``k`` is free on ``node`` at ``time`` >= 0, beyond the horizon, too."""
    if timeline.in_slots:
        return amount_in_slot(timeline.slots, node, time, k)
    return amount_at(timeline.calendar, node, time, k)


@kernel
def next_change(timeline: Timeline, node: int, time: int) -> int:
    """Return the first time after ``time`` >= 0 at which what is free on ``node`` changes, NEVER if there is none."""
    if timeline.in_slots:
        return next_change_of_slots(timeline.slots, node, time)
    return next_entry(timeline.calendar, node, time)
