"""The bound that every run has at once: each job on its own, and for the makespan the work of each resource.

It uses no deadline, so it holds for late schedules too.
"""

import numpy as np

from optimizer.bounds.windows import Heads, heads, least_costs
from optimizer.names import Objective
from optimizer.objective import Costs
from optimizer.problem import NEVER, Problem
from optimizer.units import FloatArray, IntArray


def trivial_bound(problem: Problem, costs: Costs, *, preemptive: bool = False) -> float:
    """Return a lower bound on the total cost of every schedule, on time or late.

    Each job costs at least what it would with the cluster to itself (critical path, arrivals, unavailability). For
    the makespan, the work of the jobs that arrive from some time on must also fit into what each resource offers
    from then on (energy bound).

    Parameters
    ----------
    problem : Problem
        The problem.
    costs : Costs
        Its costs.
    preemptive : bool
        Whether it also has to hold for schedules in which jobs are preempted: these may step over unavailability.
    """
    head = heads(problem, blocked=not preemptive)
    bound = costs.total(least_costs(problem, costs, head))
    return max(bound, _energy_bound(problem, head)) if problem.objective is Objective.MAKESPAN else bound


def _energy_bound(problem: Problem, head: Heads) -> float:
    time, level = total_capacity(problem)
    order = np.argsort(head.start)
    work = _least_work(problem)[order]
    remaining = np.cumsum(work[::-1], axis=0)[::-1]
    best = 0.0
    for k in range(level.shape[1]):
        area = np.concatenate([[0.0], np.cumsum(np.diff(time) * level[:-1, k])])
        needed = _area_at(head.start[order], time, area, level[:, k]) + remaining[:, k]
        best = max(best, float(_time_of_area(needed[remaining[:, k] > 0], time, area, level[:, k]).max(initial=0)))
    return best


def total_capacity(problem: Problem) -> tuple[IntArray, IntArray]:
    """Return the capacity of all nodes together over time: breakpoints int64[*] and levels int64[*, K]."""
    time = np.unique(problem.profile_time)
    level = np.zeros((len(time), problem.node_capacity.shape[1]), dtype=np.int64)
    for v in range(problem.nodes):
        own = slice(problem.profile_start[v], problem.profile_start[v + 1])
        level += problem.profile_level[own][np.searchsorted(problem.profile_time[own], time, side="right") - 1]
    return time, level


def _least_work(problem: Problem) -> FloatArray:
    """Return the least resource-time of each job over its modes at the fastest speed, float64[J, K]."""
    work = problem.mode_demand * problem.mode_time.min(axis=1)[:, None].astype(np.float64)
    return np.minimum.reduceat(work, problem.mode_start[:-1], axis=0)


def _area_at(when: IntArray, time: IntArray, area: FloatArray, level: IntArray) -> FloatArray:
    i = np.searchsorted(time, when, side="right") - 1
    return area[i] + (when - time[i]) * level[i].astype(np.float64)


def _time_of_area(needed: FloatArray, time: IntArray, area: FloatArray, level: IntArray) -> FloatArray:
    """Return the first time by which the area under the capacity reaches what is needed."""
    i = np.maximum(np.searchsorted(area, needed, side="left") - 1, 0)
    rest = needed - area[i]
    wait = np.divide(rest, level[i], out=np.full(len(i), float(NEVER)), where=level[i] > 0)
    return np.where(rest > 0, time[i] + wait, time[i]).astype(np.float64)
