"""Serial schedule generation and the left shift, for compiled loops; Python calls them through generation.py."""

from typing import NamedTuple

import numpy as np

from optimizer.kernels.compilation import kernel
from optimizer.kernels.inputs import Inputs, Workload
from optimizer.kernels.timeline import Timeline, earliest_start, exceeds, reserve, reset
from optimizer.problem import NEVER
from optimizer.units import IntArray


class Plan(NamedTuple):
    """A schedule in the making: start, end, mode and node of each job, int64[J]; only entries of placed jobs count."""

    start: IntArray
    end: IntArray
    mode: IntArray
    node: IntArray


def new_plan(jobs: int) -> Plan:
    """Return room for ``jobs`` jobs."""
    start, end, mode, node = np.zeros((4, jobs), dtype=np.int64)
    return Plan(start, end, mode, node)


@kernel
def copy_job(source: Plan, target: Plan, j: int) -> None:
    """Write where job ``j`` is in one plan over where it is in another."""
    target.start[j], target.end[j] = source.start[j], source.end[j]
    target.mode[j], target.node[j] = source.mode[j], source.node[j]


@kernel
def copy_plan(source: Plan, target: Plan) -> None:
    """Write one plan over another."""
    for j in range(len(source.start)):
        copy_job(source, target, j)


@kernel
def copy_turned(source: Plan, target: Plan, last: int) -> None:
    """Write a plan in which time runs backwards from its last end over another, in which it does not."""
    for j in range(len(source.start)):
        target.start[j], target.end[j] = last - source.end[j], last - source.start[j]
        target.mode[j], target.node[j] = source.mode[j], source.node[j]


@kernel
def ready_time(inputs: Inputs | Workload, end: IntArray, j: int) -> int:
    """Return when job ``j`` has arrived and its predecessors, which end at ``end``, and their lags are over."""
    ready: int = inputs.release[j]
    for e in range(inputs.predecessor_start[j], inputs.predecessor_start[j + 1]):
        ready = max(ready, end[inputs.predecessor_job[e]] + inputs.predecessor_lag[e])
    return ready


@kernel
def end_cost(inputs: Inputs, mode: int, speed: int, end: int) -> float:
    """Return what it costs that a job ends at ``end``; comparable between the modes of one job."""
    late = end - inputs.cost_reference[mode, speed]
    if late <= 0:
        return 0.0
    cost: float = inputs.cost_slope[mode, speed] * late + inputs.cost_step[mode, speed]
    return cost


@kernel
def latest_better(inputs: Inputs, mode: int, node: int, best_end: int, best_cost: float) -> int:
    """Return until which start a mode on a node is better: an earlier end, or the same end at a lower cost."""
    speed = inputs.node_speed[node]
    latest: int = best_end - inputs.mode_time[mode, speed]
    return latest if end_cost(inputs, mode, speed, best_end) < best_cost else latest - 1


@kernel
def place(inputs: Inputs, timeline: Timeline, plan: Plan, j: int) -> None:
    """Put job ``j``, whose predecessors are placed, where it ends first."""
    place_in_modes(inputs, timeline, plan, j, inputs.mode_start[j], inputs.mode_start[j + 1])


@kernel
def place_in_modes(inputs: Inputs, timeline: Timeline, plan: Plan, j: int, first: int, end: int) -> None:
    """Put job ``j`` where it ends first in any of its modes from ``first`` up to ``end``."""
    ready = ready_time(inputs, plan.end, j)
    best_end, best_cost = NEVER, np.inf
    for m in range(first, end):
        for v in range(len(inputs.node_speed)):
            if exceeds(inputs.mode_demand, m, inputs.node_capacity, v):
                continue
            s = inputs.node_speed[v]
            duration = inputs.mode_time[m, s]
            latest = latest_better(inputs, m, v, best_end, best_cost)
            start = earliest_start(timeline, v, ready, duration, inputs.mode_demand, m, latest)
            if start <= latest:
                best_end, best_cost = start + duration, end_cost(inputs, m, s, start + duration)
                plan.start[j], plan.mode[j], plan.node[j] = start, m, v
    plan.end[j] = best_end
    reserve(timeline, plan.node[j], plan.start[j], best_end - plan.start[j], inputs.mode_demand, plan.mode[j])


@kernel
def serial(inputs: Inputs, order: IntArray, timeline: Timeline, plan: Plan) -> None:
    """Place all jobs in an order in which no job stands before a predecessor."""
    serial_part(inputs, order, 0, len(order), timeline, plan)


@kernel
def serial_part(inputs: Inputs, order: IntArray, first: int, last: int, timeline: Timeline, plan: Plan) -> None:
    """Place the jobs ``order[first:last]``, after those before them are placed."""
    if first == 0:
        reset(timeline, inputs)
    for i in range(first, last):
        place(inputs, timeline, plan, order[i])


@kernel
def place_as_planned(inputs: Inputs, timeline: Timeline, plan: Plan, j: int) -> None:
    """Put job ``j``, whose predecessors are placed, as early as possible in its mode and on its node of ``plan``."""
    m, v = plan.mode[j], plan.node[j]
    duration = inputs.mode_time[m, inputs.node_speed[v]]
    ready = ready_time(inputs, plan.end, j)
    plan.start[j] = earliest_start(timeline, v, ready, duration, inputs.mode_demand, m, NEVER)
    plan.end[j] = plan.start[j] + duration
    reserve(timeline, v, plan.start[j], duration, inputs.mode_demand, m)


@kernel
def shift_left(inputs: Inputs, order: IntArray, timeline: Timeline, plan: Plan) -> None:
    """Place all jobs, in such an order, in the modes and on the nodes of ``plan``."""
    reset(timeline, inputs)
    for j in order:
        place_as_planned(inputs, timeline, plan, j)
