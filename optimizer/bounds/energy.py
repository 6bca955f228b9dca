"""The work of all jobs between any arrival and any due date or tail: bounds for maximum objectives.

The preemptive schedule of Jackson's rule (Carlier & Pinson 1989, "An algorithm for solving the job-shop problem",
Management Science 35) on each resource as one machine (fluid.py): of the jobs that have arrived, the one with the
longest tail flows. Its largest end plus tail is the least of any flow, and the largest of head + work + tail over all
sets of jobs. So it holds for every schedule, preemptive or late.
"""

import numpy as np

from optimizer.bounds.fluid import fluid_resources
from optimizer.bounds.windows import heads, least_costs
from optimizer.objective import Costs
from optimizer.problem import Problem
from optimizer.units import FloatArray

_SAFE = 1 - 1e-13
"""For what floating point adds up."""


def energy_bound(problem: Problem, costs: Costs, *, preemptive: bool = False) -> float:
    """Return a lower bound on the total cost, a maximum, of every schedule, on time or late; O(J log J) a resource.

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
    best = costs.total(least_costs(problem, costs, head, preemptive=preemptive))
    tail = tails(problem, costs)
    for resource in fluid_resources(problem, head):
        jobs = np.flatnonzero((resource.work > 0) & (tail > -np.inf))
        jobs = jobs[np.argsort(-tail[jobs], kind="stable")]
        best = max(best, float((resource.by_rank(jobs).done * _SAFE + tail[jobs]).max(initial=-np.inf)))
    return best


def tails(problem: Problem, costs: Costs) -> FloatArray:
    """Return the least of total cost minus end of each job, through its successors; minus infinity: it never counts."""
    first = problem.mode_start[:-1]
    tail = np.where(costs.slope[first, 0] > 0, -costs.reference[first, 0].astype(np.float64), -np.inf)
    if not len(problem.predecessor_job):
        return tail
    starts, successor, lag = problem.successors
    after = (lag + problem.least_time[successor]).astype(np.float64)
    for j in problem.topological_order[::-1].tolist():
        own = slice(starts[j], starts[j + 1])
        tail[j] = max(tail[j], (after[own] + tail[successor[own]]).max(initial=-np.inf))
    return tail
