"""Use and capacity of resources, running and waiting jobs, as functions of time."""

from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np

from optimizer.problem import Problem
from optimizer.render.chart import Chart
from optimizer.schedule import Schedule
from optimizer.units import FloatArray, IntArray
from optimizer.validation import usage_over_time

_Time = TypeVar("_Time", IntArray, FloatArray)
_Change = TypeVar("_Change", IntArray, FloatArray)


@dataclass(frozen=True, eq=False)
class Load:
    """Use of one resource on some nodes together, from each time to the next; the last values hold on.

    Parameters
    ----------
    resource : str
        Its id.
    time : float64[T]
        Ascending, in the user's unit.
    usage, capacity, excess : float64[T]
        In use; available; in use beyond what its node has.
    total : float
        Capacity when nothing is unavailable.
    """

    resource: str
    time: FloatArray
    usage: FloatArray
    capacity: FloatArray
    excess: FloatArray
    total: float

    def utilization(self, window: tuple[float, float]) -> float:
        """Return the mean share of the total that is in use within a window of time."""
        return float(mean_between(self.time, self.usage, np.array(window))[0] / self.total) if self.total > 0 else 0.0


def resource_loads(problem: Problem, schedule: Schedule) -> list[Load]:
    """Return the load of each resource, summed over all nodes."""
    node, time, usage = usage_over_time(problem, schedule)
    return _loads(problem, node, time, usage, problem.node_capacity.sum(axis=0))


def node_loads(problem: Problem, schedule: Schedule) -> list[list[Load]]:
    """Return for each node the load of each resource."""
    node, time, usage = usage_over_time(problem, schedule)
    bounds = np.searchsorted(node, np.arange(problem.nodes + 1))
    parts = [slice(a, b) for a, b in pairwise(bounds.tolist())]
    return [
        _loads(problem, node[part], time[part], usage[part], problem.node_capacity[v]) for v, part in enumerate(parts)
    ]


def job_counts(chart: Chart, schedule: Schedule) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Return the numbers of waiting and running jobs: times and the number from each to the next.

    A preempted job waits from its arrival to its end whenever it does not run.
    """
    end = schedule.end / chart.problem.time_scale.per_unit
    running, present = (chart.start, chart.end), (chart.arrival, np.maximum(chart.arrival, end))
    waiting = (np.concatenate([present[0], running[1]]), np.concatenate([present[1], running[0]]))
    return {"waiting": _count(*waiting), "running": _count(*running)}


def mean_between(time: FloatArray, value: FloatArray, edges: FloatArray) -> FloatArray:
    """Return the mean of a step function (``value[i]`` from ``time[i]`` on, 0 before) between edges, float64[E-1]."""
    area = np.concatenate([[0.0], np.cumsum(value[:-1] * np.diff(time))])
    until = np.interp(edges, time, area) + value[-1] * np.maximum(edges - time[-1], 0)
    means: FloatArray = np.diff(until) / np.diff(edges)
    return means


def _loads(problem: Problem, node: IntArray, time: IntArray, usage: IntArray, total: IntArray) -> list[Load]:
    level = _levels(problem, node, time)
    joined = np.stack([usage, level, np.maximum(usage - level, 0)], axis=2)
    change = np.diff(joined, axis=0, prepend=0)
    change[1:][node[1:] != node[:-1]] = joined[1:][node[1:] != node[:-1]]
    when, values = _summed(time, change)
    moments = when / problem.time_scale.per_unit
    found = []
    for k, (name, scale) in enumerate(zip(problem.instance.resource_ids, problem.demand_scale, strict=True)):
        used, available, excess = values[:, k].T / scale.per_unit
        found.append(Load(name, moments, used, available, excess, total[k] / scale.per_unit))
    return found


def _levels(problem: Problem, node: IntArray, time: IntArray) -> IntArray:
    """Return the capacity of nodes at times (sorted by node, then time), int64[*, K]."""
    index = np.empty(len(time), dtype=np.int64)
    bounds = np.searchsorted(node, np.arange(problem.nodes + 1))
    for v in np.unique(node).tolist():
        here, own = slice(bounds[v], bounds[v + 1]), slice(problem.profile_start[v], problem.profile_start[v + 1])
        found = np.searchsorted(problem.profile_time[own], time[here], side="right") - 1
        index[here] = problem.profile_start[v] + np.maximum(found, 0)
    return problem.profile_level[index]


def _count(up: FloatArray, down: FloatArray) -> tuple[FloatArray, FloatArray]:
    change = np.repeat([1.0, -1.0], [len(up), len(down)])
    return _summed(np.concatenate([up, down]), change)


def _summed(time: _Time, change: _Change) -> tuple[_Time, _Change]:
    """Return the distinct times, ascending, and the sum of all changes up to each."""
    order = np.argsort(time, kind="stable")
    time = time[order]
    last = np.append(time[1:] != time[:-1], True)
    return time[last], np.cumsum(change[order], axis=0)[last]
