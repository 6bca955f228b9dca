"""What queueing policies believe about jobs: run times and sizes, from the estimates alone."""

import numpy as np

from optimizer.problem import NEVER, Problem
from optimizer.units import FloatArray, IntArray


def believed_times(problem: Problem) -> IntArray:
    """Return the processing time that is believed of each mode at each speed, int64[M, S].

    It is the estimate, but at least one step for a job that runs at all, and no more than the horizon. Where capacity
    is unavailable at times, nothing may run into a block, so no job is believed to be shorter than it is.
    """
    least = problem.mode_time if len(problem.profile_time) > problem.nodes else np.minimum(problem.mode_time, 1)
    return np.maximum(np.minimum(problem.mode_estimate, problem.horizon), least)


def first_modes(problem: Problem) -> IntArray:
    """Return of each job the first mode that fits on some node, int64[J]."""
    fits = problem.on_fastest_node(problem.mode_time) < NEVER
    index = np.where(fits, np.arange(len(fits)), len(fits))
    return np.minimum.reduceat(index, problem.mode_start[:-1])


def estimates(problem: Problem) -> IntArray:
    """Return the believed processing time of each job in its first mode on the fastest node that it fits, int64[J]."""
    return problem.on_fastest_node(believed_times(problem))[first_modes(problem)]


def sizes(problem: Problem) -> FloatArray:
    """Return the largest share of a resource that each job takes, as an amount of the first one there is, float64[J].

    With one resource it is the demand as it stands in the file: the number of processors.
    """
    total = problem.node_capacity.sum(axis=0)
    demand = problem.mode_demand[first_modes(problem)].astype(np.float64)
    if not total.any():
        return np.zeros(problem.jobs)
    first = int(np.flatnonzero(total)[0])
    # multiplied first: the demand of the first resource then comes out exactly
    share = np.divide(demand * total[first], total, out=np.zeros(demand.shape), where=total > 0)
    size: FloatArray = share.max(axis=1) / problem.demand_scale[first].per_unit
    return size
