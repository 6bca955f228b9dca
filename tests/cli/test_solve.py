import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from optimizer.formats.writing import save
from optimizer.generate import generate

Command = Callable[..., Result]


def test_table_shows_value_bound_and_gap(schedopt: Command, instances: Path) -> None:
    result = schedopt("solve", instances / "first-steps.yaml", "--solver", "cp-sat")
    assert result.exit_code == 0
    lines = dict(line.split(maxsplit=1) for line in result.stdout.splitlines() if len(line.split()) > 1)
    assert lines["status"].strip() == "optimal"
    assert lines["gap"].strip() == "0 %"
    assert result.stdout.count("4 h") == 2
    assert not os.listdir()


def test_json_is_one_document_and_nothing_else(schedopt: Command, instances: Path) -> None:
    result = schedopt("solve", instances / "first-steps.yaml", "--json", "--gantt", "-")
    document = json.loads(result.stdout)
    assert (document["status"], document["value"], document["lower_bound"]) == ("optimal", 4.0, 4.0)
    assert result.stderr == ""


def test_schedule_and_chart_are_written(schedopt: Command, instances: Path) -> None:
    file = instances / "first-steps.yaml"
    assert schedopt("solve", file, "--solver", "greedy", "-o", "s.json", "--gantt", "c.svg").exit_code == 0
    assert json.loads(Path("s.json").read_text())["solver"] == "greedy"
    assert Path("c.svg").read_text().startswith("<?xml")
    assert schedopt("validate", file, "s.json").stdout == "s.json: holds, feasible, mean-flow-time 4\n"


def test_chart_in_the_terminal(schedopt: Command, instances: Path) -> None:
    result = schedopt("solve", instances / "first-steps.yaml", "--solver", "greedy", "--gantt", "-")
    assert "train-large" in result.stdout
    assert "█" in result.stdout


def test_options_reach_the_solver(schedopt: Command, instances: Path) -> None:
    words = ["--solver", "greedy:rule=longest,generation=serial", "--objective", "makespan", "--seed", 5]
    words += ["--threads", 1, "--gap", 0.1, "--time-limit", 0, "--time-step", 2, "--json"]
    document = json.loads(schedopt("solve", instances / "first-steps.yaml", *words).stdout)
    assert document["options"] == {"rule": "longest", "generation": "serial"}
    assert (document["objective"], document["seed"], document["threads"]) == ("makespan", 5, 1)
    assert document["time_step"] == 2


def test_warm_start_is_as_good_at_least(schedopt: Command, instances: Path) -> None:
    file = instances / "first-steps.yaml"
    schedopt("solve", file, "--solver", "cp-sat", "-o", "best.json")
    result = schedopt("solve", file, "--warm-start", "best.json", "--solver", "highs", "--json")
    assert json.loads(result.stdout)["value"] == 4.0


def test_infeasible_is_status_1_and_no_error(schedopt: Command, instances: Path) -> None:
    result = schedopt("solve", instances / "infeasible.yaml", "-o", "s.json", "--gantt", "c.png")
    assert result.exit_code == 1
    assert "infeasible" in result.stdout
    why, drawn = result.stderr.splitlines()
    assert why.startswith("schedopt: why there is no schedule: schedopt explain ")
    assert drawn == "schedopt: there is no schedule to draw: auto ended with infeasible"
    assert os.listdir() == ["s.json"]
    assert json.loads(Path("s.json").read_text())["jobs"] == []


def test_nothing_found_is_status_5(schedopt: Command) -> None:
    Path("x.yaml").write_text(
        "resources: {gpu: 1}\njobs:\n- {id: a, duration: 2, demand: {gpu: 1}, deadline: 3}\n"
        "- {id: b, duration: 2, demand: {gpu: 1}, deadline: 3}\n"
    )
    result = schedopt("solve", "x.yaml", "--solver", "greedy", "--json")
    document = json.loads(result.stdout)
    assert document["status"] == "late"  # greedy returns a late schedule: there is something to show
    assert result.exit_code == 0


@pytest.mark.parametrize("words", [("-o", "none/s.json"), ("--gantt", "none/c.png"), ("--gantt", "c.jpeg")])
def test_targets_are_refused_before_the_work(schedopt: Command, instances: Path, words: tuple[str, str]) -> None:
    result = schedopt("solve", instances / "first-steps.yaml", *words)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"schedopt: {words[1]}: ")
    assert result.stdout == ""


def test_output_that_is_a_folder(schedopt: Command, instances: Path) -> None:
    Path("out").mkdir()
    result = schedopt("solve", instances / "first-steps.yaml", "--solver", "greedy", "-o", "out")
    assert result.exit_code in (2, 3)
    assert "out" in result.stderr
    assert os.listdir() == ["out"]


def test_jobs_as_csv_beside_a_cluster(schedopt: Command, instances: Path) -> None:
    result = schedopt("solve", instances / "lab.csv", "--cluster", instances / "lab.cluster.yaml", "--json")
    assert json.loads(result.stdout)["value"] == 654.0 or json.loads(result.stdout)["status"] == "optimal"


def test_window_of_a_job_log(schedopt: Command, instances: Path) -> None:
    words = ["--from", 30, "--to", 2000, "--skip", 1, "--jobs", 2, "--processors", 32, "--solver", "greedy", "--json"]
    assert json.loads(schedopt("solve", instances / "queue.swf", *words).stdout)["instance"]["jobs"] == 2


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_keeps_the_best_schedule(tmp_path: Path) -> None:
    save(generate("server", 60, seed=2), tmp_path / "x.json")
    command = [sys.executable, "-m", "optimizer", "solve", "x.json", "--solver", "cp-sat", "-o", "s.json"]
    root = Path(__file__).parents[2]
    process = subprocess.Popen(
        [*command, "--time-limit", "60"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": str(root)},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a suite in the background ignores it
    )  # fmt: skip
    time.sleep(5)  # long enough to be at work; it would take a minute
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=30)
    assert process.returncode == 0, stderr
    assert "interrupt" in stdout
    document = json.loads((tmp_path / "s.json").read_text())
    assert (document["status"], document["stopped_by"]) == ("feasible", "interrupt")
    assert len(document["jobs"]) == 60


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["-o", "."], "schedopt: .: is a folder, expected a file"),
        (["-o", "-"], "schedopt: -o -: expected a file; --json prints to the terminal"),
        (["--gantt", "sub/x.png"], "schedopt: sub/x.png: the folder sub does not exist"),
    ],
)
def test_targets_are_looked_at_before_the_run(
    schedopt: Command, instances: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], complaint: str
) -> None:
    monkeypatch.setattr("optimizer.solvers.solve.solve", lambda *_, **__: pytest.fail("it ran"))
    result = schedopt("solve", instances / "first-steps.yaml", *words)
    assert (result.exit_code, result.stderr) == (2, f"{complaint}\n")


@pytest.mark.parametrize("words", [["-o", "s.json"], ["--gantt", "c.html"], ["-o", "x" * 300 + ".json"]])
def test_a_folder_that_takes_no_files_is_known_before_the_run(
    schedopt: Command, instances: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    Path("s.json").write_text("old")
    monkeypatch.setattr("optimizer.solvers.solve.solve", lambda *_, **__: pytest.fail("it ran"))
    monkeypatch.setattr(Path, "touch", refuse)  # not by permissions: root may write anywhere
    result = schedopt("solve", instances / "first-steps.yaml", *words)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"schedopt: {words[1]}: cannot be written: ")


def test_a_run_without_schedule_is_nothing_to_start_from(schedopt: Command, instances: Path) -> None:
    assert schedopt("solve", instances / "infeasible.yaml", "-o", "none.json").exit_code == 1
    result = schedopt("solve", instances / "infeasible.yaml", "--warm-start", "none.json")
    assert result.exit_code == 3
    assert result.stderr == "schedopt: none.json: there is no schedule to start from, its status is infeasible\n"


def test_a_warm_start_that_breaks_a_rule_is_named(schedopt: Command, instances: Path) -> None:
    schedopt("solve", instances / "first-steps.yaml", "-o", "s.json")
    text = Path("s.json").read_text()
    document = json.loads(text)
    for row in document["jobs"]:
        row["start"], row["end"] = 5, 5 + row["end"] - row["start"]
    Path("s.json").write_text(json.dumps(document))
    result = schedopt("solve", instances / "first-steps.yaml", "--warm-start", "s.json")
    assert result.exit_code == 3
    assert result.stderr.startswith("schedopt: s.json: no valid schedule to start from: ")


def test_an_objective_without_data_names_the_file(schedopt: Command, instances: Path) -> None:
    for command in ("solve", "compare", "model"):
        target = ["-o", "x.lp"] if command == "model" else []
        result = schedopt(command, instances / "first-steps.yaml", "--objective", "max-lateness", *target)
        assert result.exit_code == 3
        assert "first-steps.yaml: jobs: 'max-lateness', expected a job with a due date" in result.stderr


@pytest.mark.parametrize("words", [["solve", "x.json", "-o", "x.json"], ["convert", "x.json", "x.json"]])
def test_the_input_is_never_written_over(schedopt: Command, words: list[str]) -> None:
    save(generate("server", 3, seed=0), "x.json")
    before = Path("x.json").read_bytes()
    result = schedopt(*words)
    assert (result.exit_code, result.stderr) == (
        2,
        "schedopt: x.json: is the input, expected another file to write to\n",
    )
    assert Path("x.json").read_bytes() == before


@pytest.mark.parametrize(("command", "target"), [("solve", "s.yaml"), ("compare", "t.json")])
def test_files_are_named_for_what_they_hold(schedopt: Command, instances: Path, command: str, target: str) -> None:
    result = schedopt(command, instances / "first-steps.yaml", "-o", target)
    assert result.exit_code == 2
    assert "expected a file that ends in" in result.stderr
    assert not os.listdir()


def test_a_schedule_is_no_instance(schedopt: Command, instances: Path) -> None:
    schedopt("solve", instances / "first-steps.yaml", "-o", "s.json")
    result = schedopt("solve", "s.json")
    assert (result.exit_code, result.stderr) == (3, "schedopt: s.json: is a schedule file, expected an instance\n")


def test_a_page_is_written_with_the_schedule(schedopt: Command, instances: Path) -> None:
    result = schedopt("solve", instances / "first-steps.yaml", "--solver", "greedy", "--gantt", "c.html")
    assert result.exit_code == 0
    assert "<title>first-steps: 6 jobs</title>" in Path("c.html").read_text()


def test_a_late_schedule_is_a_start_for_searches_alone(schedopt: Command, instances: Path) -> None:
    instance = instances / "infeasible.yaml"
    schedopt("solve", instance, "--solver", "fcfs", "-o", "late.json")
    words = ["--schedules", "1", "--warm-start", "late.json"]
    assert schedopt("solve", instance, "--solver", "local-search", *words).exit_code == 0
    refused = schedopt("solve", instance, "--solver", "highs", *words)
    assert refused.exit_code == 3
    assert "the warm start is not a valid schedule" in refused.stderr
