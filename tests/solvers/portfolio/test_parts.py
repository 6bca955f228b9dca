import logging
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from optimizer.bounds.cuts.cutting_planes import MOST_COLUMNS
from optimizer.generate import generate
from optimizer.instance import Instance, Job
from optimizer.kernels.generation import feasible_order, serial_schedule
from optimizer.model.columns import start_groups
from optimizer.names import Objective, StoppedBy
from optimizer.objective import Costs
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.schedule import Schedule
from optimizer.solvers.heuristics.common.rules import rule_keys
from optimizer.solvers.monitor import Monitor
from optimizer.solvers.portfolio import parts
from optimizer.solvers.portfolio.parts import Part, Plan, ProcessPart, ThreadPart, started
from optimizer.validation import violations

PROBLEM = Problem.of(generate("server", 10, seed=1))
LARGE = Problem.of(generate("server", 300, seed=1))


def begun(plan: Plan, problem: Problem = PROBLEM) -> tuple[Part, Monitor]:
    monitor = Monitor(problem, Limits(time_limit=60, threads=1))
    return started(plan, problem, 0, None, monitor), monitor


def wait_for(condition: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.02)


@pytest.mark.parametrize("apart", [False, True])
def test_a_part_reports_schedules_and_bounds_under_its_name(apart: bool) -> None:
    part, monitor = begun(Plan("cp-sat", 1, apart=apart))
    assert isinstance(part, ProcessPart if apart else ThreadPart)
    wait_for(lambda: part.ended)
    assert part.answer is not None
    assert part.answer.stopped_by is StoppedBy.OPTIMALITY
    assert monitor.total == monitor.lower_bound
    assert {moment.source for moment in monitor.trace} == {"cp-sat"}


@pytest.mark.parametrize("apart", [False, True])
def test_options_reach_the_solver(apart: bool) -> None:
    part, monitor = begun(Plan("greedy:rule=longest,generation=serial", 1, apart=apart))
    wait_for(lambda: part.ended)
    order = feasible_order(PROBLEM, rule_keys("longest", PROBLEM, 0))
    assert monitor.schedule is not None
    assert (monitor.schedule.start == serial_schedule(PROBLEM, order).start).all()


@pytest.mark.parametrize("apart", [False, True])
def test_a_part_ends_when_it_is_asked_to(apart: bool) -> None:
    part, monitor = begun(Plan("local-search", 1, apart=apart), LARGE)
    wait_for(lambda: monitor.schedule is not None)
    part.ask_to_end()
    part.end(30)
    assert part.ended


def test_what_a_process_suggests_arrives() -> None:
    """Cuts on a wide cluster that are steady suggest a schedule to search from."""
    heard: list[Schedule] = []
    problem = Problem.of(generate("cluster", 200, seed=1))
    monitor = Monitor(problem, Limits(time_limit=60, threads=1))
    monitor.on_suggestion(heard.append)
    part = started(Plan("branch-and-cut", 1, apart=True), problem, 0, None, monitor)
    wait_for(lambda: heard or part.ended)
    part.ask_to_end()
    part.end(30)
    assert len(heard) == 1
    assert not violations(problem, heard[0])


def test_a_part_that_hangs_is_killed() -> None:
    part, monitor = begun(Plan("local-search", 1, apart=True), LARGE)
    assert isinstance(part, ProcessPart)
    wait_for(lambda: monitor.schedule is not None)
    os.kill(part.process_id, signal.SIGSTOP)
    part.ask_to_end()
    part.end(0.2)
    assert part.ended
    assert part._process.stdin is not None
    assert part._process.stdin.closed


def test_a_part_that_dies_is_noted_and_leaves_what_it_found(caplog: pytest.LogCaptureFixture) -> None:
    part, monitor = begun(Plan("local-search", 1, apart=True), LARGE)
    assert isinstance(part, ProcessPart)
    wait_for(lambda: monitor.schedule is not None)
    with caplog.at_level(logging.WARNING):
        os.kill(part.process_id, signal.SIGKILL)
        wait_for(lambda: part.ended)
    assert "local-search ended with SIGKILL" in caplog.text
    assert monitor.schedule is not None


@pytest.mark.parametrize("apart", [False, True])
def test_a_part_that_fails_is_noted(apart: bool, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        part, _ = begun(Plan("greedy:rule=no such rule", 1, apart=apart))
        wait_for(lambda: part.ended)
    assert "greedy" in caplog.text
    assert "no such rule" in caplog.text


@pytest.mark.parametrize("apart", [False, True])
def test_a_part_takes_over_what_another_has_found(apart: bool) -> None:
    jobs = tuple(Job(f"j{i}", duration=5000 + i, demand={"gpu": 5}) for i in range(60))
    problem = Problem.of(Instance(jobs, resources={"gpu": 8}))
    assert start_groups(problem, Costs.of(problem)).sizes.sum() > MOST_COLUMNS
    part, monitor = begun(Plan("branch-and-cut", 1, apart=apart), problem)  # so large, it has no schedules of its own
    best = serial_schedule(problem, np.arange(60))
    part.offer(best)
    wait_for(lambda: monitor.schedule is not None)
    assert monitor.schedule is not None
    assert (monitor.schedule.start == best.start).all()
    part.ask_to_end()
    part.end(30)


@pytest.mark.parametrize("apart", [False, True])
def test_a_schedule_is_passed_on_whatever_its_cost_is_called_on_the_grid_of_the_part(apart: bool) -> None:
    jobs = tuple(Job(f"j{i}", duration=60 * (20 - i % 20), demand={"gpu": 1}) for i in range(40))
    problem = Problem.of(Instance(jobs, resources={"gpu": 2}), Objective.MEAN_SLOWDOWN)
    working = problem.coarsened(problem.common_step)
    monitor = Monitor(problem, Limits(time_limit=10, threads=1), working=working)
    monitor.start_from(serial_schedule(problem, np.arange(40)))
    first = monitor.total
    part = started(Plan("local-search", 1, apart=apart), working, 0, None, monitor)
    wait_for(lambda: part.ended)
    assert monitor.total < first


def test_files_of_the_user_do_not_stand_in_for_modules_of_a_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("optimizer", "queue"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('not this one')")
    monkeypatch.chdir(tmp_path)
    part, monitor = begun(Plan("greedy", 1, apart=True))
    wait_for(lambda: part.ended)
    assert part.answer is not None
    assert monitor.schedule is not None


def test_the_last_words_of_a_part_that_cannot_begin_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "optimizer.py").write_text("raise SystemExit('not this one')")
    monkeypatch.syspath_prepend(tmp_path)
    part, _ = begun(Plan("greedy", 1, apart=True))
    wait_for(lambda: part.ended)
    assert "greedy ended with status 1: not this one" in caplog.text


@pytest.mark.parametrize(("share", "seconds"), [(0.25, 150), (1.0, None)])
def test_a_share_of_a_run_without_limit_ends(
    share: float, seconds: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[Limits] = []
    monkeypatch.setattr(parts, "ThreadPart", lambda plan, problem, limits, *_: heard.append(limits))
    started(Plan("greedy", 1, apart=False, share=share), PROBLEM, 0, None, Monitor(PROBLEM, Limits(time_limit=None)))
    assert [limits.time_limit for limits in heard] == [seconds]
