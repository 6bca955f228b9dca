"""One scheduling pass with a reservation for every waiting job; for compiled loops.

Conservative backfilling (Mu'alem & Feitelson 2001, "Utilization, predictability, workloads, and user runtime estimates
in scheduling the IBM SP2 with backfilling", IEEE Transactions on Parallel and Distributed Systems 12).
"""

from typing import NamedTuple

import numpy as np

from optimizer.kernels.calendar import Calendar, change, earliest, forget_past
from optimizer.kernels.compilation import kernel, kernel_apart
from optimizer.kernels.inputs import Workload
from optimizer.kernels.policies.alarms import clear_alarm, set_alarm
from optimizer.kernels.policies.queue_state import (
    EARLY,
    FRESH,
    LATE,
    MODE,
    NODE,
    NOW,
    RUNNING,
    WAITING,
    Rules,
    State,
    comes_first,
    start_job,
)  # fmt: skip
from optimizer.kernels.ranks import first_from
from optimizer.kernels.serial import Plan
from optimizer.kernels.timeline import exceeds
from optimizer.problem import NEVER
from optimizer.units import IntArray

_LONG = 64
_MOST_FLOORS = 4_000_000


class Floors(NamedTuple):
    """Times before which no place is left for jobs of about a size, as long as reservations only come.

    Sizes and lengths are rounded down, by an eighth at most.

    Parameters
    ----------
    when : int64[N, K, D, P]
        No reservation of at least the d-th amount of resource k for at least the p-th length can begin earlier there.
    amount : int64[1, K]
        A demand of one resource.
    used : int64[1]
        1 when some time above is not 0.
    """

    when: IntArray
    amount: IntArray
    used: IntArray


def new_floors(inputs: Workload, rules: Rules) -> Floors:
    """Return floors that say nothing yet."""
    nodes, kinds = inputs.node_capacity.shape
    sizes = _step_of(int(inputs.mode_demand.max(initial=0))) + 1
    lengths = _step_of(int(rules.estimate.max())) + 1
    if nodes * kinds * sizes * lengths > _MOST_FLOORS:
        return _no_floors(inputs)
    return Floors(
        when=np.zeros((nodes, kinds, sizes, lengths), dtype=np.int64),
        amount=np.zeros((1, kinds), dtype=np.int64),
        used=np.zeros(1, dtype=np.int64),
    )


def _no_floors(inputs: Workload) -> Floors:
    """Return no floors: there would be too many."""
    kinds = inputs.node_capacity.shape[1]
    when, amount = np.zeros((0, kinds, 0, 0), dtype=np.int64), np.zeros((1, kinds), dtype=np.int64)
    return Floors(when, amount, used=np.zeros(1, dtype=np.int64))


@kernel
def _step_of(number: int) -> int:
    """Return the step to which ``number`` is rounded down: one for each number below 8, then eight a power of two."""
    power = 0
    while number >> power >= 16:
        power += 1
    return 8 * power + (number >> power)


@kernel
def _step(step: int) -> int:
    """Return the least number of a step."""
    if step < 16:
        return step
    return (8 + step % 8) << (step // 8 - 1)


@kernel
def pass_reserving(
    inputs: Workload, rules: Rules, state: State, calendar: Calendar, floors: Floors, plan: Plan
) -> None:
    """Reserve for those that joined, let all move up where capacity came free, start those whose time has come."""
    outlived = state.counts[RUNNING] > 0 and state.held_until[0] <= state.counts[NOW]
    if outlived or state.counts[LATE] == 1:
        _plan_anew(inputs, rules, state, calendar, floors, plan)
    else:
        if state.counts[EARLY] == 1:
            _forget_floors(floors)
            _move_up(inputs, rules, state, calendar, floors, plan)
        _reserve_fresh(inputs, rules, state, calendar, floors, plan)
    state.counts[EARLY] = state.counts[LATE] = 0
    while state.due.job[-1] > 0 and state.due.time[0] == state.counts[NOW]:
        j = state.due.job[0]
        clear_alarm(state.due, j)
        state.reserved[j] = -1
        state.counts[MODE], state.counts[NODE] = plan.mode[j], plan.node[j]
        start_job(inputs, rules, state, calendar, plan, j)
        forget_past(calendar, plan.node[j], state.counts[NOW])


@kernel
def next_due(state: State) -> int:
    """Return when the next reservation begins, ``NEVER`` if a job that runs beyond its estimate stands before it."""
    if state.due.job[-1] == 0:
        return NEVER
    when: int = state.due.time[0]
    return NEVER if state.counts[RUNNING] > 0 and state.held_until[0] <= when else when


@kernel
def _reserve_fresh(
    inputs: Workload, rules: Rules, state: State, calendar: Calendar, floors: Floors, plan: Plan
) -> None:
    """Reserve the earliest place for each job that just joined, in the order of the queue."""
    if state.counts[FRESH] > 1:
        _sort_by_turn(inputs, rules, state, state.fresh, state.counts[FRESH])
    for i in range(state.counts[FRESH]):
        _reserve(inputs, rules, state, calendar, floors, plan, state.fresh[i])


@kernel_apart
def _plan_anew(inputs: Workload, rules: Rules, state: State, calendar: Calendar, floors: Floors, plan: Plan) -> None:
    """Plan all waiting jobs from nothing, because a running job outlives its estimate: it may end at the next step."""
    now, i = state.counts[NOW], 0
    while i < state.counts[RUNNING] and state.held_until[i] <= now:
        j = state.held_by[i]
        change(calendar, plan.node[j], state.booked_until[j], now + 1, inputs.mode_demand, plan.mode[j], -1)
        state.booked_until[j] = now + 1
        i += 1
    _forget_floors(floors)
    _list_queue(inputs, rules, state)
    for i in range(state.counts[WAITING]):
        if state.reserved[state.listed[i]] >= 0:
            _change_reservation(inputs, rules, state, calendar, plan, state.listed[i], 1)
    for i in range(state.counts[WAITING]):
        _reserve(inputs, rules, state, calendar, floors, plan, state.listed[i])


@kernel_apart
def _move_up(inputs: Workload, rules: Rules, state: State, calendar: Calendar, floors: Floors, plan: Plan) -> None:
    """Let each job with a reservation, in the order of the queue, have the earliest place that there is now."""
    _list_queue(inputs, rules, state)
    for i in range(state.counts[WAITING]):
        j = state.listed[i]
        if state.reserved[j] >= 0:
            if inputs.mode_start[j + 1] - inputs.mode_start[j] == 1:
                _move_in_mode(inputs, rules, state, calendar, plan, j)
            else:
                _change_reservation(inputs, rules, state, calendar, plan, j, 1)
                _find_earliest(inputs, rules, state, calendar, floors, plan, j, False)
                _change_reservation(inputs, rules, state, calendar, plan, j, -1)
                set_alarm(state.due, j, state.reserved[j])


@kernel
def _move_in_mode(inputs: Workload, rules: Rules, state: State, calendar: Calendar, plan: Plan, j: int) -> None:
    """Move the reservation of a job with one mode; the calendar is touched only if there is a better place."""
    m, own, begin = plan.mode[j], plan.node[j], state.reserved[j]
    best, node = begin, own
    for v in range(len(inputs.node_speed)):
        if exceeds(inputs.mode_demand, m, inputs.node_capacity, v):
            continue
        estimate = rules.estimate[m, inputs.node_speed[v]]
        latest = best if v < node else best - 1
        kept = begin if v == own else NEVER
        when = earliest(calendar, v, state.counts[NOW], estimate, inputs.mode_demand, m, latest, kept)
        if when <= latest:
            best, node = when, v
    if best < begin or node != own:
        _change_reservation(inputs, rules, state, calendar, plan, j, 1)
        state.reserved[j], plan.node[j] = best, node
        _change_reservation(inputs, rules, state, calendar, plan, j, -1)
        set_alarm(state.due, j, state.reserved[j])


@kernel_apart
def _reserve(
    inputs: Workload, rules: Rules, state: State, calendar: Calendar, floors: Floors, plan: Plan, j: int
) -> None:
    """Reserve the earliest place for job ``j``."""
    floored = state.counts[WAITING] > _LONG and len(floors.when) > 0
    _find_earliest(inputs, rules, state, calendar, floors, plan, j, floored)
    _change_reservation(inputs, rules, state, calendar, plan, j, -1)
    set_alarm(state.due, j, state.reserved[j])


@kernel
def _find_earliest(
    inputs: Workload, rules: Rules, state: State, calendar: Calendar, floors: Floors, plan: Plan, j: int, floored: bool
) -> None:
    """Find the earliest place for job ``j``, of equal ones that of the first mode, then the first node.

    The search begins now, or (``floored``) where the floors say that it may.
    """
    best = NEVER
    for m in range(inputs.mode_start[j], inputs.mode_start[j + 1]):
        for v in range(len(inputs.node_speed)):
            if exceeds(inputs.mode_demand, m, inputs.node_capacity, v):
                continue
            estimate, ready = rules.estimate[m, inputs.node_speed[v]], state.counts[NOW]
            if floored:
                ready = _raised_floor(inputs, state, calendar, floors, m, v, estimate)
            when = earliest(calendar, v, ready, estimate, inputs.mode_demand, m, best - 1, NEVER)
            if when < best:
                best, plan.mode[j], plan.node[j] = when, m, v
    state.reserved[j] = best


@kernel
def _raised_floor(
    inputs: Workload, state: State, calendar: Calendar, floors: Floors, m: int, v: int, estimate: int
) -> int:
    """Return a time before which nothing as large and long as mode ``m``, rounded down, has a place on node ``v``."""
    scarcest, largest = 0, -1.0
    for k in range(inputs.mode_demand.shape[1]):
        if inputs.mode_demand[m, k] > largest * inputs.node_capacity[v, k]:
            scarcest, largest = k, inputs.mode_demand[m, k] / inputs.node_capacity[v, k]
    size, length = _step_of(inputs.mode_demand[m, scarcest]), _step_of(estimate)
    floor = state.counts[NOW]
    for shorter in range(length + 1):  # where nothing shorter or smaller has a place this has none
        floor = max(floor, floors.when[v, scarcest, size, shorter])
    for smaller in range(size):
        floor = max(floor, floors.when[v, scarcest, smaller, length])
    floors.amount[0, scarcest] = _step(size)
    floor = earliest(calendar, v, floor, _step(length), floors.amount, 0, NEVER, NEVER)
    floors.amount[0, scarcest] = 0
    floors.when[v, scarcest, size, length] = floor
    floors.used[0] = 1
    return floor


@kernel
def _forget_floors(floors: Floors) -> None:
    if floors.used[0] == 1:
        floors.used[0] = 0
        for v in range(floors.when.shape[0]):
            for k in range(floors.when.shape[1]):
                for size in range(floors.when.shape[2]):
                    for length in range(floors.when.shape[3]):
                        floors.when[v, k, size, length] = 0


@kernel
def _change_reservation(
    inputs: Workload, rules: Rules, state: State, calendar: Calendar, plan: Plan, j: int, sign: int
) -> None:
    """Enter the reservation of job ``j`` into the calendar (-1), or take it out (1)."""
    m, v, begin = plan.mode[j], plan.node[j], state.reserved[j]
    change(calendar, v, begin, begin + rules.estimate[m, inputs.node_speed[v]], inputs.mode_demand, m, sign)


@kernel
def _list_queue(inputs: Workload, rules: Rules, state: State) -> None:
    """Put all waiting jobs into ``listed``, in the order of the queue."""
    count, r = 0, first_from(state.queue, 0)
    while r >= 0:
        state.listed[count] = rules.job_at[r]
        count += 1
        r = first_from(state.queue, r + 1)
    if rules.moving:
        _sort_by_turn(inputs, rules, state, state.listed, count)


@kernel_apart
def _sort_by_turn(inputs: Workload, rules: Rules, state: State, jobs: IntArray, count: int) -> None:
    """Sort the first ``count`` of some waiting jobs by the order of the queue (Shell 1959; gaps of Knuth 1973)."""
    now, gap = state.counts[NOW], 1
    while 3 * gap < count:
        gap = 3 * gap + 1
    while gap > 0:
        for i in range(gap, count):
            j, k = jobs[i], i
            while k >= gap and comes_first(
                j, jobs[k - gap], now, inputs.release, rules.rank, rules.slope, rules.moving
            ):
                jobs[k] = jobs[k - gap]
                k -= gap
            jobs[k] = j
        gap //= 3
