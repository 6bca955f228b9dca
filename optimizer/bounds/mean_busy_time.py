"""Mean busy times: no job ends earlier than half its run time after the mean of the times at which it runs.

Goemans, Queyranne, Schulz, Skutella & Wang 2002, "Single machine scheduling with release dates", SIAM Journal on
Discrete Mathematics 15, here with several resources, nodes and speeds, and capacity that varies.

Let y(t) be the rate at which a job brings work to a resource (fluid.py), from its head on, W the whole, and M the mean
of t under y / W. In a schedule without preemption y is constant from start to end, so C = M + p / 2. In a preemptive
one y is at most what the job holds (speeds weigh at most 1), and W at least that times the least weighted time q of its
mode; so z steps hold at most the part z / q of W, and M <= C - q / 2. How much capacity there is at which time does not
enter. Costs are at least linear in C, so at least slope x (M - a) and something fixed.

Scale y so that W is the least work of the job: that takes no more capacity. Of all flows within the capacity, the sum
of slope x M = slope / W x (integral of t y) is least when the job of the largest slope / W that has arrived always goes
first: this does as much work of the jobs above any ratio by any time as can be done, and the sum is made up of these
amounts.

A cost is also at least any mean of that line and of what the job costs with the cluster to itself. With the part
x / (slope / W) of the line, the flow is the best one as long as x does not increase along its order; so one flow gives
the bounds of all such x, and the best of them at once. With x = 0 that is the critical path. Jobs for which the line
is no good (due long after, or small on a large cluster) but that are in the way of others are then left out.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from optimizer.bounds.fluid import FluidResource, fluid_resources, weighted_times
from optimizer.bounds.windows import Heads, heads, least_costs
from optimizer.objective import Costs
from optimizer.problem import Problem
from optimizer.units import FloatArray, IntArray

_FLOWS, _JOBS = 6, 1_000_000
"""So many flows are tried at most, of so many jobs in all if it is more than one."""

_LOST = 1e-13
"""What floating point may lose of each number that is added up."""


def mean_busy_time_bound(problem: Problem, costs: Costs, *, preemptive: bool = False) -> float:
    """Return a lower bound on the total cost, a sum, of every schedule, on time or late; O(J log J) a resource.

    Parameters
    ----------
    problem : Problem
        The problem.
    costs : Costs
        Its costs.
    preemptive : bool
        Whether it also has to hold for preemptive schedules.
    """
    head = heads(problem, blocked=not preemptive)
    gains = (flow.gain for _, flow in best_flows(problem, costs, head, preemptive=preemptive))
    return costs.total(least_costs(problem, costs, head, preemptive=preemptive)) + max(gains, default=0.0)


class BestFlow(NamedTuple):
    """The flow of a resource that gives the best bound.

    Parameters
    ----------
    gain : float
        How much more the bound is than what all jobs cost with the cluster to themselves.
    jobs : int64[*]
        What flows, the most urgent first.
    urgency : float64[*]
        How much a step by which a unit of their work is later counts.
    """

    gain: float
    jobs: IntArray
    urgency: FloatArray


def best_flows(
    problem: Problem, costs: Costs, head: Heads, *, preemptive: bool
) -> Iterator[tuple[FluidResource, BestFlow]]:
    """Yield each resource with its best flow.

    Parameters
    ----------
    problem, costs, preemptive
        As for :func:`mean_busy_time_bound`; for a maximum the sum of its costs is meant, without those it leaves out.
    head : Heads
        How early each job can be.
    """
    alone = least_costs(problem, costs, head, preemptive=preemptive)
    slope, fixed = _lines(problem, costs, preemptive=preemptive)
    for resource in fluid_resources(problem, head):
        yield resource, _best_flow(resource, alone, slope, fixed)


def _lines(problem: Problem, costs: Costs, *, preemptive: bool) -> tuple[FloatArray, FloatArray]:
    """Return slope and constant of each job: it costs at least slope x M + constant, two float64[J].

    Of a mode at a speed these are slope x (M - a) and slope x (q / 2 - (reference - a)); the least of both are
    taken, as M >= a.
    """
    release = problem.release[problem.mode_job][:, None]
    time = weighted_times(problem)[:, None] if preemptive else problem.mode_time
    rest = costs.slope * (time / 2 - (costs.reference - release))
    slope = np.minimum.reduceat(costs.slope.min(axis=1), problem.mode_start[:-1])
    fixed = np.minimum.reduceat(rest.min(axis=1), problem.mode_start[:-1])
    return slope, fixed - slope * problem.release


def _best_flow(resource: FluidResource, alone: FloatArray, slope: FloatArray, fixed: FloatArray) -> BestFlow:
    """Return the best of several flows, each without those of the one before that were in the way of others."""
    jobs = np.flatnonzero((resource.work > 0) & (slope > 0))
    jobs = jobs[np.argsort(-slope[jobs] / resource.work[jobs], kind="stable")]
    best = BestFlow(0.0, jobs[:0], np.zeros(0))
    for more in reversed(range(max(1, min(_FLOWS, _JOBS // max(1, len(jobs)))))):
        work = resource.work[jobs]
        mean = resource.by_rank(jobs).moment / work * (1 - _LOST)
        gain = work * (mean + (fixed[jobs] - alone[jobs]) / slope[jobs])
        total, urgency = _urgencies(slope[jobs] / work, gain - _LOST * np.abs(gain))
        if total > best.gain:
            best = BestFlow(total, jobs, urgency)
        if not more:
            break
        kept = urgency * gain + _payments(resource, jobs, mean, urgency) >= 0
        if kept.all() or not kept.any():
            break
        jobs = jobs[kept]
    return best


def _urgencies(most: FloatArray, gain: FloatArray) -> tuple[float, FloatArray]:
    """Return the largest sum of x times gain, x falling and 0 <= x <= most, and such an x; all the same if it is 0.

    Each step of the falling ``most`` raises x for all jobs up to one that comes no later: where the sum of gains is
    largest.
    """
    so_far = np.cumsum(gain)
    largest = np.maximum.accumulate(so_far)
    step = most - np.append(most[1:], 0.0)
    where = np.maximum.accumulate(np.where(so_far >= largest, np.arange(len(gain)), 0))
    total = float((step * np.maximum(largest, 0.0)).sum())
    if total <= 0:
        return 0.0, np.full(len(most), most.min(initial=np.inf))
    raised = np.bincount(where, np.where(largest > 0, step, 0.0), len(gain)).astype(np.float64)
    return total, np.cumsum(raised[::-1])[::-1]


def _payments(resource: FluidResource, jobs: IntArray, mean: FloatArray, urgency: FloatArray) -> FloatArray:
    """Return about what the others would gain if each job were not in the flow.

    Until the machine is idle again, all that flows after a job would flow earlier.
    """
    work, arrival = resource.work[jobs], resource.arrival[jobs]
    by_arrival = np.argsort(arrival, kind="stable")
    begin, amount = resource.area(arrival[by_arrival]), np.cumsum(work[by_arrival])
    end = np.maximum.accumulate(begin - amount + work[by_arrival]) + amount
    period = np.empty(len(jobs), dtype=np.int64)
    period[by_arrival] = np.cumsum(begin >= np.append(0.0, end[:-1]))
    order = np.lexsort((mean, period))
    after = np.append(np.cumsum((urgency * work)[order][::-1])[::-1], 0.0)
    last = np.searchsorted(period[order], period[order], side="right")
    payment = np.empty(len(jobs))
    payment[order] = work[order] * (after[1:] - after[last]) / resource.machine.rate.max()
    return payment
