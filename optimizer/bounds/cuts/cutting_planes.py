"""A bound by cutting planes: the time-indexed linear program, and what may run together described ever more closely.

It holds for every schedule, not preemptive, that keeps all deadlines, under every objective. Only violated rows are
there; prices found by the volume algorithm say which columns HiGHS needs to begin with.
"""

from collections.abc import Callable
from math import inf
from time import monotonic

import numpy as np

from optimizer.bounds.cuts.agenda import Agenda, worthwhile_gain
from optimizer.bounds.cuts.master import CutMaster
from optimizer.bounds.cuts.prices import PriceDescent
from optimizer.bounds.cuts.program import CutProgram, count_columns
from optimizer.bounds.cuts.row_search import Running
from optimizer.bounds.cuts.rows import Rows
from optimizer.bounds.request import Found, Request
from optimizer.model.columns import Pulses, counted
from optimizer.problem import Problem
from optimizer.units import FloatArray, IntArray

MOST_COLUMNS = 5_000_000
"""With more columns a step takes minutes."""

_ROUNDS = 300
"""Rounds of prices in one step."""

_MANY_COLUMNS = 1_000_000
"""With more columns prices are found for a core of them."""

_CORE = 0.1
"""Part of the columns that makes up the core."""

_CORE_ROUNDS = 100
"""Rounds of prices for the core before they are compared with all columns."""

_ACCURACY = 1e-4
_PATIENCE = 5
"""After so many steps a row without a price is dropped."""


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
    """

    def __init__(self, problem: Problem, *, total: float = inf, stopped: Callable[[], bool] = lambda: False) -> None:
        self._program = CutProgram(problem, total=total)
        self._stopped = stopped
        self._until = inf
        self._master: CutMaster | None = None
        self._agenda = Agenda(priced=self._program.is_priced)
        self._left = monotonic()
        self._idle = np.zeros(0, dtype=np.int64)
        self.solution = np.zeros(len(self.pulses.mode))

    @property
    def settled(self) -> bool:
        """Whether further steps would add next to nothing."""
        return self.bound == inf or self._agenda.settled

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

    @property
    def in_last_phase(self) -> bool:
        """Whether steps are linear programs, until nothing more is gained by any kind of rows."""
        return self._agenda.in_last_phase

    def reduced_costs(self) -> FloatArray:
        """Return how much the bound grows, at least, if a job takes a column, float64[C]."""
        return self._program.reduced_costs()

    def columns_within(self, total: float) -> IntArray:
        """Return the columns that a schedule of at most ``total`` may take, int64[*]."""
        return self._program.columns_within(total)

    def within(self, total: float) -> CutProgram:
        """Return the program of the schedules of at most ``total``, with the rows and cuts of now."""
        return self._program.within(total)

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
            self._master = None  # the next step makes a new one of what is left
        return left

    def advance(self, seconds: float = inf) -> float:
        """Do one step, in about so many seconds at most; return the bound."""
        self._until = monotonic() + seconds
        self._agenda.skip(monotonic() - self._left)
        if not (self.settled or self._ended()):
            self._step()
        self._left = monotonic()
        return self.bound

    def _step(self) -> None:
        before = self.bound
        if self._agenda.phase.priced:
            self._price()
        elif not self._solve():
            return
        if self.bound < inf:
            self._add_rows(self.bound - before)

    def _ended(self) -> bool:
        return self._stopped() or monotonic() > self._until

    def _price(self) -> None:
        """Improve prices and solution by the volume algorithm."""
        if len(self.solution) > _MANY_COLUMNS:
            self._price_core()
        else:
            self.solution = self._descended(self._program, self.solution, _ROUNDS).solution

    def _price_core(self) -> None:
        """Do so with columns that cost little, and with more where the prices that this gives ask for them."""
        program = self._program
        reduced, price = program.reduced_costs(), program.price
        most = int(_CORE * len(reduced))
        chosen = np.zeros(len(reduced), dtype=bool)
        missing = (reduced <= np.partition(reduced, most)[most]) | (self.solution > 0)
        job = program.problem.mode_job[program.pulses.mode]
        for _ in range(_ROUNDS // _CORE_ROUNDS):
            if missing.any():
                chosen |= missing
                columns = np.flatnonzero(chosen)
                core = program.core(columns, price)
            descent = self._descended(core, self.solution[columns], _CORE_ROUNDS)
            price = core.price
            core.value(price)
            program.learn(price, program.value(price))
            self.solution = np.zeros(len(reduced))
            self.solution[columns] = descent.solution
            missing = program.cost + program.reply.payment < core.reply.cost[job]
            if self._ended() or (descent.settled and not missing.any()):
                return

    def _descended(self, program: CutProgram, solution: FloatArray, rounds: int) -> PriceDescent:
        descent = PriceDescent(program, solution if self.rows and solution.any() else None)  # at first there is none
        while not (descent.settled or self._ended()) and descent.rounds < rounds:
            descent.advance(10)
        return descent

    def _solve(self) -> bool:
        """Solve the linear program; return whether that was possible in the time there is."""
        if self._master is None:
            self._master = CutMaster(self._program, self.solution, self._stopped)
        solution = self._master.solve(min(self._until, monotonic() + self._agenda.phase.seconds), _ACCURACY)
        if solution is not None:
            self.solution = solution
        elif not self._ended():
            self._agenda.end_phase(too_slow=True)
            self._master = None
        return solution is not None

    def _add_rows(self, gain: float) -> None:
        """Drop rows that do nothing, and add rows that the solution violates."""
        self._drop_rows()
        worthwhile = worthwhile_gain(self.bound, self._program.total)
        rows = self._violated_rows(self._agenda.depth(gain, worthwhile))
        if not self._ended():  # a search that was cut short says nothing
            phase = self._agenda.phase
            self._agenda.go_on(gain, worthwhile, found=len(rows) > 0)
            if self._agenda.phase is not phase:
                self._master = None
        self._program.add_rows(rows)
        self._idle = np.concatenate([self._idle, np.zeros(len(rows), dtype=np.int64)])
        if self._master is not None:
            self._master.add_rows(len(rows))

    def _violated_rows(self, depth: int) -> Rows:
        """Return rows that the solution violates, of so many kinds; of more when there are none."""
        running, rows = Running.of(self._program.layout, self.solution), Rows.none()
        phase, looked = self._agenda.phase, 0
        for search, least in phase.searches:
            if looked < depth or not len(rows):
                looked += 1
                rows = Rows.joined([rows, search(self._program, running, least, self._ended).rows(phase.most)])
        self._agenda.note_depth(looked)
        return rows

    def _drop_rows(self) -> None:
        """Drop the rows that have had no price for some time."""
        self._idle = np.where(self._program.price > 0, 0, self._idle + 1)
        kept = self._idle < _PATIENCE
        if not kept.all():
            self._program.drop_rows(kept)
            self._idle = self._idle[kept]
            if self._master is not None:
                self._master.drop_rows(kept)


def cutting_planes_bound(request: Request) -> Found:
    """Return the bound that cuts reach in the time there is; nothing where the program is too large."""
    if count_columns(request.problem, request.costs, request.known) > MOST_COLUMNS:
        return Found(-inf, note="the program would be too large")
    planes = CuttingPlanes(request.problem, total=request.known, stopped=lambda: request.stopped)
    while not (planes.settled or request.stopped):
        planes.advance(request.remaining)
        planes.fix(request.known)
    return Found(planes.bound, cut_short=not planes.settled)
