"""Bounds of the time-indexed program, ever closer, then branch and bound on what they leave of it."""

import logging
from dataclasses import dataclass
from math import inf
from time import monotonic
from typing import Any

import numpy as np

from optimizer.bounds.cuts.cutting_planes import MOST_COLUMNS, CuttingPlanes
from optimizer.bounds.cuts.program import count_columns
from optimizer.bounds.lagrangian import Lagrangian, node_kinds
from optimizer.errors import ModelTooLargeError
from optimizer.model.columns import Groups, Pulses, counted
from optimizer.model.highs import highs_model, require_accepted
from optimizer.model.program import Program, linear_program
from optimizer.model.size import refuse_if_too_large
from optimizer.names import StoppedBy
from optimizer.objective import Costs, total_cost
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.schedule import Schedule
from optimizer.solvers.base import Answer
from optimizer.solvers.exact.highs_run import HiGHSRun
from optimizer.solvers.monitor import Monitor
from optimizer.units import IntArray

logger = logging.getLogger(__name__)

_ROUNDS = 20
"""Rounds of the Lagrangian between two reports."""

_PRICES_SHARE = 0.05
"""Part of the time that the Lagrangian has before the program."""

_LOOK = 4.0
_SLOW = 0.02
_FEW_COLUMNS = 30_000
"""The cuts end when a tenth of the time they took, and some seconds at least, has closed less than this part of the
gap, and no more than so many columns are left: with more, a tree gains less than further cuts."""

_FIRST_GUESS, _LARGER_GUESS = 8, 1.6
"""Columns a job that the first guess leaves, and how many times as many every further one does."""


@dataclass(frozen=True)
class BranchAndCut:
    """Lagrangian prices, cutting planes, fixing by reduced costs, then HiGHS on the columns that guesses leave.

    A column whose reduced cost is above the gap between the best schedule and the bound is in no better schedule
    (Dantzig, Fulkerson & Johnson 1954, "Solution of a large-scale traveling-salesman problem", Operations Research 2);
    what another solver of the run finds counts at once. The same holds for a guess of what the best costs in place of
    what is known: HiGHS finds a schedule that cheap, or the guess is a bound.
    """

    def solve(
        self, problem: Problem, limits: Limits, *, seed: int, warm_start: Schedule | None, monitor: Monitor
    ) -> Answer:
        """Solve; see :class:`~optimizer.solvers.base.Solver`."""
        if warm_start is not None:
            monitor.report(warm_start)
        search = _Search(problem, monitor)
        if count_columns(problem, search.costs, search.known) > MOST_COLUMNS:
            return search.price(inf) or Answer(monitor.reason or StoppedBy.FINISHED)
        return search.price(_PRICES_SHARE * monitor.remaining) or search.cut() or search.branch(limits, seed)


class _Search:
    """What is known of one problem."""

    def __init__(self, problem: Problem, monitor: Monitor) -> None:
        self.costs = Costs.of(problem)
        self._problem = problem
        self._monitor = monitor
        self._planes: CuttingPlanes

    @property
    def known(self) -> float:
        """Total cost of the best schedule that keeps all deadlines, infinite without one."""
        return self._monitor.known_total

    @property
    def _wanted(self) -> float:
        """The largest total cost of a schedule that would be better."""
        step = self.costs.granularity
        return self.known if step == 0 or self.known == inf else (round(self.known / step) - 1) * step

    def price(self, seconds: float) -> Answer | None:
        """Improve and report the Lagrangian bound, where it is one, for so many seconds; return the answer if known."""
        if self._problem.objective.is_maximum:
            return None
        lagrangian, end = Lagrangian(self._problem, total=self.known), monotonic() + seconds
        while not lagrangian.refuted:
            self._monitor.report(lower_bound=min(lagrangian.bound, self.known))
            settled = lagrangian.settled
            if self._monitor.stopped or monotonic() > end or (settled and lagrangian.width == 1):
                return None
            if settled:
                lagrangian.refine()
            lagrangian.advance(_ROUNDS)
        return self._proven()

    def cut(self) -> Answer | None:
        """Add cuts and fix columns until that gets slow; return the answer if it is known by then."""
        monitor = self._monitor
        self._planes = planes = CuttingPlanes(self._problem, total=self._wanted, stopped=lambda: monitor.stopped)
        began, looked_at, gap = monotonic(), monotonic(), inf
        while not (monitor.stopped or planes.settled):
            planes.advance()
            planes.fix(self._wanted)
            monitor.report(lower_bound=min(planes.bound, self.known))
            now = monotonic()
            if now - looked_at > max(_LOOK, 0.1 * (now - began)):
                slow = self.known - planes.bound > (1 - _SLOW) * gap
                if slow and len(planes.pulses.mode) <= _FEW_COLUMNS:
                    break
                looked_at, gap = now, self.known - planes.bound
        if planes.bound == inf:
            return self._proven()
        return Answer(monitor.reason) if monitor.reason else None

    def _proven(self) -> Answer:
        """Return the answer when no schedule is better than the best."""
        if self.known == inf:
            return Answer(StoppedBy.OPTIMALITY, infeasible=True)
        self._monitor.report(lower_bound=self.known, exact=True)
        return Answer(StoppedBy.OPTIMALITY)

    def branch(self, limits: Limits, seed: int) -> Answer:
        """Guess what an optimum costs, and let HiGHS branch on the columns that this leaves, until a guess is enough.

        A small guess leaves few columns, is soon refuted and raises the bound; the next one is larger.
        """
        columns, guess = _FIRST_GUESS * self._problem.jobs, -inf
        while True:
            self._planes.fix(self._wanted)
            if self._planes.bound == inf:
                return self._proven()
            guess = self._guess(columns, guess + self.costs.granularity)
            answer = self._branch_below(guess, limits, seed)
            if answer.infeasible and guess >= self._wanted:
                return Answer(StoppedBy.OPTIMALITY, infeasible=self.known == inf)
            if guess >= self._wanted or self._monitor.stopped or answer.stopped_by is not StoppedBy.OPTIMALITY:
                return Answer(answer.stopped_by)  # what was refuted is a guess
            columns = int(_LARGER_GUESS * columns)

    def _guess(self, columns: int, least: float) -> float:
        """Return a total cost from ``least`` on that leaves so many columns; at most what is wanted."""
        reduced = np.sort(self._planes.reduced_costs())
        if columns >= len(reduced):
            return self._wanted
        return min(self._wanted, self.costs.rounded_up(max(least, self._planes.bound + reduced[columns])))

    def _branch_below(self, guess: float, limits: Limits, seed: int) -> Answer:
        """Look for the best schedule that costs at most ``guess``."""
        problem, planes = self._problem, self._planes
        next_total = guess + self.costs.granularity
        pulses, origin = _on_all_nodes(problem, planes.pulses, planes.columns_within(guess))
        try:
            refuse_if_too_large(problem, _as_groups(pulses), limits.memory)
        except ModelTooLargeError:
            return Answer(StoppedBy.MEMORY)
        linear = linear_program(problem, self.costs, pulses, next_total)
        model = highs_model(linear)
        _add_cuts(model, planes, origin)
        model.setOptionValue("objective_bound", (guess + next_total) / 2)
        program = Program(problem, pulses, linear, complete=True)
        logger.info("%d columns cost at most %.6g", len(pulses.mode), self.costs.value(guess))
        run = HiGHSRun(model, program, self._monitor, latest=lambda: self._best(guess), most=next_total)
        answer = run.run(limits, seed)
        if answer.infeasible:
            self._monitor.report(lower_bound=min(self.known, next_total))
        return answer

    def _best(self, most: float) -> Schedule | None:
        """Return the best schedule on the grid of the problem that the solver works on if it costs at most ``most``."""
        best = self._monitor.best_on_working_grid()
        return None if best is None or total_cost(self._problem, self.costs, best) > most else best


def _on_all_nodes(problem: Problem, pulses: Pulses, chosen: IntArray) -> tuple[Pulses, IntArray]:
    """Return the chosen pulses, on one of some equal nodes, as pulses on each of them, and which each was before."""
    kind = np.array(node_kinds(problem)[0])
    by_kind = np.argsort(kind, kind="stable")
    first, equal = np.unique(kind[by_kind], return_index=True, return_counts=True)[1:]
    count = equal[kind[pulses.node[chosen]]]
    origin = np.repeat(chosen, count)
    node = by_kind[counted(first[kind[pulses.node[chosen]]], count)]
    order = np.lexsort((pulses.start[origin], node, pulses.mode[origin]))
    origin, node = origin[order], node[order]
    return Pulses(pulses.mode[origin], node, pulses.start[origin], pulses.duration[origin]), origin


def _as_groups(pulses: Pulses) -> Groups:
    return Groups(pulses.mode, pulses.node, pulses.start, pulses.start, complete=True)


def _add_cuts(model: Any, planes: CuttingPlanes, origin: IntArray) -> None:
    """Add the rows of the cuts to a program whose columns stand for those of ``planes``."""
    start, column, value, side = planes.active_rows()
    by_origin = np.argsort(origin, kind="stable")
    copies = np.bincount(origin, minlength=len(planes.pulses.mode))
    count = copies[column]
    columns = by_origin[counted((np.cumsum(copies) - copies)[column], count)]
    ends = np.concatenate([[0], np.cumsum(count)])[start]
    require_accepted(model.addRows(
        len(side), np.full(len(side), -inf), side, len(columns),
        ends[:-1].astype(np.int32), columns.astype(np.int32), np.repeat(value, count),
    ))  # fmt: skip
