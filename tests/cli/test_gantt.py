import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from optimizer.cli.gantt import _instance_of
from optimizer.formats.reading import SUFFIXES

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


@pytest.mark.parametrize("options", [["--from", "30", "--jobs", "4"], ["--processors", "32"]])
def test_part_of_a_job_log_is_read_as_its_run_read_it(schedopt: Command, instances: Path, options: list[str]) -> None:
    log = instances / "queue.swf"
    schedopt("solve", log, *options, "--solver", "fcfs", "-o", "part.json")
    assert schedopt("gantt", "part.json", "--instance", log).exit_code == 3, "it is not one of the whole log"
    result = schedopt("gantt", "part.json", "--instance", log, *options)
    assert result.exit_code == 0
    assert "jobs, mean flow time" in result.stdout


def test_the_cluster_of_jobs_as_csv_can_be_named(schedopt: Command, instances: Path) -> None:
    shutil.copy(instances / "lab.csv", "lab.csv")
    shutil.copy(instances / "lab.cluster.yaml", "other.yaml")
    schedopt("solve", "lab.csv", "--cluster", "other.yaml", "--solver", "fcfs", "-o", "lab-run.json")
    assert schedopt("gantt", "lab-run.json", "--cluster", "other.yaml").exit_code == 0
    result = schedopt("gantt", "lab-run.json", "--cluster", "other.html", "-o", "other.html")
    assert result.exit_code == 3
    shutil.copy("other.yaml", "other.html")
    result = schedopt("gantt", "lab-run.json", "--cluster", "other.html", "-o", "other.html")
    assert "other.html: is the input" in result.stderr


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_instances_of_every_format_are_looked_for(suffix: str, tmp_path: Path) -> None:
    document = json.loads(Path("s.json").read_text())
    (tmp_path / f"first-steps{suffix}").touch()
    Path(tmp_path / "run.json").write_text(json.dumps(document))
    assert _instance_of(tmp_path / "run.json") == tmp_path / f"first-steps{suffix}"


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


def test_a_page(schedopt: Command, instances: Path) -> None:
    assert schedopt("gantt", "s.json", "--instance", instances / "first-steps.yaml", "-o", "c.html").exit_code == 0
    assert "train-large" in Path("c.html").read_text()


@pytest.mark.parametrize("target", ["c.html", "c.svg"])
def test_several_schedules_are_compared(schedopt: Command, instances: Path, target: str) -> None:
    instance = instances / "first-steps.yaml"
    schedopt("solve", instance, "--solver", "greedy:rule=arrival", "-o", "t.json")
    result = schedopt("gantt", "s.json", "t.json", "--instance", instance, "-o", target)
    assert result.exit_code == 0
    assert "greedy:rule=arrival" in Path(target).read_text()


def test_schedules_of_one_solver_are_named_by_their_files(schedopt: Command, instances: Path) -> None:
    shutil.copy("s.json", "t.json")
    result = schedopt("gantt", "s.json", "t.json", "--instance", instances / "first-steps.yaml", "-o", "c.html")
    assert result.exit_code == 0
    assert "<td>t.json</td>" in Path("c.html").read_text()


def test_several_are_drawn_here_one_below_the_other(schedopt: Command, instances: Path) -> None:
    result = schedopt("gantt", "s.json", "s.json", "--instance", instances / "first-steps.yaml")
    assert result.exit_code == 0
    assert "train-large" in result.stdout


def test_schedules_by_another_objective_are_refused(schedopt: Command, instances: Path) -> None:
    instance = instances / "first-steps.yaml"
    schedopt("solve", instance, "--solver", "greedy", "--objective", "makespan", "-o", "t.json")
    result = schedopt("gantt", "s.json", "t.json", "--instance", instance, "-o", "c.html")
    assert result.exit_code == 3
    assert "t.json: a schedule judged by makespan, expected one judged by mean-flow-time as for s.json" in result.stderr
    assert not Path("c.html").exists()


def test_convergence(schedopt: Command, instances: Path) -> None:
    words = ["gantt", "s.json", "--instance", instances / "first-steps.yaml", "--convergence"]
    assert schedopt(*words, "-o", "c.svg").exit_code == 0
    assert "greedy: value" in Path("c.svg").read_text()
    result = schedopt(*words)
    assert result.exit_code == 2
    assert "--convergence: expected a file to draw to" in result.stderr


def test_a_wrong_ending_is_refused_before_anything_is_read(schedopt: Command) -> None:
    result = schedopt("gantt", "missing.json", "-o", "c.gif")
    assert result.exit_code == 2
    assert "c.gif: expected a file that ends in .html, .png, .svg, .pdf" in result.stderr
