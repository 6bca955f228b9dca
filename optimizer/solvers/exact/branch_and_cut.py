"""Bounds of the time-indexed program, ever closer, then branch and bound on what they leave of it."""

from dataclasses import dataclass
from math import ceil, inf
from time import monotonic
from typing import Any

import numpy as np

from optimizer.bounds.cuts.cutting_planes import MOST_COLUMNS, CuttingPlanes
from optimizer.bounds.lagrangian import Lagrangian, node_kinds
from optimizer.model.columns import Pulses, counted, start_groups
from optimizer.model.highs import highs_model
from optimizer.model.program import Program, linear_program
from optimizer.names import StoppedBy
from optimizer.objective import Costs
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.schedule import Schedule
from optimizer.solvers.base import Answer
from optimizer.solvers.exact.highs_run import HiGHSRun
from optimizer.solvers.monitor import Monitor
from optimizer.units import IntArray

_ROUNDS = 20
"""Rounds of the Lagrangian between two reports."""

_PRICES_SHARE = 0.05
"""Part of the time that the Lagrangian has before the program."""

_WHOLE = 1e-6
"""How far a total may be from a multiple of the step of totals by floating point alone."""

_LOOK = 2.0
_SLOW = 0.02
_FEW_COLUMNS = 30_000
"""The cuts end when a tenth of the time they took, and some seconds at least, has closed less than this part of the
gap, and no more than so many columns are left: with more, a tree gains less than further cuts."""


@dataclass(frozen=True)
class BranchAndCut:
    """Lagrangian prices, cutting planes, fixing by reduced costs, then HiGHS on the columns that are left.

    A column whose reduced cost is above the gap between the best schedule and the bound is in no better schedule
    (Dantzig, Fulkerson & Johnson 1954, "Solution of a large-scale traveling-salesman problem", Operations Research 2);
    what another solver of the run finds counts at once.
    """

    def solve(
        self, problem: Problem, limits: Limits, *, seed: int, warm_start: Schedule | None, monitor: Monitor
    ) -> Answer:
        """Solve; see :class:`~optimizer.solvers.base.Solver`."""
        if warm_start is not None:
            monitor.report(warm_start)
        search = _Search(problem, monitor)
        columns = int(start_groups(problem, search.costs, total=search.known).sizes.sum())
        if columns > MOST_COLUMNS:
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
        return self.known if step == 0 or self.known == inf else (ceil(self.known / step - _WHOLE) - 1) * step

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
        """Let HiGHS branch on the columns that are left, with the rows of the cuts."""
        self._planes.fix(self._wanted)
        if self._planes.bound == inf:
            return self._proven()
        pulses, origin = _on_all_nodes(self._problem, self._planes.pulses)
        if (best := self._best()) is not None:
            pulses, origin = _with_schedule(pulses, origin, best)
        linear = linear_program(self._problem, self.costs, pulses, self.known)
        model = highs_model(linear)
        _add_cuts(model, self._planes, origin)
        program = Program(self._problem, pulses, linear, complete=True)
        answer = HiGHSRun(model, program, self._monitor, latest=self._best, most=self.known).run(limits, seed)
        return self._proven() if answer.infeasible else answer

    def _best(self) -> Schedule | None:
        """Return the best schedule if it is one of the problem that the solver works on and keeps all deadlines."""
        monitor = self._monitor
        return None if monitor.misses or monitor.working is not monitor.problem else monitor.schedule


def _on_all_nodes(problem: Problem, pulses: Pulses) -> tuple[Pulses, IntArray]:
    """Return pulses on one of some equal nodes as pulses on each of them, and which each was before."""
    kind = np.array(node_kinds(problem)[0])
    by_kind = np.argsort(kind, kind="stable")
    first, equal = np.unique(kind[by_kind], return_index=True, return_counts=True)[1:]
    count = equal[kind[pulses.node]]
    origin = np.repeat(np.arange(len(count)), count)
    node = by_kind[counted(first[kind[pulses.node]], count)]
    return _sorted(pulses.mode[origin], node, pulses.start[origin], pulses.duration[origin], origin)


def _with_schedule(pulses: Pulses, origin: IntArray, schedule: Schedule) -> tuple[Pulses, IntArray]:
    """Return pulses and those of a schedule, which were none before (-1) where they are new."""
    known = set(zip(pulses.mode.tolist(), pulses.node.tolist(), pulses.start.tolist(), strict=True))
    wanted = zip(schedule.mode.tolist(), schedule.node.tolist(), schedule.start.tolist(), strict=True)
    new = np.array([j for j, pulse in enumerate(wanted) if pulse not in known], dtype=np.int64)
    return _sorted(
        np.concatenate([pulses.mode, schedule.mode[new]]),
        np.concatenate([pulses.node, schedule.node[new]]),
        np.concatenate([pulses.start, schedule.start[new]]),
        np.concatenate([pulses.duration, schedule.end[new] - schedule.start[new]]),
        np.concatenate([origin, np.full(len(new), -1)]),
    )


def _sorted(
    mode: IntArray, node: IntArray, start: IntArray, duration: IntArray, origin: IntArray
) -> tuple[Pulses, IntArray]:
    """Return pulses in the order of programs."""
    order = np.lexsort((start, node, mode))
    return Pulses(mode[order], node[order], start[order], duration[order]), origin[order]


def _add_cuts(model: Any, planes: CuttingPlanes, origin: IntArray) -> None:
    """Add the rows of the cuts to a program whose columns stand for those of ``planes``, or for none (-1)."""
    start, column, value, side = planes.active_rows()
    stands = np.flatnonzero(origin >= 0)
    by_origin = stands[np.argsort(origin[stands], kind="stable")]
    copies = np.bincount(origin[stands], minlength=len(planes.pulses.mode))
    count = copies[column]
    columns = by_origin[counted((np.cumsum(copies) - copies)[column], count)]
    ends = np.concatenate([[0], np.cumsum(count)])[start]
    model.addRows(
        len(side), np.full(len(side), -inf), side, len(columns),
        ends[:-1].astype(np.int32), columns.astype(np.int32), np.repeat(value, count),
    )  # fmt: skip
