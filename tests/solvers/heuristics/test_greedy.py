import re

import pytest

from optimizer.errors import UsageError
from optimizer.generate import generate
from optimizer.instance import Instance, Job
from optimizer.names import Objective, Status, StoppedBy
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.solvers.heuristics.greedy import Greedy
from optimizer.solvers.monitor import Monitor
from optimizer.solvers.solve import solve
from tests.oracle import brute_force
from tests.random_instances import random_instance

WIDE_FIRST = Instance(
    jobs=(
        Job("long", duration=4, demand={"gpu": 1}),
        Job("wide", arrival=1, duration=3, demand={"gpu": 2}),
        Job("small", arrival=2, duration=3, demand={"gpu": 1}),
    ),
    resources={"gpu": 2},
)


def starts(instance: Instance, solver: str) -> list[int]:
    schedule = solve(instance, solver).schedule
    assert schedule is not None
    return schedule.start.tolist()


def test_serial_and_parallel_generation_differ() -> None:
    # serial gives "wide" its place [4, 7) before "small" is looked at; parallel fills the machine at 2
    assert starts(WIDE_FIRST, "greedy:rule=arrival,generation=serial") == [0, 4, 7]
    assert starts(WIDE_FIRST, "greedy:rule=arrival,generation=parallel") == [0, 5, 2]


def test_serial_generation_backfills_what_delays_nobody() -> None:
    jobs = (*WIDE_FIRST.jobs[:2], Job("small", arrival=2, duration=2, demand={"gpu": 1}))
    assert starts(Instance(jobs, resources={"gpu": 2}), "greedy:rule=arrival,generation=serial") == [0, 4, 2]


def test_best_is_the_best_of_all() -> None:
    result = solve(WIDE_FIRST, "greedy")
    assert result.value == (4 + 7 + 3) / 3
    assert (result.status, result.stopped_by) == (Status.FEASIBLE, StoppedBy.FINISHED)
    assert [row.value for row in result.trace] == sorted((row.value for row in result.trace), reverse=True)


def test_jobs_that_would_be_late_come_forward() -> None:
    jobs = (
        Job("a", duration=5, demand={"gpu": 1}, priority=2),
        Job("b", duration=5, demand={"gpu": 1}, priority=1, deadline=5),
    )
    result = solve(Instance(jobs, resources={"gpu": 1}), "greedy:rule=priority")
    assert result.status is Status.OPTIMAL
    assert result.schedule is not None
    assert result.schedule.start.tolist() == [5, 0]


def test_deadlines_that_cannot_be_met_leave_a_late_schedule() -> None:
    jobs = tuple(Job(name, duration=3, demand={"gpu": 1}, deadline=4) for name in "ab")
    result = solve(Instance(jobs, resources={"gpu": 1}), "greedy")
    assert result.status is Status.LATE
    assert result.metrics is not None
    assert result.metrics.deadline_misses == 1


@pytest.mark.parametrize("seed", range(30))
def test_all_rules_are_no_worse_than_one(seed: int) -> None:
    instance = random_instance(seed, objective=Objective.MEAN_FLOW_TIME)
    best, one = solve(instance, "greedy"), solve(instance, "greedy:rule=shortest,generation=serial")
    assert (best.status is Status.LATE) <= (one.status is Status.LATE)
    if best.status is one.status:
        assert best.value is not None
        assert one.value is not None
        assert best.value <= one.value


def test_the_limit_on_schedules_holds_for_rules_and_samples() -> None:
    """The least jobs first would be best, but only the rule by arrival may be tried."""
    one = solve(WIDE_FIRST, "greedy:generation=serial", limits=Limits(schedules=1))
    assert one.stopped_by is StoppedBy.ITERATIONS
    assert one.schedule is not None
    assert one.schedule.start.tolist() == [0, 4, 7]
    for schedules, stopped_by in ((29, StoppedBy.ITERATIONS), (50, StoppedBy.FINISHED)):
        result = solve(WIDE_FIRST, "greedy:starts=10", limits=Limits(schedules=schedules, threads=1))
        assert result.stopped_by is stopped_by


@pytest.mark.parametrize("seed", range(12))
def test_samples_find_the_optimum_of_small_instances(seed: int) -> None:
    """With one mode and one node some order is optimal."""
    jobs = generate("server", 5, seed, load=2.0)
    best = brute_force(Problem.of(jobs))
    assert best is not None
    result = solve(jobs, "greedy:generation=serial,starts=500,bias=0", limits=Limits(threads=1))
    assert result.value == pytest.approx(best)


@pytest.mark.parametrize("option", ["rule", "generation"])
def test_unknown_names(option: str) -> None:
    with pytest.raises(UsageError, match=f"{option} 'x': expected one of "):
        Greedy(**{option: "x"})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("option", "value"),
    [("starts", -1), ("bias", -1), ("bias", 33), ("offset", 0.0), ("offset", 1e308), ("candidates", 0)],
)
def test_options_out_of_range(option: str, value: float) -> None:
    with pytest.raises(UsageError, match=re.escape(f"{option} {value}: expected a ")):
        Greedy(**{option: value})  # type: ignore[arg-type]


@pytest.mark.parametrize("offset", [1e-9, 1e6])
def test_chances_neither_vanish_nor_overflow(offset: float) -> None:
    jobs = generate("server", 60, 1, load=2.0)
    solver = f"greedy:rule=shortest,generation=serial,starts=20,bias=32,candidates=60,offset={offset}"
    drawn = solve(jobs, solver, limits=Limits(threads=1))
    rule = solve(jobs, "greedy:rule=shortest,generation=serial")
    assert drawn.value is not None
    assert rule.value is not None
    assert drawn.value <= rule.value


@pytest.mark.parametrize("schedules", [1, 3, 20, 100])
def test_looking_for_regret_counts(schedules: int) -> None:
    """Of 14 rules each compares all 6 jobs, as long as the limit allows."""
    problem = Problem.of(generate("server", 6, 1, load=2.0))
    limits = Limits(time_limit=None, threads=1, schedules=schedules)
    monitor = Monitor(problem, limits)
    greedy = Greedy(generation="regret", starts=1000)
    answer = greedy.solve(problem, limits, seed=0, warm_start=None, monitor=monitor)
    assert answer.stopped_by is StoppedBy.ITERATIONS
    assert monitor.schedule is not None
    assert monitor.schedules == max(0, schedules - 14 * 6)
