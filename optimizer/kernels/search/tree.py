"""The state of a depth-first search over schedules: what is placed, what may come next, and how to take it back.

A level of the tree is one more placed job. Jobs are placed in the order of their starts (precedence tree: Patterson,
Slowinski, Talbot & Weglarz 1989; Sprecher, Hartmann & Drexl 1997, OR Spektrum 19).
"""

from typing import NamedTuple

import numpy as np

from optimizer.kernels.compilation import kernel, kernel_apart
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.score import objective_cost
from optimizer.kernels.search.tree_classes import job_classes, node_twins, one_price
from optimizer.kernels.serial import Plan
from optimizer.kernels.timeline import Timeline, give_back, reserve, reset
from optimizer.units import FloatArray, IntArray

FULL = 2**40
"""A number of discrepancies that no path has."""

POSITION, FIRST_OPTION, AFTER, BEFORE, PLACED, WAITING, TWIN, ALIKE, LAG, ONE_PRICE, CODE, PULL, _OF_JOB = range(13)
PATH, LOOK_JOB, LOOK_OPTION, TRIED, USED, FLOOR, HORIZON, ENDS, _OF_LEVEL = range(9)
COST, REST, BOUND, _OF_PRICE = range(4)
NODE_TWIN, NODE_USED = range(2)
LEVEL, STEPS, PLACEMENTS, DISCREPANCIES, EPOCH, DONE, HASH, WINDOW, _OF_COUNTER = range(9)
BEST, SLACK, GOAL = range(3)

MOST_JOBS = 1000
"""With more jobs nodes have neither memory nor the bounds that look at every job: nothing would be proven by them."""

WORD = 60
_HASH = 2**62


class Tree(NamedTuple):
    """A path of the tree and what is known beside it (few arrays: compiled loops pass each one at a cost).

    Parameters
    ----------
    order : int64[J]
        In which order jobs are tried, predecessors first.
    lower_end : int64[J]
        When each job ends (placed) or can end at the earliest.
    least : float64[J]
        What each job costs at least.
    job : int64[J + 1, 12]
        Of each job its place in the order; which option (mode x node) is tried first; the next and the previous job
        that is not placed, a ring of which J is both ends; whether it is placed; how many predecessors are not; the
        previous job in the order that is alike in everything, -1 if there is none; the number of its class of such
        jobs; the longest lag to a successor; whether its cost hangs on its end alone, not on mode and speed; a random
        number; how much it counts in the sum of ends.
    level : int64[J + 1, 8]
        Of each level which job is placed there; which job and option to look at next; how many children were entered;
        how many discrepancies lead here; from when to before when the next job starts; the weighted sum of the
        ends of the placed jobs.
    price : float64[J + 1, 3]
        Of each level the cost of the placed jobs, the least cost of all others, a lower bound on what is below.
    node : int64[N, 2]
        The previous node that is alike in everything, -1 if there is none; how many jobs are placed there.
    word : int64[*]
        The set of placed jobs as bits.
    counter : int64[8]
        Level; steps and placements so far; discrepancies allowed; number of the tree; whether it is exhausted; code of
        the set of placed jobs; how many jobs the bounds look at.
    bar : float64[3]
        The best total so far, by how much less a better one is at least, what it has to stay below.
    """

    order: IntArray
    lower_end: IntArray
    least: FloatArray
    job: IntArray
    level: IntArray
    price: FloatArray
    node: IntArray
    word: IntArray
    counter: IntArray
    bar: FloatArray


def new_tree(inputs: Inputs, least: FloatArray, pull: IntArray, slack: float, window: int) -> Tree:
    """Return a tree without a path; ``order`` and the first options are to be set.

    Parameters
    ----------
    inputs : Inputs
        The problem.
    least : float64[J]
        What each job costs at least.
    pull : int64[J]
        How much rather of two schedules of one cost that with earlier ends is looked for, >= 1: any numbers that are
        the same for jobs alike in everything, of which the sum times the last end is an integer of 64 bits.
    slack : float
        Totals that are better by less than this do not count.
    window : int
        How many unplaced jobs the bounds look at.
    """
    jobs, nodes = len(inputs.release), len(inputs.node_speed)
    tree = Tree(
        order=np.zeros(jobs, dtype=np.int64),
        lower_end=np.zeros(jobs, dtype=np.int64),
        least=np.ascontiguousarray(least, dtype=np.float64),
        job=np.zeros((jobs + 1, _OF_JOB), dtype=np.int64),
        level=np.zeros((jobs + 1, _OF_LEVEL), dtype=np.int64),
        price=np.zeros((jobs + 1, _OF_PRICE)),
        node=np.zeros((nodes, 2), dtype=np.int64),
        word=np.zeros(-(-jobs // WORD), dtype=np.int64),
        counter=np.zeros(_OF_COUNTER, dtype=np.int64),
        bar=np.array([np.inf, slack, np.inf]),
    )
    tree.job[:-1, ALIKE] = job_classes(inputs)
    np.maximum.at(tree.job[:, LAG], inputs.predecessor_job, inputs.predecessor_lag)
    tree.job[:-1, ONE_PRICE] = one_price(inputs)
    tree.job[:-1, PULL] = pull
    tree.job[:-1, CODE] = np.random.RandomState(0).randint(0, _HASH, jobs, dtype=np.int64)
    tree.node[:, NODE_TWIN] = node_twins(inputs)
    tree.counter[WINDOW] = window
    return tree


@kernel
def is_redundant(tree: Tree, node: int) -> bool:
    """Return whether a node, empty like an earlier one that is alike, can be left out."""
    twin: int = tree.node[node, NODE_TWIN]
    used: int = tree.node[node, NODE_USED]
    return twin >= 0 and used == 0 and tree.node[twin, NODE_USED] == used


@kernel
def number_jobs(tree: Tree) -> None:
    """Derive from ``order`` the place of each job and who its twin is."""
    jobs = len(tree.order)
    for c in range(jobs):
        tree.lower_end[c] = -1  # scratch: the last job of each class
    for i in range(jobs):
        j = tree.order[i]
        tree.job[j, POSITION] = i
        tree.job[j, TWIN] = tree.lower_end[tree.job[j, ALIKE]]
        tree.lower_end[tree.job[j, ALIKE]] = j


@kernel_apart
def clear(inputs: Inputs, tree: Tree, timeline: Timeline) -> None:
    """Take everything back: an empty path, all jobs in the ring."""
    jobs = len(tree.order)
    reset(timeline, inputs)
    number_jobs(tree)
    last = jobs
    tree.price[0, REST] = 0.0
    for i in range(jobs):
        j = tree.order[i]
        tree.job[last, AFTER], tree.job[j, BEFORE] = j, last
        tree.job[j, PLACED] = 0
        tree.job[j, WAITING] = inputs.predecessor_start[j + 1] - inputs.predecessor_start[j]
        tree.price[0, REST] += 0.0 if inputs.is_maximum else tree.least[j]
        last = j
    tree.job[last, AFTER], tree.job[jobs, BEFORE] = jobs, last
    for v in range(len(tree.node)):
        tree.node[v, NODE_USED] = 0
    for i in range(len(tree.word)):
        tree.word[i] = 0
    tree.counter[LEVEL], tree.counter[HASH] = 0, 0
    tree.level[0, FLOOR], tree.level[0, ENDS], tree.level[0, USED] = 0, 0, 0
    tree.price[0, COST] = -np.inf if inputs.is_maximum else 0.0


@kernel
def open_level(tree: Tree, level: int) -> None:
    """Let the search begin with the first job of the ring."""
    tree.level[level, LOOK_JOB], tree.level[level, LOOK_OPTION] = tree.job[len(tree.order), AFTER], 0
    tree.level[level, TRIED] = 0


@kernel_apart
def put(
    inputs: Inputs, tree: Tree, timeline: Timeline, plan: Plan, level: int, j: int, mode: int, node: int, start: int
) -> None:
    """Place a job on a level."""
    duration = inputs.mode_time[mode, inputs.node_speed[node]]
    reserve(timeline, node, start, duration, inputs.mode_demand, mode)
    end = start + duration
    plan.start[j], plan.end[j], plan.mode[j], plan.node[j] = start, end, mode, node
    tree.lower_end[j] = end
    tree.level[level, PATH] = j
    tree.level[level + 1, FLOOR] = start
    tree.level[level + 1, ENDS] = tree.level[level, ENDS] + tree.job[j, PULL] * end
    tree.level[level + 1, USED] = tree.level[level, USED] + (1 if tree.level[level, TRIED] > 0 else 0)
    cost = objective_cost(inputs, mode, node, end)
    if inputs.is_maximum:
        tree.price[level + 1, COST] = max(tree.price[level, COST], cost)
        tree.price[level + 1, REST] = 0.0
    else:
        tree.price[level + 1, COST] = tree.price[level, COST] + cost
        tree.price[level + 1, REST] = tree.price[level, REST] - tree.least[j]
    tree.job[j, PLACED] = 1
    tree.node[node, NODE_USED] += 1
    before, after = tree.job[j, BEFORE], tree.job[j, AFTER]
    tree.job[before, AFTER], tree.job[after, BEFORE] = after, before
    _flip(inputs, tree, j, -1)
    tree.counter[PLACEMENTS] += 1


@kernel_apart
def take_back(inputs: Inputs, tree: Tree, timeline: Timeline, plan: Plan, level: int) -> None:
    """Undo what was placed on a level, the last one."""
    j = tree.level[level, PATH]
    give_back(timeline, plan.node[j], plan.start[j], plan.end[j] - plan.start[j], inputs.mode_demand, plan.mode[j])
    tree.job[j, PLACED] = 0
    tree.node[plan.node[j], NODE_USED] -= 1
    before, after = tree.job[j, BEFORE], tree.job[j, AFTER]
    tree.job[before, AFTER], tree.job[after, BEFORE] = j, j
    _flip(inputs, tree, j, 1)


@kernel
def _flip(inputs: Inputs, tree: Tree, j: int, change: int) -> None:
    """Move a job into or out of the set of placed jobs."""
    for e in range(inputs.successor_start[j], inputs.successor_start[j + 1]):
        tree.job[inputs.successor_job[e], WAITING] += change
    tree.counter[HASH] ^= tree.job[j, CODE]
    tree.word[j // WORD] ^= 1 << (j % WORD)


@kernel_apart
def follow_path(inputs: Inputs, tree: Tree, plan: Plan) -> None:
    """Make the complete path the first one of the tree, as if the search had gone there without a discrepancy."""
    jobs = len(tree.order)
    nodes = len(inputs.node_speed)
    for i in range(jobs):
        tree.order[i] = tree.level[i, PATH]
    number_jobs(tree)
    for i in range(jobs):
        j = tree.order[i]
        tree.lower_end[j] = plan.end[j]
        tree.job[j, FIRST_OPTION] = (plan.mode[j] - inputs.mode_start[j]) * nodes + plan.node[j]
        tree.job[j, BEFORE], tree.job[j, AFTER] = jobs, jobs if i == jobs - 1 else tree.order[i + 1]
        tree.level[i, USED], tree.level[i, TRIED] = 0, 1
        tree.level[i, LOOK_JOB], tree.level[i, LOOK_OPTION] = j, 0
        step(inputs, tree, i)
    tree.level[jobs, USED] = 0
    tree.counter[EPOCH] += 1


@kernel
def step(inputs: Inputs, tree: Tree, level: int) -> None:
    """Look at the next option of the job or, after the last, at the next job."""
    j = tree.level[level, LOOK_JOB]
    tree.level[level, LOOK_OPTION] += 1
    if tree.level[level, LOOK_OPTION] == (inputs.mode_start[j + 1] - inputs.mode_start[j]) * len(inputs.node_speed):
        tree.level[level, LOOK_JOB], tree.level[level, LOOK_OPTION] = tree.job[j, AFTER], 0
