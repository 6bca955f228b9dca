"""The arrays of a problem as kernels take them."""

from typing import NamedTuple

import numpy as np

from optimizer.objective import Costs
from optimizer.problem import NEVER, Problem
from optimizer.units import FloatArray, IntArray

_STEEPNESS = 100.0
"""How many times the average cost of a step is counted for a step beyond a deadline."""


class Workload(NamedTuple):
    """Contiguous, writable arrays (so that kernels compile once); their meaning is that of Problem.

    Simulations, which know no objective, take no more than this: compiled loops pass each array on at a cost.
    """

    release: IntArray
    mode_start: IntArray
    mode_demand: IntArray
    mode_time: IntArray
    node_speed: IntArray
    node_capacity: IntArray
    predecessor_start: IntArray
    predecessor_job: IntArray
    predecessor_lag: IntArray
    successor_start: IntArray
    successor_job: IntArray
    profile_start: IntArray
    profile_time: IntArray
    profile_level: IntArray

    @classmethod
    def of(cls, problem: Problem) -> "Workload":
        """Return the arrays of ``problem``."""
        successor_start, successor_job, _ = problem.successors
        return cls(
            release=integers(problem.release),
            mode_start=integers(problem.mode_start),
            mode_demand=integers(problem.mode_demand),
            mode_time=integers(problem.mode_time),
            node_speed=integers(problem.node_speed),
            node_capacity=integers(problem.node_capacity),
            predecessor_start=integers(problem.predecessor_start),
            predecessor_job=integers(problem.predecessor_job),
            predecessor_lag=integers(problem.predecessor_lag),
            successor_start=integers(successor_start),
            successor_job=integers(successor_job),
            profile_start=integers(problem.profile_start),
            profile_time=integers(problem.profile_time),
            profile_level=integers(problem.profile_level),
        )


class Inputs(NamedTuple):
    """A workload, and what the end of each job costs: deadlines of Problem, the arrays of Costs.

    Parameters
    ----------
    miss_cost : float
        What a search counts for each missed deadline: more than anything else can add up to.
    delay_cost : float
        What it counts for each step of missing one: much, compared with what a step costs on average.
    horizon : int
        Where all jobs have ended that are placed as early as those before them allow; blocks are over there, too.
    """

    release: IntArray
    mode_start: IntArray
    mode_demand: IntArray
    mode_time: IntArray
    node_speed: IntArray
    node_capacity: IntArray
    predecessor_start: IntArray
    predecessor_job: IntArray
    predecessor_lag: IntArray
    successor_start: IntArray
    successor_job: IntArray
    profile_start: IntArray
    profile_time: IntArray
    profile_level: IntArray
    deadline: IntArray
    cost_reference: IntArray
    cost_slope: FloatArray
    cost_step: FloatArray
    is_maximum: bool
    miss_cost: float
    delay_cost: float
    horizon: int

    @classmethod
    def of(cls, problem: Problem) -> "Inputs":
        """Return the arrays of ``problem``."""
        costs = Costs.of(problem)
        miss_cost, delay_cost = _late_costs(problem, costs)
        horizon = active_horizon(problem)
        return cls(
            *_until(Workload.of(problem), horizon),
            deadline=integers(problem.deadline),
            cost_reference=integers(costs.reference),
            cost_slope=_floats(costs.slope),
            cost_step=_floats(costs.step),
            is_maximum=costs.is_maximum,
            miss_cost=miss_cost,
            delay_cost=delay_cost,
            horizon=horizon,
        )


def active_horizon(problem: Problem) -> int:
    """Return a time by which every active schedule (no job can start earlier on its own) has ended.

    That of Problem, but blocks count only until the last one is over that could keep a job waiting for an empty node.
    """
    node = problem.profile_node
    needed = np.minimum(problem.mode_demand.max(axis=0), problem.node_capacity)
    blocks = np.flatnonzero((problem.profile_level < needed[node]).any(axis=1))
    last_block = int(problem.profile_time[blocks + 1].max(initial=0))
    return max(int(problem.release.max()), last_block) + problem.time_in_a_row


def _until(workload: Workload, horizon: int) -> Workload:
    """Return a workload in which all blocks are over at ``horizon``."""
    kept = workload.profile_time < horizon
    kept[workload.profile_start[1:] - 1] = True
    before = np.concatenate([[0], np.cumsum(kept)])
    return workload._replace(
        profile_start=integers(before[workload.profile_start]),
        profile_time=integers(np.minimum(workload.profile_time, horizon)[kept]),
        profile_level=integers(workload.profile_level[kept]),
    )


def _late_costs(problem: Problem, costs: Costs) -> tuple[float, float]:
    """Return cost of a missed deadline and of each step of missing it."""
    if (problem.deadline == NEVER).all():
        return 0.0, 0.0
    if costs.is_maximum:
        total = float(problem.horizon)  # no two schedules differ by more
    else:
        worst = costs.slope * np.maximum(0, problem.horizon - costs.reference) + costs.step
        total = float(np.maximum.reduceat(worst.max(axis=1), problem.mode_start[:-1]).sum())
    steps = float(problem.jobs * max(problem.horizon, 1))
    return (1 + _STEEPNESS) * max(total, 1.0), _STEEPNESS * max(total, 1.0) / steps


def capacity_changes(inputs: Workload) -> tuple[IntArray, IntArray, IntArray]:
    """Return when the capacity of which node becomes that of which breakpoint, by time after 0: three int64[*]."""
    node = np.repeat(np.arange(len(inputs.node_speed)), np.diff(inputs.profile_start))
    entry = np.lexsort((node, inputs.profile_time))
    entry = entry[inputs.profile_time[entry] > 0]
    return inputs.profile_time[entry], node[entry], entry


def integers(array: IntArray) -> IntArray:
    """Return ``array`` as contiguous, writable int64, the same object where it is that already."""
    return np.require(array, np.int64, ["C", "W"])


def _floats(array: FloatArray) -> FloatArray:
    return np.require(array, np.float64, ["C", "W"])
