"""Run a solver on an instance and answer with what has been checked, not with what the solver says."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import inf
from typing import Any

from optimizer.bounds.catalogue import cheap_bound
from optimizer.errors import InputError, SchedoptError, SolverError, UsageError
from optimizer.instance import Instance
from optimizer.kernels.generation import by_start, serial_schedule
from optimizer.metrics import Metrics
from optimizer.names import Feature, Objective, Status, StoppedBy
from optimizer.patience import outcome_of
from optimizer.problem import Problem
from optimizer.result import Limits, Progress, Result, relative_gap
from optimizer.schedule import Schedule
from optimizer.solvers import registry
from optimizer.solvers.base import Answer, Solver
from optimizer.solvers.monitor import Listener, Monitor
from optimizer.solvers.registry import Entry, SolverKind
from optimizer.validation import violations

logger = logging.getLogger(__name__)

_GRACE = 5.0
"""Seconds that a solver has to end after it was asked to."""

_POLICY_GRACE = 0.5

_GREEDY_SHARE = 0.1
"""Part of the time that greedy may take to find a schedule to start from; its first one takes what it takes."""

_TOLERANCE = 1e-9
"""How much a solver's bound may be above a schedule's total, relative to it, by floating point alone."""


def solve(
    instance: Instance,
    solver: str = "auto",
    *,
    options: Mapping[str, Any] | None = None,
    objective: Objective | str | None = None,
    limits: Limits | None = None,
    seed: int = 0,
    warm_start: Schedule | None = None,
    time_step: int = 1,
    on_progress: Listener | None = None,
) -> Result:
    """Return a schedule of ``instance`` with a lower bound.

    Ctrl-C ends the run and keeps the best schedule so far.

    Parameters
    ----------
    instance : Instance
        What to solve.
    solver : str
        ``name`` or ``name:key=value,key=value``.
    options : mapping or None
        Further options of the solver.
    objective : Objective, str or None
        Judge by this; None: by the instance's own.
    limits : Limits or None
        What the run may use; None: 60 s and all processors.
    seed : int
        Same seed, same run, where the solver is deterministic.
    warm_start : Schedule or None
        A schedule to start from, on the grid of the instance, which a policy leaves aside; None: greedy's, for solvers
        that take one.
    time_step : int
        Let the solver work on a grid this many times as coarse.
    on_progress : callable or None
        Hears of each better schedule and bound, from another thread.

    Raises
    ------
    UsageError, InputError, UnsupportedError, SolverMissingError, SolverError
        What was asked makes no sense, the warm start is not valid, or the solver lacks a feature, is not installed or
        fails.
    """
    created = _created(solver, options)  # before the arrays, which take their time
    problem = Problem.of(instance, None if objective is None else Objective(objective))
    return _solve(problem, *created, limits or Limits(), seed, warm_start, time_step, on_progress)


def solve_problem(
    problem: Problem, solver: str, *, limits: Limits, seed: int, on_interrupt: Callable[[], None]
) -> Result:
    """Return a schedule of a problem whose arrays are there already; see :func:`solve`.

    Parameters
    ----------
    problem : Problem
        What to solve.
    solver, limits, seed
        As for :func:`solve`.
    on_interrupt : callable
        Hears of Ctrl-C, after which the result may still be a proof.
    """
    return _solve(problem, *_created(solver), limits, seed, on_interrupt=on_interrupt)


def _created(solver: str, options: Mapping[str, Any] | None = None) -> tuple[Entry, Solver]:
    entry, given = registry.parse(solver)
    return entry, registry.create(entry, {**given, **(options or {})})


def _solve(
    problem: Problem,
    entry: Entry,
    back_end: Solver,
    limits: Limits,
    seed: int,
    warm_start: Schedule | None = None,
    time_step: int = 1,
    on_progress: Listener | None = None,
    on_interrupt: Callable[[], None] = lambda: None,
) -> Result:
    registry.require_features(entry, problem.features)
    working = _working(entry, problem, time_step)
    monitor = Monitor(
        problem,
        limits,
        listener=on_progress,
        late_allowed=entry.kind is not SolverKind.EXACT,
        working=working,
    )
    bound = cheap_bound(problem, monitor.costs, preemptive=_interrupts(back_end))
    monitor.start_with(bound)
    if warm_start is not None and entry.kind is SolverKind.POLICY:
        logger.warning("%s is simulated as it is, from no other schedule", entry.name)
    elif warm_start is not None:
        monitor.start_from(_usable(warm_start, problem, entry, back_end))
    run = _Run(entry, back_end, problem, working, limits, seed, monitor, bound, on_interrupt)
    return _result(run, run.answer(), time_step)


def _working(entry: Entry, problem: Problem, time_step: int) -> Problem:
    """Return the problem on the grid of the solver; a policy is simulated on the instance's own."""
    if entry.kind is not SolverKind.POLICY:
        return problem.coarsened(problem.common_step if time_step == 1 else time_step)
    if time_step != 1:
        raise UsageError(
            f"time step {time_step}: expected 1 for the policy {entry.name}, which runs on the grid as it is"
        )
    return problem


def _interrupts(back_end: Solver) -> bool:
    """Return whether the solver's schedules may be preemptive."""
    return bool(getattr(back_end, "preemptive", False))


def _usable(warm_start: Schedule, problem: Problem, entry: Entry, back_end: Solver) -> Schedule:
    """Return a warm start as the solver may return it; where it may not preempt, the same order without preemption."""
    if broken := violations(problem, warm_start, late_allowed=entry.kind is not SolverKind.EXACT):
        raise InputError(f"the warm start is not a valid schedule: {broken[0]}")
    if not warm_start.preemptive or _interrupts(back_end):
        return warm_start
    return serial_schedule(problem, by_start(problem, warm_start.start))


@dataclass(frozen=True)
class _Run:
    """One solver at work; ``working`` is the problem on the solver's grid, no schedule costs less than ``least``."""

    entry: Entry
    back_end: Solver
    problem: Problem
    working: Problem
    limits: Limits
    seed: int
    monitor: Monitor
    least: float
    on_interrupt: Callable[[], None]

    def answer(self) -> Answer:
        """Run the solver in a thread of its own, so that Ctrl-C and the time limit reach it at any moment."""
        # a policy has nothing to hand in before it ends
        grace = _GRACE if self.entry.kind is not SolverKind.POLICY else _POLICY_GRACE
        outcome = outcome_of(
            self._solved, self.entry.name, stopped=lambda: self.monitor.stopped, interrupt=self._interrupt, grace=grace
        )
        self.monitor.close()
        if outcome is None:
            logger.warning("solver %s did not end when asked to and was left behind", self.entry.name)
            return Answer(StoppedBy.TIME_LIMIT)
        return self._failed(outcome) if isinstance(outcome, BaseException) else outcome

    def _interrupt(self) -> bool:
        """Ask the solver to end; at a second Ctrl-C nobody waits for that."""
        self.on_interrupt()
        again = self.monitor.reason is StoppedBy.INTERRUPT
        self.monitor.stop(StoppedBy.INTERRUPT)
        return not again

    def _solved(self) -> Answer:
        if self._start() is None and Feature.WARM_START in self.entry.features:
            self._run_greedy()
        if self.monitor.stopped:
            return Answer(self.monitor.reason or StoppedBy.FINISHED)
        return self._call(self.back_end, self._start())

    def _start(self) -> Schedule | None:
        """Return the best schedule that the solver can start from."""
        return self.monitor.best_on_working_grid(late_allowed=self.entry.kind is SolverKind.HEURISTIC)

    def _run_greedy(self) -> None:
        """Report the schedules of greedy, on the instance's own grid."""
        greedy = registry.create(registry.find("greedy"), {})

        def pass_on(_: Progress) -> None:
            if own.schedule is not None:
                self.monitor.start_from(own.schedule)

        remaining = self.monitor.remaining
        brief = None if remaining == inf else max(0.01, _GREEDY_SHARE * remaining)
        limits = replace(self.limits, time_limit=brief, schedules=None, iterations=None)
        own = Monitor(self.problem, limits, listener=pass_on)
        self.monitor.on_stop(lambda: own.stop(self.monitor.reason or StoppedBy.FINISHED))
        greedy.solve(self.problem, limits, seed=self.seed, warm_start=None, monitor=own)

    def _call(self, solver: Solver, warm_start: Schedule | None) -> Answer:
        limits = self.limits
        if limits.schedules is not None and self.entry.kind is SolverKind.HEURISTIC:
            limits = replace(limits, threads=min(limits.threads, limits.schedules))
        return solver.solve(self.working, limits, seed=self.seed, warm_start=warm_start, monitor=self.monitor)

    def _failed(self, error: BaseException) -> Answer:
        if isinstance(error, MemoryError) and self.monitor.schedule is not None:
            logger.warning("%s", error or "memory ran out")
            return Answer(StoppedBy.MEMORY)
        if isinstance(error, SchedoptError):
            raise error
        raise SolverError(f"solver {self.entry.name} failed: {type(error).__name__}: {error}") from error


def _result(run: _Run, answer: Answer, time_step: int) -> Result:
    problem, monitor = run.problem, run.monitor
    on_time = monitor.schedule is not None and not monitor.misses
    infeasible = answer.infeasible and monitor.exact and not on_time
    lateness_allowed = run.entry.kind is not SolverKind.EXACT and not infeasible
    schedule = monitor.schedule if on_time or lateness_allowed else None
    value = None if schedule is None else monitor.costs.value(monitor.total)
    total_bound = None if infeasible else _total_bound(run, schedule)
    closed = schedule is not None and total_bound is not None and monitor.costs.closed(monitor.total, total_bound)
    lower_bound = value if closed else None if total_bound is None else monitor.costs.value(total_bound)
    status = _status(schedule, infeasible, on_time, closed)
    return Result(
        problem=problem,
        solver=run.entry.name,
        options=registry.chosen_options(run.back_end),
        seed=run.seed,
        threads=run.limits.threads,
        status=status,
        stopped_by=_stopped_by(status, answer, monitor, relative_gap(value, lower_bound)),
        schedule=schedule,
        value=value,
        lower_bound=lower_bound,
        metrics=None if schedule is None else Metrics.of(problem, schedule),
        time_step=time_step,
        runtime=monitor.elapsed,
        trace=tuple(monitor.trace),
    )


def _total_bound(run: _Run, schedule: Schedule | None) -> float:
    """Return the best bound on total cost that holds for the schedules of the run; for late ones not the solver's."""
    monitor, total = run.monitor, run.monitor.lower_bound
    if schedule is None:
        return total
    if above := not monitor.misses and total > monitor.total + _TOLERANCE * max(1.0, abs(monitor.total)):
        logger.warning("a bound of %g above a valid schedule was refused", monitor.costs.value(total))
    return min(run.least if above or monitor.misses else total, monitor.total)


def _status(schedule: Schedule | None, infeasible: bool, on_time: bool, closed: bool) -> Status:
    if schedule is None:
        return Status.INFEASIBLE if infeasible else Status.UNKNOWN
    if not on_time:
        return Status.LATE
    return Status.OPTIMAL if closed else Status.FEASIBLE


def _stopped_by(status: Status, answer: Answer, monitor: Monitor, gap: float | None) -> StoppedBy:
    reason = monitor.reason or answer.stopped_by
    if status in (Status.OPTIMAL, Status.INFEASIBLE):
        return StoppedBy.OPTIMALITY
    if reason is StoppedBy.OPTIMALITY:
        return StoppedBy.GAP if gap is not None and 0 < gap <= monitor.limits.gap else StoppedBy.FINISHED
    return reason
