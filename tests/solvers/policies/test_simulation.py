import pytest

from optimizer.instance import Instance, Job
from optimizer.names import StoppedBy, TimeUnit
from optimizer.problem import Problem
from optimizer.result import Limits, Progress
from optimizer.schedule import Schedule
from optimizer.solvers.monitor import Monitor
from optimizer.solvers.policies.simulation import quantum_steps, run, steps

JOB = Job("a", duration=1.5, demand={"cpu": 1})
PROBLEM = Problem.of(Instance((JOB,), resources={"cpu": 1}))


class Endless:
    share = 0.25

    def advance(self) -> None:
        self.share += 0.25

    def schedule(self) -> Schedule:
        raise AssertionError("it was stopped before")


def test_progress_is_passed_on_and_a_stop_is_heard() -> None:
    heard: list[Progress] = []

    def listen(progress: Progress) -> None:
        heard.append(progress)
        if progress.share == 0.75:
            monitor.stop(StoppedBy.INTERRUPT)

    monitor = Monitor(PROBLEM, Limits(), listener=listen)
    assert run(Endless(), monitor).stopped_by is StoppedBy.INTERRUPT
    assert [progress.share for progress in heard] == [0.5, 0.75]
    assert monitor.trace == []


@pytest.mark.parametrize(("time", "expected"), [(0, 0), (1, 2), (1.2, 3), (0.1, 1)])
def test_times_of_options_are_rounded_up_to_the_grid(time: float, expected: int) -> None:
    assert steps(PROBLEM, time) == expected


@pytest.mark.parametrize(("unit", "expected"), [(TimeUnit.SLOT, 20), (TimeUnit.MINUTE, 20), (TimeUnit.DAY, 1)])
def test_a_quantum_is_ten_minutes_or_ten_slots(unit: TimeUnit, expected: int) -> None:
    problem = Problem.of(Instance((JOB,), resources={"cpu": 1}, time_unit=unit))
    assert quantum_steps(problem, None) == expected
