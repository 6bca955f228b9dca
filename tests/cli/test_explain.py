import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

Command = Callable[..., Result]


def test_the_jobs_that_conflict_and_what_they_lack(schedopt: Command, instances: Path) -> None:
    result = schedopt("explain", instances / "infeasible.yaml")
    assert result.exit_code == 1
    text = " ".join(result.stdout.split())
    assert "these 3 jobs cannot all keep their deadlines, for want of gpu" in text
    assert "monday-report 0 h 9 h 4 h 8" in text
    assert "notebook" not in text


def test_json(schedopt: Command, instances: Path) -> None:
    result = schedopt("explain", instances / "infeasible.yaml", "--json")
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    assert document["status"] == "infeasible"
    assert document["conflict"] == {
        "jobs": ["monday-report", "model-refresh", "customer-demo"],
        "resources": ["gpu"],
        "begin": 0,
        "end": 9,
        "smallest": True,
        "work": {},
    }


def test_what_has_a_schedule_needs_no_explanation(schedopt: Command, instances: Path) -> None:
    result = schedopt("explain", instances / "first-steps.yaml")
    assert (result.exit_code, result.stdout) == (0, "some schedule keeps all deadlines\n")


def test_a_file_that_is_wrong_is_bad_input(schedopt: Command) -> None:
    result = schedopt("explain", "nothing.yaml")
    assert result.exit_code == 3
    assert "nothing.yaml" in result.stderr


def test_solve_says_where_the_reason_is(schedopt: Command, instances: Path) -> None:
    result = schedopt("solve", instances / "infeasible.yaml")
    assert result.exit_code == 1
    assert f"schedopt explain {instances / 'infeasible.yaml'}" in result.stderr
    assert not schedopt("solve", instances / "first-steps.yaml").stderr
