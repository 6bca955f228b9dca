"""Branch and bound on when jobs start, with cuts at every node of the tree."""

import logging
from collections.abc import Callable
from math import inf
from time import monotonic
from typing import NamedTuple

import numpy as np

from optimizer.bounds.cuts.program import CutProgram, above
from optimizer.bounds.cuts.switched_master import Relaxation, SwitchedMaster
from optimizer.model.builder import BoolArray
from optimizer.names import StoppedBy
from optimizer.objective import Costs
from optimizer.problem import Problem
from optimizer.schedule import Schedule
from optimizer.solvers.base import Answer
from optimizer.solvers.monitor import Monitor
from optimizer.units import FloatArray, IntArray
from optimizer.validation import violations

logger = logging.getLogger(__name__)

_MOST_ROUNDS = 12
"""Rounds of new rows at a node."""

_WORTHWHILE_SHARE = 0.02
"""A round of rows is followed by another one if it closed this part of the gap of the node."""

_CANDIDATES = 8
"""Jobs that are tried out before one of them is branched on."""

_NOTHING = 1e-6
"""Values of columns up to this count as 0."""

_HALF_DONE = 0.5
"""A search that has decided this part of its tree when its time is over has more: unfinished it would say little."""

_LONGER = 2.0
"""So many times the time that it was given, in all."""

_LEAST_GAIN = 1e-3
"""The least gain of a child that counts, so that the product with the gain of the other one is not 0."""


class _Node(NamedTuple):
    """The columns, bool[C], of some schedules, a bound on what they cost, and its share of an even tree."""

    allowed: BoolArray
    bound: float
    share: float


_REFUTED = _Node(np.zeros(0, dtype=bool), inf, 0.0)
"""What has no schedule of interest."""


class StartTree:
    """A search for the best schedule of a program of cuts that leaves no part of it out.

    A node says of some jobs that they begin by a time or after it. It has a linear program, which further rows tighten
    as long as this pays; columns whose reduced costs are above the gap go (branch and cut: Padberg & Rinaldi 1991, "A
    branch-and-cut algorithm for the resolution of large-scale symmetric traveling salesman problems", SIAM Review 33).
    The job to branch on is the one whose halves, tried out, raise the bound most (strong branching: Applegate, Bixby,
    Chvátal & Cook 1995, "Finding cuts in the TSP", DIMACS technical report 95-05). Rows know what runs together better
    than those of capacity, and after a branching new ones are soon found (measured: docs/portfolio.md).

    Parameters
    ----------
    program : CutProgram
        Whose costs are those of the columns, with one node of each kind.
    monitor : Monitor
        Hears of schedules and bounds.
    most : callable
        Returns the largest total cost of a schedule of interest, asked again and again; never more than the program's.
    """

    def __init__(self, program: CutProgram, monitor: Monitor, most: Callable[[], float]) -> None:
        self._program = program
        self._monitor = monitor
        self._most = most
        self._end = self._last_end = inf
        self._left: list[_Node] = []
        self._order = np.lexsort((program.pulses.start, program.problem.mode_job[program.pulses.mode]))

    def run(self, seconds: float = inf) -> Answer:
        """Search until all is known or about so many seconds are over; "infeasible" if there is nothing of interest.

        A search that is half done then has as much time again. One that cannot decide is "finished".
        """
        self._end, self._last_end = monotonic() + seconds, monotonic() + _LONGER * seconds
        count = 0
        if self._program.bound < inf:
            self._left = [_Node(np.ones(len(self._program.cost), dtype=bool), self._program.bound, share=1.0)]
            self._master = SwitchedMaster(self._program, self._ended)
        while self._left and (children := self._children(self._left[-1])) is not None:
            self._left[-1:] = children
            count += 1
        logger.info("%d nodes, %d left", count, len(self._left))
        return self._answer()

    def _answer(self) -> Answer:
        known, total = self._monitor.known_total, self._program.total
        if self._left:
            bound = min(total + self._program.costs.granularity, *(node.bound for node in self._left))
            self._monitor.report(lower_bound=min(bound, known))
            return Answer(self._monitor.reason or (StoppedBy.TIME_LIMIT if self._ended() else StoppedBy.FINISHED))
        if known > total:
            return Answer(StoppedBy.OPTIMALITY, infeasible=True)
        self._monitor.report(lower_bound=known, exact=True)
        return Answer(StoppedBy.OPTIMALITY)

    def _ended(self) -> bool:
        now = monotonic()
        if self._monitor.stopped or now > self._last_end:
            return True
        return now > self._end and sum(node.share for node in self._left) > 1 - _HALF_DONE

    def _children(self, node: _Node) -> list[_Node] | None:
        """Return what is left of a node, in two halves; None if that could not be found out."""
        if node.bound > above(self._most()):
            return []
        rounds = 0
        while not self._ended():
            relaxed = self._master.relax(node.allowed, self._last_end)
            if relaxed is None:
                return None
            before, node = node, self._reduced(node, relaxed)
            if node is _REFUTED:
                return []
            if (relaxed.solution[~node.allowed] > _NOTHING).any():
                continue
            whole = bool(np.abs(relaxed.solution - np.rint(relaxed.solution)).max() <= _NOTHING)
            gap = self._most() + self._program.costs.granularity - node.bound
            pays = rounds == 0 or (rounds < _MOST_ROUNDS and relaxed.bound - before.bound >= _WORTHWHILE_SHARE * gap)
            if not (whole or pays) or not self._master.improve(relaxed.solution, whole=whole):
                if whole:
                    return [] if self._take(relaxed) else None
                return self._halves(node, relaxed.solution)
            rounds += 1
        return None

    def _reduced(self, node: _Node, relaxed: Relaxation) -> _Node:
        """Return what schedules of interest a node has, by a relaxation of it."""
        most = above(self._most())
        if relaxed.bound > most:
            return _REFUTED
        allowed = node.allowed & (relaxed.reduced <= most - relaxed.bound)
        return _Node(allowed, max(node.bound, relaxed.bound), node.share)

    def _take(self, relaxed: Relaxation) -> bool:
        """Report the schedule of a whole solution; return whether it is one, and no other of the node is better."""
        pulses, chosen = self._program.pulses, np.flatnonzero(relaxed.solution > 1 / 2)
        schedule = Schedule.starting(
            self._program.problem, pulses.start[chosen], pulses.mode[chosen], pulses.node[chosen]
        )
        if violations(self._program.problem, schedule):
            return False
        self._monitor.report(schedule)
        return self._monitor.known_total <= self._program.costs.rounded_up(relaxed.bound)

    def _halves(self, node: _Node, solution: FloatArray) -> list[_Node] | None:
        """Return the halves of a node, without those that are refuted, the cheapest first; None without any."""
        best: list[_Node] | None = None
        most_gained = 0.0
        for begin, split, end in self._splits(solution):
            early, late = node.allowed.copy(), node.allowed.copy()
            early[self._order[split:end]] = late[self._order[begin:split]] = False
            tried = zip((early, late), self._master.try_out((early, late)), strict=True)
            halves = [self._reduced(_Node(allowed, node.bound, node.share / 2), relaxed) for allowed, relaxed in tried]
            gained = self._gain(node, halves[0]) * self._gain(node, halves[1])
            if gained > most_gained:
                best, most_gained = halves, gained
        return best and sorted((half for half in best if half is not _REFUTED), key=lambda half: half.bound)

    def _gain(self, node: _Node, half: _Node) -> float:
        """Return how much a half raises the bound of its node; no more than it takes to refute it."""
        enough = self._most() + self._program.costs.granularity
        return max(min(half.bound, enough) - node.bound, _LEAST_GAIN)

    def _splits(self, solution: FloatArray) -> list[tuple[int, int, int]]:
        """Return jobs to branch on, the most promising first: begin, middle and end of their columns in the order.

        Of each job about as much begins before the middle as after it; of promising ones the halves cost unlike.
        """
        start = self._program.layout.job_start
        sizes = np.diff(start)
        share, cost = solution[self._order], self._program.cost[self._order]
        early, spent = _sums_so_far(share, start), _sums_so_far(share * cost, start)
        late, due = np.repeat(early[start[1:] - 1], sizes) - early, np.repeat(spent[start[1:] - 1], sizes) - spent
        possible = np.flatnonzero((early > _NOTHING) & (late > _NOTHING))
        early, late = early[possible], late[possible]
        unlike = np.abs(due[possible] / late - spent[possible] / early)
        job = np.repeat(np.arange(len(sizes)), sizes)[possible]
        nearest = np.lexsort((np.abs(early - late), job))
        nearest = nearest[np.flatnonzero(np.diff(job[nearest], prepend=-1))]
        promise = (np.minimum(early, late) * (1 + unlike))[nearest]
        chosen = nearest[np.argsort(-promise, kind="stable")[:_CANDIDATES]]
        return [(int(start[job[c]]), int(possible[c]) + 1, int(start[job[c] + 1])) for c in chosen]


def _sums_so_far(values: FloatArray, start: IntArray) -> FloatArray:
    """Return the sums from the beginning of its part up to each value; part i begins at ``start[i]``."""
    sums = np.cumsum(values)
    before = np.concatenate([[0.0], sums])[start[:-1]]
    difference: FloatArray = sums - np.repeat(before, np.diff(start))
    return difference


def branches_on_starts(problem: Problem) -> bool:
    """Return whether the tree is made for a problem: totals with a common step, no precedence, unlike nodes."""
    if problem.objective.is_maximum or len(problem.predecessor_job):
        return False
    return len(problem.first_of_kind) == problem.nodes and Costs.of(problem).granularity > 0
