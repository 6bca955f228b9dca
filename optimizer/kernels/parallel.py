"""Parallel schedule generation, for compiled loops; Python calls it through generation.py."""

from typing import NamedTuple

import numpy as np

from optimizer.kernels.compilation import kernel
from optimizer.kernels.heap import pop, push
from optimizer.kernels.inputs import Inputs, integers
from optimizer.kernels.serial import Plan, ready_time
from optimizer.kernels.timeline import Timeline, copy_free, earliest_start, exceeds, reserve, reset
from optimizer.problem import NEVER
from optimizer.units import IntArray

NOT_BEGUN = -1


class State(NamedTuple):
    """What is going on at one instant; once made it serves any number of schedules of one problem.

    Modes of equal demand form a class, jobs with modes of the same classes a group. From one instant to the next free
    capacity grows only on nodes where a job ends or availability changes; the log lists them. A class that no node had
    room for looks at later entries only, and while it has none its groups are passed over, however many jobs wait.

    Parameters
    ----------
    rank : int64[J]
        Position of each job in the order.
    waiting : int64[J]
        How many predecessors have not started.
    events : int64[*, 2]
        Heap of what comes: time, and the rank of a job that gets ready or J + a node that changes.
    mode_class : int64[M]
        Class of each mode.
    class_demand : int64[C, K]
        Demand of each class; 0 for modes of length 0, which need no capacity.
    class_seen : int64[C]
        Before this entry of the log no node has room for the class.
    log : int64[*]
        Nodes whose free capacity changed, oldest first; the last element is their number.
    free : int64[N, K]
        Free capacity now.
    job_group : int64[J]
        Group of each job.
    group_start : int64[G]
        Where the jobs of each group begin in ``queue``.
    queue : int64[J]
        Ranks of the jobs that are ready, ascending within each group.
    head, next, tail : int64[G]
        In ``queue``: the first job of each group, the next to try now, and behind the last.
    active : int64[G + 1]
        Groups in which jobs wait; the last element is their number.
    coming : int64[1]
        How many events there are, ``NOT_BEGUN`` before the first instant.
    """

    rank: IntArray
    waiting: IntArray
    events: IntArray
    mode_class: IntArray
    class_demand: IntArray
    class_seen: IntArray
    log: IntArray
    free: IntArray
    job_group: IntArray
    group_start: IntArray
    queue: IntArray
    head: IntArray
    next: IntArray
    tail: IntArray
    active: IntArray
    coming: IntArray


def new_state(inputs: Inputs) -> State:
    """Return the state of a generation that has not begun."""
    jobs, breakpoints = len(inputs.release), len(inputs.profile_time)
    demand = np.where(inputs.mode_time[:, :1] > 0, inputs.mode_demand, 0)
    first, mode_class = _distinct(demand)
    class_demand = demand[first]
    job_group = _job_groups(inputs, mode_class)
    start = np.concatenate([[0], np.cumsum(np.bincount(job_group))])[:-1]
    return State(
        rank=np.empty(jobs, dtype=np.int64),
        waiting=np.empty(jobs, dtype=np.int64),
        events=np.empty((2 * jobs + breakpoints, 2), dtype=np.int64),
        mode_class=mode_class,
        class_demand=integers(class_demand),
        class_seen=np.empty(len(class_demand), dtype=np.int64),
        log=np.empty(jobs + breakpoints + 1, dtype=np.int64),
        free=np.zeros(inputs.node_capacity.shape, dtype=np.int64),
        job_group=job_group,
        group_start=start,
        queue=np.empty(jobs, dtype=np.int64),
        head=start.copy(),
        next=start.copy(),
        tail=start.copy(),
        active=np.empty(len(start) + 1, dtype=np.int64),
        coming=np.array([NOT_BEGUN]),
    )


def _job_groups(inputs: Inputs, mode_class: IntArray) -> IntArray:
    """Return equal numbers for jobs whose modes, in a row, have equal classes, int64[J]."""
    count = np.diff(inputs.mode_start)
    job = np.repeat(np.arange(len(count)), count)
    classes = np.full((len(count), count.max()), -1)
    classes[job, np.arange(len(job)) - inputs.mode_start[job]] = mode_class
    return _distinct(classes)[1]


def _distinct(rows: IntArray) -> tuple[IntArray, IntArray]:
    """Return where each distinct row stands first, and which of these every row is."""
    code = np.zeros(len(rows), dtype=np.int64)  # column after column: numpy compares whole rows slowly
    for column in rows.T:
        values, index = np.unique(column, return_inverse=True)
        code = np.unique(code * len(values) + index, return_inverse=True)[1]
    _, first, number = np.unique(code, return_index=True, return_inverse=True)
    return first, integers(number)


@kernel
def parallel(inputs: Inputs, order: IntArray, state: State, timeline: Timeline, plan: Plan) -> None:
    """Let time go on and start, at each instant at which something changes, every job that can start."""
    state.coming[0] = NOT_BEGUN
    parallel_part(inputs, order, state, timeline, plan, NEVER)


@kernel
def parallel_part(inputs: Inputs, order: IntArray, state: State, timeline: Timeline, plan: Plan, instants: int) -> None:
    """Begin, or go on, for at most so many instants."""
    if state.coming[0] == NOT_BEGUN:
        reset(timeline, inputs)
        _begin(inputs, order, state)
        state.coming[0] = _first_events(inputs, order, state)
    while state.coming[0] > 0 and instants > 0:
        instants -= 1
        now = state.events[0, 0]
        while state.coming[0] > 0 and state.events[0, 0] == now:
            state.coming[0] = pop(state.events, state.coming[0])
            _happen(state, timeline, order, now, state.events[state.coming[0], 1])
        _start_all(inputs, order, state, timeline, plan, now)


@kernel
def _start_all(inputs: Inputs, order: IntArray, state: State, timeline: Timeline, plan: Plan, now: int) -> None:
    """Start every job that can start now, those first in the order first."""
    for i in range(state.active[-1]):
        state.next[state.active[i]] = state.head[state.active[i]]
    i = _next_group(inputs, order, state)
    while i >= 0:
        g = state.active[i]
        j = order[state.queue[state.next[g]]]
        if _start(inputs, state, timeline, plan, j, now):
            _take(state, i)
            state.coming[0] = _follow_up(inputs, state, plan, j, state.coming[0])
        else:
            state.next[g] += 1
        i = _next_group(inputs, order, state)


@kernel
def _begin(inputs: Inputs, order: IntArray, state: State) -> None:
    """Go back to before time 0, for jobs that have priority in ``order``."""
    for r in range(len(order)):
        state.rank[order[r]] = r
        state.waiting[r] = inputs.predecessor_start[r + 1] - inputs.predecessor_start[r]
    for c in range(len(state.class_seen)):
        state.class_seen[c] = 0
    for v in range(state.free.shape[0]):
        for k in range(state.free.shape[1]):
            state.free[v, k] = 0
    for g in range(len(state.group_start)):
        state.head[g] = state.next[g] = state.tail[g] = state.group_start[g]
    state.log[-1] = state.active[-1] = 0


@kernel
def _first_events(inputs: Inputs, order: IntArray, state: State) -> int:
    """Fill the heap with arrivals of jobs without predecessors and changes of availability; return its size."""
    coming = 0
    for v in range(len(inputs.node_speed)):
        for b in range(inputs.profile_start[v], inputs.profile_start[v + 1]):
            coming = push(state.events, coming, inputs.profile_time[b], len(order) + v)
    for j in order:
        if state.waiting[j] == 0:
            coming = push(state.events, coming, inputs.release[j], state.rank[j])
    return coming


@kernel
def _happen(state: State, timeline: Timeline, order: IntArray, now: int, code: int) -> None:
    """Put a job that is ready into its queue, or note what is free on a node now."""
    if code < len(order):
        _enqueue(state, state.job_group[order[code]], code)
        return
    node = code - len(order)
    copy_free(timeline, node, now, state.free)
    state.log[state.log[-1]] = node
    state.log[-1] += 1


@kernel
def _enqueue(state: State, g: int, rank: int) -> None:
    if state.head[g] == state.tail[g]:
        state.active[state.active[-1]] = g
        state.active[-1] += 1
    i = state.tail[g]
    while i > state.head[g] and state.queue[i - 1] > rank:
        state.queue[i] = state.queue[i - 1]
        i -= 1
    state.queue[i] = rank
    state.tail[g] += 1


@kernel
def _take(state: State, i: int) -> None:
    """Remove the next job of the i-th active group from its queue; those before it, which stay, move up."""
    g = state.active[i]
    for k in range(state.next[g], state.head[g], -1):
        state.queue[k] = state.queue[k - 1]
    state.head[g] += 1
    state.next[g] += 1
    if state.head[g] == state.tail[g]:
        state.active[-1] -= 1
        state.active[i] = state.active[state.active[-1]]


@kernel
def _next_group(inputs: Inputs, order: IntArray, state: State) -> int:
    """Return which active group's next job comes first among those that may fit now, -1 without one."""
    best, first = -1, len(order)
    for i in range(state.active[-1]):
        g = state.active[i]
        if state.next[g] < state.tail[g] and state.queue[state.next[g]] < first:
            j = order[state.queue[state.next[g]]]
            for m in range(inputs.mode_start[j], inputs.mode_start[j + 1]):
                if _may_fit(state, m):
                    best, first = i, state.queue[state.next[g]]
                    break
    return best


@kernel
def _start(inputs: Inputs, state: State, timeline: Timeline, plan: Plan, j: int, now: int) -> bool:
    """Start job ``j`` where it ends first, if it can start now."""
    best_end = NEVER
    for m in range(inputs.mode_start[j], inputs.mode_start[j + 1]):
        if not _may_fit(state, m):
            continue
        for v in range(len(inputs.node_speed)):
            end = now + inputs.mode_time[m, inputs.node_speed[v]]
            if end < best_end and _fits(inputs, state, timeline, m, v, now):
                best_end, plan.mode[j], plan.node[j] = end, m, v
    if best_end == NEVER:
        return False
    plan.start[j], plan.end[j] = now, best_end
    reserve(timeline, plan.node[j], now, best_end - now, inputs.mode_demand, plan.mode[j])
    return True


@kernel
def _may_fit(state: State, mode: int) -> bool:
    """Return whether any node has room for ``mode`` now."""
    c = state.mode_class[mode]
    if state.log[-1] - state.class_seen[c] < len(state.free):
        while state.class_seen[c] < state.log[-1]:
            if not exceeds(state.class_demand, c, state.free, state.log[state.class_seen[c]]):
                return True
            state.class_seen[c] += 1
        return False
    for v in range(len(state.free)):
        if not exceeds(state.class_demand, c, state.free, v):
            return True
    state.class_seen[c] = state.log[-1]
    return False


@kernel
def _fits(inputs: Inputs, state: State, timeline: Timeline, mode: int, node: int, now: int) -> bool:
    """Return whether ``mode`` can run on ``node`` from now to its end."""
    duration = inputs.mode_time[mode, inputs.node_speed[node]]
    if duration == 0:
        return not exceeds(inputs.mode_demand, mode, inputs.node_capacity, node)
    if exceeds(inputs.mode_demand, mode, state.free, node):
        return False
    if inputs.profile_time[inputs.profile_start[node + 1] - 1] <= now:
        return True  # all that is reserved has started: from now on free capacity only grows
    return earliest_start(timeline, node, now, duration, inputs.mode_demand, mode, now) == now


@kernel
def _follow_up(inputs: Inputs, state: State, plan: Plan, j: int, coming: int) -> int:
    """Add the end of a job that has just started and what waits for it to the events; return their number."""
    m, v, duration = plan.mode[j], plan.node[j], plan.end[j] - plan.start[j]
    if duration > 0:
        coming = push(state.events, coming, plan.end[j], len(plan.end) + v)
        for k in range(state.free.shape[1]):
            state.free[v, k] -= inputs.mode_demand[m, k]
    for e in range(inputs.successor_start[j], inputs.successor_start[j + 1]):
        successor = inputs.successor_job[e]
        state.waiting[successor] -= 1
        if state.waiting[successor] == 0:
            coming = push(state.events, coming, ready_time(inputs, plan.end, successor), state.rank[successor])
    return coming
