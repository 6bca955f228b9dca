"""A schedule that changes by local moves: some jobs in a row are taken out and placed again in another order.

Jobs stand in order of their starts. After a move the jobs from the first that changed on are placed again, each where
it ends first, but only as far as the change is felt: a job that keeps its place, or finds a better one, disturbs
nobody, and one that has to move pushes only those away that stand in its way. Then jobs behind move up into what came
free. The cost of a move hangs on how far it is felt, not on the number of jobs.
"""

from typing import NamedTuple

import numpy as np

from optimizer.kernels.compilation import kernel, kernel_apart
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.score import late_cost, objective_cost, score
from optimizer.kernels.serial import Plan, copy_job, end_cost, latest_better, new_plan, ready_time
from optimizer.kernels.timeline import Timeline, earliest_beside, exceeds, give_back, new_timeline, reserve, reset
from optimizer.problem import NEVER
from optimizer.units import FloatArray, IntArray

FREED, CHANGED, PLACED, FIRST = range(4)
CURRENT, DELTA = range(2)
_KEPT, _OUT, _BACK = range(3)
_MOVE_UP = 8
"""So many jobs in a row that cannot move up end the search for such."""


class Neighbourhood(NamedTuple):
    """A schedule and what is needed to change it and to take the change back.

    Parameters
    ----------
    timeline : Timeline
        What the plan leaves free.
    plan : Plan
        The schedule.
    old : Plan
        What it was before the move, for the jobs that the move touched.
    order, position : int64[J]
        The jobs by start, and where each is.
    backup : int64[J]
        The order before the move, where the move changed it.
    fixed_mode, fixed_node : int64[J]
        The mode (node) that a job has to take, -1: whichever ends first.
    chosen : int64[3]
        The job whose choice of mode and node the move changed, and what it was; the job is -1 where there is none.
    changed : int64[J]
        Jobs that the move touched.
    mark : int64[J]
        Of each job: untouched, taken out, or placed again.
    counts : int64[4]
        How many jobs of the order have been taken out so far (from the first on), how many jobs the move touched,
        placements in all, the first position that the move touched.
    totals : float64[2]
        Score, and what the move changes it by.
    """

    timeline: Timeline
    plan: Plan
    old: Plan
    order: IntArray
    position: IntArray
    backup: IntArray
    fixed_mode: IntArray
    fixed_node: IntArray
    chosen: IntArray
    changed: IntArray
    mark: IntArray
    counts: IntArray
    totals: FloatArray


def new_neighbourhood(inputs: Inputs) -> Neighbourhood:
    """Return room for a schedule; :func:`adopt` fills it."""
    jobs = len(inputs.release)
    order, position, backup, changed, mark = np.zeros((5, jobs), dtype=np.int64)
    return Neighbourhood(
        timeline=new_timeline(inputs),
        plan=new_plan(jobs),
        old=new_plan(jobs),
        order=order,
        position=position,
        backup=backup,
        fixed_mode=np.full(jobs, -1, dtype=np.int64),
        fixed_node=np.full(jobs, -1, dtype=np.int64),
        chosen=np.full(3, -1, dtype=np.int64),
        changed=changed,
        mark=mark,
        counts=np.zeros(4, dtype=np.int64),
        totals=np.zeros(2),
    )


@kernel_apart
def adopt(inputs: Inputs, space: Neighbourhood, plan: Plan, order: IntArray) -> None:
    """Make ``plan`` the schedule; ``order`` is by start, predecessors first."""
    reset(space.timeline, inputs)
    for p in range(len(order)):
        j = order[p]
        space.order[p], space.position[j] = j, p
        copy_job(plan, space.plan, j)
        _book(inputs, space, j)
    space.counts[PLACED] += len(order)
    space.totals[CURRENT] = score(inputs, space.plan)


@kernel_apart
def _book(inputs: Inputs, space: Neighbourhood, j: int) -> None:
    start, m, v = space.plan.start[j], space.plan.mode[j], space.plan.node[j]
    reserve(space.timeline, v, start, space.plan.end[j] - start, inputs.mode_demand, m)


@kernel_apart
def _free(inputs: Inputs, space: Neighbourhood, j: int) -> None:
    start, m, v = space.plan.start[j], space.plan.mode[j], space.plan.node[j]
    give_back(space.timeline, v, start, space.plan.end[j] - start, inputs.mode_demand, m)


@kernel
def _cost(inputs: Inputs, plan: Plan, j: int) -> float:
    """Return what a job adds to the score of a sum objective."""
    return objective_cost(inputs, plan.mode[j], plan.node[j], plan.end[j]) + late_cost(inputs, j, plan.end[j])


@kernel_apart
def begin_move(inputs: Inputs, space: Neighbourhood, first: int, last: int) -> None:
    """Take out the jobs at the positions from ``first`` to ``last``, before the order there is changed."""
    space.totals[DELTA] = 0.0
    space.chosen[0] = -1
    space.counts[CHANGED], space.counts[FREED], space.counts[FIRST] = 0, first, first
    while space.counts[FREED] <= last:
        _take_out(inputs, space)


@kernel_apart
def _take_out(inputs: Inputs, space: Neighbourhood) -> None:
    """Take out the next job of the order."""
    j = space.order[space.counts[FREED]]
    space.backup[space.counts[FREED]] = j
    space.counts[FREED] += 1
    _touch(space, j)
    _free(inputs, space, j)
    space.mark[j] = _OUT


@kernel
def _touch(space: Neighbourhood, j: int) -> None:
    if space.mark[j] == _KEPT:
        copy_job(space.plan, space.old, j)
        space.changed[space.counts[CHANGED]] = j
        space.counts[CHANGED] += 1


@kernel_apart
def replace(inputs: Inputs, space: Neighbourhood) -> bool:
    """Place what was taken out, in the order as it stands now; return whether everything found a place."""
    p = space.counts[FIRST]
    while p < space.counts[FREED]:
        if not _put_back(inputs, space, space.order[p]):
            return False
        p += 1
    _move_up(inputs, space, p)
    return True


@kernel
def _put_back(inputs: Inputs, space: Neighbourhood, j: int) -> bool:
    """Place a job no later than before, or else in its turn, taking out those that stand in its way."""
    ready = ready_time(inputs, space.plan.end, j)
    found = _find(inputs, space, j, ready, space.old.end[j], NEVER)
    while not found:
        following = NEVER
        if space.counts[FREED] < len(space.order):
            following = space.plan.start[space.order[space.counts[FREED]]]
        if not _find(inputs, space, j, ready, NEVER, following):
            return False
        found = space.plan.end[j] <= following
        while space.counts[FREED] < len(space.order):
            if space.plan.start[space.order[space.counts[FREED]]] >= space.plan.end[j]:
                break
            _take_out(inputs, space)
    if space.plan.end[j] > space.old.end[j]:
        _take_out_successors(inputs, space, j)
    _place(inputs, space, j)
    return True


@kernel_apart
def _place(inputs: Inputs, space: Neighbourhood, j: int) -> None:
    _book(inputs, space, j)
    space.mark[j] = _BACK
    space.counts[PLACED] += 1
    if not inputs.is_maximum:
        space.totals[DELTA] += _cost(inputs, space.plan, j) - _cost(inputs, space.old, j)


@kernel
def _take_out_successors(inputs: Inputs, space: Neighbourhood, j: int) -> None:
    """Take out the successors that cannot keep their starts, and with them all jobs that start before."""
    for e in range(inputs.successor_start[j], inputs.successor_start[j + 1]):
        successor = inputs.successor_job[e]
        if ready_time(inputs, space.plan.end, successor) > space.plan.start[successor]:
            while space.counts[FREED] <= space.position[successor]:
                _take_out(inputs, space)


@kernel_apart
def _find(inputs: Inputs, space: Neighbourhood, j: int, ready: int, latest_end: int, own: int) -> bool:
    """Find mode, node and start of the earliest end <= ``latest_end``; return whether there are any.

    From ``own`` on capacity counts as sufficient. What would end beyond the horizon finds no place.
    """
    best_end, best_cost, found = latest_end, np.inf, False
    for m in range(inputs.mode_start[j], inputs.mode_start[j + 1]):
        if space.fixed_mode[j] >= 0 and space.fixed_mode[j] != m:
            continue
        for v in range(len(inputs.node_speed)):
            if space.fixed_node[j] >= 0 and space.fixed_node[j] != v:
                continue
            if exceeds(inputs.mode_demand, m, inputs.node_capacity, v):
                continue
            s = inputs.node_speed[v]
            duration = inputs.mode_time[m, s]
            latest = min(latest_better(inputs, m, v, best_end, best_cost), inputs.horizon - duration)
            start = earliest_beside(space.timeline, v, ready, duration, inputs.mode_demand, m, latest, own)
            if start <= latest:
                best_end, best_cost, found = start + duration, end_cost(inputs, m, s, start + duration), True
                space.plan.start[j], space.plan.end[j] = start, best_end
                space.plan.mode[j], space.plan.node[j] = m, v
    return found


@kernel
def _move_up(inputs: Inputs, space: Neighbourhood, position: int) -> None:
    """Let jobs from ``position`` on start earlier where they can, until several in a row cannot."""
    failures = 0
    while position < len(space.order) and failures < _MOVE_UP:
        j = space.order[position]
        position += 1
        failures += 1
        begin, ready = space.plan.start[j], ready_time(inputs, space.plan.end, j)
        if ready >= begin:
            continue
        m, v = space.plan.mode[j], space.plan.node[j]
        duration = space.plan.end[j] - begin
        start = earliest_beside(space.timeline, v, ready, duration, inputs.mode_demand, m, begin - 1, begin)
        if start < begin:
            _touch(space, j)
            _free(inputs, space, j)
            space.plan.start[j], space.plan.end[j] = start, start + duration
            _place(inputs, space, j)
            failures = 0


@kernel_apart
def keep_move(space: Neighbourhood, total: float) -> None:
    """Accept the move: the score is ``total`` now, and the jobs stand by start again."""
    space.totals[CURRENT] = total
    for i in range(space.counts[CHANGED]):
        space.mark[space.changed[i]] = _KEPT
    last = space.counts[FREED]
    for i in range(space.counts[CHANGED]):
        last = max(last, space.position[space.changed[i]] + 1)
    order, start = space.order, space.plan.start
    p = space.counts[FIRST]
    while p < len(order) and (p < last or start[order[p]] < start[order[p - 1]]):
        j, q = order[p], p
        while q > 0 and start[order[q - 1]] > start[j]:
            order[q] = order[q - 1]
            space.position[order[q]] = q
            q -= 1
        order[q] = j
        space.position[j] = q
        p += 1


@kernel_apart
def undo_move(inputs: Inputs, space: Neighbourhood) -> None:
    """Take the move back."""
    if space.chosen[0] >= 0:
        space.fixed_mode[space.chosen[0]], space.fixed_node[space.chosen[0]] = space.chosen[1], space.chosen[2]
    for i in range(space.counts[CHANGED]):
        j = space.changed[i]
        if space.mark[j] == _BACK and _has_moved(space, j):
            _free(inputs, space, j)
            space.mark[j] = _OUT
    for i in range(space.counts[CHANGED]):
        j = space.changed[i]
        if space.mark[j] == _OUT:
            copy_job(space.old, space.plan, j)
            _book(inputs, space, j)
        space.mark[j] = _KEPT
    for p in range(space.counts[FIRST], space.counts[FREED]):
        space.order[p] = space.backup[p]
        space.position[space.order[p]] = p


@kernel
def _has_moved(space: Neighbourhood, j: int) -> bool:
    new, old = space.plan, space.old
    moved: bool = new.start[j] != old.start[j] or new.node[j] != old.node[j] or new.mode[j] != old.mode[j]
    return moved
