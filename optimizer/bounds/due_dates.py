"""Bounds from due dates: how many jobs can have ended by when, and how much work can be done by then.

Both see each resource as one machine through which the work of all jobs flows (fluid.py), so they hold for every
schedule, preemptive or late.
"""

import numpy as np
from numpy.typing import NDArray

from optimizer.bounds.fluid import FluidResource, fluid_resources
from optimizer.bounds.windows import heads, least_costs
from optimizer.objective import Costs
from optimizer.problem import Problem
from optimizer.units import FloatArray, IntArray

_LEVELS, _JOBS = 16, 4_000_000
"""So many weights and arrivals are told apart at most, for so many jobs in all."""

_SAFE = 1 - 1e-12
"""For what floating point adds up."""


def tardiness_bound(problem: Problem, costs: Costs, *, preemptive: bool = False) -> float:
    """Return a lower bound on total (weighted) tardiness; O(J log J) a resource and weight.

    The i-th job to end does not end before the i-th of the flow that always takes the least work left, which ends as
    many jobs by any time as possible (Schrage 1968, "A proof of the optimality of the shortest remaining processing
    time discipline", Operations Research 16; with Chu 1992, "A branch-and-bound algorithm to minimize total tardiness
    with different release dates", Naval Research Logistics 39). Total tardiness is least when the i-th end meets the
    i-th due date. Weighted tardiness is the sum, over the weights in ascending order, of how much each is above the one
    before it times the tardiness of all jobs of at least that weight.

    Parameters
    ----------
    problem : Problem
        The problem.
    costs : Costs
        Its costs: slopes of jobs, and due dates as reference.
    preemptive : bool
        Whether it also has to hold for preemptive schedules.
    """
    head = heads(problem, blocked=not preemptive)
    best = costs.total(least_costs(problem, costs, head, preemptive=preemptive))
    slope, due = _of_jobs(problem, costs.slope), _of_jobs(problem, costs.reference)
    weights = _some(slope[slope > 0])
    for resource in fluid_resources(problem, head):
        total, before = 0.0, 0.0
        for weight in weights.tolist():
            total += (weight - before) * _tardiness(resource, slope >= weight, due)
            before = weight
        best = max(best, total)
    return best


def _tardiness(resource: FluidResource, jobs: NDArray[np.bool_], due: FloatArray) -> float:
    late = resource.ends(jobs) * _SAFE - np.sort(due[jobs])
    return float(np.maximum(late, 0.0).sum())


def number_late_bound(problem: Problem, costs: Costs, *, preemptive: bool = False) -> float:
    """Return a lower bound on the weighted number of late jobs; O(J log J) a resource and arrival.

    The jobs that are on time must be done between their arrival and due date; so of those that arrive from some time on
    enough must be late for the rest to fit between it and any due date. When parts of jobs may be late, the lightest by
    work go first (Moore 1968, "An n job, one machine sequencing algorithm for minimizing the number of late jobs",
    Management Science 15). Some arrivals are tried. Jobs that would be late even alone are late.

    Parameters
    ----------
    problem : Problem
        The problem.
    costs : Costs
        Its costs: weights of late jobs as step, and due dates as reference.
    preemptive : bool
        Whether it also has to hold for preemptive schedules.
    """
    head = heads(problem, blocked=not preemptive)
    alone = least_costs(problem, costs, head, preemptive=preemptive)
    weight, due = _of_jobs(problem, costs.step), _of_jobs(problem, costs.reference)
    open_jobs = np.flatnonzero((alone == 0) & (weight > 0))
    open_jobs = open_jobs[np.argsort(due[open_jobs], kind="stable")]
    best = float(alone.sum())
    for resource in fluid_resources(problem, head):
        for begin in _some(resource.arrival[open_jobs]).tolist():
            jobs = open_jobs[(resource.work[open_jobs] > 0) & (resource.arrival[open_jobs] >= begin)]
            late = resource.late(jobs, begin, due[jobs], weight[jobs])
            best = max(best, float(alone.sum()) + late)
    return best


def _of_jobs(problem: Problem, values: IntArray | FloatArray) -> FloatArray:
    """Return values of modes that are the same for all modes of a job."""
    first: FloatArray = values[problem.mode_start[:-1], 0].astype(np.float64)
    return first


def _some(values: FloatArray) -> FloatArray:
    """Return some of the distinct values of jobs, the least among them, ascending."""
    known = np.unique(values)
    most = max(1, min(_LEVELS, _JOBS // max(1, len(values))))
    some: FloatArray = known[:: max(1, -(-len(known) // most))]
    return some
