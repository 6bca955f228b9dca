"""What a run may use and what it comes to."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from optimizer.errors import UsageError
from optimizer.metrics import Metrics
from optimizer.names import Objective, Status, StoppedBy
from optimizer.problem import Problem
from optimizer.schedule import Schedule
from optimizer.validation import Violation, violations

EQUAL = 1e-12
"""Values and bounds closer than this, relative to the value, are equal as far as floating point can tell."""


def available_threads() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True)
class Limits:
    """What a run may use.

    Parameters
    ----------
    time_limit : float or None
        Seconds, > 0; None: no limit.
    gap : float
        Stop at this relative gap between value and lower bound, from 0 to 1.
    threads : int
        Threads, from 1 to 256; default: all that this process may use.
    iterations : int or None
        Iterations of a method that iterates, as it defines them, >= 1; None: no limit.
    schedules : int or None
        Schedules that a search generates, >= 1; placing every job once makes one, and placing some makes that share of
        one (Kolisch & Hartmann 2006); None: no limit.
    memory : int or None
        Bytes that a program, or the processes of a portfolio together, may take, >= 1; None: what is free now.
    """

    time_limit: float | None = 60.0
    gap: float = 0.0
    threads: int = field(default_factory=available_threads)
    iterations: int | None = None
    schedules: int | None = None
    memory: int | None = None

    def __post_init__(self) -> None:
        _require(self.time_limit is None or self.time_limit > 0, "time limit", self.time_limit, "a number > 0")
        _require(0 <= self.gap <= 1, "gap", self.gap, "a number from 0 to 1, such as 0.05 for 5 %")
        _require(1 <= self.threads <= 256, "threads", self.threads, "a whole number from 1 to 256")
        _require(self.iterations is None or self.iterations >= 1, "iterations", self.iterations, "a whole number >= 1")
        _require(self.schedules is None or self.schedules >= 1, "schedules", self.schedules, "a whole number >= 1")
        _require(self.memory is None or self.memory >= 1, "memory", self.memory, "a whole number >= 1")


def _require(condition: bool, name: str, value: Any, expected: str) -> None:
    if not condition:
        raise UsageError(f"{name} {value}: expected {expected}")


def relative_gap(value: float | None, lower_bound: float | None) -> float | None:
    """Return (value - lower bound) / abs(value), 0 when they are equal and None when one is not known."""
    if value is None or lower_bound is None:
        return None
    difference = value - lower_bound
    return 0.0 if difference <= EQUAL * max(1.0, abs(value)) else difference / max(abs(value), 1e-12)


@dataclass(frozen=True)
class Progress:
    """One moment of a run.

    Parameters
    ----------
    elapsed : float
        Seconds since it began.
    value : float or None
        Best valid schedule's value so far.
    lower_bound : float or None
        Best bound so far.
    share : float or None
        How much of the run is done, 0 to 1; None: that is not known.
    source : str or None
        The solver that found what is new, when the run has several; None: the solver of the run.
    """

    elapsed: float
    value: float | None
    lower_bound: float | None
    share: float | None = None
    source: str | None = None

    @property
    def gap(self) -> float | None:
        """Relative gap, None when it is not known."""
        return relative_gap(self.value, self.lower_bound)


@dataclass(frozen=True, eq=False)
class Result:
    """The outcome of one run; its schedule has been re-evaluated and validated.

    Parameters
    ----------
    problem : Problem
        What was solved, on the instance's own grid.
    solver : str
        Name in the registry.
    options : mapping
        The solver's options that were given.
    seed, threads : int
        As used.
    status : Status
        What is known.
    stopped_by : StoppedBy
        Why it ended.
    schedule : Schedule or None
        The best schedule, if any was found.
    value : float or None
        Its value in the user's unit.
    lower_bound : float or None
        Valid for every schedule of the kind that this run may return; None when none is known.
    metrics : Metrics or None
        Figures of the schedule.
    time_step : int
        Steps of the instance's grid in one step of the solver's.
    runtime : float
        Seconds, building the model included.
    trace : tuple of Progress
        One entry for each improvement of value or bound.
    """

    problem: Problem
    solver: str
    options: Mapping[str, Any]
    seed: int
    threads: int
    status: Status
    stopped_by: StoppedBy
    schedule: Schedule | None
    value: float | None
    lower_bound: float | None
    metrics: Metrics | None
    time_step: int
    runtime: float
    trace: tuple[Progress, ...]

    @property
    def label(self) -> str:
        """The solver with the options that were given, as it can be asked for."""
        options = ",".join(f"{key}={value}" for key, value in self.options.items())
        return f"{self.solver}:{options}" if options else self.solver

    @property
    def objective(self) -> Objective:
        """What the schedule is judged by."""
        return self.problem.objective

    @property
    def gap(self) -> float | None:
        """Relative gap between value and lower bound, None when it is not known."""
        return relative_gap(self.value, self.lower_bound)

    @property
    def late(self) -> bool:
        """Whether the schedule misses hard deadlines, as it may."""
        return self.status is Status.LATE

    @property
    def preemptive(self) -> bool:
        """Whether jobs may be preempted in the schedule."""
        return self.schedule is not None and self.schedule.preemptive

    @cached_property
    def broken(self) -> list[Violation]:
        """What the schedule breaks, without deadlines where it is said to miss some; of files by others."""
        return [] if self.schedule is None else violations(self.problem, self.schedule, late_allowed=self.late)


def bounds_on(results: Mapping[str, Result]) -> dict[str, float | None]:
    """Return the best known lower bound that holds for the schedule of each run; None for one that breaks a rule.

    For a schedule that is preemptive or late it is that of its own run: those of others may not hold for it.
    """
    known = [result.lower_bound for result in results.values() if result.lower_bound is not None and not result.broken]
    best = max(known, default=None)
    return {name: _bound_on(result, best) for name, result in results.items()}


def _bound_on(result: Result, best: float | None) -> float | None:
    if result.broken:
        return None
    return result.lower_bound if result.preemptive or result.late else best
