"""All jobs as work that flows through one machine, whose rate changes with time.

What flows may be interrupted at any moment, and one job may take the whole machine: so no schedule, preemptive or not,
gets work done earlier than these do.
"""

from typing import NamedTuple

import numpy as np

from optimizer.kernels.compilation import kernel
from optimizer.kernels.heap import pop, push
from optimizer.kernels.ranks import first_from, insert, remove
from optimizer.units import FloatArray, IntArray


class Machine(NamedTuple):
    """How much work a machine does.

    Parameters
    ----------
    time : float64[B]
        When its rate changes, ascending from 0.
    rate : float64[B]
        Work in a step from then on; above 0 in the last entry.
    """

    time: FloatArray
    rate: FloatArray


class Flow(NamedTuple):
    """What happens to the jobs; both by rank.

    Parameters
    ----------
    done : float64[J]
        When the last of the work of each job is done; infinite for a job that never comes.
    moment : float64[J]
        Integral of time over the work of each job.
    """

    done: FloatArray
    moment: FloatArray


def new_flow(jobs: int) -> Flow:
    """Return room for so many jobs."""
    return Flow(np.full(jobs, np.inf), np.zeros(jobs))


@kernel
def flow_by_rank(
    machine: Machine, arrival: FloatArray, order: IntArray, work: FloatArray, ranks: IntArray, flow: Flow
) -> None:
    """Let, at each moment, the job of the least rank flow that has arrived and is not done.

    Parameters
    ----------
    machine : Machine
        Where it flows.
    arrival : float64[J]
        When the jobs of ``order`` arrive, ascending.
    order : int64[J]
        Their ranks.
    work : float64[J]
        Work > 0 of each rank; used up.
    ranks : int64[*, *]
        An empty set of J ranks.
    flow : Flow
        Overwritten.
    """
    now, i, b = 0.0, 0, 0
    while True:
        while i < len(order) and arrival[i] <= now:
            insert(ranks, order[i])
            i += 1
        b = _entry(machine, b, now)
        until = _next_change(machine, b)
        if i < len(order):
            until = min(until, arrival[i])
        rank = first_from(ranks, 0)
        if rank < 0 and i == len(order):
            return
        if rank >= 0 and machine.rate[b] > 0:
            end = now + work[rank] / machine.rate[b]
            amount = work[rank]
            if end <= until:
                until = end
                flow.done[rank] = end
                remove(ranks, rank)
            else:
                amount = (until - now) * machine.rate[b]
                work[rank] -= amount
            flow.moment[rank] += amount * 0.5 * (now + until)
        now = until


@kernel
def flow_by_work(machine: Machine, arrival: FloatArray, work: FloatArray, heap: FloatArray, done: FloatArray) -> None:
    """Let, at each moment, the job with the least work left flow: no rule ends more jobs by any time (Schrage 1968).

    Parameters
    ----------
    machine : Machine
        Where it flows.
    arrival : float64[J]
        When the jobs arrive, ascending.
    work : float64[J]
        Work > 0 of each.
    heap : float64[J, 2]
        Room.
    done : float64[J]
        When the first, second, ... of them is done; overwritten.
    """
    now, i, b, size, ended = 0.0, 0, 0, 0, 0
    while ended < len(arrival):
        while i < len(arrival) and arrival[i] <= now:
            size = push(heap, size, work[i], i)
            i += 1
        b = _entry(machine, b, now)
        until = _next_change(machine, b)
        if i < len(arrival):
            until = min(until, arrival[i])
        if size > 0 and machine.rate[b] > 0:
            end = now + heap[0, 0] / machine.rate[b]
            if end <= until:
                until = end
                done[ended] = end
                ended += 1
                size = pop(heap, size)
            else:
                heap[0, 0] -= (until - now) * machine.rate[b]
        now = until


@kernel
def late_weight(area: FloatArray, work: FloatArray, weight: FloatArray, heap: FloatArray, part: FloatArray) -> float:
    """Return the least weight that is late when parts of jobs may be: whenever too much is due, what is lightest goes.

    The rule of Moore & Hodgson (1968) for parts of jobs.

    Parameters
    ----------
    area : float64[J]
        Work that can be done until each job is due, ascending.
    work, weight : float64[J]
        Work > 0 and weight of each job.
    heap : float64[J, 2]
        Room.
    part : float64[J]
        Work of each that is in time; overwritten.
    """
    size, kept, late = 0, 0.0, 0.0
    for i in range(len(area)):
        size = push(heap, size, weight[i] / work[i], i)
        part[i] = work[i]
        kept += work[i]
        while kept > area[i] and size > 0:
            j = int(heap[0, 1])
            amount = min(part[j], kept - area[i])
            late += amount * heap[0, 0]
            kept -= amount
            part[j] -= amount
            if part[j] > 0.0:
                break
            size = pop(heap, size)
    return late


@kernel
def _entry(machine: Machine, b: int, now: float) -> int:
    """Return the entry of the machine that holds at ``now``, not before that of ``b``."""
    while b + 1 < len(machine.time) and machine.time[b + 1] <= now:
        b += 1
    return b


@kernel
def _next_change(machine: Machine, b: int) -> float:
    """Return when the rate changes after entry ``b``."""
    change: float = machine.time[b + 1] if b + 1 < len(machine.time) else np.inf
    return change
