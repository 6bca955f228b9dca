"""Finding the first waiting job that fits without looking at all of a long queue; for compiled loops.

A tree over the jobs, sorted by what they demand, knows of each part the least demands, the least estimate and the job
that stands first. Looking for the first job that fits, parts in which nothing fits, or nothing stands before what was
found, are passed over. For an order that changes with time, each part also knows until when its first job stays the
first: a kinetic tournament (Basch, Guibas & Hershberger 1999, "Data structures for mobile data", Journal of Algorithms
31), renewed when it is asked.
"""

from math import floor
from typing import NamedTuple

import numpy as np

from optimizer.kernels.calendar import Calendar
from optimizer.kernels.compilation import kernel, kernel_apart
from optimizer.kernels.inputs import Workload
from optimizer.kernels.policies.queue_state import (
    FRESH,
    NOW,
    SHADOW,
    TREE,
    WAITING,
    Rules,
    State,
    candidate_before,
    find_place,
)  # fmt: skip
from optimizer.kernels.ranks import first_from
from optimizer.kernels.timeline import exceeds
from optimizer.problem import NEVER
from optimizer.units import IntArray

_WIDTH = 8
LONG, _SHORT = 64, 16
"""The tree is used from one length of the queue on until it falls below the other."""


class Tree(NamedTuple):
    """Node i has the children ``8 i + 1`` to ``8 i + 8``; the last J nodes are the jobs.

    Parameters
    ----------
    leaf : int64[J]
        Node of each job.
    demand : int64[T, K]
        Least demand of each resource among the jobs below, over their modes.
    estimate : int64[T]
        Least estimate among them.
    first : int64[T]
        Which of them stands first, -1 when none waits.
    valid_until : int64[T]
        From this time on another one may stand first.
    stack : int64[*]
        Nodes still to be looked at.
    most : int64[1, K]
        The most that is free on any node.
    """

    leaf: IntArray
    demand: IntArray
    estimate: IntArray
    first: IntArray
    valid_until: IntArray
    stack: IntArray
    most: IntArray


def new_tree(inputs: Workload, rules: Rules) -> Tree:
    """Return the tree of all jobs, of which none waits."""
    starts = inputs.mode_start[:-1]
    empty = (inputs.mode_time == 0).any(axis=1)
    least = np.minimum.reduceat(np.where(empty[:, None], 0, inputs.mode_demand), starts, axis=0)
    estimate = np.minimum.reduceat(np.where(empty, 0, rules.estimate.min(axis=1)), starts)
    share = least / np.maximum(inputs.node_capacity.max(axis=0), 1)
    order = np.lexsort((estimate, share.max(axis=1)))
    jobs = len(order)
    inner = max(1, -(-(jobs - 1) // (_WIDTH - 1)))
    leaf = np.empty(jobs, dtype=np.int64)
    leaf[order] = inner + np.arange(jobs)
    tree = Tree(
        leaf=leaf,
        demand=np.empty((inner + jobs, least.shape[1]), dtype=np.int64),
        estimate=np.empty(inner + jobs, dtype=np.int64),
        first=np.full(inner + jobs, -1, dtype=np.int64),
        valid_until=np.full(inner + jobs, NEVER, dtype=np.int64),
        stack=np.empty(_WIDTH * 24, dtype=np.int64),
        most=np.empty((1, least.shape[1]), dtype=np.int64),
    )
    tree.demand[leaf], tree.estimate[leaf] = least, estimate
    return tree


def no_tree(inputs: Workload) -> Tree:
    """Return the tree of a simulation that never searches its queue."""
    none, kinds = np.empty(0, dtype=np.int64), inputs.node_capacity.shape[1]
    return Tree(
        none, np.empty((0, kinds), dtype=np.int64), none, none, none, none, np.empty((1, kinds), dtype=np.int64)
    )


@kernel_apart
def keep_up(inputs: Workload, rules: Rules, state: State, tree: Tree) -> None:
    """Enter the jobs that joined the queue; all of them when it got long, none when it got short."""
    waiting = state.counts[WAITING]
    if state.counts[TREE] == 1 and waiting < _SHORT:
        r = first_from(state.candidates, 0)
        while r >= 0:
            _set(inputs, rules, state, tree, rules.candidate_at[r], False)
            r = first_from(state.candidates, r + 1)
        state.counts[TREE] = 0
    elif state.counts[TREE] == 1:
        for i in range(state.counts[FRESH]):
            _set(inputs, rules, state, tree, state.fresh[i], True)
    else:
        state.counts[TREE] = 1
        r = first_from(state.candidates, 0)
        while r >= 0:
            _set(inputs, rules, state, tree, rules.candidate_at[r], True)
            r = first_from(state.candidates, r + 1)


@kernel
def forget(inputs: Workload, rules: Rules, state: State, tree: Tree, j: int) -> None:
    """Take out job ``j``, which starts."""
    _set(inputs, rules, state, tree, j, False)


@kernel_apart
def tree_head(inputs: Workload, rules: Rules, state: State, tree: Tree) -> int:
    """Return the job that stands first."""
    _renew(inputs, rules, state, tree)
    head: int = tree.first[0]
    return head


@kernel
def first_that_fits(inputs: Workload, rules: Rules, state: State, calendar: Calendar, tree: Tree, guarded: bool) -> int:
    """Return the first job that can start now, -1 without one; where, stands in the counts."""
    _renew(inputs, rules, state, tree)
    for k in range(tree.most.shape[1]):
        tree.most[0, k] = 0
        for v in range(len(state.free)):
            tree.most[0, k] = max(tree.most[0, k], state.free[v, k])
    found = -1
    tree.stack[0] = 0
    size = 1
    while size > 0:
        size -= 1
        node = tree.stack[size]
        j = tree.first[node]
        if j < 0 or (found >= 0 and not candidate_before(inputs, rules, state, j, found)):
            continue
        if not _may_fit(state, tree, node, guarded):
            continue
        if tree.leaf[j] != node:
            size = _open(tree, node, size)
        elif find_place(inputs, rules, state, calendar, j, guarded):
            found = j
    if found >= 0:
        find_place(inputs, rules, state, calendar, found, guarded)
    return found


@kernel
def _open(tree: Tree, node: int, size: int) -> int:
    """Put the children of a node on the stack, that of its first job at the top; return its new size."""
    best = -1
    for child in range(_WIDTH * node + 1, min(_WIDTH * node + _WIDTH + 1, len(tree.first))):
        if tree.first[child] == tree.first[node]:
            best = child
        elif tree.first[child] >= 0:
            tree.stack[size] = child
            size += 1
    tree.stack[size] = best
    return size + 1


@kernel
def _may_fit(state: State, tree: Tree, node: int, guarded: bool) -> bool:
    """Return whether a job with the least demands and the least estimate below ``node`` could start now."""
    if exceeds(tree.demand, node, tree.most, 0):
        return False
    if guarded and len(state.free) == 1 and state.counts[NOW] + tree.estimate[node] > state.counts[SHADOW]:
        return not exceeds(tree.demand, node, state.available, 1)
    return True


@kernel_apart
def _set(inputs: Workload, rules: Rules, state: State, tree: Tree, j: int, waits: bool) -> None:
    """Enter job ``j``, or take it out, and bring all that is above it up to date."""
    node = tree.leaf[j]
    tree.first[node] = j if waits else -1
    while node > 0:
        node = (node - 1) // _WIDTH
        _summarize(inputs, rules, state, tree, node)


@kernel
def _summarize(inputs: Workload, rules: Rules, state: State, tree: Tree, node: int) -> None:
    begin, stop = _WIDTH * node + 1, min(_WIDTH * node + _WIDTH + 1, len(tree.first))
    first = -1
    tree.estimate[node] = NEVER
    for k in range(tree.demand.shape[1]):
        tree.demand[node, k] = NEVER
    for child in range(begin, stop):
        j = tree.first[child]
        if j >= 0:
            tree.estimate[node] = min(tree.estimate[node], tree.estimate[child])
            for k in range(tree.demand.shape[1]):
                tree.demand[node, k] = min(tree.demand[node, k], tree.demand[child, k])
            if first < 0 or candidate_before(inputs, rules, state, j, first):
                first = j
    tree.first[node] = first
    if rules.candidate_moving:
        tree.valid_until[node] = NEVER
        for child in range(begin, stop):
            j = tree.first[child]
            if j >= 0:
                until = min(tree.valid_until[child], _overtakes(inputs, rules, state, j, first))
                tree.valid_until[node] = min(tree.valid_until[node], until)


@kernel
def _overtakes(inputs: Workload, rules: Rules, state: State, j: int, first: int) -> int:
    """Return a time until which job ``j`` surely stays behind job ``first``; a moment too early does no harm."""
    fast, slow = rules.candidate_slope[j], rules.candidate_slope[first]
    if j == first or fast <= slow:
        return NEVER
    when = (fast * inputs.release[j] - slow * inputs.release[first]) / (fast - slow)
    error = 1 + 1e-14 * (fast * (abs(when) + inputs.release[j]) + slow * inputs.release[first]) / (fast - slow)
    if when - error >= NEVER:
        return NEVER
    until: int = max(state.counts[NOW] + 1, floor(when - error))
    return until


@kernel
def _renew(inputs: Workload, rules: Rules, state: State, tree: Tree) -> None:
    """Summarize anew where another job may stand first by now, from below."""
    now = state.counts[NOW]
    if tree.valid_until[0] > now:
        return
    tree.stack[0] = 0
    size = 1
    while size > 0:
        node = tree.stack[size - 1]
        before = size
        for child in range(_WIDTH * node + 1, min(_WIDTH * node + _WIDTH + 1, len(tree.first))):
            if tree.first[child] >= 0 and tree.valid_until[child] <= now:
                tree.stack[size] = child
                size += 1
        if size == before:
            _summarize(inputs, rules, state, tree, node)
            size -= 1
