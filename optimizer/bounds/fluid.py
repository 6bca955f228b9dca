"""Each resource of all nodes together as one machine, and the work that each job brings to it.

Whatever a schedule does, preemptive or late, is then a flow: a job that holds r of a resource on a node of speed s is
weighted with s, brings r times its weighted run time, at least the least of that over its modes and speeds, and all
jobs together get no more than the weighted capacity.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.bounds.windows import Heads
from optimizer.kernels.bounds.fluid import Flow, Machine, flow_by_rank, flow_by_work, late_weight, new_flow
from optimizer.kernels.compilation import Kernel
from optimizer.kernels.ranks import new_ranks
from optimizer.problem import Problem
from optimizer.units import FloatArray, IntArray

_SECONDS_PER_EVENT = 2e-5
"""Of a kernel as interpreted."""


@dataclass(frozen=True, eq=False)
class FluidResource:
    """One resource as a machine.

    Parameters
    ----------
    index : int
        Which one.
    machine : Machine
        Its weighted capacity over time.
    work : float64[J]
        Least weighted work of each job.
    arrival : float64[J]
        No job flows earlier.
    """

    index: int
    machine: Machine
    work: FloatArray
    arrival: FloatArray

    def by_rank(self, jobs: IntArray) -> Flow:
        """Return when the first of ``jobs`` that has arrived always goes first; all of them have work.

        Parameters
        ----------
        jobs : int64[*]
            Job indices, the most urgent first.
        """
        arrival = self.arrival[jobs]
        order = np.argsort(arrival, kind="stable")
        flow = new_flow(len(jobs))
        self._run(flow_by_rank, arrival[order], order, self.work[jobs], new_ranks(len(jobs)), flow)
        return flow

    def ends(self, jobs: NDArray[np.bool_]) -> FloatArray:
        """Return times before which no schedule has ended one, two, ... of the chosen jobs, ascending, float64[*]."""
        idle = np.sort(self.arrival[jobs & (self.work == 0)])
        chosen = np.flatnonzero(jobs & (self.work > 0))
        chosen = chosen[np.argsort(self.arrival[chosen], kind="stable")]
        done = np.empty(len(chosen))
        self._run(flow_by_work, self.arrival[chosen], self.work[chosen], np.empty((len(chosen), 2)), done)
        ends: FloatArray = np.sort(np.concatenate([idle, done]))
        return ends

    def late(self, jobs: IntArray, begin: float, due: FloatArray, weight: FloatArray) -> float:
        """Return the least weight that must be late of jobs with work that all arrive at ``begin`` or later.

        Parameters
        ----------
        jobs : int64[*]
            By due date.
        begin : float
            Work before this time counts for nothing.
        due, weight : float64[*]
            Of these jobs.
        """
        area = self.area(due) - self.area(np.array([begin]))
        count = len(jobs)
        run = late_weight.sized(count * _SECONDS_PER_EVENT)
        late: float = run(area, self.work[jobs], weight, np.empty((count, 2)), np.empty(count))
        return late

    def area(self, when: FloatArray) -> FloatArray:
        """Return how much work can be done until some times >= 0."""
        time, rate = self.machine
        before = np.concatenate([[0.0], np.cumsum(np.diff(time) * rate[:-1])])
        i = np.searchsorted(time, when, side="right") - 1
        area: FloatArray = before[i] + (when - time[i]) * rate[i]
        return area

    def _run(self, kernel: Kernel[..., None], arrival: FloatArray, *rest: Any) -> None:
        events = 2 * len(arrival) + len(self.machine.time)
        run: Callable[..., None] = kernel.sized(events * _SECONDS_PER_EVENT)
        run(self.machine, arrival, *rest)


def fluid_resources(problem: Problem, head: Heads) -> Iterator[FluidResource]:
    """Yield each resource of which some job needs some."""
    speed = relative_speeds(problem)
    time = np.unique(problem.profile_time)
    rate = np.zeros((len(time), problem.node_capacity.shape[1]))
    for v in range(problem.nodes):
        own = slice(problem.profile_start[v], problem.profile_start[v + 1])
        entry = np.searchsorted(problem.profile_time[own], time, side="right") - 1
        rate += speed[problem.node_speed[v]] * problem.profile_level[own][entry]
    shortest = weighted_times(problem)
    for k in range(rate.shape[1]):
        work = np.minimum.reduceat(problem.mode_demand[:, k] * shortest, problem.mode_start[:-1])
        if work.any():
            machine = Machine(time.astype(np.float64), np.ascontiguousarray(rate[:, k]))
            yield FluidResource(k, machine, work, head.start.astype(np.float64))


def weighted_times(problem: Problem) -> FloatArray:
    """Return the least of speed times processing time of each mode, float64[M]."""
    least: FloatArray = (problem.mode_time * relative_speeds(problem)).min(axis=1)
    return least


def relative_speeds(problem: Problem) -> FloatArray:
    """Return how fast each speed is, the fastest as 1, float64[S]; any numbers up to 1 would be valid."""
    total = problem.mode_time.sum(axis=0, dtype=np.float64)
    speed: FloatArray = np.divide(total.min(), total, out=np.ones(len(total)), where=total > 0)
    return speed
