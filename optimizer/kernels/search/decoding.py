"""Schedule generation from genes: a key for each job and, where it is bound, its mode and node."""

from typing import NamedTuple

import numpy as np

from optimizer.kernels.compilation import kernel, kernel_apart
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.serial import Plan, end_cost, latest_better, ready_time
from optimizer.kernels.timeline import Timeline, earliest_start, exceeds, reserve, reset
from optimizer.problem import NEVER
from optimizer.units import FloatArray, IntArray

FREE = -1
"""Instead of a mode or node: the one of the earliest end."""


class Genes(NamedTuple):
    """What one individual hands on.

    Parameters
    ----------
    key : float64[J]
        Smaller comes first.
    mode, node : int64[J]
        Mode and node that a job has to take, or ``FREE``; a pair that does not fit counts as free.
    """

    key: FloatArray
    mode: IntArray
    node: IntArray


class Bounds(NamedTuple):
    """What is known of the jobs that are not placed yet, in the direction of the generation.

    Parameters
    ----------
    tail : int64[J]
        Longest chain that has to follow the end of each job.
    least_time : int64[J]
        Shortest processing time of each job.
    area : int64[J, K]
        Least amount of each resource times time that a job takes.
    capacity : int64[K]
        Amount of each resource on all nodes together.
    left : int64[K]
        Room: area of the jobs that are not placed.
    """

    tail: IntArray
    least_time: IntArray
    area: IntArray
    capacity: IntArray
    left: IntArray


def new_genes(jobs: int) -> Genes:
    """Return genes that bind nothing."""
    return Genes(np.zeros(jobs), np.full(jobs, FREE), np.full(jobs, FREE))


@kernel
def is_bound(inputs: Inputs, genes: Genes, j: int) -> bool:
    """Return whether the genes bind job ``j`` to a mode and node that fit."""
    m, v = genes.mode[j], genes.node[j]
    return m != FREE and v != FREE and not exceeds(inputs.mode_demand, m, inputs.node_capacity, v)


@kernel_apart
def place_by_genes(inputs: Inputs, genes: Genes, timeline: Timeline, plan: Plan, j: int, ready: int, last: int) -> bool:
    """Put job ``j`` where it ends first among the places that its genes leave and that start up to ``last``.

    Returns
    -------
    bool
        Whether there is such a place.
    """
    bound = is_bound(inputs, genes, j)
    best_end, best_cost = NEVER, np.inf
    for m in range(inputs.mode_start[j], inputs.mode_start[j + 1]):
        for v in range(len(inputs.node_speed)):
            if bound and (m != genes.mode[j] or v != genes.node[j]):
                continue
            if exceeds(inputs.mode_demand, m, inputs.node_capacity, v):
                continue
            speed = inputs.node_speed[v]
            duration = inputs.mode_time[m, speed]
            latest = min(last, latest_better(inputs, m, v, best_end, best_cost))
            start = earliest_start(timeline, v, ready, duration, inputs.mode_demand, m, latest)
            if start <= latest:
                best_end, best_cost = start + duration, end_cost(inputs, m, speed, start + duration)
                plan.start[j], plan.mode[j], plan.node[j] = start, m, v
    if best_end == NEVER:
        return False
    plan.end[j] = best_end
    reserve(timeline, plan.node[j], plan.start[j], best_end - plan.start[j], inputs.mode_demand, plan.mode[j])
    return True


@kernel_apart
def decode_serial(
    inputs: Inputs, genes: Genes, order: IntArray, bounds: Bounds, most: float, timeline: Timeline, plan: Plan
) -> int:
    """Place all jobs one after another, until it is certain that the last end will be above ``most``.

    Parameters
    ----------
    inputs, genes
        The problem; what binds the jobs.
    order : int64[J]
        No job stands before a predecessor.
    bounds : Bounds
        Of this direction.
    most : float
        Largest last end of use.
    timeline, plan
        The result, if all jobs are placed.

    Returns
    -------
    int
        How many jobs are placed.
    """
    reset(timeline, inputs)
    for i in range(len(order)):
        j = order[i]
        place_by_genes(inputs, genes, timeline, plan, j, ready_time(inputs, plan.end, j), NEVER)
        if plan.end[j] + bounds.tail[j] > most:
            return i + 1
    return len(order)


@kernel_apart
def decode_parallel(
    inputs: Inputs, genes: Genes, order: IntArray, bounds: Bounds, most: float, timeline: Timeline, plan: Plan
) -> int:
    """Let time go on and start, at each instant at which a job ends or gets ready, every job that can start.

    Each instant looks at all jobs that wait: for problems of moderate size. Instants at which only availability changes
    are passed over; a job that no instant suits is placed by the serial scheme. Parameters and result are those of
    :func:`decode_serial`, but ``order`` is undefined afterwards.
    """
    reset(timeline, inputs)
    for k in range(len(bounds.left)):
        bounds.left[k] = 0
    for j in range(len(order)):
        plan.end[j] = NEVER
        _add_area(bounds, j, 1)
    left, now = len(order), 0
    while left > 0:
        left = _start_all(inputs, genes, order, left, now, bounds, timeline, plan)
        if left > 0 and _least_end(order, left, now, bounds) > most:
            return len(order) - left
        after = _next_instant(inputs, order, left, now, plan)
        if left > 0 and after == NEVER:
            j = order[0]
            place_by_genes(inputs, genes, timeline, plan, j, max(now, ready_time(inputs, plan.end, j)), NEVER)
            after = max(now, plan.start[j])
            left -= 1
            for i in range(left):
                order[i] = order[i + 1]
        now = after
    return len(order)


@kernel
def _add_area(bounds: Bounds, j: int, sign: int) -> None:
    for k in range(len(bounds.left)):
        bounds.left[k] += sign * bounds.area[j, k]


@kernel
def _start_all(
    inputs: Inputs,
    genes: Genes,
    order: IntArray,
    left: int,
    now: int,
    bounds: Bounds,
    timeline: Timeline,
    plan: Plan,
) -> int:
    """Start every job that can start now; keep the others in ``order`` and return how many they are."""
    kept = 0
    for i in range(left):
        j = order[i]
        if ready_time(inputs, plan.end, j) > now or not place_by_genes(inputs, genes, timeline, plan, j, now, now):
            order[kept] = j
            kept += 1
        else:
            _add_area(bounds, j, -1)
    return kept


@kernel
def _least_end(order: IntArray, left: int, now: int, bounds: Bounds) -> float:
    """Return a bound on the last end when all waiting jobs start after ``now``."""
    least = 0.0
    for i in range(left):
        j = order[i]
        least = max(least, 1.0 * (now + 1 + bounds.least_time[j] + bounds.tail[j]))
    for k in range(len(bounds.left)):
        if bounds.capacity[k] > 0:
            least = max(least, now + bounds.left[k] / bounds.capacity[k])
    return least


@kernel
def _next_instant(inputs: Inputs, order: IntArray, left: int, now: int, plan: Plan) -> int:
    """Return when next a running job ends or a waiting job gets ready, ``NEVER`` if nothing comes."""
    after = NEVER
    for j in range(len(plan.end)):
        if plan.end[j] > now:
            after = min(after, plan.end[j])
    for i in range(left):
        ready = ready_time(inputs, plan.end, order[i])
        if ready > now:
            after = min(after, ready)
    return after
