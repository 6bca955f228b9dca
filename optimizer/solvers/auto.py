"""The portfolio: schedules of searches and bounds of programs, side by side, each feeding the other."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf, isfinite
from queue import SimpleQueue

import psutil

from optimizer.model.columns import start_groups
from optimizer.model.size import estimated_size
from optimizer.model.steps import relaxes_well
from optimizer.names import StoppedBy
from optimizer.objective import Costs, total_cost
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.schedule import Schedule
from optimizer.solvers import registry
from optimizer.solvers.base import Answer
from optimizer.solvers.monitor import Monitor
from optimizer.solvers.portfolio.parts import Part, Plan, started
from optimizer.solvers.registry import SolverKind

logger = logging.getLogger(__name__)

_EXACT = ("cp-sat", "highs", "cbc")
_MANY_COLUMNS = 100_000
"""Few jobs go to HiGHS up to so many columns of the time-indexed program."""

_MANY_ENTRIES = 5_000_000
"""And up to so many nonzero coefficients, which grow with the steps that jobs take."""

_FEW_JOBS = 30
"""Up to so many jobs one exact solver, in this process, comes before the team."""

_AT_ONCE = 1.0
"""Seconds that it has: most are solved by then."""

_TINY = 12
"""Up to so many jobs it has all the time: what takes long then is loading the solver for the first time."""

_SEARCH = "local-search"

_FIRST_SEARCH = 0.15
"""Part of the time of a first, quick search; a good schedule early makes bounds and programs tighter."""

_FEW_TO_PROVE = 60
"""Up to so many jobs CP-SAT may prove an optimum in minutes: it follows local search."""

_MORE_SEARCHES = (0.2, 0.25)
"""How often local search begins anew before that, and the part of the time left that it has each time."""

_MANY_INTERVALS = 5_000
"""CP-SAT has an interval for each mode and node that it fits on. In 30 s on two threads it improved makespans up to
3,000 of them, the bound of a sum with 1,000, and nothing with 5,000 (docs/portfolio.md)."""

_GLANCE = 0.1
"""Part of the time that a search for small makespans has, which soon finds good ones."""

_FROM_ABOVE = 0.3
"""With one thread for all, part of the time in which CP-SAT makes them better before it refutes them from below."""

_ALONE = 0.75
"""Part of the time left that branch and cut has when there is one thread for all."""

_MEMORY_SHARE = 0.9
"""Part of the memory free at the beginning that processes may take together, where the limits name none."""

_GRACE = 1.0
"""Seconds that parts have to end after they were asked to."""

_PAUSE = 0.05

_SEEDS = 2**31
"""Seeds are below this."""


@dataclass(frozen=True)
class Auto:
    """A team of solvers that exchange what they find; what one proves ends them all.

    Few jobs go to the exact solver that suits them, in this process. If that does not prove an optimum at once, and for
    all else, local search (or, where only the last end counts, a genetic algorithm) looks for
    schedules, while branch and cut or CP-SAT, in processes of their own, prove how good they are.
    """

    def solve(
        self, problem: Problem, limits: Limits, *, seed: int, warm_start: Schedule | None, monitor: Monitor
    ) -> Answer:
        """Solve; see :class:`~optimizer.solvers.base.Solver`."""
        if problem.jobs <= _FEW_JOBS:
            answer = _solve_at_once(problem, limits, seed, warm_start, monitor)
            if answer.stopped_by is StoppedBy.OPTIMALITY or monitor.stopped:
                return answer
        return _Team(problem, seed, warm_start, monitor).run(plans(problem, limits.threads))


def plans(problem: Problem, threads: int) -> list[Plan]:
    """Return the parts for ``problem``, in the order in which they get threads; without those not installed.

    CP-SAT is among them when the size allows; else searches have its threads.
    """
    # a job fits somewhere: where jobs are many, no need to look where
    few = problem.jobs <= _MANY_INTERVALS and problem.fits().sum() <= _MANY_INTERVALS
    proves = few and not registry.find("cp-sat").missing
    if problem.objective.is_maximum:
        team = _team_for_maxima(threads)
    elif len(problem.predecessor_job):
        team = _team_for_projects(threads, proves)
    else:
        team = _team_for_sums(problem.jobs, threads, proves)
    return [
        plan
        for plan in team
        if not (entry := registry.parse(plan.solver)[0]).missing and (proves or entry.name != "cp-sat")
    ]


def _team_for_maxima(threads: int) -> list[Plan]:
    others = max(1, threads - 1)
    glance = Plan("genetic", others, apart=False, share=_GLANCE)
    above = Plan("cp-sat", others, apart=True)
    below = Plan("cp-sat:destructive=true", 1, apart=True)
    if threads > 1:
        team = [replace(below, share=_GLANCE), glance, above, below]  # anew: a good schedule tightens its windows
    else:
        team = [glance, replace(above, share=_FROM_ABOVE), below]
    return [*team, Plan("genetic", threads, apart=False)]  # the last for want of CP-SAT


def _team_for_projects(threads: int, proves: bool) -> list[Plan]:
    search = Plan(_SEARCH, 1 if proves else threads, apart=False)
    proof = Plan("cp-sat", max(1, threads - 1), apart=True)
    return [replace(search, share=_FIRST_SEARCH), proof, search]


def _team_for_sums(jobs: int, threads: int, proves: bool) -> list[Plan]:
    search = Plan(_SEARCH, 1 if proves else max(1, threads - 1), apart=False)
    proof = Plan("cp-sat", max(1, threads - 2), apart=True)
    if threads > 2:
        later = [proof, search]
    elif jobs <= _FEW_TO_PROVE:
        later = [*(replace(search, share=share) for share in _MORE_SEARCHES), proof, search]
    else:
        later = [search, proof]
    bounds = Plan("branch-and-cut", 1, apart=True, share=1.0 if threads > 1 else _ALONE)
    return [replace(search, share=_FIRST_SEARCH), bounds, *later]


def _solve_at_once(
    problem: Problem, limits: Limits, seed: int, warm_start: Schedule | None, monitor: Monitor
) -> Answer:
    """Return how the exact solver that suits few jobs ended; when it could not work, the team has to."""
    names = (suited(problem, warm_start), *_EXACT)
    installed = next((entry for name in names if not (entry := registry.find(name)).missing), None)
    if installed is None:
        return Answer(StoppedBy.FINISHED)

    seconds = max(monitor.remaining, 0.01) if problem.jobs <= _TINY else min(_AT_ONCE, max(monitor.remaining, 0.01))
    brief = replace(limits, time_limit=seconds if isfinite(seconds) else None)
    own = Monitor.of_part(monitor, problem, brief, installed.name, late_allowed=False)
    monitor.on_stop(lambda: own.stop(StoppedBy.FINISHED))
    try:
        return registry.create(installed, {}).solve(problem, brief, seed=seed, warm_start=warm_start, monitor=own)
    except Exception as error:  # its program may be too large, say; the team can do without it
        logger.warning("%s failed: %s: %s", installed.name, type(error).__name__, error)
        return Answer(StoppedBy.FINISHED)


class _Team:
    """Parts at work on one problem.

    Parameters
    ----------
    problem, seed, warm_start, monitor
        As a solver gets them.
    """

    def __init__(self, problem: Problem, seed: int, warm_start: Schedule | None, monitor: Monitor) -> None:
        self._problem = problem
        self._seed = seed
        self._warm_start = warm_start
        self._monitor = monitor
        self._running: list[Part] = []
        self._begun = 0
        self._known = monitor.schedule
        self._suggestions: SimpleQueue[Schedule] = SimpleQueue()
        self._suggestion: Schedule | None = None  # that no search has begun from yet
        monitor.on_suggestion(self._suggestions.put)
        self._memory = monitor.limits.memory or int(_MEMORY_SHARE * psutil.virtual_memory().available)

    def run(self, waiting: Sequence[Plan]) -> Answer:
        """Let the parts work, as many at a time as there are threads for, until one has proven all or time is up."""
        waiting = list(waiting)
        try:
            while not self._monitor.stopped and (waiting or self._running):
                waiting = self._start(waiting)
                time.sleep(_PAUSE)
                self._exchange()
                waiting = [*self._overtaken(), *waiting]
                self._hold_memory()
                if any(part.answer is not None and part.answer.infeasible for part in self._ended()):
                    return Answer(StoppedBy.OPTIMALITY, infeasible=True)
        finally:
            self._stop()
        return Answer(self._monitor.reason or StoppedBy.FINISHED)

    def _start(self, waiting: list[Plan]) -> list[Plan]:
        """Start the first of those that wait while there are threads for them; return the others."""
        free = self._monitor.limits.threads - sum(part.plan.threads for part in self._running)
        while waiting and waiting[0].threads <= free:
            plan = waiting.pop(0)
            threads = "1 thread" if plan.threads == 1 else f"{plan.threads} threads"
            logger.info("%.1f s: %s begins, %s", self._monitor.elapsed, plan.solver, threads)
            searches = registry.parse(plan.solver)[0].kind is SolverKind.HEURISTIC
            start = self._monitor.best_on_working_grid(late_allowed=searches) or self._warm_start
            if plan.solver == _SEARCH and self._suggestion is not None:
                start, self._suggestion = self._suggestion, None
            seed = (self._seed + self._begun) % _SEEDS  # a search that begins anew is another one
            self._running.append(started(plan, self._problem, seed, start, self._monitor))
            self._begun += 1
            free -= plan.threads
        return waiting

    def _ended(self) -> list[Part]:
        """Return the parts that have ended since it was last asked."""
        ended = [part for part in self._running if part.ended]
        self._running = [part for part in self._running if part not in ended]
        for part in ended:
            logger.info("%.1f s: %s has ended", self._monitor.elapsed, part.plan.solver)
        return ended

    def _exchange(self) -> None:
        """Let every part know the best schedule, if there is a new one."""
        best = self._monitor.schedule
        if best is not self._known:
            self._known = best
            if (shared := self._monitor.best_on_working_grid()) is not None:
                for part in self._running:
                    part.offer(shared)

    def _overtaken(self) -> list[Plan]:
        """End searches when there is a new schedule to search from; return their plans, to begin anew."""
        if self._suggestions.empty():
            return []
        self._suggestion = self._suggestions.get()
        searches = [part for part in self._running if part.plan.solver == _SEARCH]
        for part in searches:
            part.ask_to_end()
        return [part.plan for part in searches]

    def _hold_memory(self) -> None:
        """End the part that takes most memory when all processes together take more than they may."""
        if sum(part.memory for part in self._running) > self._memory:
            largest = max(self._running, key=lambda part: part.memory)
            allowed = self._memory / 2**30
            logger.warning("%s was ended: processes may take %.1f GiB of memory", largest.plan.solver, allowed)
            largest.end(0)

    def _stop(self) -> None:
        for part in self._running:
            part.ask_to_end()
        deadline = time.monotonic() + _GRACE
        for part in self._running:
            part.end(max(0.0, deadline - time.monotonic()))


def suited(problem: Problem, warm_start: Schedule | None) -> str:
    """Return the name of the exact solver for a ``problem`` with few jobs.

    HiGHS where the time-indexed program relaxes well and has not too many columns and, where jobs take many steps,
    entries; CP-SAT everywhere else (benchmarks/exact.md).
    """
    if not relaxes_well(problem):
        return "cp-sat"
    costs = Costs.of(problem)
    known = inf if warm_start is None else total_cost(problem, costs, warm_start)
    size = estimated_size(problem, start_groups(problem, costs, total=known))
    return "highs" if size.columns <= _MANY_COLUMNS and size.entries <= _MANY_ENTRIES else "cp-sat"
