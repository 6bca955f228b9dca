"""The only judge of schedules: everything that is wrong with one, from the problem alone.

It shares nothing with kernels and solvers, and it is vectorised so that a million jobs are judged in seconds.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from optimizer.problem import Problem
from optimizer.schedule import Schedule, processing_times
from optimizer.units import IntArray

_SHARE_TOLERANCE = 1e-9


class Rule(StrEnum):
    """What a schedule has to keep."""

    ASSIGNMENT = "assignment"
    ARRIVAL = "arrival"
    PROCESSING = "processing time"
    PRECEDENCE = "precedence"
    CAPACITY = "capacity"
    DEADLINE = "deadline"


@dataclass(frozen=True)
class Violation:
    """One place where a schedule breaks a rule.

    Parameters
    ----------
    rule : Rule
        Which one.
    job : str or None
        Id of the job; None for capacity.
    message : str
        What is wrong, in the user's unit.
    """

    rule: Rule
    job: str | None
    message: str

    def __str__(self) -> str:
        return f"job {self.job!r}: {self.message}" if self.job is not None else self.message


def violations(problem: Problem, schedule: Schedule, *, late_allowed: bool = False) -> list[Violation]:
    """Return all places where ``schedule`` breaks a rule of ``problem``; an empty list means that it is valid.

    Parameters
    ----------
    problem : Problem
        On the instance's own grid.
    schedule : Schedule
        Any arrays of the right length.
    late_allowed : bool
        Whether missed deadlines are none.
    """
    broken = [*_assignment(problem, schedule)]
    if broken:
        return broken
    checks: tuple[Callable[[Problem, Schedule], Iterator[Violation]], ...] = (
        _arrival, _processing, _precedence, _capacity, _deadline,
    )  # fmt: skip
    found = (violation for check in checks for violation in check(problem, schedule))
    return [violation for violation in found if not (late_allowed and violation.rule is Rule.DEADLINE)]


def deadline_misses(problem: Problem, schedule: Schedule) -> int:
    """Return how many jobs end after their deadline."""
    return int((schedule.end > problem.deadline).sum())


def deadline_excess(problem: Problem, schedule: Schedule) -> int:
    """Return by how many steps, in all, jobs end after their deadlines."""
    return int(np.maximum(schedule.end - problem.deadline, 0).sum())


def _assignment(problem: Problem, schedule: Schedule) -> Iterator[Violation]:
    """Modes belong to their jobs, nodes exist, and the mode fits on the node when it is empty."""
    pieces = schedule.pieces
    own = (schedule.mode >= problem.mode_start[:-1]) & (schedule.mode < problem.mode_start[1:])
    for j in np.flatnonzero(~own).tolist():
        mode = int(schedule.mode[j] - problem.mode_start[j])
        count = int(problem.mode_start[j + 1] - problem.mode_start[j])
        yield Violation(Rule.ASSIGNMENT, _id(problem, j), f"mode {mode} does not exist, it has {count}")
    job = np.repeat(np.arange(problem.jobs), np.diff(pieces.first))
    placed = own[job] & (pieces.node >= 0) & (pieces.node < problem.nodes)
    for i in np.flatnonzero(own[job] & ~placed).tolist():
        yield Violation(Rule.ASSIGNMENT, _id(problem, job[i]), "runs on a node that does not exist")
    demand = problem.mode_demand[np.where(placed, schedule.mode[job], 0)]
    fits = (demand <= problem.node_capacity[np.where(placed, pieces.node, 0)]).all(axis=1)
    for i in np.flatnonzero(placed & ~fits).tolist():
        where = _node(problem, pieces.node[i])
        yield Violation(Rule.ASSIGNMENT, _id(problem, job[i]), f"demands more than {where} has")


def _arrival(problem: Problem, schedule: Schedule) -> Iterator[Violation]:
    for j in np.flatnonzero(schedule.start < problem.release).tolist():
        start, release = _time(problem, schedule.start[j]), _time(problem, problem.release[j])
        yield Violation(Rule.ARRIVAL, _id(problem, j), f"starts at {start}, before its arrival {release}")


def _deadline(problem: Problem, schedule: Schedule) -> Iterator[Violation]:
    for j in np.flatnonzero(schedule.end > problem.deadline).tolist():
        end, deadline = _time(problem, schedule.end[j]), _time(problem, problem.deadline[j])
        yield Violation(Rule.DEADLINE, _id(problem, j), f"ends at {end}, after its deadline {deadline}")


def _processing(problem: Problem, schedule: Schedule) -> Iterator[Violation]:
    if schedule.segments is not None:
        yield from _preempted_processing(problem, schedule)
        return
    need = processing_times(problem, schedule.mode, schedule.node)
    for j in np.flatnonzero(schedule.end - schedule.start != need).tolist():
        ran = _time(problem, schedule.end[j] - schedule.start[j])
        yield Violation(
            Rule.PROCESSING, _id(problem, j), f"runs for {ran}, its processing time is {_time(problem, need[j])}"
        )


def _preempted_processing(problem: Problem, schedule: Schedule) -> Iterator[Violation]:
    pieces, count = schedule.pieces, np.diff(schedule.pieces.first)
    for j in np.flatnonzero(count == 0).tolist():
        yield Violation(Rule.PROCESSING, _id(problem, j), "has no segments")
    job = np.repeat(np.arange(problem.jobs), count)
    first, last = pieces.first[:-1][count > 0], pieces.first[1:][count > 0] - 1
    present = np.flatnonzero(count > 0)
    outermost = (pieces.start[first] == schedule.start[present]) & (pieces.end[last] == schedule.end[present])
    for j in present[~outermost]:
        yield Violation(Rule.PROCESSING, _id(problem, j), "start and end are not the outermost of its segments")
    for j in present[pieces.node[last] != schedule.node[present]]:
        yield Violation(Rule.PROCESSING, _id(problem, j), "its node is not that of its last segment")
    overlaps = (job[1:] == job[:-1]) & (pieces.start[1:] < pieces.end[:-1])
    for j in np.unique(np.concatenate([job[pieces.end < pieces.start], job[1:][overlaps]])):
        yield Violation(Rule.PROCESSING, _id(problem, j), "its segments overlap or run backwards")
    need = problem.mode_time[schedule.mode[job], problem.node_speed[pieces.node]]
    share = np.divide(pieces.end - pieces.start, need, out=np.ones(len(job)), where=need > 0)
    done = np.bincount(job, weights=share, minlength=problem.jobs)
    for j in present[done[present] < 1 - _SHARE_TOLERANCE]:
        yield Violation(Rule.PROCESSING, _id(problem, j), f"its segments do only {done[j]:.4f} of its work")
    # more pieces may do more: what a preemption costs
    for i in np.flatnonzero((np.repeat(count, count) == 1) & (pieces.end - pieces.start > need)).tolist():
        ran, wanted = _time(problem, pieces.end[i] - pieces.start[i]), _time(problem, need[i])
        yield Violation(Rule.PROCESSING, _id(problem, job[i]), f"runs for {ran}, its processing time is {wanted}")


def _precedence(problem: Problem, schedule: Schedule) -> Iterator[Violation]:
    job = problem.waiting_job
    allowed = schedule.end[problem.predecessor_job] + problem.predecessor_lag
    for e in np.flatnonzero(schedule.start[job] < allowed).tolist():
        before, start = _id(problem, problem.predecessor_job[e]), _time(problem, schedule.start[job[e]])
        message = f"starts at {start}, before {_time(problem, allowed[e])} when {before!r} and its lag are over"
        yield Violation(Rule.PRECEDENCE, _id(problem, job[e]), message)


def _capacity(problem: Problem, schedule: Schedule) -> Iterator[Violation]:
    node, time, usage = usage_over_time(problem, schedule)
    bounds = np.searchsorted(node, np.arange(problem.nodes + 1))
    for v in range(problem.nodes):
        own, here = slice(*problem.profile_start[v : v + 2]), slice(*bounds[v : v + 2])
        level = problem.profile_level[own][np.searchsorted(problem.profile_time[own], time[here], side="right") - 1]
        for i, k in np.argwhere(usage[here] > level):
            scale, name = problem.demand_scale[k], problem.instance.resource_ids[k]
            used, most = scale.number(usage[here][i, k]), scale.number(level[i, k])
            when, where = _time(problem, time[here][i]), _node(problem, v)
            yield Violation(Rule.CAPACITY, None, f"{name} in {where}: {used} in use at {when}, capacity {most}")


def usage_over_time(problem: Problem, schedule: Schedule) -> tuple[IntArray, IntArray, IntArray]:
    """Return how much of each resource is in use from every instant at which use or capacity changes.

    Returns
    -------
    node, time : int64[*]
        Sorted by node, then time; each pair once.
    usage : int64[*, K]
        Use from this time to the next of the same node.
    """
    pieces = schedule.pieces
    running = pieces.end > pieces.start
    job = np.repeat(np.arange(problem.jobs), np.diff(pieces.first))[running]
    demand = problem.mode_demand[schedule.mode[job]]
    start, end, place = pieces.start[running], pieces.end[running], pieces.node[running]
    profile_node = problem.profile_node
    node = np.concatenate([place, place, profile_node])
    time = np.concatenate([start, end, problem.profile_time])
    change = np.concatenate([demand, -demand, np.zeros_like(problem.profile_level)])
    order = np.lexsort((time, node))
    node, time = node[order], time[order]
    used = np.cumsum(change[order], axis=0)  # every node's changes add up to 0
    last = np.append((node[1:] != node[:-1]) | (time[1:] != time[:-1]), True)
    return node[last], time[last], used[last]


def _id(problem: Problem, j: int) -> str:
    return problem.instance.jobs[j].id


def _node(problem: Problem, v: int) -> str:
    name = problem.instance.node_ids[v]
    return "the pool" if name is None else f"node {name!r}"


def _time(problem: Problem, steps: int) -> int | float:
    return problem.time_scale.number(steps)
