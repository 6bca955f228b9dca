"""Depth-first branch and bound over the jobs in the order of their starts, with a limited number of discrepancies.

Every objective is regular: with the (mode, node) of each job fixed, no end that comes earlier costs more. So among the
best schedules is one in which no job can start earlier on its own (an active one), and placing its jobs in the order of
their starts, each where it fits first, yields it again. The search places in all such orders; a job that would fit
before the last start is not placed (Sprecher, Kolisch & Drexl 1995, European Journal of Operational Research 80).
Further rules, each with its proof where it stands:

- ties: of jobs placed one after the other at the same start, that of the earlier place in the order comes first;
  otherwise exchanging the two gives the same schedule on a path that is met before;
- twins: of jobs alike in everything, the earlier one in the order is placed first (exchange their places), and
  of nodes alike in everything, the earlier one is used first;
- horizons, see tree_bounds.py; dominated partial schedules, see tree_memory.py.

Limited discrepancy search: Harvey & Ginsberg 1995, IJCAI-95. At each level the first child that is not cut off is the
heuristic's; each further one is a discrepancy. A tree with a limit follows each improvement: the new schedule's
order becomes the heuristic, and the search goes on from its end upwards.
"""

from optimizer.kernels.compilation import kernel, kernel_apart
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.search.tree import (
    BEST,
    DISCREPANCIES,
    DONE,
    EPOCH,
    FULL,
    GOAL,
    LEVEL,
    PLACED,
    SLACK,
    STEPS,
    Tree,
    clear,
    follow_path,
    is_redundant,
    open_level,
    put,
    step,
    take_back,
)
from optimizer.kernels.search.tree_bounds import survey
from optimizer.kernels.search.tree_memory import Memory, is_dominated, remember
from optimizer.kernels.serial import Plan, ready_time
from optimizer.kernels.timeline import Timeline, earliest_start, exceeds


@kernel_apart
def start_tree(inputs: Inputs, tree: Tree, timeline: Timeline, discrepancies: int) -> None:
    """Begin a tree in which every path has at most so many discrepancies (``FULL``: all paths)."""
    clear(inputs, tree, timeline)
    tree.counter[DISCREPANCIES] = discrepancies
    tree.counter[EPOCH] += 1
    tree.counter[DONE] = 0
    if discrepancies >= FULL:
        for j in range(len(tree.order)):
            tree.first_option[j] = 0  # nodes in order, as the rule of empty nodes takes them
    tree.bound[0] = survey(inputs, tree, timeline, 0)
    open_level(tree, 0)


@kernel
def explore(
    inputs: Inputs, tree: Tree, memory: Memory, timeline: Timeline, plan: Plan, best: Plan, steps: int, placed: int
) -> None:
    """Go on until ``steps`` candidates were looked at or ``placed`` jobs placed since the beginning, or all is done.

    Parameters
    ----------
    inputs, tree, memory, timeline, plan
        The problem and the state of the search.
    best : Plan
        Takes each better schedule.
    steps, placed : int
        When to pause, as totals of all calls; what is found does not hang on the pauses.
    """
    while tree.counter[STEPS] < steps and tree.counter[PLACED] < placed and tree.counter[DONE] == 0:
        tree.counter[STEPS] += 1
        level = tree.counter[LEVEL]
        if level == len(tree.order):
            _keep(inputs, tree, plan, best)
            _leave(inputs, tree, timeline, plan)
        elif _is_over(tree, level):
            _leave(inputs, tree, timeline, plan)
        else:
            _try_next(inputs, tree, memory, timeline, plan, level)


@kernel
def _is_over(tree: Tree, level: int) -> bool:
    """Return whether nothing is left to look at on a level."""
    return (
        tree.look_job[level] == len(tree.order)
        or not tree.bound[level] < tree.bar[GOAL]
        or (tree.tried[level] > 0 and tree.used[level] >= tree.counter[DISCREPANCIES])
    )


@kernel
def _leave(inputs: Inputs, tree: Tree, timeline: Timeline, plan: Plan) -> None:
    """Go up one level."""
    if tree.counter[LEVEL] == 0:
        tree.counter[DONE] = 1
        return
    tree.counter[LEVEL] -= 1
    take_back(inputs, tree, timeline, plan, tree.counter[LEVEL])


@kernel
def _keep(inputs: Inputs, tree: Tree, plan: Plan, best: Plan) -> None:
    """Keep the complete schedule, which is better than all before."""
    jobs = len(tree.order)
    for j in range(jobs):
        best.start[j], best.end[j], best.mode[j], best.node[j] = plan.start[j], plan.end[j], plan.mode[j], plan.node[j]
    tree.bar[BEST] = tree.cost[jobs]
    tree.bar[GOAL] = tree.cost[jobs] - tree.bar[SLACK]
    if tree.counter[DISCREPANCIES] < FULL:
        follow_path(inputs, tree, plan)


@kernel
def _try_next(inputs: Inputs, tree: Tree, memory: Memory, timeline: Timeline, plan: Plan, level: int) -> None:
    """Look at the next candidate of a level and enter it if it is worth it."""
    j, option = tree.look_job[level], tree.look_option[level]
    twin = tree.twin[j]
    if tree.waiting[j] > 0 or (twin >= 0 and tree.placed[twin] == 0):
        tree.look_job[level], tree.look_option[level] = tree.after[j], 0
        return
    step(inputs, tree, level)
    nodes = len(inputs.node_speed)
    first = inputs.mode_start[j]
    chosen = (option + tree.first_option[j]) % ((inputs.mode_start[j + 1] - first) * nodes)
    mode, node = first + chosen // nodes, chosen % nodes
    if exceeds(inputs.mode_demand, mode, inputs.node_capacity, node) or (option > 0 and is_redundant(tree, node)):
        return
    start = _start(inputs, tree, timeline, plan, level, j, mode, node)
    if start < 0:
        return
    put(inputs, tree, timeline, plan, level, j, mode, node, start)
    if _enter(inputs, tree, memory, timeline, plan, level + 1):
        tree.tried[level] += 1
        tree.counter[LEVEL] += 1
    else:
        take_back(inputs, tree, timeline, plan, level)


@kernel
def _start(inputs: Inputs, tree: Tree, timeline: Timeline, plan: Plan, level: int, j: int, mode: int, node: int) -> int:
    """Return where a job fits first, -1 if no better schedule has it there."""
    duration = inputs.mode_time[mode, inputs.node_speed[node]]
    latest = min(tree.horizon[level] - 1, inputs.deadline[j] - duration)
    ready = ready_time(inputs, plan.end, j)
    start = earliest_start(timeline, node, ready, duration, inputs.mode_demand, mode, latest)
    floor = tree.floor[level]
    if start < floor or start > latest:
        return -1
    if start == floor and level > 0 and tree.position[j] < tree.position[tree.path[level - 1]]:
        return -1
    return start


@kernel
def _enter(inputs: Inputs, tree: Tree, memory: Memory, timeline: Timeline, plan: Plan, level: int) -> bool:
    """Return whether something worth looking at is below a level."""
    remembers = len(memory.row) > 0 and level < len(tree.order) - 1
    if not tree.cost[level] + tree.rest[level] < tree.bar[GOAL]:
        return False
    if remembers and is_dominated(tree, memory, plan, level):
        return False
    tree.bound[level] = survey(inputs, tree, timeline, level)
    if not tree.bound[level] < tree.bar[GOAL]:
        return False
    if remembers:
        remember(tree, memory, plan, level)
    open_level(tree, level)
    return True
