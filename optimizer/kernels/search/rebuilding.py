"""Small sets of jobs that are taken out and built again in the best order, beside the other jobs.

All orders of the set are tried depth first, each job where it ends first, and a branch is left once the least that it
can cost is no better than the best so far: the large neighbourhood of Shaw 1998, "Using constraint programming and
local search methods to solve vehicle routing problems", searched to the end.
"""

from typing import NamedTuple

import numpy as np

from optimizer.kernels.compilation import kernel, kernel_apart
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.randomness import draw_below
from optimizer.kernels.search.neighbourhood import (
    Neighbourhood,
    begin_move,
    book,
    cost_of,
    find,
    free,
    put_as_found,
    take_out,
)
from optimizer.kernels.serial import Plan, copy_job, new_plan, ready_time
from optimizer.problem import NEVER
from optimizer.units import FloatArray, IntArray

LARGEST = 6
_WINDOW = 3
"""A set is drawn from a window of so many times its size."""

_LEAST_GAIN = 1e-9


class Rebuilding(NamedTuple):
    """Room for the search; D is the largest size of a set.

    Parameters
    ----------
    jobs : int64[D]
        The set; those before the current depth are placed, in this order.
    next : int64[D + 1]
        At each depth, which of the jobs that are left is tried next.
    cost : float64[D + 1]
        At each depth, what the jobs placed so far cost.
    least : float64[J]
        Of the jobs of the set, the least that each can cost.
    best : Plan
        The best way so far.
    """

    jobs: IntArray
    next: IntArray
    cost: FloatArray
    least: FloatArray
    best: Plan


def new_rebuilding(jobs: int) -> Rebuilding:
    """Return room for sets of ``jobs`` jobs."""
    return Rebuilding(
        jobs=np.zeros(LARGEST, dtype=np.int64),
        next=np.zeros(LARGEST + 1, dtype=np.int64),
        cost=np.zeros(LARGEST + 1),
        least=np.zeros(jobs),
        best=new_plan(jobs),
    )


@kernel_apart
def rebuild(inputs: Inputs, space: Neighbourhood, room: Rebuilding, random: IntArray) -> None:
    """Begin a move that builds some jobs that start about the same time again; they stay where nothing is better."""
    size = _draw_set(inputs, space, room, random)
    best = _begin(inputs, space, room, size)
    depth = 0
    room.next[0], room.cost[0] = 0, 0.0
    while depth >= 0:
        i = depth + room.next[depth]
        if i < size:
            room.next[depth] += 1
            room.jobs[depth], room.jobs[i] = room.jobs[i], room.jobs[depth]
            if _descend(inputs, space, room, size, depth, best):
                depth += 1
                room.next[depth] = 0
                if depth == size:
                    best = room.cost[size]
                    for q in range(size):
                        copy_job(space.plan, room.best, room.jobs[q])
                continue
        else:
            depth -= 1
            if depth < 0:
                break
            free(inputs, space, room.jobs[depth])
            i = depth + room.next[depth] - 1
        room.jobs[depth], room.jobs[i] = room.jobs[i], room.jobs[depth]
    for q in range(size):
        copy_job(room.best, space.plan, room.jobs[q])
        put_as_found(inputs, space, room.jobs[q])


@kernel
def _draw_set(inputs: Inputs, space: Neighbourhood, room: Rebuilding, random: IntArray) -> int:
    """Draw some of the jobs of a window of the order and take them out; return how many."""
    jobs = len(space.order)
    size = min(3 + draw_below(random, LARGEST - 2), jobs)
    window = min(_WINDOW * size, jobs)
    first = draw_below(random, jobs - window + 1)
    begin_move(space, first, first + window - 1)
    found = 0
    for p in range(window):
        if draw_below(random, window - p) < size - found:
            room.jobs[found] = space.order[first + p]
            found += 1
    for q in range(size):
        take_out(inputs, space, room.jobs[q], True)
    return size


@kernel
def _begin(inputs: Inputs, space: Neighbourhood, room: Rebuilding, size: int) -> float:
    """Note where the jobs are and the least that each can cost alone; return what they cost now."""
    now = 0.0
    for q in range(size):
        j = room.jobs[q]
        copy_job(space.old, room.best, j)
        now += _cost(inputs, space.old, j)
        found = find(inputs, space, j, inputs.release[j], NEVER, NEVER)
        room.least[j] = _cost(inputs, space.plan, j) if found else -np.inf
        copy_job(space.old, space.plan, j)
    return now


@kernel
def _descend(inputs: Inputs, space: Neighbourhood, room: Rebuilding, size: int, depth: int, best: float) -> bool:
    """Place the job at ``depth`` where it ends first; return whether less than ``best`` may come of it."""
    j = room.jobs[depth]
    if _waits(inputs, room, size, depth):
        return False
    if not find(inputs, space, j, ready_time(inputs, space.plan.end, j), NEVER, NEVER):
        return False
    cost = room.cost[depth] + _cost(inputs, space.plan, j)
    least = cost
    for q in range(depth + 1, size):
        least += room.least[room.jobs[q]]
    if least > best - _LEAST_GAIN or _delays(inputs, space, room, size, depth):
        return False
    book(inputs, space, j)
    room.cost[depth + 1] = cost
    return True


@kernel
def _waits(inputs: Inputs, room: Rebuilding, size: int, depth: int) -> bool:
    """Return whether the job at ``depth`` has a predecessor among those that are not placed."""
    j = room.jobs[depth]
    for e in range(inputs.predecessor_start[j], inputs.predecessor_start[j + 1]):
        for q in range(depth + 1, size):
            if inputs.predecessor_job[e] == room.jobs[q]:
                return True
    return False


@kernel
def _delays(inputs: Inputs, space: Neighbourhood, room: Rebuilding, size: int, depth: int) -> bool:
    """Return whether a successor outside the set could not keep its start."""
    j = room.jobs[depth]
    for e in range(inputs.successor_start[j], inputs.successor_start[j + 1]):
        successor, outside = inputs.successor_job[e], True
        for q in range(size):
            outside = outside and room.jobs[q] != successor
        if outside and ready_time(inputs, space.plan.end, successor) > space.plan.start[successor]:
            return True
    return False


@kernel
def _cost(inputs: Inputs, plan: Plan, j: int) -> float:
    """Return what a job adds to a sum; under a maximum objective its end, for room is all that matters."""
    cost: float = 1.0 * plan.end[j] if inputs.is_maximum else cost_of(inputs, plan, j)
    return cost
