"""The two directions of time: the problem that runs backwards, and bounds on what is not placed yet."""

import numpy as np

from optimizer.kernels.inputs import Inputs, integers
from optimizer.kernels.search.decoding import Bounds
from optimizer.names import Objective
from optimizer.problem import NEVER, Problem
from optimizer.solvers.heuristics.common.rules import tails
from optimizer.units import IntArray


def is_reversible(problem: Problem) -> bool:
    """Return whether schedules that run backwards are schedules: nothing hangs on a point of time but the makespan."""
    return (
        problem.objective is Objective.MAKESPAN
        and not problem.release.any()
        and len(problem.profile_time) == problem.nodes
        and bool((problem.deadline == NEVER).all())
    )


def mirrored(problem: Problem, inputs: Inputs) -> Inputs:
    """Return the problem in which time runs backwards."""
    _, _, lag = problem.successors
    return inputs._replace(
        predecessor_start=inputs.successor_start,
        predecessor_job=inputs.successor_job,
        predecessor_lag=integers(lag),
        successor_start=inputs.predecessor_start,
        successor_job=inputs.predecessor_job,
    )


def bounds_of(problem: Problem, inputs: Inputs, backwards: IntArray) -> Bounds:
    """Return bounds of one direction; ``backwards`` lists the jobs so that its predecessors come last."""
    areas = problem.mode_demand * problem.mode_time.min(axis=1, keepdims=True)
    return Bounds(
        tail=tails(inputs, problem.least_time, backwards),
        least_time=integers(problem.least_time),
        area=integers(np.minimum.reduceat(areas, problem.mode_start[:-1])),
        capacity=integers(problem.node_capacity.sum(axis=0)),
        left=np.zeros(problem.node_capacity.shape[1], dtype=np.int64),
    )
