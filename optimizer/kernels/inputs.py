"""The arrays of a problem as kernels take them."""

from typing import NamedTuple

import numpy as np

from optimizer.objective import Costs
from optimizer.problem import Problem
from optimizer.units import FloatArray, IntArray


class Inputs(NamedTuple):
    """Contiguous, writable arrays (so that kernels compile once); their meaning is that of Problem and Costs."""

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
    cost_reference: IntArray
    cost_slope: FloatArray
    cost_step: FloatArray

    @classmethod
    def of(cls, problem: Problem) -> "Inputs":
        """Return the arrays of ``problem``."""
        successor_start, successor_job, _ = problem.successors
        costs = Costs.of(problem)
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
            cost_reference=integers(costs.reference),
            cost_slope=_floats(costs.slope),
            cost_step=_floats(costs.step),
        )


def capacity_changes(inputs: Inputs) -> tuple[IntArray, IntArray, IntArray]:
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
