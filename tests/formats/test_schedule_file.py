import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from optimizer.errors import InputError, InstanceError
from optimizer.formats.schedule_file import check_schedule, read_schedule, save_result, schedule_document
from optimizer.instance import Instance, Job, Mode, Node
from optimizer.metrics import Metrics
from optimizer.names import Objective, Status, StoppedBy
from optimizer.objective import evaluate
from optimizer.problem import Problem
from optimizer.result import Progress, Result
from optimizer.schedule import Schedule, Segments
from optimizer.validation import violations
from optimizer.version import __version__

INSTANCE = Instance(
    jobs=(
        Job("a", duration=2.5, demand={"gpu": 2}, user="ann"),
        Job("b", arrival=1, deadline=8, modes=(Mode(6, {"gpu": 1}), Mode(3, {"gpu": 2}))),
    ),
    name="tiny",
    nodes=(Node("n", {"gpu": 2}, count=2),),
)
Change = Callable[[dict[str, Any]], None]
MISSING_B = "jobs: \"no 'b'\", expected every job of the instance"


def integers(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def result(start_of_b: int = 2, status: Status = Status.FEASIBLE, pieces: Segments | None = None) -> Result:
    """The result with job a on n-0 from 0 and job b in its second mode on n-1; starts in halves."""
    problem = Problem.of(INSTANCE)
    schedule = Schedule.starting(problem, integers(0, start_of_b), integers(0, 2), integers(0, 1))
    if pieces is not None:
        last = pieces.first[1:] - 1
        schedule = Schedule(pieces.start[pieces.first[:-1]], pieces.end[last], schedule.mode, pieces.node[last], pieces)
    value = evaluate(problem, schedule)
    return Result(
        problem=problem,
        solver="genetic",
        options={"population": 20, "rule": "spt"},
        seed=7,
        threads=2,
        status=status,
        stopped_by=StoppedBy.ITERATIONS,
        schedule=schedule,
        value=value,
        lower_bound=value / 2,
        metrics=Metrics.of(problem, schedule),
        time_step=3,
        runtime=0.25,
        trace=(Progress(0.125, None, 1.0), Progress(0.2, value, value / 2)),
    )


def without_schedule(status: Status) -> Result:
    return replace(result(), status=status, schedule=None, value=None, lower_bound=None, metrics=None, trace=())


PIECES = Segments(integers(0, 2, 3), integers(0, 6, 2), integers(4, 7, 8), integers(0, 0, 1))
"""Job a in two pieces, [0, 2) and [3, 3.5), job b in one, [1, 4)."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "schedule.json"


def changed(path: Path, change: Change, written: Result | None = None) -> Path:
    document = json.loads(json.dumps(schedule_document(written or result())))
    change(document)
    path.write_text(json.dumps(document))
    return path


def complaints(path: Path, *, allow_other: bool = False) -> list[str]:
    with pytest.raises(InstanceError) as raised:
        read_schedule(path, Problem.of(INSTANCE), allow_other=allow_other)
    assert raised.value.source == str(path)
    return [str(issue) for issue in raised.value.issues]


def assert_same(found: Schedule | None, written: Schedule | None) -> None:
    assert found is not None
    assert written is not None
    for name in ("start", "end", "mode", "node"):
        assert getattr(found, name).tolist() == getattr(written, name).tolist()
        assert getattr(found, name).dtype == np.int64


def test_every_field_as_it_stands_in_the_file(path: Path) -> None:
    save_result(result(), path)
    document = json.loads(path.read_text())
    assert list(document.pop("metrics")) == [
        "mean_wait_time",
        "mean_flow_time",
        "max_flow_time",
        "mean_slowdown",
        "mean_bounded_slowdown",
        "makespan",
        "utilization",
        "load_balance",
        "deadline_misses",
        "fairness",
    ]
    assert document == {
        "format": "schedule/1",
        "instance": {"name": "tiny", "jobs": 2, "sha256": INSTANCE.sha256},
        "solver": "genetic",
        "options": {"population": 20, "rule": "spt"},
        "seed": 7,
        "threads": 2,
        "version": __version__,
        "status": "feasible",
        "stopped_by": "iterations",
        "objective": "mean-flow-time",
        "value": 2.75,
        "lower_bound": 1.375,
        "gap": 0.5,
        "preemptive": False,
        "time_step": 3,
        "runtime_s": 0.25,
        "jobs": [
            {"id": "a", "start": 0, "end": 2.5, "mode": 0, "node": "n-0"},
            {"id": "b", "start": 1, "end": 4, "mode": 1, "node": "n-1"},
        ],
        "trace": [[0.125, None, 1.0], [0.2, 2.75, 1.375]],
    }


def test_schedule_and_document_come_back(path: Path) -> None:
    save_result(result(), path)
    schedule, document = read_schedule(path, Problem.of(INSTANCE))
    assert_same(schedule, result().schedule)
    assert schedule is not None
    assert schedule.segments is None
    assert json.dumps(document) == json.dumps(json.loads(path.read_text()))
    assert check_schedule(path, INSTANCE) == []


def test_order_of_the_rows_and_further_keys_do_not_matter(path: Path) -> None:
    def change(document: dict[str, Any]) -> None:
        document["jobs"].reverse()
        document["note"] = "by hand"
        document["jobs"][0]["color"] = "red"
        document["jobs"][1] |= {"start": 5, "end": 7.5}

    found = read_schedule(changed(path, change), Problem.of(INSTANCE)).schedule
    assert found is not None
    assert (found.start.tolist(), found.end.tolist()) == ([10, 2], [15, 8])
    assert (found.mode.tolist(), found.node.tolist()) == ([0, 2], [0, 1])


def test_late_schedule_may_miss_deadlines_and_nothing_else(path: Path) -> None:
    save_result(result(start_of_b=12, status=Status.LATE), path)
    assert check_schedule(path, INSTANCE) == []
    save_result(result(start_of_b=12), path)
    (complaint,) = check_schedule(path, INSTANCE)
    assert complaint.startswith("job 'b': ")
    assert "deadline 8" in complaint
    save_result(result(start_of_b=0, status=Status.LATE), path)
    (complaint,) = check_schedule(path, INSTANCE)
    assert complaint.startswith("job 'b': ")
    assert "arrival 1" in complaint


@pytest.mark.parametrize("status", [Status.INFEASIBLE, Status.UNKNOWN])
def test_run_without_a_schedule(path: Path, status: Status) -> None:
    save_result(without_schedule(status), path)
    schedule, document = read_schedule(path, Problem.of(INSTANCE))
    assert schedule is None
    assert (document["status"], document["jobs"], document["metrics"], document["value"]) == (status, (), {}, None)
    assert check_schedule(path, INSTANCE) == []
    changed(path, lambda document: document.update(status=str(status)))
    assert complaints(path) == [f"jobs: '2 jobs', expected none when {status}"]


def test_pieces_of_a_preempted_job(path: Path) -> None:
    written = result(pieces=PIECES)
    save_result(written, path)
    document = json.loads(path.read_text())
    assert document["preemptive"] is True
    assert document["jobs"] == [
        {
            "id": "a",
            "start": 0,
            "end": 3.5,
            "mode": 0,
            "node": "n-0",
            "segments": [{"start": 0, "end": 2, "node": "n-0"}, {"start": 3, "end": 3.5, "node": "n-0"}],
        },
        {"id": "b", "start": 1, "end": 4, "mode": 1, "node": "n-1"},
    ]
    found = read_schedule(path, written.problem).schedule
    assert_same(found, written.schedule)
    assert found is not None
    assert found.segments is not None
    for name in ("first", "start", "end", "node"):
        assert getattr(found.segments, name).tolist() == getattr(PIECES, name).tolist()
    assert violations(written.problem, found) == []
    assert check_schedule(path, INSTANCE) == []


def test_pieces_need_a_preemptive_schedule(path: Path) -> None:
    changed(path, lambda document: document.update(preemptive=False), result(pieces=PIECES))
    (complaint,) = complaints(path)
    assert complaint.startswith("jobs[0].segments: ")
    assert complaint.endswith("expected at least two of them, in a preemptive schedule only")


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("start", 3.3, "start: 3.3, expected a multiple of 0.5, the grid of the instance"),
        ("end", 3.3, "end: 3.3, expected a multiple of 0.5, the grid of the instance"),
        ("node", "m", "node: 'm', expected the id of a node"),
    ],
)
def test_wrong_piece_is_told_by_path(path: Path, key: str, value: Any, complaint: str) -> None:
    changed(path, lambda document: document["jobs"][0]["segments"][1].update({key: value}), result(pieces=PIECES))
    assert complaints(path) == [f"jobs[0].segments[1].{complaint}"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda jobs: jobs[1].update(id="z"), ["jobs[1].id: 'z', expected the id of a job of the instance", MISSING_B]),
        (lambda jobs: jobs[1].update(id="a"), ["jobs[1].id: 'a', expected each job once", MISSING_B]),
        (lambda jobs: jobs.pop(), [MISSING_B]),
        (lambda jobs: jobs[1].update(mode=2), ["jobs[1].mode: 2, expected a whole number from 0 to 1"]),
        (lambda jobs: jobs[1].update(mode=-1), ["jobs[1].mode: -1, expected a whole number from 0 to 1"]),
        (lambda jobs: jobs[0].update(node="n"), ["jobs[0].node: 'n', expected the id of a node"]),
        (lambda jobs: jobs[0].update(node=None), ["jobs[0].node: missing, expected the id of a node"]),
        (
            lambda jobs: jobs[0].update(start=0.25),
            ["jobs[0].start: 0.25, expected a multiple of 0.5, the grid of the instance"],
        ),
        (lambda jobs: jobs[0].update(start="x"), ["jobs[0].start: 'x', expected a number"]),
    ],
)
def test_wrong_rows_are_told_by_path(
    path: Path, change: Callable[[list[dict[str, Any]]], None], expected: list[str]
) -> None:
    assert complaints(changed(path, lambda document: change(document["jobs"]))) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            lambda document: document.pop("status"),
            "status: missing, expected one of the words optimal, feasible, late,",
        ),
        (
            lambda document: document.update(status="best"),
            "status: 'best', expected one of the words optimal, feasible",
        ),
        (lambda document: document.update(format="schedule/2"), "format: 'schedule/2', expected 'schedule/1'"),
        (lambda document: document.update(trace=[[0.1, 2]]), "trace[0]: [0.1, 2], expected a list"),
    ],
)
def test_wrong_fields_are_told_by_path(path: Path, change: Change, expected: str) -> None:
    (complaint,) = complaints(changed(path, change))
    assert complaint.startswith(expected)


def test_schedule_of_another_instance_is_refused(path: Path) -> None:
    save_result(result(), path)
    other = Instance(jobs=INSTANCE.jobs, name="other", nodes=(Node("n", {"gpu": 3}, count=2),))
    expected = (
        f"{path}: a schedule of the instance 'tiny' (sha256 {INSTANCE.sha256[:12]}…), "
        f"expected one of 'other' (sha256 {other.sha256[:12]}…)"
    )
    for read in (lambda: read_schedule(path, Problem.of(other)), lambda: check_schedule(path, other)):
        with pytest.raises(InputError) as raised:
            read()
        assert str(raised.value) == expected
    assert_same(read_schedule(path, Problem.of(other), allow_other=True).schedule, result().schedule)


def test_name_of_the_instance_does_not_count(path: Path) -> None:
    save_result(result(), path)
    renamed = Instance(jobs=INSTANCE.jobs, name="renamed", nodes=INSTANCE.nodes)
    assert check_schedule(path, renamed) == []


def test_schedule_of_nodes_does_not_fit_a_pool(path: Path) -> None:
    save_result(result(), path)
    pool = Problem.of(Instance(jobs=INSTANCE.jobs, resources={"gpu": 4}))
    with pytest.raises(InstanceError, match=r"jobs\[0\]\.node: 'n-0', expected no node: the cluster is a pool"):
        read_schedule(path, pool, allow_other=True)


def test_broken_rules_come_before_figures(path: Path) -> None:
    def change(document: dict[str, Any]) -> None:
        document["jobs"][1] |= {"start": 2, "end": 4.5}
        document["value"] = 99

    (complaint,) = check_schedule(changed(path, change), INSTANCE)
    assert complaint.startswith("job 'b': ")


def test_wrong_rows_are_findings_of_the_check(path: Path) -> None:
    changed(path, lambda document: document["jobs"].pop())
    assert check_schedule(path, INSTANCE) == ["jobs: \"no 'b'\", expected every job of the instance"]


def test_objective_of_the_file_counts(path: Path) -> None:
    makespan = replace(result(), problem=Problem.of(INSTANCE, Objective.MAKESPAN), value=4.0, lower_bound=4.0)
    save_result(replace(makespan, status=Status.OPTIMAL), path)
    assert json.loads(path.read_text())["gap"] == 0
    assert check_schedule(path, INSTANCE) == []
