import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Command = Callable[..., Result]


@pytest.fixture(autouse=True)
def _schedule(schedopt: Command, instances: Path) -> None:
    schedopt("solve", instances / "first-steps.yaml", "--solver", "greedy", "-o", "s.json")


@pytest.mark.parametrize(("suffix", "begins"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_pictures(schedopt: Command, instances: Path, suffix: str, begins: bytes) -> None:
    assert schedopt("gantt", "s.json", "--instance", instances / "first-steps.yaml", "-o", f"c.{suffix}").exit_code == 0
    assert Path(f"c.{suffix}").read_bytes().startswith(begins)


def test_instance_beside_the_schedule_is_found(schedopt: Command, instances: Path) -> None:
    shutil.copy(instances / "first-steps.yaml", "first-steps.yaml")
    result = schedopt("gantt", "s.json")
    assert result.exit_code == 0
    assert "train-large" in result.stdout


def test_without_its_instance(schedopt: Command) -> None:
    result = schedopt("gantt", "s.json")
    assert result.exit_code == 3
    assert "--instance" in result.stderr


def test_another_instance_is_refused(schedopt: Command, instances: Path) -> None:
    result = schedopt("gantt", "s.json", "--instance", instances / "modes.yaml")
    assert result.exit_code == 3
    assert result.stderr.startswith("schedopt: s.json: ")


def test_nothing_to_draw(schedopt: Command, instances: Path) -> None:
    schedopt("solve", instances / "infeasible.yaml", "-o", "none.json")
    result = schedopt("gantt", "none.json", "--instance", instances / "infeasible.yaml")
    assert result.exit_code == 3
    assert result.stderr == "schedopt: none.json: there is nothing to draw, its status is infeasible\n"


def test_the_schedule_is_not_taken_for_its_instance(schedopt: Command, instances: Path) -> None:
    shutil.copy(instances / "first-steps.yaml", "first-steps.yaml")
    schedopt("solve", "first-steps.yaml", "-o", "first-steps.json")
    assert schedopt("gantt", "first-steps.json").exit_code == 0


def test_a_schedule_that_is_not_valid_is_drawn_with_a_warning(schedopt: Command, instances: Path) -> None:
    shutil.copy(instances / "first-steps.yaml", "first-steps.yaml")
    schedopt("solve", "first-steps.yaml", "-o", "s.json")
    document = json.loads(Path("s.json").read_text())
    for row in document["jobs"]:
        row["end"] += 5 - row["start"]
        row["start"] = 5
    Path("s.json").write_text(json.dumps(document))
    result = schedopt("gantt", "s.json")
    assert result.exit_code == 0
    assert result.stderr.startswith("schedopt: s.json: not a valid schedule: ")
