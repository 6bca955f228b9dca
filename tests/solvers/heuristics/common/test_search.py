from dataclasses import dataclass, field

import numpy as np

from optimizer.instance import Instance, Job
from optimizer.names import StoppedBy
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.schedule import Schedule
from optimizer.solvers.heuristics.common.search import run_islands
from optimizer.solvers.monitor import Monitor

JOBS = 3
PROBLEM = Problem.of(
    Instance(tuple(Job(f"j{j}", duration=1, demand={"g": 1}) for j in range(JOBS)), resources={"g": 1})
)


@dataclass
class Counting:
    """An island whose score falls by one every so many schedules, down to a least one."""

    falls_every: int
    least: int = 0
    schedules: int = 0
    learned: list[float] = field(default_factory=list)
    known: float = float("inf")

    @property
    def iterations(self) -> int:
        return self.schedules // 10

    @property
    def score(self) -> float:
        return min(self.known, max(self.least, 100 - self.schedules // self.falls_every))

    def advance(self, schedules: int, iterations: int) -> None:
        self.schedules = min(schedules, max(self.schedules, 10 * iterations))

    def best(self) -> Schedule:
        start = np.arange(JOBS)
        return Schedule(start, start + 1, start, np.zeros(JOBS, dtype=np.int64))

    def learn(self, schedule: Schedule, score: float) -> None:
        self.known = score
        self.learned.append(score)


def run(islands: list[Counting], **limits: int) -> tuple[Monitor, StoppedBy]:
    given = Limits(time_limit=None, threads=len(islands), **limits)  # type: ignore[arg-type]
    monitor = Monitor(PROBLEM, given)
    return monitor, run_islands(PROBLEM, islands, given, monitor).stopped_by


def test_schedules_are_shared_out_and_not_exceeded() -> None:
    islands = [Counting(10), Counting(20)]
    monitor, stopped_by = run(islands, schedules=501)
    assert [island.schedules for island in islands] == [251, 250]
    assert monitor.schedules == 501
    assert stopped_by is StoppedBy.ITERATIONS
    assert monitor.schedule is not None


def test_iterations_are_a_limit_too() -> None:
    islands = [Counting(10)]
    assert run(islands, iterations=30)[1] is StoppedBy.ITERATIONS
    assert islands[0].schedules == 300


def test_islands_learn_the_best_of_all() -> None:
    fast, slow = Counting(1), Counting(1000)
    run([fast, slow], schedules=400)
    assert not fast.learned
    assert slow.learned == sorted(slow.learned, reverse=True)
    assert slow.score == fast.score


def test_a_search_that_finds_nothing_better_for_long_is_over() -> None:
    islands = [Counting(1, least=90)]
    assert run(islands)[1] is StoppedBy.FINISHED
    assert islands[0].schedules < 2000


def test_a_slice_is_as_long_as_what_was_made_before_allows() -> None:
    """An island that makes one schedule of those that it is asked for has shown nothing of how long many take."""
    asked: list[int] = []

    class Reluctant(Counting):
        def advance(self, schedules: int, iterations: int) -> None:
            asked.append(schedules - self.schedules)
            super().advance(self.schedules + 1, iterations)

    run([Reluctant(10)], schedules=40)
    assert max(asked) <= 16


def test_islands_learn_what_another_solver_of_the_run_finds() -> None:
    start = np.arange(JOBS)

    class Interested(Counting):
        def advance(self, schedules: int, iterations: int) -> None:
            super().advance(schedules, iterations)
            monitor.start_from(Schedule(start, start + 1, start, np.zeros(JOBS, dtype=np.int64)))

    island = Interested(10**9)
    limits = Limits(time_limit=None, threads=1, schedules=200)
    monitor = Monitor(PROBLEM, limits)
    run_islands(PROBLEM, [island], limits, monitor)
    assert island.learned == [1 + 2 + 3]


def test_schedules_made_before_count_and_what_is_left_is_shared_to_the_last() -> None:
    islands = [Counting(10, schedules=14), Counting(10), Counting(10)]
    run(islands, schedules=21)
    assert [island.schedules for island in islands] == [17, 2, 2]


def test_nothing_is_made_where_the_limit_is_spent() -> None:
    islands = [Counting(10, schedules=14), Counting(10)]
    run(islands, schedules=5)
    assert [island.schedules for island in islands] == [14, 0]
