"""The state of a depth-first search over schedules: what is placed, what may come next, and how to take it back.

A level of the tree is one more placed job. Jobs are placed in the order of their starts (precedence tree: Patterson,
Slowinski, Talbot & Weglarz 1989; Sprecher, Hartmann & Drexl 1997, OR Spektrum 19).
"""

from typing import NamedTuple

import numpy as np

from optimizer.kernels.compilation import kernel
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.score import objective_cost
from optimizer.kernels.serial import Plan
from optimizer.kernels.timeline import Timeline, give_back, has_storage, reserve, reset
from optimizer.units import FloatArray, IntArray

FULL = 2**40
"""A number of discrepancies that no path has."""

LEVEL, STEPS, PLACED, DISCREPANCIES, EPOCH, DONE, HASH, WINDOW = range(8)
BEST, SLACK, GOAL = range(3)

_WORD = 60
_HASH = 2**62


class Tree(NamedTuple):
    """A path of the tree and what is known beside it.

    Parameters
    ----------
    order, position : int64[J]
        In which order jobs are tried, predecessors first, and the place of each job in it.
    first_option : int64[J]
        Which option (mode x node) of each job is tried first.
    after, before : int64[J + 1]
        The jobs that are not placed, as a ring in that order; J stands for its end.
    placed, waiting : int64[J]
        Whether each job is placed; how many of its predecessors are not.
    twin : int64[J]
        The previous job in ``order`` that is alike in everything, -1 if there is none.
    alike : int64[J]
        Number of the class of jobs that are alike in everything.
    lag : int64[J]
        The longest lag to a successor.
    one_price : int64[J]
        Whether the cost of a job depends on its end alone, not on mode and speed.
    least : float64[J]
        What each job costs at least.
    lower_end : int64[J]
        When each job ends (placed) or can end at the earliest.
    node_twin, node_used : int64[N]
        The previous node that is alike in everything, -1 if there is none; number of jobs placed on each node.
    code, word : int64[J], int64[*]
        A random number for each job; the set of placed jobs as bits.
    path, look_job, look_option : int64[J + 1]
        Of each level which job is placed there, and which job and option to look at next.
    tried, used : int64[J + 1]
        How many children were entered; discrepancies on the way to this level.
    floor, horizon : int64[J + 1]
        The next job starts not before the one and before the other.
    ends : int64[J + 1]
        Sum of the ends of the placed jobs.
    cost, rest, bound : float64[J + 1]
        Cost of the placed jobs, least cost of all others, lower bound on what is below.
    counter : int64[8]
        Level; steps, placed jobs and discrepancies allowed; number of the tree; whether it is exhausted; code of the
        set of placed jobs; how many jobs the bounds look at.
    bar : float64[3]
        The best total so far, by how much less a better one is at least, what it has to stay below.
    """

    order: IntArray
    position: IntArray
    first_option: IntArray
    after: IntArray
    before: IntArray
    placed: IntArray
    waiting: IntArray
    twin: IntArray
    alike: IntArray
    lag: IntArray
    one_price: IntArray
    least: FloatArray
    lower_end: IntArray
    node_twin: IntArray
    node_used: IntArray
    code: IntArray
    word: IntArray
    path: IntArray
    look_job: IntArray
    look_option: IntArray
    tried: IntArray
    used: IntArray
    floor: IntArray
    horizon: IntArray
    ends: IntArray
    cost: FloatArray
    rest: FloatArray
    bound: FloatArray
    counter: IntArray
    bar: FloatArray


def new_tree(inputs: Inputs, least: FloatArray, slack: float, window: int) -> Tree:
    """Return a tree without a path; ``order`` is to be set.

    Parameters
    ----------
    inputs : Inputs
        The problem.
    least : float64[J]
        What each job costs at least.
    slack : float
        Totals that are better by less than this do not count.
    window : int
        How many unplaced jobs the bounds look at.
    """
    jobs, nodes = len(inputs.release), len(inputs.node_speed)
    by_job = np.zeros((12, jobs), dtype=np.int64)
    by_level = np.zeros((10, jobs + 1), dtype=np.int64)
    tree = Tree(
        *by_job[:3],
        *by_level[:2],
        *by_job[3:9],
        least=np.ascontiguousarray(least, dtype=np.float64),
        lower_end=by_job[9],
        node_twin=_previous(_node_classes(inputs)),
        node_used=np.zeros(nodes, dtype=np.int64),
        code=np.random.RandomState(0).randint(0, _HASH, jobs, dtype=np.int64),
        word=np.zeros(-(-jobs // _WORD), dtype=np.int64),
        path=by_level[2],
        look_job=by_level[3],
        look_option=by_level[4],
        tried=by_level[5],
        used=by_level[6],
        floor=by_level[7],
        horizon=by_level[8],
        ends=by_level[9],
        cost=np.zeros(jobs + 1),
        rest=np.zeros(jobs + 1),
        bound=np.zeros(jobs + 1),
        counter=np.zeros(8, dtype=np.int64),
        bar=np.array([np.inf, slack, np.inf]),
    )
    tree.counter[WINDOW] = window
    tree.alike[:] = _job_classes(inputs)
    job = np.repeat(np.arange(jobs), np.diff(inputs.predecessor_start))
    np.maximum.at(tree.lag, inputs.predecessor_job, inputs.predecessor_lag)
    assert len(job) == len(inputs.predecessor_job)
    tree.one_price[:] = _one_price(inputs)
    return tree


def _one_price(inputs: Inputs) -> IntArray:
    """Return which jobs cost the same in all modes at all speeds."""
    same = np.ones(len(inputs.mode_time), dtype=bool)
    first = np.repeat(inputs.mode_start[:-1], np.diff(inputs.mode_start))
    for array in (inputs.cost_reference, inputs.cost_slope, inputs.cost_step):
        same &= (array == array[first, :1]).all(axis=1)
    return np.logical_and.reduceat(same, inputs.mode_start[:-1]).astype(np.int64)


def _job_classes(inputs: Inputs) -> IntArray:
    """Return a number for each job, the same for jobs that differ in nothing but the name."""
    known: dict[tuple[object, ...], int] = {}
    pairs: list[list[tuple[int, int]]] = [[] for _ in inputs.release]
    found = np.zeros(len(inputs.release), dtype=np.int64)
    for j in range(len(inputs.release)):
        for e in range(inputs.predecessor_start[j], inputs.predecessor_start[j + 1]):
            pairs[inputs.predecessor_job[e]].append((j, int(inputs.predecessor_lag[e])))
    for j in range(len(inputs.release)):
        own = slice(inputs.mode_start[j], inputs.mode_start[j + 1])
        before = slice(inputs.predecessor_start[j], inputs.predecessor_start[j + 1])
        lags = zip(inputs.predecessor_job[before].tolist(), inputs.predecessor_lag[before].tolist(), strict=True)
        costs = (inputs.cost_reference, inputs.cost_slope, inputs.cost_step)
        key = (
            int(inputs.release[j]),
            int(inputs.deadline[j]),
            *(array[own].tobytes() for array in (inputs.mode_demand, inputs.mode_time, *costs)),
            tuple(sorted(lags)),
            tuple(sorted(pairs[j])),
        )
        found[j] = known.setdefault(key, len(known))
    return found


def _node_classes(inputs: Inputs) -> list[tuple[object, ...]]:
    """Return what a node is, apart from its name."""
    found: list[tuple[object, ...]] = []
    for v in range(len(inputs.node_speed)):
        own = slice(inputs.profile_start[v], inputs.profile_start[v + 1])
        profile = (inputs.profile_time[own].tobytes(), inputs.profile_level[own].tobytes())
        found.append((int(inputs.node_speed[v]), inputs.node_capacity[v].tobytes(), *profile))
    return found


def _previous(classes: list[tuple[object, ...]]) -> IntArray:
    last: dict[tuple[object, ...], int] = {}
    previous = np.empty(len(classes), dtype=np.int64)
    for i, key in enumerate(classes):
        previous[i] = last.get(key, -1)
        last[key] = i
    return previous


@kernel
def is_redundant(tree: Tree, node: int) -> bool:
    """Return whether a node, empty like an earlier one that is alike, can be left out."""
    twin = tree.node_twin[node]
    return twin >= 0 and tree.node_used[node] == 0 and tree.node_used[twin] == 0


@kernel
def number_jobs(tree: Tree) -> None:
    """Derive from ``order`` the place of each job and who its twin is."""
    jobs = len(tree.order)
    for c in range(jobs):
        tree.lower_end[c] = -1  # scratch: the last job of each class
    for i in range(jobs):
        j = tree.order[i]
        tree.position[j] = i
        tree.twin[j] = tree.lower_end[tree.alike[j]]
        tree.lower_end[tree.alike[j]] = j


@kernel
def clear(inputs: Inputs, tree: Tree, timeline: Timeline) -> None:
    """Take everything back: an empty path, all jobs in the ring."""
    jobs = len(tree.order)
    reset(timeline, inputs)
    number_jobs(tree)
    last = jobs
    tree.rest[0] = 0.0
    for i in range(jobs):
        j = tree.order[i]
        tree.after[last], tree.before[j] = j, last
        tree.placed[j] = 0
        tree.waiting[j] = inputs.predecessor_start[j + 1] - inputs.predecessor_start[j]
        tree.rest[0] += 0.0 if inputs.is_maximum else tree.least[j]
        last = j
    tree.after[last], tree.before[jobs] = jobs, last
    for v in range(len(tree.node_used)):
        tree.node_used[v] = 0
    for i in range(len(tree.word)):
        tree.word[i] = 0
    tree.counter[LEVEL], tree.counter[HASH] = 0, 0
    tree.floor[0], tree.ends[0], tree.used[0] = 0, 0, 0
    tree.cost[0] = -np.inf if inputs.is_maximum else 0.0


@kernel
def open_level(tree: Tree, level: int) -> None:
    """Let the search begin with the first job of the ring."""
    tree.look_job[level], tree.look_option[level] = tree.after[len(tree.order)], 0
    tree.tried[level] = 0


@kernel
def put(
    inputs: Inputs, tree: Tree, timeline: Timeline, plan: Plan, level: int, j: int, mode: int, node: int, start: int
) -> None:
    """Place a job on a level."""
    duration = inputs.mode_time[mode, inputs.node_speed[node]]
    if not has_storage(timeline, node):
        _rebuild(inputs, tree, timeline, plan, level)
    reserve(timeline, node, start, duration, inputs.mode_demand, mode)
    end = start + duration
    plan.start[j], plan.end[j], plan.mode[j], plan.node[j] = start, end, mode, node
    tree.lower_end[j] = end
    tree.path[level] = j
    tree.floor[level + 1] = start
    tree.ends[level + 1] = tree.ends[level] + end
    tree.used[level + 1] = tree.used[level] + (1 if tree.tried[level] > 0 else 0)
    cost = objective_cost(inputs, mode, node, end)
    if inputs.is_maximum:
        tree.cost[level + 1] = max(tree.cost[level], cost)
        tree.rest[level + 1] = 0.0
    else:
        tree.cost[level + 1] = tree.cost[level] + cost
        tree.rest[level + 1] = tree.rest[level] - tree.least[j]
    tree.placed[j] = 1
    tree.node_used[node] += 1
    before, after = tree.before[j], tree.after[j]
    tree.after[before], tree.before[after] = after, before
    _flip(inputs, tree, j, -1)
    tree.counter[PLACED] += 1


@kernel
def take_back(inputs: Inputs, tree: Tree, timeline: Timeline, plan: Plan, level: int) -> None:
    """Undo what was placed on a level, the last one."""
    j = tree.path[level]
    give_back(timeline, plan.node[j], plan.start[j], plan.end[j] - plan.start[j], inputs.mode_demand, plan.mode[j])
    tree.placed[j] = 0
    tree.node_used[plan.node[j]] -= 1
    before, after = tree.before[j], tree.after[j]
    tree.after[before], tree.before[after] = j, j
    _flip(inputs, tree, j, 1)


@kernel
def _flip(inputs: Inputs, tree: Tree, j: int, change: int) -> None:
    """Move a job into or out of the set of placed jobs."""
    for e in range(inputs.successor_start[j], inputs.successor_start[j + 1]):
        tree.waiting[inputs.successor_job[e]] += change
    tree.counter[HASH] ^= tree.code[j]
    tree.word[j // _WORD] ^= 1 << (j % _WORD)


@kernel
def _rebuild(inputs: Inputs, tree: Tree, timeline: Timeline, plan: Plan, level: int) -> None:
    """Fill the timeline anew: reservations taken back leave storage behind that belongs to no node."""
    reset(timeline, inputs)
    for i in range(level):
        j = tree.path[i]
        reserve(timeline, plan.node[j], plan.start[j], plan.end[j] - plan.start[j], inputs.mode_demand, plan.mode[j])


@kernel
def follow_path(inputs: Inputs, tree: Tree, plan: Plan) -> None:
    """Make the complete path the first one of the tree, as if the search had gone there without a discrepancy."""
    jobs = len(tree.order)
    nodes = len(inputs.node_speed)
    for i in range(jobs):
        tree.order[i] = tree.path[i]
    number_jobs(tree)
    for i in range(jobs):
        j = tree.order[i]
        tree.lower_end[j] = plan.end[j]
        tree.first_option[j] = (plan.mode[j] - inputs.mode_start[j]) * nodes + plan.node[j]
        tree.before[j], tree.after[j] = jobs, jobs if i == jobs - 1 else tree.order[i + 1]
        tree.used[i], tree.tried[i] = 0, 1
        tree.look_job[i], tree.look_option[i] = j, 0
        step(inputs, tree, i)
    tree.used[jobs] = 0
    tree.counter[EPOCH] += 1


@kernel
def step(inputs: Inputs, tree: Tree, level: int) -> None:
    """Look at the next option of the job or, after the last, at the next job."""
    j = tree.look_job[level]
    tree.look_option[level] += 1
    if tree.look_option[level] == (inputs.mode_start[j + 1] - inputs.mode_start[j]) * len(inputs.node_speed):
        tree.look_job[level], tree.look_option[level] = tree.after[j], 0
