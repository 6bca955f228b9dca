"""What all iterative searches share: limits, islands in threads that exchange their best, progress."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from time import perf_counter
from typing import Protocol

from optimizer.names import StoppedBy
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.schedule import Schedule
from optimizer.solvers.base import Answer
from optimizer.solvers.monitor import Monitor

_SLICE = 0.1
"""Seconds between two looks at the clock."""

_FIRST = 2
_EPOCH = 20
"""Generated schedules a job between two exchanges of the islands."""

_PATIENCE = 100
"""Without an improvement for so many schedules a pair of jobs the search is over."""


class Island(Protocol):
    """One search with state of its own, which goes on from call to call as if there had been one.

    Its results hang on its seed and on what it learns only, not on how many schedules it makes in a call.
    """

    @property
    def schedules(self) -> int:
        """How many schedules were generated so far; placing every job once makes one."""
        ...

    @property
    def iterations(self) -> int:
        """How many iterations of the method were done so far."""
        ...

    @property
    def score(self) -> float:
        """Score of the best plan so far (kernels.score), infinite before the first."""
        ...

    def advance(self, schedules: int, iterations: int) -> None:
        """Go on until so many schedules or iterations, counted from the beginning, are reached."""
        ...

    def best(self) -> Schedule:
        """Return the best schedule so far."""
        ...

    def learn(self, schedule: Schedule, score: float) -> None:
        """Take over a better schedule from another island."""
        ...


def run_islands(problem: Problem, islands: Sequence[Island], limits: Limits, monitor: Monitor) -> Answer:
    """Let the islands search until a limit is reached or nothing has got better for long.

    Each island has an equal part of the limits. After every so many schedules a job, the same number for each, they
    wait for one another and learn the best schedule of all: the outcome hangs on seed and number of islands alone.

    Parameters
    ----------
    problem : Problem
        What the islands work on.
    islands : sequence of Island
        One for each thread.
    limits : Limits
        Schedules and iterations count; of the time limit the monitor knows.
    monitor : Monitor
        Hears of every improvement.
    """
    schedules, iterations = (
        None if limit is None else max(1, limit // len(islands)) for limit in (limits.schedules, limits.iterations)
    )
    reason = _search(problem, _Archipelago(islands, schedules, iterations, monitor), islands, schedules, monitor)
    winner = min(islands, key=lambda island: island.score)
    if winner.score < float("inf"):
        monitor.settle(winner.best())
    return Answer(reason)


def _search(
    problem: Problem,
    archipelago: "_Archipelago",
    islands: Sequence[Island],
    schedules: int | None,
    monitor: Monitor,
) -> StoppedBy:
    """Let the islands search and learn from one another; return why they ended."""
    patience = _PATIENCE * problem.jobs**2 // len(islands)
    epoch, improved_at, best = max(1, _EPOCH * problem.jobs), 0, float("inf")
    done = 0
    with ThreadPoolExecutor(len(islands)) as pool:
        while not monitor.stopped:
            done += epoch
            goal = done if schedules is None else min(done, schedules)
            list(pool.map(archipelago.sail, islands, repeat(goal)))
            monitor.schedules = sum(island.schedules for island in islands)
            if monitor.stopped or archipelago.reached_limit():
                break
            winner = min(islands, key=lambda island: island.score)
            if winner.score < best:
                best, improved_at = winner.score, done
            elif done - improved_at > patience:
                return StoppedBy.FINISHED
            for island in islands:
                if island.score > winner.score:
                    island.learn(winner.best(), winner.score)
    return monitor.reason or StoppedBy.ITERATIONS


class _Archipelago:
    """The islands of a run, and how far they may go."""

    def __init__(
        self, islands: Sequence[Island], schedules: int | None, iterations: int | None, monitor: Monitor
    ) -> None:
        self._islands = islands
        self._schedules = schedules
        self._iterations = iterations
        self._monitor = monitor

    def reached_limit(self) -> bool:
        """Return whether all islands have done what they may."""
        return all(self._has_ended(island) for island in self._islands)

    def _has_ended(self, island: Island) -> bool:
        return (self._schedules is not None and island.schedules >= self._schedules) or (
            self._iterations is not None and island.iterations >= self._iterations
        )

    def sail(self, island: Island, goal: int) -> None:
        """Let an island go on to ``goal`` schedules, in slices of time, and report what it finds."""
        slice_ = _FIRST
        iterations = 2**62 if self._iterations is None else self._iterations
        while island.schedules < goal and not self._has_ended(island) and not self._monitor.stopped:
            began, before = perf_counter(), island.score
            island.advance(min(goal, island.schedules + slice_), iterations)
            if island.score < before:
                self._monitor.report(island.best())
            slice_ = max(1, int(slice_ * min(4.0, _SLICE / max(perf_counter() - began, 1e-6))))
