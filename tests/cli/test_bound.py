import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

Command = Callable[..., Result]


def test_the_table_says_what_each_bound_holds_for(schedopt: Command, instances: Path) -> None:
    result = schedopt("bound", instances / "first-steps.yaml")
    assert result.exit_code == 0
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    (busy,) = [line for line in lines if line.startswith("mean-busy-time")]
    assert busy.endswith("s all schedules")
    assert any(line.startswith("linear-program 3.6667 ") and line.endswith("without preemption") for line in lines)
    assert "value: mean flow time; times in hours" in lines


def test_json_has_the_best_of_each_kind(schedopt: Command, instances: Path) -> None:
    result = schedopt("bound", instances / "first-steps.yaml", "--json", "--objective", "makespan")
    document = json.loads(result.stdout)
    assert document["objective"] == "makespan"
    assert set(document["best"]) == {"all", "without-preemption", "without-preemption-on-time"}
    assert document["best"]["all"] == max(row["value"] for row in document["bounds"] if row["holds"] == "all")
    assert {"name", "value", "seconds", "holds", "cut_short", "infeasible", "note", "source"} == set(
        document["bounds"][0]
    )


def test_a_schedule_is_shown_with_its_gap(schedopt: Command, instances: Path) -> None:
    file = instances / "first-steps.yaml"
    assert schedopt("solve", file, "--solver", "fcfs", "-o", "s.json").exit_code == 0
    document = json.loads(schedopt("bound", file, "--schedule", "s.json", "--json").stdout)
    value, bound = document["schedule"]["value"], document["best"]["without-preemption"]
    assert document["schedule"]["lower_bound"] == bound
    assert document["schedule"]["gap"] == (value - bound) / value > 0
    assert "gap" in schedopt("bound", file, "--schedule", "s.json").stdout


def test_a_file_without_a_schedule_is_bad_input(schedopt: Command, instances: Path) -> None:
    file = instances / "infeasible.yaml"
    schedopt("solve", file, "--solver", "highs", "-o", "s.json")
    result = schedopt("bound", file, "--schedule", "s.json")
    assert result.exit_code == 3
    assert "there is no schedule" in result.stderr


def test_proven_infeasible_is_status_1(schedopt: Command) -> None:
    Path("i.json").write_text(
        json.dumps(
            {
                "resources": {"gpu": 1},
                "jobs": [{"id": "a", "duration": 2, "demand": {"gpu": 1}, "deadline": 3}],
                "unavailable": [{"start": 0, "end": 2}],
            }
        )
    )
    result = schedopt("bound", "i.json")
    assert result.exit_code == 1
    assert "no schedule keeps all deadlines" in result.stdout
