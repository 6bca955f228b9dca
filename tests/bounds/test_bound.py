import time
from typing import Any

import numpy as np
import pytest

from optimizer import patience
from optimizer.bounds import bound as module
from optimizer.bounds.bound import bound, bounds_of
from optimizer.bounds.catalogue import CHEAP, Bound, Effort, Holds
from optimizer.bounds.request import Found, Request
from optimizer.errors import InputError, InstanceError
from optimizer.instance import Instance, Job, Node, Unavailable
from optimizer.names import Objective
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.schedule import Schedule, Segments

THREE = Instance(tuple(Job(name, duration=2, demand={"gpu": 2}) for name in "abc"), resources={"gpu": 3})
TIGHT = Instance(tuple(Job(name, duration=2, demand={"gpu": 1}, deadline=3) for name in "ab"), resources={"gpu": 1})


def entry(compute: Any, name: str = "fake", effort: Effort = Effort.ITERATIVE) -> Bound:
    return Bound(name, Holds.ON_TIME, effort, "nobody 2000", frozenset(Objective), compute)


def one(compute: Any, limits: Limits | None = None) -> module.BoundRow:
    (row,) = bounds_of(Problem.of(THREE), limits or Limits(), entries=[entry(compute)]).rows
    return row


def test_rows_are_those_of_the_catalogue_in_the_unit_of_the_file() -> None:
    heard: list[str] = []
    found = bound(THREE, on_start=heard.append)
    assert [row.name for row in found.rows] == heard
    assert heard == ["critical-path", "mean-busy-time", "lagrangian", "linear-program", "cutting-planes"]
    values = [row.value for row in found.rows if row.value is not None]
    assert values[0] == 2
    assert values == sorted(values)
    assert found.best() == values[-1] <= 4
    assert found.best(preemptive=True, late=True) == values[1]
    assert all(row.seconds >= 0 and row.source and not row.note for row in found.rows)


def test_another_objective() -> None:
    assert bound(THREE, objective="makespan").best(preemptive=True) == 4
    with pytest.raises(InstanceError, match="due date"):
        bound(THREE, objective="max-lateness")


def test_of_equal_rows_that_which_holds_for_more_stays() -> None:
    jobs = (Job("a", duration=2, demand={"gpu": 1}),)
    nodes = (Node("n", {"gpu": 1}), Node("m", {"gpu": 1}, performance=2))
    rows = bounds_of(Problem.of(Instance(jobs, nodes=nodes)), Limits(), entries=CHEAP).rows
    assert [(row.name, row.holds) for row in rows] == [
        ("critical-path", Holds.ALWAYS),
        ("mean-busy-time", Holds.ALWAYS),
    ]
    blocked = Instance(jobs, resources={"gpu": 1}, unavailable=(Unavailable(1, 2),))
    rows = bounds_of(Problem.of(blocked), Limits(), entries=CHEAP[:2]).rows
    assert [(row.holds, row.value) for row in rows] == [(Holds.ALWAYS, 2), (Holds.WITHOUT_PREEMPTION, 4)]


def test_a_known_schedule_is_a_bound_on_what_is_better() -> None:
    problem = Problem.of(THREE)
    best = Schedule.starting(problem, np.array([0, 2, 4]), np.arange(3), np.zeros(3, dtype=np.int64))
    found = bound(THREE, schedule=best)
    assert found.best() == 4


def test_a_schedule_that_is_late_or_preemptive_says_nothing_about_others() -> None:
    problem = Problem.of(TIGHT)
    late = Schedule.starting(problem, np.array([0, 2]), np.arange(2), np.zeros(2, dtype=np.int64))
    pieces = Segments(np.arange(3), late.start, late.end, late.node)
    preemptive = Schedule(late.start, late.end, late.mode, late.node, pieces)
    for schedule in (late, preemptive):
        assert bound(TIGHT, schedule=schedule).infeasible == bound(TIGHT).infeasible
    wrong = Schedule.starting(problem, np.array([0, 1]), np.arange(2), np.zeros(2, dtype=np.int64))
    with pytest.raises(InputError, match="not valid"):
        bound(TIGHT, schedule=wrong)


def test_no_schedule_at_all_is_said() -> None:
    block = Unavailable(0, 2, resource="gpu")
    jobs = (Job("a", duration=2, demand={"gpu": 1}, deadline=3),)
    found = bound(Instance(jobs, resources={"gpu": 1}, unavailable=(block,)))
    assert found.infeasible
    assert found.rows[-1].note == "no schedule keeps all deadlines"
    assert found.rows[-1].value is None


@pytest.mark.parametrize("effort", [Effort.ITERATIVE, Effort.PROGRAM])
def test_a_bound_gets_half_of_the_time_that_is_left_the_last_one_all(effort: Effort) -> None:
    given: list[float] = []

    def slow(request: Request) -> Found:
        given.append(request.seconds)
        while not request.stopped:
            time.sleep(0.01)
        return Found(1.0, cut_short=True)

    entries = [entry(slow, name, effort) for name in ("one", "two", "three")]
    rows = bounds_of(Problem.of(THREE), Limits(time_limit=0.2), entries=entries).rows
    assert given[0] <= 0.1  # half of it
    assert given[1] <= 0.05  # half of what is left
    assert given[2] <= 0.05  # all that is left
    assert all(row.cut_short for row in rows)


def test_what_does_not_end_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_GRACE", 0.0)

    def hang(request: Request) -> Found:
        time.sleep(1)
        return Found(1.0)

    row = one(hang, Limits(time_limit=0.01))
    assert (row.value, row.note) == (None, "did not end when asked to")


def test_memory_that_runs_out_is_a_note_other_errors_are_raised() -> None:
    def burst(request: Request) -> Found:
        raise MemoryError

    def fail(request: Request) -> Found:
        raise ValueError("broken")

    assert one(burst).note == "memory ran out"
    with pytest.raises(ValueError, match="broken"):
        one(fail)


def test_ctrl_c_ends_the_bound_that_runs_and_those_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """2 steps of 2 for three jobs."""

    def wait(request: Request) -> Found:
        while not request.stopped:
            time.sleep(0.01)
        return Found(2.0, cut_short=True)

    class Interrupting(patience.Event):
        def wait(self, timeout: float | None = None) -> bool:
            if not self.is_set() and not pressed:
                pressed.append(True)
                raise KeyboardInterrupt
            return super().wait(timeout)

    pressed: list[bool] = []
    monkeypatch.setattr(patience, "Event", Interrupting)
    rows = bounds_of(Problem.of(THREE), Limits(), entries=[entry(wait, "one"), entry(wait, "two")]).rows
    assert [(row.name, row.value, row.cut_short) for row in rows] == [("one", 4 / 3, True), ("two", None, True)]
