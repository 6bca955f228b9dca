"""Preemptive policies by queues of several levels with a time to run at each; for compiled loops.

With one level it is round robin.
"""

from typing import NamedTuple

import numpy as np

from optimizer.kernels.compilation import kernel
from optimizer.kernels.inputs import Workload
from optimizer.kernels.policies.alarms import clear_alarm, set_alarm
from optimizer.kernels.policies.preemption_state import (
    COMING,
    EXPIRED,
    FINISHED,
    JOINED,
    MODE,
    NODE,
    NOW,
    RUNNING,
    STARTS,
    WAITING,
    Jobs,
    change_capacity,
    end_piece,
    find_room,
    has_room,
    has_room_for_pieces,
    let_arrive,
    next_change,
    note_joined,
    settle,
    start_piece,
    stop_piece,
    take,
)  # fmt: skip
from optimizer.problem import NEVER
from optimizer.units import IntArray


class Levels(NamedTuple):
    """The queue of each level, and the jobs that run at each.

    List i < L holds what waits at level i, list L + i what runs there, in the order of starting.

    Parameters
    ----------
    allotment : int64[L]
        How long a job may run at each level.
    promotion : int
        After so long a wait below the top a job goes up; ``NEVER``: it does not.
    level : int64[J]
        Where each job is.
    used : int64[J]
        What it has run of its allotment as of its last stop.
    order : int64[J]
        Ascending within each list.
    first, last : int64[2 L]
        Ends of each list, -1 when it is empty.
    following, preceding : int64[J]
        Neighbours in the list, -1 at its end.
    front : int64[1]
        The least ``order`` so far.
    held : int64[L, N, K]
        What the running jobs of each level hold.
    """

    allotment: IntArray
    promotion: int
    level: IntArray
    used: IntArray
    order: IntArray
    first: IntArray
    last: IntArray
    following: IntArray
    preceding: IntArray
    front: IntArray
    held: IntArray


def new_levels(inputs: Workload, allotment: IntArray, promotion: int | None) -> Levels:
    """Return empty queues."""
    jobs, count = len(inputs.release), len(allotment)
    zeros = np.zeros((3, jobs), dtype=np.int64)
    ends = np.full((2, 2 * count), -1)
    neighbours = np.full((2, jobs), -1)
    return Levels(
        allotment=allotment,
        promotion=NEVER if promotion is None else promotion,
        level=zeros[0],
        used=zeros[1],
        order=zeros[2],
        first=ends[0],
        last=ends[1],
        following=neighbours[0],
        preceding=neighbours[1],
        front=np.zeros(1, dtype=np.int64),
        held=np.zeros((count, *inputs.node_capacity.shape), dtype=np.int64),
    )


@kernel
def run_feedback(inputs: Workload, jobs: Jobs, levels: Levels, instants: int) -> None:
    """Let the next ``instants`` instants happen, fewer if all jobs end before or there is no more room for pieces."""
    for _ in range(instants):
        if jobs.counts[FINISHED] == len(inputs.release) or not has_room_for_pieces(jobs):
            return
        jobs.counts[NOW] = next_change(inputs, jobs, NEVER)
        jobs.counts[JOINED] = jobs.counts[EXPIRED] = 0
        _ring(inputs, jobs, levels)
        change_capacity(inputs, jobs)
        let_arrive(inputs, jobs)
        for i in range(jobs.counts[JOINED]):
            _join(jobs, levels, jobs.joined[i], 0)
        _move_expired(inputs, jobs, levels)
        _pass(inputs, jobs, levels)
        settle(jobs)


@kernel
def _ring(inputs: Workload, jobs: Jobs, levels: Levels) -> None:
    """Let jobs end, join, and note those that are to go up or have used up their time, waiting ones first, in order."""
    while jobs.alarms.job[-1] > 0 and jobs.alarms.time[0] == jobs.counts[NOW]:
        j = jobs.alarms.job[0]
        clear_alarm(jobs.alarms, j)
        if jobs.status[j] == COMING:
            note_joined(jobs, j)
        elif jobs.status[j] == RUNNING and jobs.since[j] + jobs.left[j] == jobs.counts[NOW]:
            _take_out(levels, len(levels.allotment) + levels.level[j], j)
            _hold(inputs, jobs, levels, j, -1)
            end_piece(inputs, jobs, j)
        else:
            k = jobs.counts[EXPIRED]
            while k > 0 and _goes_first(jobs, levels, j, jobs.expired[k - 1]):
                jobs.expired[k] = jobs.expired[k - 1]
                k -= 1
            jobs.expired[k] = j
            jobs.counts[EXPIRED] += 1


@kernel
def _goes_first(jobs: Jobs, levels: Levels, a: int, b: int) -> bool:
    """Return whether job ``a`` is moved before ``b``: waiting ones by level and queue, then running ones by start."""
    if jobs.status[a] != jobs.status[b]:
        waits: bool = jobs.status[a] == WAITING
        return waits
    if jobs.status[a] == WAITING and levels.level[a] != levels.level[b]:
        higher: bool = levels.level[a] < levels.level[b]
        return higher
    sooner: bool = levels.order[a] < levels.order[b]
    return sooner


@kernel
def _move_expired(inputs: Workload, jobs: Jobs, levels: Levels) -> None:
    """Let jobs that waited for long go to the top, and those that used up their time one level down."""
    lowest = len(levels.allotment) - 1
    for i in range(jobs.counts[EXPIRED]):
        j = jobs.expired[i]
        if jobs.status[j] == WAITING:
            _take_out(levels, levels.level[j], j)
            _join(jobs, levels, j, 0)
        else:
            _stop(inputs, jobs, levels, j)
            _join(jobs, levels, j, min(levels.level[j] + 1, lowest))


@kernel
def _stop(inputs: Workload, jobs: Jobs, levels: Levels, j: int) -> None:
    """Let running job ``j`` give way."""
    level = levels.level[j]
    levels.used[j] += jobs.counts[NOW] - jobs.since[j]
    _take_out(levels, len(levels.allotment) + level, j)
    _hold(inputs, jobs, levels, j, -1)
    stop_piece(inputs, jobs, j)


@kernel
def _join(jobs: Jobs, levels: Levels, j: int, level: int) -> None:
    """Let job ``j`` wait at the tail of a level, with a new allotment."""
    levels.level[j], levels.used[j] = level, 0
    jobs.counts[STARTS] += 1
    levels.order[j] = jobs.counts[STARTS]
    _append(levels, level, j)
    _set_promotion(jobs, levels, j)


@kernel
def _set_promotion(jobs: Jobs, levels: Levels, j: int) -> None:
    if levels.level[j] > 0 and levels.promotion < NEVER:
        set_alarm(jobs.alarms, j, jobs.counts[NOW] + levels.promotion)


@kernel
def _pass(inputs: Workload, jobs: Jobs, levels: Levels) -> None:
    """Serve level after level: its running jobs keep their places beside what was placed before, then its queue."""
    crowded = _is_short(jobs, 0, len(jobs.free))
    for level in range(len(levels.allotment)):
        if crowded:
            _displace(inputs, jobs, levels, level)
        j = levels.first[level]
        if j >= 0:
            _leave_room(jobs, levels, level)
        while j >= 0 and find_room(inputs, jobs, j):
            m, v = jobs.counts[MODE], jobs.counts[NODE]
            _start(inputs, jobs, levels, j, m, v)
            take(inputs, jobs, jobs.room, m, v, 1)
            crowded = crowded or _is_short(jobs, v, v + 1)
            j = levels.first[level]


@kernel
def _is_short(jobs: Jobs, first: int, stop: int) -> bool:
    """Return whether more is in use than there is on one of the nodes from ``first`` to before ``stop``."""
    for v in range(first, stop):
        for k in range(jobs.free.shape[1]):
            if jobs.free[v, k] < 0:
                return True
    return False


@kernel
def _leave_room(jobs: Jobs, levels: Levels, level: int) -> None:
    """Let ``room`` be what is free, with what the levels below hold."""
    for v in range(len(jobs.free)):
        for k in range(jobs.free.shape[1]):
            room = jobs.free[v, k]
            for below in range(level + 1, len(levels.allotment)):
                room += levels.held[below, v, k]
            jobs.room[v, k] = room


@kernel
def _displace(inputs: Workload, jobs: Jobs, levels: Levels, level: int) -> None:
    """Let the running jobs of a level that have no room beside what goes before wait at the head of its queue."""
    for v in range(len(jobs.level)):
        for k in range(jobs.level.shape[1]):
            room = jobs.level[v, k]
            for above in range(level):
                room -= levels.held[above, v, k]
            jobs.room[v, k] = room
    head = levels.first[level]
    j = levels.first[len(levels.allotment) + level]
    while j >= 0:
        following = levels.following[j]
        if has_room(inputs, jobs, jobs.mode[j], jobs.node[j]):
            take(inputs, jobs, jobs.room, jobs.mode[j], jobs.node[j], 1)
        else:
            _stop(inputs, jobs, levels, j)
            _insert_before(levels, level, j, head)
            _set_promotion(jobs, levels, j)
        j = following
    _number_front(levels, level, head)


@kernel
def _number_front(levels: Levels, level: int, head: int) -> None:
    """Give the jobs that were put before ``head`` (-1: all) numbers below those of the others of the queue."""
    j = levels.last[level] if head < 0 else levels.preceding[head]
    while j >= 0:
        levels.front[0] -= 1
        levels.order[j] = levels.front[0]
        j = levels.preceding[j]


@kernel
def _start(inputs: Workload, jobs: Jobs, levels: Levels, j: int, m: int, v: int) -> None:
    """Let the first job of a queue run."""
    level = levels.level[j]
    _take_out(levels, level, j)
    clear_alarm(jobs.alarms, j)
    start_piece(inputs, jobs, j, m, v)
    _hold(inputs, jobs, levels, j, 1)
    jobs.counts[STARTS] += 1
    levels.order[j] = jobs.counts[STARTS]
    _append(levels, len(levels.allotment) + level, j)
    set_alarm(jobs.alarms, j, jobs.counts[NOW] + min(jobs.left[j], levels.allotment[level] - levels.used[j]))


@kernel
def _hold(inputs: Workload, jobs: Jobs, levels: Levels, j: int, sign: int) -> None:
    """Count what job ``j`` holds among what its level does, or no longer."""
    m, v = jobs.mode[j], jobs.node[j]
    if inputs.mode_time[m, inputs.node_speed[v]] > 0:
        for k in range(levels.held.shape[2]):
            levels.held[levels.level[j], v, k] += sign * inputs.mode_demand[m, k]


@kernel
def _append(levels: Levels, i: int, j: int) -> None:
    """Put job ``j`` at the end of list ``i``."""
    last = levels.last[i]
    levels.preceding[j], levels.following[j] = last, -1
    if last < 0:
        levels.first[i] = j
    else:
        levels.following[last] = j
    levels.last[i] = j


@kernel
def _insert_before(levels: Levels, i: int, j: int, following: int) -> None:
    """Put job ``j`` into list ``i`` before another one, at the end if that is -1."""
    if following < 0:
        _append(levels, i, j)
        return
    preceding = levels.preceding[following]
    levels.preceding[j], levels.following[j], levels.preceding[following] = preceding, following, j
    if preceding < 0:
        levels.first[i] = j
    else:
        levels.following[preceding] = j


@kernel
def _take_out(levels: Levels, i: int, j: int) -> None:
    """Take job ``j`` out of list ``i``."""
    preceding, following = levels.preceding[j], levels.following[j]
    if preceding < 0:
        levels.first[i] = following
    else:
        levels.following[preceding] = following
    if following < 0:
        levels.last[i] = preceding
    else:
        levels.preceding[following] = preceding
