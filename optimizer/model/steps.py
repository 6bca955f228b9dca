"""The time-indexed program in step variables: "begun by this pulse" in place of "begins with this pulse"."""

from dataclasses import dataclass, replace

import numpy as np

from optimizer.model.builder import LinearProgram
from optimizer.model.columns import Pulses
from optimizer.problem import Problem
from optimizer.units import FloatArray, IntArray

_SMALL_SHARE = 0.15
"""Jobs are small when they take, on average, no more than this of the scarcest resource of the largest node."""


@dataclass(frozen=True, eq=False)
class Steps:
    """A step for each pulse: 1 when its job begins with this pulse or an earlier one.

    A pulse is the difference of two steps, so both programs have the same relaxation; but a solver that branches on a
    step halves the starts of a job, the capacity of a moment has two entries a job, and cuts that combine rows reach
    further (Pritsker & Watters 1968, RAND RM-5561; Artigues 2017, Operations Research Letters 45, "On the strength of
    time-indexed formulations for the resource-constrained project scheduling problem").

    Parameters
    ----------
    job : int64[C]
        Job of each pulse.
    rank : int64[C]
        Place of each pulse, job after job, by start.
    previous : int64[C]
        The pulse of the same job before it, -1 for the first.
    """

    job: IntArray
    rank: IntArray
    previous: IntArray

    @classmethod
    def of(cls, problem: Problem, pulses: Pulses) -> "Steps":
        """Return the steps that stand for ``pulses``."""
        job = problem.mode_job[pulses.mode]
        order = np.lexsort((pulses.start, job))
        rank, previous = np.empty_like(order), np.full(len(order), -1)
        rank[order] = np.arange(len(order))
        follows = job[order[1:]] == job[order[:-1]]
        previous[order[1:][follows]] = order[:-1][follows]
        return cls(job, rank, previous)

    def program(self, linear: LinearProgram) -> LinearProgram:
        """Return ``linear``, whose first columns are the pulses, with steps in their places."""
        later = np.flatnonzero(self.previous >= 0)
        earlier = self.previous[later]
        cost = linear.cost.copy()
        cost[earlier] -= linear.cost[later]
        row, column, value = linear.entries
        before = np.full(len(cost), -1)
        before[: len(self.previous)] = self.previous
        moved = np.flatnonzero(before[column] >= 0)
        order, ones = len(linear.row_lower) + np.arange(len(later)), np.ones(len(later))
        return replace(linear, cost=cost).with_entries(
            np.concatenate([row, row[moved], order, order]),
            np.concatenate([column, before[column[moved]], earlier, later]),
            np.concatenate([value, -value[moved], ones, -ones]),
            np.full(len(later), -np.inf),
            np.zeros(len(later)),  # a step is at least the one before it
        )

    def pulses(self, solution: FloatArray) -> FloatArray:
        """Return the pulses of a ``solution``, whose first columns are steps."""
        value = solution[: len(self.job)].copy()
        later = self.previous >= 0
        value[later] -= solution[self.previous[later]]
        return value

    def values(self, chosen: IntArray) -> FloatArray:
        """Return the steps when of each job the pulse in ``chosen``, int64[J], is 1."""
        return (self.rank >= self.rank[chosen][self.job]).astype(float)


def relaxes_well(problem: Problem) -> bool:
    """Return whether the relaxation is nearly tight: sums of costs, no precedence, and jobs small beside their node.

    Then steps are better for HiGHS than pulses, else worse (measured: docs/portfolio.md).
    """
    if problem.objective.is_maximum or len(problem.predecessor_job):
        return False
    capacity = np.maximum(problem.node_capacity.max(axis=0), 1)
    share = (problem.mode_demand / capacity).max(axis=1, initial=0).mean()
    return bool(share <= _SMALL_SHARE)
