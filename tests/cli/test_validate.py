import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Command = Callable[..., Result]


@pytest.fixture
def schedule(schedopt: Command, instances: Path) -> Path:
    schedopt("solve", instances / "first-steps.yaml", "--solver", "greedy", "-o", "s.json")
    return Path("s.json").absolute()


def test_an_instance(schedopt: Command, instances: Path) -> None:
    assert schedopt("validate", instances / "first-steps.yaml").stdout == ("first-steps: holds, 6 jobs, 2 resources\n")
    document = json.loads(schedopt("validate", instances / "lab.csv", "--cluster", instances / "lab.cluster.yaml",
                                   "--json").stdout)  # fmt: skip
    assert document["valid"]


def test_violations_are_status_1_each_on_a_line(schedopt: Command, instances: Path, schedule: Path) -> None:
    document = json.loads(schedule.read_text())
    for job in document["jobs"]:
        job["end"] += -job["start"]
        job["start"] = 0
    schedule.write_text(json.dumps(document))
    result = schedopt("validate", instances / "first-steps.yaml", schedule)
    assert result.exit_code == 1
    assert any("tune-b" in line for line in result.stdout.splitlines())
    found = json.loads(schedopt("validate", instances / "first-steps.yaml", schedule, "--json").stdout)
    assert not found["valid"]
    assert found["violations"] == result.stdout.splitlines()


def test_figures_that_are_not_true(schedopt: Command, instances: Path, schedule: Path) -> None:
    document = json.loads(schedule.read_text()) | {"value": 3.0}
    schedule.write_text(json.dumps(document))
    result = schedopt("validate", instances / "first-steps.yaml", schedule)
    assert result.exit_code == 1
    assert "value" in result.stdout


def test_a_schedule_that_is_none(schedopt: Command, instances: Path) -> None:
    Path("s.json").write_text("{}")
    result = schedopt("validate", instances / "first-steps.yaml", "s.json")
    assert result.exit_code == 3
    assert result.stderr.startswith("schedopt: s.json: ")
