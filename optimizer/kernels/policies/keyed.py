"""Preemptive policies by a key: at each instant the jobs of the least keys run; for compiled loops.

Waiting jobs that fit on the same nodes in the same modes form a class, a heap by key. The first waiting job that has
room is then the least of the tops of the classes that have room: its cost grows with the number of distinct demands,
not with the length of the queue.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from optimizer.kernels.compilation import kernel
from optimizer.kernels.inputs import Workload, integers
from optimizer.kernels.policies.alarms import clear_alarm, set_alarm
from optimizer.kernels.policies.preemption_state import (
    COMING,
    FINISHED,
    JOINED,
    MODE,
    NODE,
    NOW,
    RUNNING,
    WAITERS,
    Jobs,
    change_capacity,
    end_piece,
    find_room,
    has_room,
    has_room_for_pieces,
    interrupt,
    let_arrive,
    next_change,
    note_joined,
    settle,
    start_piece,
    stop_piece,
    take,
)  # fmt: skip
from optimizer.problem import NEVER
from optimizer.units import FloatArray, IntArray

FIXED, REMAINING, ATTAINED = range(3)


class Keys(NamedTuple):
    """What the policy goes by, and who waits and runs.

    Parameters
    ----------
    kind : int
        ``FIXED``, ``REMAINING`` (estimated processing time that is left) or ``ATTAINED`` (service so far).
    quantum : int
        How long after a pass the next one comes at the latest while jobs wait.
    key : float64[J]
        Smaller runs first; equal ones run before they wait, then go by arrival and file.
    estimate : int64[M, S]
        The processing time that is believed.
    believed : int64[J]
        That of each job where it first started.
    size : float64[J]
        What an attained service is counted in.
    fresh_class : int64[J]
        The class of each job before its first start.
    later_class : int64[M, S]
        Its class after that, by mode and speed.
    base : int64[C+1]
        The heap of class c is in entries ``base[c]`` up to ``base[c + 1]`` of ``heap``.
    size_of : int64[C]
        How many are in it.
    heap : int64[*]
        Jobs.
    active, place : int64[C + 1], int64[C]
        The classes in which jobs wait (the last number says how many), and where each is in that list, -1 if it is not.
    running : int64[J + 1]
        The jobs that ran after the last pass, by key as of then; the last number says how many.
    kept : int64[J]
        Those that run after the present one, as far as it is.
    """

    kind: int
    quantum: int
    key: FloatArray
    estimate: IntArray
    believed: IntArray
    size: FloatArray
    fresh_class: IntArray
    later_class: IntArray
    base: IntArray
    size_of: IntArray
    heap: IntArray
    active: IntArray
    place: IntArray
    running: IntArray
    kept: IntArray


def new_keys(
    inputs: Workload, kind: int, key: FloatArray, *, estimate: IntArray, size: FloatArray, quantum: int
) -> Keys:
    """Return the keys of jobs of which none waits yet; ``key`` is that before the first start."""
    jobs = len(inputs.release)
    fresh_class, later_class, room = _classes(inputs)
    base = np.concatenate([[0], np.cumsum(room)]).astype(np.int64)
    return Keys(
        kind=kind,
        quantum=quantum,
        key=key.astype(np.float64),
        estimate=estimate,
        believed=np.zeros(jobs, dtype=np.int64),
        size=size,
        fresh_class=fresh_class,
        later_class=later_class,
        base=base,
        size_of=np.zeros(len(room), dtype=np.int64),
        heap=np.empty(base[-1], dtype=np.int64),
        active=np.zeros(len(room) + 1, dtype=np.int64),
        place=np.full(len(room), -1),
        running=np.zeros(jobs + 1, dtype=np.int64),
        kept=np.empty(jobs, dtype=np.int64),
    )


def _classes(inputs: Workload) -> tuple[IntArray, IntArray, IntArray]:
    """Return the class of each job before its first start, of each mode at each speed after it, and their sizes."""
    modes, speeds = inputs.mode_time.shape
    jobs = len(inputs.mode_start) - 1
    of_mode = np.repeat(np.arange(jobs), np.diff(inputs.mode_start))
    empty = inputs.mode_time == 0
    rows = np.column_stack([np.repeat(inputs.mode_demand, speeds, axis=0), empty.reshape(-1), _speeds(modes, speeds)])
    kinds, later = np.unique(rows, axis=0, return_inverse=True)
    later_class = later.reshape(modes, speeds)
    room = np.zeros(len(kinds), dtype=np.int64)
    pairs = np.unique(np.column_stack([np.repeat(of_mode, speeds), later.reshape(-1)]), axis=0)
    np.add.at(room, pairs[:, 1], 1)  # a job waits in a class once, whatever its mode
    if speeds == 1 and modes == jobs:
        return integers(later_class[:, 0]), integers(later_class), room
    own = np.unique(np.column_stack([inputs.mode_demand, empty]), axis=0, return_inverse=True)[1].reshape(-1)
    signatures: dict[tuple[int, ...], int] = {}
    fresh = np.array([signatures.setdefault(key, len(signatures)) for key in _by_job(inputs, own)], dtype=np.int64)
    return len(kinds) + fresh, integers(later_class), np.concatenate([room, np.bincount(fresh)])


def _speeds(modes: int, speeds: int) -> IntArray:
    return np.tile(np.arange(speeds), modes)


def _by_job(inputs: Workload, of_modes: IntArray) -> Iterator[tuple[int, ...]]:
    """Yield the numbers of each job's modes."""
    values = of_modes.tolist()
    bounds = inputs.mode_start.tolist()
    for first, stop in pairwise(bounds):
        yield tuple(values[first:stop])


@kernel
def run_keyed(inputs: Workload, jobs: Jobs, keys: Keys, alarm: IntArray, instants: int) -> None:
    """Let the next ``instants`` instants happen, fewer if all jobs end before or there is no more room for pieces.

    Parameters
    ----------
    inputs, jobs, keys
        The simulation.
    alarm : int64[1]
        When a pass comes even if nothing else happens.
    instants : int
        How many.
    """
    for _ in range(instants):
        if jobs.counts[FINISHED] == len(inputs.release) or not has_room_for_pieces(jobs):
            return
        jobs.counts[NOW] = next_change(inputs, jobs, alarm[0])
        jobs.counts[JOINED] = 0
        _ring(inputs, jobs)
        change_capacity(inputs, jobs)
        let_arrive(inputs, jobs)
        for i in range(jobs.counts[JOINED]):
            _wait(inputs, jobs, keys, jobs.joined[i])
        _pass(inputs, jobs, keys)
        settle(jobs)
        waits = keys.kind == ATTAINED and jobs.counts[WAITERS] > 0
        alarm[0] = jobs.counts[NOW] + keys.quantum if waits else NEVER


@kernel
def _ring(inputs: Workload, jobs: Jobs) -> None:
    """Let the jobs end that end now, and those join that get ready now behind others."""
    while jobs.alarms.job[-1] > 0 and jobs.alarms.time[0] == jobs.counts[NOW]:
        j = jobs.alarms.job[0]
        clear_alarm(jobs.alarms, j)
        if jobs.status[j] == COMING:
            note_joined(jobs, j)
        else:
            end_piece(inputs, jobs, j)


@kernel
def _pass(inputs: Workload, jobs: Jobs, keys: Keys) -> None:
    """Give room to running and waiting jobs in the order of their keys; what gets none waits.

    Running jobs come with their places. Where a waiting job stands before one of them, the first that has room is
    looked for; as room only shrinks it stays the first as long as it has room.
    """
    before = _sort_running(jobs, keys)
    for v in range(len(jobs.level)):
        for k in range(jobs.level.shape[1]):
            jobs.room[v, k] = jobs.level[v, k]
    after, i, found = 0, 0, -1
    least = _least_waiting(inputs, jobs, keys, False)
    while i < before or least >= 0:
        r = keys.running[i] if i < before else -1
        searches = least >= 0 and (r < 0 or _stands_before(jobs, keys, least, r))
        if searches and (found < 0 or not find_room(inputs, jobs, found)):
            found = _least_waiting(inputs, jobs, keys, True)
        if searches and found >= 0 and (r < 0 or _stands_before(jobs, keys, found, r)):
            find_room(inputs, jobs, found)
            _leave(inputs, jobs, keys, found)
            after = _run(inputs, jobs, keys, found, after)
            found, least = -1, _least_waiting(inputs, jobs, keys, False)
        elif r < 0:
            break
        else:
            after = _keep(inputs, jobs, keys, r, after)
            i += 1
    for i in range(after):
        keys.running[i] = keys.kept[i]
    keys.running[-1] = after


@kernel
def _sort_running(jobs: Jobs, keys: Keys) -> int:
    """Bring the running jobs in the order of their keys as of now; return how many there are."""
    count = 0
    for i in range(keys.running[-1]):
        j = keys.running[i]
        if jobs.status[j] == RUNNING:
            _renew_key(jobs, keys, j, jobs.counts[NOW] - jobs.since[j])
            k = count
            while k > 0 and _stands_before(jobs, keys, j, keys.running[k - 1]):
                keys.running[k] = keys.running[k - 1]
                k -= 1
            keys.running[k] = j
            count += 1
    return count


@kernel
def _renew_key(jobs: Jobs, keys: Keys, j: int, running_for: int) -> None:
    if keys.kind == REMAINING:
        keys.key[j] = keys.believed[j] + jobs.left[j] - jobs.need[j] - running_for
    elif keys.kind == ATTAINED:
        keys.key[j] = keys.size[j] * (jobs.ran[j] + running_for)


@kernel
def _stands_before(jobs: Jobs, keys: Keys, a: int, b: int) -> bool:
    """Return whether job ``a`` comes before job ``b``: smaller key, then running, then earlier."""
    if keys.key[a] != keys.key[b]:
        smaller: bool = keys.key[a] < keys.key[b]
        return smaller
    if jobs.status[a] != jobs.status[b]:
        runs: bool = jobs.status[a] == RUNNING
        return runs
    earlier: bool = jobs.rank[a] < jobs.rank[b]
    return earlier


@kernel
def _keep(inputs: Workload, jobs: Jobs, keys: Keys, r: int, after: int) -> int:
    """Let running job ``r`` keep its place, move, or wait; return how many jobs run after it."""
    m, v = jobs.mode[r], jobs.node[r]
    if has_room(inputs, jobs, m, v):
        take(inputs, jobs, jobs.room, m, v, 1)
        keys.kept[after] = r
        return after + 1
    stop_piece(inputs, jobs, r)
    if find_room(inputs, jobs, r):
        return _run(inputs, jobs, keys, r, after)
    interrupt(jobs, r)
    _renew_key(jobs, keys, r, 0)
    _wait(inputs, jobs, keys, r)
    return after


@kernel
def _run(inputs: Workload, jobs: Jobs, keys: Keys, j: int, after: int) -> int:
    """Let waiting job ``j`` run where there is room; return how many jobs run after it."""
    m, v = jobs.counts[MODE], jobs.counts[NODE]
    if jobs.mode[j] < 0:
        keys.believed[j] = keys.estimate[m, inputs.node_speed[v]]
    start_piece(inputs, jobs, j, m, v)
    take(inputs, jobs, jobs.room, m, v, 1)
    set_alarm(jobs.alarms, j, jobs.counts[NOW] + jobs.left[j])
    keys.kept[after] = j
    return after + 1


@kernel
def _least_waiting(inputs: Workload, jobs: Jobs, keys: Keys, with_room: bool) -> int:
    """Return the waiting job of the least key, of all or of those that have room; -1 without one."""
    best = -1
    for i in range(keys.active[-1]):
        j = keys.heap[keys.base[keys.active[i]]]
        first = best < 0 or _stands_before(jobs, keys, j, best)
        if first and (not with_room or find_room(inputs, jobs, j)):
            best = j
    return best


@kernel
def _class_of(inputs: Workload, jobs: Jobs, keys: Keys, j: int) -> int:
    found: int = keys.fresh_class[j]
    if jobs.mode[j] >= 0:
        found = keys.later_class[jobs.mode[j], inputs.node_speed[jobs.node[j]]]
    return found


@kernel
def _wait(inputs: Workload, jobs: Jobs, keys: Keys, j: int) -> None:
    """Enter job ``j`` into the heap of its class."""
    c = _class_of(inputs, jobs, keys, j)
    base, i = keys.base[c], keys.size_of[c]
    if i == 0:
        keys.place[c] = keys.active[-1]
        keys.active[keys.active[-1]] = c
        keys.active[-1] += 1
    keys.size_of[c] += 1
    while i > 0 and _stands_before(jobs, keys, j, keys.heap[base + (i - 1) // 2]):
        keys.heap[base + i] = keys.heap[base + (i - 1) // 2]
        i = (i - 1) // 2
    keys.heap[base + i] = j


@kernel
def _leave(inputs: Workload, jobs: Jobs, keys: Keys, j: int) -> None:
    """Take job ``j``, the first of its class, out of the heap."""
    c = _class_of(inputs, jobs, keys, j)
    base, size = keys.base[c], keys.size_of[c] - 1
    keys.size_of[c] = size
    if size == 0:
        last = keys.active[keys.active[-1] - 1]
        keys.active[keys.place[c]] = last
        keys.place[last] = keys.place[c]
        keys.active[-1] -= 1
        return
    last, i = keys.heap[base + size], 0
    while 2 * i + 1 < size:
        child = 2 * i + 1
        if child + 1 < size and _stands_before(jobs, keys, keys.heap[base + child + 1], keys.heap[base + child]):
            child += 1
        if not _stands_before(jobs, keys, keys.heap[base + child], last):
            break
        keys.heap[base + i] = keys.heap[base + child]
        i = child
    keys.heap[base + i] = last
