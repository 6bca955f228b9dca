"""Bounds of the time-indexed program, ever closer, and branch and bound on what they leave of it."""

import logging
from dataclasses import dataclass
from math import inf
from time import monotonic

import numpy as np

from optimizer.bounds.cuts.cutting_planes import MOST_COLUMNS, CuttingPlanes
from optimizer.bounds.cuts.program import count_columns
from optimizer.bounds.lagrangian import Lagrangian
from optimizer.errors import ModelTooLargeError
from optimizer.model.highs import highs_model
from optimizer.model.steps import relaxes_well
from optimizer.names import StoppedBy
from optimizer.objective import Costs, total_cost
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.schedule import Schedule
from optimizer.solvers.base import Answer
from optimizer.solvers.exact.guess_size import GuessSize
from optimizer.solvers.exact.highs_run import HiGHSRun
from optimizer.solvers.exact.restriction import restricted_program
from optimizer.solvers.exact.start_tree import StartTree, branches_on_starts
from optimizer.solvers.fractional import Fractional, listed_by_starts
from optimizer.solvers.monitor import Monitor
from optimizer.units import FloatArray

logger = logging.getLogger(__name__)

_ROUNDS = 20
"""Rounds of the Lagrangian between two reports."""

_PRICES_SHARE = 0.05
"""Part of the time limit that the Lagrangian has before cutting planes begin."""

_LOOK = 1.0
"""Seconds between two looks at what cuts gain."""

_LATE_SHARE = 1 / 3
"""What cuts gain is judged by this last part of their time, all of it in their last phase."""

_SLOW_SHARE = 0.2
"""Cuts are slow, and guesses begin, when they closed less than this part of the gap in that part of their time."""

_FIRST_FOR_TREE = 4
"""Columns a job that the first guess leaves to the tree."""

_FIRST_FOR_HIGHS = 16
"""Columns a job that the first guess leaves to HiGHS."""

_QUICK = 0.1
"""The tree was quick when it took less than this part of the time of cuts."""

_STEADY_SHARE = 0.05
"""Cuts are steady, and suggest a schedule, when they closed less than this part of the gap between two looks."""

_LEAST_SECONDS = 0.5
"""A guess that may take less is not worth a try."""

_LONGEST = 2.0
"""A guess has this many times the time of cuts so far at most; a tree that is half done then has twice as much."""

_SEARCHES = ("rins", "rens", "root_reduced_cost")
"""Searches that HiGHS is not to do: they take half of the time and find little beside the best schedule known."""


@dataclass(frozen=True)
class BranchAndCut:
    """Lagrangian prices, cutting planes, fixing by reduced costs, then branching on the columns that guesses leave.

    A column whose reduced cost is above the gap between the best schedule and the bound is in no better schedule
    (Dantzig, Fulkerson & Johnson 1954, "Solution of a large-scale traveling-salesman problem", Operations Research 2);
    what another solver of the run finds counts at once. The same holds for a guess of what the best costs in place of
    what is known: branching finds a schedule that cheap, or the guess is a bound. Our own tree branches, with cuts at
    every node, or HiGHS where that is not made for the problem.
    """

    def solve(
        self, problem: Problem, limits: Limits, *, seed: int, warm_start: Schedule | None, monitor: Monitor
    ) -> Answer:
        """Solve; see :class:`~optimizer.solvers.base.Solver`."""
        if warm_start is not None:
            monitor.report(warm_start)
        search = _Search(problem, limits, seed, monitor)
        if count_columns(problem, search.costs, search.known) > MOST_COLUMNS:
            return search.price(inf) or Answer(monitor.reason or StoppedBy.FINISHED)
        return search.price(_PRICES_SHARE * monitor.remaining) or search.close()


class _Search:
    """What is known of one problem."""

    def __init__(self, problem: Problem, limits: Limits, seed: int, monitor: Monitor) -> None:
        self.costs = Costs.of(problem)
        self._problem = problem
        self._limits = limits
        self._seed = seed
        self._monitor = monitor
        self._planes: CuttingPlanes
        self._has_tree = branches_on_starts(problem)
        first = _FIRST_FOR_TREE if self._has_tree else _FIRST_FOR_HIGHS
        self._size = GuessSize(first * problem.jobs, least=problem.jobs)
        self._refuted_total = -inf
        self._suggested = False
        self._history: list[tuple[float, float]]  # how far the bound was after so many seconds of cuts alone

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
            if self._monitor.stopped or monotonic() > end or lagrangian.exhausted:
                return None
            lagrangian.improve(_ROUNDS)
        return self._proven()

    def close(self) -> Answer:
        """Add cuts and guess in turns, until all is known or time is up."""
        monitor = self._monitor
        self._planes = CuttingPlanes(self._problem, total=self._wanted, stopped=lambda: monitor.stopped)
        self._history = [(0.0, self._planes.bound)]
        while True:
            answer = self._cut() or self._guess()
            if answer is not None:
                return answer

    def _cut(self) -> Answer | None:
        """Add cuts until that gets slow; return the answer if it is known."""
        monitor, planes, history = self._monitor, self._planes, self._history
        since = history[-1][0]
        began = monotonic() - since
        while not (monitor.stopped or planes.settled):
            planes.advance()
            planes.fix(self._wanted)
            monitor.report(lower_bound=min(planes.bound, self.known))
            seconds = monotonic() - began
            if not planes.in_last_phase:
                since = seconds
            if seconds - history[-1][0] > _LOOK or planes.settled:
                history.append((seconds, planes.bound))
                self._suggest()
                if since <= (1 - _LATE_SHARE) * seconds and self._is_slow():
                    break
        if planes.bound == inf:
            return self._proven()
        return Answer(monitor.reason) if monitor.reason else None

    def _suggest(self) -> None:
        """Suggest a schedule like the fractional solution, once, as soon as that hardly changes any more.

        Where the program relaxes well it leads a search to where none from a rule of priority gets (docs/portfolio.md).
        """
        if self._suggested or not (self._planes.in_last_phase and relaxes_well(self._problem)):
            return
        former, bound = self._history[-2][1], self._history[-1][1]
        if bound - former < _STEADY_SHARE * (self.known - former):
            fractional = Fractional.of_pulses(self._problem, self._planes.pulses, self._planes.solution)
            if fractional.is_complete:
                self._monitor.suggest(listed_by_starts(self._problem, fractional))
                self._suggested = True

    def _is_slow(self) -> bool:
        former, bound = self._before()[1], self._history[-1][1]
        return bound - former < _SLOW_SHARE * (self.known - former)

    def _before(self) -> tuple[float, float]:
        """Return the last look before the last third of the time of cuts."""
        return [look for look in self._history if look[0] <= (1 - _LATE_SHARE) * self._history[-1][0]][-1]

    def _proven(self) -> Answer:
        """Return the answer when no schedule is better than the best."""
        if self.known == inf:
            return Answer(StoppedBy.OPTIMALITY, infeasible=True)
        self._monitor.report(lower_bound=self.known, exact=True)
        return Answer(StoppedBy.OPTIMALITY)

    def _guess(self) -> Answer | None:
        """Guess what an optimum costs and branch on the columns that this leaves; return the answer if it is known.

        A small guess leaves few columns, is soon refuted and raises the bound; the next one is larger. Each may take as
        long as cuts would to raise the bound as far.
        """
        self._size.begin_anew()
        while not self._size.found:
            self._planes.fix(self._wanted)
            if self._planes.bound == inf:
                return self._proven()
            guess, seconds = self._next_guess()
            if seconds < _LEAST_SECONDS:
                return None
            began = monotonic()
            answer = self._branch_below(guess, seconds)
            if answer.infeasible and guess >= self._wanted:
                return Answer(StoppedBy.OPTIMALITY, infeasible=self.known == inf)
            decided = answer.stopped_by is StoppedBy.OPTIMALITY  # also when all that is left costs more than the guess
            if self._monitor.stopped or (self._planes.settled and not decided):
                return Answer(answer.stopped_by)
            if decided and guess >= self._wanted:
                return answer
            if decided:
                self._refuted_total = guess
                quick = monotonic() - began < _QUICK * max(self._history[-1][0], _LOOK)
                self._size.refuted(quick=quick or not self._has_tree)
            else:
                self._size.undecided()
        return None

    def _next_guess(self) -> tuple[float, float]:
        """Return a guess that leaves more columns than what was refuted, and the seconds that it may take."""
        reduced = np.sort(self._planes.reduced_costs())
        while True:
            guess = self._total_within(self._size.columns, reduced)
            seconds = self._time_for(guess)
            if seconds >= _LEAST_SECONDS or guess >= self._wanted:
                return guess, seconds
            self._size.double()

    def _total_within(self, columns: int, reduced: FloatArray) -> float:
        """Return a total cost that leaves about so many columns, above what was refuted; at most what is wanted."""
        if columns >= len(reduced):
            return self._wanted
        least = self._refuted_total + self.costs.granularity
        return min(self._wanted, self.costs.rounded_up(max(least, self._planes.bound + reduced[columns])))

    def _time_for(self, guess: float) -> float:
        """Return the seconds that cuts would take to raise their bound above ``guess``, without limit when they end."""
        if self._planes.settled:
            return inf
        (before, former), (now, bound) = self._before(), self._history[-1]
        rate, longest = (bound - former) / (now - before), _LONGEST * now
        gain = guess + self.costs.granularity - self._planes.bound
        return min(longest, gain / rate) if rate > 0 else longest

    def _branch_below(self, guess: float, seconds: float) -> Answer:
        """Look for the best schedule that costs at most ``guess``, for so many seconds."""
        end = monotonic() + seconds
        answer = self._grow_tree(guess, seconds) if self._has_tree and guess < inf else None
        if answer is None:
            answer = self._run_highs(guess, max(end - monotonic(), _LEAST_SECONDS))
        if answer.infeasible and guess < inf:  # else there is no schedule at all
            self._monitor.report(lower_bound=min(self.known, guess + self.costs.granularity))
        return answer

    def _grow_tree(self, guess: float, seconds: float) -> Answer | None:
        """Let a tree of our own look for it; return None when it is at a loss before its time is over."""
        program = self._planes.within(guess)
        self._log_guess(guess, len(program.pulses.mode))
        answer = StartTree(program, self._monitor, lambda: min(guess, self._wanted)).run(seconds)
        return None if answer.stopped_by is StoppedBy.FINISHED and not self._monitor.stopped else answer

    def _run_highs(self, guess: float, seconds: float) -> Answer:
        next_total = guess + self.costs.granularity
        try:
            program = restricted_program(self._problem, self._planes, guess, next_total, self._limits.memory).in_steps()
        except ModelTooLargeError:
            return Answer(StoppedBy.MEMORY)
        model = highs_model(program.linear)
        model.setOptionValue("objective_bound", (guess + next_total) / 2)
        for search in _SEARCHES:
            model.setOptionValue(f"mip_heuristic_run_{search}", False)
        self._log_guess(guess, len(program.pulses.mode))
        run = HiGHSRun(model, program, self._monitor, latest=lambda: self._best(guess), most=next_total)
        return run.run(self._limits, self._seed, seconds)

    def _log_guess(self, guess: float, columns: int) -> None:
        logger.info("%d columns cost at most %.6g", columns, self.costs.value(guess))

    def _best(self, most: float) -> Schedule | None:
        """Return the best schedule on the grid of the problem that the solver works on if it costs at most ``most``."""
        best = self._monitor.best_on_working_grid()
        return None if best is None or total_cost(self._problem, self.costs, best) > most else best
