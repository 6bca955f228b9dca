"""Whether what is left can be done in time at all, by the work for each resource."""

import numpy as np

from optimizer.kernels.compilation import kernel_apart
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.search.tree import AFTER, FLOOR, GOAL, Tree
from optimizer.kernels.timeline import COUNT, FIRST, Timeline, entry_at
from optimizer.units import FloatArray

_JOBS_MOST = 1000
_SAFE = 1 + 1e-12


def least_work(inputs: Inputs, *, is_makespan: bool) -> FloatArray:
    """Return the least demand x processing time of each job, float64[J, K]; no columns where no bound is wanted."""
    if not is_makespan or len(inputs.release) > _JOBS_MOST:
        return np.zeros((len(inputs.release), 0))
    work = inputs.mode_demand * inputs.mode_time.min(axis=1)[:, None].astype(np.float64)
    return np.ascontiguousarray(np.minimum.reduceat(work, inputs.mode_start[:-1], axis=0))


@kernel_apart
def lacks_energy(inputs: Inputs, tree: Tree, work: FloatArray, timeline: Timeline, level: int) -> bool:
    """Return whether the jobs that are not placed need more of a resource than is free until the makespan aimed at."""
    floor, goal = tree.level[level, FLOOR], tree.bar[GOAL]
    if goal == np.inf:
        return False
    end = np.floor(goal)
    for k in range(work.shape[1]):
        needed = 0.0
        j = tree.job[len(tree.order), AFTER]
        while j != len(tree.order):
            needed += work[j, k]
            j = tree.job[j, AFTER]
        for v in range(len(inputs.node_speed)):
            first = entry_at(timeline, v, floor)
            last = timeline.part[v, FIRST] + timeline.part[v, COUNT] - 1
            for entry in range(first, last + 1):
                begin = max(floor, timeline.time[entry])
                until = end if entry == last else min(end, timeline.time[entry + 1])
                if begin < until:
                    needed -= (until - begin) * timeline.level[entry, k] * _SAFE
        if needed > 1e-6:
            return True
    return False
