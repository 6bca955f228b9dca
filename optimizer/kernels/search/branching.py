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

from typing import NamedTuple

import numpy as np

from optimizer.kernels.compilation import kernel, kernel_apart
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.search.tree import (
    AFTER,
    BEST,
    BOUND,
    COST,
    DISCREPANCIES,
    DONE,
    EPOCH,
    FIRST_OPTION,
    FLOOR,
    FULL,
    GOAL,
    HORIZON,
    LEVEL,
    LOOK_JOB,
    LOOK_OPTION,
    PATH,
    PLACED,
    PLACEMENTS,
    POSITION,
    REST,
    SLACK,
    STEPS,
    TRIED,
    TWIN,
    USED,
    WAITING,
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
from optimizer.kernels.search.tree_energy import Energy, lacks_energy
from optimizer.kernels.search.tree_fluid import Fluid, fluid_bound
from optimizer.kernels.search.tree_memory import Memory, is_dominated, remember
from optimizer.kernels.search.tree_tardiness import Lightest, tardiness_bound
from optimizer.kernels.serial import Plan, copy_plan, ready_time
from optimizer.kernels.timeline import Timeline, earliest_start, exceeds


class PruningTests(NamedTuple):
    """What cuts the tree beside the bounds of each job on its own.

    Parameters
    ----------
    memory : Memory
        Partial schedules that were searched.
    fluid : Fluid
        The jobs as work for one resource, for sums.
    energy : Energy
        The jobs as work for all resources, for maxima and deadlines.
    lightest : Lightest
        The jobs by work for one resource, for tardiness.
    """

    memory: Memory
    fluid: Fluid
    energy: Energy
    lightest: Lightest


@kernel_apart
def start_tree(inputs: Inputs, tree: Tree, timeline: Timeline, discrepancies: int) -> None:
    """Begin a tree in which every path has at most so many discrepancies (``FULL``: all paths)."""
    clear(inputs, tree, timeline)
    tree.counter[DISCREPANCIES] = discrepancies
    tree.counter[EPOCH] += 1
    tree.counter[DONE] = 0
    if discrepancies >= FULL:
        for j in range(len(tree.order)):
            tree.job[j, FIRST_OPTION] = 0  # nodes in order, as the rule of empty nodes takes them
    tree.price[0, BOUND] = survey(inputs, tree, timeline, 0)
    open_level(tree, 0)


@kernel
def explore(
    inputs: Inputs,
    tree: Tree,
    pruning: PruningTests,
    timeline: Timeline,
    plan: Plan,
    best: Plan,
    steps: int,
    placed: int,
) -> None:
    """Go on until ``steps`` candidates were looked at or ``placed`` jobs placed since the beginning, or all is done.

    Parameters
    ----------
    inputs, tree, pruning, timeline, plan
        The problem and the state of the search.
    best : Plan
        Takes each better schedule.
    steps, placed : int
        When to pause, as totals of all calls; what is found does not hang on the pauses.
    """
    while tree.counter[STEPS] < steps and tree.counter[PLACEMENTS] < placed and tree.counter[DONE] == 0:
        tree.counter[STEPS] += 1
        level = tree.counter[LEVEL]
        if level == len(tree.order):
            _keep(inputs, tree, plan, best)
            _leave(inputs, tree, timeline, plan)
        elif _is_over(tree, level):
            _leave(inputs, tree, timeline, plan)
        else:
            _try_next(inputs, tree, pruning, timeline, plan, level)


@kernel
def _is_over(tree: Tree, level: int) -> bool:
    """Return whether nothing is left to look at on a level."""
    return (
        tree.level[level, LOOK_JOB] == len(tree.order)
        or not tree.price[level, BOUND] < tree.bar[GOAL]
        or (tree.level[level, TRIED] > 0 and tree.level[level, USED] >= tree.counter[DISCREPANCIES])
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
    copy_plan(plan, best)
    tree.bar[BEST] = tree.price[jobs, COST]
    tree.bar[GOAL] = tree.price[jobs, COST] - tree.bar[SLACK]
    if tree.counter[DISCREPANCIES] < FULL:
        follow_path(inputs, tree, plan)


@kernel
def _try_next(
    inputs: Inputs,
    tree: Tree,
    pruning: PruningTests,
    timeline: Timeline,
    plan: Plan,
    level: int,
) -> None:
    """Look at the next candidate of a level and enter it if it is worth it."""
    j, option = tree.level[level, LOOK_JOB], tree.level[level, LOOK_OPTION]
    twin = tree.job[j, TWIN]
    if tree.job[j, WAITING] > 0 or (twin >= 0 and tree.job[twin, PLACED] == 0):
        tree.level[level, LOOK_JOB], tree.level[level, LOOK_OPTION] = tree.job[j, AFTER], 0
        return
    step(inputs, tree, level)
    nodes = len(inputs.node_speed)
    first = inputs.mode_start[j]
    chosen = (option + tree.job[j, FIRST_OPTION]) % ((inputs.mode_start[j + 1] - first) * nodes)
    mode, node = first + chosen // nodes, chosen % nodes
    if exceeds(inputs.mode_demand, mode, inputs.node_capacity, node) or (option > 0 and is_redundant(tree, node)):
        return
    start = _start(inputs, tree, timeline, plan, level, j, mode, node)
    if start < 0:
        return
    put(inputs, tree, timeline, plan, level, j, mode, node, start)
    if _enter(inputs, tree, pruning, timeline, plan, level + 1):
        tree.level[level, TRIED] += 1
        tree.counter[LEVEL] += 1
    else:
        take_back(inputs, tree, timeline, plan, level)


@kernel_apart
def _start(inputs: Inputs, tree: Tree, timeline: Timeline, plan: Plan, level: int, j: int, mode: int, node: int) -> int:
    """Return where a job fits first, -1 if no better schedule has it there."""
    duration = inputs.mode_time[mode, inputs.node_speed[node]]
    latest = min(tree.level[level, HORIZON] - 1, inputs.deadline[j] - duration)
    ready = ready_time(inputs, plan.end, j)
    start = earliest_start(timeline, node, ready, duration, inputs.mode_demand, mode, latest)
    floor = tree.level[level, FLOOR]
    if start < floor or start > latest:
        return -1
    if start == floor and level > 0 and tree.job[j, POSITION] < tree.job[tree.level[level - 1, PATH], POSITION]:
        return -1
    return start


@kernel
def _enter(
    inputs: Inputs,
    tree: Tree,
    pruning: PruningTests,
    timeline: Timeline,
    plan: Plan,
    level: int,
) -> bool:
    """Return whether something worth looking at is below a level."""
    remembers = len(pruning.memory.row) > 0 and level < len(tree.order) - 1
    if not tree.price[level, COST] + tree.price[level, REST] < tree.bar[GOAL]:
        return False
    if remembers and is_dominated(tree, pruning.memory, plan, level):
        return False
    tree.price[level, BOUND] = survey(inputs, tree, timeline, level)
    if not tree.price[level, BOUND] < tree.bar[GOAL]:
        return False
    if lacks_energy(inputs, tree, pruning.energy, timeline, level):
        return False
    tree.price[level, BOUND] = max(tree.price[level, BOUND], _bound_of_sum(inputs, tree, pruning, timeline, level))
    if not tree.price[level, BOUND] < tree.bar[GOAL]:
        return False
    if remembers:
        remember(tree, pruning.memory, plan, level)
    open_level(tree, level)
    return True


@kernel
def _bound_of_sum(inputs: Inputs, tree: Tree, pruning: PruningTests, timeline: Timeline, level: int) -> float:
    """Return the bound that suits the objective, if there is one."""
    if len(pruning.fluid.arrivals) > 0:
        return fluid_bound(inputs, tree, pruning.fluid, timeline, level)
    if len(pruning.lightest.by_work) > 0:
        return tardiness_bound(inputs, tree, pruning.lightest, timeline, level)
    return -np.inf
