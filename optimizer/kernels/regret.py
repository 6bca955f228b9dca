"""Serial schedule generation in which the job comes next that has most to lose by a second choice.

The sufferage heuristic of Maheswaran, Ali, Siegel, Hensgen & Freund 1999, "Dynamic mapping of a class of independent
tasks onto heterogeneous computing systems", Journal of Parallel and Distributed Computing 59, with costs instead of
ends, among the next few jobs of an order. Python calls it through generation.py.
"""

import numpy as np

from optimizer.kernels.compilation import kernel, kernel_apart
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.score import late_cost
from optimizer.kernels.serial import Plan, end_cost, place, ready_time
from optimizer.kernels.timeline import Timeline, earliest_start, exceeds, reset
from optimizer.problem import NEVER
from optimizer.units import IntArray


@kernel
def regret_part(
    inputs: Inputs, order: IntArray, candidates: int, first: int, last: int, timeline: Timeline, plan: Plan
) -> None:
    """Place so many jobs more, after ``first`` are placed, until ``last`` are.

    Each time it is the one of the largest regret among the next ``candidates`` jobs of ``order`` whose predecessors are
    placed; the first of several. It ends as early as it can.

    Parameters
    ----------
    inputs : Inputs
        The problem.
    order : int64[J]
        No job stands before a predecessor; becomes the order in which the jobs are placed.
    candidates : int
        How far ahead is looked, >= 1; 1: serial generation.
    first, last : int
        Which part of the generation to do.
    timeline, plan
        The result.
    """
    if first == 0:
        reset(timeline, inputs)
        for j in range(len(order)):
            plan.end[j] = NEVER
    for i in range(first, last):
        chosen, most = i, -np.inf
        for q in range(i, min(i + candidates, len(order))):
            if _is_free(inputs, plan, order[q]):
                regret = _regret(inputs, timeline, plan, order[q])
                if regret > most:
                    chosen, most = q, regret
        j = order[chosen]
        for q in range(chosen, i, -1):
            order[q] = order[q - 1]
        order[i] = j
        place(inputs, timeline, plan, j)


@kernel
def _is_free(inputs: Inputs, plan: Plan, j: int) -> bool:
    """Return whether all predecessors of job ``j`` are placed."""
    for e in range(inputs.predecessor_start[j], inputs.predecessor_start[j + 1]):
        if plan.end[inputs.predecessor_job[e]] == NEVER:
            return False
    return True


@kernel_apart
def _regret(inputs: Inputs, timeline: Timeline, plan: Plan, j: int) -> float:
    """Return what job ``j`` costs more in its second mode or node than in the first, by end; 0: it has no other."""
    ready = ready_time(inputs, plan.end, j)
    first_end, first_cost, second_end, second_cost = NEVER, np.inf, NEVER, np.inf
    for m in range(inputs.mode_start[j], inputs.mode_start[j + 1]):
        for v in range(len(inputs.node_speed)):
            if exceeds(inputs.mode_demand, m, inputs.node_capacity, v):
                continue
            speed = inputs.node_speed[v]
            duration = inputs.mode_time[m, speed]
            latest = second_end - duration
            start = earliest_start(timeline, v, ready, duration, inputs.mode_demand, m, latest)
            if start > latest:
                continue
            end = start + duration
            cost = end_cost(inputs, m, speed, end) + late_cost(inputs, j, end)
            if end < first_end or (end == first_end and cost < first_cost):
                second_end, second_cost = first_end, first_cost
                first_end, first_cost = end, cost
            elif end < second_end or cost < second_cost:
                second_end, second_cost = end, cost
    return second_cost - first_cost if second_end < NEVER else 0.0
