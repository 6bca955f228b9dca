import json
import shlex
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
    assert "without any one of them the others can keep theirs, and no fewer jobs are in conflict" in text


def test_json(schedopt: Command, instances: Path) -> None:
    result = schedopt("explain", instances / "infeasible.yaml", "--json")
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    assert document["status"] == "infeasible"
    assert document["conflict"] == {
        "jobs": ["monday-report", "model-refresh", "customer-demo"],
        "times": [4, 3, 3],
        "resources": ["gpu"],
        "begin": 0,
        "end": 9,
        "irreducible": True,
        "resources_irreducible": True,
        "least_jobs": 3,
        "work": {},
        "unavailable": [],
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


def test_what_solve_says_can_be_typed(schedopt: Command, tmp_path: Path) -> None:
    """Three jobs of 3 need the only GPU until 8; the name of the file has a space, its cluster stands elsewhere."""
    (tmp_path / "my night.csv").write_text("id,duration,deadline,gpu\n" + "".join(f"{i},3,8,1\n" for i in "abc"))
    (tmp_path / "small.yaml").write_text("resources: {gpu: 1}\n")
    result = schedopt("solve", tmp_path / "my night.csv", "--cluster", tmp_path / "small.yaml")
    words = shlex.split(result.stderr.strip().rpartition("schedopt: why there is no schedule: ")[2])
    assert words[:2] == ["schedopt", "explain"]
    explained = schedopt(*words[1:])
    assert explained.exit_code == 1
    assert "these 3 jobs" in explained.stdout
