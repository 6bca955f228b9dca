"""A bound by cutting planes: the time-indexed linear program, and what may run together described ever more closely.

It holds for every schedule, not preemptive, that keeps all deadlines, under every objective. Only violated rows are
there; prices found by the volume algorithm say which columns HiGHS needs to begin with.
"""

from collections.abc import Callable
from math import inf
from time import monotonic

import numpy as np

from optimizer.bounds.cut_master import CutMaster
from optimizer.bounds.cut_prices import PriceDescent
from optimizer.bounds.cut_program import CutProgram
from optimizer.bounds.cut_rows import Rows
from optimizer.bounds.pair_separation import PairSeparation
from optimizer.bounds.present_separation import PresentSeparation
from optimizer.bounds.request import Found, Request
from optimizer.bounds.separation import Running, Separation, SpanSeparation
from optimizer.model.columns import Pulses, counted, start_groups
from optimizer.problem import Problem
from optimizer.units import FloatArray, IntArray

MOST_COLUMNS = 5_000_000
"""With more columns a step takes minutes."""

_ROUNDS = 300
_FIRST_PASSES, _PASSES = 3, 30
_SLOW = 2e-3
"""Prices hand over to the linear program when they gain less than this part of the bound in a pass."""

_COARSE, _FINE = 1.02, 1.01
"""Least violation of rows for approximate and for exact solutions."""

_FINE_PRESENT = 1.001
_ROWS = 400
_SHARE = 0.02
_STAGES = ((Separation, _FINE), (PresentSeparation, _FINE_PRESENT), (PairSeparation, 1.002), (SpanSeparation, _FINE))
_ACCURACY = 1e-4
_PATIENCE = 5
"""After so many linear programs a row without a price is dropped, and that many that gain little are enough."""

_LITTLE = 0.1


class CuttingPlanes:
    """A bound that gets better from step to step.

    Parameters
    ----------
    problem : Problem
        The problem.
    total : float
        Total cost of a known schedule; the bound holds for schedules that cost no more.
    stopped : callable
        Asked often; ends a step early.

    Attributes
    ----------
    solution : float64[C]
        A fractional solution, one value for each of ``pulses``; near the best for the rows of the last step.
    settled : bool
        Whether further steps would add next to nothing.
    """

    def __init__(self, problem: Problem, *, total: float = inf, stopped: Callable[[], bool] = lambda: False) -> None:
        self._program = CutProgram(problem, total=total)
        self._stopped = stopped
        self._until = inf
        self._master: CutMaster | None = None
        self._passes, self._stalled, self._depth = 0, 0, 1
        self._idle = np.zeros(0, dtype=np.int64)
        self.solution = np.zeros(len(self.pulses.mode))
        self.settled = self.bound == inf

    @property
    def bound(self) -> float:
        """Lower bound on the total cost; infinite if there is no schedule of at most the known total."""
        return self._program.bound

    @property
    def pulses(self) -> Pulses:
        """What the columns that are left mean, on the first of all nodes that are alike."""
        return self._program.pulses

    @property
    def rows(self) -> int:
        """Number of rows now."""
        return len(self._program.rows)

    @property
    def cuts(self) -> int:
        """Number of different cuts so far."""
        return len(self._program.cuts)

    def reduced_costs(self) -> FloatArray:
        """Return how much the bound grows, at least, if a job takes a column, float64[C]."""
        return self._program.reduced_costs()

    def active_rows(self) -> tuple[IntArray, IntArray, FloatArray, FloatArray]:
        """Return the rows as starts int64[R + 1], columns int64[E], coefficients float64[E] and sides float64[R]."""
        ranges = self._program.rows.ranges
        sizes = ranges.end - ranges.first
        starts = np.concatenate([[0], np.cumsum(sizes)])[ranges.start]
        return starts, counted(ranges.first, sizes), np.repeat(ranges.coefficient, sizes), self._program.rows.side

    def fix(self, total: float) -> IntArray:
        """Count only schedules of at most ``total``; return which columns are left, int64[*], as they were before."""
        left = self._program.fix(total)
        if len(left) < len(self.solution):
            self.solution = self.solution[left]
            if self._master is not None and self.bound < inf:
                self._master = self._new_master()
        self.settled = self.settled or self.bound == inf
        return left

    def advance(self, seconds: float = inf) -> float:
        """Do one step, in about so many seconds at most; return the bound."""
        self._until = monotonic() + seconds
        if self.settled or self._ended():
            return self.bound
        if self._master is None and self._program.is_priced and self._passes < _PASSES:
            self._price()
        else:
            self._solve()
        self.settled = self.settled or self.bound == inf
        return self.bound

    def _ended(self) -> bool:
        return self._stopped() or monotonic() > self._until

    def _price(self) -> None:
        before, self._passes = self.bound, self._passes + 1
        descent = PriceDescent(self._program, self.solution if self._passes > 1 else None)
        while not (descent.settled or self._ended()) and descent.rounds < _ROUNDS:
            descent.advance(10)
        self.solution = descent.solution
        if self.bound == inf:
            return
        running = Running.of(self._program.layout, self.solution)
        rows = Separation(self._program, running, _COARSE, self._ended).rows(5 * _ROWS)
        self._program.add_rows(rows)
        if not len(rows) or (self._passes > _FIRST_PASSES and self.bound - before < _SLOW * abs(self.bound)):
            self._passes = _PASSES

    def _solve(self) -> None:
        before = self.bound
        if self._master is None:
            self._master = self._new_master()
        solution = self._master.solve(self._until, _ACCURACY)
        if solution is None or self.bound == inf:
            return
        self.solution = solution
        self._drop_rows()
        if self.bound - before > self._worthwhile():
            self._depth = 1
        else:
            self._depth = min(self._depth + 1, len(_STAGES))
        rows = self._violated_rows()
        self._program.add_rows(rows)
        self._master.add_rows(len(rows))
        self._idle = np.concatenate([self._idle, np.zeros(len(rows), dtype=np.int64)])
        if not self._ended():
            self._stalled = self._stalled + 1 if self.bound - before < _LITTLE * self._worthwhile() else 0
            self.settled = not len(rows) or self._stalled == _PATIENCE

    def _violated_rows(self) -> Rows:
        """Return rows that the solution violates: of as many kinds as it takes, those found soonest first."""
        running, rows = Running.of(self._program.layout, self.solution), Rows.none()
        for stage, (find, least) in enumerate(_STAGES):
            if stage < self._depth or not len(rows):
                rows = Rows.joined([rows, find(self._program, running, least, self._ended).rows(_ROWS)])
        return rows

    def _worthwhile(self) -> float:
        """Return what a step has to gain for the next one to look for the same kinds of rows."""
        gap = self._program.total - self.bound
        return min(_SLOW * abs(self.bound), _SHARE * gap)

    def _new_master(self) -> CutMaster:
        self._idle = np.zeros(self.rows, dtype=np.int64)
        return CutMaster(self._program, self.solution, self._stopped)

    def _drop_rows(self) -> None:
        """Drop the rows that have had no price for some time."""
        assert self._master is not None
        self._idle = np.where(self._program.price > 0, 0, self._idle + 1)
        kept = self._idle < _PATIENCE
        if not kept.all():
            self._program.drop_rows(kept)
            self._master.drop_rows(kept)
            self._idle = self._idle[kept]


def cutting_planes_bound(request: Request) -> Found:
    """Return the bound that cuts reach in the time there is; nothing where the program is too large."""
    columns = int(start_groups(request.problem, request.costs, total=request.known).sizes.sum())
    if columns > MOST_COLUMNS:
        return Found(-inf, note="the program would be too large")
    planes = CuttingPlanes(request.problem, total=request.known, stopped=lambda: request.stopped)
    while not (planes.settled or request.stopped):
        planes.advance(request.remaining)
        planes.fix(request.known)
    return Found(planes.bound, cut_short=not planes.settled)
