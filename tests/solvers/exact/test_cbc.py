import os
from pathlib import Path

import pulp
import pytest

from optimizer.errors import SolverError, SolverMissingError
from optimizer.generate import generate
from optimizer.instance import Instance, Job
from optimizer.names import Status, StoppedBy
from optimizer.result import Limits
from optimizer.solvers.exact import cbc as module
from optimizer.solvers.exact.cbc import cbc_path
from optimizer.solvers.solve import solve

TWO = Instance(
    jobs=(Job("a", duration=2, demand={"gpu": 1}), Job("b", duration=1, demand={"gpu": 1})), resources={"gpu": 1}
)
LATE_GREEDY = generate("server", 8, seed=5)


def script(folder: Path, text: str) -> str:
    path = folder / "cbc"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def test_cbc_comes_with_pulp() -> None:
    assert os.access(cbc_path(), os.X_OK)


def test_a_missing_binary_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulp.PULP_CBC_CMD, "pulp_cbc_path", "/nowhere/cbc")
    with pytest.raises(SolverMissingError, match="CBC does not run here"):
        cbc_path()


def test_a_crash_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "cbc_path", lambda: script(tmp_path, "exit 7"))
    with pytest.raises(SolverError, match="CBC ended with status 7 and no answer"):
        solve(LATE_GREEDY, "cbc")


def test_a_bound_in_the_log_counts_and_a_wrong_solution_does_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lie = """
    echo 'Cbc0010I After 0 nodes, 1 on tree, 1e+50 best solution, best possible 110.5 (0.1 seconds)'
    printf 'Stopped on time - objective value 1\\n 0 c0 1 1\\n 1 c1 1 1\\n' > solution.txt
    """
    monkeypatch.setattr(module, "cbc_path", lambda: script(tmp_path, lie))
    result = solve(LATE_GREEDY, "cbc")
    assert result.lower_bound == 111 / 8  # totals are whole
    assert result.status is Status.FEASIBLE
    assert result.value is not None
    assert result.value > 111 / 8


def test_proven_infeasible() -> None:
    jobs = tuple(Job(f"j{i}", duration=2, demand={"gpu": 1}, deadline=5) for i in range(3))
    assert solve(Instance(jobs, resources={"gpu": 1}), "cbc").status is Status.INFEASIBLE


def test_a_horizon_that_is_long_enough_changes_nothing() -> None:
    result = solve(TWO, "cbc:horizon=3", limits=Limits(threads=2))
    assert (result.status, result.value) == (Status.OPTIMAL, 2.0)


def test_a_horizon_that_cuts_schedules_off_proves_nothing() -> None:
    jobs = tuple(Job(f"j{i}", duration=2, demand={"gpu": 1}, deadline=9) for i in range(4))
    result = solve(Instance(jobs, resources={"gpu": 1}), "cbc:horizon=5")
    assert result.status is Status.OPTIMAL or result.lower_bound != result.value
    assert result.status is not Status.INFEASIBLE


def test_stops_at_the_gap() -> None:
    result = solve(generate("server", 12, seed=1), "cbc", limits=Limits(time_limit=20, gap=0.6))
    assert result.stopped_by is StoppedBy.GAP


def test_stops_at_the_time_limit_with_schedule_and_bound() -> None:
    result = solve(generate("server", 60, seed=1), "cbc", limits=Limits(time_limit=1))
    assert (result.status, result.stopped_by) == (Status.FEASIBLE, StoppedBy.TIME_LIMIT)
    assert result.lower_bound is not None
