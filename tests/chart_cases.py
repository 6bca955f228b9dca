"""Schedules and runs to draw, put together without a solver."""

from datetime import UTC, datetime

import numpy as np

from optimizer.instance import Instance, Job, Node, Predecessor, Unavailable
from optimizer.metrics import Metrics
from optimizer.names import Status, StoppedBy, TimeUnit
from optimizer.objective import evaluate
from optimizer.problem import Problem
from optimizer.result import Progress, Result
from optimizer.schedule import Schedule, Segments

HOSTILE = (
    "$x_1^2$ \\frac{a}{b}", "$", "_under", "<b>&\"quote'</b>", "]]><script>", "a\x1b[31m\nnew", "日本語", "😀👩‍🚀",
    "שלום עולם", "x" * 200, "\u202eevil", "%(x)s {0}", "e\u0301",
)  # fmt: skip


def scheduled(instance: Instance, starts: list[int], nodes: list[int] | None = None) -> tuple[Problem, Schedule]:
    """Return a schedule in which jobs start at ``starts``, in the user's unit, in their first modes."""
    problem = Problem.of(instance)
    node = np.array(nodes or [0] * len(starts), dtype=np.int64)
    start = np.array(starts, dtype=np.int64) * instance.time_scale.per_unit
    return problem, Schedule.starting(problem, start, problem.mode_start[:-1], node)


def ran(
    problem: Problem,
    schedule: Schedule | None,
    *,
    solver: str = "test",
    status: Status = Status.FEASIBLE,
    lower_bound: float | None = None,
    trace: tuple[Progress, ...] = (),
    runtime: float = 2.0,
) -> Result:
    """Return the run that found a schedule."""
    return Result(
        problem=problem,
        solver=solver,
        options={},
        seed=0,
        threads=1,
        status=Status.UNKNOWN if schedule is None else status,
        stopped_by=StoppedBy.FINISHED,
        schedule=schedule,
        value=None if schedule is None else evaluate(problem, schedule),
        lower_bound=lower_bound,
        metrics=None if schedule is None else Metrics.of(problem, schedule),
        time_step=1,
        runtime=runtime,
        trace=trace,
    )


def small() -> tuple[Problem, Schedule]:
    """Return three jobs, one of them late, that need no more than there is."""
    jobs = (
        Job("prep", duration=4, demand={"cpu": 2}),
        Job("train", arrival=2, duration=10, due=12, deadline=19, demand={"cpu": 3, "gpu": 1.5}),
        Job("late", duration=5, deadline=18, demand={"cpu": 1}),
    )
    instance = Instance(jobs, name="tiny", time_unit=TimeUnit.MINUTE, resources={"cpu": 4, "gpu": 2})
    return scheduled(instance, [0, 5, 15])


def many(jobs: int, nodes: int = 1) -> tuple[Problem, Schedule]:
    """Return short jobs, one after the other on each node."""
    rows = tuple(Job(f"j{i}", duration=3 + i % 2, demand={"gpu": 1}) for i in range(jobs))
    cluster = (Node("node", {"gpu": 4}, count=nodes),) if nodes > 1 else (Node("solo", {"gpu": 4}),)
    blocked = (Unavailable(8, 16, node="node-1"),) if nodes > 1 else ()
    instance = Instance(rows, name="many", nodes=cluster, unavailable=blocked)
    return scheduled(instance, [4 * (i // nodes) for i in range(jobs)], [i % nodes for i in range(jobs)])


def preempted() -> tuple[Problem, Schedule]:
    """Return two jobs on two nodes, the first of which runs in three pieces; time has a date."""
    jobs = (
        Job("pieces", duration=6, demand={"gpu": 2}, user="ann", due=4),
        Job(
            "whole", arrival=1, duration=3, demand={"gpu": 4}, user="bob", deadline=60, priority=2, weight=3,
            estimate=5, after=(Predecessor("pieces", 1),),
        ),
    )  # fmt: skip
    instance = Instance(
        jobs,
        name="day",
        time_unit=TimeUnit.HOUR,
        start=datetime(2026, 1, 5, 8, tzinfo=UTC),
        nodes=(Node("n", {"gpu": 4}, count=2),),
        unavailable=(Unavailable(6, 8, node="n-0"),),
    )
    pieces = Segments(np.array([0, 3, 4]), np.array([0, 5, 8, 2]), np.array([2, 6, 11, 5]), np.array([0, 0, 1, 0]))
    schedule = Schedule(np.array([0, 2]), np.array([11, 5]), np.array([0, 1]), np.array([1, 0]), pieces)
    return Problem.of(instance), schedule


def busy(jobs: int) -> tuple[Problem, Schedule]:
    """Return jobs of several users on nodes that are full, each of them without a gap."""
    nodes = max(1, jobs // 800)
    rows = tuple(
        Job(f"job-{i:05d}", duration=3 + i % 7, demand={"gpu": 1 + i % 2, "cpu": 3}, user=f"user-{i % 9}")
        for i in range(jobs)
    )
    instance = Instance(rows, name="busy", nodes=(Node("n", {"gpu": 8, "cpu": 32}, count=nodes),))
    problem = Problem.of(instance)
    lane = np.arange(jobs) % (4 * nodes)
    time = problem.mode_time[:, 0]
    start = np.empty(jobs, dtype=np.int64)
    for own in (np.flatnonzero(lane == number) for number in range(4 * nodes)):
        start[own] = np.cumsum(time[own]) - time[own]
    return problem, Schedule.starting(problem, start, problem.mode_start[:-1], lane // 4)


def overdue() -> tuple[Problem, Schedule]:
    """Return a job that is late for the longer part of its time, one for the shorter part, and one altogether."""
    jobs = tuple(
        Job(name, duration=20, deadline=deadline, demand={"gpu": 1}, user=f"user-{i}")
        for i, (name, deadline) in enumerate((("mostly", 25), ("hardly", 35), ("wholly", 20)))
    )
    return scheduled(Instance(jobs, resources={"gpu": 3}), [20, 20, 20])
