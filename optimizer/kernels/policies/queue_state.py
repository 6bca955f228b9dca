"""The state of a simulated queue, and the steps that all non-preemptive policies share; for compiled loops."""

from typing import NamedTuple

import numpy as np

from optimizer.kernels.calendar import Calendar, change, earliest
from optimizer.kernels.compilation import kernel
from optimizer.kernels.heap import push
from optimizer.kernels.inputs import Workload, capacity_changes
from optimizer.kernels.policies.alarms import Alarms, new_alarms
from optimizer.kernels.ranks import insert, new_ranks, remove
from optimizer.kernels.serial import Plan, ready_time
from optimizer.kernels.timeline import exceeds
from optimizer.problem import NEVER
from optimizer.units import FloatArray, IntArray

NO_BACKFILL, ANY, EASY, CONSERVATIVE = range(4)

# entries of State.counts
NOW, EVENTS, ARRIVED, CHANGES, RUNNING, WAITING, ENDED, FRESH = range(8)  # how many, or how far
CHANGED = 8  # whether capacity changed since the last reservation
EARLY, LATE = 9, 18  # whether a job ended before its planned end, after it
HEAD, SHADOW, SHADOW_MODE, SHADOW_NODE = range(10, 14)  # the head of the queue, and when and where it is to start
MODE, NODE = 14, 15  # the place that was found last
TREE = 16  # whether the tree is used
LEAST = 17  # no rank below it is in the queue
TURN, PLACE = 19, 20  # among which jobs a pass looks, and how far it is
_COUNTS = 21


class Rules(NamedTuple):
    """What a non-preemptive policy goes by.

    Parameters
    ----------
    estimate : int64[M, S]
        The processing time that is believed, at least 1 where the true one is.
    rank, job_at : int64[J]
        Position of each job in the order of the queue, and the job at each position; by arrival for an order that
        changes with time.
    slope : float64[J]
        For an order that changes with time: the job of the largest slope x (now - release) comes first.
    candidate_rank, candidate_at, candidate_slope
        The same for the jobs that may be backfilled.
    moving, candidate_moving : bool
        Whether the order changes with time.
    separate : bool
        Whether candidates have an order of their own.
    backfill : int
        One of ``NO_BACKFILL``, ``ANY``, ``EASY``, ``CONSERVATIVE``.
    best_fit : bool
        Whether a job goes to the node on which it leaves the least, instead of the first.
    planned : bool
        Whether the calendar is kept: for reservations of all jobs, and where capacity changes with time.
    in_turn : bool
        Whether jobs join and leave the queue in its order: those waiting have successive ranks, from ``LEAST``.
    """

    estimate: IntArray
    rank: IntArray
    job_at: IntArray
    slope: FloatArray
    candidate_rank: IntArray
    candidate_at: IntArray
    candidate_slope: FloatArray
    moving: bool
    candidate_moving: bool
    separate: bool
    backfill: int
    best_fit: bool
    planned: bool
    in_turn: bool


class State(NamedTuple):
    """What is going on.

    Parameters
    ----------
    counts : int64[*]
        Single numbers; the constants of this module say where.
    events : int64[*, 2]
        Heap of what comes: time, and the job that ends or J + the job that gets ready.
    arrivals : int64[*]
        Jobs without predecessors by arrival, then file.
    change_time, change_node, change_entry : int64[B]
        When the capacity of which node becomes that of which breakpoint, by time.
    predecessors : int64[J]
        How many predecessors have not ended.
    free : int64[N, K]
        What is free now.
    queue, candidates : int64[*, *]
        Ranks of the waiting jobs, among all and among the candidates.
    fresh : int64[J]
        The jobs that joined the queue at this instant.
    held_until, held_by : int64[J]
        The running jobs by planned end, where reservations are made.
    planned_end, booked_until : int64[J]
        When each job that runs is believed to end, and until when the calendar has it: longer when it outlives that.
    available : int64[N + 1, K]
        What will be free on each node at the time of the reservation; in the last row what it leaves.
    reserved : int64[J]
        Start of the reservation of each waiting job, -1 without one; its mode and node stand in the plan.
    due : Alarms
        When the reservation of each waiting job begins.
    listed : int64[J]
        Waiting jobs in the order of the queue, where all are needed.
    """

    counts: IntArray
    events: IntArray
    arrivals: IntArray
    change_time: IntArray
    change_node: IntArray
    change_entry: IntArray
    predecessors: IntArray
    free: IntArray
    queue: IntArray
    candidates: IntArray
    fresh: IntArray
    held_until: IntArray
    held_by: IntArray
    planned_end: IntArray
    booked_until: IntArray
    available: IntArray
    reserved: IntArray
    due: Alarms
    listed: IntArray


def new_state(inputs: Workload, rules: Rules) -> State:
    """Return the state before anything has arrived."""
    jobs, (nodes, kinds) = len(inputs.release), inputs.node_capacity.shape
    predecessors = np.diff(inputs.predecessor_start)
    change_time, change_node, change_entry = capacity_changes(inputs)
    first = np.flatnonzero(predecessors == 0)
    queue = new_ranks(jobs)
    counts = np.zeros(_COUNTS, dtype=np.int64)
    counts[[HEAD, SHADOW_NODE]] = -1
    return State(
        counts=counts,
        events=np.empty((jobs + 1, 2), dtype=np.int64),
        arrivals=first[np.argsort(inputs.release[first], kind="stable")],
        change_time=change_time,
        change_node=change_node,
        change_entry=change_entry,
        predecessors=predecessors,
        free=inputs.profile_level[inputs.profile_start[:-1]].copy(),
        queue=queue,
        candidates=new_ranks(jobs) if rules.separate else queue,
        fresh=np.empty(jobs, dtype=np.int64),
        held_until=np.empty(jobs, dtype=np.int64),
        held_by=np.empty(jobs, dtype=np.int64),
        planned_end=np.empty(jobs, dtype=np.int64),
        booked_until=np.empty(jobs, dtype=np.int64),
        available=np.empty((nodes + 1, kinds), dtype=np.int64),
        reserved=np.full(jobs, -1, dtype=np.int64),
        due=new_alarms(jobs if rules.backfill == CONSERVATIVE else 0),
        listed=np.empty(jobs, dtype=np.int64),
    )


@kernel
def comes_first(a: int, b: int, now: int, release: IntArray, rank: IntArray, slope: FloatArray, moving: bool) -> bool:
    """Return whether job ``a`` stands before job ``b`` in an order."""
    if moving:
        score_a = slope[a] * (now - release[a])
        score_b = slope[b] * (now - release[b])
        if score_a != score_b:
            higher: bool = score_a > score_b
            return higher
    sooner: bool = rank[a] < rank[b]
    return sooner


@kernel
def candidate_before(inputs: Workload, rules: Rules, state: State, a: int, b: int) -> bool:
    """Return whether job ``a`` stands before job ``b`` among those that may be backfilled."""
    return comes_first(
        a, b, state.counts[NOW], inputs.release, rules.candidate_rank, rules.candidate_slope, rules.candidate_moving
    )


@kernel
def join(rules: Rules, state: State, j: int) -> None:
    """Let job ``j`` join the queue."""
    if not rules.in_turn:
        insert(state.queue, rules.rank[j])
        state.counts[LEAST] = min(state.counts[LEAST], rules.rank[j])
    if rules.separate:
        insert(state.candidates, rules.candidate_rank[j])
    state.fresh[state.counts[FRESH]] = j
    state.counts[FRESH] += 1
    state.counts[WAITING] += 1


@kernel
def _leave(rules: Rules, state: State, j: int) -> None:
    """Let job ``j`` leave the queue."""
    if rules.rank[j] == state.counts[LEAST]:
        state.counts[LEAST] += 1
    if not rules.in_turn:
        remove(state.queue, rules.rank[j])
    if rules.separate:
        remove(state.candidates, rules.candidate_rank[j])
    state.counts[WAITING] -= 1


@kernel
def find_place(inputs: Workload, rules: Rules, state: State, calendar: Calendar, j: int, guarded: bool) -> bool:
    """Return whether job ``j`` can start now; where, stands in the counts ``MODE`` and ``NODE``.

    Parameters
    ----------
    inputs, rules, state, calendar
        The simulation.
    j : int
        A waiting job.
    guarded : bool
        Whether it must leave the reservation of the head of the queue alone.
    """
    for m in range(inputs.mode_start[j], inputs.mode_start[j + 1]):
        if rules.best_fit:
            v = _best_fit(inputs, rules, state, calendar, m, guarded)
        else:
            v = _first_fit(inputs, rules, state, calendar, m, guarded)
        if v >= 0:
            state.counts[MODE], state.counts[NODE] = m, v
            return True
    return False


@kernel
def _first_fit(inputs: Workload, rules: Rules, state: State, calendar: Calendar, m: int, guarded: bool) -> int:
    """Return the first node on which mode ``m`` can start now, -1 without one."""
    for v in range(len(inputs.node_speed)):
        if fits_now(inputs, rules, state, calendar, m, v, guarded):
            return v
    return -1


@kernel
def _best_fit(inputs: Workload, rules: Rules, state: State, calendar: Calendar, m: int, guarded: bool) -> int:
    """Return the node on which mode ``m`` can start now and leaves the least, -1 without one."""
    found, least = -1, np.inf
    for v in range(len(inputs.node_speed)):
        if fits_now(inputs, rules, state, calendar, m, v, guarded):
            rest = _rest(inputs, state, m, v)
            if rest < least:
                found, least = v, rest
    return found


@kernel
def fits_now(inputs: Workload, rules: Rules, state: State, calendar: Calendar, m: int, v: int, guarded: bool) -> bool:
    """Return whether mode ``m`` can start on node ``v`` now."""
    if exceeds(inputs.mode_demand, m, state.free, v):
        takes_time = inputs.mode_time[m, inputs.node_speed[v]] > 0
        return not takes_time and not exceeds(inputs.mode_demand, m, inputs.node_capacity, v)
    if not rules.planned and not (guarded and v == state.counts[SHADOW_NODE]):
        return True
    now, estimate = state.counts[NOW], rules.estimate[m, inputs.node_speed[v]]
    if inputs.mode_time[m, inputs.node_speed[v]] == 0:
        return True
    if rules.planned:
        fits: bool = earliest(calendar, v, now, estimate, inputs.mode_demand, m, now, NEVER) == now
        return fits
    delays = now + estimate > state.counts[SHADOW]
    return not delays or not exceeds(inputs.mode_demand, m, state.available, len(state.free))


@kernel
def _rest(inputs: Workload, state: State, m: int, v: int) -> float:
    """Return what mode ``m`` would leave of node ``v``, as the sum of its shares of the resources."""
    rest = 0.0
    for k in range(state.free.shape[1]):
        if inputs.node_capacity[v, k] > 0:
            rest += (state.free[v, k] - inputs.mode_demand[m, k]) / inputs.node_capacity[v, k]
    return rest


@kernel
def start_job(inputs: Workload, rules: Rules, state: State, calendar: Calendar, plan: Plan, j: int) -> None:
    """Start waiting job ``j`` now, in the mode and on the node that were found for it."""
    now, m, v = state.counts[NOW], state.counts[MODE], state.counts[NODE]
    duration = inputs.mode_time[m, inputs.node_speed[v]]
    planned_end = now + rules.estimate[m, inputs.node_speed[v]]
    plan.start[j], plan.end[j], plan.mode[j], plan.node[j] = now, now + duration, m, v
    if rules.backfill >= EASY or rules.planned:
        state.planned_end[j] = state.booked_until[j] = planned_end
    _leave(rules, state, j)
    state.counts[EVENTS] = push(state.events, state.counts[EVENTS], now + duration, j)
    if duration == 0:
        return
    if rules.backfill >= EASY:
        _hold(state, planned_end, j)
    for k in range(state.free.shape[1]):
        state.free[v, k] -= inputs.mode_demand[m, k]
    if rules.backfill == EASY and not rules.planned and v == state.counts[SHADOW_NODE]:
        if planned_end > state.counts[SHADOW]:
            for k in range(state.free.shape[1]):
                state.available[-1, k] -= inputs.mode_demand[m, k]
    elif rules.planned and rules.backfill != CONSERVATIVE:
        change(calendar, v, now, planned_end, inputs.mode_demand, m, -1)


@kernel
def end_job(inputs: Workload, rules: Rules, state: State, calendar: Calendar, plan: Plan, j: int) -> None:
    """Let job ``j`` end now; jobs that wait for it may get ready."""
    now, m, v = state.counts[NOW], plan.mode[j], plan.node[j]
    state.counts[ENDED] += 1
    if plan.end[j] > plan.start[j]:
        if rules.backfill >= EASY:
            _release(state, j)
        for k in range(state.free.shape[1]):
            state.free[v, k] += inputs.mode_demand[m, k]
        state.counts[CHANGED] = 1
    is_booked = rules.planned and (rules.backfill == CONSERVATIVE or plan.end[j] > plan.start[j])
    if is_booked and now < state.booked_until[j]:
        change(calendar, v, now, state.booked_until[j], inputs.mode_demand, m, 1)
        state.counts[EARLY] = 1
    if rules.backfill == CONSERVATIVE and now > state.planned_end[j]:
        state.counts[LATE] = 1
    for e in range(inputs.successor_start[j], inputs.successor_start[j + 1]):
        successor = inputs.successor_job[e]
        state.predecessors[successor] -= 1
        if state.predecessors[successor] == 0:
            ready = ready_time(inputs, plan.end, successor)
            state.counts[EVENTS] = push(state.events, state.counts[EVENTS], ready, len(plan.end) + successor)


@kernel
def _hold(state: State, planned_end: int, j: int) -> None:
    """Enter a job that starts into the running jobs by planned end."""
    i = state.counts[RUNNING]
    while i > 0 and state.held_until[i - 1] > planned_end:
        state.held_until[i], state.held_by[i] = state.held_until[i - 1], state.held_by[i - 1]
        i -= 1
    state.held_until[i], state.held_by[i] = planned_end, j
    state.counts[RUNNING] += 1


@kernel
def _release(state: State, j: int) -> None:
    """Take a job that ends out of the running jobs."""
    low, high = 0, state.counts[RUNNING]
    while low < high:
        middle = (low + high) // 2
        if state.held_until[middle] < state.planned_end[j]:
            low = middle + 1
        else:
            high = middle
    while state.held_by[low] != j:
        low += 1
    state.counts[RUNNING] -= 1
    for i in range(low, state.counts[RUNNING]):
        state.held_until[i], state.held_by[i] = state.held_until[i + 1], state.held_by[i + 1]
