"""The bounds of the catalogue for one instance, one after the other, the cheapest first."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import inf, isfinite
from threading import Event

from optimizer.bounds.catalogue import CATALOGUE, Bound, Effort, Holds
from optimizer.bounds.request import Found, Request
from optimizer.errors import InputError
from optimizer.instance import Instance
from optimizer.names import Objective
from optimizer.objective import Costs, total_cost
from optimizer.patience import outcome_of
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.schedule import Schedule
from optimizer.validation import deadline_misses, violations

_GRACE = 5.0
"""Seconds that a bound has to end after it was asked to."""

_SHARE = 0.5
"""Part of the time left that a bound may take which may be long, unless it is the last."""


@dataclass(frozen=True)
class BoundRow:
    """What one bound came to.

    Parameters
    ----------
    name : str
        Which bound.
    value : float or None
        In the user's unit; None: it says nothing.
    seconds : float
        What it took.
    holds : Holds
        For which schedules it holds.
    cut_short : bool
        Whether more time would have given more.
    infeasible : bool
        Whether there is no schedule that it could hold for.
    note : str
        Why there is no value.
    source : str
        Where the bound comes from.
    """

    name: str
    value: float | None
    seconds: float
    holds: Holds
    cut_short: bool
    infeasible: bool
    note: str
    source: str


@dataclass(frozen=True, eq=False)
class Bounds:
    """What is known about the best value of an instance.

    Parameters
    ----------
    problem : Problem
        On the instance's own grid.
    rows : tuple of BoundRow
        In the order of the catalogue.
    """

    problem: Problem
    rows: tuple[BoundRow, ...]

    @property
    def infeasible(self) -> bool:
        """Whether it is proven that no schedule without preemption keeps all deadlines."""
        return any(row.infeasible for row in self.rows)

    def best(self, *, preemptive: bool = False, late: bool = False) -> float | None:
        """Return the best bound, in the user's unit, on schedules that may be preemptive or late; None without one."""
        valid = (row.value for row in self.rows if row.holds.covers(preemptive=preemptive, late=late))
        return max((value for value in valid if value is not None), default=None)


def bound(
    instance: Instance,
    *,
    objective: Objective | str | None = None,
    limits: Limits | None = None,
    schedule: Schedule | None = None,
    on_start: Callable[[str], object] | None = None,
) -> Bounds:
    """Return lower bounds on the value of every schedule of ``instance``, without a schedule.

    Ctrl-C ends the bound that runs; those before it stay.

    Parameters
    ----------
    instance : Instance
        What to bound.
    objective : Objective, str or None
        Judge by this; None: by the instance's own.
    limits : Limits or None
        Time and memory for all bounds together; None: 60 s.
    schedule : Schedule or None
        A known schedule, on the grid of the instance, for which the bounds only have to hold in so far as no schedule
        is better than both.
    on_start : callable or None
        Hears the name of each bound when it begins.

    Raises
    ------
    InputError
        When the schedule is not valid.
    InstanceError
        When the objective needs data that the instance has not got.
    """
    problem = Problem.of(instance, None if objective is None else Objective(objective))
    known = inf if schedule is None else _known(problem, schedule)
    return bounds_of(problem, limits or Limits(), known=known, on_start=on_start)


def bounds_of(
    problem: Problem,
    limits: Limits,
    *,
    known: float = inf,
    entries: Iterable[Bound] = CATALOGUE,
    on_start: Callable[[str], object] | None = None,
) -> Bounds:
    """Return the bounds of a problem on its instance's own grid.

    Parameters
    ----------
    problem, limits, on_start
        As for :func:`bound`.
    known : float
        Total cost of a schedule that is not preemptive and keeps all deadlines.
    entries : iterable of Bound
        Which bounds.
    """
    return Bounds(problem, _rows(problem, limits, known, entries, on_start or str))


def _known(problem: Problem, schedule: Schedule) -> float:
    """Return the total cost of a schedule, infinite for one that is preemptive or late."""
    if broken := violations(problem, schedule, late_allowed=True):
        raise InputError(f"the schedule is not valid: {broken[0]}")
    if deadline_misses(problem, schedule) or schedule.preemptive:
        return inf
    return total_cost(problem, Costs.of(problem), schedule)


def _rows(
    problem: Problem, limits: Limits, known: float, entries: Iterable[Bound], on_start: Callable[[str], object]
) -> tuple[BoundRow, ...]:
    """Return a row for each bound that says something; of equal ones of a name that which holds for more."""
    costs = Costs.of(problem)
    # some schedule of the least cost starts on the coarsest common grid
    coarse = problem.coarsened(problem.common_step)
    coarse_costs = Costs.of(coarse)
    interrupted = Event()
    began = time.monotonic()
    rows: list[BoundRow] = []
    listed = [entry for entry in entries if entry.applies(problem)]
    for entry in listed:
        on_start(entry.name)
        first = time.monotonic()
        left = inf if limits.time_limit is None else max(0.0, limits.time_limit - (first - began))
        used, used_costs = (problem, costs) if entry.effort is Effort.CHEAP else (coarse, coarse_costs)
        request = Request(
            used,
            used_costs,
            known=used_costs.total_of(costs.value(known)),
            seconds=left * (1.0 if entry.effort is Effort.CHEAP or entry is listed[-1] else _SHARE),
            memory=limits.memory,
            interrupted=interrupted.is_set,
        )
        found = Found(-inf, cut_short=True) if interrupted.is_set() else _computed(entry, request, interrupted)
        value = used_costs.value(found.total) if isfinite(found.total) else None
        if not any(row.name == entry.name and row.value == value for row in rows):
            rows.append(_row(entry, problem, found, value, time.monotonic() - first))
    return tuple(rows)


def _row(entry: Bound, problem: Problem, found: Found, value: float | None, seconds: float) -> BoundRow:
    infeasible = found.total == inf
    return BoundRow(
        name=entry.name,
        value=value,
        seconds=seconds,
        holds=entry.holds_for(problem),
        cut_short=found.cut_short,
        infeasible=infeasible,
        note="no schedule keeps all deadlines" if infeasible else found.note,
        source=entry.source,
    )


def _computed(entry: Bound, request: Request, interrupted: Event) -> Found:
    """Compute a bound in a thread of its own, so that Ctrl-C and the time limit reach it at any moment."""

    def interrupt() -> bool:
        again = interrupted.is_set()
        interrupted.set()
        return not again

    outcome = outcome_of(
        lambda: entry.total(request), entry.name, stopped=lambda: request.stopped, interrupt=interrupt, grace=_GRACE
    )
    if outcome is None:
        return Found(-inf, cut_short=True, note="did not end when asked to")
    if isinstance(outcome, MemoryError):
        return Found(-inf, note="memory ran out")
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome
