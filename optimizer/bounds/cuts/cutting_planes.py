"""A bound by cutting planes: the time-indexed linear program, and what may run together described ever more closely.

It holds for every schedule, not preemptive, that keeps all deadlines, under every objective. Only violated rows are
there; prices found by the volume algorithm say which columns HiGHS needs to begin with.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from time import monotonic

import numpy as np

from optimizer.bounds.cuts.master import CutMaster
from optimizer.bounds.cuts.pair_search import PairSearch
from optimizer.bounds.cuts.place_search import PlaceSearch, SpanSearch
from optimizer.bounds.cuts.present_search import PresentSearch
from optimizer.bounds.cuts.prices import PriceDescent
from optimizer.bounds.cuts.program import CutProgram, count_columns
from optimizer.bounds.cuts.row_search import RowSearch, Running
from optimizer.bounds.cuts.rows import Rows
from optimizer.bounds.request import Found, Request
from optimizer.model.columns import Pulses, counted
from optimizer.problem import Problem
from optimizer.units import FloatArray, IntArray

MOST_COLUMNS = 5_000_000
"""With more columns a step takes minutes."""

_ROUNDS = 300
"""Rounds of prices in one step."""

_MANY_COLUMNS, _CORE, _CORE_ROUNDS = 200_000, 0.1, 100
"""Of more columns prices are found for this part, and compared with all after so many rounds."""

_Searches = tuple[tuple[type[RowSearch], float], ...]

_PRICED: _Searches = ((PlaceSearch, 1.02), (PresentSearch, 1.003), (PairSearch, 1.02))
_SOLVED: _Searches = ((PlaceSearch, 1.01), (PresentSearch, 1.001), (PairSearch, 1.002), (SpanSearch, 1.01))
"""Where to look for rows that an approximate and an exact solution violates, what finds most in its time first, and
the least left-hand side, relative to the right, of a row that counts."""


@dataclass(frozen=True)
class _Phase:
    """How steps are done for a time.

    Parameters
    ----------
    priced : bool
        Whether prices alone are improved; else the linear program is solved.
    searches : tuple
        Where to look for rows.
    most : int
        Rows of each kind in a step.
    nothing, patience : float, int
        The phase ends after so many steps in a row that gain less than this part of what is worth its while.
    seconds : float
        It also ends when a linear program takes longer.
    """

    priced: bool
    searches: _Searches
    most: int
    nothing: float
    patience: int
    seconds: float = inf


_PHASES = (
    _Phase(priced=True, searches=_PRICED[:2], most=2_000, nothing=1.0, patience=2),
    _Phase(priced=False, searches=_SOLVED[:2], most=400, nothing=1.0, patience=2, seconds=1.0),
    _Phase(priced=True, searches=_PRICED, most=2_000, nothing=1.0, patience=2),
    _Phase(priced=False, searches=_SOLVED, most=400, nothing=0.1, patience=5),
)
"""Linear programs gain more than prices, and while they are small they are soon solved."""

_ACCURACY = 1e-4
_PATIENCE = 5
"""After so many steps a row without a price is dropped."""

_GAIN, _GAIN_OF_GAP = 3e-3, 0.02
"""A step is worth its while when it gains this part of the bound, or this one of the gap to the known schedule."""

_LEAST_GAIN = 1e-6
"""And this much at least, so that rounding errors do not count."""

_LEAST_SECONDS = 1e-3


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
        self._phases = [phase for phase in _PHASES if self._program.is_priced or not phase.priced]
        self._depth, self._rates, self._stalled, self._looked = 1, list[float](), 0, monotonic()
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

    def columns_within(self, total: float) -> IntArray:
        """Return the columns that a schedule of at most ``total`` may take, int64[*]."""
        return self._program.columns_within(total)

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
        self.settled = self.settled or self.bound == inf
        return left

    def advance(self, seconds: float = inf) -> float:
        """Do one step, in about so many seconds at most; return the bound."""
        self._until = monotonic() + seconds
        if self.settled or self._ended():
            return self.bound
        before = self.bound
        if self._phases[0].priced:
            self._price()
        elif not self._solve():
            return self.bound
        if self.bound < inf:
            self._add_rows(self.bound - before)
        self.settled = self.settled or self.bound == inf
        return self.bound

    def _ended(self) -> bool:
        return self._stopped() or monotonic() > self._until

    def _price(self) -> None:
        """Improve prices and solution by the volume algorithm."""
        if len(self.solution) > _MANY_COLUMNS:
            self._price_core()
            return
        descent = self._descended(self._program, self.solution, _ROUNDS)
        self.solution = descent.solution

    def _price_core(self) -> None:
        """Do so with columns that cost little, and with more where the prices that this gives ask for them."""
        program = self._program
        reduced, price = program.reduced_costs(), program.price
        most = int(_CORE * len(reduced))
        missing = chosen = (reduced <= np.partition(reduced, most)[most]) | (self.solution > 0)
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
        solution = self._master.solve(min(self._until, monotonic() + self._phases[0].seconds), _ACCURACY)
        if solution is not None:
            self.solution = solution
        elif not self._ended():
            self._end_phase()
        return solution is not None

    def _end_phase(self) -> None:
        """Go on with the next phase, or settle after the last."""
        self._rates, self._stalled, self._master = [], 0, None
        self.settled = len(self._phases) == 1
        self._phases = self._phases[1:] or self._phases

    def _add_rows(self, gain: float) -> None:
        """Drop rows that do nothing, and add rows that the solution violates."""
        self._drop_rows()
        worthwhile = self._worthwhile()
        depth = self._choose_depth(gain, gain > worthwhile)
        rows = self._violated_rows(depth)
        if not self._ended():  # a search that was cut short says nothing
            self._go_on(len(rows) > 0, gain, worthwhile)
        self._program.add_rows(rows)
        self._idle = np.concatenate([self._idle, np.zeros(len(rows), dtype=np.int64)])
        if self._master is not None:
            self._master.add_rows(len(rows))

    def _worthwhile(self) -> float:
        """Return the least gain for which a step is worth its while."""
        gap = self._program.total - self.bound
        return max(min(_GAIN * abs(self.bound), _GAIN_OF_GAP * gap), _LEAST_GAIN)

    def _choose_depth(self, gain: float, worthwhile: bool) -> int:
        """Return how many kinds of rows to look for: those that gained most in their time, or more than ever before."""
        now = monotonic()
        if self._rates:
            self._rates[self._depth - 1] = gain / max(now - self._looked, _LEAST_SECONDS)
        self._looked = now
        tried = len(self._rates)
        if tried == 0 or (not worthwhile and tried < len(self._phases[0].searches)):
            self._stalled = 0
            return tried + 1
        return 1 + int(np.argmax(self._rates))

    def _violated_rows(self, depth: int) -> Rows:
        """Return rows that the solution violates, of so many kinds; of more when there are none."""
        running, rows = Running.of(self._program.layout, self.solution), Rows.none()
        phase = self._phases[0]
        for place, (search, least) in enumerate(phase.searches):
            if place < depth or not len(rows):
                self._depth = place + 1
                rows = Rows.joined([rows, search(self._program, running, least, self._ended).rows(phase.most)])
        self._rates += [0.0] * (self._depth - len(self._rates))
        return rows

    def _go_on(self, found: bool, gain: float, worthwhile: float) -> None:
        """End the phase when nothing is found or gained any more."""
        phase = self._phases[0]
        self._stalled = self._stalled + 1 if gain < phase.nothing * worthwhile else 0
        if not found or (self._stalled >= phase.patience and len(self._rates) == len(phase.searches)):
            self._end_phase()

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
