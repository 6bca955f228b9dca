"""The state of a simulation in which jobs are preempted, and the steps that its policies share; for compiled loops."""

from typing import NamedTuple

import numpy as np

from optimizer.kernels.compilation import kernel
from optimizer.kernels.inputs import Workload, capacity_changes
from optimizer.kernels.policies.alarms import Alarms, clear_alarm, new_alarms, set_alarm
from optimizer.kernels.serial import ready_time
from optimizer.kernels.timeline import exceeds
from optimizer.units import IntArray

COMING, WAITING, RUNNING, ENDED = range(4)
"""What a job does: it has yet to arrive or its predecessors to end, it waits, it runs, it has ended."""

# entries of Jobs.counts
NOW, ARRIVED, CHANGES, FINISHED, WAITERS, RUNNERS, JOINED, EXPIRED, DISPLACED, STARTS, PIECES, DROPPED, MODE, NODE = (
    range(14)
)
_COUNTS = 14


class Jobs(NamedTuple):
    """How far all jobs are, and what they hold.

    Parameters
    ----------
    counts : int64[*]
        Single numbers; the constants of this module say where.
    alarms : Alarms
        When a job gets ready, ends, or has used up its time.
    arrivals : int64[*]
        Jobs without predecessors by arrival, then file.
    rank : int64[J]
        Position of each job by arrival, then file.
    change_time, change_node, change_entry : int64[B]
        When the capacity of which node becomes that of which breakpoint, by time.
    predecessors : int64[J]
        How many predecessors have not ended.
    free, level, room : int64[N, K]
        What is free now, what there is now, and what is left as a pass goes on.
    status : int64[J]
        One of ``COMING``, ``WAITING``, ``RUNNING``, ``ENDED``.
    mode, node : int64[J]
        The mode of each job, -1 before its first start, and its last node.
    start, end : int64[J]
        First start and last end.
    need, left, ran : int64[J]
        Processing time in this mode at this speed, what of it (and of costs of preemptions) is left, and what has run,
        both as of the last stop.
    since, opened, left_at : int64[J]
        When it last started, when its open piece began (-1: none is open), and when it last stopped.
    joined, expired, displaced : int64[J]
        The jobs that joined, used up their time, or had to give way at this instant.
    piece : int64[*, 4]
        Job, start, end and node of each piece that is over.
    cost : int
        What a preemption adds to the processing time.
    """

    counts: IntArray
    alarms: Alarms
    arrivals: IntArray
    rank: IntArray
    change_time: IntArray
    change_node: IntArray
    change_entry: IntArray
    predecessors: IntArray
    free: IntArray
    level: IntArray
    room: IntArray
    status: IntArray
    mode: IntArray
    node: IntArray
    start: IntArray
    end: IntArray
    need: IntArray
    left: IntArray
    ran: IntArray
    since: IntArray
    opened: IntArray
    left_at: IntArray
    joined: IntArray
    expired: IntArray
    displaced: IntArray
    piece: IntArray
    cost: int


def new_jobs(inputs: Workload, cost: int) -> Jobs:
    """Return the state before anything has arrived."""
    jobs = len(inputs.release)
    predecessors = np.diff(inputs.predecessor_start)
    change_time, change_node, change_entry = capacity_changes(inputs)
    by_arrival = np.argsort(inputs.release, kind="stable")
    rank = np.empty(jobs, dtype=np.int64)
    rank[by_arrival] = np.arange(jobs)
    level = inputs.profile_level[inputs.profile_start[:-1]]
    zeros = np.zeros((10, jobs), dtype=np.int64)
    return Jobs(
        counts=np.zeros(_COUNTS, dtype=np.int64),
        alarms=new_alarms(jobs),
        arrivals=by_arrival[predecessors[by_arrival] == 0],
        rank=rank,
        change_time=change_time,
        change_node=change_node,
        change_entry=change_entry,
        predecessors=predecessors,
        free=level.copy(),
        level=level.copy(),
        room=np.empty_like(level),
        status=zeros[0],
        mode=np.full(jobs, -1),
        node=zeros[1],
        start=zeros[2],
        end=zeros[3],
        need=zeros[4],
        left=zeros[5],
        ran=zeros[6],
        since=zeros[7],
        opened=np.full(jobs, -1),
        left_at=np.full(jobs, -1),
        joined=zeros[8],
        expired=zeros[9],
        displaced=np.empty(jobs, dtype=np.int64),
        piece=np.empty((2 * jobs + 1024, 4), dtype=np.int64),
        cost=cost,
    )


def with_more_room(jobs: Jobs) -> Jobs:
    """Return the same state with twice the room for pieces."""
    return jobs._replace(piece=np.concatenate([jobs.piece, np.empty_like(jobs.piece)]))


@kernel
def has_room_for_pieces(jobs: Jobs) -> bool:
    """Return whether the pieces that one instant can end still have room."""
    enough: bool = jobs.counts[PIECES] + 3 * jobs.counts[RUNNERS] + 3 <= len(jobs.piece)
    return enough


@kernel
def next_change(inputs: Workload, jobs: Jobs, latest: int) -> int:
    """Return when something happens next, ``latest`` at the latest."""
    when = latest
    if jobs.alarms.job[-1] > 0:
        when = min(when, jobs.alarms.time[0])
    if jobs.counts[ARRIVED] < len(jobs.arrivals):
        when = min(when, inputs.release[jobs.arrivals[jobs.counts[ARRIVED]]])
    if jobs.counts[CHANGES] < len(jobs.change_time):
        when = min(when, jobs.change_time[jobs.counts[CHANGES]])
    return when


@kernel
def change_capacity(inputs: Workload, jobs: Jobs) -> None:
    """Let capacity change that changes now."""
    while jobs.counts[CHANGES] < len(jobs.change_time) and jobs.change_time[jobs.counts[CHANGES]] == jobs.counts[NOW]:
        entry, v = jobs.change_entry[jobs.counts[CHANGES]], jobs.change_node[jobs.counts[CHANGES]]
        for k in range(jobs.free.shape[1]):
            change = inputs.profile_level[entry, k] - jobs.level[v, k]
            jobs.level[v, k] += change
            jobs.free[v, k] += change
        jobs.counts[CHANGES] += 1
        jobs.counts[DROPPED] = 1


@kernel
def let_arrive(inputs: Workload, jobs: Jobs) -> None:
    """Let the jobs join that arrive now, in order of arrival, then file."""
    while jobs.counts[ARRIVED] < len(jobs.arrivals):
        j = jobs.arrivals[jobs.counts[ARRIVED]]
        if inputs.release[j] != jobs.counts[NOW]:
            break
        note_joined(jobs, j)
        jobs.counts[ARRIVED] += 1
    for i in range(1, jobs.counts[JOINED]):
        j, k = jobs.joined[i], i
        while k > 0 and jobs.rank[j] < jobs.rank[jobs.joined[k - 1]]:
            jobs.joined[k] = jobs.joined[k - 1]
            k -= 1
        jobs.joined[k] = j


@kernel
def note_joined(jobs: Jobs, j: int) -> None:
    """Let job ``j``, which gets ready now, wait."""
    jobs.status[j] = WAITING
    jobs.joined[jobs.counts[JOINED]] = j
    jobs.counts[JOINED] += 1
    jobs.counts[WAITERS] += 1


@kernel
def find_room(inputs: Workload, jobs: Jobs, j: int) -> bool:
    """Return whether there is room for job ``j``; where, stands in the counts ``MODE`` and ``NODE``.

    A job that ran before keeps its mode and the speed of its nodes, and its own node is the first to be tried.
    """
    if jobs.mode[j] >= 0:
        m, own = jobs.mode[j], jobs.node[j]
        jobs.counts[MODE] = m
        if has_room(inputs, jobs, m, own):
            jobs.counts[NODE] = own
            return True
        for v in range(len(inputs.node_speed)):
            if inputs.node_speed[v] == inputs.node_speed[own] and has_room(inputs, jobs, m, v):
                jobs.counts[NODE] = v
                return True
        return False
    for m in range(inputs.mode_start[j], inputs.mode_start[j + 1]):
        for v in range(len(inputs.node_speed)):
            if has_room(inputs, jobs, m, v):
                jobs.counts[MODE], jobs.counts[NODE] = m, v
                return True
    return False


@kernel
def has_room(inputs: Workload, jobs: Jobs, m: int, v: int) -> bool:
    """Return whether mode ``m`` has room on node ``v``; an empty job needs none."""
    if inputs.mode_time[m, inputs.node_speed[v]] == 0:
        return not exceeds(inputs.mode_demand, m, inputs.node_capacity, v)
    return not exceeds(inputs.mode_demand, m, jobs.room, v)


@kernel
def take(inputs: Workload, jobs: Jobs, amounts: IntArray, m: int, v: int, sign: int) -> None:
    """Take from ``amounts`` (or give back, with a sign of -1) what mode ``m`` holds on node ``v``."""
    if inputs.mode_time[m, inputs.node_speed[v]] > 0:
        for k in range(amounts.shape[1]):
            amounts[v, k] -= sign * inputs.mode_demand[m, k]


@kernel
def start_piece(inputs: Workload, jobs: Jobs, j: int, m: int, v: int) -> None:
    """Let waiting job ``j`` run from now on; one that stopped at this instant on the same node simply goes on."""
    now = jobs.counts[NOW]
    if jobs.mode[j] < 0:
        jobs.mode[j], jobs.start[j] = m, now
        jobs.need[j] = jobs.left[j] = inputs.mode_time[m, inputs.node_speed[v]]
    elif jobs.opened[j] >= 0 and jobs.node[j] != v:
        interrupt(jobs, j)
    if jobs.opened[j] < 0:
        jobs.opened[j] = now
    jobs.status[j], jobs.node[j], jobs.since[j] = RUNNING, v, now
    jobs.counts[WAITERS] -= 1
    jobs.counts[RUNNERS] += 1
    take(inputs, jobs, jobs.free, m, v, 1)


@kernel
def stop_piece(inputs: Workload, jobs: Jobs, j: int) -> None:
    """Let running job ``j`` give way for now; :func:`settle` sees whether it goes on at once."""
    _pause(inputs, jobs, j)
    jobs.status[j] = WAITING
    jobs.counts[WAITERS] += 1
    jobs.displaced[jobs.counts[DISPLACED]] = j
    jobs.counts[DISPLACED] += 1


@kernel
def _pause(inputs: Workload, jobs: Jobs, j: int) -> None:
    ran = jobs.counts[NOW] - jobs.since[j]
    jobs.left[j] -= ran
    jobs.ran[j] += ran
    jobs.left_at[j] = jobs.counts[NOW]
    jobs.counts[RUNNERS] -= 1
    clear_alarm(jobs.alarms, j)
    take(inputs, jobs, jobs.free, jobs.mode[j], jobs.node[j], -1)


@kernel
def interrupt(jobs: Jobs, j: int) -> None:
    """Count a preemption of job ``j``, whose piece is over."""
    _close_piece(jobs, j)
    jobs.left[j] += jobs.cost


@kernel
def _close_piece(jobs: Jobs, j: int) -> None:
    if jobs.left_at[j] > jobs.opened[j]:
        i = jobs.counts[PIECES]
        jobs.piece[i, 0], jobs.piece[i, 1] = j, jobs.opened[j]
        jobs.piece[i, 2], jobs.piece[i, 3] = jobs.left_at[j], jobs.node[j]
        jobs.counts[PIECES] = i + 1
    jobs.opened[j] = -1


@kernel
def settle(jobs: Jobs) -> None:
    """Interrupt the jobs that gave way in this pass and did not go on."""
    for i in range(jobs.counts[DISPLACED]):
        j = jobs.displaced[i]
        if jobs.status[j] == WAITING and jobs.opened[j] >= 0:
            interrupt(jobs, j)
    jobs.counts[DISPLACED] = 0


@kernel
def end_piece(inputs: Workload, jobs: Jobs, j: int) -> None:
    """Let job ``j`` end now; jobs that wait for it may get ready."""
    _pause(inputs, jobs, j)
    _close_piece(jobs, j)
    jobs.status[j], jobs.end[j] = ENDED, jobs.counts[NOW]
    jobs.counts[FINISHED] += 1
    for e in range(inputs.successor_start[j], inputs.successor_start[j + 1]):
        successor = inputs.successor_job[e]
        jobs.predecessors[successor] -= 1
        if jobs.predecessors[successor] == 0:
            set_alarm(jobs.alarms, successor, ready_time(inputs, jobs.end, successor))
