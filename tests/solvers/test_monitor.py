import logging
from collections.abc import Callable
from math import inf

import numpy as np
import pytest

from optimizer.instance import Instance, Job
from optimizer.names import StoppedBy
from optimizer.problem import Problem
from optimizer.result import Limits, Progress
from optimizer.schedule import Schedule
from optimizer.solvers.monitor import Monitor

TWO = Instance(
    jobs=(Job("a", duration=2, demand={"gpu": 1}), Job("b", duration=1, demand={"gpu": 1}, deadline=4)),
    resources={"gpu": 1},
)  # best: b then a, 1 + 3, mean 2; a then b costs 2 + 3


def starting(problem: Problem, *start: int) -> Schedule:
    return Schedule.starting(problem, np.array(start), np.arange(2), np.zeros(2, dtype=np.int64))


def test_trace_has_a_row_for_each_improvement() -> None:
    heard: list[Progress] = []
    problem = Problem.of(TWO)
    monitor = Monitor(problem, Limits(), lower_bound=3, listener=heard.append)
    monitor.report(starting(problem, 0, 2))
    monitor.report(starting(problem, 0, 3))  # worse
    monitor.report(lower_bound=2.5)  # weaker
    monitor.report(lower_bound=3.2)  # rounded up to 4: totals are whole
    monitor.report(starting(problem, 1, 0), lower_bound=4)
    assert [(row.value, row.lower_bound) for row in heard] == [(2.5, 1.5), (2.5, 2.0), (2.0, 2.0)]
    assert monitor.trace == heard
    assert monitor.reason is StoppedBy.OPTIMALITY


def test_a_bound_to_start_with_is_one_on_the_problem_itself() -> None:
    problem = Problem.of(TWO)
    monitor = Monitor(problem, Limits(), working=problem.coarsened(2))
    monitor.start_with(4)
    assert (monitor.lower_bound, monitor.trace) == (4, [])
    monitor.start_from(starting(problem, 1, 0))
    assert monitor.reason is StoppedBy.OPTIMALITY


def test_invalid_schedules_are_refused(caplog: pytest.LogCaptureFixture) -> None:
    problem = Problem.of(TWO)
    monitor = Monitor(problem, Limits())
    with caplog.at_level(logging.WARNING):
        monitor.report(starting(problem, 0, 1))
    assert monitor.schedule is None
    assert "a schedule was refused: " in caplog.text


def test_fewer_misses_come_before_a_better_value() -> None:
    problem = Problem.of(TWO)
    monitor = Monitor(problem, Limits())
    monitor.report(starting(problem, 2, 4))
    assert (monitor.misses, monitor.total) == (1, 4 + 5)
    monitor.report(starting(problem, 8, 3))
    assert (monitor.misses, monitor.total) == (0, 10 + 4)
    monitor.report(starting(problem, 0, 4))
    assert monitor.total == 14


def test_gap_that_is_asked_for_stops() -> None:
    problem = Problem.of(TWO)
    monitor = Monitor(problem, Limits(gap=0.2), lower_bound=4)
    monitor.report(starting(problem, 0, 2))  # 4 of 5
    assert monitor.stopped
    assert monitor.reason is StoppedBy.GAP


def test_callbacks_are_called_once_and_the_first_reason_counts() -> None:
    calls: list[str] = []
    monitor = Monitor(Problem.of(TWO), Limits())
    monitor.on_stop(lambda: calls.append("early"))
    monitor.stop(StoppedBy.INTERRUPT)
    monitor.stop(StoppedBy.TIME_LIMIT)
    monitor.on_stop(lambda: calls.append("late"))
    assert calls == ["early", "late"]
    assert monitor.reason is StoppedBy.INTERRUPT


def test_a_callback_that_comes_while_the_run_is_stopped_is_called_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    monitor = Monitor(Problem.of(TWO), Limits())

    class Callbacks(list[Callable[[], None]]):
        def append(self, callback: Callable[[], None]) -> None:
            super().append(callback)
            monitor.stop(StoppedBy.INTERRUPT)

    monkeypatch.setattr(monitor, "_callbacks", Callbacks())
    monitor.on_stop(lambda: calls.append("stopped"))
    assert calls == ["stopped"]


def test_time_limit() -> None:
    monitor = Monitor(Problem.of(TWO), Limits(time_limit=1e-9))
    assert monitor.remaining == 0
    assert monitor.stopped
    assert monitor.reason is StoppedBy.TIME_LIMIT
    assert Monitor(Problem.of(TWO), Limits(time_limit=None)).remaining == inf


def test_closed_monitor_takes_nothing() -> None:
    problem = Problem.of(TWO)
    monitor = Monitor(problem, Limits())
    monitor.close()
    monitor.report(starting(problem, 1, 0), lower_bound=4)
    assert monitor.schedule is None
    assert monitor.trace == []


def test_coarse_schedules_are_shifted_back_and_their_bounds_not_taken() -> None:
    problem = Problem.of(TWO)
    coarse = problem.coarsened(2)
    monitor = Monitor(problem, Limits(), working=coarse)
    monitor.report(starting(coarse, 1, 0), lower_bound=2)
    assert monitor.schedule is not None
    assert monitor.schedule.start.tolist() == [1, 0]  # 2 on the fine grid, then as early as it goes
    assert monitor.lower_bound == -inf
    assert not monitor.exact


def test_the_best_schedule_is_given_back_on_the_grid_of_the_solver() -> None:
    problem = Problem.of(TWO)
    monitor = Monitor(problem, Limits(), working=problem.coarsened(2))
    assert monitor.best_on_working_grid() is None
    monitor.start_from(starting(problem, 1, 0))
    best = monitor.best_on_working_grid()
    assert best is not None
    assert best.start.tolist() == [1, 0]  # steps of 2 slots
    assert monitor.best_on_working_grid() is best


def test_a_schedule_that_is_late_on_the_grid_of_the_solver_is_given_back_only_where_it_may_be() -> None:
    problem = Problem.of(TWO)
    monitor = Monitor(problem, Limits(), working=problem.coarsened(3))
    monitor.start_from(starting(problem, 0, 2))  # b ends at 3; on the grid at 6, after its deadline
    assert monitor.best_on_working_grid() is None
    assert monitor.best_on_working_grid(late_allowed=True) is not None


def test_a_schedule_beyond_the_horizon_is_given_back_within_it() -> None:
    problem = Problem.of(TWO)
    monitor = Monitor(problem, Limits())
    monitor.start_from(starting(problem, 100, 0))
    best = monitor.best_on_working_grid()
    assert best is not None
    assert best.start.tolist() == [1, 0]


def test_bounds_of_a_grid_that_loses_nothing_are_taken() -> None:
    problem = Problem.of(
        Instance((Job("a", duration=4), Job("b", duration=2, demand={"gpu": 1})), resources={"gpu": 1})
    )
    monitor = Monitor(problem, Limits(), working=problem.coarsened(2))
    monitor.report(lower_bound=3)  # 3 steps of 2 slots
    assert monitor.exact
    assert monitor.lower_bound == 6


def test_the_last_word_of_a_search_counts_if_it_is_as_good() -> None:
    twins = tuple(Job(name, duration=1, demand={"gpu": 1}) for name in "ab")
    problem = Problem.of(Instance(jobs=twins, resources={"gpu": 1}))
    monitor = Monitor(problem, Limits())
    monitor.report(starting(problem, 0, 1))
    monitor.report(starting(problem, 1, 0))
    assert monitor.schedule is not None
    assert monitor.schedule.start.tolist() == [0, 1]
    monitor.settle(starting(problem, 1, 0))
    assert monitor.schedule.start.tolist() == [1, 0]
    monitor.settle(starting(problem, 0, 2))
    assert monitor.schedule.start.tolist() == [1, 0]


def test_suggestions_are_passed_on_however_good_they_are_until_all_is_over() -> None:
    problem = Problem.of(Instance((Job("a", duration=2, demand={"gpu": 1}),), resources={"gpu": 1}))
    heard: list[Schedule] = []
    monitor = Monitor(problem, Limits())
    monitor.on_suggestion(heard.append)
    late = Schedule.starting(problem, np.array([7]), np.array([0]), np.array([0]))
    monitor.suggest(late)
    monitor.close()
    monitor.suggest(late)
    assert heard == [late]
    assert monitor.schedule is None
