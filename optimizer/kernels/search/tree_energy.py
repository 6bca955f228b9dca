"""Whether what is left can be done in time at all, by the work for each resource."""

from typing import NamedTuple

import numpy as np

from optimizer.kernels.compilation import kernel, kernel_apart
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.search.tree import BEST, FLOOR, GOAL, MOST_JOBS, PLACED, Tree
from optimizer.kernels.timeline import Timeline, free_amount, next_change
from optimizer.problem import NEVER
from optimizer.units import FloatArray, IntArray

_SAFE = 1 + 1e-12


class Energy(NamedTuple):
    """The jobs as work for all resources.

    Parameters
    ----------
    work : float64[J, K]
        Least demand x processing time.
    order : int64[*]
        Jobs by when they have to end: for a maximum objective those that it counts, else those with a deadline.
    """

    work: FloatArray
    order: IntArray


def least_work(inputs: Inputs) -> FloatArray:
    """Return the least demand x processing time of each job, by resource, float64[J, K]."""
    work = inputs.mode_demand * inputs.mode_time.min(axis=1)[:, None].astype(np.float64)
    return np.ascontiguousarray(np.minimum.reduceat(work, inputs.mode_start[:-1]))


def new_energy(inputs: Inputs) -> Energy:
    """Return the work of each job; no order for more jobs than the test is of use for."""
    first = inputs.mode_start[:-1]
    latest = np.where(inputs.cost_slope[first, 0] > 0, inputs.cost_reference[first, 0], NEVER)
    latest = latest if inputs.is_maximum else inputs.deadline
    order = np.argsort(latest, kind="stable")[: np.count_nonzero(latest < NEVER)]
    return Energy(least_work(inputs), order[: 0 if len(first) > MOST_JOBS else None])


@kernel_apart
def lacks_energy(inputs: Inputs, tree: Tree, energy: Energy, timeline: Timeline, level: int) -> bool:
    """Return whether jobs that have to end by some time need more of a resource than is free until then.

    For a maximum objective a job has to end by when it costs the largest total aimed at; for a sum, as long as no
    schedule is known, by its deadline (the bound of Jackson's rule, 1955, with work for time).
    """
    if len(energy.order) == 0 or (tree.bar[BEST] < np.inf) != inputs.is_maximum:
        return False
    for k in range(energy.work.shape[1]):  # noqa: SIM110 - numba compiles no generator expressions
        if _lacks(inputs, tree, energy, timeline, tree.level[level, FLOOR], k):
            return True
    return False


@kernel
def _lacks(inputs: Inputs, tree: Tree, energy: Energy, timeline: Timeline, floor: int, k: int) -> bool:
    """Return whether the work for resource ``k`` does not fit."""
    goal = int(np.floor(tree.bar[GOAL])) if inputs.is_maximum else 0
    free, needed, until = 1e-6, 0.0, floor
    for j in energy.order:
        if tree.job[j, PLACED] > 0:
            continue
        latest = inputs.cost_reference[inputs.mode_start[j], 0] + goal if inputs.is_maximum else inputs.deadline[j]
        if latest > until:
            if needed > free:
                return True
            free += _free_area(inputs, timeline, k, until, latest)
            until = latest
        needed += energy.work[j, k]
    return needed > free


@kernel
def _free_area(inputs: Inputs, timeline: Timeline, k: int, begin: int, end: int) -> float:
    """Return how much of resource ``k`` is free on all nodes from ``begin`` to ``end``, no less than exactly."""
    area = 0.0
    for v in range(len(inputs.node_speed)):
        now = begin
        while now < end:
            until = min(end, next_change(timeline, v, now))
            area += 1.0 * (until - now) * free_amount(timeline, v, now, k) * _SAFE
            now = until
    return area
