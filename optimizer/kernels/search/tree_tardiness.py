"""A bound on total tardiness from how soon how many jobs can have ended at all."""

from typing import NamedTuple

import numpy as np

from optimizer.kernels.compilation import kernel_apart
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.search.tree import COST, FLOOR, GOAL, MOST_JOBS, PLACED, Tree
from optimizer.kernels.search.tree_energy import least_work
from optimizer.kernels.timeline import Timeline, free_amount, next_change
from optimizer.problem import NEVER
from optimizer.units import FloatArray, IntArray

_SAFE = 1 - 1e-12


class Lightest(NamedTuple):
    """The jobs in two orders.

    Parameters
    ----------
    resource : int
        The resource whose work counts.
    work : float64[J]
        Least demand x processing time.
    by_work : int64[*]
        The jobs, least work first; none if the bound does not hold.
    by_due : int64[J]
        The jobs, earliest due date first.
    """

    resource: int
    work: FloatArray
    by_work: IntArray
    by_due: IntArray


def new_lightest(inputs: Inputs, resource: int, *, is_tardiness: bool) -> Lightest:
    """Return the orders of the jobs.

    Parameters
    ----------
    inputs : Inputs
        The problem.
    resource : int
        Which resource.
    is_tardiness : bool
        Whether the objective is a sum of costs that grow from due dates on.
    """
    first = inputs.mode_start[:-1]
    work = np.ascontiguousarray(least_work(inputs)[:, resource])
    holds = is_tardiness and len(inputs.node_speed) == 1 and len(first) <= MOST_JOBS
    return Lightest(
        resource=resource,
        work=work,
        by_work=np.argsort(work, kind="stable")[: len(first) if holds else 0],
        by_due=np.argsort(inputs.cost_reference[first, 0], kind="stable"),
    )


@kernel_apart
def tardiness_bound(inputs: Inputs, tree: Tree, lightest: Lightest, timeline: Timeline, level: int) -> float:
    """Return a lower bound on what is below a level, or at least the goal.

    Before i of the jobs that are not placed have ended, the work of the i lightest has to fit into the capacity that is
    left. The total tardiness of ends in ascending order is least when due dates are, too (exchange two), and no weight
    is less than the least (a bound that is usual for one machine: Chu 1992, Naval Research Logistics 39).
    """
    floor = tree.level[level, FLOOR]
    total: float = tree.price[level, COST]
    weight = _least_weight(inputs, tree, lightest)
    rate, change = free_amount(timeline, 0, floor, lightest.resource), next_change(timeline, 0, floor)
    now, due = 1.0 * floor, 0
    for j in lightest.by_work:
        if tree.job[j, PLACED] > 0:
            continue
        left = lightest.work[j]
        while change < NEVER and left > (change - now) * rate:
            left -= (change - now) * rate
            now, rate = 1.0 * change, free_amount(timeline, 0, change, lightest.resource)
            change = next_change(timeline, 0, change)
        now += left / max(1, rate)
        while tree.job[lightest.by_due[due], PLACED] > 0:
            due += 1
        total += weight * max(0.0, now * _SAFE - inputs.cost_reference[inputs.mode_start[lightest.by_due[due]], 0])
        due += 1
        if total >= tree.bar[GOAL]:
            break
    return total


@kernel_apart
def _least_weight(inputs: Inputs, tree: Tree, lightest: Lightest) -> float:
    """Return the least weight of the jobs that are not placed and have a due date."""
    weight = np.inf
    for j in lightest.by_work:
        slope = inputs.cost_slope[inputs.mode_start[j], 0]
        if tree.job[j, PLACED] == 0 and slope > 0:
            weight = min(weight, slope)
    return weight if weight < np.inf else 0.0
