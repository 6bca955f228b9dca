"""What the jobs that are not placed can still cost, and by when the next one has to start."""

import numpy as np

from optimizer.kernels.compilation import kernel, kernel_apart
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.score import objective_cost
from optimizer.kernels.search.tree import (
    AFTER,
    COST,
    FLOOR,
    GOAL,
    HORIZON,
    ONE_PRICE,
    REST,
    WAITING,
    WINDOW,
    Tree,
    is_redundant,
)
from optimizer.kernels.serial import ready_time
from optimizer.kernels.timeline import Timeline, earliest_start, exceeds
from optimizer.problem import NEVER


@kernel_apart
def survey(inputs: Inputs, tree: Tree, timeline: Timeline, level: int) -> float:
    """Return a lower bound on what is below a level, infinite where nothing is worth looking at; set its horizon.

    Each job that is not placed ends no earlier than it could if all capacity left were its own, after its
    predecessors, and not before the last start on the path. The bound of a sum adds up what these ends cost at least,
    that of a maximum takes the largest.

    Horizon: let job j, whose predecessors are all placed, have an option that could start at e, before the last start,
    and end at c. Once a job starts at s >= c, what is placed later starts not before s either and leaves [e, c) as it
    is. Then moving j to [e, c) makes it end earlier (it would end at s or later, and an empty option starts when j is
    ready or never). That is no worse if the cost of j hangs on its end alone, or if all its options are over by s,
    since then every schedule below moves j earlier in its own option: no schedule that is least by cost, then by the
    sum of ends, starts a job at s (left shifts: Sprecher, Hartmann & Drexl 1997, OR Spektrum 19; the earliest
    completion that limits the starts is that of Giffler & Thompson 1960, Operations Research 8).
    """
    floor = tree.level[level, FLOOR]
    bound: float = tree.price[level, COST] + tree.price[level, REST]
    horizon, seen, end_of_ring = NEVER, 0, len(tree.order)
    j = tree.job[end_of_ring, AFTER]
    while j != end_of_ring and seen < tree.counter[WINDOW]:
        cost = _look_at(inputs, tree, timeline, j, floor)
        if tree.job[j, WAITING] == 0:
            horizon = min(horizon, tree.level[-1, HORIZON])
        bound = max(bound, cost) if inputs.is_maximum else bound + max(0.0, cost - tree.least[j])
        if not bound < tree.bar[GOAL] or horizon <= floor:
            return np.inf
        j = tree.job[j, AFTER]
        seen += 1
    tree.level[level, HORIZON] = horizon
    return bound


@kernel
def _look_at(inputs: Inputs, tree: Tree, timeline: Timeline, j: int, floor: int) -> float:
    """Return what job ``j`` costs at least, infinite if it misses its deadline.

    Sets its earliest end, and the horizon that it gives in the last entry of ``tree.horizon``.
    """
    ready = ready_time(inputs, tree.lower_end, j)
    if tree.job[j, WAITING] > 0:
        ready = max(ready, floor)
    least_end, least_cost, first_over, last_over = NEVER, np.inf, NEVER, 0
    for m in range(inputs.mode_start[j], inputs.mode_start[j + 1]):
        for v in range(len(inputs.node_speed)):
            if exceeds(inputs.mode_demand, m, inputs.node_capacity, v) or is_redundant(tree, v):
                continue
            duration = inputs.mode_time[m, inputs.node_speed[v]]
            latest = inputs.deadline[j] - duration
            start = earliest_start(timeline, v, ready, duration, inputs.mode_demand, m, latest)
            if start > latest:
                continue
            first_over = min(first_over, start + max(duration, 1))
            last_over = max(last_over, start + max(duration, 1))
            if start < floor:
                start = earliest_start(timeline, v, floor, duration, inputs.mode_demand, m, latest)
                if start > latest:
                    continue
            least_end = min(least_end, start + duration)
            least_cost = min(least_cost, objective_cost(inputs, m, v, start + duration))
    tree.lower_end[j] = least_end
    tree.level[-1, HORIZON] = first_over if tree.job[j, ONE_PRICE] else last_over
    return least_cost if least_end < NEVER else np.inf
