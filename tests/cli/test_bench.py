import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from bench_cases import RUN, row
from click.testing import Result
from rich.console import Console

from optimizer.cli.sweep_progress import Lines

SUITE = """
solvers = ["fcfs"]
[suite]
name = "tests"
seeds = [0, 1]
[[instances]]
group = "small"
generate = {family = "server", jobs = [5], seeds = [0]}
"""
Command = Callable[..., Result]


@pytest.fixture
def suite(schedopt: Command) -> str:
    Path("suite.toml").write_text(SUITE)
    return "suite.toml"


def test_run_and_export(schedopt: Command, suite: str) -> None:
    first = schedopt("bench", "run", suite, "--store", "r.sqlite")
    assert (first.exit_code, first.stdout) == (0, "r.sqlite: 2 runs; 0 had a row, 2 were done now\n")
    again = schedopt("bench", "run", suite, "--store", "r.sqlite", "--workers", 2, "--json")
    assert json.loads(again.stdout) == {"runs": 2, "before": 2, "done": 0, "failed": 0, "left": 0}
    with closing(sqlite3.connect("r.sqlite")) as store, store:
        store.execute("UPDATE runs SET outcome = 'killed' WHERE seed = 1")
    retried = schedopt("bench", "run", suite, "--store", "r.sqlite", "--retry")
    assert "1 had a row, 1 were done now" in retried.stdout
    assert schedopt("bench", "export", "r.sqlite", "-o", "rows.csv").exit_code == 0
    assert len(Path("rows.csv").read_text().splitlines()) == 3


@pytest.mark.parametrize(
    ("words", "status", "complaint"),
    [
        (("run", "no.toml", "--store", "r.sqlite"), 3, "no.toml: cannot be read: No such file or directory"),
        (("run", "suite.toml", "--store", "no/r.sqlite"), 3, "no/r.sqlite: cannot be opened: unable to open"),
        (("run", "suite.toml", "--store", "suite.toml"), 3, "suite.toml: is not an SQLite file"),
        (("run", "suite.toml"), 2, "Missing option '--store'"),
        (("run", "suite.toml", "--store", "r.sqlite", "--cluster", "here"), 2, "cluster 'here': expected local:N"),
        (
            ("run", "suite.toml", "--store", "r.sqlite", "--cluster", "local:1", "--workers", "1"),
            2,
            "--workers: expected none beside --cluster",
        ),
        (("export", "no.sqlite", "-o", "rows.csv"), 3, "no.sqlite: does not exist, expected a store"),
        (("export", "no.sqlite", "-o", "rows.txt"), 2, "rows.txt: expected a file that ends in .csv, .parquet"),
    ],
)
@pytest.mark.usefixtures("suite")
def test_complaints(schedopt: Command, words: tuple[str, ...], status: int, complaint: str) -> None:
    result = schedopt("bench", *words)
    assert (result.exit_code, result.stdout) == (status, "")
    assert complaint in result.stderr
    assert "Traceback" not in result.stderr


def test_an_interrupted_sweep_says_what_is_left(schedopt: Command, suite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Lines, "finished", interrupt)
    result = schedopt("bench", "run", suite, "--store", "r.sqlite")
    assert (result.exit_code, result.stdout) == (130, "r.sqlite: 2 runs; 0 had a row, 1 were done now, 1 are left\n")


def test_the_live_lines_say_what_runs_and_how_far_it_is() -> None:
    lines = Lines()
    assert lines.seconds_left is None
    lines.planned(runs=23, done=2)
    for seed in range(12):
        lines.begun(row(seed).run)
    lines.finished(row(0))
    lines.finished(row(1, outcome="killed"))
    assert lines.seconds_left is not None
    console = Console(width=120)
    with console.capture() as capture:
        console.print(lines)
    shown = capture.get()
    assert "4 of 23 done   1 failed   19 left   0 s to go" in shown
    assert f"{RUN.group}  {RUN.instance}  {RUN.solver}  seed 2  0 s" in shown
    assert "seed 0 " not in shown
    assert "… and 2 more" in shown
