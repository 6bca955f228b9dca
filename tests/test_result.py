import os

import numpy as np
import pytest

from optimizer.errors import UsageError
from optimizer.instance import Instance, Job
from optimizer.metrics import Metrics
from optimizer.names import Objective, Status, StoppedBy
from optimizer.problem import Problem
from optimizer.result import Limits, Progress, Result, available_threads, bounds_on, relative_gap
from optimizer.schedule import Schedule, Segments
from optimizer.validation import Rule


@pytest.mark.parametrize(
    ("value", "bound", "gap"),
    [
        (None, 1.0, None),
        (2.0, None, None),
        (10.0, 8.0, 0.2),
        (10.0, 10.0, 0.0),
        (10.0, 10.0 - 1e-12, 0.0),
        (1e9 + 7, 1e9 + 6, 1 / (1e9 + 7)),
        (10.0, 10.1, 0.0),
        (-4.0, -5.0, 0.25),
        (0.0, 0.0, 0.0),
        (1e9, 1e9 - 1e-4, 0.0),
    ],
)
def test_relative_gap(value: float | None, bound: float | None, gap: float | None) -> None:
    assert relative_gap(value, bound) == (None if gap is None else pytest.approx(gap, abs=1e-14))
    assert Progress(1.5, value, bound).gap == relative_gap(value, bound)


def test_a_value_of_zero_above_its_bound_has_a_gap() -> None:
    gap = relative_gap(0.0, -1.0)
    assert gap is not None
    assert gap > 1


def test_limits_by_default() -> None:
    limits = Limits()
    assert (limits.time_limit, limits.gap, limits.iterations, limits.schedules, limits.memory) == (
        60,
        0,
        None,
        None,
        None,
    )
    assert 1 <= limits.threads == available_threads() <= (os.cpu_count() or 1)


def test_threads_where_affinity_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert available_threads() == 1


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"time_limit": 0}, "time limit 0: expected a number > 0"),
        ({"time_limit": float("nan")}, "time limit nan: expected a number > 0"),
        ({"gap": -0.1}, "gap -0.1: expected a number from 0 to 1, such as 0.05 for 5 %"),
        ({"threads": 0}, "threads 0: expected a whole number from 1 to 256"),
        ({"threads": 257}, "threads 257: expected a whole number from 1 to 256"),
        ({"iterations": 0}, "iterations 0: expected a whole number >= 1"),
        ({"schedules": 0}, "schedules 0: expected a whole number >= 1"),
        ({"memory": 0}, "memory 0: expected a whole number >= 1"),
    ],
)
def test_bad_limits_are_refused(fields: dict[str, float], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        Limits(**fields)  # type: ignore[arg-type]
    assert str(caught.value) == message


def test_no_limits() -> None:
    assert Limits(time_limit=None, gap=0.5, threads=1, iterations=1, memory=1).time_limit is None


def result(schedule: Schedule | None, lower_bound: float | None) -> Result:
    problem = Problem.of(Instance(jobs=(Job("a", duration=2),), resources={"g": 1}), Objective.MAKESPAN)
    return Result(
        problem=problem,
        solver="greedy",
        options={},
        seed=0,
        threads=1,
        status=Status.FEASIBLE if schedule else Status.UNKNOWN,
        stopped_by=StoppedBy.FINISHED,
        schedule=schedule,
        value=float(schedule.end.max()) if schedule else None,
        lower_bound=lower_bound,
        metrics=Metrics.of(problem, schedule) if schedule else None,
        time_step=1,
        runtime=0.1,
        trace=(),
    )


def test_a_result_knows_its_gap_and_kind() -> None:
    zero = np.zeros(1, dtype=np.int64)
    whole = result(Schedule(zero + 2, zero + 4, zero, zero), 3.0)
    assert whole.gap == 0.25
    assert whole.objective is Objective.MAKESPAN
    assert not whole.preemptive
    segments = Segments(np.array([0, 1]), zero + 2, zero + 4, zero)
    assert result(Schedule(zero + 2, zero + 4, zero, zero, segments), None).preemptive


def test_a_result_without_schedule() -> None:
    empty = result(None, 2.0)
    assert empty.gap is None
    assert not empty.preemptive


def test_bounds_of_others_count_only_where_they_hold() -> None:
    problem = Problem.of(Instance((Job("a", duration=1, demand={"r": 1}),), resources={"r": 1}))

    def run(status: Status, bound: float | None) -> Result:
        return Result(
            problem=problem, solver="x", options={}, seed=0, threads=1, status=status, stopped_by=StoppedBy.FINISHED,
            schedule=None, value=9.0, lower_bound=bound, metrics=None, time_step=1, runtime=0.0, trace=(),
        )  # fmt: skip

    runs = {"late": run(Status.LATE, 2.0), "exact": run(Status.FEASIBLE, 5.0), "greedy": run(Status.FEASIBLE, None)}
    assert bounds_on(runs) == {"late": 2.0, "exact": 5.0, "greedy": 5.0}


def test_a_schedule_that_breaks_a_rule_is_broken_and_has_no_bound() -> None:
    problem = Problem.of(Instance((Job("a", duration=2, deadline=3, demand={"r": 1}),), resources={"r": 1}))

    def run(start: int, status: Status, bound: float) -> Result:
        zero = np.zeros(1, dtype=np.int64)
        return Result(
            problem=problem, solver="x", options={}, seed=0, threads=1, status=status, stopped_by=StoppedBy.FINISHED,
            schedule=Schedule.starting(problem, np.array([start]), zero, zero), value=start + 2.0, lower_bound=bound,
            metrics=None, time_step=1, runtime=0.0, trace=(),
        )  # fmt: skip

    runs = {
        "early": run(-1, Status.FEASIBLE, 9.0), "good": run(0, Status.FEASIBLE, 1.5),
        "late": run(2, Status.LATE, 1.0), "said to keep its deadline": run(3, Status.FEASIBLE, 8.0),
    }  # fmt: skip
    assert {name: [violation.rule for violation in found.broken] for name, found in runs.items()} == {
        "early": [Rule.ARRIVAL], "good": [], "late": [], "said to keep its deadline": [Rule.DEADLINE],
    }  # fmt: skip
    assert bounds_on(runs) == {"early": None, "good": 1.5, "late": 1.0, "said to keep its deadline": None}
