"""Simulation of queueing policies without preemption: what happens at each instant, and the way in from Python."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from optimizer.errors import UsageError
from optimizer.kernels.calendar import Calendar, new_calendar, no_calendar
from optimizer.kernels.compilation import kernel
from optimizer.kernels.heap import pop
from optimizer.kernels.inputs import Workload
from optimizer.kernels.pace import Pace
from optimizer.kernels.policies.backfilling import pass_queue
from optimizer.kernels.policies.beliefs import believed_times
from optimizer.kernels.policies.conservative import Floors, new_floors, next_due, pass_reserving
from optimizer.kernels.policies.queue_state import (
    ARRIVED,
    CHANGED,
    CHANGES,
    CONSERVATIVE,
    ENDED,
    EVENTS,
    FRESH,
    NO_BACKFILL,
    NOW,
    Rules,
    State,
    end_job,
    join,
    new_state,
)  # fmt: skip
from optimizer.kernels.policies.waiting_tree import Tree, new_tree, no_tree
from optimizer.kernels.serial import Plan, new_plan
from optimizer.problem import NEVER, Problem
from optimizer.schedule import Schedule
from optimizer.units import FloatArray, IntArray

Backfill = Literal["none", "any", "easy", "conservative"]
Placement = Literal["first-fit", "best-fit"]

_SECONDS_PER_JOB = 2e-4
_LARGEST_KEY = 2**62


@dataclass(frozen=True, eq=False)
class Order:
    """Which waiting job comes first.

    Parameters
    ----------
    key : float64[J] or int64[J]
        Smaller comes first; equal ones go by arrival, then file.
    slope : float64[J] or None
        Larger slope x (now - arrival) comes first instead; equal ones go by ``key``.
    """

    key: FloatArray | IntArray
    slope: FloatArray | None = None


class QueueSimulation:
    """A policy without preemption at work.

    At each instant jobs end, capacity changes, jobs arrive, and one scheduling pass starts jobs from the queue.

    Parameters
    ----------
    problem : Problem
        The jobs and the cluster.
    order : Order
        Of the queue.
    backfill : "none", "any", "easy" or "conservative"
        What may start behind a job that has to wait: nothing, anything, what does not delay the job at the head as far
        as is believed, what delays no waiting job.
    candidates : Order or None
        Of the jobs that may be backfilled; None: that of the queue.
    placement : "first-fit" or "best-fit"
        Whether a job goes to the first node with room or to the one on which it leaves the least.

    Raises
    ------
    UsageError
        When nodes and times together are too many for the calendar of reservations.
    """

    def __init__(
        self,
        problem: Problem,
        order: Order,
        *,
        backfill: Backfill = "none",
        candidates: Order | None = None,
        placement: Placement = "first-fit",
    ) -> None:
        self._inputs = inputs = Workload.of(problem)
        self._rules = rules = _rules(problem, order, candidates or order, backfill, placement)
        self._state = new_state(inputs, rules)
        self._calendar = new_calendar(inputs, _span(problem, rules)) if rules.planned else no_calendar(inputs)
        self._plan = new_plan(problem.jobs)
        reserving = rules.backfill == CONSERVATIVE
        self._pace = Pace(run_reserving if reserving else run_queue, _SECONDS_PER_JOB * problem.jobs)
        self._finder = new_floors(inputs, rules) if reserving else _tree(inputs, rules)

    @property
    def share(self) -> float:
        """The share of the jobs that have ended."""
        return float(self._state.counts[ENDED] / len(self._inputs.release))

    def advance(self) -> None:
        """Go on for about a tenth of a second."""
        self._pace.run(self._inputs, self._rules, self._state, self._calendar, self._finder, self._plan)

    def schedule(self) -> Schedule:
        """Return the schedule, once all jobs have ended."""
        plan = self._plan
        return Schedule(plan.start, plan.end, plan.mode, plan.node)


def _tree(inputs: Workload, rules: Rules) -> Tree:
    """Return the tree of the waiting jobs, an empty one where it is of no use."""
    searched = not rules.planned and (rules.backfill != NO_BACKFILL or rules.moving)
    return new_tree(inputs, rules) if searched else no_tree(inputs)


def _rules(problem: Problem, order: Order, candidates: Order, backfill: Backfill, placement: Placement) -> Rules:
    rank, job_at = _ranked(problem, order)
    separate = candidates is not order
    candidate_rank, candidate_at = _ranked(problem, candidates) if separate else (rank, job_at)
    code = get_args(Backfill).index(backfill)
    return Rules(
        estimate=believed_times(problem),
        rank=rank,
        job_at=job_at,
        slope=_slope(problem, order),
        candidate_rank=candidate_rank,
        candidate_at=candidate_at,
        candidate_slope=_slope(problem, candidates),
        moving=order.slope is not None,
        candidate_moving=candidates.slope is not None,
        separate=separate,
        backfill=code,
        best_fit=placement == "best-fit",
        planned=code == CONSERVATIVE or len(problem.profile_time) > problem.nodes,
        in_turn=code == NO_BACKFILL and order.slope is None and _by_arrival(problem, job_at),
    )


def _ranked(problem: Problem, order: Order) -> tuple[IntArray, IntArray]:
    """Return the position of each job in an order, and the job at each position."""
    job_at = np.lexsort((problem.release, order.key))
    rank = np.empty(problem.jobs, dtype=np.int64)
    rank[job_at] = np.arange(problem.jobs)
    return rank, job_at


def _by_arrival(problem: Problem, job_at: IntArray) -> bool:
    """Return whether jobs arrive in an order, and none waits for others before it does."""
    return len(problem.predecessor_job) == 0 and bool((np.diff(problem.release[job_at]) >= 0).all())


def _slope(problem: Problem, order: Order) -> FloatArray:
    return np.zeros(problem.jobs) if order.slope is None else order.slope


def _span(problem: Problem, rules: Rules) -> int:
    """Return more than any time at which something may be planned.

    Raises
    ------
    UsageError
        When that times the number of nodes is too large.
    """
    longest = np.maximum.reduceat(rules.estimate.max(axis=1), problem.mode_start[:-1])
    span: int = problem.horizon + sum(longest.tolist()) + 2
    if span * problem.nodes >= _LARGEST_KEY:
        raise UsageError(f"{problem.nodes} nodes and {span} time steps are too many for a calendar of reservations")
    return span


@kernel
def run_queue(
    inputs: Workload, rules: Rules, state: State, calendar: Calendar, tree: Tree, plan: Plan, instants: int
) -> None:
    """Let the next ``instants`` instants happen, fewer if all jobs end before."""
    for _ in range(instants):
        if state.counts[ENDED] == len(inputs.release):
            return
        _next_instant(inputs, rules, state, calendar, plan, NEVER)
        pass_queue(inputs, rules, state, calendar, tree, plan)


@kernel
def run_reserving(
    inputs: Workload, rules: Rules, state: State, calendar: Calendar, floors: Floors, plan: Plan, instants: int
) -> None:
    """Do the same with a reservation for each waiting job; the beginning of one is an instant, too."""
    for _ in range(instants):
        if state.counts[ENDED] == len(inputs.release):
            return
        _next_instant(inputs, rules, state, calendar, plan, next_due(state))
        pass_reserving(inputs, rules, state, calendar, floors, plan)


@kernel
def _next_instant(inputs: Workload, rules: Rules, state: State, calendar: Calendar, plan: Plan, latest: int) -> None:
    """Go on to the next instant, at ``latest`` at the latest, and let everything happen but the scheduling pass."""
    state.counts[NOW] = min(latest, _next_change(inputs, state))
    state.counts[FRESH] = 0
    _end_jobs(inputs, rules, state, calendar, plan)
    _change_capacity(inputs, state)
    _let_arrive(inputs, rules, state)


@kernel
def _next_change(inputs: Workload, state: State) -> int:
    """Return when something happens next."""
    when: int = NEVER
    if state.counts[EVENTS] > 0:
        when = state.events[0, 0]
    if state.counts[ARRIVED] < len(state.arrivals):
        when = min(when, inputs.release[state.arrivals[state.counts[ARRIVED]]])
    if state.counts[CHANGES] < len(state.change_time):
        when = min(when, state.change_time[state.counts[CHANGES]])
    return when


@kernel
def _end_jobs(inputs: Workload, rules: Rules, state: State, calendar: Calendar, plan: Plan) -> None:
    """Let the jobs end that end now, and those join that get ready now behind others."""
    jobs = len(inputs.release)
    while state.counts[EVENTS] > 0 and state.events[0, 0] == state.counts[NOW]:
        state.counts[EVENTS] = pop(state.events, state.counts[EVENTS])
        code = state.events[state.counts[EVENTS], 1]
        if code < jobs:
            end_job(inputs, rules, state, calendar, plan, code)
        else:
            join(rules, state, code - jobs)


@kernel
def _change_capacity(inputs: Workload, state: State) -> None:
    """Let capacity change that changes now."""
    while state.counts[CHANGES] < len(state.change_time):
        i = state.counts[CHANGES]
        if state.change_time[i] != state.counts[NOW]:
            return
        entry, v = state.change_entry[i], state.change_node[i]
        for k in range(state.free.shape[1]):
            state.free[v, k] += inputs.profile_level[entry, k] - inputs.profile_level[entry - 1, k]
        state.counts[CHANGES] = i + 1
        state.counts[CHANGED] = 1


@kernel
def _let_arrive(inputs: Workload, rules: Rules, state: State) -> None:
    """Let the jobs join the queue that arrive now."""
    while state.counts[ARRIVED] < len(state.arrivals):
        j = state.arrivals[state.counts[ARRIVED]]
        if inputs.release[j] != state.counts[NOW]:
            return
        join(rules, state, j)
        state.counts[ARRIVED] += 1
