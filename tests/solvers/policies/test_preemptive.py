"""srpt, las, priority:preemptive=true, round-robin and mlfq (feedback) as solvers."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from policy_cases import CASES, Case
from policy_oracle import run_preemptive
from random_instances import random_instance

from optimizer.errors import UsageError
from optimizer.instance import Instance, Job
from optimizer.names import Objective
from optimizer.problem import Problem
from optimizer.render.tables import valid_gap
from optimizer.schedule import Schedule
from optimizer.solvers.compare import compare
from optimizer.solvers.policies.feedback import MLFQ, RoundRobin
from optimizer.solvers.policies.las import LAS
from optimizer.solvers.policies.priority import Priority
from optimizer.solvers.policies.srpt import SRPT
from optimizer.solvers.solve import solve

NAMES = {
    "srpt": "srpt",
    "priority": "priority:preemptive=true",
    "las": "las",
    "round-robin": "round-robin",
    "mlfq": "mlfq",
}


def pieces(schedule: Schedule) -> list[list[tuple[int, int, int, int]]]:
    assert schedule.segments is not None
    first, mode = schedule.segments.first.tolist(), schedule.mode.tolist()
    columns = (schedule.segments.start, schedule.segments.end, schedule.segments.node)
    rows = list(zip(*(column.tolist() for column in columns), strict=True))
    return [[(s, e, mode[j], v) for s, e, v in rows[first[j] : first[j + 1]]] for j in range(len(mode))]


@pytest.mark.parametrize("case", [case for case in CASES if case.preemptive], ids=lambda case: case.name)
def test_schedules_worked_out_by_hand(case: Case) -> None:
    per_unit = case.problem().instance.time_scale.per_unit
    times = {"quantum": 1, "cost": 0, "promotion": None} | case.arguments
    wanted = {
        "srpt": ("cost",),
        "priority": ("cost", "aging"),
        "las": ("cost", "quantum"),
        "round-robin": ("cost", "quantum"),
    }
    names = wanted.get(case.policy, ("cost", "quantum", "levels", "factor", "promotion"))
    options = {name: times[name] for name in names if times.get(name) is not None}
    options |= {name: options[name] / per_unit for name in ("quantum", "cost", "promotion") if name in options}
    result = solve(case.instance, NAMES[case.policy], options=options)
    assert result.schedule is not None
    assert pieces(result.schedule) == case.expected
    assert result.preemptive


@cache
def least_completion_sum(jobs: tuple[tuple[int, int], ...], now: int) -> int:
    """Return the least sum of completion times of (release, remaining) on one machine, step by step."""
    if all(left == 0 for _, left in jobs):
        return 0
    ready = [j for j, (release, left) in enumerate(jobs) if left and release <= now]
    if not ready:
        return least_completion_sum(jobs, min(release for release, left in jobs if left))
    best = []
    for j in ready:
        release, left = jobs[j]
        after = (*jobs[:j], (release, left - 1), *jobs[j + 1 :])
        best.append((now + 1 if left == 1 else 0) + least_completion_sum(after, now + 1))
    return min(best)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(1, 4)), min_size=1, max_size=4))
def test_srpt_is_optimal_on_one_machine(rows: list[tuple[int, int]]) -> None:
    jobs = tuple(Job(f"j{i}", arrival=a, duration=p, demand={"cpu": 1}) for i, (a, p) in enumerate(rows))
    result = solve(Instance(jobs, resources={"cpu": 1}), "srpt")
    best = least_completion_sum(tuple(rows), 0) - sum(a for a, _ in rows)
    assert result.value == pytest.approx(best / len(rows))


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("name", ["srpt", "las", "priority:preemptive=true"])
def test_no_job_waits_that_fits(name: str, seed: int) -> None:
    rows = [(seed * 7 * i % 11, 1 + (seed + 3 * i) % 6, 1 + (seed + 5 * i) % 4) for i in range(12)]
    jobs = tuple(Job(f"j{i}", arrival=a, duration=p, demand={"cpu": d}) for i, (a, p, d) in enumerate(rows))
    schedule = solve(Instance(jobs, resources={"cpu": 4}), name).schedule
    assert schedule is not None
    own = pieces(schedule)
    instants = {time for runs in own for run in runs for time in run[:2]} | {a for a, _, _ in rows}
    for now in instants:
        runs = [any(s <= now < e for s, e, _, _ in job) for job in own]
        free = 4 - sum(d for (_, _, d), running in zip(rows, runs, strict=True) if running)
        for j, (a, _, d) in enumerate(rows):
            assert runs[j] or not a <= now < own[j][-1][1] or d > free


@pytest.mark.parametrize("seed", range(15))
@pytest.mark.parametrize("objective", list(Objective))
def test_bounds_hold_for_schedules_that_step_over_blocks(objective: Objective, seed: int) -> None:
    instance = random_instance(seed, objective=objective)
    for name in NAMES.values():
        result = solve(instance, name)
        assert result.value is not None
        assert result.lower_bound is not None
        assert result.lower_bound <= result.value + 1e-9


def test_a_comparison_shows_no_negative_gap() -> None:
    jobs = (Job("long", duration=9, demand={"cpu": 1}), Job("short", arrival=1, duration=1, demand={"cpu": 1}))
    comparison = compare(Instance(jobs, resources={"cpu": 1}), ["srpt", "fcfs", "cp-sat"])
    gaps = [valid_gap(result, comparison.best_bound) for result in comparison.results]
    assert comparison.results[0].value < comparison.best_bound  # type: ignore[operator]
    assert all(gap is None or gap >= 0 for gap in gaps)


def test_the_default_quantum_is_ten_slots() -> None:
    problem = Problem.of(random_instance(3))
    result = solve(problem.instance, "round-robin")
    assert result.schedule is not None
    seconds = problem.instance.time_unit.seconds
    unit = 10 if seconds is None else 600 / seconds
    quantum = max(1, -(-round(unit * problem.instance.time_scale.per_unit * 10**6) // 10**6))
    assert pieces(result.schedule) == run_preemptive(problem, "round-robin", quantum=quantum)


@pytest.mark.parametrize(
    ("made", "complaint"),
    [
        (lambda: SRPT(cost=-1), "cost -1: expected a time of at least 0"),
        (lambda: LAS(quantum=0), "quantum 0: expected a time above 0"),
        (lambda: MLFQ(promotion=5, cost=1), "cost 1: expected 0 with promotion"),
        (lambda: MLFQ(levels=0), "levels 0: expected a whole number from 1 to 64"),
        (lambda: MLFQ(factor=0.5), "factor 0.5: expected a number from 1 to 1000"),
        (lambda: RoundRobin(quantum=float("nan")), "quantum nan: expected a time above 0"),
        (lambda: Priority(aging=-1), "aging -1: expected a number of at least 0"),
        (lambda: Priority(cost=1), "cost 1: expected 0 without preemptive=true"),
        (
            lambda: Priority(preemptive=True, backfill="easy"),
            "preemptive true: expected neither backfill nor placement",
        ),
    ],
)
def test_options_out_of_range(made, complaint: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UsageError) as refused:
        made()
    assert str(refused.value).startswith(complaint)


@pytest.mark.parametrize("solver", ["round-robin:quantum=2,cost=2", "mlfq:quantum=2,cost=3", "las:quantum=1,cost=1"])
def test_a_cost_that_eats_the_quantum_is_refused(solver: str) -> None:
    instance = Instance((Job("a", duration=1, demand={"cpu": 1}),), resources={"cpu": 1})
    with pytest.raises(UsageError, match="expected less than the quantum"):
        solve(instance, solver)


@pytest.mark.parametrize("solver", ["round-robin:quantum=1e30", "las:quantum=1e30", "mlfq:quantum=1e30,promotion=1e30"])
def test_times_longer_than_any_run_are_just_that(solver: str) -> None:
    jobs = tuple(Job(f"j{i}", duration=2, demand={"cpu": 1}) for i in range(2))
    assert solve(Instance(jobs, resources={"cpu": 1}), solver).value == 3


def test_a_cost_longer_than_any_run_is_refused() -> None:
    instance = Instance((Job("a", duration=1, demand={"cpu": 1}),), resources={"cpu": 1})
    with pytest.raises(UsageError, match=r"cost 1e\+30: expected at most"):
        solve(instance, "srpt:cost=1e30")
