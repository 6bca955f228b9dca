"""List scheduling by a priority rule, jobs that miss their deadline moved forward, and samples around the best rule."""

from dataclasses import dataclass, replace
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from optimizer.kernels.generation import ScheduleGenerator, feasible_order
from optimizer.names import StoppedBy
from optimizer.objective import Costs, total_cost
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.schedule import Schedule
from optimizer.solvers.base import Answer
from optimizer.solvers.heuristics.common.options import require, require_at_least, require_between, require_one_of
from optimizer.solvers.heuristics.common.rules import RANDOM, RULES, rule_keys
from optimizer.solvers.heuristics.common.sampling import Sampler
from optimizer.solvers.heuristics.common.search import run_islands
from optimizer.solvers.monitor import Monitor
from optimizer.units import FloatArray, IntArray
from optimizer.validation import deadline_excess, deadline_misses

Generation = Literal["serial", "parallel", "best", "regret"]

BEST: Final = "best"
_BOTH: tuple[Generation, ...] = ("parallel", "serial")
"""How schedules are generated; in parallel first, for that is fast however long the queue."""

_ROUNDS = 20
_MOST_BIAS = 32
_LEAST_OFFSET, _MOST_OFFSET = 1e-9, 1e6
"""Chances, powers of up to 32 of regret + offset, neither vanish nor overflow between them."""


@dataclass(frozen=True)
class Greedy:
    """List scheduling: the jobs in the order of a rule, each where it ends first.

    With ``starts`` above 0 further orders are drawn around the best rule, the more likely the smaller the regret of not
    drawing another job (regret-based biased random sampling: Drexl 1991, Management Science 37; Kolisch & Drexl 1996,
    Naval Research Logistics 43): next comes a job with a chance in proportion to (regret + offset)^bias, where the
    regret is how many places it stands before the last of the jobs that may come next.

    Parameters
    ----------
    rule : str
        A priority rule, or ``best``: the best schedule of all rules but ``random``.
    generation : "serial", "parallel", "best" or "regret"
        Job after job, or instant after instant, or the better of both (Kolisch 1996); or job after job, next of the
        ``candidates`` first in the order of the rule the one that has most to lose in another mode or on another node
        (sufferage: Maheswaran et al. 1999), which counts as so many schedules.
    starts : int
        So many schedules are sampled after that, >= 0; the limits of the run hold for them as well.
    bias : int
        How much a sample follows the rule, from 0 (not at all: every job is equally likely) to 32.
    offset : float
        What is added to the regret so that the last job has a chance too, from 1e-9 to 1e6.
    candidates : int
        Only so many of the first jobs that may come next are drawn from or compared, >= 1 (Hart & Shogan 1987,
        "Semi-greedy heuristics", Operations Research Letters 6).
    """

    rule: str = BEST
    generation: Generation = BEST
    starts: int = 0
    bias: int = 3
    offset: float = 1.0
    candidates: int = 50

    def __post_init__(self) -> None:
        require_one_of([BEST, *RULES, RANDOM], rule=self.rule)
        require_one_of(get_args(Generation), generation=self.generation)
        require_at_least(0, starts=self.starts)
        require(0 <= self.bias <= _MOST_BIAS, f"a whole number from 0 to {_MOST_BIAS}", bias=self.bias)
        require_between(_LEAST_OFFSET, _MOST_OFFSET, offset=self.offset)
        require_at_least(1, candidates=self.candidates)

    def solve(
        self, problem: Problem, limits: Limits, *, seed: int, warm_start: Schedule | None, monitor: Monitor
    ) -> Answer:
        """Report the schedules of all rules; see :class:`~optimizer.solvers.base.Solver`."""
        deterministic = _Pass(self, problem, seed, limits, monitor)
        deterministic.run()
        left = None if limits.schedules is None else limits.schedules - deterministic.generated
        if monitor.stopped or left == 0:
            return Answer(monitor.reason or StoppedBy.ITERATIONS)
        if self.starts == 0:
            return Answer(StoppedBy.FINISHED)
        samples = self.starts if left is None else min(self.starts, left)
        islands = [
            Sampler(
                problem, *deterministic.best, bias=self.bias, offset=self.offset, candidates=self.candidates,
                seed=seed, stream=stream,
            )
            for stream in range(min(limits.threads, samples))
        ]  # fmt: skip
        answer = run_islands(problem, islands, replace(limits, schedules=samples), monitor)
        finished = answer.stopped_by is StoppedBy.ITERATIONS and samples == self.starts
        return Answer(StoppedBy.FINISHED) if finished and limits.iterations is None else answer


class _Pass:
    """The deterministic schedules of one run."""

    def __init__(self, options: Greedy, problem: Problem, seed: int, limits: Limits, monitor: Monitor) -> None:
        self._options = options
        self._problem = problem
        self._costs = Costs.of(problem)
        self._seed = seed
        self._most = limits.schedules
        self._monitor = monitor
        self._generator = ScheduleGenerator(problem)
        self.generated = 0

    def run(self) -> None:
        """Report the schedule of each rule, and of the best with jobs that would be late moved forward."""
        options = self._options
        methods = _BOTH if options.generation == BEST else (options.generation,)
        found: list[tuple[tuple[int, int, float], int, Schedule, tuple[str, str]]] = []
        for method in methods:
            for rule in RULES if options.rule == BEST else (options.rule,):
                schedule = self._generated(rule_keys(rule, self._problem, self._seed), method)
                if schedule is not None:
                    found.append((self._quality(schedule), len(found), schedule, (rule, method)))
        _, _, schedule, self.best = min(found)
        self._hasten(schedule, "parallel" if methods[-1] == "parallel" else "serial")

    @property
    def _over(self) -> bool:
        """Whether there is a schedule and there may be no more."""
        return self.generated > 0 and (self._monitor.stopped or self.generated == self._most)

    def _generated(self, key: FloatArray | IntArray, method: str) -> Schedule | None:
        """Generate and report a schedule, unless the run is over."""
        if self._over:
            return None
        order, made = feasible_order(self._problem, key), 1
        if method == "regret":
            made = self._candidates
            schedule = self._generator.regret(order, made, lambda: self._over)
        else:
            generate = self._generator.serial if method == "serial" else self._generator.parallel
            schedule = generate(order, lambda: self._over)
        if schedule is not None:
            self.generated += made
            self._monitor.report(schedule)
        return schedule

    @property
    def _candidates(self) -> int:
        """How many jobs may be compared, each of which looks for a place."""
        wanted = min(self._options.candidates, self._problem.jobs)
        return wanted if self._most is None else min(wanted, self._most - self.generated)

    def _quality(self, schedule: Schedule) -> tuple[int, int, float]:
        misses, excess = deadline_misses(self._problem, schedule), deadline_excess(self._problem, schedule)
        return misses, excess, total_cost(self._problem, self._costs, schedule)

    def _hasten(self, schedule: Schedule, method: str) -> None:
        """Report schedules in which the jobs that were late before come earlier, until none is.

        Each round every late job, and what it waits for, gains a step of priority over all others. Jobs of equal
        priority go by their (inherited) deadlines if they were late once, else by their starts (squeaky wheel
        optimisation: Joslin & Clements 1999, Journal of Artificial Intelligence Research 10).
        """
        deadline = rule_keys("earliest-deadline", self._problem, seed=0)
        blame = np.zeros(self._problem.jobs, dtype=np.int64)
        for _ in range(_ROUNDS):
            late = schedule.end > self._problem.deadline
            if not late.any():
                return
            blame += _with_predecessors(self._problem, late)
            rank = np.empty(self._problem.jobs, dtype=np.int64)
            rank[np.lexsort((schedule.start, deadline * (blame > 0), -blame))] = np.arange(self._problem.jobs)
            hastened = self._generated(rank, method)
            if hastened is None:
                return
            schedule = hastened


def _with_predecessors(problem: Problem, jobs: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the jobs and all that have to end before them."""
    found = jobs.copy()
    for j in problem.topological_order[::-1] if len(problem.predecessor_job) else ():
        if found[j]:
            found[problem.predecessor_job[problem.predecessor_start[j] : problem.predecessor_start[j + 1]]] = True
    return found
