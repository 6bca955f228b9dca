"""A schedule that changes by local moves: some jobs are taken out and placed again at other positions of the order.

Jobs stand in order of their starts. A job that is placed again goes where it ends first beside those at positions
before its own; of those behind it pushes only the ones away that stand in its way, which are placed again in turn. Jobs
behind move up into what came free. The cost of a move hangs on how far it is felt, not on the number of jobs.
"""

from typing import NamedTuple

import numpy as np

from optimizer.kernels.compilation import kernel, kernel_apart
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.score import late_cost, objective_cost, score
from optimizer.kernels.serial import Plan, copy_job, end_cost, latest_better, new_plan, ready_time
from optimizer.kernels.timeline import (
    Timeline,
    earliest_beside,
    exceeds,
    first_conflict,
    give_back,
    new_timeline,
    reserve,
    reset,
)
from optimizer.problem import NEVER
from optimizer.units import FloatArray, IntArray

CHANGED, PLACED, FIRST, BEYOND, LAST, SINCE = range(6)
CURRENT, DELTA = range(2)
_KEPT, _OUT, _PUSHED, _BACK = range(4)
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
        Of each job: untouched, taken out by the move, or by another job that is in its place, or placed again.
    counts : int64[6]
        How many jobs the move touched, placements in all, the first position that the move changed and the one behind
        the last, the last position of a job that is out, and from when on something came free.
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
        counts=np.zeros(6, dtype=np.int64),
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
        book(inputs, space, j)
    space.counts[PLACED] += len(order)
    space.totals[CURRENT] = score(inputs, space.plan)


@kernel
def book(inputs: Inputs, space: Neighbourhood, j: int) -> None:
    """Take the capacity that job ``j`` needs where it is planned."""
    start, m, v = space.plan.start[j], space.plan.mode[j], space.plan.node[j]
    reserve(space.timeline, v, start, space.plan.end[j] - start, inputs.mode_demand, m)


@kernel
def free(inputs: Inputs, space: Neighbourhood, j: int) -> None:
    """Give back the capacity that job ``j`` has where it is planned."""
    start, m, v = space.plan.start[j], space.plan.mode[j], space.plan.node[j]
    give_back(space.timeline, v, start, space.plan.end[j] - start, inputs.mode_demand, m)


@kernel
def cost_of(inputs: Inputs, plan: Plan, j: int) -> float:
    """Return what a job adds to the score of a sum objective."""
    return objective_cost(inputs, plan.mode[j], plan.node[j], plan.end[j]) + late_cost(inputs, j, plan.end[j])


@kernel_apart
def begin_move(space: Neighbourhood, first: int, last: int) -> None:
    """Prepare a change of the order from position ``first`` to ``last``."""
    space.totals[DELTA] = 0.0
    space.chosen[0] = -1
    space.counts[CHANGED] = 0
    space.counts[FIRST], space.counts[BEYOND], space.counts[LAST] = first, last + 1, last
    space.counts[SINCE] = space.plan.start[space.order[first]]
    for p in range(first, last + 1):
        space.backup[p] = space.order[p]


@kernel_apart
def take_out(inputs: Inputs, space: Neighbourhood, j: int, moves: bool) -> None:
    """Take out job ``j``, which moves itself or makes room for another."""
    _touch(space, j)
    free(inputs, space, j)
    space.mark[j] = _OUT if moves else _PUSHED
    space.counts[LAST] = max(space.counts[LAST], space.position[j])


@kernel
def _touch(space: Neighbourhood, j: int) -> None:
    if space.mark[j] == _KEPT:
        copy_job(space.plan, space.old, j)
        space.changed[space.counts[CHANGED]] = j
        space.counts[CHANGED] += 1


@kernel_apart
def replace(inputs: Inputs, space: Neighbourhood, most: float) -> bool:
    """Place what was taken out, in the order as it stands now.

    Parameters
    ----------
    inputs, space
        The problem and its schedule.
    most : float
        A sum objective may get worse by so much at most: once it has, what follows seldom makes up for it.

    Returns
    -------
    bool
        Whether everything found a place; if not, the move has to be taken back.
    """
    p, failures = space.counts[FIRST], 0
    while p <= space.counts[LAST] or (failures < _MOVE_UP and p < len(space.order)):
        j = space.order[p]
        if p == space.counts[BEYOND]:
            failures = 0
        if space.totals[DELTA] > most:
            return False
        if space.mark[j] == _OUT or space.mark[j] == _PUSHED:
            if not _put_back(inputs, space, j):
                return False
            failures = 0
        elif failures < _MOVE_UP:
            failures = 0 if _move_up(inputs, space, j) else failures + 1
        p += 1
    return True


@kernel
def _put_back(inputs: Inputs, space: Neighbourhood, j: int) -> bool:
    """Place a job in its turn, one that was pushed no later than before if it can; others have to make room."""
    ready = ready_time(inputs, space.plan.end, j)
    has_choice = inputs.mode_start[j + 1] - inputs.mode_start[j] > 1 or len(inputs.node_speed) > 1
    stays = space.mark[j] == _PUSHED and has_choice and find(inputs, space, j, ready, space.old.end[j], NEVER)
    if not stays and not _make_room(inputs, space, j, ready):
        return False
    if space.plan.end[j] > space.old.end[j]:
        _push_successors(inputs, space, j)
    put_as_found(inputs, space, j)
    return True


@kernel
def _make_room(inputs: Inputs, space: Neighbourhood, j: int, ready: int) -> bool:
    """Find where job ``j`` ends first beside those at positions before its own, and push others away there."""
    q, own, conflict = space.position[j] + 1, 0, 0
    while conflict < NEVER:
        while q < len(space.order) and space.mark[space.order[q]] != _KEPT:
            q += 1
        own = max(own, space.plan.start[space.order[q]] if q < len(space.order) else NEVER)
        if not find(inputs, space, j, ready, NEVER, own):
            return False
        conflict = _conflict(inputs, space, j)
        while conflict < NEVER and _push(inputs, space, j, q, conflict):
            conflict = _conflict(inputs, space, j)
        own = conflict + 1
    return True


@kernel
def _conflict(inputs: Inputs, space: Neighbourhood, j: int) -> int:
    """Return the first time at which too little is free for job ``j`` where it was found to go, NEVER if none is."""
    m, v, begin, end = space.plan.mode[j], space.plan.node[j], space.plan.start[j], space.plan.end[j]
    return first_conflict(space.timeline, v, begin, end, inputs.mode_demand, m)


@kernel
def _push(inputs: Inputs, space: Neighbourhood, j: int, q: int, time: int) -> bool:
    """Take out the last job from position ``q`` on that runs at ``time`` where job ``j`` is to go, if there is one."""
    found = -1
    while q < len(space.order):
        other = space.order[q]
        if space.mark[other] == _KEPT:
            if space.plan.start[other] > time:
                break
            if space.plan.end[other] > time and space.plan.node[other] == space.plan.node[j]:
                found = other
        q += 1
    if found < 0:
        return False
    take_out(inputs, space, found, False)
    return True


@kernel
def put_as_found(inputs: Inputs, space: Neighbourhood, j: int) -> None:
    """Put job ``j`` back where it is planned now."""
    book(inputs, space, j)
    space.mark[j] = _BACK
    if not inputs.is_maximum:
        space.totals[DELTA] += cost_of(inputs, space.plan, j) - cost_of(inputs, space.old, j)


@kernel
def _push_successors(inputs: Inputs, space: Neighbourhood, j: int) -> None:
    """Take out the successors that cannot keep their starts."""
    for e in range(inputs.successor_start[j], inputs.successor_start[j + 1]):
        successor = inputs.successor_job[e]
        is_late = ready_time(inputs, space.plan.end, successor) > space.plan.start[successor]
        if is_late and space.mark[successor] == _KEPT:
            take_out(inputs, space, successor, False)


@kernel
def find(inputs: Inputs, space: Neighbourhood, j: int, ready: int, latest_end: int, own: int) -> bool:
    """Find mode, node and start of the earliest end <= ``latest_end``; return whether there are any.

    From ``own`` on capacity counts as sufficient. What would end beyond the horizon finds no place. Where nothing came
    free nothing is looked for, as little as before the place from which a job was pushed.
    """
    space.counts[PLACED] += 1
    best_end, best_cost, found = latest_end, np.inf, False
    since = space.counts[SINCE]
    if space.mark[j] == _PUSHED:
        since = max(since, space.old.start[j])
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
            first = max(ready, since - duration + 1)
            start = earliest_beside(space.timeline, v, first, duration, inputs.mode_demand, m, latest, own)
            if start <= latest:
                best_end, best_cost, found = start + duration, end_cost(inputs, m, s, start + duration), True
                space.plan.start[j], space.plan.end[j] = start, best_end
                space.plan.mode[j], space.plan.node[j] = m, v
    return found


@kernel
def _move_up(inputs: Inputs, space: Neighbourhood, j: int) -> bool:
    """Let job ``j`` start earlier if it can; return whether it does."""
    begin, ready = space.plan.start[j], ready_time(inputs, space.plan.end, j)
    m, v = space.plan.mode[j], space.plan.node[j]
    duration = space.plan.end[j] - begin
    first = max(ready, space.counts[SINCE] - duration + 1)
    if first >= begin:
        return False
    space.counts[PLACED] += 1
    start = earliest_beside(space.timeline, v, first, duration, inputs.mode_demand, m, begin - 1, begin)
    if start >= begin:
        return False
    _touch(space, j)
    free(inputs, space, j)
    space.plan.start[j], space.plan.end[j] = start, start + duration
    put_as_found(inputs, space, j)
    return True


@kernel_apart
def keep_move(space: Neighbourhood, total: float) -> None:
    """Accept the move: the score is ``total`` now, and the jobs stand by start again."""
    space.totals[CURRENT] = total
    for i in range(space.counts[CHANGED]):
        space.mark[space.changed[i]] = _KEPT
    last = space.counts[BEYOND]
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
            free(inputs, space, j)
            space.mark[j] = _OUT
    for i in range(space.counts[CHANGED]):
        j = space.changed[i]
        if space.mark[j] != _BACK:
            copy_job(space.old, space.plan, j)
            book(inputs, space, j)
        space.mark[j] = _KEPT
    for p in range(space.counts[FIRST], space.counts[BEYOND]):
        space.order[p] = space.backup[p]
        space.position[space.order[p]] = p


@kernel
def _has_moved(space: Neighbourhood, j: int) -> bool:
    new, old = space.plan, space.old
    moved: bool = new.start[j] != old.start[j] or new.node[j] != old.node[j] or new.mode[j] != old.mode[j]
    return moved
