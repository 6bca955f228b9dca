"""The table of the portfolio beside plain solvers: what is run, what is run again, and what is shown."""

import csv
import os
from pathlib import Path

import pytest

from benchmarks import portfolio
from benchmarks.report import LOAD

POLICY = ("optimizer", "solve", "--solver", "fcfs")


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portfolio, "HERE", tmp_path)
    monkeypatch.setattr(portfolio, "RUNS", tmp_path / "runs.csv")
    monkeypatch.setattr(portfolio, "FAMILIES", ("server",))
    monkeypatch.setattr(portfolio, "SOLVERS", {**portfolio.SOLVERS, "cbc": POLICY})


def run(time_limit: str = "30", *more: str) -> list[dict[str, str]]:
    """Run "cbc" on one instance of 5 jobs and return the rows of the file."""
    options = ["--jobs", "5", "--seeds", "1", "--solver", "cbc", "--time-limit", time_limit, *more]
    portfolio.main(options, standalone_mode=False)
    with portfolio.RUNS.open(newline="") as file:
        return list(csv.DictReader(file))


def page() -> str:
    return (portfolio.HERE / "portfolio.md").read_text(encoding="utf-8")


def test_a_run_is_kept_with_its_limit_and_time_and_not_run_again() -> None:
    (row,) = run()
    assert (row["time_limit"], row["status"]) == ("30.0", "feasible")
    assert 0 < float(row["seconds"]) < 30
    assert run() == [row]
    assert f"| {float(row['value']):.5g} |" in page()
    assert f"load average at start {LOAD:.1f}" in page()
    assert len(run("30", "--anew")) == 1


def test_runs_of_another_time_limit_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    run()
    monkeypatch.setitem(portfolio.SOLVERS, "cbc", ("no_such_module",))
    assert [row["time_limit"] for row in run("40")] == ["30.0", "40.0"]
    assert "| server | 5 | cbc | - | - | 100.00 % | 0 | 0 | 0 | 1 |" in page()


def test_a_failure_has_its_reason_and_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(portfolio.SOLVERS, "cbc", ("no_such_module",))
    assert [row["status"] for row in run()] == ["exit 1"]
    assert capsys.readouterr().err.endswith("No module named no_such_module\n")
    monkeypatch.setitem(portfolio.SOLVERS, "cbc", POLICY)
    assert [row["status"] for row in run()] == ["exit 1", "feasible"]
    assert page().count("| cbc |") == 1


def test_what_does_not_end_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sleeper.py").write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setitem(portfolio.SOLVERS, "cbc", ("sleeper",))
    monkeypatch.setattr(portfolio, "GRACE", 0.5)
    assert [row["status"] for row in run("0.5")] == ["killed after 1 s"]


def test_runs_of_which_less_is_known() -> None:
    head = "family,jobs,seed,solver,time_limit,value,lower_bound,seconds,status\n"
    portfolio.RUNS.write_text(head + "server,5,0,cbc,30,12.5,12.5,,\nserver,5,1,cbc,30,,3,,\n")
    first, second = portfolio._read()
    assert (first.proven, first.failed, first.seconds) == (True, False, None)
    assert (second.proven, second.failed, second.gap) == (False, False, 1)
    run()
    assert "| server | 5 | cbc | - | 7.75 | 50.00 % | 1 | 1 | 2 | 0 | - |" in page()
