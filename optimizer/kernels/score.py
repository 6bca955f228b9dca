"""How good a plan is, as one number for searches; smaller is better.

Fewer missed deadlines come first; how much they are missed by weighs more than the objective.
"""

import numpy as np

from optimizer.kernels.compilation import kernel
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.serial import Plan, end_cost


@kernel
def objective_cost(inputs: Inputs, mode: int, node: int, end: int) -> float:
    """Return what a job adds to a sum objective or stands for in a maximum objective (minus infinity: nothing)."""
    speed = inputs.node_speed[node]
    if not inputs.is_maximum:
        return end_cost(inputs, mode, speed, end)
    if inputs.cost_slope[mode, speed] == 0.0:
        return -np.inf
    late: float = 1.0 * (end - inputs.cost_reference[mode, speed])
    return late


@kernel
def late_cost(inputs: Inputs, j: int, end: int) -> float:
    """Return what is counted for job ``j`` missing its deadline."""
    if end <= inputs.deadline[j]:
        return 0.0
    cost: float = inputs.miss_cost + inputs.delay_cost * (end - inputs.deadline[j])
    return cost


@kernel
def score(inputs: Inputs, plan: Plan) -> float:
    """Return the total cost of a plan and what is counted for missed deadlines."""
    late, largest, total = 0.0, -np.inf, 0.0
    for j in range(len(inputs.release)):
        cost = objective_cost(inputs, plan.mode[j], plan.node[j], plan.end[j])
        total += cost
        largest = max(largest, cost)
        late += late_cost(inputs, j, plan.end[j])
    return late + (largest if inputs.is_maximum else total)
