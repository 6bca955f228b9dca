"""Between which times each job must run: heads from arrivals and predecessors, tails from deadlines and costs."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from optimizer.objective import Costs
from optimizer.problem import NEVER, Problem
from optimizer.units import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Heads:
    """How early each job can be, whatever the others do with the capacity.

    Parameters
    ----------
    start : int64[J]
        No valid schedule starts the job earlier.
    end : int64[J]
        No valid schedule ends the job earlier.
    """

    start: IntArray
    end: IntArray


def heads(problem: Problem, *, blocked: bool = True) -> Heads:
    """Return how early each job can be, by arrivals, predecessors, lags and (if ``blocked``) unavailability."""
    blocked = blocked and len(problem.profile_time) > problem.nodes
    if not len(problem.predecessor_job):
        end = _free_ends(problem) if blocked else problem.release + problem.least_time
        return Heads(problem.release, end)
    start, end = problem.release.copy(), problem.release + problem.least_time
    kinds = [*_kinds_of_nodes(problem)] if blocked else []
    for j in problem.topological_order.tolist():
        own = slice(problem.predecessor_start[j], problem.predecessor_start[j + 1])
        before = end[problem.predecessor_job[own]] + problem.predecessor_lag[own]
        start[j] = max(problem.release[j], before.max(initial=0))
        end[j] = _earliest_end(problem, kinds, j, int(start[j])) if blocked else start[j] + problem.least_time[j]
    return Heads(start, end)


def _kinds_of_nodes(problem: Problem) -> Iterator[tuple[int, IntArray, IntArray]]:
    """Yield speed and capacity profile of each kind of node."""
    for v in problem.first_of_kind:
        own = slice(problem.profile_start[v], problem.profile_start[v + 1])
        yield int(problem.node_speed[v]), problem.profile_time[own], problem.profile_level[own]


def _free_ends(problem: Problem) -> IntArray:
    """Return when each job could end at the earliest from its arrival on if it had the cluster to itself, int64[J]."""
    best = np.full(len(problem.mode_demand), NEVER)
    for speed, time, level in _kinds_of_nodes(problem):
        duration, start = problem.mode_time[:, speed], problem.release[problem.mode_job]
        for begin, end, free in zip(time, np.append(time[1:], NEVER), level, strict=True):
            short = (problem.mode_demand > free).any(axis=1) & (duration > 0)
            start = np.where(short & (start < end) & (start + duration > begin), end, start)
        best = np.minimum(best, start + duration)
    return np.minimum.reduceat(best, problem.mode_start[:-1])


def _earliest_end(problem: Problem, kinds: list[tuple[int, IntArray, IntArray]], j: int, ready: int) -> int:
    """Return when job j could end at the earliest if it had the cluster to itself."""
    best = NEVER
    for mode in range(problem.mode_start[j], problem.mode_start[j + 1]):
        for speed, time, level in kinds:
            duration = int(problem.mode_time[mode, speed])
            short = (level < problem.mode_demand[mode]).any(axis=1)
            start = earliest_free(time, short, ready, duration)
            best = min(best, start + duration)
    return best


def earliest_free(time: IntArray, short: IntArray, ready: int, duration: int) -> int:
    """Return the first start >= ready so that [start, start + duration) meets no interval of a profile marked short.

    It is ``NEVER`` if there is none. An empty job runs anywhere.
    """
    if duration == 0 or not short.any():
        return ready
    start = ready
    for i in np.flatnonzero(short).tolist():
        until = int(time[i + 1]) if i + 1 < len(time) else NEVER
        if start < until and start + duration > time[i]:
            start = until
    return min(start, NEVER)


def latest_ends(problem: Problem, costs: Costs, head: Heads, horizon: int, total: float) -> IntArray:
    """Return when each mode at each speed must have ended in schedules of at most a known total cost.

    A job may cost no more than what the others leave of ``total`` when each of them costs as little as it can.

    Parameters
    ----------
    problem, costs
        The problem and its costs.
    head : Heads
        How early each job can be.
    horizon : int
        All jobs end by this time.
    total : float
        Total cost of a known schedule; infinite without one.

    Returns
    -------
    int64[M, S]
        ``NEVER`` at most; less than the head's end where no schedule of that cost uses the mode at that speed.
    """
    job = problem.mode_job
    limit = np.minimum(_latest_by_cost(problem, costs, head, total), problem.deadline[job][:, None])
    limit = np.minimum(limit, horizon)
    if not len(problem.predecessor_job):
        return limit
    latest = np.maximum.reduceat(limit.max(axis=1), problem.mode_start[:-1])
    starts, successor, lag = problem.successors
    for j in problem.topological_order[::-1].tolist():
        own = slice(starts[j], starts[j + 1])
        after = latest[successor[own]] - problem.least_time[successor[own]] - lag[own]
        latest[j] = min(int(latest[j]), int(after.min(initial=NEVER)))
    return np.minimum(limit, latest[job][:, None])


def least_costs(problem: Problem, costs: Costs, head: Heads, *, preemptive: bool = False) -> FloatArray:
    """Return the least that each job can cost, float64[J]; minus infinity for jobs that a maximum leaves out.

    A preempted job may end on a slow node, whose speed its cost counts with, after it has done its work on a fast one.
    """
    mode, speed = np.arange(len(problem.mode_time))[:, None], np.arange(problem.mode_time.shape[1])
    time = problem.mode_time.min(axis=1, keepdims=True) if preemptive else problem.mode_time
    end = np.maximum(head.end[problem.mode_job][:, None], head.start[problem.mode_job][:, None] + time)
    return np.minimum.reduceat(costs.at(mode, speed, end).min(axis=1), problem.mode_start[:-1])


def _latest_by_cost(problem: Problem, costs: Costs, head: Heads, total: float) -> IntArray:
    shape = problem.mode_time.shape
    if total == np.inf:
        return np.full(shape, NEVER)
    if costs.is_maximum:
        return np.where(costs.slope > 0, costs.reference + int(total), NEVER)
    least = least_costs(problem, costs, head)
    slack = (total - least.sum() + least)[problem.mode_job][:, None] * (1 + 1e-9) + 1e-6
    over = np.divide(slack - costs.step, costs.slope, out=np.full(shape, np.inf), where=costs.slope > 0)
    over = np.where(slack < costs.step, 0, over)
    latest = costs.reference + np.minimum(np.floor(over), NEVER - costs.reference)
    return latest.astype(np.int64)
