"""A bound on sums of linear costs from how soon the work of all jobs can be done at all."""

from typing import NamedTuple

import numpy as np

from optimizer.kernels.compilation import kernel, kernel_apart
from optimizer.kernels.heap import pop, push
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.search.tree import COST, FLOOR, GOAL, MOST_JOBS, PLACED, Tree
from optimizer.kernels.search.tree_energy import least_work
from optimizer.kernels.timeline import Timeline, free_amount, next_change
from optimizer.units import FloatArray, IntArray

_SAFE = 1 - 1e-12


class Fluid(NamedTuple):
    """The jobs as work for one resource.

    Parameters
    ----------
    resource : int
        Which one.
    work : float64[J]
        Least demand x processing time.
    urgency : float64[J]
        Cost of each step by which one unit of work is later.
    fixed : float64[J]
        What a job costs beside the urgency of its work times the time at which it is done: may be negative.
    rank : int64[J]
        Place by urgency, the most urgent first.
    arrivals : int64[*]
        The jobs by release; none if the bound does not hold.
    heap : int64[J, 2]
        The jobs that have arrived and are not done.
    left : float64[J]
        Their work that is not done.
    """

    resource: int
    work: FloatArray
    urgency: FloatArray
    fixed: FloatArray
    rank: IntArray
    arrivals: IntArray
    heap: IntArray
    left: FloatArray


def new_fluid(inputs: Inputs, resource: int, *, is_linear: bool) -> Fluid:
    """Return the jobs as work for a resource.

    Parameters
    ----------
    inputs : Inputs
        The problem.
    resource : int
        Which resource.
    is_linear : bool
        Whether the objective is a sum of costs that grow from the earliest end on.
    """
    first = inputs.mode_start[:-1]
    work = np.ascontiguousarray(least_work(inputs)[:, resource])
    slope = np.minimum.reduceat(inputs.cost_slope.min(axis=1), first)
    offset = np.maximum.reduceat((inputs.cost_slope * inputs.cost_reference).max(axis=1), first)
    least_time = np.minimum.reduceat(inputs.mode_time.min(axis=1), first)
    urgency = slope / np.maximum(work, 1)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.lexsort((work, -urgency))] = np.arange(len(first))
    holds = is_linear and len(inputs.node_speed) == 1 and len(first) <= MOST_JOBS
    return Fluid(
        resource=resource,
        work=work,
        urgency=urgency,
        fixed=slope * least_time * np.where(work > 0, 0.5, 1.0) - offset,
        rank=rank,
        arrivals=np.argsort(inputs.release, kind="stable")[: len(first) if holds else 0],
        heap=np.zeros((len(first), 2), dtype=np.int64),
        left=np.zeros(len(first)),
    )


@kernel_apart
def fluid_bound(inputs: Inputs, tree: Tree, fluid: Fluid, timeline: Timeline, level: int) -> float:
    """Return a lower bound on what is below a level, or at least the goal.

    A job that runs from S to C does its work, on average, at M = (S + C) / 2, and C = M + p / 2. In any schedule the
    least work of each job, spread over [S, C], fits into the capacity that is left; the sum of urgency x work x M is
    least when, at each instant, all capacity goes to the most urgent job that has arrived, for that does as much of the
    work above any urgency by any time as can be done (mean busy times: Goemans, Queyranne, Schulz, Skutella & Wang
    2002, SIAM Journal on Discrete Mathematics 15; here the capacity varies).
    """
    floor = tree.level[level, FLOOR]
    total: float = tree.price[level, COST] + _fixed_cost(inputs, tree, fluid, floor)
    change, rate = floor, 0
    now, size, following = 1.0 * floor, 0, 0
    while total < tree.bar[GOAL]:
        while following < len(fluid.arrivals) and inputs.release[fluid.arrivals[following]] <= now:
            size = _arrive(tree, fluid, size, fluid.arrivals[following])
            following += 1
        while change <= now:
            rate = free_amount(timeline, 0, change, fluid.resource)
            change = next_change(timeline, 0, change)
        until = 1.0 * change
        if following < len(fluid.arrivals):
            until = min(until, 1.0 * inputs.release[fluid.arrivals[following]])
        if size == 0 and following == len(fluid.arrivals):
            break
        if size > 0 and rate > 0:
            j = fluid.heap[0, 1]
            done = now + fluid.left[j] / rate
            if done <= until:
                amount, until = fluid.left[j], done
                size = pop(fluid.heap, size)
            else:
                amount = (until - now) * rate
                fluid.left[j] -= amount
            total += fluid.urgency[j] * amount * (now + until) * 0.5 * _SAFE
        now = until
    return total


@kernel
def _fixed_cost(inputs: Inputs, tree: Tree, fluid: Fluid, floor: int) -> float:
    """Return what the jobs that are not placed cost beside their work, those without any included."""
    total = 0.0
    for j in fluid.arrivals:
        if tree.job[j, PLACED] == 0:
            total += fluid.fixed[j]
            if fluid.work[j] == 0:
                total += fluid.urgency[j] * max(floor, inputs.release[j])
    return total


@kernel
def _arrive(tree: Tree, fluid: Fluid, size: int, j: int) -> int:
    """Put a job that is not placed and has work into the heap; return its size."""
    if tree.job[j, PLACED] > 0 or fluid.work[j] == 0:
        return size
    fluid.left[j] = fluid.work[j]
    return push(fluid.heap, size, fluid.rank[j], j)
