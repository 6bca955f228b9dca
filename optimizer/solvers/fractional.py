"""Fractional schedules, and the orders of the jobs that they suggest."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimizer.bounds.lagrangian import Answers
from optimizer.kernels.generation import feasible_order, serial_schedule
from optimizer.model.columns import Pulses
from optimizer.objective import Costs, total_cost
from optimizer.problem import Problem
from optimizer.schedule import Schedule
from optimizer.units import FloatArray, IntArray

_LEAST_WEIGHT = 1e-7

_ALPHAS = 16


@dataclass(frozen=True, eq=False)
class Fractional:
    """Parts of jobs that run as wholes; the weights of a job add up to 1. Orders are those of a complete one.

    Parameters
    ----------
    jobs : int
        Number of jobs.
    job, mode, start, duration : int64[F]
        What each part is.
    weight : float64[F]
        How large it is, > 0.
    """

    jobs: int
    job: IntArray
    mode: IntArray
    start: IntArray
    duration: IntArray
    weight: FloatArray

    @classmethod
    def of_pulses(cls, problem: Problem, pulses: Pulses, solution: FloatArray) -> "Fractional":
        """Return what a solution of the linear relaxation says, whose first columns are the pulses."""
        weight = solution[: len(pulses.mode)]
        kept = weight > _LEAST_WEIGHT
        job = problem.mode_job[pulses.mode[kept]]
        return _normalised(
            problem.jobs, job, pulses.mode[kept], pulses.start[kept], pulses.duration[kept], weight[kept]
        )

    @classmethod
    def of_answers(cls, problem: Problem, answers: Sequence[Answers]) -> "Fractional":
        """Return the average of answers to prices, as the volume algorithm weights them."""
        left, weight = 1.0, np.empty((len(answers), problem.jobs))
        for i in reversed(range(len(answers))):
            weight[i] = left * answers[i].share
            left *= 1 - answers[i].share
        start, mode, node = (np.concatenate([getattr(a, name) for a in answers]) for name in ("start", "mode", "node"))
        duration = problem.mode_time[mode, problem.node_speed[node]]
        return _normalised(problem.jobs, problem.mode_job[mode], mode, start, duration, weight.ravel())

    @property
    def is_complete(self) -> bool:
        """Whether it has a part of every job."""
        return len(np.unique(self.job)) == self.jobs

    def orders(self, points: FloatArray) -> Iterator[FloatArray]:
        """Yield keys of the jobs: mean starts, midpoints and ends, then the alpha-points of each alpha above 0."""
        for part in (0.0, 0.5, 1.0):
            yield self._mean(self.start + part * self.duration)
        yield from points.T[1:]

    def alpha_points(self, alphas: int) -> FloatArray:
        """Return by when 0, 1/A, …, 1 of each job has been processed, float64[J, A + 1].

        The alpha-point of Hall, Schulz, Shmoys & Wein 1997, "Scheduling to minimize average completion time: off-line
        and on-line approximation algorithms", Mathematics of Operations Research 22, interpolated within a step. An
        empty job counts as one of length 1.
        """
        duration = np.maximum(self.duration, 1)
        time = np.concatenate([self.start, self.start + duration])
        rate = np.concatenate([self.weight / duration, -self.weight / duration])
        job = np.concatenate([self.job, self.job])
        order = np.lexsort((time, job))
        time, job, rate = time[order], job[order], np.cumsum(rate[order])
        done = np.concatenate([[0.0], np.cumsum(rate[:-1] * np.diff(time) * (job[1:] == job[:-1]))])
        first = np.searchsorted(job, np.arange(self.jobs))
        last = np.append(first[1:], len(job)) - 1
        done -= done[first][job]
        done[first], done[last] = 0.0, 1.0
        alpha = np.linspace(0.0, 1.0, alphas + 1)
        # job after job on one axis, with a gap between them
        wanted = (2.0 * np.arange(self.jobs)[:, None] + alpha).ravel()
        axis = np.maximum.accumulate(2.0 * job + np.clip(done, 0.0, 1.0))
        return np.interp(wanted, axis, time.astype(np.float64)).reshape(self.jobs, alphas + 1)

    def likeliest_modes(self) -> IntArray:
        """Return the mode in which most of each job runs, int64[J]."""
        weight = np.bincount(self.mode, self.weight)
        order = np.lexsort((weight[self.mode], self.job))
        last = np.searchsorted(self.job[order], np.arange(self.jobs), side="right") - 1
        return self.mode[order[last]]

    def _mean(self, time: FloatArray) -> FloatArray:
        return np.bincount(self.job, self.weight * time, self.jobs).astype(np.float64)


def listed_by_starts(problem: Problem, fractional: Fractional) -> Schedule:
    """Return the best schedule of those that place the jobs in the order in which a part alpha of each has begun.

    Random alphas and modes find better ones, but what is like the fractional schedule is a better place to search from.
    """
    points = replace(fractional, duration=np.ones_like(fractional.duration)).alpha_points(_ALPHAS)
    lists = (serial_schedule(problem, feasible_order(problem, key)) for key in points.T[1:])
    costs = Costs.of(problem)
    return min(lists, key=lambda schedule: total_cost(problem, costs, schedule))


def _normalised(
    jobs: int, job: IntArray, mode: IntArray, start: IntArray, duration: IntArray, weight: FloatArray
) -> Fractional:
    total = np.bincount(job, weight, jobs)
    return Fractional(jobs, job, mode, start, duration, weight / total[job])
