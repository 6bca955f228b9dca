from dataclasses import replace
from io import StringIO
from typing import Any

import numpy as np
import pytest
from rich.console import Console, RenderableType

from optimizer.errors import SolverMissingError
from optimizer.instance import Instance, Job
from optimizer.metrics import Metrics
from optimizer.names import Objective, Status, StoppedBy, TimeUnit
from optimizer.problem import Problem
from optimizer.render.tables import comparison_rows, comparison_table, solvers_table, summary_table, valid_gap
from optimizer.result import Result
from optimizer.schedule import Schedule, Segments


def printed(table: RenderableType, width: int = 100, *, styled: bool = False) -> str:
    file = StringIO()
    Console(file=file, width=width, force_terminal=True, color_system="standard" if styled else None).print(table)
    return file.getvalue()


def result(status: Status = Status.FEASIBLE, value: float | None = 12.0, bound: float | None = 10.0) -> Result:
    jobs = (Job("a", duration=4, demand={"[red]": 1}), Job("b", duration=8, demand={"[red]": 2}, deadline=11))
    problem = Problem.of(Instance(jobs, resources={"[red]": 2}, time_unit=TimeUnit.MINUTE))
    schedule = Schedule.starting(problem, np.array([0, 4]), np.arange(2), np.zeros(2, dtype=np.int64))
    found = value is not None
    return Result(
        problem=problem,
        solver="greedy",
        options={"rule": "[spt]"},
        seed=0,
        threads=1,
        status=status,
        stopped_by=StoppedBy.TIME_LIMIT,
        schedule=schedule if found else None,
        value=value,
        lower_bound=bound,
        metrics=Metrics.of(problem, schedule) if found else None,
        time_step=1,
        runtime=0.1234,
        trace=(),
    )


def preemptive(value: float, bound: float | None) -> Result:
    found = result(value=value, bound=bound)
    assert found.schedule is not None
    pieces = Segments(np.arange(3), found.schedule.start, found.schedule.end, found.schedule.node)
    return replace(found, schedule=replace(found.schedule, segments=pieces))


@pytest.mark.parametrize(
    ("outcome", "bound", "gap"),
    [
        (result(), None, None),
        (result(), 11, 1 / 12),
        (result(), 12, 0),
        (result(), 12.5, None),
        (result(Status.LATE), 9, 3 / 12),
        (result(Status.UNKNOWN, None), 11, None),
    ],
)
def test_a_gap_is_shown_only_where_there_is_one(outcome: Result, bound: float | None, gap: float | None) -> None:
    assert valid_gap(outcome, bound) == (None if gap is None else pytest.approx(gap))


def test_summary_tells_all_with_units() -> None:
    lines = [" ".join(line.split()) for line in printed(summary_table(result())).splitlines()]
    for expected in (
        "solver greedy:rule=[spt]",
        "status feasible",
        "mean flow time 12 min",
        "lower bound 10 min",
        "gap 16.7 %",
        "stopped by time limit",
        "run time 0.123 s",
        "mean wait time 2 min",
        "makespan 12 min",
        "deadline misses 1",
        "utilization of [red] 83.3 %",
    ):
        assert expected in lines
    assert sum("mean flow time" in line for line in lines) == 1
    assert not any("time step" in line for line in lines)


def test_summary_without_a_schedule_or_bound() -> None:
    text = printed(summary_table(replace(result(Status.UNKNOWN, None, None), time_step=5)))
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert {"status unknown", "lower bound -", "gap -", "time step 5 times the grid of the file"} <= set(lines)
    assert not any("makespan" in line for line in lines)


def test_summary_names_what_interrupts_jobs() -> None:
    assert "feasible* interrupts jobs" in printed(summary_table(preemptive(11, None)))


OUTCOMES: dict[str, Any] = {
    "good": result(value=11.0),
    "worse": result(value=12.0),
    "late": result(Status.LATE, value=9.5, bound=None),
    "preempts": preemptive(9.0, None),
    "nothing": result(Status.UNKNOWN, None, None),
    "gone[x]": SolverMissingError("not installed: pip install [extra]"),
}
BOUNDS = {"good": 10.5, "worse": 10.5, "late": 9.5, "nothing": 10.5, "preempts": None}


@pytest.mark.parametrize("width", [80, 100, 160])
def test_comparison_has_one_line_a_solver(width: int) -> None:
    lines = {
        line.split()[0]: line.split()
        for line in printed(comparison_table(OUTCOMES, BOUNDS, 10.5), width).splitlines()
        if line.strip()
    }
    assert lines["good"] == ["good", "feasible", "11", "10.5", "4.55", "%", "1", "2", "1.25", "12", "0.12", "s"]
    assert lines["late"][:5] == ["late", "late", "9.5", "9.5", "0"]
    assert lines["preempts"][:5] == ["preempts", "feasible*", "9", "-", "-"]
    assert lines["nothing"] == ["nothing", "unknown", "-", "10.5", *"-----", "0.12", "s"]
    assert lines["gone[x]"] == ["gone[x]", "error"]
    assert lines["gone[x]:"] == ["gone[x]:", "not", "installed:", "pip", "install", "[extra]"]
    assert lines["value:"] == [
        "value:",
        "mean",
        "flow",
        "time;",
        "times",
        "in",
        "minutes;",
        "best",
        "lower",
        "bound:",
        "10.5",
        "min",
    ]
    assert lines["*"][1] == "interrupts"


def test_best_comparable_value_is_bold() -> None:
    text = printed(comparison_table(OUTCOMES, {}, None), styled=True)
    assert "\x1b[1m11\x1b[0m" in text
    for other in ("12", "9.5", "9"):
        assert f"\x1b[1m{other}\x1b[0m" not in text
    assert "best lower bound: none" in text


def test_late_jobs_are_a_column_only_where_there_are_some() -> None:
    on_time = result()
    assert on_time.metrics is not None
    on_time = replace(on_time, metrics=replace(on_time.metrics, deadline_misses=0))
    assert "late" not in printed(comparison_table({"a": on_time}, {}, None))
    assert "late" in printed(comparison_table({"a": on_time, "b": result()}, {}, None))


def test_comparison_without_any_result() -> None:
    text = printed(comparison_table({"gone": SolverMissingError("not installed")}, {}, None))
    assert "gone: not installed" in text


def test_objective_is_not_a_column_twice() -> None:
    makespan = replace(result(), problem=Problem.of(result().problem.instance, Objective.MAKESPAN))
    heads = printed(comparison_table({"a": makespan}, {}, None))
    assert "span" not in heads.split("─")[0]
    assert "flow" in heads.split("─")[0]


def test_rows_are_plain_values() -> None:
    rows = comparison_rows(OUTCOMES, BOUNDS)
    assert rows[0]["solver"] == "good"
    assert rows[0]["gap"] == pytest.approx(0.5 / 11)
    assert rows[0]["mean_wait_time"] == 2
    assert rows[0]["utilization_[red]"] == pytest.approx(20 / 24)
    assert rows[0]["lower_bound"] == 10.0
    assert [row["best_bound"] for row in rows[:5]] == [10.5, 10.5, 9.5, None, 10.5]
    assert rows[2]["gap"] == 0
    assert rows[3]["preemptive"] is True
    assert "makespan" not in rows[4]
    assert rows[5] == {"solver": "gone[x]", "status": "error", "error": "not installed: pip install [extra]"}
    assert all(type(value) in (str, int, float, bool, type(None)) for row in rows for value in row.values())


def test_solvers_are_listed_with_what_is_missing() -> None:
    row = {
        "name": "cbc",
        "kind": "exact",
        "summary": "branch and cut",
        "features": ["nodes", "modes"],
        "options": {"x": 1},
    }
    other = row | {"name": "highs", "features": ["bound", "modes", "nodes"], "missing": ["highspy"]}
    text = printed(solvers_table([row | {"missing": []}, other]), 160)
    assert "branch and cut" in text
    assert "pip install highspy" in text
    assert "All can do: modes, nodes." in text
    assert text.count("bound") == text.count("nodes") == 1
    assert text.count("cbc") == 1
