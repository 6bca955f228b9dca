import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from optimizer.formats.figures import wrong_figures
from optimizer.formats.schedule_file import ScheduleDocument, check_schedule, save_result, schedule_document
from optimizer.instance import Instance, Job
from optimizer.metrics import Metrics
from optimizer.names import Status, StoppedBy
from optimizer.problem import Problem
from optimizer.result import Result
from optimizer.schedule import Schedule
from optimizer.solvers.solve import solve

PROBLEM = Problem.of(
    Instance(
        (Job("a", duration=4, demand={"gpu": 1}), Job("b", duration=8, demand={"gpu": 2}, deadline=12)),
        resources={"gpu": 2},
    )
)
SCHEDULE = Schedule.starting(PROBLEM, np.array([0, 4]), np.arange(2), np.zeros(2, dtype=np.int64))
Change = Callable[[dict[str, Any]], None]


def found(change: Change, schedule: Schedule = SCHEDULE) -> list[str]:
    """Return the complaints about a true document, value 8 and bound 6, after a change."""
    result = Result(
        problem=PROBLEM,
        solver="greedy",
        options={},
        seed=0,
        threads=1,
        status=Status.FEASIBLE,
        stopped_by=StoppedBy.FINISHED,
        schedule=schedule,
        value=8.0,
        lower_bound=6.0,
        metrics=Metrics.of(PROBLEM, schedule),
        time_step=1,
        runtime=0.1,
        trace=(),
    )
    document = schedule_document(result)
    change(document)
    return [*wrong_figures(PROBLEM, schedule, msgspec.convert(document, ScheduleDocument))]


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"value": 8 + 1e-7},
        {"lower_bound": None, "gap": None},
        {"lower_bound": 8.0, "gap": 0.0, "status": "optimal"},
        {"lower_bound": 8 + 1e-9, "gap": 0.0, "status": "optimal"},
        {"gap": 0.250001},
    ],
)
def test_true_figures(values: dict[str, Any]) -> None:
    assert found(lambda document: document.update(values)) == []


@pytest.mark.parametrize(
    ("values", "complaints"),
    [
        ({"value": 8.001}, ["value 8.001 is written, 8 is true (mean-flow-time)"]),
        ({"value": None}, ["value None is written, 8 is true (mean-flow-time)"]),
        ({"lower_bound": 9.0, "gap": 0.0}, ["lower bound 9.0 is above the value 8"]),
        ({"gap": 0.3}, ["gap 0.3 is written, 0.25 is true"]),
        ({"gap": None}, ["gap None is written, 0.25 is true"]),
        ({"lower_bound": None}, ["gap 0.25 is written, None is true"]),
        ({"lower_bound": None, "gap": None, "status": "optimal"}, ["called optimal without a bound that proves it"]),
        ({"status": "optimal"}, ["called optimal without a bound that proves it"]),
        ({"status": "late"}, ["called late, but every deadline is kept"]),
        (
            {"value": 7.0, "status": "late"},
            ["value 7.0 is written, 8 is true (mean-flow-time)", "called late, but every deadline is kept"],
        ),
    ],
)
def test_wrong_figures(values: dict[str, Any], complaints: list[str]) -> None:
    assert found(lambda document: document.update(values)) == complaints


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda metrics: metrics.update(makespan=11), "metrics.makespan 11 is written, 12.0 is true"),
        (lambda metrics: metrics.update(makespan="12"), "metrics.makespan 12 is written, 12.0 is true"),
        (lambda metrics: metrics.update(deadline_misses=1), "metrics.deadline_misses 1 is written, 0 is true"),
        (lambda metrics: metrics.pop("fairness"), "metrics.fairness is missing"),
        (lambda metrics: metrics["utilization"].pop("gpu"), "metrics.utilization.gpu is missing"),
        (
            lambda metrics: metrics["utilization"].update(gpu=0.5),
            "metrics.utilization.gpu 0.5 is written, 0.8333333333333334 is true",
        ),
        (
            lambda metrics: metrics.update(utilization=1),
            "metrics.utilization 1 is written, {'gpu': 0.8333333333333334} is true",
        ),
    ],
)
def test_wrong_metrics(change: Change, complaint: str) -> None:
    assert found(lambda document: change(document["metrics"])) == [complaint]


def test_further_metrics_are_let_through() -> None:
    assert found(lambda document: document["metrics"].update(energy=3)) == []


def test_late_is_true_of_a_schedule_that_misses_a_deadline() -> None:
    late = Schedule.starting(PROBLEM, np.array([0, 5]), np.arange(2), np.zeros(2, dtype=np.int64))
    assert found(lambda document: document.update(value=8.5, gap=2.5 / 8.5, status="late"), late) == []


def test_a_file_without_schedule_claims_nothing(tmp_path: Path) -> None:
    instance = Instance((Job("a", duration=1, demand={"gpu": 1}),), resources={"gpu": 1})
    save_result(solve(instance, "greedy"), tmp_path / "s.json")
    document = json.loads((tmp_path / "s.json").read_text())
    document |= {"status": "infeasible", "jobs": [], "time_step": -3, "runtime_s": -1, "threads": 0}
    document["instance"]["jobs"] = 77
    (tmp_path / "s.json").write_text(json.dumps(document))
    assert [line.split()[0] for line in check_schedule(tmp_path / "s.json", instance)] == [
        "instance.jobs", "time_step", "threads", "runtime_s", "value", "gap", "metrics", "lower",
    ]  # fmt: skip
