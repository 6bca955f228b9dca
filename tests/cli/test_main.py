import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from optimizer.errors import SolverError
from optimizer.solvers import registry
from optimizer.solvers.heuristics.greedy import Greedy
from optimizer.version import __version__

Command = Callable[..., Result]

JOB = "{id: a, duration: 1, demand: {gpu: 1}}"
BAD = {
    "wrong type": ("resources: {gpu: 1}\njobs: [{id: a, duration: long}]", "jobs[0].duration: 'long', expected a num"),
    "unknown key": ("resources: {gpu: 1}\njobs: [{id: a, duration: 1, colour: red}]", "jobs[0].colour: 'red'"),
    "twice": (f"resources: {{gpu: 1}}\njobs: [{JOB}, {JOB}]", "jobs[1].id: 'a', expected"),
    "cycle": (
        "resources: {gpu: 1}\njobs: [{id: a, duration: 1, after: [b]}, {id: b, duration: 1, after: [a]}]",
        "jobs[0].after",
    ),
    "negative": ("resources: {gpu: 1}\njobs: [{id: a, duration: -3}]", "jobs[0].duration: -3, expected"),
    "not a number": ("resources: {gpu: 1}\njobs: [{id: a, duration: .nan}]", "jobs[0].duration: nan, expected"),
    "too large": ("resources: {gpu: 1}\njobs: [{id: a, duration: 1, demand: {gpu: 2}}]", "jobs[0].demand.gpu: 2, exp"),
    "deadline": ("resources: {gpu: 1}\njobs: [{id: a, duration: 4, deadline: 3}]", "jobs[0].deadline: 3, expected"),
    "empty": ("resources: {gpu: 1}\njobs: []", "jobs: [], expected"),
    "unknown resource": ("resources: {gpu: 1}\njobs: [{id: a, duration: 1, demand: {tpu: 1}}]", "jobs[0].demand.tpu"),
    "truncated": ("resources: {gpu: 1}\njobs: [{id: a, durat", "line 3, column 1: not YAML"),
}


@pytest.mark.parametrize("case", BAD)
@pytest.mark.parametrize("command", ["solve", "compare", "validate", "model", "convert"])
def test_bad_input_is_located_and_nothing_is_written(schedopt: Command, command: str, case: str) -> None:
    text, complaint = BAD[case]
    Path("bad.yaml").write_text(text)
    target = {
        "solve": ["-o", "out.json"], "compare": ["-o", "out.csv"], "validate": [], "model": ["-o", "out.mps"],
        "convert": ["out.yaml"],
    }[command]  # fmt: skip
    result = schedopt(command, "bad.yaml", *target)
    assert result.exit_code == 3
    assert result.stderr.startswith(f"schedopt: bad.yaml: {complaint}")
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
    assert os.listdir() == ["bad.yaml"]


def test_many_wrong_entries_are_shown_together(schedopt: Command) -> None:
    jobs = ", ".join(f"{{id: j{i}, duration: 1, demand: {{gpu: 2}}}}" for i in range(23))
    Path("bad.yaml").write_text(f"resources: {{gpu: 1}}\njobs: [{jobs}]")
    lines = schedopt("solve", "bad.yaml").stderr.splitlines()
    assert len(lines) == 21
    assert lines[-1].endswith("and 3 more")


@pytest.mark.parametrize("content", [None, b"\x00\xff\x89PNG", b""])
def test_files_that_cannot_be_read(schedopt: Command, content: bytes | None) -> None:
    if content is not None:
        Path("bad.json").write_bytes(content)
    result = schedopt("solve", "bad.json")
    assert result.exit_code == 3
    assert result.stderr.startswith("schedopt: bad.json: ")
    assert len(result.stderr.splitlines()) == 1


def test_a_folder_is_no_instance(schedopt: Command) -> None:
    Path("folder.json").mkdir()
    result = schedopt("solve", "folder.json")
    assert result.exit_code == 3
    assert result.stderr.startswith("schedopt: folder.json: ")


def test_debug_shows_where(schedopt: Command) -> None:
    result = schedopt("solve", "missing.json", "--debug")
    assert result.exit_code == 3
    assert "Traceback" in result.stderr


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["solve"], "Missing argument 'FILE'"),
        (["fly"], "No such command 'fly'"),
        (["solve", "x.json", "--threads", "0"], "--threads"),
        (["solve", "x.json", "--threads", "257"], "--threads"),
        (["solve", "x.json", "--time-step", "1" + "0" * 20], "--time-step"),
        (["generate", "server", "--jobs", "3", "--load", "1e-320", "-o", "x.json"], "load"),
        (["solve", "x.json", "--objective", "fun"], "'fun' is not one of 'mean-flow-time'"),
    ],
)
def test_wrong_usage_is_status_2(schedopt: Command, words: list[str], complaint: str) -> None:
    result = schedopt(*words)
    assert result.exit_code == 2
    assert complaint in result.stderr


@pytest.mark.parametrize("word", ["cpsat", "greedy:rule=fastest", "greedy:speed=3", "highs:horizon=soon"])
def test_unknown_solvers_and_options_are_status_2(schedopt: Command, instances: Path, word: str) -> None:
    result = schedopt("solve", instances / "first-steps.yaml", "--solver", word)
    assert result.exit_code == 2
    assert result.stderr.startswith("schedopt: ")
    assert "expected" in result.stderr or "did you mean" in result.stderr


def test_a_missing_solver_is_status_4(schedopt: Command, instances: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "find_spec", lambda module: None)
    result = schedopt("solve", instances / "first-steps.yaml", "--solver", "highs")
    assert result.exit_code == 4
    assert result.stderr == "schedopt: solver highs is not installed: pip install highspy\n"


@pytest.mark.parametrize("error", [SolverError("out of luck"), RuntimeError("out of luck")])
def test_a_solver_that_dies_is_status_4(
    schedopt: Command, instances: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def die(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(Greedy, "solve", die)
    result = schedopt("solve", instances / "first-steps.yaml", "--solver", "greedy", "-o", "s.json")
    assert result.exit_code == 4
    assert "out of luck" in result.stderr
    assert not os.listdir()


def test_version(schedopt: Command) -> None:
    assert schedopt("--version").stdout == f"schedopt, version {__version__}\n"


def test_help_imports_nothing_heavy() -> None:
    heavy = "{'numpy', 'ortools', 'pulp', 'highspy', 'numba', 'matplotlib', 'pandas', 'rich', 'msgspec'}"
    program = (
        "import sys\nfrom optimizer.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        f"print(sorted({heavy} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"
    assert done.stdout.startswith("Usage: ")


def test_warnings_of_the_library_are_messages(instances: Path, tmp_path: Path) -> None:
    text = (instances / "queue.swf").read_text() + " 99 9 -1 60 99 -1 -1 99 60 -1 1 1 1 -1 -1 -1 -1 -1\n"
    (tmp_path / "queue.swf").write_text(text)
    command = [sys.executable, "-m", "optimizer", "convert", str(tmp_path / "queue.swf"), str(tmp_path / "q.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr.startswith(f"schedopt: {tmp_path / 'queue.swf'}: 3 of 13 jobs left out: ")


def test_nobody_reading_on_is_no_failure(instances: Path) -> None:
    command = f"{sys.executable} -m optimizer solve {instances / 'first-steps.yaml'} --gantt - | head -n 1"
    done = subprocess.run(["bash", "-c", f"{command}; echo ${{PIPESTATUS[0]}}"], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "0"
    assert done.stderr == ""


def test_a_full_disk_is_named(instances: Path) -> None:
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-m", "optimizer", "validate", str(instances / "first-steps.yaml")]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 3
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("capacity", ["-1", ".nan", "0.1234567"])
def test_a_capacity_is_named_with_its_resource(schedopt: Command, capacity: str) -> None:
    Path("bad.yaml").write_text(f"resources: {{cpu: 4, gpu: {capacity}}}\njobs: [{JOB}]")
    result = schedopt("solve", "bad.yaml")
    assert result.exit_code == 3
    assert result.stderr.startswith("schedopt: bad.yaml: resources.gpu: ")
